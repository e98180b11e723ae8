package console

import (
	"context"
	"strings"
	"time"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/delivery"
	"kefu/bot/hours"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
)

// actsView is what this person may do now, and what each form offers.
type actsView struct {
	Claim, Mine, Later, Wait, Help, Promise, Close, Reopen, Move, Join, Part bool
	Depts, Blame, Causes, Results, Calls, People                             []chat.Option
	Cause, Dept                                                              string
	Helps                                                                    []helpView
	Parts                                                                    []caseLink
	Phrases                                                                  []phraseView
	Lost                                                                     bool
	Hours                                                                    []chat.Option // quick instants for a promise
	Grant                                                                    *casework.Offer
	Reason                                                                   string // of a compensation: the case's category
	Decides                                                                  []decideView
	Called                                                                   bool          // a call can be recorded
	Kinds                                                                    []chat.Option // what the case may be instead
}

type helpView struct {
	N         int
	Text      string
	Asked     bool
	Reachable bool
}

type phraseView struct{ Name, Text string }

// acts are what this person may do now.
func (v *visit) acts(ctx context.Context, t *ticket.Ticket, sent []*delivery.Delivery) (actsView, error) {
	me, may := v.me.ID, func(move string) bool { return v.Cases.May(v.me.ID, t, move) }
	open := t.IsOpen()
	g := v.Pack().General
	a := actsView{
		Claim:   open && (t.Owner == "" || t.Auto) && may("claim"),
		Wait:    open && may("wait"),
		Help:    open && may("help"),
		Promise: open && may("promise"),
		Close:   open && may("close"),
		Reopen:  !open && t.Into == "" && may("reopen"),
		Move:    open,
		Join:    open && may("merge"),
		Part:    t.Into != "",
		Later:   open && t.Kind == ticket.Human && !t.Deferred && t.Answered.IsZero(),
		Depts:   v.Pack().Helpers(v.me.Team), Blame: v.Cases.Blamable(t), Causes: v.Cases.Causes(t),
		Results: choices(g.Helps), Calls: choices(g.Calls),
		Phrases: v.phrases(t), Hours: v.quick(), Reason: t.Category,
		Called: open || v.Cases.CallsBack(me, t),
	}
	if v.Cases.MayRelabel(me, t) {
		a.Kinds = v.Cases.Kinds(t)
	}
	a.Cause, a.Dept = v.Cases.Likely(t)
	var err error
	if a.Grant, err = v.Cases.Offer(ctx, me, t); err != nil {
		return a, err
	}
	if a.Decides, err = v.decides(ctx, t); err != nil {
		return a, err
	}
	a.Mine = open && !a.Claim && t.Owner != me && (t.Asked == me || v.Cases.Leads(me))
	away, err := v.States.Away(ctx, v.Now())
	if err != nil {
		return a, err
	}
	for _, p := range v.Cases.Others(me) {
		a.People = append(a.People, chat.Option{Key: p.ID, Label: p.ShownAs + v.whereabouts(p, away[p.ID])})
	}
	for _, h := range t.Helps {
		if h.State != "asked" && h.State != "going" {
			continue
		}
		if h.Who == me || h.Who == "" && (h.Dept == v.me.Dept || h.Dept == v.me.Team) {
			a.Helps = append(a.Helps, helpView{N: h.N, Text: h.Task, Asked: h.State == "asked"})
		}
	}
	for _, d := range sent {
		if d.Customer != "" && d.Undelivered() {
			a.Lost = true
		}
	}
	return a, nil
}

// whereabouts is what to know before giving somebody a case: （前厅部 · 离岗）.
func (v *visit) whereabouts(p staff.Person, at staff.Presence) string {
	say := v.Cases.DeptTitle(p.Dept)
	switch {
	case at == staff.Out:
		say += " · 离岗"
	case at == staff.Busy:
		say += " · 忙"
	case !p.OnDuty(v.Now()):
		say += " · 不当班"
	}
	if say = strings.TrimPrefix(say, " · "); say == "" {
		return ""
	}
	return "（" + say + "）"
}

// phrases are the sentences that this person can call up, filled in.
func (v *visit) phrases(t *ticket.Ticket) []phraseView {
	vars := v.Cases.Vars(t)
	if t.Guest.Name == "" {
		vars["guest"] = ""
	}
	vars["who"], vars["subject"] = v.me.ShownAs, t.Title
	var all []phraseView
	for _, p := range v.Pack().Phrases {
		if p.Team != "" && p.Team != v.me.Team && p.Team != v.me.Dept {
			continue
		}
		tmpl, err := prompts.Parse(p.Text)
		if err != nil {
			continue
		}
		all = append(all, phraseView{p.Name, tmpl.Text(vars)})
	}
	return all
}

// quick are the instants that a promise is mostly moved to.
func (v *visit) quick() []chat.Option {
	var all []chat.Option
	now := v.Now()
	for _, in := range []time.Duration{15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour} {
		at := hours.RoundUp(now.Add(in))
		all = append(all, chat.Option{Key: at.UTC().Format(time.RFC3339), Label: v.Calendar.When(at, now)})
	}
	return all
}
