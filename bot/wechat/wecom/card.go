package wecom

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"regexp"

	"kefu/bot/chat"
)

// words is text that XML carries in CDATA, without what XML cannot hold.
type words string

func (w words) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	return e.EncodeElement(struct {
		Text string `xml:",cdata"`
	}{chat.Clean(string(w))}, start)
}

// templateCard is WeCom's template_card as message/send and update_template_card
// take it in JSON and a passive reply in XML.
type templateCard struct {
	Type      words      `json:"card_type" xml:"CardType"`
	Source    *source    `json:"source,omitempty" xml:"Source,omitempty"`
	Main      heading    `json:"main_title" xml:"MainTitle"`
	Quote     *quote     `json:"quote_area,omitempty" xml:"QuoteArea,omitempty"`
	SubTitle  words      `json:"sub_title_text,omitempty" xml:"SubTitleText,omitempty"`
	Lines     []pair     `json:"horizontal_content_list,omitempty" xml:"HorizontalContentList,omitempty"`
	Action    *action    `json:"card_action,omitempty" xml:"CardAction,omitempty"`
	TaskID    words      `json:"task_id,omitempty" xml:"TaskId,omitempty"`
	Selection *selection `json:"button_selection,omitempty" xml:"ButtonSelection,omitempty"`
	Buttons   []button   `json:"button_list,omitempty" xml:"ButtonList,omitempty"`
}

type source struct {
	Icon  words `json:"icon_url,omitempty" xml:"IconUrl,omitempty"`
	Desc  words `json:"desc" xml:"Desc"`
	Color int   `json:"desc_color" xml:"DescColor"` // 0 grey, 1 black, 2 red, 3 green
}

type heading struct {
	Title words `json:"title" xml:"Title"`
	Desc  words `json:"desc,omitempty" xml:"Desc,omitempty"`
}

type quote struct {
	Type  int   `json:"type" xml:"Type"` // 0 not to be tapped, 1 opens URL
	URL   words `json:"url,omitempty" xml:"Url,omitempty"`
	Title words `json:"title,omitempty" xml:"Title,omitempty"`
	Text  words `json:"quote_text" xml:"QuoteText"`
}

type pair struct {
	Name  words `json:"keyname" xml:"KeyName"`
	Value words `json:"value" xml:"Value"`
}

type action struct {
	Type int   `json:"type" xml:"Type"`
	URL  words `json:"url" xml:"Url"`
}

type selection struct {
	Key      words    `json:"question_key" xml:"QuestionKey"`
	Title    words    `json:"title" xml:"Title"`
	Options  []option `json:"option_list" xml:"OptionList"`
	Selected words    `json:"selected_id" xml:"SelectedId"`
}

type option struct {
	ID   words `json:"id" xml:"Id"`
	Text words `json:"text" xml:"Text"`
}

type button struct {
	Text  words `json:"text" xml:"Text"`
	Style int   `json:"style" xml:"Style"` // 1 blue, 2 plain
	Key   words `json:"key" xml:"Key"`
}

// Card types we use.
const (
	interaction = "button_interaction"
	notice      = "text_notice"
)

var taskID = regexp.MustCompile(`^[0-9A-Za-z_@-]{1,128}$`)

var (
	errTask = errors.New("task_id is not 1 to 128 of 0-9A-Za-z_-@")
	errLink = errors.New("a card without buttons needs a link")
	errName = errors.New("a card needs a title")
	errKeys = errors.New("two buttons share a key, or one has none")
)

// wire makes WeCom's form of a card. With buttons it is button_interaction; without
// (or when it is Done) text_notice, whose grey line is the source in grey and the
// sub-title; that form must open something when tapped, so home stands in for a
// card without a link. id makes a task_id for a card that has none.
func (a *App) wire(c chat.Card, id string) (*templateCard, error) {
	w := &templateCard{
		Type:   interaction,
		Source: &source{Icon: words(a.cfg.Icon), Desc: words(clip(row(a.cfg.Name), SourceChars)), Color: 1},
		Main:   heading{words(clip(row(c.Title), TitleChars)), words(clip(row(c.Desc), DescChars))},
	}
	if w.Main.Title == "" {
		return nil, errName
	}
	if w.Source.Desc == "" {
		w.Source = nil
	}
	url := c.URL
	if len(url) > URLBytes {
		url = ""
	}
	if c.Quote != "" {
		w.Quote = &quote{Title: words(row(c.Quoted)), Text: words(clip(row(c.Quote), QuoteChars))}
		if url != "" {
			w.Quote.Type, w.Quote.URL = 1, words(url)
		}
	}
	for _, l := range c.Lines[:min(len(c.Lines), Lines)] {
		if l.Name != "" && l.Value != "" { // WeCom: both are required of a row
			w.Lines = append(w.Lines, pair{words(clip(row(l.Name), NameChars)), words(clip(row(l.Value), ValueChars))})
		}
	}
	if c.Done != "" || len(c.Buttons) == 0 {
		w.Type, w.SubTitle = notice, words(clip(row(c.Done), SubTitleChars))
		if w.Source != nil {
			w.Source.Color = 0
		}
		if url == "" {
			url = a.cfg.Home
		}
		if url == "" {
			return nil, errLink
		}
	} else if err := w.press(c, id); err != nil {
		return nil, err
	}
	if url != "" {
		w.Action = &action{Type: 1, URL: words(url)}
	}
	return w, nil
}

// press adds what can be pressed: buttons, selection, and the task_id they need.
func (w *templateCard) press(c chat.Card, id string) error {
	if c.TaskID == "" {
		sum := sha256.Sum256([]byte(id))
		c.TaskID = "d" + hex.EncodeToString(sum[:16])
	}
	if !taskID.MatchString(c.TaskID) {
		return errTask
	}
	w.TaskID = words(c.TaskID)
	keys := map[string]bool{}
	for i, b := range c.Buttons[:min(len(c.Buttons), Buttons)] {
		if b.Key == "" || keys[b.Key] {
			return errKeys
		}
		keys[b.Key] = true
		w.Buttons = append(w.Buttons, button{words(clip(row(b.Label), ButtonChars)), min(i+1, 2), words(b.Key)})
	}
	if s := c.Select; s != nil && len(s.Options) > 0 {
		w.Selection = &selection{
			Key: words(s.Key), Title: words(clip(row(s.Label), OptionChars)), Selected: NotChosen,
			Options: []option{{NotChosen, "不选"}},
		}
		for _, o := range s.Options[:min(len(s.Options), Options-1)] {
			w.Selection.Options = append(w.Selection.Options, option{words(o.Key), words(clip(row(o.Label), OptionChars))})
		}
	}
	return nil
}
