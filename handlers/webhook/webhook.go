// Package webhook takes what WeChat and WeCom send us: it verifies, decrypts and
// parses, hands the message on and answers in the form the platform wants. It
// holds no rule of ours.
//
// WeChat (messages and events): the answer must come within 5 s and be
// "success", empty, or a reply; anything else, and every 5xx, is shown to the
// customer as a failure of the account. So what is refused is refused with 403
// and nothing else, and a message that could not be stored is answered by
// hanging up: WeChat then delivers it again.
package webhook

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"kefu/bot/chat"
	"kefu/bot/wechat"
)

// TooOld is how old a message may be, by its own CreateTime: as long as keys are
// kept. Its query's timestamp is never a reason to refuse a right signature.
const TooOld = 30 * 24 * time.Hour

const (
	bodyTime  = time.Second // to receive a body
	skewAlert = 5 * time.Minute
)

// Counter counts what came and what was refused, by account and reason.
type Counter struct{ vec *prometheus.CounterVec }

// NewCounter registers the counter; r may be nil.
func NewCounter(r prometheus.Registerer) *Counter {
	c := &Counter{prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "kefu_webhook_total", Help: "Callbacks by account and what became of them.",
	}, []string{"account", "result"})}
	if r != nil {
		r.MustRegister(c.vec)
	}
	return c
}

func (c *Counter) add(account, result string) { c.vec.WithLabelValues(account, result).Inc() }

// refusal is why a callback gets 403; the caller hears none of it.
type refusal struct{ why string }

func (r refusal) Error() string { return "webhook: refused: " + r.why }

// gate is what both platforms have in common.
type gate struct {
	account string
	cipher  *wechat.Cipher
	must    bool // only encrypted messages are taken
	plainOK bool // the account is in plain mode
	now     func() time.Time
	count   *Counter
	log     *slog.Logger
	alerts  limiter
}

// opened is a callback that was verified and decrypted.
type opened struct {
	payload []byte // clean
	sealed  bool
	json    bool
	key     int // that opened it
}

// open reads, verifies and decrypts the body of a callback.
func (g *gate) open(c *gin.Context) (opened, error) {
	http.NewResponseController(c.Writer).SetReadDeadline(time.Now().Add(bodyTime)) //nolint:errcheck // best effort: a test's writer has none
	body, err := io.ReadAll(io.LimitReader(c.Request.Body, wechat.MaxBody+1))
	if err != nil || len(body) > wechat.MaxBody {
		return opened{}, refusal{"body"}
	}
	q := c.Request.URL.Query()
	ts, nonce := q.Get("timestamp"), q.Get("nonce")
	env, err := wechat.ParseEnvelope(body)
	if err != nil {
		return opened{}, refusal{"malformed"}
	}
	o := opened{json: env.JSON}
	if env.Encrypt != "" && (g.must || q.Get("encrypt_type") == "aes") {
		if !g.cipher.Verify(q.Get("msg_signature"), ts, nonce, env.Encrypt) {
			return o, refusal{"signature"}
		}
		o.payload, o.key, err = g.cipher.Decrypt(env.Encrypt)
		if err != nil {
			return o, refusal{"decrypt"}
		}
		o.sealed = true
	} else {
		if g.must || !g.plainOK {
			return o, refusal{"not encrypted"}
		}
		if !g.cipher.Verify(q.Get("signature"), ts, nonce) {
			return o, refusal{"signature"}
		}
		o.payload = body
	}
	if o.payload, err = wechat.Clean(o.payload); err != nil {
		return o, refusal{"malformed"}
	}
	g.checkClock(ts)
	return o, nil
}

// checkClock warns when WeChat's clock and ours differ; the message is taken.
func (g *gate) checkClock(timestamp string) {
	s, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return
	}
	skew := g.now().Sub(time.Unix(s, 0))
	if skew.Abs() > skewAlert && g.alerts.allow(g.now()) {
		g.count.add(g.account, "clock")
		g.log.Warn("clocks differ; check this machine's time", "account", g.account, "seconds", int(skew.Seconds()))
	}
}

// message opens a callback and reads the message in it. One that is older than its
// key would be remembered is refused.
func (g *gate) message(c *gin.Context, parse func(payload []byte) (chat.Message, error)) (opened, chat.Message, error) {
	o, err := g.open(c)
	if err != nil {
		return o, chat.Message{}, err
	}
	m, err := parse(o.payload)
	switch {
	case err != nil:
		return o, m, refusal{"unreadable"}
	case g.now().Sub(m.At.Time()) > TooOld:
		return o, m, refusal{"too old"}
	}
	return o, m, nil
}

// answer writes the reply, sealed as the call was. Without one it says success.
func (g *gate) answer(c *gin.Context, o opened, reply []byte) error {
	if len(reply) == 0 {
		_, err := c.Writer.WriteString("success")
		return err
	}
	if o.sealed {
		var err error
		seal := g.cipher.SealXML
		if o.json {
			seal = g.cipher.SealJSON
		}
		if reply, err = seal(reply, rand.Text()[:16], g.now().Unix(), o.key); err != nil {
			return fmt.Errorf("webhook: seal: %w", err)
		}
	}
	c.Header("Content-Type", "application/xml; charset=utf-8")
	c.Header("Content-Length", strconv.Itoa(len(reply))) // flushed below, it would else be chunked
	if _, err := c.Writer.Write(reply); err != nil {
		return err
	}
	return http.NewResponseController(c.Writer).Flush()
}

// refuse answers 403 with nothing in it.
func (g *gate) refuse(c *gin.Context, err error) {
	why := "error"
	var r refusal
	if errors.As(err, &r) {
		why = r.why
	}
	g.count.add(g.account, why)
	c.AbortWithStatus(http.StatusForbidden)
}

// hangUp closes the connection without an answer, so that WeChat tries again.
func (g *gate) hangUp(*gin.Context) {
	g.count.add(g.account, "store_down")
	panic(http.ErrAbortHandler)
}

// verify answers the console's check of the address.
func (g *gate) verify(c *gin.Context, sealed bool) {
	q := c.Request.URL.Query()
	echo := q.Get("echostr")
	if sealed {
		if !g.cipher.Verify(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), echo) {
			g.refuse(c, refusal{"signature"})
			return
		}
		msg, _, err := g.cipher.Decrypt(echo)
		if err != nil {
			g.refuse(c, refusal{"decrypt"})
			return
		}
		echo = string(msg)
	} else if !g.cipher.Verify(q.Get("signature"), q.Get("timestamp"), q.Get("nonce")) {
		g.refuse(c, refusal{"signature"})
		return
	}
	c.Header("Content-Type", "text/plain; charset=utf-8")
	c.String(http.StatusOK, "%s", echo)
}
