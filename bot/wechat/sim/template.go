package sim

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// sentNotice is a template message under its client_msg_id.
type sentNotice struct {
	MsgID int64     `json:"msgid"`
	At    time.Time `json:"at"`
}

const noticeRepeat = 10 * time.Minute // WeChat: client_msg_id holds for ten minutes

var templateField = regexp.MustCompile(`\{\{\s*(\w+)\.DATA\s*\}\}`)

// oaTemplateSend is message/template/send. errcode 0 means accepted; the result
// follows as the event TEMPLATESENDJOBFINISH.
func (s *Sim) oaTemplateSend(r *request) answer {
	var in struct {
		ToUser     string `json:"touser"`
		TemplateID string `json:"template_id"`
		URL        string `json:"url"`
		ClientID   string `json:"client_msg_id"`
		Data       map[string]struct {
			Value string `json:"value"`
		} `json:"data"`
	}
	if badText(r.body) {
		return fault(40033)
	}
	if !r.decode(&in) {
		return fault(47001)
	}
	if in.TemplateID == "" {
		return fault(40036)
	}
	t, ok := r.account.tmpl[in.TemplateID]
	if !ok {
		return fault(40037)
	}
	p := s.st.Accounts[r.account.ID].People[in.ToUser]
	switch {
	case p == nil:
		return fault(40003)
	case !p.Following:
		return fault(43004)
	case len(in.ClientID) > 32:
		return fault(40035)
	}
	now := s.now()
	if before, ok := p.Repeats.get(in.ClientID); ok && in.ClientID != "" && now.Sub(before.At) < noticeRepeat {
		return answer{fields: map[string]any{"msgid": before.MsgID}}
	}
	values := map[string]string{}
	for k, v := range in.Data {
		values[k] = v.Value
	}
	for _, m := range templateField.FindAllStringSubmatch(t.Content, -1) {
		if why := badField(m[1], values[m[1]]); why != "" {
			return answer{code: 47003, msg: fmt.Sprintf("argument invalid! data.%s.value %s rid: 6a1f2b3c-1a2b3c4d-5e6f7a8b", m[1], why)}
		}
	}
	id := 200_000_000 + s.next()
	if in.ClientID != "" {
		p.Repeats.put(in.ClientID, sentNotice{id, now}, maxSmall)
	}
	status := "success"
	if p.Refuses || p.Blocked {
		status = "failed:user block"
	} else {
		s.add(p, Bubble{From: FromAccount, Kind: "template", Title: t.Title, URL: in.URL, Lines: t.lines(values)})
	}
	return answer{fields: map[string]any{"msgid": id}, after: func() *outgoing {
		return s.oaPush(r.account, in.ToUser, deed{kind: "TEMPLATESENDJOBFINISH", event: true, fields: []field{
			number("MsgID", strconv.FormatInt(id, 10)), text("Status", status),
		}})
	}}
}

// lines fills the template row by row: "编号:{{character_string1.DATA}}".
func (t Template) lines(values map[string]string) []Line {
	var out []Line
	for row := range strings.SplitSeq(t.Content, "\n") {
		loc := templateField.FindStringSubmatchIndex(row)
		if loc == nil {
			if row != "" {
				out = append(out, Line{Value: row})
			}
			continue
		}
		out = append(out, Line{Name: strings.TrimRight(row[:loc[0]], ":： "), Value: values[row[loc[2]:loc[3]]]})
	}
	return out
}

func (s *Sim) oaTemplates(r *request) answer {
	list := make([]map[string]string, 0, len(r.account.Templates))
	for _, t := range r.account.Templates {
		list = append(list, map[string]string{
			"template_id": t.ID, "title": t.Title, "content": t.Content, "example": t.Example,
			"primary_industry": "", "deputy_industry": "",
		})
	}
	return answer{fields: map[string]any{"template_list": list}, bare: true}
}

var (
	aNumber = regexp.MustCompile(`^[+-]?\d{1,32}(\.\d+)?$`)
	letters = regexp.MustCompile(`^[A-Za-z]{1,32}$`)
	phone   = regexp.MustCompile(`^[0-9+\-() ]{1,17}$`)
	amount  = regexp.MustCompile(`^[^\d\s]?\d{1,10}(\.\d{1,2})?元?$`)
	// WeChat: 24-hour clock times, dates in figures or with 年月日, a range with ~.
	moment = regexp.MustCompile(`^(\d{4}([-/]\d{1,2}[-/]\d{1,2}|年\d{1,2}月\d{1,2}日))?( ?\d{1,2}:\d{2}(:\d{2})?)?$`)
	types  = []string{"thing", "number", "letter", "symbol", "character_string", "time", "date", "amount", "phone_number", "car_number", "name", "phrase"}
)

// badField says what is wrong with a value by the type in its key, "" if nothing.
// WeChat: a value that breaks its type's limit fails with 47003 and the key; empty
// values, line breaks and control characters always do.
func badField(key, value string) string {
	if value == "" {
		return "is empty"
	}
	if strings.ContainsFunc(value, unicode.IsControl) {
		return "invalid"
	}
	n := utf8.RuneCountInString(value)
	ok := true
	kind := strings.TrimRight(key, "0123456789")
	if !slices.Contains(types, kind) {
		return "" // old-style keywords are cut with "…" and enum is fixed by the template
	}
	switch kind {
	case "thing":
		ok = n <= 20
	case "number":
		ok = aNumber.MatchString(value)
	case "letter":
		ok = letters.MatchString(value)
	case "symbol":
		ok = n <= 5
	case "character_string":
		ok = n <= 32 && !strings.ContainsFunc(value, func(r rune) bool { return r > unicode.MaxASCII })
	case "time", "date":
		for part := range strings.SplitSeq(value, "~") {
			ok = ok && part != "" && moment.MatchString(strings.TrimSpace(part))
		}
	case "amount":
		ok = amount.MatchString(value)
	case "phone_number":
		ok = phone.MatchString(value)
	case "car_number":
		ok = n <= 8
	case "name":
		ok = n <= 10 || n <= 20 && !strings.ContainsFunc(value, func(r rune) bool { return r > unicode.MaxASCII })
	case "phrase":
		ok = n <= 5 && !strings.ContainsFunc(value, func(r rune) bool { return !unicode.Is(unicode.Han, r) })
	}
	if !ok {
		return "invalid"
	}
	return ""
}
