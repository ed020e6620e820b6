// Package worker registers the workflows and what they do in the world, and
// runs them. It holds no rule and no SQL.
package worker

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"huajie/activities"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/workflows"
)

// Cases is what the worker must read of the ledger beyond the commit: the
// cases whose workflow has not been started, and where a case stands.
type Cases interface {
	// Unstarted lists cases registered before the moment given whose workflow
	// was not started, oldest first.
	Unstarted(ctx context.Context, before time.Time, limit int) ([]string, error)
	// MarkStarted notes that the workflow of a case runs.
	MarkStarted(ctx context.Context, no string) error
	// StoredCase and StoredEvents give a case as the ledger has it.
	StoredCase(ctx context.Context, no string) (*grievance.Case, error)
	StoredEvents(ctx context.Context, no string) ([]machine.Event, error)
	// StoredSession gives a joint session as the ledger has it.
	StoredSession(ctx context.Context, no string) (*joint.Session, error)
}

// Deps is what a worker works with.
type Deps struct {
	Client client.Client
	Desk   *activities.Desk
	Cases  Cases
	Log    *slog.Logger
}

// Options bound how much a worker takes on at once. Zero values take the defaults.
type Options struct {
	TaskQueue  string        // default workflows.TaskQueue
	Pollers    int           // default 16: fewer than concurrent officers costs latency
	CacheSize  int           // workflows kept folded in memory
	SweepEvery time.Duration // default 5 s: how soon a stored but unstarted case is picked up
}

// Worker runs cases until it is stopped.
type Worker struct {
	temporal worker.Worker
	sweeper  *sweeper
	every    time.Duration
}

// New registers everything on a task queue.
func New(d Deps, o Options) *Worker {
	if o.TaskQueue == "" {
		o.TaskQueue = workflows.TaskQueue
	}
	if o.Pollers == 0 {
		o.Pollers = 16
	}
	if o.SweepEvery == 0 {
		o.SweepEvery = 5 * time.Second
	}
	if o.CacheSize > 0 {
		worker.SetStickyWorkflowCacheSize(o.CacheSize)
	}
	w := worker.New(d.Client, o.TaskQueue, worker.Options{
		MaxConcurrentWorkflowTaskPollers: o.Pollers,
		MaxConcurrentActivityTaskPollers: 4,
		WorkerStopTimeout:                10 * time.Second,
	})
	RegisterWorkflows(w)
	RegisterActivities(w, d, o.TaskQueue)
	return &Worker{temporal: w, sweeper: &sweeper{Deps: d, queue: o.TaskQueue}, every: o.SweepEvery}
}

// RegisterWorkflows names every workflow as histories know it: on a worker, a
// replayer or a test environment.
func RegisterWorkflows(r interface {
	RegisterWorkflowWithOptions(w any, o workflow.RegisterOptions)
}) {
	r.RegisterWorkflowWithOptions(workflows.Grievance, workflow.RegisterOptions{Name: workflows.GrievanceWorkflow})
	r.RegisterWorkflowWithOptions(workflows.JointSession, workflow.RegisterOptions{Name: workflows.SessionWorkflow})
}

// RegisterActivities names what workflows do in the world.
func RegisterActivities(r interface {
	RegisterActivityWithOptions(a any, o activity.RegisterOptions)
}, d Deps, queue string) {
	c := casework{Deps: d, queue: queue}
	r.RegisterActivityWithOptions(c.Commit, activity.RegisterOptions{Name: workflows.CommitActivity})
	r.RegisterActivityWithOptions(c.OpenSession, activity.RegisterOptions{Name: workflows.OpenActivity})
	r.RegisterActivityWithOptions(c.Deliver, activity.RegisterOptions{Name: workflows.DeliverActivity})
}

// Run works until ctx ends, then lets what is in flight finish.
func (w *Worker) Run(ctx context.Context) error {
	if err := w.temporal.Start(); err != nil {
		return err
	}
	defer w.temporal.Stop()
	if err := w.sweeper.run(ctx, w.every); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
