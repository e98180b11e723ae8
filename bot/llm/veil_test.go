package llm

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestCover(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"我电话13812345678，打这个", "我电话〔电话1〕，打这个"},
		{"138 1234 5678或138-1234-5678", "〔电话1〕或〔电话2〕"},
		{"+8613812345678", "〔电话1〕"},
		{"１３８１２３４５６７８", "〔电话1〕"},
		{"13812345678不是13912345678，是13812345678", "〔电话1〕不是〔电话2〕，是〔电话1〕"},
		{"座机0571-88886666转802，(010)65129999，400-800-1234", "座机〔电话1〕，〔电话2〕，〔电话3〕"},
		{"订单20261113812345678901", "订单20261113812345678901"}, // a longer number is an order's
		{"1208房，2026-11-24 18:30到，480元", "1208房，2026-11-24 18:30到，480元"},
		{"身份证330106199001011234", "身份证〔证件1〕"},
		{"身份证 330106 19900101 123x", "身份证 〔证件1〕"},
		{"护照E12345678", "护照〔证件1〕"},
		{"卡号6222 0212 3456 7890 128，订单6222021234567890129", "卡号〔银行卡1〕，订单6222021234567890129"},
		{"浙A12345和粤BD12345，京A·88888", "〔车牌1〕和〔车牌2〕，〔车牌3〕"},
		{"新iPhone16放前台了", "新iPhone16放前台了"},
		{"发到zhang.wei@example.com.cn吧", "发到〔邮箱1〕吧"},
		{"我是oABCDEFGHIJKLMNOPQRSTUVWXYZ1，", "我是〔账号1〕，"},
		{"寄到文三路88号3幢502室，8号到", "寄到文三路〔门牌1〕，8号到"},
		{"张伟说张伟明天来，1号楼", "〔姓名1〕说〔姓名1〕明天来，1号楼"},
		{"张伟东的电话", "〔姓名2〕的电话"},
		{"发给〔电话1〕，13812345678", "发给〔原文1〕，〔电话1〕"},
		{"〔电话〕〔电话12〔姓名1〕〕", "〔电话〕〔电话12〔原文1〕〕"},
		{"", ""},
	} {
		v := newVeil([]string{"张伟", "张伟东", "王"})
		v.placeholder(kindName, "张伟")
		v.placeholder(kindName, "张伟东")
		got := v.cover(c.text)
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s:\n%s", c.text, d)
		}
		if back := v.lift(got); back != c.text {
			t.Errorf("%s came back as %s", c.text, back)
		}
	}
}

// What the model makes of placeholders: only those that were given come back.
func TestLift(t *testing.T) {
	v := newVeil([]string{`张"伟\`})
	if got := v.cover(`张"伟\ 13812345678`); got != "〔姓名1〕 〔电话1〕" {
		t.Fatal(got)
	}
	for said, want := range map[string]string{
		"打〔电话1〕〔电话1〕":       "打1381234567813812345678",
		"〔电话2〕〔银行卡1〕〔姓名1〕好": `张"伟\好`,
		"〔〕〔abc〕〔电话1":       "〔〕〔abc〕〔电话1",
	} {
		if got := v.lift(said); got != want {
			t.Errorf("%s: %s", said, got)
		}
	}
	var none *veil
	if none.lift("〔电话1〕") != "〔电话1〕" {
		t.Error("a nil veil changes text")
	}
	var x any
	if err := json.Unmarshal([]byte(`{"a":["〔姓名1〕",{"b":"〔电话1〕"}]}`), &x); err != nil {
		t.Fatal(err)
	}
	got, ok := v.lifted(x)
	if d := cmp.Diff(any(map[string]any{"a": []any{`张"伟\`, map[string]any{"b": "13812345678"}}}), got); d != "" || !ok {
		t.Error(d)
	}
}

// values are such as must never leave.
var values = rapid.OneOf(
	rapid.StringMatching(`1[3-9][0-9]{9}`),
	rapid.StringMatching(`33010619[0-9]{2}0[1-9]1[0-9][0-9]{3}[0-9X]`),
	rapid.StringMatching(`[a-z]{3,8}@[a-z]{3,8}\.com`),
	rapid.StringMatching(`0571-8[0-9]{7}`),
	rapid.StringMatching(`浙[A-F][0-9]{5}`),
	rapid.StringMatching(`o[A-Za-z0-9_]{26}A`),
)

var chatter = rapid.OneOf(
	rapid.StringMatching(`[空调坏了房卡好的，。！〔〕电话姓名 \n]{0,12}`),
	rapid.SampledFrom([]string{"〔电话1〕", "〔姓名1〕", "〔电话", "1208房", "张三", "8号", "🙂", "\u202e", `{"a":"b"}`, "\\u3014电话1\\u3015"}),
)

// Any text comes back as it was, and nothing of what must not leave stays in it.
func TestCoverProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		var secret []string
		for range rapid.IntRange(0, 8).Draw(t, "pieces") {
			b.WriteString(chatter.Draw(t, "chatter"))
			v := values.Draw(t, "value")
			if n := len(secret); n > 0 && rapid.Bool().Draw(t, "again") {
				v = secret[n-1]
			}
			secret = append(secret, v)
			b.WriteString("，" + v + "，")
		}
		text := b.String()
		veil := newVeil([]string{"张三", "三个"})
		covered := veil.cover(text)
		if back := veil.lift(covered); back != text {
			t.Fatalf("%q came back as %q by %q", text, back, covered)
		}
		for _, s := range append(secret, "张三") {
			if strings.Contains(covered, s) {
				t.Fatalf("%q stays in %q", s, covered)
			}
		}
	})
}

func FuzzCover(f *testing.F) {
	f.Add("我电话13812345678，发到a@b.cn", "张伟")
	f.Add("〔电话1〕138 1234 5678〔电话1〕1号", "电话")
	f.Add("寄到文三路88号3幢502室 330106199001011234", "三路")
	f.Fuzz(func(t *testing.T, text, name string) {
		v := newVeil([]string{name})
		covered := v.cover(text)
		if back := v.lift(covered); back != text {
			t.Fatalf("%q came back as %q by %q", text, back, covered)
		}
		if again := newVeil([]string{name}); again.cover(text) != covered {
			t.Fatal("not the same twice")
		}
		if utf8.ValidString(text) && utf8.ValidString(name) && !utf8.ValidString(covered) {
			t.Fatalf("%q is cut in the middle of a rune", covered)
		}
	})
}

func FuzzForm(f *testing.F) {
	shape, err := compile([]byte(`{"type":"object","required":["a"],"properties":{"a":{"type":"string","maxLength":9},"n":{"type":"number","minimum":0.5}}}`))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(`{"a":"〔电话1〕"}`)
	f.Add("```json\n{\"a\":\"x\",\"n\":1e5}\n```")
	f.Add(`{"a":{"a":"x"}`)
	f.Add(`{,}{"a":"}"}`)
	f.Fuzz(func(t *testing.T, said string) {
		v := newVeil(nil)
		v.cover("13812345678")
		text, fault := shape.read(said, v)
		if (text == "") != (fault != "") {
			t.Fatalf("text %q, fault %q", text, fault)
		}
		if text == "" {
			return
		}
		// What was accepted is accepted again, as it is.
		if again, fault := shape.read(text, nil); again != text {
			t.Fatalf("%q became %q: %s", text, again, fault)
		}
	})
}

// A text of values takes time by its length, not by its square: eight times as
// long is far from 64 times as slow.
func TestCoverIsLinear(t *testing.T) {
	text := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "1380000%04d ", i)
		}
		return b.String()
	}
	best := func(text string) time.Duration {
		least := time.Hour
		for range 3 {
			began := time.Now()
			newVeil(nil).cover(text)
			least = min(least, time.Since(began))
		}
		return least
	}
	short, long := best(text(1000)), best(text(8000))
	if long > 24*short {
		t.Errorf("1,000 values take %v, 8,000 take %v", short, long)
	}
}

func BenchmarkCover(b *testing.B) {
	text := strings.Repeat("早餐 6:30 到 10:00，在一楼。", 40) + "我电话13812345678"
	for b.Loop() {
		newVeil([]string{"张伟"}).cover(text)
	}
}
