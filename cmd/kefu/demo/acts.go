package demo

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
)

// act is one thing a person does on the page.
type act struct {
	As    string            `json:"as"` // openid or userid
	Do    string            `json:"do"`
	Text  string            `json:"text"`
	Texts []string          `json:"texts"`
	Key   string            `json:"key"`
	Card  string            `json:"card"` // task id
	Picks map[string]string `json:"picks"`
}

const (
	maxPeople = 30  // customers on the page
	maxText   = 600 // characters of one message
	maxTexts  = 5
)

var errAct = errors.New("demo: not something that can be done")

// asCustomer does something on a customer's phone. What follows comes by the
// state; only what cannot be done is answered.
func (d *Demo) asCustomer(c *gin.Context) {
	var a act
	if !read(c, &a) {
		return
	}
	if a.Do == "new" {
		id, err := d.newCustomer(a.Text)
		if err != nil {
			d.done(c, err)
			return
		}
		c.JSON(200, gin.H{"id": id})
		return
	}
	d.done(c, d.customerDoes(c.Request.Context(), a))
}

func (d *Demo) customerDoes(ctx context.Context, a act) error {
	if d.sim.Phone(account, a.As).Name == "" {
		return errAct
	}
	who := d.sim.Customer(account, a.As).Later()
	switch a.Do {
	case "say":
		if a.Text = clip(a.Text); a.Text == "" {
			return nil
		}
		return who.Say(ctx, a.Text)
	case "many":
		for _, t := range a.Texts[:min(len(a.Texts), maxTexts)] {
			if err := who.Say(ctx, clip(t)); err != nil {
				return err
			}
		}
		return nil
	case "crowd":
		return d.crowd(ctx)
	case "tap":
		return who.TapOption(ctx, a.Key)
	case "menu":
		return who.Menu(ctx, a.Key)
	case "picture":
		return who.SendPicture(ctx, sample(), "photo.png")
	case "voice":
		return who.SendVoice(ctx, clip(a.Text))
	case "place":
		return who.SendLocation(ctx, 30.2512, 120.1423, "栖云酒店南门")
	case "follow":
		return who.Follow(ctx, clip(a.Key))
	case "unfollow":
		return who.Unfollow(ctx)
	}
	return errAct
}

// newCustomer makes somebody with a phone who does not follow yet.
func (d *Demo) newCustomer(name string) (string, error) {
	if len(d.sim.Customers(account)) >= maxPeople {
		return "", errAct
	}
	if name = strings.TrimSpace(name); name == "" {
		name = fmt.Sprintf("新客 %d", len(d.sim.Customers(account))-len(customers)+1)
	}
	if r := []rune(name); len(r) > 8 {
		name = string(r[:8])
	}
	id := "oKefu" + rand.Text()[:23]
	return id, d.sim.Customer(account, id).Call(name)
}

// asStaff does something in a colleague's WeCom.
func (d *Demo) asStaff(c *gin.Context) {
	var a act
	if read(c, &a) {
		d.done(c, d.staffDoes(c.Request.Context(), a))
	}
}

func (d *Demo) staffDoes(ctx context.Context, a act) error {
	who := d.sim.Member(a.As).Later()
	switch a.Do {
	case "enter":
		return who.Enter(ctx)
	case "type":
		if a.Text = clip(a.Text); a.Text == "" {
			return nil
		}
		return who.Type(ctx, a.Text)
	case "press":
		return who.Press(ctx, a.Card, a.Key, a.Picks)
	case "picture":
		return who.SendPicture(ctx, sample(), "photo.png")
	}
	return errAct
}

// clip bounds what is written; the platform cuts far later.
func clip(s string) string {
	s = strings.TrimSpace(strings.ToValidUTF8(s, ""))
	if utf8.RuneCountInString(s) > maxText {
		s = string([]rune(s)[:maxText])
	}
	return s
}

// sample is a photograph to send: a wall with a stain below an air conditioner.
var sample = sync.OnceValue(func() []byte {
	const w, h = 480, 360
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{uint8(214 - y/8), uint8(208 - y/7), uint8(196 - y/6), 255}
			dx, dy := float64(x-300)/70, float64(y-230)/95
			switch {
			case x > 90 && x < 390 && y > 50 && y < 130: // the machine
				c = color.RGBA{244, 246, 247, 255}
				if y > 104 && y < 122 && x > 104 && x < 376 {
					c = color.RGBA{150, 158, 164, 255}
				}
			case dx*dx+dy*dy < 1: // water has run down
				c = color.RGBA{uint8(176 - y/8), uint8(163 - y/7), uint8(136 - y/6), 255}
			case y > 315:
				c = color.RGBA{132, 98, 68, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil // a picture of a kind that png knows
	}
	return b.Bytes()
})
