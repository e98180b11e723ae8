package delivery

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"kefu/bot/chat"
	"kefu/store"
)

// earlyResult is the result of a template message that may have come before the
// receipt of its call was written.
type earlyResult struct {
	store.Meta
	Status string     `json:"status"`
	Due    store.Time `json:"due,omitzero"`
}

// awaitKey is hashed, for message ids of other systems come by too.
func awaitKey(a chat.Account, msgID string) string {
	sum := sha256.Sum256([]byte(string(a) + "/" + msgID))
	return hex.EncodeToString(sum[:16])
}

// Result takes what TEMPLATESENDJOBFINISH says of a template message: "success",
// "failed:user block", "failed: system failed". A refusal closes that way for
// ever, and the delivery goes on by the next. Unknown message ids are no error;
// it may be repeated.
func (o *Outbox) Result(ctx context.Context, a chat.Account, msgID, status string) error {
	key := awaitKey(a, msgID)
	// First leave it where the sender looks after writing its receipt, then look
	// for the receipt: one of the two sees the other.
	r := &earlyResult{Meta: store.Meta{ID: key}, Status: status, Due: o.now().Add(time.Hour)}
	if err := o.early.Insert(ctx, r); err != nil && !errors.Is(err, store.ErrExists) {
		return err
	}
	list, err := o.all.List(ctx, store.Query{Where: []store.Cond{store.Where("await", store.Eq, key)}, Limit: 1})
	if err != nil || len(list) == 0 {
		return err
	}
	return o.applyResult(ctx, list[0].ID, key, status)
}

func (o *Outbox) takeEarly(ctx context.Context, d *Delivery) error {
	r, err := o.early.Get(ctx, d.Await)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return o.applyResult(ctx, d.ID, d.Await, r.Status)
}

func (o *Outbox) applyResult(ctx context.Context, id, key, status string) error {
	now := o.now()
	// WeChat: the spacing of the words varies.
	status = strings.ToLower(strings.ReplaceAll(status, " ", ""))
	d, err := o.all.Update(ctx, id, func(x *Delivery) error {
		if x.Await != key {
			return store.ErrUnchanged
		}
		x.Await = ""
		if x.State != Sent || !strings.HasPrefix(status, "failed") {
			return nil
		}
		for i := range x.Ways {
			w := &x.Ways[i]
			if w.By != Template {
				continue
			}
			w.Tried, w.At = true, now
			if strings.Contains(status, "block") {
				w.Never, w.Reason = true, refusedNotice
				x.effect(effUnreachable)
			} else {
				w.Reason = trouble
			}
			x.Reason = w.Reason
		}
		x.next(now)
		x.derive(now)
		return nil
	})
	if err != nil {
		return err
	}
	if err := o.early.Delete(ctx, key); err != nil {
		return err
	}
	if d.State == Sent {
		return nil
	}
	o.count.reached(d)
	if d.State == Queued {
		o.kick(d)
		return nil
	}
	return o.follow(ctx, d)
}

// What staff read.
const (
	refusedNotice = "服务通知被客人关了"
	trouble       = "微信接口出错，稍后自动再发"
	gaveUp        = "微信接口一直出错，没有发出去，请再发一次或打电话"
	// Unsure is said of what may have arrived and is not sent again by itself.
	Unsure = "不知道客人收到没有，请看对话或打电话"
)

func (o *Outbox) dropEarly(ctx context.Context, id string) error {
	r, err := o.early.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	// Claiming moved due on by a little; it was set an hour after the event.
	if r.Rev > 1 {
		return o.early.Delete(ctx, id)
	}
	return nil
}
