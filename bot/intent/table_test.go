package intent

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"kefu/bot/chat"
)

var hotel = Lexicon{Categories: []Category{
	{"设施设备", strings.Fields("空调 热水 电视 网络 门锁 电梯 漏水 马桶 灯")},
	{"客房卫生", strings.Fields("烟味 异味 霉味 头发 床单 脏 蟑螂 卫生")},
	{"噪音", strings.Fields("吵 噪音 隔音 施工")},
	{"餐饮", strings.Fields("早餐 菜 上菜 难吃")},
}}

// rows reads a table of testdata: line number → its cells.
func rows(t *testing.T, name string) map[int][]string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	out := map[int][]string{}
	for i, line := range strings.Split(string(b), "\n") {
		if line != "" && !strings.HasPrefix(line, "#") {
			out[i+1] = strings.Split(line, "\t")
		}
	}
	if len(out) == 0 {
		t.Fatalf("%s is empty", name)
	}
	return out
}

func TestReadings(t *testing.T) {
	r := New(hotel)
	for line, cells := range rows(t, "readings.txt") {
		got := r.Read(cells[0], Context{})
		for i, want := range strings.FieldsFunc(strings.ReplaceAll(cells[1], "-", "+-"), func(c rune) bool { return c == '+' }) {
			switch no, forbidden := strings.CutPrefix(want, "-"); {
			case forbidden && got.Has(Intent(no)):
				t.Errorf("readings.txt:%d %q has %s: %v", line, cells[0], no, got.Intents)
			case forbidden:
			case i == 0 && got.Main != Intent(want):
				t.Errorf("readings.txt:%d %q is %v %v, want %s", line, cells[0], got.Intents, got.Why, want)
			case !got.Has(Intent(want)):
				t.Errorf("readings.txt:%d %q lacks %s: %v", line, cells[0], want, got.Intents)
			}
		}
		if len(cells) > 2 {
			check(t, "readings.txt", line, cells[0], cells[2], got)
		}
	}
}

func TestFields(t *testing.T) {
	r := New(hotel)
	for line, cells := range rows(t, "fields.txt") {
		check(t, "fields.txt", line, cells[0], cells[1], r.Read(cells[0], Context{}))
	}
}

func check(t *testing.T, file string, line int, text, wants string, got Reading) {
	t.Helper()
	list := func(words []string) string {
		if len(words) == 0 {
			return "-"
		}
		return strings.Join(words, ",")
	}
	dash := func(s string) string {
		if s == "" || s == "0" {
			return "-"
		}
		return s
	}
	f := got.Fields
	have := map[string]string{
		"room": dash(f.Room), "phone": dash(f.Phone), "order": dash(f.Order), "number": dash(f.Number),
		"product": dash(f.Product), "amount": dash(strconv.FormatInt(f.Amount, 10)),
		"quantity": dash(strconv.Itoa(f.Quantity)), "when": dash(f.When),
		"name": dash(f.Name), "address": dash(f.Address), "serial": dash(f.Serial),
		"people": dash(strconv.Itoa(f.People)), "nights": dash(strconv.Itoa(f.Nights)),
		"major": list(got.MajorWords), "safety": list(got.SafetyWords),
		"selfharm": strconv.FormatBool(got.SelfHarm), "urge": strconv.FormatBool(got.Urge),
		"complete": strconv.FormatBool(got.Complete), "stars": strconv.Itoa(got.Stars),
		"category": dash(got.Category), "thing": dash(got.Thing),
		"anger": strconv.FormatFloat(got.Anger, 'f', -1, 64),
	}
	for want := range strings.FieldsSeq(wants) {
		k, v, _ := strings.Cut(want, "=")
		v = strings.ReplaceAll(v, "~", " ")
		h, known := have[k]
		if !known {
			t.Fatalf("%s:%d: nothing is called %s", file, line, k)
		}
		if k == "anger" && v == "high" && got.Anger >= 0.6 {
			continue
		}
		if h != strings.ReplaceAll(v, "_", " ") { // a blank is written _
			t.Errorf("%s:%d %q: %s is %q, want %q", file, line, text, k, h, v)
		}
	}
}

func TestOptions(t *testing.T) {
	b, err := os.ReadFile("testdata/options.txt")
	if err != nil {
		t.Fatal(err)
	}
	var options []chat.Option
	n := 0
	for i, line := range strings.Split(string(b), "\n") {
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "= "):
			options = nil
			for _, o := range strings.Split(line[2:], "  ") {
				label, key, _ := strings.Cut(o, "|")
				options = append(options, chat.Option{Label: label, Key: key})
			}
		default:
			text, want, _ := strings.Cut(line, "\t")
			got, ok := MatchOption(text, options)
			if !ok {
				got.Key = "-"
			}
			if got.Key != want {
				t.Errorf("options.txt:%d %q means %s, want %s", i+1, text, got.Key, want)
			}
			n++
		}
	}
	if n < 50 {
		t.Errorf("only %d cases", n)
	}
}

func TestHeard(t *testing.T) {
	r := New(hotel)
	for file, say := range map[string]func(string) string{"heard.txt": r.Heard, "questions.txt": r.Question} {
		for line, cells := range rows(t, file) {
			want := cells[1]
			if want == "-" {
				want = ""
			}
			if got := say(cells[0]); got != want {
				t.Errorf("%s:%d %q is said back as %q, want %q", file, line, cells[0], got, want)
			}
		}
	}
}

// A bare number means what we have just asked for.
func TestAsked(t *testing.T) {
	r := New(hotel)
	for _, c := range []struct {
		text string
		ask  Slot
		want Fields
	}{
		{"1208", SlotRoom, Fields{Room: "1208"}},
		{"房号1208", SlotRoom, Fields{Room: "1208"}},
		{"808", SlotRoom, Fields{Room: "808"}},
		{"八零八", SlotRoom, Fields{Room: "808"}},
		{"1l8", SlotRoom, Fields{Room: "118"}},
		{"88001234", SlotPhone, Fields{Phone: "88001234"}},
		{"4827", SlotNumber, Fields{Number: "4827"}},
		{"123456", SlotOrder, Fields{Order: "123456"}},
		{"300", SlotAmount, Fields{Amount: 30000}},
	} {
		if got := r.Read(c.text, Context{Asked: c.ask}).Fields; got != c.want {
			t.Errorf("%q, asked for %s: %+v, want %+v", c.text, c.ask, got, c.want)
		}
	}
}

// Every intent has enough sentences, none twice, none in two places.
func TestExamples(t *testing.T) {
	seen := map[string]Intent{}
	count := map[Intent]int{}
	for _, e := range Shipped() {
		if was, ok := seen[e.Text]; ok {
			t.Errorf("%q stands in %s and in %s", e.Text, was, e.Any[0])
		}
		seen[e.Text] = e.Any[0]
		count[e.Any[0]]++
	}
	for _, i := range All {
		if count[i] < 60 {
			t.Errorf("%s has %d sentences, want 60", i, count[i])
		}
	}
	if len(All) != classes {
		t.Errorf("%d intents, %d classes", len(All), classes)
	}
}
