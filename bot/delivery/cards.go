package delivery

import (
	"context"
	"errors"
	"maps"
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

// prepareUpdate fills in the response code of a card's change; ok false: there is
// nothing to send, and d says why. A card not sent yet is not sent as it was: it
// gets the new face, or is cancelled when that has no buttons.
func (o *Outbox) prepareUpdate(ctx context.Context, d *Delivery, now store.Time) (c chat.Content, ok bool, err error) {
	c = d.Content
	var code, task string
	early, wait := false, false
	_, err = o.all.Update(ctx, c.Updates, func(x *Delivery) error {
		code, early, wait = "", false, false
		if x.Content.Card != nil {
			task = x.Content.Card.TaskID
		}
		switch x.State {
		case Sending:
			wait = true
		case Queued:
			if wait = x.Unsure > 0; wait { // it may have arrived as it was
				return store.ErrUnchanged
			}
			early = true
			x.reface(c.Card, now)
			return nil
		case Sent, Unknown:
			if f := x.fresh(d.ID, now); f != nil {
				f.Used, code = d.ID, f.Code
				return nil
			}
		}
		return store.ErrUnchanged
	})
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return c, false, err
	case wait:
		return c, false, o.change(ctx, d, func(d *Delivery) { d.Retry = now.Add(2 * time.Second) })
	case early:
		return c, false, o.change(ctx, d, func(d *Delivery) { d.become(Cancelled, now) })
	case code == "":
		return c, false, o.change(ctx, d, func(d *Delivery) { d.end(Failed, now) })
	}
	if c.Card != nil {
		card := *c.Card
		if card.TaskID == "" {
			card.TaskID = task
		}
		c.Card = &card
	}
	c.Values = maps.Clone(c.Values)
	if c.Values == nil {
		c.Values = map[string]string{}
	}
	c.Values[ResponseCode] = code
	return c, true, nil
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

// reface changes a card that was not sent yet.
func (d *Delivery) reface(card *chat.Card, now store.Time) {
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
