package wording

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var lists = []List{
	{Do: Block, Words: []string{"保证退款", "全额退款", "一定赔", "加我微信", "不可能"}},
	{Do: Confirm, Words: []string{"退款", "尽快"}},
}

func TestCheck(t *testing.T) {
	for text, want := range map[string]Do{
		"": "",
		"早餐六点半开始，一楼湖畔餐厅。":        "",
		"我们保证退款":                 Block,
		"保 证 退 款":                Block,
		"保.证-退*款":                Block,
		"保，证，退，款":                Block,
		"保\u200b证\u200d退\u2060款": Block,
		"保證退款":                   Block,
		"保正退款":                   Block,
		"包证退宽":                   Block,
		"baozheng退款":             Block,
		"bao zheng 退款":           Block,
		"BAOZHENGTUIKUAN":        Block,
		"全\n额\n退\n款":             Block,
		"ⓥ加我微信":                  Block,
		"加我威信":                   Block,
		"一定賠":                    Block,
		"一定陪您去医院":                Confirm, // by sound only, three characters
		"退款":                     Confirm,
		"tui kuan":               Confirm,
		"我不能保证退款":                Confirm, // denied, but 退款 is listed too
		"退，款项":                   "",
		"这不 可能是误会":               Block,
		"statuikuantion":         "",
		"请尽快":                    Confirm,
	} {
		if got := Check(text, lists); got.Do != want {
			t.Errorf("%q: %+v, want %q", text, got, want)
		}
	}
}

func TestHasNeedsTheWholeNumber(t *testing.T) {
	for text, want := range map[string]bool{
		"打12315": true, "１２３１５": true, "1 2 3 1 5": true, "1-2-3-1-5": true,
		"订单2412315000": false, "房间1231 5个人": false, "1231,5": false,
	} {
		if Read(text).Has("12315") != want {
			t.Errorf("%q: want %v", text, want)
		}
	}
	if Read("保正退款").Has("保证退款") {
		t.Error("Has goes by sound")
	}
	if got := NewSet([]string{"抖音", "小红书"}).In(Read("发到小 红 书")); len(got) != 1 || got[0] != 1 {
		t.Error("a word with blanks is not found in a set:", got)
	}
}

// A set finds what its words find one by one, and a text of the usual characters
// reads as any other.
func TestSetIsItsWords(t *testing.T) {
	words := []string{"12315", "投诉到", "消协", "", "吃坏", "保证退款", "  ", "qq群", "Ａ座", "😀脸", strings.Repeat("长", 40), "不可能"}
	set, exact := NewSet(words), NewExact(words)
	pieces := []string{"1", "23", "12315", "315", "消", "协", "消協", "投 诉", "到", "\u200b", "，", "。", "不能", "保证", "退", "款", "QQ", "ｑｑ群", "A座", "😀", "脸", "吃坏", " ", "\n", "～", "é", "\xff"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(t, "pieces"), "")
		read := Read(text)
		if diff := cmp.Diff(whole(text), read, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal("read otherwise:", diff)
		}
		var want, as []int
		for i, w := range words {
			if read.Has(w) {
				want = append(want, i)
			}
			if w != "" && strings.Contains(text, w) {
				as = append(as, i)
			}
		}
		if diff := cmp.Diff(want, set.In(read)); diff != "" {
			t.Fatal(diff)
		}
		var got []int
		exact.Each(text, func(i int) bool { got = append(got, i); return true })
		slices.Sort(got)
		if diff := cmp.Diff(as, slices.Compact(got)); diff != "" {
			t.Fatal(diff)
		}
		if exact.Any(text) != (len(as) > 0) {
			t.Fatal("Any is not Each")
		}
	})
}

func TestDoIsStrict(t *testing.T) {
	var d Do
	if d.UnmarshalText([]byte("blok")) == nil {
		t.Error("blok is taken")
	}
	if err := d.UnmarshalText([]byte("confirm")); err != nil || d != Confirm {
		t.Error(d, err)
	}
}

func TestAlikeFile(t *testing.T) {
	if _, err := readAlike(alikeText); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"证 zheng 證", "证证 z - -", "证 a - -\n证 b - -"} {
		if _, err := readAlike(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("保 证 退 款", "保证退款")
	f.Add("bao zheng tui kuan", "退款")
	f.Add("\xff\u200b", "a")
	f.Fuzz(func(t *testing.T, text, word string) {
		v := Check(text, []List{{Block, []string{word}}})
		if !v.OK() && v.Word != word {
			t.Errorf("found %q", v.Word)
		}
		plain := strings.TrimSpace(string(Read(word)))
		if letters(plain) && len([]rune(plain)) <= maxWord && !strings.HasPrefix(plain, "不") && Check("说 "+word+" 。", []List{{Block, []string{word}}}).OK() {
			t.Errorf("%q is not found as it stands", word)
		}
	})
}

func letters(s string) bool {
	for _, r := range s {
		if r < 0x4e00 || r > 0x9fff {
			return false
		}
	}
	return s != ""
}
