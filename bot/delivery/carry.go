package delivery

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"kefu/bot/chat"
	"kefu/store"
)

// carry makes the call of a delivery that was claimed at since, and writes what
// came of it.
func (o *Outbox) carry(ctx context.Context, d *Delivery, since time.Time) error {
	list, err := o.open(ctx, d.To.String())
	if err != nil {
		return o.finish(ctx, d, notCalled("store"))
	}
	now := o.now()
	for _, x := range list {
		live := x.State == Sending && x.ID != d.ID && now.Before(x.Lease)
		if live || x.before(d, now) {
			// Two claimed at once, or an older one came into the lane: whoever
			// sees it steps back, so that never two are under way. A different
			// wait for each, or they would step back for ever.
			return o.release(ctx, d, now, time.Duration(50+rand.IntN(150))*time.Millisecond)
		}
	}
	return o.finish(ctx, d, o.call(ctx, d, since))
}

// release gives up a claim before any call was made.
func (o *Outbox) release(ctx context.Context, d *Delivery, now store.Time, wait time.Duration) error {
	_, err := o.all.Update(ctx, d.ID, func(x *Delivery) error {
		if x.State != Sending || !x.Lease.Equal(d.Lease) {
			return store.ErrUnchanged
		}
		x.alone()
		x.become(Queued, now)
		x.Attempts--
		x.Retry = now.Add(wait)
		x.derive(now)
		return nil
	})
	return err
}

func notCalled(why string) outcome {
	return outcome{fail: &chat.Failure{Call: "none", Verdict: chat.Later, Why: why}, jitter: jitter()}
}

// call reserves what the call needs and makes it, once; after a 45047 right
// behind the customer's message, twice.
func (o *Outbox) call(ctx context.Context, d *Delivery, since time.Time) outcome {
	by := d.way().By
	carrier := o.Carriers[d.To.Channel]
	if carrier == nil {
		return outcome{fail: &chat.Failure{Verdict: chat.OurFault, Why: "no carrier"}, called: true}
	}
	var grant Grant
	if by == Message {
		var err error
		grant, err = o.Ledger.Reserve(ctx, d.Customer, callID(d), o.now(), d.Closing)
		if err != nil {
			return notCalled("ledger")
		}
		if !grant.OK {
			f := &chat.Failure{Platform: "oa", Call: "custom/send", Verdict: chat.OtherWay, Why: "no credit", Reason: grant.Reason}
			return outcome{fail: f, window: grant.Window, jitter: jitter()}
		}
	}
	breaker := o.pauses.breaker(d.To)
	if time.Since(since) > begin || !breaker.TryAcquirePermit() {
		o.giveBack(ctx, d, by, false)
		return notCalled("too late, or nothing answers")
	}
	start := time.Now()
	receipt, err := send(ctx, carrier, d.To, d.Call)
	f := failure(err, d.To, d.Call.Name)
	if f != nil && f.Code == 45047 && by == Message && o.now().Sub(grant.Opened) < 5*time.Second {
		// WeChat: the credit of a message is sometimes visible only a second later.
		select {
		case <-ctx.Done():
		case <-time.After(time.Second + time.Duration(rand.IntN(1000))*time.Millisecond):
			receipt, err = send(ctx, carrier, d.To, d.Call)
			f = failure(err, d.To, d.Call.Name)
		}
	}
	verdict := "ok"
	if f != nil {
		verdict = string(f.Verdict)
	}
	o.count.calls.WithLabelValues(string(d.To.Channel), verdict).Observe(time.Since(start).Seconds())
	if f != nil && (f.Verdict == chat.Unsure || f.Verdict == chat.Later && f.Code <= 0) {
		breaker.RecordFailure()
	} else {
		breaker.RecordSuccess()
	}
	o.giveBack(ctx, d, by, f == nil || f.Verdict == chat.Unsure || f.Verdict == chat.AlreadyOut)
	out := outcome{receipt: receipt, fail: f, called: true, window: grant.Window, jitter: jitter()}
	now := o.now()
	switch {
	case f == nil:
		o.pauses.works(callKey(d.To, by))
	case by == Message && (f.Code == 45015 || f.Code == 45047):
		if err := o.Ledger.Correct(ctx, d.Customer, grant.Window, f.Code); err != nil {
			o.Log.Warn("credits not corrected", "err", err)
		}
	default:
		out.pause = o.pauseFor(d, f, now)
	}
	return out
}

// pauseFor pauses the call when a person must act or its quota is used up.
func (o *Outbox) pauseFor(d *Delivery, f *chat.Failure, now store.Time) store.Time {
	after := time.Duration(f.After) * time.Second
	switch {
	case f.Verdict == chat.Operator:
	case f.Code == 45009 && after == 0:
		after = 65 * time.Second
	case f.Code == 45009:
	default:
		return store.Time{}
	}
	until := o.pauses.pause(callKey(d.To, d.way().By), now, after)
	o.Log.Warn("call paused", "platform", f.Platform, "call", f.Call, "code", f.Code, "why", f.Why, "until", until.String())
	return until
}

// callID names one attempt in the ledger.
func callID(d *Delivery) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s#%d", d.ID, d.Rev))
	return hex.EncodeToString(sum[:8])
}

func (o *Outbox) giveBack(ctx context.Context, d *Delivery, by By, counted bool) {
	if by != Message {
		return
	}
	if err := o.Ledger.Settle(ctx, d.Customer, callID(d), o.now(), counted); err != nil {
		o.Log.Warn("credit not settled", "err", err) // it stays used
	}
}

// finish writes the outcome of a claimed delivery, if it is still ours, and does
// what follows. A result that cannot be written leaves an expired claim, so it is
// tried while the lease lasts.
func (o *Outbox) finish(ctx context.Context, d *Delivery, out outcome) error {
	now := o.now()
	var written *Delivery
	var err error
	for try := range 8 {
		written, err = o.all.Update(ctx, d.ID, func(x *Delivery) error {
			if x.State != Sending || !x.Lease.Equal(d.Lease) {
				return store.ErrUnchanged
			}
			x.conclude(out, now)
			return nil
		})
		if !errors.Is(err, store.ErrUnavailable) {
			break
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(100 * time.Millisecond << try):
		}
	}
	if err != nil {
		return fmt.Errorf("delivery: result not written: %w", err)
	}
	o.count.reached(written)
	return o.follow(ctx, written)
}

// render makes the bytes of a call; trouble on the way there is no unknown
// outcome, for nothing was sent.
func (o *Outbox) render(ctx context.Context, d *Delivery, c chat.Content) (chat.Call, *chat.Failure) {
	carrier := o.Carriers[d.To.Channel]
	if carrier == nil {
		return chat.Call{}, &chat.Failure{Verdict: chat.OurFault, Why: "no carrier"}
	}
	ctx, cancel := context.WithTimeout(ctx, HardTimeout)
	defer cancel()
	call, err := carrier.Render(ctx, d.ID, d.To, c)
	if err == nil {
		return call, nil
	}
	f := *failure(err, d.To, "render")
	if f.Verdict == chat.Unsure || f.Verdict == "" {
		f.Verdict = chat.Later
	}
	return call, &f
}

// expired ends a claim that ran out: its sender died, the outcome is unknown.
func (o *Outbox) expired(ctx context.Context, d *Delivery) error {
	now := o.now()
	out := outcome{fail: &chat.Failure{Verdict: chat.Unsure}, called: true, jitter: jitter()}
	written, err := o.all.Update(ctx, d.ID, func(x *Delivery) error {
		if x.State != Sending || !x.Lease.Equal(d.Lease) {
			return store.ErrUnchanged
		}
		x.conclude(out, now)
		return nil
	})
	if err != nil {
		return err
	}
	return o.follow(ctx, written)
}
