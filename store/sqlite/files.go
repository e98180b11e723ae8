package sqlite

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"kefu/store"
)

// memoryFiles are the files of a store in memory.
type memoryFiles struct {
	mu    sync.RWMutex
	files map[string][]byte
}

// filePath is where a file lies: under the hash of its id, so that an id can be
// any text and a name says nothing about its customer.
func (e *Engine) filePath(id string) string {
	sum := sha256.Sum256([]byte(id))
	name := hex.EncodeToString(sum[:])
	return filepath.Join(e.dir, "files", name[:2], name)
}

// PutFile stores content under id, replacing what was there; at most
// store.MaxFile bytes, else store.ErrRefused. It is on disk when this returns,
// whole or not at all.
func (e *Engine) PutFile(ctx context.Context, id string, content []byte) error {
	if err := store.CheckID(id); err != nil {
		return err
	}
	if len(content) > store.MaxFile {
		return fmt.Errorf("sqlite: %w: file of %d bytes is over %d", store.ErrRefused, len(content), store.MaxFile)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if e.dir == "" {
		e.memory.mu.Lock()
		defer e.memory.mu.Unlock()
		if e.memory.files == nil {
			e.memory.files = make(map[string][]byte)
		}
		e.memory.files[id] = append([]byte{}, content...)
		return nil
	}
	return fault("put file", writeFile(e.newFiles(), e.filePath(id), content))
}

// newFiles is where files are written before they get their name.
func (e *Engine) newFiles() string { return filepath.Join(e.dir, "files", "new") }

// cleanFiles removes what a crash left half-written.
func (e *Engine) cleanFiles() error {
	if err := os.RemoveAll(e.newFiles()); err != nil {
		return fmt.Errorf("sqlite: data folder: %w", err)
	}
	if err := os.MkdirAll(e.newFiles(), 0o700); err != nil {
		return fmt.Errorf("sqlite: data folder: %w", err)
	}
	return nil
}

// writeFile writes in the folder for new files, syncs, and renames.
func writeFile(fresh, path string, content []byte) (err error) {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(fresh, "*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	// The new name, and a new folder's, last only once their folders are synced.
	if e := syncFolder(folder); e != nil {
		return fmt.Errorf("sync folder: %w", e)
	}
	return syncFolder(filepath.Dir(folder))
}

// GetFile returns the content, or store.ErrNotFound.
func (e *Engine) GetFile(ctx context.Context, id string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if e.dir == "" {
		e.memory.mu.RLock()
		defer e.memory.mu.RUnlock()
		b, ok := e.memory.files[id]
		if !ok {
			return nil, store.ErrNotFound
		}
		return append([]byte{}, b...), nil
	}
	b, err := os.ReadFile(e.filePath(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, store.ErrNotFound
	}
	if err != nil {
		return nil, fault("get file", err)
	}
	return b, nil
}

// DeleteFile removes the file if it is there.
func (e *Engine) DeleteFile(ctx context.Context, id string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if e.dir == "" {
		e.memory.mu.Lock()
		defer e.memory.mu.Unlock()
		delete(e.memory.files, id)
		return nil
	}
	path := e.filePath(id)
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	return fault("delete file", err)
}
