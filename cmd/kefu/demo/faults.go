package demo

import (
	"fmt"
	"time"

	"kefu/bot/wechat/sim"
)

// trouble of the platform or the database that the page can switch on.
type knob struct {
	Key   string `json:"key"`
	Title string `json:"title"`
	See   string `json:"see"` // what the reader should see now
	On    bool   `json:"on,omitempty"`
	Left  int    `json:"left,omitempty"` // seconds until it ends by itself
}

const outageFor = 10 * time.Second

// knobs are the faults as they stand. What to see is in the simulator's words, but
// where this account does better.
func (d *Demo) knobs() []knob {
	see := map[sim.FaultKind]sim.FaultInfo{}
	for _, f := range sim.FaultList() {
		see[f.Kind] = f
	}
	kept := see[sim.UsedUp]
	kept.See = "员工的话先存着，客人收到一条服务通知；客人一来信，存的话就补上" // this account has one
	see[sim.UsedUp] = kept
	on := map[sim.FaultKind]bool{}
	for _, f := range d.sim.Faults().List() {
		on[f.Kind] = true
	}
	var all []knob
	for _, k := range []sim.FaultKind{sim.Triple, sim.Slow, sim.BadToken, sim.UsedUp} {
		all = append(all, knob{Key: string(k), Title: see[k].Title, See: see[k].See, On: on[k]})
	}
	left := d.store.left()
	all = append(all, knob{
		Key: "db", Title: "数据库断 10 秒", On: left > 0, Left: int((left + time.Second - 1) / time.Second),
		See: "客人的话不回“收到”，微信会再推；10 秒后自己接上，一条不丢、不重",
	})
	return append(all, d.mind.knobs()...)
}

// turn switches a fault on or off.
func (d *Demo) turn(key string, on bool) error {
	kind := sim.FaultKind(key)
	switch {
	case d.mind.turn(key, on):
	case key == "db" && on:
		d.store.begin(outageFor)
	case key == "db":
		d.store.end()
	case !on:
		d.sim.Faults().Clear(kind)
	case kind == sim.BadToken: // once on each side: the next token is good
		d.sim.Faults().Set(sim.Fault{Kind: kind, Platform: "oa", Call: "message/custom/send", Times: 1})
		d.sim.Faults().Set(sim.Fault{Kind: kind, Platform: "wecom", Call: "message/send", Times: 1})
	case kind == sim.Triple:
		d.sim.Faults().Set(sim.Fault{Kind: kind, Platform: "oa"})
	case kind == sim.Slow, kind == sim.UsedUp:
		d.sim.Faults().Set(sim.Fault{Kind: kind, Delay: 6 * time.Second})
	default:
		return fmt.Errorf("demo: no fault %.20q", key)
	}
	return nil
}
