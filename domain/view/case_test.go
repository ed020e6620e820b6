package view_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/view"
	"huajie/rulebook"
)

// The places and people of the demo rulebook that the tests use.
const (
	county  = "220402"
	no      = "220402G2026031800001"
	lead    = "220402-D11"
	assist  = "220402-D05"
	clerk   = "win-general.220402"
	disp    = "disp.220402"
	boss    = "director.220402"
	liaison = "liaison.220402-D11"
	handler = "handler.220402-D11"
	leader  = "leader.220402-D11"
)

var (
	book = loaded()
	// wednesday is 2026-03-18 09:00, with no holiday near.
	wednesday = time.Date(2026, 3, 18, 9, 0, 0, 0, calendar.Zone)
)

func loaded() *rulebook.Book {
	b, err := rulebook.Default()
	if err != nil {
		panic(err)
	}
	return b
}

// desk plays one case.
type desk struct {
	t     *testing.T
	rules *machine.Rules
	now   time.Time
	c     *grievance.Case
}

func actor(t *testing.T, name string) domain.Actor {
	t.Helper()
	u, ok := book.Users.User(name)
	require.True(t, ok, "no demo user %s", name)
	return domain.Actor{User: u.Username, Grants: u.Grants}
}

func register(t *testing.T, in form.Input) *desk {
	t.Helper()
	d := &desk{t: t, now: wednesday, rules: book.RulesFor("220402008", wednesday)}
	full := form.Input{"nature": "help", "summary": "屋面漏水", "channel": "walk_in", "area": "220402008", "category": "0201"}
	for k, v := range in {
		full[k] = v
	}
	_, c, err := grievance.Register(grievance.Registration{No: no, Petitioner: "person-17", Input: full},
		machine.Command{Key: "k", Actor: actor(t, clerk)}, d.rules, d.now)
	require.NoError(t, err)
	d.c = c
	return d
}

func (d *desk) do(who, action string, in form.Input) *desk {
	d.t.Helper()
	world := machine.World{People: map[string]org.User{}}
	for _, u := range book.Users.Users() {
		world.People[u.Username] = u
	}
	_, c, err := grievance.Machine.Decide(d.c, machine.Command{Key: action, Action: action, Actor: actor(d.t, who), Input: in}, d.rules, world, d.now)
	require.NoError(d.t, err, action)
	d.c = c
	return d
}

func (d *desk) pass(to time.Time) *desk {
	d.t.Helper()
	d.now = to
	_, c, err := grievance.Machine.Fire(d.c, d.rules, machine.World{}, to)
	require.NoError(d.t, err)
	d.c = c
	return d
}

// handled brings a case to a handler of the lead unit.
func handled(t *testing.T, in form.Input) *desk {
	t.Helper()
	d := register(t, in).do(disp, "start-triage", nil)
	d.do(disp, "dispatch", form.Input{"lead_unit": lead, "assist_units": []any{assist}})
	d.do(liaison, "sign-for", nil)
	return d.do(liaison, "assign-handler", form.Input{"handlers": []any{handler}, "recusal_declared": true})
}

func (d *desk) view() view.CaseView { return view.NewCaseView(d.c, d.rules, d.now) }

func TestCaseViewHasTheIdentifiersOfTheSpecification(t *testing.T) {
	t.Parallel()
	d := handled(t, nil)
	b, err := json.Marshal(d.view())
	require.NoError(t, err)
	var m map[string]any
	require.NoError(t, json.Unmarshal(b, &m))
	for _, name := range strings.Fields(`no kind state state_label level owner first_responder first_receiving_unit lead_unit assist_units
		nature track category channel urgency scale confidentiality summary headcount area county created_at dispatched_at due_at
		policy_due_at step_due_at light overdue provisional return_count reassign_count extension_count rework_count supervision seq
		tasks requests sessions followers flags levels`) {
		require.Contains(t, m, name)
	}
	require.Equal(t, map[string]any{"zh": "办理中", "en": "handling"}, m["state_label"])
	owner := m["owner"].(map[string]any)
	require.Equal(t, lead, owner["unit"])
	require.Equal(t, liaison, owner["user"])
	require.Equal(t, "龙山区住建局", owner["unit_name"])
	require.NotContains(t, string(b), "person-17", "nothing leads to the petitioner")
	require.NotContains(t, string(b), "0001-01-01", "no moment is shown that is none")
	for name, v := range m {
		require.NotNil(t, v, "%s is null", name)
	}
}

func TestCaseViewFollowsTheCase(t *testing.T) {
	t.Parallel()
	d := register(t, nil)
	v := d.view()
	require.Equal(t, view.Green, v.Light)
	require.False(t, v.DueAt.IsZero(), "the front desk has a limit before any clock runs")
	require.Equal(t, "none", v.Supervision)

	d = handled(t, nil)
	v = d.view()
	require.Equal(t, time.Date(2026, 3, 25, 17, 0, 0, 0, calendar.Zone), v.DueAt, "5 working days")
	require.Equal(t, v.DueAt, v.PolicyDueAt)
	require.True(t, v.StatutoryDueAt.IsZero(), "only petitions have one")
	require.Len(t, v.Tasks, 1)
	require.Equal(t, "open", v.Tasks[0].State)
	require.Equal(t, clerk, v.FirstResponder)

	d.do(handler, "extend", form.Input{"reason_code": "X01", "legal_basis": "条例", "plan": "鉴定", "days": 3})
	v = d.view()
	require.Len(t, v.Requests, 1)
	require.Equal(t, "extend", v.Requests[0].Action)
	b, err := json.Marshal(v.Requests)
	require.NoError(t, err)
	require.NotContains(t, string(b), "鉴定", "what was entered is for the one who signs")

	d.now = v.DueAt
	require.True(t, d.view().Overdue, "overdue is derived from the due time")
	require.Equal(t, view.Red, d.view().Light)
}

func TestCaseViewOfAnAnsweredCase(t *testing.T) {
	t.Parallel()
	d := handled(t, form.Input{"nature": "petition"})
	require.False(t, d.view().StatutoryDueAt.IsZero())
	d.do("liaison."+assist, "complete-task", form.Input{"result": "已核实"})
	d.do(leader, "issue-reply", form.Input{"result": "已修缮完毕", "outcome_grade": "disposed", "evidence": "照片", "legal_basis": "条例",
		"service_method": "in_person", "service_date": "2026-03-18", "opinion_result": book.Codes.Options("opinion_result")[0],
		"remedy_organ": "区政府", "remedy": "三十日内申请复查"})
	v := d.view()
	require.Equal(t, grievance.Replied, v.State)
	require.Equal(t, view.NoRun, v.Light)
	require.False(t, v.Overdue)
	require.True(t, v.DueAt.IsZero(), "nothing is due from an answered case")
	require.Equal(t, "disposed", v.OutcomeGrade)
	require.Equal(t, "done", v.Tasks[0].State)
	b, err := json.Marshal(v)
	require.NoError(t, err)
	require.NotContains(t, string(b), "已修缮完毕", "the words of the answer are in the timeline")
}
