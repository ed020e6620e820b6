package worker

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/workflow"

	"huajie/domain"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/internal/testkit"
	"huajie/workflows"
)

// unwritten is a ledger that does not know any session yet.
type unwritten struct{ Cases }

// StoredSession implements Cases.
func (unwritten) StoredSession(context.Context, string) (*joint.Session, error) {
	return nil, domain.NotFound()
}

// TestWordReachesASessionTheLedgerDoesNotKnowYet: a session that waits for the ledger to
// write its first events hears that its case has called it off (found by e2e/chaos).
func TestWordReachesASessionTheLedgerDoesNotKnowYet(t *testing.T) {
	t.Parallel()
	c := engine(t)
	no := testkit.Name(t) + "-J1"
	deps := Deps{Client: c, Cases: unwritten{}, Log: quiet}
	w := New(deps, Options{TaskQueue: no}).build(make(chan error, 1))
	w.RegisterWorkflowWithOptions(func(ctx workflow.Context) (string, error) {
		var word workflows.TellInput
		workflow.GetSignalChannel(ctx, workflows.TellSignal).Receive(ctx, &word)
		return word.Command.Action, nil
	}, workflow.RegisterOptions{Name: "a session that waits"})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: workflows.ID(no), TaskQueue: no}, "a session that waits")
	require.NoError(t, err)
	office := casework{Deps: deps, queue: no}
	off := workflows.DeliverInput{From: "its case", Key: "k", Effect: machine.Effect{Kind: machine.EffectTell, To: no, Action: "cancel-session"}}
	require.NoError(t, office.Deliver(ctx, off))
	var heard string
	require.NoError(t, run.Get(ctx, &heard))
	require.Equal(t, "cancel-session", heard)

	require.NoError(t, office.Deliver(ctx, off), "one that is nowhere need not be told")
}
