package intent

import (
	"regexp"
	"strings"
	"sync"
)

// marks end the parts of an address, the largest first. An address has two of
// them, in this order.
var marks = []string{"省", "自治区", "市", "区", "县", "旗", "镇", "乡", "街道", "村", "路", "大道", "街", "巷", "弄", "胡同", "道",
	"小区", "花园", "家园", "公寓", "广场", "大厦", "新村", "苑", "府", "湾", "城", "庭", "里", "号", "号楼", "栋", "幢", "座", "楼", "单元", "层", "室"}

// hints stand in nearly every address; a text without them is not searched.
const hints = "省市区县镇乡村路街巷弄道栋幢苑座单胡"

// part of an address: words, then the mark that ends them.
var addressForm = sync.OnceValue(func() *regexp.Regexp {
	n := `[0-9a-z一二三四五六七八九十零-]{1,8}`
	return regexp.MustCompile(
		`(?:\p{Han}{2,7}(?:省|自治区) ?)?(?:\p{Han}{2,7}市 ?)?(?:\p{Han}{1,7}(?:区|县|旗) ?)?(?:\p{Han}{1,8}(?:街道|镇|乡|村) ?)?` +
			`(?:[\p{Han}0-9]{1,10}?(?:大道|路|街|巷|弄|胡同|道) ?)?(?:` + n + `(?:号院|号楼|号|弄) ?)?` +
			`(?:[\p{Han}0-9]{2,12}?(?:小区|花园|家园|公寓|广场|大厦|新村|苑|府|湾|城|庭|里)(?:\p{Han}{1,2}[期区])? ?)?` +
			`(?:` + n + `(?:号楼|栋|幢|座|楼) ?)?(?:` + n + `单元 ?)?(?:` + n + `(?:层|楼) ?)?(?:` + n + `(?:室|房|号|户)|[0-9]{2,5})?`)
})

// leads stand before an address and are not of it.
var leads = []string{"地址是", "地址在", "地址", "住址是", "住址", "我家住在", "我家住", "我家在", "家住在", "家住", "家在", "住在", "我住", "寄到", "送到", "邮寄到", "发到", "上门到", "我在", "人在", "就在", "来", "到", "在", "是", "住", "去"}

// address finds where somebody lives, and says which runes it took, so that its
// numbers are not read as rooms.
func (f *Fields) address(t []rune) (from, to int) {
	if !hinted(t) {
		return 0, 0
	}
	s := string(t)
	best, bestMarks := "", 1
	at := 0
	for _, c := range lines(t) {
		part := string(t[c.from:c.to])
		if present(part) < 2 {
			continue
		}
		lead := cutLead(part)
		for start := lead; start < len(part) && start <= lead+12; start += 3 {
			loc := addressForm().FindStringIndex(part[start:])
			if loc == nil || loc[0] != 0 || loc[1] == 0 {
				if start >= len(part) || part[start] < 0x80 {
					break
				}
				continue
			}
			got := strings.TrimSpace(part[start : start+loc[1]])
			if n := marked(got); n > bestMarks && len([]rune(got)) >= 5 {
				best, bestMarks = got, n
				at = len([]rune(s[:len(string(t[:c.from]))+start]))
				break
			}
			if part[start] < 0x80 {
				break
			}
		}
	}
	if best == "" {
		return 0, 0
	}
	f.Address = best
	if strings.ContainsAny(best, "abcdefghijklmnopqrstuvwxyz") {
		f.Address = strings.ToUpper(best)
	}
	return at, at + len([]rune(best))
}

func hinted(t []rune) bool {
	n := 0
	for _, r := range t {
		if strings.ContainsRune(hints, r) {
			n++
		}
	}
	return n > 0
}

// marked is how many marks of an address stand in s, each behind the one before.
func marked(s string) int {
	n := 0
	for _, m := range marks {
		if i := strings.Index(s, m); i > 0 {
			n++
			s = s[i+len(m):]
		}
	}
	return n
}

// present is how many of the marks stand in s anywhere: at least as many as marked
// finds in a part of it, and sooner told.
func present(s string) (n int) {
	for _, m := range marks {
		if strings.Contains(s, m) {
			n++
		}
	}
	return n
}

// lines parts a text where an address ends: at marks, not at blanks.
func lines(t []rune) []span {
	var out []span
	from := 0
	for i := 0; i <= len(t); i++ {
		if i < len(t) && !strings.ContainsRune(",，.。!！?？;；、:：\n", t[i]) {
			continue
		}
		if i > from {
			out = append(out, span{from, i})
		}
		from = i + 1
	}
	return out
}

func cutLead(s string) int {
	n := len(s) - len(strings.TrimLeft(s, " "))
	for range 3 {
		for _, l := range leads {
			if strings.HasPrefix(s[n:], l) {
				n += len(l)
				n += len(s[n:]) - len(strings.TrimLeft(s[n:], " :是"))
				break
			}
		}
	}
	return n
}
