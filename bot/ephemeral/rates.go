package ephemeral

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/redis/go-redis/v9"

	"kefu/bot/delivery"
)

// take keeps the instants of the last N and lets one more through when fewer
// fall into the span. redis_rate's bucket would let 2N through in one span, and
// WeCom counts spans.
var take = redis.NewScript(`
redis.call("zremrangebyscore", KEYS[1], "-inf", ARGV[1]-ARGV[2])
if redis.call("zcard", KEYS[1]) >= tonumber(ARGV[3]) then
  local first = redis.call("zrange", KEYS[1], 0, 0, "withscores")
  return math.max(first[2]+ARGV[2]-ARGV[1], 1)
end
redis.call("zadd", KEYS[1], ARGV[1], ARGV[4])
redis.call("pexpire", KEYS[1], ARGV[2])
return 0`)

var _ delivery.Rates = (*Memory)(nil)

// Take takes a slot of key, counted over all instances. This process counts by
// itself too, so that an emptied or absent Redis lets nothing through twice here.
func (m *Memory) Take(ctx context.Context, key string, l delivery.Limit) time.Duration {
	if wait := m.rates.Take(ctx, key, l); wait > 0 || m.embedded != nil {
		return wait
	}
	var wait int64
	err := m.ask(ctx, func(ctx context.Context) (err error) {
		wait, err = take.Run(ctx, m.client, []string{m.prefix + "rate:" + key},
			m.now().UnixMilli(), l.Per.Milliseconds(), l.N, rand.Text()).Int64()
		return err
	})
	if err != nil {
		return 0
	}
	return time.Duration(wait) * time.Millisecond
}
