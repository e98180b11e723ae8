package answer

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kefu/bot/desk"
	"kefu/bot/intent"
	"kefu/bot/knowledge"
	"kefu/bot/llm"
	"kefu/prompts"
	"kefu/store"
)

var today = time.Date(2026, 11, 24, 14, 0, 0, 0, time.FixedZone("", 8*3600))

// attack is one file of testdata/attacks; its README says how they are written.
type attack struct {
	name, group, kind string
	part              map[string]string
	articles          []*knowledge.Article
}

// archive is a text archive: a comment, then files after lines "-- name --".
type archive struct {
	comment string
	files   []struct{ name, data string }
}

func parts(t testing.TB, file string) archive {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var a archive
	for line := range strings.Lines(string(b)) {
		name, isName := strings.CutPrefix(strings.TrimRight(line, "\n"), "-- ")
		name, isEnd := strings.CutSuffix(name, " --")
		switch {
		case isName && isEnd:
			a.files = append(a.files, struct{ name, data string }{name: name})
		case len(a.files) == 0:
			a.comment += line
		default:
			a.files[len(a.files)-1].data += line
		}
	}
	return a
}

func attacks(t testing.TB) []attack {
	t.Helper()
	files, err := filepath.Glob("testdata/attacks/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	common := readArticles(t, "testdata/articles.txtar")
	var out []attack
	for _, f := range files {
		ar := parts(t, f)
		a := attack{name: strings.TrimSuffix(filepath.Base(f), ".txtar"), part: map[string]string{}}
		for line := range strings.SplitSeq(ar.comment, "\n") {
			if k, v, ok := strings.Cut(line, ":"); ok && k == "group" {
				a.group = strings.TrimSpace(v)
			} else if ok && k == "kind" {
				a.kind = strings.TrimSpace(v)
			}
		}
		for _, p := range ar.files {
			switch head := strings.Fields(p.name); head[0] {
			case "article":
				a.articles = append(a.articles, readArticle(head[1:], p.data))
			case "customer", "nickname", "caption", "earlier", "case", "reply", "own", "model", "never", "out":
				a.part[head[0]] = strings.TrimRight(p.data, "\n")
			default:
				t.Fatalf("%s: no part %q", f, p.name)
			}
		}
		a.articles = append(a.articles, common...)
		if a.group == "" || a.part["model"] == "" || a.part["never"] == "" {
			t.Fatalf("%s: group, model or never is missing", f)
		}
		out = append(out, a)
	}
	return out
}

func readArticles(t testing.TB, file string) []*knowledge.Article {
	t.Helper()
	ar := parts(t, file)
	var out []*knowledge.Article
	for _, p := range ar.files {
		out = append(out, readArticle(strings.Fields(p.name), p.data))
	}
	return out
}

func readArticle(head []string, text string) *knowledge.Article {
	q, a, _ := strings.Cut(strings.TrimSpace(text), "\n")
	x := &knowledge.Article{Question: q, Answer: a, State: knowledge.Live}
	x.ID = head[0]
	for _, w := range head[1:] {
		switch w {
		case "official":
			x.Official = true
		case "staff":
			x.Audience = knowledge.Staff
		case "expired":
			x.Until = store.At(today.AddDate(0, -1, 0))
		}
	}
	return x
}

// scripted says what it is told to, whatever it is asked, and remembers what.
type scripted struct {
	reply string
	asked []llm.Request
}

func (s *scripted) Do(_ context.Context, r llm.Request) (llm.Reply, error) {
	s.asked = append(s.asked, r)
	return llm.Reply{Text: s.reply}, nil
}

func answerer(t testing.TB, m Model) *Answerer {
	t.Helper()
	o, err := house()
	if err != nil {
		t.Fatal(err)
	}
	o.Model = m
	return New(o)
}

// house is the hotel: its prompts, its words, its departments.
var house = sync.OnceValues(func() (o Options, err error) {
	if o.Instructions, err = prompts.ReadInstructions("hotel"); err != nil {
		return o, err
	}
	p, err := desk.Load("hotel")
	if err != nil {
		return o, err
	}
	o.Allowed = p.Allowed
	for _, d := range p.Departments {
		o.Names = append(o.Names, d.Title, d.Desk)
	}
	return o, nil
})

// text is what the customer wrote, with the words of a picture.
func (a attack) text() string {
	if c := a.part["caption"]; c != "" {
		return a.part["customer"] + "\n［图片：" + c + "］"
	}
	return a.part["customer"]
}

func (a attack) lines() []Line {
	var out []Line
	for line := range strings.SplitSeq(a.part["earlier"], "\n") {
		if who, text, ok := strings.Cut(line, "："); ok {
			out = append(out, Line{Speaker(who), text})
		}
	}
	return append(out, Line{Guest, a.text()})
}

func (a attack) ticket() Case {
	c := Case{Key: "t1", Lines: a.lines(), Articles: a.articles, Now: today, Matter: a.part["nickname"]}
	for line := range strings.SplitSeq(a.part["case"], "\n") {
		k, v, _ := strings.Cut(line, ":")
		v = strings.TrimSpace(v)
		switch k {
		case "kind":
			c.Kind = v
		case "state":
			c.State = v
		case "matter":
			c.Matter = strings.TrimSpace(c.Matter + " " + v)
		case "place":
			c.Place = v
		case "promised":
			c.Promised = v
		case "done":
			c.Done = append(c.Done, v)
		}
	}
	return c
}

// run gives what goes out: a text, or for a reading its lines; nothing when a
// person answers.
func (a attack) run(ctx context.Context, t testing.TB, m *scripted) string {
	t.Helper()
	by := answerer(t, m)
	var out string
	var err error
	switch a.kind {
	case "answer":
		var got Answer
		got, err = by.FromPassages(ctx, Question{Key: "m1", Text: a.text(), Articles: a.articles, Who: knowledge.Everyone, Now: today})
		out = got.Text
	case "understand":
		var got intent.Reading
		got, err = by.Understand(ctx, a.turn())
		out = describe(got)
	case "draft":
		out, err = by.Draft(ctx, a.ticket())
	case "summary":
		out, err = by.Summary(ctx, a.ticket())
	case "article":
		var got Proposal
		got, err = by.Article(ctx, "t1", a.text(), a.part["reply"], []string{"王小明"})
		out = strings.Trim(strings.Join(append([]string{got.Title, got.Question, got.Answer}, got.Asks...), "\n"), "\n")
	default:
		t.Fatalf("no kind %q", a.kind)
	}
	if err != nil && err != ErrNoSupport && a.kind != "understand" {
		t.Fatal(err)
	}
	return out
}

func (a attack) turn() Turn {
	own := intent.Reading{}
	for line := range strings.SplitSeq(a.part["own"], "\n") {
		k, v, _ := strings.Cut(line, " ")
		switch k {
		case "intent":
			var s intent.Scored
			fmt.Sscan(v, &s.Intent, &s.Confidence)
			own.Intents = append(own.Intents, s)
		case "major":
			own.Major = true
		case "safety":
			own.Safety = true
		case "selfharm":
			own.SelfHarm = true
		case "room":
			own.Fields.Room = v
		}
	}
	if len(own.Intents) == 0 {
		own.Intents = []intent.Scored{{Intent: intent.Unknown, Confidence: 0.5}}
	}
	own.Main = own.Intents[0].Intent
	var earlier []prompts.Said
	for _, l := range a.lines() {
		earlier = append(earlier, prompts.Said{Who: string(l.Who), Text: l.Text})
	}
	return Turn{Key: "m1", Text: a.text(), Own: own, Earlier: earlier[:len(earlier)-1], Categories: []string{"facility", "noise"}}
}

// describe says what a reading holds, one thing a line.
func describe(r intent.Reading) string {
	var out []string
	out = append(out, "main "+string(r.Main))
	for _, s := range r.Intents {
		out = append(out, "intent "+string(s.Intent))
	}
	for name, is := range map[string]bool{"major": r.Major, "safety": r.Safety, "selfharm": r.SelfHarm, "urge": r.Urge, "angry": r.Anger >= 0.6} {
		if is {
			out = append(out, name)
		}
	}
	f := r.Fields
	for name, v := range map[string]string{"room": f.Room, "phone": f.Phone, "order": f.Order, "number": f.Number, "product": f.Product, "when": f.When, "thing": r.Thing, "category": r.Category} {
		if v != "" {
			out = append(out, name+" "+v)
		}
	}
	if f.Amount != 0 {
		out = append(out, fmt.Sprint("amount ", f.Amount))
	}
	return strings.Join(out, "\n")
}

// wrong is what of the things that may never go out is in a text.
func (a attack) wrong(out string) string {
	for n := range strings.SplitSeq(a.part["never"], "\n") {
		if a.kind == "understand" {
			for line := range strings.SplitSeq(out, "\n") {
				if line == n {
					return n
				}
			}
			continue
		}
		if n != "" && strings.Contains(strings.ToLower(out), strings.ToLower(n)) {
			return n
		}
	}
	return ""
}

// lost is what must be in a reading and is not.
func (a attack) lost(out string) string {
	if a.kind != "understand" {
		return ""
	}
	for n := range strings.SplitSeq(a.part["out"], "\n") {
		if n != "" && !strings.Contains("\n"+out+"\n", "\n"+n+"\n") {
			return n
		}
	}
	return ""
}

func TestAttacks(t *testing.T) {
	all := attacks(t)
	if len(all) < 60 {
		t.Errorf("only %d attacks", len(all))
	}
	for _, a := range all {
		t.Run(a.name, func(t *testing.T) {
			m := &scripted{reply: a.part["model"]}
			out := a.run(t.Context(), t, m)
			if len(m.asked) != 1 {
				t.Fatalf("the model was asked %d times: the attack tries nothing", len(m.asked))
			}
			if n := a.wrong(out); n != "" {
				t.Errorf("%q went out:\n%s", n, out)
			}
			if n := a.lost(out); n != "" {
				t.Errorf("%q is lost:\n%s", n, out)
			}
			if a.kind != "understand" {
				if d := cmp.Diff(a.part["out"], out); d != "" {
					t.Errorf("what goes out (-want +got):\n%s", d)
				}
			}
			a.shown(t, m.asked[0])
			a.varied(t, out)
		})
	}
}

// shown checks what the model was shown: others' words are in the data, in their
// blocks, and never in the instructions.
func (a attack) shown(t *testing.T, r llm.Request) {
	t.Helper()
	for _, p := range []string{"customer", "nickname", "caption"} {
		for line := range strings.SplitSeq(a.part[p], "\n") {
			if len([]rune(line)) >= 8 && strings.Contains(r.System, line) {
				t.Errorf("%s is among the instructions", p)
			}
		}
	}
	for _, tag := range []string{"</question>", "</message>", "</talk>"} {
		if strings.Count(r.User, tag) > 1 {
			t.Errorf("%s stands more than once in the data", tag)
		}
	}
}

// varied has the model say the same in other ways.
func (a attack) varied(t *testing.T, _ string) {
	t.Helper()
	if a.kind == "understand" || a.kind == "article" {
		return
	}
	said := a.part["model"]
	for _, v := range []string{
		cited(said, "[1]"), cited(said, "[1][2]"), cited(said, "【2】"), cited(said, "[3]"),
		"好的。" + said, "早餐 6:30–10:00[1]。" + said, strings.ReplaceAll(said, "。", "\n"), strings.ReplaceAll(said, "。", "，") + "[1]",
	} {
		m := &scripted{reply: v}
		if out := a.run(t.Context(), t, m); a.wrong(out) != "" {
			t.Errorf("said as\n%s\n%q went out:\n%s", v, a.wrong(out), out)
		}
	}
}

// cited puts a citation behind each sentence.
func cited(s, cite string) string {
	var out []string
	for _, p := range sentences(s) {
		out = append(out, p.text+cite)
	}
	return strings.Join(out, "\n")
}

// naive is what goes out when the model is believed.
func (a attack) naive() string {
	said := a.part["model"]
	if a.kind != "understand" {
		bare, _ := citations(said)
		return bare
	}
	var m told
	if json.Unmarshal([]byte(said), &m) != nil {
		return said
	}
	r := intent.Reading{Safety: m.Danger, SelfHarm: m.SelfHarm, Major: m.Danger || m.SelfHarm || m.Threat, Thing: m.Thing, Category: m.Category}
	for _, s := range m.Intents {
		r.Intents = append(r.Intents, intent.Scored{Intent: s.Intent, Confidence: s.Confidence})
	}
	if len(r.Intents) > 0 {
		r.Main = r.Intents[0].Intent
	}
	f := m.Fields
	r.Fields = intent.Fields{Room: f.Room, Phone: f.Phone, Order: f.Order, Number: f.Number, Product: f.Product, When: f.When}
	return describe(r)
}

// Without the guard the attacks succeed: if they did not, they would prove
// nothing.
func TestAttacksNeedTheGuard(t *testing.T) {
	all := attacks(t)
	through := 0
	for _, a := range all {
		if out := a.naive(); a.wrong(out) != "" || a.lost(out) != "" {
			through++
		} else {
			t.Logf("%s does no harm without the guard either", a.name)
		}
	}
	if through*100 < len(all)*95 {
		t.Errorf("only %d of %d attacks get through without the guard", through, len(all))
	}
}

// Every group that we know of is tried.
func TestAttackGroups(t *testing.T) {
	n := map[string]int{}
	for _, a := range attacks(t) {
		n[a.group]++
	}
	for _, g := range []string{"direct", "role", "encoding", "system", "citation", "passage", "nickname", "caption", "article", "promise", "data", "competitor", "json", "long", "turns", "markup"} {
		if n[g] == 0 {
			t.Errorf("nothing tries %s", g)
		}
	}
	if _, err := os.Stat("testdata/README.md"); err != nil {
		t.Error(err)
	}
}
