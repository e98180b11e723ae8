package delivery

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"kefu/bot/chat"
)

// While a customer is to be left in peace a promotion waits, and holds up nothing
// else; then it goes.
func TestPromotionsWaitWhileQuiet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var quiet atomic.Bool
	quiet.Store(true)
	w.Outbox.Quiet = func(_ context.Context, c chat.CustomerID) (bool, error) { return quiet.Load() && c == wang, nil }
	w.books.open(wang, "m1", w.now0())
	promotion := reply("p1", "活动")
	promotion.Class = Promotion
	w.post(promotion)
	w.settle()
	w.post(reply("r1", "您好"))
	w.settle()
	w.wantSends("您好")
	w.want("p1", Queued)
	quiet.Store(false)
	w.later(61 * time.Minute)
	w.wantSends("您好", "活动")
}
