package bot

import "github.com/prometheus/client_golang/prometheus"

// metrics count what happens on the path of a message. Labels never hold anything
// of a customer.
type metrics struct {
	events *prometheus.CounterVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "kefu_messages_total", Help: "What became of customers' messages: repeat, overload, failed, given_up, model_late.",
	}, []string{"what"})}
	if r != nil {
		r.MustRegister(m.events)
	}
	return m
}

func (m *metrics) repeat()   { m.events.WithLabelValues("repeat").Inc() }
func (m *metrics) overload() { m.events.WithLabelValues("overload").Inc() }
func (m *metrics) failed()   { m.events.WithLabelValues("failed").Inc() }
func (m *metrics) gaveUp()   { m.events.WithLabelValues("given_up").Inc() }
func (m *metrics) mindLate() { m.events.WithLabelValues("model_late").Inc() }
