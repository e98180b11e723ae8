package prompts

import (
	"strings"

	"kefu/bot/chat"
)

// maxTextCard is the most bytes of a textcard's description. WeCom: 512.
const maxTextCard = 512

// TextCard is a card for people who read WeCom in WeChat, where cards do not show:
// the same lines as text, which opens the same page.
func TextCard(c chat.Card) chat.Content {
	var lines []string
	if c.Desc != "" {
		lines = append(lines, c.Desc)
	}
	for _, l := range c.Lines {
		lines = append(lines, l.Name+"："+l.Value)
	}
	if c.Quote != "" {
		lines = append(lines, c.Quoted+"："+c.Quote)
	}
	if c.Done != "" {
		lines = append(lines, c.Done)
	}
	return chat.Content{Form: chat.AsTextCard, Title: c.Title, Note: cutBytes(strings.Join(lines, "\n"), maxTextCard), URL: c.URL}
}
