package sim_test

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
	"time"
)

// 20 a minute for a robot, sizes, mentions, no buttons.
func TestRobot(t *testing.T) {
	r := newRig(t)
	send := func(in any) int { return code(r.call("/wecom/cgi-bin/webhook/send?key=KEY-STAFF", in)) }
	line := func(words string) map[string]any {
		return map[string]any{"msgtype": "text", "text": map[string]any{"content": words, "mentioned_list": []string{"fd01", "stranger"}}}
	}
	markdown := func(words string) map[string]any {
		return map[string]any{"msgtype": "markdown", "markdown": map[string]string{"content": words}}
	}
	for name, c := range map[string]struct {
		in   any
		want int
	}{
		"2,049 bytes of text": {line(strings.Repeat("a", 2049)), 45002}, "4,097 of markdown": {markdown(strings.Repeat("a", 4097)), 40058},
		"empty": {line(""), 44004}, "unknown": {map[string]any{"msgtype": "x"}, 40008},
		"card with buttons": {map[string]any{"msgtype": "template_card", "template_card": card("", "t")["template_card"]}, 40058},
		"file of nobody":    {map[string]any{"msgtype": "file", "file": map[string]string{"media_id": "x"}}, 40007},
	} {
		if got := send(c.in); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	for i := range 20 {
		if c := send(line("【投诉 4827】1208 空调不制冷")); c != 0 {
			t.Fatalf("line %d: %d", i+1, c)
		}
	}
	if c := send(line("多一条")); c != 45009 {
		t.Errorf("the 21st: %d", c)
	}
	r.clock.add(61 * time.Second)
	if c := send(markdown(strings.Repeat("a", 4096))); c != 0 {
		t.Errorf("a minute later: %d", c)
	}
	lines := r.sim.Group("staff")
	if len(lines) != 21 || len(lines[0].Mentions) != 1 || lines[0].Mentions[0] != "fd01" {
		t.Errorf("%d lines, %+v", len(lines), lines[0])
	}
	if c := code(r.call("/wecom/cgi-bin/webhook/send?key=none", line("x"))); c != 93000 {
		t.Errorf("unknown key: %d", c)
	}
	must(t, r.sim.DisableRobot("staff", true))
	if c := send(line("x")); c != 93004 {
		t.Errorf("disabled: %d", c)
	}
}

// What else a robot can write, and that a file belongs to its key.
func TestRobotKinds(t *testing.T) {
	r := newRig(t)
	send := func(in any) int { return code(r.call("/wecom/cgi-bin/webhook/send?key=KEY-STAFF", in)) }
	pic := onePixel(t)
	sum := md5.Sum(pic)
	image := func(sum string) map[string]any {
		return map[string]any{"msgtype": "image", "image": map[string]string{"base64": base64.StdEncoding.EncodeToString(pic), "md5": sum}}
	}
	up := uploadFile(r, "/wecom/cgi-bin/webhook/upload_media?key=KEY-STAFF&type=file", "a.txt", []byte("hello there"))
	foreign := uploadFile(r, "/wecom/cgi-bin/media/upload?type=file&access_token="+r.wecomToken(), "a.txt", []byte("hello there"))
	file := func(id any) map[string]any {
		return map[string]any{"msgtype": "file", "file": map[string]any{"media_id": id}}
	}
	article := map[string]string{"title": "日报", "url": "https://m.example.cn/"}
	notice := map[string]any{"card_type": "text_notice", "main_title": map[string]string{"title": "告警"}, "card_action": map[string]any{"type": 1, "url": "https://m.example.cn/"}}
	for name, c := range map[string]struct {
		in   any
		want int
	}{
		"picture": {image(hex.EncodeToString(sum[:])), 0}, "picture, wrong md5": {image(strings.Repeat("0", 32)), 40123},
		"file": {file(up["media_id"]), 0}, "file of another": {file(foreign["media_id"]), 40007},
		"news":        {map[string]any{"msgtype": "news", "news": map[string]any{"articles": []any{article}}}, 0},
		"no news":     {map[string]any{"msgtype": "news"}, 40058},
		"notice":      {map[string]any{"msgtype": "template_card", "template_card": notice}, 0},
		"markdown_v2": {map[string]any{"msgtype": "markdown_v2", "markdown_v2": map[string]string{"content": "# 日报"}}, 0},
		"broken JSON": {`{`, 40058},
	} {
		if got := send(c.in); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if n := len(r.sim.Group("staff")); n != 5 {
		t.Errorf("%d lines", n)
	}
	if c := code(uploadFile(r, "/wecom/cgi-bin/webhook/upload_media?key=none&type=file", "a", []byte("hello there"))); c != 93000 {
		t.Errorf("upload with an unknown key: %d", c)
	}
}
