package workbench

import (
	"bufio"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kefu/bot/chat"
	"kefu/bot/ticket"
)

var update = flag.Bool("update", false, "write what is answered into testdata")

// TestTables plays the tables of testdata. A line is who, what they type (or press,
// in brackets, or send), and what they get, between tabs. 客人 opens a case, 钟 moves
// the clock, 客人收到 is what a customer got last.
func TestTables(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no tables", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { playTable(t, file) })
	}
}

func playTable(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(t)
	var out strings.Builder
	sc := bufio.NewScanner(strings.NewReader(string(text)))
	for n := 1; sc.Scan(); n++ {
		line := sc.Text()
		f := strings.Split(line, "\t")
		if line == "" || line[0] == '#' || len(f) < 2 {
			if strings.HasPrefix(line, "# ---") { // a new day, a new department
				s = newStage(t)
			}
			out.WriteString(line + "\n")
			continue
		}
		got, checks := play(t, s, f)
		want := ""
		if len(f) > 2 {
			want = strings.Join(f[2:], "\t")
		}
		if checks && !*update && got != want {
			t.Errorf("%s:%d: %s ← %s\n%s", file, n, f[0], f[1], cmp.Diff(want, got))
		}
		if checks {
			line = f[0] + "\t" + f[1] + "\t" + got
		}
		out.WriteString(line + "\n")
	}
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func play(t *testing.T, s *stage, f []string) (got string, checks bool) {
	t.Helper()
	who, what := f[0], f[1]
	switch {
	case who == "钟":
		d, err := time.ParseDuration(strings.TrimPrefix(what, "+"))
		if err != nil {
			t.Fatal(err)
		}
		s.pass(d)
		return "", false
	case who == "客人": // number, kind, name, phone, room, words
		no, err := strconv.Atoi(what)
		if err != nil || len(f) < 7 {
			t.Fatal("客人: ", f)
		}
		s.open(no, ticket.Kind(f[2]), f[3], f[4], f[5], f[6])
		return "", false
	case who == "客人收到":
		all := s.customer(what)
		if len(all) == 0 {
			return "", true
		}
		return strings.ReplaceAll(all[len(all)-1], "\n", "／"), true
	case what == "再来一次": // WeCom delivers the same once more
		return s.handle(s.last), true
	case strings.HasPrefix(what, "［"):
		return s.press(who, strings.Trim(what, "［］")), true
	case what == "（打开应用）":
		return s.send(chat.Message{From: s.person(who).WecomID, Kind: chat.Event, Event: chat.EnterAgent}), true
	case strings.HasPrefix(what, "（照片"):
		return s.send(chat.Message{From: s.person(who).WecomID, Kind: chat.Image, MediaID: strings.Trim(what, "（照片）")}), true
	case what == "（语音）":
		return s.send(chat.Message{From: s.person(who).WecomID, Kind: chat.Voice, MediaID: "v1", Format: "amr"}), true
	case what == "（位置）":
		return s.send(chat.Message{From: s.person(who).WecomID, Kind: chat.Location}), true
	}
	return s.type_(who, what), true
}
