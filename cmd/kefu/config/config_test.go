package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kefu/bot/staff"
)

const aes = "0123456789012345678901234567890123456789abc"

func environment(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

var full = `
listen: 0.0.0.0:80
admin: 127.0.0.1:9191
public_url: https://kefu.example.com/
data: ./d
store: {mongo: mongodb://u:p@localhost:27017/kefu}
redis: {url: redis://localhost:6379/0}
pack: ./packs/ours
prompts: words
brand: {name: 栖云, bot: 小云, hotline: 8800}
hours: {open: "Mon-Sun 08:00-24:00", work: "Mon-Fri 09:00-18:00; Sat 09:00-12:00", holidays: holidays.yaml}
accounts:
  - {id: hotel, app_id: wx0123456789abcdef, app_secret: "${OA_SECRET}", token: 007, aes_key: ` + aes + `, aes_key_previous: ` + aes[1:] + `d,
     mode: compat, menu: menu.yaml, privacy_url: https://example.com/p, msg_menu: false,
     templates: {ticket_update: {id: T1, fields: {character_string1: "{no}", thing2: "{title}"}}}}
  - {id: test, app_id: wxtest, app_secret: s, token: abc, mode: plain, api: http://127.0.0.1:7000/oa/}
wecom: {corp_id: ww0123456789abcdef, agent_id: 1000002, secret: s, token: abc, aes_key: ` + aes + `, robots: {staff: KEY, escalation: KEY2}}
llm: {base_url: http://127.0.0.1:1/v1, api_key: "${LLM_KEY:-none}", model: m, timeout: 3s, max_at_once: 4, budget: 20, price_in: 0.5, price_out: 8, mask: true}
staff:
  - {id: fd01, name: 前台一号, shown_as: 小陈, roles: [agent], team: front, dept: 前厅, duty: "Mon-Sun 22:00-08:00", phone: 13800000000, no_card: true, lead: lead01}
  - {id: lead01, wecom_id: Lead, name: 组长, roles: [lead, agent]}
`

func TestLoadReadsEverything(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "kefu.yaml")
	if err := os.WriteFile(path, []byte(full), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Load(path, environment("OA_SECRET", "s3cret: {x}"))
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		File: path, Listen: "0.0.0.0:80", Admin: "127.0.0.1:9191", PublicURL: "https://kefu.example.com",
		Data: filepath.Join(dir, "d"), Store: Store{Mongo: "mongodb://u:p@localhost:27017/kefu"}, Redis: Redis{URL: "redis://localhost:6379/0"},
		Pack: filepath.Join(dir, "packs/ours"), Prompts: filepath.Join(dir, "words"), Brand: Brand{"栖云", "小云", "8800"},
		Hours: Hours{"Mon-Sun 08:00-24:00", "Mon-Fri 09:00-18:00; Sat 09:00-12:00", filepath.Join(dir, "holidays.yaml")},
		Keep:  Keep{30, 180, 180},
		Accounts: []Account{
			{
				ID: "hotel", AppID: "wx0123456789abcdef", AppSecret: "s3cret: {x}", Token: "007", AESKey: aes, AESKeyPrevious: Secret(aes[1:] + "d"),
				Mode: Compat, API: OAAPI, Menu: filepath.Join(dir, "menu.yaml"), PrivacyURL: "https://example.com/p",
				Templates: map[string]Template{"ticket_update": {"T1", map[string]string{"character_string1": "{no}", "thing2": "{title}"}}},
			},
			{ID: "test", AppID: "wxtest", AppSecret: "s", Token: "abc", Mode: Plain, API: "http://127.0.0.1:7000/oa", MsgMenu: true},
		},
		Wecom: Wecom{"ww0123456789abcdef", 1000002, "s", "abc", aes, WecomAPI, map[string]Secret{"staff": "KEY", "escalation": "KEY2"}},
		LLM:   LLM{"http://127.0.0.1:1/v1", "none", "m", 3 * time.Second, 4, 20, 0.5, 8, new(true)},
		Staff: []staff.Person{
			{
				ID: "fd01", Name: "前台一号", ShownAs: "小陈", Roles: []string{"agent"}, Team: "front", Dept: "前厅",
				Duty: "Mon-Sun 22:00-08:00", Phone: "13800000000", NoCard: true, Above: "lead01",
			},
			{ID: "lead01", WecomID: "Lead", Name: "组长", Roles: []string{"lead", "agent"}},
		},
	}
	// Secrets are compared by what they are, not by how they print.
	opt := cmp.Transformer("reveal", func(s Secret) []byte { return []byte(s) })
	if d := cmp.Diff(want, got, opt, cmpopts.IgnoreUnexported(staff.Person{})); d != "" {
		t.Error(d)
	}
}

func TestEmptyFileIsTheDefault(t *testing.T) {
	for _, text := range []string{"", "\n", "# nothing\n", "---\n", "wecom:\nstaff:\naccounts:\nllm:\nhours:\nadmin:\n"} {
		got, err := Parse("kefu.yaml", []byte(text), environment())
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		want := Default()
		want.File = "kefu.yaml"
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
}

func TestSampleIsTheExampleAndPasses(t *testing.T) {
	root, err := os.ReadFile("../../../kefu.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(Sample(), string(root)); d != "" {
		t.Errorf("kefu.example.yaml is not Sample(): copy cmd/kefu/config/sample.yaml over it\n%s", d)
	}
	env := environment("OA_SECRET", "s", "OA_TOKEN", "abc", "OA_AES_KEY", aes, "OA_TEMPLATE", "T1", "WECOM_SECRET", "s",
		"WECOM_TOKEN", "abc", "WECOM_AES_KEY", aes, "ROBOT_STAFF", "k", "ROBOT_ESCALATION", "k")
	c, err := Parse("kefu.yaml", []byte(Sample()), env)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Accounts) != 1 || len(c.Staff) != 3 || !c.Accounts[0].MsgMenu || len(c.Notes) != 0 {
		t.Errorf("the sample reads as %+v", c)
	}
	// With nothing in the environment every missing variable is named, at once.
	_, err = Parse("kefu.yaml", []byte(Sample()), environment())
	if n := strings.Count(fmt.Sprint(err), "没有环境变量"); n != 9 {
		t.Errorf("%d variables named, want 9:\n%v", n, err)
	}
	if strings.Count(err.Error(), "\n") != 8 {
		t.Errorf("a missing variable is told twice:\n%v", err)
	}
}

// Every key that the struct knows is explained in the sample, so that it cannot
// fall behind.
func TestSampleNamesEveryKey(t *testing.T) {
	walk := func(f fields) {
		for _, name := range f.names {
			if !strings.Contains(Sample(), name) {
				t.Errorf("kefu.example.yaml does not speak of %s", name)
			}
		}
	}
	for _, v := range []any{&Config{}, &Store{}, &Redis{}, &Brand{}, &Hours{}, &Account{}, &Template{}, &Wecom{}, &LLM{}, &staff.Person{}} {
		walk(fieldsOf(elem(v)))
	}
}

func TestSecretIsNeverShown(t *testing.T) {
	c := Default()
	c.Accounts = []Account{{AppSecret: "hunter2", Token: "hunter2", AESKey: "hunter2"}}
	c.Store.Mongo, c.Redis.URL, c.LLM.APIKey = "hunter2", "hunter2", "hunter2"
	c.Wecom = Wecom{Secret: "hunter2", Robots: map[string]Secret{"staff": "hunter2"}}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("config", "config", c, "secret", c.LLM.APIKey)
	slog.New(slog.NewTextHandler(&log, nil)).Info("config", "config", c, "secret", c.LLM.APIKey)
	encoded, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	all := fmt.Sprintf("%v %+v %#v %v %s %q %x", c, *c, *c, c.Accounts, c.LLM.APIKey, c.LLM.APIKey, c.LLM.APIKey) + log.String() + string(encoded)
	if strings.Contains(all, "hunter2") || strings.Contains(all, "68756e74657232") {
		t.Error(all)
	}
	if s := Secret(""); s.String() != "" {
		t.Errorf("an empty secret shows as %q", s.String())
	}
	if !strings.Contains(all, hidden) {
		t.Error("a secret that is there does not show that it is")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(full)
	f.Add(sample)
	f.Add("a: &x [*x]")
	f.Add("staff: [[[{]")
	f.Add("listen: ${")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse("kefu.yaml", []byte(text), environment())
		if (c == nil) == (err == nil) {
			t.Errorf("config %v, error %v", c, err)
		}
	})
}
