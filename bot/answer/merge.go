package answer

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"kefu/bot/intent"
)

const (
	most  = 0.85 // a model is never as sure as a rule
	least = 0.3  // what is not listed at all
)

// merge adds what a model read to our own reading.
func merge(t Turn, m told) intent.Reading {
	r := t.Own
	r.Intents = intents(t.Own, m, utf8.RuneCountInString(t.Text) > chatty)
	r.Main = r.Intents[0].Intent
	r.Why = slices.Clone(r.Why)
	if r.Main != t.Own.Main {
		r.Why = append(r.Why, "模型："+string(r.Main))
	}
	if m.Danger {
		r.Safety = true
	}
	if m.SelfHarm {
		r.SelfHarm = true
	}
	r.Major = r.Major || r.Safety || r.SelfHarm || m.Threat
	switch m.Sentiment {
	case "angry":
		r.Anger = max(r.Anger, 0.6)
	case "upset":
		r.Anger = max(r.Anger, 0.3)
	}
	if m.Urgency == "high" && r.Main == intent.Progress {
		r.Urge = true
	}
	w := wrote(t.Text)
	w.fill(&r.Fields, m)
	if r.Category == "" && slices.Contains(t.Categories, m.Category) {
		r.Category = m.Category
	}
	if r.Thing == "" && w.has(m.Thing, 8) {
		r.Thing = strings.ReplaceAll(string(normal(m.Thing)), " ", "")
	}
	return r
}

// deed are intents that are carried out at once, without a person: a model's word
// alone does not unsubscribe anybody.
var deed = map[intent.Intent]bool{intent.Unsubscribe: true, intent.Erase: true}

// restful are intents that nobody has to do anything about.
var restful = map[intent.Intent]bool{intent.Greeting: true, intent.Thanks: true, intent.Rating: true, intent.Praise: true}

// chatty is the length, in characters, up to which a text may be 谢谢 and no more.
const chatty = 12

// matter says that we read something somebody has to see to, so that a model
// cannot wave it away.
func matter(own intent.Reading) bool {
	switch own.Main {
	case intent.Unknown, intent.Other, "":
		return false
	}
	return !restful[own.Main]
}

// intents joins both lists: nothing that we were sure of goes, nor anything of
// what is never to be missed; our guesses that the model does not share weigh
// less. A model that is wrong neither does a deed nor makes a matter vanish.
func intents(own intent.Reading, m told, long bool) []intent.Scored {
	score := map[intent.Intent]float64{}
	heard := map[intent.Intent]bool{}
	for i, s := range m.Intents {
		if i == 5 || !slices.Contains(intent.All, s.Intent) {
			continue
		}
		if deed[s.Intent] && !own.Has(s.Intent) || restful[s.Intent] && (matter(own) || long && s.Intent != intent.Praise) {
			continue
		}
		if v := min(max(s.Confidence, 0), most); v >= least {
			score[s.Intent] = max(score[s.Intent], v)
			heard[s.Intent] = true
		}
	}
	if m.SelfHarm {
		score[intent.SelfHarm] = max(score[intent.SelfHarm], most)
	}
	if m.Threat || m.Danger {
		score[intent.Complaint] = max(score[intent.Complaint], certain)
	}
	for _, s := range own.Intents {
		v := s.Confidence
		switch {
		case s.Intent == intent.Unknown || s.Intent == intent.Other && len(heard) > 0 && v < certain:
			continue
		case !heard[s.Intent] && !kept[s.Intent] && v < certain && len(heard) > 0:
			v *= 0.6
		}
		if v >= least || kept[s.Intent] {
			score[s.Intent] = max(score[s.Intent], v)
		}
	}
	switch {
	case len(score) == 0 && len(own.Intents) == 0:
		return []intent.Scored{{Intent: intent.Unknown, Confidence: 1}}
	case len(score) == 0:
		return own.Intents
	}
	var out []intent.Scored
	for _, i := range slices.Sorted(maps.Keys(score)) {
		out = append(out, intent.Scored{Intent: i, Confidence: score[i]})
	}
	slices.SortStableFunc(out, func(a, b intent.Scored) int {
		return cmp.Or(cmp.Compare(rank(own, a), rank(own, b)), -cmp.Compare(a.Confidence, b.Confidence))
	})
	return out
}

// rank keeps what led our own reading by rule at the head.
func rank(own intent.Reading, s intent.Scored) int {
	switch {
	case s.Intent == intent.SelfHarm:
		return 0
	case s.Intent == own.Main && (own.Confidence(own.Main) >= 0.9 || own.Major):
		return 1
	}
	return 2
}

// written is what a customer wrote, ready to ask whether a value is in it.
type written struct {
	text   string          // normalised, without blanks
	runs   map[string]bool // figures in a row, Chinese digits as figures
	joined map[string]bool // the same over blanks and dashes: telephone numbers
	words  map[string]bool // letters and figures in a row
	claims claims
}

func wrote(text string) written {
	t := normal(cut(text, 4*maxText))
	w := written{runs: map[string]bool{}, joined: map[string]bool{}, words: map[string]bool{}}
	w.claims, _ = read(t)
	w.text = strings.ReplaceAll(string(t), " ", "")
	var figures strings.Builder
	for _, r := range t {
		if d, ok := hanDigits[r]; ok && r != '两' && r != '俩' {
			figures.WriteByte(byte('0' + d))
		} else {
			figures.WriteRune(r)
		}
	}
	s := figures.String()
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return !isDigit(r) }) {
		w.runs[f] = true
	}
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return !isDigit(r) && r != '-' && r != ' ' }) {
		w.joined[strings.NewReplacer("-", "", " ", "").Replace(f)] = true
	}
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return !isDigit(r) && !isLatin(r) && r != '-' }) {
		w.words[strings.ReplaceAll(f, "-", "")] = true
	}
	return w
}

// has says whether a short piece stands in the text as it is.
func (w written) has(s string, most int) bool {
	n := strings.ReplaceAll(string(normal(s)), " ", "")
	for _, r := range n {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != ':' && r != '-' {
			return false
		}
	}
	return n != "" && utf8.RuneCountInString(n) <= most && strings.Contains(w.text, n)
}

// fill sets the fields that are empty and that the customer wrote.
func (w written) fill(f *intent.Fields, m told) {
	d := figuresOf
	if room := d(m.Fields.Room); f.Room == "" && len(room) >= 3 && len(room) <= 5 && w.runs[room] && !w.claims[claim{"元", tidy(room)}] {
		f.Room = room
	}
	if p := d(m.Fields.Phone); f.Phone == "" && len(p) >= 7 && len(p) <= 12 && (w.joined[p] || w.runs[p]) {
		f.Phone = p
	}
	if n := d(m.Fields.Number); f.Number == "" && len(n) >= 4 && len(n) <= 6 && w.runs[n] {
		f.Number = n
	}
	if o := strings.NewReplacer("-", "", " ", "").Replace(string(normal(m.Fields.Order))); f.Order == "" && len(o) >= 6 && len(o) <= 32 && w.words[o] && d(o) != "" {
		f.Order = strings.ToUpper(o)
	}
	if f.Product == "" && w.has(m.Fields.Product, 20) {
		f.Product = string(normal(m.Fields.Product))
	}
	if f.When == "" && w.has(m.Fields.When, 12) {
		f.When = string(normal(m.Fields.When))
	}
	if n := []rune(m.Fields.Name); f.Name == "" && len(n) > 1 && strings.ContainsRune(surnames, n[0]) && w.has(m.Fields.Name, 6) {
		f.Name = string(normal(m.Fields.Name))
	}
	if f.Address == "" && utf8.RuneCountInString(m.Fields.Address) >= 6 && w.has(m.Fields.Address, 60) {
		f.Address = string(normal(m.Fields.Address))
	}
	if v := strings.NewReplacer("-", "", " ", "").Replace(string(normal(m.Fields.Serial))); f.Serial == "" && len(v) >= 6 && len(v) <= 32 && w.words[v] {
		f.Serial = strings.ToUpper(v)
	}
	if f.Amount == 0 {
		f.Amount = w.amount(m.Fields.Amount, *f)
	}
}

// amount is a sum in 分 when the customer named it, else 0. A bare number that is
// their room or a case's is none.
func (w written) amount(s string, f intent.Fields) int64 {
	found, _ := read(normal(s))
	if len(found) != 1 {
		return 0
	}
	for c := range found {
		if c.kind != "元" && c.kind != "" || !w.claims[claim{"元", c.value}] && !w.claims[claim{"", c.value}] {
			return 0
		}
		if !w.claims[claim{"元", c.value}] && (c.value == tidy(f.Room) || c.value == tidy(f.Number)) {
			return 0
		}
		if v, err := strconv.ParseFloat(c.value, 64); err == nil && v > 0 && v < 1e8 {
			return int64(v*100 + 0.5)
		}
	}
	return 0
}

// figuresOf are the figures of a value, "" when it has other letters.
func figuresOf(s string) string {
	var b strings.Builder
	for _, r := range normal(s) {
		switch {
		case isDigit(r):
			b.WriteRune(r)
		case unicode.IsLetter(r):
			if b.Len() > 0 && isHan(r) {
				continue // 1208房
			}
			return ""
		}
	}
	return b.String()
}
