package console

import (
	"net/http"
	"slices"

	"kefu/bot/ticket"
	"kefu/store"
)

// show is the page of a case.
func (v *visit) show() error {
	p, _, err := v.view(v.ctx, ticket.ID(v.c.Param("id")))
	if err != nil {
		return err
	}
	if tab := v.c.Query("tab"); slices.Contains([]string{"talk", "note", "trail", "guest"}, tab) {
		p.Tab = tab
	}
	if name := v.c.Query("say"); name != "" { // a phrase, for who has no script
		for _, ph := range p.Acts.Phrases {
			if ph.Name == name {
				p.Typed["say.text"] = ph.Text
			}
		}
	}
	p.Said = v.sessions.PopString(v.ctx, sessionSaid)
	v.page(http.StatusOK, "case", p)
	return nil
}

// printView is what the printed file adds.
type printView struct {
	Full, Printed string
	Result        []fact
	Talk          []entry
	Files         []string
}

// print is the whole case on paper: what happened when, what became of what was
// sent, and which attachments there are.
func (v *visit) print() error {
	id := ticket.ID(v.c.Param("id"))
	p, t, err := v.view(v.ctx, id)
	if err != nil {
		return err
	}
	x := printView{Full: t.Full, Printed: v.Calendar.Stamp(v.Now()) + " " + v.me.ShownAs}
	add := func(name, value string) {
		if value != "" {
			x.Result = append(x.Result, fact{name, value})
		}
	}
	stamp := func(name string, at store.Time) {
		if !at.IsZero() {
			add(name, v.Calendar.Stamp(at.Time()))
		}
	}
	stamp("收到", t.Created)
	stamp("接单", t.Claimed)
	stamp("首次答复", t.Answered)
	stamp("办结", t.Solved)
	stamp("关闭", t.Ended)
	stamp("承诺", t.Bound())
	add("负责", p.Owner)
	add("结果", t.Result)
	for _, c := range v.Pack().General.Causes {
		if c.ID == t.Cause {
			add("原因", c.Title)
		}
	}
	add("责任部门", v.Cases.DeptTitle(t.Blame))
	if t.Rating != nil {
		add("评价", v.Pack().Rating(t.Rating.Score))
		add("客人补充", t.Rating.Words)
	}
	x.Talk = p.Print.Talk
	for i, f := range t.Files {
		file := v.fileOf(t, i+1)
		line := v.Calendar.Stamp(f.At.Time()) + " " + v.nameOf(t, f.From) + " " + file.Name
		if file.Note != "" {
			line += "（" + file.Note + "）"
		}
		x.Files = append(x.Files, line)
	}
	for i := range x.Talk {
		x.Talk[i].At = v.Calendar.Stamp(x.Talk[i].at.Time())
	}
	p.Print = x
	v.page(http.StatusOK, "print", p)
	return nil
}
