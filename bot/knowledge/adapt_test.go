package knowledge

import (
	"fmt"
	"sync"
	"testing"

	"kefu/store"
)

// A company's synonyms and words of policy may change while questions are answered
// and articles come in.
func TestTheCompanysWordsChange(t *testing.T) {
	article := func(i int, q string) *Article {
		return &Article{Meta: store.Meta{ID: fmt.Sprint(i), Rev: 1}, Question: q, Answer: "在三楼，八点到十点。", State: Live}
	}
	b := Memory(Options{}, []*Article{article(1, "观星台几点开放"), article(2, "拼布坊怎么预约"), article(3, "湖边能钓鱼吗")})
	if a := b.Ask("天文露台怎么去", Everyone, now); a.Sure || a.Binding {
		t.Fatalf("without its words: %+v", a)
	}
	o := Options{Synonyms: [][]string{{"观星台", "天文露台"}}, Binding: []string{"露台"}}
	var wg sync.WaitGroup
	wg.Go(func() {
		for range 200 {
			b.Ask("天文露台几点开放", Everyone, now)
		}
	})
	wg.Go(func() {
		for i := range 100 {
			b.take(article(100+i, fmt.Sprintf("第%d号院子有没有秋千", i)))
		}
	})
	for range 20 {
		b.Adapt(o)
	}
	wg.Wait()
	if b.Len() != 103 {
		t.Errorf("%d articles, want 103", b.Len())
	}
	if a := b.Ask("天文露台几点开放", Everyone, now); !a.Binding {
		t.Error("a word of policy is not known")
	}
	b.Adapt(Options{Synonyms: o.Synonyms})
	if a := b.Ask("天文露台几点开放", Everyone, now); ids(a) != "1" || a.Binding {
		t.Errorf("with its words: %s, %+v", ids(a), a)
	}
	b.Adapt(Options{})
	if a := b.Ask("天文露台", Everyone, now); a.Sure || len(a.Several) > 0 {
		t.Errorf("after they were taken back: %s", ids(a))
	}
}
