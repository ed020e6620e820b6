package store_test

import (
	"context"
	"encoding/hex"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/store"
)

// TestHeadsAreOfTheLog: what a signer is given are the ends of the days from the last head
// on, and what the row that head was signed at holds now.
func TestHeadsAreOfTheLog(t *testing.T) {
	t.Parallel()
	s, db, heads := days(t)
	look := func(h audit.Head) (ends store.Ends) {
		require.NoError(t, s.AuditHeads(t.Context(), func() (audit.Head, error) { return h, nil }, func(e store.Ends) error {
			ends = e
			return nil
		}))
		return ends
	}
	ends := look(heads[2])
	require.Len(t, ends.Days, 2)
	assert.Equal(t, heads[3].Hash, hex.EncodeToString(ends.Days[0].Hash))
	assert.Equal(t, 6, ends.Days[1].N)
	assert.Equal(t, heads[2].Hash, hex.EncodeToString(ends.Signed.Hash))
	assert.Len(t, look(audit.Head{}).Days, 3)
	_, err := db.Exec(t.Context(), `DELETE FROM audit_log WHERE day = '2026-11-24' AND n >= 4`)
	require.NoError(t, err)
	assert.Zero(t, look(heads[2]).Signed)
}

// TestTheSignerWaitsForWriters: a day is not signed past somebody who is writing to it, and
// nobody waits while it is signed.
func TestTheSignerWaitsForWriters(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	none := func() (audit.Head, error) { return audit.Head{}, nil }
	for _, ago := range []int{0, 1} { // a writer of today, and one of yesterday that midnight has overtaken
		writer := raw(t, url)
		tx, err := writer.Begin(t.Context())
		require.NoError(t, err)
		var day string
		var nothing string
		require.NoError(t, tx.QueryRow(t.Context(), `WITH d AS MATERIALIZED (SELECT (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date - $1::int AS day)
			SELECT day::text, pg_advisory_xact_lock(hashtextextended('huajie/audit/' || day, 0))::text FROM d`, ago).Scan(&day, &nothing))
		on, err := calendar.ParseDate(day)
		require.NoError(t, err)
		r, err := audit.Link(audit.Row{}, read("a"), on, on.Start().Add(time.Hour))
		require.NoError(t, err)
		insertIn(t, tx, r)
		signed := make(chan store.Ends)
		go func() {
			assert.NoError(t, s.AuditHeads(context.WithoutCancel(t.Context()), none, func(e store.Ends) error {
				assert.NoError(t, s.Audit(t.Context(), read("meanwhile")), "nobody waits for the signer")
				signed <- e
				return nil
			}))
		}()
		waiting(t, url)
		require.NoError(t, tx.Commit(t.Context()))
		var got []calendar.Date
		for _, e := range (<-signed).Days {
			got = append(got, e.Day)
		}
		assert.Contains(t, got, on)
		require.NoError(t, writer.Close(t.Context()))
	}
}

// waiting returns once somebody waits for a lock.
func waiting(t *testing.T, url string) {
	t.Helper()
	db := raw(t, url)
	require.Eventually(t, func() bool {
		var n int
		err := db.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&n)
		return err == nil && n > 0
	}, 10*time.Second, 10*time.Millisecond)
}

func insertIn(t *testing.T, tx pgx.Tx, r audit.Row) {
	t.Helper()
	_, err := tx.Exec(t.Context(), insertRow, rowArgs(r)...)
	require.NoError(t, err)
}
