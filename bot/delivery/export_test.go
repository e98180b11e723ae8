package delivery

import (
	"time"

	"kefu/bot/chat"
)

// Books is the ledger in memory, for tests outside the package.
type Books = books

// NewBooks makes an empty one.
func NewBooks() *Books { return &books{all: map[chat.CustomerID]*Credits{}} }

// OpenFor opens a message's window.
func OpenFor(b *Books, c chat.CustomerID, key string, at time.Time) { b.open(c, key, at) }
