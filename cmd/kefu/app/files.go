package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"

	"kefu/bot/chat"
	"kefu/bot/wechat/oa"
	"kefu/bot/wechat/wecom"
	"kefu/store"
)

// attachments are the pictures, voices and files of cases, kept in the store. An
// id is a name with an extension, so that what is kept can be shown and sent
// again without asking what it is.
type attachments struct {
	files    store.Files
	accounts map[chat.Account]*oa.Account
	app      *wecom.App // nil without WeCom
}

var _ oa.Media = (*attachments)(nil)

// fetch downloads a media_id of a customer's or, for account "wecom", of a
// colleague's message and keeps it; at most 20 MiB. Repeating it keeps the same
// file under the same id. The error is a *chat.Failure or of the store.
func (a *attachments) fetch(ctx context.Context, account chat.Account, media string) (string, error) {
	data, err := a.download(ctx, account, media)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(string(account) + "\n" + media))
	id := hex.EncodeToString(sum[:16]) + extension(data)
	if err := a.files.PutFile(ctx, id, data); err != nil {
		return "", fmt.Errorf("app: keeping an attachment: %w", err)
	}
	return id, nil
}

func (a *attachments) download(ctx context.Context, account chat.Account, media string) ([]byte, error) {
	if account == wecom.Account && a.app != nil {
		got, err := a.app.Download(ctx, media)
		return got.Body, err
	}
	from := a.accounts[account]
	if from == nil {
		return nil, fmt.Errorf("app: attachment of unknown account %.32q", account)
	}
	got, err := from.Download(ctx, media)
	return got.Data, err
}

// Open reads an attachment, to be uploaded.
func (a *attachments) Open(ctx context.Context, id string) (name string, r io.ReadCloser, err error) {
	data, err := a.files.GetFile(ctx, id)
	if err != nil {
		return "", nil, fmt.Errorf("app: attachment: %w", err)
	}
	return id, io.NopCloser(bytes.NewReader(data)), nil
}

// extension tells what the bytes are, as far as phones send it.
func extension(data []byte) string {
	switch kind, _, _ := strings.Cut(http.DetectContentType(data), ";"); {
	case bytes.HasPrefix(data, []byte("#!AMR")):
		return ".amr"
	case bytes.HasPrefix(data, []byte("#!SILK")), bytes.HasPrefix(data, []byte("\x02#!SILK")):
		return ".silk"
	case kind == "image/jpeg":
		return ".jpg"
	case kind == "image/png":
		return ".png"
	case kind == "image/gif":
		return ".gif"
	case kind == "image/webp":
		return ".webp"
	case kind == "image/bmp":
		return ".bmp"
	case kind == "video/mp4":
		return ".mp4"
	case kind == "audio/mpeg":
		return ".mp3"
	case kind == "application/pdf":
		return ".pdf"
	}
	return ".bin"
}
