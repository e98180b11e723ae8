package delivery

import (
	"slices"
	"strings"
	"time"

	"kefu/bot/chat"
	"kefu/store"
)

// outcome is how an attempt ended. The change it makes is pure, so that the
// store may run it twice.
type outcome struct {
	receipt chat.Receipt
	fail    *chat.Failure // nil: accepted
	called  bool          // the call was begun
	window  string        // sent under, or seen when there was no credit
	pause   store.Time    // the call is paused until then
	jitter  float64       // 0 to 1
}

// What must follow in other documents, or be told to others.
const (
	effMerged      = "merged"      // the deliveries carried along are sent too
	effUndelivered = "undelivered" // OnUndelivered
	effUnreachable = "unreachable" // OnUnreachable
	effNudge       = "nudge"       // a template says that something waits
	effUnsaid      = "unsaid"      // the nudge failed: the held text's owner must know
)

// maxUnsure is how often a reply is repeated after outcomes unknown.
const maxUnsure = 3

// giveUp is how long a delivery waits for an operator or a quota.
const giveUp = 24 * time.Hour

// patience is after how long of waiting for an operator staff are told.
const patience = 10 * time.Minute

// conclude changes a claimed delivery by the outcome of its attempt.
func (d *Delivery) conclude(out outcome, now store.Time) {
	w := d.way()
	w.At = now
	d.Lease = store.Time{}
	f := out.fail
	if f == nil && missed(d.To.User, out.receipt.Missing) {
		f = &chat.Failure{Verdict: chat.NeverThem}
	}
	if f == nil || f.Verdict == chat.AlreadyOut {
		d.sent(out, now)
		return
	}
	w.Code, w.Reason = f.Code, f.Reason
	d.Reason = f.Reason
	if !out.called && d.Attempts > 0 {
		d.Attempts-- // what never left is no attempt
	}
	switch f.Verdict {
	case chat.Later:
		d.later(f, out, now)
	case chat.Operator:
		d.wait(out, now)
	case chat.OtherWay:
		w.Tried = true
		d.Window = out.window
		d.next(now)
	case chat.NeverThem:
		w.Tried, w.Never = true, true
		d.effect(effUnreachable)
		d.next(now)
	case chat.OurFault:
		d.end(Dead, now)
	default: // Unsure
		d.unsure(out, now)
	}
	d.derive(now)
}

func missed(user string, missing []string) bool {
	return slices.ContainsFunc(missing, func(m string) bool { return strings.EqualFold(m, user) })
}

func (d *Delivery) sent(out outcome, now store.Time) {
	d.become(Sent, now)
	d.Receipt, d.Window, d.Reason = out.receipt, out.window, ""
	w := d.way()
	if w.By == Template && out.receipt.MsgID != "" {
		d.Await = awaitKey(d.To.Account, out.receipt.MsgID)
	}
	if r := out.receipt.Response; r != "" {
		d.note(r, now)
	}
	if len(d.Merged) > 0 {
		d.effect(effMerged)
	}
	w.Tried = true
	d.Call.Body = nil // only a repeat needs the bytes
	d.derive(now)
}

// later: surely not accepted. A text that carried others along lets them go.
func (d *Delivery) later(f *chat.Failure, out outcome, now store.Time) {
	d.alone()
	if d.Call.Repeat == 0 && d.Unsure == 0 {
		d.Call, d.Called = chat.Call{}, store.Time{} // what came meanwhile may join it
	}
	if !out.pause.IsZero() {
		d.wait(out, now)
		return
	}
	most, pause := backoff(d.Class, d.Attempts, out.jitter)
	if d.Attempts >= most {
		d.end(Dead, now)
		return
	}
	d.become(Queued, now)
	d.Retry = now.Add(max(pause, time.Duration(f.After)*time.Second))
}

// wait: an operator or a quota is in the way. This counts as no attempt.
func (d *Delivery) wait(out outcome, now store.Time) {
	d.alone()
	if out.called && d.Attempts > 0 {
		d.Attempts--
	}
	if now.Sub(d.CreatedAt) > giveUp && now.Sub(d.NotBefore) > giveUp {
		d.end(Dead, now)
		return
	}
	d.become(Queued, now)
	d.Retry = store.At(out.pause.Time())
	if d.Retry.IsZero() {
		d.Retry = now.Add(time.Minute)
	}
	if d.Retry.Sub(d.CreatedAt) > patience {
		d.tell()
	}
}

// unsure: it may have arrived. Platform rules per call; see the package comment.
func (d *Delivery) unsure(out outcome, now store.Time) {
	d.Unsure++
	most, pause := backoff(d.Class, d.Attempts, out.jitter)
	again := false
	switch {
	case d.Class == Promotion || d.Attempts >= most:
	case d.Call.Repeat > 0:
		again = now.Add(pause).Before(d.Called.Add(d.Call.Repeat - HardTimeout))
	case d.Class == Reply:
		again = d.Unsure < maxUnsure
	case d.way().By == Robot:
		again = true // a line that colleagues read twice is better than one nobody read
	}
	if again {
		d.become(Queued, now)
		d.Retry = now.Add(pause)
		return
	}
	d.end(Unknown, now)
}

// next goes on to the next way; when there is none, the text is held if the
// customer's next message can free it.
func (d *Delivery) next(now store.Time) {
	d.alone()
	d.Call, d.Called, d.Unsure = chat.Call{}, store.Time{}, 0
	switch {
	case d.way().By != "":
		d.become(Queued, now)
	case d.canWait():
		d.become(Held, now)
		for _, w := range d.Ways {
			if w.By == Message {
				d.Reason = w.Reason
			}
		}
		if d.Class == Reply && !d.Told && d.Fallback.Form == chat.AsTemplate {
			d.effect(effNudge)
			return
		}
		d.tell()
	default:
		d.end(Failed, now)
	}
}

// end is the end without success.
func (d *Delivery) end(s State, now store.Time) {
	d.become(s, now)
	d.Lost = now
	switch { // nothing is sent again by itself any more
	case s == Unknown && d.To.Channel == chat.OA:
		d.Reason = Unsure
	case d.Reason == trouble:
		d.Reason = gaveUp
	}
	if s == Unknown && len(d.Merged) > 0 {
		d.effect(effMerged)
	}
	if s != Unknown {
		d.Merged = nil
	}
	d.tell()
}

// tell asks for whoever is responsible to be told, once. Nobody is told of an
// update of a card or a promotion; a nudge has its text's owner told.
func (d *Delivery) tell() {
	switch {
	case d.Told || d.Class == Promotion || d.Content.Form == chat.AsUpdate:
	case d.For != "":
		d.effect(effUnsaid)
	default:
		d.Told = true
		d.effect(effUndelivered)
	}
}

func (d *Delivery) effect(e string) {
	if !slices.Contains(d.Effects, e) {
		d.Effects = append(d.Effects, e)
	}
}

// alone lets go of the texts carried along, when they surely did not arrive.
func (d *Delivery) alone() {
	if len(d.Merged) > 0 {
		d.Merged, d.Call, d.Called = nil, chat.Call{}, store.Time{}
	}
}

func (d *Delivery) become(s State, now store.Time) {
	d.State, d.At, d.Retry, d.Lease = s, now, store.Time{}, store.Time{}
	d.Lost = store.Time{}
}

// laneLimit: what waits longer holds nobody up, and what is only scheduled does
// not stand in the lane before.
const laneLimit = 2 * time.Minute

// derive sets what is found by: due, lane, shelf. It follows every change.
func (d *Delivery) derive(now store.Time) {
	d.Lane, d.Shelf, d.Due, d.Past = "", "", store.Time{}, store.Time{}
	switch d.State {
	case Sent, Cancelled:
		d.Past = d.At
	case Queued:
		d.Due = d.ready(now)
		if d.NotBefore.Sub(now) <= laneLimit {
			d.Lane = d.To.String()
		}
	case Sending:
		d.Due = d.Lease
		if d.Lead == "" {
			d.Lane = d.To.String()
		} else { // a passive reply carries it
			d.Shelf = takenBy(d.Customer, d.Lead)
		}
	case Held:
		d.Due = d.NotAfter
		d.Shelf = string(d.Customer)
	}
	if slices.Contains(d.Effects, effMerged) {
		d.Lane = d.To.String() // those carried along must not leave again
	}
	if len(d.Effects) > 0 && d.State != Sending {
		d.Due = now
	}
}

// ready is when a queued delivery may go, at least now.
func (d *Delivery) ready(now store.Time) store.Time {
	r := now
	for _, t := range []store.Time{d.NotBefore, d.Retry} {
		if t.After(r) {
			r = t
		}
	}
	return r
}

// backoff is how often a delivery of that class is tried, and how long it waits
// after its attempt n.
func backoff(c Class, n int, jitter float64) (most int, pause time.Duration) {
	first, longest, most := 5*time.Second, 5*time.Minute, 8
	switch c {
	case Reply:
		first, longest = 2*time.Second, time.Minute
	case Promotion:
		first, longest, most = 30*time.Second, 10*time.Minute, 5
	}
	pause = min(first<<min(max(n-1, 0), 10), longest)
	return most, time.Duration(float64(pause) * (0.8 + 0.4*jitter))
}
