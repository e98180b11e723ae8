package eval

import (
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"kefu/bot/incident"
)

// BurstRow is a complaint of a stream in the order of time; Cluster names the
// event it belongs to, nil: none.
type BurstRow struct {
	ID      string  `json:"id"`
	At      string  `json:"ts"` // 2019-01-02T15:04:05
	User    string  `json:"user"`
	Title   string  `json:"title"`
	Text    string  `json:"text"`
	Cluster *string `json:"cluster"`
	at      time.Time
}

const burstTime = "2006-01-02T15:04:05"

func (r *BurstRow) check() (err error) {
	if r.ID == "" || r.Title+r.Text == "" {
		return errors.New("没有 id 或 text")
	}
	if r.at, err = time.Parse(burstTime, r.At); err != nil {
		return errors.New("的 ts 不是 " + burstTime)
	}
	return nil
}

// BurstOptions say how a stream is looked at. Alike 0 is the usual.
type BurstOptions struct {
	Window time.Duration
	Alike  float64
	Rule   incident.Rule
}

// BurstScore is how well events were found in a stream.
type BurstScore struct {
	Rows, Events      int
	Pairs, Found, Hit int // pairs labelled as one event, found as one, both
	Alerted           int // labelled events alerted before their sixth complaint
	Due               int // labelled events that the rule asks an alert for
	Late, Missed      []string
	False             []string // alerts of groups in which no labelled event has most
	Each              time.Duration
}

// Precision, Recall and F1 are over pairs of complaints.
func (s BurstScore) Precision() float64 { return share(s.Hit, s.Found) }

// Recall is the part of the labelled pairs that was found.
func (s BurstScore) Recall() float64 { return share(s.Hit, s.Pairs) }

// F1 is the harmonic mean of both.
func (s BurstScore) F1() float64 { return share(2*s.Hit, s.Found+s.Pairs) }

func share(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// Burst reads a stream, looks for events as they come and writes figures, and what
// was missed, to w.
func Burst(r io.Reader, w io.Writer, o BurstOptions) (BurstScore, error) {
	all, err := rows(r, (*BurstRow).check)
	if err != nil {
		return BurstScore{}, err
	}
	for i := 1; i < len(all); i++ {
		if all[i].at.Before(all[i-1].at) {
			return BurstScore{}, fmt.Errorf("%w: %s 比前一行早，要按时间排好", ErrInput, all[i].ID)
		}
	}
	b := newBurst(all, o)
	began := time.Now()
	for i := range all {
		b.next(i)
	}
	b.score.Each = time.Since(began) / time.Duration(len(all))
	b.count()
	b.write(w)
	return b.score, nil
}

type burst struct {
	all     []BurstRow
	o       BurstOptions
	groups  *incident.Groups
	index   map[string]int
	label   []string       // by row: the group it was found in
	event   map[string]int // rows of a labelled event so far
	users   map[string]map[string]bool
	alerted map[string]int  // labelled event → its rows when it was alerted
	told    map[string]bool // groups that were alerted
	score   BurstScore
}

func newBurst(all []BurstRow, o BurstOptions) *burst {
	b := &burst{
		all: all, o: o, index: map[string]int{}, label: make([]string, len(all)), event: map[string]int{},
		users: map[string]map[string]bool{}, alerted: map[string]int{}, told: map[string]bool{},
		groups: incident.NewGroups(incident.Options{Window: o.Window, Alike: o.Alike}),
	}
	for i, r := range all {
		b.index[r.ID] = i
	}
	return b
}

func (b *burst) next(i int) {
	r := &b.all[i]
	if r.Cluster != nil {
		b.event[*r.Cluster]++
		if b.users[*r.Cluster] == nil {
			b.users[*r.Cluster] = map[string]bool{}
		}
		b.users[*r.Cluster][r.User] = true
	}
	g := b.groups.Add(incident.Item{ID: r.ID, At: r.at, Who: r.User, Text: r.Title + "\n" + r.Text})
	inside := map[string]int{}
	for _, id := range g.Members {
		j := b.index[id]
		b.label[j] = g.ID
		if c := b.all[j].Cluster; c != nil {
			inside[*c]++
		}
	}
	if !b.o.Rule.Exceeded(g.Size, g.Customers, 0) || b.told[g.ID] {
		return
	}
	b.told[g.ID] = true
	b.groups.Pin(r.ID, g.ID) // an incident is open from here on
	for c, n := range inside {
		if 2*n > g.Size {
			if b.alerted[c] == 0 {
				b.alerted[c] = b.event[c]
			}
			return
		}
	}
	b.score.False = append(b.score.False, r.Title)
}

// count compares the groups with the labels.
func (b *burst) count() {
	s := &b.score
	s.Rows, s.Events = len(b.all), len(b.event)
	pairs := func(n int) int { return n * (n - 1) / 2 }
	found, hit := map[string]int{}, map[[2]string]int{}
	for i, r := range b.all {
		if !b.told[b.label[i]] {
			continue
		}
		found[b.label[i]]++
		if r.Cluster != nil {
			hit[[2]string{b.label[i], *r.Cluster}]++
		}
	}
	for _, n := range found {
		s.Found += pairs(n)
	}
	for _, n := range hit {
		s.Hit += pairs(n)
	}
	for c, n := range b.event {
		s.Pairs += pairs(n)
		switch at := b.alerted[c]; {
		case !b.o.Rule.Exceeded(n, len(b.users[c]), 0):
		case at == 0:
			s.Due++
			s.Missed = append(s.Missed, c)
		case at > b.o.Rule.Count:
			s.Due++
			s.Late = append(s.Late, fmt.Sprintf("%s（第 %d 条）", c, at))
		default:
			s.Due++
			s.Alerted++
		}
	}
}

const shownMisses = 40

func (b *burst) write(w io.Writer) {
	s := &b.score
	fmt.Fprintf(w, "%d 条，%d 起事件；每条 %s\n", s.Rows, s.Events, s.Each.Round(time.Microsecond))
	fmt.Fprintf(w, "成对：F1 %.3f  准确 %.3f  召回 %.3f（标注 %d 对，找到 %d 对，对上 %d 对）\n",
		s.F1(), s.Precision(), s.Recall(), s.Pairs, s.Found, s.Hit)
	fmt.Fprintf(w, "该报的 %d 起，第 %d 条前报出 %d 起；晚报 %v，漏报 %v；误报 %d 起\n",
		s.Due, b.o.Rule.Count+1, s.Alerted, s.Late, s.Missed, len(s.False))
	for _, f := range s.False[:min(len(s.False), shownMisses)] {
		fmt.Fprintf(w, "  误报：%s\n", short(f))
	}
	b.misses(w)
}

// misses lists complaints of an event that were found elsewhere than most of it.
func (b *burst) misses(w io.Writer) {
	most := map[string]map[string]int{}
	for i, r := range b.all {
		if r.Cluster != nil {
			if most[*r.Cluster] == nil {
				most[*r.Cluster] = map[string]int{}
			}
			most[*r.Cluster][b.label[i]]++
		}
	}
	home := map[string]string{}
	whose := map[string]string{}
	for c, groups := range most {
		n := 0
		for g, k := range groups {
			if k > n {
				n, home[c] = k, g
			}
		}
		whose[home[c]] = c
	}
	shown := 0
	for i, r := range b.all {
		c := ""
		if r.Cluster != nil {
			c = *r.Cluster
		}
		if shown == shownMisses {
			return
		}
		switch {
		case c != "" && b.label[i] != home[c]:
			fmt.Fprintf(w, "  漏：%s 里没有 %s\n", c, short(r.Title+" "+r.Text))
			shown++
		case c == "" && whose[b.label[i]] != "":
			fmt.Fprintf(w, "  多：%s 里有 %s\n", whose[b.label[i]], short(r.Title+" "+r.Text))
			shown++
		}
	}
}

func short(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
