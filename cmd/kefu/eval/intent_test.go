package eval

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func jsonl(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "{\"text\":\"设备%d号下线了\",\"intent\":\"repair\"}\n{\"text\":\"加单%d箱\",\"intent\":\"order\"}\n", i, i)
	}
	return b.String()
}

func TestIntents(t *testing.T) {
	for name, c := range map[string]struct {
		o    Reading
		want []string
	}{
		"as shipped": {Reading{Test: strings.NewReader(jsonl(4)), Misses: 3}, []string{"8 条，只用随程序的例句", "准确率", "报修", "读错"}},
		"trained":    {Reading{Test: strings.NewReader(jsonl(4)), Train: strings.NewReader(jsonl(30))}, []string{"学了 60 条", "宏平均 F1 1.0000"}},
		"folds":      {Reading{Test: strings.NewReader(jsonl(30)), Folds: 5, Alone: true}, []string{"60 条，5 份交叉", "准确率 1.0000"}},
		"dealt anew": {Reading{Test: strings.NewReader(jsonl(30)), Folds: 2, Times: 2, Alone: true}, []string{"120 条，2 份交叉", "第 2 次  准确率 1.0000"}},
	} {
		var b bytes.Buffer
		if err := Intents(&b, c.o); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, w := range c.want {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%s lacks %q:\n%s", name, w, b.String())
			}
		}
	}
	for name, text := range map[string]string{
		"nothing": "", "one label": `{"text":"a","intent":"order"}`, "no label": `{"text":"a"}`,
		"unknown label": `{"text":"a","intent":"weather"}`, "no JSON": "a",
	} {
		if err := Intents(&bytes.Buffer{}, Reading{Test: strings.NewReader(text)}); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
