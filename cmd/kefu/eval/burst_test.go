package eval

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"kefu/bot/incident"
)

// stream is six complaints about one outage among others that have nothing in common.
func stream() string {
	others := []string{
		"早餐的粥是凉的", "前台办入住排了四十分钟", "隔壁半夜唱歌", "停车杆砸到车", "发票抬头开错", "跑步机坏了两台", "被子有霉味",
		"泳池水太凉", "电视只有三个台", "房卡刷不开", "押金没退", "上菜很慢", "窗户漏风", "接机迟到", "滑梯有钉子", "更衣室地滑",
	}
	var b strings.Builder
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	row := func(id, user, text, cluster string) {
		at = at.Add(time.Minute)
		fmt.Fprintf(&b, `{"id":%q,"ts":%q,"user":%q,"title":"","text":%q,"cluster":%s}`+"\n", id, at.Format(burstTime), user, text, cluster)
	}
	for i, text := range others {
		row(fmt.Sprint("a", i), fmt.Sprint("u", i), text, "null")
	}
	for i := range 6 {
		row(fmt.Sprint("b", i), fmt.Sprint("v", i), fmt.Sprintf("三号楼配电间冒烟，停电了%d", i), `"smoke"`)
	}
	return b.String()
}

func TestBurst(t *testing.T) {
	var out bytes.Buffer
	s, err := Burst(strings.NewReader(stream()), &out, BurstOptions{Window: time.Hour, Rule: incident.Usually})
	if err != nil {
		t.Fatal(err)
	}
	if s.F1() != 1 || s.Alerted != 1 || s.Due != 1 || len(s.False) != 0 || s.Pairs != 15 {
		t.Errorf("F1 %.2f, alerted %d of %d, false %v\n%s", s.F1(), s.Alerted, s.Due, s.False, &out)
	}
	lines := strings.SplitAfter(stream(), "\n")
	for name, bad := range map[string]string{
		"no order":  lines[1] + lines[0],
		"no time":   strings.Replace(lines[0], "2026-11-24T", "24.11.2026 ", 1),
		"no id":     strings.Replace(lines[0], `"a0"`, `""`, 1),
		"not JSON":  "{",
		"no rows":   "\n",
		"wrong way": `["a"]`,
	} {
		if _, err := Burst(strings.NewReader(bad), &out, BurstOptions{Window: time.Hour}); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
