package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"kefu/bot/desk"
	"kefu/bot/intent"
	"kefu/bot/learn"
	"kefu/bot/ticket"
	"kefu/cmd/kefu/config"
	"kefu/store"
)

// Lesson is what is to be learned from: rows of a file, and whether the
// department's own cases as well.
type Lesson struct {
	Rows  []learn.Row `json:"rows,omitempty"`
	Cases bool        `json:"cases,omitempty"`
}

// Learned is what came of it, as text for people. Refused: nothing was changed.
type Learned struct {
	Text    string `json:"text"`
	Refused bool   `json:"refused,omitempty"`
}

const (
	maxLesson  = 16 << 20 // bytes
	lessonTime = 3 * time.Minute
	shown      = 15 // messages of the file that are now told otherwise
)

// School trains the classifier of one store.
type School struct {
	shelf  *learn.Shelf
	book   *ticket.Book
	reader *intent.Reader
	habits *learn.Habits
	pack   func() *desk.Pack
	now    func() time.Time
	busy   chan struct{} // holds one lesson at a time

	mu    sync.Mutex
	inUse string // the version that reader and habits have
}

// OpenSchool opens what learning needs in a store that no App has open.
func OpenSchool(ctx context.Context, cfg *config.Config, e store.Engine) (*School, error) {
	d, err := ReadDepartment(cfg, nil)
	if err != nil {
		return nil, err
	}
	book, err := ticket.Open(ctx, e, time.Now, d.Calendar.Location(), limits(d.Pack()))
	if err != nil {
		return nil, err
	}
	return newSchool(ctx, e, book, d, new(learn.Habits), time.Now)
}

func newSchool(ctx context.Context, e store.Engine, book *ticket.Book, d *Department, h *learn.Habits, now func() time.Time) (*School, error) {
	shelf, err := learn.Open(ctx, e, now)
	if err != nil {
		return nil, err
	}
	return &School{shelf: shelf, book: book, reader: d.Reader, habits: h, pack: d.Pack, now: now, busy: make(chan struct{}, 1)}, nil
}

// Learn trains, tries and perhaps puts in use. What cannot be learned from is said
// in the answer, not an error.
func (s *School) Learn(ctx context.Context, l Lesson) (Learned, error) {
	select {
	case s.busy <- struct{}{}:
		defer func() { <-s.busy }()
	default:
		return Learned{Text: "正在学，等它学完", Refused: true}, nil
	}
	rows, intro := l.Rows, ""
	var closed []learn.Choice
	var pack *desk.Pack
	if l.Cases {
		own, err := learn.FromCases(ctx, s.book, s.now())
		if err != nil {
			return Learned{}, err
		}
		rows, closed, pack = append(rows, own.Rows...), own.Closed, s.pack()
		intro = fmt.Sprintf("本部门的工单 %d 件，其中员工改过意图的 %d 件；办结时选过原因或责任部门的 %d 件\n",
			len(own.Rows), own.Corrected, len(own.Closed))
	}
	rep, err := s.shelf.Learn(ctx, intent.Shipped(), s.reader, rows, closed, pack)
	if errors.Is(err, learn.ErrRefused) {
		return Learned{Text: intro + err.Error(), Refused: true}, nil
	}
	if err != nil {
		return Learned{}, err
	}
	n := shown
	if l.Cases {
		n = 0 // customers' words stay in the cases
	}
	return Learned{Text: intro + rep.Text(n)}, nil
}

// Back puts the version before in use.
func (s *School) Back(ctx context.Context) (Learned, error) {
	id, err := s.shelf.Back(ctx)
	switch {
	case errors.Is(err, learn.ErrRefused):
		return Learned{Text: err.Error(), Refused: true}, nil
	case err != nil:
		return Learned{}, err
	case id == "":
		return Learned{Text: "✓ 换回了随程序的那一版"}, nil
	}
	return Learned{Text: "✓ 换回了 " + id}, nil
}

// List shows the versions.
func (s *School) List(ctx context.Context) (Learned, error) {
	list, own, err := s.shelf.List(ctx)
	if err != nil {
		return Learned{}, err
	}
	return Learned{Text: learn.Listing(list, own)}, nil
}

// schooling is how often an instance looks for another version.
const schooling = 20 * time.Second

// take reads with the version that is in use now. other is its id when it cannot be
// read with, since another version of the program made it.
func (s *School) take(ctx context.Context) (other string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, changed, err := s.shelf.Current(ctx, s.inUse)
	if err != nil || !changed {
		return "", err
	}
	s.reader.Use(t.Model)
	s.habits.Use(t)
	s.inUse = t.ID
	if t.Alien {
		return t.ID, nil
	}
	return "", nil
}

// openLearning reads with the version in use from the first message on.
func (a *App) openLearning(ctx context.Context) (err error) {
	a.school, err = newSchool(ctx, a.Store, a.Book, a.Department, a.Cases.Habits, a.now)
	if err != nil {
		return err
	}
	return a.takeModel(ctx)
}

// takeModel reads with the version that is in use now.
func (a *App) takeModel(ctx context.Context) error {
	other, err := a.school.take(ctx)
	if other != "" {
		a.log.Warn("the learned classifier is of another version of the program: learn again", "version", other)
	}
	return err
}

// watchModel notices what other instances, or the command line, have learned.
func (a *App) watchModel(ctx context.Context) {
	every(ctx, schooling, func() {
		if err := a.takeModel(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("learned classifier not looked for", "err", err)
		}
	})
}

// learning serves the command line: POST /learn, POST /learn/back, GET /learn.
func (a *App) learning(m *http.ServeMux) {
	m.HandleFunc("GET /learn", a.school.serve(func(r *http.Request) (Learned, error) { return a.school.List(r.Context()) }))
	m.HandleFunc("POST /learn/back", a.school.serve(func(r *http.Request) (Learned, error) { return a.school.Back(r.Context()) }))
	m.HandleFunc("POST /learn", a.school.serve(func(r *http.Request) (Learned, error) {
		var l Lesson
		if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxLesson)).Decode(&l); err != nil {
			return Learned{Text: "送来的内容读不了，或超过 16 MB", Refused: true}, nil
		}
		ctx, cancel := context.WithTimeout(r.Context(), lessonTime)
		defer cancel()
		return a.school.Learn(ctx, l)
	}))
}

func (s *School) serve(do func(*http.Request) (Learned, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		out, err := do(r)
		if err == nil && r.Method == http.MethodPost && !out.Refused {
			_, err = s.take(r.Context())
		}
		if err != nil {
			http.Error(w, "store", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(out)
	}
}
