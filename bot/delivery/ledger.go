package delivery

import (
	"context"
	"time"

	"kefu/bot/chat"
	"kefu/store"
)

// Grant is the answer to a reservation.
type Grant struct {
	OK     bool
	Window string     // the window the credit is of; not OK: the newest one there is, "" for none
	Opened store.Time // when that window opened (CreateTime)
	Reason string     // not OK: for staff
}

// Allowance is what can still be sent to a customer.
type Allowance struct {
	Left   int        // messages, the one kept for closing included
	Until  store.Time // when they lapse
	Window string     // newest window, also when it has lapsed
}

// Ledger keeps the customers' credits: package conversation, one Update of the
// customer's document for each call, by the methods of Credits. A customer
// without a document has no credits (and no error). All may be repeated.
type Ledger interface {
	// Reserve takes a credit for the call id (one for each attempt).
	Reserve(ctx context.Context, c chat.CustomerID, id string, now store.Time, closing bool) (Grant, error)
	// Settle says how the call id ended: counted false gives the credit back,
	// for the platform surely did not take the message.
	Settle(ctx context.Context, c chat.CustomerID, id string, now store.Time, counted bool) error
	// Left is what can still be sent.
	Left(ctx context.Context, c chat.CustomerID, now store.Time) (Allowance, error)
	// Recall is Left in one write. Whoever is deciding a message of the customer on
	// what they read before it must read again, and then finds what is held now.
	Recall(ctx context.Context, c chat.CustomerID, now store.Time) (Allowance, error)
	// Correct tells of 45015 or 45047 for what was sent under window.
	Correct(ctx context.Context, c chat.CustomerID, window string, code int) error
}

// Limit is how many in any span of Per.
type Limit struct {
	N   int
	Per time.Duration
}

// Rates counts what leaves, over all instances where it can.
type Rates interface {
	// Take takes one slot of key, or says how long until the next is free.
	Take(ctx context.Context, key string, l Limit) (wait time.Duration)
}
