package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// openFile opens a file that was named on the command line; an error says in words
// what is the matter with it.
func openFile(path string) (*os.File, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("没有 %s 这个文件", path)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("没有权限读 %s", path)
	case err != nil:
		return nil, fmt.Errorf("读不了 %s: %w", path, err)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, fmt.Errorf("%s 是一个文件夹，要写一个文件", path)
	}
	return f, nil
}
