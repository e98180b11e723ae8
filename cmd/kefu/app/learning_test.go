package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"kefu/bot/intent"
	"kefu/bot/learn"
)

// A running kefu learns, reads with what it learned at once, and goes back.
func TestLearning(t *testing.T) {
	a := start(t, bare(t), Options{})
	call := func(method, path string, body any) Learned {
		t.Helper()
		var b bytes.Buffer
		if err := json.NewEncoder(&b).Encode(body); err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(t.Context(), method, a.AdminURL()+path, &b)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var out Learned
		if err := json.NewDecoder(res.Body).Decode(&out); err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s %s: %d %v", method, path, res.StatusCode, err)
		}
		return out
	}
	main := func() intent.Intent { return a.Reader.Read("设备99号下线了没反馈", intent.Context{}).Main }
	before := main()
	var l Lesson
	for i := range 40 {
		l.Rows = append(l.Rows,
			learn.Row{Text: fmt.Sprintf("设备%d号下线了没反馈", i), Label: "repair"},
			learn.Row{Text: fmt.Sprintf("加单%d箱走老地方", i), Label: "order"})
	}
	if got := call(http.MethodPost, "/learn", Lesson{Rows: l.Rows[:5]}); !got.Refused || !strings.Contains(got.Text, "只有 5 句") {
		t.Errorf("five rows: %+v", got)
	}
	if got := call(http.MethodPost, "/learn", Lesson{Cases: true}); !got.Refused || !strings.Contains(got.Text, "本部门的工单 0 件") {
		t.Errorf("no cases: %+v", got)
	}
	if got := call(http.MethodPost, "/learn", l); got.Refused || !strings.Contains(got.Text, "已换上新的") {
		t.Fatalf("lesson: %+v", got)
	}
	if got := main(); got != intent.Repair {
		t.Errorf("after the lesson it is read as %s", got)
	}
	if got := call(http.MethodGet, "/learn", nil); !strings.Contains(got.Text, "✓ 20") || !strings.Contains(got.Text, "随程序的那一版") {
		t.Errorf("list: %s", got.Text)
	}
	if got := call(http.MethodPost, "/learn/back", nil); got.Refused || !strings.Contains(got.Text, "随程序的那一版") {
		t.Errorf("back: %+v", got)
	}
	if got := main(); got != before {
		t.Errorf("put back it reads %s, before %s", got, before)
	}
}
