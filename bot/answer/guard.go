package answer

import (
	"regexp"
	"strings"

	"kefu/bot/wording"
)

// guard decides about sentences. It knows nothing of the model.
type guard struct {
	names        []string
	allowed      func(string) wording.Verdict
	instructions string // no piece of which goes out
	strict       bool   // money or policy: all conditions must be said
}

// speakable says whether a sentence may be said at all, whatever it rests on.
func (g guard) speakable(s string) bool {
	return !strings.ContainsAny(s, "[]【】［］〔〕") && speakable(withoutLinks(s), g.instructions) && g.allowed(s).OK()
}

// withoutLinks takes out what the guard judges as links: they look encoded.
func withoutLinks(s string) string {
	return linkForm.ReplaceAllStringFunc(s, func(m string) string {
		if strings.HasPrefix(m, "weixin:") || strings.HasPrefix(m, "javascript:") || strings.HasPrefix(m, "data:") {
			return m
		}
		return " "
	})
}

// borne says whether the sources together bear a sentence: each of its clauses is
// borne by one of them, and what is about money by an official one.
func (g guard) borne(text string, from []*source) bool {
	all := readPiece(text)
	if bareNumbers(all) {
		return false
	}
	n := 0
	for _, c := range clauses(text) {
		p := readPiece(c)
		if idle(p) {
			continue
		}
		n++
		ok := false
		for _, s := range from {
			if (s.official || !ofMoney(p)) && g.namesIn(c, s) && s.bears(p, all, g.strict) {
				ok = true
				break
			}
		}
		if !ok {
			return false
		}
	}
	return n > 0
}

// bareNumbers says that a text is numbers without anything they count.
func bareNumbers(p piece) bool {
	for c := range p.claims {
		if c.kind != "" {
			return false
		}
	}
	return len(p.claims) > 0 && len(p.marks.classes) == 0 && strings.TrimSpace(string(p.marks.rest)) == ""
}

// idle says that a clause says nothing: 您好.
func idle(p piece) bool {
	return len(p.claims) == 0 && len(p.marks.classes) == 0 && strings.TrimSpace(string(p.marks.rest)) == ""
}

// ofMoney says whether a clause is about money, a gift or a promise.
func ofMoney(p piece) bool {
	if p.marks.has(promise, benefit) {
		return true
	}
	for c := range p.claims {
		if c.kind == "元" || c.kind == "美元" || c.kind == "折" || c.kind == "%" || c.kind == "角" {
			return true
		}
	}
	return false
}

// surnames begin a person's name before a title.
const surnames = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文欧诸司"

var titled = regexp.MustCompile(`[` + surnames + `]\p{Han}{0,2}(?:总经理|经理|主管|师傅|先生|女士|小姐|太太|总监|老板|医生|老师|阿姨|大哥)|[小老阿][` + surnames + `]`)

// namesIn says whether each name in a clause is also in the source.
func (g guard) namesIn(clause string, s *source) bool {
	t := string(normal(clause))
	for _, n := range g.names {
		if strings.Contains(t, n) && !s.names(n) {
			return false
		}
	}
	for _, n := range titled.FindAllString(t, 8) {
		if !s.names(n) {
			return false
		}
	}
	return true
}
