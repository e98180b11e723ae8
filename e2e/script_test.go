package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"kefu/bot/wechat/sim"
	"kefu/cmd/kefu/config"
)

// A script is lines. Indented lines belong to the line above.
//
//	# a remark
//	%模板                        the account has service notices
//	@ 14:05                      it is that time now
//	+ 5m                         so much time passes
//	王女士: 你好                  a customer writes; "［图片］", "［语音］", "［语音］words", "［位置］", "［关注］room:1208", "［取消关注］", "［菜单］menu:complaint"
//	王女士 点 可以了              a customer taps
//	机器人→王女士                 the next thing the customer hears, word for word
//	无声→王女士                   the customer hears nothing
//	小陈: 办结 4827 好了          staff type
//	小陈 按 接单 [派给=工程部]     staff press a button of their newest card that has it
//	卡片→小陈                     the newest card of theirs that is not grey has these lines
//	灰卡→陈静                     one of their cards has turned grey and says this
//	应用→小陈                     the newest text from the app
//	群 staff                     the newest line in that group
//
// {no} and the like stand for what was found there first; {*} for anything.
func TestSituations(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no situations: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			h := open(t, func(c *config.Config) {
				if strings.Contains(string(text), "\n%模板\n") {
					c.Accounts[0].Templates = notices
				}
			})
			s := &script{house: h, file: file, vars: map[string]string{}, heard: map[string]int{}}
			s.run(string(text))
		})
	}
}

var notices = map[string]config.Template{"ticket_update": {ID: "tmpl1", Fields: map[string]string{
	"character_string1": "{no}", "thing2": "{title}", "phrase3": "{state}", "time4": "{time}",
}}}

type script struct {
	*house
	file  string
	line  int
	vars  map[string]string
	heard map[string]int // bubbles from the account a customer has had
}

func (s *script) fail(format string, a ...any) {
	s.t.Helper()
	s.t.Fatalf("%s:%d: %s", s.file, s.line, fmt.Sprintf(format, a...))
}

func (s *script) run(text string) {
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], " ")
		s.line = i + 1
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "%") {
			continue
		}
		var more []string
		for i+1 < len(lines) && (strings.HasPrefix(lines[i+1], "  ") || strings.HasPrefix(lines[i+1], "\t")) {
			i++
			more = append(more, strings.TrimSpace(lines[i]))
		}
		s.step(line, strings.Join(more, "\n"))
	}
}

func (s *script) step(line, more string) {
	s.t.Helper()
	if rest, ok := strings.CutPrefix(line, "@ "); ok {
		s.at(rest)
		s.rest()
		return
	}
	if rest, ok := strings.CutPrefix(line, "+ "); ok {
		d, err := time.ParseDuration(rest)
		if err != nil {
			s.fail("%v", err)
		}
		for ; d > 0; d -= time.Minute { // one minute after the other, as it would be
			s.pass(min(d, time.Minute))
			if d > 12*time.Hour {
				s.pass(time.Hour - time.Minute)
				d -= time.Hour - time.Minute
			}
			s.rest()
		}
		return
	}
	if what, who, ok := strings.Cut(line, "→"); ok {
		s.expect(what, who, more)
		return
	}
	if group, ok := strings.CutPrefix(line, "群 "); ok {
		s.group(group, more)
		return
	}
	if who, rest, ok := strings.Cut(line, " 点 "); ok {
		s.do(s.guest(who).TapOption(s.t.Context(), s.fill(rest)))
		return
	}
	if who, rest, ok := strings.Cut(line, " 按 "); ok {
		s.press(who, s.fill(rest))
		return
	}
	who, words, ok := strings.Cut(line, ": ")
	if !ok {
		s.fail("cannot read %q", line)
	}
	if more != "" {
		words += "\n" + more
	}
	if _, guest := guests[who]; guest {
		s.customer(s.guest(who), s.fill(words))
		return
	}
	s.do(s.sim.Member(s.member(who)).Type(s.t.Context(), s.fill(words)))
}

func (s *script) do(err error) {
	s.t.Helper()
	if err != nil {
		s.fail("%v", err)
	}
	s.rest()
}

func (s *script) customer(c *sim.Customer, words string) {
	s.t.Helper()
	ctx := s.t.Context()
	kind, rest, _ := strings.Cut(strings.TrimPrefix(words, "［"), "］")
	if !strings.HasPrefix(words, "［") {
		s.do(c.Say(ctx, words))
		return
	}
	acts := map[string]func() error{
		"图片":   func() error { return c.SendPicture(ctx, []byte("\xff\xd8\xff\xe0 a picture"), "photo.jpg") },
		"语音":   func() error { return c.SendVoice(ctx, rest) },
		"位置":   func() error { return c.SendLocation(ctx, 30.25, 120.15, "湖畔路 1 号") },
		"关注":   func() error { return c.Follow(ctx, rest) },
		"扫码":   func() error { return c.ScanCode(ctx, rest) },
		"取消关注": func() error { return c.Unfollow(ctx) },
		"菜单":   func() error { return c.Menu(ctx, rest) },
	}
	act := acts[kind]
	if act == nil {
		s.fail("customers cannot %s", kind)
	}
	s.do(act())
}

// press presses a button of the newest card of somebody that has it.
func (s *script) press(who, words string) {
	s.t.Helper()
	label, choice, _ := strings.Cut(words, " ")
	id := s.member(who)
	var card sim.Card
	key := ""
	if s.soon(func() bool {
		cards := s.sim.Cards(id)
		for i := len(cards) - 1; i >= 0; i-- {
			for _, b := range cards[i].Buttons {
				if b.Label == label && !cards[i].Grey {
					card, key = cards[i], b.Key
					return true
				}
			}
		}
		return false
	}) {
		s.do(s.sim.Member(id).Press(s.t.Context(), card.TaskID, key, s.selected(card, choice)))
		return
	}
	s.fail("%s has no card with a button %s:\n%s", who, label, s.inbox(id))
}

func (s *script) selected(c sim.Card, choice string) map[string]string {
	name, value, ok := strings.Cut(strings.Trim(choice, "[]"), "=")
	if !ok {
		return nil
	}
	for _, q := range c.Selects {
		for _, o := range q.Options {
			if o.Label == value {
				return map[string]string{q.Key: o.Key}
			}
		}
	}
	s.fail("the card offers no %s = %s: %+v", name, value, c.Selects)
	return nil
}

// soon waits until what is expected is there, at most half a minute: the clock's
// work goes on in the background.
func (s *script) soon(there func() bool) bool {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		if there() {
			return true
		}
		time.Sleep(5 * time.Millisecond) // polling, bounded above
	}
	return there()
}

func (s *script) expect(what, who, want string) {
	s.t.Helper()
	switch what {
	case "机器人":
		s.hears(who, want)
	case "无声":
		if all := s.words(who); len(all) != s.heard[who] {
			s.fail("%s should have heard nothing, but heard:\n%s", who, strings.Join(all[s.heard[who]:], "\n--\n"))
		}
	case "卡片":
		s.card(who, want)
	case "灰卡":
		s.grey(who, want)
	case "应用":
		s.appSays(who, want)
	default:
		s.fail("cannot expect %s", what)
	}
}

// words is all a customer heard, options in double brackets.
func (s *script) words(who string) []string {
	var all []string
	for _, b := range s.sim.Phone("hotel", openid(who)).Bubbles {
		if b.From != sim.FromCustomer {
			all = append(all, bubble(b))
		}
	}
	return all
}

func bubble(b sim.Bubble) string {
	if len(b.Parts) > 0 {
		var t strings.Builder
		for _, p := range b.Parts {
			switch {
			case p.Key != "":
				t.WriteString("[[" + p.Text + "]]")
			default:
				t.WriteString(p.Text)
			}
		}
		return t.String()
	}
	text := b.Text
	if b.Kind == "msgmenu" {
		for _, o := range b.Options {
			text += "\n[[" + o.Label + "]]"
		}
	}
	if b.Kind == "template" || b.Kind == "notice" {
		text = b.Title
		for _, l := range b.Lines {
			text += "\n" + l.Name + " = " + l.Value
		}
	}
	return text
}

func (s *script) hears(who, want string) {
	s.t.Helper()
	var all []string
	if !s.soon(func() bool { all = s.words(who); return len(all) > s.heard[who] }) {
		s.fail("%s heard nothing, should hear:\n%s", who, want)
	}
	got := all[s.heard[who]]
	s.heard[who]++
	if !s.match(got, want) {
		s.fail("%s heard:\n%s\n-- should be:\n%s", who, got, s.fill(want))
	}
}

func (s *script) inbox(id string) string {
	var b strings.Builder
	for _, i := range s.sim.Inbox(id) {
		if i.Card != nil {
			fmt.Fprintf(&b, "%s\n\n", face(*i.Card))
		} else {
			fmt.Fprintf(&b, "text: %s\n\n", i.Text)
		}
	}
	return b.String()
}

// face is a card as lines.
func face(c sim.Card) string {
	lines := []string{"标题 " + c.Title}
	add := func(name, v string) {
		if v != "" {
			lines = append(lines, name+" "+v)
		}
	}
	add("说明", c.Desc)
	if c.Quote != "" {
		lines = append(lines, "引用 "+c.Quoted+" = "+c.Quote)
	}
	for _, l := range c.Lines {
		lines = append(lines, "行 "+l.Name+" = "+l.Value)
	}
	for _, q := range c.Selects {
		var o []string
		for _, x := range q.Options {
			if x.Key != "-" {
				o = append(o, x.Label)
			}
		}
		lines = append(lines, "下拉 "+q.Title+" = "+strings.Join(o, " | "))
	}
	var b []string
	for _, x := range c.Buttons {
		b = append(b, x.Label)
	}
	add("按钮", strings.Join(b, " | "))
	add("灰字", c.Done)
	if c.Grey && c.Done == "" {
		add("灰字", c.Sub)
	}
	return strings.Join(lines, "\n")
}

// card looks for the newest card of somebody whose lines are all these.
func (s *script) card(who, want string) {
	s.t.Helper()
	id := s.member(who)
	if s.soon(func() bool {
		cards := s.sim.Cards(id)
		for i := len(cards) - 1; i >= 0; i-- {
			if !cards[i].Grey && s.has(face(cards[i]), want) {
				return true
			}
		}
		return false
	}) {
		return
	}
	s.fail("%s has no such card:\n%s\n-- has:\n%s", who, s.fill(want), s.inbox(id))
}

func (s *script) grey(who, want string) {
	s.t.Helper()
	id := s.member(who)
	if s.soon(func() bool {
		for _, c := range s.sim.Cards(id) {
			if c.Grey && s.has(face(c), want) {
				return true
			}
		}
		return false
	}) {
		return
	}
	s.fail("%s has no such grey card:\n%s\n-- has:\n%s", who, s.fill(want), s.inbox(id))
}

// has says whether every wanted line is a line of got.
func (s *script) has(got, want string) bool {
	lines := strings.Split(got, "\n")
	for _, w := range strings.Split(want, "\n") {
		found := false
		for _, l := range lines {
			if found = s.match(l, w); found {
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

func (s *script) appSays(who, want string) {
	s.t.Helper()
	id := s.member(who)
	if s.soon(func() bool {
		items := s.sim.Inbox(id)
		for i := len(items) - 1; i >= 0; i-- {
			if items[i].From == sim.FromApp && items[i].Kind == "text" && s.match(items[i].Text, want) {
				return true
			}
		}
		return false
	}) {
		return
	}
	s.fail("the app did not tell %s:\n%s\n-- but:\n%s", who, s.fill(want), s.inbox(id))
}

func (s *script) group(name, want string) {
	s.t.Helper()
	var lines []sim.Message
	if s.soon(func() bool {
		lines = s.sim.Group(name)
		for i := len(lines) - 1; i >= 0; i-- {
			for _, l := range strings.Split(lines[i].Text, "\n") {
				if s.match(l, want) {
					return true
				}
			}
		}
		return false
	}) {
		return
	}
	s.fail("no such line in %s: %s\n-- but: %+v", name, s.fill(want), lines)
}

var hole = regexp.MustCompile(`\{[a-z*]+\}`)

// fill puts in what is known of {no} and the like.
func (s *script) fill(text string) string {
	return hole.ReplaceAllStringFunc(text, func(h string) string {
		if v, ok := s.vars[h]; ok {
			return v
		}
		return h
	})
}

// match compares text with what is wanted; a hole takes what stands there and
// keeps it.
func (s *script) match(got, want string) bool {
	want = s.fill(want)
	var names []string
	pattern := "^"
	last := 0
	for _, at := range hole.FindAllStringIndex(want, -1) {
		pattern += regexp.QuoteMeta(want[last:at[0]])
		name := want[at[0]:at[1]]
		if name == "{*}" {
			pattern += "(?s:.*)"
		} else {
			pattern += "([0-9]{4,6})"
			names = append(names, name)
		}
		last = at[1]
	}
	pattern += regexp.QuoteMeta(want[last:]) + "$"
	m := regexp.MustCompile(pattern).FindStringSubmatch(got)
	if m == nil {
		return false
	}
	for i, n := range names {
		s.vars[n] = m[i+1]
	}
	return true
}
