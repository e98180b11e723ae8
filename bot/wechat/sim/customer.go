package sim

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// Customer is somebody who writes to an account. Each method does one thing,
// pushes it to the program and waits for the outcome; the error is ErrUnavailable
// when the customer saw 该公众号暂时无法提供服务, and ErrNotFollowing for whoever
// has left. Somebody new who writes without Follow counts as an old follower.
type Customer struct {
	sim     *Sim
	account string
	openid  string
	later   bool
}

// Customer names somebody by openid (28 characters with the real one).
func (s *Sim) Customer(account, openid string) *Customer {
	return &Customer{sim: s, account: account, openid: openid}
}

// Later is the same customer, whose methods return at once. What they do is
// pushed in the same order; how it came out stands in Pushes. See Idle.
func (c *Customer) Later() *Customer {
	d := *c
	d.later = true
	return &d
}

// Call gives the customer a name for the demo's page.
func (c *Customer) Call(name string) error {
	return c.change(func(p *person) { p.Name = name })
}

// Refuse switches messages of the account off or on: custom/send answers 48002,
// a template message ends as failed:user block.
func (c *Customer) Refuse(on bool) error { return c.change(func(p *person) { p.Refuses = on }) }

// Block puts the customer on the account's blacklist: 43019.
func (c *Customer) Block(on bool) error { return c.change(func(p *person) { p.Blocked = on }) }

func (c *Customer) change(f func(*person)) error {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	p := c.sim.person(c.account, c.openid)
	if p == nil {
		return ErrUnknown
	}
	f(p)
	c.sim.touch()
	return nil
}

// Follow follows the account, with the scene of a QR code or "". Who follows
// already has scanned it instead; without a scene nothing happens then.
func (c *Customer) Follow(ctx context.Context, scene string) error {
	return c.act(ctx, func(p *person) (deed, error) {
		now := c.sim.now()
		if p.Following {
			if scene == "" {
				return deed{}, nil
			}
			p.tapped(now, c.oneWindow())
			return event("SCAN", "扫了二维码", text("EventKey", scene), text("Ticket", ticketOf(scene))), nil
		}
		p.Following, p.Gone, p.Since, p.Scene = true, false, now, scene
		p.tapped(now, c.oneWindow())
		if scene == "" {
			return event("subscribe", "关注了公众号", text("EventKey", "")), nil
		}
		return event("subscribe", "扫码关注了公众号", text("EventKey", "qrscene_"+scene), text("Ticket", ticketOf(scene))), nil
	})
}

// ScanCode scans a QR code with a scene. WeChat: an event SCAN with the bare scene
// from a follower, else subscribe with qrscene_ before it.
func (c *Customer) ScanCode(ctx context.Context, scene string) error { return c.Follow(ctx, scene) }

// Unfollow leaves the account.
func (c *Customer) Unfollow(ctx context.Context) error {
	return c.act(ctx, func(p *person) (deed, error) {
		if p.Gone {
			return deed{}, nil
		}
		p.Following, p.Gone = false, true
		p.Long, p.Short = window{}, window{}
		return event("unsubscribe", "取消了关注", text("EventKey", "")), nil
	})
}

// Say writes a text.
func (c *Customer) Say(ctx context.Context, words string) error {
	return c.speak(ctx, Bubble{Kind: "text", Text: words}, text("Content", words))
}

// SendPicture sends a picture (jpg, png, gif, bmp; at most 10 MB), which the
// program can fetch by its MediaId for three days.
func (c *Customer) SendPicture(ctx context.Context, picture []byte, name string) error {
	c.sim.mu.Lock()
	id, code := c.sim.shelve("image", name, http.DetectContentType(picture), picture)
	url := c.sim.pictureURL(id)
	c.sim.mu.Unlock()
	if code != 0 {
		return fmt.Errorf("sim: picture refused: %d", code)
	}
	return c.speak(ctx, Bubble{Kind: "image", MediaID: id, Picture: picturePath(id)}, text("PicUrl", url), text("MediaId", id))
}

// SendVoice sends a voice message; recognition is what WeChat made of it, "" when
// it was not recognised.
func (c *Customer) SendVoice(ctx context.Context, recognition string) error {
	c.sim.mu.Lock()
	id, _ := c.sim.shelve("voice", "voice.amr", "audio/amr", []byte("#!AMR\n"+recognition))
	c.sim.mu.Unlock()
	fields := []field{text("MediaId", id), text("Format", "amr")}
	if recognition != "" {
		fields = append(fields, text("Recognition", recognition))
	}
	return c.speak(ctx, Bubble{Kind: "voice", MediaID: id, Text: recognition}, fields...)
}

// SendLocation sends a place: latitude, longitude, and what the map calls it.
func (c *Customer) SendLocation(ctx context.Context, lat, lng float64, label string) error {
	x, y := strconv.FormatFloat(lat, 'f', 6, 64), strconv.FormatFloat(lng, 'f', 6, 64)
	return c.speak(ctx, Bubble{Kind: "location", Text: label, Note: x + "," + y},
		number("Location_X", x), number("Location_Y", y), number("Scale", "16"), text("Label", label))
}

// TapOption taps the newest option, link or msgmenu item, with this label or key.
// WeChat: it arrives as a text with bizmsgmenuid and opens only the window of a
// menu click. A test account leaves the id out.
func (c *Customer) TapOption(ctx context.Context, labelOrKey string) error {
	return c.act(ctx, func(p *person) (deed, error) {
		o, ok := offered(p.Bubbles, labelOrKey)
		if !ok {
			return deed{}, fmt.Errorf("%w: %q", ErrNoOption, labelOrKey)
		}
		p.tapped(c.sim.now(), c.oneWindow())
		d := message("text", Bubble{Kind: "text", Text: o.Label}, text("Content", o.Label))
		if !c.sim.accounts[c.account].TestAccount {
			d.tail = append(d.tail, text("bizmsgmenuid", o.Key))
		}
		return d, nil
	})
}

func offered(bubbles []Bubble, labelOrKey string) (Option, bool) {
	for i := len(bubbles) - 1; i >= 0; i-- {
		for _, o := range bubbles[i].Options {
			if o.Key == labelOrKey || o.Label == labelOrKey {
				return o, true
			}
		}
	}
	return Option{}, false
}

// Menu taps the bottom menu's entry with this key, name or URL: CLICK, or VIEW
// which opens no window. Without a menu pushed yet every key is a CLICK.
func (c *Customer) Menu(ctx context.Context, key string) error {
	return c.act(ctx, func(p *person) (deed, error) {
		b := menuButton{Type: "click", Key: key, Name: key}
		if menu := c.sim.st.Accounts[c.account].Menu; menu != nil {
			var ok bool
			if b, ok = findButton(menu, key); !ok {
				return deed{}, fmt.Errorf("%w: menu %q", ErrNoOption, key)
			}
		}
		switch b.Type {
		case "view", "miniprogram":
			return event("VIEW", b.Name, text("EventKey", b.URL)), nil
		case "scancode_push", "scancode_waitmsg":
			p.tapped(c.sim.now(), c.oneWindow())
			return event(b.Type, b.Name, text("EventKey", b.Key),
				group("ScanCodeInfo", text("ScanType", "qrcode"), text("ScanResult", "https://example.com"))), nil
		}
		p.tapped(c.sim.now(), c.oneWindow())
		return event("CLICK", b.Name, text("EventKey", b.Key)), nil
	})
}

// PushEvent sends any other event with its fields, in alphabetical order. It opens
// no window.
func (c *Customer) PushEvent(ctx context.Context, name string, fields map[string]string) error {
	return c.act(ctx, func(*person) (deed, error) {
		d := deed{kind: name, event: true}
		for _, k := range slices.Sorted(maps.Keys(fields)) {
			d.fields = append(d.fields, text(k, fields[k]))
		}
		return d, nil
	})
}

func (c *Customer) oneWindow() bool { return c.sim.accounts[c.account].OneWindow }

// speak is a message that opens the long window.
func (c *Customer) speak(ctx context.Context, b Bubble, fields ...field) error {
	return c.act(ctx, func(p *person) (deed, error) {
		p.spoke(c.sim.now())
		return message(b.Kind, b, fields...), nil
	})
}

// deed is what somebody did: how it looks, and what is pushed of it.
type deed struct {
	kind   string
	event  bool
	bubble Bubble
	fields []field
	tail   []field // after MsgId
}

func message(kind string, b Bubble, fields ...field) deed {
	b.From = FromCustomer
	return deed{kind: kind, bubble: b, fields: fields}
}

func event(name, shown string, fields ...field) deed {
	return deed{kind: name, event: true, fields: fields, bubble: Bubble{From: FromCustomer, Kind: "event", Text: shown}}
}

// act does something as the customer: checks, shows, and pushes it.
func (c *Customer) act(ctx context.Context, do func(*person) (deed, error)) error {
	s := c.sim
	s.mu.Lock()
	p := s.person(c.account, c.openid)
	a := s.accounts[c.account]
	if p == nil || a == nil {
		s.mu.Unlock()
		return ErrUnknown
	}
	d, err := do(p)
	switch {
	case d.kind == "" || d.kind == "unsubscribe" || p.Following:
	case p.Gone:
		err = ErrNotFollowing
		p.Long, p.Short = window{}, window{}
	default:
		p.Following, p.Since = true, s.now()
	}
	if err != nil || d.kind == "" {
		s.mu.Unlock()
		return err
	}
	if d.bubble.Kind != "" {
		s.add(p, d.bubble)
	}
	m := s.oaPush(a, c.openid, d)
	return s.begin(ctx, m, c.later)
}

// oaPush makes the push of a deed. The lock is held.
func (s *Sim) oaPush(a *account, openid string, d deed) *outgoing {
	fields := []field{
		text("ToUserName", a.GhID), text("FromUserName", openid),
		number("CreateTime", strconv.FormatInt(s.now().Unix(), 10)),
	}
	if d.event {
		fields = append(fields, text("MsgType", "event"), text("Event", d.kind))
		fields = append(fields, d.fields...)
	} else {
		fields = append(fields, text("MsgType", d.kind))
		fields = append(fields, d.fields...)
		fields = append(fields, number("MsgId", s.msgID()))
	}
	return &outgoing{
		platform: "oa", account: a.ID, user: openid, kind: d.kind,
		plain: render(a.Format, append(fields, d.tail...)),
		took: func(r reply) string {
			b, wrong := r.bubble(a, openid, !d.event, s.hasMedia)
			p := s.person(a.ID, openid)
			if wrong != "" || p == nil {
				return wrong
			}
			s.add(p, b)
			return ""
		},
		failed: func() {
			// Nobody waits for an answer to what they did not say.
			if p := s.person(a.ID, openid); p != nil && p.Following && d.bubble.Kind != "" {
				s.add(p, Bubble{From: FromSystem, Kind: "notice", Text: unavailable})
			}
		},
	}
}
