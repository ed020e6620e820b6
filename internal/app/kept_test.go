package app_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/internal/app"
	"huajie/rulebook"
)

// line is what the table of 235 tells of the walker.
func (q *square) line() map[string]any {
	q.t.Helper()
	for _, item := range q.as(office, 200, "GET", "/stats/235?area=220402008&from=2026-11-01", "")["items"].([]any) {
		if line := item.(map[string]any); line["member"] == walker {
			return line
		}
	}
	require.Fail(q.t, "the walker is not in the table")
	return nil
}

// TestADayThatIsOverIsMeasuredOnce: the table reads the track of a day until nothing of it
// can come in any more, keeps what it gives, and measures anew by other rules.
func TestADayThatIsOverIsMeasuredOnce(t *testing.T) {
	t.Parallel()
	q := newSquare(t)
	q.duty(true, nine, "d1")
	q.patrol("start", nine, "p1")
	q.at(nine.Add(time.Hour)).as(walker, 200, "POST", "/field/tracks", walk(0, 3600))
	q.patrol("stop", nine.Add(time.Hour), "p2")
	q.duty(false, nine.Add(time.Hour), "d2")
	today := `SELECT count(*) FROM field_days JOIN users ON nr = member WHERE username = '` + walker + `' AND day = '2026-11-23'`

	q.at(nine.Add(38 * time.Hour)) // the track of Monday may still come in
	first := q.line()
	assert.Greater(t, first["patrol_minutes"], 55.0)
	assert.Zero(t, q.count(today), "nothing is kept while more may come in")
	q.at(nine.Add(48 * time.Hour))
	measured := q.line()
	assert.Equal(t, first["patrol_km"], measured["patrol_km"])
	assert.Equal(t, 1, q.count(today))
	assert.Positive(t, q.count(`WITH gone AS (DELETE FROM track_points RETURNING 1) SELECT count(*) FROM gone`))
	assert.Equal(t, measured, q.line(), "as it was kept, without its track")
	q.count(`WITH other AS (UPDATE field_days SET basis = 'other rules' RETURNING 1) SELECT count(*) FROM other`)
	assert.Zero(t, q.line()["patrol_km"], "by other rules it is measured anew")
}

// TestDaysAreMeasuredBeforeAnybodyAsks: a worker does it once a day for everybody.
func TestDaysAreMeasuredBeforeAnybodyAsks(t *testing.T) {
	t.Parallel()
	q := newSquare(t)
	book, err := rulebook.Default()
	require.NoError(t, err)
	log := slog.New(slog.DiscardHandler)
	a := &app.App{Store: q.store, Book: rulebook.NewHolder(book), Log: log}
	later := nine.Add(48 * time.Hour) // Wednesday: Monday is over
	require.NoError(t, a.SettleOnce(t.Context(), later))
	members := q.count(`SELECT count(DISTINCT username) FROM grants WHERE role LIKE 'grid_member%'`)
	assert.Equal(t, members, q.count(`SELECT count(*) FROM field_days WHERE day = '2026-11-23'`))
	assert.Zero(t, q.count(`SELECT count(*) FROM field_days WHERE day > '2026-11-23'`))
	q.count(`WITH gone AS (DELETE FROM field_days RETURNING 1) SELECT count(*) FROM gone`)
	require.NoError(t, a.SettleOnce(t.Context(), later))
	assert.Zero(t, q.count(`SELECT count(*) FROM field_days`), "once a day")
}
