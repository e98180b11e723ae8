package e2e_test

import (
	"bytes"
	"testing"
	"time"

	"kefu/bot/chat"
	"kefu/store"
)

// What a customer sends is downloaded before WeChat drops it, and kept.
func TestPictureOfACaseIsKept(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	guest := r.sim.Customer("hotel", wang)
	r.ok(guest.Say(ctx, "1208的空调不制冷，房间热得没法睡，我要投诉"))
	m := number.FindStringSubmatch(r.sim.Phone("hotel", wang).Last().Text)
	if m == nil {
		t.Fatal(r.picture())
	}
	picture := append([]byte("\xff\xd8\xff\xe0"), bytes.Repeat([]byte("jpeg"), 1000)...)
	r.ok(guest.SendPicture(ctx, picture, "a.jpg"))
	var kept []byte
	r.eventually("the picture is kept", func() bool {
		c, err := r.app.Book.ByNo(ctx, m[1])
		if err != nil || len(c.Files) == 0 || c.Files[0].ID == "" {
			return false
		}
		if c.Files[0].Kind != chat.Image {
			t.Errorf("kept as %s", c.Files[0].Kind)
		}
		kept, err = r.app.Store.(store.Files).GetFile(ctx, c.Files[0].ID)
		return err == nil
	})
	if !bytes.Equal(kept, picture) {
		t.Errorf("%d bytes kept, %d sent", len(kept), len(picture))
	}
}

// WeChat is asked once who a new customer is to the company's other accounts.
func TestNewCustomerIsLookedUp(t *testing.T) {
	r := newRig(t)
	r.ok(r.sim.Customer("hotel", wang).Say(t.Context(), "早餐几点"))
	r.eventually("the file", func() bool {
		c, err := r.app.People.Get(t.Context(), chat.Customer("hotel", wang))
		return err == nil && c.Rev > 0 && c.Lookup.After(store.At(r.clock.now().Add(time.Minute)))
	})
	r.clock.add(5 * time.Minute) // later than the answers to many who write at once
	r.eventually("the lookup", func() bool {
		c, err := r.app.People.Get(t.Context(), chat.Customer("hotel", wang))
		return err == nil && c.Rev > 0 && c.Lookup.IsZero()
	})
	asked := 0
	for _, c := range r.sim.Calls() {
		if c.Name == "user/info" {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}
