package intent

// Intent is what a customer wants of us.
type Intent string

// The intents.
const (
	Greeting    Intent = "greeting"    // 你好, 在吗
	Inquiry     Intent = "inquiry"     // a question
	Complaint   Intent = "complaint"   // something was not right
	Order       Intent = "order"       // book, change, cancel, where is it
	Repair      Intent = "repair"      // something is broken
	Request     Intent = "request"     // 送两瓶水, 打扫
	Proposal    Intent = "proposal"    // a suggestion
	Praise      Intent = "praise"      // something was good
	Progress    Intent = "progress"    // 我那个事怎么样了, 催
	Human       Intent = "human"       // 转人工
	Rating      Intent = "rating"      // 5 分, 很满意
	Thanks      Intent = "thanks"      // 谢谢, 好的, an emoji
	Unsubscribe Intent = "unsubscribe" // 退订, TD
	Erase       Intent = "erase"       // 删除我的信息
	Abuse       Intent = "abuse"       // swearing without a matter
	SelfHarm    Intent = "selfharm"    // somebody is in danger from themselves or others
	Other       Intent = "other"       // small talk, another company's business
	Unknown     Intent = "unknown"     // not understood
)

// All lists the intents that have examples, in a fixed order.
var All = []Intent{
	Greeting, Inquiry, Complaint, Order, Repair, Request, Proposal, Praise, Progress,
	Human, Rating, Thanks, Unsubscribe, Erase, Abuse, SelfHarm, Other,
}

// Scored is an intent and how sure we are of it, 0 to 1.
type Scored struct {
	Intent     Intent  `json:"intent"`
	Confidence float64 `json:"confidence"`
}

// Slot names one thing a ticket may need.
type Slot string

// The slots that can be asked for.
const (
	SlotRoom    Slot = "room"
	SlotPhone   Slot = "phone"
	SlotOrder   Slot = "order"
	SlotNumber  Slot = "number"
	SlotAmount  Slot = "amount"
	SlotWhen    Slot = "when"
	SlotName    Slot = "name"
	SlotAddress Slot = "address"
	SlotProduct Slot = "product"
	SlotSerial  Slot = "serial"
	SlotPeople  Slot = "people"
	SlotNights  Slot = "nights"
)

// Context is what the reader needs to know of the conversation.
type Context struct {
	Asked Slot // what we have just asked for: a bare number then means that
	Open  bool // the customer has a case in hand: 好了吗 is about it
}

// Fields are what was found in the text; an empty one was not found. A bare
// four-digit number stands both in Room and in Number: the caller, who knows
// the open tickets and the rooms, decides.
type Fields struct {
	Room     string `json:"room,omitempty"`     // digits: "1208", "0716"
	Phone    string `json:"phone,omitempty"`    // digits; a landline with its area code
	Order    string `json:"order,omitempty"`    // as written, without spaces
	Number   string `json:"number,omitempty"`   // ticket number: "4827"
	Product  string `json:"product,omitempty"`  // a product of the lexicon, or a model like "XQG100"
	Amount   int64  `json:"amount,omitempty"`   // 分
	Quantity int    `json:"quantity,omitempty"` // 两瓶水: 2
	When     string `json:"when,omitempty"`     // the customer's words: "昨天下午"; see [Moment]
	Name     string `json:"name,omitempty"`     // "王女士", "李明", or a surname alone
	Address  string `json:"address,omitempty"`  // as written
	Serial   string `json:"serial,omitempty"`   // of a machine, in capitals
	People   int    `json:"people,omitempty"`   // 两大一小: 3
	Nights   int    `json:"nights,omitempty"`   // 住两晚: 2
}

// Reading is one message understood.
type Reading struct {
	Intents     []Scored `json:"intents"` // best first, at least one
	Main        Intent   `json:"main"`
	Major       bool     `json:"major,omitempty"` // a manager must hear of it now
	MajorWords  []string `json:"major_words,omitempty"`
	Safety      bool     `json:"safety,omitempty"` // danger to life: also Major
	SafetyWords []string `json:"safety_words,omitempty"`
	SelfHarm    bool     `json:"self_harm,omitempty"` // also Major
	Anger       float64  `json:"anger,omitempty"`     // 0 calm to 1
	Urge        bool     `json:"urge,omitempty"`      // 催, 还没好吗: what is under way is to go faster
	Ill         bool     `json:"ill,omitempty"`       // somebody is ill: whatever is wanted is urgent
	Stars       int      `json:"stars,omitempty"`     // 1 to 5 where the whole message is a rating
	Fields      Fields   `json:"fields,omitzero"`
	Category    string   `json:"category,omitempty"` // id of the lexicon's category
	Thing       string   `json:"thing,omitempty"`    // short noun: 空调
	Complete    bool     `json:"complete"`           // a whole sentence, not half of one
	Why         []string `json:"why,omitempty"`      // for staff: which words or examples decided
}

// Has says whether the message carries this intent at all.
func (r Reading) Has(i Intent) bool { return r.Confidence(i) > 0 }

// Confidence is how sure we are of an intent; 0 when it is not carried.
func (r Reading) Confidence(i Intent) float64 {
	for _, s := range r.Intents {
		if s.Intent == i {
			return s.Confidence
		}
	}
	return 0
}

// Category is one of the pack's kinds of trouble and the words that show it.
type Category struct {
	ID    string   // "设施设备"
	Words []string // 空调, 热水, 电视
}

// Lexicon is what a company adds to what we know ourselves.
type Lexicon struct {
	Categories []Category
	Things     []string            // nouns customers name, besides those of words/things.txt
	Products   []string            // names and models
	Major      []string            // more words that make a message major
	Safety     []string            // more words of danger
	Examples   map[Intent][]string // more sentences to learn from
}
