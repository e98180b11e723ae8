package wechat

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"path"
	"strings"
)

// Form makes the body of an upload: one file in the field "media", its name in
// UTF-8 (WeChat does not understand filename*=), its length known. At most 20 MiB.
func Form(name string, r io.Reader) (body []byte, contentType string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == '"' || r == '\\' || r == '/' {
			return '_'
		}
		return r
	}, name)
	head := textproto.MIMEHeader{}
	head.Set("Content-Disposition", `form-data; name="media"; filename="`+name+`"`)
	kind := mime.TypeByExtension(path.Ext(name))
	if kind == "" {
		kind = "application/octet-stream"
	}
	head.Set("Content-Type", kind)
	part, err := w.CreatePart(head)
	if err != nil {
		return nil, "", fmt.Errorf("wechat: upload: %w", err)
	}
	n, err := io.Copy(part, io.LimitReader(r, MaxMedia+1))
	if err != nil {
		return nil, "", fmt.Errorf("wechat: upload: %w", err)
	}
	if n > MaxMedia {
		return nil, "", fmt.Errorf("wechat: upload of more than %d bytes", MaxMedia)
	}
	if err := w.Close(); err != nil {
		return nil, "", fmt.Errorf("wechat: upload: %w", err)
	}
	return b.Bytes(), w.FormDataContentType(), nil
}

// fileName is the base name of a download, without any path.
func fileName(h http.Header) string {
	_, params, err := mime.ParseMediaType(h.Get("Content-Disposition"))
	if err != nil {
		return ""
	}
	name := path.Base(strings.ReplaceAll(params["filename"], `\`, "/"))
	if name == "." || name == "/" || len(name) > 255 {
		return ""
	}
	return name
}
