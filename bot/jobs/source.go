package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"kefu/store"
)

// Ref is a document that is due.
type Ref struct {
	ID  string
	Rev int64
}

// Source is one collection whose documents come due.
type Source struct {
	Name     string // of the collection; wake-ups carry it
	Priority Priority
	Lease    time.Duration // how far a claim moves due on; 0: 15 s

	// Due lists what is due at now, the longest overdue first, at most limit.
	// It must be a cheap indexed query.
	Due func(ctx context.Context, now store.Time, limit int) ([]Ref, error)
	// Claim moves due to now+lease by compare-and-swap; false: not due any more.
	Claim func(ctx context.Context, id string, now store.Time, lease time.Duration) (bool, error)
	// Run does what the document's timers and effects ask for. It may be called
	// any number of times, also when nothing is due.
	Run func(ctx context.Context, id string) error
}

// DueIndex is the index that Due of FromCollection needs.
func DueIndex() store.Index {
	return store.Index{Fields: []string{"due", "id"}, Where: []store.Cond{store.Where("due", store.Exists)}}
}

// FromCollection makes the source of a collection whose documents keep the
// instant at which to look again in a field `json:"due,omitzero"`. due points to
// that field. The collection needs DueIndex.
func FromCollection[T any](c *store.Collection[T], p Priority, due func(*T) *store.Time, run func(ctx context.Context, id string) error) Source {
	return Source{
		Name:     c.Name(),
		Priority: p,
		Due: func(ctx context.Context, now store.Time, limit int) ([]Ref, error) {
			var refs []Ref
			q := store.Query{
				Where: []store.Cond{store.Where("due", store.Le, now)},
				Order: []store.Order{{Field: "due"}},
				Limit: limit,
			}
			for v, err := range c.Find(ctx, q) {
				if err != nil {
					return refs, err
				}
				m := any(v).(interface{ Header() *store.Meta }).Header()
				refs = append(refs, Ref{m.ID, m.Rev})
			}
			return refs, nil
		},
		Claim: func(ctx context.Context, id string, now store.Time, lease time.Duration) (bool, error) {
			mine := false
			_, err := c.Update(ctx, id, func(v *T) error {
				d := due(v)
				if mine = !d.IsZero() && !d.After(now); !mine {
					return store.ErrUnchanged
				}
				*d = now.Add(lease)
				return nil
			})
			if errors.Is(err, store.ErrNotFound) {
				return false, nil
			}
			return mine && err == nil, err
		},
		Run: run,
	}
}

// Registry knows the sources by name. Register everything before the sweep or a
// runner starts.
type Registry struct {
	mu      sync.RWMutex
	sources []Source
	byName  map[string]Source
}

// Register adds a source; a name twice is a mistake of the program.
func (r *Registry) Register(sources ...Source) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byName == nil {
		r.byName = map[string]Source{}
	}
	for _, s := range sources {
		if _, twice := r.byName[s.Name]; twice || s.Name == "" || s.Due == nil || s.Claim == nil || s.Run == nil {
			return fmt.Errorf("jobs: source %q is incomplete or registered twice", s.Name)
		}
		if s.Lease <= 0 {
			s.Lease = 15 * time.Second
		}
		r.byName[s.Name] = s
		r.sources = append(r.sources, s)
	}
	return nil
}

// Handle runs the document of a wake-up: the Handler of a runner.
func (r *Registry) Handle(ctx context.Context, w Wake) error {
	r.mu.RLock()
	s, ok := r.byName[w.Coll]
	r.mu.RUnlock()
	if !ok {
		return fmt.Errorf("jobs: no source %.40q", w.Coll)
	}
	return s.Run(ctx, w.ID)
}

func (r *Registry) all() []Source {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.sources
}
