package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"kefu/bot/wechat"
)

// appMessage is message/send.
type appMessage struct {
	ToUser   string      `json:"touser"`
	ToParty  string      `json:"toparty"`
	ToTag    string      `json:"totag"`
	MsgType  string      `json:"msgtype"`
	AgentID  json.Number `json:"agentid"`
	Check    int         `json:"enable_duplicate_check"`
	Interval int64       `json:"duplicate_check_interval"` // seconds
	Text     struct {
		Content string `json:"content"`
	} `json:"text"`
	Markdown struct {
		Content string `json:"content"`
	} `json:"markdown"`
	Image mediaRef `json:"image"`
	Voice mediaRef `json:"voice"`
	File  mediaRef `json:"file"`
	Video struct {
		mediaRef
		Title       string `json:"title"`
		Description string `json:"description"`
	} `json:"video"`
	TextCard struct {
		Title       string `json:"title"`
		Description string `json:"description"`
		URL         string `json:"url"`
		Button      string `json:"btntxt"`
	} `json:"textcard"`
	News struct {
		Articles []sentArticle `json:"articles"`
	} `json:"news"`
	Notice struct {
		Title string `json:"title"`
		Page  string `json:"page"`
	} `json:"miniprogram_notice"`
	Card *cardBody `json:"template_card"`
}

// repeat is a request remembered by enable_duplicate_check.
type repeat struct {
	At     time.Time         `json:"at"`
	Answer map[string]string `json:"answer"`
}

// task is a card under its task_id.
type task struct {
	Users []string `json:"users"`
	Type  string   `json:"type"`
}

// wecomSend is message/send. Who cannot be reached is named in invaliduser while
// errcode stays 0; with nobody left it is 81013.
func (s *Sim) wecomSend(r *request) answer {
	var in appMessage
	if len(r.body) == 0 {
		return fault(44002)
	}
	if !utf8.Valid(r.body) || !r.decode(&in) {
		return fault(40058)
	}
	if n, err := in.AgentID.Int64(); err != nil || n != s.corp.AgentID {
		return fault(40056)
	}
	now := s.now()
	sum := sha256.Sum256(r.body)
	hash := hex.EncodeToString(sum[:])
	// WeCom: the same JSON within the interval (default 1,800 s, at most 4 h) is
	// not sent again. What it answers then is not published; here, the same again.
	interval := time.Duration(min(max(in.Interval, 0), 14400)) * time.Second
	if interval == 0 {
		interval = 1800 * time.Second
	}
	if before, ok := s.st.Corp.Repeats.get(hash); ok && in.Check == 1 && now.Sub(before.At) < interval {
		return answer{fields: fields(before.Answer)}
	}
	users, invalid := s.recipients(&in)
	if len(users) == 0 {
		return answer{code: 81013, fields: map[string]any{"invaliduser": invalid}}
	}
	if len(users) > 1000 {
		return fault(40058)
	}
	item, code, why := s.appItem(&in)
	if code != 0 {
		return answer{code: code, msg: why}
	}
	item.From, item.MsgID = FromApp, secret(24)
	out := map[string]string{"invaliduser": invalid, "invalidparty": "", "invalidtag": "", "unlicenseduser": "", "msgid": item.MsgID}
	if in.Card != nil && in.Card.TaskID != "" {
		s.st.Corp.Tasks.put(in.Card.TaskID, task{Users: users, Type: in.Card.Type}, maxBook)
		out["response_code"] = s.responseCode(in.Card.TaskID)
	}
	for _, u := range users {
		s.give(u, item)
	}
	s.st.Corp.Sent.put(item.MsgID, now, maxBook)
	if in.Check == 1 {
		s.st.Corp.Repeats.put(hash, repeat{At: now, Answer: out}, maxSmall)
	}
	return answer{fields: fields(out)}
}

func fields(m map[string]string) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

// recipients are the members who can be reached, and the rest, lower-cased and
// joined as WeCom does.
func (s *Sim) recipients(in *appMessage) (users []string, invalid string) {
	reach := func(u string) bool {
		m := s.corp.member[u]
		return m != nil && !m.Outside && !m.Left
	}
	var bad []string
	if in.ToUser == "@all" {
		for _, m := range s.corp.Members {
			if reach(m.UserID) {
				users = append(users, m.UserID)
			}
		}
		return users, ""
	}
	for _, u := range strings.Split(in.ToUser, "|") {
		switch {
		case u == "" || slices.Contains(users, u):
		case reach(u):
			users = append(users, u)
		default:
			bad = append(bad, strings.ToLower(u))
		}
	}
	for _, p := range strings.Split(in.ToParty, "|") {
		for _, u := range s.corp.Parties[p] {
			if reach(u) && !slices.Contains(users, u) {
				users = append(users, u)
			}
		}
	}
	return users, strings.Join(bad, "|")
}

// appItem checks and makes what members see of a message.
func (s *Sim) appItem(in *appMessage) (Item, int, string) {
	i := Item{Kind: in.MsgType}
	switch in.MsgType {
	case "text":
		if in.Text.Content == "" {
			return i, 44004, ""
		}
		i.say(wechat.Cut(in.Text.Content, maxText)) // WeCom cuts longer texts and says nothing
	case "markdown":
		if in.Markdown.Content == "" {
			return i, 44004, ""
		}
		if len(in.Markdown.Content) > maxText {
			return i, 40058, "markdown.content exceed max length 2048"
		}
		i.Text = in.Markdown.Content
	case "image", "voice", "file", "video":
		i.MediaID = in.Image.MediaID + in.Voice.MediaID + in.File.MediaID + in.Video.MediaID
		i.Title = in.Video.Title
		if !s.hasMedia(i.MediaID) {
			return i, 40007, ""
		}
		i.Picture = picturePath(i.MediaID)
	case "textcard":
		t := in.TextCard
		if t.Title == "" || t.Description == "" || t.URL == "" {
			return i, 40058, "textcard title, description and url are required"
		}
		if len(t.URL) > 2048 {
			return i, 45002, ""
		}
		i.Title, i.Text, i.URL = wechat.Cut(t.Title, 128), cutChars(t.Description, 512), t.URL
	case "news":
		if n := len(in.News.Articles); n < 1 || n > 8 {
			return i, 40058, "articles"
		}
		i.Articles = articles(in.News.Articles)
	case "miniprogram_notice":
		i.Title, i.URL = in.Notice.Title, in.Notice.Page
	case "template_card":
		return s.cardItem(in.Card)
	default:
		return i, 40008, ""
	}
	return i, 0, ""
}

func (s *Sim) cardItem(c *cardBody) (Item, int, string) {
	if c == nil {
		return Item{}, 40058, "template_card missing"
	}
	if code, why := c.check(true); code != 0 {
		return Item{}, code, why
	}
	// WeCom: a task_id is used once by an app.
	if _, used := s.st.Corp.Tasks.get(c.TaskID); used && c.TaskID != "" {
		return Item{}, 42014, "task_id has been used"
	}
	look := c.look()
	return Item{Kind: "card", Title: look.Title, URL: look.URL, Card: &look}, 0, ""
}

// say fills an item with text and its links.
func (i *Item) say(content string) {
	var b Bubble
	b.say(content)
	i.Text, i.Parts = b.Text, b.Parts
}

// wecomRecall takes a message back. WeCom: within 24 hours.
func (s *Sim) wecomRecall(r *request) answer {
	var in struct {
		MsgID string `json:"msgid"`
	}
	if !r.decode(&in) {
		return fault(40058)
	}
	at, ok := s.st.Corp.Sent.get(in.MsgID)
	if !ok || s.now().Sub(at) > 24*time.Hour {
		return answer{code: 40058, msg: "msgid unknown or older than 24 hours"}
	}
	for _, m := range s.st.Corp.Members {
		for i := range m.Items {
			if m.Items[i].MsgID == in.MsgID {
				m.Items[i].Recalled = true
			}
		}
	}
	s.touch()
	return answer{}
}

func cutChars(t string, n int) string {
	r := []rune(t)
	return string(r[:min(len(r), n)])
}
