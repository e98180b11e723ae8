package intent

import (
	"strings"
	"testing"
	"time"
)

// What nobody would call a message is read all the same, in time, and is nothing
// grave.
func TestOddMessages(t *testing.T) {
	r := New(hotel)
	for name, text := range map[string]string{
		"nothing":           "",
		"blanks":            " \n\t　 ",
		"2,048 bytes":       strings.Repeat("空调不制冷 ", 128),
		"long without end":  strings.Repeat("啊", 683),
		"only emoji":        "😭😭😭🔥👍🏽👨‍👩‍👧",
		"only marks":        "？？？！！！。。。、、、",
		"600 lines":         strings.Repeat("在吗\n", 600),
		"mixed scripts":     "привет 안녕 こんにちは مرحبا hello 你好",
		"right to left":     "\u202e房间\u202c空调\u200f坏了\u2067",
		"one character":     "的",
		"repeated":          strings.Repeat("哈", 2000),
		"repeated mark":     strings.Repeat("!", 5000),
		"repeated denial":   strings.Repeat("没有", 1000),
		"parted all over":   strings.Repeat("人 工 ", 300),
		"JSON":              `{"order":{"id":20261124,"items":[{"sku":"A-1","n":2}],"note":"<b>ok</b>"}}`,
		"XML":               `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Content>1</Content></xml>`,
		"code":              "SELECT * FROM t WHERE a = 'x' OR 1=1; --",
		"a link":            "https://example.com/a?b=c&d=%E4%BD%A0#e",
		"invalid UTF-8":     "空调\xff\xfe坏了\x00",
		"combining marks":   "坏" + strings.Repeat("\u0300", 500),
		"another company's": "你好，我是某某快递的，您的包裹放在丰巢了",
		"full width":        "ＡＢＣ１２３！？",
	} {
		from := time.Now()
		got := r.Read(text, Context{})
		if took := time.Since(from); took > 200*time.Millisecond {
			t.Errorf("%s: %v", name, took)
		}
		if len(got.Intents) == 0 || got.Main == "" {
			t.Errorf("%s: no intent", name)
		}
		if got.Major || got.SelfHarm {
			t.Errorf("%s is grave: %v %v", name, got.MajorWords, got.Why)
		}
	}
	for _, text := range []string{"\u202e房间\u202c空调\u200f坏了\u2067", strings.Repeat("空调不制冷 ", 128), "空调\xff\xfe坏了\x00"} {
		if got := r.Read(text, Context{}).Main; got != Repair {
			t.Errorf("%.30q is %s", text, got)
		}
	}
}

// Words that must not be missed are found inside whatever stands round them.
func TestNeverMissed(t *testing.T) {
	r := New(hotel)
	for _, word := range []string{"12315", "律师", "曝光", "报警", "食物中毒", "泄露我的信息", "摔伤", "自杀", "着火"} {
		for _, round := range []string{"%", "%！", "我要说%了", "你们再这样就%", "hello % world", "房间1208，%，快来", "😡%😡", "一、住了三天。二、%。三、没人管", "%\n\n谢谢"} {
			text := strings.ReplaceAll(round, "%", word)
			if got := r.Read(text, Context{}); !got.Major {
				t.Errorf("%q is not grave: %v %v", text, got.Intents, got.Why)
			}
		}
	}
	for _, text := range []string{"转人工", "我要找真人客服", "投诉", "我要投诉前台", strings.Repeat("房间很好，早餐也不错，", 12) + "我要投诉前台"} {
		if got := r.Read(text, Context{}); !got.Has(Human) && !got.Has(Complaint) {
			t.Errorf("%.30q is missed: %v", text, got.Intents)
		}
	}
}
