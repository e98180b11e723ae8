package bot

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// announced is the menu's button whose words were typed, and no more: 我要投诉.
func (s *scene) announced() string {
	if len(s.open) > 0 || s.read.Anger >= 0.7 {
		return ""
	}
	key := map[string]string{
		"我要投诉": "menu:complaint", "投诉": "menu:complaint", "要投诉": "menu:complaint", "我想投诉": "menu:complaint",
		"我要报修": "menu:repair", "报修": "menu:repair", "提建议": "menu:proposal", "我要提建议": "menu:proposal",
	}[strings.Trim(s.text, marks+"!！?？~～")]
	if _, ok := s.Cases.Pack().Taps[key]; !ok {
		return ""
	}
	return key
}

// withdrawn says that nobody need come any more.
func withdrawn(text string) bool {
	if strings.Contains(text, "取消") && utf8.RuneCountInString(text) <= 6 {
		return true
	}
	return utf8.RuneCountInString(text) <= 16 && !strings.ContainsAny(text, "吗没未?？") && slices.ContainsFunc([]string{"不用来", "不用了", "不需要了", "不用送", "不用修", "别来了", "算了", "已经好了", "自己好了", "修好了", "解决了", "找到了"}, func(w string) bool {
		return strings.Contains(text, w)
	})
}

// waited is a complaint in the form of a question, when said in anger: 押金什么时候退，
// 已经三天了！！
var waited = regexp.MustCompile(`(已经|都|快|等了).{0,6}(天|小时|钟头|周|星期|个月)了`)
