package ephemeral

import (
	"context"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"kefu/bot/delivery"
)

// take keeps the instants of the last N and lets one more through when fewer
// fall into the span. redis_rate's bucket would let 2N through in one span, and
// WeCom counts spans.
//
// Every process brings along what it took itself, the slot it wants last: a Redis
// that was emptied knows again at once. Right after that those who took something
// wait a second, for the others to bring theirs. WeCom drops what is too much
// without an error, so that a card too many is a card nobody sees.
var take = redis.NewScript(`
local now, span, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call("zremrangebyscore", KEYS[1], "-inf", now-span)
for i = 4, #ARGV-2, 2 do
  redis.call("zadd", KEYS[1], ARGV[i], ARGV[i+1])
end
redis.call("pexpire", KEYS[1], span)
local known = tonumber(redis.call("get", KEYS[2]) or "")
if not known or known > now then
  known = now
  redis.call("set", KEYS[2], ARGV[1])
end
local n = redis.call("zcard", KEYS[1])
if n >= most then
  local first = redis.call("zrange", KEYS[1], n-most, n-most, "withscores")
  return math.max(first[2]+span-now, 1)
end
local over = (#ARGV-3)/2 - math.max(math.floor(most/2), 1)
if over > 0 and now-known < span then
  return math.max(math.min(ARGV[2+2*over]+span, known+span)-now, 1)
end
redis.call("zadd", KEYS[1], ARGV[#ARGV-1], ARGV[#ARGV])
redis.call("pexpire", KEYS[1], span)
return 0`)

var _ delivery.Rates = (*Memory)(nil)

// Take takes a slot of key, counted over all instances. This process counts by
// itself too, so that an emptied or absent Redis lets nothing through twice here.
func (m *Memory) Take(ctx context.Context, key string, l delivery.Limit) time.Duration {
	m.taking.Lock() // what is taken last is what is asked for
	defer m.taking.Unlock()
	if wait := m.rates.Take(ctx, key, l); wait > 0 || m.embedded != nil {
		return wait
	}
	taken := m.rates.Taken(key)
	args := []any{m.now().UnixMilli(), l.Per.Milliseconds(), l.N}
	same := 0 // slots of one instant are told apart by their order
	for i, at := range taken {
		if same++; i == 0 || !at.Equal(taken[i-1]) {
			same = 0
		}
		args = append(args, at.UnixMilli(), m.self+strconv.FormatInt(at.UnixNano(), 36)+"-"+strconv.Itoa(same))
	}
	var wait int64
	err := m.ask(ctx, func(ctx context.Context) (err error) {
		wait, err = take.Run(ctx, m.client, []string{m.prefix + "rate:" + key, m.prefix + "rates"}, args...).Int64()
		return err
	})
	if err != nil {
		return 0
	}
	if wait > 0 {
		m.rates.Return(key)
	}
	return time.Duration(wait) * time.Millisecond
}
