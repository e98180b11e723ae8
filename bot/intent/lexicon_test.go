package intent

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a company adds is known beside what everybody knows.
func TestLexicon(t *testing.T) {
	r := New(Lexicon{
		Things: []string{"摇摇车"}, Products: []string{"晨露3代"}, Major: []string{"总部热线"}, Safety: []string{"脱轨"},
		Examples: map[Intent][]string{Request: {"来一轮摇摇车", "摇摇车来一轮", "开一轮摇摇车", "再来一轮"}},
	})
	got := r.Read("再来一轮摇摇车", Context{})
	if got.Main != Request || got.Thing != "摇摇车" {
		t.Errorf("read as %v about %q", got.Intents, got.Thing)
	}
	if got := r.Read("我要打总部热线", Context{}); !got.Major {
		t.Error("a word of the company's does not make it major")
	}
	if got := r.Read("小火车脱轨了", Context{}); !got.Safety || !got.Major {
		t.Error("a word of the company's is no danger")
	}
	if got := r.Read("晨露3代不工作", Context{}); got.Fields.Product != "晨露3代" {
		t.Errorf("product %q", got.Fields.Product)
	}
}

// The same sentences give the same model.
func TestSameAgain(t *testing.T) {
	w, all := load(Lexicon{}), Shipped()
	a, b := train(w, all), train(w, all)
	for _, s := range some {
		p := plain(s)
		x, _ := a.score(p, w.find(p, nil))
		y, _ := b.score(p, w.find(p, nil))
		if diff := cmp.Diff(x, y); diff != "" {
			t.Errorf("%q: %s", s, diff)
		}
	}
}

// With a case open, a lone question mark asks how it goes.
func TestOpenCase(t *testing.T) {
	r := New(Lexicon{})
	if got := r.Read("？？", Context{Open: true}); got.Main != Progress || !got.Urge {
		t.Errorf("read as %v", got.Intents)
	}
	if got := r.Read("1208", Context{Asked: SlotRoom}); !got.Complete {
		t.Error("an answer to what was asked waits for more")
	}
	if r.Half("1208空调坏了") || !r.Half("你好") || !r.Half("房间的空调，") {
		t.Error("half sentences are not told from whole ones")
	}
}
