package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/windows"
)

// folderLock keeps a second process out of the data folder. Windows lets go of
// it when the process ends.
type folderLock struct{ f *os.File }

// The lock lies far behind the text, for Windows lets nobody read what is locked.
const lockAt = 1 << 20

func lockFolder(dir string) (*folderLock, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("sqlite: lock the data folder: %w", err)
	}
	at := &windows.Overlapped{Offset: lockAt}
	if err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at); err != nil {
		holder := make([]byte, 32)
		n, _ := f.Read(holder) // whose it is, is only for people
		return nil, errors.Join(fmt.Errorf("sqlite: data folder %s is in use by process %s", dir, strings.TrimSpace(string(holder[:n]))), f.Close())
	}
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite: lock the data folder: %w", err), f.Close())
	}
	return &folderLock{f}, nil
}

// unlock lets go; the file stays, for removing it would race with the next.
func (l *folderLock) unlock() error { return l.f.Close() }

// syncFolder has nothing to do: NTFS keeps its names in a journal.
func syncFolder(string) error { return nil }
