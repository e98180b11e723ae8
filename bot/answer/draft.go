package answer

import (
	"regexp"
	"strings"

	"kefu/bot/wording"
)

type verdict = wording.Verdict

// ground is what a draft may rest on.
type ground struct {
	promised *source   // times
	decided  *source   // gifts, money, acts, what staff said
	facts    *source   // numbers and names
	guest    *source   // the customer's own words
	given    []*source // articles
	house    company   // what is known, and the words of which replies are made
}

// houseWords are those of which replies are made.
const houseWords = "对不起抱歉让您久等热着等着急了扫兴失望没休息好记下了知道了收到听到了解反映说的情况这件事事情您说的" +
	"在这里回您答复给您准信打电话联系您告诉您安排处理检查检修维修更换打扫补送换房确认核实跟进负责跟到底接手" +
	"师傅同事前台经理正在已请已报给去房间到房上门看看查一下问一下问清楚有变化有结果第一句谢谢您辛苦提醒建议转给方便不方便"

func newGround(c Case, given []passage) ground {
	d := ground{
		promised: newSource(c.Promised, "", true),
		decided:  newSource(c.decided()+"\n"+c.State, "", true),
		facts:    newSource(strings.Join([]string{c.Kind, c.Matter, c.Place, c.decided(), c.Promised, c.said(Guest, Staff, Bot)}, "\n"), "", true),
		guest:    newSource(c.Matter+"\n"+c.said(Guest), "", true),
	}
	for _, p := range given {
		d.given = append(d.given, p.source)
	}
	d.house = newCompany(d.facts.text, houseWords)
	return d
}

// knows says whether all claims stand somewhere in the source.
func (s *source) knows(cs claims) bool {
	for c := range cs {
		ok := false
		for _, p := range s.pieces {
			if p.claims.have(c) {
				ok = true
				break
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

// marked says whether the source has all words of these groups that m has,
// together in one clause.
func (s *source) marked(m marks, groups ...group) bool {
	for _, p := range s.pieces {
		if m.within(p.marks, groups...) {
			return true
		}
	}
	return false
}

// manners are what the house does not write: flattery, phrases, excuses, guilt,
// talk of other guests, asking for what no guest is asked for.
var manners = strings.Fields(`小主 您好呢 感谢您的宝贵意见 宝贵意见 带来不便 敬请谅解 按规定 系统显示 不清楚 我不明白 请您理解 请理解 耐心等待 尽快 稍后 尽早
 我们的责任 我方责任 全责 是我们的错 都怪 是您的问题 您自己 别的客人 其他客人 另一位客人 隔壁客人 上一位客人 别的房间的客人 竞争对手 别家酒店
 验证码 密码 银行卡号 身份证号 卡号 转账 汇款 打款 扫码支付 加我 私聊 删除评价 删掉评价 好评返`)

var dear = regexp.MustCompile(`(^|[，。！ ])亲(爱的)?[，,！!～~ ]`)

// acts say that something has been done or is being done.
var acts = regexp.MustCompile(`已经|已(?:为|给|帮|请|安排|联系|通知|同意|批准|退|换|修|派|让|报|转|登记|核实|查)|刚刚|刚才|正在`)

// moment are claims that say when.
func moment(c claim) bool {
	switch c.kind {
	case kindTime, kindDate, kindYear, "小时", "分钟", "秒", "工作日", "天", "周", "月", "晚":
		return true
	}
	return false
}

// written says whether a sentence of a draft may stay.
func (g guard) written(text string, d ground) bool {
	for _, w := range manners {
		if strings.Contains(text, w) {
			return false
		}
	}
	if dear.MatchString(text) {
		return false
	}
	if len(d.given) > 0 && g.borne(text, d.given) {
		return true
	}
	all := clauses(text)
	for i, c := range all {
		asks := i == len(all)-1 && strings.ContainsAny(text, "？?")
		if !g.fits(c, asks, d) {
			return false
		}
	}
	return true
}

// fits judges a clause that no article bears; asks says that it is a question.
func (g guard) fits(clause string, asks bool, d ground) bool {
	p := readPiece(clause)
	if !g.namesIn(clause, d.facts) {
		return false
	}
	if foreign(p, asks, d) {
		return false
	}
	heard := g.repeats(clause, p, d)
	for c := range p.claims {
		one := claims{c: true}
		switch {
		case c.kind == kindDigits || c.kind == kindLink:
			if !d.decided.knows(one) {
				return false
			}
		case moment(c):
			if !d.promised.knows(one) && !d.decided.knows(one) && !heard {
				return false
			}
		case ofMoney(piece{claims: one}):
			if !d.decided.knows(one) {
				return false
			}
		case !d.facts.knows(one):
			return false
		}
	}
	if p.marks.has(when) && !p.marks.within(merged(d.promised, d.decided), when) && !heard {
		return false
	}
	if p.marks.has(promise, benefit, act) && !harmless(clause) && !d.decided.marked(p.marks, promise, benefit, act) {
		return false
	}
	if acts.MatchString(clause) {
		if share, fresh := d.facts.all.covered(p.marks.rest); share < 0.6 || fresh > 4 {
			return false
		}
	}
	return true
}

// foreign says whether a clause is about something that is neither in the case nor
// in the manner of a reply. A question may be about what is not known yet.
func foreign(p piece, asks bool, d ground) bool {
	share, fresh := d.house.covered(p.marks.rest)
	if asks {
		return fresh > 6
	}
	n := 0
	for _, r := range p.marks.rest {
		if r != ' ' {
			n++
		}
	}
	return n >= 4 && share < 0.5 || fresh > 6
}

// harmless clauses hold a word of promise that promises nothing by itself: who
// will see to it, as the pack's own phrases say.
func harmless(clause string) bool {
	p := readPiece(clause)
	for c, g := range p.marks.classes {
		if g == benefit || g == promise || g == act && c != "已为您" {
			return false
		}
	}
	return !acts.MatchString(clause)
}

// repeats says whether a clause only gives back what the customer wrote: then its
// times are theirs.
func (g guard) repeats(clause string, p piece, d ground) bool {
	if p.marks.has(promise, benefit) || strings.Contains(clause, "我") || strings.Contains(clause, "前") {
		return false
	}
	share, fresh := d.guest.all.covered(p.marks.rest)
	return share >= 0.8 && fresh <= maxFresh && d.guest.knows(p.claims)
}

func merged(all ...*source) marks {
	out := marks{classes: map[string]group{}}
	for _, s := range all {
		for _, p := range s.pieces {
			for c, g := range p.marks.classes {
				out.classes[c] = g
			}
		}
	}
	return out
}
