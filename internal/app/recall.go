package app

import (
	"context"
	"time"

	"huajie/rulebook"
)

// recallLimit bounds one attempt to read the earlier rulebooks.
const recallLimit = 5 * time.Second

// recall brings back the rulebooks running cases were dispatched under. One that
// cannot be understood is told and passed over: its cases are then judged by
// the newest. The error says that the ledger could not be asked.
func (a *App) recall(ctx context.Context) error {
	if a.recalled.Load() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, recallLimit)
	defer cancel()
	versions, err := a.Store.Rulebooks(ctx)
	if err != nil {
		return err
	}
	for _, v := range versions {
		if _, known := a.Book.Version(v); known {
			continue
		}
		files, err := a.Store.Rulebook(ctx, v)
		if err != nil {
			return err
		}
		b, err := rulebook.Reload(files)
		if err != nil {
			a.Log.WarnContext(ctx, "an earlier rulebook cannot be read", "version", v, "error", err)
			continue
		}
		a.Book.Keep(b)
	}
	a.recalled.Store(true)
	return nil
}

// takeRules puts what was published in force before anything is decided here.
func (a *App) takeRules(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, recallLimit)
	defer cancel()
	return a.Rules.Take(ctx)
}

// The pauses between two attempts to reach what is away.
const (
	firstPause   = 200 * time.Millisecond
	longestPause = 10 * time.Second
)

// await tries until it succeeds or ctx ends.
func (a *App) await(ctx context.Context, what string, try func(context.Context) error) error {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		err := try(ctx)
		if err == nil || ctx.Err() != nil {
			return ctx.Err()
		}
		a.Log.WarnContext(ctx, "waiting for what is away", "what", what, "error", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// awaitLedger returns once the ledger answers, has the schema this version needs,
// the rulebooks of running cases are there, and the published one is in force.
// Nothing may be decided before.
func (a *App) awaitLedger(ctx context.Context) error {
	return a.await(ctx, "ledger", func(ctx context.Context) error {
		if err := a.Store.Ping(ctx); err != nil {
			return err
		}
		if err := a.recall(ctx); err != nil {
			return err
		}
		return a.takeRules(ctx)
	})
}
