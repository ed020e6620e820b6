package store_test

import (
	"context"
	"crypto/ed25519"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/org"
	"huajie/domain/view"
	"huajie/internal/notary"
	"huajie/store"
)

func read(object string) audit.Entry {
	return audit.Entry{Actor: "wang", Via: "token 00", Kind: audit.IdentityRead, Object: object, Purpose: "contact", Reason: "约定上门时间", Outcome: audit.OK}
}

// TestAuditLogIsAChain: writers at the same time make one chain without gaps, and the
// database lets nobody change it.
func TestAuditLogIsAChain(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	var together sync.WaitGroup
	for range 8 {
		together.Go(func() {
			for range 10 {
				assert.NoError(t, s.Audit(context.Background(), read("a"), read("b")))
			}
		})
	}
	together.Wait()
	report, err := s.VerifyAudit(t.Context(), nil)
	require.NoError(t, err)
	assert.Empty(t, report.Breaks)
	assert.Equal(t, 160, report.Rows)
	for _, sql := range []string{`UPDATE audit_log SET actor = 'li' WHERE n = 3`, `DELETE FROM audit_log WHERE n = 3`, `TRUNCATE audit_log`} {
		_, err := raw(t, url).Exec(t.Context(), sql)
		assert.ErrorContains(t, err, "append-only", sql)
	}
}

// days fills the log with rows of three days, and signs the head of each after its fourth row
// and at its end.
func days(t *testing.T) (s *store.Store, db *pgx.Conn, heads []audit.Head) {
	t.Helper()
	s, url := freshAt(t)
	db = raw(t, url)
	key, err := notary.OpenKey(filepath.Join(t.TempDir(), "key.pem"))
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "heads.jsonl")
	for i := range 3 {
		at := time.Date(2026, time.November, 23+i, 9, 0, 0, 0, calendar.Zone)
		var last audit.Row
		for n := range []int{8, 8, 6}[i] {
			last, err = audit.Link(last, read("220402G2026112300001"), calendar.DateOf(at), at.Add(time.Duration(n)*time.Minute))
			require.NoError(t, err)
			insert(t, db, last)
			if n == 3 || n == 7 && i < 2 || n == 5 && i == 2 {
				tail, err := notary.LastHead(file)
				require.NoError(t, err)
				_, err = key.AppendHeads(file, tail, []audit.Row{last}, at)
				require.NoError(t, err)
			}
		}
	}
	heads, faults, err := notary.ReadHeads(file, map[string]ed25519.PublicKey{key.ID(): key.Public()})
	require.NoError(t, err)
	require.Empty(t, faults)
	require.Len(t, heads, 6)
	_, err = db.Exec(t.Context(), `ALTER TABLE audit_log DISABLE TRIGGER USER`)
	require.NoError(t, err, "the owner can do that")
	return s, db, heads
}

const insertRow = `INSERT INTO audit_log (day, n, at, actor, via, kind, object, purpose, reason, outcome, request, prev_hash, hash)
	VALUES ($1::text::date, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

func rowArgs(r audit.Row) []any {
	return []any{r.Day.String(), r.N, r.At, r.Actor, r.Via, r.Kind, r.Object, r.Purpose, r.Reason, r.Outcome, r.Request, r.Prev, r.Hash}
}

func insert(t *testing.T, db *pgx.Conn, r audit.Row) {
	t.Helper()
	_, err := db.Exec(t.Context(), insertRow, rowArgs(r)...)
	require.NoError(t, err)
}

// TestTamperingIsNamed: whatever somebody with all rights in the database does to the log,
// the first link that does not hold is named.
func TestTamperingIsNamed(t *testing.T) {
	t.Parallel()
	second := calendar.Date{Year: 2026, Month: time.November, Day: 24}
	exec := func(sql string) func(*testing.T, *pgx.Conn, *store.Store) {
		return func(t *testing.T, db *pgx.Conn, _ *store.Store) {
			tag, err := db.Exec(t.Context(), sql)
			require.NoError(t, err)
			require.Positive(t, tag.RowsAffected())
		}
	}
	// anew writes the second day anew from a row on, with good hashes.
	anew := func(from int, change func([]audit.Row) []audit.Row) func(*testing.T, *pgx.Conn, *store.Store) {
		return func(t *testing.T, db *pgx.Conn, s *store.Store) {
			rows, err := s.AuditRows(t.Context(), second)
			require.NoError(t, err)
			_, err = db.Exec(t.Context(), `DELETE FROM audit_log WHERE day = '2026-11-24' AND n >= $1`, from)
			require.NoError(t, err)
			last := audit.Row{}
			if from > 1 {
				last = rows[from-2]
			}
			for _, r := range change(rows[from-1:]) {
				last, err = audit.Link(last, r.Entry, r.Day, r.At)
				require.NoError(t, err)
				insert(t, db, last)
			}
		}
	}
	// put puts rows in behind the last of a day, with good hashes.
	put := func(day int, at ...time.Time) func(*testing.T, *pgx.Conn, *store.Store) {
		return func(t *testing.T, db *pgx.Conn, s *store.Store) {
			on := calendar.Date{Year: 2026, Month: time.November, Day: day}
			rows, err := s.AuditRows(t.Context(), on)
			require.NoError(t, err)
			last := audit.Row{}
			if len(rows) > 0 {
				last = rows[len(rows)-1]
			}
			for _, moment := range at {
				r := audit.Row{Entry: read("x"), Day: on, N: last.N + 1, At: moment.UTC(), Prev: last.Hash}
				if last.N == 0 {
					r.Prev = audit.Beginning()
				}
				r.Hash, err = audit.Sum(r.Prev, r)
				require.NoError(t, err)
				insert(t, db, r)
				last = r
			}
		}
	}
	noon := func(day int) time.Time { return time.Date(2026, time.November, day, 12, 0, 0, 0, calendar.Zone) }
	for name, c := range map[string]struct {
		tamper func(*testing.T, *pgx.Conn, *store.Store)
		day, n int
		says   string
		chain  bool // seen without the heads
	}{
		"a word changed":       {exec(`UPDATE audit_log SET actor = 'li' WHERE day = '2026-11-24' AND n = 3`), 24, 3, "contents do not give its hash", true},
		"a reason changed":     {exec(`UPDATE audit_log SET reason = 'x' WHERE day = '2026-11-23' AND n = 8`), 23, 8, "contents do not give its hash", true},
		"a time changed":       {exec(`UPDATE audit_log SET at = at + interval '1 second' WHERE day = '2026-11-24' AND n = 1`), 24, 1, "contents do not give its hash", true},
		"a hash changed":       {exec(`UPDATE audit_log SET hash = sha256('x') WHERE day = '2026-11-24' AND n = 5`), 24, 5, "contents do not give its hash", true},
		"a link changed":       {exec(`UPDATE audit_log SET prev_hash = sha256('x') WHERE day = '2026-11-24' AND n = 5`), 24, 5, "does not follow", true},
		"a row removed":        {exec(`DELETE FROM audit_log WHERE day = '2026-11-24' AND n = 4`), 24, 4, "row 5 comes next", true},
		"the first row gone":   {exec(`DELETE FROM audit_log WHERE day = '2026-11-24' AND n = 1`), 24, 1, "row 2 comes next", true},
		"moved to another day": {exec(`UPDATE audit_log SET day = '2026-11-22' WHERE day = '2026-11-23' AND n = 1`), 22, 1, "contents do not give its hash", true},
		"the tail cut off":     {exec(`DELETE FROM audit_log WHERE day = '2026-11-24' AND n > 6`), 24, 7, "there were 8 rows", false},
		"the last tail cut":    {exec(`DELETE FROM audit_log WHERE day = '2026-11-25' AND n > 5`), 25, 6, "there were 6 rows", false},
		"a day removed":        {exec(`DELETE FROM audit_log WHERE day = '2026-11-24'`), 24, 1, "there were 8 rows", false},
		"the first day gone":   {exec(`DELETE FROM audit_log WHERE day = '2026-11-23'`), 23, 1, "there were 8 rows", false},
		"the last day gone":    {exec(`DELETE FROM audit_log WHERE day = '2026-11-25'`), 25, 1, "there were 6 rows", false},
		"everything gone":      {exec(`DELETE FROM audit_log`), 23, 1, "there were 8 rows", false},
		"written anew": {anew(6, func(rows []audit.Row) []audit.Row {
			rows[0].Actor = "li"
			return rows
		}), 24, 5, "rows 5 to 8 were written anew", false},
		"one left out and written anew": {anew(2, func(rows []audit.Row) []audit.Row { return rows[1:] }), 24, 1, "rows 1 to 4 were written anew", false},
		"put in behind a signed day":    {put(24, noon(24)), 24, 9, "put in afterwards: the day was signed up to row 8, there are 9", false},
		"a past day put in":             {put(22, noon(22), noon(22)), 22, 1, "put in afterwards: the day was signed up to row 0, there are 2", false},
		"of another day":                {put(25, noon(24)), 25, 7, "of another day: 2026-11-24", true},
		"older than the row before":     {put(25, noon(25).Add(-4*time.Hour)), 25, 7, "older than the row before it", true},
		"one put in and written anew":   {anew(7, func(rows []audit.Row) []audit.Row { return append([]audit.Row{rows[0]}, rows...) }), 24, 5, "rows 5 to 8 were written anew", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, db, heads := days(t)
			report, err := s.VerifyAudit(t.Context(), heads)
			require.NoError(t, err)
			require.Empty(t, report.Breaks)
			require.Equal(t, []int{3, 22, 6}, []int{report.Days, report.Rows, report.Heads})
			require.Empty(t, report.Unsigned)

			c.tamper(t, db, s)
			report, err = s.VerifyAudit(t.Context(), heads)
			require.NoError(t, err)
			require.NotEmpty(t, report.Breaks)
			first := report.Breaks[0]
			assert.Equal(t, []int{c.day, c.n}, []int{first.Day.Day, first.N}, first.What.EN)
			assert.Contains(t, first.What.EN, c.says)
			assert.NotEmpty(t, first.What.ZH)
			report, err = s.VerifyAudit(t.Context(), nil)
			require.NoError(t, err)
			assert.Equal(t, c.chain, len(report.Breaks) > 0, "the chain alone")
		})
	}
}

// TestOneBreakDoesNotHideAnother: each day is a chain of its own, and each break is named.
func TestOneBreakDoesNotHideAnother(t *testing.T) {
	t.Parallel()
	s, db, heads := days(t)
	_, err := db.Exec(t.Context(), `UPDATE audit_log SET actor = 'li' WHERE n = 3 AND day <> '2026-11-25'; UPDATE audit_log SET reason = 'x' WHERE day = '2026-11-23'; DELETE FROM audit_log WHERE day = '2026-11-25'`)
	require.NoError(t, err)
	report, err := s.VerifyAudit(t.Context(), heads)
	require.NoError(t, err)
	var got [][2]int
	for _, b := range report.Breaks {
		got = append(got, [2]int{b.Day.Day, b.N})
	}
	assert.Equal(t, [][2]int{{23, 1}, {24, 3}, {25, 1}}, got)
	assert.Equal(t, 16, report.Rows)
}

// TestRowsSinceTheNewestHeadAreNoted: they are no break, and since when they wait is told.
func TestRowsSinceTheNewestHeadAreNoted(t *testing.T) {
	t.Parallel()
	s, _, heads := days(t)
	third := calendar.Date{Year: 2026, Month: time.November, Day: 25}
	rows, err := s.AuditRows(t.Context(), third)
	require.NoError(t, err)
	for _, c := range []struct {
		heads int
		since int
	}{{5, 4}, {4, 0}} { // with the third day signed up to its fourth row, and not at all
		report, err := s.VerifyAudit(t.Context(), heads[:c.heads])
		require.NoError(t, err)
		assert.Empty(t, report.Breaks)
		assert.Equal(t, []calendar.Date{third}, report.Unsigned)
		assert.Equal(t, rows[c.since].At, report.Since)
	}
}

// TestWhatOperatorsDoIsRecorded: accounts, offices, rules and outages leave an entry each, a
// change that changes nothing none.
func TestWhatOperatorsDoIsRecorded(t *testing.T) {
	t.Parallel()
	s, _ := freshAt(t, store.WithOperator("root"))
	u := org.User{Username: "wang", ZH: "王", EN: "Wang", Grants: []org.Grant{{Role: org.RoleDispatcher, Unit: "220402-C"}}}
	for range 2 {
		require.NoError(t, s.UpsertUsers(t.Context(), []org.User{u}, ""))
		require.NoError(t, s.SaveRulebook(t.Context(), "v1", map[string][]byte{"a": {1}}, "reload"))
	}
	u.Grants[0].Role = org.RoleSupervisor
	require.NoError(t, s.UpsertUsers(t.Context(), []org.User{u}, ""))
	_, err := s.DisableUser(t.Context(), "wang", "zhao", "调离")
	require.NoError(t, err)
	for _, dry := range []bool{true, false} {
		_, err = s.Transfer(t.Context(), "220402-D11", "220402-D12", "", "zhao", "改革", dry)
		require.NoError(t, err)
	}
	o, err := s.DeclareOutage(t.Context(), view.Outage{From: day, To: day.Add(time.Hour), By: "zhao", Reason: "机房停电"})
	require.NoError(t, err)
	require.NoError(t, s.VoidOutage(t.Context(), o.ID, "zhao", "误报"))
	rows, err := s.AuditRows(t.Context(), calendar.DateOf(time.Now()))
	require.NoError(t, err)
	var got [][]string
	for _, r := range rows {
		got = append(got, []string{r.Actor, string(r.Kind), r.Object, r.Reason})
	}
	assert.Equal(t, [][]string{
		{"system", "user_changed", "wang", "new: dispatcher@220402-C/"},
		{"system", "rulebook_published", "v1", ""},
		{"system", "user_changed", "wang", "dispatcher@220402-C/ -> supervisor@220402-C/"},
		{"operator:root", "user_disabled", "wang", "zhao: 调离"},
		{"operator:root", "duty_moved", "220402-D11 -> 220402-D12", "zhao: 改革"},
		{"operator:root", "outage_declared", "O1", "zhao: 机房停电"},
		{"operator:root", "outage_voided", "O1", "zhao: 误报"},
	}, got)
	known, err := s.Known(t.Context(), "wang")
	require.NoError(t, err)
	assert.True(t, known)
}

// TestAPageOfTheLog: what is asked for of a day; about an accusation neither its number nor any
// words, and whoever asks for the number is answered as for one nothing was done to.
func TestAPageOfTheLog(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	open, sealed := register(t, s, day).No, register(t, s, day).No
	_, err := raw(t, url).Exec(t.Context(), `UPDATE cases SET confidentiality = 'C3' WHERE no = $1`, sealed)
	require.NoError(t, err)
	other := read(open)
	other.Actor, other.Kind = "li", audit.SignIn
	require.NoError(t, s.Audit(t.Context(), read(open), read(sealed), other))
	today := calendar.DateOf(time.Now())
	numbers := func(q audit.Query) (out []int) {
		if q.Day = today; q.Most == 0 {
			q.Most = 10
		}
		list, err := s.AuditPage(t.Context(), q)
		require.NoError(t, err)
		for _, x := range list {
			out = append(out, x.N)
			assert.NotEqual(t, sealed, x.Object)
			assert.Equal(t, x.N == 2, x.Object == "", "row %d", x.N)
			assert.Equal(t, x.N == 2, x.Reason == "", "row %d", x.N)
		}
		return out
	}
	assert.Equal(t, []int{1, 2, 3}, numbers(audit.Query{}))
	assert.Equal(t, []int{2, 3}, numbers(audit.Query{After: 1}))
	assert.Empty(t, numbers(audit.Query{After: 1 << 40}))
	assert.Equal(t, []int{1}, numbers(audit.Query{Most: 1}))
	assert.Equal(t, []int{3}, numbers(audit.Query{Actor: "li"}))
	assert.Equal(t, []int{1, 2}, numbers(audit.Query{Kind: audit.IdentityRead}))
	assert.Equal(t, []int{1, 3}, numbers(audit.Query{Object: open}))
	assert.Empty(t, numbers(audit.Query{Object: sealed}))
	assert.Empty(t, numbers(audit.Query{Object: sealed, Kind: audit.IdentityRead, Actor: read(sealed).Actor}))
	assert.Empty(t, numbers(audit.Query{Object: "220402G2026112399999"}))
	list, err := s.AuditPage(t.Context(), audit.Query{Day: calendar.Date{Year: 2020, Month: time.May, Day: 1}, Most: 10})
	require.NoError(t, err)
	assert.Empty(t, list)
}
