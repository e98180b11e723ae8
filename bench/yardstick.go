package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"kefu/bot/chat"
	"kefu/bot/wechat"
	"kefu/bot/wechat/oa"
	"kefu/store"
)

// yardstickArg makes this program be the yardstick: a process of its own, as the
// program that is measured is one.
const yardstickArg = "-yardstick"

// yardstickMongo tells it the URI of its database, which may hold a password.
const yardstickMongo = "KEFU_BENCH_YARDSTICK_MONGO"

// kept is the one document that the yardstick stores.
type kept struct {
	store.Meta
	Message chat.Message `json:"message"`
	Stored  store.Time   `json:"stored"`
}

// yardstick serves a handler that verifies, decrypts and stores a message as one
// document, on the same kind of store, and prints its address.
func yardstick(h home) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	engine, err := h.open(ctx)
	if err != nil {
		return err
	}
	defer engine.Close()
	all, err := store.Open[kept](ctx, engine, "messages")
	if err != nil {
		return err
	}
	cipher, err := wechat.NewCipher(oaToken, oaApp, aesKey, "")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{account}", func(w http.ResponseWriter, r *http.Request) {
		if err := keep(r, cipher, all); err != nil {
			http.Error(w, "refused", http.StatusForbidden)
			return
		}
		_, _ = io.WriteString(w, "success")
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = s.Close() })
	if err := s.Serve(l); err != http.ErrServerClosed { //nolint:errorlint // Serve returns it as it is
		return err
	}
	return nil
}

func keep(r *http.Request, cipher *wechat.Cipher, all *store.Collection[kept]) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, wechat.MaxBody))
	if err != nil {
		return err
	}
	env, err := wechat.ParseEnvelope(body)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	if !cipher.Verify(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), env.Encrypt) {
		return wechat.ErrDecrypt
	}
	payload, _, err := cipher.Decrypt(env.Encrypt)
	if err != nil {
		return err
	}
	m, err := oa.Parse(account, payload)
	if err != nil {
		return err
	}
	return all.Insert(r.Context(), &kept{Meta: store.Meta{ID: m.Key}, Message: m, Stored: store.At(time.Now())})
}
