package customer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kefu/bot/chat"
	"kefu/bot/customer"
	"kefu/store"
	"kefu/store/sqlite"
)

var noon = time.Date(2026, 11, 24, 14, 5, 0, 0, time.FixedZone("CST", 8*3600))

const wang = chat.CustomerID("hotel/wang")

func open(t *testing.T) *customer.File {
	t.Helper()
	e, err := sqlite.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	f, err := customer.Open(t.Context(), e, func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func learn(t *testing.T, f *customer.File, who chat.CustomerID, effect string, ch customer.Change) *customer.Customer {
	t.Helper()
	if err := f.Learn(t.Context(), who, effect, ch); err != nil {
		t.Fatal(err)
	}
	c, err := f.Get(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLearn(t *testing.T) {
	f := open(t)
	if c, err := f.Get(t.Context(), wang); err != nil || c.Rev != 0 || c.ID != string(wang) {
		t.Fatalf("somebody unknown is %+v, %v", c, err)
	}
	c := learn(t, f, wang, "e1", customer.Change{Name: "王女士", Phone: "13812345620"})
	if c.Name != "王女士" || c.Tail != "5620" || !c.Created.Equal(store.At(noon)) || c.Lookup.IsZero() {
		t.Errorf("learned %+v", c)
	}
	// what is empty stays, the same effect comes once
	c = learn(t, f, wang, "e2", customer.Change{Room: "1208"})
	c = learn(t, f, wang, "e1", customer.Change{Name: "别人"})
	if c.Name != "王女士" || c.Room != "1208" || c.Phone != "13812345620" {
		t.Errorf("then %+v", c)
	}
	gone, back := true, false
	if c = learn(t, f, wang, "e3", customer.Change{Left: &gone}); !c.Left {
		t.Error("gone, but not noted")
	}
	c = learn(t, f, wang, "e4", customer.Change{Left: &back, Consent: "no", At: store.At(noon)})
	if c.Left || c.Consent != "no" || !c.AgreedA.Equal(store.At(noon)) {
		t.Errorf("back: %+v", c)
	}
	// nobody to look up at WeChat
	if c = learn(t, f, "desk/1", "e5", customer.Change{Name: "李"}); !c.Lookup.IsZero() {
		t.Errorf("a recorded customer is looked up at %s", c.Lookup)
	}
	for i := range 80 {
		c = learn(t, f, wang, fmt.Sprint("x", i), customer.Change{Last: "x"})
	}
	if len(c.Seen) != 50 {
		t.Errorf("%d changes are remembered", len(c.Seen))
	}
}

func TestPutReplacesTheFile(t *testing.T) {
	f := open(t)
	learn(t, f, wang, "e1", customer.Change{Name: "王女士", Room: "1208"})
	if err := f.Put(t.Context(), customer.Customer{Meta: store.Meta{ID: string(wang)}, Name: "王静", Phone: "13900001111"}); err != nil {
		t.Fatal(err)
	}
	c := learn(t, f, wang, "e1", customer.Change{Name: "旧的"})
	if c.Name != "王静" || c.Room != "" || c.Tail != "1111" {
		t.Errorf("put %+v", c)
	}
}

func TestInRoom(t *testing.T) {
	until := store.At(noon.Add(time.Hour))
	for _, x := range []struct {
		c     customer.Customer
		after time.Duration
		want  string
	}{
		{customer.Customer{}, 0, ""},
		{customer.Customer{Room: "1208"}, 1000 * time.Hour, "1208"},
		{customer.Customer{Room: "1208", Until: until}, 59 * time.Minute, "1208"},
		{customer.Customer{Room: "1208", Until: until}, time.Hour, ""},
		{customer.Customer{Room: "1208", Leaves: "2026-11-26"}, 57 * time.Hour, "1208"},
		{customer.Customer{Room: "1208", Leaves: "2026-11-26"}, 58 * time.Hour, ""},
		{customer.Customer{Room: "1506", Leaves: "2026-11-20", Until: until}, 0, "1506"}, // back, and scanned the code
	} {
		if got := x.c.InRoom(noon.Add(x.after)); got != x.want {
			t.Errorf("%s until %s, %s later: %q", x.c.Room, x.c.Until, x.after, got)
		}
	}
}

func TestFind(t *testing.T) {
	f := open(t)
	learn(t, f, wang, "1", customer.Change{Name: "王女士", Phone: "13812345620", Room: "1208"})
	learn(t, f, "hotel/li", "1", customer.Change{Name: "李先生", Phone: "13900001208"})
	learn(t, f, "hotel/wang2", "1", customer.Change{Name: "王先生"})
	for word, want := range map[string]string{
		"1208":        "王女士 李先生", // a room, and somebody's last digits
		"5620":        "王女士",
		"13812345620": "王女士",
		"王":           "王女士 王先生",
		"李先":          "李先生",
		"9999":        "",
	} {
		list, err := f.Find(t.Context(), word, 10)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, c := range list {
			names = append(names, c.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s finds %q, want %q", word, got, want)
		}
	}
	if list, err := f.Find(t.Context(), "王", 1); err != nil || len(list) != 1 {
		t.Errorf("of at most one: %d, %v", len(list), err)
	}
}

func TestMask(t *testing.T) {
	for phone, want := range map[string]string{
		"13812345620": "138****5620", "": "", "5620": "****", "1234567": "*******", "12345678": "123****5678", "+8613812345620": "+86****5620",
	} {
		if got := customer.Mask(phone); got != want {
			t.Errorf("%s is shown as %s, want %s", phone, got, want)
		}
	}
}
