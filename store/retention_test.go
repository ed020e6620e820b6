package store_test

import (
	"context"
	"encoding/hex"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/grievance"
	"huajie/domain/retention"
	"huajie/domain/view"
	"huajie/store"
)

// over ends a case for good.
func over(at time.Time) func(*grievance.Case) {
	return func(c *grievance.Case) { c.State, c.ClosedAt, c.Deadlines = grievance.Archived, at, nil }
}

// letGo removes a file, whatever its period: if it is over, and nothing holds it.
func letGo(t *testing.T, s *store.Store, no string) store.GoneFile {
	t.Helper()
	went, err := s.RemoveFile(t.Context(), removing(no))
	require.NoError(t, err)
	return went
}

func removing(no string) store.Removing {
	return store.Removing{No: no, By: "档案室", Reason: "鉴定组意见3号", Entry: audit.ByOperator("root", audit.FileRemoved, "", "", ""),
		Judge: func(f store.File, _ *store.File) retention.Verdict {
			switch {
			case !f.Final:
				return retention.Verdict{Keep: retention.Open}
			case f.Held:
				return retention.Verdict{Keep: retention.Held}
			}
			return retention.Verdict{Rule: "retention.demands"}
		}}
}

// sealedValues are all sealed values of a dump.
func sealedValues(all string) map[string]bool {
	out := map[string]bool{}
	for _, v := range regexp.MustCompile(`hjs1:[A-Za-z0-9_-]+`).FindAllString(all, -1) {
		out[v] = true
	}
	return out
}

// TestAFileLetsGoOfItsWords: of everything people said about a case no sealed value is left that
// was there before, nor an index that finds it; the case beside it keeps all of its own. Chain,
// register and audit log go on to prove both.
func TestAFileLetsGoOfItsWords(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	conn := raw(t, url)
	deskOf(t, s) // the accounts have an entry on the audit log
	other := register(t, s, day, summary("另一件事情")).No
	kept := sealedValues(dump(t, conn)) // what the other case said, and what tells the keys
	no := said(t, s)
	step(t, s, no, "archived", day, over(day))
	_, err := conn.Exec(t.Context(), `INSERT INTO notices (no, seq, n, to_case, to_user, to_role, to_unit, title_zh, title_en, body_zh, body_en, immediate, late, exempt, at)
		VALUES ($1, 1, 'N5', $2, '', '', '', '并案告知', '', '与另一件合并办理', '', false, false, '', now())`, other, no)
	require.NoError(t, err, "its petitioner was told of the other case")
	_, err = conn.Exec(t.Context(), `INSERT INTO commands (key, no, kind, fingerprint, from_seq, to_seq) VALUES ('unheard', $1, 'grievance', 'digest', 3, 2), ('220402G2026112300001:3:0', $1, 'grievance', 'digest', 3, 2)`, no)
	require.NoError(t, err, "a wish that was answered without an event, and one by which another machine told it")
	before := dump(t, conn)
	require.Greater(t, len(sealedValues(before)), len(kept)+8)

	went := letGo(t, s, no)
	require.Equal(t, 1, went.Streams)
	require.True(t, went.Person)

	forgotten, err := s.ForgetKeys(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, forgotten, "the keys of its events went with it")
	for v := range sealedValues(dump(t, conn)) {
		assert.True(t, kept[v] || !strings.Contains(before, v), "a value of before is still there")
	}
	for v := range kept {
		assert.Contains(t, dump(t, conn), v, "of another case")
	}
	for _, table := range []string{"persons", "intake_details", "case_search", "notices", "recent_intakes"} {
		var n int
		sql := `SELECT count(*) FROM ` + table + ` t WHERE t::text LIKE '%' || $1 || '%'`
		if table == "persons" {
			sql = `SELECT count(*) FROM persons WHERE id = $1`
			require.NoError(t, conn.QueryRow(t.Context(), sql, "P-said").Scan(&n))
		} else {
			require.NoError(t, conn.QueryRow(t.Context(), sql, no).Scan(&n))
		}
		assert.Zero(t, n, table)
	}
	var keys []string
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT array_agg(key || fingerprint) FROM commands WHERE no = $1`, no).Scan(&keys))
	require.NotContains(t, keys, "unhearddigest")
	require.Len(t, keys, 1)
	c := held(t, s, no)
	assert.Equal(t, "〔已按保存期限清除〕", c.Summary)
	assert.Empty(t, c.Petitioner)
	assert.Equal(t, grievance.Archived, c.State)
	assert.Equal(t, "220402008", c.Area, "what statistics need stays")
	assert.Empty(t, all(t, s, store.Everything, view.Filter{Query: "深夜施工"}, view.ByDue, 10))
	assert.Equal(t, []string{other}, all(t, s, store.Everything, view.Filter{Query: "另一件"}, view.ByDue, 10))
	events, err := s.Events(t.Context(), no)
	require.NoError(t, err)
	for _, e := range events {
		assert.NotEmpty(t, e.Type)
		assert.Empty(t, e.Input)
		assert.Empty(t, e.Change)
	}
	_, err = s.Chain(t.Context(), no, true)
	assert.Equal(t, "file_removed", domain.ReasonOf(err), "the house signs no receipt of what is gone")
	_, err = s.CaseAt(t.Context(), store.Everything, no, 1)
	assert.Equal(t, "file_removed", domain.ReasonOf(err))
	allHolds(t, s, 1, no, other)
}

// allHolds sees that everything holds, and how many streams have let go of their words.
func allHolds(t *testing.T, s *store.Store, removed int, nos ...string) {
	t.Helper()
	n, faults, err := s.VerifyRemovals(t.Context())
	require.NoError(t, err)
	require.Empty(t, faults)
	require.Equal(t, removed, n)
	for _, no := range nos {
		require.NoError(t, s.VerifyChain(t.Context(), no))
	}
	list, _, err := s.Examine(t.Context(), "", 1000)
	require.NoError(t, err)
	for _, x := range list {
		require.Empty(t, x.Faults, x.No)
		if x.Removed {
			require.True(t, x.Final(), "nobody starts it again")
			removed--
		}
	}
	require.Zero(t, removed)
	report, err := s.VerifyAudit(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, report.Breaks)
}

// TestOnlyWhatMayGoGoes: a case that is not over, or is under a hold, keeps every byte; what has
// gone is not removed again; a hold that is lifted keeps nothing.
func TestOnlyWhatMayGoGoes(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	conn := raw(t, url)
	open, kept := register(t, s, day, summary("在办的事")).No, register(t, s, day, summary("法院调卷")).No
	step(t, s, kept, "archived", day, over(day))
	hold := audit.ByOperator("root", audit.HoldSet, kept, "法规科", "法院调卷")
	require.NoError(t, s.SetHold(t.Context(), kept, "法规科", hold))
	require.Equal(t, "held_already", domain.ReasonOf(s.SetHold(t.Context(), kept, "法规科", hold)))
	require.Equal(t, domain.CodeNotFound, domain.CodeOf(s.SetHold(t.Context(), "220402G2026112399999", "x", hold)))
	holds, err := s.Holds(t.Context(), false)
	require.NoError(t, err)
	require.Len(t, holds, 1)
	require.Equal(t, "法规科: 法院调卷", holds[0].Reason)

	before := dump(t, conn)
	require.Equal(t, retention.Open, letGo(t, s, open).Verdict.Keep)
	require.Equal(t, retention.Held, letGo(t, s, kept).Verdict.Keep)
	require.Equal(t, before, dump(t, conn))

	require.NoError(t, s.LiftHold(t.Context(), kept, "法规科", false, audit.ByOperator("root", audit.HoldLifted, kept, "法规科", "结案")))
	require.Equal(t, domain.CodeNotFound, domain.CodeOf(s.LiftHold(t.Context(), kept, "法规科", false, hold)))
	require.Equal(t, 1, letGo(t, s, kept).Streams)
	after := dump(t, conn)
	require.Zero(t, letGo(t, s, kept).Streams, "it has gone already")
	require.Equal(t, after, dump(t, conn))
	require.Equal(t, "file_removed", domain.ReasonOf(s.SetHold(t.Context(), kept, "x", hold)))
	allHolds(t, s, 1, open, kept)
}

// TestRemovalCannotHideTampering: whatever is changed behind the ledger, before or after words went, is found; and
// the trigger refuses all of it by accident.
func TestRemovalCannotHideTampering(t *testing.T) {
	t.Parallel()
	for name, tamper := range map[string]string{
		"an event without a removal": `UPDATE events SET body = '{"removed": true}' WHERE no = $1 AND seq = 2`,
		"an event of before":         `UPDATE events SET actor = 'nobody' WHERE no = $2 AND seq = 1`,
		"its time":                   `UPDATE events SET at = at + interval '1 day' WHERE no = $2 AND seq = 2`,
		"words put in":               `UPDATE events SET body = '{"reason": "x"}' WHERE no = $2 AND seq = 2`,
		"its hash":                   `UPDATE events SET hash = sha256('x') WHERE no = $2 AND seq = 2`,
		"an event less":              `DELETE FROM events WHERE no = $2 AND seq = 2`,
		"what is left":               `UPDATE cases SET body = jsonb_set(body, '{area}', '"220402004"') WHERE no = $2`,
		"the register":               `UPDATE removals SET by_whom = 'nobody' WHERE no = $2`,
		"no register":                `DELETE FROM removals WHERE no = $2`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, url := freshAt(t)
			conn := raw(t, url)
			stays, went := register(t, s, day, summary("留下的事")).No, register(t, s, day, summary("清除的事")).No
			for _, no := range []string{stays, went} {
				step(t, s, no, "archived", day, over(day))
			}
			letGo(t, s, went)
			allHolds(t, s, 1, stays, went)
			refused := strings.ReplaceAll(strings.ReplaceAll(tamper, "$1", "'"+stays+"'"), "$2", "'"+went+"'")
			if !strings.Contains(tamper, "UPDATE cases") {
				_, err := conn.Exec(t.Context(), `SET huajie.retention = 'on'`)
				require.NoError(t, err)
				_, err = conn.Exec(t.Context(), refused)
				require.ErrorContains(t, err, "append-only")
			}
			_, err := conn.Exec(t.Context(), `SET session_replication_role = replica; `+refused)
			require.NoError(t, err)
			found := 0
			list, _, err := s.Examine(t.Context(), "", 1000)
			require.NoError(t, err)
			for _, x := range list {
				found += len(x.Faults)
			}
			_, faults, err := s.VerifyRemovals(t.Context())
			require.NoError(t, err)
			require.Positive(t, found+len(faults))
		})
	}
}

// TestARegisterWrittenAnewDoesNotFit: who writes the register anew, chain and all, does not fit
// the audit log.
func TestARegisterWrittenAnewDoesNotFit(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	no := register(t, s, day).No
	step(t, s, no, "archived", day, over(day))
	letGo(t, s, no)
	list, err := s.Removals(t.Context(), 0, 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	forged := list[0]
	forged.By = "nobody"
	forged = forged.Link(retention.Removal{})
	_, err = raw(t, url).Exec(t.Context(), `SET session_replication_role = replica; UPDATE removals SET by_whom = 'nobody', hash = decode('`+hex.EncodeToString(forged.Hash)+`', 'hex')`)
	require.NoError(t, err)
	_, faults, err := s.VerifyRemovals(t.Context())
	require.NoError(t, err)
	require.Len(t, faults, 1)
	require.Contains(t, faults[0].Detail, "does not name row 1")
}

// TestABrokenChainIsKept: what was changed is not hidden by letting go of it.
func TestABrokenChainIsKept(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	conn := raw(t, url)
	no := register(t, s, day).No
	step(t, s, no, "archived", day, over(day))
	_, err := conn.Exec(t.Context(), `SET session_replication_role = replica; UPDATE events SET actor = 'nobody' WHERE seq = 1`)
	require.NoError(t, err)
	before := dump(t, conn)
	_, err = s.RemoveFile(t.Context(), removing(no))
	require.Equal(t, "chain_broken", domain.ReasonOf(err))
	require.Equal(t, before, dump(t, conn))
}

// TestASplitCaseKeepsThePerson: a person goes with the last of their cases.
func TestASplitCaseKeepsThePerson(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	one, two := said(t, s), ""
	two = register(t, s, day, func(c *grievance.Case) { c.Petitioner = "P-said" }).No
	for _, no := range []string{one, two} {
		step(t, s, no, "archived", day, over(day))
	}
	require.False(t, letGo(t, s, one).Person)
	known, err := s.KnownBy(t.Context(), "139 4417 5836", "")
	require.NoError(t, err)
	require.Len(t, known, 1)
	require.True(t, letGo(t, s, two).Person)
	known, err = s.KnownBy(t.Context(), "", secrets["id_no"])
	require.NoError(t, err)
	require.Empty(t, known)
	var n int
	require.NoError(t, raw(t, url).QueryRow(t.Context(), `SELECT count(*) FROM persons`).Scan(&n))
	require.Zero(t, n)
}

// TestPhotosGoWithTheirFile: but not one another file has attached too, and of one that another
// upload has the same bytes of only the row; what nobody has taken up goes when it is old.
func TestPhotosGoWithTheirFile(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	conn := raw(t, url)
	photo := func(n int, look string, at time.Time) (id string) {
		id = "0b9fdc1e-8f5c-4d0c-9a57-0c3f1d0a7e1" + string(rune('0'+n))
		_, err := conn.Exec(t.Context(), `INSERT INTO files (id, account, county, state, sha256, size, media, part_size, taken_at, accuracy, source, device, created_at, touched_at, completed_at, full_sha256, thumb_sha256)
			VALUES ($1, 'x', '220402', 'complete', sha256($2), 1, 'image/jpeg', 1, $3, 1, 'live', '', $3, $3, $3, sha256($2 || 'full'), sha256($2 || 'thumb'))`, id, []byte(look), at)
		require.NoError(t, err)
		return id
	}
	going, staying := register(t, s, day).No, register(t, s, day).No
	attached := func(no string, ids ...string) {
		for _, id := range ids {
			_, err := conn.Exec(t.Context(), `INSERT INTO case_files (no, seq, file_id, purpose, at, flags) VALUES ($1, 1, $2, 'before', $3, '[]')`, no, id, day)
			require.NoError(t, err)
		}
	}
	own, shared, twin := photo(1, "own", day), photo(2, "shared", day), photo(3, "same", day)
	other, unused, young := photo(4, "same", day), photo(5, "unused", day.AddDate(-2, 0, 0)), photo(6, "young", day)
	attached(going, own, shared, twin)
	attached(staying, shared, other)
	looked := func(no, id string) { // by the city, who photographs beside the case
		_, err := conn.Exec(t.Context(), `WITH r AS (INSERT INTO rechecks (no, seq, percent, closed_at, verifier, due_at) VALUES ($1, 1, 3, $3, 'x', $3) RETURNING id)
			INSERT INTO recheck_files (file_id, recheck, n) SELECT $2, id, 0 FROM r`, no, id, day)
		require.NoError(t, err)
	}
	seen, again := photo(7, "seen", day), photo(8, "again", day.AddDate(-2, 0, 0))
	looked(going, seen)
	looked(staying, again)
	step(t, s, going, "archived", day, over(day))
	require.Equal(t, 3, letGo(t, s, going).Photos)
	var looks []string
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT array_agg(no) FROM rechecks`).Scan(&looks))
	require.Equal(t, []string{staying}, looks, "the second look goes with its event")
	left := func() (ids []string) {
		require.NoError(t, conn.QueryRow(t.Context(), `SELECT coalesce(array_agg(id ORDER BY id), '{}') FROM files`).Scan(&ids))
		return ids
	}
	require.Equal(t, []string{shared, other, unused, young, again}, left())
	dropped := 0
	n, err := s.DroppedBytes(t.Context(), func([32]byte) error { dropped++; return nil })
	require.NoError(t, err)
	require.Equal(t, 6, n, "three of one's own, three of the second look; those of the twin are named by another")
	require.Equal(t, 6, dropped)

	count, oldest, err := s.UnusedPhotos(t.Context(), day.AddDate(-1, 0, 0))
	require.NoError(t, err)
	require.Equal(t, 1, count)
	require.True(t, oldest.Equal(day.AddDate(-2, 0, 0)))
	n, err = s.ForgetPhotos(t.Context(), day.AddDate(-1, 0, 0))
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, []string{shared, other, young, again}, left())
	_, err = s.DroppedBytes(t.Context(), func([32]byte) error { return context.Canceled })
	require.ErrorIs(t, err, context.Canceled)
	n, err = s.DroppedBytes(t.Context(), func([32]byte) error { return nil })
	require.NoError(t, err)
	require.Equal(t, 3, n, "what the storage did not let go of is asked for again")
}

// TestHoldsInScope: a scope finds the holds of what it sees and no others, page by page; one who
// set a hold does not lift it where another has to.
func TestHoldsInScope(t *testing.T) {
	t.Parallel()
	s, _ := freshAt(t)
	one, two := register(t, s, day, summary("法院调卷")).No, register(t, s, day, summary("检举某人"), func(c *grievance.Case) { c.Confidentiality = "C3" }).No
	set := func(no, by string) error {
		return s.SetHold(t.Context(), no, by, audit.Entry{Actor: by, Via: "session", Kind: audit.HoldSet, Object: no, Reason: "因" + no, Outcome: audit.OK})
	}
	lift := func(no, by string) error {
		return s.LiftHold(t.Context(), no, by, true, audit.Entry{Actor: by, Via: "session", Kind: audit.HoldLifted, Object: no, Reason: "结案了", Outcome: audit.OK})
	}
	require.NoError(t, set(one, "a"))
	require.NoError(t, set(two, "b"))
	in := func(scope view.Scope, f retention.HoldFilter) (out []string) {
		f.Most = max(f.Most, 1)
		list, err := s.HoldsIn(t.Context(), scope, f)
		require.NoError(t, err)
		for _, h := range list {
			require.Equal(t, "因"+h.No, h.Reason)
			out = append(out, h.No)
		}
		return out
	}
	here, vault := view.Scope{Counties: []string{"220402"}}, view.Scope{Counties: []string{"220402"}, Vault: true}
	require.Equal(t, []string{one}, in(here, retention.HoldFilter{Most: 9}), "an accusation is not to be known of")
	require.Equal(t, []string{two, one}, in(vault, retention.HoldFilter{Most: 9}))
	require.Equal(t, []string{two}, in(vault, retention.HoldFilter{}))
	require.Equal(t, []string{one}, in(vault, retention.HoldFilter{Before: 2, Most: 9}))
	require.Equal(t, []string{one}, in(vault, retention.HoldFilter{No: one}))
	require.Empty(t, in(view.Scope{Counties: []string{"220403"}, Vault: true}, retention.HoldFilter{Most: 9}))

	require.Equal(t, "same_person", domain.ReasonOf(lift(one, "a")))
	require.NoError(t, lift(one, "b"))
	require.Equal(t, domain.CodeNotFound, domain.CodeOf(lift(one, "b")))
	require.Empty(t, in(here, retention.HoldFilter{Most: 9}))
	require.Equal(t, []string{one}, in(here, retention.HoldFilter{Lifted: true, Most: 9}))
	require.NoError(t, set(one, "c"), "once more")
	require.Equal(t, []string{one, one}, in(here, retention.HoldFilter{Lifted: true, Most: 9}))
	allHolds(t, s, 0, one, two)
}
