package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"kefu/cmd/kefu/config"
	"kefu/store"
	"kefu/store/mongo"
	"kefu/store/sqlite"
)

// opening is the longest the store may take to answer at the start.
const opening = 20 * time.Second

// OpenStore opens the configured store: MongoDB, or SQLite in the data folder,
// which is made. The error says in Chinese what to do.
func OpenStore(ctx context.Context, cfg *config.Config) (store.Engine, error) {
	ctx, cancel := context.WithTimeout(ctx, opening)
	defer cancel()
	if uri := cfg.Store.Mongo.Reveal(); uri != "" {
		e, err := mongo.Open(ctx, uri)
		if err != nil {
			return nil, fmt.Errorf("MongoDB 连不上，检查 store.mongo 的地址和网络: %w", err)
		}
		return e, nil
	}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, fmt.Errorf("数据文件夹 %s 建不了，检查 data 和它的权限: %w", cfg.Data, err)
	}
	e, err := sqlite.Open(ctx, cfg.Data)
	if err != nil {
		return nil, fmt.Errorf("数据文件夹 %s 打不开（同一个文件夹只能有一个 kefu）: %w", cfg.Data, err)
	}
	return e, nil
}

// holdLease makes sure that no other instance works on this MongoDB, since they
// would share neither tokens nor rates. lost is nil when none is needed.
func holdLease(ctx context.Context, cfg *config.Config, e store.Engine) (release func() error, lost <-chan struct{}, err error) {
	m, ok := e.(*mongo.Engine)
	if !ok || cfg.Redis.URL != "" {
		return func() error { return nil }, nil, nil
	}
	host, _ := os.Hostname()
	lease, err := m.Lease(ctx, fmt.Sprintf("%s, process %d", host, os.Getpid()))
	var held *mongo.HeldError
	switch {
	case errors.As(err, &held):
		return nil, nil, fmt.Errorf("这个 MongoDB 上已有一个 kefu 在运行（%s）。先停掉它；要同时开几个，先配 redis.url", held.Holder)
	case err != nil:
		return nil, nil, fmt.Errorf("MongoDB 的租约拿不到: %w", err)
	}
	return lease.Release, lease.Lost(), nil
}

// plug stands before an engine and can be pulled: from then on nothing is read or
// written any more, as if the process had died.
type plug struct {
	store.Engine
	pulled atomic.Bool
}

var (
	errPulled = fmt.Errorf("app: ended: %w", store.ErrUnavailable)

	_ store.Files = (*plug)(nil)
)

func (p *plug) out() error {
	if p.pulled.Load() {
		return errPulled
	}
	return nil
}

// Insert stores d unless the plug was pulled.
func (p *plug) Insert(ctx context.Context, coll string, d store.Document) error {
	if err := p.out(); err != nil {
		return err
	}
	return p.Engine.Insert(ctx, coll, d)
}

// Get reads unless the plug was pulled.
func (p *plug) Get(ctx context.Context, coll, id string) (store.Document, error) {
	if err := p.out(); err != nil {
		return store.Document{}, err
	}
	return p.Engine.Get(ctx, coll, id)
}

// Replace stores d unless the plug was pulled.
func (p *plug) Replace(ctx context.Context, coll string, d store.Document) error {
	if err := p.out(); err != nil {
		return err
	}
	return p.Engine.Replace(ctx, coll, d)
}

// Delete removes unless the plug was pulled.
func (p *plug) Delete(ctx context.Context, coll, id string) error {
	if err := p.out(); err != nil {
		return err
	}
	return p.Engine.Delete(ctx, coll, id)
}

// Purge removes unless the plug was pulled.
func (p *plug) Purge(ctx context.Context, coll string, q store.Query) (int, error) {
	if err := p.out(); err != nil {
		return 0, err
	}
	return p.Engine.Purge(ctx, coll, q)
}

func (p *plug) files() (store.Files, error) {
	if err := p.out(); err != nil {
		return nil, err
	}
	f, ok := p.Engine.(store.Files)
	if !ok {
		return nil, fmt.Errorf("app: this engine keeps no files: %w", store.ErrRefused)
	}
	return f, nil
}

// PutFile keeps a file, if the engine keeps files.
func (p *plug) PutFile(ctx context.Context, id string, content []byte) error {
	f, err := p.files()
	if err != nil {
		return err
	}
	return f.PutFile(ctx, id, content)
}

// GetFile reads a file.
func (p *plug) GetFile(ctx context.Context, id string) ([]byte, error) {
	f, err := p.files()
	if err != nil {
		return nil, err
	}
	return f.GetFile(ctx, id)
}

// DeleteFile removes a file.
func (p *plug) DeleteFile(ctx context.Context, id string) error {
	f, err := p.files()
	if err != nil {
		return err
	}
	return f.DeleteFile(ctx, id)
}
