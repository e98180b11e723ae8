package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"time"

	"kefu/bot/ticket"
)

// Pages are kept live by server-sent events: when a case has changed, and every few
// seconds anyway (deliveries go their own way, and minutes pass), the parts that
// look different are sent anew.
const (
	lookEvery = 4 * time.Second
	restEvery = 20 * time.Second // a sign of life
	lineLasts = 10 * time.Minute // then the browser comes again
	maxLines  = 500              // of this process
	perPerson = 8                // of one of the staff
	writeTime = 10 * time.Second
)

// lives are the parts that are sent anew, by the id of their element.
var lives = []string{"head", "talklist", "notelist", "traillist", "credit", "typing", "acts"}

// live renders the parts. Their forms have no name of their own: the script gives
// each sending one.
func (v *visit) live(p *casePage) (map[string]string, error) {
	p.Once = ""
	parts := map[string]string{}
	for _, name := range lives {
		b, err := v.views.render(name, p)
		if err != nil {
			return nil, err
		}
		parts[name] = string(b)
	}
	return parts, nil
}

// lines counts the pages that listen.
type lines struct {
	mu  sync.Mutex
	all int
	of  map[string]int
}

func newLines() *lines { return &lines{of: map[string]int{}} }

func (l *lines) take(who string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all >= maxLines || l.of[who] >= perPerson {
		return false
	}
	l.all++
	l.of[who]++
	return true
}

func (l *lines) leave(who string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all--
	if l.of[who]--; l.of[who] <= 0 {
		delete(l.of, who)
	}
}

// events streams the parts of a case that changed.
func (v *visit) events() error {
	id := ticket.ID(v.c.Param("id"))
	if _, err := v.Book.Get(v.ctx, id); err != nil {
		return err
	}
	if !v.lines.take(v.me.ID) {
		return fault{http.StatusTooManyRequests, "开的页面太多", "先关掉几页工单。", nil}
	}
	defer v.lines.leave(v.me.ID)
	ctx, cancel := context.WithTimeout(v.c.Request.Context(), lineLasts)
	defer cancel()
	defer context.AfterFunc(v.Site.ctx, cancel)()
	var changed <-chan struct{}
	if v.Changes != nil {
		changed = v.Changes.Subscribe(ctx, Topic(id))
	}
	h := v.c.Writer.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	s := stream{v: v, id: id, out: http.NewResponseController(v.c.Writer), shown: map[string]string{}}
	look, rest := time.NewTicker(lookEvery), time.NewTicker(restEvery)
	defer look.Stop()
	defer rest.Stop()
	for err := s.update(ctx); err == nil; {
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
			err = s.update(ctx)
		case <-look.C:
			err = s.update(ctx)
		case <-rest.C:
			err = s.write(": on\n\n")
		}
	}
	return nil // the browser is gone, or comes again
}

// stream is one browser that listens.
type stream struct {
	v     *visit
	id    ticket.ID
	out   *http.ResponseController
	shown map[string]string
}

// update sends what looks different from what was sent last. A store that cannot
// be read just now is no reason to hang up.
func (s *stream) update(ctx context.Context) error {
	read, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	p, _, err := s.v.view(read, s.id)
	if err != nil {
		return s.write(": later\n\n")
	}
	parts, err := s.v.live(p)
	if err != nil {
		return err
	}
	fresh := maps.Clone(parts)
	maps.DeleteFunc(fresh, func(name, html string) bool {
		had, ok := s.shown[name]
		return ok && had == html
	})
	if len(fresh) == 0 {
		return nil
	}
	s.shown = parts
	b, err := json.Marshal(answer{OK: true, Parts: fresh})
	if err != nil {
		return err
	}
	return s.write(fmt.Sprintf("data: %s\n\n", b))
}

func (s *stream) write(text string) error {
	if err := s.out.SetWriteDeadline(time.Now().Add(writeTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := s.v.c.Writer.WriteString(text); err != nil {
		return err
	}
	return s.out.Flush()
}
