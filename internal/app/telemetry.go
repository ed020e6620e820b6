package app

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"time"

	"huajie/api"
	"huajie/config"
	"huajie/domain/calendar"
	"huajie/internal/telemetry"
)

// flushTime is how long telemetry may take to send what it still holds.
const flushTime = 5 * time.Second

// NewTelemetry prepares what a process tells about itself, as configured.
func NewTelemetry(ctx context.Context, cfg config.Config, version string) (*telemetry.Telemetry, error) {
	return telemetry.New(ctx, telemetry.Options{Version: version, OTLPEndpoint: cfg.OTLPEndpoint, Ratio: cfg.TraceRatio})
}

// watch adds what is looked up in the ledger whenever metrics are asked for.
func (a *App) watch() error {
	if a.Telemetry == nil {
		return nil
	}
	var err error
	if a.Desk.Ledger, err = a.Telemetry.Firings(a.Store); err != nil {
		return err
	}
	if err := a.Telemetry.Watch(telemetry.Pool(a.Store.Stat)); err != nil {
		return err
	}
	return a.Telemetry.Watch(telemetry.Business(a.Store, func() *calendar.Calendar { return a.Book.Current().Calendar }, a.scanner != nil))
}

// watchHandler answers for a worker what the API answers for itself: /livez,
// /readyz and /metrics. running tells whether the worker takes work.
func (a *App) watchHandler(version string, running func() bool) http.Handler {
	mux := http.NewServeMux()
	if a.Telemetry != nil {
		mux.Handle("GET /metrics", a.Telemetry.Handler())
	}
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) {
		writeHealth(w, http.StatusOK, api.Health{Status: "ok", Version: version})
	})
	engine := api.NewEngine(a.Client, a.TaskQueue, a.Store)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if a.stopping.Load() {
			writeHealth(w, http.StatusServiceUnavailable, api.Health{Status: "stopping", Version: version})
			return
		}
		status, h := api.CheckHealth(r.Context(), a.Store, engine)
		h.Scanner = api.ScannerHealth(r.Context(), a.pinger())
		if h.Version = version; status == http.StatusOK && !running() {
			status, h.Status = http.StatusServiceUnavailable, "unavailable"
		}
		writeHealth(w, status, h)
	})
	return mux
}

func writeHealth(w http.ResponseWriter, status int, h api.Health) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(h) // the caller may have gone
}

// listen takes an address, and names the setting when it is not free.
func listen(key, address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, &settingError{key, err}
	}
	return l, nil
}

// settingError is a fault that lies with one setting.
type settingError struct {
	key string
	err error
}

// Error names the setting.
func (e *settingError) Error() string { return e.key + ": " + e.err.Error() }

// Unwrap gives the fault.
func (e *settingError) Unwrap() error { return e.err }
