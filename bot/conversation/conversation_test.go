package conversation_test

import (
	"fmt"
	"testing"
	"time"

	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/store"
)

var noon = time.Date(2026, 11, 24, 14, 5, 0, 0, time.FixedZone("CST", 8*3600))

func at(d time.Duration) store.Time { return store.At(noon.Add(d)) }

func turn(key string, mode conversation.Mode, reply string, d time.Duration) conversation.Turn {
	t := conversation.Turn{Key: key, Mode: mode, At: at(d)}
	if reply != "" {
		c := chat.Say(reply)
		t.Reply = &c
	}
	return t
}

func TestRepeatFindsTheSameReply(t *testing.T) {
	var c conversation.Conversation
	c.Record(turn("m1", conversation.Passive, "您好", 0))
	c.Record(turn("m2", conversation.Silent, "", time.Second))
	got := c.Defer("m1", noon.Add(5*time.Second)) // WeChat asks again
	if !got.Decided || got.Mode != conversation.Passive || got.Reply == nil || got.Reply.Text != "您好" {
		t.Errorf("the repeat of m1 gets %+v", got)
	}
	if got := c.Defer("m2", noon); !got.Decided || got.Mode != conversation.Silent || got.Reply != nil {
		t.Errorf("the repeat of m2 gets %+v", got)
	}
	if len(c.Turns) != 2 {
		t.Errorf("%d turns for two messages", len(c.Turns))
	}
	if c.Turn("m3") != nil {
		t.Error("a message that never came has a turn")
	}
}

// A repeat that comes before the decision settles that the reply goes as a
// delivery: nobody may give it in two calls.
func TestLaterWinsOverPassive(t *testing.T) {
	for _, mode := range []conversation.Mode{conversation.Passive, conversation.Later, conversation.Silent} {
		var c conversation.Conversation
		if d := c.Defer("m1", noon); d.Decided || d.Mode != conversation.Later {
			t.Fatalf("deferred as %+v", d)
		}
		got := c.Record(turn("m1", mode, "您好", time.Second))
		want := mode
		if mode == conversation.Passive {
			want = conversation.Later
		}
		if got.Mode != want || !got.Decided || c.Turn("m1").Mode != want || len(c.Turns) != 1 {
			t.Errorf("decided %s after the repeat: %+v", mode, got)
		}
	}
}

// Old turns go, those of which WeChat may still ask never do.
func TestTrimmingKeepsYoungTurns(t *testing.T) {
	var c conversation.Conversation
	for i := range 100 { // all within five minutes
		c.Record(turn(fmt.Sprint("m", i), conversation.Passive, "", time.Duration(i)*time.Second))
	}
	if len(c.Turns) != 100 || c.Turn("m0") == nil {
		t.Fatalf("%d turns are left of a hundred young ones", len(c.Turns))
	}
	c.Record(turn("late", conversation.Passive, "", time.Hour))
	if len(c.Turns) != 12 || c.Turn("late") == nil || c.Turn("m99") == nil || c.Turn("m88") != nil {
		t.Errorf("an hour later %d turns are left, from %s", len(c.Turns), c.Turns[0].Key)
	}
	for i := range 300 { // a flood is bounded all the same
		c.Record(turn(fmt.Sprint("f", i), conversation.Silent, "", time.Hour))
	}
	if len(c.Turns) != 200 || c.Turn("f299") == nil || c.Turn("f100") == nil {
		t.Errorf("of a flood %d turns are left, from %s", len(c.Turns), c.Turns[0].Key)
	}
}

func TestOffersAreRememberedForAWeek(t *testing.T) {
	var c conversation.Conversation
	c.Offers(chat.Content{Text: "可以了吗？", Options: []chat.Option{{Label: "可以了", Key: "ok:4827"}}}, noon)
	c.Offers(chat.Say("没有选项的话"), noon.Add(time.Hour)) // does not wipe them out
	for _, x := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {7 * 24 * time.Hour, 1}, {7*24*time.Hour + time.Second, 0}} {
		if got := c.Offered(noon.Add(x.after)); len(got) != x.want {
			t.Errorf("after %s: %v", x.after, got)
		}
	}
	c.Offers(chat.Content{Options: []chat.Option{{Label: "有帮助", Key: "faq:yes"}}}, noon.Add(time.Minute))
	if got := c.Offered(noon.Add(time.Hour)); len(got) != 1 || got[0].Key != "faq:yes" {
		t.Errorf("the last offer is %v", got)
	}
}

func TestQuestionStaysOpenForADay(t *testing.T) {
	c := conversation.Conversation{Ask: &conversation.Ask{No: "4827", Slot: "phone", At: at(0)}}
	for _, x := range []struct {
		after time.Duration
		open  bool
	}{{0, true}, {24 * time.Hour, true}, {24*time.Hour + time.Second, false}} {
		if got := c.Open(noon.Add(x.after)); (got != nil) != x.open {
			t.Errorf("after %s: %v", x.after, got)
		}
	}
	if (&conversation.Conversation{}).Open(noon) != nil {
		t.Error("a question nobody put is open")
	}
}

func TestCountWithinTheHour(t *testing.T) {
	var c conversation.Conversation
	for i := range 34 {
		if n := c.Count(noon.Add(time.Duration(i) * time.Second)); n != i+1 {
			t.Fatalf("message %d counts as %d", i+1, n)
		}
	}
	for range 20 {
		c.Count(noon.Add(time.Minute))
	}
	if n := c.Count(noon.Add(time.Minute)); n != 41 || len(c.Hour) != 41 {
		t.Errorf("a flood counts as %d, with %d kept", n, len(c.Hour))
	}
	if n := c.Count(noon.Add(2 * time.Hour)); n != 1 {
		t.Errorf("two hours later it counts as %d", n)
	}
}

// What a message lets us send: a word opens 48 hours, a tap a minute, an event of
// another sort nothing.
func TestOpens(t *testing.T) {
	now := at(time.Second)
	for _, x := range []struct {
		name string
		m    chat.Message
		want int
	}{
		{"words", chat.Message{Kind: chat.Text}, 5},
		{"a picture", chat.Message{Kind: chat.Image}, 5},
		{"a tapped option", chat.Message{Kind: chat.Text, Tapped: "ok:4827"}, 3},
		{"a menu click", chat.Message{Kind: chat.Event, Event: chat.Click}, 3},
		{"a follow", chat.Message{Kind: chat.Event, Event: chat.Subscribe}, 3},
		{"a scan", chat.Message{Kind: chat.Event, Event: chat.Scan}, 3},
		{"a page opened", chat.Message{Kind: chat.Event, Event: chat.View}, 0},
		{"gone", chat.Message{Kind: chat.Event, Event: chat.Unsubscribe}, 0},
		{"a result", chat.Message{Kind: chat.Event, Event: chat.TemplateResult}, 0},
	} {
		var c conversation.Conversation
		x.m.Key, x.m.At = "k", at(0)
		c.Opens(&x.m)
		if got := c.Credits.Left(now).Left; got != x.want {
			t.Errorf("%s: %d credits, want %d", x.name, got, x.want)
		}
	}
}
