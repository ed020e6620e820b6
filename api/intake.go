package api

import (
	"context"
	"sync/atomic"
	"time"

	"huajie/domain"
	"huajie/domain/machine"
)

// awayPause is how long registrations do not even ask an engine that did not
// answer: a queue at the window must not wait for it person by person. The
// worker starts what was left.
const awayPause = 5 * time.Second

// restraint remembers when the engine last did not answer.
type restraint struct{ last atomic.Int64 }

func (r *restraint) holds(now time.Time) bool {
	since := now.Sub(time.Unix(0, r.last.Load()))
	return since >= 0 && since < awayPause
}

// begin starts the workflow of a case that has just been registered.
func (s *server) begin(ctx context.Context, no string, events []machine.Event) error {
	return s.starting(func() error { return s.startCase(ctx, no, nil, events) })
}

// starting starts a workflow of something that is safe in the ledger already, unless the engine
// did not answer a moment ago.
func (s *server) starting(start func() error) error {
	if s.restraint.holds(s.Now()) {
		return unavailable("engine_away")
	}
	err := start()
	if domain.CodeOf(err) == domain.CodeUnavailable {
		s.restraint.last.Store(s.Now().UnixNano())
	}
	return err
}
