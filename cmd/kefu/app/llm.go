package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"kefu/bot/llm"
	"kefu/cmd/kefu/config"
	"kefu/store"
)

// Model makes the client of the configured model; without one it answers ErrOff.
// engine may be nil: then neither calls nor money are kept. now, log and meter may
// be nil too.
func Model(ctx context.Context, cfg *config.Config, engine store.Engine, now func() time.Time, log *slog.Logger, meter prometheus.Registerer) (*llm.Client, error) {
	l := cfg.LLM
	return llm.New(ctx, llm.Config{
		BaseURL: l.BaseURL, APIKey: l.APIKey.Reveal(), Model: l.Model, Timeout: l.Timeout, AtOnce: l.MaxAtOnce,
		Budget: l.Budget.Micro(), PriceIn: float64(l.PriceIn), PriceOut: float64(l.PriceOut), Mask: l.Masks(),
		Store: engine, Now: now, Log: log, Meter: meter,
	})
}

func (a *App) openModel(ctx context.Context) (err error) {
	if a.Model, err = Model(ctx, a.Config, a.Store, a.now, a.log, a.metrics); err != nil {
		return err
	}
	a.later("llm", a.Model.Close)
	return nil
}

// Tried is what a trial of the model came to.
type Tried struct {
	Text  string `json:"text"` // what it said
	In    int    `json:"in"`   // tokens
	Out   int    `json:"out"`
	Cost  int64  `json:"cost"`           // millionths of 元
	Took  int64  `json:"took"`           // milliseconds
	Form  bool   `json:"form"`           // it can answer in the form of a schema
	Found string `json:"found,omitzero"` // what is wrong, for people; "" when nothing
	Do    string `json:"do,omitzero"`    // what to do about it
}

// LongestTry is how long a text to try with may be, in bytes.
const LongestTry = 2000

var trySchema = json.RawMessage(`{"type":"object","additionalProperties":false,"required":["city"],"properties":{"city":{"type":"string","minLength":1,"maxLength":20}}}`)

// TryModel asks the model something, and something else in a form. Its faults are
// in what it returns.
func TryModel(ctx context.Context, c *llm.Client, text string) Tried {
	if text == "" {
		text = "请用一句话介绍你自己。"
	}
	got, err := c.Do(ctx, llm.Request{
		Prompt: "try", Version: "1", System: "你在和酒店客服系统的管理员试着通话。简短回答，不超过 60 个字。", User: text, MaxTokens: 200,
	})
	if err != nil {
		t := Tried{}
		t.Found, t.Do = ModelFault(err)
		return t
	}
	t := Tried{Text: got.Text, In: got.In, Out: got.Out, Cost: got.Cost, Took: got.Took.Milliseconds()}
	formed, err := tryForm(ctx, c)
	t.In, t.Out, t.Cost, t.Form = t.In+formed.In, t.Out+formed.Out, t.Cost+formed.Cost, err == nil
	if err != nil {
		t.Found, t.Do = ModelFault(err)
	}
	return t
}

func tryForm(ctx context.Context, c *llm.Client) (llm.Reply, error) {
	return c.Do(ctx, llm.Request{
		Prompt: "try", Version: "1", System: "找出话里的城市，填进 JSON 的 city。", User: "我下周到杭州，住两晚。", Schema: trySchema, MaxTokens: 100,
	})
}

// CheckModel is the smallest trial: one answer in a form, and how long it took.
func CheckModel(ctx context.Context, c *llm.Client) (time.Duration, error) {
	got, err := tryForm(ctx, c)
	return got.Took, err
}

// ModelFault says in words what an error of the model means, and what to do.
func ModelFault(err error) (found, do string) {
	api, _ := errors.AsType[*llm.APIError](err)
	switch {
	case errors.Is(err, llm.ErrOff):
		return "没有配模型", "在 llm 里写上，见 kefu.example.yaml；不用也行。"
	case errors.Is(err, llm.ErrBudget):
		return "今天的钱用完了", "明天自己恢复；要多用，改 llm.budget。"
	case errors.Is(err, llm.ErrBusy):
		return "同时问的太多", "过一会儿再试；常这样，改 llm.max_at_once。"
	case errors.Is(err, llm.ErrOpen):
		return "模型刚才连着出错，先不问它", "过半分钟再试。"
	case errors.Is(err, llm.ErrFormat):
		return "答得出，但不会按格式答", "换一个会输出 JSON 的模型；不换的话看信会走例句和规则。"
	case errors.Is(err, context.DeadlineExceeded):
		return "没有在时间里答完", "看 llm.timeout 够不够；客人等着时只有 2.5 秒，模型要快。"
	case api == nil:
		return "没有问成", "看 kefu serve 的日志。"
	}
	return faultOf(api)
}

func faultOf(api *llm.APIError) (found, do string) {
	found = "接口没有接通（" + cmp.Or(whys[api.Why], api.Why) + "）"
	if api.Status != 0 {
		found = fmt.Sprintf("接口回 HTTP %d", api.Status)
	}
	if api.Code != "" {
		found += "（" + api.Code + "）"
	}
	switch {
	case api.Status == http.StatusUnauthorized || api.Status == http.StatusForbidden:
		do = "检查 llm.api_key。"
	case api.Status == http.StatusPaymentRequired:
		do = "给模型的账号充值。"
	case api.Status == http.StatusNotFound:
		do = "检查 llm.base_url（一般以 /v1 结尾）和 llm.model。"
	case api.Status == http.StatusTooManyRequests:
		do = "账号的额度或频率不够：过一会儿再试，或找模型的提供方。"
	case api.Status >= 500:
		do = "模型那边出错，过一会儿再试。"
	case api.Status != 0:
		do = "检查 llm.base_url 和 llm.model，看模型的文档。"
	default:
		do = "检查 llm.base_url，和这台机器能不能连到它。"
	}
	return found, do
}

// tryTime is under what the command line waits for.
const tryTime = 9 * time.Second

func (a *App) llmStats(w http.ResponseWriter, r *http.Request) {
	days, err := strconv.Atoi(r.FormValue("days"))
	if err != nil {
		days = 7
	}
	s, err := a.Model.Stats(r.Context(), days)
	if err != nil {
		a.log.Error("model's ledger not read", "err", err)
		http.Error(w, "store", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(s)
}

func (a *App) llmTry(w http.ResponseWriter, r *http.Request) {
	text := r.FormValue("text")
	if len(text) > LongestTry {
		http.Error(w, "text", http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), tryTime)
	defer cancel()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(TryModel(ctx, a.Model, text))
}

// whys are what the client says of a network, in words for who reads doctor.
var whys = map[string]string{
	"the server's name is not known": "这个域名查不到", "nobody listens at the address": "那个地址没有程序在听",
	"the server cannot be reached": "连不到那台机器", "the connection broke": "连接中途断了",
	"the answer cannot be read": "回的内容读不懂", "no answer in time": "等到时限没有回答", "the server failed": "对方出错",
}
