package prompts

import (
	"strings"
	"unicode/utf8"

	"kefu/bot/chat"
)

// What we allow ourselves on a card, in characters; WeCom's own limits are wider
// (title 36, description 44, name 5, value 30, button 10, option 16).
const (
	maxTitle  = 20
	maxDesc   = 26
	maxQuote  = 60
	maxName   = 4
	maxValue  = 26
	maxButton = 5
	maxChoice = 10 // options of a selection
	maxOption = 16 // characters of one
	maxLines  = 6
	maxDone   = 26
)

// cardTemplate is a card as its file describes it.
type cardTemplate struct {
	title, desc, quote, done *Template
	quoted                   string
	lines                    []cardLine
	sel                      *cardLine
	selKey                   string
	buttons                  *Template
}

type cardLine struct {
	name  string
	value *Template
}

// parseCard reads the lines of a card. Each begins with what it is: 标题, 说明,
// 引用 name = text, 行 name = text, 下拉 name|key = {variable}, 按钮 [[…|…]] …, 灰字.
func parseCard(body string) (*cardTemplate, error) {
	c := &cardTemplate{}
	for i, l := range strings.Split(body, "\n") {
		if strings.TrimSpace(l) == "" {
			continue
		}
		if err := c.line(strings.TrimSpace(l)); err != nil {
			if f, ok := err.(*fault); ok {
				f.line += i
			}
			return nil, err
		}
	}
	if c.title == nil {
		return nil, &fault{0, "卡片没有标题", "加一行：标题 ……"}
	}
	return c, nil
}

func (c *cardTemplate) line(l string) error {
	what, rest, _ := strings.Cut(l, " ")
	name, value, hasName := strings.Cut(rest, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	var err error
	switch what {
	case "标题":
		c.title, err = Parse(rest)
	case "说明":
		c.desc, err = Parse(rest)
	case "灰字":
		c.done, err = Parse(rest)
	case "按钮":
		c.buttons, err = Parse(rest)
	case "引用", "行", "下拉":
		if !hasName || name == "" {
			return &fault{0, what + "缺少 =", "写成：" + what + " 名字 = 内容"}
		}
		t, err := Parse(value)
		if err != nil {
			return err
		}
		return c.named(what, name, t)
	default:
		return &fault{0, "卡片里不认识“" + cutRunes(what, 10) + "”", "每行以 标题、说明、引用、行、下拉、按钮 或 灰字 开头"}
	}
	return err
}

func (c *cardTemplate) named(what, name string, t *Template) error {
	switch what {
	case "引用":
		c.quoted, c.quote = name, t
		return nil
	case "下拉":
		label, key, ok := strings.Cut(name, "|")
		if !ok || len(t.nodes) != 1 || t.nodes[0].name == "" {
			return &fault{0, "下拉写得不对", "写成：下拉 派给|assign = {departments}"}
		}
		c.sel, c.selKey = &cardLine{label, t}, key
		return nil
	}
	if utf8.RuneCountInString(name) > maxName {
		return &fault{0, "行名“" + name + "”太长", "最多 4 个字"}
	}
	if len(c.lines) == maxLines {
		return &fault{0, "行太多", "一张卡最多 6 行"}
	}
	c.lines = append(c.lines, cardLine{name, t})
	return nil
}

func (c *cardTemplate) templates() []*Template {
	all := []*Template{c.title, c.desc, c.quote, c.done, c.buttons}
	for _, l := range c.lines {
		all = append(all, l.value)
	}
	if c.sel != nil {
		all = append(all, c.sel.value)
	}
	kept := all[:0]
	for _, t := range all {
		if t != nil {
			kept = append(kept, t)
		}
	}
	return kept
}

// fill makes the card: rows without value are left out, texts cut to our lengths.
func (c *cardTemplate) fill(v Vars) chat.Card {
	out := chat.Card{
		Title: c.text(c.title, v, maxTitle),
		Desc:  c.text(c.desc, v, maxDesc),
		Quote: c.text(c.quote, v, maxQuote),
		Done:  c.text(c.done, v, maxDone),
	}
	if out.Quote != "" {
		out.Quoted = c.quoted
	}
	for _, l := range c.lines {
		if s := c.text(l.value, v, maxValue); s != "" {
			out.Lines = append(out.Lines, chat.Line{Name: l.name, Value: s})
		}
	}
	if c.sel != nil {
		out.Select = c.selection(v)
	}
	if c.buttons != nil {
		for _, o := range c.buttons.content(v, true).Options {
			out.Buttons = append(out.Buttons, chat.Option{Label: cutRunes(o.Label, maxButton), Key: o.Key})
		}
	}
	return out
}

func (c *cardTemplate) text(t *Template, v Vars, n int) string {
	if t == nil {
		return ""
	}
	f := filler{vars: v, flat: true, used: map[string]int{}}
	got := f.fill(t.nodes)
	s := oneLine(got.Fill(func(o chat.Option) string { return o.Label }))
	return cutRunes(strings.Trim(s, " ·，、"), n)
}

// selection is the choice, nil when there is nothing to choose.
func (c *cardTemplate) selection(v Vars) *chat.Select {
	all, _ := v[c.sel.value.nodes[0].name].([]chat.Option)
	if len(all) == 0 {
		return nil
	}
	s := &chat.Select{Key: c.selKey, Label: c.sel.name}
	for _, o := range all[:min(len(all), maxChoice)] {
		s.Options = append(s.Options, chat.Option{Label: cutRunes(oneLine(chat.Clean(o.Label)), maxOption), Key: o.Key})
	}
	return s
}
