package oa

import (
	"encoding/xml"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/silenceper/wechat/v2/officialaccount/message"
	"pgregory.net/rapid"

	"kefu/bot/chat"
	"kefu/bot/wechat"
)

var incoming = chat.Message{From: "oABCD0u1v2w3x4y5z6A7B8C9D0E1", To: "gh_7f083739789a", Kind: chat.Text}

// The replies WeChat documents, byte for byte but for the blanks between elements.
func TestPassive(t *testing.T) {
	at := time.Unix(1790000001, 0)
	for file, c := range map[string]chat.Content{
		"text":                                 chat.Say("您好，已收到您的问题，工单号 T1024。"),
		"text-cdata-split":                     chat.Say("a]]>b"),
		"image":                                {Form: chat.AsImage, Media: "MEDIA_ID"},
		"voice":                                {Form: chat.AsVoice, Media: "MEDIA_ID"},
		"video":                                {Form: chat.AsVideo, Media: "MEDIA_ID", Title: "标题", Note: "描述"},
		"news":                                 {Form: chat.AsNews, Title: "标题", Note: "描述", URL: "https://m.example.cn/a", Picture: "https://img.example.cn/360x200.jpg"},
		"transfer_customer_service":            {Form: chat.AsTransfer},
		"transfer_customer_service-to-account": {Form: chat.AsTransfer, Values: map[string]string{"kf_account": "test1@test"}},
	} {
		raw, err := os.ReadFile("testdata/reply/" + file + ".xml")
		if err != nil {
			t.Fatal(err)
		}
		got, err := Passive(incoming, c, at)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if d := cmp.Diff(nodes(t, raw), nodes(t, got)); d != "" {
			t.Errorf("%s: %s", file, d)
		}
	}
	got, err := Passive(incoming, chat.Content{Form: chat.AsMusic, Title: "标题", Note: "描述", URL: "https://m.example.cn/a.mp3", Media: "THUMB_MEDIA_ID"}, at)
	if err != nil || nodes(t, got).Get("Music", "MusicUrl") != "https://m.example.cn/a.mp3" || nodes(t, got).Get("Music", "ThumbMediaId") != "THUMB_MEDIA_ID" {
		t.Errorf("music: %s, %v", got, err)
	}
}

func nodes(t *testing.T, b []byte) *wechat.Node {
	t.Helper()
	n, err := wechat.ParseNode(b)
	if err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	return &n
}

// The SDK reads what we write.
func TestPassiveAgainstSDK(t *testing.T) {
	b, err := Passive(incoming, chat.Say("a]]>b<&\x10"), time.Unix(1790000001, 0))
	if err != nil {
		t.Fatal(err)
	}
	var m message.MixMessage
	if err := xml.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	if m.Content != "a]]>b<&" || m.MsgType != message.MsgTypeText || m.CreateTime != 1790000001 || string(m.ToUserName) != incoming.From {
		t.Errorf("%+v", m)
	}
}

func TestPassiveRefuses(t *testing.T) {
	event := incoming
	event.Kind = chat.Event
	for _, c := range []struct {
		in chat.Message
		c  chat.Content
	}{
		{incoming, chat.Content{}},
		{incoming, chat.Say("")},
		{incoming, chat.Content{Form: chat.AsImage}},
		{incoming, chat.Content{Form: chat.AsImage, Media: "file:1"}},
		{incoming, chat.Content{Form: chat.AsCard}},
		{event, chat.Content{Form: chat.AsTransfer}},
	} {
		if b, err := Passive(c.in, c.c, time.Now()); err == nil {
			t.Errorf("%+v: %s", c.c, b)
		}
	}
}

func content(t *testing.T, c chat.Content) string {
	t.Helper()
	b, err := Passive(incoming, c, time.Unix(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	return nodes(t, b).Get("Content")
}

func TestOptionsBecomeLinks(t *testing.T) {
	c := chat.Content{
		Form: chat.AsText, Text: "方便上去吗？\n" + chat.Mark(0) + "　" + chat.Mark(1),
		Options: []chat.Option{{Label: "在房间", Key: "slot:4827:in"}, {Label: `a"&<b 100%`, Key: "k&=\"'"}},
	}
	want := "方便上去吗？\n" +
		`<a href="weixin://bizmsgmenu?msgmenucontent=在房间&msgmenuid=slot:4827:in">在房间</a>　` +
		`<a href="weixin://bizmsgmenu?msgmenucontent=a%22%26%3Cb%20100%25&msgmenuid=k%26%3D%22%27">a"&＜b 100%</a>`
	if got := content(t, c); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	// A menu has one option a line, then its tail.
	menu := chat.Content{Form: chat.AsMenu, Text: "可以了吗？", Options: c.Options[:1], Tail: "谢谢"}
	if got := content(t, menu); got != "可以了吗？\n"+optionLink(c.Options[0])+"\n谢谢" {
		t.Errorf("menu: %s", got)
	}
}

func TestAILabel(t *testing.T) {
	c := chat.Say("早餐 6:30 开始。")
	c.AI = true
	if got := content(t, c); got != "早餐 6:30 开始。\n（智能生成，仅供参考）" {
		t.Errorf("%s", got)
	}
	c.Text = strings.Repeat("早", 2000)
	if got := content(t, c); len(got) > MaxText || !strings.HasSuffix(got, "早\n（智能生成，仅供参考）") {
		t.Errorf("%d bytes, …%s", len(got), got[len(got)-60:])
	}
}

// A text too long loses words, not its options.
func TestOptionsSurvive(t *testing.T) {
	long := strings.Repeat("长", 900)
	opts := []chat.Option{{Label: "可以了", Key: "ok:4827"}, {Label: "还没好", Key: "no:4827"}}
	for _, c := range []chat.Content{
		{Form: chat.AsText, Text: long + "\n" + chat.Mark(0) + "　" + chat.Mark(1), Options: opts},
		{Form: chat.AsMenu, Text: long, Options: opts, Tail: "谢谢"},
		{Form: chat.AsText, Text: long + chat.Mark(0) + "或" + chat.Mark(1) + "。", Options: opts, AI: true},
	} {
		got := content(t, c)
		if len(got) > MaxText || len(got) < MaxText-20 || !strings.Contains(got, optionLink(opts[0])) || !strings.Contains(got, optionLink(opts[1])) || !strings.Contains(got, "长…\n") {
			t.Errorf("%d bytes: …%s", len(got), got[max(0, len(got)-300):])
		}
	}
}

// Whatever the text, a reply fits, is whole characters, and no link is cut.
func TestTextFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := chat.Content{Form: chat.AsText, AI: rapid.Bool().Draw(t, "ai")}
		for i := range rapid.IntRange(0, 5).Draw(t, "options") {
			c.Text += strings.Repeat("字", rapid.IntRange(0, 200).Draw(t, "n")) + rapid.String().Draw(t, "s") + chat.Mark(i)
			c.Options = append(c.Options, chat.Option{Label: "选" + rapid.StringN(0, 8, 30).Draw(t, "label"), Key: rapid.String().Draw(t, "key")})
		}
		c.Text += strings.Repeat("末", rapid.IntRange(1, 900).Draw(t, "tail"))
		s := render(c, true)
		if len(s) > MaxText || !utf8.ValidString(s) {
			t.Fatalf("%d bytes", len(s))
		}
		if strings.Count(s, `<a href="weixin`) != strings.Count(s, "</a>") {
			t.Fatalf("a link is cut: %s", s)
		}
		if c.AI && !strings.HasSuffix(s, aiMark) {
			t.Fatalf("no label: %s", s)
		}
	})
}
