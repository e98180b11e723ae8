package conversation_test

import (
	"testing"
	"time"

	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/store"
)

// A turn stays as long as WeChat may ask again, and as long as the message is open.
func TestForget(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 14, 5, 0, 0, time.UTC)
	var c conversation.Conversation
	say := func(key string, ago time.Duration) {
		reply := chat.Say(key)
		c.Record(conversation.Turn{Key: key, Mode: conversation.Passive, Reply: &reply, At: store.At(now.Add(-ago))})
	}
	say("closed", time.Minute)
	say("open", time.Minute)
	say("young", 10*time.Second)
	c.Forget(now, func(key string) bool { return key == "open" })
	for key, kept := range map[string]bool{"closed": false, "open": true, "young": true} {
		if turn := c.Turn(key); (turn != nil && turn.Reply != nil) != kept {
			t.Errorf("%s: %+v, kept should be %t", key, turn, kept)
		}
	}
}
