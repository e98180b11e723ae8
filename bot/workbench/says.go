package workbench

import (
	"strconv"
	"strings"

	"kefu/bot/chat"
	"kefu/prompts"
)

// fill puts values into a sentence of the staff's own: a phrase.
func fill(sentence string, v prompts.Vars) string {
	tmpl, err := prompts.Parse(sentence)
	if err != nil {
		return sentence
	}
	return tmpl.Text(v)
}

// listed is a choice as words: 原因：1 设备故障 2 响应慢.
func (t *turn) listed(title string, of []chat.Option) string {
	var all []string
	for i, o := range of {
		all = append(all, strconv.Itoa(i+1)+" "+o.Label)
	}
	return t.line(prompts.StaffChoice, prompts.Vars{"title": title, "items": strings.Join(all, "　")})
}

// picked finds the option that somebody typed, by its label or number.
func picked(text string, of []chat.Option) (chat.Option, bool) {
	text = strings.TrimSpace(text)
	for i, o := range of {
		if text == o.Label || text == strconv.Itoa(i+1) {
			return o, true
		}
	}
	return chat.Option{}, false
}

// clip cuts a text to n characters on one line.
func clip(s string, n int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n-1]) + "…"
}
