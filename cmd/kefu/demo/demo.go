package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"kefu/bot/hours"
	"kefu/bot/ticket"
	"kefu/bot/wechat/oa"
	"kefu/bot/wechat/sim"
	"kefu/cmd/kefu/app"
	"kefu/cmd/kefu/config"
	"kefu/prompts"
)

// Options are what the command line says; the last block is for tests.
type Options struct {
	Addr    string // default 127.0.0.1:8080
	Data    string // default ./kefu-data
	Pack    string // default hotel
	Prompts string // folder of changed words; default "prompts" in Data
	Fresh   bool   // forget what earlier runs made

	Out   io.Writer    // where people read; default standard output
	Log   *slog.Logger // default discards
	Began time.Time    // when the process did; default now

	Now      func() time.Time // real time, below the movable clock; default time.Now
	Listener net.Listener     // default one on Addr
}

func (o *Options) complete() {
	set := func(to *string, v string) {
		if *to == "" {
			*to = v
		}
	}
	set(&o.Addr, "127.0.0.1:8080")
	set(&o.Data, "./kefu-data")
	set(&o.Pack, "hotel")
	if o.Out == nil {
		o.Out = os.Stdout
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Began.IsZero() {
		o.Began = time.Now()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

// Demo is the program, the simulator and the page, running.
type Demo struct {
	opts   Options
	url    string
	words  string // file of changed words
	clock  *clock
	store  *outage
	sim    *sim.Sim
	mind   *mind
	app    *app.App
	log    *slog.Logger
	jumped *jumped

	mu    sync.Mutex
	notes notes
	seen  []*ticket.Ticket // as last read
	tag   string

	live  context.Context // ends when pages that wait must go
	stop  context.CancelFunc
	saved sync.WaitGroup
	once  sync.Once
	err   error
}

// stopping is how long Run waits for what is in hand.
const stopping = 10 * time.Second

// Run runs the demo until ctx ends. Its errors are for people.
func Run(ctx context.Context, o Options) error {
	d, err := Open(ctx, o)
	if err != nil {
		return err
	}
	d.greet()
	failed := make(chan error, 1)
	go func() { failed <- d.app.Wait() }()
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopping)
	defer cancel()
	return errors.Join(err, d.Close(end))
}

// greet says what to do next.
func (d *Demo) greet() {
	took := time.Since(d.opts.Began).Seconds()
	digits := 1
	if took < 0.1 {
		digits = 2
	}
	fmt.Fprintf(d.opts.Out, `客服已就绪（%.*f 秒）→ %s
左边是客人的微信，右边是员工的企业微信，中间是工单。
先试：左边点"空调不制冷" → 右边点"接单" → 打一句话 → "办结"
数据在 %s，Ctrl+C 停，再开接着来；从头来：kefu demo --fresh
`, digits, took, d.url, d.opts.Data)
}

// URL is where the page is.
func (d *Demo) URL() string { return d.url }

// Open starts everything and returns when the page can be opened.
func Open(ctx context.Context, o Options) (_ *Demo, err error) {
	o.complete()
	d := &Demo{opts: o, log: o.Log, clock: &clock{real: o.Now, zone: hours.China()}, jumped: &jumped{}, mind: newMind()}
	d.live, d.stop = context.WithCancel(context.WithoutCancel(ctx))
	listener, err := d.listen()
	if err != nil {
		return nil, err
	}
	if err := d.openFolder(ctx); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	if err := d.openSim(); err != nil {
		return nil, errors.Join(err, d.store.Close(), listener.Close())
	}
	admin, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, d.store.Close(), listener.Close())
	}
	d.app, err = app.New(ctx, d.config(), app.Options{
		Now: d.clock.now, Log: o.Log, Listener: listener, Admin: admin, Engine: d.store, Routes: d.routes, Model: d.mind.around,
	})
	if err != nil {
		return nil, err
	}
	return d, d.start(ctx)
}

func (d *Demo) config() *config.Config { return settings(d.opts, d.url, d.notes.Keys) }

func (d *Demo) listen() (net.Listener, error) {
	l := d.opts.Listener
	if l == nil {
		var err error
		if l, err = net.Listen("tcp", d.opts.Addr); err != nil {
			return nil, fmt.Errorf("%s 打不开，端口可能被别的程序占着。换一个：kefu demo --addr 127.0.0.1:8081（%w）", d.opts.Addr, err)
		}
	}
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	d.url = "http://" + net.JoinHostPort(host, port)
	return l, nil
}

// openFolder opens the store, which locks the folder, and reads what an earlier
// run left.
func (d *Demo) openFolder(ctx context.Context) error {
	conf := config.Default()
	conf.Data = d.opts.Data
	engine, err := app.OpenStore(ctx, conf)
	if err != nil {
		return err
	}
	if d.opts.Fresh { // now nobody else has it
		if err := errors.Join(engine.Close(), wipe(d.opts.Data)); err != nil {
			return fmt.Errorf("旧数据删不掉: %w", err)
		}
		if engine, err = app.OpenStore(ctx, conf); err != nil {
			return err
		}
	}
	d.store = &outage{Engine: engine}
	if d.words, err = offerWords(app.PromptsDir(settings(d.opts, d.url, keys{}))); err != nil {
		return errors.Join(err, engine.Close())
	}
	n, ok, err := readNotes(d.opts.Data)
	if err != nil {
		return errors.Join(err, engine.Close())
	}
	if !ok {
		d.clock.begin()
		n.Ahead, n.Keys, n.Run = d.clock.ahead(), newKeys(), rand.Text()[:8]
	}
	d.clock.offset, d.notes = n.Ahead, n
	return nil
}

func (d *Demo) openSim() error {
	var err error
	if d.sim, err = sim.New(platform(d.url, d.notes.Keys, d.clock)); err != nil {
		return err
	}
	b, err := os.ReadFile(filepath.Join(d.opts.Data, phoneFile))
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err == nil:
		err = d.sim.Restore(b)
		fallthrough
	default:
		if err != nil {
			return fmt.Errorf("%s 读不了（%w）。从头来：kefu demo --fresh", phoneFile, err)
		}
	}
	return nil
}

// start fills an empty demo and lets the program begin.
func (d *Demo) start(ctx context.Context) error {
	fail := func(err error) error {
		return errors.Join(err, d.Close(context.WithoutCancel(ctx)))
	}
	fresh := !d.notes.Seeded
	if fresh {
		if err := d.seed(ctx); err != nil {
			return fail(fmt.Errorf("演示数据没放进去: %w", err))
		}
	}
	d.sim.SetWebhook(account, d.url+"/wechat/oa/"+account)
	d.sim.SetCallback(d.url + "/wecom/app")
	if err := d.app.Start(ctx); err != nil {
		return fail(err)
	}
	if fresh {
		if err := d.handOut(ctx); err != nil {
			return fail(fmt.Errorf("演示数据没放进去: %w", err))
		}
		d.notes.Seeded = true
	}
	if err := d.save(); err != nil {
		return fail(err)
	}
	d.saved.Go(func() { d.keep(d.live) })
	return nil
}

// pushMenu sets the account's bottom menu, as kefu menu push does.
func (d *Demo) pushMenu(ctx context.Context) error {
	conf := d.config()
	menu, err := app.Menu(conf, conf.Accounts[0])
	if err != nil {
		return err
	}
	return d.app.Accounts[account].MenuCreate(ctx, oaMenu(menu))
}

func oaMenu(items prompts.Menu) oa.Menu {
	var buttons func([]prompts.MenuItem) []oa.Button
	buttons = func(items []prompts.MenuItem) []oa.Button {
		var out []oa.Button
		for _, i := range items {
			b := oa.Button{Name: i.Name, Sub: buttons(i.Items)}
			switch {
			case len(i.Items) > 0:
			case i.URL != "":
				b.Type, b.URL = "view", i.URL
			default:
				b.Type, b.Key = "click", i.Key
			}
			out = append(out, b)
		}
		return out
	}
	return oa.Menu{Buttons: buttons(items)}
}

// keep writes the phones and the clock down a moment after they changed.
func (d *Demo) keep(ctx context.Context) {
	const quiet = 500 * time.Millisecond
	version := d.sim.Version()
	for {
		v, err := d.sim.Wait(ctx, version)
		if err != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(quiet):
		}
		version = max(v, d.sim.Version())
		if err := d.save(); err != nil {
			d.log.Error("the demo's state was not written", "err", err)
		}
	}
}

// save writes the phones and the clock down.
func (d *Demo) save() error {
	b, err := d.sim.Snapshot()
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.notes.Ahead = d.clock.ahead()
	return errors.Join(replace(filepath.Join(d.opts.Data, phoneFile), b), d.notes.write(d.opts.Data))
}

// Close stops everything and writes the state down. It may be called twice.
func (d *Demo) Close(ctx context.Context) error {
	d.once.Do(func() {
		d.stop()
		d.saved.Wait()
		d.store.end()
		d.err = d.app.Stop(ctx)
		d.sim.Close()
		if d.notes.Seeded {
			d.err = errors.Join(d.err, d.save())
		}
	})
	return d.err
}
