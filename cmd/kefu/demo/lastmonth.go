package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"kefu/bot/chat"
	"kefu/bot/ticket"
	"kefu/store"
)

// trouble is a sort of complaint that came so many times last month.
type trouble struct {
	n                     int
	thing, category, dept string
	cause                 string
	words                 []string
	result                []string
}

// troubles are last month's 120 cases.
var troubles = []trouble{
	{18, "空调", "facility", "eng", "equipment", []string{"空调不制冷", "空调一直滴水声", "空调开了两小时还是热"}, []string{"已清洗滤网，制冷正常", "换到同楼层另一间，空调正常", "换了压缩机电容，试机正常"}},
	{14, "等候", "checkin", "front", "slow", []string{"办入住等了四十分钟", "退房排队太久", "两点到现在还没房"}, []string{"加开一个窗口，已致歉，送了饮品", "先安排同房型入住，已致歉"}},
	{11, "卫生", "clean", "house", "process", []string{"浴室有头发没打扫干净", "地毯上有污渍", "杯子没洗"}, []string{"重新打扫，主管验过", "换房并重新打扫"}},
	{9, "餐饮", "food", "fb", "process", []string{"早餐好几个菜是凉的", "点的餐一小时没上", "自助餐台收得太早"}, []string{"重做一份，免了这一份", "已致歉，早餐延长半小时"}},
	{8, "热水", "facility", "eng", "equipment", []string{"淋浴没热水", "水忽冷忽热"}, []string{"调了恒温阀，水温正常", "锅炉补压，半小时后恢复"}},
	{8, "", "noise", "sec", "other", []string{"隔壁一直很吵", "楼上半夜装修声"}, []string{"保安到场劝止", "换到安静的一侧"}},
	{7, "电视网络", "facility", "eng", "equipment", []string{"房间网络连不上", "电视没信号"}, []string{"重启交换机，网络恢复", "换了机顶盒"}},
	{6, "异味", "clean", "house", "process", []string{"房间有烟味", "卫生间有异味"}, []string{"换房，原房做除味", "通风除味后客人认可"}},
	{6, "发票", "bill", "fin", "slow", []string{"发票还没收到", "发票抬头开错了"}, []string{"重开发到邮箱", "当天补寄，已告知单号"}},
	{5, "门锁", "facility", "eng", "equipment", []string{"房卡刷不开门", "门锁没电"}, []string{"换电池，已试过", "重新写卡"}},
	{5, "", "attitude", "front", "attitude", []string{"前台态度很差", "问路的时候没人理"}, []string{"当班经理致歉，已做培训", "当面致歉，客人认可"}},
	{4, "押金", "checkin", "front", "slow", []string{"押金还没退", "押金多扣了一百"}, []string{"核对后当天退回", "多扣的已原路退回"}},
	{4, "停车", "property", "sec", "process", []string{"停车场没有车位", "出场多收了停车费"}, []string{"安排地面车位", "退回多收的停车费"}},
	{4, "漏水", "facility", "eng", "equipment", []string{"洗手台下面漏水", "天花板渗水"}, []string{"换了下水管，已干", "换房，楼上防水重做"}},
	{4, "布草", "clean", "house", "process", []string{"床单有破洞", "毛巾发黄"}, []string{"当场换新", "整套换新，送果盘致歉"}},
	{3, "", "recreation", "rec", "process", []string{"泳池水太凉", "健身房器械坏了没人修"}, []string{"水温调到 28 度", "挂牌停用，三天内修好"}},
	{2, "灯", "facility", "eng", "equipment", []string{"床头灯不亮", "走廊灯坏了"}, []string{"换了灯泡", "换了开关"}},
	{2, "电梯", "facility", "eng", "equipment", []string{"电梯等了十分钟", "电梯按钮没反应"}, []string{"维保到场，恢复正常", "两部都恢复运行"}},
}

var surnames = []string{"张", "刘", "陈", "杨", "黄", "吴", "徐", "孙", "马", "朱", "胡", "郭", "何", "高", "林", "罗"}

// causeOther is mixed in, so that the causes are not all the obvious one.
var causeOther = []string{"guest", "other", "slow"}

// writers is how many cases are written at once: they share one commit.
const writers = 16

// lastMonth stores what was closed in the month before now. It is the same for
// everybody who tries the demo in one month.
func (d *Demo) lastMonth(ctx context.Context, now time.Time) error {
	local := now.In(d.clock.zone)
	first := time.Date(local.Year(), local.Month()-1, 1, 0, 0, 0, 0, d.clock.zone)
	days := first.AddDate(0, 1, -1).Day()
	r := rand.New(rand.NewPCG(uint64(first.Year()), uint64(first.Month()))) //nolint:gosec // looks only
	queue := make(chan *ticket.Ticket)
	errs := make([]error, writers)
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			for t := range queue {
				errs[i] = errors.Join(errs[i], d.app.Book.Insert(ctx, t))
			}
		})
	}
	n := 0
	for _, w := range troubles {
		for range w.n {
			at := first.AddDate(0, 0, r.IntN(days)).Add(7*time.Hour + time.Duration(r.IntN(15*60*60))*time.Second)
			t := d.closed(n, w, at, r)
			if n == 18 { // the first who had to wait
				t.Who = wang.id()
				t.Guest.Name = wang.Name
			}
			queue <- t
			n++
		}
	}
	close(queue)
	all.Wait()
	return errors.Join(errs...)
}

// closed is one case from first word to last, as it would have gone.
func (d *Demo) closed(n int, w trouble, at time.Time, r *rand.Rand) *ticket.Ticket {
	minutes := func(from, to int) time.Duration {
		return time.Duration(from*60+r.IntN((to-from)*60)) * time.Second
	}
	words, result := w.words[r.IntN(len(w.words))], w.result[r.IntN(len(w.result))]
	room := fmt.Sprintf("%02d%02d", 3+r.IntN(14), 1+r.IntN(20))
	name := surnames[r.IntN(len(surnames))] + []string{"先生", "女士"}[r.IntN(2)]
	owner := []string{"fd01", "fd02", "fd01", "fd02", "lead01", "night01"}[r.IntN(6)]
	no := fmt.Sprintf("%04d", 4000+(n*47+int(at.Month())*311)%6000)
	claimed := at.Add(minutes(1, 6))
	answered := claimed.Add(minutes(1, 10))
	solved := answered.Add(minutes(15, 230))
	t := &ticket.Ticket{
		Meta: store.Meta{ID: string(ticket.NewID("demo/"+at.Format("200601"), n))},
		No:   no, Full: "TS-" + at.Format("060102") + "-" + no,
		Kind: ticket.Complaint, State: ticket.Closed, Who: chat.Customer(account, fmt.Sprintf("oKefuDemoPast%015d", n)),
		Guest: ticket.Guest{Name: name, Tier: []string{"普通", "普通", "普通", "银卡", "金卡"}[r.IntN(5)]}, Source: "wechat",
		Words: room + words, Matter: words, Title: w.thing + "投诉", Category: w.category, Dept: w.dept, Room: room, Stay: "in",
		Thing: w.thing, Level: ticket.General, Times: 1, Team: "front", Owner: owner,
		Result: result, Cause: w.cause, Blame: w.dept, Ending: "solved",
		Created: store.At(at), Claimed: store.At(claimed), Answered: store.At(answered), Solved: store.At(solved),
		Wrote: store.At(at), Spoke: store.At(solved),
		Clocks: ticket.Clocks{
			Claim: store.At(at.Add(5 * time.Minute)), Answer: store.At(at.Add(15 * time.Minute)), Solve: store.At(at.Add(4 * time.Hour)),
		},
	}
	if r.IntN(5) == 0 {
		t.Cause = causeOther[r.IntN(len(causeOther))]
	}
	for _, late := range []struct {
		which   string
		at, due store.Time
	}{{"claim", t.Claimed, t.Clocks.Claim}, {"answer", t.Answered, t.Clocks.Answer}, {"solve", t.Solved, t.Clocks.Solve}} {
		if late.at.After(late.due) {
			t.Clocks.Miss(late.which)
		}
	}
	d.told(t, words, r)
	return t
}

// told writes the case's history and how it was rated.
func (d *Demo) told(t *ticket.Ticket, words string, r *rand.Rand) {
	who := "同事"
	for _, p := range team() {
		if p.ID == t.Owner {
			who = p.ShownAs
		}
	}
	t.History = []ticket.Event{
		{At: t.Created, Who: ticket.ByBot, What: ticket.Opened, Text: words},
		{At: t.Created, Who: ticket.ByCustomer, What: ticket.Said, Text: t.Words},
		{At: t.Claimed, Who: t.Owner, What: ticket.Took, Line: who + "接手"},
		{At: t.Answered, Who: t.Owner, What: ticket.Answer, Text: "已请同事过去，有变化直接在这里说。"},
		{At: t.Solved, Who: t.Owner, What: ticket.SolvedAs, Text: t.Result, Line: "办好了"},
	}
	t.Ended = t.Solved.Add(72 * time.Hour)
	if score := rating(r.IntN(100)); score > 0 {
		rated := t.Solved.Add(time.Duration(2+r.IntN(40)) * time.Minute)
		t.Rating = &ticket.Rating{Score: score, At: rated}
		t.History = append(t.History,
			ticket.Event{At: rated, Who: ticket.ByCustomer, What: ticket.Confirmed},
			ticket.Event{At: rated, Who: ticket.ByCustomer, What: ticket.Rated, Text: fmt.Sprint(score)})
		t.Ended = rated
	}
	if now := store.At(d.clock.now()); t.Ended.After(now) {
		t.Ended = now
	}
	t.History = append(t.History, ticket.Event{At: t.Ended, Who: ticket.BySystem, What: ticket.Ended})
}

// rating is a score for a number below 100; 0 for who gave none.
func rating(n int) int {
	for _, step := range []struct{ below, score int }{{34, 5}, {58, 4}, {66, 3}, {71, 2}, {73, 1}} {
		if n < step.below {
			return step.score
		}
	}
	return 0
}
