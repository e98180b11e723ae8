package console

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"kefu/bot/casework"
	"kefu/bot/delivery"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

const (
	maxForm  = 12 << 20 // bytes of a form with a picture
	maxText  = 4000     // characters of a text
	onceFor  = time.Hour
	maxField = 200
)

// act is one form of a case's page.
type act struct {
	tab string // where it stands
	do  func(v *visit, id ticket.ID) (casework.Outcome, error)
}

// acts are the forms by name; each calls the function that the card's button calls.
var acts = map[string]act{
	"say":   {"talk", (*visit).say},
	"note":  {"note", (*visit).note},
	"claim": {"talk", (*visit).claim},
	"mine":  {"talk", func(v *visit, id ticket.ID) (casework.Outcome, error) { return v.Cases.Mine(v.ctx, v.me.ID, id) }},
	"later": {"talk", func(v *visit, id ticket.ID) (casework.Outcome, error) { return v.Cases.Later(v.ctx, v.me.ID, id) }},
	"wait": {"talk", func(v *visit, id ticket.ID) (casework.Outcome, error) {
		return v.Cases.Wait(v.ctx, v.me.ID, id, v.text("text"))
	}},
	"help": {"talk", func(v *visit, id ticket.ID) (casework.Outcome, error) {
		return v.Cases.Help(v.ctx, v.me.ID, id, v.field("dept"), v.text("text"))
	}},
	"helped":  {"talk", (*visit).helped},
	"promise": {"talk", (*visit).promise},
	"close":   {"talk", (*visit).solve},
	"reopen": {"talk", func(v *visit, id ticket.ID) (casework.Outcome, error) {
		return v.Cases.Reopen(v.ctx, v.me.ID, id, v.text("text"))
	}},
	"move": {"talk", func(v *visit, id ticket.ID) (casework.Outcome, error) {
		return v.Cases.MoveTo(v.ctx, v.me.ID, id, v.field("to"), v.text("text"))
	}},
	"join": {"talk", (*visit).join},
	"part": {"talk", (*visit).part},
	"called": {"talk", func(v *visit, id ticket.ID) (casework.Outcome, error) {
		return v.Cases.Called(v.ctx, v.me.ID, id, v.field("result"), v.text("text"))
	}},
	"told":  {"talk", func(v *visit, id ticket.ID) (casework.Outcome, error) { return v.Cases.Told(v.ctx, v.me.ID, id) }},
	"keep":  {"talk", func(v *visit, id ticket.ID) (casework.Outcome, error) { return v.Cases.Keep(v.ctx, v.me.ID, id) }},
	"again": {"talk", (*visit).again},
	"wording": {"talk", func(v *visit, id ticket.ID) (casework.Outcome, error) {
		return v.Cases.SayWording(v.ctx, v.me.ID, id)
	}},

	"relabel": {"talk", func(v *visit, id ticket.ID) (casework.Outcome, error) {
		return v.Cases.Relabel(v.ctx, v.me.ID, id, v.field("kind"))
	}},

	"compensate": {"talk", (*visit).compensate},
	"decide":     {"talk", (*visit).decide},
}

// do carries out a form. Refused, the page comes back with the sentence beside the
// field and what was typed; done, it says so.
func (v *visit) do() error {
	id, name := ticket.ID(v.c.Param("id")), v.c.Param("act")
	a, ok := acts[name]
	if !ok {
		return errGone
	}
	if err := v.parse(); err != nil {
		return err
	}
	done, err := v.once(name)
	if err != nil {
		return err
	}
	out, err := a.do(v, id)
	var no casework.Refusal
	if err != nil {
		done()
	}
	switch {
	case errors.As(err, &no):
		return v.refused(id, name, a.tab, no.Say)
	case err != nil:
		return err
	}
	if name == "claim" || name == "mine" || name == "say" { // what is typed into WeCom next goes to this case
		if err := v.current(id); err != nil {
			return err
		}
	}
	if out.Learn != "" && v.Learned != nil {
		v.Learned(v.ctx, v.me.ID, out)
	}
	return v.done(id, name, a.tab, out.Say)
}

// current makes the case the one that this person's words in WeCom go to.
func (v *visit) current(id ticket.ID) error {
	now := v.Now()
	_, err := v.States.Change(v.ctx, v.me.ID, func(s *staff.State) error {
		s.SetCurrent(string(id), now)
		return nil
	})
	return err
}

var errTwice = fault{http.StatusConflict, "已经点过了", "刚才那一下已经收到，不用再点。", nil}

// once lets a form of one page through a single time, whoever presses twice. The
// function given back lets it through again, when it came to nothing.
func (v *visit) once(name string) (undo func(), err error) {
	once := v.field("once")
	if once == "" {
		return func() {}, nil
	}
	undo, ok, err := v.Shared.Lock(v.ctx, "once/"+v.me.ID+"/"+name+"/"+once, onceFor)
	if err == nil && !ok {
		return nil, errTwice
	}
	if err != nil || undo == nil { // the memory is out of reach: better twice than never
		return func() {}, nil
	}
	return undo, nil
}

// parse reads the form, within bounds.
func (v *visit) parse() error {
	r := v.c.Request
	r.Body = http.MaxBytesReader(v.c.Writer, r.Body, maxForm)
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(1 << 20)
	} else {
		err = r.ParseForm()
	}
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return fault{http.StatusRequestEntityTooLarge, "太大了", "图片最大 10 MB，请换一张小的。", nil}
	case err != nil:
		return fault{http.StatusBadRequest, "没有读到", "网断了一下，请再点一次。", nil}
	}
	return nil
}

// text is what was typed into a large field: at most 4000 characters.
func (v *visit) text(name string) string {
	s := strings.ToValidUTF8(strings.ReplaceAll(v.c.Request.PostForm.Get(name), "\r\n", "\n"), "")
	if utf8.RuneCountInString(s) > maxText {
		s = string([]rune(s)[:maxText])
	}
	return strings.TrimSpace(s)
}

// field is a short field.
func (v *visit) field(name string) string {
	s := strings.TrimSpace(strings.ToValidUTF8(v.c.Request.PostForm.Get(name), ""))
	if len(s) > maxField {
		return ""
	}
	return s
}

func (v *visit) done(id ticket.ID, name, tab, say string) error {
	if !v.scripted() {
		v.sessions.Put(v.ctx, sessionSaid, say)
		to := "/t/" + string(id)
		if tab != "talk" {
			to += "?tab=" + tab
		}
		return v.redirect(to)
	}
	p, _, err := v.view(v.ctx, id)
	if err != nil {
		return err
	}
	parts, err := v.live(p)
	if err != nil {
		return err
	}
	v.json(http.StatusOK, answer{OK: true, Say: say, Act: name, Parts: parts})
	return nil
}

func (v *visit) refused(id ticket.ID, name, tab, say string) error {
	text := v.text("text")
	force := name == "say" && (v.Cases.Doubt(text) != nil || v.Cases.Leads(v.me.ID) && v.Pack().Sensitive(text) != "")
	if v.scripted() {
		v.json(http.StatusUnprocessableEntity, answer{Say: say, Act: name, Force: force})
		return nil
	}
	p, _, err := v.view(v.ctx, id)
	if err != nil {
		return err
	}
	p.Tab, p.Failed = tab, failed{name, say, force}
	for k := range v.c.Request.PostForm {
		if k != "once" && len(p.Typed) < 10 {
			p.Typed[name+"."+k] = v.text(k)
		}
	}
	v.page(http.StatusUnprocessableEntity, "case", p)
	return nil
}

// say sends words, a picture, or both.
func (v *visit) say(id ticket.ID) (casework.Outcome, error) {
	file, kind, err := v.upload()
	if err != nil {
		return casework.Outcome{}, err
	}
	text, force := v.text("text"), v.field("force") != ""
	if !force {
		if err := v.Cases.Doubt(text); err != nil {
			return casework.Outcome{}, err
		}
	}
	var out casework.Outcome
	if file != "" {
		if out, err = v.Cases.SendFile(v.ctx, v.me.ID, id, file, kind); err != nil || text == "" {
			return out, err
		}
	}
	return v.Cases.Say(v.ctx, v.me.ID, id, text, force)
}

func (v *visit) note(id ticket.ID) (casework.Outcome, error) {
	return v.Cases.Note(v.ctx, v.me.ID, id, v.text("text"))
}

func (v *visit) claim(id ticket.ID) (casework.Outcome, error) {
	return v.Cases.Claim(v.ctx, v.me.ID, id, v.field("dept"))
}

func (v *visit) helped(id ticket.ID) (casework.Outcome, error) {
	n, err := strconv.Atoi(v.field("n"))
	state := v.field("state")
	if err != nil || !slices.Contains([]string{"going", "done", "cannot"}, state) {
		return casework.Outcome{}, errGone
	}
	out, err := v.Cases.HelpSays(v.ctx, v.me.ID, id, n, state, v.field("result"), v.text("text"))
	if err == nil && out.Say == "" {
		out.Say = "已告诉负责人。"
	}
	return out, err
}

// promise reads the instant: one that was offered, or one of the house's clock.
func (v *visit) promise(id ticket.ID) (casework.Outcome, error) {
	at, err := time.Parse(time.RFC3339, v.field("at"))
	if own := v.field("own"); own != "" {
		at, err = time.ParseInLocation("2006-01-02T15:04", own, v.Calendar.Location())
	}
	switch {
	case err != nil || !at.After(v.Now()):
		return casework.Outcome{}, casework.Refusal{Say: "选一个还没到的钟点。"}
	case v.text("text") == "":
		return casework.Outcome{}, casework.Refusal{Say: "写上原因，客人会看到。如：等配件"}
	}
	return v.Cases.Promise(v.ctx, v.me.ID, id, at, v.text("text"))
}

// solve asks for result, cause and department: reports go by them.
func (v *visit) solve(id ticket.ID) (casework.Outcome, error) {
	cause, blame := v.field("cause"), v.field("blame")
	has := func(id string) bool {
		return slices.ContainsFunc(v.Pack().General.Causes, func(c choice) bool { return c.ID == id })
	}
	if v.text("text") != "" && (!has(cause) || v.Pack().Dept(blame) == nil) {
		return casework.Outcome{}, casework.Refusal{Say: "还要点两下：原因和责任部门。"}
	}
	return v.Cases.Solve(v.ctx, v.me.ID, id, v.text("text"), cause, blame)
}

// join makes the case of the number typed a part of this one.
func (v *visit) join(id ticket.ID) (casework.Outcome, error) {
	no := v.field("no")
	other, err := v.Book.ByNo(v.ctx, no)
	if errors.Is(err, store.ErrNotFound) || no == "" {
		return casework.Outcome{}, casework.Refusal{Say: v.Words.Line(prompts.StaffErrUnknownNumber, prompts.Vars{"no": no})}
	}
	if err != nil {
		return casework.Outcome{}, err
	}
	return v.Cases.Join(v.ctx, v.me.ID, id, other.TicketID())
}

// part takes a case out of the one it was joined into: this one, or a part of this.
func (v *visit) part(id ticket.ID) (casework.Outcome, error) {
	if no := v.field("no"); no != "" {
		other, err := v.Book.ByNo(v.ctx, no)
		if err != nil {
			return casework.Outcome{}, err
		}
		if other.Into != id {
			return casework.Outcome{}, casework.Refusal{Say: v.Words.Line(prompts.StaffSplitWhich, nil)}
		}
		return v.Cases.Part(v.ctx, v.me.ID, other.TicketID())
	}
	return v.Cases.Part(v.ctx, v.me.ID, id)
}

// again sends once more what did not arrive, if it belongs to this case.
func (v *visit) again(id ticket.ID) (casework.Outcome, error) {
	d, err := v.Out.Get(v.ctx, v.field("sent"))
	if err != nil {
		return casework.Outcome{}, err
	}
	if d.Ticket != string(id) {
		return casework.Outcome{}, errGone
	}
	return casework.Outcome{Say: "已再发一次。"}, v.sendAgain(d.ID)
}

func (v *visit) sendAgain(id string) error {
	err := v.Out.Again(v.ctx, id)
	if errors.Is(err, delivery.ErrNotAgain) {
		return casework.Refusal{Say: "这条已经在发或已送到，不用再发。"}
	}
	return err
}

// reveal shows the phone number in full, which is written down.
func (v *visit) reveal() error {
	id := ticket.ID(v.c.Param("id"))
	phone, err := v.Cases.Reveal(v.ctx, v.me.ID, id)
	if err != nil {
		return err
	}
	if phone == "" {
		return casework.Refusal{Say: "还没有这位客人的电话。"}
	}
	if v.scripted() {
		v.json(http.StatusOK, answer{OK: true, Phone: phone})
		return nil
	}
	p, _, err := v.view(v.ctx, id)
	if err != nil {
		return err
	}
	p.Guest.Phone = phone
	v.page(http.StatusOK, "case", p)
	return nil
}
