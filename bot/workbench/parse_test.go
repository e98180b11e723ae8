package workbench

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/hours"
	"kefu/bot/ticket"
	"kefu/store"
)

func TestParse(t *testing.T) {
	for typed, want := range map[string]command{
		"接":              {verb: vClaim},
		"接单4827":         {verb: vClaim, no: "4827", all: "4827"},
		"接 ４８２７":         {verb: vClaim, no: "4827", all: "4827"},
		"回 4827：您好":      {verb: vReply, no: "4827", rest: "您好", all: "4827：您好"},
		"回复4827 您好":      {verb: vReply, no: "4827", rest: "您好", all: "4827 您好"},
		"回 13800005620":  {verb: vReply, rest: "13800005620", all: "13800005620"},
		"派给工程部 看空调":      {verb: vHelp, rest: "工程部 看空调", all: "工程部 看空调", loose: true},
		"派 工程部":          {verb: vHelp, rest: "工程部", all: "工程部"},
		"办结修好了":          {verb: vClose, rest: "修好了", all: "修好了"},
		"等客人":            {verb: vWait},
		"查1208":          {verb: vFind, rest: "1208", all: "1208"},
		"查王":             {verb: vFind, rest: "王", all: "王", loose: true},
		"登记 1208 漏水":     {verb: vRecord, rest: "1208 漏水", all: "1208 漏水"},
		"改承诺 4827 16:30": {verb: vPromise, no: "4827", rest: "16:30", all: "4827 16:30"},
		"没人接":            {verb: vOpen},
		"？":              {verb: vUsage},
	} {
		got, ok := parse(typed)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(command{})); !ok || diff != "" {
			t.Errorf("%s: %v %s", typed, ok, diff)
		}
	}
	// Beginnings of sentences to a customer are no commands.
	for _, typed := range []string{"回来了请告诉我", "等一下我就来", "接您的车到了", "转角就是", "备好了", "忙完就来", "我的同事过去了", "并不是", "离岗前说一声", "设置好了", ""} {
		if c, ok := parse(typed); ok && !c.loose {
			t.Errorf("%s: taken for %s", typed, c.verb)
		}
	}
}

// Whatever is typed, nothing breaks and what is shown is text.
func TestTypedAnything(t *testing.T) {
	s := newStage(t)
	s.open(4827, ticket.Complaint, "王女士", "13800005620", "1208", "1208空调不制冷")
	words := []string{"接", "回", "4827", "4829", "办结", "派", "工程部", "转", "小周", "查", "登记", "问", "/赔礼", " ", "\n", "<a href=\"x\">", "\x00", "：", "离岗", "交班", "1", "改承诺", "25:99", "\ue000", "设置"}
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(words), rapid.String()), 0, 6).Draw(r, "text"), "")
		n++
		m := chat.Message{Key: fmt.Sprintf("%064d", n), Account: "wecom", From: "chen", At: store.At(s.now()), Kind: chat.Text, Text: text}
		reply, err := s.Handle(t.Context(), m)
		if err != nil {
			r.Fatal(err)
		}
		got := reply.Text
		if !utf8.ValidString(got) || strings.Contains(got, "<a") || strings.ContainsRune(got, 0) || strings.ContainsRune(got, '\ue000') {
			r.Fatalf("%q → %q", text, got)
		}
	})
}

func TestWhen(t *testing.T) {
	now := time.Date(2026, 11, 24, 14, 5, 0, 0, hours.China())
	for typed, want := range map[string]string{
		"16:30 等配件":     "11-24 16:30|等配件",
		"16：30，等配件":     "11-24 16:30|等配件",
		"明天 9 点半 等厂家":   "11-25 09:30|等厂家",
		"后天上午10点前师傅来":   "11-26 10:00|师傅来",
		"下午4点15分 等配件":   "11-24 16:15|等配件",
		"今天晚上 8 点之前 换房": "11-24 20:00|换房",
		"快了":            "|快了",
		"25:00 等":       "|25:00 等",
		"16:75 等":       "|16:75 等",
	} {
		at, rest := when(typed, now)
		got := "|" + rest
		if !at.IsZero() {
			got = at.Format("01-02 15:04") + got
		}
		if got != want {
			t.Errorf("%s: %s, want %s", typed, got, want)
		}
	}
}

// A company's own phrases: the person's before the department's before everybody's
// before the pack's.
func TestPhrases(t *testing.T) {
	s := newStage(t)
	dir := t.TempDir()
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "snippets.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s.phrases.at = time.Time{} // look again now
	}
	s.phrases = newPhrases(dir, s.Log)
	write("everyone: {赔礼: 对不起}\ndepartments: {front: {到了: 前台到了}}\npersonal: {fd01: {到了: \"{who}到了，{guest}\"}}\n")
	on := s.open(4827, ticket.Complaint, "王女士", "13800005620", "1208", "1208空调不制冷")
	expand := func(shown, text string) string {
		p := s.person(shown)
		tn := &turn{Bench: s.Bench, p: p, now: s.now()}
		got, err := tn.expand(text, on)
		if err != nil {
			return err.Error()
		}
		return got
	}
	for _, c := range [][3]string{
		{"小陈", "/到了", "小陈到了，王女士"},
		{"小周", "/到了", "前台到了"},
		{"小周", "您好，/赔礼", "您好，对不起"},
		{"小陈", "/赔礼马上来", "对不起马上来"},
		{"小陈", "1/2 的押金", "1/2 的押金"},
		{"小陈", "上午/下午都行", "上午/下午都行"},
	} {
		if got := expand(c[0], c[1]); got != c[2] {
			t.Errorf("%s %s: %q, want %q", c[0], c[1], got, c[2])
		}
	}
	write("everyone: [")
	if got := expand("小周", "/到了"); got != "前台到了" {
		t.Errorf("a broken file takes away what was good: %q", got)
	}
	write("everyone: {到了: 我到了}\n")
	if got := expand("小周", "/到了"); got != "我到了" {
		t.Errorf("a changed file does not count: %q", got)
	}
}

func TestACompensationIsTakenApart(t *testing.T) {
	s := newStage(t)
	p, _ := s.Roster.ByID("fd01")
	turn := &turn{Bench: s.Bench, p: p, now: s.now()}
	for text, want := range map[string]casework.Grant{
		"赠礼 200":         {Form: "gift", Amount: 20000},
		"升级房型680元，没有同型房": {Form: "upgrade", Amount: 68000, Why: "没有同型房"},
		"减免 1,200.5 已口头请示刘峰同意了，投诉处理":   {Form: "room_off", Amount: 120050, Spoken: "mgr01", Why: "投诉处理"},
		"抹零 8 口头：陈静 告诉他：零头给您免了。谢谢！":    {Form: "round", Amount: 800, Spoken: "lead01", Words: "零头给您免了。谢谢！"},
		"赠礼 88 客人说口头承诺过果盘没送 ，告诉客人:送到了": {Form: "gift", Amount: 8800, Why: "客人说口头承诺过果盘没送", Words: "送到了"},
	} {
		got, err := turn.readGrant(text)
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%s: %v %s", text, err, d)
		}
	}
}

// Whatever is typed behind 补偿, it is an answer to read or a grant that can be made.
func TestAnyCompensationIsReadOrRefused(t *testing.T) {
	s := newStage(t)
	p, _ := s.Roster.ByID("fd01")
	turn := &turn{Bench: s.Bench, p: p, now: s.now()}
	part := rapid.SampledFrom([]string{"赠礼", "升级房型", "抹零", " ", "，", "200", "1,000.55", "元", "口头", "刘峰", "告诉客人：", "给您送果盘", "9999999999999", ".", "-5"})
	rapid.Check(t, func(r *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.OneOf(part, rapid.String()), 0, 8).Draw(r, "parts"), "")
		g, err := turn.readGrant(plain(text))
		if err != nil && !refused(err) {
			r.Fatal(err)
		}
		if err == nil && (g.Amount <= 0 || g.Form == "") {
			r.Fatalf("%q is %+v", text, g)
		}
	})
}
