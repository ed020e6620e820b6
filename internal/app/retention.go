package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"huajie/config"
	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/policy"
	"huajie/internal/localstack"
	"huajie/internal/notary"
	"huajie/internal/recovery"
	"huajie/internal/retention"
	"huajie/rulebook"
	"huajie/store"
)

// Retention lets go of what was kept long enough.
func (a *App) Retention() (*retention.Desk, error) {
	r, err := a.Recovery()
	if err != nil {
		return nil, err
	}
	d := Planner(a.Config, a.Store, a.Book.Current, a.Log)
	d.Engine, d.Bytes = r.Engine.(*recovery.Temporal), a.kept
	return d, nil
}

// Planner tells what was kept long enough; it can let go of nothing. book is the rulebook of now.
func Planner(cfg config.Config, s *store.Store, book func() *rulebook.Book, log *slog.Logger) *retention.Desk {
	d := &retention.Desk{Ledger: s, Now: time.Now, Log: log, Heads: func() ([]audit.Head, error) { return signedHeads(cfg) }}
	d.Policy = func(area string) policy.Set {
		b := book()
		if area == "" {
			area = b.Org.Root()
		}
		return b.PolicyAt(area, d.Now())
	}
	for _, u := range book().Org.Units() {
		d.Areas = append(d.Areas, u.ID)
	}
	return d
}

// retainEvery is how often a worker looks whether today's run is still to be made.
const retainEvery = time.Hour

// retain removes once a day what was kept long enough, where that is switched on, until ctx ends.
func (a *App) retain(ctx context.Context) {
	if a.Config.RetentionRun != config.RetentionDaily {
		return
	}
	tick := time.NewTicker(retainEvery)
	defer tick.Stop()
	for {
		if err := a.RetainOnce(ctx); err != nil && ctx.Err() == nil {
			a.Log.ErrorContext(ctx, "what was kept long enough was not all removed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// RetainOnce is the run of a day. Of several workers one makes it, and only once: the others
// find the day taken. One that was ended, or could not go on, is taken up by the next to look.
func (a *App) RetainOnce(ctx context.Context) error {
	return a.Store.OnceADay(ctx, "retention", calendar.DateOf(time.Now()), func(ctx context.Context) error {
		d, err := a.Retention()
		if err != nil {
			return err
		}
		done, err := d.Apply(ctx, retention.Order{By: "system", Reason: "retention_run daily",
			Entry: audit.Entry{Actor: "system", Via: "worker", Kind: audit.FileRemoved, Outcome: audit.OK}})
		a.Log.InfoContext(ctx, "removed what was kept long enough", "files", done.Files, "streams", done.Streams, "persons", done.Persons,
			"photos", done.Photos, "log_days", done.LogDays, "records", done.Records, "problems", len(done.Problems))
		return err
	})
}

// retentionFinding tells how much is due, and what is made of it.
func retentionFinding(ctx context.Context, cfg config.Config, s *store.Store, b *rulebook.Book) []localstack.Finding {
	p, err := Planner(cfg, s, func() *rulebook.Book { return b }, slog.New(slog.DiscardHandler)).Plan(ctx, false)
	if err != nil {
		return nil // a database that does not answer is told of elsewhere
	}
	detail := fmt.Sprintf("%d due to be removed, retention_run is %s", p.Due(), cfg.RetentionRun)
	return []localstack.Finding{{What: "retention", OK: true, Detail: detail}}
}

// signedHeads are the heads of the audit log this machine keeps whose signatures hold.
func signedHeads(cfg config.Config) ([]audit.Head, error) {
	keys, err := notary.Publics(AuditKey(cfg))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	heads, _, err := notary.ReadHeads(AuditHeads(cfg), keys)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return heads, err
}
