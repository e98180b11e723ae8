package chat

import (
	"errors"
	"fmt"
)

// Verdict is what a failed call means for what was to be sent.
type Verdict string

// The verdicts, from the tables of error codes in bot/wechat.
const (
	Later      Verdict = "later"       // busy, rate limited, not accepted: try again after a while
	Unsure     Verdict = "unsure"      // the outcome is unknown: it may have arrived
	OtherWay   Verdict = "other_way"   // window closed, credits used up, no grant: another way, or hold
	NeverThem  Verdict = "never_them"  // unfollowed, refuses, unknown openid: never again to this person by this way
	Operator   Verdict = "operator"    // configuration, permission, allow-list: a person must act; pause
	OurFault   Verdict = "our_fault"   // malformed: repeating does not help; dead letter
	AlreadyOut Verdict = "already_out" // a repeat the platform recognised: success
)

// Failure is an error of a call out. Its text is safe to log: it holds no token,
// key, openid or message text.
type Failure struct {
	Platform string // "oa", "wecom", "robot"
	Call     string // "custom/send"
	Code     int    // errcode; 0 for HTTP and network trouble
	Verdict  Verdict
	Why      string // short, without secrets: "rid 68…", "http 502", the IP to allow
	Reason   string // for staff, one of the sentences allowed: "48 小时没来信"
	After    int    // seconds to wait at least, where the platform says so; else 0
}

func (f *Failure) Error() string {
	return fmt.Sprintf("%s %s: %d %s (%s)", f.Platform, f.Call, f.Code, f.Why, f.Verdict)
}

// Failed finds the Failure in an error; nil when there is none.
func Failed(err error) *Failure {
	var f *Failure
	if errors.As(err, &f) {
		return f
	}
	return nil
}
