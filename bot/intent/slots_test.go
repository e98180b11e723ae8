package intent

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestSlots(t *testing.T) {
	r := New(hotel)
	n := 0
	for line, cells := range rows(t, "slots.txt") {
		ctx := Context{}
		if len(cells) > 2 {
			ctx.Asked = Slot(cells[2])
		}
		check(t, "slots.txt", line, cells[0], cells[1], r.Read(cells[0], ctx))
		n++
	}
	if n < 150 {
		t.Errorf("only %d lines", n)
	}
}

// written are the ways in which a number below 100,000 is written.
func written(n int) []string {
	full := spell(n, false)
	out := []string{full}
	if s := spell(n, true); s != full {
		out = append(out, s)
	}
	return out
}

var figures = []rune("零一二三四五六七八九")

// spell writes a number in Chinese; loose as it is said: 两百, 三百二, 十五.
func spell(n int, loose bool) string {
	if n == 0 {
		return "零"
	}
	var out []rune
	zero, last := false, 1
	for i, u := range []struct {
		v int
		r rune
	}{{10000, '万'}, {1000, '千'}, {100, '百'}, {10, '十'}, {1, 0}} {
		d := n / u.v % 10
		if d == 0 {
			zero = len(out) > 0
			continue
		}
		if zero {
			out = append(out, '零')
		}
		switch {
		case loose && d == 2 && u.v > 10:
			out = append(out, '两')
		case loose && u.v == 10 && d == 1 && len(out) == 0:
		default:
			out = append(out, figures[d])
		}
		rest := n % u.v
		if loose && rest == 0 && i > 1 && u.v >= 10 && last == u.v*10 && !zero && len(out) > 1 {
			return string(out) // 三百二
		}
		if u.r != 0 {
			out = append(out, u.r)
		}
		zero, last = false, u.v
	}
	return string(out)
}

func TestNumeralsRoundTrip(t *testing.T) {
	for n := range 100000 {
		for _, s := range written(n) {
			r := []rune(s)
			v, k := numeral(r)
			if k != len(r) || v != int64(n)*100 {
				t.Fatalf("%d is written %s and read as %d (%d of %d runes)", n, s, v/100, k, len(r))
			}
		}
	}
}

func TestDigitsSaidOneByOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`1[3-9][0-9]{9}`).Draw(t, "number")
		var said []rune
		for i, c := range digits {
			switch rapid.IntRange(0, 3).Draw(t, "form") {
			case 0:
				said = append(said, figures[c-'0'])
			case 1:
				said = append(said, c-'0'+'０')
			default:
				said = append(said, c)
			}
			if i == 2 || i == 6 {
				said = append(said, []rune(rapid.SampledFrom([]string{"", " ", "-"}).Draw(t, "gap"))...)
			}
		}
		if d, n := phoneAt(plain(string(said)), 0); d != digits || n != len(said) {
			t.Fatalf("%s is read as %q (%d)", string(said), d, n)
		}
	})
}

var china = time.FixedZone("CST", 8*3600)

func TestMoments(t *testing.T) {
	now := time.Date(2026, 11, 24, 14, 5, 0, 0, china) // a Tuesday
	for line, cells := range rows(t, "moments.txt") {
		s, ok := Moment(cells[0], now)
		got := "-"
		if ok {
			got = s.From.Format("01-02 15:04")
			if !s.To.Equal(s.From) {
				got += "/" + s.To.Format("01-02 15:04")
			}
			if s.Vague {
				got += "?"
			}
		}
		if got != cells[1] {
			t.Errorf("moments.txt:%d %q is %s, want %s", line, cells[0], got, cells[1])
		}
		if ok && s.String() != cells[2] {
			t.Errorf("moments.txt:%d %q is written %q, want %q", line, cells[0], s.String(), cells[2])
		}
	}
}

// What is said of a weekday lies where it was said to, whatever today is.
func TestWeekdays(t *testing.T) {
	names := []string{"一", "二", "三", "四", "五", "六", "日"}
	for day := range 400 {
		now := time.Date(2026, 11, 1, 9, 30, 0, 0, china).AddDate(0, 0, day)
		monday := now.AddDate(0, 0, -(int(now.Weekday())+6)%7)
		for i, name := range names {
			for prefix, off := range map[string]int{"上": -1, "这": 0, "本": 0, "下": 1, "下下": 2} {
				for _, week := range []string{"周", "星期", "礼拜", "个星期"} {
					s, ok := Moment(prefix+week+name, now)
					want := monday.AddDate(0, 0, off*7+i).Format(time.DateOnly)
					if !ok || s.From.Format(time.DateOnly) != want || s.To.Sub(s.From) != 24*time.Hour {
						t.Fatalf("on %s %s%s%s is %v, want %s", now.Format(time.DateOnly), prefix, week, name, s, want)
					}
				}
			}
			s, ok := Moment("周"+name, now)
			if d := s.From.Sub(time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, china)); !ok || d < 0 || d >= 7*24*time.Hour || (int(s.From.Weekday())+6)%7 != i {
				t.Fatalf("on %s 周%s is %v", now.Format(time.DateOnly), name, s)
			}
		}
	}
}

// A date with its month is found in every year, at most about half a year away.
func TestDates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 1, 1, rapid.IntRange(0, 23).Draw(t, "hour"), 0, 0, 0, china).AddDate(0, 0, rapid.IntRange(0, 3000).Draw(t, "day"))
		then := now.AddDate(0, 0, rapid.IntRange(-170, 170).Draw(t, "distance"))
		for _, form := range []string{"1月2日", "1月2号", "2006-01-02", "2006年1月2号", "1/2"} {
			s, ok := Moment("我"+then.Format(form)+"入住", now)
			if !ok || s.From.Format(time.DateOnly) != then.Format(time.DateOnly) {
				t.Fatalf("on %s %s is %v", now.Format(time.DateOnly), then.Format(form), s)
			}
		}
	})
}

func TestCorrects(t *testing.T) {
	for text, want := range map[string]Correction{
		"不是1208，是1218":      {Wrong: "1208", Firm: true},
		"是1218不是1208":       {Wrong: "1208", Firm: true},
		"打错了，1218":          {Firm: true},
		"不是这个订单":            {Slot: SlotOrder, Firm: true},
		"电话写错了 13812345678": {Slot: SlotPhone, Firm: true},
		"改到7点":              {Firm: true},
		"应该是5个人":            {Firm: true},
		"金额不对":              {},
		"房间不对，我订的是大床":       {Firm: true},
		"房号不对":              {Slot: SlotRoom, Firm: true},
		"1208空调坏了":          {},
		"能改到7点吗":            {},
		"是不是1208":           {},
		"不是空调，是热水":          {},
		"我不是投诉":             {},
	} {
		got, ok := Corrects(text)
		if ok != want.Firm || got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}

func TestDeclines(t *testing.T) {
	for _, s := range []string{"跳过", "不方便", "不说", "算了", "不用", "不用了谢谢", "不想告诉你们", "算了吧", "没有", "忘了", "不记得了", "还是不留了", "不方便透露", "不知道", "不用了吧", "没有了"} {
		if !Declines(s) {
			t.Errorf("%q is a refusal", s)
		}
	}
	for _, s := range []string{"1208", "", "没有热水", "不用打扫，送水", "算了我要投诉", "不方便吗", "还没好", "不要2个要3个", "可以"} {
		if Declines(s) {
			t.Errorf("%q is no refusal", s)
		}
	}
}

// 12345 in a telephone number calls no authority.
func TestPhonesAreNoWords(t *testing.T) {
	r := New(hotel)
	for text, major := range map[string]bool{
		"电话是一三八一二三四五六七八": false, "138 12345 678": false, "138 12315 678": false, "13812345678，再不来我打12345": true,
	} {
		if got := r.Read(text, Context{}); got.Major != major {
			t.Errorf("%q is major: %v %v", text, got.Major, got.MajorWords)
		}
	}
	if got := WithoutPhones("打138 1234 5678，不然12345"); got != "打             ,不然12345" {
		t.Errorf("%q", got)
	}
}
