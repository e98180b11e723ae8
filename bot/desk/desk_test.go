package desk

import "testing"

func hotel(t testing.TB) *Pack {
	t.Helper()
	p, err := Load("hotel")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestHotelIsWithoutFault(t *testing.T) { hotel(t) }
