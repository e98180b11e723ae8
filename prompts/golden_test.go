package prompts

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"kefu/bot/chat"
)

// golden is one case of testdata/hotel.txt.
type golden struct {
	key  string
	vars Vars
	want string
}

var optionForm = regexp.MustCompile(`\[\[([^|\]]+)\|([^\]]+)\]\]`)

func goldens(t *testing.T, b *Book) []golden {
	t.Helper()
	text, err := os.ReadFile("testdata/hotel.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []golden
	for part := range strings.SplitSeq("\n"+string(text), "\n== ") {
		key, rest, _ := strings.Cut(part, "\n")
		head, want, ok := strings.Cut("\n"+rest, "\n--\n")
		if !ok {
			continue
		}
		g := golden{key: key, vars: Vars{}, want: strings.TrimSpace(want)}
		for line := range strings.SplitSeq(strings.TrimSpace(head), "\n") {
			name, value, _ := strings.Cut(line, " = ")
			switch {
			case name == "":
			case strings.HasSuffix(name, "*"):
				name = strings.TrimSuffix(name, "*")
				parts, _ := g.vars[name].([]chat.Content)
				g.vars[name] = append(parts, b.Say(part1(value)))
			case strings.HasPrefix(value, "[["):
				var options []chat.Option
				for _, m := range optionForm.FindAllStringSubmatch(value, -1) {
					options = append(options, chat.Option{Label: m[1], Key: m[2]})
				}
				g.vars[name] = options
			default:
				g.vars[name] = strings.ReplaceAll(value, `\n`, "\n")
			}
		}
		all = append(all, g)
	}
	return all
}

// part1 reads "progress.case subject=空调投诉 by=16:00_前".
func part1(s string) (string, Vars) {
	f := strings.Fields(s)
	v := Vars{}
	for _, p := range f[1:] {
		name, value, _ := strings.Cut(p, "=")
		v[name] = strings.ReplaceAll(value, "_", " ")
	}
	return f[0], v
}

func show(b *Book, g golden) string {
	if strings.HasPrefix(g.key, "card.") {
		return showCard(b.Card(g.key, g.vars))
	}
	if strings.HasPrefix(g.key, "staff.") || strings.HasPrefix(g.key, "group.") {
		return b.Line(g.key, g.vars)
	}
	c := b.Say(g.key, g.vars)
	write := func(o chat.Option) string { return "[[" + o.Label + "|" + o.Key + "]]" }
	text := c.Fill(write)
	if c.Form == chat.AsMenu {
		var all []string
		for _, o := range c.Options {
			all = append(all, write(o))
		}
		text += "\n" + strings.Join(all, "　")
	}
	return text
}

func showCard(c chat.Card) string {
	labels := func(of []chat.Option) string {
		var all []string
		for _, o := range of {
			all = append(all, o.Label)
		}
		return strings.Join(all, " | ")
	}
	lines := []string{"标题 " + c.Title}
	if c.Desc != "" {
		lines = append(lines, "说明 "+c.Desc)
	}
	if c.Quote != "" {
		lines = append(lines, "引用 "+c.Quoted+" = "+c.Quote)
	}
	for _, l := range c.Lines {
		lines = append(lines, "行 "+l.Name+" = "+l.Value)
	}
	if c.Select != nil {
		lines = append(lines, "下拉 "+c.Select.Label+" = "+labels(c.Select.Options))
	}
	if len(c.Buttons) > 0 {
		lines = append(lines, "按钮 "+labels(c.Buttons))
	}
	return strings.Join(lines, "\n")
}

func TestEachTextSaysWhatWasAgreedWordForWord(t *testing.T) {
	b := open(t, "")
	all := goldens(t, b)
	if len(all) < 100 {
		t.Fatalf("only %d cases were read", len(all))
	}
	for _, g := range all {
		if d := cmp.Diff(strings.Split(g.want, "\n"), strings.Split(show(b, g), "\n")); d != "" {
			t.Errorf("%s: agreed (-), said (+):\n%s", g.key, d)
		}
	}
}

// What the lengths may be: option 8 characters, five options, six lines, 1,200
// bytes with links, and those of cards.
func TestTextsKeepTheirLengths(t *testing.T) {
	b := open(t, "")
	for _, g := range goldens(t, b) {
		if strings.HasPrefix(g.key, "card.") {
			checkCard(t, g.key, b.Card(g.key, g.vars))
			continue
		}
		c := b.Say(g.key, g.vars)
		if n := size(c); n > 1200 {
			t.Errorf("%s: %d bytes", g.key, n)
		}
		if strings.Count(c.Text, "\n") > 5 {
			t.Errorf("%s has too many lines:\n%s", g.key, c.Text)
		}
		if len(c.Options) > 5 {
			t.Errorf("%s: %d options", g.key, len(c.Options))
		}
		for _, o := range c.Options {
			if halfWidths(o.Label) > 16 || len(o.Key) > 128 || o.Label == "" || strings.Contains(o.Key, "{") {
				t.Errorf("%s: option %q %q", g.key, o.Label, o.Key)
			}
		}
		if strings.HasPrefix(g.key, "group.") && utf8.RuneCountInString(c.Text) > 80+len("https://k.cn/4827") {
			t.Errorf("%s is long for a group: %s", g.key, c.Text)
		}
	}
}

func checkCard(t *testing.T, key string, c chat.Card) {
	t.Helper()
	long := func(s string, n int) bool { return utf8.RuneCountInString(s) > n || strings.Contains(s, more) }
	bad := long(c.Title, 20) || long(c.Desc, 26) || utf8.RuneCountInString(c.Quote) > 60 || len(c.Lines) > 5 || len(c.Buttons) > 3
	for _, l := range c.Lines {
		bad = bad || long(l.Name, 4) || long(l.Value, 26)
	}
	for _, o := range c.Buttons {
		bad = bad || long(o.Label, 5)
	}
	if bad {
		t.Errorf("%s is too long or was cut:\n%s", key, showCard(c))
	}
}

// Every text with nothing filled in is still fit to be shown: no bracket of ours,
// no two stops, no empty pair of brackets.
func TestNothingOfOursIsEverShown(t *testing.T) {
	b := open(t, "")
	for _, key := range b.Keys() {
		var all []string
		if strings.HasPrefix(key, "card.") {
			all = append(all, showCard(b.Card(key, nil)))
		} else {
			all = append(all, b.Say(key, nil).Plain())
		}
		filled := Vars{}
		for _, n := range b.live.Get().all[key].names {
			filled[n] = "甲"
		}
		all = append(all, b.Say(key, filled).Plain(), b.Line(key, filled))
		for _, s := range all {
			for _, sign := range []string{"〔", "〕", "{", "}", "[[", "]]", "。。", "，，", "，。"} {
				if strings.Contains(s, sign) {
					t.Errorf("%s shows %q: %s", key, sign, s)
				}
			}
		}
	}
}

func TestGoldenCoversTheCardsThatWereAgreed(t *testing.T) {
	b := open(t, "")
	have := map[string]bool{}
	for _, g := range goldens(t, b) {
		have[g.key] = true
	}
	for _, key := range []string{CardNew, CardClaimed, CardAssist, CardMajor, CardUnanswered, CardHuman, CardUrge, CardLowscore,
		CardUndelivered, CardVIP, CardApproval, CardConfirmSend, CardMorning, CardLearn} {
		if !have[key] {
			t.Errorf("%s has no golden case", key)
		}
	}
	keys := b.Keys()
	for key := range have {
		if !slices.Contains(keys, key) {
			t.Errorf("%s is no text", key)
		}
	}
}
