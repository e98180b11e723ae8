package knowledge

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"kefu/store"
)

// BenchmarkAsk asks a base of 100,000 articles, and reports the slowest of a
// hundred (p99-ms, ≤ 10) and the processor an average one takes (cpu-ms).
func BenchmarkAsk(b *testing.B) {
	for _, n := range []int{30, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			base := Memory(Options{}, madeUp(n))
			questions := []string{
				"你们泳池能带那种很大的充气火烈鸟吗 多少钱", "早餐几点", "会员积分怎么兑换礼品", "停车", "湖景套房的空调坏了谁来负责",
				strings.Repeat("我上个月住过你们的花园房，当时前台说婚宴可以预约并且能取消，现在又说不行。", 8),
			}
			for _, q := range questions {
				base.Ask(q, Everyone, now)
			}
			var took []time.Duration
			spent := cpu()
			for i := 0; b.Loop(); i++ {
				from := time.Now()
				base.Ask(questions[i%len(questions)], Everyone, now)
				took = append(took, time.Since(from))
			}
			b.ReportMetric((cpu()-spent)*1000/float64(len(took)), "cpu-ms")
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// BenchmarkIndex takes in 100,000 articles at start (≤ 2 s) and reports what the
// index holds besides them (MB, ≤ 150).
func BenchmarkIndex(b *testing.B) {
	list := madeUp(100_000)
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		from := cpu()
		base := Memory(Options{}, list)
		b.ReportMetric(cpu()-from, "cpu-s")
		b.StopTimer()
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
		runtime.KeepAlive(base)
		b.StartTimer()
	}
}

// cpu is how many seconds of processor this process has had: on a busy machine
// that tells more than the clock.
func cpu() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// madeUp makes n articles of made-up but varied words: about 25 characters to ask
// and 50 to answer, with the unevenness of real text.
func madeUp(n int) []*Article {
	things := strings.Fields("早餐 泳池 温泉 停车 发票 押金 会议 婚宴 健身 接机 宠物 行李 洗衣 加床 退房 入住 积分 会员 礼品 电视 空调 热水 网络 门锁 电梯 餐厅 包间 花园 湖景 套房")
	asks := strings.Fields("几点开放 怎么收费 可以预约 在哪一层 有没有优惠 需要带什么 多久能好 谁来负责 能否取消 是否免费 如何办理 什么标准")
	r := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 6000)
	for i := range words {
		u, v := r.Float64(), r.Float64()
		words[i] = fmt.Sprintf("%c%c", 0x4e00+int(u*u*3500), 0x4e00+int(v*v*3500))
	}
	word := func() string {
		u := r.Float64()
		return words[int(u*u*u*6000)]
	}
	list := make([]*Article, n)
	for i := range list {
		q := things[r.IntN(len(things))] + word() + things[r.IntN(len(things))] + word() + asks[r.IntN(len(asks))]
		var answer strings.Builder
		for range 20 {
			answer.WriteString(word())
			if r.IntN(5) == 0 {
				answer.WriteString(things[r.IntN(len(things))] + "，")
			}
		}
		list[i] = &Article{Meta: store.Meta{ID: fmt.Sprint(i), Rev: 1}, Question: q, Asks: []string{word() + q + "吗"}, Answer: answer.String(), State: Live, Official: i%2 == 0}
	}
	return list
}
