package learn

import (
	"slices"

	"kefu/bot/intent"
)

// Row is one labelled message.
type Row struct {
	Text   string
	Label  string
	Weight float64 // beside the others; 0 means 1
	// Source says where it comes from, for the report: a file, a correction.
	Source string
}

// wide are the labels that mean several of our intents. The names are those of
// common label sets; every name of intent.All is a label, too.
var wide = map[string][]intent.Intent{
	"complaint":  {intent.Complaint, intent.Abuse},
	"suggestion": {intent.Proposal},
	"order":      {intent.Order, intent.Progress, intent.Request},
	"praise":     {intent.Praise, intent.Rating},
	"smalltalk": {
		intent.Greeting, intent.Thanks, intent.Other, intent.Unsubscribe, intent.Erase, intent.SelfHarm,
	},
	"chat": {intent.Greeting, intent.Thanks, intent.Other},
	"not":  others(intent.Complaint, intent.Abuse, intent.Repair),
}

func others(but ...intent.Intent) (out []intent.Intent) {
	for _, i := range intent.All {
		if !slices.Contains(but, i) {
			out = append(out, i)
		}
	}
	return out
}

// Scheme is what the labels of one file mean: each some of our intents, none in
// two. In a file that tells only complaints from the rest, whoever says that
// something is broken complains.
type Scheme struct {
	Labels []string // in the order of reports
	means  map[string][]intent.Intent
}

// usual is the order of labels in reports.
var usual = []string{"inquiry", "complaint", "not", "order", "repair", "suggestion", "praise", "human", "smalltalk", "chat"}

// SchemeOf reads the labels of a file. unknown are those that mean nothing to us.
func SchemeOf(rows []Row) (s Scheme, unknown []string) {
	s.means = map[string][]intent.Intent{}
	for _, r := range rows {
		if s.means[r.Label] != nil || slices.Contains(unknown, r.Label) {
			continue
		}
		switch m := wide[r.Label]; {
		case m != nil:
			s.means[r.Label] = m
		case slices.Contains(intent.All, intent.Intent(r.Label)):
			s.means[r.Label] = []intent.Intent{intent.Intent(r.Label)}
		default:
			unknown = append(unknown, r.Label)
			continue
		}
		s.Labels = append(s.Labels, r.Label)
	}
	if s.means["not"] != nil && s.means["complaint"] != nil {
		s.means["complaint"] = []intent.Intent{intent.Complaint, intent.Abuse, intent.Repair}
	}
	s.narrow()
	slices.SortFunc(s.Labels, func(a, b string) int { return place(a) - place(b) })
	return s, unknown
}

// narrow takes from a wide label what another label of the same file names by
// itself: beside "progress", "order" means only orders.
func (s *Scheme) narrow() {
	for _, l := range s.Labels {
		for _, o := range s.Labels {
			if o == l || len(s.means[o]) > len(s.means[l]) || o > l && len(s.means[o]) == len(s.means[l]) {
				continue
			}
			s.means[l] = slices.DeleteFunc(slices.Clone(s.means[l]), func(i intent.Intent) bool { return slices.Contains(s.means[o], i) })
		}
	}
}

func place(label string) int {
	if i := slices.Index(usual, label); i >= 0 {
		return i
	}
	return len(usual) + slices.Index(intent.All, intent.Intent(label))
}

// Means gives the intents of a label.
func (s Scheme) Means(label string) []intent.Intent { return s.means[label] }

// Tell says which label a message carries by what the reader reads. A message
// that is not understood has the label of small talk, or the last one.
func (s Scheme) Tell(r *intent.Reader, text string) string {
	scores := r.Spread(text)
	best, high := s.rest(), 0.0
	for _, l := range s.Labels {
		var sum float64
		for _, i := range s.means[l] {
			sum += scores[i]
		}
		if sum > high {
			best, high = l, sum
		}
	}
	return best
}

func (s Scheme) rest() string {
	for _, l := range []string{"smalltalk", "chat", "other", "not"} {
		if s.means[l] != nil {
			return l
		}
	}
	return s.Labels[len(s.Labels)-1]
}

// examples turns rows into what the classifier learns from.
func (s Scheme) examples(rows []Row) []intent.Example {
	out := make([]intent.Example, 0, len(rows))
	for _, r := range rows {
		out = append(out, intent.Example{Text: r.Text, Any: s.means[r.Label], Weight: r.Weight})
	}
	return out
}

// shippedWeight is how much a sentence that came with the program counts beside
// a real message of this company: less, and enough for the intents of which a
// file has few.
const shippedWeight = 0.1

// Train makes a model of labelled rows and of the sentences known before.
func (s Scheme) Train(known []intent.Example, rows []Row) *intent.Model {
	all := s.examples(rows)
	for _, e := range known {
		e.Weight = shippedWeight
		all = append(all, e)
	}
	return intent.Train(all)
}
