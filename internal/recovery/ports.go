package recovery

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"huajie/activities"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/store"
)

// Ledger is what is needed of the store.
type Ledger interface {
	Streams(ctx context.Context) (int, error)
	Examine(ctx context.Context, after string, limit int) (list []store.Stream, next string, err error)
	ExamineOne(ctx context.Context, no string) (store.Stream, error)
	Unknown(ctx context.Context, nos []string) ([]string, error)
	DanglingCommands(ctx context.Context, after string, limit int) (bad []store.Dangling, next string, err error)
	VerifyRemovals(ctx context.Context) (n int, faults []store.Fault, err error)
	Gone(ctx context.Context) (store.Gone, error)
	MarkStarted(ctx context.Context, no string) error
	UserNamed(ctx context.Context, username string) (org.User, error)
	Rebuild(ctx context.Context, f store.Found, dry bool) (store.Rebuilt, error)
	RaiseNumbers(ctx context.Context, place, letter string, day time.Time, last int) error
}

// Engine is what is needed of the engine.
type Engine interface {
	// Listening tells whether a worker listens, without which no workflow answers.
	Listening(ctx context.Context) (bool, error)
	// List calls each with every run of a case or session the engine still
	// keeps, open or ended, page by page.
	List(ctx context.Context, each func([]Run) error) error
	// State is what the running workflow has folded; ErrNotRunning where none runs.
	State(ctx context.Context, kind, no string) (machine.Subject, error)
	// Running tells whether a workflow runs, without asking a worker.
	Running(ctx context.Context, kind, no string) (bool, error)
	// Nudge makes a workflow look at the ledger again.
	Nudge(ctx context.Context, kind, no string) error
	// Read takes what is of use to the ledger out of the history of a run;
	// ErrNotKept where the engine has let go of it.
	Read(ctx context.Context, run Run) (Recorded, error)
	// Start starts a workflow unless one runs; it tells whether it did.
	Start(ctx context.Context, s Start) (bool, error)
}

// ErrNotRunning says that a case or session has no running workflow.
var ErrNotRunning = errors.New("no workflow runs")

// ErrNotKept says that a history is beyond the engine's retention.
var ErrNotKept = errors.New("the history is not kept")

// Run is one run of a workflow.
type Run struct {
	Kind, No string
	ID       string // of the run
	Began    time.Time
	Open     bool
}

// Start is what a workflow starts with.
type Start struct {
	Kind, No string
	Case     string          // the case a session stands under
	State    machine.Subject // nil to fold the events from the first
	Events   []machine.Event
	Now      machine.Subject // what State and Events amount to
}

// Desk carries out verification and recovery.
type Desk struct {
	Ledger Ledger
	Engine Engine
	Book   activities.Rulebook
	Log    *slog.Logger
	// Progress is told now and then how far the work has got; it may be nil.
	Progress func(stage string, done, total int)
	// Workers bounds how many streams are dealt with at once; default 16.
	Workers int
}

// batch is how many streams are read from the ledger at once.
const batch = 200

func (d *Desk) workers() int {
	if d.Workers <= 0 {
		return 16
	}
	return d.Workers
}

func (d *Desk) progress(stage string, done, total int) {
	if d.Progress != nil {
		d.Progress(stage, done, total)
	}
}
