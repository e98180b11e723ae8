package bot_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kefu/bot/chat"
	"kefu/bot/desk"
	"kefu/bot/ticket"
)

// talk lets a customer say lines and hear what belongs to each: a word that the
// reply must have, "-" for silence.
func (s *stage) talk(who string, lines ...string) {
	s.t.Helper()
	for i := 0; i+1 < len(lines); i += 2 {
		got := s.say(who, lines[i])
		if want := lines[i+1]; want == "-" && got != "" || want != "-" && !strings.Contains(got, want) {
			s.t.Errorf("%s says %q and hears\n%s\n-- it should hold %q", who, lines[i], got, want)
		}
	}
}

func (s *stage) told(who string, want map[string]string) {
	s.t.Helper()
	c := s.open(who)
	have := map[string]string{"room": c.Room, "phone": c.Guest.Phone, "order": c.OrderNo, "product": c.Product, "stay": c.InRoom}
	for k, v := range c.Slots {
		have[k] = v
	}
	for k, v := range want {
		if have[k] != v {
			s.t.Errorf("%s: %s is %q, want %q", who, k, have[k], v)
		}
	}
}

func TestSeveralAnswersAtOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.talk("li", "水龙头漏水", "是哪个房间", "房号1208 电话138 1234 五六七八，下午三点后在", "您现在在房间吗")
	s.told("li", map[string]string{"room": "1208", "phone": "13812345678", "when": "11 月 24 日周二 15:00 以后"})
	s.talk("wang", "订一桌明晚6点4位，我叫李明，电话13812345678", "11 月 25 日周三 18:00，4 位，李明，138****5678")
	s.talk("zhao", "空调坏了", "是哪个房间", "1208，在房间，手机13812345678", "好")
	s.told("zhao", map[string]string{"room": "1208", "phone": "13812345678", "stay": "in"})
}

func TestAnswerBesideSomethingNew(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.talk("li", "房间太脏了，投诉", "房号", "1208，另外送两瓶水", "两瓶水这就送到 1208")
	list := s.cases(chat.Customer("hotel", "li"))
	if len(list) != 2 || list[1].Room != "1208" {
		t.Fatalf("%d cases", len(list))
	}
	s.talk("wang", "空调坏了", "是哪个房间", "1208 早餐几点", "早餐 6:30")
	s.told("wang", map[string]string{"room": "1208"})
	s.talk("zhang", "空调坏了", "是哪个房间", "1208，空调还在滴水，床都湿了", "您现在在房间吗")
	if c := s.open("zhang"); !strings.Contains(strings.Join(c.LastWords(9), " "), "空调还在滴水") {
		t.Errorf("the words beside the room are not in the case: %q", c.LastWords(9))
	}
	// An alarm beside an answer is an alarm.
	s.talk("sun", "空调坏了", "是哪个房间", "1208 再不来我打12315", "值班经理")
	s.told("sun", map[string]string{"room": "1208"})
}

func TestCorrections(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.talk("li", "空调坏了", "是哪个房间", "1208", "您现在在房间吗", "不是1208，是1218", "改成 1218，已告诉工程值班", "在房间", "好")
	s.told("li", map[string]string{"room": "1218", "stay": "in"})
	if all := show(s.post.take()); !strings.Contains(all, "地点更正：1208 → 1218") {
		t.Errorf("staff did not hear of it:\n%s", all)
	}
	s.talk("wang", "我要订位", "哪一天", "明晚六点", "几位", "4", "怎么称呼", "我姓王", "手机号", "不留", "记下了")
	s.talk("wang", "改到7点", "时间改成 11 月 25 日周三 19:00", "改到后天", "11 月 26 日周四 19:00", "不是4个人，是5个人", "人数改成 5 位")
	s.told("wang", map[string]string{"when": "11 月 26 日周四 19:00", "people": "5 位", "name": "王"})
	s.talk("sun", "取消我的预订", "订单号", "HX-88", "怎么称呼", "不是这个订单", "对的是哪个", "HX-99", "手机号")
	s.told("sun", map[string]string{"order": "HX-99"})
	s.talk("zhou", "空调坏了", "是哪个房间", "1208", "在房间吗", "打错了", "地点 1208 不算了", "1218", "好")
	s.told("zhou", map[string]string{"room": "1218"})
	// Said again otherwise at once is a correction too.
	s.talk("ma", "送两条毛巾", "是哪个房间", "1208", "送到 1208", "1218", "房号改成 1218")
	// What only sounds like one is none.
	s.talk("he", "空调坏了", "是哪个房间", "1208", "在房间吗", "不是空调，是热水没有", "-")
	s.told("he", map[string]string{"room": "1208"})
}

func TestChangeByTap(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.talk("li", "订一桌明晚6点4位，我叫李明，电话13812345678", "改一下")
	c := s.open("li")
	if got := s.tap("li", "slot:"+c.No+":amend"); !strings.Contains(got, "要改哪里") {
		t.Fatal(got)
	}
	s.talk("li", "5个人", "人数改成 5 位")
	s.told("li", map[string]string{"people": "5 位"})
	s.tap("li", "slot:"+c.No+":amend")
	s.talk("li", "要靠窗的", "记到 "+c.No)
}

// Nothing is asked that was asked before, not after days either, and never more
// than the kind allows; whatever the customer says.
func TestNothingIsAskedTwice(t *testing.T) {
	t.Parallel()
	lines := []string{"不方便", "1208", "13812345678", "算了", "在房间", "快点", "还没好吗", "早餐几点", "打错了", "跳过", "不是1208，是1218"}
	questions := []string{"方便说一下房号吗", "您现在在房间吗", "留个手机号吗"}
	firsts := []string{"房间太脏了，我要投诉", "1208房间太脏了，我要投诉", "前台态度很差，投诉"}
	waits := []time.Duration{time.Second, time.Minute, 5 * time.Hour, 30 * time.Hour}
	s := newStage(t)
	chance := rand.New(rand.NewPCG(4, 8))
	pick := func(list []string) string { return list[chance.IntN(len(list))] }
	for n := range 14 {
		who := fmt.Sprint("guest", n)
		heard := s.say(who, pick(firsts))
		for range 1 + chance.IntN(6) {
			s.pass(waits[chance.IntN(len(waits))])
			heard += "\n" + s.say(who, pick(lines))
		}
		asked := 0
		for _, q := range questions {
			k := strings.Count(heard, q)
			asked += k
			if k > 1 {
				t.Fatalf("%q was asked %d times:\n%s", q, k, heard)
			}
		}
		if asked > 2 {
			t.Fatalf("%d questions:\n%s", asked, heard)
		}
	}
}

func TestAskedNothingWhenAngry(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, line := range []string{"你们太垃圾了！！！房间脏得要死，气死我了！！"} {
		if got := s.say("angry", line); strings.Contains(got, "？") {
			t.Errorf("an angry customer is asked:\n%s", got)
		}
	}
}

func TestAnswerAfterHours(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.talk("li", "房间太脏了，投诉", "房号")
	s.pass(5 * time.Hour)
	s.talk("li", "刚才说到一半", "方便说一下房号吗", "1208", "您现在在房间吗")
	s.told("li", map[string]string{"room": "1208"})
	s.pass(30 * time.Hour)
	s.talk("li", "13812345678", "138****5678")
	s.told("li", map[string]string{"phone": "13812345678"})
}

// What was begun and never became a case ends after a day: with a word while there
// are credits, else in silence.
func TestWhatWasBegunEnds(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ends := func(who string, after time.Duration) string {
		t.Helper()
		s.post.take()
		s.pass(after)
		id := chat.Customer("hotel", who)
		if err := s.bot.RunConversation(t.Context(), string(id)); err != nil {
			t.Fatal(err)
		}
		s.quiet(id)
		return show(s.post.take())
	}
	s.say("li", "你好")
	s.tap("li", "menu:complaint")
	if got := ends("li", 23*time.Hour); got != "" {
		t.Errorf("too early:\n%s", got)
	}
	if got := ends("li", time.Hour+time.Minute); !strings.Contains(got, "昨天说要投诉，后来没等到下文") {
		t.Errorf("nothing kind is said:\n%s", got)
	}
	if got := ends("li", time.Hour); got != "" {
		t.Errorf("said twice:\n%s", got)
	}
	s.tap("wang", "menu:complaint") // never wrote: nothing may be sent
	if got := ends("wang", 25*time.Hour); got != "" {
		t.Errorf("sent without a credit:\n%s", got)
	}
	s.talk("zhao", "房间太脏了，投诉", "房号") // a case goes on
	if got := ends("zhao", 25*time.Hour); strings.Contains(got, "/zhao") {
		t.Errorf("a case is spoken of:\n%s", got)
	}
	s.talk("sun", "你好", "在的")
	s.tap("sun", "menu:complaint")
	s.pass(5 * time.Hour)
	s.talk("sun", "就是那个房间里一股味", "编号")
}

func (s *stage) picture(who string) string {
	return plain(s.receive(chat.Message{From: who, Kind: chat.Image, MediaID: "media" + time.Duration(s.n).String()}))
}

func (s *stage) files(who string) int { return len(s.open(who).Files) }

func TestPicturesReachTheCase(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if got := s.picture("li"); !strings.Contains(got, "照片收到了") { // before there is a case
		t.Error(got)
	}
	s.pass(time.Hour)
	s.talk("li", "1208马桶堵了", "编号")
	if n := s.files("li"); n != 1 {
		t.Errorf("%d files of a picture sent before", n)
	}
	s.picture("wang")
	s.talk("wang", "就是这里", "编号") // words that say nothing by themselves
	if c := s.open("wang"); c.Kind != ticket.Complaint || len(c.Files) != 1 {
		t.Errorf("%s with %d files", c.Kind, len(c.Files))
	}
	s.talk("zhao", "空调坏了", "是哪个房间")
	if got := s.picture("zhao"); !strings.Contains(got, "照片收到，放进") { // while a question is open
		t.Error(got)
	}
	s.talk("zhao", "1208", "在房间吗")
	s.picture("zhao")
	if n := s.files("zhao"); n != 2 {
		t.Errorf("%d files of two pictures", n)
	}
	// A voice that was written down answers as text does, and is kept.
	got := plain(s.receive(chat.Message{From: "zhao", Kind: chat.Voice, MediaID: "voice", Text: "我在房间，电话一三八一二三四五六七八。"}))
	s.told("zhao", map[string]string{"stay": "in", "phone": "13812345678"})
	if n := s.files("zhao"); n != 3 {
		t.Errorf("the voice is not kept: %d files; heard %s", n, got)
	}
}

const appliance = `request: repair
name: 报修
base: case
no: BX
team: eng
clocks:
  - {claim: 2h, answer: 2h, solve: 72h, working: true}
ladders:
  - {use: normal}
asks: 7
confirm: order.confirm
ask:
  - {id: product, unknown: [product], text: 是什么产品，什么型号？机身上有，不知道就跳过。}
  - {id: serial, unknown: [serial], text: 机身号发一下吗？拍照也行。}
  - {id: bought, name: 购买时间, want: since, unknown: [bought], text: 大概什么时候买的？}
  - {id: address, unknown: [address], text: 师傅上门到哪里？}
  - {id: phone, unknown: [phone], text: 留个手机号吗？师傅上门前打给您。}
  - {id: when, unknown: [when], text: 什么时候方便上门？}
`

// The same questions serve a maker of washing machines.
func TestRepairOfAppliances(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("desk/packs/hotel")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "requests", "repair.yaml"), []byte(appliance), 0o600); err != nil {
		t.Fatal(err)
	}
	pack, err := desk.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(t)
	s.desk.Pack = pack.Self
	s.talk("li", "洗衣机坏了，不转了", "什么型号", "XQG100", "机身号", "2408A0012345", "什么时候买的", "去年12月3号", "师傅上门到哪里",
		"西湖区文三路88号3栋2单元502室，电话13812345678", "什么时候方便", "后天下午2点到4点", "西湖区文三路88号3栋2单元502室，138****5678")
	s.told("li", map[string]string{"product": "XQG100", "serial": "2408A0012345", "address": "西湖区文三路88号3栋2单元502室",
		"phone": "13812345678", "when": "11 月 26 日周四 14:00–16:00", "room": ""})
	s.talk("wang", "洗衣机坏了，不转了", "什么型号", "不知道", "机身号", "看不清", "什么时候买的", "忘了", "上门到哪里", "不方便", "手机号", "13812345678", "什么时候方便", "都行", "都行")
	// What is not in the expected form is taken as written.
	s.talk("zhao", "洗衣机坏了，不转了", "什么型号", "小天鹅那个白的", "机身号", "A-7", "什么时候买的")
	s.told("zhao", map[string]string{"product": "小天鹅那个白的", "serial": "A-7"})
}
