// Package worker registers the workflows and what they do in the world, and
// runs them. It holds no rule and no SQL.
package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"huajie/activities"
	"huajie/domain/casefile"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/whistle"
	"huajie/workflows"
)

// Cases is what the worker must read of the ledger beyond the commit: the
// cases whose workflow has not been started, and where a case stands.
type Cases interface {
	// Unstarted lists cases and whistles registered before the moment given whose workflow
	// was not started, oldest first.
	Unstarted(ctx context.Context, before time.Time, limit int) ([]string, error)
	// MarkStarted notes that the workflow of a case or whistle runs.
	MarkStarted(ctx context.Context, no string) error
	// Overslept lists cases, sessions and whistles with a deadline from before the moment
	// given that has not taken effect.
	Overslept(ctx context.Context, before time.Time, limit int) ([]string, error)
	// StoredCase and StoredEvents give a case as the ledger has it.
	StoredCase(ctx context.Context, no string) (casefile.Case, error)
	StoredEvents(ctx context.Context, no string) ([]machine.Event, error)
	// StoredSession gives a joint session as the ledger has it.
	StoredSession(ctx context.Context, no string) (*joint.Session, error)
	// StoredWhistle gives a whistle as the ledger has it.
	StoredWhistle(ctx context.Context, no string) (*whistle.Whistle, error)
}

// Uploads are photographs on their way.
type Uploads interface {
	// SweepUploads forgets those that nobody has gone on with since a moment.
	SweepUploads(ctx context.Context, before time.Time) (int, error)
}

// Deps is what a worker works with.
type Deps struct {
	Client  client.Client
	Desk    *activities.Desk
	Cases   Cases
	Uploads Uploads // nil: they are swept by nobody
	Errands Errands // word for many cases; nil: there is none
	Log     *slog.Logger

	late *late
}

// Options bound how much a worker takes on at once. Zero values take the defaults.
type Options struct {
	TaskQueue   string        // default workflows.TaskQueue
	Pollers     int           // default 16: fewer than concurrent officers costs latency
	CacheSize   int           // default 4000: workflows kept folded in memory
	SweepEvery  time.Duration // default 5 s: how soon a stored but unstarted case is picked up
	KeepUploads time.Duration // default 7 days: how long an upload waits to be gone on with
}

// Worker runs cases until it is stopped.
type Worker struct {
	deps    Deps
	options Options
	sweeper *sweeper
	running atomic.Bool
}

// New prepares a worker on a task queue. It takes nothing on before Run.
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
	if o.CacheSize == 0 {
		o.CacheSize = 4000
	}
	if o.KeepUploads == 0 {
		o.KeepUploads = 7 * 24 * time.Hour
	}
	worker.SetStickyWorkflowCacheSize(o.CacheSize)
	d.late = &late{}
	return &Worker{deps: d, options: o, sweeper: &sweeper{Deps: d, queue: o.TaskQueue, keepUploads: o.KeepUploads}}
}

// build registers everything on the task queue. failed hears of what the engine
// says cannot get better by itself.
func (w *Worker) build(failed chan<- error) worker.Worker {
	temporal := worker.New(w.deps.Client, w.options.TaskQueue, worker.Options{
		MaxConcurrentWorkflowTaskPollers: w.options.Pollers,
		MaxConcurrentActivityTaskPollers: 4,
		WorkerStopTimeout:                10 * time.Second,
		StickyScheduleToStartTimeout:     stickyPatience,
		DeadlockDetectionTimeout:         stillThere,
		OnFatalError: func(err error) {
			select {
			case failed <- err:
			default: // told already
			}
		},
	})
	RegisterWorkflows(temporal)
	RegisterActivities(temporal, w.deps, w.options.TaskQueue)
	return temporal
}

// stickyPatience is how long a task waits for the worker that holds its case in
// memory before any worker may take it. When many limits pass at once tasks
// queue for seconds; at the default of five they then turn to workers that must
// replay the case first, and a backlog grows where it should shrink
// (docs/performance.md). The price is paid when a worker is killed: the next
// step or question to each of its cases waits this long, so it stays well below
// what the API waits for a step.
const stickyPatience = 8 * time.Second

// stillThere is how long workflow code may compute before the SDK takes it for
// stuck. Ours only folds events, so at the default of a second the detector met nothing but
// machines that were busy or had been frozen for a moment: it failed good tasks, which then
// waited for their next attempt, when there was least time to lose, while their code went
// on beside the SDK's. Code that is stuck is still named, a minute later.
const stillThere = time.Minute

// RegisterWorkflows names every workflow as histories know it: on a worker, a
// replayer or a test environment.
func RegisterWorkflows(r interface {
	RegisterWorkflowWithOptions(w any, o workflow.RegisterOptions)
}) {
	r.RegisterWorkflowWithOptions(workflows.Grievance, workflow.RegisterOptions{Name: workflows.GrievanceWorkflow})
	r.RegisterWorkflowWithOptions(workflows.GridEvent, workflow.RegisterOptions{Name: workflows.GridEventWorkflow})
	r.RegisterWorkflowWithOptions(workflows.JointSession, workflow.RegisterOptions{Name: workflows.SessionWorkflow})
	r.RegisterWorkflowWithOptions(workflows.Whistle, workflow.RegisterOptions{Name: workflows.WhistleWorkflow})
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

// Running tells whether the worker takes work.
func (w *Worker) Running() bool { return w.running.Load() }

// The pauses between two attempts to start while the engine is away.
const (
	firstPause   = 200 * time.Millisecond
	longestPause = 10 * time.Second
)

// Run waits for the engine, works until ctx ends, and then lets what is in flight
// finish.
func (w *Worker) Run(ctx context.Context) error {
	failed := make(chan error, 1)
	temporal := w.start(ctx, failed)
	if temporal == nil {
		return nil
	}
	w.running.Store(true)
	defer temporal.Stop()
	defer w.running.Store(false)
	w.deps.Log.InfoContext(ctx, "the worker runs", "task_queue", w.options.TaskQueue)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go func() {
		select {
		case err := <-failed:
			stop(fmt.Errorf("worker: %w", err))
		case <-ctx.Done():
		}
	}()
	w.sweeper.run(ctx, w.options.SweepEvery)
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// start tries until the engine is there; it answers nil when ctx ends first. A
// worker whose start has failed cannot be started again, so each try has its own.
func (w *Worker) start(ctx context.Context, failed chan<- error) worker.Worker {
	for pause := firstPause; ctx.Err() == nil; pause = min(2*pause, longestPause) {
		err := w.engineThere(ctx)
		if err == nil {
			temporal := w.build(failed)
			if err = temporal.Start(); err == nil {
				return temporal
			}
		}
		if ctx.Err() == nil {
			w.deps.Log.WarnContext(ctx, "waiting for the engine", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	return nil
}

// thereLimit is how long the engine may take to say that it is there.
const thereLimit = 5 * time.Second

func (w *Worker) engineThere(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, thereLimit)
	defer cancel()
	_, err := w.deps.Client.CheckHealth(ctx, &client.CheckHealthRequest{})
	return err
}
