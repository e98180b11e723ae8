package sim

import (
	"slices"
	"time"
)

// FaultKind is something that goes wrong in WeChat, WeCom or on the way.
type FaultKind string

// The faults. Those of pushes concern what the platform sends to the program, the
// others what the program calls.
const (
	Triple   FaultKind = "triple"   // push: every message three times, one after the other
	Parallel FaultKind = "parallel" // push: every message three times at once
	Reorder  FaultKind = "reorder"  // push: one message lets the next one pass
	Slow     FaultKind = "slow"     // the answer comes late
	Gateway  FaultKind = "gateway"  // HTTP 502 with a page of HTML
	Busy     FaultKind = "busy"     // errcode -1
	Reset    FaultKind = "reset"    // the connection is cut without an answer
	Half     FaultKind = "half"     // half an answer, then the connection is cut
	Garbage  FaultKind = "garbage"  // HTTP 200, but not JSON
	BadToken FaultKind = "token"    // 40001, or 40014 at WeCom
	UsedUp   FaultKind = "credits"  // custom/send: 45047
	Frequent FaultKind = "frequent" // 45009
	BadIP    FaultKind = "ip"       // 40164, or 60020 at WeCom
)

// Fault is one fault switched on.
type Fault struct {
	Kind     FaultKind     `json:"kind"`
	Platform string        `json:"platform,omitempty"` // "oa", "wecom", "robot"; "" all
	Call     string        `json:"call,omitempty"`     // "message/custom/send"; "" all
	Times    int           `json:"times,omitempty"`    // for the next n; 0 until cleared
	Delay    time.Duration `json:"delay,omitempty"`    // of Slow, real time; default 6 s
	Done     bool          `json:"done,omitempty"`     // the platform did the work and only the answer is lost
}

// FaultInfo is a fault in words for people.
type FaultInfo struct {
	Kind  FaultKind `json:"kind"`
	Title string    `json:"title"`
	See   string    `json:"see"` // what the reader should see now
	Push  bool      `json:"push"`
}

// FaultList is every fault there is.
func FaultList() []FaultInfo {
	return []FaultInfo{
		{Triple, "微信把同一条推三次", "客人只收到一次回复，只立一张单", true},
		{Parallel, "微信同时推三遍", "三遍同时到，客人也只收到一次回复", true},
		{Reorder, "微信把先后推反", "连发两条，后一条先到；仍按客人说的先后办", true},
		{Slow, "微信慢 6 秒", "客人照样 5 秒内有回应；发出去的话不会重复", false},
		{Gateway, "微信接口报 502", "客服的话显示“未送达”，恢复后自动再发", false},
		{Busy, "微信说系统繁忙", "过一会儿自动再发，客人最后收到一次", false},
		{Reset, "连接被掐断", "不知道发没发到：回复会再发，推广不会", false},
		{Half, "回答只来一半", "和连接被掐断一样处理，不会卡住", false},
		{Garbage, "微信答非所问", "当作没发成，稍后再发；页面说明原因", false},
		{BadToken, "令牌失效", "自动换新令牌再发一次，客人没有感觉", false},
		{UsedUp, "发送超额", "话先存着，客人一来信就发；负责人收到“没送到”", false},
		{Frequent, "发得太快被限", "群里的消息合并后晚一点到，一条不少", false},
		{BadIP, "IP 不在白名单", "暂停发送，管理员看到要加的 IP", false},
	}
}

// Faults are the faults switched on.
type Faults struct {
	sim  *Sim
	list []Fault
}

const maxFaults = 50

// Faults switches faults on and off.
func (s *Sim) Faults() *Faults { return &s.faults }

// Set switches a fault on, beside those already on. Of one kind, platform and
// call there is one; the newer replaces it.
func (f *Faults) Set(x Fault) {
	f.sim.mu.Lock()
	defer f.sim.mu.Unlock()
	f.drop(x)
	if x.Delay <= 0 {
		x.Delay = 6 * time.Second
	}
	f.list = keep(f.list, x, maxFaults)
	f.sim.touch()
}

// Clear switches off the faults of these kinds; without kinds, all.
func (f *Faults) Clear(kinds ...FaultKind) {
	f.sim.mu.Lock()
	defer f.sim.mu.Unlock()
	if len(kinds) == 0 {
		f.list = nil
	}
	f.list = slices.DeleteFunc(f.list, func(x Fault) bool { return slices.Contains(kinds, x.Kind) })
	f.sim.touch()
}

// List is what is switched on, oldest first.
func (f *Faults) List() []Fault {
	f.sim.mu.Lock()
	defer f.sim.mu.Unlock()
	return slices.Clone(f.list)
}

func (f *Faults) drop(x Fault) {
	f.list = slices.DeleteFunc(f.list, func(y Fault) bool {
		return y.Kind == x.Kind && y.Platform == x.Platform && y.Call == x.Call
	})
}

// take finds the faults of a call and counts them. The lock is held.
func (f *Faults) take(platform, call string, push bool) []Fault {
	var hit []Fault
	for i := 0; i < len(f.list); i++ {
		x := &f.list[i]
		ofPush := x.Kind == Triple || x.Kind == Parallel || x.Kind == Reorder
		if ofPush != push || x.Platform != "" && x.Platform != platform || x.Call != "" && x.Call != call {
			continue
		}
		if x.Kind == UsedUp && call != "message/custom/send" {
			continue
		}
		hit = append(hit, *x)
		if x.Times == 1 {
			f.list = slices.Delete(f.list, i, i+1)
			i--
		} else if x.Times > 1 {
			x.Times--
		}
	}
	return hit
}

// pushPlan is how a push is to be delivered.
type pushPlan struct {
	copies   int
	together bool
	swap     bool
}

func (f *Faults) forPush(platform string) pushPlan {
	f.sim.mu.Lock()
	defer f.sim.mu.Unlock()
	p := pushPlan{copies: 1}
	for _, x := range f.take(platform, "push", true) {
		switch x.Kind {
		case Triple, Parallel:
			p.copies, p.together = maxTries, x.Kind == Parallel
		case Reorder:
			p.swap = true
		}
	}
	return p
}

// errcode is the number a fault answers with; false when it is of another kind.
func (x Fault) errcode(platform string) (int, bool) {
	switch x.Kind {
	case Busy:
		return -1, true
	case BadToken:
		if platform == "wecom" {
			return 40014, true
		}
		return 40001, true
	case UsedUp:
		return 45047, true
	case Frequent:
		return 45009, true
	case BadIP:
		if platform == "oa" {
			return 40164, true
		}
		return 60020, true
	}
	return 0, false
}
