package staff

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kefu/bot/chat"
	"kefu/bot/hours"
	"kefu/store/sqlite"
)

func people() []Person {
	return []Person{
		{ID: "fd01", Name: "前台一号", ShownAs: "小陈", Roles: []string{Agent}, Team: "front", Duty: "Mon-Sun 08:00-22:00", Phone: "13800000001"},
		{ID: "fd02", WecomID: "ZhouNight", Name: "前台二号", ShownAs: "小周", Roles: []string{Agent}, Team: "front", Duty: "Daily 22:00-08:00", NoCard: true},
		{ID: "fd03", Name: "前台三号", Roles: []string{Agent}, Team: "front", Duty: "Mon-Sun 08:00-22:00", Above: "mgr01"},
		{ID: "lead01", Name: "陈静", Roles: []string{Lead}, Team: "front", Duty: "Mon-Sun 08:00-22:00"},
		{ID: "eng01", Name: "王师傅", Roles: []string{Agent}, Dept: "eng"},
		{ID: "mgr01", Name: "刘峰", Roles: []string{Manager}, Duty: "Mon-Sun 08:00-20:00"},
		{ID: "mgr02", Name: "夜班经理", Roles: []string{Manager}, Duty: "Daily 20:00-08:00"},
		{ID: "gm", Name: "总经理", Roles: []string{Leader}},
	}
}

func roster(t *testing.T) *Roster {
	t.Helper()
	r, err := NewRoster(people(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func ids(of []Person) string {
	var all []string
	for _, p := range of {
		all = append(all, p.ID)
	}
	return strings.Join(all, " ")
}

var (
	noon  = time.Date(2026, 11, 24, 12, 0, 0, 0, hours.China())
	night = time.Date(2026, 11, 24, 23, 40, 0, 0, hours.China())
)

func TestWhoIsOnDuty(t *testing.T) {
	r := roster(t)
	for _, c := range []struct {
		got, want string
	}{
		{ids(r.OnDuty(noon, "front", "")), "fd01 fd03 lead01"},
		{ids(r.OnDuty(noon, "front", Agent)), "fd01 fd03"},
		{ids(r.OnDuty(night, "front", "")), "fd02"},
		{ids(r.OnDuty(noon, "eng", "")), "eng01"},
		{ids(r.OnDuty(night, "", Manager)), "mgr02"},
		{ids(r.Managers(noon)), "mgr01 mgr02"},
		{ids(r.Managers(night)), "mgr02 mgr01"},
		{ids(r.Leaders(night)), "gm"},
		{ids(r.Team("front")), "fd01 fd02 fd03 lead01"},
		{ids(r.Department("eng")), "eng01"},
		{ids(r.Department("front")), "fd01 fd02 fd03 lead01"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestWhoLeads(t *testing.T) {
	r := roster(t)
	for _, c := range []struct {
		find func() (Person, bool)
		want string
	}{
		{func() (Person, bool) { return r.Lead("front", noon) }, "lead01"},
		{func() (Person, bool) { return r.Lead("eng", noon) }, "lead01"},
		{func() (Person, bool) { return r.LeadOf("fd01", noon) }, "lead01"},
		{func() (Person, bool) { return r.LeadOf("fd03", noon) }, "mgr01"}, // as configured
		{func() (Person, bool) { return r.LeadOf("lead01", night) }, "mgr02"},
		{func() (Person, bool) { return r.LeadOf("mgr01", noon) }, "lead01"},
		{func() (Person, bool) { return r.LeadOf("nobody", noon) }, ""},
	} {
		got, ok := c.find()
		if got.ID != c.want || ok != (c.want != "") {
			t.Errorf("got %q, want %q", got.ID, c.want)
		}
	}
}

func TestFindingPeople(t *testing.T) {
	r := roster(t)
	if p, ok := r.ByWecom("zhounight"); !ok || p.ID != "fd02" || !p.NoCard {
		t.Errorf("%+v", p)
	}
	if p, ok := r.ByWecom("fd01"); !ok || p.ShownAs != "小陈" || p.Dept != "front" {
		t.Errorf("%+v", p)
	}
	for typed, want := range map[string]string{"小周": "fd02", "刘峰": "mgr01", "fd01": "fd01", " 小陈 ": "fd01", "没有": "", "": ""} {
		if p, _ := r.Find(typed); p.ID != want {
			t.Errorf("Find(%q) = %q, want %q", typed, p.ID, want)
		}
	}
	if r.Shown("fd01") != "小陈" || r.Shown("nobody") != "同事" {
		t.Error("Shown")
	}
}

func TestLeastLoadedFirstOfEquals(t *testing.T) {
	r := roster(t)
	load := map[string]int{"fd01": 3, "fd03": 1, "lead01": 1}
	p, ok := Least(r.OnDuty(noon, "front", ""), func(id string) int { return load[id] })
	if !ok || p.ID != "fd03" {
		t.Errorf("got %q", p.ID)
	}
	if _, ok := Least(nil, nil); ok {
		t.Error("somebody out of nobody")
	}
}

func TestNextDuty(t *testing.T) {
	r := roster(t)
	for id, want := range map[string]string{"fd01": "11-25 08:00", "fd02": "11-24 22:00", "eng01": "11-25 12:00"} {
		p, _ := r.ByID(id)
		if got := p.NextDuty(noon).Format("01-02 15:04"); got != want {
			t.Errorf("%s is back %s, want %s", id, got, want)
		}
	}
}

func TestAllFaultsOfTheRosterAtOnce(t *testing.T) {
	_, err := NewRoster([]Person{
		{ID: "a", Name: "甲", Roles: []string{Agent}, Above: "b"},
		{ID: "b", Name: "乙", Roles: []string{Agent}, Above: "a"},
		{ID: "a", WecomID: "B", Name: "丙", Roles: []string{"boss"}},
		{ID: "有空 格", Duty: "sometimes", Above: "nobody"},
	}, nil)
	if err == nil {
		t.Fatal("no fault found")
	}
	for _, want := range []string{"staff[0].lead：绕回了自己", "staff[2].id：和 staff[0]", "staff[2].wecom_id：和 staff[1]",
		`staff[2].roles：没有 "boss"`, "staff[3].id", "staff[3].name", "staff[3].roles：没有写", "staff[3].duty", `staff[3].lead：没有 "nobody"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in\n%v", want, err)
		}
	}
}

func TestStateOfOnePerson(t *testing.T) {
	var s State
	if s.Where(noon) != In || !s.Confirms() || s.CurrentAt(noon) != "" {
		t.Errorf("a fresh state: %+v", s)
	}
	s.SetCurrent("t1", noon)
	if s.CurrentAt(noon.Add(29*time.Minute)) != "t1" || s.CurrentAt(noon.Add(30*time.Minute)) != "" {
		t.Error("the current case lasts 30 minutes")
	}
	s.Leave("t2")
	if s.CurrentAt(noon) != "t1" {
		t.Error("left another case")
	}
	s.Leave("t1")
	if s.CurrentAt(noon) != "" {
		t.Error("did not leave")
	}
	s.Hold(Pending{ID: "p1", Ticket: "t1", Content: chat.Say("好")}, noon)
	if s.Take("p0", noon) != nil || s.Pending == nil {
		t.Error("an old card took what is pending")
	}
	if p := s.Take("p1", noon.Add(time.Minute)); p == nil || p.Content.Text != "好" || s.Pending != nil {
		t.Errorf("%+v", p)
	}
	s.Hold(Pending{ID: "p2"}, noon)
	if s.Take("p2", noon.Add(time.Hour)) != nil {
		t.Error("took what is an hour old")
	}
	s.Set(Busy, time.Time{}, noon)
	if s.Where(noon.Add(time.Hour)) != Busy || s.Where(noon.Add(2*time.Hour)) != In {
		t.Error("busy lasts two hours")
	}
	s.Set(Out, noon.Add(20*time.Hour), noon)
	if s.Where(noon.Add(19*time.Hour)) != Out || s.Where(noon.Add(20*time.Hour)) != In {
		t.Error("out lasts until the next duty")
	}
	if !s.Morning("2026-11-24") || s.Morning("2026-11-24") || !s.Morning("2026-11-25") {
		t.Error("one morning card a day")
	}
}

func TestStatesAreKept(t *testing.T) {
	ctx := t.Context()
	e, err := sqlite.OpenMemory(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	b, err := OpenStates(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := b.Get(ctx, "fd01"); err != nil || s.ID != "fd01" || s.Where(noon) != In {
		t.Fatalf("%+v %v", s, err)
	}
	for id, p := range map[string]Presence{"fd01": Busy, "lead01": Out, "fd03": In} {
		if _, err := b.Change(ctx, id, func(s *State) error {
			s.Set(p, noon.Add(time.Hour), noon)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	duty := roster(t).OnDuty(noon, "front", "")
	for _, c := range []struct {
		busyToo bool
		at      time.Time
		want    string
	}{
		{false, noon, "fd03"},
		{true, noon, "fd01 fd03"},
		{false, noon.Add(time.Hour), "fd03 lead01"},
		{false, noon.Add(3 * time.Hour), "fd01 fd03 lead01"},
	} {
		got, err := b.Available(ctx, duty, c.busyToo, c.at)
		if d := cmp.Diff(c.want, ids(got)); d != "" || err != nil {
			t.Errorf("%+v: %v %s", c, err, d)
		}
	}
}
