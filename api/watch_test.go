package api_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/api"
	"huajie/domain"
)

// witness writes down what it saw.
type witness struct{ seen []string }

type witnessKey struct{}

func (w *witness) Begin(r *http.Request, route string) (context.Context, func(int)) {
	return context.WithValue(r.Context(), witnessKey{}, true), func(status int) {
		w.seen = append(w.seen, r.Method+" "+route+" "+http.StatusText(status))
	}
}

// doorOf is the house with more around it.
func doorOf(h *house, change func(*api.Deps)) http.Handler {
	d := api.Deps{Reader: h, Accounts: accounts{h}, Registrar: h, Engine: engine{h}, Rules: h.holder, Log: slog.New(slog.DiscardHandler)}
	change(&d)
	return api.New(d)
}

func ask(handler http.Handler, path string) *httptest.ResponseRecorder {
	res := httptest.NewRecorder()
	handler.ServeHTTP(res, httptest.NewRequest(http.MethodGet, path, nil))
	return res
}

func TestEveryRequestIsWatchedByItsPattern(t *testing.T) {
	t.Parallel()
	w := &witness{}
	door := doorOf(newHouse(t), func(d *api.Deps) { d.Watch = w })
	ask(door, "/livez")
	ask(door, "/api/v1/cases/220402G2026112300001")
	ask(door, "/nothing/here")
	require.Equal(t, []string{"GET /livez OK", "GET /api/v1/cases/:no Unauthorized", "GET  Not Found"}, w.seen)
}

func TestMetricsAreThereWhenTheyAreWired(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	require.Equal(t, http.StatusNotFound, ask(doorOf(h, func(*api.Deps) {}), "/metrics").Code)
	door := doorOf(h, func(d *api.Deps) {
		d.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("up 1\n")) })
	})
	require.Equal(t, "up 1\n", ask(door, "/metrics").Body.String())
}

// TestReadyTellsWhatIsMissing: the engine being away keeps nobody from taking a
// matter in, and a load balancer can ask for just that.
func TestReadyTellsWhatIsMissing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var stop atomic.Bool
	door := doorOf(h, func(d *api.Deps) { d.Stopping = stop.Load })
	ready := func(path string, status int) api.Health {
		t.Helper()
		res := ask(door, path)
		require.Equal(t, status, res.Code)
		var out api.Health
		require.NoError(t, json.Unmarshal(res.Body.Bytes(), &out))
		return out
	}
	ready("/readyz", http.StatusOK)
	h.engine = errAway
	require.Equal(t, api.Health{Status: "unavailable", Ledger: "ok", Engine: "unavailable"}, ready("/readyz", http.StatusServiceUnavailable))
	require.Equal(t, api.Health{Status: "ok", Ledger: "ok"}, ready("/readyz?intake=true", http.StatusOK))
	h.ledger = &domain.Error{Code: domain.CodeUnavailable, Reason: "schema_outdated"}
	require.Equal(t, "outdated", ready("/readyz?intake=true", http.StatusServiceUnavailable).Ledger)
	h.ledger, h.engine = nil, nil
	stop.Store(true)
	require.Equal(t, "stopping", ready("/readyz", http.StatusServiceUnavailable).Status)
	require.Equal(t, http.StatusOK, ask(door, "/livez").Code, "it is not dead yet")
}

// away is a scanner that does not answer.
type away struct{}

// Ping implements api.Pinger.
func (away) Ping(context.Context) error { return errAway }

// TestAScannerThatIsAwayKeepsNothingFromBeingReady: photographs wait for it, and nothing else.
func TestAScannerThatIsAwayKeepsNothingFromBeingReady(t *testing.T) {
	t.Parallel()
	door := doorOf(newHouse(t), func(d *api.Deps) { d.Scanner = away{} })
	res := ask(door, "/readyz")
	require.Equal(t, http.StatusOK, res.Code)
	require.JSONEq(t, `{"status":"ok","ledger":"ok","engine":"ok","scanner":"unavailable"}`, res.Body.String())
}
