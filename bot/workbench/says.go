package workbench

import (
	"strconv"
	"strings"

	"kefu/bot/chat"
	"kefu/prompts"
)

// Sentences that belong to the bench alone; all others come from prompts.
const (
	sayNotThis   = "这里收文字、照片和语音，别的请在工单页里传。"
	sayNobody    = "现在没有可以选的人，请在工单页里办。"
	sayTooLong   = "这段话太长，一次最多 600 字。分两次发。"
	sayPhrases   = "常用语：{names}。写 /名字 就带出来。"
	sayPick      = "先在卡上选一个，再点按钮。"
	sayCloseWhat = "{no} 办结要告诉客人什么？打一句。"
	sayFileKept  = "收下了。发给谁？打：回 编号"
	sayFileLost  = "没能从企业微信取下来，请再发一次。"
	sayToldThem  = "已告诉{who}。"
	saySeen      = "好。"
	sayNoShift   = "现在没有交给您的班。"
	sayNoneWaits = "没有等着发的话。要发给客人，直接打出来，或打：回 4827 想说的话"
	sayNewAnswer = "改好的答案，打一句发来。"
	sayApproved  = "已生效，客人再问就这样答。"
	sayCall      = "{guest} {phone}。打完点“已电话告知”。"
	sayNoPhone   = "{no} 没有留电话，请在备注里写怎么联系的。"
	sayNoPhrase  = "没有“/{name}”这条常用语。有：{names}"
	sayCase      = "{no} {subject}〔，{guest}〕〔，{room}〕：{state}〔，{who}负责〕〔，{promise}〕〔　{link}〕"
	sayOnPage    = "这一步在工单页里办〔：{link}〕"
	sayPickDept  = "{no} · 派给哪个部门"
	sayConfirm   = "发给〔 {guest}〕 {no}？打：发送、存备注 或 换一单"
)

// fill puts values into one of the sentences above.
func fill(sentence string, v prompts.Vars) string {
	tmpl, err := prompts.Parse(sentence)
	if err != nil {
		return sentence
	}
	return tmpl.Text(v)
}

// listed is a choice as words: 原因：1 设备故障 2 响应慢.
func listed(title string, of []chat.Option) string {
	var b strings.Builder
	b.WriteString(title + "：")
	for i, o := range of {
		if i > 0 {
			b.WriteString("　")
		}
		b.WriteString(strconv.Itoa(i+1) + " " + o.Label)
	}
	b.WriteString("。打编号或字都行。")
	return fill("{text}", prompts.Vars{"text": b.String()})
}

// picked finds the option that somebody typed, by its label or number.
func picked(text string, of []chat.Option) (chat.Option, bool) {
	text = strings.TrimSpace(text)
	for i, o := range of {
		if text == o.Label || text == strconv.Itoa(i+1) {
			return o, true
		}
	}
	return chat.Option{}, false
}

// clip cuts a text to n characters on one line.
func clip(s string, n int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n-1]) + "…"
}
