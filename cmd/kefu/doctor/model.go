package doctor

import (
	"context"
	"fmt"
	"time"

	"kefu/cmd/kefu/app"
)

// slow is more than a customer's message waits for the model.
const slow = 2500 * time.Millisecond

// model asks the configured model something small: a thousandth of a 分.
func (d *Doctor) model(ctx context.Context) {
	const about = "大模型"
	if !d.cfg.LLM.On() {
		d.well(about, "没有配，靠例句、规则和知识库接待")
		return
	}
	m, err := app.Model(ctx, d.cfg, nil, d.now, nil, nil)
	if err != nil {
		d.wrong(about, err.Error(), "检查 llm。")
		return
	}
	defer m.Close() //nolint:errcheck // it kept nothing
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	took, err := app.CheckModel(ctx, m)
	masked := "电话、姓名换成代号再发"
	if !d.cfg.LLM.Masks() {
		masked = "电话、姓名原样发"
	}
	found := fmt.Sprintf("%s 通，%.1f 秒，会按格式答，%s", d.cfg.LLM.Model, took.Seconds(), masked)
	switch {
	case err != nil:
		found, do := app.ModelFault(err)
		d.wrong(about, d.cfg.LLM.Model+" "+found, do+"模型不通也能接待。")
	case took > slow:
		d.mind(about, found, "客人等着时只有 2.5 秒，这个模型多半赶不上；换快一些的，或只用它给员工写草稿。")
	default:
		d.well(about, found)
	}
}
