package api

import (
	"context"
	"net/http"
	"time"
)

// Health is what a supervisor of processes asks for.
type Health struct {
	Status  string `json:"status" enum:"ok,unavailable"`
	Ledger  string `json:"ledger,omitempty" enum:"ok,unavailable"`
	Engine  string `json:"engine,omitempty" enum:"ok,unavailable"`
	Version string `json:"version,omitempty"`
}

type healthOutput struct {
	Status int
	Body   Health
}

const (
	healthy = "ok"
	away    = "unavailable"
)

// live tells that the process answers, whatever it depends on.
func (s *server) live(context.Context, *struct{}) (*healthOutput, error) {
	return &healthOutput{http.StatusOK, Health{Status: healthy, Version: s.Version}}, nil
}

// readyLimit is how long a dependency may take to say that it is there.
const readyLimit = 2 * time.Second

// ready tells whether everything is there that a step needs, and what is not.
func (s *server) ready(ctx context.Context, _ *struct{}) (*healthOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	engine := make(chan error, 1)
	go func() { engine <- s.Engine.Ping(ctx) }()
	out := &healthOutput{http.StatusOK, Health{Status: healthy, Ledger: healthy, Engine: healthy, Version: s.Version}}
	if err := s.Reader.Ping(ctx); err != nil {
		out.Status, out.Body.Status, out.Body.Ledger = http.StatusServiceUnavailable, away, away
	}
	if err := <-engine; err != nil {
		out.Status, out.Body.Status, out.Body.Engine = http.StatusServiceUnavailable, away, away
	}
	return out, nil
}
