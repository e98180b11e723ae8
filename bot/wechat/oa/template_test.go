package oa

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestFieldValue(t *testing.T) {
	now := time.Date(2026, 11, 24, 7, 30, 0, 0, time.UTC)
	for _, c := range []struct{ kind, in, want string }{
		{"thing", "1208 空调投诉", "1208 空调投诉"},
		{"thing", "a\nb\tc\x00", "a b c"},
		{"thing", "洗衣机 XQG100-B1286 修了两次还在漏水", "洗衣机 XQG100-B1286…"},
		{"thing", "房间的空调不制冷，打了两次前台都没有人来看", "房间的空调不制冷，打了两次前台都没有人…"},
		{"thing", "房间的空调不制冷打了两次前台没人，也没有人来看", "房间的空调不制冷打了两次前台没人…"},
		{"thing", strings.Repeat("A", 30), strings.Repeat("A", 19) + "…"},
		{"thing", "", "无"},
		{"phrase", "已有结果", "已有结果"},
		{"phrase", "处理中，请稍候", "处理中请稍"},
		{"phrase", "OK", "无"},
		{"character_string", "编号 TS-261124-4827", "TS-261124-4827"},
		{"character_string", "编号", "-"},
		{"number", "1,208 分", "1208"},
		{"amount", "¥12.50", "¥12.50"},
		{"amount", "200", "200元"},
		{"amount", "", "0元"},
		{"phone_number", "138 0013 8000 转", "13800138000"},
		{"name", "", "客人"},
		{"name", "阿卜杜拉欧麦尔艾哈迈德汗", "阿卜杜拉欧麦尔艾哈迈"},
		{"time", "2026年11月24日 15:30", "2026年11月24日 15:30"},
		{"time", "", "2026年11月24日 15:30"},
		{"keyword", "", "无"},
	} {
		if got := fieldValue(c.kind, c.in, now); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.kind, c.in, got, c.want)
		}
	}
}

// Never empty, never a line end, never too long.
func TestFieldValueFits(t *testing.T) {
	limit := map[string]int{"thing": 20, "phrase": 5, "character_string": 32, "letter": 32, "number": 32, "symbol": 5, "phone_number": 17, "car_number": 8, "name": 20, "amount": 11}
	kinds := make([]string, 0, len(limit))
	for k := range limit {
		kinds = append(kinds, k)
	}
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		got := fieldValue(kind, rapid.String().Draw(t, "in"), time.Now())
		if got == "" || utf8.RuneCountInString(got) > limit[kind] || strings.ContainsFunc(got, unicode.IsControl) {
			t.Fatalf("%s: %q", kind, got)
		}
	})
}
