package knowledge

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"kefu/store"
)

// Audience is who may be told.
type Audience string

// The audiences, each including those before it.
const (
	Everyone Audience = "all"
	VIP      Audience = "vip"
	Staff    Audience = "staff"
)

func (a Audience) rank() int {
	switch a {
	case VIP:
		return 1
	case Staff:
		return 2
	}
	return 0
}

// State is where an article is in its life.
type State string

// The states. Only a live article answers.
const (
	Draft   State = "draft" // waits for a lead
	Live    State = "live"
	Retired State = "retired" // refused, or taken out
)

// Article is one thing known. Its id is short, since it travels in an option's
// key: "kb:101".
type Article struct {
	store.Meta
	Title      string     `json:"title,omitempty"` // at most 8 characters, for a tap: 自助早餐时间
	Question   string     `json:"question"`
	Asks       []string   `json:"asks,omitempty"` // other ways to ask
	Answer     string     `json:"answer"`
	Picture    string     `json:"picture,omitempty"` // media id, or "file:" and an attachment's id
	Link       string     `json:"link,omitempty"`
	Closing    string     `json:"closing,omitempty"` // said after 有帮助
	Category   string     `json:"category,omitempty"`
	Official   bool       `json:"official,omitempty"` // the department's binding word: money and policy
	From       store.Time `json:"from,omitzero"`      // valid from, inclusive
	Until      store.Time `json:"until,omitzero"`     // valid until, exclusive
	Audience   Audience   `json:"audience,omitempty"` // empty: everyone
	State      State      `json:"state"`
	Version    int        `json:"version"`          // 1 at first, one more with each approved change
	Ticket     string     `json:"ticket,omitempty"` // where a draft came from
	ProposedBy string     `json:"proposed_by,omitempty"`
	ApprovedBy string     `json:"approved_by,omitempty"`
	ApprovedAt store.Time `json:"approved_at,omitzero"`
	Changed    store.Time `json:"changed,omitzero"`
}

// Limits of an article, in characters.
const (
	MaxQuestion = 200
	MaxAnswer   = 2000
	MaxAsks     = 50
)

// ErrInvalid: the article cannot be kept; the text says why, for a person.
var ErrInvalid = errors.New("knowledge: article not accepted")

// Check says what is wrong with an article, all at once; nil when nothing is.
func (a *Article) Check() error {
	var wrong []string
	if strings.TrimSpace(a.Question) == "" {
		wrong = append(wrong, "缺少问题")
	}
	if utf8.RuneCountInString(a.Question) > MaxQuestion {
		wrong = append(wrong, fmt.Sprintf("问题超过 %d 字", MaxQuestion))
	}
	if strings.TrimSpace(a.Answer) == "" {
		wrong = append(wrong, "缺少答案")
	}
	if utf8.RuneCountInString(a.Answer) > MaxAnswer {
		wrong = append(wrong, fmt.Sprintf("答案超过 %d 字", MaxAnswer))
	}
	if len(a.Asks) > MaxAsks {
		wrong = append(wrong, fmt.Sprintf("问法超过 %d 条", MaxAsks))
	}
	for _, s := range a.Asks {
		if utf8.RuneCountInString(s) > MaxQuestion {
			wrong = append(wrong, fmt.Sprintf("有一条问法超过 %d 字", MaxQuestion))
			break
		}
	}
	if utf8.RuneCountInString(a.Title) > 8 {
		wrong = append(wrong, "短名超过 8 字")
	}
	switch a.Audience {
	case "", Everyone, VIP, Staff:
	default:
		wrong = append(wrong, "对象只能是 all、vip、staff")
	}
	if !a.From.IsZero() && !a.Until.IsZero() && !a.From.Before(a.Until) {
		wrong = append(wrong, "有效期的开始不早于结束")
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%w: %s", ErrInvalid, strings.Join(wrong, "；"))
	}
	return nil
}

// Valid says whether the article may answer that audience now: live, within its
// dates, and meant for them. One past its date is as if it were not there.
func (a *Article) Valid(who Audience, now time.Time) bool {
	t := store.At(now)
	return a.State == Live && a.Audience.rank() <= who.rank() &&
		(a.From.IsZero() || !t.Before(a.From)) && (a.Until.IsZero() || t.Before(a.Until))
}

// Label is what a tap shows: the title, or the question cut to 8 characters.
func (a *Article) Label() string {
	if a.Title != "" {
		return a.Title
	}
	r := []rune(strings.TrimRight(a.Question, "？?。！"))
	return string(r[:min(len(r), 8)])
}
