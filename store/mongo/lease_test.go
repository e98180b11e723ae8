package mongo

import (
	"errors"
	"testing"
	"time"

	"kefu/store/mongo/mongotest"
)

func TestLease(t *testing.T) {
	uri := mongotest.Start(t).Database(t)
	const beat, dead = 20 * time.Millisecond, 500 * time.Millisecond
	var engines [2]*Engine
	for i := range engines {
		e, err := Open(t.Context(), uri)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		})
		engines[i] = e
	}
	first, err := engines[0].lease(t.Context(), "first", beat, dead)
	if err != nil {
		t.Fatal(err)
	}
	var held *HeldError
	if _, err := engines[1].lease(t.Context(), "second", beat, dead); !errors.As(err, &held) || held.Holder != "first" {
		t.Errorf("second lease while the first is kept: %v", err)
	}
	if err := first.Release(); err != nil {
		t.Error(err)
	}
	second, err := engines[1].lease(t.Context(), "second", beat, dead)
	if err != nil {
		t.Fatalf("after it was given back: %v", err)
	}

	// An instance that dies gives nothing back; its lease is free after a while.
	second.stop()
	second.done.Wait()
	third, err := engines[0].lease(t.Context(), "third", beat, dead)
	if err != nil {
		t.Fatalf("after the holder died: %v", err)
	}
	// Should it only have been asleep, it learns that it lost.
	select {
	case <-third.Lost():
		t.Error("the third lost what it has")
	default:
	}
	if err := second.Release(); err != nil {
		t.Error(err)
	}
	if _, err := engines[1].lease(t.Context(), "fourth", beat, dead); !errors.As(err, &held) || held.Holder != "third" {
		t.Errorf("the second gave back what the third has: %v", err)
	}
	if _, err := engines[0].db.Collection(metaName).DeleteOne(t.Context(), map[string]string{"_id": leaseID}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-third.Lost():
	case <-time.After(5 * time.Second):
		t.Error("the third does not notice that its lease is gone")
	}
	if err := third.Release(); err != nil {
		t.Error(err)
	}
}
