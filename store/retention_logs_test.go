package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/org"
)

var archivist = audit.ByOperator("root", audit.LogsRemoved, "", "档案室", "期满")

// TestADayOfTheLogGoesAsItWasSigned: against its last head, which goes on proving it; the other
// days are left alone, and the log goes on.
func TestADayOfTheLogGoesAsItWasSigned(t *testing.T) {
	t.Parallel()
	s, db, heads := days(t)
	_, err := db.Exec(t.Context(), `ALTER TABLE audit_log ENABLE TRIGGER USER`)
	require.NoError(t, err)
	first, end := heads[0], heads[1]
	require.Equal(t, first.Day, end.Day)
	list, err := s.LogDays(t.Context(), heads[4].Day)
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, end.Rows, list[0].Rows)

	require.Equal(t, "log_broken", domain.ReasonOf(s.ForgetLogDay(t.Context(), first, "档案室", archivist)), "not by a head in its middle")
	require.NoError(t, s.ForgetLogDay(t.Context(), end, "档案室", archivist))
	require.NoError(t, s.ForgetLogDay(t.Context(), end, "档案室", archivist), "it has gone already")
	rows, err := s.AuditRows(t.Context(), end.Day)
	require.NoError(t, err)
	require.Empty(t, rows)
	report, err := s.VerifyAudit(t.Context(), heads)
	require.NoError(t, err)
	require.Empty(t, report.Breaks)
	require.Len(t, report.Forgotten, 1)
	require.Equal(t, "档案室", report.Forgotten[0].By)
	rows, err = s.AuditRows(t.Context(), calendar.DateOf(time.Now()))
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Equal(t, audit.LogsRemoved, rows[0].Kind)
	require.Equal(t, end.Day.String(), rows[0].Object)
}

// TestADayOfTheLogIsNotHidden: a day that was changed stays; one that is removed and put down as
// let go of is found.
func TestADayOfTheLogIsNotHidden(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"changed":             ``,
		"without an entry":    `INSERT INTO audit_removals SELECT day, n, hash, 'x', now(), day + 900, 1 FROM audit_log WHERE day = '2026-11-23' AND n = 8; DELETE FROM audit_log WHERE day = '2026-11-23'`,
		"cut short before":    `INSERT INTO audit_removals SELECT day, n, hash, 'x', now(), day + 900, 1 FROM audit_log WHERE day = '2026-11-23' AND n = 7; DELETE FROM audit_log WHERE day = '2026-11-23'`,
		"without any of this": `DELETE FROM audit_log WHERE day = '2026-11-23'`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, db, heads := days(t)
			if sql == "" {
				_, err := db.Exec(t.Context(), `UPDATE audit_log SET actor = 'li' WHERE day = '2026-11-23' AND n = 2`)
				require.NoError(t, err)
				assert.Equal(t, "log_broken", domain.ReasonOf(s.ForgetLogDay(t.Context(), heads[1], "档案室", archivist)))
			} else {
				_, err := db.Exec(t.Context(), sql)
				require.NoError(t, err)
			}
			report, err := s.VerifyAudit(t.Context(), heads)
			require.NoError(t, err)
			require.NotEmpty(t, report.Breaks)
			require.Equal(t, "2026-11-23", report.Breaks[0].Day.String())
		})
	}
}

// TestRecordsGoWhenTheyAreOld: exports and what was decided about members, those that are done
// with; the younger ones stay.
func TestRecordsGoWhenTheyAreOld(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	require.NoError(t, s.UpsertUsers(t.Context(), []org.User{{Username: "member"}, {Username: "leader"}}, ""))
	conn := raw(t, url)
	for _, at := range []time.Time{day.AddDate(-6, 0, 0), day} {
		for _, state := range []string{"queued", "expired"} {
			_, err := conn.Exec(t.Context(), `INSERT INTO exports (list, format, columns, query, filter, reason, identities, areas, requested_by, requested_at, state, sum, ready_at, expires_at, trail)
				VALUES ('cases', 'csv', '{no}', '{"q":"词"}', '{}', '季度督查通报', false, '{220402}', 'x', $1, $2, 'x', $1, $1, '[]')`, at, state)
			require.NoError(t, err)
		}
		_, err := conn.Exec(t.Context(), `INSERT INTO track_reads (reader, member, day, reason, at) SELECT 'leader', nr, $1::timestamptz::date, '核实', $1::timestamptz FROM users WHERE username = 'member'`, at)
		require.NoError(t, err)
	}
	before := day.AddDate(-5, 0, 0)
	old, err := s.OldRecords(t.Context(), before)
	require.NoError(t, err)
	counts := map[string]int{}
	for _, o := range old {
		counts[o.Table] = o.N
	}
	require.Equal(t, map[string]int{"exports": 1, "track_reads": 1, "field_rulings": 0, "field_updates": 0, "field_leave": 0, "field_exemptions": 0}, counts)
	n, err := s.ForgetRecords(t.Context(), before)
	require.NoError(t, err)
	require.EqualValues(t, 2, n)
	var left int
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM exports) + (SELECT count(*) FROM track_reads)`).Scan(&left))
	require.Equal(t, 4, left)
	n, err = s.ForgetRecords(t.Context(), before)
	require.NoError(t, err)
	require.Zero(t, n)
}
