package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"kefu/bot/chat"
	"kefu/bot/customer"
	"kefu/bot/hours"
	"kefu/bot/inbox"
	"kefu/bot/ticket"
	"kefu/store"
)

// A customer of the store has so many cases that are over, and wrote three
// messages about each. Those who write during the measurement are such customers,
// in the small store and in the large one, so that the two differ only in size.
const (
	casesEach    = 2
	messagesEach = 3 * casesEach
	liveEach     = 50   // one case in so many is still open, but of nobody who writes
	talkers      = 3000 // customers who write during the measurement
	numbersAll   = 6000 // the four-digit numbers, all given out once
	fillers      = 128
	mongoFillers = 16 // a server answers each by itself, and its pool has an end
)

// openid names the customer i; griever one who wrote nothing yet and is about to
// complain.
func openid(i int) string  { return fmt.Sprintf("oBench%022d", i) }
func griever(i int) string { return fmt.Sprintf("oGrief%022d", i) }

// ticketNumber is how the numbers of cases are kept.
type ticketNumber struct {
	store.Meta
	Owner ticket.ID `json:"owner"`
	Day   string    `json:"day"`
}

// filler puts documents into a store through the packages that own them.
type filler struct {
	box     *inbox.Box
	file    *customer.File
	book    *ticket.Book
	numbers *store.Collection[ticketNumber]
	now     time.Time
}

// fill makes a store with so many cases. Of the customers below
// talkers none has an open case; grievers is how many more have only a file.
func fill(ctx context.Context, h home, tickets, grievers int) (err error) {
	engine, err := h.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	now := time.Now()
	clock := func() time.Time { return now }
	f := &filler{now: now}
	var errs [4]error
	f.box, errs[0] = inbox.Open(ctx, engine, clock)
	f.file, errs[1] = customer.Open(ctx, engine, clock)
	f.book, errs[2] = ticket.Open(ctx, engine, clock, hours.China(), ticket.Usual)
	f.numbers, errs[3] = store.Open[ticketNumber](ctx, engine, "ticket_numbers")
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	many := fillers
	if h.mongo != "" {
		many = mongoFillers
	}
	if err := each(ctx, many, grievers, func(ctx context.Context, i int) error { return f.known(ctx, griever(i)) }); err != nil {
		return err
	}
	return each(ctx, many, max(tickets/casesEach, talkers), f.customer)
}

// each calls do for 0 to n-1, so many at once, until one fails.
func each(ctx context.Context, many, n int, do func(context.Context, int) error) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make(chan error, many)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for range many {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := do(ctx, i); err != nil {
					errs <- err
					cancel()
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	return errors.Join(<-errs, ctx.Err())
}

// known writes the file of somebody who is no stranger.
func (f *filler) known(ctx context.Context, openid string) error {
	return f.file.Put(ctx, customer.Customer{
		Meta: store.Meta{ID: string(chat.Customer(account, openid))}, Name: "王女士", Source: "wechat", Created: store.At(f.now),
	})
}

// customer writes one customer's file, cases and messages.
func (f *filler) customer(ctx context.Context, i int) error {
	who := chat.Customer(account, openid(i))
	if err := f.known(ctx, openid(i)); err != nil {
		return err
	}
	for n := range casesEach {
		at := f.now.Add(-time.Duration(40*24*60+(i*casesEach+n)%(300*24*60)) * time.Minute)
		t := f.ticket(who, i, n, at)
		if err := f.book.Insert(ctx, t); err != nil {
			return err
		}
		if k := i*casesEach + n; k < numbersAll {
			err := f.numbers.Insert(ctx, &ticketNumber{Meta: store.Meta{ID: t.No}, Owner: t.TicketID(), Day: at.Format("060102")})
			if err != nil {
				return err
			}
		}
		for m := range messagesEach / casesEach {
			if err := f.message(ctx, i, n*messagesEach+m, at.Add(time.Duration(m)*time.Minute)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *filler) ticket(who chat.CustomerID, i, n int, at time.Time) *ticket.Ticket {
	k := i*casesEach + n
	t := &ticket.Ticket{
		Meta: store.Meta{ID: string(ticket.NewID(openid(i), n))}, No: strconv.Itoa(4000 + k%numbersAll), Kind: ticket.Complaint,
		State: ticket.Closed, Who: who, Guest: ticket.Guest{Name: "王女士", Stays: 3}, Source: "wechat",
		Words: "1208的空调不制冷，打了两次电话都没有人来", Matter: "空调不制冷，两次电话未到", Title: "空调投诉",
		Category: "facility", Dept: "eng", Team: "front", Room: "1208", Stay: "in", Thing: "空调", Level: ticket.General, Times: 1,
		Owner: "fd01", Result: "空调遥控器没电，已更换", Cause: "设备老化", Blame: "eng", Ending: "solved",
		Created: store.At(at), Claimed: store.At(at.Add(time.Minute)), Answered: store.At(at.Add(2 * time.Minute)),
		Solved: store.At(at.Add(time.Hour)), Ended: store.At(at.Add(73 * time.Hour)), Wrote: store.At(at), Spoke: store.At(at),
	}
	t.Full = "TS-" + at.Format("060102") + "-" + t.No
	t.Rating = &ticket.Rating{Score: 5, At: store.At(at.Add(2 * time.Hour))}
	if i >= talkers && k%liveEach == 0 {
		t.State, t.Owner, t.Ended, t.Solved, t.Rating = ticket.Working, people[k%len(people)].id, store.Time{}, store.Time{}, nil
	}
	for j, e := range []ticket.Event{
		{Who: ticket.ByBot, What: ticket.Opened, Text: t.Matter, Line: "已受理"},
		{Who: ticket.ByCustomer, What: ticket.Said, Text: t.Words},
		{Who: "fd01", What: ticket.Took, Line: "小陈 已接手"},
		{Who: "fd01", What: ticket.Answer, Text: "您好，我是前台小陈，工程师傅十分钟内到您房间。"},
		{Who: ticket.ByCustomer, What: ticket.Said, Text: "好的，谢谢"},
		{Who: "fd01", What: ticket.SolvedAs, Text: t.Result, Line: "已解决"},
		{Who: ticket.ByCustomer, What: ticket.Rated, Text: "5"},
		{Who: ticket.BySystem, What: ticket.Ended, Line: "已关闭"},
	} {
		e.At = store.At(at.Add(time.Duration(j) * time.Minute))
		t.Log(e)
	}
	return t
}

func (f *filler) message(ctx context.Context, i, n int, at time.Time) error {
	key := sha256.Sum256([]byte(openid(i) + strconv.Itoa(n)))
	m := chat.Message{
		Key: hex.EncodeToString(key[:]), Account: account, From: openid(i), To: "gh_bench", At: store.At(at),
		Kind: chat.Text, MsgID: strconv.Itoa(34906413570000000 + i), Text: complaints[n%len(complaints)],
	}
	e, fresh, err := f.box.Put(ctx, m)
	if err != nil || !fresh {
		return err
	}
	return f.box.Close(ctx, e, inbox.Answer{Reply: "您说的事我记下了，前台小陈 14:30 前联系您。编号 4827。"})
}
