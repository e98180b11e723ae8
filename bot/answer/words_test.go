package answer

import "testing"

func TestGuardWords(t *testing.T) {
	if _, err := readWords(guardWords); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"保证", "== promis\n保证", "== promise\n保证\n== benefit\n保证"} {
		if _, err := readWords(bad); err == nil {
			t.Errorf("taken: %q", bad)
		}
	}
}

// Words of one class may stand for each other; what is not the same must not be of
// one class.
func TestClassesAreNoMixture(t *testing.T) {
	for _, pair := range [][2]string{
		{"双倍", "三倍"}, {"金卡", "银卡"}, {"每位", "每间"}, {"春节", "国庆"}, {"以上", "以下"}, {"之前", "之后"}, {"今天", "明天"},
		{"退款", "赔偿"}, {"免费", "优惠"}, {"早餐", "晚餐"}, {"室内", "室外"}, {"赠送", "礼品"}, {"周末", "工作日"}, {"会员", "住店"},
	} {
		a, b := mark([]rune(pair[0])), mark([]rune(pair[1]))
		if len(a.classes) != 1 || len(b.classes) != 1 {
			t.Errorf("%v: no class", pair)
		}
		for c := range a.classes {
			if b.classes[c] != 0 {
				t.Errorf("%v are one class", pair)
			}
		}
	}
}
