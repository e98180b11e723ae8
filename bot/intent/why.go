package intent

import (
	"slices"
	"strings"
)

// names are the intents as staff call them.
var names = map[Intent]string{
	Greeting: "问候", Inquiry: "咨询", Complaint: "投诉", Order: "订单", Repair: "报修", Request: "客需",
	Proposal: "建议", Praise: "表扬", Progress: "问进度", Human: "要人工", Rating: "评分", Thanks: "道谢",
	Unsubscribe: "退订", Erase: "删信息", Abuse: "骂人", SelfHarm: "有人有危险", Other: "闲聊", Unknown: "没看懂",
}

// Name is the intent as staff call it.
func (i Intent) Name() string { return names[i] }

// signs are the words that speak for an intent besides whole sentences.
var signs = map[Intent]tag{
	Complaint: tBad | tStrongBad | tAngry, Praise: tGood, Inquiry: tAsk, Proposal: tSuggest, Request: tWant,
	Repair: tBroken, Order: tOrderish,
}

// reasons says, where no rule spoke, what the whole sounds like and which words of
// the lists stand in it.
func (s *sheet) reasons() {
	m := s.out.Intents[0]
	if len(s.out.Why) > 0 || m.Intent == Unknown {
		return
	}
	said := "整句像" + m.Intent.Name()
	var words []string
	to := 0
	for _, h := range s.hits {
		if h.tags&signs[m.Intent] == 0 || h.to <= to || len(words) == 3 {
			continue
		}
		to = h.to
		if w := strings.TrimSpace(s.text(h)); w != "" && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	if len(words) > 0 {
		said += "：" + strings.Join(words, " ")
	}
	s.why(said)
}
