// Package exporter makes the files of lists that somebody takes out of the house (§2.2
// data.export). What is to be made stands in the ledger; any number of workers may look for
// it there, and when one dies another makes the file from its beginning.
package exporter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"time"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/export"
	"huajie/domain/org"
	"huajie/domain/view"
	"huajie/internal/blobs"
)

// Jobs are the exports of the ledger.
type Jobs interface {
	// ClaimExport takes up the next one for a while; ok is false when there is none.
	ClaimExport(ctx context.Context, now time.Time, lease time.Duration) (e export.Export, ok bool, err error)
	// ProgressExport tells how far one has come and keeps it for a while longer; it is a
	// domain.CodeConflict when another worker has taken it over.
	ProgressExport(ctx context.Context, e export.Export, until time.Time) error
	// HoldExport keeps it until a moment, after which another may claim it.
	HoldExport(ctx context.Context, e export.Export, until time.Time) error
	// FinishExport and RefuseExport end one.
	FinishExport(ctx context.Context, e export.Export) error
	RefuseExport(ctx context.Context, e export.Export, why *domain.Error, at time.Time) error
	// LapseExports ends requests nobody has decided in time.
	LapseExports(ctx context.Context, now time.Time) (int, error)
	// SpentExports lists those whose files are to be deleted, after a number; SweepExport
	// notes that one is.
	SpentExports(ctx context.Context, now time.Time, after int64, limit int) ([]export.Export, error)
	SweepExport(ctx context.Context, id int64, at time.Time) error
}

// Lists gives the rows of lists, some at a time, all as they are at one moment.
type Lists interface {
	ExportCases(ctx context.Context, scope view.Scope, f view.Filter, sort view.Sort, terms export.Terms, take func(total int, rows []export.CaseRow) error) error
	ExportWhistles(ctx context.Context, scope view.Scope, f view.WhistleFilter, take func(total int, rows []export.WhistleRow) error) error
}

// Members gives the 235 table as an actor may read it, some members at a time; how many
// there are is not known before.
type Members interface {
	ExportMembers(ctx context.Context, a domain.Actor, f view.MemberFilter, take func(rows []export.MemberRow) error) error
}

// People knows who still works here.
type People interface {
	// UserNamed gives an active user; domain.CodeNotFound for one whose account is closed.
	UserNamed(ctx context.Context, username string) (org.User, error)
}

// Files keeps what is made.
type Files interface {
	Keep(ctx context.Context, name string, r io.Reader, media string) error
	Drop(ctx context.Context, name string) error
	// Clear deletes what was half kept under names that begin so, and left, before a moment.
	Clear(ctx context.Context, prefix string, before time.Time) error
}

// Maker makes exports.
type Maker struct {
	Jobs    Jobs
	Lists   Lists
	Members Members
	People  People
	Files   Files
	Rules   activities.Rulebook
	Log     *slog.Logger
	Now     func() time.Time // nil: time.Now
	// Dir holds files while they are made; "" is that of the system.
	Dir string
	// Most is how many rows one export may have.
	Most int
	// KeepFor is how long a file can be fetched.
	KeepFor time.Duration
	// Beat is how often an export that is being made is held on to; 0 is a third of the lease.
	Beat time.Duration
}

const (
	// glance is how often the maker looks for what is to be made.
	glance = time.Second
	// lease is how long an export is a worker's that is not heard of.
	lease = time.Minute
	// tries is how often an export is begun before it is given up.
	tries = 5
	// longestPause bounds how long one waits for its next try.
	longestPause = time.Hour
	// tidyEvery is how often files are looked for that are to be deleted.
	tidyEvery = time.Minute
	// tidyAtOnce is how many are deleted in one go.
	tidyAtOnce = 100
)

// Run makes exports until ctx ends.
func (m *Maker) Run(ctx context.Context) {
	tick := time.NewTicker(glance)
	defer tick.Stop()
	var tidied time.Time
	for {
		if now := time.Now(); now.Sub(tidied) >= tidyEvery {
			tidied = now
			m.Tidy(ctx)
		}
		m.Round(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Round makes every export that waits.
func (m *Maker) Round(ctx context.Context) {
	for ctx.Err() == nil {
		e, ok, err := m.Jobs.ClaimExport(ctx, m.now(), lease)
		if err != nil && ctx.Err() == nil {
			m.Log.WarnContext(ctx, "exports wait", "error", err)
		}
		if err != nil || !ok {
			return
		}
		m.take(ctx, e)
	}
}

// take makes one export, or notes why it cannot be. A fault that may pass leaves it to be
// claimed again after a while.
func (m *Maker) take(ctx context.Context, e export.Export) {
	began := m.now()
	err := errGivenUp // those before have died with the process: this one is not begun
	if e.Attempt <= tries {
		err = m.safely(ctx, &e)
	}
	if err != nil && refusalOf(err) == nil && e.Attempt >= tries && ctx.Err() == nil && domain.ReasonOf(err) != takenOver {
		m.Log.ErrorContext(ctx, "an export is given up", "export", e.ID, "attempt", e.Attempt, "error", err)
		err = errGivenUp
	}
	if why := refusalOf(err); why != nil {
		err = m.Jobs.RefuseExport(ctx, e, why, m.now())
		m.Log.InfoContext(ctx, "an export is refused", "export", e.ID, "reason", why.Reason)
	} else if err == nil {
		m.Log.InfoContext(ctx, "an export is made", "export", e.ID, "list", e.List, "rows", e.Rows, "bytes", e.Size, "seconds", m.now().Sub(began).Seconds())
	}
	switch {
	case err == nil || ctx.Err() != nil:
	case domain.ReasonOf(err) == takenOver:
		m.Log.InfoContext(ctx, "an export was taken over", "export", e.ID)
	default:
		wait := pause(e.Attempt)
		m.Log.WarnContext(ctx, "an export waits for another try", "export", e.ID, "attempt", e.Attempt, "wait", wait.String(), "error", err)
		if err := m.Jobs.HoldExport(ctx, e, m.now().Add(wait)); err != nil {
			m.Log.InfoContext(ctx, "an export will be tried again as soon as its lease is over", "export", e.ID, "error", err)
		}
	}
}

// takenOver is the reason a worker is given that another has gone on in its place.
const takenOver = "taken_over"

var errGivenUp error = domain.Refuse("given_up", "", "多次生成失败,请重新申请", "it could not be made; ask again")

// pause is how long an export waits after so many tries: a storage that is away for a while
// must not use up all of them, and with them what a second person has agreed to.
func pause(attempt int) time.Duration {
	wait := lease
	for range attempt - 1 {
		wait = min(4*wait, longestPause)
	}
	return wait
}

// safely makes one export, and holds on to it while it does. What goes wrong beyond all
// expectation is a fault as any other: the worker has other exports to make.
func (m *Maker) safely(ctx context.Context, e *export.Export) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("exporter: %v\n%s", r, debug.Stack())
		}
	}()
	held, letGo := m.hold(ctx, *e)
	defer letGo()
	err = m.make(held, e)
	if cause := context.Cause(held); err != nil && domain.ReasonOf(cause) == takenOver {
		err = cause
	}
	if domain.ReasonOf(err) == takenOver {
		err = errors.Join(err, m.Files.Drop(context.WithoutCancel(ctx), e.FileName()))
	}
	return err
}

// hold keeps an export, however long a page or the storage takes, and ends the context it
// gives when another worker has it. Letting go waits until nothing is on its way any more.
func (m *Maker) hold(ctx context.Context, e export.Export) (held context.Context, letGo func()) {
	held, cancel := context.WithCancelCause(ctx)
	every := m.Beat
	if every == 0 {
		every = lease / 3
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-held.Done():
				return
			case <-tick.C:
			}
			if err := m.Jobs.HoldExport(held, e, m.now().Add(lease)); domain.ReasonOf(err) == takenOver {
				cancel(err)
			}
		}
	}()
	return held, func() {
		cancel(nil)
		<-ended
	}
}

// refusalOf finds a refusal that another try would not change.
func refusalOf(err error) *domain.Error {
	var e *domain.Error
	if errors.As(err, &e) && e.Code != domain.CodeUnavailable && e.Reason != takenOver {
		return e
	}
	return nil
}

// Tidy ends requests that nobody has decided, and deletes files whose time is over.
func (m *Maker) Tidy(ctx context.Context) {
	now := m.now()
	if n, err := m.Jobs.LapseExports(ctx, now); err != nil {
		m.Log.WarnContext(ctx, "cannot look for export requests to end", "error", err)
	} else if n > 0 {
		m.Log.InfoContext(ctx, "export requests have lapsed", "count", n)
	}
	if err := errors.Join(m.sweep(ctx, now), m.clear(), m.Files.Clear(ctx, export.Folder, now.Add(-strayAge))); err != nil && ctx.Err() == nil {
		m.Log.WarnContext(ctx, "files of exports are to be deleted and still kept", "error", err)
	}
}

// sweep deletes the files whose time is over. One that cannot be deleted keeps none of the
// others.
func (m *Maker) sweep(ctx context.Context, now time.Time) (all error) {
	for last := int64(0); ; {
		list, err := m.Jobs.SpentExports(ctx, now, last, tidyAtOnce)
		if err != nil {
			return errors.Join(all, err)
		}
		for _, e := range list {
			last = e.ID
			err = nil
			for _, name := range e.FileNames() {
				err = errors.Join(err, m.Files.Drop(ctx, name))
			}
			if err == nil {
				err = m.Jobs.SweepExport(ctx, e.ID, m.now())
			}
			all = errors.Join(all, err)
		}
		if len(list) < tidyAtOnce || ctx.Err() != nil {
			return all
		}
	}
}

func (m *Maker) now() time.Time {
	if m.Now == nil {
		return time.Now()
	}
	return m.Now()
}

// Shelf hands files of exports out.
type Shelf struct {
	Files interface {
		Open(ctx context.Context, name string) (io.ReadCloser, int64, error)
	}
}

// Open gives the file of an export, to be read a part at a time.
func (s Shelf) Open(ctx context.Context, e export.Export) (io.ReadCloser, int64, error) {
	r, size, err := s.Files.Open(ctx, e.FileName())
	if errors.Is(err, blobs.ErrGone) {
		return nil, 0, export.ErrDeleted
	}
	return r, size, err
}
