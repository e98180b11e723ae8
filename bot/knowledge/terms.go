package knowledge

import (
	"strings"
	"unicode"
)

// term is one thing looked for: two characters next to each other, a single one
// that stands alone, or a word of Latin letters and digits.
type term uint64

// char is the character of a single one, folded into 16 bits, or says that it is
// a word.
func (t term) char() (c uint16, word bool) { return uint16(t), t&wordBit != 0 }

const (
	wordBit   term = 1 << 63
	singleBit term = 1 << 62
	maxTerms       = 400
)

// emptyWords say how something is asked, not what: they part terms and count
// nothing. Longer ones come first.
var emptyWords = longestFirst(`请问一下 麻烦问一下 我想问一下 想问一下 我想问 想问 请问 问一下 你好 您好 你们家 你们那 你们这 你们 咱们 我们 酒店 客服
 是不是 能不能 可不可以 有没有 会不会 要不要 哪些 哪个 哪种 多少 可以 能够 还是 或者 这个 那个 那种 这种 一下 一个 的话 什么时候 怎么样 为什么 什么 怎么 如何 怎样 是否 能否
 告诉我 知道 需要 想要 应该 大概 现在 目前 谢谢 麻烦 一点 帮我 给我 请 吗 呢 吧 啊 呀 嘛 哦 的 了 么 我 你 您 他 她 它`)

// lightWords join what is asked about; a pair with one of them tells little.
const lightWords = "是在有能会要很也都就还和与跟把被让给到去来想问个可不没之对为以及其这那"

func longestFirst(s string) []string {
	list := strings.Fields(s)
	// Stable by length: 什么时候 before 什么.
	for i := range list {
		for j := i; j > 0 && len(list[j]) > len(list[j-1]); j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
	return list
}

// parting replaces the empty words by a break in one pass.
var parting = func() *strings.Replacer {
	var p []string
	for _, w := range emptyWords {
		p = append(p, w, "\x01")
	}
	return strings.NewReplacer(p...)
}()

// fold brings what is typed to one form: lower case, half width.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r > 0x3000 && r < 0xa000: // Chinese characters, kana, their marks
			return r
		case r == '\u3000':
			return ' '
		case r > 0xff00 && r < 0xff5f:
			r -= 0xfee0
		case unicode.IsControl(r), r == unicode.ReplacementChar:
			return ' '
		}
		return unicode.ToLower(r)
	}, s)
}

// terms cuts a text that is folded already and appends what it finds: pairs with
// words and lone characters, and single characters with words. A term may come
// several times.
func terms(s string, pairs, single []term) ([]term, []term) {
	from := len(pairs)
	var last rune // of the run, 0: none
	run := 0
	hash := uint64(0)
	flush := func() {
		if run == 1 {
			pairs = append(pairs, singleBit|term(last))
		}
		run = 0
		if hash != 0 {
			t := wordBit | term(hash>>2)
			pairs, single = append(pairs, t), append(single, t)
			hash = 0
		}
	}
	for _, r := range parting.Replace(s) {
		if len(pairs)-from >= maxTerms {
			break
		}
		switch {
		case r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			if hash == 0 {
				flush()
				hash = 14695981039346656037
			}
			hash = (hash ^ uint64(r)) * 1099511628211
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if hash != 0 {
				flush()
			}
			single = append(single, singleBit|term(r))
			if run > 0 {
				pairs = append(pairs, term(last)<<21|term(r))
			}
			last = r
			run++
		default:
			flush()
		}
	}
	flush()
	return pairs, single
}

// synonyms replaces each word of a group by the group's first.
type synonyms struct{ r *strings.Replacer }

// commonWords are words by which customers mean the same thing.
var commonWords = [][]string{
	{"早餐", "早饭", "早点", "早茶"}, {"泳池", "游泳池", "游泳馆"}, {"网络密码", "wifi密码", "无线密码", "无线网密码"},
	{"网络", "wifi", "wi-fi", "无线网", "无线"}, {"收费", "要钱", "多少钱", "价格", "价钱", "价位", "什么价", "怎么卖", "多钱", "费用", "花钱"},
	{"几点", "几时", "什么时间", "啥时候", "什么时候", "何时"}, {"孩子", "小孩", "儿童", "小朋友", "宝宝", "娃"},
	{"停车", "泊车", "车位"}, {"寄存", "存放", "存包", "存行李"}, {"接机", "接送机", "机场接送", "接送"},
	{"宠物", "狗狗", "带狗", "猫狗", "带猫"}, {"退房", "离店", "checkout", "check out"}, {"入住", "checkin", "check in", "办入住"},
	{"取消", "退订"}, {"发票", "开票", "票据"}, {"押金", "预授权"}, {"健身房", "健身中心", "gym"},
	{"哪里", "哪儿", "在哪", "什么位置", "什么地方"}, {"电话", "号码", "联系方式"}, {"优惠", "折扣", "打折", "便宜"},
	{"关门", "打烊", "停止营业"}, {"开门", "开放", "营业"}, {"延迟退房", "延退", "晚退房", "晚点退房", "推迟退房"},
	{"提前入住", "早点入住", "先入住"}, {"送餐", "点餐", "叫餐"}, {"婚宴", "酒席", "喜宴", "婚礼", "摆酒"}, {"包间", "包厢", "雅间"},
}

func newSynonyms(groups [][]string) synonyms {
	var pairs []string
	for _, g := range append(append([][]string{}, groups...), commonWords...) {
		for i := 1; i < len(g); i++ {
			pairs = append(pairs, fold(g[i]), fold(g[0]))
		}
		if len(g) > 1 {
			pairs = append(pairs, fold(g[0]), fold(g[0])) // stays whole inside a longer likeness
		}
	}
	// strings.Replacer takes the first pair that fits, so longer ones go first.
	for i := 2; i < len(pairs); i += 2 {
		for j := i; j > 0 && len(pairs[j]) > len(pairs[j-2]); j -= 2 {
			pairs[j], pairs[j-2] = pairs[j-2], pairs[j]
			pairs[j+1], pairs[j-1] = pairs[j-1], pairs[j+1]
		}
	}
	return synonyms{strings.NewReplacer(pairs...)}
}

// maxCut is how many characters of a text are looked at.
const maxCut = 4000

// cut appends the terms of a text, folded and with its words made alike.
func (s synonyms) cut(text string, pairs, single []term) ([]term, []term) {
	if len(text) > maxCut {
		if r := []rune(text); len(r) > maxCut {
			text = string(r[:maxCut])
		}
	}
	return terms(s.r.Replace(fold(text)), pairs, single)
}

// light says whether a term is a single character or a pair with a light word.
func light(t term) bool {
	switch {
	case t&wordBit != 0:
		return false
	case t&singleBit != 0:
		return true
	}
	return lightSet[rune(t>>21)&0xffff] || lightSet[rune(t&(1<<21-1))&0xffff]
}

var lightSet = func() (set [1 << 16]bool) {
	for _, r := range lightWords {
		set[r] = true
	}
	return set
}()
