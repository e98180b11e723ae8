package desk

import (
	"errors"
	"log/slog"
	"slices"
	"strings"

	"kefu/bot/folder"
)

// Live is a pack that is read again while the program runs, when the files of its
// folder change. A pack that comes with the program never does. It is safe for use
// by many goroutines.
type Live struct{ files *folder.Live[*Pack] }

// Follow loads a pack as Load does and follows its folder.
func Follow(name string, log *slog.Logger) (*Live, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	files := folder.Files{Ext: ".yaml", Deep: true, Most: maxFiles}
	if isFolder(name) {
		files.Dir = name
	}
	live, err := folder.Follow(files, func(old *Pack, _ []folder.File) (*Pack, error) {
		p, err := Load(name)
		if old != nil {
			report(log, p, err)
		}
		return p, err
	})
	if err != nil {
		return nil, err
	}
	return &Live{live}, nil
}

// Pack is the pack as it was last good. What belongs together should be asked of one
// Pack.
func (l *Live) Pack() *Pack { return l.files.Get() }

// Faults are what is wrong with the files as they are now, while an earlier state of
// them is in use; none when they are in use.
func (l *Live) Faults() Faults { return faultsOf(l.files.Err()) }

func faultsOf(err error) Faults {
	var all Faults
	if err == nil || errors.As(err, &all) {
		return slices.Clone(all)
	}
	return Faults{{File: "*", Text: "读不出来", Remedy: "检查行业包的文件夹"}}
}

// report says that a pack changed, or each fault of the files that it was to be read
// from.
func report(log *slog.Logger, p *Pack, err error) {
	if err == nil {
		log.Info("pack changed", "pack", p.Name)
		return
	}
	faults := faultsOf(err)
	for _, f := range faults[:min(len(faults), 20)] {
		log.Error("pack not changed", "file", f.File, "line", f.Line, "key", f.Key, "fault", f.Text, "remedy", f.Remedy)
	}
}

// isFolder says whether a pack's name is that of a folder.
func isFolder(name string) bool { return strings.ContainsAny(name, `/\.`) }

// Self is the pack itself: for who has one that never changes, where a Live is
// expected.
func (p *Pack) Self() *Pack { return p }
