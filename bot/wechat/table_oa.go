package wechat

import "kefu/bot/chat"

const adviceIP = "出口 IP{ip}不在白名单：到微信开发者平台 → 基础信息 → API IP 白名单加上它。"

// oaTable is for api.weixin.qq.com.
var oaTable = map[int]Entry{
	-1: later(5), 61450: later(5),

	40001: badToken(), 40014: badToken(), 42001: badToken(),
	41001: ourFault(),

	40002: operator("取令牌的参数不对：检查配置里的 app_id、app_secret。"),
	40013: operator("AppID 不对：到微信开发者平台核对，写进配置 app_id。"),
	40125: operator("AppSecret 不对：到微信开发者平台核对或重置，写进配置 app_secret。"),
	40243: operator("AppSecret 被冻结：到微信开发者平台解冻或重置。"),
	40164: operator(adviceIP), 61004: operator(adviceIP), 45035: operator(adviceIP),
	89501: operator("取令牌要管理员确认：请公众号管理员在微信里点确认。"),
	89503: operator("取令牌要管理员确认：请公众号管理员在微信里点确认。"),
	89506: operator("管理员拒绝了这个 IP 取令牌，24 小时内不能再试：联系公众号管理员。"),
	89507: operator("管理员拒绝了这个 IP 取令牌，1 小时内不能再试：联系公众号管理员。"),

	// Until midnight in Beijing or clear_quota; a try an hour costs nothing.
	45009: {Verdict: chat.Later, Reason: ReasonTrouble, After: 3600, Advice: "今天这个接口的次数用完了，零点恢复；等不及就到微信开发者平台清零（每月 10 次）。"},
	45028: {Verdict: chat.Later, Reason: ReasonTrouble, After: 3600, Advice: "群发次数用完了，等下个周期。"},
	45011: later(60), 45066: later(60),

	// 45047 is also seen right after the customer wrote, before the credit shows: one
	// try after 2 s is worth it when that was under 5 s ago.
	45015: {Verdict: chat.OtherWay, Reason: ReasonWindow},
	45047: {Verdict: chat.OtherWay, Reason: ReasonCredits},
	43101: {Verdict: chat.OtherWay, Reason: ReasonNotice},
	70000: {Verdict: chat.OtherWay}, // protection of minors

	40003: {Verdict: chat.NeverThem}, 46004: {Verdict: chat.NeverThem},
	43004: {Verdict: chat.NeverThem, Reason: ReasonUnfollow},
	50005: {Verdict: chat.NeverThem, Reason: ReasonUnfollow},
	43019: {Verdict: chat.NeverThem}, // on our own blacklist
	48002: {Verdict: chat.NeverThem, Reason: ReasonRefused},

	40036: operator("模板编号不对：运行 kefu doctor 核对 templates 的 id。"),
	40037: operator("模板不存在或已删除：运行 kefu doctor 核对 templates 的 id。"),
	43116: operator("模板消息被限制：到公众平台查看通知。"),
	48001: operator("公众号没有这个接口的权限：检查是否已认证、接口权限是否开通。"),
	48003: operator("没有同意群发协议：到公众平台点同意。"),
	48008: operator("公众号没有这种消息的权限：到公众平台查接口权限。"),
	48004: operator("这个接口被封了：到公众平台看处罚通知，先停一切外发。"),
	50002: operator("公众号被限制：到公众平台看处罚通知，先停一切外发。"),
	48006: operator("清零次数用完了，等下个月，或等零点恢复。"),

	45065: {Verdict: chat.AlreadyOut},

	40004: ourFault(), 40005: ourFault(), 40008: ourFault(), 40033: ourFault(), 40035: ourFault(),
	40007: ourFault(), // the media is gone after 3 days; the same bytes cannot work
	44002: ourFault(), 44004: ourFault(), 45002: ourFault(), 45003: ourFault(), 45005: ourFault(),
	45008: ourFault(), 45067: ourFault(), 45162: ourFault(), 47001: ourFault(), 47003: ourFault(),
	45072: ourFault(), 45080: ourFault(), 45081: ourFault(), // typing: never matters
	40029: ourFault(), 40163: ourFault(), 42003: ourFault(), // sign-in code: start again
	87009: ourFault(),
}
