package sim_test

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func onePixel(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 2, 2))))
	return b.Bytes()
}

func uploadFile(r *rig, path, name string, data []byte) map[string]any {
	r.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	f, _ := w.CreateFormFile("media", name)
	_, _ = f.Write(data)
	_ = w.Close()
	req, _ := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.api+path, &b)
	req.Header.Set("Content-Type", w.FormDataContentType())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	return decode(r.t, res.Body)
}

// What goes up comes down, for three days; errors come as JSON with HTTP 200.
func TestMedia(t *testing.T) {
	r := newRig(t)
	pic := onePixel(t)
	up := uploadFile(r, base+"media/upload?type=image&access_token="+r.token(), "a.png", pic)
	id, _ := up["media_id"].(string)
	if id == "" || up["type"] != "image" {
		t.Fatalf("%v", up)
	}
	down := func() []byte {
		res, err := http.Get(r.api + base + "media/get?media_id=" + id + "&access_token=" + r.token())
		must(t, err)
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		must(t, err)
		return b
	}
	if !bytes.Equal(down(), pic) {
		t.Error("the bytes changed")
	}
	must(t, r.wang().Say(t.Context(), "图呢"))
	if c := r.oa("message/custom/send", map[string]any{"touser": wang, "msgtype": "image", "image": map[string]string{"media_id": id}}); c != 0 {
		t.Errorf("image: %d", c)
	}
	r.clock.add(72 * time.Hour)
	if got := string(down()); !strings.Contains(got, "40007") {
		t.Errorf("after three days: %q", got)
	}
	tok := r.token()
	for name, c := range map[string]struct {
		kind string
		data []byte
		want int
	}{
		"not a picture": {"image", []byte("hello there"), 40005},
		"unknown type":  {"hologram", pic, 40004},
		"too large":     {"voice", make([]byte, 2<<20+1), 45001},
	} {
		if got := code(uploadFile(r, base+"media/upload?type="+c.kind+"&access_token="+tok, "a", c.data)); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// A customer's picture and voice can be fetched by their MediaId, the picture by
// its PicUrl too.
func TestCustomerMedia(t *testing.T) {
	r := newRig(t)
	pic := onePixel(t)
	must(t, r.wang().SendPicture(t.Context(), pic, "照片.png"))
	g := r.last().fields
	for _, url := range []string{g.PicUrl, r.api + base + "media/get?media_id=" + g.MediaId + "&access_token=" + r.token()} {
		res, err := http.Get(url)
		must(t, err)
		b, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if !bytes.Equal(b, pic) {
			t.Errorf("another picture at %s", strings.SplitN(url, "?", 2)[0])
		}
	}
	must(t, r.wang().SendVoice(t.Context(), "空调坏了"))
	if g := r.last().fields; g.MsgType != "voice" || g.Recognition != "空调坏了" {
		t.Errorf("%+v", g)
	}
	must(t, r.wang().SendLocation(t.Context(), 23.134521, 113.358803, "新港中路397号"))
	if g := r.last().fields; g.MsgType != "location" || g.Label != "新港中路397号" {
		t.Errorf("%+v", g)
	}
	if err := r.wang().SendPicture(t.Context(), []byte("no picture"), "a"); err == nil {
		t.Error("text passed as a picture")
	}
}

// Other events reach the program as they are; followers are listed; the picture of
// a QR code is one; the menu can be read both ways.
func TestOddsAndEnds(t *testing.T) {
	r := newRig(t)
	must(t, r.wang().PushEvent(t.Context(), "user_authorization_revoke", map[string]string{"EventKey": "x", "OpenID": wang}))
	if g := r.last().fields; g.Event != "user_authorization_revoke" || g.EventKey != "x" {
		t.Errorf("%+v", g)
	}
	must(t, r.sim.Customer("hotel", li).Follow(t.Context(), ""))
	must(t, r.sim.Customer("hotel", li).Unfollow(t.Context()))
	list := r.call(base+"user/get?access_token="+r.token(), nil)
	if list["total"].(float64) != 1 || list["next_openid"] != wang {
		t.Errorf("%v", list)
	}
	if rest := r.call(base+"user/get?next_openid="+wang+"&access_token="+r.token(), nil); rest["count"].(float64) != 0 {
		t.Errorf("%v", rest)
	}
	if all := r.sim.Customers("hotel"); len(all) != 2 || all[0].OpenID != wang || !all[0].Following || all[1].Following {
		t.Errorf("%+v", all)
	}
	self := func() float64 {
		return r.call(base+"get_current_selfmenu_info?access_token="+r.token(), nil)["is_menu_open"].(float64)
	}
	if self() != 0 || r.sim.Menu("hotel") != nil {
		t.Error("a menu nobody pushed")
	}
	r.oa("menu/create", map[string]any{"button": []map[string]any{{"type": "click", "name": "a", "key": "k"}}})
	if self() != 1 || r.sim.Menu("hotel") == nil {
		t.Error("the menu is not shown")
	}
	out := r.call(base+"qrcode/create?access_token="+r.token(), map[string]any{"action_name": "QR_STR_SCENE", "expire_seconds": 60, "action_info": map[string]any{"scene": map[string]string{"scene_str": "room:1208"}}})
	show := func() string {
		res, err := http.Get(r.api + base + "showqrcode?ticket=" + url.QueryEscape(out["ticket"].(string)))
		must(t, err)
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		return http.DetectContentType(b)
	}
	if kind := show(); kind != "image/png" {
		t.Error(kind)
	}
	r.clock.add(time.Minute)
	if kind := show(); kind == "image/png" {
		t.Error("an expired code is still shown")
	}
}
