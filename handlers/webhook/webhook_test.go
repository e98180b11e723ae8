package webhook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"kefu/bot"
	"kefu/bot/chat"
	"kefu/bot/wechat"
	"kefu/handlers/webhook"
	"kefu/store"
)

const (
	token  = "AAAAAAAAAA"
	appID  = "wx1234567890abcdef"
	aesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	oldKey = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
)

var noon = time.Date(2026, 11, 24, 14, 5, 0, 0, time.FixedZone("CST", 8*3600))

// door is the two addresses on a server, with a bot that can be scripted.
type door struct {
	t      *testing.T
	url    string
	cipher *wechat.Cipher
	reg    *prometheus.Registry
	log    bytes.Buffer

	mu    sync.Mutex
	clock time.Time
	reply chat.Content
	staff []byte
	err   error
	took  []string // texts handed on
}

func open(t *testing.T, plain bool) *door {
	t.Helper()
	gin.SetMode(gin.ReleaseMode)
	d := &door{t: t, clock: noon, reg: prometheus.NewRegistry(), reply: chat.Say("您好")}
	var err error
	if d.cipher, err = wechat.NewCipher(token, appID, aesKey, oldKey); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(&d.log, nil))
	count := webhook.NewCounter(d.reg)
	r := gin.New()
	webhook.Account{
		ID: "hotel", Cipher: d.cipher, PlainOK: plain, Parse: parse, Passive: passive, Receive: d.receive,
		Busy: chat.Say("请稍后再发一次"), Now: d.now, Count: count, Log: log,
	}.Mount(r)
	webhook.App{
		Cipher: d.cipher, Parse: func(b []byte) (chat.Message, error) { return parse("wecom", b) },
		Handle: d.handle, Now: d.now, Count: count, Log: log,
	}.Mount(r)
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	d.url = s.URL
	return d
}

func (d *door) now() time.Time { d.mu.Lock(); defer d.mu.Unlock(); return d.clock }

func (d *door) set(f func()) { d.mu.Lock(); defer d.mu.Unlock(); f() }

// parse reads "CreateTime text" out of the payload of these tests.
func parse(account chat.Account, payload []byte) (chat.Message, error) {
	n, err := wechat.ParseNode(payload)
	if err != nil {
		return chat.Message{}, err
	}
	m := chat.Message{Account: account, From: "o1", Kind: chat.Text}
	for _, k := range n.Kids {
		switch k.Name {
		case "CreateTime":
			s, err := strconv.ParseInt(k.Text, 10, 64)
			if err != nil {
				return m, err
			}
			m.At = store.At(time.Unix(s, 0))
		case "Content":
			m.Text = k.Text
		case "Event":
			m.Kind, m.Event = chat.Event, chat.Click
		}
	}
	return m, nil
}

func passive(_ chat.Message, c chat.Content, _ time.Time) ([]byte, error) {
	if c.Text == "bad" {
		return nil, errors.New("cannot be said so")
	}
	return []byte("<xml><Content>" + c.Text + "</Content></xml>"), nil
}

func (d *door) receive(_ context.Context, m chat.Message) (bot.Answer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.took = append(d.took, m.Text)
	return bot.Answer{Content: d.reply}, d.err
}

func (d *door) handle(_ context.Context, m chat.Message) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.took = append(d.took, m.Text)
	return d.staff, d.err
}

func message(at time.Time, more string) string {
	return fmt.Sprintf("<xml><CreateTime>%d</CreateTime><Content>在吗</Content>%s</xml>", at.Unix(), more)
}

// query signs a call; without parts it is the plain signature.
func query(at time.Time, encrypted string) url.Values {
	ts := strconv.FormatInt(at.Unix(), 10)
	q := url.Values{"timestamp": {ts}, "nonce": {"n1"}, "signature": {wechat.Signature(token, ts, "n1")}}
	if encrypted != "" {
		q.Set("encrypt_type", "aes")
		q.Set("msg_signature", wechat.Signature(token, ts, "n1", encrypted))
	}
	return q
}

func (d *door) get(path string, q url.Values) (int, string) {
	d.t.Helper()
	res, err := http.Get(d.url + path + "?" + q.Encode())
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b)
}

func (d *door) post(path string, q url.Values, body string) (int, string, error) {
	d.t.Helper()
	res, err := http.Post(d.url+path+"?"+q.Encode(), "text/xml", strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res.StatusCode, string(b), err
}

// sealed posts a message encrypted with key 0 or 1.
func (d *door) sealed(path, msg string, key int) (int, string, error) {
	d.t.Helper()
	enc, _, err := d.cipher.Encrypt([]byte(msg), "n1", 1, key)
	if err != nil {
		d.t.Fatal(err)
	}
	return d.post(path, query(d.now(), enc), "<xml><Encrypt>"+enc+"</Encrypt></xml>")
}

// counted is how often a result was counted.
func (d *door) counted(account, result string) int {
	d.t.Helper()
	all, err := d.reg.Gather()
	if err != nil {
		d.t.Fatal(err)
	}
	for _, f := range all {
		for _, m := range f.Metric {
			got := map[string]string{}
			for _, l := range m.Label {
				got[l.GetName()] = l.GetValue()
			}
			if got["account"] == account && got["result"] == result {
				return int(m.GetCounter().GetValue())
			}
		}
	}
	return 0
}

const (
	oaPath  = "/wechat/oa/hotel"
	appPath = "/wecom/app"
)

func TestVerification(t *testing.T) {
	d := open(t, false)
	q := query(noon, "")
	q.Set("echostr", "5837397520665435&<b>")
	if code, body := d.get(oaPath, q); code != 200 || body != "5837397520665435&<b>" {
		t.Errorf("plain: %d %q", code, body)
	}
	q.Set("signature", strings.Repeat("0", 40))
	if code, body := d.get(oaPath, q); code != 403 || body != "" {
		t.Errorf("forged: %d %q", code, body)
	}
	if code, body := d.get(oaPath, nil); code != 403 || body != "" {
		t.Errorf("bare: %d %q", code, body)
	}
	// WeCom seals what it wants to read back
	enc, _, err := d.cipher.Encrypt([]byte("1616140317555161061"), "n1", 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	q = query(noon, enc)
	q.Set("echostr", enc)
	if code, body := d.get(appPath, q); code != 200 || body != "1616140317555161061" {
		t.Errorf("sealed: %d %q", code, body)
	}
	q.Set("msg_signature", q.Get("signature"))
	if code, body := d.get(appPath, q); code != 403 || body != "" {
		t.Errorf("sealed, forged: %d %q", code, body)
	}
	bad := strings.Repeat("A", 64)
	q = query(noon, bad)
	q.Set("echostr", bad)
	if code, body := d.get(appPath, q); code != 403 || body != "" {
		t.Errorf("sealed with another key: %d %q", code, body)
	}
	if n := d.counted("hotel", "signature") + d.counted("wecom", "signature"); n != 3 {
		t.Errorf("%d signatures counted, 3 were wrong", n)
	}
}

// What each mode takes, and in which form it answers.
func TestModes(t *testing.T) {
	msg := message(noon, "")
	for _, plain := range []bool{true, false} {
		d := open(t, plain)
		code, body, err := d.post(oaPath, query(noon, ""), msg)
		switch {
		case plain && (err != nil || code != 200 || body != "<xml><Content>您好</Content></xml>"):
			t.Errorf("plain in plain mode: %d %q %v", code, body, err)
		case !plain && (code != 403 || body != ""):
			t.Errorf("plain in safe mode: %d %q", code, body)
		}
		for key := range 2 {
			code, body, err = d.sealed(oaPath, msg, key)
			if err != nil || code != 200 {
				t.Fatalf("sealed: %d %v", code, err)
			}
			env, err := wechat.ParseEnvelope([]byte(body))
			if err != nil || !d.cipher.Verify(env.Signature, env.TimeStamp, env.Nonce, env.Encrypt) {
				t.Fatalf("answer of %q: %v", body, err)
			}
			got, used, err := d.cipher.Decrypt(env.Encrypt)
			if err != nil || string(got) != "<xml><Content>您好</Content></xml>" || used != key {
				t.Errorf("answered %q under key %d, %v; asked under %d", got, used, err, key)
			}
		}
		// with compatible mode both stand in the body; only the sealed one is believed
		enc, _, _ := d.cipher.Encrypt([]byte(msg), "n1", 1, 0)
		both := strings.Replace(msg, "在吗", "假的", 1)
		both = strings.Replace(both, "</xml>", "<Encrypt>"+enc+"</Encrypt></xml>", 1)
		if code, _, err := d.post(oaPath, query(noon, enc), both); err != nil || code != 200 || d.took[len(d.took)-1] != "在吗" {
			t.Errorf("both: %d %v, took %v", code, err, d.took)
		}
	}
}

func TestJSONIsAnsweredInJSON(t *testing.T) {
	d := open(t, false)
	enc, _, err := d.cipher.Encrypt([]byte(message(noon, "")), "n1", 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	code, body, err := d.post(oaPath, query(noon, enc), `{"Encrypt":"`+enc+`"}`)
	var got struct{ Encrypt, MsgSignature, Nonce string }
	if err != nil || code != 200 || json.Unmarshal([]byte(body), &got) != nil || got.Encrypt == "" || got.MsgSignature == "" || got.Nonce == "" {
		t.Errorf("%d %q %v", code, body, err)
	}
}

func TestWhatIsNotAReply(t *testing.T) {
	d := open(t, true)
	d.reply = chat.Content{}
	if code, body, err := d.sealed(oaPath, message(noon, ""), 0); err != nil || code != 200 || body != "success" {
		t.Errorf("nothing to say: %d %q %v", code, body, err)
	}
	// something went wrong behind, but the message is stored: WeChat must not ask again
	d.set(func() { d.err = errors.New("boom") })
	if code, body, err := d.sealed(oaPath, message(noon, ""), 0); err != nil || code != 200 || body != "success" {
		t.Errorf("an error behind: %d %q %v", code, body, err)
	}
	d.set(func() { d.err, d.reply = nil, chat.Say("bad") })
	if code, body, err := d.sealed(oaPath, message(noon, ""), 0); err != nil || code != 200 || body != "success" {
		t.Errorf("a reply that cannot be said: %d %q %v", code, body, err)
	}
	if n := d.counted("hotel", "unanswered"); n != 1 {
		t.Errorf("%d counted as unanswered", n)
	}
}

// While the store is down WeChat hears nothing, so that it delivers again; on the
// third delivery the customer is asked to write again. An event asks nobody.
func TestStoreDown(t *testing.T) {
	d := open(t, true)
	d.set(func() { d.err = fmt.Errorf("%w: disk", bot.ErrStoreDown) })
	for _, x := range []struct {
		name  string
		age   time.Duration
		more  string
		hangs bool
	}{
		{"first", 0, "", true},
		{"second", 5 * time.Second, "", true},
		{"just before the third", 8 * time.Second, "", true},
		{"third", 9 * time.Second, "", false},
		{"much later", time.Hour, "", false},
		{"third of an event", 10 * time.Second, "<Event>CLICK</Event>", true},
	} {
		code, body, err := d.post(oaPath, query(noon, ""), message(noon.Add(-x.age), x.more))
		switch {
		case x.hangs && err == nil:
			t.Errorf("%s: answered %d %q", x.name, code, body)
		case !x.hangs && (err != nil || code != 200 || body != "<xml><Content>请稍后再发一次</Content></xml>"):
			t.Errorf("%s: %d %q %v", x.name, code, body, err)
		}
	}
	d.set(func() { d.err = nil })
	if code, body, err := d.post(oaPath, query(noon, ""), message(noon, "")); err != nil || code != 200 || !strings.Contains(body, "您好") {
		t.Errorf("back again: %d %q %v", code, body, err)
	}
}

// Only a message's own time makes it too old; the call's is never a reason.
func TestTooOld(t *testing.T) {
	d := open(t, true)
	for age, want := range map[time.Duration]int{webhook.TooOld: 200, webhook.TooOld + time.Second: 403, -time.Hour: 200} {
		if code, _, err := d.post(oaPath, query(noon, ""), message(noon.Add(-age), "")); err != nil || code != want {
			t.Errorf("%s old: %d, want %d (%v)", age, code, want, err)
		}
	}
	if code, _, err := d.post(oaPath, query(noon.Add(-99*time.Hour), ""), message(noon, "")); err != nil || code != 200 {
		t.Errorf("an odd timestamp: %d %v", code, err)
	}
}

func TestClockAlertOnceAMinute(t *testing.T) {
	d := open(t, true)
	call := func(timestamp time.Time) {
		t.Helper()
		if code, _, err := d.post(oaPath, query(timestamp, ""), message(d.now(), "")); err != nil || code != 200 {
			t.Fatalf("%d %v", code, err)
		}
	}
	alerts := func(want int) {
		t.Helper()
		if n := d.counted("hotel", "clock"); n != want || strings.Count(d.log.String(), "clocks differ") != want {
			t.Errorf("%d counted, log %q; want %d", n, d.log.String(), want)
		}
	}
	call(noon.Add(-5 * time.Minute)) // still right
	call(noon.Add(5 * time.Minute))
	alerts(0)
	for range 20 {
		call(noon.Add(6 * time.Minute))
	}
	alerts(1)
	d.set(func() { d.clock = noon.Add(59 * time.Second) })
	call(noon.Add(-6 * time.Minute))
	alerts(1)
	d.set(func() { d.clock = noon.Add(60 * time.Second) })
	call(noon.Add(-6 * time.Minute))
	call(noon.Add(-7 * time.Minute))
	alerts(2)
	d.set(func() { d.clock = noon.Add(-24 * time.Hour) }) // put right, and still wrong
	call(noon)
	alerts(3)
	for _, secret := range []string{token, appID, "在吗", "o1"} {
		if strings.Contains(d.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

func TestRefusals(t *testing.T) {
	d := open(t, false)
	enc, _, _ := d.cipher.Encrypt([]byte(message(noon, "")), "n1", 1, 0)
	alien, err := wechat.NewCipher(token, "wxsomebodyelse000", aesKey, "")
	if err != nil {
		t.Fatal(err)
	}
	theirs, _, _ := alien.Encrypt([]byte(message(noon, "")), "n1", 1, 0)
	wrap := func(s string) string { return "<xml><Encrypt>" + s + "</Encrypt></xml>" }
	forged := query(noon, enc)
	forged.Set("msg_signature", strings.Repeat("0", 40))
	for _, x := range []struct {
		why  string
		q    url.Values
		body string
	}{
		{"signature", forged, wrap(enc)},
		{"signature", query(noon, ""), wrap(enc) + " "},
		{"decrypt", query(noon, theirs), wrap(theirs)},
		{"decrypt", query(noon, enc[:40]), wrap(enc[:40])},
		{"malformed", query(noon, enc), "<!DOCTYPE x><xml/>"},
		{"malformed", query(noon, enc), ""},
		{"body", query(noon, enc), strings.Repeat(" ", wechat.MaxBody+1)},
	} {
		before := d.counted("hotel", x.why)
		q := x.q
		if x.why == "signature" && q.Get("encrypt_type") == "" {
			q.Set("encrypt_type", "aes") // but no msg_signature
		}
		if code, body, err := d.post(oaPath, q, x.body); err != nil || code != 403 || body != "" {
			t.Errorf("%s: %d %q %v", x.why, code, body, err)
		}
		if n := d.counted("hotel", x.why); n != before+1 {
			t.Errorf("%s was counted %d times", x.why, n-before)
		}
	}
	if len(d.took) != 0 {
		t.Errorf("handed on: %v", d.took)
	}
}

func TestWeCom(t *testing.T) {
	d := open(t, true)
	if code, body, err := d.post(appPath, query(noon, ""), message(noon, "")); err != nil || code != 403 || body != "" {
		t.Errorf("unsealed: %d %q %v", code, body, err)
	}
	if code, body, err := d.sealed(appPath, message(noon, ""), 0); err != nil || code != 200 || body != "" {
		t.Errorf("nothing to say: %d %q %v", code, body, err)
	}
	d.set(func() { d.staff = []byte("<xml><Content>4827 归您了</Content></xml>") })
	_, body, err := d.sealed(appPath, message(noon, ""), 0)
	if err != nil {
		t.Fatal(err)
	}
	env, err := wechat.ParseEnvelope([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err := d.cipher.Decrypt(env.Encrypt); err != nil || !strings.Contains(string(got), "4827 归您了") {
		t.Errorf("answered %q, %v", got, err)
	}
	// what was not done is delivered again
	d.set(func() { d.err = errors.New("boom") })
	if code, body, err := d.sealed(appPath, message(noon, ""), 0); err == nil {
		t.Errorf("not done, but answered %d %q", code, body)
	}
}
