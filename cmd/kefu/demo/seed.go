package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/customer"
	"kefu/bot/ticket"
	"kefu/store"
)

func (p person) id() chat.CustomerID { return chat.Customer(account, p.OpenID) }

// The case that is promised within minutes, and the one whose customer has been
// silent too long to be written to.
var (
	invoiceCase = ticket.NewID("demo/invoice", 0)
	chargerCase = ticket.NewID("demo/charger", 0)
)

// holder has both.
const holder = "fd01"

// nearlyLate is how long the first case has when the demo begins.
const nearlyLate = 5 * time.Minute

// seed puts people and cases into an empty demo, through the program's own books.
// It runs before the program does; articles come with the pack.
func (d *Demo) seed(ctx context.Context) error {
	now := d.clock.now()
	for _, c := range d.files(now) {
		if err := d.app.People.Put(ctx, c); err != nil {
			return err
		}
	}
	if err := d.sim.Customer(account, zhou.OpenID).Call(zhou.Name); err != nil {
		return err
	}
	if d.app.Pack().Kind(string(ticket.Complaint)) == nil {
		return nil // a pack of other kinds of cases
	}
	if err := d.lastMonth(ctx, now); err != nil {
		return err
	}
	if err := d.charger(ctx, now.Add(-51*time.Hour)); err != nil {
		return err
	}
	return d.invoice(ctx, now.Add(-100*time.Minute))
}

// files are the customers we knew before.
func (d *Demo) files(now time.Time) []customer.Customer {
	day := func(n int) string { return now.In(d.clock.zone).AddDate(0, 0, n).Format(time.DateOnly) }
	noon := func(n int) store.Time {
		t := now.In(d.clock.zone).AddDate(0, 0, n)
		return store.At(time.Date(t.Year(), t.Month(), t.Day(), 14, 0, 0, 0, d.clock.zone))
	}
	month := func(n int) string {
		return fmt.Sprintf("%d 月", now.In(d.clock.zone).AddDate(0, n, 1-now.Day()).Month())
	}
	known := store.At(now.AddDate(0, -3, 0))
	file := func(p person, c customer.Customer) customer.Customer {
		c.ID, c.Name, c.Created = string(p.id()), p.Name, known
		return c
	}
	return []customer.Customer{
		file(wang, customer.Customer{
			Tier: "normal", Stays: 2, Spent: 312_000, Room: "1208", Until: noon(2), Leaves: day(2),
			Last: month(-1) + "投诉入住等候，已解决",
		}),
		file(zhao, customer.Customer{
			Phone: "13912348821", Tier: "gold", VIP: true, Stays: 24, Spent: 8_600_000, Room: "0916", Until: noon(1), Leaves: day(1),
			Likes: "无烟、高楼层、荞麦枕", Last: month(-2) + "投诉噪音，已解决", Butler: "butler01",
		}),
		file(li, customer.Customer{Phone: "13612346688", Tier: "silver", Stays: 7, Spent: 1_180_000, Last: day(-2) + " 退房"}),
	}
}

// charger is what a customer wrote more than two days ago: what is found since can
// no longer be told him by a message of ours.
func (d *Demo) charger(ctx context.Context, at time.Time) error {
	const words = "充电器好像落在 0803 了，白色的，能帮我找找吗"
	if err := d.clock.tell(at, func() error {
		// Nobody takes it from the simulator yet; it stands on the phone.
		if err := d.sim.Customer(account, li.OpenID).Say(ctx, words); err == nil {
			return errors.New("demo: a push went out before anybody could take it")
		}
		return d.answered(li.OpenID, "小陈：好的李先生，已请客房去找，找到了在这里告诉您。")
	}); err != nil {
		return err
	}
	guest, err := d.app.Cases.Guest(ctx, li.id())
	if err != nil {
		return err
	}
	t, err := d.draft(ctx, casework.Intake{
		Cause: "demo/charger", Kind: ticket.Inquiry, Who: li.id(), Guest: guest, Words: words,
		Matter: "充电器落在 0803", Room: "0803", Stay: "left", Dept: "house",
	}, at)
	if err != nil {
		return err
	}
	t.Title = "失物"
	t.Log(ticket.Event{At: store.At(at.Add(4 * time.Minute)), Who: "fd01", What: ticket.Answer, Text: "好的李先生，已请客房去找，找到了在这里告诉您。"})
	t.Log(ticket.Event{At: store.At(at.Add(50 * time.Hour)), Who: "fd01", What: ticket.Noted, Text: "客房找到了，白色充电器，存在前台 3 号柜"})
	t.Answered = store.At(at.Add(4 * time.Minute))
	tomorrow := d.clock.now().In(d.clock.zone).AddDate(0, 0, 1)
	t.Clocks = ticket.Clocks{Solve: store.At(time.Date(tomorrow.Year(), tomorrow.Month(), tomorrow.Day(), 18, 0, 0, 0, d.clock.zone))}
	return d.app.Book.Insert(ctx, t)
}

// invoice is a case from the telephone whose promise is nearly due.
func (d *Demo) invoice(ctx context.Context, at time.Time) error {
	who := chat.CustomerID("desk/zhou-xiansheng")
	if err := d.app.People.Put(ctx, customer.Customer{
		Meta: store.Meta{ID: string(who)}, Name: "周先生", Phone: "13712340716", Tier: "normal", Stays: 1, Created: store.At(at),
	}); err != nil {
		return err
	}
	guest, err := d.app.Cases.Guest(ctx, who)
	if err != nil {
		return err
	}
	t, err := d.draft(ctx, casework.Intake{
		Cause: "demo/invoice", Kind: ticket.Inquiry, Who: who, Guest: guest, Source: "phone", By: "fd02",
		Words: "上周住的发票还没收到，催了一次了", Matter: "发票没收到，催过一次", Thing: "发票", Category: "bill",
	}, at)
	if err != nil {
		return err
	}
	t.Title = "发票咨询"
	t.Log(ticket.Event{At: store.At(at.Add(12 * time.Minute)), Who: "fd01", What: ticket.Called, Text: "答应今天给准信"})
	t.Answered = store.At(at.Add(12 * time.Minute))
	due := store.At(d.clock.now().Add(nearlyLate))
	t.Clocks = ticket.Clocks{Promise: due, Solve: store.At(d.clock.now().Add(5 * time.Hour))}
	t.Promised = "给您准信"
	return d.app.Book.Insert(ctx, t)
}

// draft makes a case that its holder has had since at. The card comes when the
// program runs.
func (d *Demo) draft(ctx context.Context, in casework.Intake, at time.Time) (*ticket.Ticket, error) {
	t, err := d.app.Cases.Draft(ctx, in)
	if err != nil {
		return nil, err
	}
	t.Created, t.Wrote, t.Spoke, t.Claimed = store.At(at), store.At(at), store.At(at), store.At(at.Add(2*time.Minute))
	t.State, t.Owner, t.Auto, t.Asked = ticket.Working, holder, true, holder
	t.Ladder = ticket.Ladder{Acted: store.At(at)}
	for i := range t.History {
		t.History[i].At = store.At(at)
	}
	t.Log(ticket.Event{At: t.Claimed, Who: holder, What: ticket.Took, Line: "小陈接手"})
	t.Effects, t.Cards = nil, nil
	return t, nil
}

// handOut gives 小陈 the cards of both cases and the phones their menu. The program
// runs already.
func (d *Demo) handOut(ctx context.Context) error {
	if err := d.pushMenu(ctx); err != nil {
		return err
	}
	for _, id := range []ticket.ID{chargerCase, invoiceCase} {
		was, err := d.app.Book.Get(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		// Theirs so far by the clock's word only: saying "mine" brings the card.
		if _, err := d.app.Cases.Mine(ctx, holder, id); err != nil {
			return err
		}
		if _, err := d.app.Book.Update(ctx, id, func(t *ticket.Ticket) error {
			t.History, t.Claimed, t.Ladder = was.History, was.Claimed, was.Ladder
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// answered shows an answer on a phone as the platform's own call does.
func (d *Demo) answered(openid, words string) error {
	var token struct {
		Token string `json:"access_token"`
	}
	if err := d.call("/oa/cgi-bin/stable_token", map[string]any{
		"grant_type": "client_credential", "appid": appID, "secret": d.notes.Keys.Secret,
	}, &token); err != nil {
		return err
	}
	var out struct {
		Code int `json:"errcode"`
	}
	err := d.call("/oa/cgi-bin/message/custom/send?access_token="+token.Token, map[string]any{
		"touser": openid, "msgtype": "text", "text": map[string]string{"content": words},
	}, &out)
	if err == nil && out.Code != 0 {
		err = fmt.Errorf("demo: the simulator answered %d", out.Code)
	}
	return err
}

// call makes a call to the simulator without a network.
func (d *Demo) call(path string, body, into any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequest(http.MethodPost, path, bytes.NewReader(b))
	if err != nil {
		return err
	}
	var w written
	d.sim.Handler().ServeHTTP(&w, r)
	return json.Unmarshal(w.Bytes(), into)
}

// written keeps what a handler writes.
type written struct {
	bytes.Buffer
	header http.Header
}

func (a *written) Header() http.Header {
	if a.header == nil {
		a.header = http.Header{}
	}
	return a.header
}

func (a *written) WriteHeader(int) {}
