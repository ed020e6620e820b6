package store_test

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/view"
	"huajie/internal/seal"
	"huajie/store"
)

// What somebody said in the test below. Nothing of it may be found in the database.
var secrets = map[string]string{
	"name": "欧阳绛雪", "phone": "13944175836", "id_no": "220402196203144417", "address": "向阳胡同九巷三号",
	"summary": "楼上邻居深夜施工噪声扰民", "request": "要求限时停工", "place": "单元门右侧", "note": "已与物业沟通约定整改", "plain": "Xiangyang-hutong-9",
}

// said is a case in which all of it was said.
func said(t *testing.T, s *store.Store) string {
	t.Helper()
	desk, b := deskOf(t, s)
	in := registration(actorNamed(t, b, "win-general.220402"), rand.New(rand.NewPCG(1, 1)), "said")
	in.Input["nature"], in.Input["area"], in.Input["summary"] = "help", "220402008", secrets["summary"]
	in.Intake = activities.Intake{PersonID: "P-said",
		Person:  map[string]string{"name": secrets["name"], "phone": secrets["phone"], "id_type": "resident", "id_no": secrets["id_no"], "address": secrets["address"], "kind": "person"},
		Details: map[string]any{"request": secrets["request"], "place": secrets["place"], "respondent": secrets["plain"]}}
	w, err := desk.Register(t.Context(), in)
	require.NoError(t, err)
	for i, step := range []machine.Command{
		{Action: "start-triage"},
		{Action: "dispatch", Input: form.Input{"lead_unit": "220402-D11", "requirements": secrets["note"]}},
	} {
		step.Key, step.Actor = string(rune('a'+i)), actorNamed(t, b, "disp.220402")
		_, err := desk.Commit(t.Context(), activities.CommitInput{Kind: activities.KindGrievance, No: w.No, Seq: -1, Command: step, At: day})
		require.NoError(t, err)
	}
	return w.No
}

// dump is every row of every table as text.
func dump(t *testing.T, conn *pgx.Conn) string {
	t.Helper()
	var sql string
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT string_agg(format('SELECT t::text FROM %I t', tablename), ' UNION ALL ')
		FROM pg_tables WHERE schemaname = 'public'`).Scan(&sql))
	rows, err := conn.Query(t.Context(), sql)
	require.NoError(t, err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return strings.Join(all, "\n")
}

// TestNothingPeopleSaidIsReadable: whoever has the database and no key learns neither who came
// nor what about; whoever has the key reads all of it.
func TestNothingPeopleSaidIsReadable(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	no := said(t, s)
	all := dump(t, raw(t, url))
	require.Contains(t, all, no)
	for what, words := range secrets {
		assert.NotContains(t, all, words, what)
	}
	for _, part := range []string{"邻居", "噪声", "扰民"} {
		assert.NotContains(t, all, part, "a word of the search index")
	}

	p, ok, err := s.Reveal(t.Context(), no, audit.Entry{Actor: "reader", Kind: audit.IdentityRead, Outcome: audit.OK}, view.UnmaskLimits{Hour: 1, Day: 1}, nil)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, []string{secrets["name"], secrets["phone"], secrets["id_no"], secrets["address"]}, []string{p.Name, p.Phone, p.IDNo, p.Address})
	details, err := s.Statement(t.Context(), store.Everything, no)
	require.NoError(t, err)
	require.Equal(t, secrets["request"], details.Request)
	require.Equal(t, secrets["plain"], details.Respondent)
	page, err := s.List(t.Context(), store.Everything, view.Filter{Query: "深夜施工"}, "", "", 10, true)
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	require.Equal(t, secrets["summary"], page.Items[0].Summary)
	require.Equal(t, secrets["summary"], held(t, s, no).Summary)
	require.NoError(t, s.VerifyChain(t.Context(), no))

	blind, err := store.New(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(blind.Close)
	_, err = blind.StoredCase(t.Context(), no)
	require.Error(t, err)
	_, _, err = blind.Petitioner(t.Context(), store.Everything, no)
	require.Error(t, err)
	_, err = blind.Create(t.Context(), stream(day))
	require.Error(t, err, "without keys nothing of people is written")
}

// TestWordsAreBoundToTheirRow: what is copied into another case does not open there.
func TestWordsAreBoundToTheirRow(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	a, b := register(t, s, day, summary("甲说的话")), register(t, s, day, summary("乙说的话"))
	_, err := raw(t, url).Exec(t.Context(), `UPDATE cases SET body = (SELECT body FROM cases WHERE no = $1) WHERE no = $2`, a.No, b.No)
	require.NoError(t, err)
	_, err = s.StoredCase(t.Context(), b.No)
	require.ErrorIs(t, err, seal.ErrSealed)
}

// TestSealingAnew: with a key of a day, beside rows from before anything was sealed, ended half
// way and taken up again. The chain does not notice.
func TestSealingAnew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	master, err := seal.Master("", filepath.Join(dir, "master.json"))
	require.NoError(t, err)
	fields, err := seal.OpenFields(filepath.Join(dir, "fields.json"), master)
	require.NoError(t, err)
	s, url := freshAt(t, store.WithFields(fields))
	no := said(t, s)
	for range 120 {
		register(t, s, day, summary("电梯停运多日"))
	}
	conn := raw(t, url)
	old := register(t, s, day, summary("从前写下的话"))
	body := `{"no": "` + old.No + `", "summary": "从前写下的话"}`
	_, err = conn.Exec(t.Context(), `UPDATE cases SET summary = '从前写下的话', body = body || $2 WHERE no = $1`, old.No, body)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), `DELETE FROM case_search WHERE no = $1`, old.No) // as the migration leaves it
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), `UPDATE persons SET phone = '13944175836', phone_index = NULL WHERE id = 'P-said'`)
	require.NoError(t, err)
	require.Contains(t, dump(t, conn), "从前写下的话")
	step(t, s, old.No, "classified", day.Add(time.Minute)) // an officer comes before the operator

	require.NoError(t, fields.Rotate())
	before := dump(t, conn)
	ctx, cancel := context.WithCancel(t.Context())
	require.Error(t, s.Reseal(ctx, func(r store.Resealed) {
		if r.Table == "cases" {
			cancel() // after the first hundred
		}
	}))
	total := map[string]store.Resealed{}
	require.NoError(t, s.Reseal(t.Context(), func(r store.Resealed) { total[r.Table] = r }))
	require.Equal(t, 22, total["cases"].Looked, "the first hundred are done")
	require.NotEqual(t, before, dump(t, conn))
	require.NotContains(t, dump(t, conn), "从前写下的话")
	require.NotContains(t, dump(t, conn), "13944175836")

	require.NoError(t, s.Reseal(t.Context(), func(r store.Resealed) { require.Zero(t, r.Sealed, r.Table) }), "nothing is left to do")
	_, err = conn.Exec(t.Context(), `UPDATE users SET phone = '13944175836' WHERE username = 'disp.220402'`)
	require.NoError(t, err)
	require.NoError(t, s.Reseal(t.Context(), func(store.Resealed) {}), "a later run looks at everything again")
	require.NotContains(t, dump(t, conn), "13944175836")
	for _, one := range []string{no, old.No} {
		require.NoError(t, s.VerifyChain(t.Context(), one))
	}
	page, err := s.List(t.Context(), store.Everything, view.Filter{Query: "从前写下"}, "", "", 10, true)
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	var indexed int
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT count(*) FROM persons WHERE phone_index IS NOT NULL`).Scan(&indexed))
	require.Equal(t, 1, indexed)
}

// TestSealingAnewOpensNothingElse: the door that lets an event be sealed anew lets nothing else through.
func TestSealingAnewOpensNothingElse(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	no := register(t, s, day).No
	conn := raw(t, url)
	_, err := conn.Exec(t.Context(), `UPDATE events SET body = body WHERE no = $1`, no)
	require.ErrorContains(t, err, "append-only")
	_, err = conn.Exec(t.Context(), `SET huajie.reseal = 'on'`)
	require.NoError(t, err)
	for _, change := range []string{`SET type = 'x'`, `SET at = now()`, `SET hash = prev_hash`, `SET seq = 9`} {
		_, err = conn.Exec(t.Context(), `UPDATE events `+change+` WHERE no = $1`, no)
		require.ErrorContains(t, err, "append-only", change)
	}
	_, err = conn.Exec(t.Context(), `DELETE FROM events WHERE no = $1`, no)
	require.ErrorContains(t, err, "append-only")
	_, err = conn.Exec(t.Context(), `UPDATE events SET body = '{"input": {"reason": "改过的话"}}' WHERE no = $1`, no)
	require.NoError(t, err, "whoever may do that is told by the chain")
	require.Error(t, s.VerifyChain(t.Context(), no))
}

// TestOtherKeysAreNoticed: a machine that came up without the files has made keys of its own.
// The first who asks decides which keys are those of the ledger, an empty one too.
func TestOtherKeysAreNoticed(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	stranger, _ := process(t, url, t.TempDir())
	require.NoError(t, s.Ping(t.Context()))
	require.ErrorIs(t, stranger.KeysFit(t.Context()), seal.ErrSealed)
	require.Equal(t, "wrong_keys", domain.ReasonOf(stranger.Ping(t.Context())))
	require.ErrorIs(t, stranger.Reseal(t.Context(), func(store.Resealed) {}), seal.ErrSealed)
	last := stranger.Check(t.Context())
	require.False(t, last[len(last)-1].OK)
}

// TestWhatDoesNotOpenStopsNothing: a damaged row is named and left as it is; the others are
// sealed anew.
func TestWhatDoesNotOpenStopsNothing(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	no, other := register(t, s, day).No, register(t, s, day).No
	conn := raw(t, url)
	_, err := conn.Exec(t.Context(), `UPDATE cases SET summary = 'hjs1:AAAA' WHERE no = $1`, no)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), `UPDATE cases SET summary = '明文写下' WHERE no = $1`, other)
	require.NoError(t, err)
	var shut []string
	require.NoError(t, s.Reseal(t.Context(), func(r store.Resealed) {
		if r.Table == "cases" {
			shut = r.Shut
		}
	}))
	require.Equal(t, []string{no}, shut)
	require.NotContains(t, dump(t, conn), "明文写下")
}
