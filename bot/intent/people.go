package intent

import (
	"slices"
	"strings"
)

// surnames are those that nearly everybody has; compound ones first.
var compound = strings.Fields("欧阳 上官 司马 诸葛 夏侯 皇甫 尉迟 公孙 慕容 令狐 司徒 长孙 宇文 东方 端木 百里 南宫")

const surnames = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥保和蔺"

// calls are how people name themselves: the words before a name.
var calls = []string{"我的名字叫", "我名字叫", "名字叫", "名字是", "名字", "姓名是", "姓名", "联系人是", "联系人", "预订人", "预定人", "登记人", "入住人", "收件人", "我叫", "我是", "叫我", "本人", "用户名", "写", "用"}

// titles follow a surname of one who speaks of themselves.
var titles = []string{"女士", "先生", "小姐", "太太", "阿姨", "大姐", "大哥", "同学", "老师", "总"}

// name finds what the customer is called: 我姓王, 我叫李明, 我是王女士, 联系人：张三.
// 前台王小姐 is somebody else.
func (f *Fields) name(t []rune) {
	for i, r := range t {
		switch r {
		case '姓':
			if i > 0 && strings.ContainsRune("同百老", t[i-1]) || follows(t, i, "姓名") {
				continue
			}
			if n := surname(t, i+1); n > 0 {
				end := i + 1 + n
				f.Name = string(t[i+1:end]) + title(t, end)
				return
			}
		case '叫', '名', '人', '是', '我':
			for _, c := range calls[:len(calls)-2] {
				if ends(t[:i+1], []string{c}) {
					if f.called(t, i+1, c == "我是" || c == "叫我" || c == "本人") {
						return
					}
					break
				}
			}
		}
	}
	if s := strings.Trim(string(t), " ,.!，。！"); len(s) <= 12 { // 王女士
		r := []rune(s)
		if n := surname(r, 0); n > 0 && n+len([]rune(title(r, n))) == len(r) && len(r) > n {
			f.Name = s
		}
	}
}

// noName begin with a surname's character and are none.
var noName = strings.Fields("安排 安静 金卡 成人 单人 白天 全天 全款 房号 房间 和我 何时 方便 高层 江景 计划 查询 常住 向导 车型 牛肉 鱼头 鸡汤 米饭 党员 国内")

var phoneLabels = []string{"", "电话", "手机", "手机号", "电话号码", "联系电话", "号码"}

// nameBeside takes a surname with one or two characters, standing alone beside a
// telephone number, as the name: 王磊 13800138000.
func (f *Fields) nameBeside(t []rune, hits []hit) {
	if f.Name != "" || f.Phone == "" {
		return
	}
	parts := clauses(t)
	next := func(from, to int) bool { // only marks between, or 电话
		return from <= to && slices.Contains(phoneLabels, strings.Trim(string(t[from:to]), " ,，.。:：;；、"))
	}
	for _, p := range namedPhones(t) {
		for _, c := range parts {
			s := t[c.from:c.to]
			n := surname(s, 0)
			if n == 0 || len(s) < n+1 || len(s) > n+2 || !next(c.to, p.from) && !next(p.to, c.from) || slices.Contains(noName, string(s)) ||
				slices.ContainsFunc(s, func(r rune) bool { return !isHan(r) }) || numeric(s[0]) ||
				slices.ContainsFunc(hits, func(h hit) bool { return h.from <= c.from && h.to >= c.to }) || when(s) != "" {
				continue
			}
			f.Name = string(s)
			return
		}
	}
}

// called reads a name at i. Where it may be anything else (我是…), only a surname
// with a title, or one with 姓, counts.
func (f *Fields) called(t []rune, i int, loose bool) bool {
	for i < len(t) && strings.ContainsRune(":是为 叫", t[i]) {
		i++
	}
	n := surname(t, i)
	if n == 0 {
		return false
	}
	if s := title(t, i+n); s != "" {
		f.Name = string(t[i:i+n]) + s
		return true
	}
	if loose {
		return false
	}
	end := i + n
	for end < len(t) && isHan(t[end]) && end-i < n+2 && !follows(t, end, stops...) {
		end++
	}
	if end-i < 2 || end < len(t) && isHan(t[end]) && !follows(t, end, stops...) {
		return false
	}
	f.Name = string(t[i:end])
	return true
}

// stops begin what stands behind a name.
var stops = []string{"电话", "手机", "号码", "我", "的", "在", "住", "要", "想订", "想预", "想要", "想问", "订", "预订", "预定", "明天", "明晚", "明早", "明日", "今天", "今晚", "后天", "两位", "两个", "两间", "一共", "一个", "一位", "一间", "就是", "就行", "来了", "打电话", "谢谢", "房间", "房号", "吧", "哦", "啊"}

// surname is how many runes of a surname stand at i.
func surname(t []rune, i int) int {
	if i < 0 || i >= len(t) {
		return 0
	}
	for _, c := range compound {
		if follows(t[i:min(i+2, len(t))], 0, c) {
			return 2
		}
	}
	if surnameSet[t[i]] {
		return 1
	}
	return 0
}

var surnameSet = func() map[rune]bool {
	set := map[rune]bool{}
	for _, r := range surnames {
		set[r] = true
	}
	return set
}()

func title(t []rune, i int) string {
	for _, s := range titles {
		if i < len(t) && t[i] != ' ' && follows(t, i, s) {
			return s
		}
	}
	return ""
}

// people counts heads: 4个人, 三位, 两大一小, 一家三口, 我们俩.
func (f *Fields) people(t []rune) {
	for i, r := range t {
		if r == '俩' || r == '仨' {
			if follows(t[max(i-2, 0):], 0, "我们", "他们", "夫妻", "娘") || follows(t[max(i-1, 0):], 0, "娘", "爷") || follows(t, i+1, "人") {
				setInt(&f.People, map[rune]int{'俩': 2, '仨': 3}[r])
			}
			continue
		}
		if !numeric(r) || r == '.' || i > 0 && (numeric(t[i-1]) || t[i-1] == '第') {
			continue
		}
		v, n := numeral(t[i:])
		if n == 0 || v%100 != 0 || v <= 0 || v > 99900 {
			continue
		}
		v /= 100
		end := i + n
		switch {
		case follows(t, end, "大") && follows(t, end+1, "人"):
			setInt(&f.People, int(v)+children(t, end+2))
		case follows(t, end, "大") && end+1 < len(t) && numeric(t[end+1]):
			setInt(&f.People, int(v)+children(t, end+1))
		case follows(t, end, "个大人", "位大人", "个成人", "位成人", "成人"):
			setInt(&f.People, int(v)+children(t, end+3))
		case follows(t, end, "个人", "位", "口人", "人", "口"):
			if follows(t, end, "个人信", "个人资", "个人原", "位数", "人份", "人民", "人间", "人房", "人套", "人工", "人都", "人没", "口水") || v > 500 {
				continue
			}
			if follows(t, end, "个人", "人", "位") && ends(t[:i], []string{"打了", "来了", "问了", "换了", "有", "找了", "前面", "每", "只有"}) {
				continue // 来了两个人 is about somebody else
			}
			setInt(&f.People, int(v))
		}
	}
}

// children is the second figure of 两大一小, 2大1小, 两个大人一个小孩.
func children(t []rune, i int) int {
	for k := i; k < len(t) && k < i+4; k++ {
		if v, n := numeral(t[k:]); n > 0 && v > 0 && v < 2000 {
			if follows(t, k+n, "小", "个小", "个孩", "孩", "个娃", "位小", "个儿童", "儿童") {
				return int(v / 100)
			}
			return 0
		}
	}
	return 0
}

// nights counts nights: 住两晚, 3晚, 住三天.
func (f *Fields) nights(t []rune) {
	for i, r := range t {
		if !numeric(r) || i > 0 && (numeric(t[i-1]) || slices.Contains([]rune("第周期每这那上前后点"), t[i-1])) {
			continue
		}
		v, n := numeral(t[i:])
		if n == 0 || v%100 != 0 || v <= 0 || v > 9900 {
			continue
		}
		end := i + n
		if follows(t, end, "晚", "宿", "夜", "个晚上") && !follows(t, end, "晚上", "晚餐", "晚饭") ||
			follows(t, end, "天") && ends(t[:i], []string{"住", "订", "住个", "开", "定"}) {
			setInt(&f.Nights, int(v/100))
			return
		}
	}
}

func setInt(p *int, v int) {
	if *p == 0 {
		*p = v
	}
}
