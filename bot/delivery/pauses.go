package delivery

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"

	"kefu/bot/chat"
	"kefu/store"
)

// pauses are the calls that a person must first repair, or whose quota is used
// up, and the breakers of what does not answer. A restart forgets them: the
// first call then finds out again.
type pauses struct {
	mu       sync.Mutex
	calls    map[string]pause
	breakers map[string]circuitbreaker.CircuitBreaker[any]
}

type pause struct {
	until store.Time
	n     int
}

func newPauses() *pauses {
	return &pauses{calls: map[string]pause{}, breakers: map[string]circuitbreaker.CircuitBreaker[any]{}}
}

// endpoint names what can fail as one: a platform's account, or one robot.
func endpoint(to chat.Address) string {
	if to.Channel == chat.Robot {
		return string(to.Channel) + "/" + to.User
	}
	return string(to.Channel) + "/" + string(to.Account)
}

func callKey(to chat.Address, by By) string { return endpoint(to) + "/" + string(by) }

// until is when the call may be tried again; zero: now.
func (p *pauses) until(key string, now store.Time) store.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if u := p.calls[key].until; now.Before(u) {
		return u
	}
	return store.Time{}
}

// pause stops a call for at least that long; a person must act: twice as long
// each time, up to half an hour.
func (p *pauses) pause(key string, now store.Time, after time.Duration) store.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	x := p.calls[key]
	if now.Before(x.until) {
		return x.until // others found out at the same time
	}
	if after <= 0 {
		after = min(time.Minute<<min(x.n, 5), 30*time.Minute)
	}
	x.n++
	x.until = now.Add(after)
	p.calls[key] = x
	return x.until
}

// works forgets the pause of a call that succeeded.
func (p *pauses) works(key string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.calls, key)
}

// breaker opens after 8 of 10 calls did not come through, and lets one try after
// 10 s.
func (p *pauses) breaker(to chat.Address) circuitbreaker.CircuitBreaker[any] {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := endpoint(to)
	b := p.breakers[key]
	if b == nil {
		b = circuitbreaker.NewBuilder[any]().WithFailureThresholdRatio(8, 10).WithDelay(10 * time.Second).Build()
		p.breakers[key] = b
	}
	return b
}

// send makes the call within the hard time-out, also when the carrier does not
// mind its context; then the outcome is unknown.
func send(ctx context.Context, c chat.Carrier, to chat.Address, call chat.Call) (chat.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, HardTimeout)
	type answer struct {
		r   chat.Receipt
		err error
	}
	got := make(chan answer, 1)
	go func() {
		defer cancel()
		defer func() {
			if p := recover(); p != nil {
				got <- answer{err: fmt.Errorf("delivery: carrier panicked in %s", call.Name)}
			}
		}()
		r, err := c.Send(ctx, to, call)
		got <- answer{r, err}
	}()
	select {
	case a := <-got:
		return a.r, a.err
	case <-ctx.Done():
		select {
		case a := <-got:
			return a.r, a.err
		default:
		}
		return chat.Receipt{}, &chat.Failure{Platform: string(to.Channel), Call: call.Name, Verdict: chat.Unsure, Why: "no answer in time"}
	}
}

// failure is an error as a Failure: what is not one is of unknown outcome.
func failure(err error, to chat.Address, call string) *chat.Failure {
	if err == nil {
		return nil
	}
	if f := chat.Failed(err); f != nil {
		return f
	}
	return &chat.Failure{Platform: string(to.Channel), Call: call, Verdict: chat.Unsure, Why: "carrier failed"}
}
