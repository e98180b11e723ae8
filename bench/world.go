package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kefu/bot/wechat"
	"kefu/bot/wechat/sim"
)

// The account and the company, known to the simulator and to the program.
const (
	account = "hotel"
	oaApp   = "wx00000000bench001"
	oaToken = "benchtoken"
	aesKey  = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	secret  = "0123456789abcdef0123456789abcdef"
	corp    = "wwbench000000001"
	agent   = 1000002
	robot   = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
	robot2  = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5bbb"
)

// people are the staff. Duty is round the clock, so that what is measured does
// not depend on when it is.
var people = []struct{ id, name, role, team string }{
	{"fd01", "小陈", "agent", "front"},
	{"fd02", "小何", "agent", "front"},
	{"lead01", "陈静", "lead", "front"},
	{"mgr01", "刘峰", "manager", "cs"},
	{"eng01", "王师傅", "agent", "eng"},
}

// world is WeChat and WeCom: the simulator, on a real port, in this process. It
// answers at once.
type world struct {
	sim    *sim.Sim
	url    string
	server *http.Server
	cipher *wechat.Cipher
}

func newWorld() (*world, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w := &world{url: "http://" + l.Addr().String()}
	members := make([]sim.Member, len(people))
	for i, p := range people {
		members[i] = sim.Member{UserID: p.id, Name: p.name}
	}
	w.sim, err = sim.New(sim.Config{
		Base: w.url,
		OA:   []sim.Account{{ID: account, Name: "栖云酒店", AppID: oaApp, Secret: secret, Token: oaToken, AESKey: aesKey}},
		WeCom: sim.WeCom{
			CorpID: corp, AgentID: agent, Secret: secret, Token: oaToken, AESKey: aesKey,
			Robots: map[string]string{"staff": robot, "escalation": robot2}, Members: members,
		},
	})
	if err == nil {
		w.cipher, err = wechat.NewCipher(oaToken, oaApp, aesKey, "")
	}
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	w.server = &http.Server{Handler: w.sim.Handler(), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = w.server.Serve(l) }()
	return w, nil
}

func (w *world) close() error { return w.server.Close() }

// configure writes kefu.yaml for a program that keeps its data at home, and says
// where it will listen.
func (w *world) configure(h home) (file, web, admin string, err error) {
	if web, err = freePort(); err != nil {
		return "", "", "", err
	}
	if admin, err = freePort(); err != nil {
		return "", "", "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "listen: %s\nadmin: %s\npublic_url: http://%s\ndata: ./data\npack: hotel\n", web, admin, web)
	if h.mongo != "" {
		fmt.Fprintf(&b, "store: {mongo: %q}\n", h.mongo)
	}
	fmt.Fprintf(&b, "accounts:\n  - {id: %s, app_id: %s, app_secret: %s, token: %s, aes_key: %s, mode: safe, api: %s/oa}\n",
		account, oaApp, secret, oaToken, aesKey, w.url)
	fmt.Fprintf(&b, "wecom: {corp_id: %s, agent_id: %d, secret: %s, token: %s, aes_key: %s, api: %s/wecom, robots: {staff: %s, escalation: %s}}\n",
		corp, agent, secret, oaToken, aesKey, w.url, robot, robot2)
	b.WriteString("staff:\n")
	for _, p := range people {
		fmt.Fprintf(&b, "  - {id: %s, wecom_id: %s, name: %s, shown_as: %s, roles: [%s], team: %s}\n", p.id, p.id, p.name, p.name, p.role, p.team)
	}
	file = filepath.Join(h.dir, "kefu.yaml")
	return file, web, admin, os.WriteFile(file, []byte(b.String()), 0o600)
}

// posts makes one message for each customer in turn, each another message.
func (w *world) posts(addr string, n int, who func(i int) string, words []string) ([]post, error) {
	all := make([]post, n)
	for i := range all {
		query, body, err := w.sim.Envelope(account, who(i), words[i%len(words)])
		if err != nil {
			return nil, err
		}
		all[i] = newPost(addr, "/wechat/oa/"+account, query, body)
	}
	return all, nil
}

// reads opens a passive reply and gives back its text.
func (w *world) reads(ctx context.Context, sealed []byte) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	env, err := wechat.ParseEnvelope(sealed)
	if err != nil {
		return "", err
	}
	payload, _, err := w.cipher.Decrypt(env.Encrypt)
	if err != nil {
		return "", err
	}
	n, err := wechat.ParseNode(payload)
	if err != nil {
		return "", err
	}
	return n.Get("Content"), nil
}
