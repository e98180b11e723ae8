package llm

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// meter counts calls. Labels are prompts' names and outcomes, which are ours.
type meter struct {
	calls *prometheus.CounterVec
	times *prometheus.HistogramVec
}

func newMeter(r prometheus.Registerer, p *purse) *meter {
	m := &meter{
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kefu_llm_calls_total",
			Help: "Calls of the model by prompt and outcome: ok, repaired, format, timeout, canceled, refused, failed; not made: busy, budget, open.",
		}, []string{"prompt", "outcome"}),
		times: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "kefu_llm_seconds", Help: "How long calls of the model took.",
			Buckets: []float64{.25, .5, 1, 1.5, 2, 2.5, 4, 8, 16, 32},
		}, []string{"prompt"}),
	}
	if r != nil {
		r.MustRegister(m.calls, m.times, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "kefu_llm_cost_today_yuan", Help: "What the model cost today, of all instances, with what is reserved for calls under way.",
		}, func() float64 { return float64(p.seen()) / 1e6 }))
	}
	return m
}

func (m *meter) count(prompt string, o Outcome) {
	m.calls.WithLabelValues(prompt, string(o)).Inc()
}

func (m *meter) took(prompt string, d time.Duration) {
	m.times.WithLabelValues(prompt).Observe(d.Seconds())
}
