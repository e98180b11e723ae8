package prompts

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
)

// Menu is the menu at the foot of an Official Account: up to three heads.
type Menu []MenuItem

// MenuItem is a head (with Items) or something to press: Key comes back as a
// click, URL opens a page.
type MenuItem struct {
	Name  string     `yaml:"name"`
	Key   string     `yaml:"key"`
	URL   string     `yaml:"url"`
	Items []MenuItem `yaml:"items"`
}

// ReadMenu reads the menu from file, or the pack's own when file is "". All
// faults come back joined; those of YAML name line and column.
func ReadMenu(pack, file string) (Menu, error) {
	var b []byte
	var err error
	if file != "" {
		text, err := bounded(file)
		if err != nil {
			return nil, fmt.Errorf("prompts: 菜单 %s: %w", file, err)
		}
		b = []byte(text)
	} else if b, err = embedded.ReadFile(pack + "/menu.yaml"); err != nil {
		return nil, fmt.Errorf("prompts: 行业包 %.40q 没有菜单", pack)
	}
	var m Menu
	if err := yaml.UnmarshalWithOptions(b, &m, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("prompts: 菜单写得不对: %w", err)
	}
	return m, m.check()
}

// check holds WeChat's limits: 3 heads of 4 characters, 5 items of 8, keys of 128
// bytes, addresses of 1,024.
func (m Menu) check() error {
	var errs []error
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf("prompts: 菜单"+format, a...)) }
	if len(m) == 0 || len(m) > 3 {
		bad("一级有 %d 个，要 1 到 3 个", len(m))
	}
	for _, top := range m {
		if n := utf8.RuneCountInString(top.Name); n == 0 || n > 4 {
			bad("一级“%s”要 1 到 4 个字", top.Name)
		}
		if len(top.Items) > 5 {
			bad("“%s”下有 %d 个，最多 5 个", top.Name, len(top.Items))
		}
		items := top.Items
		if len(items) == 0 {
			items = []MenuItem{top}
		}
		for _, it := range items {
			if n := utf8.RuneCountInString(it.Name); n == 0 || n > 8 {
				bad("“%s”要 1 到 8 个字", it.Name)
			}
			if (it.Key == "") == (it.URL == "") || len(it.Key) > 128 || len(it.URL) > 1024 {
				bad("“%s”要有 key（最多 128 字节）或 url，只要一个", it.Name)
			}
			if it.URL != "" && !strings.HasPrefix(it.URL, "http") {
				bad("“%s”的 url 要以 http 开头", it.Name)
			}
			if len(it.Items) > 0 && len(top.Items) > 0 {
				bad("“%s”下不能再分级", it.Name)
			}
		}
	}
	return errors.Join(errs...)
}

type wireButton struct {
	Type string       `json:"type,omitempty"`
	Name string       `json:"name"`
	Key  string       `json:"key,omitempty"`
	URL  string       `json:"url,omitempty"`
	Sub  []wireButton `json:"sub_button,omitempty"`
}

func (it MenuItem) wire() wireButton {
	b := wireButton{Name: it.Name, Key: it.Key, URL: it.URL}
	switch {
	case len(it.Items) > 0:
		b.Key, b.URL = "", ""
		for _, s := range it.Items {
			b.Sub = append(b.Sub, s.wire())
		}
	case it.URL != "":
		b.Type = "view"
	default:
		b.Type = "click"
	}
	return b
}

// MarshalJSON is the body of WeChat's menu/create: {"button":[…]}.
func (m Menu) MarshalJSON() ([]byte, error) {
	all := make([]wireButton, len(m))
	for i, it := range m {
		all[i] = it.wire()
	}
	return json.Marshal(map[string]any{"button": all})
}
