package wecom

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kefu/bot/chat"
	"kefu/store"
)

func load(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", path))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// pressed is what the two collections of callbacks share.
func TestParse(t *testing.T) {
	at := store.At(time.Unix(1700000000, 0))
	later := store.At(time.Unix(1790000000, 0))
	staff := func(m chat.Message) chat.Message {
		m.Account, m.To, m.At = Account, "ww0123456789abcdef", at
		if m.From == "" {
			m.From = "zhangsan"
		}
		if m.From != System && m.AgentID == "" {
			m.AgentID = "1000002"
		}
		if m.Kind != chat.Event {
			m.MsgID = "7250021412600020992"
		}
		return m
	}
	official := func(m chat.Message) chat.Message {
		m.Account, m.To, m.From, m.At, m.AgentID = Account, "ww1a2b3c4d5e6f7a8b", "zhangsan", later, "1000002"
		if m.Kind != chat.Event {
			m.MsgID = "1234567890123456"
		}
		return m
	}
	tests := map[string]chat.Message{
		"inbound/text.xml":     staff(chat.Message{Kind: chat.Text, Text: "你好"}),
		"inbound/image.xml":    staff(chat.Message{Kind: chat.Image, URL: "this is a url", MediaID: "media_id"}),
		"inbound/voice.xml":    staff(chat.Message{Kind: chat.Voice, MediaID: "media_id", Format: "Format"}),
		"inbound/video.xml":    staff(chat.Message{Kind: chat.Video, MediaID: "media_id", Thumb: "thumb_media_id"}),
		"inbound/location.xml": staff(chat.Message{Kind: chat.Location, Lat: 23.134521, Lng: 113.358803, Note: "位置信息"}),
		"inbound/link.xml":     staff(chat.Message{Kind: chat.Link, Title: "公众平台官网链接", Note: "公众平台官网链接", URL: "url", Thumb: "picurl"}),
		"inbound/event_LOCATION.xml": staff(chat.Message{
			Kind: chat.Event, Event: chat.Whereabouts,
			Lat: 23.137466, Lng: 113.352425, Fields: map[string]string{"Precision": "119.385040"},
		}),
		"inbound/event_subscribe.xml":   staff(chat.Message{Kind: chat.Event, Event: chat.Subscribe}),
		"inbound/event_unsubscribe.xml": staff(chat.Message{Kind: chat.Event, Event: chat.Unsubscribe}),
		"inbound/event_enter_agent.xml": staff(chat.Message{Kind: chat.Event, Event: chat.EnterAgent}),
		"inbound/event_click.xml":       staff(chat.Message{Kind: chat.Event, Event: chat.Click, EventKey: "EVENTKEY"}),
		"inbound/event_view.xml":        staff(chat.Message{Kind: chat.Event, Event: chat.View, EventKey: "www.qq.com"}),
		"inbound/event_scancode_push.xml": staff(chat.Message{
			Kind: chat.Event, Event: chat.ScanCode, EventKey: "6",
			Fields: map[string]string{"ScanType": "qrcode", "ScanResult": "1"},
		}),
		"inbound/event_pic_weixin.xml": staff(chat.Message{
			Kind: chat.Event, Event: chat.MenuPicture, EventKey: "6",
			Fields: map[string]string{"Count": "1"},
		}),
		"inbound/event_location_select.xml": staff(chat.Message{
			Kind: chat.Event, Event: chat.MenuLocation, EventKey: "6",
			Lat: 23, Lng: 113, Note: "广州市海珠区客村艺苑路 106号", Fields: map[string]string{"AppType": "wxwork"},
		}),
		"inbound/event_template_card_button.xml": staff(chat.Message{
			Kind: chat.Event, Event: chat.CardPressed,
			EventKey: "btn_approve", TaskID: "kit_task_0001", Response: "kit_response_code_0001",
			Fields: map[string]string{"CardType": "button_interaction"},
		}),
		"inbound/event_template_card_event.xml": staff(chat.Message{
			Kind: chat.Event, Event: chat.CardPressed,
			EventKey: "btn_approve", TaskID: "kit_task_0001", Response: "kit_response_code_0001",
			Selected: map[string]string{"QuestionKey1": "OptionId1,OptionId2", "QuestionKey2": "OptionId3,OptionId4"},
			Fields:   map[string]string{"CardType": "multiple_interaction"},
		}),
		"inbound/event_template_card_menu_event.xml": staff(chat.Message{
			Kind: chat.Event, Event: chat.CardMenu,
			EventKey: "key111", TaskID: "taskid111", Response: "kit_response_code_0002",
			Fields: map[string]string{"CardType": "text_notice"},
		}),
		"inbound/event_change_contact_delete_user.xml": staff(chat.Message{
			From: System, Kind: chat.Event, Event: ChangeContact,
			Fields: map[string]string{"ChangeType": "delete_user", "UserID": "zhangsan"},
		}),
		// no telephone number, no address of a colleague
		"inbound/event_change_contact_update_user.xml": staff(chat.Message{
			From: System, Kind: chat.Event, Event: ChangeContact,
			Fields: map[string]string{
				"ChangeType": "update_user", "UserID": "zhangsan", "NewUserID": "zhangsan001", "Name": "张三",
				"Department": "1,2,3", "IsLeaderInDept": "1,0,0", "Position": "产品经理", "Status": "1",
			},
		}),
		"official/inbound-text.xml": official(chat.Message{Kind: chat.Text, Text: "认领 T1024"}),
		"official/event-template_card_event-vote.xml": official(chat.Message{
			Kind: chat.Event, Event: chat.CardPressed,
			EventKey: "submit", TaskID: "t1024_2", Response: "RESPONSE_CODE",
			Selected: map[string]string{"assign_to": "lisi,wangwu"},
			Fields:   map[string]string{"CardType": "vote_interaction"},
		}),
		"official/event-pic_weixin-repeated-PicList-quirk.xml": official(chat.Message{
			Kind: chat.Event, Event: chat.MenuPicture,
			EventKey: "k", Fields: map[string]string{"Count": "2"},
		}),
	}
	for path, want := range tests {
		t.Run(path, func(t *testing.T) {
			payload := load(t, path)
			sum := sha256.Sum256(append([]byte("wecom\n"), payload...))
			want.Key = hex.EncodeToString(sum[:])
			got, err := Parse(payload)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// Every callback collected is either understood or kept.
func TestParseLosesNothing(t *testing.T) {
	paths, err := filepath.Glob("testdata/*/*.*ml")
	if err != nil || len(paths) < 60 {
		t.Fatalf("%d callbacks, %v", len(paths), err)
	}
	more, _ := filepath.Glob("testdata/official/*.json")
	for _, p := range append(paths, more...) {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Parse(b)
		if err != nil {
			t.Errorf("%s: %v", p, err)
			continue
		}
		_, known := renamed[strings.ToLower(originalEvent(b))]
		if m.Kind == chat.Unknown && m.Raw == "" || m.Kind == chat.Event && (m.Raw == "") != known || m.Kind == "" {
			t.Errorf("%s: %s %s, raw %d bytes", p, m.Kind, m.Event, len(m.Raw))
		}
	}
}

func originalEvent(b []byte) string {
	_, after, _ := strings.Cut(string(b), "<Event><![CDATA[")
	name, _, _ := strings.Cut(after, "]]>")
	return name
}

func TestParseOtherForms(t *testing.T) {
	const head = "<FromUserName>u</FromUserName><CreateTime>1</CreateTime>"
	tests := []struct {
		name, payload string
		check         func(chat.Message) bool
	}{
		{
			"json text", `{"ToUserName":"ww","FromUserName":"u","CreateTime":1700000000,"MsgType":"text","Content":"接 4827","MsgId":7250021412600020993,"AgentID":1000002}`,
			func(m chat.Message) bool {
				return m.Text == "接 4827" && m.MsgID == "7250021412600020993" && m.AgentID == "1000002" && m.At.Time().Unix() == 1700000000
			},
		},
		{
			"json selection in an array", `{"FromUserName":"u","MsgType":"event","Event":"template_card_event","SelectedItems":[{"QuestionKey":"assign","OptionIds":["eng"]}]}`,
			func(m chat.Message) bool { return m.Selected["assign"] == "eng" },
		},
		{
			"json selection as xml has it", `{"FromUserName":"u","MsgType":"event","Event":"template_card_event","SelectedItems":{"SelectedItem":[{"QuestionKey":"assign","OptionIds":{"OptionId":["eng"]}}]}}`,
			func(m chat.Message) bool { return m.Selected["assign"] == "eng" },
		},
		{
			"selection left alone", "<xml>" + head + "<MsgType>event</MsgType><Event>template_card_event</Event><SelectedItems><SelectedItem><QuestionKey>assign</QuestionKey><OptionIds><OptionId>-</OptionId></OptionIds></SelectedItem></SelectedItems></xml>",
			func(m chat.Message) bool { return m.Selected == nil && m.Event == chat.CardPressed },
		},
		{
			"control characters and broken UTF-8", "<xml>" + head + "<MsgType>text</MsgType><Content><![CDATA[a\x10\x1db\x00\xffc]]></Content></xml>",
			func(m chat.Message) bool { return m.Text == "abc" },
		},
		{
			"declared GBK", "<?xml version=\"1.0\" encoding=\"GBK\"?><xml>" + head + "<MsgType>text</MsgType><Content>好</Content></xml>",
			func(m chat.Message) bool { return m.Text == "好" },
		},
		{
			"CDATA in two pieces", "\ufeff <xml>" + head + "<MsgType>text</MsgType><Content><![CDATA[a]]]]><![CDATA[>b]]></Content></xml>",
			func(m chat.Message) bool { return m.Text == "a]]>b" },
		},
		{
			"message of nobody", "<xml><MsgType>text</MsgType><Content>x</Content></xml>",
			func(m chat.Message) bool { return m.Kind == chat.Unknown && m.Raw != "" },
		},
		{
			"kind of the future", "<xml>" + head + "<MsgType>hologram</MsgType></xml>",
			func(m chat.Message) bool { return m.Kind == chat.Unknown && strings.Contains(m.Raw, "hologram") },
		},
		{
			"event of the future", "<xml>" + head + "<MsgType>event</MsgType><Event>Some_Thing</Event><A>b</A></xml>",
			func(m chat.Message) bool {
				return m.Event == "some_thing" && m.Raw != "" && m.Fields["A"] == "b"
			},
		},
		{
			"time beyond the calendar", "<xml><FromUserName>u</FromUserName><CreateTime>99999999999999</CreateTime><MsgType>text</MsgType></xml>",
			func(m chat.Message) bool { return m.Kind == chat.Text && m.At.IsZero() },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := Parse([]byte(tt.payload))
			if err != nil || !tt.check(m) {
				t.Errorf("%+v, %v", m, err)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	tests := map[string]string{
		"nothing":       " \n",
		"plain words":   "success 张三",
		"half":          "<xml><MsgType>text</MsgType><Content>秘密",
		"half json":     `{"MsgType":"text","Content":"秘密"`,
		"dtd":           `<!DOCTYPE x [<!ENTITY a "aaaa">]><xml><MsgType>text</MsgType></xml>`,
		"entity":        `<xml><MsgType>text</MsgType><Content>秘密&evil;</Content></xml>`,
		"deep":          strings.Repeat("<a>", 200) + strings.Repeat("</a>", 200),
		"deep json":     strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200),
		"deep array":    `{"a":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "}",
		"many elements": "<xml>" + strings.Repeat("<a/>", 5000) + "</xml>",
		"over 1 MiB":    "<xml>" + strings.Repeat(" ", 1<<20) + "</xml>",
	}
	for name, payload := range tests {
		t.Run(name, func(t *testing.T) {
			m, err := Parse([]byte(payload))
			if err == nil {
				t.Fatalf("accepted as %s", m.Kind)
			}
			if strings.Contains(err.Error(), "秘密") || strings.Contains(err.Error(), "张三") {
				t.Errorf("quotes the sender: %v", err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, glob := range []string{"testdata/inbound/*", "testdata/official/*"} {
		paths, _ := filepath.Glob(glob)
		for _, p := range paths {
			if b, err := os.ReadFile(p); err == nil {
				f.Add(b)
			}
		}
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		m, err := Parse(payload)
		if err != nil {
			return
		}
		if m.Kind == "" || len(m.Key) != 64 || m.Account != Account || len(m.Raw) > maxRaw || len(m.Text) > maxText {
			t.Errorf("%+v", m)
		}
		for _, s := range []string{m.From, m.Text, m.EventKey, m.TaskID, m.Title, m.Note, m.Raw} {
			if chat.Clean(s) != s {
				t.Errorf("unclean %q", s)
			}
		}
	})
}
