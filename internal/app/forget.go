package app

import (
	"context"
	"time"

	"huajie/domain/calendar"
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
