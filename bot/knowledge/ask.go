package knowledge

import (
	"fmt"
	"math"
	"strings"
	"time"

	"kefu/bot/wording"
)

// Near is the article that came closest although it is no answer.
type Near struct {
	Article *Article
	Score   float64 // 0 to 1
}

// String is the line of a card: "泳池开放时间（0.41）"; empty when nothing is near.
func (n Near) String() string {
	if n.Article == nil {
		return ""
	}
	return fmt.Sprintf("%s（%.2f）", n.Article.Label(), n.Score)
}

// Answer is what a question finds. At most one of Best and Several is set; with
// neither we do not know, and a person must answer. The articles are shared with
// the index: they must not be changed.
type Answer struct {
	Sure    bool       // Best answers
	Best    *Article   // set when Sure
	Several []*Article // up to three to choose from, when not Sure; one is asked back
	Near    Near       // best of all that the audience may read, when it fell short
	Score   float64    // of Best, or of the first of Several
	Binding bool       // a question of money or policy: answered from official ones only
}

// Articles are those that answer, or between which to choose; none otherwise.
func (a Answer) Articles() []*Article {
	if a.Sure {
		return []*Article{a.Best}
	}
	return a.Several
}

// Known says whether there is something to say.
func (a Answer) Known() bool { return a.Sure || len(a.Several) > 0 }

// Thresholds of the score, found on questions of other domains: from sureScore an
// article answers, if the next one lies clearly behind; from someScore it may be
// offered; below nearScore it is not even near.
const (
	sureScore = 0.72
	someScore = 0.63
	nearScore = 0.33
	exact     = 0.98  // its own question, word for word
	apart     = 0.895 // the next one's share of the best score
)

// Thresholds of sign, which finds what a question is about when likeness is small.
// The more articles there are, the likelier one is met by chance, so that some(n)
// grows with their number: it lets through what guests ask of thirty articles in
// their own words (testdata/guests.txt), and among 1,858 refuses 15 of 100
// questions that have an answer and 72 of 100 that have none.
const (
	someSign    = -1.15
	someSignLog = 0.25 // for each e times as many articles
	sureSign    = 2.2
	besideSign  = 1.2 // so much less is enough to be shown beside a better one
	apartRank   = 1   // the next one's rank behind the best: it is e times less likely
)

func (b *Base) some() float64 {
	return someSign + someSignLog*math.Log(float64(max(len(b.index.byID), 1)))
}

// Ask finds what answers a question. It takes well under a millisecond for
// thousands of articles and needs no store.
func (b *Base) Ask(text string, who Audience, now time.Time) Answer {
	b.mu.RLock()
	defer b.mu.RUnlock()
	w := b.index.begin()
	defer b.index.end(w)
	b.index.prepare(w, text)
	out := Answer{Binding: b.isBinding(text)}
	all := b.index.search(w, func(a *Article) bool { return a.Valid(who, now) })
	if len(all) == 0 {
		return out
	}
	if first := all[0]; first.score >= nearScore {
		out.Near = Near{b.index.docs[first.doc].art, first.score}
	}
	some := b.some()
	fit := all[:0] // all is not needed any more
	for _, f := range all {
		if (f.score >= someScore || f.sign >= some-besideSign) && (!out.Binding || b.index.docs[f.doc].art.Official) {
			fit = append(fit, f)
		}
	}
	b.decide(&out, fit, some)
	if out.Known() {
		out.Near = Near{}
	}
	return out
}

// decide tells one answer from several from none. fit is in order of rank.
func (b *Base) decide(out *Answer, fit []found, some float64) {
	n := 0
	for n < len(fit) && n < 3 && (n == 0 || fit[0].besides(fit[n])) {
		n++
	}
	if n == 0 || fit[0].score < someScore && fit[0].sign < some {
		return
	}
	best := fit[0]
	sure := n == 1 && (best.score >= sureScore || best.sign >= sureSign) ||
		best.score >= exact && (n == 1 || fit[1].score < exact)
	if !sure && n == 1 && best.sign >= some {
		n = min(3, len(fit)) // what it is about is known, but not surely: the next ones beside it
	}
	switch {
	case sure:
		out.Sure, out.Best = true, b.index.docs[best.doc].art
	case n > 1, best.sign >= some:
		for _, f := range fit[:n] {
			out.Several = append(out.Several, b.index.docs[f.doc].art)
		}
	default:
		return
	}
	out.Score = best.score
}

// besides says that the next candidate fits about as well.
func (f found) besides(next found) bool {
	if f.score >= someScore {
		return next.score >= f.score*apart
	}
	return next.rank >= f.rank-apartRank
}

// Best gives the n articles that come closest, best first, however far they are.
func (b *Base) Best(text string, who Audience, now time.Time, n int) []*Article {
	return b.best(text, n, func(a *Article) bool { return a.Valid(who, now) })
}

// Search is Best among all live articles, whoever they are for and whatever their
// dates: for those who keep them.
func (b *Base) Search(text string, n int) []*Article {
	return b.best(text, n, func(*Article) bool { return true })
}

func (b *Base) best(text string, n int, keep func(*Article) bool) []*Article {
	b.mu.RLock()
	defer b.mu.RUnlock()
	w := b.index.begin()
	defer b.index.end(w)
	b.index.prepare(w, text)
	var out []*Article
	for _, f := range b.index.search(w, keep) {
		if len(out) == n {
			break
		}
		out = append(out, b.index.docs[f.doc].art)
	}
	return out
}

// passageRank is how far behind the best in rank an article may hold the answer
// all the same: it is e³ times less likely to be the right one.
const passageRank = 3

// Passages gives up to n articles that may hold the answer, best first, for who
// reads them before saying anything: so they may be less sure than those of Ask.
// For a question of money or policy they are official ones. There are none when
// not even the first is near. They are shared with the index: they must not be
// changed.
func (b *Base) Passages(text string, who Audience, now time.Time, n int) []*Article {
	b.mu.RLock()
	defer b.mu.RUnlock()
	w := b.index.begin()
	defer b.index.end(w)
	b.index.prepare(w, text)
	binding := b.isBinding(text)
	all := b.index.search(w, func(a *Article) bool { return a.Valid(who, now) && (a.Official || !binding) })
	if len(all) == 0 || all[0].score < nearScore && all[0].sign < b.some()-besideSign {
		return nil
	}
	var out []*Article
	for _, f := range all[:min(n, len(all))] {
		if f.rank <= all[0].rank-passageRank {
			break
		}
		out = append(out, b.index.docs[f.doc].art)
	}
	return out
}

// bindingWords make a question one of money or policy, to which only an official
// article may answer.
var bindingWords = strings.Fields(`多少钱 价格 价钱 价位 收费 费用 要钱 加钱 花钱 扣钱 扣费 免费 押金 定金 订金 退款 退钱 退费 退定金 赔 补偿 打折 折扣
 优惠 便宜 违约金 违约 政策 规定 制度 保修 三包 退换 换货 退货 包退 手续费 服务费 上门费 加收 减免 免单 抵扣 报销 几块 几元 多钱 工本费 违规`)

func (o Options) bindingWords() *wording.Exact {
	return wording.NewExact(append(append([]string{}, bindingWords...), o.Binding...))
}

func (b *Base) isBinding(text string) bool { return b.binding.Load().Any(fold(text)) }
