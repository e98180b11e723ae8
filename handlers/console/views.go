package console

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"

	"github.com/gin-gonic/gin"
)

//go:embed page/*.html static/*
var embedded embed.FS

// views are the templates and what they refer to.
type views struct {
	all   *template.Template
	files map[string][]byte
	stamp string
}

func newViews() (*views, error) {
	v := &views{files: map[string][]byte{}}
	sum := sha256.New()
	for _, name := range []string{"console.css", "console.js"} {
		b, err := embedded.ReadFile("static/" + name)
		if err != nil {
			return nil, fmt.Errorf("console: %w", err)
		}
		v.files[name] = b
		sum.Write(b)
	}
	v.stamp = hex.EncodeToString(sum.Sum(nil)[:6])
	funcs := template.FuncMap{"stamp": func() string { return v.stamp }}
	var err error
	if v.all, err = template.New("").Funcs(funcs).ParseFS(embedded, "page/*.html"); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	return v, nil
}

func (v *views) render(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := v.all.ExecuteTemplate(&b, name, data); err != nil {
		return nil, fmt.Errorf("console: page %s: %w", name, err)
	}
	return b.Bytes(), nil
}

func (v *views) mount(r gin.IRouter) {
	for name, mime := range map[string]string{"console.css": "text/css; charset=utf-8", "console.js": "text/javascript; charset=utf-8"} {
		body := v.files[name]
		r.GET("/in/"+name, func(c *gin.Context) {
			c.Header("Cache-Control", "public, max-age=31536000, immutable")
			c.Header("X-Content-Type-Options", "nosniff")
			c.Data(http.StatusOK, mime, body)
		})
	}
}
