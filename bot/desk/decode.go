package desk

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"kefu/bot/spelling"
)

const (
	maxFile  = 256 << 10 // bytes
	maxDepth = 16
	maxItems = 2000 // of one list or map
)

// decoder fills a struct from YAML and goes on after each fault. It remembers
// where every key stands, so that later checks can say the line.
type decoder struct {
	file   string
	faults *Faults
	lines  map[string]int // key path → line
}

// decode reads text into v, a pointer to a struct. Anchors, aliases and merges are
// refused: they make a file that only programmers can read.
func decode(file string, text []byte, v any, faults *Faults) *decoder {
	d := &decoder{file: file, faults: faults, lines: map[string]int{}}
	if len(text) > maxFile {
		d.fault(0, "", "文件太大", "最多 256 KB，分成几个文件")
		return d
	}
	f, err := parser.ParseBytes(text, 0)
	if err != nil {
		d.syntax(err)
		return d
	}
	for i, doc := range f.Docs {
		switch {
		case i > 0:
			d.fault(line(doc.Body), "", "一个文件里有两份内容", "删掉 --- 后面的，或分成两个文件")
		case doc.Body == nil:
			d.fault(0, "", "文件是空的", "写上内容，或删掉这个文件")
		default:
			d.value(doc.Body, reflect.ValueOf(v).Elem(), "", 0)
		}
	}
	return d
}

func (d *decoder) syntax(err error) {
	var ye yaml.Error
	at, text := 0, "读不懂"
	if errors.As(err, &ye) {
		if t := ye.GetToken(); t != nil && t.Position != nil {
			at = t.Position.Line
		}
		text = "YAML 写得不对（" + ye.GetMessage() + "）"
	}
	d.fault(at, "", text, "检查这一行的缩进、冒号后的空格和引号")
}

func (d *decoder) fault(line int, key, text, remedy string) {
	if len(*d.faults) < maxFaults {
		*d.faults = append(*d.faults, Fault{d.file, line, key, text, remedy})
	}
}

// at reports a fault of a key that was read; of its nearest parent when the key
// itself is missing.
func (d *decoder) at(key, text, remedy string) {
	for k := key; ; {
		if l, ok := d.lines[k]; ok {
			d.fault(l, key, text, remedy)
			return
		}
		i := strings.LastIndexAny(k, ".[")
		if i < 0 {
			d.fault(1, key, text, remedy)
			return
		}
		k = k[:i]
	}
}

func line(n ast.Node) int {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return 0
	}
	return n.GetToken().Position.Line
}

var durationType = reflect.TypeFor[time.Duration]()

func (d *decoder) value(n ast.Node, v reflect.Value, key string, depth int) {
	if _, ok := d.lines[key]; !ok {
		d.lines[key] = line(n)
	}
	if depth > maxDepth {
		d.fault(line(n), key, "层次太深", "最多 16 层")
		return
	}
	switch n.(type) {
	case *ast.NullNode, nil:
		d.fault(line(n), key, "是空的", "写上内容，或删掉这一行")
		return
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode, *ast.TagNode:
		d.fault(line(n), key, "这里不能用 &、*、<<、!", "把内容照写一遍")
		return
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		s, ok := scalar(n)
		if !ok {
			d.fault(line(n), key, "应是一段文字", "写在冒号后面")
		} else if err := u.UnmarshalText([]byte(s)); err != nil {
			d.fault(line(n), key, "“"+s+"”不对", err.Error())
		}
		return
	}
	switch {
	case v.Type() == durationType:
		d.duration(n, v, key)
	case v.Kind() == reflect.Struct:
		d.object(n, v, key, depth)
	case v.Kind() == reflect.Map:
		d.mapping(n, v, key, depth)
	case v.Kind() == reflect.Slice:
		d.list(n, v, key, depth)
	default:
		d.scalar(n, v, key)
	}
}

// pairs are the entries of a mapping, nil and a fault when n is none.
func (d *decoder) pairs(n ast.Node, key string) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values[:min(len(n.Values), maxItems)]
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	d.fault(line(n), key, "这里要一组“键: 值”", "照同类的写法改")
	return nil
}

func join(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}

func (d *decoder) object(n ast.Node, v reflect.Value, key string, depth int) {
	fields := map[string]reflect.Value{}
	var names []string
	for i := range v.NumField() {
		if tag := v.Type().Field(i).Tag.Get("yaml"); tag != "" && tag != "-" {
			name, _, _ := strings.Cut(tag, ",")
			fields[name] = v.Field(i)
			names = append(names, name)
		}
	}
	seen := map[string]bool{}
	for _, p := range d.pairs(n, key) {
		name, ok := scalar(p.Key)
		if !ok {
			d.fault(line(p), key, "这样的键不行", "键写一个词")
			continue
		}
		f, ok := fields[name]
		switch {
		case !ok:
			remedy := "可用的键：" + strings.Join(names, "、")
			if near := spelling.Nearest(name, names); near != "" {
				remedy = "是不是想写 " + near
			}
			d.fault(line(p.Key), join(key, name), "没有这个键", remedy)
		case seen[name]:
			d.fault(line(p.Key), join(key, name), "写了两次", "删掉一处")
		default:
			seen[name] = true
			d.lines[join(key, name)] = line(p.Key)
			d.value(p.Value, f, join(key, name), depth+1)
		}
	}
}

func (d *decoder) mapping(n ast.Node, v reflect.Value, key string, depth int) {
	v.Set(reflect.MakeMap(v.Type()))
	for _, p := range d.pairs(n, key) {
		name, ok := scalar(p.Key)
		at := join(key, name)
		k := reflect.ValueOf(name).Convert(v.Type().Key())
		switch {
		case !ok:
			d.fault(line(p), key, "这样的键不行", "键写一个词")
			continue
		case v.MapIndex(k).IsValid():
			d.fault(line(p.Key), at, "写了两次", "删掉一处")
			continue
		}
		d.lines[at] = line(p.Key)
		e := reflect.New(v.Type().Elem()).Elem()
		d.value(p.Value, e, at, depth+1)
		v.SetMapIndex(k, e)
	}
}

func (d *decoder) list(n ast.Node, v reflect.Value, key string, depth int) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		d.fault(line(n), key, "这里要一个列表", "写成 [甲, 乙]，或每行以 - 开头")
		return
	}
	items := s.Values[:min(len(s.Values), maxItems)]
	v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	for i, it := range items {
		at := fmt.Sprintf("%s[%d]", key, i)
		if it != nil {
			d.lines[at] = line(it)
		}
		d.value(it, v.Index(i), at, depth+1)
	}
}

// scalar is the text of a node as it stands: 12315 and 08:00 too.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimRight(n.Value.Value, "\n"), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func (d *decoder) scalar(n ast.Node, v reflect.Value, key string) {
	s, ok := scalar(n)
	if !ok {
		d.fault(line(n), key, "应是一个值", "写在冒号后面")
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.TrimSpace(s))
	case reflect.Bool:
		if !slices.Contains([]string{"true", "false"}, s) {
			d.fault(line(n), key, "“"+s+"”不对", "写 true 或 false")
		}
		v.SetBool(s == "true")
	case reflect.Int, reflect.Int64:
		i, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			d.fault(line(n), key, "“"+s+"”不是整数", "写一个整数")
		}
		v.SetInt(i)
	default:
		panic("desk: no way to read a " + v.Type().String())
	}
}

func (d *decoder) duration(n ast.Node, v reflect.Value, key string) {
	s, _ := scalar(n)
	t, err := time.ParseDuration(s)
	if err != nil || t < 0 {
		d.fault(line(n), key, "“"+s+"”不是时长", "写成 5m、4h、1h30m；三天写 72h")
		return
	}
	v.SetInt(int64(t))
}
