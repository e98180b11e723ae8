package desk

import (
	"fmt"
	"time"
)

// Pack is one department as its files describe it. Nothing in it is changed after
// it was read.
type Pack struct {
	Name        string
	General     General
	Departments []Department
	Categories  []Category
	Words       Words
	Ladders     map[string]Ladder
	Taps        map[string]Tap // menu key or option key → what it means
	Phrases     []Phrase       // 常用语
	Kinds       []Kind

	Compensation Compensation // 补偿
	Incident     Incident     // 突发

	kinds map[string]*Kind
	lists lists
}

// General is what holds for the whole department (pack.yaml).
type General struct {
	Title      string            `yaml:"title"`
	Bot        string            `yaml:"bot"`       // what the bot calls itself
	RoomCode   RoomCode          `yaml:"room_code"` // how long a scanned room counts
	Night      Night             `yaml:"night"`     // when only urgent things climb
	Tiers      []Tier            `yaml:"tiers"`     // lowest first
	Sources    []Choice          `yaml:"sources"`   // where a recorded case came from (代客登记)
	Causes     []Choice          `yaml:"causes"`    // 原因, asked at closing
	Helps      []Choice          `yaml:"helps"`     // results of 协办
	Calls      []Choice          `yaml:"calls"`     // results of a call
	Ratings    map[string]string `yaml:"ratings"`   // "1" to "5" in words
	Levels     []Choice          `yaml:"levels"`    // general, serious, major
	Limits     Limits            `yaml:"limits"`    // how long things wait
	CallBackAt Minute            `yaml:"call_back"` // a low rating is called back the next day until
	Places     map[string]string `yaml:"places"`    // stay: in, left, none → 在店, 已离店, 未入住
	Titles     map[string]string `yaml:"titles"`    // how a role is called: manager → 值班经理; night: who is there at night
}

// Limits are how long things wait.
type Limits struct {
	WaitRemind time.Duration `yaml:"wait_remind"` // waiting for the customer: one reminder
	WaitClose  time.Duration `yaml:"wait_close"`  // waiting for the customer: closed
	Close      time.Duration `yaml:"close"`       // solved: closed in silence
	Reopen     time.Duration `yaml:"reopen"`      // solved: may be opened again
	SameCase   time.Duration `yaml:"same_case"`   // what is written within it belongs to the case
	UrgeMerge  time.Duration `yaml:"urge_merge"`  // reminders of one case to staff
	HeldFresh  time.Duration `yaml:"held_fresh"`  // held words are sent as they are
	MajorEvery time.Duration `yaml:"major_every"` // the bot speaks again in a major case
	Later      time.Duration `yaml:"later"`       // 再等10分
	Asks       int           `yaml:"asks"`        // questions in one case
	MajorCount int           `yaml:"major_count"` // times the same person complains until it is major
}

// Choice is something that is picked from a list.
type Choice struct {
	ID    string `yaml:"id"`
	Title string `yaml:"title"`
}

// Tier is a member's level.
type Tier struct {
	ID    string `yaml:"id"`
	Title string `yaml:"title"`
	VIP   bool   `yaml:"vip"`
}

// RoomCode says until when a scanned room's QR code counts.
type RoomCode struct {
	Days int    `yaml:"days"` // after the scan
	At   Minute `yaml:"at"`
}

// RoomUntil is until when a room scanned at that time counts. at is in the zone of
// the house.
func (p *Pack) RoomUntil(at time.Time) time.Time {
	y, m, d := at.Date()
	return time.Date(y, m, d+p.General.RoomCode.Days, 0, int(p.General.RoomCode.At), 0, 0, at.Location())
}

// CallBack is until when a low rating given at that time is called back: the next
// day. at is in the zone of the house.
func (p *Pack) CallBack(at time.Time) time.Time {
	y, m, d := at.Date()
	return time.Date(y, m, d+1, 0, int(p.General.CallBackAt), 0, 0, at.Location())
}

// Minute is a time of day in minutes, written "14:00".
type Minute int

// UnmarshalText reads "8:30" or "14:00".
func (m *Minute) UnmarshalText(b []byte) error {
	t, err := time.Parse("15:04", string(b))
	if err != nil {
		return fmt.Errorf("钟点写成 08:30")
	}
	*m = Minute(t.Hour()*60 + t.Minute())
	return nil
}

// Night is when only urgent things climb.
type Night struct {
	From  Minute   `yaml:"from"`
	To    Minute   `yaml:"to"`
	Climb []string `yaml:"climb"` // in_house, safety, major
}

// Covers says whether at, in the zone of the house, is in the night.
func (n Night) Covers(at time.Time) bool {
	m := Minute(at.Hour()*60 + at.Minute())
	if n.From <= n.To {
		return n.From <= m && m < n.To
	}
	return m >= n.From || m < n.To
}

// End is the end of the night that covers at.
func (n Night) End(at time.Time) time.Time {
	y, m, d := at.Date()
	end := time.Date(y, m, d, 0, int(n.To), 0, 0, at.Location())
	if !end.After(at) {
		end = time.Date(y, m, d+1, 0, int(n.To), 0, 0, at.Location())
	}
	return end
}

// Begin is when the clocks of a case begin: at, or the end of the night when the
// case may wait until morning. at is in the zone of the house.
func (p *Pack) Begin(f Facts, at time.Time) time.Time {
	n := p.General.Night
	if !n.Covers(at) {
		return at
	}
	for _, c := range n.Climb {
		if c == "in_house" && f.InHouse || c == "safety" && f.Safety || c == "major" && f.Level == Major {
			return at
		}
	}
	return n.End(at)
}

// Tier is a member's level by id or title; the lowest when there is none such.
func (p *Pack) Tier(id string) Tier {
	for _, t := range p.General.Tiers {
		if t.ID == id || t.Title == id {
			return t
		}
	}
	if len(p.General.Tiers) == 0 {
		return Tier{}
	}
	return p.General.Tiers[0]
}

// Rating is a score of 1 to 5 in words.
func (p *Pack) Rating(score int) string { return p.General.Ratings[fmt.Sprint(score)] }

// Title finds the title of a choice by its id; the id itself when there is none.
func Title(of []Choice, id string) string {
	for _, c := range of {
		if c.ID == id {
			return c.Title
		}
	}
	return id
}
