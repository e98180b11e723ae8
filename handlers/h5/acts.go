package h5

import (
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/ticket"
	"kefu/store"
)

const (
	maxForm    = 12 << 20
	maxPicture = 10 << 20 // bytes
	maxText    = 1000     // characters
)

// sayings is what the customer reads after each tap.
var sayings = map[string]string{
	"urge":   "已催，负责的同事马上看到。",
	"add":    "收到，已加到这件事里。",
	"ok":     "好的，谢谢您。",
	"not_ok": "好，重新打开，还是原来的同事跟。哪里还不行？一句话就够。",
	"rate":   "谢谢您，记下了。",
}

// does are the acts that the page offers, by the name in the address.
var does = map[string]string{
	"urge": casework.DoUrge, "add": casework.DoAdd, "ok": casework.DoOK, "not_ok": casework.DoNotOK, "rate": casework.DoRate,
}

var errMuch = fault{http.StatusTooManyRequests, "点得太快了，都收到了。有新的情况过几分钟再说。", nil}

// do carries out a tap or words, once for each page that was shown.
func (s *Site) do(c *gin.Context, t *ticket.Ticket) error {
	name := c.Param("do")
	act, ok := does[name]
	if !ok {
		return errLink
	}
	if !s.flood.pass(t.ID) {
		return errMuch
	}
	if err := parse(c); err != nil {
		return err
	}
	once := c.Request.PostForm.Get("once")
	if len(once) < 10 || len(once) > 60 {
		return fault{http.StatusBadRequest, "请刷新一下这一页再点。", nil}
	}
	effect := "page/" + name + "/" + once
	a := conversation.Act{Ticket: t.TicketID(), Do: act, Page: true, Text: text(c, "text"), At: store.At(s.Now())}
	if err := s.carry(c, t, effect, name, a); err != nil {
		return err
	}
	if c.GetHeader("X-Kefu") != "" {
		c.JSON(http.StatusOK, gin.H{"ok": true, "say": sayings[name]})
		return nil
	}
	c.Redirect(http.StatusSeeOther, s.path(t.TicketID())+"?ok="+name)
	return nil
}

func (s *Site) carry(c *gin.Context, t *ticket.Ticket, effect, name string, a conversation.Act) error {
	ctx := c.Request.Context()
	switch name {
	case "rate":
		score, err := strconv.Atoi(c.Request.PostForm.Get("score"))
		if err != nil || score < 1 || score > 5 {
			return fault{http.StatusBadRequest, "点一下满意不满意就行。", nil}
		}
		a.Value = strconv.Itoa(score)
	case "ok":
		switch {
		case t.IsOpen():
			return fault{http.StatusConflict, "这件事又在办了，办好再告诉您。", nil}
		case t.State == ticket.Closed:
			return nil // said before, or closed in silence
		}
	case "not_ok":
		if a.Text == "" {
			a.Text = "还没好"
		}
		if !t.IsOpen() && (t.Into != "" || !s.Now().Before(t.Solved.Add(s.Book.Limits().Reopen).Time())) {
			return fault{http.StatusConflict, "这件事办结有些日子了。请到公众号里发一句话，我们另立一件接着办。", nil}
		}
	case "add":
		file, err := s.upload(c)
		if err != nil {
			return err
		}
		if file != "" {
			return s.Cases.CustomerFile(ctx, t.Who, effect, t.TicketID(), file, chat.Image, a.Text)
		}
		if a.Text == "" {
			return fault{http.StatusUnprocessableEntity, "写一句，或选一张照片。", nil}
		}
		if t.State == ticket.Closed {
			return fault{http.StatusConflict, "这件事已经关了。还没好就点“还没好”；是别的事，请到公众号里说。", nil}
		}
	}
	return s.Cases.Customer(ctx, t.Who, effect, a)
}

func parse(c *gin.Context) error {
	r := c.Request
	r.Body = http.MaxBytesReader(c.Writer, r.Body, maxForm)
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(1 << 20)
	} else {
		err = r.ParseForm()
	}
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return fault{http.StatusRequestEntityTooLarge, "照片最大 10 MB，请换一张小的。", nil}
	case err != nil:
		return fault{http.StatusBadRequest, "网断了一下，请再点一次。", nil}
	}
	return nil
}

func text(c *gin.Context, name string) string {
	s := chat.Clean(strings.ReplaceAll(c.Request.PostForm.Get(name), "\r\n", "\n"))
	if utf8.RuneCountInString(s) > maxText {
		s = string([]rune(s)[:maxText])
	}
	return strings.TrimSpace(s)
}

var pictures = map[string]bool{"image/jpeg": true, "image/png": true, "image/gif": true, "image/webp": true}

// upload keeps the picture of a form; "" when there is none.
func (s *Site) upload(c *gin.Context) (string, error) {
	f, h, err := c.Request.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return "", nil
	}
	if err != nil {
		return "", fault{http.StatusBadRequest, "照片没有收到，请再选一次。", nil}
	}
	defer f.Close()
	if h.Size == 0 || s.Files == nil {
		return "", nil
	}
	body, err := io.ReadAll(io.LimitReader(f, maxPicture+1))
	if err != nil {
		return "", fault{http.StatusBadRequest, "照片没有收到，请再选一次。", nil}
	}
	if len(body) > maxPicture {
		return "", fault{http.StatusRequestEntityTooLarge, "照片最大 10 MB，请换一张小的。", nil}
	}
	if !pictures[http.DetectContentType(body)] {
		return "", fault{http.StatusUnprocessableEntity, "只能补照片：JPG、PNG 或 GIF。", nil}
	}
	id := "page/" + rand.Text()
	return id, s.Files.PutFile(c.Request.Context(), id, body)
}

// file is a picture of the case that the customer sent.
func (s *Site) file(c *gin.Context, t *ticket.Ticket) error {
	n, err := strconv.Atoi(c.Param("n"))
	if err != nil || n < 1 || n > len(t.Files) || s.Files == nil {
		return errLink
	}
	f := t.Files[n-1]
	if f.ID == "" || f.From != ticket.ByCustomer {
		return errLink
	}
	body, err := s.Files.GetFile(c.Request.Context(), f.ID)
	if errors.Is(err, store.ErrNotFound) {
		return errLink
	}
	if err != nil {
		return err
	}
	mime := http.DetectContentType(body)
	if !pictures[mime] {
		return errLink
	}
	c.Header("Content-Security-Policy", "default-src 'none'; sandbox")
	c.Data(http.StatusOK, mime, body)
	return nil
}

// flood bounds what one case takes from its page: 30 in ten minutes.
type flood struct {
	mu   sync.Mutex
	now  func() time.Time
	seen map[string]*count
}

type count struct {
	n     int
	until time.Time
}

const (
	floodMax  = 30
	floodTime = 10 * time.Minute
	floodKeep = 10000
)

func newFlood(now func() time.Time) *flood { return &flood{now: now, seen: map[string]*count{}} }

func (f *flood) pass(id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now()
	c := f.seen[id]
	if c == nil || !now.Before(c.until) {
		if len(f.seen) >= floodKeep {
			clear(f.seen)
		}
		c = &count{until: now.Add(floodTime)}
		f.seen[id] = c
	}
	c.n++
	return c.n <= floodMax
}
