package sheet

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"kefu/bot/knowledge"
	"kefu/store"
)

// entry is an article in the making.
type entry struct{ knowledge.Article }

// column is one heading: its names, the first of which is written; set fills it in
// and says what is wrong; get writes it.
type column struct {
	names []string
	set   func(e *entry, cell string) (wrong string)
	get   func(a *knowledge.Article) string
}

// china is where dates in files begin.
var china = time.FixedZone("CST", 8*3600)

var columns = []*column{
	{strings.Fields("编号 id ID"), setID, func(a *knowledge.Article) string { return a.ID }},
	{strings.Fields("问题 标准问题 标准问 问 question"), func(e *entry, s string) string { e.Question = s; return "" }, func(a *knowledge.Article) string { return a.Question }},
	{strings.Fields("也可以问 其他问法 相似问 相似问题 问法 asks similar"), setAsks, func(a *knowledge.Article) string { return strings.Join(a.Asks, "\n") }},
	{strings.Fields("答案 回答 答 答复 answer"), func(e *entry, s string) string { e.Answer = s; return "" }, func(a *knowledge.Article) string { return a.Answer }},
	{strings.Fields("短名 标题 title"), func(e *entry, s string) string { e.Title = s; return "" }, func(a *knowledge.Article) string { return a.Title }},
	{strings.Fields("类别 分类 category"), func(e *entry, s string) string { e.Category = s; return "" }, func(a *knowledge.Article) string { return a.Category }},
	{strings.Fields("官方 官方解释 official"), setOfficial, func(a *knowledge.Article) string { return map[bool]string{true: "是"}[a.Official] }},
	{strings.Fields("从 开始 生效 生效日期 from"), func(e *entry, s string) (wrong string) { e.From, wrong = day(s, 0); return }, func(a *knowledge.Article) string { return written(a.From, 0) }},
	{strings.Fields("到 截止 结束 失效日期 until"), func(e *entry, s string) (wrong string) { e.Until, wrong = day(s, 24*time.Hour); return }, func(a *knowledge.Article) string { return written(a.Until, -24*time.Hour) }},
	{strings.Fields("对象 谁能看 audience"), setAudience, func(a *knowledge.Article) string { return audiences[a.Audience] }},
	{strings.Fields("链接 link url"), setLink, func(a *knowledge.Article) string { return a.Link }},
	{strings.Fields("图片 picture"), func(e *entry, s string) string { e.Picture = s; return "" }, func(a *knowledge.Article) string { return a.Picture }},
	{strings.Fields("结束语 closing"), func(e *entry, s string) string { e.Closing = s; return "" }, func(a *knowledge.Article) string { return a.Closing }},
	// What the program itself knows is written, and passed over when read.
	{strings.Fields("版本 version"), func(*entry, string) string { return "" }, func(a *knowledge.Article) string { return fmt.Sprint(a.Version) }},
	{strings.Fields("批准人 approved_by"), func(*entry, string) string { return "" }, func(a *knowledge.Article) string { return a.ApprovedBy }},
}

func columnNamed(name string) *column {
	name = strings.ToLower(strings.TrimSpace(name))
	for _, c := range columns {
		for _, n := range c.names {
			if strings.EqualFold(n, name) {
				return c
			}
		}
	}
	return nil
}

func headingNames() string {
	var all []string
	for _, c := range columns[:13] {
		all = append(all, c.names[0])
	}
	return strings.Join(all, "、")
}

func setID(e *entry, s string) string {
	if len(s) > 32 || strings.ContainsAny(s, ": /\\\n\t") {
		return "编号要 1–32 个字母或数字，中间不要空格、冒号和斜线；空着就由程序起"
	}
	e.ID = s
	return ""
}

func setAsks(e *entry, s string) string {
	for _, one := range strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '|' || r == '；' || r == '\r' }) {
		if one = strings.TrimSpace(one); one != "" {
			e.Asks = append(e.Asks, one)
		}
	}
	return ""
}

func setOfficial(e *entry, s string) string {
	switch strings.ToLower(s) {
	case "是", "官方", "y", "yes", "true", "1", "√", "✓":
		e.Official = true
	case "否", "不是", "n", "no", "false", "0", "×":
	default:
		return "写“是”或“否”，不是 " + clip(s)
	}
	return ""
}

var audiences = map[knowledge.Audience]string{"": "", knowledge.Everyone: "所有人", knowledge.VIP: "贵宾", knowledge.Staff: "员工"}

func setAudience(e *entry, s string) string {
	switch strings.ToLower(s) {
	case "所有人", "全部", "客人", "all":
		e.Audience = knowledge.Everyone
	case "贵宾", "会员", "vip":
		e.Audience = knowledge.VIP
	case "员工", "内部", "staff":
		e.Audience = knowledge.Staff
	default:
		return "写“所有人”“贵宾”或“员工”，不是 " + clip(s)
	}
	return ""
}

func setLink(e *entry, s string) string {
	if u, err := url.Parse(s); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return "链接要以 https:// 开头，写完整"
	}
	e.Link = s
	return ""
}

var dayLayouts = []string{time.DateOnly, "2006/1/2", "2006-1-2", "2006年1月2日", "2006.1.2", time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05"}

func day(s string, plus time.Duration) (store.Time, string) {
	for _, l := range dayLayouts {
		if t, err := time.ParseInLocation(l, s, china); err == nil {
			y, m, d := t.Date()
			return store.At(time.Date(y, m, d, 0, 0, 0, 0, china).Add(plus)), ""
		}
	}
	return store.Time{}, "日期写成 2026-11-24，不是 " + clip(s)
}

func written(t store.Time, plus time.Duration) string {
	if t.IsZero() {
		return ""
	}
	return t.Time().Add(plus).In(china).Format(time.DateOnly)
}
