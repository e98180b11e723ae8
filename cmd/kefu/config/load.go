package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxFile bounds what is read, in bytes: a thousand staff are a tenth of it.
const maxFile = 1 << 20

// Load reads the file at path with the environment env (os.LookupEnv). The error
// is Problems, all at once. It may be called again at any time.
func Load(path string, env func(string) (string, bool)) (*Config, error) {
	data, problem := read(path)
	if problem != nil {
		return nil, Problems{*problem}
	}
	c, err := Parse(path, data, env)
	if err != nil {
		return nil, err
	}
	c.resolve(filepath.Dir(path))
	return c, nil
}

func read(path string) ([]byte, *Problem) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, &Problem{
			File: path, Wrong: "没有这个文件",
			Remedy: "把 kefu.example.yaml 复制成 kefu.yaml 再改，或用 --config 指到您的文件；只想看看：kefu demo",
		}
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, unreadable(path, err)
	}
	if len(data) > maxFile {
		return nil, &Problem{File: path, Wrong: "文件大于 1 MiB", Remedy: "看看是不是指错了文件"}
	}
	return data, nil
}

func unreadable(path string, err error) *Problem {
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		err = pe.Err
	}
	return &Problem{File: path, Wrong: fmt.Sprintf("读不了这个文件（%v）", err), Remedy: "检查它的权限，它应当是一个文件"}
}

// Parse does what Load does with data that file names in its errors; paths stay
// as they were written.
func Parse(file string, data []byte, env func(string) (string, bool)) (*Config, error) {
	c := Default()
	c.File = file
	r := &reader{file: file, env: env, at: map[string]place{}, given: map[string]bool{}, bad: map[string]bool{}}
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, Problems{syntax(file, err)}
	}
	switch bodies := bodiesOf(tree); len(bodies) {
	case 0:
	case 1:
		r.decode(bodies[0], reflect.ValueOf(c).Elem(), "")
	default:
		r.complain(placeOf(bodies[1]), "", "文件里有两份文档（中间隔着 ---）", "只留一份")
	}
	c.check(r)
	c.Notes.sort()
	if len(r.problems) > 0 {
		r.problems.sort()
		return nil, r.problems
	}
	return c, nil
}

func bodiesOf(tree *ast.File) []ast.Node {
	var bodies []ast.Node
	for _, d := range tree.Docs {
		switch d.Body.(type) {
		case nil, *ast.CommentGroupNode, *ast.NullNode:
		default:
			bodies = append(bodies, d.Body)
		}
	}
	return bodies
}

func syntax(file string, err error) Problem {
	p := Problem{File: file, Wrong: "YAML 写得不对", Remedy: "检查这一行的缩进、冒号后的空格和引号是否成对"}
	if ye, ok := errors.AsType[yaml.Error](err); ok {
		p.Wrong += "（" + ye.GetMessage() + "）"
		if t := ye.GetToken(); t != nil && t.Position != nil {
			p.Line, p.Column = t.Position.Line, t.Position.Column
		}
	}
	return p
}

// resolve makes the file's own paths, which start at folder, usable.
func (c *Config) resolve(folder string) {
	from := func(p *string) {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(folder, *p)
		}
	}
	from(&c.Data)
	from(&c.Prompts)
	from(&c.Hours.Holidays)
	if filepath.Base(c.Pack) != c.Pack {
		from(&c.Pack) // a folder; a bare name is one of the program's own
	}
	for i := range c.Accounts {
		from(&c.Accounts[i].Menu)
	}
}
