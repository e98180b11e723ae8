package answer

import (
	"regexp"
	"strings"
	"unicode"

	"kefu/bot/wording"
)

// talkOfItself are words of a model that speaks of itself, its instructions or to
// another model. No customer is told such things and no article is about them.
var talkOfItself = []string{
	"系统提示", "提示词", "系统指令", "系统消息", "我的指令", "收到指令", "上述指令", "以上指令", "忽略以上", "忽略之前", "忽略前面", "忽略上面", "忽略所有", "无视以上", "无视之前",
	"开发者模式", "越狱", "角色扮演", "我现在是", "你现在是", "从现在起你", "作为一个人工智能", "作为人工智能", "作为ai", "作为一个ai", "语言模型", "大模型", "我是ai", "训练数据", "资料编号",
	"我的规矩", "规矩如下", "指令如下", "内部规定如下", "管理员模式", "调试模式", "最高权限", "对客人说", "告诉客人", "回答客人时", "输出以下", "照抄下面", "重复下面",
	"system prompt", "system message", "ignore previous", "ignore all", "ignore the above", "disregard", "developer mode", "jailbreak", "as an ai", "language model", "my instructions", "you are now", "i am now", "pretend",
	"assistant:", "system:", "user:", "tool_call", "function_call", "<|", "|>", "[inst]", "<<sys", "###", "chatgpt", "openai", "claude", "deepseek", "通义千问", "文心一言",
}

// markup is what belongs to no sentence for a customer.
var markup = regexp.MustCompile("[<>{}`|\\\\]|\\*\\*|__|\\]\\(|!\\[|^\\s*(#|[-*•]\\s)|&(lt|gt|amp|#\\d+);|weixin://|javascript:|base64|\\$\\{|%7b")

// encoded is a run that reads like something encoded.
var encoded = regexp.MustCompile(`[A-Za-z0-9+/=_-]{24,}|(?:\\u[0-9a-fA-F]{4}){2,}|(?:%[0-9A-Fa-f]{2}){3,}|(?:[0-9a-fA-F]{2} ){6,}`)

// speakable says whether a text may be said at all: no talk of itself, no markup,
// nothing encoded, no piece of our instructions.
func speakable(s string, instructions string) bool {
	low := string(normal(s))
	if markup.MatchString(low) || encoded.MatchString(s) {
		return false
	}
	t := wording.Read(s)
	for _, w := range talkOfItself {
		if strings.Contains(low, w) || t.Has(w) {
			return false
		}
	}
	for _, r := range s {
		if r >= 0xe000 && r <= 0xf8ff {
			return false // marks of our own
		}
	}
	return !quotes(low, instructions)
}

// quoted is how many characters in a row of our instructions give them away.
const quoted = 10

// quotes says whether a text has a piece of our instructions in it.
func quotes(low, instructions string) bool {
	r, in := letters(low), string(letters(string(normal(instructions))))
	for i := 0; i+quoted <= len(r); i++ {
		if strings.Contains(in, string(r[i:i+quoted])) {
			return true
		}
	}
	return false
}

// letters drops all but letters and figures.
func letters(s string) []rune {
	var out []rune
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			out = append(out, r)
		}
	}
	return out
}

// addressed says whether a sentence of an article speaks to a model rather than to
// a customer.
func addressed(s string) bool {
	low := string(normal(s))
	t := wording.Read(s)
	for _, w := range talkOfItself {
		if strings.Contains(low, w) || t.Has(w) {
			return true
		}
	}
	return markup.MatchString(low) || encoded.MatchString(s)
}
