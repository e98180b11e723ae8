package config

import (
	"time"

	"kefu/bot/staff"
)

// Config is kefu.yaml after defaults, environment and checks. Paths in it are
// absolute or relative to the working folder; Load turns those in the file, which
// are relative to the file's own folder, into such.
type Config struct {
	File string `yaml:"-"` // where it was read; "" when there is no file

	Listen      string `yaml:"listen"`       // host:port of webhooks and pages
	Admin       string `yaml:"admin"`        // host:port of /metrics /healthz /readyz /debug/pprof
	AdminPublic bool   `yaml:"admin_public"` // Admin may be reached from other machines
	PublicURL   string `yaml:"public_url"`   // how the internet calls us, without a slash at the end

	Data  string `yaml:"data"` // folder of the embedded database and of attachments
	Store Store  `yaml:"store"`
	Redis Redis  `yaml:"redis"`

	Pack    string `yaml:"pack"`    // a pack that comes with the program, or a folder
	Prompts string `yaml:"prompts"` // folder of changed wording; "": the program's own
	Brand   Brand  `yaml:"brand"`
	Hours   Hours  `yaml:"hours"`
	Keep    Keep   `yaml:"keep"`

	Accounts []Account      `yaml:"accounts"`
	Wecom    Wecom          `yaml:"wecom"`
	LLM      LLM            `yaml:"llm"`
	Staff    []staff.Person `yaml:"staff"`

	// Notes are not errors: what will work, but not as well as it could.
	Notes Problems `yaml:"-"`
}

// Store says where documents are kept. Without a URL it is SQLite in Data.
type Store struct {
	Mongo Secret `yaml:"mongo"` // mongodb://…/database; may hold a password
}

// Redis is for wake-ups, tokens, rates and locks. Without a URL it is embedded.
type Redis struct {
	URL Secret `yaml:"url"` // redis://…/0; may hold a password
}

// Brand is how the company and its bot are called in what customers read.
type Brand struct {
	Name    string `yaml:"name"`    // {brand}
	Bot     string `yaml:"bot"`     // {bot}, the bot's own name; "": as the pack says
	Hotline string `yaml:"hotline"` // {hotline}; "": left out of what customers read
}

// Hours are the company's, in the notation of bot/hours.
type Hours struct {
	Open     string `yaml:"open"`     // when somebody answers customers
	Work     string `yaml:"work"`     // office hours, in which working-hour clocks run
	Holidays string `yaml:"holidays"` // file that overrides the built-in holidays and make-up days
}

// Keep is for how many days things are kept; then they are thrown away at night.
// Cases stay.
type Keep struct {
	Messages      int `yaml:"messages"`      // what customers wrote, once answered; at least 30
	Deliveries    int `yaml:"deliveries"`    // what was sent; not what is held or failed, nor of an open case
	Conversations int `yaml:"conversations"` // since the customer last wrote
}

// Mode is how WeChat wraps what it sends to an account.
type Mode string

// The modes. Only Safe proves who wrote the body.
const (
	Plain  Mode = "plain"  // 明文模式
	Compat Mode = "compat" // 兼容模式
	Safe   Mode = "safe"   // 安全模式
)

// Account is one Official Account (公众号/服务号).
type Account struct {
	ID             string `yaml:"id"` // ours, in the callback's path: [a-z0-9_-], at most 32
	AppID          string `yaml:"app_id"`
	AppSecret      Secret `yaml:"app_secret"`
	Token          Secret `yaml:"token"`
	AESKey         Secret `yaml:"aes_key"` // EncodingAESKey, 43 characters
	AESKeyPrevious Secret `yaml:"aes_key_previous"`
	Mode           Mode   `yaml:"mode"`
	API            string `yaml:"api"`         // where calls go, without a slash at the end
	Menu           string `yaml:"menu"`        // file for `kefu menu push`; "": the pack's
	PrivacyURL     string `yaml:"privacy_url"` // {privacy_url}; "": left out of what customers read
	MsgMenu        bool   `yaml:"msg_menu"`    // the account may send msgmenu (a test account may not)

	Templates map[string]Template `yaml:"templates"` // by our name of it: "ticket_update"
}

// Template maps one of our notices to a template of the account.
type Template struct {
	ID     string            `yaml:"id"`
	Fields map[string]string `yaml:"fields"` // WeChat's field → our text with {no} {title} {state} {time}
}

func (a *Account) start() {
	a.Mode, a.API, a.MsgMenu = Safe, OAAPI, true
}

// Wecom is the company's WeCom (企业微信) app and group robots.
type Wecom struct {
	CorpID  string            `yaml:"corp_id"`
	AgentID int64             `yaml:"agent_id"`
	Secret  Secret            `yaml:"secret"`
	Token   Secret            `yaml:"token"`
	AESKey  Secret            `yaml:"aes_key"`
	API     string            `yaml:"api"`
	Robots  map[string]Secret `yaml:"robots"` // group robots' keys by our name: staff, escalation
}

// On says that there is a WeCom to speak to.
func (w Wecom) On() bool { return w.CorpID != "" }

// Where the platforms answer.
const (
	OAAPI    = "https://api.weixin.qq.com"
	WecomAPI = "https://qyapi.weixin.qq.com"
)

// Default is the configuration of an empty file: the embedded engines, the pack
// hotel, nobody to speak to.
func Default() *Config {
	return &Config{
		Listen: "127.0.0.1:8080",
		Admin:  "127.0.0.1:9090",
		Data:   "kefu-data",
		Pack:   "hotel",
		Hours:  Hours{Open: "24h", Work: "Workday 09:00-18:00"},
		Keep:   Keep{Messages: 30, Deliveries: 180, Conversations: 180},
		Wecom:  Wecom{API: WecomAPI},
		LLM:    LLM{Timeout: 8 * time.Second, MaxAtOnce: 8},
	}
}
