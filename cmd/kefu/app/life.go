package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Start begins to work: what is due is looked for, requests are answered. It
// returns at once; Wait tells how it ended.
func (a *App) Start(context.Context) error {
	run, stopRun := context.WithCancel(a.work)
	sweep, stopSweep := context.WithCancel(a.work)
	a.stopRun, a.stopSweep = stopRun, stopSweep
	a.running.Go(func() {
		if err := a.runner.Run(run, a.handle); err != nil {
			a.fail(fmt.Errorf("app: jobs: %w", err))
		}
	})
	a.sweeping.Go(func() {
		if err := a.Sweeper.Run(sweep); err != nil {
			a.fail(fmt.Errorf("app: sweep: %w", err))
		}
	})
	a.sweeping.Go(func() { a.refresh(sweep) })
	a.sweeping.Go(func() { a.adapt(sweep) })
	a.sweeping.Go(func() { a.watchCases(sweep) })
	a.sweeping.Go(func() { a.watchModel(sweep) })
	a.sweeping.Go(func() { a.watchLease(sweep) })
	a.serve(a.admin, a.admListen)
	a.serve(a.web, a.webListen)
	return nil
}

func (a *App) serve(s *http.Server, l net.Listener) {
	a.serving.Go(func() {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			a.fail(fmt.Errorf("app: serving %s: %w", l.Addr(), err))
		}
	})
}

// watchLease ends the program when another instance may be working on the store.
func (a *App) watchLease(ctx context.Context) {
	if a.lost == nil {
		return
	}
	select {
	case <-ctx.Done():
	case <-a.lost:
		a.fail(errors.New("MongoDB 的租约丢了（连不上太久），为免两个实例同时干活，程序停下。重新启动即可"))
	}
}

func (a *App) fail(err error) {
	select {
	case a.failed <- err:
	default:
	}
}

// Wait returns when the program has been stopped, or an error when it cannot go
// on; then it is still to be stopped.
func (a *App) Wait() error {
	select {
	case err := <-a.failed:
		return err
	case <-a.over:
		return nil
	}
}

// Stop ends the program: it takes no more requests, finishes what it has begun,
// at most until ctx ends, and closes the store last. What it could not finish
// goes on at the next start. It may be called twice; all errors come back.
func (a *App) Stop(ctx context.Context) error {
	a.end.Do(func() {
		defer close(a.over)
		a.stopping.Store(true)
		a.stopLive()
		errs := []error{a.shutDown(ctx, a.web)}
		if a.stopSweep != nil {
			a.stopSweep()
			errs = append(errs, within(ctx, "sweep", &a.sweeping))
			a.stopRun()
			errs = append(errs, within(ctx, "jobs", &a.running))
		}
		errs = append(errs, named("bot", a.Bot.Close(ctx)), named("deliveries", a.Out.Close(ctx)), a.shutDown(ctx, a.admin))
		a.abort()
		errs = append(errs, a.closeAll())
		a.serving.Wait()
		a.endErr = errors.Join(errs...)
	})
	return a.endErr
}

func (a *App) shutDown(ctx context.Context, s *http.Server) error {
	if err := s.Shutdown(ctx); err != nil {
		return named("requests in hand", errors.Join(err, s.Close()))
	}
	return nil
}

func named(what string, err error) error {
	if err != nil {
		return fmt.Errorf("stopping: %s: %w", what, err)
	}
	return nil
}

// within waits for the group until ctx ends.
func within(ctx context.Context, what string, wg *sync.WaitGroup) error {
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return named(what, ctx.Err())
	}
}

// Crash is kill -9 for tests: from now on nothing is written, sent or answered,
// and nothing in hand is finished. The data folder is free afterwards.
func (a *App) Crash() {
	a.end.Do(func() {
		defer close(a.over)
		a.dead.Store(true)
		a.plug.pulled.Store(true)
		a.abort()
		_ = a.web.Close()
		_ = a.admin.Close()
		now, cancel := context.WithCancel(context.Background())
		cancel()
		_ = a.Bot.Close(now) // does not wait
		_ = a.Out.Close(now)
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		a.endErr = errors.Join(within(ctx, "sweep", &a.sweeping), within(ctx, "jobs", &a.running), a.closeAll())
		a.serving.Wait()
	})
}

// mute keeps quiet once the process is over (see App.Crash): what still runs has
// nothing to say any more.
type mute struct {
	slog.Handler
	dead *atomic.Bool
}

// Enabled says whether somebody listens.
func (m mute) Enabled(ctx context.Context, l slog.Level) bool {
	return !m.dead.Load() && m.Handler.Enabled(ctx, l)
}

// WithAttrs stays quiet likewise.
func (m mute) WithAttrs(attrs []slog.Attr) slog.Handler {
	return mute{m.Handler.WithAttrs(attrs), m.dead}
}

// WithGroup stays quiet likewise.
func (m mute) WithGroup(name string) slog.Handler { return mute{m.Handler.WithGroup(name), m.dead} }
