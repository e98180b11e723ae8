package doctor

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/redis/go-redis/v9"

	"kefu/cmd/kefu/app"
	"kefu/store"
)

// mark is written to see whether writing works.
type mark struct {
	store.Meta
	At store.Time `json:"at"`
}

func (d *Doctor) store(ctx context.Context) {
	about, where := "数据库", "SQLite，在 "+d.cfg.Data
	if d.cfg.Store.Mongo != "" {
		where = "MongoDB"
	}
	if d.cfg.Store.Mongo == "" && d.running(ctx) {
		d.well(about, where+"，正由运行中的 kefu 使用，能写")
		return
	}
	e, err := app.OpenStore(ctx, d.cfg)
	if err != nil {
		d.wrong(about, err.Error(), "")
		return
	}
	defer e.Close() //nolint:errcheck // only a mark was written
	marks, err := store.Open[mark](ctx, e, "health")
	if err == nil {
		_, err = marks.Upsert(ctx, "doctor", func() *mark { return &mark{} }, func(m *mark) error {
			m.At = store.At(d.now())
			return nil
		})
	}
	if err != nil {
		d.wrong(about, where+"，打得开，写不进（"+err.Error()+"）", "检查磁盘有没有满、账号有没有写的权限。")
		return
	}
	d.well(about, where+"，能写")
}

// running says whether a kefu of this configuration runs and its store is well.
func (d *Doctor) running(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+loopback(d.cfg.Admin)+"/readyz", nil)
	if err != nil {
		return false
	}
	res, err := d.http.Do(r)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	var status struct{ Store string }
	return json.NewDecoder(http.MaxBytesReader(nil, res.Body, 4<<10)).Decode(&status) == nil && status.Store == "ok"
}

func (d *Doctor) redis(ctx context.Context) {
	const about = "Redis"
	url := d.cfg.Redis.URL.Reveal()
	if url == "" {
		d.well(about, "内置")
		return
	}
	opt, err := redis.ParseURL(url)
	if err != nil {
		d.wrong(about, "redis.url 看不懂", "例如 redis://localhost:6379/0。")
		return
	}
	opt.DialTimeout, opt.MaxRetries, opt.ContextTimeoutEnabled = patience/2, -1, true
	c := redis.NewClient(opt)
	defer c.Close() //nolint:errcheck // nothing was written
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	info, err := c.Info(ctx, "memory").Result()
	if err != nil {
		d.wrong(about, "连不上", "检查 redis.url、密码和网络。没有它也能接待，但几个实例不能一起干活。")
		return
	}
	switch policy := field(info, "maxmemory_policy"); policy {
	case "noeviction":
		d.well(about, "连得上，noeviction")
	case "":
		d.mind(about, "连得上，看不到 maxmemory-policy", "确认它是 noeviction：满了也不能悄悄丢键。")
	default:
		d.wrong(about, "maxmemory-policy 是 "+policy, "改成 noeviction：满了也不能悄悄丢键。")
	}
}

func field(info, name string) string {
	s := bufio.NewScanner(strings.NewReader(info))
	for s.Scan() {
		if v, ok := strings.CutPrefix(s.Text(), name+":"); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// clock holds this machine's time against the platform's.
func (d *Doctor) clock(ctx context.Context) {
	const about = "时钟"
	api := d.cfg.Wecom.API
	if len(d.cfg.Accounts) > 0 {
		api = d.cfg.Accounts[0].API
	} else if !d.cfg.Wecom.On() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, api+"/", nil)
	if err != nil {
		d.wrong(about, "api 的地址不对", "检查 api。")
		return
	}
	res, err := d.http.Do(r)
	if err != nil {
		d.mind(about, "接口没有回音，没法对时", "检查这台机器能不能上网，或 api 的地址。")
		return
	}
	defer res.Body.Close()
	theirs, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		d.mind(about, "接口没有说几点，没法对时", "")
		return
	}
	skew := d.now().Sub(theirs)
	if skew.Abs() > maxSkew {
		d.wrong(about, fmt.Sprintf("和微信差 %d 秒", int(skew.Seconds())), "打开这台机器的自动对时（NTP）。")
		return
	}
	d.well(about, "和微信一致")
}
