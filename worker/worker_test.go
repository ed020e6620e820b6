package worker

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	tlog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/workflow"

	"huajie/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// engine is a client of the tests' engine that says nothing.
func engine(t *testing.T) client.Client {
	t.Helper()
	address, namespace := testkit.Temporal(t)
	c, err := client.Dial(client.Options{HostPort: address, Namespace: namespace, Logger: tlog.NewStructuredLogger(quiet)})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

var quiet = slog.New(slog.DiscardHandler)

// TestABusyMachineFailsNoTask: a workflow that gets no processor for two seconds,
// or was frozen with its machine, has done nothing wrong (found by e2e/chaos).
func TestABusyMachineFailsNoTask(t *testing.T) {
	t.Parallel()
	c := engine(t)
	queue := testkit.Name(t)
	w := New(Deps{Client: c, Log: quiet}, Options{TaskQueue: queue}).build(make(chan error, 1))
	w.RegisterWorkflowWithOptions(func(workflow.Context) error {
		for end := time.Now().Add(2 * time.Second); time.Now().Before(end); { // as much as the processor lets it
		}
		return nil
	}, workflow.RegisterOptions{Name: "busy"})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	run, err := c.ExecuteWorkflow(context.Background(), client.StartWorkflowOptions{ID: queue, TaskQueue: queue}, "busy")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	require.NoError(t, run.Get(ctx, nil))
	for history := c.GetWorkflowHistory(context.Background(), queue, run.GetRunID(), false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); history.HasNext(); {
		e, err := history.Next()
		require.NoError(t, err)
		require.NotEqual(t, enums.EVENT_TYPE_WORKFLOW_TASK_FAILED, e.GetEventType(), e.GetWorkflowTaskFailedEventAttributes().GetFailure().GetMessage())
		require.NotEqual(t, enums.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT, e.GetEventType())
	}
}
