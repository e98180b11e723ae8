package wechat

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func TestClean(t *testing.T) {
	gbk, err := simplifiedchinese.GBK.NewEncoder().String("您好，空调不制冷")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, in, want string }{
		{"clean", "<a>您好👌</a>", "<a>您好👌</a>"},
		{"controls", "<a>x\x00\x10\x1d\x7fy\t\n</a>", "<a>xy\t\n</a>"},
		{"not a character", "<a>x\uFFFE\uFFFFy</a>", "<a>xy</a>"},
		{"invalid UTF-8", "<a>您好\xff，\xe4\xb8</a>", "<a>您好，</a>"},
		{"GBK declared", `<?xml version="1.0" encoding="GBK"?><a>` + gbk + "</a>", "<a>您好，空调不制冷</a>"},
		{"GBK not declared", "<a>" + gbk + "</a>", "<a>您好，空调不制冷</a>"},
		{"declared GBK but UTF-8", `<?xml version="1.0" encoding="gb2312"?><a>您好</a>`, "<a>您好</a>"},
		{"byte order mark and blanks", "\uFEFF \n<a/>", "<a/>"},
		{"doctype in CDATA", "<a><![CDATA[<!DOCTYPE x>&y;]]></a>", "<a><![CDATA[<!DOCTYPE x>&y;]]></a>"},
		{"bare &", "<a>x?b=1&c=2;d</a>", "<a>x?b=1&c=2;d</a>"},
		{"JSON", "{\"a\":\"x\x10\ty\"}", "{\"a\":\"x y\"}"},
		{"empty", "", ""},
	} {
		got, err := Clean([]byte(c.in))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
		}
	}
}

func TestCleanRefuses(t *testing.T) {
	for in, want := range map[string]error{
		"<!DOCTYPE a><a/>":             ErrForbidden,
		"<a><!ENTITY x \"y\"></a>":     ErrForbidden,
		"<a>&lol;</a>":                 ErrForbidden,
		strings.Repeat("<a>", 17):      ErrForbidden,
		strings.Repeat(`{"a":`, 17):    ErrForbidden,
		strings.Repeat("x", MaxBody+1): ErrTooLarge,
	} {
		if _, err := Clean([]byte(in)); !errors.Is(err, want) {
			t.Errorf("%.40q: %v, want %v", in, err, want)
		}
	}
}

// A clean body is not copied: it is the path of every message.
func TestCleanDoesNotCopy(t *testing.T) {
	in := []byte("<a>您好</a>")
	out, err := Clean(in)
	if err != nil || &in[0] != &out[0] {
		t.Error("copied")
	}
}

func TestEnvelope(t *testing.T) {
	for in, want := range map[string]Envelope{
		"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[\nAAAA\n]]></Encrypt><AgentID>1000002</AgentID></xml>": {To: "gh_1", Encrypt: "AAAA", AgentID: "1000002"},
		`{"tousername":"ww1","encrypt":"AAAA","agentid":1000002}`:                                                               {To: "ww1", Encrypt: "AAAA", AgentID: "1000002", JSON: true},
		"<xml><ToUserName>gh_1</ToUserName><Content>plain</Content></xml>":                                                      {To: "gh_1"},
	} {
		if got, err := ParseEnvelope([]byte(in)); err != nil || got != want {
			t.Errorf("%s: %+v, %v", in, got, err)
		}
	}
}

func TestAppendCDATA(t *testing.T) {
	for in, want := range map[string]string{
		"a]]>b":      "<![CDATA[a]]]]><![CDATA[>b]]>",
		"]]>]]>":     "<![CDATA[]]]]><![CDATA[>]]]]><![CDATA[>]]>",
		"a\x10\xffb": "<![CDATA[ab]]>",
		"<&>":        "<![CDATA[<&>]]>",
	} {
		if got := string(AppendCDATA(nil, in)); got != want {
			t.Errorf("%q: %s", in, got)
		}
	}
}

func seeds(f *testing.F) {
	files, err := filepath.Glob("oa/testdata/samples/*")
	if err != nil || len(files) == 0 {
		f.Fatalf("no samples: %v", err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("<a>&amp;&#20320;</a>"))
	f.Add([]byte("<a b='c>'><!-- x --><?p?></a>"))
}

func FuzzClean(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		out, err := Clean(in)
		if err != nil {
			return
		}
		if !utf8.Valid(out) || bytes.ContainsAny(out, "\x00\x01\x10\x1d\x7f") {
			t.Fatalf("%q", out)
		}
		again, err := Clean(bytes.Clone(out))
		if err != nil || !bytes.Equal(again, out) {
			t.Fatalf("not stable: %q %q %v", out, again, err)
		}
	})
}
