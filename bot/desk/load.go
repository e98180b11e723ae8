package desk

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed packs
var embedded embed.FS

// maxFiles bounds how many files a pack may have.
const maxFiles = 200

// Packs are the names of the packs that come with the program.
func Packs() []string {
	var names []string
	entries, _ := embedded.ReadDir("packs")
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

// Load reads a pack that comes with the program ("hotel"), or, when the name holds
// a slash or a dot, the folder of that name. An error is of type Faults when the
// pack was found and is wrong.
func Load(name string) (*Pack, error) {
	if isFolder(name) {
		info, err := os.Stat(name)
		if err != nil || !info.IsDir() {
			return nil, fmt.Errorf("desk: 没有文件夹 %s。写行业包的名字（%s）或它的文件夹", name, strings.Join(Packs(), "、"))
		}
		return Read(os.DirFS(name), path.Base(filepath.ToSlash(name)))
	}
	if !slices.Contains(Packs(), name) {
		return nil, fmt.Errorf("desk: 没有行业包 %.40q，现有：%s", name, strings.Join(Packs(), "、"))
	}
	sub, err := fs.Sub(embedded, "packs/"+name)
	if err != nil {
		return nil, fmt.Errorf("desk: %w", err)
	}
	return Read(sub, name)
}

// files of a pack by name, besides requests/*.yaml and base/*.yaml.
type sheets struct {
	departments struct {
		All []Department `yaml:"departments"`
	}
	categories struct {
		All []Category `yaml:"categories"`
	}
	escalation struct {
		All map[string]Ladder `yaml:"ladders"`
	}
	taps struct {
		All map[string]Tap `yaml:"taps"`
	}
	phrases struct {
		All []Phrase `yaml:"phrases"`
	}
	bases map[string]*Kind
	where map[string]*decoder // file → where its keys stand
}

// Read reads a pack from its folder.
func Read(fsys fs.FS, name string) (*Pack, error) {
	var faults Faults
	p := &Pack{Name: name, kinds: map[string]*Kind{}}
	s := &sheets{bases: map[string]*Kind{}, where: map[string]*decoder{}}
	for file, into := range map[string]any{
		"pack.yaml": &p.General, "departments.yaml": &s.departments, "categories.yaml": &s.categories,
		"words.yaml": &p.Words, "escalation.yaml": &s.escalation, "taps.yaml": &s.taps,
		"phrases.yaml": &s.phrases, "compensation.yaml": &p.Compensation,
		"incident.yaml": &p.Incident,
	} {
		s.read(fsys, file, into, &faults)
	}
	for _, file := range glob(fsys, "base/*.yaml", &faults) {
		k := &Kind{}
		s.read(fsys, file, k, &faults)
		s.bases[strings.TrimSuffix(path.Base(file), ".yaml")] = k
	}
	for _, file := range glob(fsys, "requests/*.yaml", &faults) {
		k := Kind{}
		d := s.read(fsys, file, &k, &faults)
		if k.ID != "" && k.ID != strings.TrimSuffix(path.Base(file), ".yaml") {
			d.at("request", "和文件名不同", "改成文件的名字，或改文件名")
		}
		k.inherit(s.bases[k.Base])
		p.Kinds = append(p.Kinds, k)
	}
	p.Departments, p.Categories, p.Taps, p.Ladders = s.departments.All, s.categories.All, s.taps.All, s.escalation.All
	p.Phrases = s.phrases.All
	for name, l := range p.Ladders {
		l.Name = name
		p.Ladders[name] = l
	}
	for i := range p.Kinds {
		p.kinds[p.Kinds[i].ID] = &p.Kinds[i]
	}
	p.ready()
	c := checker{p, s}
	c.all()
	return p, faults.err()
}

// read decodes one file; a missing file is a fault.
func (s *sheets) read(fsys fs.FS, file string, into any, faults *Faults) *decoder {
	text, err := fs.ReadFile(fsys, file)
	if err != nil {
		d := &decoder{file: file, faults: faults, lines: map[string]int{}}
		s.where[file] = d
		what := "读不出来"
		if errors.Is(err, fs.ErrNotExist) {
			what = "没有这个文件"
		}
		d.fault(0, "", what, "从自带的行业包抄一份")
		return d
	}
	d := decode(file, text, into, faults)
	s.where[file] = d
	return d
}

func glob(fsys fs.FS, pattern string, faults *Faults) []string {
	names, err := fs.Glob(fsys, pattern)
	if err != nil || len(names) == 0 {
		*faults = append(*faults, Fault{File: pattern, Text: "一个也没有", Remedy: "从自带的行业包抄一份"})
	}
	if len(names) > maxFiles {
		*faults = append(*faults, Fault{File: pattern, Text: "文件太多", Remedy: fmt.Sprintf("最多 %d 个", maxFiles)})
		names = names[:maxFiles]
	}
	return names
}

// inherit takes over states, moves and fields of the base flow that the kind does
// not say itself. A state or move it does say is taken whole where it names a
// title, else only its lines replace the base's.
func (k *Kind) inherit(base *Kind) {
	if base == nil {
		return
	}
	states, moves := maps.Clone(base.States), maps.Clone(base.Moves)
	for id, s := range k.States {
		if b, ok := states[id]; ok && s.Title == "" {
			b.CustomerLine = s.CustomerLine
			s = b
		}
		set(&states, id, s)
	}
	for id, m := range k.Moves {
		if b, ok := moves[id]; ok && m.Title == "" {
			b.CustomerLine = m.CustomerLine
			m = b
		}
		set(&moves, id, m)
	}
	k.States, k.Moves = states, moves
	k.Fields = append(slices.Clone(base.Fields), k.Fields...)
}

func set[V any](m *map[string]V, k string, v V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[k] = v
}
