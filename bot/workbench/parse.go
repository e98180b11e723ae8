package workbench

import (
	"regexp"
	"strings"
	"unicode"

	"kefu/bot/chat"
)

// verb is what a command does.
type verb string

// The commands of the staff.
const (
	vClaim    verb = "claim"
	vReply    verb = "reply"
	vPass     verb = "pass" // a lead lets words pass
	vNote     verb = "note"
	vWait     verb = "wait"
	vHelp     verb = "help"
	vMove     verb = "move"
	vClose    verb = "close"
	vJoin     verb = "join"
	vPart     verb = "part"
	vReopen   verb = "reopen"
	vCalled   verb = "called"
	vGoing    verb = "going" // of who was asked to help
	vDone     verb = "done"
	vCannot   verb = "cannot"
	vPromise  verb = "promise"
	vMine     verb = "mine"
	vOpen     verb = "open"
	vFind     verb = "find"
	vRecord   verb = "record"
	vAsk      verb = "ask"
	vOn       verb = "on"
	vBusy     verb = "busy"
	vOff      verb = "off"
	vHand     verb = "hand"
	vTake     verb = "take"
	vSettings verb = "settings"
	vUsage    verb = "usage"
	vPhrases  verb = "phrases"
	vSend     verb = "send" // of what waits to be confirmed
	vKeep     verb = "keep"
	vOther    verb = "other"
	vGrant    verb = "grant" // a compensation
	vApprove  verb = "approve"
	vReject   verb = "reject"
	vAmend    verb = "amend"
	vSign     verb = "sign"
	vEvents   verb = "events" // 突发
	vWording  verb = "wording"
	vOver     verb = "over"
)

// spelling is one way to type a command.
type spelling struct {
	word string
	verb verb
	how  shape
}

// shape is what may follow the word.
type shape int

const (
	alone  shape = iota // nothing
	spaced              // a number, or words after a space
	glued               // words even without a space, when nothing else could be meant
	firm                // words even without a space
)

// spellings, longer ones before those they begin with.
var spellings = []spelling{
	{"改承诺", vPromise, firm}, {"没人接", vOpen, alone}, {"换一单", vOther, alone}, {"存备注", vKeep, alone}, {"等客人", vWait, spaced},
	{"接单", vClaim, spaced}, {"接班", vTake, alone}, {"接", vClaim, spaced},
	{"回复", vReply, spaced}, {"回", vReply, spaced}, {"放行", vPass, spaced},
	{"备注", vNote, firm}, {"备", vNote, spaced}, {"等", vWait, spaced},
	{"派给", vHelp, glued}, {"派", vHelp, glued},
	{"转给", vMove, glued}, {"转出", vMove, glued}, {"转", vMove, spaced},
	{"办结", vClose, firm}, {"结单", vClose, spaced},
	{"并入", vJoin, spaced}, {"并单", vJoin, spaced}, {"并", vJoin, spaced},
	{"拆开", vPart, spaced}, {"拆单", vPart, spaced}, {"拆", vPart, spaced}, {"重开", vReopen, spaced},
	{"待办", vMine, alone}, {"我的", vMine, alone}, {"清单", vMine, alone},
	{"查找", vFind, glued}, {"查", vFind, glued}, {"登记", vRecord, firm}, {"问", vAsk, glued},
	{"在岗", vOn, alone}, {"上岗", vOn, alone}, {"忙", vBusy, alone}, {"离岗", vOff, alone}, {"下班", vOff, alone},
	{"已致电", vCalled, spaced}, {"我去", vGoing, spaced}, {"做完了", vDone, spaced}, {"做不了", vCannot, spaced},
	{"常用语", vPhrases, alone}, {"/", vPhrases, alone}, {"交班", vHand, spaced}, {"设置", vSettings, alone}, {"帮助", vUsage, alone}, {"?", vUsage, alone},
	{"发送", vSend, alone}, {"突发", vEvents, alone}, {"口径", vWording, spaced}, {"结束突发", vOver, spaced},
	{"申请补偿", vGrant, spaced}, {"补偿", vGrant, spaced}, {"同意", vApprove, spaced}, {"批准", vApprove, spaced},
	{"不同意", vReject, spaced}, {"改金额", vAmend, spaced}, {"补签", vSign, spaced},
}

// command is what somebody typed, taken apart.
type command struct {
	verb  verb
	no    string // number of a case, "" when none was typed
	rest  string // what follows it
	all   string // everything behind the word
	loose bool   // the word may as well be the beginning of a sentence
}

var number = regexp.MustCompile(`^\d{4,6}`)

// parse takes a command apart; false when the text is none. Full-width digits and
// spaces count as half-width ones.
func parse(text string) (command, bool) {
	text = plain(text)
	for _, s := range spellings {
		rest, ok := strings.CutPrefix(text, s.word)
		if !ok {
			continue
		}
		c := command{verb: s.verb}
		trimmed := trim(rest)
		switch {
		case trimmed == "":
			return c, true
		case s.how == alone:
			continue
		}
		c.all, c.rest = trimmed, trimmed
		if c.verb.numbered() {
			if no := number.FindString(trimmed); no != "" && endsNumber(trimmed[len(no):]) {
				c.no, c.rest = no, trim(trimmed[len(no):])
				return c, true
			}
		}
		gap := len(trimmed) < len(rest)
		digit := trimmed[0] >= '0' && trimmed[0] <= '9'
		switch {
		case gap, digit && s.how >= glued, s.how == firm:
			return c, true
		case s.how == glued:
			c.loose = true
			return c, true
		}
	}
	return command{}, false
}

// numbered says whether the number of a case may follow.
func (v verb) numbered() bool {
	return v != vWording && v != vOver && v != vFind && v != vRecord && v != vAsk && v != vHand
}

// endsNumber says that a number is not merely the beginning of a longer one.
func endsNumber(rest string) bool { return rest == "" || rest[0] < '0' || rest[0] > '9' }

// plain makes half-width what Chinese input methods make full-width, and cleans.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９', r == '？':
			return r - 0xFEE0
		case r == '\u3000', r == '\u00a0':
			return ' '
		}
		return r
	}, chat.Clean(s))
	return strings.TrimSpace(s)
}

// trim takes away what stands between a command's parts.
func trim(s string) string {
	return strings.TrimSpace(strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(":：,，、#", r) }))
}

// first splits off the first word.
func first(s string) (word, rest string) {
	i := strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",，：:", r) })
	if i < 0 {
		return s, ""
	}
	return s[:i], trim(s[i:])
}

// givesUp says that somebody takes back what they were asked about.
func givesUp(text string) bool { return text == "算了" || text == "取消" }

// unmarked is a name without the word before it: 交班 给小周.
func unmarked(name string) string { return strings.TrimPrefix(name, "给") }

// How the parts of a typed compensation are marked: 补偿 4827 赠礼 200 烟味，口头刘峰，告诉客人：….
var (
	tells  = regexp.MustCompile(`(?:^|[\s,，。;；])告诉(?:客人|他|她)?\s*[:：]\s*`)
	spoken = regexp.MustCompile(`(?:^|[\s,，。;；])(?:已)?口头(?:请示|同意)?(?:过|了)?\s*[:：]?\s*(\p{Han}{1,6}|[A-Za-z0-9_]{1,20})`)
	agreed = regexp.MustCompile(`^(?:已经?)?(?:同意|批准|答应)(?:过|了|的)*`)
	amount = regexp.MustCompile(`^[¥￥]?\s*[\d,，]*\d(?:\.\d{1,2})?\s*(?:元|块钱|块)?`)
)

// What a case that is taken down begins with: room, telephone, name.
var (
	roomFirst = regexp.MustCompile(`^(\d{3,5}[A-Za-z]?)(?:\D|$)`)
	mobile    = regexp.MustCompile(`(?:^|\D)(1[3-9]\d{9})(?:\D|$)`)
	honoured  = regexp.MustCompile(`^(\p{Han}{1,3}(?:先生|女士|小姐|太太))[\s,，：:、]+`)
)
