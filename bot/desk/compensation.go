package desk

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Compensation says what may be given to customers and who may decide it
// (compensation.yaml): 抹零, 免赔, 赠礼 and the like.
type Compensation struct {
	ApproveIn time.Duration `yaml:"approve_in"` // an approval that waits longer goes to the next above
	SignIn    time.Duration `yaml:"sign_in"`    // what was agreed orally is signed within
	Forms     []Form        `yaml:"forms"`
	Limits    []Limit       `yaml:"limits"`
	Budgets   []Budget      `yaml:"budgets"`
}

// Form is one way to compensate.
type Form struct {
	ID    string   `yaml:"id"`
	Title string   `yaml:"title"`
	Words []string `yaml:"words"` // other ways to type it
}

// Limit is what a role, or one person, may decide by themselves. Of several that
// fit, the one with a person counts, else the one with most.
type Limit struct {
	Role   string   `yaml:"role"`
	Person string   `yaml:"person"` // a staff id, in place of a role
	Tiers  []string `yaml:"tiers"`  // of the customer; left out: everybody
	Forms  []string `yaml:"forms"`  // ids, or all
	Case   Money    `yaml:"case"`   // at once
	Month  Money    `yaml:"month"`  // all of these forms together, by one person
	Open   bool     `yaml:"open"`   // no limit: the last level
}

// Budget is what all people of a department may decide in a month together.
type Budget struct {
	Dept  string `yaml:"dept"`
	Month Money  `yaml:"month"`
}

const allForms = "all"

// Covers says whether the limit is about a form.
func (l Limit) Covers(form string) bool {
	return slices.Contains(l.Forms, form) || slices.Contains(l.Forms, allForms)
}

// Form finds a form by id; nil when there is none.
func (c *Compensation) Form(id string) *Form {
	for i := range c.Forms {
		if c.Forms[i].ID == id {
			return &c.Forms[i]
		}
	}
	return nil
}

// FindForm finds the form that a text begins with, by any of its names, and gives
// what follows it; nil when it begins with none.
func (c *Compensation) FindForm(text string) (form *Form, rest string) {
	longest := 0
	for i := range c.Forms {
		f := &c.Forms[i]
		for _, w := range append([]string{f.Title}, f.Words...) {
			if len(w) > longest && strings.HasPrefix(text, w) {
				form, longest = f, len(w)
			}
		}
	}
	return form, text[longest:]
}

// Limit is what somebody may decide of a form for a customer of that tier; false
// when nothing.
func (c *Compensation) Limit(person string, roles []string, tier, form string) (Limit, bool) {
	var best Limit
	found := false
	for _, l := range c.Limits {
		if !l.Covers(form) || len(l.Tiers) > 0 && !slices.Contains(l.Tiers, tier) {
			continue
		}
		if l.Person != person && (l.Person != "" || !slices.Contains(roles, l.Role)) {
			continue
		}
		if !found || l.beats(best) {
			best, found = l, true
		}
	}
	return best, found
}

func (l Limit) beats(o Limit) bool {
	switch {
	case (l.Person != "") != (o.Person != ""):
		return l.Person != ""
	case l.Open != o.Open:
		return l.Open
	}
	return l.Case > o.Case
}

// Budget is a department's of a month; 0 when it has none of its own.
func (c *Compensation) Budget(dept string) Money {
	for _, b := range c.Budgets {
		if b.Dept == dept {
			return b.Month
		}
	}
	return 0
}

var grantors = []string{"agent", "butler", "lead", "manager", "leader"}

func (c *checker) compensation() {
	d, k := c.in("compensation.yaml"), &c.p.Compensation
	if k.ApproveIn <= 0 {
		d.at("approve_in", "没有写", "写一个大于 0 的时长，如 30m")
	}
	if k.SignIn <= 0 {
		d.at("sign_in", "没有写", "写一个大于 0 的时长，如 24h")
	}
	if len(k.Forms) == 0 || len(k.Forms) > 20 {
		d.at("forms", fmt.Sprintf("有 %d 种", len(k.Forms)), "要 1 到 20 种")
	}
	forms := []string{allForms}
	names := map[string]bool{}
	for i, f := range k.Forms {
		key := fmt.Sprintf("forms[%d]", i)
		need(d, key+".title", f.Title)
		if !idForm.MatchString(f.ID) || slices.Contains(forms, f.ID) {
			d.at(key+".id", "“"+f.ID+"”不行或重复", "用小写字母、数字和 _，每项不同")
		}
		forms = append(forms, f.ID)
		for _, w := range append([]string{f.Title}, f.Words...) {
			if names[w] {
				d.at(key, "“"+w+"”在另一种里已有", "每个叫法只写一处")
			}
			names[w] = true
		}
	}
	last := false
	for i, l := range k.Limits {
		c.limit(d, fmt.Sprintf("limits[%d]", i), l, forms)
		last = last || l.Open && slices.Contains(l.Forms, allForms)
	}
	if !last {
		d.at("limits", "没有最后一级，超额的没人能批", "加一行：- {role: leader, forms: [all], open: true}")
	}
	for i, b := range k.Budgets {
		key := fmt.Sprintf("budgets[%d]", i)
		c.dept(d, key+".dept", b.Dept)
		if b.Month <= 0 {
			d.at(key+".month", "没有写", "写每月最多多少元")
		}
	}
}

func (c *checker) limit(d *decoder, key string, l Limit, forms []string) {
	switch {
	case (l.Role == "") == (l.Person == ""):
		d.at(key, "role 和 person 要写一个，只写一个", "写 role: manager，或 person: 员工的 id")
	case l.Role != "":
		oneOf(d, key+".role", l.Role, grantors)
	}
	for i, t := range l.Tiers {
		var tiers []string
		for _, tier := range c.p.General.Tiers {
			tiers = append(tiers, tier.ID)
		}
		oneOf(d, fmt.Sprintf("%s.tiers[%d]", key, i), t, tiers)
	}
	if len(l.Forms) == 0 {
		d.at(key+".forms", "没有写", "写 [赠礼的 id]，或 [all]")
	}
	for i, f := range l.Forms {
		oneOf(d, fmt.Sprintf("%s.forms[%d]", key, i), f, forms)
	}
	switch {
	case l.Open && (l.Case != 0 || l.Month != 0):
		d.at(key+".open", "open 是不限，和 case、month 只能写一样", "删掉一样")
	case l.Open:
	case l.Case <= 0:
		d.at(key+".case", "没有写", "写每单最多多少元；不限的写 open: true")
	case l.Month < l.Case:
		d.at(key+".month", "比每单的少", "写每月最多多少元，不少于 case")
	}
}
