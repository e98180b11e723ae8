package wecom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"

	"kefu/bot/chat"
	"kefu/bot/wechat"
)

// What WeCom takes of each kind, in bytes; all must be above 5. Images are JPG or
// PNG, voices AMR of at most 60 s, videos MP4.
var mediaBytes = map[string]int{
	"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "file": 20 << 20,
}

var (
	errKind  = errors.New("no such kind of media")
	errSize  = errors.New("media is too large or empty")
	errStore = errors.New("no attachments are configured")
	errRead  = errors.New("attachment cannot be read")
)

// Upload sends a file (image, voice, video, file) and gives its media_id, valid for
// 3 days for every app of the company. Repeating it makes a second one.
func (a *App) Upload(ctx context.Context, kind, name string, r io.Reader) (string, error) {
	limit, ok := mediaBytes[kind]
	if !ok {
		return "", ours(wechat.WeCom, callUpload, errKind)
	}
	data, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return "", &chat.Failure{Platform: wechat.WeCom, Call: callUpload, Verdict: chat.Later, Why: errRead.Error()}
	}
	if len(data) <= 5 || len(data) > limit {
		return "", ours(wechat.WeCom, callUpload, errSize)
	}
	body, typ, err := wechat.Form(name, bytes.NewReader(data))
	if err != nil {
		return "", ours(wechat.WeCom, callUpload, errSize)
	}
	ans, err := a.call(ctx, wechat.Request{
		Call: callUpload, Path: "/cgi-bin/media/upload", Query: url.Values{"type": {kind}},
		Body: body, Type: typ, Safe: true,
	})
	if err != nil {
		return "", err
	}
	var up struct {
		ID string `json:"media_id"`
	}
	if err := ans.Decode(&up); err != nil || up.ID == "" {
		return "", broken(callUpload)
	}
	return up.ID, nil
}

// uploadFile uploads an attachment of ours.
func (a *App) uploadFile(ctx context.Context, kind, id string) (string, error) {
	if a.cfg.Media == nil {
		return "", ours(wechat.WeCom, callUpload, errStore)
	}
	name, r, err := a.cfg.Media(ctx, id)
	if err != nil {
		return "", fmt.Errorf("wecom: attachment: %w", errors.Join(err, ours(wechat.WeCom, callUpload, errRead)))
	}
	defer r.Close()
	return a.Upload(ctx, kind, name, r)
}

// Download fetches what staff sent, at most 20 MiB, before its 3 days are over. It
// may be repeated. 40007 when WeCom has dropped it.
func (a *App) Download(ctx context.Context, mediaID string) (wechat.Answer, error) {
	if a.cfg.CorpID == "" {
		return wechat.Answer{}, noApp(callMedia)
	}
	return a.files.FetchWithToken(ctx, a.tokens, wechat.Request{
		Call: callMedia, Path: "/cgi-bin/media/get", Query: url.Values{"media_id": {mediaID}},
	})
}
