package prompts

// The keys of all texts. The remark of each stands above it in the files too.
const ( // Following, coming back, the menu.
	GreetFollow      = "greet.follow"       // 关注
	GreetRoom        = "greet.room"         // 扫房间码关注
	GreetRoomScan    = "greet.room_scan"    // 已关注的人再扫房间码
	GreetRoomExpired = "greet.room_expired" // 房间码过了次日 14:00
	GreetBack        = "greet.back"         // 回来的人，有没办完的事
	GreetBackMany    = "greet.back_many"    // 回来的人，没办完的不止一件
	MenuComplaint    = "menu.complaint"     // 菜单点“我要投诉”
	MenuRepair       = "menu.repair"        // 菜单点“报修客需”
	MenuProposal     = "menu.proposal"      // 菜单点“提建议”
)

const ( // Complaints, requests, repairs and what follows from them.
	ComplaintKnown         = "complaint.known"          // 认出地点和事情
	ComplaintAskedRoom     = "complaint.asked_room"     // 没认出细节
	ComplaintPhone         = "complaint.phone"          // 答了第一问，再问手机号
	ComplaintNoted         = "complaint.noted"          // 答完了，不再问
	ComplaintClaimed       = "complaint.claimed"        // 接单后告诉客人（占 1 条）
	ComplaintClaimedChange = "complaint.claimed_change" // 换了人负责（占 1 条）
	PromiseChanged         = "promise.changed"          // 许下的钟点到了还没人动，改口一次（占 1 条）
	PromiseMoved           = "promise.moved"            // 员工改承诺（占 1 条）
	AngryPhone             = "angry.phone"              // 再次投诉或重大，已有电话
	AngryNophone           = "angry.nophone"            // 再次投诉或重大，没有电话
	AngryMore              = "angry.more"               // 重大投诉期间客人再写，十分钟至多一句
	AngryPhoneNoted        = "angry.phone_noted"        // 客人把号码发来
	VIPComplaint           = "vip.complaint"            // 贵宾投诉，管家在岗
	VIPManager             = "vip.manager"              // 贵宾投诉，管家不在岗
	SafetyFirst            = "safety.first"             // 漏电、冒烟、漏气、伤到人
	SafetyPhone            = "safety.phone"             // 安全的事，电话已有
	RequestTaken           = "request.taken"            // 客需：送水、加被
	RequestClean           = "request.clean"            // 客需：打扫
	RequestAskRoom         = "request.ask_room"         // 客需，不知道房号
	RepairTaken            = "repair.taken"             // 报修
	RepairAskRoom          = "repair.ask_room"          // 报修，不知道房号
	OrderTaken             = "order.taken"              // 订餐、订房、订场
	OrderConfirm           = "order.confirm"            // 预订的事问齐了，念一遍
	SlotNoted              = "slot.noted"               // 答了一样，接着问下一样
	SlotSkipped            = "slot.skipped"             // 跳过了，接着问下一样
	SlotNext               = "slot.next"                // 另一件事答完了，接着问这件
	SlotAgain              = "slot.again"               // 客人问刚才说到哪
	SlotChange             = "slot.change"              // 点“改一下”
	SlotCorrected          = "slot.corrected"           // 客人说打错了、不是这个
	SlotWrong              = "slot.wrong"               // 说错了，还没说对的是哪个
	SlotKept               = "slot.kept"                // 客人自己又说了些要紧的，没人在跟
	SlotPhoneOdd           = "slot.phone_odd"           // 手机号位数不对，照记
	SlotPhoto              = "slot.photo"               // 正问着，客人发来照片
	BegunLapsed            = "begun.lapsed"             // 菜单点了、照片发了，一天没有下文
	ProposalTaken          = "proposal.taken"           // 建议
	CaseAdd                = "case.add"                 // 点“补充情况”
	CaseAdded              = "case.added"               // 答了问题，没有人在跟
	CaseActYes             = "case.act_yes"             // 点了“同意……”
)

const ( // Questions.
	InquiryAnswer  = "inquiry.answer"  // 知识库原文
	InquiryHelped  = "inquiry.helped"  // 点“有帮助”，条目有结束语
	InquiryChoose  = "inquiry.choose"  // 几条都像
	InquiryUnknown = "inquiry.unknown" // 答不上
	InquiryLate    = "inquiry.late"    // 模型想得慢，说了“请人确认”以后才答出来
	ClarifyFirst   = "clarify.first"   // 第一次认不出要什么
	ClarifyAsk     = "clarify.ask"     // 点“问一下”
	ClarifyDo      = "clarify.do"      // 点“要办事”
	ClarifySecond  = "clarify.second"  // 第二次还认不出
)

const ( // Asking for a person.
	HumanComing = "human.coming" // 有人在岗
	HumanAgain  = "human.again"  // 已经在请，客人又点转人工
	HumanLater  = "human.later"  // 员工点“再等10分”（占 1 条，只一次）
	HumanClosed = "human.closed" // 没有人在岗
	SayPerson   = "say.person"   // 人说的话
)

const ( // Asking how far it is.
	ProgressOne        = "progress.one"         // 一件在办
	ProgressDone       = "progress.done"        // 查的那件已办好
	ProgressMany       = "progress.many"        // 多件在办
	ProgressCase       = "progress.case"        // 多件里的一行
	ProgressNone       = "progress.none"        // 没有在办
	ProgressUnknownNo  = "progress.unknown_no"  // 编号不是这位客人的
	ProgressUrged      = "progress.urged"       // 催一下
	ProgressNextClaim  = "progress.next_claim"  // 下一步：还没人接
	ProgressNextAnswer = "progress.next_answer" // 下一步：有人在跟
	ProgressNextYou    = "progress.next_you"    // 下一步：等客人
)

const ( // Closing, rating, opening again, waiting.
	CloseDone         = "close.done"          // 办结（占 1 条，留好的最后一条）
	CloseReminderLine = "close.reminder_line" // 办结的话没送到，来信时合成一句
	RateAsk           = "rate.ask"            // 点“可以了”
	RateGood          = "rate.good"           // 5、4 分，还没问过活动消息
	RateGoodAgain     = "rate.good_again"     // 5、4 分，问过了
	RateFair          = "rate.fair"           // 3 分
	RateLow           = "rate.low"            // 2、1 分
	RateSaid          = "rate.said"           // 打完分补了一句
	RateChanged       = "rate.changed"        // 24 小时内改分
	RateClosed        = "rate.closed"         // 过了 24 小时再点
	ReopenSame        = "reopen.same"         // 点“还没好”
	ReopenOther       = "reopen.other"        // 点“还没好”，原来的人不在岗
	ReopenLate        = "reopen.late"         // 过了 7 天
	WaitRemind        = "wait.remind"         // 等客人 24 小时没回，提醒一次
	ConsentYes        = "consent.yes"         // 愿意收活动消息
	ConsentNo         = "consent.no"          // 不收
)

const ( // Outside the window; what could not be delivered.
	PageWindow       = "page.window"        // 工单页输入框上方
	PageCredits      = "page.credits"       // 输入框上方：可发几条
	PageNoCredits    = "page.no_credits"    // 这一轮用完
	PageTyping       = "page.typing"        // 别人正在回
	PageCustomerTail = "page.customer_tail" // 客人页页尾
	NoticeTitle      = "notice.title"       // 服务通知：标题
	NoticeClaimed    = "notice.claimed"     // 服务通知：状态（最多 5 个字）
	NoticeWaiting    = "notice.waiting"     // 等您回复
	NoticeResult     = "notice.result"      // 已有结果
	NoticeMoved      = "notice.moved"       // 改了时间
	ReasonWindow     = "reason.window"      // 48 小时没来信
	ReasonCredits    = "reason.credits"     // 这一轮 5 条用完了
	ReasonUnfollowed = "reason.unfollowed"  // 已取消关注
	ReasonRefused    = "reason.refused"     // 客人关了消息
	ReasonTrouble    = "reason.trouble"     // 微信接口出错，稍后自动再发
	ReasonNoticeOff  = "reason.notice_off"  // 服务通知被客人关了
	TriedNone        = "tried.none"         // “已试”一行
	TriedNotice      = "tried.notice"       // 服务通知已发
	TriedFailed      = "tried.failed"       // 服务通知没发出
	HeldFresh        = "held.fresh"         // 存的话，7 天内来信
	HeldStale        = "held.stale"         // 存的话，超过 7 天
)

const ( // Small things.
	SmallHello        = "small.hello"        // 在的，您说
	SmallPicture      = "small.picture"      // 照片收到了
	SmallFile         = "small.file"         // 视频、链接、文件
	SmallVoice        = "small.voice"        // 语音没识别
	SmallPlace        = "small.place"        // 位置
	SmallThanks       = "small.thanks"       // 谢谢、好的，没有在办的事；同一天一次
	SmallScold        = "small.scold"        // 骂人、无诉求，第一次
	SmallScoldAgain   = "small.scold_again"  // 第二次
	SmallPraise       = "small.praise"       // 谢谢您，已转给{dept}，也会告诉当事的同事
	SmallCrisis       = "small.crisis"       // 自伤、他伤
	SmallElsewhere    = "small.elsewhere"    // 别家公司的事
	SmallUnsubscribed = "small.unsubscribed" // 已退订，不再发活动消息
	SmallErase        = "small.erase"        // 删除我的信息
	SmallBusy         = "small.busy"         // 存不下来，请客人再发
)

const ( // To staff.
	StaffHello              = "staff.hello"                // 打开应用
	StaffHelp               = "staff.help"                 // 接 / 接 4827：接单
	StaffClaimedOk          = "staff.claimed_ok"           // 接
	StaffNoneToClaim        = "staff.none_to_claim"        // 接，没有没人接的单
	StaffSent               = "staff.sent"                 // 回
	StaffHeld               = "staff.held"                 // 发不出去，存着了
	StaffNoted              = "staff.noted"                // 备
	StaffModelFound         = "staff.model_found"          // 模型后来找到的答法
	StaffWaiting            = "staff.waiting"              // 等
	StaffPromised           = "staff.promised"             // 改承诺
	StaffLater              = "staff.later"                // 再等10分
	StaffErrLater           = "staff.err_later"            // 再等过一次了
	StaffAssigned           = "staff.assigned"             // 派
	StaffTransferred        = "staff.transferred"          // 转
	StaffReceived           = "staff.received"             // 转到的人
	StaffClosed             = "staff.closed"               // 办结
	StaffClosedHeld         = "staff.closed_held"          // 办结，话还没送到
	StaffMerged             = "staff.merged"               // 并
	StaffSplit              = "staff.split"                // 拆
	StaffList               = "staff.list"                 // 待办、我的
	StaffListItem           = "staff.list_item"            // 清单的一件
	StaffListUnclaimed      = "staff.list_unclaimed"       // 没人接
	StaffListEmpty          = "staff.list_empty"           // 清单是空的
	StaffListUnclaimedEmpty = "staff.list_unclaimed_empty" // 都有人接了
	StaffFound              = "staff.found"                // 查
	StaffFoundNone          = "staff.found_none"           // {what} {guest}，没有在办的事
	StaffFoundNobody        = "staff.found_nobody"         // 没找到“{what}”
	StaffRegistered         = "staff.registered"           // 登记
	StaffAnswered           = "staff.answered"             // 问
	StaffAnswerNone         = "staff.answer_none"          // 知识库里没有
	StaffOnDuty             = "staff.on_duty"              // 已在岗，新单会发给您
	StaffBusy               = "staff.busy"                 // 已标“忙”，自动派单先不给您
	StaffOffDuty            = "staff.off_duty"             // 已离岗，辛苦了
	StaffLeaving            = "staff.leaving"              // 离岗，手上还有单
	StaffHanded             = "staff.handed"               // 交班
	StaffHandoverNone       = "staff.handover_none"        // 手上没有单，不用交班
	StaffTookOver           = "staff.took_over"            // 接班
	StaffSplitWhich         = "staff.split_which"          // 没有能拆的
	StaffErrUnknownNumber   = "staff.err_unknown_number"   // 没有 {no}
	StaffRecentItem         = "staff.recent_item"          // 上一句里的一件
	StaffErrClaimed         = "staff.err_claimed"          // {no} {who} {at} 接了
	StaffErrNotTeam         = "staff.err_not_team"         // 您不在{team}，不能接
	StaffErrClosed          = "staff.err_closed"           // {no} 已在 {at} 办结
	StaffErrCredits         = "staff.err_credits"          // 这一轮 5 条用完了，已存着，客人一来信就发
	StaffErrWindow          = "staff.err_window"           // 48 小时没来信了，已存着，客人一来信就发
	StaffErrSensitive       = "staff.err_sensitive"        // 这段话里有"{word}"，对外不能这么说
	StaffErrWhichDept       = "staff.err_which_dept"       // "派"后面写部门：{departments}
	StaffErrWhichPerson     = "staff.err_which_person"     // 没有“{name}”
	StaffErrNotYours        = "staff.err_not_yours"        // {no} 归{who}负责
	StaffErrManagerOnly     = "staff.err_manager_only"     // {no} 是重大投诉，只有经理能办结
	StaffErrLeadOnly        = "staff.err_lead_only"        // 这一步要组长来点
	StaffErrNoText          = "staff.err_no_text"          // 后面写上要说的话，如：{example}
	StaffErrNoCurrent       = "staff.err_no_current"       // 现在没有当前单
	StaffErrCommand         = "staff.err_command"          // 没听懂“{text}”
	StaffErrNotStaff        = "staff.err_not_staff"        // 您还不在客服名单里
	StaffErrState           = "staff.err_state"            // {no} 现在是“{state}”，不能这样做
	StaffErrPromise         = "staff.err_promise"          // {no} 已改过两次承诺，第三次要组长点
	StaffErrBusy            = "staff.err_busy"             // 刚才没存上，请再点一次
	StaffLateTap            = "staff.late_tap"             // 后到的人点了旧卡
	StaffOldCard            = "staff.old_card"             // 旧卡按钮
	StaffSaid               = "staff.said"                 // 客人又说了（一分钟内合并）
	StaffBurst              = "staff.burst"                // 一小时 30 条以上
	StaffCallOut            = "staff.call_out"             // 升级链最后一级
	StaffAuto               = "staff.auto"                 // 自动派给某人，告诉组长
	StaffAssistDone         = "staff.assist_done"          // 协办做完，回到负责人
	StaffAssistCannot       = "staff.assist_cannot"        // {no} {dept}{who} {at}：做不了〔，{text}〕
	StaffAssistGoing        = "staff.assist_going"         // {no} {dept}{who} {at} 已去
	StaffRemindAnswer       = "staff.remind_answer"        // 快到时限，提醒负责人
	StaffRemindWait         = "staff.remind_wait"          // 等客人到点
	StaffReplyDue           = "staff.reply_due"            // 权威部门要求的回复日，前一天
	StaffReplyOver          = "staff.reply_over"           // 到了那个时间
	StaffRated              = "staff.rated"                // 好评告诉经手人
	StaffRateSaid           = "staff.rate_said"            // 打分后补的话
	StaffReopened           = "staff.reopened"             // {no} {guest}说还没好，已重开，归{who}
	StaffUnfollowed         = "staff.unfollowed"           // {no} 客人取消关注了，公众号送不到
	StaffCallTask           = "staff.call_task"            // 没有微信的客人：告知就是打电话
	StaffConfirmOn          = "staff.confirm_on"           // 已打开发送确认
	StaffConfirmOff         = "staff.confirm_off"          // 已关掉发送确认，直接打字就发出
	StaffDiscarded          = "staff.discarded"            // 换一单
	StaffPraised            = "staff.praised"              // {guest}表扬：{text}
	StaffMorningManager     = "staff.morning_manager"      // 经理 8:30 一条
	StaffLearned            = "staff.learned"              // 已交组长看，点了就生效
	StaffNotLearned         = "staff.not_learned"          // 好，不存
	StaffDoneClaimed        = "staff.done_claimed"         // 灰卡一行
	StaffDoneTakenOver      = "staff.done_taken_over"      // 已由 {who} 接手
	StaffDoneClosed         = "staff.done_closed"          // {who} {at} 办结
	StaffDoneAssist         = "staff.done_assist"          // {who} {at}：{result}
	StaffDoneCalled         = "staff.done_called"          // {who} {at} 已致电：{result}
	StaffDoneSent           = "staff.done_sent"            // 已发
	StaffDoneNoted          = "staff.done_noted"           // 已存备注
	StaffDoneSeen           = "staff.done_seen"            // {who} {at} 已看
	StaffIncidentJoined     = "staff.incident_joined"      // 单子并进突发，记在经过里
	StaffIncidentTaken      = "staff.incident_taken"       // 我来处理
	StaffIncidentBrief      = "staff.incident_brief"       // 每小时一报
	StaffIncidentReport     = "staff.incident_report"      // 平息后的小结
	StaffIncidentWordingOK  = "staff.incident_wording_ok"  // 口径定了
	StaffIncidentDrafted    = "staff.incident_drafted"     // 拟的口径要经理定
	StaffIncidentSaid       = "staff.incident_said"        // 一键发出
	StaffIncidentNobody     = "staff.incident_nobody"      // 没有能发的
	StaffIncidentNoWording  = "staff.incident_no_wording"  // 突发 {no} 还没定口径
	StaffIncidentNone       = "staff.incident_none"        // 现在没有突发
	StaffIncidentUnknown    = "staff.incident_unknown"     // 没有突发 {no}
	StaffIncidentWhich      = "staff.incident_which"       // 有几起，不知说哪起
	StaffIncidentItem       = "staff.incident_item"        // 突发清单的一行
	StaffIncidentOver       = "staff.incident_over"        // 突发 {no} 已结束
	StaffIncidentManager    = "staff.incident_manager"     // 要经理来结束和定口径
	StaffIncidentEnded      = "staff.incident_ended"       // 突发 {no} 已结束，小结发给谁
	StaffAgain              = "staff.again"                // 同一位客人又来投诉，告诉组长
	PageCompensation        = "page.compensation"          // 补偿申请的第一行
)

const ( // Lines in a group.
	GroupNew             = "group.new"              // 【{kind} {no}】〔{room} 〕{summary}
	GroupMajor           = "group.major"            // 【重大 {no}】〔{guest} 〕〔{room} 〕{summary}〔，提到 {words}〕
	GroupUnclaimed       = "group.unclaimed"        // 【没人接 {no}】〔{room} 〕{summary}，{since}起没人接
	GroupIncidentWording = "group.incident_wording" // 【突发 {no}】口径定了
	GroupIncidentEnded   = "group.incident_ended"   // 【突发 {no}】平息了
	GroupIncident        = "group.incident"         // 【突发】{category} {n} 件：{places}
	GroupClaimed         = "group.claimed"          // 【{kind} {no}】{who} {at} 接了
)

const ( // Cards for staff.
	CardNew           = "card.new"            // 新单
	CardAuto          = "card.auto"           // 没人接，自动派给某人
	CardEscalated     = "card.escalated"      // 升级到组长、经理
	CardClaimed       = "card.claimed"        // 接单的人
	CardAssist        = "card.assist"         // 协办
	CardAssistElse    = "card.assist_else"    // 协办，不用去房间
	CardAssistResult  = "card.assist_result"  // 协办点“做完了”
	CardMajor         = "card.major"          // 重大
	CardCallResult    = "card.call_result"    // 按“已致电”
	CardSwap          = "card.swap"           // 换人处理
	CardIncidentDraft = "card.incident_draft" // 突发的口径，请经理定
	CardIncidentSay   = "card.incident_say"   // 口径定了，一键回给手上的客人
	CardIncident      = "card.incident"       // 突发
	CardUnanswered    = "card.unanswered"     // 待答
	CardLearn         = "card.learn"          // 答完问要不要存
	CardHuman         = "card.human"          // 要人工
	CardUrge          = "card.urge"           // 催办
	CardLowscore      = "card.lowscore"       // 低分
	CardUndelivered   = "card.undelivered"    // 没送到
	CardVIP           = "card.vip"            // 贵宾投诉
	CardApproval      = "card.approval"       // 补偿待批
	CardCloseCause    = "card.close_cause"    // 办结第一下：原因
	CardCloseDept     = "card.close_dept"     // 办结第二下：责任部门
	CardConfirmSend   = "card.confirm_send"   // 发送确认
	CardSource        = "card.source"         // 代客登记补来源
	CardHandover      = "card.handover"       // 交班
	CardLeave         = "card.leave"          // 离岗交给谁
	CardSettings      = "card.settings"       // 设置
	CardMorning       = "card.morning"        // 每天 8:30
)

const ( // Compensations, to staff.
	StaffCompHow          = "staff.comp_how"           // 点“申请补偿”，或只打“补偿 4827”
	StaffCompGiven        = "staff.comp_given"         // 权限内，当场定
	StaffCompAsked        = "staff.comp_asked"         // 超出权限
	StaffCompSpoken       = "staff.comp_spoken"        // 口头同意先办
	StaffCompPassed       = "staff.comp_passed"        // 批的人本月也不够，或没按时批
	StaffCompApproved     = "staff.comp_approved"      // 告诉申请的人
	StaffCompApprovedOk   = "staff.comp_approved_ok"   // 告诉批的人
	StaffCompRefused      = "staff.comp_refused"       // 告诉申请的人
	StaffCompRefusedOk    = "staff.comp_refused_ok"    // 已告诉{asker}
	StaffCompWhy          = "staff.comp_why"           // 点“不同意”
	StaffCompHowMuch      = "staff.comp_how_much"      // 点“改金额”
	StaffCompLate         = "staff.comp_late"          // 已经定了，又点
	StaffCompLateNo       = "staff.comp_late_no"       // {no} {form} {amount} 元
	StaffCompUndecided    = "staff.comp_undecided"     // 没按时批，告诉申请的人
	StaffCompWaits        = "staff.comp_waits"         // 没有再上一级了，提醒批的人
	StaffCompSigned       = "staff.comp_signed"        // 已补签
	StaffCompSignedBefore = "staff.comp_signed_before" // {no} {form} {amount} 元
	StaffCompDenied       = "staff.comp_denied"        // 已记下没有这回事
	StaffCompDenies       = "staff.comp_denies"        // 报上一级
	StaffCompSignRemind   = "staff.comp_sign_remind"   // 提醒补签的人
	StaffCompUnsigned     = "staff.comp_unsigned"      // 逾期，报上一级
	StaffCompNone         = "staff.comp_none"          // 同意、补签，没有等着的
	StaffCompWhich        = "staff.comp_which"         // 几笔等着，没说哪一笔
	StaffCompItem         = "staff.comp_item"          // {no} {form} {amount} 元
	StaffMorningSigns     = "staff.morning_signs"      // 早上的清单里一行
	StaffErrCompForm      = "staff.err_comp_form"      // 没有这种补偿
	StaffErrCompAmount    = "staff.err_comp_amount"    // 金额写成 200 或 12.50
	StaffErrCompReason    = "staff.err_comp_reason"    // 没有这个原因
	StaffErrCompWords     = "staff.err_comp_words"     // 写上要告诉客人的话
	StaffErrCompSpoken    = "staff.err_comp_spoken"    // 〔{who}｜这个人〕定不了这一笔
	StaffErrCompNobody    = "staff.err_comp_nobody"    // {form} {amount} 元
	StaffErrCompMonth     = "staff.err_comp_month"     // 本月额度用完了
	StaffErrCompOwn       = "staff.err_comp_own"       // 自己报的不能自己批
	StaffErrCompOver      = "staff.err_comp_over"      // {amount} 元超出您能定的〔 {limit} 元｜范围〕
	StaffErrCompSigner    = "staff.err_comp_signer"    // 这一笔要{who}本人补签
	StaffDoneApproved     = "staff.done_approved"      // 灰卡一行
	StaffDoneRefused      = "staff.done_refused"       // {who} {at} 不同意
	StaffDonePassed       = "staff.done_passed"        // 没按时定
	StaffDoneSigned       = "staff.done_signed"        // {who} {at} 已补签
	StaffDoneDenied       = "staff.done_denied"        // {who} {at}
	StaffLogCompOwn       = "staff.log_comp_own"       // 补偿
	StaffLogCompAsked     = "staff.log_comp_asked"     // 申请补偿
	StaffLogCompSpoken    = "staff.log_comp_spoken"    // 制度里的写法
	StaffLogCompApproved  = "staff.log_comp_approved"  // 同意补偿
	StaffLogCompRefused   = "staff.log_comp_refused"   // 不同意补偿
	StaffLogCompSigned    = "staff.log_comp_signed"    // 补签
	StaffLogCompDenied    = "staff.log_comp_denied"    // 说没有口头同意过
	StaffLogCompUnsigned  = "staff.log_comp_unsigned"  // {who}没有按时补签
	StaffWorth            = "staff.worth"              // 客人一年的消费
	StaffThemselves       = "staff.themselves"         // 不知道同事是他还是她
	StaffComma            = "staff.comma"              // 列举时中间的符号
	PageCompensationNone  = "page.compensation_none"   // 这种形式不能当场定
	PageCompensationOpen  = "page.compensation_open"   // 没有上限的人

	CardSign = "card.sign" // 口头同意，请补签
)
