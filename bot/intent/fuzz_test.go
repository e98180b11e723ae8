package intent

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"kefu/bot/chat"
)

func FuzzRead(f *testing.F) {
	r := New(hotel)
	for _, s := range some {
		f.Add(s)
	}
	for _, s := range []string{"", "\x00\xff", "１２０８", "{\"a\":[1,2]}", "<xml>", "\u202e反", "万万万", "138-1-1-1-1", "一二三四五六七八九十", strings.Repeat("没有", 900)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := r.Read(s, Context{})
		if len(got.Intents) == 0 || got.Main != got.Intents[0].Intent {
			t.Fatalf("main %q of %v", got.Main, got.Intents)
		}
		for _, i := range got.Intents {
			if math.IsNaN(i.Confidence) || i.Confidence < 0 || i.Confidence > 1 {
				t.Fatalf("confidence %v", i)
			}
		}
		if (got.Safety || got.SelfHarm) && !got.Major {
			t.Fatal("danger that is not major")
		}
		if got.Anger < 0 || got.Anger > 1 || got.Fields.Amount < 0 {
			t.Fatalf("anger %v, amount %d", got.Anger, got.Fields.Amount)
		}
		for _, said := range []string{r.Heard(s), r.Question(s)} {
			if utf8.RuneCountInString(said) > MaxHeard+4 || !utf8.ValidString(said) || strings.ContainsAny(said, "<>\n") {
				t.Fatalf("said back %q", said)
			}
		}
	})
}

func FuzzMatchOption(f *testing.F) {
	for _, s := range []string{"可以了", "2", "第二个", "②", "", "满意", "第", "还没好吗", "5分"} {
		f.Add(s, "可以了", "还没好")
	}
	f.Fuzz(func(t *testing.T, text, a, b string) {
		options := []chat.Option{{Label: a, Key: "a"}, {Label: b, Key: "b"}}
		got, ok := MatchOption(text, options)
		if ok && got != options[0] && got != options[1] {
			t.Fatalf("%q means %v, which was not offered", text, got)
		}
		if !ok && got != (chat.Option{}) {
			t.Fatal("no match, but an option")
		}
	})
}

func FuzzSlots(f *testing.F) {
	r := New(hotel)
	for _, s := range []string{"不是1208，是1218", "后天早上七点半到九点", "138 1234 五六七八", "文三路88号3栋2单元502室", "我姓王", "两大一小住两晚", "2月30号", "半个小时后", "三块五", "上上个星期天", "打错了"} {
		f.Add(s, "room")
	}
	now := time.Date(2026, 11, 24, 14, 5, 0, 0, china)
	f.Fuzz(func(t *testing.T, s, asked string) {
		got := r.Read(s, Context{Asked: Slot(asked)}).Fields
		if got.Phone != "" && strings.Trim(got.Phone, "0123456789") != "" {
			t.Fatalf("a phone %q", got.Phone)
		}
		if got.People < 0 || got.Nights < 0 || !utf8.ValidString(got.Name+got.Address+got.Serial) {
			t.Fatalf("%+v", got)
		}
		if m, ok := Moment(s, now); ok && (m.To.Before(m.From) || m.String() == "") {
			t.Fatalf("%q is %v", s, m)
		}
		Corrects(s)
		Declines(s)
	})
}
