package incident

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// everyday are complaints that have nothing to do with each other.
var everyday = []string{
	"早餐的粥是凉的，小笼包也没了", "前台办入住排了四十分钟", "隔壁半夜唱歌吵得睡不着", "停车场出口的杆子砸到我的车",
	"发票抬头开错了一直没改", "健身房跑步机两台都坏的", "被子有股霉味换一床", "泳池的水太凉孩子冻哭了", "电视只能看三个台",
	"房卡刷不开门站了十分钟", "押金说好三天退现在一周了", "餐厅服务员态度很差爱理不理", "马桶冲不下去", "窗户关不严漏风",
	"接机司机迟到一个小时", "儿童乐园的滑梯边上有钉子", "温泉更衣室地太滑差点摔", "电梯等了一刻钟才来", "床单上有头发", "洗衣房把我的毛衣洗缩水了",
}

func items(texts []string, who string, from time.Time) []Item {
	var all []Item
	for i, text := range texts {
		all = append(all, Item{ID: fmt.Sprintf("%s%d", who, i), At: from.Add(time.Duration(i) * time.Minute), Who: fmt.Sprintf("%s%d", who, i), Text: text})
	}
	return all
}

// outage is one event in five people's words.
var outage = []string{
	"三号楼配电间冒烟之后整层停电，冰箱里的药都坏了", "三号楼配电间冒烟整层停电到现在没人管", "整层停电了，听说三号楼配电间冒烟",
	"你们三号楼配电间冒烟，停电两小时了", "三号楼停电，配电间冒烟是怎么回事",
}

func TestWhatIsAlikeIsOneGroup(t *testing.T) {
	s := NewGroups(Options{})
	for _, it := range items(everyday, "a", noon) {
		if g := s.Add(it); g.Size != 1 {
			t.Errorf("%s went to a group of %d", it.Text, g.Size)
		}
	}
	var g Group
	for _, it := range items(outage, "b", noon.Add(30*time.Minute)) {
		g = s.Add(it)
	}
	if g.Size != 5 || g.Customers != 5 {
		t.Fatalf("the outage is a group of %d, of %d customers", g.Size, g.Customers)
	}
	if !Usually.Exceeded(g.Size, g.Customers, 0.5) || Usually.Exceeded(g.Size, g.Customers, 2) || Usually.Exceeded(g.Size, 2, 0) {
		t.Error("the rule")
	}
}

func TestTwiceIsOnce(t *testing.T) {
	s := NewGroups(Options{})
	it := items(outage, "b", noon)[0]
	s.Add(it)
	if g := s.Add(it); g.Size != 1 {
		t.Errorf("seen twice is a group of %d", g.Size)
	}
}

// The same thing, product or order is the same event, whatever the words.
func TestKeysJoin(t *testing.T) {
	s := NewGroups(Options{})
	s.Add(Item{ID: "1", At: noon, Who: "a", Text: "不制冷", Keys: []string{"thing:空调"}})
	s.Add(Item{ID: "2", At: noon, Who: "b", Text: "床单脏", Keys: []string{"thing:布草"}})
	if g := s.Add(Item{ID: "3", At: noon, Who: "c", Text: "一直滴水", Keys: []string{"thing:空调"}}); !cmp.Equal(g.Members, []string{"1", "3"}) {
		t.Errorf("with the same thing: %v", g.Members)
	}
}

func TestTheWindowAndPins(t *testing.T) {
	s := NewGroups(Options{Window: time.Hour})
	all := items(outage, "b", noon)
	for _, it := range all[:3] {
		s.Add(it)
	}
	s.Pin(all[0].ID, "i1")
	later := all[3]
	later.At = noon.Add(5 * time.Hour)
	if g := s.Add(later); !g.Pinned || g.ID != "i1" || g.Size != 1 {
		t.Errorf("an open incident is found hours later: %+v", g)
	}
	s.Drop("i1")
	last := all[4]
	last.At = later.At.Add(time.Minute)
	if g := s.Add(last); g.Pinned || g.Size != 1 {
		t.Errorf("after its end it begins anew: %+v", g)
	}
	if s.count != 1 || len(s.pins) != 0 {
		t.Errorf("%d groups, %d pins are left", s.count, len(s.pins))
	}
}

// A department that looks further back counts what is still there.
func TestAnotherWindow(t *testing.T) {
	w := NewWatch(Options{Window: time.Hour})
	all := items(outage, "b", noon)
	w.Add(all[0])
	w.Adapt(5 * time.Hour)
	all[1].At = noon.Add(4 * time.Hour)
	if g := w.Add(all[1]); g.Size != 2 {
		t.Errorf("within five hours: a group of %d", g.Size)
	}
	w.Adapt(time.Hour)
	all[2].At = noon.Add(6 * time.Hour)
	if g := w.Add(all[2]); g.Size != 1 {
		t.Errorf("within an hour: a group of %d", g.Size)
	}
}

// Beyond the bounds the oldest leave, and everything kept of them.
func TestBounds(t *testing.T) {
	s := NewGroups(Options{Items: 10, Window: 1000 * time.Hour})
	for i := range 200 {
		s.Add(Item{ID: fmt.Sprint(i), At: noon.Add(time.Duration(i) * time.Second), Who: "a", Text: fmt.Sprintf("%s %d", everyday[i%len(everyday)], i)})
	}
	if n := len(s.items) - s.head; n != 10 || len(s.byID) != 10 || s.count > 10 {
		t.Errorf("%d items, %d ids, %d groups", n, len(s.byID), s.count)
	}
	s = NewGroups(Options{Terms: 500, Window: 1000 * time.Hour})
	for i := range 200 {
		s.Add(Item{ID: fmt.Sprint(i), At: noon, Who: "a", Text: everyday[i%len(everyday)]})
	}
	if s.held > 500 {
		t.Errorf("%d terms are held", s.held)
	}
}

// Everything is given back when all items have left, whatever came in between.
func TestNothingIsLeftBehind(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := NewGroups(Options{Window: time.Hour, Items: 30})
		at := noon
		for i := range rapid.IntRange(1, 80).Draw(t, "items") {
			at = at.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "minutes")) * time.Minute)
			text := rapid.SampledFrom(slices.Concat(everyday, outage)).Draw(t, "text")
			it := Item{ID: fmt.Sprint(i), At: at, Who: fmt.Sprint(i % 7), Text: text}
			if rapid.Bool().Draw(t, "key") {
				it.Keys = []string{fmt.Sprint("thing:", i%3)}
			}
			g := s.Add(it)
			if g.Size < 1 || g.Customers > g.Size || !slices.Contains(g.Members, it.ID) {
				t.Fatalf("its group: %+v", g)
			}
			switch rapid.IntRange(0, 9).Draw(t, "then") {
			case 0:
				s.Pin(it.ID, fmt.Sprint("i", i%3))
			case 1:
				s.Drop(fmt.Sprint("i", i%3))
			}
		}
		for i := range 3 {
			s.Drop(fmt.Sprint("i", i))
		}
		s.expire(at.Add(2 * time.Hour))
		if len(s.places) != 0 || len(s.free) != len(s.posts) || s.count != 0 || len(s.keyed) != 0 || len(s.byID) != 0 || s.held != 0 {
			t.Fatalf("left: %d terms, %d groups, %d keys, %d ids, %d held", len(s.places), s.count, len(s.keyed), len(s.byID), s.held)
		}
	})
}

// The order in which complaints come changes little: the event is found whole.
func TestTheOrderMattersLittle(t *testing.T) {
	for seed := range uint64(20) {
		all := append(items(everyday, "a", noon), items(outage, "b", noon)...)
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		s := NewGroups(Options{Common: everyday})
		most := 0
		for _, it := range all {
			it.At = noon
			if g := s.Add(it); it.Who[0] == 'b' {
				most = max(most, g.Size)
			} else if g.Size > 1 {
				t.Errorf("seed %d: %s is in a group of %d", seed, it.Text, g.Size)
			}
		}
		if most < 4 {
			t.Errorf("seed %d: the event is a group of %d", seed, most)
		}
	}
}

// FuzzTerms: any text gives a bounded number of terms, each once, and joining and
// leaving keeps the books.
func FuzzTerms(f *testing.F) {
	for _, s := range append(everyday, "", "１２０８　停　水", "\u202e水停", "哈哈哈哈哈哈", `{"a":[1,2]}`, "🥶🥶🥶", "\xff\xfe") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all := terms(text)
		seen := map[term]bool{}
		for _, m := range all {
			if seen[m.term] || m.weight < 1 {
				t.Fatalf("term twice, or of weight %v", m.weight)
			}
			seen[m.term] = true
		}
		if len(all) > maxTerms {
			t.Fatalf("%d terms", len(all))
		}
		s := NewGroups(Options{Window: time.Hour})
		s.Add(Item{ID: "1", At: noon, Text: text})
		if g := s.Add(Item{ID: "2", At: noon, Text: text}); len(all) > 0 && g.Size != 2 {
			t.Fatalf("the same text is a group of %d", g.Size)
		}
		s.expire(noon.Add(3 * time.Hour))
		if len(s.places) != 0 || len(s.free) != len(s.posts) || s.held != 0 {
			t.Fatal("terms are left behind")
		}
	})
}

// BenchmarkAdd adds to a window of 100,000 complaints, of which one in fifty is
// part of one of twenty events.
func BenchmarkAdd(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	subjects := []rune("空调热水门锁电视网络早餐前台停车发票押金泳池温泉电梯床单窗户被子马桶灯光噪音气味服务员保安行李快递接送价格预订退款积分会员")
	verbs := []rune("坏漏慢吵脏冷热错丢少多贵差远暗湿破断卡死堵滑响跳停晚早缺乱滥")
	text := func() string {
		var s []rune
		for range 10 + r.IntN(30) {
			if r.IntN(3) == 0 {
				s = append(s, verbs[r.IntN(len(verbs))])
			} else {
				i := 2 * r.IntN(len(subjects)/2)
				s = append(s, subjects[i], subjects[i+1])
			}
			if r.IntN(4) == 0 {
				s = append(s, rune(0x4E00+r.IntN(3000)))
			}
		}
		return string(s)
	}
	var events []string
	for range 20 {
		events = append(events, text())
	}
	next := func(i int) Item {
		it := Item{ID: fmt.Sprint(i), At: noon.Add(time.Duration(i) * 72 * time.Millisecond), Who: fmt.Sprint(r.IntN(50_000)), Text: text()}
		if i%50 == 0 {
			it.Text = events[r.IntN(len(events))] + it.Text[:30]
		}
		return it
	}
	s := NewGroups(Options{})
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n := 0
	for ; n < 100_000; n++ {
		s.Add(next(n))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ResetTimer()
	slowest := time.Duration(0)
	for b.Loop() {
		it := next(n)
		n++
		began := time.Now()
		s.Add(it)
		slowest = max(slowest, time.Since(began))
	}
	b.ReportMetric(float64(slowest.Microseconds()), "µs-slowest")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB-of-100k")
	b.ReportMetric(float64(len(s.items)-s.head), "held")
}
