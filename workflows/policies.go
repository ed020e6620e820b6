package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// withStoreOptions is for the commit: an idempotent write that is tried until
// it succeeds. A refusal by a rule is final and marked so by the activity.
// It never gives up, because an update that failed for want of the
// database would answer every retry of its key with that failure, and a deadline
// that failed would end the workflow. That must be said: left out, the SDK takes the
// time of one try for that of all, and gives up after ten seconds. Nothing of
// it is in a history, so running cases may change it.
func withStoreOptions(ctx workflow.Context) workflow.Context {
	return workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		StartToCloseTimeout:    10 * time.Second,
		ScheduleToCloseTimeout: forEver,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    100 * time.Millisecond,
			BackoffCoefficient: 2,
			MaximumInterval:    5 * time.Second,
		},
	})
}

// forEver is longer than any ledger is away.
const forEver = 10 * 365 * 24 * time.Hour

// withDeliveryOptions is for carrying a consequence to another workflow.
func withDeliveryOptions(ctx workflow.Context) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 20 * time.Second,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    200 * time.Millisecond,
			BackoffCoefficient: 2,
			MaximumInterval:    time.Minute,
		},
	})
}
