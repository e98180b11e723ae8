package wechat

import "kefu/bot/chat"

const (
	adviceTrusted = "出口 IP{ip}不是企业可信 IP：管理后台 → 应用管理 → 这个应用 → 企业可信 IP 加上它。"
	adviceVisible = "收件人不在应用的可见范围：管理后台 → 应用管理 → 这个应用 → 可见范围加上他。"
	adviceRobot   = "群机器人失效了：到群里看机器人还在不在，重建后把 key 写进配置 wecom.robots。"
	adviceKF      = "微信客服没设好或被限制：到企业微信管理后台 → 微信客服检查。"
)

// wecomTable is for qyapi.weixin.qq.com, calls with a token.
var wecomTable = map[int]Entry{
	-1: later(5), 301022: later(30), 6000: later(5), 45033: later(10),
	45009: later(60), // WeCom: penalty of a minute, an hour or a day

	40001: badToken(), 40014: badToken(), 42001: badToken(),

	40013: operator("CorpID 不对：管理后台 → 我的企业 → 企业 ID，写进配置 wecom.corp_id。"),
	40056: operator("AgentId 不对：管理后台 → 应用管理 → 这个应用，写进配置 wecom.agent_id。"),
	41001: ourFault(),
	60020: operator(adviceTrusted),

	40003: {Verdict: chat.NeverThem}, 60111: {Verdict: chat.NeverThem},
	40096: {Verdict: chat.NeverThem},
	40031: operator(adviceVisible), 81013: operator(adviceVisible),
	60011: operator(adviceVisible), 50002: operator(adviceVisible),

	301002: operator("应用没有权限：管理后台 → 应用管理检查这个应用的权限。"),
	48002:  operator("应用没有这个接口的权限：管理后台 → 应用管理检查。"),
	48004:  operator("应用的这个接口被停用：管理后台看通知。"),
	50003:  operator("应用被停用：管理后台 → 应用管理启用它。"),
	50001:  operator("网页授权域名不可信：管理后台 → 应用管理 → 网页授权及 JS-SDK 填上 public_url 的域名。"),
	40029:  ourFault(), 42003: ourFault(),

	40007: ourFault(), 40008: ourFault(), 40058: ourFault(), 40063: ourFault(),
	44004: ourFault(), 45002: ourFault(),

	// A card can be changed once, within 72 h, by the code it came with.
	42014: ourFault(), 42015: ourFault(), 42016: ourFault(), 42017: ourFault(),
	42018: ourFault(), 42019: ourFault(), 42020: ourFault(),

	86001: operator("群聊不在了：重新建群并更新配置。"), 86003: operator("群聊不在了：重新建群并更新配置。"),
	86006: operator("群聊不在了：重新建群并更新配置。"), 86008: operator("群聊不在了：重新建群并更新配置。"),
	86216: operator("群聊不在了：重新建群并更新配置。"), 86220: operator("群聊不在了：重新建群并更新配置。"),

	95000: operator(adviceKF), 95004: operator(adviceKF), 95011: operator(adviceKF),
	95012: operator(adviceKF), 95017: operator(adviceKF), 40201: operator(adviceKF),
	95001: {Verdict: chat.OtherWay, Reason: ReasonCredits},
	95002: {Verdict: chat.OtherWay, Reason: ReasonWindow},
	95013: {Verdict: chat.OtherWay}, 95018: {Verdict: chat.OtherWay},
}

// robotTable is for a group's robot, whose key is the whole credential. A dead
// robot both needs the operator and lets the message go another way now.
var robotTable = map[int]Entry{
	-1: later(5), 301022: later(30),
	45009: later(65), // WeCom: 20 a minute; back after 60 to 65 s
	93000: {Verdict: chat.OtherWay, Reason: ReasonTrouble, Advice: adviceRobot},
	93004: {Verdict: chat.OtherWay, Reason: ReasonTrouble, Advice: adviceRobot},
	93008: {Verdict: chat.OtherWay, Reason: ReasonTrouble, Advice: adviceRobot},
	40007: ourFault(), 40008: ourFault(), 40058: ourFault(), 40063: ourFault(), 40123: ourFault(),
	44004: ourFault(), 45002: ourFault(),
}
