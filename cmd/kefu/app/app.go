package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"kefu/bot"
	"kefu/bot/answer"
	"kefu/bot/approval"
	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/customer"
	"kefu/bot/delivery"
	"kefu/bot/ephemeral"
	"kefu/bot/inbox"
	"kefu/bot/jobs"
	"kefu/bot/knowledge"
	"kefu/bot/llm"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/bot/wechat/oa"
	"kefu/bot/wechat/wecom"
	"kefu/bot/workbench"
	"kefu/cmd/kefu/config"
	"kefu/store"
)

// Options are what a test or the demo sets; all may be left out.
type Options struct {
	Now      func() time.Time    // decides what is due; default time.Now
	Log      *slog.Logger        // default discards
	Listener net.Listener        // of webhooks and pages; default the configuration's listen
	Admin    net.Listener        // default the configuration's admin
	Engine   store.Engine        // default the configured one; closed by Stop, or when New fails
	Routes   func(r gin.IRouter) // more pages beside the program's own
	// Authorize is where a page sends staff to sign in; default WeCom's own, or
	// that of a simulator when the configuration points to one.
	Authorize string
	Workers   int // jobs run at once; default 16
	// Model goes around the configured model: a demo switches it off and on. May be
	// nil.
	Model func(answer.Model) answer.Model
}

// App is the whole program. Its parts are set by New and not changed; the demo
// and tests read and write through them.
type App struct {
	*Department
	Config   *config.Config
	Store    store.Engine
	Memory   *ephemeral.Memory
	Inbox    *inbox.Box
	Talks    *conversation.Talks
	People   *customer.File
	Book     *ticket.Book
	States   *staff.States
	Know     *knowledge.Base
	Model    *llm.Client      // asks nothing when none is configured
	mind     *answer.Answerer // nil without a model
	school   *School
	Grants   *approval.Book
	Out      *delivery.Outbox
	Cases    *casework.Desk
	Bot      *bot.Bot
	Bench    *workbench.Bench
	Accounts map[chat.Account]*oa.Account
	WeCom    *wecom.App // nil without
	Sweeper  *jobs.Sweeper

	now      func() time.Time
	log      *slog.Logger
	metrics  *prometheus.Registry
	plug     *plug
	files    *attachments
	runner   jobs.Runner
	registry *jobs.Registry
	health   *health
	opts     Options

	web, admin           *http.Server
	webListen, admListen net.Listener

	work      context.Context // ends when what was begun must be given up
	abort     context.CancelFunc
	streaming context.Context // ends when live pages must go
	stopLive  context.CancelFunc
	stopSweep context.CancelFunc
	stopRun   context.CancelFunc
	sweeping  sync.WaitGroup
	running   sync.WaitGroup
	serving   sync.WaitGroup

	dead     atomic.Bool
	stopping atomic.Bool
	lost     <-chan struct{} // the lease
	closers  []closer        // in the order of opening
	failed   chan error
	over     chan struct{}
	end      sync.Once
	endErr   error
}

type closer struct {
	name  string
	close func() error
}

func (a *App) later(name string, f func() error) { a.closers = append(a.closers, closer{name, f}) }

// closeAll closes what was opened, the last first.
func (a *App) closeAll() error {
	var errs []error
	for _, c := range slices.Backward(a.closers) {
		if err := c.close(); err != nil {
			errs = append(errs, fmt.Errorf("closing %s: %w", c.name, err))
		}
	}
	a.closers = nil
	return errors.Join(errs...)
}

// New reads the department's files, opens the store and listens, but does not
// work yet. Its errors are for people: what is wrong and what to do.
func New(ctx context.Context, cfg *config.Config, o Options) (_ *App, err error) {
	a := &App{
		Config: cfg, now: o.Now, log: o.Log, opts: o, metrics: prometheus.NewRegistry(),
		Accounts: map[chat.Account]*oa.Account{}, registry: &jobs.Registry{},
		failed: make(chan error, 4), over: make(chan struct{}),
	}
	if a.now == nil {
		a.now = time.Now
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	a.log = slog.New(mute{a.log.Handler(), &a.dead})
	a.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	a.work, a.abort = context.WithCancel(context.WithoutCancel(ctx))
	a.streaming, a.stopLive = context.WithCancel(a.work)
	if o.Engine != nil {
		a.later("store", o.Engine.Close)
	}
	defer func() {
		if err != nil {
			a.abort()
			err = errors.Join(err, a.closeAll())
		}
	}()
	for _, step := range []func(context.Context) error{
		a.listen, a.openDepartment, a.openStore, a.openChannels, a.openBooks, a.openModel, a.openMind, a.openOutbox, a.openWork, a.openIncidents, a.openLearning, a.openJobs, a.openServers,
	} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *App) openDepartment(context.Context) (err error) {
	a.Department, err = ReadDepartment(a.Config, a.log)
	return err
}

func (a *App) openStore(ctx context.Context) error {
	engine := a.opts.Engine
	if engine == nil {
		var err error
		if engine, err = OpenStore(ctx, a.Config); err != nil {
			return err
		}
		a.later("store", engine.Close)
	}
	release, lost, err := holdLease(ctx, a.Config, engine)
	if err != nil {
		return err
	}
	a.later("lease", release)
	a.lost = lost
	a.plug = &plug{Engine: engine}
	a.Store = a.plug
	a.Memory, err = ephemeral.Open(ctx, ephemeral.Config{
		URL: a.Config.Redis.URL.Reveal(), StoreID: engine.ID(), Now: a.now, Log: a.log,
	})
	if err != nil {
		return fmt.Errorf("redis.url: %w", err)
	}
	a.later("redis", a.Memory.Close)
	if client := a.Memory.Client(); client != nil {
		a.runner = jobs.NewQueue(client, engine.ID(), a.opts.Workers, a.log)
	} else {
		a.runner = jobs.NewLocal(a.opts.Workers, 0, a.log)
	}
	a.health, err = openHealth(ctx, a)
	return err
}

func (a *App) openChannels(context.Context) error {
	a.files = &attachments{files: a.plug, accounts: a.Accounts}
	for _, conf := range a.Config.Accounts {
		account, err := Account(conf, a.Memory.Tokens(), a.files, a.now)
		if err != nil {
			return err
		}
		a.Accounts[account.ID()] = account
	}
	app, err := WeCom(a.Config, a.Memory.Tokens(), a.files, a.authorize(), a.now)
	if err != nil {
		return err
	}
	a.WeCom, a.files.app = app, app
	return nil
}

// authorize is where staff sign in; a simulator serves it beside its API.
func (a *App) authorize() string {
	if api := a.Config.Wecom.API; a.opts.Authorize == "" && api != config.WecomAPI {
		return api + "/connect/oauth2/authorize"
	}
	return a.opts.Authorize
}

func (a *App) openBooks(ctx context.Context) error {
	var errs [7]error
	a.Inbox, errs[0] = inbox.Open(ctx, a.Store, a.now)
	a.Talks, errs[1] = conversation.Open(ctx, a.Store, a.now)
	a.People, errs[2] = customer.Open(ctx, a.Store, a.now)
	a.Book, errs[3] = ticket.Open(ctx, a.Store, a.now, a.Calendar.Location(), limits(a.Pack()))
	a.States, errs[4] = staff.OpenStates(ctx, a.Store)
	a.Know, errs[5] = openKnowledge(ctx, a.Store, a.Pack(), a.now())
	a.Grants, errs[6] = approval.Open(ctx, a.Store, a.now)
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	if a.alone() {
		a.Talks.Alone()
		a.People.Alone()
		a.Book.Alone()
	}
	return nil
}

// alone says that no other process works on this store: with a Redis of its own
// it would have been refused.
func (a *App) alone() bool { return a.Memory.Embedded() }

// URL is where this instance serves pages and webhooks, on the address it
// listens on.
func (a *App) URL() string { return "http://" + a.webListen.Addr().String() }

// AdminURL is where it serves metrics and health.
func (a *App) AdminURL() string { return "http://" + a.admListen.Addr().String() }
