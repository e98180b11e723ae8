package demo

import "context"

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

// crowd lets them all say it.
func (d *Demo) crowd(ctx context.Context) error {
	for _, v := range dry {
		if d.sim.Phone(account, v.who.OpenID).Name == "" {
			if len(d.sim.Customers(account)) >= maxPeople {
				return errAct
			}
			if err := d.sim.Customer(account, v.who.OpenID).Call(v.who.Name); err != nil {
				return err
			}
		}
		who := d.sim.Customer(account, v.who.OpenID).Later()
		if !d.sim.Phone(account, v.who.OpenID).Following {
			if err := who.Follow(ctx, ""); err != nil {
				return err
			}
		}
		if err := who.Say(ctx, v.text); err != nil {
			return err
		}
	}
	return nil
}
