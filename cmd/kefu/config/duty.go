package config

import (
	"regexp"
	"strings"
)

const (
	dayForm   = `(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)`
	clockForm = `(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)`
)

// One or more "Mon-Fri 08:00-22:00", "Sat,Sun 09:00-18:00" with "; " between
// them. A span that ends before it begins goes past midnight.
var dutyForm = regexp.MustCompile(`^` + dayForm + `(?:[-,]` + dayForm + `)* ` + clockForm + `-` + clockForm + `$`)

func (c *Config) checkHours(r *reader) {
	r.checkDuty("hours.open", c.Hours.Open)
	r.checkDuty("hours.work", c.Hours.Work)
}

// checkDuty refuses what is not a list of spans; nothing means always.
func (r *reader) checkDuty(key, text string) {
	if text == "" {
		return
	}
	for span := range strings.SplitSeq(text, ";") {
		if !dutyForm.MatchString(strings.TrimSpace(span)) {
			r.fail(key, "看不懂“"+strings.TrimSpace(span)+"”这段时间",
				`写“星期 时:分-时:分”，例如 "Mon-Sun 08:00-22:00"，几段用 ; 隔开`)
			return
		}
	}
}
