package demo

import (
	"context"
	"sync/atomic"
	"time"

	"kefu/bot/answer"
	"kefu/bot/llm"
	model "kefu/bot/llm/sim"
)

// mind is a language model of the demo's own that the page can switch on, slow
// down, and have talk nonsense. It answers over HTTP like any other.
type mind struct {
	answer.Model
	server *model.Server
	on     atomic.Bool
}

func newMind() *mind {
	return &mind{server: model.New(model.Config{Think: 300 * time.Millisecond, Delay: 6 * time.Second})}
}

// around is what the program asks: without a model until one is switched on.
func (m *mind) around(inner answer.Model) answer.Model {
	m.Model = inner
	return m
}

// Do asks the model if it is switched on.
func (m *mind) Do(ctx context.Context, r llm.Request) (llm.Reply, error) {
	if !m.on.Load() {
		return llm.Reply{}, llm.ErrOff
	}
	return m.Model.Do(ctx, r)
}

// modes are the model's knobs, each of which switches it on.
var modes = []struct {
	key, title, see string
	mode            model.Mode
}{
	{"model", "接上模型", "认不准的话、知识库答得不全的问题，由模型来读、来答，答案标“智能生成”；工单页有草稿。试一句“充电要扫码吗”", model.Honest},
	{"babble", "模型胡说", "它许诺赔钱、编造钟点、报出指令，一句也到不了客人：没有依据的都被删掉，改请人来答", model.Babble},
	{"sluggish", "模型慢 6 秒", "客人不等它：先说请人确认；它后来答出来，还没有人答，就补给客人。也试“充电要扫码吗”", model.Slow},
	{"modeldown", "模型断了", "连着出错就先不问它；客人照样有答复，和没有模型时一样", model.Down},
}

// turn switches the model into one of its modes, or off.
func (m *mind) turn(key string, on bool) bool {
	for _, k := range modes {
		if k.key == key {
			m.on.Store(on)
			m.server.Set(k.mode)
			return true
		}
	}
	return false
}

// knobs are the modes as they stand.
func (m *mind) knobs() []knob {
	var all []knob
	for _, k := range modes {
		all = append(all, knob{Key: k.key, Title: k.title, See: k.see, On: m.on.Load() && m.server.Mode() == k.mode})
	}
	return all
}
