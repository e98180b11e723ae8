package intent

import (
	"strings"
	"testing"
)

var some = []string{
	"1208空调不制冷 打了两次前台都没人来", "早餐几点 小孩要钱吗", "转人工", "我那个事怎么样了",
	"都几个小时了！！空调还是不行 你们是不是不想管了 再不处理我发抖音打12315", "送两瓶水到1506", "好的谢谢",
}

func BenchmarkRead(b *testing.B) {
	r := New(hotel)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		r.Read(some[i%len(some)], Context{})
		i++
	}
}

// The longest message that WeChat sends.
func BenchmarkReadLong(b *testing.B) {
	r := New(hotel)
	text := strings.Repeat("房间空调不制冷，打了两次电话都没有人来处理，", 32)
	for b.Loop() {
		r.Read(text, Context{})
	}
}

func BenchmarkTrain(b *testing.B) {
	w, all := load(Lexicon{}), Shipped()
	for b.Loop() {
		train(w, all)
	}
}
