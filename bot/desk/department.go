package desk

import (
	"cmp"
	"slices"
	"strings"

	"kefu/bot/chat"
)

// Department is one that things are given to.
type Department struct {
	ID      string   `yaml:"id"`
	Title   string   `yaml:"title"`   // 工程部
	Team    string   `yaml:"team"`    // its people as a group: 前厅组
	Desk    string   `yaml:"desk"`    // told to customers: 前厅值班
	Calls   string   `yaml:"calls"`   // before a person's name: 前台, as in 前台小陈
	Helper  string   `yaml:"helper"`  // who comes, told to customers: 师傅
	Phone   string   `yaml:"phone"`   // of the liaison or the desk: 内线 8801
	Liaison string   `yaml:"liaison"` // staff id; "": who is on duty
	Help    bool     `yaml:"help"`    // can be asked to help (派给)
	Words   []string `yaml:"words"`   // other names staff type
}

// Category is what a case is about.
type Category struct {
	ID       string   `yaml:"id"`
	Title    string   `yaml:"title"`
	Dept     string   `yaml:"dept"`     // who does it
	Level    string   `yaml:"level"`    // it is at least so grave
	Evidence bool     `yaml:"evidence"` // photos are asked for
	Words    []string `yaml:"words"`
	Topics   []Topic  `yaml:"topics"`
}

// Topic is a narrower matter of a category, with its own words to the customer.
type Topic struct {
	Title string   `yaml:"title"` // 空调, as in 空调投诉
	Words []string `yaml:"words"`
	Sorry string   `yaml:"sorry"` // 让您热着等
}

// Dept is the department of that id, nil when there is none.
func (p *Pack) Dept(id string) *Department {
	for i := range p.Departments {
		if p.Departments[i].ID == id {
			return &p.Departments[i]
		}
	}
	return nil
}

// Department is who does cases of a category; for an unknown one the department
// of the last category, which takes everything.
func (p *Pack) Department(category string) *Department {
	c := p.Category(category)
	if c == nil {
		c = &p.Categories[len(p.Categories)-1]
	}
	return p.Dept(c.Dept)
}

// FindDept finds a department by what staff type: its title, another name, or the
// beginning of one. Nil when none or several fit.
func (p *Pack) FindDept(typed string) *Department {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return nil
	}
	var found []*Department
	for i := range p.Departments {
		d := &p.Departments[i]
		names := append([]string{d.ID, d.Title, d.Team}, d.Words...)
		if slices.Contains(names, typed) {
			return d
		}
		if slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, typed) }) {
			found = append(found, d)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return nil
}

// Helpers are the departments that can be asked to help, without one's own, as
// options of a card: at most ten.
func (p *Pack) Helpers(except string) []chat.Option {
	var out []chat.Option
	for _, d := range p.Departments {
		if d.Help && d.ID != except && len(out) < 10 {
			out = append(out, chat.Option{Label: d.Title, Key: d.ID})
		}
	}
	return out
}

// Category is the category of that id, nil when there is none.
func (p *Pack) Category(id string) *Category {
	for i := range p.Categories {
		if p.Categories[i].ID == id {
			return &p.Categories[i]
		}
	}
	return nil
}

// Match finds what a text is about by the longest word of a category or topic in
// it; of equals a topic's, then the one earlier in the pack. Nil when no word is
// there; the topic is nil when only the category's own word was.
func (p *Pack) Match(text string) (*Category, *Topic) {
	best, at := matter{}, 0
	p.lists.matters.Each(strings.ToLower(text), func(i int) bool {
		m := p.lists.of[i]
		if cmp.Or(cmp.Compare(m.size, best.size), topics(m)-topics(best), cmp.Compare(at, i)) > 0 {
			best, at = m, i
		}
		return true
	})
	return best.cat, best.topic
}

func topics(m matter) int {
	if m.topic != nil {
		return 1
	}
	return 0
}

// Choices are the choices as options of a card: at most ten.
func Choices(of []Choice) []chat.Option {
	out := make([]chat.Option, 0, len(of))
	for _, c := range of[:min(len(of), 10)] {
		out = append(out, chat.Option{Label: c.Title, Key: c.ID})
	}
	return out
}
