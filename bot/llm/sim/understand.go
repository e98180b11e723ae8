package sim

import (
	"regexp"
	"slices"
	"strings"
)

// cue is a word that tells a wish.
type cue struct {
	intent string
	re     *regexp.Regexp
}

// cues are looked at in this order; all that fit are named.
var cues = []cue{
	{"selfharm", regexp.MustCompile(`自杀|不想活|轻生|跳楼`)},
	{"human", regexp.MustCompile(`人工|转人|真人|找(你们)?经理`)},
	{"complaint", regexp.MustCompile(`投诉|太差|差劲|没人(管|理|来)|气死|退钱|骗|脏|吵|臭|态度|等了`)},
	{"repair", regexp.MustCompile(`坏了|不(制冷|制热|亮|通|出水|响)|漏水|堵了|修`)},
	{"request", regexp.MustCompile(`送.{0,6}(来|到|上来)|打扫|加(床|被)|毛巾|拖鞋|矿泉水|叫醒`)},
	{"order", regexp.MustCompile(`订(房|一间|两间)|预订|退房|取消(订单)?|改(期|到)|延住|续住`)},
	{"progress", regexp.MustCompile(`怎么样了|到哪|进度|还没好|催`)},
	{"praise", regexp.MustCompile(`表扬|点赞|太好了|很满意|特别好`)},
	{"proposal", regexp.MustCompile(`建议|希望(你们|酒店)|要是能`)},
	{"inquiry", regexp.MustCompile(`几点|多少|吗|怎么|哪里|能不能|有没有|可以.*[?？]`)},
	{"thanks", regexp.MustCompile(`谢谢|多谢|感谢`)},
	{"greeting", regexp.MustCompile(`^(你好|您好|在吗|hi|hello)`)},
}

var (
	dangerous = regexp.MustCompile(`漏电|着火|起火|冒烟|煤气|困(在)?电梯|触电|晕倒`)
	menacing  = regexp.MustCompile(`12315|律师|曝光|报警|媒体|记者|食物中毒|受伤|泄露`)
	furious   = regexp.MustCompile(`气死|太差|差劲|[!！]{2}|什么破|垃圾|骗`)
	rooms     = regexp.MustCompile(`(?:^|[^0-9])([1-9][0-9]{2,3})(?:房|号房|室|[^0-9元块点年]|$)`)
	phones    = regexp.MustCompile(`〔电话[0-9]+〕|1[3-9][0-9]{9}`)
	amounts   = regexp.MustCompile(`[0-9]+(?:\.[0-9]+)?(?:元|块)`)
	whens     = regexp.MustCompile(`(?:今天|昨天|明天|前天|今晚|昨晚)?(?:上午|下午|晚上|中午|早上)?[0-9一二三四五六七八九十两]{1,3}点(?:半)?|昨天|昨晚|今天上午|明天`)
	things    = regexp.MustCompile(`空调|马桶|电视|热水|水龙头|灯|门锁|房卡|WiFi|wifi|早餐|发票|毛巾|拖鞋|电梯|窗|床`)
)

func understand(c Call) string {
	text := inside(c.User, "message")
	type wish struct {
		Intent     string  `json:"intent"`
		Confidence float64 `json:"confidence"`
	}
	var wishes []wish
	for _, q := range cues {
		if len(wishes) < 3 && q.re.MatchString(text) {
			wishes = append(wishes, wish{q.intent, 0.9})
		}
	}
	if wishes == nil {
		wishes = []wish{{"other", 0.5}}
	}
	has := func(intent string) bool {
		return slices.ContainsFunc(wishes, func(w wish) bool { return w.Intent == intent })
	}
	sentiment, urgency := "calm", "normal"
	if has("complaint") || has("repair") {
		sentiment = "upset"
	}
	if furious.MatchString(text) {
		sentiment = "angry"
	}
	danger, threat := dangerous.MatchString(text), menacing.MatchString(text)
	if danger || threat || has("selfharm") {
		urgency = "high"
	}
	room := ""
	if m := rooms.FindStringSubmatch(text); m != nil {
		room = m[1]
	}
	return fit(map[string]any{
		"intents": wishes, "danger": danger, "selfharm": has("selfharm"), "threat": threat, "urgency": urgency, "sentiment": sentiment,
		"fields": map[string]string{
			"room": room, "phone": phones.FindString(text), "order": "", "number": "", "product": "",
			"amount": amounts.FindString(text), "when": whens.FindString(text),
		},
		"category": nearest(inside(c.User, "categories"), text), "thing": things.FindString(text),
	}, c.Schema)
}

// nearest is the category with most in common with the text.
func nearest(categories, text string) string {
	best, most := "", 0
	for c := range strings.SplitSeq(categories, "、") {
		n := 0
		for _, r := range c {
			if strings.ContainsRune(text, r) {
				n++
			}
		}
		if n > most {
			best, most = c, n
		}
	}
	return best
}
