package app_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/calendar"
	"huajie/internal/app"
)

// TestOnceADay: of many that look, one does the work of a day, once; what failed is taken up;
// the next day is another.
func TestOnceADay(t *testing.T) {
	t.Parallel()
	a, _ := signer(t)
	day := calendar.DateOf(time.Now())
	require.ErrorContains(t, a.Store.OnceADay(t.Context(), "x", day, func(context.Context) error { return errors.New("away") }), "away")
	var worked atomic.Int32
	work := func(context.Context) error { worked.Add(1); return nil }
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { _ = a.Store.OnceADay(t.Context(), "x", day, work) })
	}
	all.Wait()
	require.NoError(t, a.Store.OnceADay(t.Context(), "x", day, work))
	require.EqualValues(t, 1, worked.Load())
	require.NoError(t, a.Store.OnceADay(t.Context(), "x", day.AddDays(1), work))
	require.NoError(t, a.Store.OnceADay(t.Context(), "y", day, work))
	require.EqualValues(t, 3, worked.Load())
}

// TestTheDailyRunOfAnEmptyLedger needs no engine: nothing is due. Doctor tells how much is.
func TestTheDailyRunOfAnEmptyLedger(t *testing.T) {
	t.Parallel()
	a, db := signer(t)
	require.NoError(t, a.RetainOnce(t.Context()))
	require.NoError(t, a.RetainOnce(t.Context()))
	var n int
	require.NoError(t, db.QueryRow(t.Context(), `SELECT count(*) FROM daily WHERE what = 'retention'`).Scan(&n))
	require.Equal(t, 1, n)
	for _, f := range app.Doctor(t.Context(), a.Config) {
		if f.What == "retention" {
			require.True(t, f.OK)
			require.Equal(t, "0 due to be removed, retention_run is off", f.Detail)
			return
		}
	}
	t.Fatal("doctor does not tell")
}
