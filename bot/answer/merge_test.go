package answer

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kefu/bot/intent"
	"kefu/bot/llm"
)

// Whatever a model says, what rules found is there afterwards, and no field is
// that the customer did not write.
func TestRulesNeverLose(t *testing.T) {
	reader := intent.New(intent.Lexicon{})
	texts := []string{
		"转人工", "我要投诉，空调坏了", "不想活了", "退订", "删除我的信息", "再不处理我就打12315", "房间漏电了",
		"1208 空调不制冷，我电话 13800138000，昨天下午就坏了", "那个怎么弄", "三百二的房费多收了", "你好", "嗯", "😀", "八零八房要两瓶水",
	}
	values := []string{"", "1208", "808", "1507", "13800138000", "13912345678", "昨天下午", "明天", "三百二", "320元", "880元", "空调", "同意退款", "<b>", "SN12345678"}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom(texts).Draw(t, "text")
		own := reader.Read(text, intent.Context{})
		var m told
		for range rapid.IntRange(0, 7).Draw(t, "n") {
			m.Intents = append(m.Intents, struct {
				Intent     intent.Intent `json:"intent"`
				Confidence float64       `json:"confidence"`
			}{rapid.SampledFrom(append(slices.Clone(intent.All), "admin", "")).Draw(t, "intent"), rapid.Float64Range(-2, 5).Draw(t, "confidence")})
		}
		m.Danger, m.SelfHarm, m.Threat = rapid.Bool().Draw(t, "danger"), rapid.Bool().Draw(t, "harm"), rapid.Bool().Draw(t, "threat")
		m.Sentiment = rapid.SampledFrom([]string{"calm", "upset", "angry", "?"}).Draw(t, "sentiment")
		v := func(name string) string { return rapid.SampledFrom(values).Draw(t, name) }
		m.Fields.Room, m.Fields.Phone, m.Fields.Number, m.Fields.Order = v("room"), v("phone"), v("number"), v("order")
		m.Fields.Amount, m.Fields.When, m.Fields.Product, m.Fields.Name = v("amount"), v("when"), v("product"), v("name")
		m.Fields.Address, m.Fields.Serial, m.Thing, m.Category = v("address"), v("serial"), v("thing"), v("category")
		before := own
		before.Intents = slices.Clone(own.Intents)
		got := merge(Turn{Text: text, Own: own, Categories: []string{"facility"}}, m)
		if d := cmp.Diff(before, own); d != "" {
			t.Errorf("our own reading was changed: %s", d)
		}
		if own.Major && !got.Major || own.Safety && !got.Safety || own.SelfHarm && !got.SelfHarm || got.Anger < own.Anger {
			t.Errorf("%s: what rules found is lost: %+v", text, got)
		}
		for _, i := range []intent.Intent{intent.Unsubscribe, intent.Erase} {
			if got.Has(i) && !own.Has(i) {
				t.Errorf("%s: a model alone said %s", text, i)
			}
		}
		if matter(own) && restful[got.Main] {
			t.Errorf("%s: %s was waved away as %s", text, own.Main, got.Main)
		}
		for _, s := range own.Intents {
			if kept[s.Intent] && got.Confidence(s.Intent) < s.Confidence {
				t.Errorf("%s: %s went from %v to %v", text, s.Intent, s.Confidence, got.Confidence(s.Intent))
			}
			if s.Confidence >= 0.9 && got.Main != own.Main && got.Main != intent.SelfHarm {
				t.Errorf("%s: main was %s by rule and is %s", text, own.Main, got.Main)
			}
		}
		if got.Main != got.Intents[0].Intent || !slices.Contains(append(slices.Clone(intent.All), intent.Unknown), got.Main) {
			t.Errorf("main %s of %v", got.Main, got.Intents)
		}
		written := strings.NewReplacer("八零八", "808", "三百二", "320").Replace(text)
		for _, f := range []string{got.Fields.Room, got.Fields.Phone, got.Fields.Number, got.Fields.Order, got.Fields.Name, got.Fields.Address, got.Fields.Serial} {
			if !strings.Contains(strings.ToUpper(text+"\n"+written), strings.ToUpper(f)) {
				t.Errorf("%s: field %q", text, f)
			}
		}
		if got.Fields.Amount != 0 && got.Fields.Amount != 32000 {
			t.Errorf("%s: amount %d", text, got.Fields.Amount)
		}
		if got.Category != own.Category && got.Category != "facility" || strings.ContainsAny(got.Thing+got.Fields.When+got.Fields.Product, "<>") {
			t.Errorf("category %q thing %q", got.Category, got.Thing)
		}
	})
}

func TestUnsure(t *testing.T) {
	one := func(i intent.Intent, v float64) intent.Reading {
		return intent.Reading{Main: i, Intents: []intent.Scored{{Intent: i, Confidence: v}}}
	}
	two := one(intent.Repair, 0.62)
	two.Intents = append(two.Intents, intent.Scored{Intent: intent.Request, Confidence: 0.6})
	major := one(intent.Complaint, 0.4)
	major.Major = true
	for _, c := range []struct {
		name string
		r    intent.Reading
		want bool
	}{
		{"nothing", intent.Reading{}, true},
		{"unknown", one(intent.Unknown, 0.9), true},
		{"a guess", one(intent.Inquiry, 0.5), true},
		{"sure", one(intent.Inquiry, 0.8), false},
		{"by rule", one(intent.Human, 0.95), false},
		{"two alike", two, true},
		{"major: nobody waits for a model", major, false},
	} {
		if got := Unsure(c.r); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// Without a model, or with one that fails, our own reading comes back.
func TestNoModel(t *testing.T) {
	own := intent.Reading{Main: intent.Repair, Intents: []intent.Scored{{Intent: intent.Repair, Confidence: 0.5}}}
	var none *Answerer
	for _, a := range []*Answerer{none, New(Options{})} {
		if got, err := a.Understand(t.Context(), Turn{Own: own}); !errors.Is(err, llm.ErrOff) || got.Main != intent.Repair {
			t.Error(got, err)
		}
		if _, err := a.FromPassages(t.Context(), Question{}); !errors.Is(err, llm.ErrOff) {
			t.Error(err)
		}
		if _, err := a.Draft(t.Context(), Case{}); !errors.Is(err, llm.ErrOff) {
			t.Error(err)
		}
		if _, err := a.Summary(t.Context(), Case{}); !errors.Is(err, llm.ErrOff) {
			t.Error(err)
		}
		if _, err := a.Article(t.Context(), "", "", "", nil); !errors.Is(err, llm.ErrOff) {
			t.Error(err)
		}
	}
}

// The prompt may name the intents that there are, and no others.
func TestPromptKnowsTheIntents(t *testing.T) {
	m := &scripted{reply: "{}"}
	_, _ = answerer(t, m).Understand(t.Context(), Turn{Text: "你好", Own: intent.Reading{}})
	for _, i := range intent.All {
		if !strings.Contains(m.asked[0].System, string(i)) || !strings.Contains(string(m.asked[0].Schema), `"`+string(i)+`"`) {
			t.Errorf("%s is not in the prompt", i)
		}
	}
}
