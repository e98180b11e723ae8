package sim_test

import (
	"encoding/json"
	"io"
	"maps"
	"strings"
	"testing"
	"time"

	"kefu/bot/wechat/sim"
)

func decode(t *testing.T, from io.Reader) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.NewDecoder(from).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

func notice(id string, change map[string]string) map[string]any {
	values := map[string]string{"character_string1": "4827", "thing2": "1208 空调投诉", "phrase3": "已有结果", "time4": "2026年11月24日 15:30"}
	maps.Copy(values, change)
	data := map[string]any{}
	for k, v := range values {
		data[k] = map[string]string{"value": v}
	}
	return map[string]any{"touser": wang, "template_id": "T1", "client_msg_id": id, "url": "https://m.example.cn/4827", "data": data}
}

// errcode 0 means accepted; the event says what became of it.
func TestTemplateResult(t *testing.T) {
	r := newRig(t)
	must(t, r.wang().Follow(t.Context(), ""))
	r.clock.add(72 * time.Hour) // outside every window
	out := r.call("/oa/cgi-bin/message/template/send?access_token="+r.token(), notice("n1", nil))
	if code(out) != 0 || out["msgid"] == nil {
		t.Fatalf("%v", out)
	}
	must(t, r.sim.Idle(t.Context()))
	if g := r.last().fields; g.Event != "TEMPLATESENDJOBFINISH" || g.Status != "success" || g.MsgID == "" {
		t.Errorf("%+v", g)
	}
	b := r.phone().Last()
	if b.Kind != "template" || b.Title != "服务进度提醒" || len(b.Lines) != 4 || b.Lines[1] != (sim.Line{Name: "事项", Value: "1208 空调投诉"}) {
		t.Errorf("%+v", b)
	}
	must(t, r.wang().Refuse(true))
	if c := r.oa("message/template/send", notice("n2", nil)); c != 0 {
		t.Fatal(c)
	}
	must(t, r.sim.Idle(t.Context()))
	if g := r.last().fields; g.Status != "failed:user block" {
		t.Errorf("%+v", g)
	}
}

// client_msg_id: the same within ten minutes is not sent again.
func TestTemplateRepeat(t *testing.T) {
	r := newRig(t)
	must(t, r.wang().Follow(t.Context(), ""))
	send := func(id string) any {
		return r.call("/oa/cgi-bin/message/template/send?access_token="+r.token(), notice(id, nil))["msgid"]
	}
	shown := func() int { return len(r.phone().Words()) }
	first := send("same")
	r.clock.add(9 * time.Minute)
	if send("same") != first || shown() != 1 {
		t.Error("sent twice within ten minutes")
	}
	r.clock.add(time.Minute)
	if send("same") == first || shown() != 2 {
		t.Error("still suppressed after ten minutes")
	}
	must(t, r.sim.Idle(t.Context()))
}

// Every type's limit: what breaks it fails with 47003 and the key.
func TestTemplateFields(t *testing.T) {
	all := sim.Template{ID: "ALL", Title: "全部", Content: "{{thing1.DATA}}{{number2.DATA}}{{letter3.DATA}}{{symbol4.DATA}}{{character_string5.DATA}}" +
		"{{time6.DATA}}{{date7.DATA}}{{amount8.DATA}}{{phone_number9.DATA}}{{car_number10.DATA}}{{name11.DATA}}{{phrase12.DATA}}{{keyword13.DATA}}"}
	good := map[string]string{
		"thing1": strings.Repeat("字", 20), "number2": "123.45", "letter3": "ABC", "symbol4": "!!!!!", "character_string5": "TS-261124-4827",
		"time6": "2026年11月24日 15:30", "date7": "2026-11-24", "amount8": "￥100.00", "phone_number9": "+86-13800001111", "car_number10": "粤A12345",
		"name11": "王女士", "phrase12": "已有结果", "keyword13": strings.Repeat("长", 300),
	}
	r := newRig(t, func(c *sim.Config) { c.OA[0].Templates = append(c.OA[0].Templates, all) })
	must(t, r.wang().Follow(t.Context(), ""))
	send := func(change map[string]string) map[string]any {
		data := map[string]any{}
		for k, v := range good {
			if w, ok := change[k]; ok {
				v = w
			}
			data[k] = map[string]string{"value": v}
		}
		return r.call("/oa/cgi-bin/message/template/send?access_token="+r.token(), map[string]any{"touser": wang, "template_id": "ALL", "data": data})
	}
	if out := send(nil); code(out) != 0 {
		t.Fatalf("right values: %v", out)
	}
	for key, bad := range map[string]string{
		"thing1": strings.Repeat("字", 21), "number2": "十二", "letter3": "A1", "symbol4": "!!!!!!", "character_string5": "编号1",
		"time6": "明天下午", "date7": "24/11", "amount8": "很多", "phone_number9": "138-0000-1111-0000", "car_number10": "粤A12345678",
		"name11": strings.Repeat("王", 11), "phrase12": "ok", "keyword13": "",
	} {
		out := send(map[string]string{key: bad})
		if code(out) != 47003 || !strings.Contains(out["errmsg"].(string), "data."+key+".value") {
			t.Errorf("%s = %q: %v", key, bad, out)
		}
	}
	if c := code(send(map[string]string{"thing1": "两\n行"})); c != 47003 {
		t.Errorf("line break: %d", c)
	}
	must(t, r.sim.Idle(t.Context()))
}

func TestTemplateErrors(t *testing.T) {
	r := newRig(t)
	must(t, r.wang().Follow(t.Context(), ""))
	for name, c := range map[string]struct {
		key, value string
		want       int
	}{
		"no template":      {"template_id", "", 40036},
		"unknown template": {"template_id", "T9", 40037},
		"unknown openid":   {"touser", "o_nobody", 40003},
		"long client id":   {"client_msg_id", strings.Repeat("x", 33), 40035},
	} {
		in := notice("n", nil)
		in[c.key] = c.value
		if got := r.oa("message/template/send", in); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if c := r.oa("message/template/send", `{`); c != 47001 {
		t.Errorf("broken JSON: %d", c)
	}
	must(t, r.wang().Unfollow(t.Context()))
	if c := r.oa("message/template/send", notice("n", nil)); c != 43004 {
		t.Errorf("unfollowed: %d", c)
	}
}
