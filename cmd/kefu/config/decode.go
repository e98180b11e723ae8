package config

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"kefu/bot/spelling"
)

// place is a line and a column, both from 1.
type place struct{ line, column int }

// reader walks a file's syntax tree into a struct, remembering where each value
// stood and what was wrong with it.
type reader struct {
	file     string
	env      func(string) (string, bool)
	at       map[string]place // of a key's value, or of a list's entry
	given    map[string]bool  // keys with a value, be it an empty one
	bad      map[string]bool  // keys already complained about
	problems Problems
}

// starter is a struct with values of its own before the file speaks.
type starter interface{ start() }

func (r *reader) complain(p place, key, wrong, remedy string) {
	r.bad[key] = true
	r.problems = append(r.problems, Problem{r.file, p.line, p.column, key, wrong, remedy})
}

func placeOf(n ast.Node) place {
	t := n.GetToken()
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		t = m.Values[0].Key.GetToken() // the mapping's own token is the first colon
	}
	if m, ok := n.(*ast.MappingValueNode); ok {
		t = m.Key.GetToken()
	}
	if t == nil || t.Position == nil {
		return place{1, 1}
	}
	return place{t.Position.Line, t.Position.Column}
}

func join(parent, key string) string {
	if parent == "" {
		return key
	}
	return parent + "." + key
}

func (r *reader) decode(n ast.Node, v reflect.Value, key string) {
	switch n := n.(type) {
	case nil, *ast.NullNode:
		return // written but empty: as if left out
	case *ast.AnchorNode, *ast.AliasNode:
		r.complain(placeOf(n), key, "这里用了 YAML 的引用（& 或 *）", "把值原样写出来，同一个值可以用 ${NAME} 取自环境变量")
		return
	case *ast.TagNode:
		r.complain(placeOf(n), key, "这里用了 YAML 的类型标记（!）", "去掉标记，只写值")
		return
	}
	if v.CanAddr() {
		if u, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); ok {
			r.text(n, key, func(s string) error { return u.UnmarshalText([]byte(s)) })
			return
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		fresh := reflect.New(v.Type().Elem())
		r.decode(n, fresh.Elem(), key)
		v.Set(fresh)
	case reflect.Struct:
		r.structure(n, v, key)
	case reflect.Map:
		r.mapping(n, v, key)
	case reflect.Slice:
		r.list(n, v, key)
	default:
		r.text(n, key, func(s string) error { return setScalar(v, s) })
	}
}

// pairs are a mapping's entries, or a complaint.
func (r *reader) pairs(n ast.Node, key string) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	r.complain(placeOf(n), key, "这里要的是几项“键: 值”", "下一行缩进两格写“键: 值”，或写成 {键: 值}")
	return nil
}

func (r *reader) structure(n ast.Node, v reflect.Value, key string) {
	if s, ok := reflect.TypeAssert[starter](v.Addr()); ok {
		s.start()
	}
	fields := fieldsOf(v)
	for _, pair := range r.pairs(n, key) {
		name := pair.Key.GetToken().Value
		full := join(key, name)
		field, ok := fields.by[name]
		if !ok {
			remedy := "这里可以写 " + strings.Join(fields.names, "、")
			if near := spelling.Nearest(name, fields.names); near != "" {
				remedy = "是不是想写 " + near
			}
			r.complain(placeOf(pair.Key), full, "没有这个键", remedy)
			continue
		}
		r.mark(full, pair)
		r.decode(pair.Value, field, full)
	}
}

// mark remembers where key's value stands, or the key itself without one.
func (r *reader) mark(key string, pair *ast.MappingValueNode) {
	r.at[key] = placeOf(pair.Key)
	if _, empty := pair.Value.(*ast.NullNode); !empty && pair.Value != nil {
		r.at[key], r.given[key] = placeOf(pair.Value), true
	}
}

type fields struct {
	names []string
	by    map[string]reflect.Value
}

func fieldsOf(v reflect.Value) fields {
	f := fields{by: map[string]reflect.Value{}}
	for i := range v.NumField() {
		sf := v.Type().Field(i)
		name, option, _ := strings.Cut(sf.Tag.Get("yaml"), ",")
		switch {
		case !sf.IsExported() || name == "-":
		case option == "inline":
			inner := fieldsOf(v.Field(i))
			f.names = append(f.names, inner.names...)
			maps.Copy(f.by, inner.by)
		default:
			if name == "" {
				name = strings.ToLower(sf.Name)
			}
			f.names = append(f.names, name)
			f.by[name] = v.Field(i)
		}
	}
	return f
}

func (r *reader) mapping(n ast.Node, v reflect.Value, key string) {
	out := reflect.MakeMap(v.Type())
	for _, pair := range r.pairs(n, key) {
		name := pair.Key.GetToken().Value
		full := join(key, name)
		r.mark(full, pair)
		item := reflect.New(v.Type().Elem()).Elem()
		r.decode(pair.Value, item, full)
		out.SetMapIndex(reflect.ValueOf(name).Convert(v.Type().Key()), item)
	}
	v.Set(out)
}

func (r *reader) list(n ast.Node, v reflect.Value, key string) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		r.complain(placeOf(n), key, "这里要的是一个列表", "每项前面写“- ”，或写成 [一, 二]")
		return
	}
	out := reflect.MakeSlice(v.Type(), len(s.Values), len(s.Values))
	for i, item := range s.Values {
		full := fmt.Sprintf("%s[%d]", key, i)
		r.at[full] = placeOf(item)
		r.decode(item, out.Index(i), full)
	}
	v.Set(out)
}

// text hands a scalar's text, with the environment filled in, to set.
func (r *reader) text(n ast.Node, key string, set func(string) error) {
	var raw string
	switch n := n.(type) {
	case *ast.StringNode:
		raw = n.Value
	case *ast.LiteralNode:
		raw = n.Value.Value
	case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode:
		r.complain(placeOf(n), key, "这里要的是一个值", "值写在冒号后面同一行")
		return
	default:
		raw = n.GetToken().Value // a number or true: as it was written, so that 007 stays 007
	}
	filled, err := expand(raw, r.env)
	if err != nil {
		r.complain(placeOf(n), key, err.wrong, err.remedy)
		return
	}
	if err := set(strings.TrimSpace(filled)); err != nil {
		r.complain(placeOf(n), key, "值写得不对："+err.Error(), "改成上面说的样子")
	}
}

func setScalar(v reflect.Value, s string) error {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Bool:
		if s != "true" && s != "false" {
			return fmt.Errorf("只能是 true 或 false")
		}
		v.SetBool(s == "true")
	case reflect.Int, reflect.Int64:
		if v.Type() == reflect.TypeFor[time.Duration]() {
			d, err := time.ParseDuration(s)
			if err != nil {
				return fmt.Errorf("要写成时长，例如 30s、5m")
			}
			v.SetInt(int64(d))
			return nil
		}
		i, err := strconv.ParseInt(s, 10, 64)
		if err != nil || v.OverflowInt(i) {
			return fmt.Errorf("要一个整数")
		}
		v.SetInt(i)
	default:
		return fmt.Errorf("这里不能写单个的值")
	}
	return nil
}
