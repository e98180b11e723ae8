package intent

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxRunes is how much of a message is read. WeChat sends at most 2,048 bytes;
// what staff paste may be longer and its end says nothing new.
const maxRunes = 2000

// plain folds what people type into what the lists are written in: lower case,
// half width, simplified characters; marks that show nothing go away.
func plain(s string) []rune {
	out := make([]rune, 0, min(len(s), 3*maxRunes)/2)
	for _, r := range s {
		switch {
		case r == '\u3000' || r == '\t' || r == '\n' || r == '\r' || r == '\u00a0':
			r = ' '
		case r > 0xff00 && r < 0xff5f:
			r -= 0xfee0
		case r >= '①' && r <= '⑨':
			r += '1' - '①'
		case r == utf8.RuneError || invisible(r):
			continue
		}
		switch {
		case r >= 'A' && r <= 'Z':
			r += 'a' - 'A'
		case r > 0x7f:
			if r < 1<<16 && simple[r] != 0 {
				r = simple[r]
			}
		}
		if len(out) == maxRunes {
			break
		}
		out = append(out, r)
	}
	return out
}

// invisible holds for zero-width and direction marks, variation selectors and
// control characters.
func invisible(r rune) bool {
	return r < 0x20 || r == 0x7f || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e ||
		r >= 0x2060 && r <= 0x206f || r == 0xfeff || r >= 0xfe00 && r <= 0xfe0f || r >= 0x80 && r < 0xa0
}

// simple maps the traditional characters that customers most often write.
var simple = pairs("訂订訴诉轉转機机電电話话這这個个們们來来還还沒没壞坏開开關关門门間间廁厕氣气熱热風风漏漏" +
	"謝谢請请問问嗎吗麼么為为什什時时點点幾几號号單单員员務务態态處处理理經经過过說说對对錯错給给" +
	"讓让買买賣卖錢钱費费價价錄录報报警警記记者者師师傅傅維维護护聲声響响髒脏亂乱飯饭餐餐廳厅櫃柜檯台" +
	"發发票票賠赔償偿險险訊讯網网絡络線线無无與与從从後后會会員员積积換换撥拨線线車车場场樓楼層层" +
	"歡欢滿满應应該该當当認认識识貴贵賓宾禮礼貌貌顧顾繼续續续證证據据郵邮遞递運运輸输達达遲迟慢慢" +
	"爛烂劃划傷伤燙烫觸触煙烟災灾爆爆殺杀騙骗罵骂誰谁漲涨貨货質质檢检測测馬马龍龙頭头燈灯" +
	"窗窗簾帘牀床蓋盖濕湿聞闻臭臭吵吵鬧闹隔隔壁壁醫医藥药體体臺台灣湾兩两雙双張张條条隻只種种" +
	"臨临時时聯联繫系預预約约連连結结帳账戶户刪删資资評评獎奖優优惠惠塊块園园遊游樂乐" +
	"裏里裡里麵面鐘钟鍾钟週周遠远近近邊边現现見见觀观視视覺觉親亲愛爱讚赞棒棒爽爽舊旧")

func pairs(s string) *[1 << 16]rune {
	r := []rune(s)
	m := new([1 << 16]rune)
	for i := 0; i+1 < len(r); i += 2 {
		if r[i] != r[i+1] {
			m[r[i]] = r[i+1]
		}
	}
	return m
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }
func isAlpha(r rune) bool { return r >= 'a' && r <= 'z' }
func isHan(r rune) bool   { return r >= 0x3400 && r <= 0x9fff }

// isBreak holds where a clause ends.
func isBreak(r rune) bool {
	switch r {
	case ' ', ',', '，', '.', '。', '!', '！', '?', '？', ';', '；', '、', '…', '~', '～', ':', '：', '|', '\n':
		return true
	}
	return false
}

// isWord holds for what carries meaning by itself: letters, digits, Han.
func isWord(r rune) bool { return isHan(r) || isDigit(r) || isAlpha(r) || unicode.IsLetter(r) }

// isEmoji holds for pictures and symbols.
func isEmoji(r rune) bool {
	return r >= 0x1f000 && r <= 0x1faff || r >= 0x2600 && r <= 0x27bf || r == '^' || r >= 0x2190 && r <= 0x21ff
}

// isAngry holds for pictures of anger, sorrow and refusal.
func isAngry(r rune) bool {
	return strings.ContainsRune("😠😡🤬👿💢😤😒🙄😞😢😭😩😫🤮🤢👎🖕💩😾", r)
}

// bare keeps letters, digits and Han only.
func bare(t []rune) string {
	var b strings.Builder
	b.Grow(3 * len(t))
	for _, r := range t {
		if isWord(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// bareSize is how many characters bare keeps.
func bareSize(t []rune) (n int) {
	for _, r := range t {
		if isWord(r) {
			n++
		}
	}
	return n
}
