package answer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// maxSentences bounds what is looked at of one answer.
const maxSentences = 40

var (
	citeForm   = regexp.MustCompile(`[\[【［〔]\s*([^\[\]【】［］〔〕]{0,40})\s*[\]】］〕]`)
	beforeMark = regexp.MustCompile(` +([。！？；，])`)
	numberOne  = regexp.MustCompile(`^[0-9０-９]{1,3}$`)
)

// sentences parts a text into sentences and takes out their citations. One that
// stands behind the full stop belongs to the sentence before it, one at the end of
// a；b to both.
func sentences(text string) []sentence {
	var out []sentence
	for n, line := range strings.Split(text, "\n") {
		for _, s := range split(line) {
			bare, cites := citations(s)
			if strings.Trim(bare, " 　\t。.!！?？；;") == "" {
				if len(out) > 0 && out[len(out)-1].line == n {
					out[len(out)-1].cites = append(out[len(out)-1].cites, cites...)
				}
				continue
			}
			if len(out) == maxSentences {
				return out
			}
			out = append(out, sentence{strings.TrimSpace(bare), n, cites})
		}
	}
	for i := len(out) - 2; i >= 0; i-- {
		if s, next := &out[i], out[i+1]; len(s.cites) == 0 && s.line == next.line && strings.HasSuffix(strings.ReplaceAll(s.text, ";", "；"), "；") {
			s.cites = slices.Clone(next.cites)
		}
	}
	return out
}

// split parts a line after each mark that ends a sentence, and after the
// citations that follow it.
func split(line string) []string {
	r := []rune(line)
	var out []string
	from, open := 0, false
	for i := 0; i < len(r); i++ {
		switch r[i] {
		case '[', '【', '［':
			open = true
		case ']', '】', '］':
			open = false
		}
		if open || !ends(r, i) {
			continue
		}
		for i+1 < len(r) && (ends(r, i+1) || strings.ContainsRune("”’\"'）)", r[i+1])) {
			i++
		}
		i = pastCites(r, i)
		out = append(out, string(r[from:i+1]))
		from = i + 1
	}
	if from < len(r) {
		out = append(out, string(r[from:]))
	}
	return out
}

func ends(r []rune, i int) bool {
	switch r[i] {
	case '。', '！', '!', '？', '?', '；', ';', '…':
		return true
	case '.':
		return (i == 0 || !isDigit(r[i-1])) && (i+1 == len(r) || r[i+1] == ' ')
	}
	return false
}

// pastCites moves behind the citations that follow position i.
func pastCites(r []rune, i int) int {
	rest := string(r[i+1:])
	for {
		trimmed := strings.TrimLeft(rest, " ")
		m := citeForm.FindStringIndex(trimmed)
		if m == nil || m[0] != 0 {
			return i
		}
		i += len([]rune(rest)) - len([]rune(trimmed[m[1]:]))
		rest = trimmed[m[1]:]
	}
}

// citations takes the citations out of a sentence. What stands in brackets and is
// no number counts as a citation of nothing: -1.
func citations(s string) (bare string, cites []int) {
	bare = citeForm.ReplaceAllStringFunc(s, func(m string) string {
		inner := citeForm.FindStringSubmatch(m)[1]
		for part := range strings.FieldsFuncSeq(inner, func(r rune) bool { return strings.ContainsRune(",，、 ", r) }) {
			n := -1
			if numberOne.MatchString(part) {
				n, _ = strconv.Atoi(string(normal(part)))
			}
			cites = append(cites, n)
		}
		if strings.TrimSpace(inner) == "" {
			cites = append(cites, -1)
		}
		return ""
	})
	return beforeMark.ReplaceAllString(bare, "$1"), cites
}
