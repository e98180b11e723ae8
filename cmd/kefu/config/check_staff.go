package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"kefu/bot/hours"
	"kefu/bot/spelling"
	"kefu/bot/staff"
)

// roles are what somebody may be.
var roles = []string{staff.Agent, staff.Lead, staff.Manager, staff.Leader, staff.Butler}

// checkStaff makes bot/staff's own checks, each at its place in the file; what
// only bot/staff sees comes at the end.
func (c *Config) checkStaff(r *reader) {
	before := len(r.problems)
	ids, wecomIDs := map[string]bool{}, map[string]bool{}
	for i, s := range c.Staff {
		at := fmt.Sprintf("staff[%d]", i)
		if r.need(at+".id", s.ID, "起个短名，例如 fd01") {
			if !personID.MatchString(s.ID) {
				r.fail(at+".id", "只能用字母、数字和 _ - . @，不超过 64 个", "例如 fd01")
			}
			if ids[s.ID] {
				r.fail(at+".id", "两个人都是 "+s.ID, "改掉其中一个")
			}
			ids[s.ID] = true
		}
		userid := strings.ToLower(cmp.Or(s.WecomID, s.ID)) // WeCom: userids are not case-sensitive
		if s.WecomID != "" && wecomIDs[userid] {
			r.fail(at+".wecom_id", "两个人写了同一个企业微信账号", "企业微信通讯录里一人一个账号")
		}
		wecomIDs[userid] = true
		r.need(at+".name", s.Name, "写同事之间怎么叫，例如 前台一号")
		if len(s.Roles) == 0 {
			r.fail(at+".roles", "没有写", "写 [agent]；可以写的有 "+strings.Join(roles, "、"))
		}
		for j, role := range s.Roles {
			r.checkRole(fmt.Sprintf("%s.roles[%d]", at, j), role)
		}
		r.checkDuty(at+".duty", s.Duty)
	}
	for i, s := range c.Staff {
		at := fmt.Sprintf("staff[%d].lead", i)
		switch {
		case s.Above == "":
		case s.Above == s.ID:
			r.fail(at, "写了自己", "写上一级的 id；没有就删掉这一行")
		case !ids[s.Above]:
			r.fail(at, "没有 "+s.Above+" 这个人", "写 staff 里某个人的 id")
		}
	}
	if len(r.problems) > before {
		return
	}
	if _, err := staff.NewRoster(c.Staff, nil); err != nil {
		for line := range strings.Lines(err.Error()) {
			key, rest, _ := strings.Cut(strings.TrimSpace(line), "：")
			wrong, remedy, _ := strings.Cut(rest, "。")
			r.fail(key, wrong, cmp.Or(remedy, "照 kefu.example.yaml 里 staff 的样子改"))
		}
	}
}

func (r *reader) checkRole(key, role string) {
	if slices.Contains(roles, role) {
		return
	}
	remedy := "可以写的有 " + strings.Join(roles, "、")
	if near := spelling.Nearest(role, roles); near != "" {
		remedy = "是不是想写 " + near
	}
	r.fail(key, "没有 "+role+" 这个角色", remedy)
}

func (c *Config) checkHours(r *reader) {
	r.checkDuty("hours.open", c.Hours.Open)
	r.checkDuty("hours.work", c.Hours.Work)
}

func (c *Config) checkKeep(r *reader) {
	days := func(key string, n int, why string) {
		switch {
		case n < 30:
			r.fail(key, "不能少于 30 天"+why, "写 30 或更多")
		case n > 3650:
			r.fail(key, "太久了", "最多写 3650（十年）")
		}
	}
	days("keep.messages", c.Keep.Messages, "，30 天里微信可能再送一次同一条消息，忘了就会答两遍")
	days("keep.deliveries", c.Keep.Deliveries, "")
	days("keep.conversations", c.Keep.Conversations, "")
}

// checkDuty refuses what bot/hours cannot read; nothing means always.
func (r *reader) checkDuty(key, text string) {
	if text == "" {
		return
	}
	if _, err := hours.Parse(text); err != nil {
		r.fail(key, "看不懂“"+text+"”这段时间",
			`写“星期 时:分-时:分”，例如 "Mon-Sun 08:00-22:00" 或 "Workday 09:00-18:00; Sat 09:00-12:00"，全天写 24h`)
	}
}
