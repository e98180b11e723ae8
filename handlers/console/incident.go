package console

import (
	"crypto/rand"
	"errors"
	"net/http"

	"kefu/bot/casework"
	"kefu/bot/incident"
	"kefu/bot/ticket"
	"kefu/store"
)

// incidentsPage is the list of incidents (突发).
type incidentsPage struct {
	top
	Rows []incidentRow
	Next string
}

type incidentRow struct {
	ID, No, Thing, Since, State, Owner string
	Cases, Customers                   int
	Ended                              bool
}

const incidentSize = 30

// incidents lists them, newest first.
func (v *visit) incidents() error {
	p := incidentsPage{top: v.top("突发")}
	if v.Cases.Events == nil {
		v.page(http.StatusOK, "incidents", p)
		return nil
	}
	var after *incident.Incident
	if id := v.c.Query("after"); id != "" && len(id) <= 100 {
		in, err := v.Cases.Events.Book.Get(v.ctx, incident.ID(id))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		after = in
	}
	list, err := v.Cases.Events.Book.All(v.ctx, after, incidentSize+1)
	if err != nil {
		return err
	}
	if len(list) > incidentSize {
		list = list[:incidentSize]
		p.Next = list[incidentSize-1].ID
	}
	for _, in := range list {
		p.Rows = append(p.Rows, v.incidentRow(in))
	}
	p.Said = v.sessions.PopString(v.ctx, sessionSaid)
	v.page(http.StatusOK, "incidents", p)
	return nil
}

func (v *visit) incidentRow(in *incident.Incident) incidentRow {
	r := incidentRow{
		ID: in.ID, No: in.No, Thing: in.Thing, Since: v.clockOf(in.First), Cases: in.Cases, Customers: in.Customers,
		State: "还没平息", Ended: in.State != incident.Open,
	}
	switch in.State {
	case incident.Closed:
		r.State = v.clockOf(in.Ended) + " 结束"
	case incident.Folded:
		r.State = "已并入另一起"
	}
	if in.Owner != "" {
		r.Owner = v.Cases.Shown(in.Owner)
	}
	return r
}

// incidentPage is one incident: how it stands, its wording, its cases.
type incidentPage struct {
	top
	incidentRow
	Once      string
	Quote     string
	Places    []string
	Usual     string
	Told      []string
	Counts    incident.Counts
	Last      string
	Brief     string // when the next one is
	Wording   incident.Wording
	WordingBy string
	WordingAt string
	DraftBy   string
	Report    string
	Into      string
	Rules     bool // may end it and set the wording
	Mine      int  // open cases of theirs whose customers were not told the wording
	Members   []row
	Beyond    int // cases counted and not listed
	Failed    failed
	Typed     map[string]string
}

func (v *visit) theIncident() (*incident.Incident, error) {
	id := v.c.Param("id")
	if v.Cases.Events == nil || len(id) > 100 {
		return nil, errGone
	}
	in, err := v.Cases.Events.Book.Get(v.ctx, incident.ID(id))
	if errors.Is(err, store.ErrNotFound) {
		return nil, errGone
	}
	return in, err
}

func (v *visit) incident() error {
	in, err := v.theIncident()
	if err != nil {
		return err
	}
	p, err := v.incidentView(in)
	if err != nil {
		return err
	}
	p.Said = v.sessions.PopString(v.ctx, sessionSaid)
	v.page(http.StatusOK, "incident", p)
	return nil
}

func (v *visit) incidentView(in *incident.Incident) (*incidentPage, error) {
	cases, err := v.Cases.IncidentCases(v.ctx, in)
	if err != nil {
		return nil, err
	}
	p := &incidentPage{
		top: v.top("突发 " + in.No), incidentRow: v.incidentRow(in), Once: rand.Text(), Quote: in.Quote, Places: in.Places,
		Usual: v.Cases.Usually(in), Counts: casework.CountsOf(in, cases), Last: v.clockOf(in.Last), Brief: v.clockOf(in.Brief),
		Wording: in.Wording, Rules: v.Cases.MayRule(v.me.ID), Mine: v.Cases.ToTell(v.me.ID, in, cases),
		Beyond: in.Cases - len(in.Members), Typed: map[string]string{},
	}
	for _, id := range in.Told {
		p.Told = append(p.Told, v.Cases.Shown(id))
	}
	if in.Wording.By != "" {
		p.WordingBy, p.WordingAt = v.Cases.Shown(in.Wording.By), v.clockOf(in.Wording.At)
	}
	if in.Wording.DraftBy != "" {
		p.DraftBy = v.Cases.Shown(in.Wording.DraftBy)
	}
	if in.Report != nil {
		p.Report = in.Report.Text
	}
	if in.State == incident.Folded {
		p.Into = string(in.Into)
	}
	for i := len(cases) - 1; i >= 0; i-- {
		p.Members = append(p.Members, v.row(cases[i]))
	}
	return p, nil
}

// incidentActs are the forms of an incident's page; each calls what the card's
// button calls.
var incidentActs = map[string]func(v *visit, id incident.ID) (string, error){
	"take": func(v *visit, id incident.ID) (string, error) { return v.Cases.TakeIncident(v.ctx, v.me.ID, id) },
	"word": func(v *visit, id incident.ID) (string, error) {
		return v.Cases.Word(v.ctx, v.me.ID, id, v.text("text"))
	},
	"ok":  func(v *visit, id incident.ID) (string, error) { return v.Cases.ApproveWording(v.ctx, v.me.ID, id) },
	"say": func(v *visit, id incident.ID) (string, error) { return v.Cases.SayWordingToAll(v.ctx, v.me.ID, id) },
	"end": func(v *visit, id incident.ID) (string, error) {
		return v.Cases.EndIncident(v.ctx, v.me.ID, id, v.text("text"))
	},
}

// incidentDo carries out a form. Refused, the page comes back with the sentence and
// what was typed.
func (v *visit) incidentDo() error {
	name := v.c.Param("act")
	do, ok := incidentActs[name]
	if !ok {
		return errGone
	}
	in, err := v.theIncident()
	if err != nil {
		return err
	}
	if err := v.parse(); err != nil {
		return err
	}
	undo, err := v.once("incident-" + name)
	if err != nil {
		return err
	}
	say, err := do(v, in.IncidentID())
	var no casework.Refusal
	switch {
	case errors.As(err, &no):
		undo()
		p, err := v.incidentView(in)
		if err != nil {
			return err
		}
		p.Failed, p.Typed[name] = failed{Act: name, Say: no.Say}, v.text("text")
		v.page(http.StatusUnprocessableEntity, "incident", p)
		return nil
	case err != nil:
		undo()
		return err
	}
	v.sessions.Put(v.ctx, sessionSaid, say)
	return v.redirect("/incidents/" + in.ID)
}

// eventView is the incident that a case is a part of, on the case's page.
type eventView struct {
	ID, No, Thing, Wording string
	Said                   bool // the customer was told it
}

func (v *visit) event(t *ticket.Ticket) (*eventView, error) {
	in, err := v.Cases.IncidentOf(v.ctx, t)
	if err != nil || in == nil {
		return nil, err
	}
	return &eventView{ID: in.ID, No: in.No, Thing: in.Thing, Wording: in.Wording.Text, Said: casework.Told(in, t)}, nil
}
