package delivery

import (
	"kefu/bot/chat"
)

// way is the one whose turn it is; the zero Way when all were tried.
func (d *Delivery) way() *Way {
	for i := range d.Ways {
		if !d.Ways[i].Tried {
			return &d.Ways[i]
		}
	}
	return &Way{}
}

// says is the content that goes by that way; zero when there is none.
func (d *Delivery) says(by By) chat.Content {
	if (by == Template) == (d.Content.Form == chat.AsTemplate) {
		return d.Content
	}
	return d.Fallback
}

// defaultWays are the ways of a class, in order. A reply's template does not
// stand for its text: it is a nudge while the text is held, a delivery of its own.
func (d *Delivery) defaultWays() []Way {
	switch d.To.Channel {
	case chat.WeCom:
		return []Way{{By: App}}
	case chat.Robot:
		return []Way{{By: Robot}}
	}
	template := !d.says(Template).IsZero()
	message := !d.says(Message).IsZero()
	switch {
	case message && d.Class != Notice:
		return []Way{{By: Message}}
	case message && template:
		return []Way{{By: Template}, {By: Message}}
	case template:
		return []Way{{By: Template}}
	}
	return []Way{{By: Message}}
}

// reopen gives every way another turn that is not closed for ever, the message
// first: the customer has just written.
func (d *Delivery) reopen() {
	var first, rest []Way
	for _, w := range d.Ways {
		if !w.Never {
			w = Way{By: w.By}
		}
		if w.By == Message {
			first = append(first, w)
		} else {
			rest = append(rest, w)
		}
	}
	d.Ways = append(first, rest...)
}

// canWait says whether it makes sense to hold the text until the customer writes.
func (d *Delivery) canWait() bool {
	if d.To.Channel != chat.OA || d.Class == Promotion || d.Content.Form == chat.AsUpdate {
		return false
	}
	for _, w := range d.Ways {
		if w.By == Message && !w.Never {
			return true
		}
	}
	return false
}
