package demo

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"kefu/bot/wechat/sim"
)

//go:embed page
var page embed.FS

// policy lets the page load nothing but its own files and the simulator's pictures.
const policy = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// routes puts the page, its calls and the simulator beside the program's own pages.
func (d *Demo) routes(r gin.IRouter) {
	think := gin.WrapH(http.StripPrefix("/model", d.mind.server))
	r.POST("/model/*path", think)
	platform := gin.WrapH(http.StripPrefix("/sim", d.sim.Handler()))
	r.GET("/sim/*path", platform)
	r.POST("/sim/*path", platform)
	g := r.Group("/", d.local)
	g.GET("/", d.file("index.html"))
	names, err := fs.Glob(page, "page/*")
	if err != nil {
		d.log.Error("the page's files are missing", "err", err)
	}
	for _, name := range names {
		g.GET("/demo/"+path.Base(name), d.file(path.Base(name)))
	}
	g.GET("/demo/privacy", d.file("privacy.html"))
	g.GET("/demo/state", d.getState)
	g.POST("/demo/customer", d.asCustomer)
	g.POST("/demo/staff", d.asStaff)
	g.POST("/demo/clock", d.moveClock)
	g.POST("/demo/fault", d.setFault)
}

var origin = http.NewCrossOriginProtection()

// local keeps pages of other sites from driving the demo, also those whose name
// was made to point here.
func (d *Demo) local(c *gin.Context) {
	host := c.Request.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if host != "localhost" && net.ParseIP(host) == nil || origin.Check(c.Request) != nil {
		c.AbortWithStatus(http.StatusForbidden)
		return
	}
	// Cookies of localhost are not those of 127.0.0.1, where cards lead.
	if c.Request.Method == http.MethodGet && c.Request.URL.Path == "/" && host == "localhost" {
		c.Redirect(http.StatusTemporaryRedirect, d.url+"/")
		c.Abort()
	}
}

func (d *Demo) file(name string) gin.HandlerFunc {
	b, err := page.ReadFile("page/" + name)
	kind := cmp.Or(mime.TypeByExtension(path.Ext(name)), "text/plain; charset=utf-8")
	return func(c *gin.Context) {
		if err != nil {
			c.AbortWithStatus(http.StatusNotFound)
			return
		}
		h := c.Writer.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-cache")
		c.Data(http.StatusOK, kind, b)
	}
}

const (
	longPoll = 25 * time.Second       // a page asks again then
	peek     = 250 * time.Millisecond // how often cases are looked at that no call tells of
)

// getState answers at once when the page's tag is not the present one, else when
// something has changed.
func (d *Demo) getState(c *gin.Context) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), longPoll)
	defer cancel()
	defer context.AfterFunc(d.live, cancel)()
	l := look{customer: c.Query("customer"), staff: c.Query("staff"), ticket: c.Query("case")}
	for tag := c.Query("tag"); tag != "" && ctx.Err() == nil; {
		version := d.sim.Version()
		if d.stamp(ctx) != tag {
			break
		}
		wait, done := context.WithTimeout(ctx, peek)
		_, _ = d.sim.Wait(wait, version) // over in time: look again
		done()
	}
	if d.live.Err() != nil || c.Request.Context().Err() != nil {
		c.AbortWithStatus(http.StatusServiceUnavailable)
		return
	}
	c.Header("Cache-Control", "no-store")
	c.JSON(http.StatusOK, d.state(c.Request.Context(), l))
}

const maxAsk = 64 << 10 // bytes of what the page sends

// read decodes what the page sent; false after answering.
func read(c *gin.Context, into any) bool {
	if err := json.NewDecoder(http.MaxBytesReader(c.Writer, c.Request.Body, maxAsk)).Decode(into); err != nil {
		c.JSON(http.StatusBadRequest, gin.H{"say": "这一步没看懂，刷新页面再试。"})
		return false
	}
	return true
}

// done answers the page: nothing when it went well, else a sentence.
func (d *Demo) done(c *gin.Context, err error) {
	switch {
	case err == nil:
		c.JSON(http.StatusOK, gin.H{})
	case errors.Is(err, sim.ErrNotFollowing):
		d.refuse(c, "已取消关注，发不出去了。点“关注”再回来。")
	case errors.Is(err, sim.ErrNoOption):
		d.refuse(c, "这个选项太早了，对话里已经没有它。")
	case errors.Is(err, sim.ErrNoButton):
		d.refuse(c, "这张卡片已经变了，看最新的一张。")
	case errors.Is(err, errJumping):
		d.refuse(c, "钟还在走，等它停下。")
	default:
		d.log.Warn("a step on the page failed", "err", err)
		d.refuse(c, "没做成，再试一次。")
	}
}

func (d *Demo) refuse(c *gin.Context, say string) { c.JSON(http.StatusConflict, gin.H{"say": say}) }

func (d *Demo) moveClock(c *gin.Context) {
	var in struct {
		Jump string `json:"jump"`
	}
	if !read(c, &in) {
		return
	}
	// Once begun it goes to its end, also when the page is closed.
	ctx, cancel := context.WithTimeout(d.live, time.Minute)
	defer cancel()
	v, err := d.jump(ctx, in.Jump)
	if err != nil {
		d.done(c, err)
		return
	}
	c.JSON(http.StatusOK, v)
}

func (d *Demo) setFault(c *gin.Context) {
	var in struct {
		Key string `json:"key"`
		On  bool   `json:"on"`
	}
	if read(c, &in) {
		d.done(c, d.turn(in.Key, in.On))
	}
}

func newestFirst(all []call) {
	slices.SortStableFunc(all, func(a, b call) int { return b.seq.Compare(a.seq) })
}
