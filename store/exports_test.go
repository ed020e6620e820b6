package store_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/export"
	"huajie/store"
)

// anExport is a request as the door writes it.
func anExport(identities bool) export.Export {
	return export.Export{List: export.Cases, Format: export.CSV, Columns: []string{"no"}, Query: json.RawMessage(`{}`), Filter: json.RawMessage(`{}`), Reason: "季度督查通报",
		Identities: identities, Areas: []string{"220402"}, By: "sup", At: day, State: export.First(identities), Trail: []export.Entry{{Act: export.Requested, By: "sup", At: day}}}
}

// atTheDoor is how the door says who asks.
var atTheDoor = audit.Entry{Actor: "sup", Via: "token 01", Request: "r1"}

func added(t *testing.T, s *store.Store, identities bool) export.Export {
	t.Helper()
	e, err := s.AddExport(t.Context(), anExport(identities), "", "", 100, atTheDoor)
	require.NoError(t, err)
	return e
}

func acts(e export.Export) string {
	var out []string
	for _, x := range e.Trail {
		out = append(out, x.Act)
	}
	return strings.Join(out, " ")
}

func TestAnExportIsMadeOnce(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	want := added(t, s, false)
	got, err := s.Export(t.Context(), want.ID)
	require.NoError(t, err)
	assert.Equal(t, want, got)

	claims := make(chan export.Export, 8)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			e, ok, err := s.ClaimExport(t.Context(), day, time.Minute)
			assert.NoError(t, err)
			if ok {
				claims <- e
			}
		})
	}
	wg.Wait()
	require.Len(t, claims, 1, "one worker has it")
	e := <-claims
	assert.Equal(t, export.Running, e.State)
	assert.Equal(t, 1, e.Attempt)
	e.Rows, e.Estimated = 500, 1200
	require.NoError(t, s.ProgressExport(t.Context(), e, day.Add(2*time.Minute)))
	got, err = s.Export(t.Context(), e.ID)
	require.NoError(t, err)
	assert.Equal(t, []int{500, 1200}, []int{got.Rows, got.Estimated})

	_, ok, err := s.ClaimExport(t.Context(), day.Add(90*time.Second), time.Minute)
	require.NoError(t, err)
	assert.False(t, ok, "it is heard of")
	again, ok, err := s.ClaimExport(t.Context(), day.Add(3*time.Minute), time.Minute)
	require.NoError(t, err)
	require.True(t, ok, "the worker has died")
	assert.Equal(t, []int{2, 0, 0}, []int{again.Attempt, again.Rows, again.Estimated}, "and it begins anew")
	for _, err := range []error{s.ProgressExport(t.Context(), e, day.Add(time.Hour)), s.FinishExport(t.Context(), e), s.RefuseExport(t.Context(), e, domain.NotFound(), day)} {
		assert.Equal(t, "taken_over", domain.ReasonOf(err), "who had it before has it no more")
	}
	again.Rows, again.Sum, again.Size, again.ReadyAt, again.ExpiresAt = 1200, "abc", 77, day.Add(4*time.Minute), day.Add(time.Hour)
	require.NoError(t, s.FinishExport(t.Context(), again))
	got, err = s.Export(t.Context(), e.ID)
	require.NoError(t, err)
	assert.Equal(t, export.Done, got.State)
	assert.Equal(t, "requested made", acts(got))
	assert.Equal(t, again.ExpiresAt.UTC(), got.ExpiresAt)

	list, err := s.SpentExports(t.Context(), day.Add(59*time.Minute), 0, 10)
	require.NoError(t, err)
	assert.Empty(t, list)
	list, err = s.SpentExports(t.Context(), day.Add(time.Hour), 0, 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	rest, err := s.SpentExports(t.Context(), day.Add(time.Hour), e.ID, 10)
	require.NoError(t, err)
	assert.Empty(t, rest)
	require.NoError(t, s.SweepExport(t.Context(), e.ID, day.Add(time.Hour)))
	got, err = s.Export(t.Context(), e.ID)
	require.NoError(t, err)
	assert.Equal(t, export.Expired, got.State)
	assert.Equal(t, "requested made deleted", acts(got), "the record stays")
	list, err = s.SpentExports(t.Context(), day.AddDate(1, 0, 0), 0, 10)
	require.NoError(t, err)
	assert.Empty(t, list)
}

func TestOneSecondPersonDecides(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	e := added(t, s, true)
	_, ok, err := s.ClaimExport(t.Context(), day, time.Minute)
	require.NoError(t, err)
	assert.False(t, ok, "nothing is made before")
	waiting, err := s.WaitingExports(t.Context(), day, 10)
	require.NoError(t, err)
	require.Len(t, waiting, 1)

	var wg sync.WaitGroup
	answers := make(chan error, 6)
	for i := range 6 {
		wg.Go(func() {
			to, act := export.Queued, export.Approved
			if i%2 == 0 {
				to, act = export.Declined, export.Denied
			}
			_, err := s.DecideExport(t.Context(), e.ID, to, export.Entry{Act: act, By: "boss", At: day}, audit.Entry{Actor: "boss", Via: "token 02"})
			answers <- err
		})
	}
	wg.Wait()
	won := 0
	for range 6 {
		if err := <-answers; err == nil {
			won++
		} else {
			assert.Equal(t, "not_waiting", domain.ReasonOf(err))
		}
	}
	assert.Equal(t, 1, won)

	e = added(t, s, true)
	db := raw(t, url)
	for _, trail := range []string{`[]`, `[{"act":"approved","by":"sup"}]`} {
		_, err = db.Exec(t.Context(), `UPDATE exports SET state = 'queued', trail = $2 WHERE id = $1`, e.ID, trail)
		assert.ErrorContains(t, err, "identities_need_two", "not even past the rules")
	}
	end := day.Add(export.Patience)
	approve := func(at time.Time) error {
		_, err := s.DecideExport(t.Context(), e.ID, export.Queued, export.Entry{Act: export.Approved, By: "boss", At: at}, audit.Entry{Actor: "boss"})
		return err
	}
	assert.Equal(t, "not_waiting", domain.ReasonOf(approve(end)), "its time is over before anybody notes so")
	waiting, err = s.WaitingExports(t.Context(), end, 10)
	require.NoError(t, err)
	assert.Empty(t, waiting)
	n, err := s.LapseExports(t.Context(), end.Add(-time.Second))
	require.NoError(t, err)
	assert.Zero(t, n)
	n, err = s.LapseExports(t.Context(), end)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	got, err := s.Export(t.Context(), e.ID)
	require.NoError(t, err)
	assert.Equal(t, export.Lapsed, got.State)
	assert.Equal(t, "requested lapsed", acts(got))

	e = added(t, s, true)
	got, err = s.DecideExport(t.Context(), e.ID, export.Withdrawn, export.Entry{Act: export.TakenBack, By: "sup", At: day}, atTheDoor)
	require.NoError(t, err)
	assert.Equal(t, "requested withdrawn", acts(got))
	assert.Equal(t, "not_waiting", domain.ReasonOf(approve(day)))
}

// TestARequestOutOfTimeIsInNobodysWay (export.MostOpen).
func TestARequestOutOfTimeIsInNobodysWay(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	for range 3 {
		added(t, s, true)
	}
	next := anExport(true)
	next.At = day.Add(export.Patience - time.Second)
	_, err := s.AddExport(t.Context(), next, "", "", 3, atTheDoor)
	require.Equal(t, domain.CodeTooMany, domain.CodeOf(err))
	next.At = day.Add(export.Patience)
	_, err = s.AddExport(t.Context(), next, "", "", 3, atTheDoor)
	require.NoError(t, err)
}

// TestExportsAreOnTheAuditLog, in the transaction of what is done: what cannot be recorded is
// not done (docs/evidence.md).
func TestExportsAreOnTheAuditLog(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	db := raw(t, url)
	claimed := func() export.Export {
		e, ok, err := s.ClaimExport(t.Context(), day, time.Minute)
		require.NoError(t, err)
		require.True(t, ok)
		e.Sum, e.ReadyAt, e.ExpiresAt = "abc", day, day.Add(time.Hour)
		return e
	}
	boss := audit.Entry{Actor: "boss", Via: "token 02", Request: "r2"}
	named, plain, lapsing := added(t, s, true), added(t, s, false), added(t, s, true)
	running := claimed()
	state := func(id int64) (out export.State) {
		require.NoError(t, db.QueryRow(t.Context(), `SELECT state FROM exports WHERE id = $1`, id).Scan(&out))
		return out
	}

	_, err := db.Exec(t.Context(), `ALTER TABLE audit_log RENAME TO away`)
	require.NoError(t, err)
	_, err = s.AddExport(t.Context(), anExport(false), "", "", 100, atTheDoor)
	require.Error(t, err)
	_, err = s.DecideExport(t.Context(), named.ID, export.Queued, export.Entry{Act: export.Approved, By: "boss", At: day}, boss)
	require.Error(t, err)
	require.Error(t, s.FinishExport(t.Context(), running))
	require.Error(t, s.RefuseExport(t.Context(), running, domain.Refuse("too_many_rows", "", "太多", "too many"), day))
	_, err = s.LapseExports(t.Context(), day.Add(export.Patience))
	require.Error(t, err)
	assert.Equal(t, []export.State{export.Waiting, export.Running, export.Waiting}, []export.State{state(named.ID), state(plain.ID), state(lapsing.ID)})
	mine, err := s.ExportsOf(t.Context(), "sup", 0, 10)
	require.NoError(t, err)
	require.Len(t, mine, 3, "nothing is queued")
	_, err = db.Exec(t.Context(), `ALTER TABLE away RENAME TO audit_log`)
	require.NoError(t, err)

	_, err = s.DecideExport(t.Context(), named.ID, export.Queued, export.Entry{Act: export.Approved, By: "boss", At: day, Note: "同意"}, boss)
	require.NoError(t, err)
	require.NoError(t, s.FinishExport(t.Context(), running))
	require.NoError(t, s.RefuseExport(t.Context(), claimed(), domain.Refuse("too_many_rows", "", "太多", "too many"), day))
	_, err = s.LapseExports(t.Context(), day.Add(export.Patience))
	require.NoError(t, err)
	rows, err := s.AuditRows(t.Context(), calendar.DateOf(time.Now()))
	require.NoError(t, err)
	var lines []string
	for _, r := range rows {
		line := []string{r.Actor, r.Via, string(r.Kind), r.Object, r.Outcome, r.Reason, r.Request}
		lines = append(lines, strings.Join(line, " "))
	}
	assert.Equal(t, []string{
		"sup token 01 export export 1, cases with identities: requested ok 季度督查通报 r1",
		"sup token 01 export export 2, cases: requested ok 季度督查通报 r1",
		"sup token 01 export export 3, cases with identities: requested ok 季度督查通报 r1",
		"boss token 02 export export 1, cases with identities: approved ok 同意 r2",
		"system worker export export 2, cases: made ok 季度督查通报 ",
		"system worker export export 1, cases with identities: refused ok too_many_rows ",
		"system worker export export 3, cases with identities: lapsed ok 季度督查通报 ",
	}, lines)
	report, err := s.VerifyAudit(t.Context(), nil)
	require.NoError(t, err)
	assert.Empty(t, report.Breaks)
}

func TestARequestIsWrittenDownOnce(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	ids := make(chan int64, 8)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			e, err := s.AddExport(t.Context(), anExport(false), "key", "same", 3, atTheDoor)
			assert.NoError(t, err)
			ids <- e.ID
		})
	}
	wg.Wait()
	first := <-ids
	for range 7 {
		assert.Equal(t, first, <-ids)
	}
	_, err := s.AddExport(t.Context(), anExport(false), "key", "other", 3, atTheDoor)
	assert.Equal(t, domain.CodeKeyReused, domain.CodeOf(err))
	added(t, s, false)
	added(t, s, true)
	_, err = s.AddExport(t.Context(), anExport(false), "", "", 3, atTheDoor)
	assert.Equal(t, domain.CodeTooMany, domain.CodeOf(err))
	mine, err := s.ExportsOf(t.Context(), "sup", 0, 2)
	require.NoError(t, err)
	require.Len(t, mine, 2)
	rest, err := s.ExportsOf(t.Context(), "sup", mine[1].ID, 2)
	require.NoError(t, err)
	require.Len(t, rest, 1)
	assert.Equal(t, first, rest[0].ID)
	_, err = s.ExportsOf(t.Context(), "sup", 1<<40, 2)
	require.NoError(t, err, "any number is answered")

	e, _, err := s.ClaimExport(t.Context(), day, time.Minute)
	require.NoError(t, err)
	require.NoError(t, s.RefuseExport(t.Context(), e, domain.Refuse("too_many_rows", "", "太多", "too many"), day))
	got, err := s.Export(t.Context(), e.ID)
	require.NoError(t, err)
	assert.Equal(t, []any{export.Failed, "too_many_rows", domain.Text{ZH: "太多", EN: "too many"}}, []any{got.State, got.Why, got.Refusal})
	_, err = s.Export(t.Context(), 99)
	assert.Equal(t, domain.CodeNotFound, domain.CodeOf(err))
}
