package intent

import (
	"sync"
	"testing"
)

// A company's words may change while messages are read; the model in use stays.
func TestTheCompanysWordsChange(t *testing.T) {
	const text = "观星台的望远镜转不动了"
	r := New(Lexicon{})
	if got := r.Read(text, Context{}); got.Category != "" || got.Thing == "望远镜" {
		t.Fatalf("without its words: %q, %q", got.Category, got.Thing)
	}
	own := Train(Shipped()[:200])
	r.Use(own)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				if c := r.Read(text, Context{}).Category; c != "" && c != "sky" {
					t.Errorf("read as %q", c)
				}
			}
		})
	}
	r.Adapt(Lexicon{Things: []string{"望远镜"}, Categories: []Category{{ID: "pool", Words: []string{"泳池"}}, {ID: "sky", Words: []string{"观星台"}}}})
	wg.Wait()
	if got := r.Read(text, Context{}); got.Category != "sky" || got.Thing != "望远镜" {
		t.Errorf("with its words: %q, %q", got.Category, got.Thing)
	}
	if r.model.Load() != own {
		t.Error("the model that was put in use is not in use any more")
	}
	r.Use(nil)
	r.Adapt(Lexicon{})
	if got := r.Read(text, Context{}); got.Category != "" {
		t.Errorf("after they were taken back: %q", got.Category)
	}
}
