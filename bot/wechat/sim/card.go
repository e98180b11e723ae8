package sim

import (
	"encoding/xml"
	"regexp"
	"unicode/utf8"
)

// cardBody is template_card as it is sent in JSON, and in XML in a passive reply.
type cardBody struct {
	XMLName   xml.Name        `xml:"TemplateCard" json:"-"`
	Type      string          `json:"card_type" xml:"CardType"`
	Source    cardSource      `json:"source" xml:"Source"`
	Main      cardHeading     `json:"main_title" xml:"MainTitle"`
	Quote     cardQuote       `json:"quote_area" xml:"QuoteArea"`
	SubTitle  string          `json:"sub_title_text" xml:"SubTitleText"`
	Lines     []cardLine      `json:"horizontal_content_list" xml:"HorizontalContentList"`
	Jumps     []cardJump      `json:"jump_list" xml:"JumpList"`
	Action    cardAction      `json:"card_action" xml:"CardAction"`
	TaskID    string          `json:"task_id" xml:"TaskId"`
	Selection *cardSelection  `json:"button_selection" xml:"ButtonSelection"`
	Buttons   []cardButton    `json:"button_list" xml:"ButtonList"`
	Checkbox  *cardSelection  `json:"checkbox" xml:"CheckBox"`
	Selects   []cardSelection `json:"select_list" xml:"SelectList"`
	Submit    *cardButton     `json:"submit_button" xml:"SubmitButton"`
	Image     struct {
		URL string `json:"url" xml:"Url"`
	} `json:"card_image" xml:"CardImage"`
	Menu struct {
		Actions []cardButton `json:"action_list" xml:"ActionList"`
	} `json:"action_menu" xml:"ActionMenu"`
	Replaced string `json:"replace_text" xml:"ReplaceText"`
}

type cardSource struct {
	Desc  string `json:"desc" xml:"Desc"`
	Color int    `json:"desc_color" xml:"DescColor"`
}

type cardHeading struct {
	Title string `json:"title" xml:"Title"`
	Desc  string `json:"desc" xml:"Desc"`
}

type cardQuote struct {
	Type  int    `json:"type" xml:"Type"`
	URL   string `json:"url" xml:"Url"`
	Title string `json:"title" xml:"Title"`
	Text  string `json:"quote_text" xml:"QuoteText"`
}

type cardLine struct {
	Name  string `json:"keyname" xml:"KeyName"`
	Value string `json:"value" xml:"Value"`
}

type cardJump struct {
	Type  int    `json:"type" xml:"Type"`
	Title string `json:"title" xml:"Title"`
	URL   string `json:"url" xml:"Url"`
}

type cardAction struct {
	Type int    `json:"type" xml:"Type"`
	URL  string `json:"url" xml:"Url"`
}

type cardSelection struct {
	Key      string       `json:"question_key" xml:"QuestionKey"`
	Title    string       `json:"title" xml:"Title"`
	Selected string       `json:"selected_id" xml:"SelectedId"`
	Options  []cardOption `json:"option_list" xml:"OptionList"`
}

type cardOption struct {
	ID   string `json:"id" xml:"Id"`
	Text string `json:"text" xml:"Text"`
}

type cardButton struct {
	Text  string `json:"text" xml:"Text"`
	Style int    `json:"style" xml:"Style"`
	Key   string `json:"key" xml:"Key"`
}

var taskIDForm = regexp.MustCompile(`^[0-9A-Za-z_@-]{1,128}$`)

// check is WeCom's view of a card: 0, or the code and the words it is refused with.
// fresh says that it is a new message and not an update, where the task_id may be
// left out.
func (c *cardBody) check(fresh bool) (int, string) {
	interactive := false
	switch c.Type {
	case "text_notice", "news_notice":
		// WeCom: card_action is required of the two notices.
		if c.Action.Type != 1 && c.Action.Type != 2 || c.Action.Type == 1 && c.Action.URL == "" {
			return 40058, "card_action missing"
		}
	case "button_interaction":
		interactive = true
		if len(c.Buttons) == 0 {
			return 40058, "button_list missing"
		}
	case "vote_interaction", "multiple_interaction":
		interactive = true
		if c.Submit == nil || c.Type == "vote_interaction" && c.Checkbox == nil || c.Type == "multiple_interaction" && len(c.Selects) == 0 {
			return 40058, "checkbox, select_list or submit_button missing"
		}
	default:
		return 40058, "card_type"
	}
	if c.Main.Title == "" && c.SubTitle == "" {
		return 40058, "main_title.title and sub_title_text both empty"
	}
	if fresh && c.TaskID == "" && (interactive || len(c.Menu.Actions) > 0) {
		return 42014, "task_id missing"
	}
	if c.TaskID != "" && !taskIDForm.MatchString(c.TaskID) {
		return 42014, ""
	}
	if len(c.Lines) > 6 || len(c.Jumps) > 3 || len(c.Menu.Actions) > 3 || len(c.Buttons) > 6 || len(c.Selects) > 3 {
		return 40058, "too many items"
	}
	for _, l := range c.Lines {
		if l.Name == "" || l.Value == "" {
			return 40058, "horizontal_content_list keyname or value empty"
		}
	}
	return c.checkKeys()
}

func (c *cardBody) checkKeys() (int, string) {
	seen := map[string]bool{}
	for _, b := range c.buttons() {
		switch {
		case b.Key == "":
			return 42019, ""
		case len(b.Key) > 1024 || seen[b.Key]:
			return 42018, ""
		case b.Text == "":
			return 42020, ""
		}
		seen[b.Key] = true
	}
	for _, q := range c.questions() {
		limit := 10
		if c.Checkbox != nil {
			limit = 20
		}
		if q.Key == "" || len(q.Options) == 0 || len(q.Options) > limit {
			return 40058, "option_list"
		}
		ids := map[string]bool{}
		for _, o := range q.Options {
			if o.ID == "" || o.Text == "" || ids[o.ID] {
				return 40058, "option_list"
			}
			ids[o.ID] = true
		}
	}
	return 0, ""
}

// buttons is everything that can be pressed.
func (c *cardBody) buttons() []cardButton {
	list := append([]cardButton{}, c.Buttons...)
	if c.Submit != nil {
		list = append(list, *c.Submit)
	}
	return append(list, c.Menu.Actions...)
}

func (c *cardBody) questions() []cardSelection {
	var list []cardSelection
	if c.Selection != nil {
		list = append(list, *c.Selection)
	}
	if c.Checkbox != nil {
		list = append(list, *c.Checkbox)
	}
	return append(list, c.Selects...)
}

// Card is how a card looks to one member now.
type Card struct {
	TaskID  string   `json:"task_id,omitempty"`
	Type    string   `json:"type"`
	Source  string   `json:"source,omitempty"`
	Title   string   `json:"title"`
	Desc    string   `json:"desc,omitempty"`
	Quote   string   `json:"quote,omitempty"`
	Quoted  string   `json:"quoted,omitempty"` // title of the quotation
	Sub     string   `json:"sub,omitempty"`    // sub_title_text
	Lines   []Line   `json:"lines,omitempty"`
	Selects []Select `json:"selects,omitempty"`
	Buttons []Button `json:"buttons,omitempty"` // none: nothing can be pressed
	Done    string   `json:"done,omitempty"`    // the grey label that took the buttons' place
	URL     string   `json:"url,omitempty"`     // opened by a tap on the card
	Grey    bool     `json:"grey,omitempty"`    // nothing can be pressed any more
	Changes int      `json:"changes,omitempty"` // how often it was updated
	Over    []string `json:"over,omitempty"`    // what is longer than WeCom advises and would be cut on a small screen
}

// Button can be pressed.
type Button struct {
	Label string `json:"label"`
	Key   string `json:"key"`
	Style int    `json:"style,omitempty"`
}

// Select is a question on a card.
type Select struct {
	Key      string   `json:"key"`
	Title    string   `json:"title,omitempty"`
	Selected string   `json:"selected,omitempty"`
	Options  []Option `json:"options"`
}

// look makes the card as a member sees it.
func (c *cardBody) look() Card {
	v := Card{
		TaskID: c.TaskID, Type: c.Type, Source: c.Source.Desc, Title: c.Main.Title, Desc: c.Main.Desc,
		Quote: c.Quote.Text, Quoted: c.Quote.Title, Sub: c.SubTitle, URL: c.Action.URL, Done: c.Replaced,
	}
	for _, l := range c.Lines {
		v.Lines = append(v.Lines, Line(l))
	}
	for _, q := range c.questions() {
		s := Select{Key: q.Key, Title: q.Title, Selected: q.Selected}
		for _, o := range q.Options {
			s.Options = append(s.Options, Option{Label: o.Text, Key: o.ID})
		}
		v.Selects = append(v.Selects, s)
	}
	for _, b := range c.buttons() {
		v.Buttons = append(v.Buttons, Button{Label: b.Text, Key: b.Key, Style: b.Style})
	}
	if c.Replaced != "" { // WeCom: replace_text makes one grey button of them all
		v.Buttons, v.Selects = nil, nil
	}
	v.Grey = len(v.Buttons) == 0
	v.Over = c.over()
	return v
}

// over lists what exceeds WeCom's advice, in characters.
func (c *cardBody) over() []string {
	var out []string
	long := func(name, value string, limit int) {
		if utf8.RuneCountInString(value) > limit {
			out = append(out, name)
		}
	}
	long("source", c.Source.Desc, 13)
	long("title", c.Main.Title, 36)
	long("desc", c.Main.Desc, 44)
	long("sub", c.SubTitle, 160)
	for _, l := range c.Lines {
		long("name", l.Name, 5)
		long("value", l.Value, 30)
	}
	for _, b := range c.buttons() {
		long("button", b.Text, 10)
	}
	for _, q := range c.questions() {
		for _, o := range q.Options {
			long("option", o.Text, 16)
		}
	}
	return out
}
