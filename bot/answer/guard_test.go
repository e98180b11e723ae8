package answer

import (
	"testing"

	"kefu/bot/knowledge"
	"kefu/bot/wording"
)

func allow(string) wording.Verdict { return wording.Verdict{} }

func art(id, q, a string, official bool) *knowledge.Article {
	x := &knowledge.Article{Question: q, Answer: a, Official: official, State: knowledge.Live}
	x.ID = id
	return x
}

var shelf = []*knowledge.Article{
	art("101", "早餐几点？小孩要钱吗？", "早餐 6:30–10:00，一楼湖畔餐厅，周末到 10:30。\n1.2 米以下免费，1.2–1.5 米每位 48 元。", true),
	art("201", "泳池几点开放？", "室内恒温泳池在三楼，7:00–22:00，住店客人免费。\n下水要戴泳帽，前台有售；1.4 米以下须大人陪同。", true),
	art("301", "可以带宠物吗？", "客房不可以带宠物。导盲犬除外，请提前一天告诉我们。", false),
	art("401", "退房时间是几点？可以延迟退房吗？", "退房时间是中午 12:00。金卡会员可免费延迟退房到 14:00，其他客人每小时加收 50 元。", true),
	art("501", "怎么开发票？", "退房时在前台开发票，也可以扫房间里的二维码，三个工作日内发到邮箱。\nhttps://lake.example.com/fp", false),
}

// What stays of a sentence that cites the right article, and what is cut.
func TestSentences(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"早餐 6:30–10:00，一楼湖畔餐厅[1]。", "早餐 6:30–10:00，一楼湖畔餐厅。"},
		{"您好，早餐是六点半到十点，在一楼湖畔餐厅[1]。", "您好，早餐是六点半到十点，在一楼湖畔餐厅。"},
		{"周末早餐到 10:30。[1]", "周末早餐到 10:30。"},
		{"1.2 米以下免费[1]。1.2–1.5 米每位 48 元【1】", "1.2 米以下免费。1.2–1.5 米每位 48 元。"},
		{"早餐 6:30–10:00[1]。早餐很丰盛[1]。", "早餐 6:30–10:00。"},
		{"早餐 6:30–10:00。", ""},     // no citation
		{"早餐 6:30–10:00[2]。", ""},  // another article
		{"早餐 6:30–10:00[9]。", ""},  // no such article
		{"早餐 6:30–10:00[官方]。", ""}, // no number
		{"早餐 6:30–10:30[1]。", ""},  // another day's time
		{"早餐 7:00–10:00[1]。", ""},  // no such time
		{"1.2 米以下每位 48 元[1]。", ""}, // whose number?
		{"1.5 米以下免费[1]。", ""},      // whose number?
		{"早餐免费[1]。", ""},           // for whom?
		{"早餐每位 480 元[1]。", ""},     // no such sum
		{"早餐在二楼湖畔餐厅[1]。", ""},      // no such floor
		{"早餐在一楼云顶餐厅[1]。", ""},      // no such place
		{"马上给您送早餐[1]。", ""},        // a promise
		{"保证早餐 6:30 开始[1]。", ""},   // a promise
		{"可以[5]。", ""},             // to what?
		{"可以的[5]！", ""},            //
		{"下水要戴泳帽，前台有售；1.4 米以下须大人陪同[2]。", "下水要戴泳帽，前台有售；1.4 米以下须大人陪同。"}, // cited at its end
		{"泳池全天开放；1.4 米以下须大人陪同[2]。", "1.4 米以下须大人陪同。"},
		{"客房不可以带宠物[3]。", "客房不可以带宠物。"},
		{"客房可以带宠物[3]。", ""},
		{"客房能带宠物[3]。", ""},
		{"欢迎带宠物[3]。", ""},
		{"泳池免费[2]。", ""},                              // for whom?
		{"泳池住店客人免费[2]。", "泳池住店客人免费。"},                 //
		{"泳池在三楼，7:00–22:00[2]。", "泳池在三楼，7:00–22:00。"}, //
		{"可以延迟退房到 14:00[4]。", ""},                     // for whom?
		{"金卡会员可免费延迟退房到 14:00[4]。", "金卡会员可免费延迟退房到 14:00。"},    //
		{"其他客人每小时加收 50 元[4]。", "其他客人每小时加收 50 元。"},            //
		{"客房不可以带宠物[3]，联系王经理可以破例[3]。", ""},                    //
		{"发票三个工作日内发到邮箱[5]。", "发票三个工作日内发到邮箱。"},                //
		{"发票三小时内发到邮箱[5]。", ""},                               //
		{"扫房间里的二维码开发票 https://evil.example.com/fp [5]。", ""}, //
		{"在前台开发票[5]\nhttps://lake.example.com/fp [5]", "在前台开发票。\nhttps://lake.example.com/fp"},
		{"<a href=\"x\">早餐 6:30</a>[1]", ""},
		{"**早餐** 6:30–10:00[1]", ""},
		{"无", ""}, {"", ""}, {"。。。", ""}, {"[1][1][1]", ""},
	} {
		g := guard{allowed: allow}
		got, err := g.answer(c.text, passages(Question{Text: "早餐 泳池 宠物 退房 发票", Articles: shelf}))
		if got.Text != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s\n got %q %v\nwant %q", c.text, got.Text, err, c.want)
		}
	}
}
