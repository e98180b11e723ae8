package sim_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kefu/bot/wechat"
	"kefu/bot/wechat/sim"
)

const unavailable = "该公众号暂时无法提供服务，请稍后再试"

// Three deliveries of the same plaintext with fresh signatures, five seconds apart;
// then the customer is told.
func TestThreeDeliveries(t *testing.T) {
	r := newRig(t)
	r.answers(func(w http.ResponseWriter, _ got) { w.WriteHeader(http.StatusInternalServerError) })
	began := r.clock.now()
	err := r.wang().Say(t.Context(), "在吗")
	if !errors.Is(err, sim.ErrUnavailable) {
		t.Errorf("%v", err)
	}
	all := r.deliveries()
	if len(all) != 3 || !bytes.Equal(all[0].plain, all[2].plain) {
		t.Fatalf("%d deliveries", len(all))
	}
	if all[0].query.Get("nonce") == all[1].query.Get("nonce") || bytes.Equal(all[0].body, all[1].body) {
		t.Error("the repeat carried the same query")
	}
	if gap := r.clock.now().Sub(began); gap < 9*time.Second || gap > 11*time.Second {
		t.Errorf("the third delivery came after %v", gap)
	}
	if b := r.phone().Last(); b.From != sim.FromSystem || b.Text != unavailable {
		t.Errorf("%+v", b)
	}
	if p := r.sim.Pushes()[0]; p.Outcome != sim.Failed || len(p.Tries) != 3 || p.Tries[0].Note != "http 500" {
		t.Errorf("%+v", p)
	}
}

func TestSameQuery(t *testing.T) {
	r := newRig(t, func(c *sim.Config) { c.OA[0].SameQuery = true })
	r.answers(func(w http.ResponseWriter, _ got) { w.WriteHeader(http.StatusBadGateway) })
	_ = r.wang().Say(t.Context(), "在吗")
	if all := r.deliveries(); all[0].query.Encode() != all[2].query.Encode() || !bytes.Equal(all[0].body, all[2].body) {
		t.Error("the repeat differs")
	}
}

// An answer later than the time-out is a failed delivery; the next one counts.
func TestTimeout(t *testing.T) {
	r := newRig(t, func(c *sim.Config) { c.ReplyTimeout = 50 * time.Millisecond })
	var n atomic.Int32
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	r.answers(func(w http.ResponseWriter, _ got) {
		if n.Add(1) == 1 {
			<-release
		}
		_, _ = io.WriteString(w, "success")
	})
	must(t, r.wang().Say(t.Context(), "在吗"))
	if p := r.sim.Pushes()[0]; len(p.Tries) != 2 || p.Tries[0].Note != "timeout" || p.Outcome != sim.Taken {
		t.Errorf("%+v", p)
	}
	if p := r.phone(); len(p.Bubbles) != 1 {
		t.Errorf("%+v", p.Bubbles)
	}
}

// success, nothing, or a right reply; anything else is 暂时无法提供服务 at once.
func TestAnswers(t *testing.T) {
	swap := func(plain string) string {
		return strings.NewReplacer("<ToUserName>"+wang, "<ToUserName>"+li).Replace(plain)
	}
	for name, c := range map[string]struct {
		answer func(r *rig, g got) []byte
		want   string // last bubble
	}{
		"success":       {func(*rig, got) []byte { return []byte("success") }, "在吗"},
		"empty":         {func(*rig, got) []byte { return nil }, "在吗"},
		"encrypted":     {func(r *rig, g got) []byte { return r.sealed("hotel", textReply(g, "在的")) }, "在的"},
		"clear in safe": {func(_ *rig, g got) []byte { return []byte(textReply(g, "在的")) }, unavailable},
		"wrong person":  {func(r *rig, g got) []byte { return r.sealed("hotel", swap(textReply(g, "在的"))) }, unavailable},
		"bad signature": {func(r *rig, g got) []byte {
			return bytes.Replace(r.sealed("hotel", textReply(g, "在的")), []byte("<TimeStamp>1"), []byte("<TimeStamp>2"), 1)
		}, unavailable},
		"page of HTML": {func(*rig, got) []byte { return []byte("<html><body>502</body></html>") }, unavailable},
		"too long":     {func(r *rig, g got) []byte { return r.sealed("hotel", textReply(g, strings.Repeat("字", 683))) }, unavailable},
		"unknown media": {func(r *rig, g got) []byte {
			return r.sealed("hotel", strings.Replace(textReply(g, ""), "<MsgType>text</MsgType>", "<MsgType>image</MsgType><Image><MediaId>x</MediaId></Image>", 1))
		}, unavailable},
	} {
		r := newRig(t)
		r.answers(func(w http.ResponseWriter, g got) { _, _ = w.Write(c.answer(r, g)) })
		_ = r.wang().Say(t.Context(), "在吗")
		if got := r.phone().Last().Text; got != c.want {
			t.Errorf("%s: the phone shows %q, want %q", name, got, c.want)
		}
		if n := len(r.deliveries()); n != 1 {
			t.Errorf("%s: %d deliveries", name, n)
		}
	}
}

// One article answers a message, up to eight an event.
func TestArticlesInReplies(t *testing.T) {
	r := newRig(t)
	r.answers(func(w http.ResponseWriter, g got) {
		item := "<item><Title>t</Title><Description>d</Description><PicUrl>p</PicUrl><Url>u</Url></item>"
		_, _ = w.Write(r.sealed("hotel", strings.Replace(textReply(g, ""), "<MsgType>text</MsgType>",
			"<MsgType>news</MsgType><ArticleCount>2</ArticleCount><Articles>"+item+item+"</Articles>", 1)))
	})
	must(t, r.wang().Follow(t.Context(), ""))
	if b := r.phone().Last(); b.Kind != "news" || len(b.Articles) != 2 {
		t.Errorf("%+v", b)
	}
	if err := r.wang().Say(t.Context(), "x"); !errors.Is(err, sim.ErrUnavailable) {
		t.Errorf("two articles in answer to a message: %v", err)
	}
}

// The three modes and two formats carry the same message.
func TestModesAndFormats(t *testing.T) {
	for _, mode := range []sim.Mode{sim.Plain, sim.Compat, sim.Safe} {
		for _, format := range []sim.Format{sim.XML, sim.JSON} {
			r := newRig(t, func(c *sim.Config) { c.OA[0].Mode, c.OA[0].Format = mode, format })
			r.answers(func(w http.ResponseWriter, g got) {
				n, err := wechat.ParseNode(g.plain)
				if err != nil || n.Get("Content") != "你好<&]]>👌" || n.Get("MsgType") != "text" {
					t.Errorf("%s %s: %v %q", mode, format, err, g.plain)
				}
				if _, err := strconv.ParseInt(n.Get("MsgId"), 10, 64); err != nil {
					t.Errorf("MsgId: %v", err)
				}
				reply := []byte(`{"ToUserName":"` + wang + `","FromUserName":"` + n.Get("ToUserName") + `","CreateTime":1,"MsgType":"text","Content":"好"}`)
				if mode != sim.Plain {
					if g.query.Get("encrypt_type") != "aes" {
						t.Errorf("query %v", g.query)
					}
					if reply, err = r.cipher["hotel"].SealJSON(reply, "123", 1790000001, 0); err != nil {
						t.Error(err)
					}
				}
				if g.query.Get("openid") != wang {
					t.Errorf("openid %q", g.query.Get("openid"))
				}
				_, _ = w.Write(reply)
			})
			must(t, r.wang().Say(t.Context(), "你好<&]]>👌"))
			if b := r.phone().Last(); b.Text != "好" {
				t.Errorf("%s %s: %+v", mode, format, b)
			}
			e, err := wechat.ParseEnvelope(r.last().body)
			if want := mode != sim.Plain; err != nil || (e.Encrypt != "") != want {
				t.Errorf("%s %s: envelope %+v, %v", mode, format, e, err)
			}
			if clear := bytes.Contains(r.last().body, []byte("Content")); clear == (mode == sim.Safe) {
				t.Errorf("%s %s: clear fields: %v", mode, format, clear)
			}
		}
	}
}

// After five messages without an answer WeChat pushes nothing for a minute.
func TestMarkFail(t *testing.T) {
	r := newRig(t)
	r.answers(func(w http.ResponseWriter, _ got) { w.WriteHeader(http.StatusInternalServerError) })
	for range 5 {
		_ = r.wang().Say(t.Context(), "在吗")
	}
	r.answers(nil)
	before := len(r.deliveries())
	_ = r.wang().Say(t.Context(), "在吗")
	if p := r.sim.Pushes(); len(r.deliveries()) != before || p[len(p)-1].Outcome != sim.NotGiven {
		t.Errorf("%+v", p[len(p)-1])
	}
	r.clock.add(time.Minute)
	must(t, r.wang().Say(t.Context(), "在吗"))
}

// What Later does arrives in order; Hold and Release change it.
func TestOrder(t *testing.T) {
	r := newRig(t)
	words := []string{"一", "二", "三"}
	h := r.sim.Hold("hotel", wang)
	for _, w := range words {
		must(t, r.wang().Later().Say(t.Context(), w))
	}
	must(t, h.Release(t.Context(), 2, 0, 0, 9))
	must(t, r.sim.Idle(t.Context()))
	var got string
	for _, g := range r.deliveries() {
		got += g.fields.Content
	}
	if got != "三一二" {
		t.Errorf("arrived as %s", got)
	}
	if n := len(r.phone().Bubbles); n != 3 {
		t.Errorf("%d bubbles", n)
	}
}

// Again delivers the same plaintext and shows nothing.
func TestAgain(t *testing.T) {
	r := newRig(t)
	if _, err := r.wang().Again(t.Context()); !errors.Is(err, sim.ErrUnknown) {
		t.Errorf("nothing said yet: %v", err)
	}
	r.says("在的")
	must(t, r.wang().Say(t.Context(), "在吗"))
	a, err := r.wang().Again(t.Context())
	must(t, err)
	all := r.deliveries()
	if a != (sim.Answer{Kind: "text", Text: "在的"}) || len(all) != 2 || !bytes.Equal(all[0].plain, all[1].plain) {
		t.Errorf("%+v, %d deliveries", a, len(all))
	}
	if n := len(r.phone().Words()); n != 1 {
		t.Errorf("the phone shows %d replies", n)
	}
}

// While a first message waits for its answer, the second is delivered already.
func TestMessagesOverlap(t *testing.T) {
	r := newRig(t)
	second := make(chan struct{})
	r.answers(func(w http.ResponseWriter, g got) {
		if g.fields.Content == "二" {
			close(second)
		} else {
			<-second
		}
		_, _ = io.WriteString(w, "success")
	})
	must(t, r.wang().Later().Say(t.Context(), "一"))
	must(t, r.wang().Say(t.Context(), "二"))
	must(t, r.sim.Idle(t.Context()))
	if all := r.deliveries(); len(all) != 2 || all[0].fields.Content != "一" {
		t.Errorf("%d deliveries", len(all))
	}
}

func TestVerify(t *testing.T) {
	r := newRig(t)
	must(t, r.sim.VerifyWebhook(t.Context(), "hotel"))
	must(t, r.sim.VerifyCallback(t.Context()))
	bad := newRig(t)
	bad.sim.SetWebhook("hotel", bad.api+"/oa/none")
	if err := bad.sim.VerifyWebhook(t.Context(), "hotel"); !errors.Is(err, sim.ErrNotVerified) {
		t.Errorf("%v", err)
	}
}

// Envelope's requests are right, each another message, and leave no trace.
func TestEnvelope(t *testing.T) {
	r := newRig(t)
	query, body, err := r.sim.Envelope("hotel", wang, "1208空调不制冷")
	must(t, err)
	query2, body2, _ := r.sim.Envelope("hotel", wang, "1208空调不制冷")
	if query == query2 || bytes.Equal(body, body2) {
		t.Error("twice the same")
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://bot/hotel?"+query, bytes.NewReader(body))
	r.serve(discard{}, req)
	if g := r.last().fields; g.Content != "1208空调不制冷" || g.FromUserName != wang {
		t.Errorf("%+v", g)
	}
	if len(r.phone().Bubbles) != 0 {
		t.Error("a bubble was kept")
	}
}

// Any payload can be sealed, for what no WeChat would send.
func TestSeal(t *testing.T) {
	r := newRig(t)
	for account, seal := range map[string]func() (string, []byte, error){
		"hotel": func() (string, []byte, error) { return r.sim.Seal("hotel", wang, []byte("<!DOCTYPE x>")) },
		"wecom": func() (string, []byte, error) { return r.sim.SealStaff([]byte("<!DOCTYPE x>")) },
	} {
		query, body, err := seal()
		must(t, err)
		q, err := url.ParseQuery(query)
		must(t, err)
		e, err := wechat.ParseEnvelope(body)
		must(t, err)
		plain, _, err := r.cipher[account].Decrypt(e.Encrypt)
		if err != nil || string(plain) != "<!DOCTYPE x>" || !r.cipher[account].Verify(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), e.Encrypt) {
			t.Errorf("%s: %q, %v", account, plain, err)
		}
	}
}

type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

// A customer gives up waiting, and closing ends what is under way.
func TestGivingUp(t *testing.T) {
	r := newRig(t)
	hang := make(chan struct{})
	arrived := make(chan struct{}, 3)
	t.Cleanup(func() { close(hang) })
	r.answers(func(http.ResponseWriter, got) { arrived <- struct{}{}; <-hang })
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	if err := r.wang().Say(ctx, "在吗"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	must(t, r.wang().Later().Say(t.Context(), "在吗"))
	<-arrived
	r.sim.Close()
	for _, p := range r.sim.Pushes() {
		if p.Outcome != sim.Dropped {
			t.Errorf("%+v", p)
		}
	}
}

func BenchmarkEnvelope(b *testing.B) {
	s, err := sim.New(sim.Config{OA: []sim.Account{{ID: "hotel", AppID: "wx0123456789abcdef", Secret: "s", Token: "t", AESKey: hotelKey}}})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := s.Envelope("hotel", wang, "1208空调不制冷 打了两次前台都没人来"); err != nil {
			b.Fatal(err)
		}
	}
}
