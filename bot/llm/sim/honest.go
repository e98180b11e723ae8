package sim

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Answer is what an honest model says: by plain rules, from what it was given.
func Answer(c Call) string {
	switch c.Prompt {
	case "understand":
		return understand(c)
	case "answer":
		return fromPassages(c.User)
	case "summary":
		return summary(c.User)
	case "draft":
		return draft(c.User)
	case "article":
		return article(c)
	}
	if c.Schema != nil {
		return Fill(c.Schema)
	}
	return "收到：" + head(strings.TrimSpace(c.User), 60)
}

// none is how our prompts let a model say that it has nothing.
const none = "无"

var given = regexp.MustCompile(`(?s)<passage id="(\d+)">(.*?)</passage>`)

// inside is the text of the first block of that name, without blocks in it.
func inside(text, name string) string {
	_, rest, ok := strings.Cut(text, "<"+name+">")
	body, _, closed := strings.Cut(rest, "</"+name+">")
	if !ok || !closed {
		return ""
	}
	return strings.TrimSpace(html.UnescapeString(body))
}

type passage struct{ id, title, text string }

func passages(text string) []passage {
	var all []passage
	for _, m := range given.FindAllStringSubmatch(text, 64) {
		title, body, _ := strings.Cut(strings.TrimSpace(html.UnescapeString(m[2])), "\n")
		all = append(all, passage{m[1], title, strings.TrimSpace(body)})
	}
	return all
}

// fromPassages gives up to two sentences that have most in common with the
// question, with their number.
func fromPassages(user string) string {
	question := pairs(inside(user, "question"))
	var best, second string
	bestScore, secondScore := 1, 1 // one pair in common is chance
	for _, p := range passages(user) {
		if foreign(inside(user, "question"), p.title+p.text) {
			continue
		}
		about := common(question, pairs(p.title))
		for _, s := range sentences(p.text) {
			n := common(question, pairs(s))
			if n > 0 {
				n += about
			}
			cited := strings.TrimRight(s, "。！？；!?;") + "[" + p.id + "]。"
			switch {
			case n > bestScore:
				second, secondScore = best, bestScore
				best, bestScore = cited, n
			case n > secondScore && cited != best:
				second, secondScore = cited, n
			}
		}
	}
	if best == "" {
		return none
	}
	return best + second
}

// small are characters of questions that are about nothing.
const small = "我你您们他的了吗呢吧啊么那这种个有没不能可以要会还再就都也很大小多少几什怎样请问一下想知道是在到去来最晚早收费钱算话家口一二两三四五六七八九十"

// foreign says that a question is about something that the passage does not
// mention: two characters side by side, or three in all.
func foreign(question, passage string) bool {
	row, all := 0, 0
	for _, r := range question {
		if !unicode.IsLetter(r) || strings.ContainsRune(small, r) || strings.ContainsRune(passage, r) {
			row = 0
			continue
		}
		row, all = row+1, all+1
		if row >= 2 || all >= 3 {
			return true
		}
	}
	return false
}

func sentences(s string) []string {
	var all []string
	for line := range strings.SplitSeq(s, "\n") {
		for len(line) > 0 {
			end := len(line)
			if i := strings.IndexAny(line, "。！？!?；"); i >= 0 {
				_, n := utf8.DecodeRuneInString(line[i:])
				end = i + n
			}
			if t := strings.TrimSpace(line[:end]); t != "" {
				all = append(all, t)
			}
			line = line[end:]
		}
	}
	return all
}

// pairs are the pairs of neighbouring letters.
func pairs(s string) map[string]bool {
	set := map[string]bool{}
	var last rune
	for _, r := range strings.ToLower(s) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			last = 0
			continue
		}
		if last != 0 {
			set[string([]rune{last, r})] = true
		}
		last = r
	}
	return set
}

func common(a, b map[string]bool) int {
	n := 0
	for p := range a {
		if b[p] {
			n++
		}
	}
	return n
}

// lastOf is the newest line of the talk that who said.
func lastOf(user, who string) string {
	last := ""
	for line := range strings.Lines(inside(user, "talk")) {
		if said, ok := strings.CutPrefix(strings.TrimSpace(line), who+"："); ok {
			last = said
		}
	}
	return last
}

func summary(user string) string {
	var lines []string
	add := func(before, text string) {
		if text != "" {
			lines = append(lines, head(before+strings.ReplaceAll(text, "\n", "，"), 40))
		}
	}
	place := inside(user, "place")
	if place != "" {
		place += "："
	}
	add("客人要："+place, inside(user, "matter"))
	add("已做：", inside(user, "done"))
	add("客人最后说：", lastOf(user, "客人"))
	if promised := inside(user, "promised"); promised != "" {
		add("下一步：", promised)
	}
	if len(lines) == 0 {
		return none
	}
	return strings.Join(lines, "\n")
}

func draft(user string) string {
	heard := lastOf(user, "客人")
	if heard == "" {
		heard = inside(user, "matter")
	}
	if heard == "" {
		return none
	}
	text := "您说的“" + head(heard, 24) + "”，我看到了。"
	if promised := inside(user, "promised"); promised != "" {
		text += "我们在处理，" + promised
		if strings.HasSuffix(promised, "联系") {
			text += "您"
		}
		text += "。"
	} else {
		text += "我们在处理。"
	}
	return text
}

var trivial = regexp.MustCompile(`请问|你们|我想|一下|[?？。！!，,]`)

func article(c Call) string {
	question, reply := inside(c.User, "question"), inside(c.User, "reply")
	core := trivial.ReplaceAllString(question, "")
	return fit(map[string]any{
		"title": head(core, 8), "question": head(question, 40),
		"asks": []string{head(core, 16) + "怎么办", "请问" + head(core, 16), head(core, 18) + "吗"}, "answer": head(reply, 100),
	}, c.Schema)
}

// head is the beginning of s, at most n characters.
func head(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
