package desk

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"kefu/bot/spelling"
	"kefu/prompts"
)

// checker looks at a pack as a whole: what is named must be there, states must be
// reached and left, ladders must end, lines must be readable.
type checker struct {
	p *Pack
	s *sheets
}

var (
	idForm  = regexp.MustCompile(`^[a-z0-9_]{1,40}$`)
	whos    = []string{"team", "owner", "helper", "lead", "manager", "leader", "customer", "clock"}
	climbs  = []string{"in_house", "safety", "major"}
	levels  = []string{Ordinary, Serious, Major}
	stays   = []string{"", "in", "left"}
	dos     = []string{"card", "assign", "call"}
	clocks  = []string{"claim", "answer"}
	fills   = []string{"result", "cause", "dept", "reason", "promise", "text", "person"}
	known   = []string{"room", "phone", "order", "product", "stay", "photo", "place", "name"}
	robots  = []string{"", "staff", "escalation"}
	tapDos  = []string{"", "progress", "human"}
	types   = []string{"text", "long", "choice", "department", "room", "phone", "money", "date", "file"}
	lineFor = []string{"who", "dept", "helper", "text", "room", "by"}
)

func (c *checker) all() {
	c.general()
	c.departments()
	c.categories()
	c.ladders()
	c.taps()
	c.phrases()
	c.words()
	c.compensation()
	c.incident()
	for i := range c.p.Kinds {
		c.kind(&c.p.Kinds[i])
	}
	for _, id := range []string{"complaint", "inquiry", "request", "order", "repair", "proposal", "praise", "human", "privacy"} {
		if c.p.Kind(id) == nil {
			c.in("pack.yaml").at("", "没有 requests/"+id+".yaml", "从自带的行业包抄一份，再改")
		}
	}
}

func (c *checker) in(file string) *decoder { return c.s.where[file] }

// oneOf reports a word that is not among those allowed.
func oneOf(d *decoder, key, word string, allowed []string) {
	if slices.Contains(allowed, word) {
		return
	}
	list := slices.DeleteFunc(slices.Clone(allowed), func(s string) bool { return s == "" })
	remedy := "可用：" + strings.Join(list, "、")
	if near := spelling.Nearest(word, allowed); near != "" {
		remedy = "是不是想写 " + near
	}
	d.at(key, "没有“"+word+"”", remedy)
}

func (c *checker) general() {
	d, g := c.in("pack.yaml"), c.p.General
	need(d, "title", g.Title)
	need(d, "bot", g.Bot)
	for i, w := range g.Night.Climb {
		oneOf(d, fmt.Sprintf("night.climb[%d]", i), w, climbs)
	}
	if len(g.Tiers) == 0 {
		d.at("tiers", "没有等级", "至少写一级：- {id: normal, title: 普通}")
	}
	for name, list := range map[string][]Choice{"sources": g.Sources, "causes": g.Causes, "helps": g.Helps, "calls": g.Calls, "levels": g.Levels} {
		if len(list) == 0 || len(list) > 10 {
			d.at(name, fmt.Sprintf("有 %d 项", len(list)), "要 1 到 10 项，卡片的下拉放不下更多")
		}
		ids := map[string]bool{}
		for i, ch := range list {
			key := fmt.Sprintf("%s[%d]", name, i)
			need(d, key+".title", ch.Title)
			if !idForm.MatchString(ch.ID) || ids[ch.ID] {
				d.at(key+".id", "“"+ch.ID+"”不行或重复", "用小写字母、数字和 _，每项不同")
			}
			ids[ch.ID] = true
		}
	}
	for n := 1; n <= 5; n++ {
		if c.p.Rating(n) == "" {
			d.at("ratings", fmt.Sprintf("没有 %d 分", n), `写 "1" 到 "5" 五项`)
		}
	}
	l := g.Limits
	for name, v := range map[string]int64{
		"wait_remind": int64(l.WaitRemind), "wait_close": int64(l.WaitClose), "close": int64(l.Close), "reopen": int64(l.Reopen),
		"same_case": int64(l.SameCase), "urge_merge": int64(l.UrgeMerge), "held_fresh": int64(l.HeldFresh),
		"major_every": int64(l.MajorEvery), "later": int64(l.Later), "major_count": int64(l.MajorCount),
	} {
		if v <= 0 {
			d.at("limits."+name, "没有写", "写一个大于 0 的值，时长如 72h")
		}
	}
	if l.Asks < 0 || l.Asks > 2 {
		d.at("limits.asks", "最多问两句", "写 0、1 或 2")
	}
	if l.WaitRemind >= l.WaitClose && l.WaitClose > 0 {
		d.at("limits.wait_remind", "比 wait_close 晚", "提醒要在关闭之前")
	}
}

func need(d *decoder, key, value string) {
	if value == "" {
		d.at(key, "没有写", "写上内容")
	}
}

func (c *checker) departments() {
	d := c.in("departments.yaml")
	ids := map[string]bool{}
	if len(c.p.Departments) == 0 {
		d.at("departments", "没有部门", "至少写一个")
	}
	for i, dep := range c.p.Departments {
		key := fmt.Sprintf("departments[%d]", i)
		need(d, key+".title", dep.Title)
		if !idForm.MatchString(dep.ID) || ids[dep.ID] {
			d.at(key+".id", "“"+dep.ID+"”不行或重复", "用小写字母、数字和 _，每个部门不同")
		}
		ids[dep.ID] = true
	}
}

func (c *checker) dept(d *decoder, key, id string) {
	if c.p.Dept(id) == nil {
		ids := make([]string, len(c.p.Departments))
		for i, dep := range c.p.Departments {
			ids[i] = dep.ID
		}
		oneOf(d, key, id, ids)
	}
}

func (c *checker) categories() {
	d := c.in("categories.yaml")
	if len(c.p.Categories) == 0 {
		d.at("categories", "没有类别", "至少写一个，最后一个收其余的")
	}
	ids := map[string]bool{}
	for i, cat := range c.p.Categories {
		key := fmt.Sprintf("categories[%d]", i)
		need(d, key+".title", cat.Title)
		if !idForm.MatchString(cat.ID) || ids[cat.ID] {
			d.at(key+".id", "“"+cat.ID+"”不行或重复", "用小写字母、数字和 _，每类不同")
		}
		ids[cat.ID] = true
		c.dept(d, key+".dept", cat.Dept)
		oneOf(d, key+".level", cat.Level, append([]string{""}, levels...))
		for j, t := range cat.Topics {
			need(d, fmt.Sprintf("%s.topics[%d].title", key, j), t.Title)
		}
	}
}

func (c *checker) ladders() {
	d := c.in("escalation.yaml")
	for _, name := range slices.Sorted(maps.Keys(c.p.Ladders)) {
		l := c.p.Ladders[name]
		if len(l.Steps) == 0 || len(l.Steps) > 12 {
			d.at("ladders."+name, fmt.Sprintf("有 %d 级", len(l.Steps)), "要 1 到 12 级")
		}
		for i, s := range l.Steps {
			key := fmt.Sprintf("ladders.%s.steps[%d]", name, i)
			oneOf(d, key+".do", s.Do, dos)
			oneOf(d, key+".group", s.Group, robots)
			if len(s.To) == 0 && s.Do != "assign" {
				d.at(key+".to", "没有写给谁", "写 [lead] 或 [manager]")
			}
			for j, w := range s.To {
				oneOf(d, fmt.Sprintf("%s.to[%d]", key, j), w, whos[:6])
			}
			for j, w := range s.Tell {
				oneOf(d, fmt.Sprintf("%s.tell[%d]", key, j), w, whos[:6])
			}
			if s.On != "" {
				oneOf(d, key+".on", s.On, clocks)
			}
			if s.On != "" && s.After != 0 {
				d.at(key+".on", "on 和 after 只能写一个", "删掉一个")
			}
			if s.Repeat > 0 && i < len(l.Steps)-1 {
				d.at(key+".repeat", "后面还有级", "只有最后一级能重复")
			}
			if i > 0 && s.On == "" && l.Steps[i-1].On == "" && s.After < l.Steps[i-1].After {
				d.at(key+".after", "比前一级早", "按先后写")
			}
		}
	}
}

func (c *checker) taps() {
	d := c.in("taps.yaml")
	for _, name := range slices.Sorted(maps.Keys(c.p.Taps)) {
		t := c.p.Taps[name]
		key := "taps." + name
		if t.Kind != "" && c.p.Kind(t.Kind) == nil {
			oneOf(d, key+".kind", t.Kind, slices.Sorted(maps.Keys(c.p.kinds)))
		}
		oneOf(d, key+".do", t.Do, tapDos)
		if t.Kind == "" && t.Text == "" && t.Do == "" {
			d.at(key, "没有说做什么", "写 kind、text 或 do")
		}
	}
}

func (c *checker) kind(k *Kind) {
	d := c.in("requests/" + k.ID + ".yaml")
	if d == nil {
		return // its name is wrong, which was said
	}
	need(d, "name", k.Title)
	if c.s.bases[k.Base] == nil {
		oneOf(d, "base", k.Base, slices.Sorted(maps.Keys(c.s.bases)))
	}
	if k.Team != "" {
		c.dept(d, "team", k.Team)
	}
	c.flow(d, k)
	c.clockRows(d, k)
	for i, r := range k.Climb {
		if _, ok := c.p.Ladders[r.Use]; !ok {
			oneOf(d, fmt.Sprintf("ladders[%d].use", i), r.Use, slices.Sorted(maps.Keys(c.p.Ladders)))
		}
		oneOf(d, fmt.Sprintf("ladders[%d].level", i), r.Level, append([]string{""}, levels...))
	}
	if len(k.Takes) > 0 {
		listed(d, "takes", k.Takes)
	}
	for i, a := range k.Ask {
		c.ask(d, fmt.Sprintf("ask[%d]", i), k, a)
	}
	if k.Asks < 0 || k.Asks > 8 {
		d.at("asks", "最多问八句", "写 0 到 8；0 就照 pack.yaml 的 limits.asks")
	}
	for i, f := range k.Fields {
		key := fmt.Sprintf("fields[%d]", i)
		oneOf(d, key+".type", f.Type, types)
	}
}

// flow checks that every state can be reached, and left unless it is an end.
func (c *checker) flow(d *decoder, k *Kind) {
	reached, left := map[string]bool{"new": true}, map[string]bool{}
	ids := slices.Sorted(maps.Keys(k.States))
	for _, id := range slices.Sorted(maps.Keys(k.Moves)) {
		m := k.Moves[id]
		key := "moves." + id
		for i, f := range m.From {
			oneOf(d, fmt.Sprintf("%s.from[%d]", key, i), f, ids)
			left[f] = left[f] || m.To != "" && m.To != f
		}
		if m.To != "" {
			oneOf(d, key+".to", m.To, ids)
			reached[m.To] = true
		}
		if len(m.By) == 0 || len(m.From) == 0 {
			d.at(key, "没有写谁能做或从哪里做", "写 by 和 from")
		}
		for i, w := range slices.Concat(m.By, m.ByMajor) {
			oneOf(d, fmt.Sprintf("%s.by[%d]", key, i), w, whos)
		}
		for i, f := range m.Fill {
			oneOf(d, fmt.Sprintf("%s.fill[%d]", key, i), f, fills)
		}
		c.line(d, key+".customer_line", m.CustomerLine)
	}
	for _, id := range ids {
		s := k.States[id]
		key := "states." + id
		need(d, key+".title", s.Title)
		if !reached[id] {
			d.at(key, "到不了“"+s.Title+"”", "加一个 to: "+id+" 的动作，或删掉它")
		}
		if !left[id] && !s.End {
			d.at(key, "出不了“"+s.Title+"”", "加一个 from: ["+id+"] 的动作，或写 end: true")
		}
		if s.Then != "" {
			oneOf(d, key+".then", s.Then, slices.Sorted(maps.Keys(k.Moves)))
		}
		c.line(d, key+".customer_line", s.CustomerLine)
	}
}

func (c *checker) phrases() {
	d := c.in("phrases.yaml")
	names := map[string]bool{}
	for i, ph := range c.p.Phrases {
		key := fmt.Sprintf("phrases[%d]", i)
		need(d, key+".text", ph.Text)
		if ph.Name == "" || strings.ContainsAny(ph.Name, " /") || names[ph.Name] {
			d.at(key+".name", "“"+ph.Name+"”不行或重复", "写一个短名，没有空格和 /，每条不同")
		}
		names[ph.Name] = true
		if ph.Team != "" {
			c.dept(d, key+".team", ph.Team)
		}
		if w := c.p.Sensitive(ph.Text); w != "" {
			d.at(key+".text", "里面有“"+w+"”，对外不能这么说", "换一种说法")
		}
		fits(d, key+".text", ph.Text, PhraseVars)
	}
}

// line checks a line that customers read.
func (c *checker) line(d *decoder, key, text string) { fits(d, key, text, lineFor) }

// fits checks a text with variables.
func fits(d *decoder, key, text string, names []string) {
	t, err := prompts.Parse(text)
	if err != nil {
		d.at(key, "写得不对", err.Error())
		return
	}
	for _, n := range t.Names() {
		if !slices.Contains(names, n) {
			d.at(key, "没有变量 {"+n+"}", "可用：{"+strings.Join(names, "} {")+"}")
		}
	}
}

func (c *checker) clockRows(d *decoder, k *Kind) {
	if k.Mute {
		return
	}
	open := true
	for i, r := range k.ClockSet {
		key := fmt.Sprintf("clocks[%d]", i)
		oneOf(d, key+".level", r.Level, append([]string{""}, levels...))
		oneOf(d, key+".stay", r.Stay, stays)
		if !open {
			d.at(key, "轮不到这一行", "前面已有一行没有条件，放到它前面")
		}
		open = open && (r.Level != "" || r.Stay != "")
		for _, pair := range [][2]int64{{int64(r.Claim), int64(r.Answer)}, {int64(r.Answer), int64(r.Solve)}} {
			if pair[0] > 0 && pair[1] > 0 && pair[0] > pair[1] {
				d.at(key, "先后不对", "接单 ≤ 答复 ≤ 办结")
			}
		}
	}
	if open {
		d.at("clocks", "不是每张单都有时限", "最后加一行没有 level 和 stay 的")
	}
}

func (c *checker) ask(d *decoder, key string, k *Kind, a Ask) {
	need(d, key+".id", a.ID)
	oneOf(d, key+".want", a.Want, append([]string{""}, wants...))
	known := slices.Clone(known)
	for _, other := range k.Ask {
		known = append(known, other.ID)
	}
	if (a.Text == "") == (a.Key == "") {
		d.at(key, "要写 text 或 key", "只写一个")
	}
	oneOf(d, key+".stay", a.Stay, stays)
	for i, w := range slices.Concat(a.Known, a.Unknown) {
		oneOf(d, fmt.Sprintf("%s.known[%d]", key, i), w, known)
	}
	for i, id := range a.Categories {
		if c.p.Category(id) == nil {
			d.at(fmt.Sprintf("%s.categories[%d]", key, i), "没有类别“"+id+"”", "写 categories.yaml 里的 id")
		}
	}
	for _, w := range slices.Concat(a.Said, a.Unsaid) {
		if strings.HasPrefix(w, "@") {
			d.at(key, "没有叫“"+w+"”的一组词", "现有 "+allPlaces+"，词写在 words.yaml 的 places 里")
		}
	}
	if len(a.Options) > 5 {
		d.at(key+".options", "选项太多", "最多 5 个")
	}
	for i, o := range a.Options {
		ok := fmt.Sprintf("%s.options[%d]", key, i)
		need(d, ok+".id", o.ID)
		if n := utf8.RuneCountInString(o.Label); n == 0 || n > 8 {
			d.at(ok+".label", "选项要 1 到 8 个字", "改短一些")
		}
	}
}
