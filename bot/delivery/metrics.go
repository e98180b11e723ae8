package delivery

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	outcomes *prometheus.CounterVec
	calls    *prometheus.HistogramVec
}

// newMetrics registers the outbox's metrics; reg may be nil.
func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		outcomes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kefu_delivery_outcomes_total", Help: "What became of deliveries, each time a state was reached.",
		}, []string{"channel", "class", "state"}),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "kefu_delivery_call_seconds", Help: "Duration of calls out.",
			Buckets: []float64{.01, .03, .1, .3, 1, 3, 10},
		}, []string{"channel", "verdict"}),
	}
	if reg == nil {
		return m, nil
	}
	return m, errors.Join(reg.Register(m.outcomes), reg.Register(m.calls))
}

func (m *metrics) reached(d *Delivery) {
	m.outcomes.WithLabelValues(string(d.To.Channel), string(d.Class), string(d.State)).Inc()
}
