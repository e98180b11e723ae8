package knowledge

import (
	"testing"

	"kefu/store"
)

// A place fits itself, its province, and for a province its cities; who names none
// is not elsewhere.
func TestElsewhere(t *testing.T) {
	x := newIndex(newSynonyms(nil))
	for _, c := range []struct {
		question, article string
		want              bool
	}{
		{"杭州的店可以停车吗", "宁波店有车位", true},
		{"杭州的店可以停车吗", "杭州店有车位", false},
		{"杭州的店可以停车吗", "浙江各店都有车位", false},
		{"浙江的店可以停车吗", "宁波店有车位", false},
		{"江苏的店可以停车吗", "宁波店有车位", true},
		{"可以停车吗", "宁波店有车位", false},
		{"杭州的店可以停车吗", "各店都有车位", false},
		{"杭州和宁波的店可以停车吗", "宁波店有车位", false},
	} {
		w := x.begin()
		x.prepare(w, c.question)
		if got := w.elsewhere(x.syn.view(&Article{Answer: c.article})); got != c.want {
			t.Errorf("%s, %s: elsewhere is %v", c.question, c.article, got)
		}
		x.end(w)
	}
	b := Memory(Options{}, []*Article{
		{Meta: store.Meta{ID: "n", Rev: 1}, Question: "宁波店停车怎么收费", Answer: "每天 20 元", State: Live, Official: true},
		{Meta: store.Meta{ID: "h", Rev: 1}, Question: "停车怎么收费", Answer: "杭州店每小时 5 元，住店客人不收", State: Live, Official: true},
	})
	for question, want := range map[string]string{"杭州停车怎么收费": "h", "宁波停车怎么收费": "n"} {
		if got := b.Best(question, Everyone, now, 1); len(got) == 0 || got[0].ID != want {
			t.Errorf("%s: %v", question, got)
		}
	}
}
