package app

import (
	"context"
	"fmt"
	"os"
	"time"

	"huajie/api"
	"huajie/domain/view"
	"huajie/store"
)

// freshBeats is for how many beats one counts: a process that missed so many is away.
const freshBeats = 3

// heartbeat says now and then, into the ledger, whether a part of the product can
// do its work, and so finds an outage when it ends (§6 item 44).
type heartbeat struct {
	*App
	part   string
	worker func() bool // nil for an api
	drifts bool        // told already
}

// beat runs the heartbeat of a part until ctx ends. running tells whether a worker takes
// work; nil for an api.
func (a *App) beat(ctx context.Context, part string, running func() bool) {
	b := &heartbeat{App: a, part: part, worker: running}
	engine := api.NewEngine(a.Client, a.TaskQueue, a.Store)
	tick := time.NewTicker(a.Config.HeartbeatEvery)
	defer tick.Stop()
	for {
		_, h := api.CheckHealth(ctx, a.Store, engine)
		b.once(ctx, b.cause(h))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// cause is why the part cannot do its work, "" when it can.
func (b *heartbeat) cause(h api.Health) string {
	switch {
	case b.stopping.Load():
		return view.CauseStopped
	case h.Ledger != "ok":
		return view.CauseLedger
	case h.Engine != "ok":
		return view.CauseEngine
	case b.worker != nil && !b.worker():
		return view.CauseWaiting
	}
	return ""
}

// once writes one beat. While the ledger is away nothing can be written, and that is
// what the gap will show.
func (b *heartbeat) once(ctx context.Context, cause string) {
	ctx, cancel := context.WithTimeout(ctx, b.Config.HeartbeatEvery)
	defer cancel()
	drift, err := b.Store.Drift(ctx)
	if err != nil {
		return
	}
	pol := b.Book.Current().PolicyAt(b.Book.Current().Org.Root(), time.Now())
	b.watchDrift(ctx, drift, pol.Limit("clock.drift_max").Nominal())
	ended, err := b.Store.Beat(ctx, store.Beat{Process: processName(b.part), Part: b.part, Cause: cause, Drift: drift},
		freshBeats*b.Config.HeartbeatEvery, pol.Limit("outage.min").Nominal())
	switch {
	case err != nil && ctx.Err() == nil:
		b.Log.WarnContext(ctx, "the heartbeat could not be written", "part", b.part, "error", err)
	case ended != nil:
		b.Log.ErrorContext(ctx, "the system was away; policy deadlines move by the working time lost", "outage", ended.Number(),
			"from", ended.From, "to", ended.To, "causes", ended.Causes, "open_cases", ended.Total)
	}
}

// watchDrift tells, once until it is over, that two clocks differ. Which of them is
// right is not guessed at: nothing is moved for it.
func (b *heartbeat) watchDrift(ctx context.Context, drift, most time.Duration) {
	if off := drift.Abs() > most; off != b.drifts {
		b.drifts = off
		if off {
			b.Log.ErrorContext(ctx, "the clock of this machine and that of the database differ", "part", b.part, "behind_by", drift, "most", most)
		} else {
			b.Log.InfoContext(ctx, "the clocks agree again", "part", b.part)
		}
	}
}

// processName tells the processes of the product apart.
func processName(part string) string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s/%s/%d", part, host, os.Getpid())
}
