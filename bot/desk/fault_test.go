package desk

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// files is the hotel's folder in memory.
func files(t *testing.T) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(embedded, "packs/hotel", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := embedded.ReadFile(path)
		out[strings.TrimPrefix(path, "packs/hotel/")] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEachFaultIsNamedWithLineAndRemedy(t *testing.T) {
	for _, c := range []struct{ file, old, new, want string }{
		{"pack.yaml", "titles:", "tiltes:", "pack.yaml:5 tiltes：没有这个键。是不是想写 titles"},
		{"pack.yaml", `at: "14:00"`, `at: soon`, "pack.yaml:8 room_code.at：“soon”不对。钟点写成"},
		{"pack.yaml", "wait_remind: 24h", "wait_remind: 1 day", "limits.wait_remind：“1 day”不是时长"},
		{"pack.yaml", "asks: 2", "asks: two", "limits.asks：“two”不是整数"},
		{"pack.yaml", "asks: 2", "asks: 3", "limits.asks：最多问两句"},
		{"pack.yaml", "vip: true}", "vip: yes}", "“yes”不对。写 true 或 false"},
		{"pack.yaml", "title: 酒店", "title: 酒店\ntitle: 又一个", "pack.yaml"},
		{"pack.yaml", "climb: [in_house", "climb: [in_hause", "没有“in_hause”。是不是想写 in_house"},
		{"pack.yaml", "title: 酒店", "title: [酒店", "pack.yaml:"},
		{"pack.yaml", "title: 酒店", "title: &a 酒店", "不能用 &"},
		{"departments.yaml", "id: eng,", "id: front,", "departments[1].id：“front”不行或重复"},
		{"categories.yaml", "dept: eng", "dept: egn", "categories.yaml:6 categories[0].dept：没有“egn”。是不是想写 eng"},
		{"escalation.yaml", "do: assign", "do: asign", "ladders.normal.steps[1].do：没有“asign”。是不是想写 assign"},
		{"escalation.yaml", "after: 10m", "after: 1m", "比前一级早"},
		{"taps.yaml", "kind: complaint,", "kind: complain,", "没有“complain”。是不是想写 complaint"},
		{"phrases.yaml", "〔{by}我给您准信。〕", "我们保证退款", "phrases.yaml:3 phrases[0].text：里面有“保证退款”"},
		{"phrases.yaml", "{guest}，〕这", "{gest}，〕这", "没有变量 {gest}"},
		{"words.yaml", "do: confirm", "do: confrim", "sensitive[2].do：“confrim”不对。写 block（不能发）或 confirm"},
		{"words.yaml", "  - do: confirm\n    words:", "  - words:", "sensitive[2].do：没有写"},
		{"words.yaml", "[保证退款,", "[保证退款, 保证退款, 退,", "sensitive[0].words[1]：“保证退款”写了两次"},
		{"words.yaml", "[保证退款,", "[保证退款, 退,", "sensitive[0].words[1]：“退”只有一个字"},
		{"words.yaml", "id: media", "id: law", "major[2].id：“law”用了两次"},
		{"incident.yaml", "count: 5 ", "count: 1 ", "incident.yaml:4 count：至少 2 件"},
		{"incident.yaml", "customers: 3 ", "customers: 9 ", "customers：要 2 位以上，不多于 count"},
		{"incident.yaml", "category: injury", "category: injry", "sooner[0].category：没有类别“injry”"},
		{"incident.yaml", "dept: office", "dept: offce", "dept：没有“offce”。是不是想写 office"},
		{"incident.yaml", "tell: [manager,", "tell: [manger,", "tell[0]：没有“manger”。是不是想写 manager"},
		{"incident.yaml", "usual: 336h", "usual: 3h", "usual：比 window 长不了多少"},
		{"incident.yaml", "kinds: [complaint", "kinds: [complain", "kinds[0]：没有“complain”。是不是想写 complaint"},
		{"compensation.yaml", "{role: butler, forms: [gift], case: 300", "{role: butler, forms: [gfit], case: 300", "limits[3].forms[0]：没有“gfit”。是不是想写 gift"},
		{"compensation.yaml", "{role: butler, forms: [gift], case: 300", "{role: butler, forms: [gift], case: 三百", "limits[3].case：“三百”不对。金额写成"},
		{"compensation.yaml", "{role: butler, forms: [gift], case: 300", "{role: butler, forms: [gift], case: 3000", "limits[3].month：比每单的少"},
		{"compensation.yaml", "{role: butler, forms: [gift]", "{role: butler, person: lin, forms: [gift]", "limits[3]：role 和 person 要写一个"},
		{"compensation.yaml", "{role: leader, forms: [all], open: true}", "{role: leader, forms: [cash], open: true}", "没有最后一级"},
		{"compensation.yaml", "{role: leader, forms: [all], open: true}", "{role: leader, forms: [all], open: true, case: 5}", "只能写一样"},
		{"compensation.yaml", "tiers: [gold,", "tiers: [glod,", "没有“glod”。是不是想写 gold"},
		{"compensation.yaml", "{id: refund, title: 退款", "{id: refund, title: 赠礼", "“赠礼”在另一种里已有"},
		{"compensation.yaml", "{dept: cs, month: 30000}", "{dept: sc, month: 30000}", "budgets[1].dept：没有“sc”"},
		{"requests/complaint.yaml", "request: complaint", "request: complaints", "和文件名不同"},
		{"requests/complaint.yaml", "base: case", "base: cas", "base：没有“cas”。是不是想写 case"},
		{"requests/complaint.yaml", "use: vip", "use: vpi", "ladders[1].use：没有“vpi”。是不是想写 vip"},
		{"requests/complaint.yaml", "label: 在房间,", "label: 在房间里面或者走廊上,", "选项要 1 到 8 个字"},
		{"requests/complaint.yaml", "  - {claim: 30m, answer: 2h, solve: 24h, working: true}\n", "", "不是每张单都有时限"},
		{"requests/inquiry.yaml", "answer: 25m", "answer: 2m", "先后不对"},
		{"base/case.yaml", "to: waiting", "to: nowhere", "没有“nowhere”"},
		{"base/case.yaml", `"{who}接手"`, `"{hwo}接手"`, "没有变量 {hwo}"},
		{"base/case.yaml", `"{who}接手"`, `"{who接手"`, "写得不对"},
		{"base/case.yaml", "closed: {title: 已关闭, end: true}", "closed: {title: 已关闭, end: true}\n  odd: {title: 孤儿}", "到不了“孤儿”"},
	} {
		fsys := files(t)
		text := string(fsys[c.file].Data)
		if !strings.Contains(text, c.old) {
			t.Fatalf("%s has no %q", c.file, c.old)
		}
		fsys[c.file] = &fstest.MapFile{Data: []byte(strings.Replace(text, c.old, c.new, 1))}
		_, err := Read(fsys, "hotel")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %q: got\n%v\nwant %q", c.file, c.new, err, c.want)
		}
	}
}

// A thousand faults are all told, and none hides another.
func TestAllFaultsAtOnce(t *testing.T) {
	fsys := files(t)
	var b strings.Builder
	b.WriteString("departments:\n")
	for range 500 {
		b.WriteString("  - {id: 'X Y', titel: 部, phone: [1]}\n")
	}
	fsys["departments.yaml"] = &fstest.MapFile{Data: []byte(b.String())}
	fsys["words.yaml"] = &fstest.MapFile{Data: []byte("safety: 漏电\n")}
	delete(fsys, "taps.yaml")
	_, err := Read(fsys, "hotel")
	var faults Faults
	if !errors.As(err, &faults) {
		t.Fatal(err)
	}
	if len(faults) < 1500 || len(faults) > maxFaults {
		t.Errorf("%d faults", len(faults))
	}
	all := err.Error()
	for _, want := range []string{"departments.yaml:2 ", "departments.yaml:501 ", "words.yaml:1 safety：这里要一个列表", "taps.yaml：没有这个文件"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not among the faults", want)
		}
	}
}
