package wechat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// parseJSON reads an object into the same shape as XML. Numbers keep their
// digits: a MsgId has 64 bits, which a float would round.
func parseJSON(body []byte) (Node, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	r := jsonReader{d: d}
	root := Node{Name: "xml"}
	tok, err := d.Token()
	if err != nil || tok != json.Delim('{') {
		return Node{}, fmt.Errorf("%w: not an object", ErrMalformed)
	}
	if err := r.object(&root, 1); err != nil {
		return Node{}, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Node{}, fmt.Errorf("%w: text after the end", ErrMalformed)
	}
	return root, nil
}

type jsonReader struct {
	d     *json.Decoder
	nodes int
}

// object reads members up to the closing brace into n.
func (r *jsonReader) object(n *Node, depth int) error {
	for r.d.More() {
		key, err := r.d.Token()
		if err != nil {
			return fmt.Errorf("%w: JSON", ErrMalformed)
		}
		name, _ := key.(string)
		if err := r.value(n, name, depth+1); err != nil {
			return err
		}
	}
	return r.closing()
}

func (r *jsonReader) closing() error {
	if _, err := r.d.Token(); err != nil {
		return fmt.Errorf("%w: JSON", ErrMalformed)
	}
	return nil
}

// value appends one member, or every item of an array, to the parent's kids.
func (r *jsonReader) value(parent *Node, name string, depth int) error {
	if r.nodes++; depth > maxDepth || r.nodes > maxNodes {
		return fmt.Errorf("%w: too deep or too many members", ErrForbidden)
	}
	tok, err := r.d.Token()
	if err != nil {
		return fmt.Errorf("%w: JSON", ErrMalformed)
	}
	n := Node{Name: name}
	switch v := tok.(type) {
	case json.Delim:
		if v == '[' {
			for r.d.More() {
				if err := r.value(parent, name, depth+1); err != nil {
					return err
				}
			}
			return r.closing()
		}
		if err := r.object(&n, depth); err != nil {
			return err
		}
	case string:
		n.Text = v
	case json.Number:
		n.Text = v.String()
	case bool:
		n.Text = fmt.Sprint(v)
	}
	parent.Kids = append(parent.Kids, n)
	return nil
}
