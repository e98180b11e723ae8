package desk

import (
	"strings"
	"testing"

	"kefu/bot/knowledge"
	"kefu/bot/wording"
	"kefu/prompts"
)

// What nobody may say is found however it is written; what is only to be
// thought over asks to be confirmed.
func TestAllowed(t *testing.T) {
	p, err := Load("hotel")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]wording.Do{
		"师傅 14:20 前到房间，您方便吗？": "",
		"保 证 退 款":      wording.Block,
		"保正退款":         wording.Block,
		"baozheng退款给您": wording.Block,
		"加我薇信":         wording.Block,
		"请您耐心等一下":      "",
		"我们尽快处理":       wording.Confirm,
	} {
		if v := p.Allowed(text); v.Do != want {
			t.Errorf("%q: %+v, want %q", text, v, want)
		}
		if (p.Sensitive(text) != "") != (want == wording.Block) {
			t.Errorf("%q: Sensitive %q", text, p.Sensitive(text))
		}
	}
}

// What a customer writes is raised with blanks between the characters too.
func TestMajorIsFoundWithBlanks(t *testing.T) {
	p, err := Load("hotel")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		"我要打１２３１５": true, "发 抖 音": true, "找 律-师": true, "訂單2412315000": false, "你们好": false,
	} {
		if _, is := p.Major(text); is != want {
			t.Errorf("%q: major %v, want %v", text, is, want)
		}
	}
	if !p.Danger("房间 冒 烟 了") || p.Danger("可以抽烟吗") {
		t.Error("danger is not found, or where there is none")
	}
}

// Dishes are ordered, towels are brought; another company is known by its name.
func TestWhatIsTakenAndWhoseItIs(t *testing.T) {
	p, err := Load("hotel")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{"牛肉面两份 1208": "order", "送餐到房": "order", "两条毛巾": "", "送一份牙具": ""} {
		if got := p.Takes(text); got != want {
			t.Errorf("%q is taken by %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"肯德基送错了": "肯德基", "12306 退票": "12306", "房间很吵": ""} {
		if got := p.Other(text); got != want {
			t.Errorf("%q is of %q, want %q", text, got, want)
		}
	}
}

// Nothing that we ship for customers to read says what nobody may say.
func TestOurOwnWordsAreAllowed(t *testing.T) {
	p, err := Load("hotel")
	if err != nil {
		t.Fatal(err)
	}
	articles, err := knowledge.Read(knowledge.Hotel)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range articles {
		if v := p.Allowed(a.Answer + "\n" + a.Closing); !v.OK() {
			t.Errorf("article %s says %q (%s)", a.ID, v.Found, v.Word)
		}
	}
	for _, ph := range p.Phrases {
		if v := p.Allowed(ph.Text); !v.OK() {
			t.Errorf("phrase %s says %q (%s)", ph.Name, v.Found, v.Word)
		}
	}
	book, err := prompts.Open("hotel", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range book.Keys() {
		if strings.HasPrefix(key, "staff.") || strings.HasPrefix(key, "card.") || strings.HasPrefix(key, "group.") {
			continue // staff read these; some quote what must not be said
		}
		if v := p.Allowed(book.Say(key, nil).Plain()); v.Do == wording.Block {
			t.Errorf("%s says %q (%s)", key, v.Found, v.Word)
		}
	}
}
