package recovery_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"

	"huajie/activities"
	"huajie/domain/evidence"
	"huajie/internal/app"
	"huajie/internal/demo"
	"huajie/internal/recovery"
	"huajie/internal/seal"
	"huajie/store"
	"huajie/workflows"
)

// What must come back exactly as it was. Notices come back too, unread and
// with new ids; keys without the request of a registration.
var asBefore = map[string]string{
	"events":    `SELECT to_jsonb(e)::text FROM events e ORDER BY no, seq`,
	"cases":     `SELECT (to_jsonb(c) - 'workflow_started')::text FROM cases c ORDER BY no`,
	"sessions":  `SELECT to_jsonb(s)::text FROM sessions s ORDER BY no`,
	"whistles":  `SELECT (to_jsonb(w) - 'workflow_started')::text FROM whistles w ORDER BY no`,
	"deadlines": `SELECT to_jsonb(d)::text FROM deadlines d ORDER BY no, id`,
	"numbers":   `SELECT to_jsonb(n)::text FROM numbers n ORDER BY place, letter, day`,
	"commands": `SELECT (to_jsonb(c) - 'at' || CASE WHEN from_seq = 1 AND kind <> 'joint_session' THEN '{"fingerprint": "unknown"}' ELSE '{}' END::jsonb)::text
		FROM commands c ORDER BY key`,
	"case_files": `SELECT to_jsonb(f)::text FROM case_files f ORDER BY no, seq, file_id`,
	"notices":    `SELECT (to_jsonb(x) - 'id' - 'rebuilt')::text FROM notices x ORDER BY no, seq, n, to_case, to_user, to_role, to_unit, id`,
}

const ledgerTables = "events, cases, sessions, whistles, deadlines, commands, numbers, notices, case_files"

func (s *stand) snapshot() map[string][]string {
	s.t.Helper()
	fields, err := app.Fields(s.cfg)
	require.NoError(s.t, err)
	out := map[string][]string{}
	for name, query := range asBefore {
		for _, row := range s.dump(query) {
			out[name] = append(out[name], opened(s.t, fields, name, row))
		}
	}
	return out
}

// opened is a row with the words in it: what is written again is sealed anew, and looks
// otherwise though it says the same.
func opened(t *testing.T, fields *seal.Fields, table, row string) string {
	t.Helper()
	if !strings.Contains(row, seal.Mark) {
		return row
	}
	var r struct {
		No      string
		Seq     int
		Summary string
		Body    json.RawMessage
	}
	require.NoError(t, json.Unmarshal([]byte(row), &r))
	at := seal.Place{Table: table, Column: "body", Row: r.No}
	if table == "events" {
		at.Row = fmt.Sprintf("%s/%d", r.No, r.Seq)
	}
	body, err := fields.OpenDocument(r.Body, at)
	require.NoError(t, err)
	summary, err := fields.Open(r.Summary, seal.Place{Table: table, Column: "summary", Row: r.No})
	require.NoError(t, err)
	var all map[string]any
	require.NoError(t, json.Unmarshal([]byte(row), &all))
	all["body"], all["summary"] = json.RawMessage(body), summary
	plain, err := json.Marshal(all)
	require.NoError(t, err)
	require.NotContains(t, string(plain), seal.Mark, "all of it is compared")
	return string(plain)
}

// TestTheLedgerIsRebuiltFromTheEngine loses every table of the ledger while the
// workers run.
func TestTheLedgerIsRebuiltFromTheEngine(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	ctx := context.Background()
	inHand, closed := s.inHand(), s.closed()
	joint, session := s.session()
	whistle, parent := s.whistle(), s.toUnit()
	triage := s.register("win-general.220402", "220402008")
	s.do("disp.220402", triage.No, "start-triage", nil)
	s.do("disp.220402", triage.No, "split", map[string]any{"summary": "另一事项", "nature": "complaint", "category": "0402", "reason": "两个事项"})
	event, converted := s.report(), s.report()
	s.do("platform.220402", event, "dispatch", map[string]any{"lead_unit": housing})
	s.do("platform.220402", converted, "convert", map[string]any{"reason": "需多部门联合化解"})
	s.photographed(s.whistle())
	withMalware := s.dump(`SELECT DISTINCT file_id FROM case_files WHERE purpose IN ('before', 'after') ORDER BY file_id LIMIT 3`)
	require.Len(t, withMalware, 3)
	for i, id := range withMalware {
		require.NoError(t, s.app.Store.SettleScan(ctx, id, evidence.Verdict{State: evidence.ScanInfected, Found: "Eicar"}, time.Now().Add(time.Duration(i)*time.Minute), time.Now()))
	}
	s.whole()
	before := s.snapshot()
	require.GreaterOrEqual(t, len(s.dump(`SELECT no FROM notices WHERE title_zh = '照片已停用'`)), 3, "who has sent them is told of each")
	require.Len(t, before["case_files"], 3+1+1+2, "of the report, the supplement, the disposal and the whistle")
	for name, rows := range before {
		require.NotEmpty(t, rows, name)
	}

	s.sql("TRUNCATE " + ledgerTables + " CASCADE")
	r := s.verify()
	require.Equal(t, 0, r.Streams)
	for _, no := range []string{inHand, closed, joint, session, parent, event, whistle} {
		require.Equal(t, []string{recovery.NoLedger}, codes(r, no))
	}
	_, err := s.Act(ctx, "handler."+housing, inHand, "contact-petitioner", s.key(), map[string]any{"method": "phone", "reached": true, "summary": "已约"})
	require.Error(t, err, "nobody can act on what is not there")

	dry, err := s.Rebuild(ctx, recovery.RebuildOptions{Dry: true})
	require.NoError(t, err)
	require.Equal(t, dry.Events, len(before["events"]))
	require.Empty(t, s.dump(`SELECT no FROM events`), "a dry run writes nothing")

	done, err := s.Rebuild(ctx, recovery.RebuildOptions{})
	require.NoError(t, err)
	require.Empty(t, done.Problems)
	require.Equal(t, len(before["events"]), done.Events)
	require.Equal(t, before, s.snapshot(), "byte for byte, hashes included")

	s.whole()
	again, err := s.Rebuild(ctx, recovery.RebuildOptions{})
	require.NoError(t, err)
	require.Equal(t, again.Streams, again.Same, "a second time there is nothing to do")

	// Officers go on, receipts open, and no number is drawn twice.
	_, err = s.app.Store.PublicCase(ctx, triage.No, triage.QueryCode)
	require.NoError(t, err)
	s.do("handler."+housing, inHand, "contact-petitioner", map[string]any{"method": "phone", "reached": true, "summary": "已约"})
	s.sit("liaison."+housing, session, "acknowledge", nil)
	s.blow("liaison."+urban, whistle, "respond", nil)
	require.NotContains(t, before["whistles"], s.whistle(), "nor of a whistle")
	fresh := s.register("win-general.220402", "220402008")
	require.NotContains(t, before["cases"], fresh.No)
	_, err = s.app.Store.PublicCase(ctx, fresh.No, fresh.QueryCode)
	require.NoError(t, err)
	s.whole()
}

// TestPhotosAreAttachedAgain: what is lost of the ledger is which photos belong where.
func TestPhotosAreAttachedAgain(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	whistle := s.whistle()
	s.photographed(whistle)
	shown := s.register("win-general.220402", "220402008") // what a petitioner brings to the window
	ids, err := s.Photos(context.Background(), "win-general.220402", s.key(), demo.Spot{Lat: 42.9, Lon: 125.1}, 2)
	require.NoError(t, err)
	s.do("win-general.220402", shown.No, "show-photos", map[string]any{"photos": ids})
	before := s.snapshot()
	s.sql("DELETE FROM case_files WHERE purpose IN ('after', 'supplement') OR seq = 1")
	done, err := s.Rebuild(context.Background(), recovery.RebuildOptions{})
	require.NoError(t, err)
	require.Equal(t, []int{6 + 1 + 2, 0, 3}, []int{done.Photos, done.Events, done.Rebuilt})
	require.Equal(t, before, s.snapshot())
	again, err := s.Rebuild(context.Background(), recovery.RebuildOptions{})
	require.NoError(t, err)
	require.Zero(t, again.Photos)
}

// TestAWorkflowOutlivesTheLossOfItsLedger: a deadline passes while there is no
// ledger to fire it in. The workflow must wait for it, and not end.
func TestAWorkflowOutlivesTheLossOfItsLedger(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	ctx := context.Background()
	no := s.drill()
	c, err := s.app.Store.StoredCase(ctx, no)
	require.NoError(t, err)
	next, ok := c.GetHead().Next()
	require.True(t, ok)
	s.sql("TRUNCATE " + ledgerTables + " CASCADE")
	s.eventually(func() bool { return s.tried(no) }, "the workflow tries to let its deadline take effect")
	running, err := s.Engine.Running(ctx, activities.KindGrievance, no)
	require.NoError(t, err)
	require.True(t, running)
	done, err := s.Rebuild(ctx, recovery.RebuildOptions{})
	require.NoError(t, err)
	require.Empty(t, done.Problems)
	s.eventually(func() bool { return s.has(no, "escalated_l2") }, "time goes on")
	list, err := s.app.Store.Events(ctx, no)
	require.NoError(t, err)
	first := list[c.GetHead().Seq] // the one after the last there was
	require.Equal(t, next.ID, first.Deadline)
	require.Equal(t, next.At.UTC().Truncate(time.Microsecond), first.At, "as of the moment it was due")
	require.True(t, first.RecordedAt.After(first.At))
	s.whole()
}

// tried tells whether a timer of the workflow has fired.
func (s *stand) tried(no string) bool {
	it := s.app.Client.GetWorkflowHistory(context.Background(), workflows.ID(no), "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for it.HasNext() {
		e, err := it.Next()
		require.NoError(s.t, err)
		if e.GetEventType() == enums.EVENT_TYPE_TIMER_FIRED {
			return true
		}
	}
	return false
}

// TestAPartlyLostLedgerIsFilledIn loses the end of one case, the middle of
// another and the row of a third; what is there is not touched.
func TestAPartlyLostLedgerIsFilledIn(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	tail, middle, row := s.inHand(), s.inHand(), s.inHand()
	before := s.snapshot()
	s.sql(
		"DELETE FROM events WHERE no = '"+tail+"' AND seq > 2",
		"UPDATE cases SET seq = 2, head_hash = (SELECT hash FROM events WHERE no = '"+tail+"' AND seq = 2) WHERE no = '"+tail+"'",
		"DELETE FROM notices WHERE no = '"+tail+"' AND seq > 2",
		"DELETE FROM commands WHERE no = '"+tail+"' AND from_seq > 2",
		"DELETE FROM events WHERE no = '"+middle+"' AND seq = 2",
		"DELETE FROM notices WHERE no = '"+middle+"' AND seq = 2",
		"DELETE FROM cases WHERE no = '"+row+"'",
		"DELETE FROM deadlines WHERE no = '"+row+"'",
	)
	r := s.verify()
	require.Contains(t, codes(r, tail), recovery.LedgerBehind)
	require.Equal(t, []string{store.FaultChain}, codes(r, middle))
	require.Contains(t, codes(r, row), store.FaultNoRow)
	require.Contains(t, codes(r, row), store.FaultDeadlines)

	done, err := s.Rebuild(context.Background(), recovery.RebuildOptions{})
	require.NoError(t, err)
	require.Empty(t, done.Problems)
	require.Equal(t, 3, done.Rebuilt)
	require.Equal(t, before, s.snapshot())
	s.whole()
}
