package e2e

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"kefu/bot/wechat"
	"kefu/cmd/kefu/config"
)

const (
	appID  = "wx1234567890abcdef"
	corpID = "ww1234567890abcdef"
	oldKey = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
)

// letter is a callback on its way: what it says, and how it is wrapped.
type letter struct {
	token, receiver, key string
	payload              []byte
	ts, nonce            string
	json                 bool
	spoil                func(plain []byte) []byte // of what is encrypted, padding included
	cut                  func(enc string) string   // of the cipher text, before it is signed
	sign                 string                    // instead of the right signature
}

// seal wraps it by hand, so that every part of it can be wrong.
func (l letter) seal(t *testing.T) (query string, body []byte) {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(l.key + "=")
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		t.Fatal(err)
	}
	plain := make([]byte, 20, 64+len(l.payload))
	_, _ = rand.Read(plain[:16])
	binary.BigEndian.PutUint32(plain[16:], uint32(len(l.payload)))
	plain = append(append(plain, l.payload...), l.receiver...)
	pad := 32 - len(plain)%32
	plain = append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	if l.spoil != nil {
		plain = l.spoil(plain)
	}
	sealed := make([]byte, len(plain))
	cipher.NewCBCEncrypter(block, raw[:16]).CryptBlocks(sealed, plain)
	enc := base64.StdEncoding.EncodeToString(sealed)
	if l.cut != nil {
		enc = l.cut(enc)
	}
	if l.nonce == "" {
		l.nonce = rand.Text()[:10]
	}
	sign := wechat.Signature(l.token, l.ts, l.nonce, enc)
	if l.sign != "" {
		sign = l.sign
	}
	query = "signature=" + wechat.Signature(l.token, l.ts, l.nonce) + "&timestamp=" + l.ts + "&nonce=" + l.nonce +
		"&encrypt_type=aes&msg_signature=" + sign
	if l.json {
		return query, fmt.Appendf(nil, `{"ToUserName":"gh_567890abcdef","Encrypt":%q}`, enc)
	}
	return query, payload("ToUserName", "gh_567890abcdef", "Encrypt", enc)
}

func stamp(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

// doors opens a house with an account in each mode and both ways in.
func doors(t *testing.T) *house {
	t.Helper()
	return open(t, func(c *config.Config) {
		for _, mode := range []config.Mode{config.Plain, config.Compat} {
			a := c.Accounts[0]
			a.ID, a.Mode = string(mode), mode
			c.Accounts = append(c.Accounts, a)
		}
		c.Accounts[0].AESKeyPrevious = oldKey
	})
}

// What is not WeChat's own is refused: nothing stored, counted, nothing said.
func TestForgeriesAreRefused(t *testing.T) {
	t.Parallel()
	h := doors(t)
	now := h.now()
	ways := []struct {
		account, url, receiver string
		payload                []byte
	}{
		{"hotel", h.URL() + "/wechat/oa/hotel", appID, asText(openid("李先生"), "空调坏了，我要投诉", "701", now)},
		{"wecom", h.URL() + "/wecom/app", corpID, payload("ToUserName", corpID, "FromUserName", "chen",
			"CreateTime", "#"+stamp(now), "MsgType", "text", "Content", "待办", "MsgId", "#702", "AgentID", "#1000002")},
	}
	table := []struct {
		name, counter string
		change        func(*letter)
	}{
		{"wrong signature", "signature", func(l *letter) { l.sign = strings.Repeat("0", 40) }},
		{"no signature to speak of", "signature", func(l *letter) { l.sign = "0" }},
		{"signature of another token", "signature", func(l *letter) { l.token = "BBBBBBBBBB" }},
		{"another appid inside", "decrypt", func(l *letter) { l.receiver = "wx0000000000000000" }},
		{"no appid inside", "decrypt", func(l *letter) { l.receiver = "" }},
		{"another key", "decrypt", func(l *letter) { l.key = strings.Repeat("B", 42) + "A" }},
		{"cut within a block", "decrypt", func(l *letter) { l.cut = func(s string) string { return s[:len(s)-8] } }},
		{"cut at a block", "decrypt", func(l *letter) { l.cut = func(s string) string { return recode(s, -32) } }},
		{"one block left", "decrypt", func(l *letter) { l.cut = func(s string) string { return recode(s, 16) } }},
		{"nothing left", "not encrypted", func(l *letter) { l.cut = func(string) string { return "" } }},
		{"not base64", "decrypt", func(l *letter) { l.cut = func(s string) string { return "!" + s[1:] } }},
		{"padding of 0", "decrypt", func(l *letter) { l.spoil = func(p []byte) []byte { p[len(p)-1] = 0; return p } }},
		{"padding of 200", "decrypt", func(l *letter) { l.spoil = func(p []byte) []byte { p[len(p)-1] = 200; return p } }},
		{"padding of two minds", "decrypt", func(l *letter) {
			l.spoil = func(p []byte) []byte {
				return append(p, append(bytes.Repeat([]byte{7}, 16), bytes.Repeat([]byte{32}, 16)...)...)
			}
		}},
		{"length beyond the end", "decrypt", func(l *letter) { l.spoil = func(p []byte) []byte { p[16] = 0x7f; return p } }},
	}
	for _, w := range ways {
		for _, c := range table {
			t.Run(w.account+"/"+c.name, func(t *testing.T) {
				l := letter{token: token, receiver: w.receiver, key: aesKey, payload: w.payload, ts: stamp(now)}
				c.change(&l)
				before, had := h.counted(w.account, c.counter), stored(t, h.Store, "inbox", "conversations", "tickets")
				query, body := l.seal(t)
				k, err := knock(t, w.url, query, body)
				if err != nil || k.code != 403 || k.body != "" || k.took > time.Second {
					t.Errorf("%v, %d after %v: %q; want 403 and nothing else", err, k.code, k.took, k.body)
				}
				if n := h.counted(w.account, c.counter); n != before+1 {
					t.Errorf("counted %q %d times, before %d", c.counter, n, before)
				}
				if n := stored(t, h.Store, "inbox", "conversations", "tickets"); n != had {
					t.Errorf("%d documents, before %d", n, had)
				}
			})
		}
	}
	t.Run("clear where only sealed is taken", func(t *testing.T) {
		query := "signature=" + wechat.Signature(token, stamp(now), "n") + "&timestamp=" + stamp(now) + "&nonce=n"
		for _, w := range ways {
			if k, err := knock(t, w.url, query, w.payload); err != nil || k.code != 403 || k.body != "" {
				t.Errorf("%s: %v, %d %q", w.account, err, k.code, k.body)
			}
		}
	})
	// In the compatible mode the clear half is nobody's word: what counts is sealed.
	t.Run("compatible mode with two meanings", func(t *testing.T) {
		l := letter{token: token, receiver: appID, key: aesKey, ts: stamp(now), payload: asText("oTwoFaces1", "空调坏了，我要投诉", "703", now)}
		query, body := l.seal(t)
		forged := bytes.Replace(body, []byte("<xml>"), []byte("<xml><FromUserName>oForged1</FromUserName><MsgType>text</MsgType><Content>退款一万元</Content>"), 1)
		k, err := knock(t, h.URL()+"/wechat/oa/compat", query, forged)
		if err != nil || k.code != 200 {
			t.Fatalf("%v, %d", err, k.code)
		}
		for _, e := range entries(t, h.Store) {
			if e.Message.From == "oForged1" {
				t.Error("the clear half was believed")
			}
		}
	})
}

// recode keeps n bytes of a cipher text, or all but -n.
func recode(enc string, n int) string {
	raw, err := base64.StdEncoding.DecodeString(enc)
	if err != nil {
		return ""
	}
	if n < 0 {
		n += len(raw)
	}
	return base64.StdEncoding.EncodeToString(raw[:n])
}

func TestModesAndKeys(t *testing.T) {
	t.Parallel()
	h := doors(t)
	now := h.now()
	c, err := wechat.NewCipher(token, appID, aesKey, oldKey)
	if err != nil {
		t.Fatal(err)
	}
	plainQuery := "signature=" + wechat.Signature(token, stamp(now), "n") + "&timestamp=" + stamp(now) + "&nonce=n"
	seal := func(change func(*letter), from, id string) (string, []byte) {
		l := letter{token: token, receiver: appID, key: aesKey, ts: stamp(now), payload: asText(from, "空调坏了，我要投诉", id, now)}
		change(&l)
		return l.seal(t)
	}
	table := []struct {
		name, account string
		query         string
		body          []byte
	}{{name: "plain", account: "plain", query: plainQuery, body: asText("oPlain1", "空调坏了，我要投诉", "711", now)}}
	add := func(name, account string, change func(*letter), id string) {
		query, body := seal(change, "oMode"+id, id)
		table = append(table, struct {
			name, account string
			query         string
			body          []byte
		}{name, account, query, body})
	}
	add("safe", "hotel", func(*letter) {}, "712")
	add("safe, previous key", "hotel", func(l *letter) { l.key = oldKey }, "713")
	add("safe, JSON around XML", "hotel", func(l *letter) { l.json = true }, "714")
	add("compat", "compat", func(*letter) {}, "715")
	add("JSON within JSON", "hotel", func(l *letter) {
		l.json = true
		l.payload = fmt.Appendf(nil, `{"ToUserName":"gh_567890abcdef","FromUserName":"oMode716","CreateTime":%d,"MsgType":"text","Content":"空调坏了，我要投诉","MsgId":716}`, now.Unix())
	}, "716")
	for _, w := range table {
		t.Run(w.name, func(t *testing.T) {
			k, err := knock(t, h.URL()+"/wechat/oa/"+w.account, w.query, w.body)
			if err != nil || k.code != 200 {
				t.Fatalf("%v, %d", err, k.code)
			}
			if got := k.said(t, c); !strings.Contains(got, "编号") {
				t.Errorf("no reply with a number: %q", got)
			}
		})
	}
	if n := len(cases(t, h.Store)); n > len(table) {
		t.Errorf("%d cases of %d messages", n, len(table))
	}
}

// A right signature is never dropped for its timestamp.
func TestOddTimestampIsTakenAndOldOnesAreNot(t *testing.T) {
	t.Parallel()
	h := doors(t)
	c, err := wechat.NewCipher(token, appID, aesKey, "")
	if err != nil {
		t.Fatal(err)
	}
	now := h.now()
	l := letter{token: token, receiver: appID, key: aesKey}
	url := h.URL() + "/wechat/oa/hotel"
	for i, ts := range []string{stamp(now.Add(-3 * time.Hour)), stamp(now.Add(3 * time.Hour)), "0", "-5", "99999999999999999999", "heute", ""} {
		l.ts, l.payload = ts, asText(fmt.Sprintf("oOdd%d", i), "空调坏了，我要投诉", strconv.Itoa(720+i), now)
		query, body := l.seal(t)
		if k, err := knock(t, url, query, body); err != nil || k.code != 200 || !strings.Contains(k.said(t, c), "编号") {
			t.Errorf("timestamp %q: %v, %d %q", ts, err, k.code, k.body)
		}
	}
	if n := h.counted("hotel", "clock"); n != 1 { // one alert a minute, not one a message
		t.Errorf("%d alerts of the clock, want 1", n)
	}
	had := stored(t, h.Store, "inbox")
	for _, age := range []time.Duration{31 * 24 * time.Hour, 400 * 24 * time.Hour} {
		l.ts, l.payload = stamp(now), asText("oOld1", "空调坏了，我要投诉", "730", now.Add(-age))
		query, body := l.seal(t)
		if k, err := knock(t, url, query, body); err != nil || k.code != 403 || k.body != "" {
			t.Errorf("%v old: %v, %d %q; want 403", age, err, k.code, k.body)
		}
	}
	if n := stored(t, h.Store, "inbox"); n != had {
		t.Error("an old message was stored")
	}
	l.payload = asText("oOld2", "空调坏了，我要投诉", "731", now.Add(-29*24*time.Hour))
	query, body := l.seal(t)
	if k, err := knock(t, url, query, body); err != nil || k.code != 200 {
		t.Errorf("29 days old: %v, %d; want it taken", err, k.code)
	}
}

func TestExactReplayIsStoredOnceAndAnsweredAsBefore(t *testing.T) {
	t.Parallel()
	h := doors(t)
	c, err := wechat.NewCipher(token, appID, aesKey, "")
	if err != nil {
		t.Fatal(err)
	}
	l := letter{token: token, receiver: appID, key: aesKey, ts: stamp(h.now()), payload: asText("oReplay1", "空调坏了，我要投诉", "741", h.now())}
	query, body := l.seal(t)
	var first string
	for i := range 5 {
		k, err := knock(t, h.URL()+"/wechat/oa/hotel", query, body)
		if err != nil || k.code != 200 {
			t.Fatalf("time %d: %v, %d", i, err, k.code)
		}
		got := k.said(t, c)
		if i == 0 {
			first = got
		}
		if got != first || !strings.Contains(got, "编号") {
			t.Errorf("time %d: %q, first %q", i, got, first)
		}
		h.pass(4 * time.Second)
		h.ease()
	}
	if n := len(cases(t, h.Store)); n != 1 {
		t.Errorf("%d cases", n)
	}
	if n := len(entries(t, h.Store)); n != 1 {
		t.Errorf("%d messages stored", n)
	}
}

// Whatever is inside a rightly sealed callback: bounded, answered within a
// second, cleaned or refused, never a 5xx.
func TestMonstersAreCleanedOrRefused(t *testing.T) {
	t.Parallel()
	h := doors(t)
	now := h.now()
	gbk, err := simplifiedchinese.GBK.NewEncoder().Bytes(asText("oGbk1", "空调坏了，我要投诉", "751", now))
	if err != nil {
		t.Fatal(err)
	}
	told := append([]byte(`<?xml version="1.0" encoding="GBK"?>`), bytes.Replace(gbk, []byte("oGbk1"), []byte("oGbk2"), 1)...)
	at := "#" + stamp(now)
	deep := func(open, shut string, n int) []byte {
		return []byte(strings.Repeat(open, n) + strings.Repeat(shut, n))
	}
	table := []struct {
		name    string
		payload []byte
		words   string // stored so; "" refused
		from    string
	}{
		{"NUL", asText("oNul1", "空调\x00坏了，我要投诉", "752", now), "空调坏了，我要投诉", "oNul1"},
		{"control characters", asText("oCtl1", "空调\x10坏\x1d了，我要投诉\x7f", "753", now), "空调坏了，我要投诉", "oCtl1"},
		{"broken UTF-8", asText("oUtf1", "空调坏了\xff\xfe，我要投诉\xe4\xb8", "754", now), "空调坏了，我要投诉", "oUtf1"},
		{"GBK", gbk, "空调坏了，我要投诉", "oGbk1"},
		{"GBK by declaration", told, "空调坏了，我要投诉", "oGbk2"},
		{"byte order mark", append([]byte("\uFEFF"), asText("oBom1", "空调坏了，我要投诉", "755", now)...), "空调坏了，我要投诉", "oBom1"},
		{"$ keys and four-byte characters", asText("oEmo1", `{"$oid":"1"} 😡 𠮷 空调坏了，我要投诉`, "756", now), `{"$oid":"1"} 😡 𠮷 空调坏了，我要投诉`, "oEmo1"},
		{"a long text", asText("oLong1", strings.Repeat("空调坏了，我要投诉", 20000), "757", now), "空调坏了，", "oLong1"},
		{"DTD", []byte(`<!DOCTYPE xml [<!ENTITY a "x">]><xml><FromUserName>oDtd1</FromUserName><Content>&a;</Content></xml>`), "", "oDtd1"},
		{"external entity", []byte(`<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><xml><FromUserName>oXxe1</FromUserName><MsgType>text</MsgType><Content>&x;</Content></xml>`), "", "oXxe1"},
		{"a million laughs", []byte(`<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]><xml><FromUserName>oLol1</FromUserName><Content>&c;</Content></xml>`), "", "oLol1"},
		{"unknown entity", payload("FromUserName", "oEnt1", "CreateTime", at, "MsgType", "text", "Content", "#&passwd;"), "", "oEnt1"},
		{"deep XML", append([]byte("<xml>"), append(deep("<a>", "</a>", 50_000), "</xml>"...)...), "", ""},
		{"deep JSON", deep(`{"a":`, "}", 50_000), "", ""},
		{"deep JSON lists", deep("[", "]", 100_000), "", ""},
		{"many fields", payload(append([]string{"FromUserName", "oMany1", "CreateTime", at, "MsgType", "event", "Event", "strange"},
			strings.Split(strings.Repeat("F,v,", 20_000)+"Z,z", ",")...)...), "", "oMany1"},
		{"some fields too many", payload(append([]string{"FromUserName", "oSome1", "CreateTime", at, "MsgType", "event", "Event", "strange"},
			strings.Split(strings.Repeat("F,v,", 100)+"Z,z", ",")...)...), "-", "oSome1"},
		{"cut off", []byte("<xml><FromUserName>oCut1</FromUserName><MsgType>text</MsgType><Content><![CDATA[空"), "", "oCut1"},
		{"nothing", nil, "", ""},
		{"blanks", []byte(" \r\n\t "), "", ""},
		{"a bare word", []byte("hello"), "", ""},
		{"JSON null", []byte("null"), "", ""},
		{"JSON of wrong types", []byte(`{"FromUserName":{"a":1},"CreateTime":"x","MsgType":[1],"Content":true}`), "", ""},
		{"no sender", payload("CreateTime", at, "MsgType", "text", "Content", "我要投诉", "MsgId", "#758"), "", ""},
		{"a sender that is a path", payload("FromUserName", "../../etc/passwd", "CreateTime", at, "MsgType", "text", "Content", "我要投诉"), "", ""},
		{"a sender with a line end", payload("FromUserName", "oA\nB", "CreateTime", at, "MsgType", "text", "Content", "我要投诉"), "", ""},
		{"no time", payload("FromUserName", "oNoTime1", "MsgType", "text", "Content", "我要投诉"), "", "oNoTime1"},
		{"no kind", payload("FromUserName", "oNoKind1", "CreateTime", at, "Content", "我要投诉"), "-", "oNoKind1"},
		{"half: no content", payload("FromUserName", "oNoText1", "CreateTime", at, "MsgType", "text"), "-", "oNoText1"},
		{"an event without a name", payload("FromUserName", "oNoName1", "CreateTime", at, "MsgType", "event"), "-", "oNoName1"},
		{"half: a picture without one", payload("FromUserName", "oNoPic1", "CreateTime", at, "MsgType", "image"), "-", "oNoPic1"},
		{"a place at no place", payload("FromUserName", "oNaN1", "CreateTime", at, "MsgType", "location", "Location_X", "#NaN", "Location_Y", "#1e999"), "-", "oNaN1"},
		{"an id of 40 digits", payload("FromUserName", "oBig1", "CreateTime", at, "MsgType", "text", "Content", "空调坏了，我要投诉", "MsgId", "#"+strings.Repeat("9", 40)), "空调坏了，我要投诉", "oBig1"},
		{"an unknown event", payload("FromUserName", "oEvent1", "CreateTime", at, "MsgType", "event", "Event", "moon_landing", "Crew", "3"), "-", "oEvent1"},
		{"an unknown kind", payload("FromUserName", "oKind1", "CreateTime", at, "MsgType", "hologram", "Depth", "3"), "-", "oKind1"},
	}
	for _, w := range table {
		t.Run(w.name, func(t *testing.T) {
			had := stored(t, h.Store, "inbox")
			query, body, err := h.sim.Seal("hotel", w.from, w.payload)
			if err != nil {
				t.Fatal(err)
			}
			k, err := knock(t, h.URL()+"/wechat/oa/hotel", query, body)
			want := map[bool]int{true: 200, false: 403}[w.words != ""]
			limit := time.Second
			if strings.HasPrefix(w.name, "half: ") { // it waits for what goes with it
				limit = 4 * time.Second
			}
			if err != nil || k.code != want || k.took > limit {
				t.Fatalf("%v, %d after %v; want %d", err, k.code, k.took, want)
			}
			if want == 403 {
				if n := stored(t, h.Store, "inbox"); n != had || k.body != "" {
					t.Errorf("%d stored, said %q", n-had, k.body)
				}
				return
			}
			for _, e := range entries(t, h.Store) {
				if e.Message.From != w.from {
					continue
				}
				if w.words != "-" && e.Message.Text != w.words && (w.name != "a long text" || !strings.HasPrefix(e.Message.Text, w.words) || len(e.Message.Text) > 64<<10) {
					t.Errorf("stored as %.100q, want %q", e.Message.Text, w.words)
				}
				return
			}
			t.Error("acknowledged, but not stored")
		})
	}
	h.ease()
}

// The same for what stands around the cipher text, and for WeCom.
func TestMonstrousEnvelopes(t *testing.T) {
	t.Parallel()
	h := doors(t)
	query := "msg_signature=" + wechat.Signature(token, stamp(h.now()), "n", "x") + "&encrypt_type=aes&timestamp=" + stamp(h.now()) + "&nonce=n"
	big := bytes.Repeat([]byte("a"), wechat.MaxBody+100)
	table := []struct {
		name string
		body []byte
	}{
		{"over 1 MiB", payload("Encrypt", string(big))},
		{"over 1 MiB of nothing", big},
		{"empty", nil},
		{"DTD", []byte(`<!DOCTYPE xml [<!ENTITY a "x">]><xml><Encrypt>&a;</Encrypt></xml>`)},
		{"deep", []byte(strings.Repeat("<xml>", 100_000))},
		{"deep JSON", []byte(strings.Repeat(`{"Encrypt":`, 80_000))},
		{"no Encrypt", payload("ToUserName", "gh_1")},
		{"two of them", payload("Encrypt", "x", "Encrypt", "y")},
		{"binary", bytes.Repeat([]byte{0, 0xff, '<', '&'}, 10_000)},
	}
	for _, path := range []string{"/wechat/oa/hotel", "/wechat/oa/compat", "/wechat/oa/plain", "/wecom/app"} {
		for _, w := range table {
			t.Run(path+"/"+w.name, func(t *testing.T) {
				k, err := knock(t, h.URL()+path, query, w.body)
				if err != nil || k.code != 403 || k.body != "" || k.took > time.Second {
					t.Errorf("%v, %d after %v: %.40q; want 403", err, k.code, k.took, k.body)
				}
			})
		}
		t.Run(path+"/a body that does not come", func(t *testing.T) { stalled(t, h, path, query) })
	}
	if n := stored(t, h.Store, "inbox"); n != 0 {
		t.Errorf("%d messages stored", n)
	}
	staff := []struct {
		name    string
		payload []byte
		want    int
	}{
		{"deep", []byte(strings.Repeat("<xml>", 50_000)), 403},
		{"DTD", []byte(`<!DOCTYPE x []><xml><FromUserName>chen</FromUserName></xml>`), 403},
		{"no sender", payload("CreateTime", "#"+stamp(h.now()), "MsgType", "text", "Content", "待办"), 200},
		{"a stranger", payload("FromUserName", "nobody", "CreateTime", "#"+stamp(h.now()), "MsgType", "text", "Content", "待办", "MsgId", "#1"), 200},
		{"a card that never was", payload("FromUserName", "chen", "CreateTime", "#"+stamp(h.now()), "MsgType", "event", "Event", "template_card_event",
			"EventKey", "take", "TaskId", strings.Repeat("t", 2000), "ResponseCode", "c"), 200},
		{"an unknown event", payload("FromUserName", "chen", "CreateTime", "#"+stamp(h.now()), "MsgType", "event", "Event", "moon_landing"), 200},
		{"NUL and broken UTF-8", payload("FromUserName", "chen", "CreateTime", "#"+stamp(h.now()), "MsgType", "text", "Content", "待\x00办\xff", "MsgId", "#2"), 200},
		{"a number beyond all", payload("FromUserName", "chen", "CreateTime", "#"+stamp(h.now()), "MsgType", "text", "Content", "接单 "+strings.Repeat("9", 5000), "MsgId", "#3"), 200},
	}
	for _, w := range staff {
		t.Run("staff/"+w.name, func(t *testing.T) {
			query, body, err := h.sim.SealStaff(w.payload)
			if err != nil {
				t.Fatal(err)
			}
			k, err := knock(t, h.URL()+"/wecom/app", query, body)
			if err != nil || k.code != w.want || k.took > time.Second {
				t.Errorf("%v, %d after %v; want %d", err, k.code, k.took, w.want)
			}
		})
	}
	h.ease()
}

// stalled sends half a body and waits: the program must not wait with it.
func stalled(t *testing.T, h *house, path, query string) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(h.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	began := time.Now()
	fmt.Fprintf(c, "POST %s?%s HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n<xml><Encrypt>", path, query)
	line := make([]byte, 12)
	n, err := c.Read(line)
	if err != nil || string(line[:n]) != "HTTP/1.1 403" || time.Since(began) > 3*time.Second {
		t.Errorf("%v: %q after %v", err, line[:n], time.Since(began))
	}
}
