package workbench

import (
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"kefu/bot/desk"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
)

// Phrases that staff call up by name (/赔礼) come, the nearest first, from the
// person's own, the department's, everybody's, and then those of the pack. The
// company's own are files snippets*.yaml in a folder, read again when they change:
//
//	personal: {fd01: {到了: "我到前台了"}}
//	departments: {eng: {配件: "要换配件，{by}装好"}}
//	everyone: {赔礼: "{guest}，对不起"}
type phrases struct {
	dir string
	log *slog.Logger
	mu  sync.Mutex
	at  time.Time
	was string
	own phraseFile
}

type phraseFile struct {
	Personal    map[string]map[string]string `yaml:"personal"`
	Departments map[string]map[string]string `yaml:"departments"`
	Everyone    map[string]string            `yaml:"everyone"`
}

const (
	maxPhraseFile  = 256 << 10
	maxPhraseFiles = 20
)

func newPhrases(dir string, log *slog.Logger) *phrases { return &phrases{dir: dir, log: log} }

// read is the company's own phrases; the folder is looked at once a second at most.
func (p *phrases) read() phraseFile {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dir == "" || time.Since(p.at) < time.Second {
		return p.own
	}
	p.at = time.Now()
	files, _ := filepath.Glob(filepath.Join(p.dir, "snippets*.yaml"))
	slices.Sort(files)
	files = files[:min(len(files), maxPhraseFiles)]
	stamp := ""
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			stamp += fmt.Sprint(f, info.ModTime().UnixNano(), info.Size(), ";")
		}
	}
	if stamp == p.was {
		return p.own
	}
	p.was = stamp
	all, err := readPhrases(files)
	if err != nil { // what was good stays
		p.log.Error("phrases not changed", "err", err)
		return p.own
	}
	p.own = all
	return all
}

func readPhrases(files []string) (phraseFile, error) {
	all := phraseFile{Personal: map[string]map[string]string{}, Departments: map[string]map[string]string{}, Everyone: map[string]string{}}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil || info.Size() > maxPhraseFile {
			return all, fmt.Errorf("%s：读不了，或超过 256 KB", filepath.Base(f))
		}
		b, err := os.ReadFile(f)
		if err != nil {
			return all, fmt.Errorf("%s：读不出来", filepath.Base(f))
		}
		var one phraseFile
		if err := yaml.UnmarshalWithOptions(b, &one, yaml.Strict()); err != nil {
			return all, fmt.Errorf("%s：%w", filepath.Base(f), err)
		}
		for who, m := range one.Personal {
			merge(all.Personal, who, m)
		}
		for dept, m := range one.Departments {
			merge(all.Departments, dept, m)
		}
		for name, text := range one.Everyone {
			all.Everyone[name] = text
		}
	}
	return all, nil
}

func merge(into map[string]map[string]string, key string, m map[string]string) {
	if into[key] == nil {
		into[key] = map[string]string{}
	}
	for name, text := range m {
		into[key][name] = text
	}
}

// For are the phrases of one person by name, as templates.
func (b *Bench) phrasesFor(p staff.Person) map[string]string {
	own := b.phrases.read()
	all := map[string]string{}
	for _, ph := range b.Pack().Phrases {
		if ph.Team == "" || ph.Team == p.Team || ph.Team == p.Dept {
			all[ph.Name] = ph.Text
		}
	}
	for _, m := range []map[string]string{own.Everyone, own.Departments[p.Dept], own.Departments[p.Team], own.Personal[p.ID]} {
		for name, text := range m {
			all[name] = text
		}
	}
	return all
}

// maxWords is the most that is sent to a customer at once, in bytes: one message.
// WeChat: 2048 bytes, the speaker's name included.
const maxWords = 1900

var called = regexp.MustCompile(`/(\p{Han}{1,10})`)

// expand puts phrases where /名字 stands in words for a customer. The longest name
// that fits is meant; a name that is none is an error for staff to read.
func (t *turn) expand(text string, on *ticket.Ticket) (string, error) {
	if len(text) > maxWords {
		return "", refusal(t.line(prompts.StaffTooLong, nil))
	}
	if !strings.Contains(text, "/") {
		return text, nil
	}
	all := t.phrasesFor(t.p)
	vars := t.phraseVars(on)
	unknown := ""
	out := called.ReplaceAllStringFunc(text, func(s string) string {
		r := []rune(s[1:])
		for n := len(r); n > 0; n-- {
			tmpl, ok := all[string(r[:n])]
			if !ok {
				continue
			}
			return fill(tmpl, vars) + string(r[n:])
		}
		unknown = string(r)
		return s
	})
	if unknown != "" && strings.HasPrefix(strings.TrimSpace(text), "/") {
		return "", refusal(t.line(prompts.StaffNoPhrase, prompts.Vars{"name": unknown, "names": phraseNames(all)}))
	}
	return out, nil
}

// phraseNames are the first twenty names, in order.
func phraseNames(all map[string]string) string {
	names := slices.Sorted(maps.Keys(all))
	return strings.Join(names[:min(len(names), 20)], "、")
}

func (t *turn) listPhrases() string {
	return t.line(prompts.StaffPhrases, prompts.Vars{"names": phraseNames(t.phrasesFor(t.p))})
}

// phraseVars are the values that a phrase may use: those the pack allows, and the
// case's number.
func (t *turn) phraseVars(on *ticket.Ticket) prompts.Vars {
	all := t.Cases.Vars(on)
	v := prompts.Vars{"no": on.No, "guest": on.Guest.Name, "who": t.p.ShownAs}
	for _, name := range desk.PhraseVars {
		if _, ok := v[name]; !ok {
			v[name] = all[name]
		}
	}
	return v
}
