package app

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/pprof"
	"strconv"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"kefu/store"
)

// Dead is a delivery that was given up, as the admin address lists it: nothing in
// it tells who it was for or what it said.
type Dead struct {
	ID       string     `json:"id"`
	Channel  string     `json:"channel"`
	Class    string     `json:"class"`
	State    string     `json:"state"`
	Code     int        `json:"code,omitempty"`
	Reason   string     `json:"reason,omitempty"`
	Attempts int        `json:"attempts"`
	At       store.Time `json:"at"`
}

const deadPage = 50

// adminMux serves /metrics /healthz /readyz /debug/pprof, and the dead letters
// for the command line. It knows no users: who reaches the address may use it,
// so it stands on loopback unless the configuration says otherwise.
func (a *App) adminMux() http.Handler {
	m := http.NewServeMux()
	m.Handle("GET /metrics", promhttp.HandlerFor(a.metrics, promhttp.HandlerOpts{}))
	m.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	m.HandleFunc("GET /readyz", a.health.ready)
	m.HandleFunc("/debug/pprof/", pprof.Index)
	m.HandleFunc("/debug/pprof/cmdline", http.NotFound) // paths and flags are nobody's business
	m.HandleFunc("/debug/pprof/profile", pprof.Profile)
	m.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	m.HandleFunc("/debug/pprof/trace", pprof.Trace)
	m.HandleFunc("GET /deliveries/dead", a.listDead)
	m.HandleFunc("POST /deliveries/again", a.sendAgain)
	m.HandleFunc("GET /llm/stats", a.llmStats)
	m.HandleFunc("POST /llm/try", a.llmTry)
	a.learning(m)
	return http.NewCrossOriginProtection().Handler(byAddress(m))
}

// byAddress serves only who names this machine by address or as localhost: a page
// on the web cannot reach it by letting its own name point here.
func byAddress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if r.Method != http.MethodGet && host != "localhost" && net.ParseIP(host) == nil {
			http.Error(w, "name this machine by its address", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (a *App) listDead(w http.ResponseWriter, r *http.Request) {
	limit, err := strconv.Atoi(r.FormValue("limit"))
	if err != nil || limit < 1 || limit > 200 {
		limit = deadPage
	}
	after, err := a.Out.Get(r.Context(), r.FormValue("after"))
	if err != nil {
		after = nil // from the first
	}
	list, err := a.Out.Dead(r.Context(), after, limit)
	if err != nil {
		a.log.Error("dead letters not listed", "err", err)
		http.Error(w, "store", http.StatusServiceUnavailable)
		return
	}
	out := make([]Dead, len(list))
	for i, d := range list {
		out[i] = Dead{
			ID: d.ID, Channel: string(d.To.Channel), Class: string(d.Class), State: string(d.State),
			Reason: d.Reason, Attempts: d.Attempts, At: d.Lost,
		}
		for _, way := range d.Ways {
			if way.Code != 0 {
				out[i].Code = way.Code
			}
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}

// sendAgain sends one dead letter once more: 204, 404 when there is none of that
// id, 409 when it is not one that can be sent again.
func (a *App) sendAgain(w http.ResponseWriter, r *http.Request) {
	err := a.Out.Again(r.Context(), r.FormValue("id"))
	switch {
	case err == nil:
		w.WriteHeader(http.StatusNoContent)
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrRefused):
		http.Error(w, "no such delivery", http.StatusNotFound)
	case notAgain(err):
		http.Error(w, "not to be sent again", http.StatusConflict)
	default:
		a.log.Error("dead letter not sent again", "err", err)
		http.Error(w, "store", http.StatusServiceUnavailable)
	}
}
