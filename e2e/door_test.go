package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"kefu/bot/inbox"
	"kefu/bot/ticket"
	"kefu/bot/wechat"
	"kefu/store"
)

// knocked is what the program said to a callback.
type knocked struct {
	code int
	body string
	took time.Duration
}

// knock posts to the program; an error is a connection that ended unanswered.
func knock(t *testing.T, url, query string, body []byte) (knocked, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"?"+query, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/xml")
	began := time.Now()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return knocked{took: time.Since(began)}, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return knocked{res.StatusCode, string(answer), time.Since(began)}, err
}

// said is the text of a passive reply, opened with the account's cipher where it
// is sealed; "" for success and for an empty answer.
func (k knocked) said(t *testing.T, c *wechat.Cipher) string {
	t.Helper()
	if k.body == "" || k.body == "success" {
		return ""
	}
	env, err := wechat.ParseEnvelope([]byte(k.body))
	if err != nil {
		t.Fatalf("the answer is neither success nor a reply: %v", err)
	}
	payload := []byte(k.body)
	if env.Encrypt != "" {
		if !c.Verify(env.Signature, env.TimeStamp, env.Nonce, env.Encrypt) {
			t.Fatal("the answer is signed wrongly")
		}
		if payload, _, err = c.Decrypt(env.Encrypt); err != nil {
			t.Fatal(err)
		}
	}
	root, err := wechat.ParseNode(payload)
	if err != nil {
		t.Fatal(err)
	}
	return root.Get("Content")
}

// visit reads a page of the admin address.
func (h *house) visit(path string) (int, string) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.AdminURL()+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 4<<20))
	if err != nil {
		h.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// counted is the webhook's counter of an account and result.
func (h *house) counted(account, result string) int {
	h.t.Helper()
	_, text := h.visit("/metrics")
	m := regexp.MustCompile(`(?m)^kefu_webhook_total\{account="` + account + `",result="` + result + `"\} ([0-9.e+]+)$`).FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		h.t.Fatal(err)
	}
	return int(n)
}

// stored counts the documents of collections.
func stored(t *testing.T, e store.Engine, colls ...string) int {
	t.Helper()
	sum := 0
	for _, c := range colls {
		n, err := e.Count(t.Context(), c, store.Query{Limit: 100_000})
		if err != nil {
			t.Fatal(err)
		}
		sum += int(n)
	}
	return sum
}

// entries are all messages that came in.
func entries(t *testing.T, e store.Engine) []inbox.Entry {
	return documents[inbox.Entry](t, e, "inbox")
}

// cases are all cases there are.
func cases(t *testing.T, e store.Engine) []ticket.Ticket {
	return documents[ticket.Ticket](t, e, "tickets")
}

// documents reads a collection as it is stored.
func documents[T any](t *testing.T, e store.Engine, coll string) []T {
	t.Helper()
	var all []T
	for d, err := range e.Find(t.Context(), coll, store.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		var v T
		if err := json.Unmarshal(d.Body, &v); err != nil {
			t.Fatal(err)
		}
		if m, ok := any(&v).(interface{ Header() *store.Meta }); ok {
			m.Header().ID, m.Header().Rev = d.ID, d.Rev
		}
		all = append(all, v)
	}
	return all
}

// payload is a message as WeChat writes it, from fields in order; a value that
// begins with # stands bare.
func payload(fields ...string) []byte {
	var b strings.Builder
	b.WriteString("<xml>")
	for i := 0; i+1 < len(fields); i += 2 {
		value := "<![CDATA[" + fields[i+1] + "]]>"
		if bare, ok := strings.CutPrefix(fields[i+1], "#"); ok {
			value = bare
		}
		fmt.Fprintf(&b, "<%s>%s</%[1]s>", fields[i], value)
	}
	b.WriteString("</xml>")
	return []byte(b.String())
}

// asText is the payload of a customer's text.
func asText(from, words, id string, at time.Time) []byte {
	return payload("ToUserName", "gh_567890abcdef", "FromUserName", from, "CreateTime", "#"+strconv.FormatInt(at.Unix(), 10),
		"MsgType", "text", "Content", words, "MsgId", "#"+id)
}

// ease lets time pass, a quarter of a second for each look, until nothing is
// left to be done.
func (h *house) ease() {
	h.t.Helper()
	until(h.t, "the program to come to rest", func() (string, bool) {
		ctx := h.t.Context()
		if err := h.sim.Idle(ctx); err != nil {
			return err.Error(), false
		}
		h.pass(250 * time.Millisecond)
		h.Sweeper.Poke()
		return h.busy(ctx)
	})
}
