package desk

import (
	"fmt"
	"slices"
	"time"
)

// Incident says when many complaints are one event (突发公众事件), who hears of it,
// and when somebody who complains again is raised (incident.yaml).
type Incident struct {
	Kinds     []string      `yaml:"kinds"`     // kinds of case that count
	Window    time.Duration `yaml:"window"`    // how far back they count
	Count     int           `yaml:"count"`     // so many in the window
	Customers int           `yaml:"customers"` // of so many customers
	Times     int           `yaml:"times"`     // so many times what is usual
	Usual     time.Duration `yaml:"usual"`     // what is usual is counted over that long
	Sooner    []Sooner      `yaml:"sooner"`    // where fewer are enough
	Tell      []string      `yaml:"tell"`      // roles that hear of it: manager, leader
	Dept      string        `yaml:"dept"`      // the department for public matters (企划), by its people on duty
	Brief     time.Duration `yaml:"brief"`     // how often there is a brief until it is over
	Again     Again         `yaml:"again"`
}

// Sooner is a category of which fewer complaints are an event.
type Sooner struct {
	Category  string `yaml:"category"`
	Count     int    `yaml:"count"`
	Customers int    `yaml:"customers"`
}

// Again says when a customer's complaint counts as a further one.
type Again struct {
	Within time.Duration `yaml:"within"`
	Lead   int           `yaml:"lead"` // from this one on the lead hears of it
}

// Needs is how many complaints of how many customers make an event of a category.
func (in *Incident) Needs(category string) (count, customers int) {
	for _, s := range in.Sooner {
		if s.Category == category {
			return s.Count, s.Customers
		}
	}
	return in.Count, in.Customers
}

func (c *checker) incident() {
	d, in := c.in("incident.yaml"), &c.p.Incident
	for name, v := range map[string]int64{
		"window": int64(in.Window), "usual": int64(in.Usual), "brief": int64(in.Brief), "times": int64(in.Times),
		"again.within": int64(in.Again.Within), "again.lead": int64(in.Again.Lead),
	} {
		if v <= 0 {
			d.at(name, "没有写", "写一个大于 0 的值，时长如 2h")
		}
	}
	if in.Window > 24*time.Hour {
		d.at("window", "太长", "最多 24h")
	}
	if in.Usual > 0 && in.Usual < 2*in.Window {
		d.at("usual", "比 window 长不了多少", "至少写 window 的两倍，如 336h")
	}
	if in.Usual > 60*24*time.Hour {
		d.at("usual", "太长", "最多 1440h（60 天）")
	}
	if in.Brief > 0 && in.Brief < 10*time.Minute {
		d.at("brief", "太密", "至少 10m")
	}
	enough := func(key string, count, customers int) {
		if count < 2 {
			d.at(key+"count", "至少 2 件", "如 5")
		}
		if customers < 2 || customers > count {
			d.at(key+"customers", "要 2 位以上，不多于 count", "如 3")
		}
	}
	enough("", in.Count, in.Customers)
	for i, s := range in.Sooner {
		key := fmt.Sprintf("sooner[%d].", i)
		if c.p.Category(s.Category) == nil {
			d.at(key+"category", "没有类别“"+s.Category+"”", "写 categories.yaml 里的 id")
		}
		enough(key, s.Count, s.Customers)
	}
	kinds := make([]string, len(c.p.Kinds))
	for i, k := range c.p.Kinds {
		kinds[i] = k.ID
	}
	if len(in.Kinds) == 0 {
		d.at("kinds", "没有写", "如 [complaint, repair]")
	}
	for i, k := range in.Kinds {
		oneOf(d, fmt.Sprintf("kinds[%d]", i), k, kinds)
	}
	if !slices.Contains(in.Tell, "manager") {
		d.at("tell", "没有 manager", "经理必须知道，如 [manager, leader]")
	}
	for i, w := range in.Tell {
		oneOf(d, fmt.Sprintf("tell[%d]", i), w, []string{"manager", "leader"})
	}
	if in.Dept != "" {
		c.dept(d, "dept", in.Dept)
	}
}
