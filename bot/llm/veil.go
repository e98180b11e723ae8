package llm

import (
	"cmp"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// veil replaces what must not leave by placeholders, 〔电话1〕, and puts it back in
// the answer. One veil is for one call: the same value has the same placeholder
// in it. A placeholder that a customer wrote is itself a value to replace, so an
// answer can give back only what stood in the text, where the text had it.
//
// A nil veil changes nothing.
type veil struct {
	people []string
	values map[string]string // placeholder → value
	names  map[string]string // value → placeholder
	count  map[string]int    // of a kind
}

// finder is a pattern for one kind of value.
type finder struct {
	kind string
	re   *regexp.Regexp
	part int // the group that is the value
	ok   func(string) bool
	may  func(hints) bool // cheap: whether it is worth looking
	// everywhere: the value is replaced wherever it stands, also inside of longer
	// words; else only where the pattern fits. "8号" is a house number in one
	// place and a day in another.
	everywhere bool
}

// The kinds. They stand in placeholders, for the model to read.
const (
	kindPhone = "电话"
	kindID    = "证件"
	kindCard  = "银行卡"
	kindPlate = "车牌"
	kindMail  = "邮箱"
	kindOpen  = "账号"
	kindDoor  = "门牌"
	kindName  = "姓名"
	kindText  = "原文"
)

var placeholder = regexp.MustCompile(`〔(?:电话|证件|银行卡|车牌|邮箱|账号|门牌|姓名|原文)[0-9]{1,5}〕`)

const sep = `[ \-–—.·]?`

// patterns find values by form. Digits may be written wide, or parted by blanks
// and dashes; runs of digits that are longer than a value are none.
var patterns = []finder{
	{kind: kindText, may: func(h hints) bool { return h.marks }, re: placeholder, everywhere: true},
	{kind: kindMail, may: func(h hints) bool { return h.at }, re: regexp.MustCompile(`[A-Za-z0-9._%+\-]{1,64}[@＠][A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63})+`), everywhere: true},
	// openid of an account, unionid; external_userid of WeCom.
	{kind: kindOpen, may: func(h hints) bool { return h.word >= 28 }, re: regexp.MustCompile(`(?:^|[^A-Za-z0-9_\-])((?:o[A-Za-z0-9_\-]{27})|(?:w[mo][A-Za-z0-9_\-]{30}))(?:$|[^A-Za-z0-9_\-])`), part: 1, everywhere: true},
	{kind: kindID, may: func(h hints) bool { return h.run >= 17 }, re: regexp.MustCompile(`[0-9０-９]{6}` + sep + `[0-9０-９]{8}` + sep + `[0-9０-９]{3}[0-9０-９xXｘＸ]`), ok: idCard, everywhere: true},
	{kind: kindID, may: func(h hints) bool { return h.run >= 8 }, re: regexp.MustCompile(`(?:^|[^A-Za-z0-9])([EeGgDdSsPpHhMm][0-9]{8})(?:$|[^A-Za-z0-9])`), part: 1, everywhere: true},
	{kind: kindCard, may: func(h hints) bool { return h.run >= 15 }, re: regexp.MustCompile(`[0-9０-９](?:` + sep + `[0-9０-９]){14,18}`), ok: luhn, everywhere: true},
	{kind: kindPhone, may: func(h hints) bool { return h.run >= 10 }, re: regexp.MustCompile(`(?:[+＋]?86` + sep + `)?[1１][3-9３-９](?:` + sep + `[0-9０-９]){9}`), ok: alone, everywhere: true},
	{kind: kindPhone, may: func(h hints) bool { return h.run >= 10 }, re: regexp.MustCompile(`[(（]?0[1-9][0-9]{1,2}[)）]?` + sep + `[2-9][0-9]{3}` + sep + `[0-9]{3,4}(?:转[0-9]{1,6})?`), ok: alone, everywhere: true},
	{kind: kindPhone, may: func(h hints) bool { return h.run >= 10 }, re: regexp.MustCompile(`[48]00` + sep + `[0-9]{3}` + sep + `?[0-9]{4}`), ok: alone, everywhere: true},
	{kind: kindPlate, may: func(h hints) bool { return h.run >= 3 }, re: regexp.MustCompile(`[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-z][ ·•]?[A-Za-z0-9]{4,5}[A-Za-z0-9挂学警港澳]`), ok: plate, everywhere: true},
	{kind: kindDoor, may: func(h hints) bool { return h.ways }, re: regexp.MustCompile(`(?:路|街|大道|巷|弄|胡同|村|小区|花园|苑)([0-9０-９一二三四五六七八九十百]{1,6}(?:号|弄|幢|栋|座)(?:[0-9０-９一二三四五六七八九十百A-Za-z\-]{1,6}(?:号楼|幢|栋|座|单元|层|楼|室|户|号)){0,4}(?:[0-9０-９]{2,5})?)`), part: 1},
}

// span is a stretch of the text, in bytes.
type span struct {
	from, to int
	kind     string
}

const (
	minName   = 2 // runes: a surname alone names nobody
	maxPeople = 200
	maxWide   = 300 // values looked for everywhere; more only where they were found
)

// newVeil is the veil of one call; names are people's.
func newVeil(names []string) *veil {
	v := &veil{values: map[string]string{}, names: map[string]string{}, count: map[string]int{}}
	for _, n := range names[:min(len(names), maxPeople)] {
		if n = strings.TrimSpace(n); utf8.RuneCountInString(n) >= minName {
			v.people = append(v.people, n)
		}
	}
	return v
}

// cover gives text with placeholders.
func (v *veil) cover(text string) string {
	spans := v.find(text)
	var b strings.Builder
	at := 0
	for _, s := range spans {
		b.WriteString(text[at:s.from])
		b.WriteString(v.placeholder(s.kind, text[s.from:s.to]))
		at = s.to
	}
	b.WriteString(text[at:])
	return b.String()
}

// find gives the stretches to replace, in order, none touching another's inside.
func (v *veil) find(text string) []span {
	var spans []span
	wide := map[string]string{}
	for _, n := range v.people {
		wide[n] = kindName
	}
	seen := glance(text)
	for _, f := range patterns {
		if !f.may(seen) {
			continue
		}
		for _, m := range f.re.FindAllStringSubmatchIndex(text, -1) {
			s := span{m[2*f.part], m[2*f.part+1], f.kind}
			if s.from < 0 || f.ok != nil && (!f.ok(text[s.from:s.to]) || !bounded(text, s)) {
				continue
			}
			spans = append(spans, s)
			if f.everywhere && len(wide) < maxWide {
				if _, known := wide[text[s.from:s.to]]; !known {
					wide[text[s.from:s.to]] = f.kind
				}
			}
		}
	}
	for value, kind := range wide {
		for at := 0; ; {
			i := strings.Index(text[at:], value)
			if i < 0 {
				break
			}
			spans = append(spans, span{at + i, at + i + len(value), kind})
			at += i + 1
		}
	}
	return merged(spans)
}

// merged joins stretches that overlap, so that nothing of either stays.
func merged(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int {
		return cmp.Or(a.from-b.from, b.to-a.to, strings.Compare(a.kind, b.kind))
	})
	var out []span
	for _, s := range spans {
		if n := len(out); n > 0 && s.from < out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

func (v *veil) placeholder(kind, value string) string {
	if p, ok := v.names[value]; ok {
		return p
	}
	v.count[kind]++
	p := "〔" + kind + strconv.Itoa(v.count[kind]) + "〕"
	v.names[value], v.values[p] = p, value
	return p
}

// lift puts back what was replaced and drops placeholders that stand for nothing.
func (v *veil) lift(text string) string {
	if v == nil {
		return text
	}
	return placeholder.ReplaceAllStringFunc(text, func(p string) string { return v.values[p] })
}

// lifted does so with all text in a JSON value, and says whether its numbers are
// of a size that can be worked with.
func (v *veil) lifted(value any) (any, bool) {
	switch x := value.(type) {
	case string:
		return v.lift(x), true
	case json.Number:
		return x, measured(x)
	case []any:
		for i := range x {
			var ok bool
			if x[i], ok = v.lifted(x[i]); !ok {
				return nil, false
			}
		}
	case map[string]any:
		for _, k := range slices.Collect(maps.Keys(x)) {
			var ok bool
			if x[k], ok = v.lifted(x[k]); !ok {
				return nil, false
			}
		}
	}
	return value, true
}
