package desk

import "testing"

func TestMoneyIsReadAndWrittenInYuan(t *testing.T) {
	for _, c := range []struct {
		typed string
		want  Money
		shown string
	}{
		{"200", 20000, "200"}, {"1,240", 124000, "1,240"}, {"12.5", 1250, "12.50"}, {"0.05 元", 5, "0.05"}, {"300块", 30000, "300"},
		{"¥88", 8800, "88"}, {"1000000", 100000000, "1,000,000"},
	} {
		got, err := ParseMoney(c.typed)
		if err != nil || got != c.want || got.String() != c.shown {
			t.Errorf("%q: %d %q, %v", c.typed, got, got, err)
		}
	}
	for _, bad := range []string{"", "两百", "-5", "1.234", "1.", ".5", "1e3", "99999999999", "9999999999999999999999", "1 2"} {
		if m, err := ParseMoney(bad); err == nil {
			t.Errorf("%q is read as %d", bad, m)
		}
	}
}

func TestLimits(t *testing.T) {
	c := hotel(t).Compensation
	c.Limits = append(c.Limits, Limit{Person: "chen", Forms: []string{"gift"}, Case: 5000, Month: 50000})
	for _, x := range []struct {
		person string
		roles  []string
		tier   string
		form   string
		want   Money
		open   bool
	}{
		{"lin", []string{"agent", "butler"}, "gold", "gift", 30000, false}, // of two roles the one that may more
		{"lin", []string{"agent", "butler"}, "gold", "upgrade", 0, false},
		{"chen", []string{"agent", "lead"}, "normal", "gift", 5000, false}, // what is said of a person counts
		{"liu", []string{"manager"}, "normal", "gift", 50000, false},
		{"liu", []string{"manager"}, "gold", "gift", 100000, false},
		{"liu", []string{"manager"}, "normal", "cash", 0, false},
		{"gm", []string{"leader"}, "normal", "cash", 0, true},
	} {
		got, ok := c.Limit(x.person, x.roles, x.tier, x.form)
		if got.Case != x.want || got.Open != x.open || ok != (x.want > 0 || x.open) {
			t.Errorf("%s %s %s: %+v %v", x.person, x.tier, x.form, got, ok)
		}
	}
}

func TestFormsAreFoundByTheirNames(t *testing.T) {
	c := hotel(t).Compensation
	for text, want := range map[string]string{
		"赠礼 200": "gift", "升级200": "upgrade", "升级房型 680": "upgrade", "减免 5": "room_off", "减免餐费 5": "meal_off", "免违约金": "penalty", "飞机": "",
	} {
		f, _ := c.FindForm(text)
		if id := ""; f != nil && f.ID != want || f == nil && want != id {
			t.Errorf("%s: %+v, want %s", text, f, want)
		}
	}
}
