package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// profiles writes where each path spends its time, when asked to.
func (b *bench) profiles(ctx context.Context, s *subject, msgs int) error {
	if b.profile == "" {
		return nil
	}
	if err := os.MkdirAll(b.profile, 0o755); err != nil {
		return err
	}
	paths := map[string]func() error{
		"message":   func() error { _, err := s.talk(ctx, msgs); return err },
		"complaint": func() error { _, err := s.complain(ctx, 100); return err },
	}
	for name, load := range paths {
		if err := s.profile(ctx, filepath.Join(b.profile, name), load); err != nil {
			return err
		}
	}
	return nil
}

// profile repeats the load while the program writes a CPU profile; allocations
// are those since its start.
func (s *subject) profile(ctx context.Context, to string, load func() error) error {
	const seconds = 6
	var wg sync.WaitGroup
	var body []byte
	var err error
	wg.Go(func() {
		body, err = get(ctx, fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", s.admin, seconds), (seconds+10)*time.Second)
	})
	for end := time.Now().Add(seconds * time.Second); time.Now().Before(end); {
		if err := load(); err != nil {
			wg.Wait()
			return err
		}
	}
	wg.Wait()
	if err != nil {
		return err
	}
	if err := os.WriteFile(to+".cpu", body, 0o600); err != nil {
		return err
	}
	if body, err = get(ctx, "http://"+s.admin+"/debug/pprof/allocs", 10*time.Second); err != nil {
		return err
	}
	return os.WriteFile(to+".allocs", body, 0o600)
}
