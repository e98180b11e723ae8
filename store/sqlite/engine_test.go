package sqlite

import (
	"testing"

	"kefu/store"
	"kefu/store/storetest"
)

func TestEngine(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Engine {
		e, err := Open(t.Context(), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := e.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
		return e
	}, storetest.Caps{})
}

func TestMemory(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Engine {
		e, err := OpenMemory(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := e.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
		return e
	}, storetest.Caps{})
}
