package sim_test

import (
	"net/http"
	"testing"

	"kefu/bot/wechat/sim"
)

// A customer writes, the program answers passively and by custom/send, staff get a
// card, press it, and the card changes.
func TestWholeWay(t *testing.T) {
	r := newRig(t)
	r.says(`已报给前厅值班。<a href="weixin://bizmsgmenu?msgmenucontent=在房间&msgmenuid=slot:4827:in">在房间</a>`)
	must(t, r.wang().Say(t.Context(), "1208空调不制冷"))
	p := r.phone()
	if len(p.Bubbles) != 2 || !p.Last().Passive || p.Last().Text != "已报给前厅值班。在房间" {
		t.Fatalf("phone shows %+v", p.Bubbles)
	}
	if p.Credits.Left != 5 {
		t.Errorf("a passive reply took a credit: %+v", p.Credits)
	}
	if c := r.oa("message/custom/send", customText(wang, "我是前台小陈")); c != 0 {
		t.Fatalf("custom/send: %d", c)
	}
	if p := r.phone(); p.Credits.Left != 4 || p.Last().Text != "我是前台小陈" {
		t.Errorf("after custom/send: %+v", p)
	}

	r.answers(nil)
	must(t, r.wang().TapOption(t.Context(), "在房间"))
	if g := r.last(); g.fields.Content != "在房间" || g.fields.Tapped != "slot:4827:in" {
		t.Errorf("tap arrived as %+v", g.fields)
	}

	out := r.wecom("message/send", card("fd01|fd02|nobody", "t4827-1"))
	if code(out) != 0 || out["invaliduser"] != "nobody" || out["response_code"] == "" {
		t.Fatalf("message/send: %v", out)
	}
	r.answers(func(w http.ResponseWriter, g got) {
		_, _ = w.Write(r.sealed("wecom", "<xml><ToUserName>fd01</ToUserName><FromUserName>ww1a2b3c4d5e6f7a8b</FromUserName><CreateTime>1</CreateTime><MsgType>update_button</MsgType><Button><ReplaceName>小陈 14:06 接单</ReplaceName></Button></xml>"))
	})
	must(t, r.sim.Member("fd01").Press(t.Context(), "t4827-1", "claim", map[string]string{"to": "eng"}))
	g := r.last().fields
	if g.EventKey != "claim" || g.TaskId != "t4827-1" || g.ResponseCode == "" || len(g.Options) != 1 || g.Options[0].OptionIds[0] != "eng" {
		t.Errorf("press arrived as %+v", g)
	}
	if c := r.sim.Cards("fd01")[0]; !c.Grey || c.Done != "小陈 14:06 接单" {
		t.Errorf("the clicker's card: %+v", c)
	}
	if c := r.sim.Cards("fd02")[0]; c.Grey {
		t.Error("a passive update changed another member's card")
	}
	up := r.wecom("message/update_template_card", map[string]any{
		"userids": []string{"fd01", "fd02"}, "agentid": 1000002, "response_code": out["response_code"],
		"button": map[string]string{"replace_name": "小陈 14:06 接单"},
	})
	if code(up) != 0 || !r.sim.Cards("fd02")[0].Grey {
		t.Errorf("update: %v, card %+v", up, r.sim.Cards("fd02")[0])
	}
	if err := r.sim.Member("fd02").Press(t.Context(), "t4827-1", "claim", nil); err == nil {
		t.Error("a grey card could be pressed")
	}
	if n := len(r.sim.Calls()); n == 0 {
		t.Error("no calls noted")
	}
	if ps := r.sim.Pushes(); ps[0].Outcome != sim.Replied || ps[1].Outcome != sim.Taken {
		t.Errorf("pushes: %+v", ps)
	}
}
