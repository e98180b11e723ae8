package sim

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kefu/bot/wechat"
)

// MemberAt is one of the staff with WeCom in hand. Methods push what they do and
// wait for the outcome, like a Customer's.
type MemberAt struct {
	sim   *Sim
	id    string
	later bool
}

// Member names one of the staff.
func (s *Sim) Member(userid string) *MemberAt { return &MemberAt{sim: s, id: userid} }

// Later is the same member, whose methods return at once.
func (m *MemberAt) Later() *MemberAt {
	d := *m
	d.later = true
	return &d
}

// Enter opens the app: enter_agent.
func (m *MemberAt) Enter(ctx context.Context) error {
	return m.act(ctx, Item{}, "enter_agent", true, text("EventKey", ""))
}

// Click taps an entry of the app's menu.
func (m *MemberAt) Click(ctx context.Context, key string) error {
	return m.act(ctx, Item{}, "click", true, text("EventKey", key))
}

// Type writes a text to the app.
func (m *MemberAt) Type(ctx context.Context, words string) error {
	return m.act(ctx, Item{Kind: "text", Text: words}, "text", false, text("Content", words))
}

// SendPicture sends a picture to the app.
func (m *MemberAt) SendPicture(ctx context.Context, picture []byte, name string) error {
	m.sim.mu.Lock()
	id, code := m.sim.shelve("image", name, http.DetectContentType(picture), picture)
	url := m.sim.pictureURL(id)
	m.sim.mu.Unlock()
	if code != 0 {
		return fmt.Errorf("sim: picture refused: %d", code)
	}
	return m.act(ctx, Item{Kind: "image", MediaID: id, Picture: picturePath(id)}, "image", false, text("PicUrl", url), text("MediaId", id))
}

// SendVoice sends a voice message to the app; WeCom recognises none.
func (m *MemberAt) SendVoice(ctx context.Context) error {
	m.sim.mu.Lock()
	id, _ := m.sim.shelve("voice", "voice.amr", "audio/amr", []byte("#!AMR\n"))
	m.sim.mu.Unlock()
	return m.act(ctx, Item{Kind: "voice", MediaID: id}, "voice", false, text("MediaId", id), text("Format", "amr"))
}

// Press presses a button of the card with this task id; selected are the answers
// to its questions, by question key, several separated by "|". Without it the
// preselected ones count. ErrNoButton when the card has gone grey or never had it.
func (m *MemberAt) Press(ctx context.Context, taskID, buttonKey string, selected map[string]string) error {
	s := m.sim
	s.mu.Lock()
	c := s.card(m.id, taskID)
	if c == nil {
		s.mu.Unlock()
		return ErrUnknown
	}
	if !slices.ContainsFunc(c.Buttons, func(b Button) bool { return b.Key == buttonKey }) {
		s.mu.Unlock()
		return fmt.Errorf("%w: %q", ErrNoButton, buttonKey)
	}
	answers := map[string]string{}
	for i, q := range c.Selects {
		if v, ok := selected[q.Key]; ok {
			c.Selects[i].Selected = v
		}
		if c.Selects[i].Selected != "" {
			answers[q.Key] = c.Selects[i].Selected
		}
	}
	fields := []field{
		text("EventKey", buttonKey), text("TaskId", taskID), text("CardType", c.Type), text("ResponseCode", s.responseCode(taskID)),
	}
	s.mu.Unlock()
	if len(answers) > 0 {
		var items []field
		for _, q := range slices.Sorted(maps.Keys(answers)) {
			var ids []field
			for id := range strings.SplitSeq(answers[q], "|") {
				ids = append(ids, text("OptionId", id))
			}
			items = append(items, group("SelectedItem", text("QuestionKey", q), group("OptionIds", ids...)))
		}
		fields = append(fields, group("SelectedItems", items...))
	}
	return m.act(ctx, Item{}, "template_card_event", true, fields...)
}

func (m *MemberAt) act(ctx context.Context, shown Item, kind string, isEvent bool, fields ...field) error {
	s := m.sim
	s.mu.Lock()
	if s.corp == nil || s.corp.member[m.id] == nil {
		s.mu.Unlock()
		return ErrUnknown
	}
	if shown.Kind != "" {
		shown.From = FromMember
		s.give(m.id, shown)
	}
	all := []field{
		text("ToUserName", s.corp.CorpID), text("FromUserName", m.id),
		number("CreateTime", strconv.FormatInt(s.now().Unix(), 10)),
	}
	var task, code string
	if isEvent {
		all = append(append(all, text("MsgType", "event"), text("Event", kind)), fields...)
		for _, f := range fields {
			switch f.name {
			case "TaskId":
				task = f.text
			case "ResponseCode":
				code = f.text
			}
		}
	} else {
		all = append(append(all, text("MsgType", kind)), fields...)
		all = append(all, number("MsgId", s.msgID()))
	}
	all = append(all, number("AgentID", strconv.FormatInt(s.corp.AgentID, 10)))
	out := &outgoing{
		platform: "wecom", account: "wecom", user: m.id, kind: kind, plain: render(s.corp.Format, all),
		took:   func(r reply) string { return s.tookWeCom(m.id, task, code, r) },
		failed: func() {},
	}
	return s.begin(ctx, out, m.later)
}

// tookWeCom applies a passive reply: a text, or a change of the card that was
// pressed, for this member alone. Changing the card that way uses the event's
// response_code; WeCom's page calls the two ways alternatives.
func (s *Sim) tookWeCom(userid, taskID, code string, r reply) string {
	b := r.body
	switch {
	case r.wrong != "":
		return r.wrong
	case b.ToUserName != userid || b.FromUserName != s.corp.CorpID:
		return "reply to or from somebody else"
	}
	switch r.kind {
	case "text":
		if b.Content == "" {
			return "text of the reply is empty"
		}
		i := Item{From: FromApp, Kind: "text", Passive: true}
		i.say(wechat.Cut(b.Content, maxText))
		s.give(userid, i)
	case "update_button":
		c := s.card(userid, taskID)
		if c == nil || b.Button.ReplaceName == "" {
			return "no card to change"
		}
		c.grey(b.Button.ReplaceName)
		s.useCode(code)
	case "update_template_card":
		c := s.card(userid, taskID)
		t, _ := s.st.Corp.Tasks.get(taskID)
		if c == nil || b.TemplateCard == nil {
			return "no card to change"
		}
		if code, why := s.checkUpdate(taskID, b.TemplateCard); code != 0 {
			return "card of the reply: " + strconv.Itoa(code) + " " + why
		}
		c.become(b.TemplateCard)
		s.adopt(taskID, t, b.TemplateCard)
		s.useCode(code)
	default:
		return "unknown MsgType of the reply"
	}
	return ""
}
