// Package store keeps documents. An [Engine] knows bytes, ids, revisions and
// queries; a [Collection] knows encoding and retry; what a document means, and
// the named queries asked of it, live with its type in the package that owns it.
//
// One document, one change: every change writes exactly one document by
// compare-and-swap on its revision. What must follow in another document is
// written in the same change as a pending effect and carried over by a job that
// may run twice. No transaction is needed, and there is nothing to half-do.
package store

import (
	"context"
	"errors"
	"iter"
)

// What an engine answers. They may be wrapped; test with errors.Is.
var (
	// ErrNotFound: no document has this id.
	ErrNotFound = errors.New("store: not found")
	// ErrExists: a document with this id is already durable.
	ErrExists = errors.New("store: already exists")
	// ErrConflict: the durable document has another revision.
	ErrConflict = errors.New("store: changed meanwhile")
	// ErrUnavailable: the engine cannot be reached or cannot write; nothing is
	// known to have happened. Whether a write took place is unknown.
	ErrUnavailable = errors.New("store: unavailable")
	// ErrRefused: the document can never be stored as it is (too large, a key
	// with NUL, not a JSON object).
	ErrRefused = errors.New("store: refused")
)

// settled says that a write that returned err did not happen and will not.
func settled(err error) bool {
	return errors.Is(err, ErrExists) || errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrRefused)
}

// MaxBody is the largest body of one document, in bytes.
const MaxBody = 4 << 20

// MaxPurge is how many documents one Purge removes at most.
const MaxPurge = 1000

// Document is what an engine keeps: a JSON object under an id.
type Document struct {
	ID   string // 1 to 512 bytes, no NUL; the only thing that is unique
	Rev  int64  // 1 after Insert, one more with each Replace
	Last string // id of the last write, set by the writer; recognises one's own after an unknown outcome
	Body []byte // a JSON object in UTF-8, at most MaxBody bytes

	encoded bool // Body was made by encoding/json, a moment ago: it is JSON
}

// Engine stores documents by collection name ([a-z_]{1,40}). All methods may be
// called at once from many goroutines. A write runs to its end whatever becomes
// of the caller's context; a caller that gave up does not know its outcome.
// ErrExists and ErrConflict speak only of what is durable.
type Engine interface {
	// Insert stores d at revision 1, or returns ErrExists. Repeating an Insert
	// with the same Last after an unknown outcome returns nil.
	Insert(ctx context.Context, coll string, d Document) error
	Get(ctx context.Context, coll, id string) (Document, error)
	// Replace stores d at revision d.Rev+1 if d.Rev is the durable one, else
	// ErrConflict (ErrNotFound when there is none). Repeating it with the same
	// Last after an unknown outcome returns nil.
	Replace(ctx context.Context, coll string, d Document) error
	// Delete removes the document; removing what is not there is no error.
	Delete(ctx context.Context, coll, id string) error
	// Purge removes what matches, the first q.Limit (1 to MaxPurge) in the order,
	// and returns how many there were. What ceased to match meanwhile stays. It may
	// be repeated.
	Purge(ctx context.Context, coll string, q Query) (int, error)
	// Find yields what matches, page by page (≤ 256), holding no read
	// transaction while the caller works.
	Find(ctx context.Context, coll string, q Query) iter.Seq2[Document, error]
	// Count counts what matches, and stops at q.Limit when that is not 0.
	Count(ctx context.Context, coll string, q Query) (int64, error)
	// Group counts and sums by fields.
	Group(ctx context.Context, coll string, g Grouping) ([]Row, error)
	// EnsureIndexes makes the indexes that are missing and drops those of
	// earlier definitions. It may be called at every start.
	EnsureIndexes(ctx context.Context, coll string, ix ...Index) error
	// ID names this store: made once, kept in it. Redis keys carry it.
	ID() string
	Close() error
}

// Files is the optional ability of an engine to keep files (attachments).
type Files interface {
	// PutFile stores content under id; storing the same id again replaces it.
	PutFile(ctx context.Context, id string, content []byte) error
	// GetFile returns the content, or ErrNotFound.
	GetFile(ctx context.Context, id string) ([]byte, error)
	DeleteFile(ctx context.Context, id string) error
}
