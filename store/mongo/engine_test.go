package mongo

import (
	"testing"

	"kefu/store"
	"kefu/store/mongo/mongotest"
	"kefu/store/storetest"
)

func TestEngine(t *testing.T) {
	server := mongotest.Start(t)
	caps := storetest.Caps{OneConnection: !server.Real, NoNestedArrays: !server.Real, Why: mongotest.Why}
	storetest.Run(t, func(t *testing.T) store.Engine {
		e, err := Open(t.Context(), server.Database(t))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := e.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
		return e
	}, caps)
}
