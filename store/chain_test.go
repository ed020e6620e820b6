package store_test

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/activities/activitiestest"
	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/internal/testkit"
	"huajie/store"
)

func TestEventsAreAppendOnly(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	no := register(t, s, day).No
	db := raw(t, url)
	for _, sql := range []string{
		`UPDATE events SET type = 'forged'`, `DELETE FROM events`, `TRUNCATE events`, `UPDATE events SET body = '{}' WHERE no = '` + no + `'`,
	} {
		_, err := db.Exec(t.Context(), sql)
		assert.ErrorContains(t, err, "append-only", sql)
	}
	require.NoError(t, s.VerifyChain(t.Context(), no))
}

func TestVerifyFindsTampering(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"a changed column":     `UPDATE events SET actor = 'somebody' WHERE seq = 2`,
		"a changed time":       `UPDATE events SET at = at - interval '1 hour' WHERE seq = 2`,
		"a changed body":       `UPDATE events SET body = jsonb_set(body, '{rulebook}', '"forged"') WHERE seq = 1`,
		"a changed hash":       `UPDATE events SET hash = sha256('forged') WHERE seq = 3`,
		"a missing event":      `DELETE FROM events WHERE seq = 2`,
		"a missing last event": `DELETE FROM events WHERE seq = 3`,
		"a missing stream":     `DELETE FROM events`,
		"a changed state":      `UPDATE cases SET body = jsonb_set(body, '{level}', '"L3"')`,
		"a rolled back row":    `UPDATE cases SET seq = 2`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, url := freshAt(t)
			no := register(t, s, day).No
			step(t, s, no, "looked", day.Add(time.Hour))
			step(t, s, no, "called", day.Add(2*time.Hour))
			require.NoError(t, s.VerifyChain(t.Context(), no))

			db := raw(t, url)
			_, err := db.Exec(t.Context(), `SET session_replication_role = replica`) // triggers rest
			require.NoError(t, err)
			tag, err := db.Exec(t.Context(), sql)
			require.NoError(t, err)
			require.NotZero(t, tag.RowsAffected())
			assert.Equal(t, "chain_broken", domain.ReasonOf(s.VerifyChain(t.Context(), no)))
			_, err = s.Chain(t.Context(), no, false) // what a receipt is made of; of the end it has no knowledge
			assert.Equal(t, slices.Contains([]string{"a missing last event", "a changed state", "a rolled back row"}, name), err == nil)
		})
	}
}

func TestVerifyKnowsWhatExists(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	assert.Equal(t, domain.CodeNotFound, domain.CodeOf(s.VerifyChain(t.Context(), number(404))))
	caseNo := register(t, s, day).No
	_, err := s.Create(t.Context(), activities.NewStream{Kind: activities.KindSession, No: caseNo + "-J1", Day: day, Decide: activitiestest.Meeting(caseNo, day)})
	require.NoError(t, err)
	require.NoError(t, s.VerifyChain(t.Context(), caseNo+"-J1"))
	nos, err := s.Numbers(t.Context(), activities.KindSession, "", 10)
	require.NoError(t, err)
	assert.Equal(t, []string{caseNo + "-J1"}, nos)
}

// TestEveryFieldOfAnEventIsKept fills each field, so that one added to
// machine.Event and forgotten here is noticed.
func TestEveryFieldOfAnEventIsKept(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	no := register(t, s, day).No
	full := machine.Event{
		No: no, Seq: 2, Type: "escalated", Rule: "G21", At: day.Add(1234567 * time.Nanosecond), RecordedAt: day.Add(time.Hour),
		By: "wang", Unit: "220402-C", From: "registered", To: "handling", Key: "k", Deadline: "policy.red", Reason: "T01",
		Input:    form.Input{"note": "<b>“井盖”</b> & 1", "n": 2.0, "list": []any{"a", "b"}, "big": 1e21, "small": 0.1, "yes": true},
		Rulebook: "v7", Change: json.RawMessage(`{"attempts":1,"category":"0201","b":null,"a":{"z":1.50,"y":[1,2]}}`),
		Notices: []machine.Notice{{N: "N9", To: machine.Recipient{Petitioner: no, User: "li", Role: "dispatcher", Unit: "220402-C"}, Facts: map[string]string{"b": "2", "a": "1"}}},
		Exempt:  "anonymous", LateBySystem: true,
		Effects: []machine.Effect{{Kind: "tell", To: "X", Action: "master-moved", Input: form.Input{"state": "closed"}}},
	}
	v := reflect.ValueOf(full)
	for i := range v.NumField() {
		require.False(t, v.Field(i).IsZero(), "fill %s", v.Type().Field(i).Name)
	}
	w, err := s.Change(t.Context(), activities.Write{Kind: activities.KindGrievance, No: no, Seq: 1, Decide: func(cur activities.Current) (activities.Decision, error) {
		c := grievance.Fresh()
		require.NoError(t, cur.State(c))
		next, err := machine.Evolve(c, grievance.Fresh, full)
		return activities.Decision{Events: []machine.Event{full}, State: next}, err
	}})
	require.NoError(t, err)
	read, err := s.Events(t.Context(), no)
	require.NoError(t, err)
	require.Len(t, read, 2)

	full.At = full.At.Truncate(time.Microsecond)
	for _, got := range []machine.Event{w.Events[0], read[1]} {
		want, err := json.Marshal(full)
		require.NoError(t, err)
		have, err := json.Marshal(got)
		require.NoError(t, err)
		assert.JSONEq(t, string(want), string(have))
	}
	require.NoError(t, s.VerifyChain(t.Context(), no), "the hash outlives what JSONB does to JSON")
}

func TestBeginningIsRememberedWord(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	no := register(t, s, day, summary("先前的概述")).No
	step(t, s, no, "looked", day.Add(time.Hour), summary("后来的概述"))
	then, err := s.CaseAt(t.Context(), store.Everything, no, 1)
	require.NoError(t, err)
	assert.Equal(t, "先前的概述", then.Card().Summary)
	assert.Equal(t, no, then.GetHead().No)
	now, err := s.CaseAt(t.Context(), store.Everything, no, 2)
	require.NoError(t, err)
	stored, err := s.StoredCase(t.Context(), no)
	require.NoError(t, err)
	assert.Equal(t, stored, now)
	for _, seq := range []int{-1, 0, 3} {
		_, err = s.CaseAt(t.Context(), store.Everything, no, seq)
		assert.Equal(t, domain.CodeNotFound, domain.CodeOf(err), seq)
	}
}

func TestWhatStandsBesideTheEvents(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	no := register(t, s, day).No
	db := raw(t, url)
	deadlines := func() []string {
		rows, err := db.Query(t.Context(), `SELECT id FROM deadlines WHERE no = $1 ORDER BY id`, no)
		require.NoError(t, err)
		out, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		return out
	}
	assert.Equal(t, []string{"triage"}, deadlines())
	step(t, s, no, "dispatched", day.Add(time.Hour), func(c *grievance.Case) {
		c.Deadlines = map[string]machine.Deadline{
			"sign":       {ID: "sign", Kind: "sign", At: day.Add(5 * time.Hour), Duty: true},
			"policy.red": {ID: "policy.red", Kind: "policy.red", At: day.Add(90 * time.Hour), Duty: true},
		}
	})
	assert.Equal(t, []string{"policy.red", "sign"}, deadlines())

	missed, err := s.MissedDeadlines(t.Context(), day.Add(6*time.Hour), 10)
	require.NoError(t, err)
	assert.Equal(t, []store.Missed{{No: no, ID: "sign", Kind: "sign", At: day.Add(5 * time.Hour)}}, missed)

	step(t, s, no, "closed", day.Add(2*time.Hour), closed(day.Add(2*time.Hour), "disposed"))
	assert.Empty(t, deadlines())
}

func TestConstraintsHoldTheInvariants(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	for name, change := range map[string]func(*grievance.Case){
		"case_owner_is_someone": func(c *grievance.Case) { c.Owner.Unit = "" },
		"case_level_is_known":   func(c *grievance.Case) { c.Level = "L4" },
		"closed_has_time":       func(c *grievance.Case) { c.State = grievance.Closed },
		"case_counts_somebody":  func(c *grievance.Case) { c.Headcount = 0 },
	} {
		_, err := s.Create(t.Context(), stream(day, change))
		assert.ErrorContains(t, err, name)
	}
	assert.Equal(t, number(1), register(t, s, day).No, "nothing was left behind")
}

func TestUnstorableCharacterIsMalformed(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	_, err := s.Create(t.Context(), stream(day, summary("井盖\x00")))
	assert.Equal(t, domain.CodeMalformed, domain.CodeOf(err))
}

func TestAbsentDatabaseIsUnavailable(t *testing.T) {
	t.Parallel()
	s, err := store.New(context.Background(), "postgres://nobody@127.0.0.1:1/none?sslmode=disable&connect_timeout=2")
	require.NoError(t, err)
	t.Cleanup(s.Close)
	_, err = s.Change(t.Context(), activities.Write{Kind: activities.KindGrievance, No: number(1)})
	assert.Equal(t, domain.CodeUnavailable, domain.CodeOf(err))
	assert.Equal(t, domain.CodeUnavailable, domain.CodeOf(s.Ping(t.Context())))
	findings := s.Check(t.Context())
	require.NotEmpty(t, findings)
	assert.False(t, findings[0].OK)
	_, err = store.New(context.Background(), "postgres://user:geheim@:x")
	require.Error(t, err)
	assert.False(t, strings.Contains(err.Error(), "geheim"), "a password is never repeated")
}

func TestSlowStatementIsUnavailable(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	no := register(t, s, day).No
	db := raw(t, url)
	_, err := db.Exec(t.Context(), `BEGIN`)
	require.NoError(t, err)
	_, err = db.Exec(t.Context(), `SELECT 1 FROM cases FOR UPDATE`)
	require.NoError(t, err)
	hurried, err := store.New(t.Context(), url+"&lock_timeout=50ms", store.WithFields(testkit.Fields()))
	if !strings.Contains(url, "?") {
		hurried, err = store.New(t.Context(), url+"?lock_timeout=50ms", store.WithFields(testkit.Fields()))
	}
	require.NoError(t, err)
	t.Cleanup(hurried.Close)
	_, err = hurried.Change(t.Context(), activities.Write{Kind: activities.KindGrievance, No: no, Seq: 1, Decide: activitiestest.Step("looked", day)})
	assert.Equal(t, domain.CodeUnavailable, domain.CodeOf(err))
	assert.Equal(t, "database_busy", domain.ReasonOf(err))
}
