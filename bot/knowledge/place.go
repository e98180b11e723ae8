package knowledge

import (
	_ "embed"
	"strings"

	"kefu/bot/wording"
)

// placesText has a line for each province: its name, then its cities.
//
//go:embed places.txt
var placesText string

// placeSet says which of the known places a text names.
type placeSet [6]uint64

func (s *placeSet) add(place int)      { s[place/64] |= 1 << (place % 64) }
func (s *placeSet) has(place int) bool { return s[place/64]&(1<<(place%64)) != 0 }
func (s *placeSet) meets(t *placeSet) bool {
	for i := range s {
		if s[i]&t[i] != 0 {
			return true
		}
	}
	return false
}

// placeNames finds them in texts; fits has for each place what speaks of it too: the
// place, its province, and a province's cities.
var placeNames, fits = func() (*wording.Exact, []placeSet) {
	var names []string
	var fits []placeSet
	for line := range strings.Lines(placesText) {
		first := len(names)
		names = append(names, strings.Fields(line)...)
		fits = append(fits, make([]placeSet, len(names)-first)...)
		for i := first; i < len(names); i++ {
			fits[i].add(i)
			fits[i].add(first)
			fits[first].add(i)
		}
	}
	return wording.NewExact(names), fits
}()

// named are the places that a text names.
func named(text string) (s placeSet) {
	placeNames.Each(text, func(place int) bool { s.add(place); return true })
	return s
}

// fitting are the places of which an article may speak that answers a question
// naming s.
func (s *placeSet) fitting() (fit placeSet) {
	for place, f := range fits {
		if s.has(place) {
			for i := range fit {
				fit[i] |= f[i]
			}
		}
	}
	return fit
}

// elsewhere says that an article names places, and none that fits the question's:
// what holds in one house or city need not in another.
func (q *asked) elsewhere(v *view) bool {
	return q.places != (placeSet{}) && v.places != (placeSet{}) && !q.fit.meets(&v.places)
}
