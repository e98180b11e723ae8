package sim

import (
	"encoding/json"
)

type menuButton struct {
	Type string       `json:"type"`
	Name string       `json:"name"`
	Key  string       `json:"key"`
	URL  string       `json:"url"`
	Sub  []menuButton `json:"sub_button"`
}

// oaMenuCreate replaces the bottom menu. WeChat: at most 3 × 5 entries; names of
// 16 and 60 bytes, keys of 128, URLs of 1,024.
func (s *Sim) oaMenuCreate(r *request) answer {
	var in struct {
		Button []menuButton `json:"button"`
	}
	if badText(r.body) {
		return fault(40033)
	}
	if !r.decode(&in) {
		return fault(47001)
	}
	if len(in.Button) == 0 || len(in.Button) > 3 {
		return fault(40016)
	}
	for _, b := range in.Button {
		if code := b.check(false); code != 0 {
			return fault(code)
		}
	}
	s.st.Accounts[r.account.ID].Menu = append(json.RawMessage(nil), r.body...)
	s.touch()
	return answer{}
}

func (b menuButton) check(sub bool) int {
	switch {
	case b.Name == "" || !sub && len(b.Name) > 16:
		return 40018
	case sub && len(b.Name) > 60:
		return 40025
	case len(b.Key) > 128:
		return 40019
	case len(b.URL) > 1024:
		return 40020
	}
	if len(b.Sub) > 0 {
		if sub || len(b.Sub) > 5 {
			return 40023
		}
		for _, c := range b.Sub {
			if code := c.check(true); code != 0 {
				return code
			}
		}
		return 0
	}
	switch b.Type {
	case "click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select":
		if b.Key == "" {
			return 40019
		}
	case "view", "miniprogram":
		if b.URL == "" {
			return 40020
		}
	default:
		return 40017
	}
	return 0
}

func (s *Sim) oaMenuGet(r *request) answer {
	menu := s.st.Accounts[r.account.ID].Menu
	if menu == nil {
		return fault(46003)
	}
	return answer{fields: map[string]any{"menu": menu}, bare: true}
}

func (s *Sim) oaSelfMenu(r *request) answer {
	menu := s.st.Accounts[r.account.ID].Menu
	if menu == nil {
		return answer{fields: map[string]any{"is_menu_open": 0}, bare: true}
	}
	return answer{fields: map[string]any{"is_menu_open": 1, "selfmenu_info": menu}, bare: true}
}

// Menu is the account's bottom menu as it was pushed, null before.
func (s *Sim) Menu(account string) json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	if as := s.st.Accounts[account]; as != nil {
		return as.Menu
	}
	return nil
}

// findButton finds an entry by key, name or URL.
func findButton(menu json.RawMessage, want string) (menuButton, bool) {
	var in struct {
		Button []menuButton `json:"button"`
	}
	if json.Unmarshal(menu, &in) != nil {
		return menuButton{}, false
	}
	for _, b := range in.Button {
		for _, c := range append([]menuButton{b}, b.Sub...) {
			if len(c.Sub) == 0 && want != "" && (c.Key == want || c.Name == want || c.URL == want) {
				return c, true
			}
		}
	}
	return menuButton{}, false
}
