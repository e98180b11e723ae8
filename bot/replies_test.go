package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"kefu/bot/ticket"
)

// A case keeps the talk as it was: what the customer wrote, then what we said.
func TestCaseKeepsWhatWasSaid(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first := s.say("li", "1208空调不制冷 打了两次前台都没人来")
	second := s.say("li", "在房间")
	var who, said []string
	for _, e := range s.open("li").History {
		if e.What == ticket.Said || e.What == ticket.Answer {
			who, said = append(who, e.Who), append(said, e.Text)
		}
	}
	if !slices.Equal(who, []string{ticket.ByCustomer, ticket.ByBot, ticket.ByCustomer, ticket.ByBot}) {
		t.Fatalf("%q said %q", who, said)
	}
	for i, reply := range map[int]string{1: first, 3: second} {
		if line, _, _ := strings.Cut(reply, "\n"); !strings.HasPrefix(said[i], line) {
			t.Errorf("the case has %q of the reply %q", said[i], reply)
		}
	}
}

// What is true and yet the wrong thing to say.
func TestRepliesFit(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for i, c := range [][]string{
		{"我要投诉", "您说，我在记", "房间太吵了睡不着", "房间太吵了睡不着，对不起"},
		{"1208 空调不制冷", "1208", "我想换房", "这就去办"},
		{"1208 空调不制冷", "1208", "算了不用来了", "已告诉"},
		{"明早7点叫醒我", "哪个房间", "1208", "这就去办"},
		{"多收了我三百二十块押金", "对不起", "订单号 HT20261123001", "HT20261123001，记到"},
		{"我要开发票", "抬头", "公司抬头湖畔科技有限公司 税号91330100MA27XXXX1Q", "收到，已转给"},
		{"😀", "在的，您说"},
		{"1208空调不制冷", "1208", "还有马桶也堵了", "记到"},
		{"押金什么时候退，已经三天了！！！", "对不起"},
		{"押金什么时候退", "原路退回"},
		{"我的京东快递怎么还没到", "怎么称呼您"},
		{"明早7点叫醒我 1506", "这就去办", "取消吧", "已告诉"},
		{"1208 空调不制冷", "1208", "在房间", "好", "不是这个房间 是1218", "改成 1218"},
		{"送一套牙具和两瓶水", "哪个房间", "稍等我看下门牌啊", "记到"},
		{"帮我查下我的订单", "订单号"},
		{"能送点热水吗 1801", "热水这就送到 1801"},
		{"aircon in 1208 not working", "记下了，已报给"},
		{`{"room":"1208","issue":"aircon","note":"not cooling"}`, "记下了，已报给"},
	} {
		s.talk(fmt.Sprint("guest", i), c...)
	}
}
