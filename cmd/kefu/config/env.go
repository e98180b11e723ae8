package config

import "strings"

// fault is what is wrong with a value and what to do about it.
type fault struct{ wrong, remedy string }

// expand replaces ${NAME} by the variable of that name and ${NAME:-text} by text
// where the variable is missing or empty. A dollar sign without a brace stays. It
// works on a value after parsing, so that no variable can add keys to the file,
// and what it puts in is not expanded again.
func expand(s string, env func(string) (string, bool)) (string, *fault) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "${")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		inside, rest, closed := strings.Cut(after, "}")
		if !closed {
			return "", &fault{"“${” 没有写完", "补上“}”，例如 ${OA_SECRET}"}
		}
		name, instead, hasDefault := strings.Cut(inside, ":-")
		if !isName(name) {
			return "", &fault{"“${…}”里不是环境变量名", "只用字母、数字和下划线，例如 ${OA_SECRET}"}
		}
		value, ok := env(name)
		switch {
		case hasDefault && value == "":
			value = instead
		case !ok:
			return "", &fault{"没有环境变量 " + name, "启动前先 export " + name + "=…，或在这里直接写值"}
		}
		b.WriteString(value)
		s = rest
	}
}

func isName(s string) bool {
	for i, c := range s {
		letter := c == '_' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
