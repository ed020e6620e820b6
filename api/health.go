package api

import (
	"context"
	"net/http"
	"time"

	"huajie/domain"
)

// Health is what a supervisor of processes asks for.
type Health struct {
	Status  string `json:"status" enum:"ok,unavailable,stopping"`
	Ledger  string `json:"ledger,omitempty" enum:"ok,unavailable,outdated" doc:"outdated: run huajie migrate"`
	Engine  string `json:"engine,omitempty" enum:"ok,unavailable"`
	Scanner string `json:"scanner,omitempty" enum:"ok,unavailable" doc:"of malware, where there is one; it is needed by no step: photographs wait for it"`
	Version string `json:"version,omitempty"`
}

type healthOutput struct {
	Status int
	Body   Health
}

// The words of Health.
const (
	healthy  = "ok"
	away     = "unavailable"
	outdated = "outdated"
	stopping = "stopping"
)

// Pinger is a ledger or an engine that can be asked whether it is there.
type Pinger interface {
	Ping(ctx context.Context) error
}

// readyLimit is how long a dependency may take to say that it is there.
const readyLimit = 2 * time.Second

// CheckHealth asks the ledger, and the engine where it is needed, and answers
// with the status for HTTP. API and worker tell it alike.
func CheckHealth(ctx context.Context, ledger, engine Pinger) (int, Health) {
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	out := Health{Status: healthy, Ledger: healthy}
	asked := make(chan error, 1)
	if engine == nil {
		asked <- nil
	} else {
		out.Engine = healthy
		go func() { asked <- engine.Ping(ctx) }()
	}
	if err := ledger.Ping(ctx); err != nil {
		out.Status, out.Ledger = away, away
		if domain.ReasonOf(err) == "schema_outdated" {
			out.Ledger = outdated
		}
	}
	if err := <-asked; err != nil {
		out.Status, out.Engine = away, away
	}
	if out.Status != healthy {
		return http.StatusServiceUnavailable, out
	}
	return http.StatusOK, out
}

// ScannerHealth asks the scanner of malware, nil where there is none. Photographs wait while it
// is away; everything else goes on, so it keeps no process from being ready.
func ScannerHealth(ctx context.Context, scanner Pinger) string {
	if scanner == nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	if err := scanner.Ping(ctx); err != nil {
		return away
	}
	return healthy
}

// live tells that the process answers, whatever it depends on.
func (s *server) live(context.Context, *struct{}) (*healthOutput, error) {
	return &healthOutput{http.StatusOK, Health{Status: healthy, Version: s.Version}}, nil
}

type readyInput struct {
	Intake bool `query:"intake" doc:"only what taking a matter in needs, for a load balancer: matters are taken in while the engine is away"`
}

// ready tells whether everything is there that a step needs, and what is not.
func (s *server) ready(ctx context.Context, in *readyInput) (*healthOutput, error) {
	if s.Stopping != nil && s.Stopping() {
		return &healthOutput{http.StatusServiceUnavailable, Health{Status: stopping, Version: s.Version}}, nil
	}
	var engine Pinger = s.Engine
	if in.Intake {
		engine = nil
	}
	status, body := CheckHealth(ctx, s.Reader, engine)
	body.Version, body.Scanner = s.Version, ScannerHealth(ctx, s.Scanner)
	return &healthOutput{status, body}, nil
}
