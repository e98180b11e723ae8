package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"kefu/bot/desk"
	"kefu/bot/hours"
	"kefu/bot/intent"
	"kefu/bot/knowledge"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/cmd/kefu/config"
	"kefu/prompts"
	"kefu/store"
)

// Department is what the files say of the company: its pack, words, people and
// hours.
type Department struct {
	Live     *desk.Live
	Pack     func() *desk.Pack // of Live, as it is now
	Words    *prompts.Book
	Roster   *staff.Roster
	Calendar *hours.Calendar
	Office   *hours.Schedule
	Reader   *intent.Reader
	readWith *desk.Pack // the pack that Reader was made with
}

// ReadDepartment reads all files that the configuration names. What is wrong in
// them comes back at once, in Chinese, with file and line.
func ReadDepartment(cfg *config.Config, log *slog.Logger) (*Department, error) {
	var d Department
	var errs []error
	fail := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	var own map[string]bool
	var err error
	if cfg.Hours.Holidays != "" {
		own, err = hours.ReadDays(cfg.Hours.Holidays)
		fail(err)
	}
	d.Calendar = hours.NewCalendar(nil, own)
	var work hours.Hours
	if cfg.Hours.Work != "" {
		work, err = hours.Parse(cfg.Hours.Work)
		fail(err)
	}
	d.Office = d.Calendar.With(work)
	d.Roster, err = staff.NewRoster(cfg.Staff, d.Calendar)
	fail(err)
	d.Live, err = desk.Follow(cfg.Pack, log)
	fail(err)
	if d.Live != nil {
		d.Pack = d.Live.Pack
		d.readWith = d.Pack()
		d.Reader = intent.New(lexicon(d.readWith))
		d.Words, err = words(cfg, d.readWith, log)
		fail(err)
	}
	return &d, errors.Join(errs...)
}

// words are those of the pack, or of the hotel for a pack of the company's own,
// and what lies in the folder of changed ones.
func words(cfg *config.Config, pack *desk.Pack, log *slog.Logger) (*prompts.Book, error) {
	book, err := prompts.Open(wordsOf(pack), PromptsDir(cfg), log)
	if err != nil {
		return nil, err
	}
	privacy := ""
	for _, a := range cfg.Accounts {
		privacy = cmp.Or(privacy, a.PrivacyURL)
	}
	return book.With(prompts.Vars{
		"brand": cmp.Or(cfg.Brand.Name, pack.General.Title), "bot": cmp.Or(cfg.Brand.Bot, pack.General.Bot),
		"hotline": cfg.Brand.Hotline, "privacy_url": privacy,
	}), nil
}

// wordsOf is whose words a pack speaks with until it has its own.
func wordsOf(pack *desk.Pack) string {
	if _, err := prompts.ReadMenu(pack.Name, ""); err == nil {
		return pack.Name
	}
	return hotel
}

const hotel = "hotel"

// PromptsDir is the folder whose files go before the program's own words.
func PromptsDir(cfg *config.Config) string {
	return cmp.Or(cfg.Prompts, filepath.Join(cfg.Data, "prompts"))
}

// Menu is the menu of an account: its own file, else the pack's.
func Menu(cfg *config.Config, a config.Account) (prompts.Menu, error) {
	pack, err := desk.Load(cfg.Pack)
	if err != nil {
		return nil, err
	}
	return prompts.ReadMenu(wordsOf(pack), a.Menu)
}

func limits(p *desk.Pack) ticket.Limits {
	l, u := p.General.Limits, ticket.Usual
	return ticket.Limits{
		Remind: cmp.Or(l.WaitRemind, u.Remind), GiveUp: cmp.Or(l.WaitClose, u.GiveUp),
		Close: cmp.Or(l.Close, u.Close), Reopen: cmp.Or(l.Reopen, u.Reopen), Same: cmp.Or(l.SameCase, u.Same),
	}
}

// openKnowledge opens the base and, when it is empty, fills it with what comes
// with the pack.
func openKnowledge(ctx context.Context, e store.Engine, p *desk.Pack, now time.Time) (*knowledge.Base, error) {
	base, err := knowledge.Open(ctx, e, Synonyms(p))
	if err != nil {
		return nil, err
	}
	if base.Len() > 0 || p.Name != hotel {
		return base, nil
	}
	drafts, err := base.Drafts(ctx, 1)
	if err != nil || len(drafts) > 0 {
		return base, err
	}
	if _, err := base.Seed(ctx, knowledge.Hotel, now); err != nil {
		return nil, fmt.Errorf("app: first articles: %w", err)
	}
	return base, nil
}
