package app

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"huajie/rulebook"
)

// reloadOnHangup reads the rulebook folder anew at SIGHUP. A faulty folder
// changes nothing: every fault is told and the book in force stays.
func (a *App) reloadOnHangup(ctx context.Context) {
	if a.Config.RulebookDir == "" {
		return
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
			a.Reload(ctx)
		}
	}
}

// Reload puts the rulebook folder in force if it is sound, and keeps the new
// version for the cases that will be dispatched under it. It tells whether it did:
// what was published in the console stays before what is configured.
func (a *App) Reload(ctx context.Context) bool {
	book, err := rulebook.Load(os.DirFS(a.Config.RulebookDir), rulebookOptions(a.Config)...)
	var faults rulebook.Faults
	if errors.As(err, &faults) {
		for _, f := range faults {
			a.Log.ErrorContext(ctx, "the rulebook is faulty and was not loaded", "fault", f.String())
		}
		return false
	}
	if err != nil {
		a.Log.ErrorContext(ctx, "the rulebook was not loaded", "error", err)
		return false
	}
	if err := a.takeRules(ctx); err != nil {
		a.Log.ErrorContext(ctx, "the folder was not put in force: it is not known whether a rulebook is published", "error", err)
		return false
	}
	if !a.Rules.Configured(book) {
		a.Log.WarnContext(ctx, "the folder is sound and not in force: what was published in the console is", "folder", book.Version, "version", a.Book.Current().Version)
		return false
	}
	if err := a.Store.SaveRulebook(ctx, book.Version, book.Files(), "reload"); err != nil {
		a.Log.ErrorContext(ctx, "the new rulebook is in force but could not be kept for later", "version", book.Version, "error", err)
	}
	a.Log.InfoContext(ctx, "a new rulebook is in force", "version", book.Version)
	return true
}
