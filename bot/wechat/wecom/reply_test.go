package wecom

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kefu/bot/chat"
	"kefu/bot/wechat"
	"kefu/store"
)

// flat is an answer as path=text lines, whatever its spaces.
func flat(t *testing.T, b []byte) []string {
	t.Helper()
	n, err := wechat.ParseNode(b)
	if err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	var lines []string
	var walk func(string, wechat.Node)
	walk = func(path string, n wechat.Node) {
		if path += "/" + n.Name; len(n.Kids) == 0 {
			lines = append(lines, path+"="+n.Text)
		}
		for _, k := range n.Kids {
			walk(path, k)
		}
	}
	walk("", n)
	return lines
}

func TestPassiveReplies(t *testing.T) {
	a := newPlatform(t).app(t, func(c *Config) { c.Icon = "" })
	in := chat.Message{
		Key: "k", From: "zhangsan", To: "ww1a2b3c4d5e6f7a8b", At: store.At(time.Unix(1790000001, 0)),
		Kind: chat.Event, Event: chat.CardPressed, Response: "RESPONSE_CODE",
	}
	t.Run("text", func(t *testing.T) {
		got, err := PassiveText(in, "已认领")
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(flat(t, load(t, "reply/text.xml")), flat(t, got)); d != "" {
			t.Error(d)
		}
	})
	t.Run("awkward text", func(t *testing.T) {
		got, err := PassiveText(in, "a]]>b<c>\x10&"+strings.Repeat("客", 1000))
		if err != nil {
			t.Fatal(err)
		}
		n, err := wechat.ParseNode(got)
		text := n.Get("Content")
		if err != nil || !strings.HasPrefix(text, "a]]>b<c>&客") || len(text) > TextBytes || !strings.HasSuffix(text, "客…") {
			t.Errorf("%v, %d bytes", err, len(text))
		}
	})
	t.Run("card", func(t *testing.T) {
		got, err := a.UpdateCard(in, chat.Card{
			TaskID: "t1024_2", Title: "工单 T1024", Desc: "已由张三认领",
			Lines:   []chat.Line{{Name: "房间", Value: "1208"}, {Name: "承诺", Value: "14:20 前联系"}},
			Buttons: []chat.Option{{Label: "回复", Key: "reply"}, {Label: "办结", Key: "close"}},
			Select:  &chat.Select{Key: "assign", Label: "派给", Options: []chat.Option{{Label: "工程部", Key: "eng"}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		const card = "/xml/TemplateCard"
		want := []string{
			"/xml/ToUserName=zhangsan", "/xml/FromUserName=ww1a2b3c4d5e6f7a8b", "/xml/CreateTime=1790000001",
			"/xml/MsgType=update_template_card",
			card + "/CardType=button_interaction",
			card + "/Source/Desc=客服工单", card + "/Source/DescColor=1",
			card + "/MainTitle/Title=工单 T1024", card + "/MainTitle/Desc=已由张三认领",
			card + "/HorizontalContentList/KeyName=房间", card + "/HorizontalContentList/Value=1208",
			card + "/HorizontalContentList/KeyName=承诺", card + "/HorizontalContentList/Value=14:20 前联系",
			card + "/TaskId=t1024_2",
			card + "/ButtonSelection/QuestionKey=assign", card + "/ButtonSelection/Title=派给",
			card + "/ButtonSelection/OptionList/Id=-", card + "/ButtonSelection/OptionList/Text=不选",
			card + "/ButtonSelection/OptionList/Id=eng", card + "/ButtonSelection/OptionList/Text=工程部",
			card + "/ButtonSelection/SelectedId=-",
			card + "/ButtonList/Text=回复", card + "/ButtonList/Style=1", card + "/ButtonList/Key=reply",
			card + "/ButtonList/Text=办结", card + "/ButtonList/Style=2", card + "/ButtonList/Key=close",
		}
		if d := cmp.Diff(want, flat(t, got)); d != "" {
			t.Error(d)
		}
		// All the official answer has, ours has under the same names, but the
		// sub-title and the grey label.
		ours := strings.Join(flat(t, got), "\n")
		for _, l := range flat(t, load(t, "reply/update_template_card.xml")) {
			path, _, _ := strings.Cut(l, "=")
			if !strings.Contains(ours, path+"=") && !strings.HasSuffix(path, "SubTitleText") && !strings.HasSuffix(path, "ReplaceText") {
				t.Errorf("%s is missing", path)
			}
		}
	})
	t.Run("card without a task of its own", func(t *testing.T) {
		c := chat.Card{Title: "x", Buttons: []chat.Option{{Label: "a", Key: "a"}}}
		one, _ := a.UpdateCard(in, c)
		again, _ := a.UpdateCard(in, c)
		in.Key = "other"
		other, err := a.UpdateCard(in, c)
		if err != nil || string(one) != string(again) || string(one) == string(other) {
			t.Error("task ids do not follow the callback")
		}
	})
}
