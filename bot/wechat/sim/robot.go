package sim

import (
	"crypto/md5" //nolint:gosec // WeCom's protocol
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Message is one line of a group, as its robot wrote it.
type Message struct {
	Seq      int64     `json:"seq"`
	At       time.Time `json:"at"`
	Kind     string    `json:"kind"` // text, markdown, markdown_v2, news, image, file, voice, card
	Text     string    `json:"text,omitempty"`
	Mentions []string  `json:"mentions,omitempty"` // userids, "@all"
	Articles []Article `json:"articles,omitempty"`
	Card     *Card     `json:"card,omitempty"`
	MediaID  string    `json:"media_id,omitempty"`
}

type robotState struct {
	Lines    []Message   `json:"lines"`
	Sent     []time.Time `json:"sent,omitempty"` // of the last minute
	Disabled bool        `json:"disabled"`
}

const robotRate = 20 // WeCom: messages a minute for one robot

// Group is what stands in a robot's group, newest last, at most 200 lines.
func (s *Sim) Group(robot string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.st.Corp.Robots[robot]; r != nil {
		return last(r.Lines, maxLines)
	}
	return []Message{}
}

// Robots is the names of the group robots, sorted.
func (s *Sim) Robots() []string {
	var names []string
	if s.corp != nil {
		for name := range s.corp.Robots {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// DisableRobot switches a robot off or on: 93004.
func (s *Sim) DisableRobot(robot string, off bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.st.Corp.Robots[robot]
	if r == nil {
		return ErrUnknown
	}
	r.Disabled = off
	s.touch()
	return nil
}

// robotSend is webhook/send. The key alone lets one in. WeCom: 20 messages a
// minute, then 45009 until the minute is over; text at most 2,048 bytes, markdown
// 4,096; no buttons.
func (s *Sim) robotSend(r *request) answer {
	name, ok := s.corp.robot[r.query.Get("key")]
	if !ok {
		return fault(93000)
	}
	rs := s.st.Corp.Robots[name]
	if rs.Disabled {
		return fault(93004)
	}
	now := s.now()
	rs.Sent = within(rs.Sent, now, time.Minute)
	if len(rs.Sent) >= robotRate {
		return fault(45009)
	}
	m, code, why := s.robotMessage(r)
	if code != 0 {
		return answer{code: code, msg: why}
	}
	rs.Sent = append(rs.Sent, now)
	m.Seq, m.At = s.next(), now
	rs.Lines = keep(rs.Lines, m, maxLines)
	s.touch()
	return answer{}
}

// robotBody is webhook/send.
type robotBody struct {
	MsgType string `json:"msgtype"`
	Text    struct {
		Content  string   `json:"content"`
		Mentions []string `json:"mentioned_list"`
	} `json:"text"`
	Markdown struct {
		Content string `json:"content"`
	} `json:"markdown"`
	MarkdownV2 struct {
		Content string `json:"content"`
	} `json:"markdown_v2"`
	Image struct {
		Base64 string `json:"base64"`
		MD5    string `json:"md5"`
	} `json:"image"`
	News struct {
		Articles []sentArticle `json:"articles"`
	} `json:"news"`
	File  mediaRef  `json:"file"`
	Voice mediaRef  `json:"voice"`
	Card  *cardBody `json:"template_card"`
}

func (s *Sim) robotMessage(r *request) (Message, int, string) {
	var in robotBody
	if !utf8.Valid(r.body) || !r.decode(&in) {
		return Message{}, 40058, ""
	}
	m := Message{Kind: in.MsgType}
	switch in.MsgType {
	case "text":
		m.Text = in.Text.Content
		for _, u := range in.Text.Mentions { // unknown ones are ignored
			if u == "@all" || s.corp.member[u] != nil {
				m.Mentions = append(m.Mentions, u)
			}
		}
		return sized(m, "text.content", maxText)
	case "markdown", "markdown_v2":
		m.Text = in.Markdown.Content + in.MarkdownV2.Content
		return sized(m, in.MsgType+".content", 2*maxText)
	case "news":
		if n := len(in.News.Articles); n < 1 || n > 8 {
			return m, 40058, "articles"
		}
		m.Articles = articles(in.News.Articles)
		return m, 0, ""
	case "image":
		return s.robotPicture(m, &in)
	case "file", "voice":
		m.MediaID = in.File.MediaID + in.Voice.MediaID
		if x, ok := s.medium(m.MediaID); !ok || x.Key != r.query.Get("key") {
			return m, 40007, ""
		}
		return m, 0, ""
	case "template_card":
		return robotCard(m, in.Card)
	}
	return m, 40008, ""
}

// robotPicture takes a picture in the body. WeCom: jpg or png of at most 2 MB,
// with the MD5 of its bytes.
func (s *Sim) robotPicture(m Message, in *robotBody) (Message, int, string) {
	data, err := base64.StdEncoding.DecodeString(in.Image.Base64)
	sum := md5.Sum(data) //nolint:gosec // WeCom's protocol
	if err != nil || len(data) > 2<<20 || in.Image.MD5 != hex.EncodeToString(sum[:]) || !isPicture(data) {
		return m, 40123, ""
	}
	var code int
	m.MediaID, code = s.shelve("image", "image", http.DetectContentType(data), data)
	return m, code, ""
}

// robotCard takes only the two kinds that have no buttons.
func robotCard(m Message, c *cardBody) (Message, int, string) {
	if c == nil || !strings.HasSuffix(c.Type, "_notice") {
		return m, 40058, "card_type"
	}
	if code, why := c.check(true); code != 0 {
		return m, code, why
	}
	look := c.look()
	m.Kind, m.Card = "card", &look
	return m, 0, ""
}

func sized(m Message, name string, limit int) (Message, int, string) {
	switch {
	case m.Text == "":
		return m, 44004, ""
	case len(m.Text) > limit && limit == maxText:
		return m, 45002, ""
	case len(m.Text) > limit:
		return m, 40058, name + " exceed max length 4096. invalid Request Parameter"
	}
	return m, 0, ""
}

// robotUpload is webhook/upload_media: only the same key may use the file.
func (s *Sim) robotUpload(r *request) answer {
	key := r.query.Get("key")
	if _, ok := s.corp.robot[key]; !ok {
		return fault(93000)
	}
	if kind := r.query.Get("type"); kind != "file" && kind != "voice" {
		return fault(40005)
	}
	a := s.wecomUpload(r)
	if id, ok := a.fields["media_id"].(string); ok {
		m := s.st.Media.Items.Vals[id]
		m.Key = key
		s.st.Media.Items.Vals[id] = m
	}
	return a
}
