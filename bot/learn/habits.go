package learn

import (
	"slices"
	"sync/atomic"

	"kefu/bot/desk"
)

// How sure a guess must be. Who gets a case is decided before anybody has looked
// at it; what is offered first at closing is seen and changed with one tap.
const (
	sureTakes  = 0.8
	sureBlamed = 0.5
)

// Habits are what the choices at closing taught, as they are in use. The zero value
// and nil know nothing. They may be used by any number of goroutines.
type Habits struct{ now atomic.Pointer[sorters] }

type sorters struct{ depts, causes *Sorter }

// Use takes what a version of the shelf holds into use.
func (h *Habits) Use(t Taught) { h.now.Store(&t.sorters) }

func (h *Habits) in() *sorters {
	if h != nil {
		if s := h.now.Load(); s != nil {
			return s
		}
	}
	return &sorters{}
}

// Takes is the department that such cases were found to belong to, for a text in
// which no word of the pack says it: "" when that is not sure, or the pack has no
// such department.
func (h *Habits) Takes(p *desk.Pack, text string) string { return h.in().dept(p, text, sureTakes) }

// Blamed is the department to offer first as the responsible one; "" when none is
// likelier than all others together.
func (h *Habits) Blamed(p *desk.Pack, text string) string { return h.in().dept(p, text, sureBlamed) }

// Cause is the cause to offer first; "" when nothing is known.
func (h *Habits) Cause(p *desk.Pack, text string) string { return h.in().cause(p, text) }

func (s *sorters) dept(p *desk.Pack, text string, least float64) string {
	if id, sure := s.depts.Guess(text); sure >= least && p.Dept(id) != nil {
		return id
	}
	return ""
}

func (s *sorters) cause(p *desk.Pack, text string) string {
	id, _ := s.causes.Guess(text)
	if !slices.ContainsFunc(p.General.Causes, func(c desk.Choice) bool { return c.ID == id }) {
		return ""
	}
	return id
}

// takes is who gets a case by words and habits, blamed who is offered first when it
// ends: what people meet, so what versions are compared by.
func (s *sorters) takes(p *desk.Pack, text string) string {
	category := ""
	if cat, _ := p.Match(text); cat != nil {
		category = cat.ID
	} else if id := s.dept(p, text, sureTakes); id != "" {
		return id
	}
	if d := p.Department(category); d != nil {
		return d.ID
	}
	return ""
}

func (s *sorters) blamed(p *desk.Pack, text string) string {
	if id := s.dept(p, text, sureBlamed); id != "" {
		return id
	}
	return s.takes(p, text)
}
