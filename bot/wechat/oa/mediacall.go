package oa

import (
	"context"
	"encoding/json"
	"io"
	"net/url"

	"kefu/bot/chat"
	"kefu/bot/wechat"
)

// Upload gives a media_id that is good for 3 days. kind is image, voice, video or
// thumb. WeChat: image 10 MB, voice 2 MB and 60 s, video 10 MB, thumb 64 KB. It may
// be repeated; each time makes an id of its own. The error is a *chat.Failure.
func (a *Account) Upload(ctx context.Context, kind, name string, r io.Reader) (string, error) {
	const call = "media/upload"
	body, contentType, err := wechat.Form(name, r)
	if err != nil {
		return "", a.fault(call, chat.OurFault, "file unreadable or above 20 MiB")
	}
	answer, err := a.client.WithToken(ctx, a.tokens, wechat.Request{
		Call: call, Path: "/cgi-bin/media/upload", Query: url.Values{"type": {kind}},
		Body: body, Type: contentType, Safe: true,
	})
	if err != nil {
		return "", err
	}
	var m struct {
		Media string `json:"media_id"`
		Thumb string `json:"thumb_media_id"`
	}
	if err := answer.Decode(&m); err != nil || m.Media+m.Thumb == "" {
		return "", a.fault(call, chat.Later, "no media_id in the answer")
	}
	if m.Media != "" {
		return m.Media, nil
	}
	return m.Thumb, nil
}

// File is what a customer sent, at most 20 MiB.
type File struct {
	Name string // as WeChat named it, without a path; may be ""
	Type string // Content-Type
	Data []byte
}

// Download fetches what a customer sent, within its 3 days. WeChat: errors come
// as JSON with HTTP 200, and of a video only an address. May be repeated.
func (a *Account) Download(ctx context.Context, mediaID string) (File, error) {
	const call = "media/get"
	answer, err := a.client.FetchWithToken(ctx, a.tokens, wechat.Request{
		Call: call, Path: "/cgi-bin/media/get", Query: url.Values{"media_id": {mediaID}},
	})
	if err != nil {
		return File{}, err
	}
	var v struct {
		URL string `json:"video_url"`
	}
	if len(answer.Body) < 8192 && json.Unmarshal(answer.Body, &v) == nil && v.URL != "" {
		if answer, err = a.client.FetchURL(ctx, call, v.URL); err != nil {
			return File{}, err
		}
	}
	if len(answer.Body) == 0 {
		return File{}, a.fault(call, chat.Later, "empty file")
	}
	return File{Name: answer.Name, Type: answer.Type, Data: answer.Body}, nil
}
