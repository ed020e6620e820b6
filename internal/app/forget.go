package app

import (
	"context"
	"time"

	"huajie/domain/calendar"
	"huajie/internal/patrols"
)

// forgetEvery is how often tracks are looked through for what has been kept long
// enough.
const forgetEvery = 6 * time.Hour

// forgetTracks deletes tracks that are older than retention.tracks (§4.9), now and
// again until ctx ends.
func (a *App) forgetTracks(ctx context.Context) {
	tick := time.NewTicker(forgetEvery)
	defer tick.Stop()
	for {
		kept := a.Book.Rules("", "", time.Now()).Policy.Limit("retention.tracks").Nominal()
		n, err := a.Store.ForgetTracks(ctx, calendar.DateOf(time.Now().Add(-kept)))
		switch {
		case err != nil && ctx.Err() == nil:
			a.Log.WarnContext(ctx, "tracks that are to be forgotten are still kept", "error", err)
		case n > 0:
			a.Log.InfoContext(ctx, "forgot old tracks", "points", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// dropEvery is how often photos are looked for that were withheld for good.
const dropEvery = time.Hour

// forgetWithheld removes the bytes of photos that can no longer be shown again (§6 item 80), now
// and again until ctx ends.
func (a *App) forgetWithheld(ctx context.Context) {
	tick := time.NewTicker(dropEvery)
	defer tick.Stop()
	for {
		if err := a.ForgetWithheldOnce(ctx, time.Now()); err != nil && ctx.Err() == nil {
			a.Log.WarnContext(ctx, "withheld photos that are to be removed are still kept", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// ForgetWithheldOnce removes those there are. What an earlier run left for the storage goes with it.
func (a *App) ForgetWithheldOnce(ctx context.Context, now time.Time) error {
	n, err := a.Store.ForgetWithheld(ctx, now)
	if n > 0 {
		a.Log.InfoContext(ctx, "removed withheld photos", "count", n)
	}
	if err != nil {
		return err
	}
	_, err = a.Store.DroppedBytes(ctx, func(name [32]byte) error { return a.kept.Remove(ctx, name) })
	return err
}

// A day of a member is over for good two hours into the day after the next. It is measured
// then; days before it are looked at again, for a worker may have been away.
const (
	settleEvery = time.Hour
	settleAfter = 2 * time.Hour
	settleDays  = 7
)

// settleDays measures once a day what members did on days that are over, until ctx ends. A
// table measures by itself what is missing, so that nothing depends on it but how long that takes.
func (a *App) settleDays(ctx context.Context) {
	tick := time.NewTicker(settleEvery)
	defer tick.Stop()
	for {
		if err := a.SettleOnce(ctx, time.Now()); err != nil && ctx.Err() == nil {
			a.Log.WarnContext(ctx, "days of members are not measured beforehand", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// SettleOnce is the run of a day.
func (a *App) SettleOnce(ctx context.Context, now time.Time) error {
	today := calendar.DateOf(now.Add(-settleAfter))
	return a.Store.OnceADay(ctx, "field_days", today, func(ctx context.Context) error {
		return patrols.Book{Facts: a.Store, Rules: a.Book, Now: func() time.Time { return now }}.Settle(ctx, today.AddDays(-1-settleDays), today.AddDays(-2))
	})
}
