package desk

import (
	"slices"
	"strings"
)

// The kinds of answer a question may want.
const (
	WantRoom    = "room"    // a room's number
	WantPlace   = "place"   // a room or any other place, in the customer's words
	WantPhone   = "phone"   //
	WantName    = "name"    //
	WantOrder   = "order"   // an order's number
	WantProduct = "product" // a product or model
	WantSerial  = "serial"  // of a machine
	WantAddress = "address" //
	WantWhen    = "when"    // a time to come
	WantSince   = "since"   // a day that was: bought when
	WantPeople  = "people"  // how many heads
	WantNights  = "nights"  //
	WantAmount  = "amount"  // a sum of money
	WantWords   = "words"   // anything
	WantOption  = "option"  // one of the options only
)

var wants = []string{WantRoom, WantPlace, WantPhone, WantName, WantOrder, WantProduct, WantSerial, WantAddress, WantWhen,
	WantSince, WantPeople, WantNights, WantAmount, WantWords, WantOption}

// Ask is a question that is put after the case was opened.
type Ask struct {
	ID         string   `yaml:"id"`         // the slot: stay, room, phone, when, …
	Title      string   `yaml:"name"`       // how it is called when it is said again: 房号; "": as usual
	Want       string   `yaml:"want"`       // what sort of answer; "": that of its id, or one of the options
	Known      []string `yaml:"known"`      // only when these are known: room, phone, order, another question's id
	Unknown    []string `yaml:"unknown"`    // only when these are not
	Categories []string `yaml:"categories"` // only in these
	Stay       string   `yaml:"stay"`       // only when in, left
	Said       []string `yaml:"said"`       // only when the customer's words have one of these
	Unsaid     []string `yaml:"unsaid"`     // only when they have none of these
	Text       string   `yaml:"text"`       // the question; "": its words are in Key
	Key        string   `yaml:"key"`        // of the words that put the question
	Options    []Answer `yaml:"options"`
}

// Answer is an option of a question.
type Answer struct {
	ID    string   `yaml:"id"`
	Label string   `yaml:"label"`
	Noted string   `yaml:"noted"` // what we say we did with it: 已告诉师傅您在房间
	Where string   `yaml:"where"` // for staff: 客人在房间
	Words []string `yaml:"words"` // typed, these mean the same
}

// Skip is the option by which a customer does not answer.
const Skip = "skip"

// Wants is what sort of answer the question is for.
func (a *Ask) Wants() string {
	switch {
	case a.Want != "":
		return a.Want
	case slices.Contains(wants, a.ID):
		return a.ID
	case len(a.Options) > 0 && (len(a.Options) > 1 || a.Options[0].ID != Skip):
		return WantOption
	}
	return WantWords
}

var slotTitles = map[string]string{
	WantRoom: "房号", WantPlace: "地点", WantPhone: "手机号", WantName: "称呼", WantOrder: "订单号", WantProduct: "型号", WantSerial: "机身号",
	WantAddress: "地址", WantWhen: "时间", WantSince: "日期", WantPeople: "人数", WantNights: "几晚", WantAmount: "金额",
}

// SlotTitle is how a thing a case needs is called: phone → 手机号.
func SlotTitle(slot string) string { return slotTitles[slot] }

// Named is how what is asked for is called.
func (a *Ask) Named() string {
	switch {
	case a.Title != "":
		return a.Title
	case slotTitles[a.Wants()] != "":
		return slotTitles[a.Wants()]
	}
	return "这一项"
}

// Question is the question about a slot, nil when the kind has none.
func (k *Kind) Question(slot string) *Ask {
	for i := range k.Ask {
		if k.Ask[i].ID == slot {
			return &k.Ask[i]
		}
	}
	return nil
}

// Fits says whether the question is one for such a case: words are the customer's.
func (a *Ask) Fits(category string, inHouse bool, words string, have func(string) bool) bool {
	said := func(w string) bool { return strings.Contains(words, w) }
	return !(a.Stay == "in" && !inHouse || a.Stay == "left" && inHouse ||
		len(a.Categories) > 0 && !slices.Contains(a.Categories, category) ||
		len(a.Said) > 0 && !slices.ContainsFunc(a.Said, said) || slices.ContainsFunc(a.Unsaid, said) ||
		!all(a.Known, have) || !all(a.Unknown, func(s string) bool { return !have(s) }))
}

// Next is the first question that fits and was not put yet: have says what is
// known ("room", "phone", …) or asked already; nil when there is none.
func (k *Kind) Next(category string, inHouse bool, words string, have func(string) bool) *Ask {
	for i := range k.Ask {
		a := &k.Ask[i]
		if !have("asked:"+a.ID) && a.Fits(category, inHouse, words, have) {
			return a
		}
	}
	return nil
}

func all(of []string, f func(string) bool) bool {
	for _, s := range of {
		if !f(s) {
			return false
		}
	}
	return true
}

// Option is the answer of that id, nil when there is none.
func (a *Ask) Option(id string) *Answer {
	for i := range a.Options {
		if a.Options[i].ID == id {
			return &a.Options[i]
		}
	}
	return nil
}
