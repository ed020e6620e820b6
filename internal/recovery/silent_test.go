package recovery_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain/machine"
	"huajie/internal/recovery"
)

// shy is an engine whose workflows do not answer at first, as after an outage, when their
// tasks still wait for their turn.
type shy struct {
	recovery.Engine
	left atomic.Int32
}

// State implements recovery.Engine.
func (s *shy) State(ctx context.Context, kind, no string) (machine.Subject, error) {
	if s.left.Add(-1) >= 0 {
		return nil, errors.New("unable to query workflow due to workflow task in failed state")
	}
	return s.Engine.State(ctx, kind, no)
}

// TestASilentWorkflowIsAskedAgain: one that answers a moment later is no finding, one
// that never does is (found by e2e/chaos).
func TestASilentWorkflowIsAskedAgain(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	no := s.toUnit()
	engine := &shy{Engine: s.Engine}
	d := *s.Desk
	d.Engine = engine

	engine.left.Store(2)
	report, err := d.Verify(context.Background(), recovery.Options{No: no})
	require.NoError(t, err)
	require.Empty(t, report.Findings)
	require.Equal(t, 1, report.Compared)

	engine.left.Store(1_000_000)
	report, err = d.Verify(context.Background(), recovery.Options{No: no})
	require.NoError(t, err)
	require.Len(t, report.Findings, 1)
	require.Equal(t, recovery.NoAnswer, report.Findings[0].Code)
}

// restless is an engine whose workflow takes another step whenever it is asked.
type restless struct {
	recovery.Engine
	step func()
}

// State implements recovery.Engine.
func (r *restless) State(ctx context.Context, kind, no string) (machine.Subject, error) {
	r.step()
	return r.Engine.State(ctx, kind, no)
}

// TestACaseThatMovesIsNoFinding: on a busy machine a case moves between the moment
// its ledger is read and the moment its workflow answers, every time (found by e2e/chaos).
func TestACaseThatMovesIsNoFinding(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	no := s.inHand()
	d := *s.Desk
	d.Engine = &restless{Engine: s.Engine, step: func() {
		s.do("handler."+housing, no, "contact-petitioner", map[string]any{"method": "phone", "reached": true, "summary": "已联系"})
	}}
	report, err := d.Verify(context.Background(), recovery.Options{No: no})
	require.NoError(t, err)
	require.Empty(t, report.Findings)
	require.Equal(t, 1, report.Compared)
}
