package demo

import (
	"context"
	"slices"

	"kefu/bot/ticket"
)

// dry is what five customers say when the water is off: those of the beginning who
// follow, and two more.
var dry = []struct {
	who  person
	text string
}{
	{wang, "1208停水了 洗到一半没水"},
	{zhao, "0916 没水了 你们怎么回事"},
	{li, "房间停水了，前台电话也打不通"},
	{person{OpenID: "oKefuDemo00sunXianSheng00005", Name: "孙先生"}, "1206一滴水都没有 停水多久了啊"},
	{person{OpenID: "oKefuDemo00wuNvShi0000000006", Name: "吴女士"}, "1210 停水了，孩子等着冲奶"},
}

// neighbours speak for those who have a grievance in hand already: what they say
// belongs to that.
var neighbours = []struct {
	who  person
	text string
}{
	{person{OpenID: "oKefuDemo00qianXianSheng0007", Name: "钱先生"}, "1308停水了 刷牙刷到一半"},
	{person{OpenID: "oKefuDemo00zhengNvShi0000008", Name: "郑女士"}, "0910 没水了 洗头洗到一半"},
	{person{OpenID: "oKefuDemo00fengXianSheng0009", Name: "冯先生"}, "1105停水了，急着出门"},
	{person{OpenID: "oKefuDemo00chenNvShi00000010", Name: "陈女士"}, "1402停水了，一点水都没有"},
	{person{OpenID: "oKefuDemo00heXianSheng000011", Name: "贺先生"}, "1003 停水了 厕所都冲不了"},
}

// crowd lets five of them say it: those who have nothing to complain of yet.
func (d *Demo) crowd(ctx context.Context) error {
	n := 0
	for _, v := range append(slices.Clone(dry), neighbours...) {
		if n == len(dry) {
			break
		}
		if d.aggrieved(ctx, v.who) {
			continue
		}
		if err := d.speaks(ctx, v.who, v.text); err != nil {
			return err
		}
		n++
	}
	return nil
}

// aggrieved says that a customer has a grievance in hand.
func (d *Demo) aggrieved(ctx context.Context, who person) bool {
	list, _ := d.cases(ctx)
	return slices.ContainsFunc(list, func(t *ticket.Ticket) bool {
		return t.Who == who.id() && t.IsOpen() && t.Kind != ticket.Inquiry && t.Kind != ticket.Request
	})
}

// speaks lets somebody say something, who is there and follows from then on.
func (d *Demo) speaks(ctx context.Context, p person, text string) error {
	if d.sim.Phone(account, p.OpenID).Name == "" {
		if len(d.sim.Customers(account)) >= maxPeople {
			return errAct
		}
		if err := d.sim.Customer(account, p.OpenID).Call(p.Name); err != nil {
			return err
		}
	}
	who := d.sim.Customer(account, p.OpenID).Later()
	if !d.sim.Phone(account, p.OpenID).Following {
		if err := who.Follow(ctx, ""); err != nil {
			return err
		}
	}
	return who.Say(ctx, text)
}
