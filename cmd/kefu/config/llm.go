package config

import (
	"errors"
	"math"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"time"
)

// LLM is any model with OpenAI's interface. Without a BaseURL there is none and
// the bot understands by example sentences.
type LLM struct {
	BaseURL   string        `yaml:"base_url"`
	APIKey    Secret        `yaml:"api_key"`
	Model     string        `yaml:"model"`
	Timeout   time.Duration `yaml:"timeout"`     // of one try; a waiting customer has less
	MaxAtOnce int           `yaml:"max_at_once"` // calls under way, of one instance
	Budget    Yuan          `yaml:"budget"`      // a day, of all instances; 0: no ceiling
	PriceIn   Yuan          `yaml:"price_in"`    // of a million tokens sent
	PriceOut  Yuan          `yaml:"price_out"`   // of a million tokens received
	Mask      *bool         `yaml:"mask"`        // nil: unless the model is in the house
}

// On says that there is a model.
func (l LLM) On() bool { return l.BaseURL != "" }

// Masks says whether telephone numbers, names and the like are replaced before
// they leave: as it is written, else unless the address is loopback or private.
func (l LLM) Masks() bool {
	if l.Mask != nil {
		return *l.Mask
	}
	return !inHouse(l.BaseURL)
}

// inHouse says that a URL's host is this machine or a private address. A name
// could be anywhere.
func inHouse(base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	if loopback(net.JoinHostPort(u.Hostname(), "0")) {
		return true
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && (ip.IsPrivate() || ip.IsLinkLocalUnicast())
}

// Yuan is money in 元.
type Yuan float64

// UnmarshalText reads "20" or "0.5".
func (y *Yuan) UnmarshalText(b []byte) error {
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return errors.New("要写几元，例如 20 或 0.5")
	}
	*y = Yuan(f)
	return nil
}

// Micro is y in millionths of 元.
func (y Yuan) Micro() int64 { return int64(math.Round(float64(y) * 1e6)) }

const (
	maxAtOnce = 200
	maxBudget = 1_000_000 // 元 a day; more is a slip
	maxPrice  = 100_000   // 元 per million tokens
)

func (c *Config) checkLLM(r *reader) {
	l := &c.LLM
	if l.BaseURL == "" {
		if l.Model != "" || l.APIKey != "" {
			r.fail("llm.base_url", "没有写", "写接口地址，例如 https://…/v1；不用模型就删掉 llm")
		}
		return
	}
	u := r.checkURL("llm.base_url", &l.BaseURL, "例如 https://…/v1")
	r.need("llm.model", l.Model, "写模型的名字")
	if l.Timeout <= 0 || l.Timeout > maxLLMTimeout {
		r.fail("llm.timeout", "要大于 0，不超过 60s", "删掉这一行就是 8s")
	}
	if l.MaxAtOnce < 1 || l.MaxAtOnce > maxAtOnce {
		r.fail("llm.max_at_once", "要在 1 到 200 之间", "删掉这一行就是 8")
	}
	c.checkPrices(r)
	if u == nil || inHouse(l.BaseURL) {
		return
	}
	if u.Scheme == "http" {
		c.note(r, "llm.base_url", "没有用 HTTPS，路上的人看得到密钥和客人的话", "改成 https://；模型在自己机房就用内网 IP")
	}
	if l.Mask != nil && !*l.Mask {
		c.note(r, "llm.mask", "电话、姓名会原样发给外面的模型", "删掉这一行，发出去之前就换成代号")
	}
	if l.Budget == 0 {
		c.note(r, "llm.budget", "没有写，一天花多少没有上限", "写每天最多几元和单价，例如 budget: 20、price_in: 2、price_out: 8")
	}
}

func (c *Config) checkPrices(r *reader) {
	for key, v := range map[string]Yuan{"llm.price_in": c.LLM.PriceIn, "llm.price_out": c.LLM.PriceOut} {
		if v < 0 || v > maxPrice {
			r.fail(key, "不像每百万 token 的价钱", "写几元，例如 2")
		}
	}
	switch b := c.LLM.Budget; {
	case b < 0 || b > maxBudget:
		r.fail("llm.budget", "不像一天的钱", "写每天最多几元，例如 20")
	case b > 0 && c.LLM.PriceIn == 0 && c.LLM.PriceOut == 0:
		r.fail("llm.budget", "没有单价，算不出花了多少", "再写 price_in 和 price_out：每百万 token 几元，模型的价目表上有")
	}
}
