package redistest

import (
	"testing"

	"github.com/redis/go-redis/v9"
)

func TestServer(t *testing.T) {
	s := Start(t)
	opt, err := redis.ParseURL(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	opt.MaxRetries = -1
	c := redis.NewClient(opt)
	defer c.Close()
	if err := c.Set(t.Context(), "kefu:redistest", "here", 0).Err(); err != nil {
		t.Fatal(err)
	}
	s.Stop(t)
	if err := c.Get(t.Context(), "kefu:redistest").Err(); err == nil {
		t.Error("it answers after it was stopped")
	}
	s.Restart(t)
	if n, err := c.DBSize(t.Context()).Result(); n != 0 || err != nil {
		t.Errorf("it came back with %d keys, %v", n, err)
	}
	if v := c.ConfigGet(t.Context(), "maxmemory-policy").Val(); v["maxmemory-policy"] != "noeviction" {
		t.Error(v)
	}
}
