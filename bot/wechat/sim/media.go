package sim

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// mediaShelf holds temporary media of both platforms, at most 500 and 64 MiB; the
// oldest go first.
type mediaShelf struct {
	Items book[medium] `json:"items"`
	Sum   int          `json:"sum"` // bytes
}

type medium struct {
	Type string    `json:"type"` // image, voice, video, thumb, file
	Name string    `json:"name"`
	Mime string    `json:"mime"`
	At   time.Time `json:"at"`
	Data []byte    `json:"data"`
	Key  string    `json:"key,omitempty"` // of a group robot, which alone may use it
}

const mediaLife = 3 * 24 * time.Hour // both platforms

// Limits in bytes. WeChat: image 10 MB, voice 2 MB, video 10 MB, thumb 64 KB;
// WeCom also file 20 MB and at least 5 bytes.
var mediaLimit = map[string]int{"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "thumb": 64 << 10, "file": 20 << 20}

// shelve keeps a file and gives its media_id, or an error code. The lock is held.
func (s *Sim) shelve(kind, name, mimeType string, data []byte) (string, int) {
	limit, ok := mediaLimit[kind]
	switch {
	case !ok:
		return "", 40004
	case len(data) > limit:
		return "", 45001
	case kind == "image" && !isPicture(data):
		return "", 40005
	}
	id := "M_" + secret(20)
	s.st.Media.put(id, medium{Type: kind, Name: name, Mime: mimeType, At: s.now(), Data: data})
	return id, 0
}

func (m *mediaShelf) put(id string, x medium) {
	m.Items.put(id, x, maxMedia*2)
	m.Sum += len(x.Data)
	for (m.Sum > maxMediaSum || len(m.Items.Keys) > maxMedia) && len(m.Items.Keys) > 1 {
		old := m.Items.Keys[0]
		m.Sum -= len(m.Items.Vals[old].Data)
		delete(m.Items.Vals, old)
		m.Items.Keys = m.Items.Keys[1:]
	}
}

func isPicture(b []byte) bool {
	switch http.DetectContentType(b) {
	case "image/jpeg", "image/png", "image/gif", "image/bmp":
		return true
	}
	return false
}

// medium finds media that have not expired. The lock is held.
func (s *Sim) medium(id string) (medium, bool) {
	m, ok := s.st.Media.Items.get(id)
	return m, ok && s.now().Sub(m.At) < mediaLife
}

func (s *Sim) hasMedia(id string) bool { _, ok := s.medium(id); return ok }

// Media gives the bytes and content type of media on a phone or in an inbox.
func (s *Sim) Media(id string) (data []byte, contentType string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.st.Media.Items.get(id)
	return m.Data, m.Mime, ok
}

func picturePath(id string) string { return "/oa/picture/" + id }

func (s *Sim) pictureURL(id string) string {
	if s.cfg.Base == "" {
		return "http://mmbiz.qpic.cn/mmbiz_jpg/" + id + "/0"
	}
	return strings.TrimRight(s.cfg.Base, "/") + picturePath(id)
}

// upload reads the part "media" of a multipart form.
func upload(r *request) (name string, data []byte, ok bool) {
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return "", nil, false
	}
	form := multipart.NewReader(bytes.NewReader(r.body), params["boundary"])
	for range 10 {
		part, err := form.NextPart()
		if err != nil {
			return "", nil, false
		}
		if part.FormName() != "media" {
			continue
		}
		data, err := io.ReadAll(part)
		return part.FileName(), data, err == nil && part.FileName() != ""
	}
	return "", nil, false
}

func (s *Sim) oaUpload(r *request) answer {
	name, data, ok := upload(r)
	if !ok {
		return fault(41005)
	}
	kind := r.query.Get("type")
	if kind == "file" {
		return fault(40004)
	}
	id, code := s.shelve(kind, name, http.DetectContentType(data), data)
	if code != 0 {
		return fault(code)
	}
	field := "media_id"
	if kind == "thumb" {
		field = "thumb_media_id"
	}
	return answer{fields: map[string]any{"type": kind, field: id, "created_at": s.now().Unix()}, bare: true}
}

func (s *Sim) wecomUpload(r *request) answer {
	name, data, ok := upload(r)
	if !ok {
		return fault(41005)
	}
	kind := r.query.Get("type")
	if kind == "thumb" {
		return fault(40004)
	}
	if len(data) <= 5 {
		return fault(40006)
	}
	id, code := s.shelve(kind, name, http.DetectContentType(data), data)
	if code == 45001 {
		code = 40006
	}
	if code != 0 {
		return fault(code)
	}
	return answer{fields: map[string]any{"type": kind, "media_id": id, "created_at": strconv.FormatInt(s.now().Unix(), 10)}}
}

// mediaGet streams the file; an error comes as JSON, also with HTTP 200.
func (s *Sim) mediaGet(r *request) answer {
	m, ok := s.medium(r.query.Get("media_id"))
	if !ok {
		return fault(40007)
	}
	if m.Type == "video" && r.account != nil {
		return answer{fields: map[string]any{"video_url": s.pictureURL(r.query.Get("media_id"))}, bare: true}
	}
	disposition := mime.FormatMediaType("attachment", map[string]string{"filename": m.Name})
	return answer{raw: m.Data, kind: m.Mime, header: map[string]string{"Content-Disposition": disposition}}
}

// picture is where PicUrl points: open to all, as WeChat's CDN is.
func (s *Sim) picture(r *request) answer {
	m, ok := s.medium(r.PathValue("id"))
	if !ok {
		return answer{raw: []byte("not found"), kind: "text/plain", status: http.StatusNotFound}
	}
	return answer{raw: m.Data, kind: m.Mime}
}
