// Package doctor looks at everything that kefu needs from outside itself and says
// of each thing that it is well, or what to do: configuration, store, Redis,
// tokens and allow-lists, callbacks, the clock, templates, staff, the model.
//
// It changes nothing but a document that shows the store can be written to, and
// sends nothing to anybody; the model is asked one small thing.
package doctor

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"kefu/bot/chat"
	"kefu/bot/wechat"
	"kefu/cmd/kefu/app"
	"kefu/cmd/kefu/config"
)

// State is what a check found.
type State string

// The states. Only Bad makes the doctor unhappy.
const (
	Well State = "✓"
	Mind State = "!" // works, but could be better, or could not be looked at
	Bad  State = "✗"
)

// Line is one thing that was looked at.
type Line struct {
	State State
	About string // 公众号 hotel 的令牌
	Found string
	Do    string // what to do; "" when nothing
}

func (l Line) String() string {
	s := string(l.State) + " " + l.About
	if l.Found != "" {
		s += "：" + l.Found
	}
	if l.Do != "" {
		s += "\n    " + l.Do
	}
	return s
}

// Doctor looks at one configuration.
type Doctor struct {
	cfg  *config.Config
	now  func() time.Time
	say  func(Line)
	http *http.Client
	bad  bool
}

// patience is the longest that one look may take.
const patience = 10 * time.Second

// New makes a doctor who says each line as it is found. now is nil for the
// machine's clock.
func New(cfg *config.Config, now func() time.Time, say func(Line)) *Doctor {
	if now == nil {
		now = time.Now
	}
	return &Doctor{cfg: cfg, now: now, say: say, http: &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Run looks at everything and says whether all is well. It may be repeated, also
// while kefu is running.
func (d *Doctor) Run(ctx context.Context) bool {
	d.files()
	d.store(ctx)
	d.redis(ctx)
	d.clock(ctx)
	tokens := wechat.NewMemory(d.now)
	for _, a := range d.cfg.Accounts {
		d.account(ctx, a, tokens)
	}
	if len(d.cfg.Accounts) == 0 {
		d.mind("公众号", "一个也没有配", "在 accounts 里写上公众号，见 kefu.example.yaml。")
	}
	d.wecom(ctx, tokens)
	d.model(ctx)
	return !d.bad
}

func (d *Doctor) well(about, found string)     { d.say(Line{Well, about, found, ""}) }
func (d *Doctor) mind(about, found, do string) { d.say(Line{Mind, about, found, do}) }

func (d *Doctor) wrong(about, found, do string) {
	d.bad = true
	d.say(Line{Bad, about, found, do})
}

// files are the configuration, which was read already, and what it names.
func (d *Doctor) files() {
	d.well("配置", d.cfg.File)
	for _, n := range d.cfg.Notes {
		d.mind("配置", strings.TrimSuffix(n.Error(), "。"), "")
	}
	dept, err := app.ReadDepartment(d.cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		for line := range strings.Lines(err.Error()) {
			d.wrong("部门文件", strings.TrimSpace(line), "")
		}
		return
	}
	d.well("行业包", dept.Pack().General.Title)
	for _, p := range dept.Words.Problems() {
		d.mind("话术", p.Error(), "改好之前用自带的话。")
	}
	for _, a := range d.cfg.Accounts {
		if _, err := app.Menu(d.cfg, a); err != nil {
			d.wrong("公众号 "+a.ID+" 的菜单", err.Error(), "")
		}
	}
}

// call reports what a call to the platform came to.
func (d *Doctor) call(about, good string, err error) bool {
	if err == nil {
		d.well(about, good)
		return true
	}
	f := chat.Failed(err)
	if f == nil {
		d.wrong(about, "没有回音", "检查这台机器能不能上网，或 api 的地址。")
		return false
	}
	found := "接口没有接通"
	if f.Code != 0 {
		found = fmt.Sprintf("接口回 %d", f.Code)
	}
	if f.Why != "" {
		found += "（" + f.Why + "）"
	}
	do := wechat.Advice(f)
	if do == "" {
		do = "稍后再试一次；一直这样，检查这台机器能不能上网，或 api 的地址。"
	}
	d.wrong(about, found, do)
	return false
}
