package e2e

import (
	"strings"
	"testing"
	"time"

	"kefu/bot/chat"
)

// A greeting, half a sentence and a picture, one right after the other: they are
// judged together. One answer, one case with the picture in it.
func TestThreeAtOnce(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	guest := h.guest("王女士").Later()
	for _, err := range []error{
		guest.Say(ctx, "你好"),
		guest.Say(ctx, "空调坏了，"),
		guest.SendPicture(ctx, []byte("\xff\xd8\xff\xe0 a picture"), "photo.jpg"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	h.rest()
	s := &script{house: h, file: t.Name(), vars: map[string]string{}, heard: map[string]int{}}
	if words := s.words("王女士"); len(words) != 1 || !strings.Contains(words[0], "空调坏了") {
		t.Errorf("they heard:\n%s", strings.Join(words, "\n--\n"))
	}
	list, err := h.Cases.Book.Of(ctx, chat.Customer("hotel", openid("王女士")), 5)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d cases, %v", len(list), err)
	}
	if c := list[0]; len(c.Files) != 1 || c.Files[0].From != "customer" || c.Times != 1 {
		t.Errorf("the case has %+v, came %d times", c.Files, c.Times)
	}
}

// Whole sentences do not wait for each other: each is answered, in order, though
// they come at once.
func TestWholeSentencesDoNotWait(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	guest := h.guest("李先生").Later()
	began := time.Now()
	for _, words := range []string{"早餐几点", "怎么开发票"} {
		if err := guest.Say(ctx, words); err != nil {
			t.Fatal(err)
		}
	}
	h.rest()
	if took := time.Since(began); took > 2400*time.Millisecond {
		t.Errorf("it took %s", took)
	}
	s := &script{house: h, file: t.Name(), vars: map[string]string{}, heard: map[string]int{}}
	if words := s.words("李先生"); len(words) != 2 || !strings.Contains(words[0], "早餐") || !strings.Contains(words[1], "发票") {
		t.Errorf("they heard:\n%s", strings.Join(words, "\n--\n"))
	}
}
