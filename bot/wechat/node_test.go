package wechat

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseNode(t *testing.T) {
	in := "<?xml version='1.0'?><!-- c --><xml>\n <A x='>'> 1 </A>\n<B> <![CDATA[ <x>&amp; ]]> </B><C><D/><D>2</D></C>&lt;</xml> "
	got, err := ParseNode([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	want := Node{Name: "xml", Text: "<", Kids: []Node{
		{Name: "A", Text: " 1 "},
		{Name: "B", Text: " <x>&amp; "},
		{Name: "C", Kids: []Node{{Name: "D"}, {Name: "D", Text: "2"}}},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got.Get("C", "D") != "" || got.Get("A") != " 1 " || got.Find("C", "E") != nil {
		t.Error("Get")
	}
	got, err = ParseNode([]byte(`{"A":1,"B":{"C":[{"D":"x"},{"D":true}]},"E":null,"F":9007199254740993}`))
	if err != nil {
		t.Fatal(err)
	}
	want = Node{Name: "xml", Kids: []Node{
		{Name: "A", Text: "1"},
		{Name: "B", Kids: []Node{
			{Name: "C", Kids: []Node{{Name: "D", Text: "x"}}},
			{Name: "C", Kids: []Node{{Name: "D", Text: "true"}}},
		}},
		{Name: "E"}, {Name: "F", Text: "9007199254740993"},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestParseNodeRefuses(t *testing.T) {
	for _, in := range []string{
		"", "x", "<", "<a", "<a>", "<a></b>", "<a><b></a></b>", "<a/>x", "<1/>", "<a><![CDATA[x</a>", "<a><!-- </a>",
		"<a b='></a>", "{", `{"a"}`, `{"a":1}x`, "[]", "null", `{"a":1,}`,
		"<!DOCTYPE a><a/>", "<a>&x;</a>", strings.Repeat("<a>", 20) + strings.Repeat("</a>", 20),
		"<a>" + strings.Repeat("<b/>", maxNodes) + "</a>",
	} {
		if n, err := ParseNode([]byte(in)); !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrForbidden) {
			t.Errorf("%.40q: %+v, %v", in, n, err)
		}
	}
}

// texts is what encoding/xml sees: the path and text of each leaf.
func standard(in string) (map[string]string, error) {
	d := xml.NewDecoder(strings.NewReader(in))
	out := map[string]string{}
	var path []string
	var leaf bool
	var text string
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		switch v := tok.(type) {
		case xml.StartElement:
			path, leaf, text = append(path, v.Name.Local), true, ""
		case xml.CharData:
			text += string(v)
		case xml.EndElement:
			if leaf {
				out[strings.Join(path, "/")] += "|" + strings.Trim(text, blanks)
			}
			path, leaf = path[:len(path)-1], false
		}
	}
}

func leaves(n Node, path string, out map[string]string) {
	_, local, ok := strings.Cut(n.Name, ":")
	if !ok {
		local = n.Name
	}
	path = strings.TrimPrefix(path+"/"+local, "/")
	if n.Kids == nil {
		out[path] += "|" + strings.Trim(strings.ReplaceAll(strings.ReplaceAll(n.Text, "\r\n", "\n"), "\r", "\n"), blanks)
	}
	for _, k := range n.Kids {
		leaves(k, path, out)
	}
}

// What encoding/xml accepts and we accept, we read alike.
func FuzzNode(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		body, err := Clean(in)
		if err != nil || len(body) == 0 || body[0] != '<' {
			return
		}
		n, err := ParseNode(body)
		want, stdErr := standard(string(body))
		if err != nil || stdErr != nil {
			return
		}
		got := map[string]string{}
		leaves(n, "", got)
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("%q\n%s", body, d)
		}
	})
}
