package wechat

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"kefu/bot/chat"
)

func testClient(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := NewClient(OA, s.URL+"/front/", 500*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var (
	sendCall = Request{Call: "custom/send", Path: "/cgi-bin/x", Query: url.Values{"access_token": {"SECRET-TOKEN"}}, Body: []byte(`{"a":"<b>"}`)}
	readCall = Request{Call: "user/info", Path: "/cgi-bin/y", Query: url.Values{"access_token": {"SECRET-TOKEN"}}}
)

// Whatever goes wrong, the error says whether the request may have arrived, and
// holds no token.
func TestTrouble(t *testing.T) {
	reset := func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	}
	for _, c := range []struct {
		name       string
		h          http.HandlerFunc
		send, read chat.Verdict
	}{
		{"reset", reset, chat.Unsure, chat.Later},
		{"502 in HTML", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(502)
			_, _ = io.WriteString(w, "<html>access_token=SECRET-TOKEN</html>")
		}, chat.Unsure, chat.Later},
		{"HTML with 200", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }, chat.Unsure, chat.Later},
		{"null", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "null") }, chat.Unsure, chat.Later},
		{"empty", func(http.ResponseWriter, *http.Request) {}, chat.Unsure, chat.Later},
		{"half an answer", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"errcode":0`)
		}, chat.Unsure, chat.Later},
		{"too slow", func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}, chat.Unsure, chat.Later},
		{"endless", func(w http.ResponseWriter, _ *http.Request) {
			for range MaxBody/1024 + 10 {
				_, _ = w.Write(make([]byte, 1024))
			}
		}, chat.Unsure, chat.Later},
		{"429", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) }, chat.Later, chat.Later},
		{"404", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }, chat.Operator, chat.Operator},
		{"a redirect is not followed", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/steal", http.StatusFound)
		}, chat.Operator, chat.Operator},
		{"errcode as text", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"errcode":"45015","errmsg":"x"}`)
		}, chat.OtherWay, chat.OtherWay},
		{"absurd errcode", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"errcode":99999999999}`) }, chat.Unsure, chat.Later},
	} {
		client := testClient(t, c.h)
		for _, r := range []struct {
			req  Request
			want chat.Verdict
		}{{sendCall, c.send}, {readCall, c.read}} {
			_, err := client.Do(t.Context(), r.req)
			f := chat.Failed(err)
			if f == nil || f.Verdict != r.want {
				t.Errorf("%s %s: %v, want %s", c.name, r.req.Call, err, r.want)
			}
			if err != nil && strings.Contains(err.Error(), "SECRET") {
				t.Errorf("%s: the token is told: %v", c.name, err)
			}
		}
	}
}

func TestNeverConnectedIsLater(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	c, err := NewClient(OA, "http://"+addr, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Do(t.Context(), sendCall)
	if f := chat.Failed(err); f == nil || f.Verdict != chat.Later || f.Why != "connection refused" {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.Do(ctx, sendCall)
	if f := chat.Failed(err); f == nil || f.Verdict != chat.Later {
		t.Errorf("%v", err)
	}
}

func TestCallAsWritten(t *testing.T) {
	c := testClient(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		if r.URL.Path != "/front/cgi-bin/x" || r.Method != "POST" || string(b) != `{"a":"<b>"}` || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
			t.Errorf("%s %s %s", r.Method, r.URL.Path, b)
		}
		_, _ = io.WriteString(w, `{"errcode":0,"msgid":9007199254740993}`)
	})
	a, err := c.Do(t.Context(), sendCall)
	if err != nil || !strings.Contains(string(a.Body), "9007199254740993") {
		t.Errorf("%s %v", a.Body, err)
	}
}

func TestNewClientRefuses(t *testing.T) {
	for _, base := range []string{"", "api.weixin.qq.com", "ftp://x", "https://", "https://u:p@x", "https://x/?a=b", "http://x/?access_token=T1"} {
		if _, err := NewClient(OA, base, time.Second); err == nil || strings.Contains(err.Error(), "T1") {
			t.Errorf("%q: %v", base, err)
		}
	}
	if _, err := NewClient(OA, "https://x", 0); err == nil {
		t.Error("no time-out was taken")
	}
}

func TestForm(t *testing.T) {
	c := testClient(t, func(w http.ResponseWriter, r *http.Request) {
		f, h, err := r.FormFile("media")
		if err != nil || r.ContentLength <= 0 {
			t.Errorf("%v, length %d", err, r.ContentLength)
			return
		}
		b, _ := io.ReadAll(f)
		if h.Filename != "空调_.jpg" || string(b) != "JPEG" || h.Header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("%q %q %q", h.Filename, b, h.Header.Get("Content-Type"))
		}
		_, _ = io.WriteString(w, "{}")
	})
	body, kind, err := Form("空调\".jpg", strings.NewReader("JPEG"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Do(t.Context(), Request{Call: "media/upload", Path: "/u", Body: body, Type: kind}); err != nil {
		t.Error(err)
	}
	if _, _, err := Form("x", io.LimitReader(zeros{}, MaxMedia+1)); err == nil {
		t.Error("a file too large was taken")
	}
	if _, _, err := Form("x", broken{}); err == nil {
		t.Error("a broken file was taken")
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("disk") }
