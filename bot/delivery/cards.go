package delivery

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"time"

	"kefu/bot/chat"
	"kefu/store"
)

// ResponseCode is the key of Content.Values under which a carrier finds the
// response_code that a rendered AsUpdate must carry.
const ResponseCode = "response_code"

const (
	codeLife = 72 * time.Hour // WeCom
	maxCodes = 20
)

// note keeps a card's response code.
func (d *Delivery) note(code string, at store.Time) {
	for _, c := range d.Codes {
		if c.Code == code {
			return
		}
	}
	d.Codes = append(d.Codes, Code{Code: code, At: at})
	if len(d.Codes) > maxCodes {
		d.Codes = d.Codes[len(d.Codes)-maxCodes:]
	}
}

// fresh is the newest code that id may use: its own from before, or an unused one.
func (d *Delivery) fresh(id string, now store.Time) *Code {
	var best *Code
	for i := range d.Codes {
		c := &d.Codes[i]
		if c.Used == id {
			return c
		}
		if c.Used == "" && now.Sub(c.At) < codeLife && (best == nil || !c.At.Before(best.At)) {
			best = c
		}
	}
	return best
}

// NoteResponse keeps the response_code that came with a pressed button, for the
// card with that task id. A card we do not know is no error. It may be repeated.
func (o *Outbox) NoteResponse(ctx context.Context, task, code string, at store.Time) error {
	d, err := o.ByTask(ctx, task)
	if errors.Is(err, store.ErrNotFound) || code == "" {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = o.all.Update(ctx, d.ID, func(x *Delivery) error {
		x.note(code, at)
		return nil
	})
	return err
}

// ByTask finds the delivery of a card by its task id, or store.ErrNotFound.
func (o *Outbox) ByTask(ctx context.Context, task string) (*Delivery, error) {
	list, err := o.all.List(ctx, store.Query{Where: []store.Cond{store.Where("task", store.Eq, task)}, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, store.ErrNotFound
	}
	return list[0], nil
}

// prepareUpdate makes what a card's change says. With an unused response code that
// is the change; WeCom: each code serves once, within 72 hours. Without one it is a
// new card in place of the old, which answers a press with a sentence. ok false:
// there is nothing to send, and d says why. A card not sent yet is not sent as it
// was: it gets the new face, or is cancelled when that has no buttons.
func (o *Outbox) prepareUpdate(ctx context.Context, d *Delivery, now store.Time) (c chat.Content, ok bool, err error) {
	id, err := o.newest(ctx, d)
	if errors.Is(err, store.ErrNotFound) {
		return d.Content, false, o.change(ctx, d, func(d *Delivery) { d.end(Failed, now) })
	}
	if err != nil {
		return d.Content, false, err
	}
	var to target
	if _, err = o.all.Update(ctx, id, func(x *Delivery) error {
		to = target{}
		return to.take(x, d, now)
	}); err != nil {
		return d.Content, false, err
	}
	switch {
	case to.wait:
		return d.Content, false, o.change(ctx, d, func(d *Delivery) { d.Retry = now.Add(2 * time.Second) })
	case to.anew:
		d.replace()
		return d.Content, true, nil
	case to.code == "":
		return d.Content, false, o.change(ctx, d, func(d *Delivery) { d.become(Cancelled, now) })
	}
	c = d.Content
	if c.Card != nil {
		card := *c.Card
		if card.TaskID == "" {
			card.TaskID = to.task
		}
		c.Card = &card
	}
	c.Values = maps.Clone(c.Values)
	if c.Values == nil {
		c.Values = map[string]string{}
	}
	c.Values[ResponseCode] = to.code
	return c, true, nil
}

// target is the card that a change is for, and what it allows.
type target struct {
	code, task string
	wait       bool // it is being sent, or may have been
	anew       bool // it can be changed no more: the change becomes a card
}

// take claims what the change d needs of its card x.
func (to *target) take(x, d *Delivery, now store.Time) error {
	face := d.Content.Card
	if x.Content.Card != nil {
		to.task = x.Content.Card.TaskID
	}
	switch x.State {
	case Sending:
		to.wait = true
	case Queued:
		if to.wait = x.Unsure > 0; to.wait { // it may have arrived as it was
			return store.ErrUnchanged
		}
		x.reface(face, now)
		return nil
	case Sent, Unknown:
		if f := x.fresh(d.ID, now); f != nil {
			f.Used, to.code = d.ID, f.Code
			return nil
		}
		// Somebody whose card never changed, and who did nothing with it for three
		// days, is not written to only to see it grey.
		worth := face != nil && (len(face.Buttons) > 0 || x.changed())
		if to.anew = worth && x.Content.Form == chat.AsCard; to.anew {
			x.Heir = d.ID
			return nil
		}
	}
	return store.ErrUnchanged
}

// maxHeirs bounds how many cards follow each other in the place of one.
const maxHeirs = 50

// newest is the id of the card that stands in the place of the one d changes.
func (o *Outbox) newest(ctx context.Context, d *Delivery) (id string, err error) {
	id = d.Content.Updates
	for range maxHeirs {
		x, err := o.all.Get(ctx, id)
		if err != nil {
			return "", err
		}
		if x.Heir == "" || x.Heir == d.ID {
			return id, nil
		}
		id = x.Heir
	}
	return id, nil
}

// changed says that a card was changed, or stands in the place of another.
func (d *Delivery) changed() bool {
	return d.Content.Updates != "" || slices.ContainsFunc(d.Codes, func(c Code) bool { return c.Used != "" })
}

// replace makes a change of a card that can be changed no more a card of its own.
// Nobody is told should it not arrive: the matter is known.
func (d *Delivery) replace() {
	card := *d.Content.Card
	card.TaskID = taskOf(d.ID)
	d.Content.Form, d.Content.Card, d.Task, d.Told = chat.AsCard, &card, card.TaskID, true
}

// taskOf is the task id of a card; it is never used twice.
func taskOf(id string) string {
	sum := sha256.Sum256([]byte(id))
	return "d" + hex.EncodeToString(sum[:16])
}

// outdated is a change of d that waits behind it.
func outdated(d *Delivery, list []*Delivery) *Delivery {
	if d.Content.Form != chat.AsCard || d.Unsure > 0 {
		return nil
	}
	for _, x := range list {
		if x.State == Queued && x.Content.Form == chat.AsUpdate && x.Content.Updates == d.ID {
			return x
		}
	}
	return nil
}

// reface changes a card that was not sent yet. One in the place of another is sent
// also when there is nothing to press any more.
func (d *Delivery) reface(card *chat.Card, now store.Time) {
	if card != nil && d.Content.Updates != "" && d.Content.Card != nil {
		face := *card
		face.TaskID = d.Content.Card.TaskID
		d.Content.Card, d.Call, d.Called = &face, chat.Call{}, store.Time{}
		return
	}
	if card == nil || len(card.Buttons) == 0 || d.Content.Card == nil || d.Content.Form != chat.AsCard {
		d.become(Cancelled, now)
		d.derive(now)
		return
	}
	face := *card
	face.TaskID = d.Content.Card.TaskID
	d.Content.Card = &face
	d.Call, d.Called = chat.Call{}, store.Time{}
}
