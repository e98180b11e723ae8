package console

import (
	"crypto/rand"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/desk"
	"kefu/bot/ticket"
	"kefu/store"
)

type choice = desk.Choice

// kinds are what is shown in a page; everything else is only saved. Both WeChat
// and WeCom take JPEG and PNG.
var kinds = map[string]bool{"image/jpeg": true, "image/png": true, "image/gif": true, "image/webp": true}

// upload keeps the picture of a form; "" when there is none. WeChat: image up to
// 10 MB, JPEG, PNG or GIF.
func (v *visit) upload() (id string, kind chat.Kind, err error) {
	f, h, err := v.c.Request.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return "", "", nil
	}
	if err != nil {
		return "", "", fault{http.StatusBadRequest, "图片没有收到", "网断了一下，请再选一次。", nil}
	}
	defer f.Close()
	if h.Size == 0 {
		return "", "", nil
	}
	if v.Files == nil {
		return "", "", casework.Refusal{Say: "这里还不能存图片。"}
	}
	body, err := picture(f)
	if err != nil {
		return "", "", err
	}
	id = "staff/" + rand.Text()
	return id, chat.Image, v.Files.PutFile(v.ctx, id, body)
}

const maxPicture = 10 << 20

func picture(f multipart.File) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(f, maxPicture+1))
	if err != nil {
		return nil, fault{http.StatusBadRequest, "图片没有收到", "网断了一下，请再选一次。", nil}
	}
	if len(body) > maxPicture {
		return nil, casework.Refusal{Say: "图片最大 10 MB，请换一张小的。"}
	}
	if mime := http.DetectContentType(body); !kinds[mime] || mime == "image/webp" {
		return nil, casework.Refusal{Say: "只能发 JPG、PNG 或 GIF 图片。"}
	}
	return body, nil
}

// file is an attachment of the case, from 1.
func (v *visit) file() error {
	t, err := v.Book.Get(v.ctx, ticket.ID(v.c.Param("id")))
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(v.c.Param("n"))
	if err != nil || n < 1 || n > len(t.Files) || t.Files[n-1].ID == "" {
		return errGone
	}
	return v.send(t.Files[n-1].ID, t.No+"-"+strconv.Itoa(n))
}

// sentFile is the picture or voice that the case's n-th delivery carried.
func (v *visit) sentFile() error {
	t, err := v.Book.Get(v.ctx, ticket.ID(v.c.Param("id")))
	if err != nil {
		return err
	}
	sent, err := v.sent(v.ctx, t)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(v.c.Param("n"))
	if err != nil || n < 1 || n > len(sent) {
		return errGone
	}
	id, ok := strings.CutPrefix(sent[n-1].Content.Media, "file:")
	if !ok {
		return errGone
	}
	return v.send(id, t.No+"-sent-"+strconv.Itoa(n))
}

// send shows pictures by what they are, whatever they were called; the rest is
// saved, not opened.
func (v *visit) send(id, name string) error {
	if v.Files == nil {
		return errGone
	}
	body, err := v.Files.GetFile(v.ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return errGone
	}
	if err != nil {
		return err
	}
	mime := http.DetectContentType(body)
	if !kinds[mime] {
		v.c.Header("Content-Disposition", `attachment; filename="`+name+ending(body)+`"`)
		mime = "application/octet-stream"
	}
	v.c.Header("Content-Security-Policy", "default-src 'none'; sandbox")
	v.c.Header("Cache-Control", "private, max-age=3600")
	v.c.Data(http.StatusOK, mime, body)
	return nil
}

func ending(body []byte) string {
	if strings.HasPrefix(string(body[:min(len(body), 6)]), "#!AMR") {
		return ".amr"
	}
	return ".bin"
}
