package sim

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// responseCode lets a card be changed, once.
type responseCode struct {
	Task string    `json:"task"`
	At   time.Time `json:"at"`
	Used bool      `json:"used"`
}

const responseLife = 72 * time.Hour // WeCom: one use, 72 hours

// responseCode issues one. The lock is held.
func (s *Sim) responseCode(taskID string) string {
	code := secret(24)
	s.st.Corp.Codes.put(code, responseCode{Task: taskID, At: s.now()}, maxBook)
	return code
}

// useCode spends one. The lock is held.
func (s *Sim) useCode(code string) {
	if c, ok := s.st.Corp.Codes.get(code); ok {
		c.Used = true
		s.st.Corp.Codes.put(code, c, maxBook)
	}
}

// wecomUpdate is message/update_template_card. The number for a used or expired
// code is not published; 42014 stands for it here, since 42014 to 42020 are the
// faults of an update.
func (s *Sim) wecomUpdate(r *request) answer {
	var in struct {
		Users   []string    `json:"userids"`
		Parties []int64     `json:"partyids"`
		All     int         `json:"atall"`
		AgentID json.Number `json:"agentid"`
		Code    string      `json:"response_code"`
		Button  *struct {
			Name string `json:"replace_name"`
		} `json:"button"`
		Card *cardBody `json:"template_card"`
	}
	if !r.decode(&in) || (in.Button == nil) == (in.Card == nil) {
		return fault(40058)
	}
	if n, err := in.AgentID.Int64(); err != nil || n != s.corp.AgentID {
		return fault(42015)
	}
	code, ok := s.st.Corp.Codes.get(in.Code)
	if !ok || code.Used || s.now().Sub(code.At) >= responseLife {
		return answer{code: 42014, msg: "response_code is unknown, used or expired"}
	}
	t, ok := s.st.Corp.Tasks.get(code.Task)
	if !ok {
		return fault(42016)
	}
	if c, why := s.checkUpdate(code.Task, in.Card); c != 0 {
		return answer{code: c, msg: why}
	}
	if in.Button != nil && (in.Button.Name == "" || !strings.HasSuffix(t.Type, "_interaction")) {
		return fault(42020)
	}
	users, invalid := in.Users, []string{}
	if in.All == 1 {
		users = t.Users
	}
	if len(users) == 0 || len(users) > 1000 {
		return fault(40058)
	}
	s.useCode(in.Code)
	for _, u := range users {
		if !slices.Contains(t.Users, u) {
			invalid = append(invalid, u)
			continue
		}
		if c := s.card(u, code.Task); c != nil {
			if in.Button != nil {
				c.grey(in.Button.Name)
			} else {
				c.become(in.Card)
			}
		}
	}
	s.adopt(code.Task, t, in.Card)
	s.touch()
	return answer{fields: map[string]any{"invaliduser": invalid}}
}

// checkUpdate checks a card's new look. Its task_id is the old one, none, or one
// never used.
func (s *Sim) checkUpdate(old string, c *cardBody) (int, string) {
	if c == nil {
		return 0, ""
	}
	if code, why := c.check(false); code != 0 {
		return code, why
	}
	if c.TaskID != "" && c.TaskID != old {
		if _, used := s.st.Corp.Tasks.get(c.TaskID); used {
			return 42014, "task_id has been used"
		}
	}
	return 0, ""
}

// adopt registers the new task_id of a changed card.
func (s *Sim) adopt(old string, t task, c *cardBody) {
	if c == nil {
		return
	}
	t.Type = c.Type
	id := c.TaskID
	if id == "" {
		id = old
	}
	s.st.Corp.Tasks.put(id, t, maxBook)
}
