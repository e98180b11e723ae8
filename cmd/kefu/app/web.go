package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"kefu/bot/chat"
	"kefu/bot/wechat/oa"
	"kefu/bot/wechat/wecom"
	"kefu/cmd/kefu/config"
	"kefu/handlers/webhook"
	"kefu/prompts"
)

const (
	headerTime = 5 * time.Second
	bodyTime   = 30 * time.Second // to receive a request; webhooks allow less. It does not bound the handler
	answerTime = 60 * time.Second // to write an answer; live pages extend it
	idleTime   = 2 * time.Minute
	maxHeader  = 16 << 10
	maxBody    = 21 << 20 // a file of 20 MiB and its frame; webhooks allow 1 MiB
)

func (a *App) listen(context.Context) (err error) {
	a.webListen, a.admListen = a.opts.Listener, a.opts.Admin
	for _, l := range []struct {
		to   *net.Listener
		name string
		addr string
	}{{&a.webListen, "listen", a.Config.Listen}, {&a.admListen, "admin", a.Config.Admin}} {
		if *l.to == nil {
			if *l.to, err = net.Listen("tcp", l.addr); err != nil {
				return fmt.Errorf("%s: %s 打不开，端口可能被别的程序占着，换一个端口: %w", l.name, l.addr, err)
			}
		}
		a.later(l.name, closeListener(*l.to))
	}
	return nil
}

// closeListener closes a listener that a server may have closed already.
func closeListener(l net.Listener) func() error {
	return func() error {
		if err := l.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	}
}

var quietGin = sync.OnceFunc(func() { gin.SetMode(gin.ReleaseMode) })

func (a *App) openServers(context.Context) error {
	quietGin()
	r := gin.New()
	r.HandleMethodNotAllowed = true
	if err := r.SetTrustedProxies([]string{"127.0.0.0/8", "::1"}); err != nil {
		return err
	}
	r.Use(recovery(a.log))
	if err := a.mountWebhooks(r); err != nil {
		return err
	}
	if err := a.mountPages(r); err != nil {
		return err
	}
	if a.opts.Routes != nil {
		a.opts.Routes(r)
	}
	a.web = a.server(a.streams(http.MaxBytesHandler(r, maxBody)))
	a.web.WriteTimeout = answerTime
	a.admin = a.server(a.adminMux())
	return nil
}

func (a *App) server(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTime, ReadTimeout: bodyTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		BaseContext: func(net.Listener) context.Context { return a.work },
		ErrorLog:    slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
}

func (a *App) mountWebhooks(r gin.IRouter) error {
	count := webhook.NewCounter(a.metrics)
	for _, conf := range a.Config.Accounts {
		cipher, err := AccountCipher(conf)
		if err != nil {
			return err
		}
		webhook.Account{
			ID: chat.Account(conf.ID), Cipher: cipher, PlainOK: conf.Mode != config.Safe, Parse: oa.Parse, Passive: oa.Passive,
			Receive: a.Bot.Receive, Busy: a.Words.Say(prompts.SmallBusy, nil), Now: a.now, Count: count, Log: a.log,
		}.Mount(r)
	}
	if a.WeCom == nil {
		return nil
	}
	cipher, err := WeComCipher(a.Config.Wecom)
	if err != nil {
		return err
	}
	webhook.App{Cipher: cipher, Parse: wecom.Parse, Handle: a.colleague, Now: a.now, Count: count, Log: a.log}.Mount(r)
	return nil
}

// recovery turns a panic into a log line and an error. WeChat shows every 5xx to
// the customer, so a callback is hung up on instead: it comes again.
func recovery(log *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler { //nolint:errorlint // the very value, by net/http's contract
				panic(p)
			}
			log.Error("a page panicked", "path", c.FullPath(), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			if strings.HasPrefix(c.Request.URL.Path, "/wechat/") || strings.HasPrefix(c.Request.URL.Path, "/wecom/") {
				panic(http.ErrAbortHandler)
			}
			c.AbortWithStatus(http.StatusInternalServerError)
		}()
		c.Next()
	}
}
