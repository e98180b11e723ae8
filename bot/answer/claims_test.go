package answer

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func list(cs claims) string {
	var out []string
	for c := range cs {
		out = append(out, c.String())
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestClaims(t *testing.T) {
	for text, want := range map[string]string{
		"您好，欢迎":                "",
		"早餐 6:30–10:00，一楼湖畔餐厅": "1楼 390time 600time",
		"早餐六点半到十点":             "390time 600time",
		"下午两点前退房":              "840time",
		"下午2:30":               "870time",
		"晚上八点一刻":               "1215time",
		"１．２米以下免费，1.2–1.5 米每位 48 元": "1.2米 1.5米 48元",
		"一点五米以上":                          "1.5米",
		"四十八块":                            "48元",
		"¥480":                            "480元",
		"婚宴 2,588、3,288、4,288 元一桌":        "1桌 2588元 3288元 4288元",
		"一千两百八十元":                         "1280元",
		"上千元":                             "1000元",
		"万豪酒店":                            "",
		"三百二":                             "320",
		"1.5万元":                           "15000元",
		"打八五折":                            "8.5折",
		"20%":                             "20%",
		"百分之二十":                           "20%",
		"48小时内":                           "48小时",
		"四十八个小时":                          "48小时",
		"半小时":                             "0.5小时",
		"11月26日":                          "11-26date",
		"十一月二十六号":                         "11-26date",
		"2026年11月26日":                     "11-26date 2026年",
		"2026-11-26":                      "11-26date 2026年",
		"打 0571-8888 6666":                "057188886666digits",
		"138 0013 8000":                   "13800138000digits",
		"１３８００１３８０００":                     "13800138000digits",
		"138****5620":                     "138****5620digits",
		"800–3,000 元":                     "3000元 800元",
		"800-3000元":                       "3000元 800元",
		"看 https://a.example.com/x?y=1 吧": "https://a.example.com/x?y=1link",
		"去 evil.top 领":                    "evil.toplink",
		"写信到 a@b.com":                     "a@b.comlink",
		"WiFi 密码 lake8888":                "lake8888word wifiword",
		"XQG100 洗衣机":                      "xqg100word",
		"一起来一下，一定的":                       "",
		"1\u200b2\u200b0\u200b8 房":        "1208房",
		"周一至周五":                           "",
		"快一点":                             "",
		"5 桌起订，每桌 10 位":                   "10人 5桌",
	} {
		found, _ := read(normal(text))
		if got := list(found); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// A number is the same whether it is written in figures or in Chinese.
func TestNumeralsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 99999).Draw(t, "n")
		a, m := numeral([]rune(fmt.Sprint(n)))
		b, k := numeral([]rune(inChinese(n)))
		if a != fmt.Sprint(n) || b != a || m != len(fmt.Sprint(n)) || k != len([]rune(inChinese(n))) {
			t.Errorf("%d: %s and %s (%s)", n, a, b, inChinese(n))
		}
	})
}

// inChinese says a number as one reads it aloud.
func inChinese(n int) string {
	const d = "零一二三四五六七八九"
	digit := func(i int) string { return string([]rune(d)[i]) }
	if n >= 10000 {
		s := inChinese(n/10000) + "万"
		if r := n % 10000; r > 0 {
			if r < 1000 {
				s += "零"
			}
			s += inChinese(r)
		}
		return s
	}
	s, zero := "", false
	for i, u := range []string{"千", "百", "十", ""} {
		p := []int{1000, 100, 10, 1}[i]
		switch v := n / p % 10; {
		case v > 0:
			if zero {
				s += "零"
			}
			s, zero = s+digit(v)+u, false
		case s != "":
			zero = true
		}
	}
	return s
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"早餐 6:30–10:00", "百分之", "半", "1,2,3", "点半", "\xff", "一千零", "138 0013 8000", "万", "¥", "十一月", "8折", "1.", "https://", "二〇二六年十一月"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		found, rest := read(normal(s))
		for c := range found {
			if c.value == "" {
				t.Errorf("%q: empty claim of kind %q", s, c.kind)
			}
		}
		// What is left holds no figure of its own: all were read.
		for _, r := range rest {
			if isDigit(r) {
				t.Errorf("%q: %q is left", s, string(rest))
				break
			}
		}
	})
}
