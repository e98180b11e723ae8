package casework

import (
	"cmp"
	"maps"
	"slices"

	"kefu/bot/ticket"
)

// Particular is one thing that a customer told of a case beyond its words: 人数, 4 位.
type Particular struct{ Title, Value string }

// Particulars are the slots of a case that stand nowhere else on its page, those the case's
// kind asks for first and in the order of its questions.
func (d *Desk) Particulars(t *ticket.Ticket) []Particular {
	k := d.Pack().Kind(string(t.Kind))
	place := func(slot string) int {
		if k != nil {
			for i := range k.Ask {
				if k.Ask[i].ID == slot {
					return i
				}
			}
			return len(k.Ask)
		}
		return 0
	}
	slots := slices.SortedFunc(maps.Keys(t.Slots), func(a, b string) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
	})
	var all []Particular
	for _, slot := range slots {
		v := t.Slots[slot]
		if v == "" {
			continue
		}
		if k != nil {
			if a := k.Question(slot); a != nil && a.Option(v) != nil {
				v = a.Option(v).Label
			}
		}
		all = append(all, Particular{d.SlotTitle(t, slot), v})
	}
	return all
}
