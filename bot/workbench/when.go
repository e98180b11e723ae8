package workbench

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var clock = regexp.MustCompile(`^(今天|明天|后天)?\s*(上午|早上|中午|下午|晚上)?\s*(\d{1,2})\s*(?:[:：点]\s*(半|\d{1,2})?分?)\s*(前|以前|之前)?`)

// when reads the instant a text begins with (16:30, 明天 9 点, 下午 4 点半) in the
// zone of now, and what follows it. The zero time when there is none.
func when(text string, now time.Time) (at time.Time, rest string) {
	text = strings.TrimSpace(text)
	m := clock.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, text
	}
	hour, _ := strconv.Atoi(m[3])
	minute := 30
	if m[4] != "半" {
		minute, _ = strconv.Atoi(m[4])
	}
	if hour < 12 && (m[2] == "下午" || m[2] == "晚上") || hour < 3 && m[2] == "中午" {
		hour += 12
	}
	if hour > 24 || minute > 59 {
		return time.Time{}, text
	}
	y, month, d := now.Date()
	day := map[string]int{"明天": 1, "后天": 2}[m[1]]
	return time.Date(y, month, d+day, hour, minute, 0, 0, now.Location()), trim(text[len(m[0]):])
}
