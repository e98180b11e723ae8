package sim

import (
	"time"
)

// customSend is message/custom/send.
type customSend struct {
	ToUser  string `json:"touser"`
	MsgType string `json:"msgtype"`
	Text    struct {
		Content string `json:"content"`
	} `json:"text"`
	Image mediaRef `json:"image"`
	Voice mediaRef `json:"voice"`
	Video struct {
		mediaRef
		Title       string `json:"title"`
		Description string `json:"description"`
	} `json:"video"`
	Music struct {
		Title       string `json:"title"`
		Description string `json:"description"`
		URL         string `json:"musicurl"`
	} `json:"music"`
	News struct {
		Articles []sentArticle `json:"articles"`
	} `json:"news"`
	Menu struct {
		Head string `json:"head_content"`
		List []struct {
			ID      string `json:"id"`
			Content string `json:"content"`
		} `json:"list"`
		Tail string `json:"tail_content"`
	} `json:"msgmenu"`
	Card struct {
		Title    string `json:"title"`
		PagePath string `json:"pagepath"`
	} `json:"miniprogrampage"`
	Article struct {
		ID string `json:"article_id"`
	} `json:"mpnewsarticle"`
	Agent struct {
		Account string `json:"kf_account"`
	} `json:"customservice"`
	AI struct {
		Is int `json:"is_ai_msg"`
	} `json:"aimsgcontext"`
}

type mediaRef struct {
	MediaID string `json:"media_id"`
}

type sentArticle struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
	PicURL      string `json:"picurl"`
}

func articles(list []sentArticle) []Article {
	var all []Article
	for _, x := range list {
		all = append(all, Article{x.Title, x.Description, x.URL, x.PicURL})
	}
	return all
}

// oaCustomSend is the customer-service message. In order: is the body readable,
// may this person be written to at all, is the content right, is there a credit.
func (s *Sim) oaCustomSend(r *request) answer {
	var in customSend
	if len(r.body) == 0 {
		return fault(44002)
	}
	if badText(r.body) {
		return fault(40033)
	}
	if !r.decode(&in) {
		return fault(47001)
	}
	p, code := s.reachable(r.account, in.ToUser)
	if code != 0 {
		return fault(code)
	}
	b, code := s.content(r.account, &in)
	if code != 0 {
		return fault(code)
	}
	if code := p.spend(s.now()); code != 0 {
		return fault(code)
	}
	b.From, b.Agent, b.AI = FromAccount, in.Agent.Account, in.AI.Is == 1
	s.add(p, b)
	return answer{}
}

// reachable finds somebody and what forbids writing to them.
func (s *Sim) reachable(a *account, openid string) (*person, int) {
	p := s.st.Accounts[a.ID].People[openid]
	switch {
	case p == nil:
		return nil, 40003
	case !p.Following:
		return p, 43004
	case p.Blocked:
		return p, 43019
	case p.Refuses:
		return p, 48002
	}
	return p, 0
}

// content checks and makes the bubble of a customer-service message.
func (s *Sim) content(a *account, in *customSend) (Bubble, int) {
	b := Bubble{Kind: in.MsgType}
	switch in.MsgType {
	case "":
		return b, 40008
	case "text":
		if in.Text.Content == "" {
			return b, 44004
		}
		if len(in.Text.Content) > maxText {
			return b, 45002
		}
		b.say(in.Text.Content)
	case "image", "voice", "video":
		b.MediaID = in.Image.MediaID + in.Voice.MediaID + in.Video.MediaID
		b.Title, b.Note = in.Video.Title, in.Video.Description
		if !s.hasMedia(b.MediaID) {
			return b, 40007
		}
		b.Picture = picturePath(b.MediaID)
	case "music":
		b.Title, b.Note, b.URL = in.Music.Title, in.Music.Description, in.Music.URL
	case "news":
		// WeChat: one external article.
		if len(in.News.Articles) == 0 {
			return b, 44004
		}
		if len(in.News.Articles) > 1 {
			return b, 45008
		}
		b.Articles = articles(in.News.Articles)
	case "msgmenu":
		return s.menuContent(a, in)
	case "miniprogrampage":
		b.Title, b.URL = in.Card.Title, in.Card.PagePath
	case "mpnewsarticle":
		b.Title = in.Article.ID
	default:
		return b, 45162
	}
	return b, 0
}

func (s *Sim) menuContent(a *account, in *customSend) (Bubble, int) {
	b := Bubble{Kind: "msgmenu"}
	size := len(in.Menu.Head) + len(in.Menu.Tail)
	for _, o := range in.Menu.List {
		if o.ID == "" || o.Content == "" {
			return b, 40035
		}
		b.Options = append(b.Options, Option{Label: o.Content, Key: o.ID})
		size += len(o.Content)
	}
	switch {
	case a.TestAccount: // a test account has no msgmenu
		return b, 48008
	case len(b.Options) == 0:
		return b, 44004
	case size > maxText:
		return b, 45002
	}
	b.say(in.Menu.Head)
	if in.Menu.Tail != "" {
		b.Note = in.Menu.Tail
	}
	return b, 0
}

const (
	typingNeeds = 30 * time.Second
	typingLasts = 15 * time.Second
)

// oaTyping is custom/typing. WeChat: only within 30 seconds of an interaction.
func (s *Sim) oaTyping(r *request) answer {
	var in struct {
		ToUser  string `json:"touser"`
		Command string `json:"command"`
	}
	if !r.decode(&in) {
		return fault(47001)
	}
	if in.Command != "Typing" && in.Command != "CancelTyping" {
		return fault(45072)
	}
	p, code := s.reachable(r.account, in.ToUser)
	now := s.now()
	switch {
	case code != 0:
		return fault(code)
	case in.Command == "CancelTyping":
		p.Typing = time.Time{}
		return answer{}
	case now.Sub(p.Acted) > typingNeeds:
		return fault(45080)
	case now.Before(p.Typing):
		return fault(45081)
	}
	p.Typing = now.Add(typingLasts)
	return answer{}
}
