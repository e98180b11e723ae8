package answer

import (
	"strings"
	"testing"
)

// The guard of an answer as long as it may be, against articles as long as they may be.
func BenchmarkGuard(b *testing.B) {
	long := strings.Repeat("早餐 6:30–10:00，一楼湖畔餐厅[1]。", 150)
	given := passages(Question{Text: "早餐", Articles: shelf})
	g := guard{allowed: allow, instructions: strings.Repeat("只说资料里写了的", 100)}
	for b.Loop() {
		if _, err := g.answer(long, given); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWorst(b *testing.B) {
	for _, s := range []string{"一月", "10:00", "下午2点", "1", "a.b", "1-2 ", "百"} {
		t := normal(strings.Repeat(s, maxReply/len([]rune(s))))
		b.Run(s, func(b *testing.B) {
			for b.Loop() {
				read(t)
			}
		})
	}
}
