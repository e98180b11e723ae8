package oa

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kefu/bot/chat"
	"kefu/bot/wechat"
)

var update = flag.Bool("update", false, "write testdata/parsed.json anew")

func payloads(t testing.TB) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for _, dir := range []string{"samples", "inbound"} {
		files, err := filepath.Glob("testdata/" + dir + "/*")
		if err != nil || len(files) < 40 {
			t.Fatalf("%d files in %s, %v", len(files), dir, err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			all[dir+"/"+filepath.Base(f)] = b
		}
	}
	return all
}

// Every message and event, XML and JSON, as chat sees it: parsed.json was read
// by eye against WeChat's documentation.
func TestParseAll(t *testing.T) {
	got := map[string]chat.Message{}
	for name, b := range payloads(t) {
		m, err := Parse("hotel", b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(m.Key) != 64 || m.Account != "hotel" {
			t.Errorf("%s: key %q, account %q", name, m.Key, m.Account)
		}
		m.Key, m.Account = "", ""
		got[name] = m
	}
	const file = "testdata/parsed.json"
	if *update {
		b, err := json.MarshalIndent(got, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]chat.Message
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	// By way of JSON, because a Time keeps its parts to itself.
	var again map[string]chat.Message
	b, _ := json.Marshal(got)
	if err := json.Unmarshal(b, &again); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(flat(want), flat(again)); d != "" {
		t.Error(d)
	}
}

func flat(m map[string]chat.Message) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		b, _ := json.MarshalIndent(v, "", " ")
		out[k] = string(b)
	}
	return out
}

func TestParseText(t *testing.T) {
	m, err := Parse("hotel", []byte(hotPath))
	if err != nil {
		t.Fatal(err)
	}
	if m.Kind != chat.Text || m.Text != "1208空调不制冷 打了两次前台都没人来" || m.MsgID != "24906413570000001" ||
		m.From != "oABCD0u1v2w3x4y5z6A7B8C9D0E1" || !m.At.Time().Equal(time.Unix(1790000000, 0)) || !m.Speaks() {
		t.Errorf("%+v", m)
	}
}

// The repeats of a message share its key; another account's do not.
func TestKey(t *testing.T) {
	a, _ := Parse("hotel", []byte(hotPath))
	b, _ := Parse("hotel", []byte(hotPath))
	c, _ := Parse("shop", []byte(hotPath))
	d, _ := Parse("hotel", []byte(hotPath+" "))
	if a.Key != b.Key || a.Key == c.Key || a.Key == d.Key {
		t.Errorf("keys %s %s %s %s", a.Key, b.Key, c.Key, d.Key)
	}
}

func TestParseOddities(t *testing.T) {
	wrap := func(s string) string {
		return "<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>1790000000</CreateTime>" + s + "</xml>"
	}
	text := "<MsgType>text</MsgType><Content>"
	cases := []struct {
		name, in string
		ok       func(chat.Message) bool
	}{
		{"control characters go", wrap(text + "<![CDATA[a\x10\x1db]]></Content>"), func(m chat.Message) bool { return m.Text == "ab" }},
		{"also as references", wrap(text + "a&#16;b&#xE000;c</Content>"), func(m chat.Message) bool { return m.Text == "abc" }},
		{"broken UTF-8 goes", wrap(text + "<![CDATA[您好\xe4\xb8，在吗]]></Content>"), func(m chat.Message) bool { return m.Text == "您好，在吗" }},
		{"GBK is read", wrap(text + "<![CDATA[\xc4\xfa\xba\xc3]]></Content>"), func(m chat.Message) bool { return m.Text == "您好" }},
		{"a doctype in CDATA is the customer's", wrap(text + "<![CDATA[<!DOCTYPE html>&foo;]]></Content>"), func(m chat.Message) bool { return m.Text == "<!DOCTYPE html>&foo;" }},
		{"split CDATA joins", wrap(text + "<![CDATA[a]]]]><![CDATA[>b]]></Content>"), func(m chat.Message) bool { return m.Text == "a]]>b" }},
		{"both spellings of the id", wrap(text + "x</Content><MsgID>9007199254740993</MsgID>"), func(m chat.Message) bool { return m.MsgID == "9007199254740993" }},
		{"a declaration is skipped", `<?xml version="1.0" encoding="UTF-8"?>` + wrap(text+"x</Content>"), func(m chat.Message) bool { return m.Text == "x" }},
		{"no time", "<xml><FromUserName>o1</FromUserName><MsgType>text</MsgType></xml>", func(m chat.Message) bool { return m.At.IsZero() && m.Kind == chat.Text }},
		{"no type", wrap(""), func(m chat.Message) bool { return m.Kind == chat.Unknown && m.Raw != "" }},
		{"a sticker", wrap(text + "【收到不支持的消息类型，暂无法显示】</Content>"), func(m chat.Message) bool { return m.Kind == chat.Unknown }},
		{"an empty template result", wrap("<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event>"), func(m chat.Message) bool { return m.Event == chat.TemplateResult }},
		{"a tapped option", wrap(text + "可以了</Content><bizmsgmenuid>ok:4827</bizmsgmenuid>"), func(m chat.Message) bool { return m.Tapped == "ok:4827" && !m.Speaks() }},
		{"JSON with text for numbers", `{"FromUserName":"o1","CreateTime":"1790000000","MsgType":"text","MsgId":"24906413570000001","Content":"a\u0010\nb"}`,
			func(m chat.Message) bool {
				return m.MsgID == "24906413570000001" && m.Text == "a\nb" && !m.At.IsZero()
			}},
		{"a long text is cut whole", wrap(text + strings.Repeat("好", 9000) + "</Content>"), func(m chat.Message) bool {
			return len(m.Text) <= maxText && strings.HasSuffix(m.Text, "好")
		}},
	}
	for _, c := range cases {
		m, err := Parse("hotel", []byte(c.in))
		if err != nil || !c.ok(m) {
			t.Errorf("%s: %v %+v", c.name, err, m)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	deep := strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40)
	for in, want := range map[string]error{
		"":                                   wechat.ErrMalformed,
		" ":                                  wechat.ErrMalformed,
		"<xml><MsgType>text</MsgType></xml>": ErrNoSender,
		"<xml><FromUserName>a/b</FromUserName></xml>":            ErrNoSender,
		"<xml><FromUserName>\x00</FromUserName></xml>":           ErrNoSender,
		`{"FromUserName":"` + strings.Repeat("o", 200) + `"}`:    ErrNoSender,
		"<!DOCTYPE a [<!ENTITY x \"y\">]><xml>&x;</xml>":         wechat.ErrForbidden,
		"<xml><FromUserName>&x;</FromUserName></xml>":            wechat.ErrForbidden,
		"<xml>" + deep + "</xml>":                                wechat.ErrForbidden,
		`{"a":` + strings.Repeat("[", 50):                        wechat.ErrForbidden,
		"<xml><FromUserName>o1</FromUserName>":                   wechat.ErrMalformed,
		"hello":                                                  wechat.ErrMalformed,
		`{"FromUserName":"o1"} {}`:                               wechat.ErrMalformed,
		"<xml>" + strings.Repeat("x", wechat.MaxBody) + "</xml>": wechat.ErrTooLarge,
	} {
		if _, err := Parse("hotel", []byte(in)); !errors.Is(err, want) {
			t.Errorf("%.60q: err = %v, want %v", in, err, want)
		}
	}
}

// A megabyte of malice is answered well within a second.
func TestHostileBodiesAreCheap(t *testing.T) {
	const head = "<xml><FromUserName>o1</FromUserName><Content>"
	for name, unit := range map[string]string{
		"sections": "<![CDATA[a]]>", "comments": "a<!---->", "elements": "<a/>", "references": "&amp;", "opens": "<",
		"names": "<aaaa", "ampersands": "&", "broken": "\xff", "gbk": "\xc4\xfa", "lists": "<List><a>1</a></List>", "processing": "<?a?>",
	} {
		body := []byte(head + strings.Repeat(unit, (wechat.MaxBody-200)/len(unit)) + "</Content></xml>")
		start := time.Now()
		_, err := Parse("hotel", body)
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s: %v (%v)", name, took, err)
		}
	}
	for name, unit := range map[string]string{"arrays": `[1],`, "members": `"a":{},`, "quotes": `"`, "escapes": `\`} {
		body := []byte(`{"FromUserName":"o1",` + strings.Repeat(unit, (wechat.MaxBody-200)/len(unit)))
		start := time.Now()
		_, err := Parse("hotel", body)
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s: %v (%v)", name, took, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, b := range payloads(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Parse("hotel", b)
		if err != nil {
			return
		}
		if m.From == "" || m.Kind == "" || len(m.Key) != 64 {
			t.Fatalf("%+v", m)
		}
		// What is stored must come back the same.
		j, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var again chat.Message
		if err := json.Unmarshal(j, &again); err != nil {
			t.Fatal(err)
		}
		if k, _ := json.Marshal(again); string(k) != string(j) {
			t.Fatalf("%s\n%s", j, k)
		}
	})
}

const hotPath = "<xml><ToUserName><![CDATA[gh_7f083739789a]]></ToUserName>\n<FromUserName><![CDATA[oABCD0u1v2w3x4y5z6A7B8C9D0E1]]></FromUserName>\n<CreateTime>1790000000</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[1208空调不制冷 打了两次前台都没人来]]></Content>\n<MsgId>24906413570000001</MsgId>\n</xml>"

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("hotel", []byte(hotPath)); err != nil {
			b.Fatal(err)
		}
	}
}

// What encoding/xml alone would take for the same text.
func BenchmarkEncodingXML(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		var m struct {
			ToUserName, FromUserName, MsgType, Content string
			CreateTime, MsgId                          int64
		}
		if err := xml.Unmarshal([]byte(hotPath), &m); err != nil {
			b.Fatal(err)
		}
	}
}
