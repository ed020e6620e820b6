package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/org"
	"huajie/domain/view"
)

func withPerson(id string, p map[string]string) activities.NewStream {
	w := stream(day, func(c *grievance.Case) { c.Petitioner = id })
	w.Intake = &activities.Intake{PersonID: id, Person: p}
	return w
}

// TestReadsOfIdentitiesAreCounted: each is recorded; those above the limit of the hour are
// refused, recorded as such, and told once.
func TestReadsOfIdentitiesAreCounted(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	w, err := s.Create(t.Context(), withPerson("P1", map[string]string{"name": "张某某", activities.ViaCentre: "true"}))
	require.NoError(t, err)
	most := view.UnmaskLimits{Hour: 2, Day: 3}
	alarms := notice.IdentityAlarm(w.No, 1, domain.Text{ZH: "王某", EN: "Wang"}, "中心", []machine.Recipient{{Role: org.RoleSupervisor, Unit: "220402"}})
	reveal := func(actor string) error {
		e := read(w.No)
		e.Actor = actor
		p, ok, err := s.Reveal(t.Context(), w.No, e, most, alarms)
		if err == nil {
			assert.True(t, ok)
			assert.Equal(t, view.Person{ID: "P1", Name: "张某某", ViaCentre: true}, p)
		} else {
			assert.Equal(t, view.Person{}, p)
		}
		return err
	}
	for range 2 {
		require.NoError(t, reveal("wang"))
	}
	for range 3 {
		assert.Equal(t, domain.CodeTooMany, domain.CodeOf(reveal("wang")))
	}
	require.NoError(t, reveal("li"), "each account has its own count")
	rows, err := s.AuditRows(t.Context(), calendar.DateOf(time.Now()))
	require.NoError(t, err)
	var got []string
	for _, r := range rows {
		got = append(got, r.Actor+" "+string(r.Kind)+" "+r.Outcome)
	}
	assert.Equal(t, []string{"wang identity_read ok", "wang identity_read ok", "wang identity_read refused", "wang identity_alarm ok",
		"wang identity_read refused", "wang identity_read refused", "li identity_read ok"}, got)
	page, err := s.Notices(t.Context(), view.Scope{Counties: []string{"220402"}}, domain.Actor{User: "sup", Grants: []org.Grant{{Role: org.RoleSupervisor, Unit: "220402"}}}, false, "", 10)
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	assert.Contains(t, page.Items[0].BodyZH, "王某")

	// It stays in the house, and is not shown to those who work on the case.
	record, err := s.CaseNotices(t.Context(), view.Scope{City: true}, w.No)
	require.NoError(t, err)
	for _, n := range record {
		assert.NotContains(t, n.BodyZH, "王某")
	}
	planned := 0
	_, err = s.PlanDeliveries(t.Context(), func(told view.Told) []view.Delivery {
		if told.N == "N20" {
			planned++
		}
		return nil
	})
	require.NoError(t, err)
	assert.Zero(t, planned)

	// An hour later the day still counts.
	_, err = raw(t, url).Exec(t.Context(), `ALTER TABLE audit_log DISABLE TRIGGER USER; UPDATE audit_log SET at = at - interval '61 minutes'`)
	require.NoError(t, err)
	require.NoError(t, reveal("wang"))
	assert.Equal(t, domain.CodeTooMany, domain.CodeOf(reveal("wang")))
}

// TestEachAudienceIsToldOnce: refused reads count for the alarm, and one that is told to the
// overseers does not silence the one that is for the keeper of accusations.
func TestEachAudienceIsToldOnce(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	w, err := s.Create(t.Context(), withPerson("P1", map[string]string{"name": "张某某"}))
	require.NoError(t, err)
	to := func(role org.Role, unit string) []notice.Message {
		return notice.IdentityAlarm(w.No, 1, domain.Text{ZH: "王某", EN: "Wang"}, "中心", []machine.Recipient{{Role: role, Unit: unit}})
	}
	overseer, keeper := to(org.RoleSupervisor, "220402"), to(org.RoleDeptLeader, "220402-D07")
	ask := func(outcome string, alarms []notice.Message) error {
		e := read(w.No)
		e.Outcome = outcome
		p, ok, err := s.Reveal(t.Context(), w.No, e, view.UnmaskLimits{Hour: 2, Day: 9}, alarms)
		assert.Equal(t, outcome == audit.OK && err == nil, ok)
		assert.Equal(t, ok, p.Name != "")
		return err
	}
	for _, alarms := range [][]notice.Message{overseer, overseer, overseer, overseer, keeper, keeper} {
		require.NoError(t, ask(audit.Refused, alarms))
	}
	require.NoError(t, ask(audit.OK, overseer), "what was refused does not use up what is allowed")
	rows, err := s.AuditRows(t.Context(), calendar.DateOf(time.Now()))
	require.NoError(t, err)
	var told []string
	for _, r := range rows {
		if r.Kind == audit.IdentityAlarm {
			told = append(told, fmt.Sprint(r.N, " ", r.Reason))
		}
	}
	assert.Equal(t, []string{"4 supervisor@220402", "7 dept_leader@220402-D07"}, told)
}

// TestWhatCannotBeRecordedIsNotRead: the log refuses, and nobody is shown.
func TestWhatCannotBeRecordedIsNotRead(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	w, err := s.Create(t.Context(), withPerson("P1", map[string]string{"name": "张某某"}))
	require.NoError(t, err)
	_, err = raw(t, url).Exec(t.Context(), `ALTER TABLE audit_log ADD CONSTRAINT full_disk CHECK (kind <> 'identity_read')`)
	require.NoError(t, err)
	p, _, err := s.Reveal(t.Context(), w.No, read(w.No), view.UnmaskLimits{Hour: 9, Day: 9}, nil)
	require.Error(t, err)
	assert.Equal(t, view.Person{}, p)
	require.NoError(t, s.Audit(t.Context(), audit.Entry{Actor: "a", Kind: audit.SignIn, Outcome: audit.OK}))
}

// TestNobodyToReveal: an anonymous case has nobody, and an unknown number is not found.
func TestNobodyToReveal(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	_, ok, err := s.Reveal(t.Context(), register(t, s, day).No, read(""), view.UnmaskLimits{Hour: 9, Day: 9}, nil)
	require.NoError(t, err)
	assert.False(t, ok)
	_, _, err = s.Reveal(t.Context(), number(99), read(""), view.UnmaskLimits{Hour: 9, Day: 9}, nil)
	assert.Equal(t, domain.CodeNotFound, domain.CodeOf(err))
}

// TestAReasonNamesNobody: the log is kept for years. Who may see the person is told to leave
// the name out; who may not learns nothing by trying names.
func TestAReasonNamesNobody(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	w, err := s.Create(t.Context(), withPerson("P1", map[string]string{"name": "张某某"}))
	require.NoError(t, err)
	ask := func(outcome, reason string) error {
		e := read(w.No)
		e.Outcome, e.Reason = outcome, reason
		p, ok, err := s.Reveal(t.Context(), w.No, e, view.UnmaskLimits{Hour: 9, Day: 9}, nil)
		assert.Equal(t, outcome == audit.OK && err == nil, ok)
		assert.Equal(t, ok, p.Name != "")
		return err
	}
	require.NoError(t, ask(audit.OK, "联系张某某约定时间"), "an answer would confirm a guess")
	require.NoError(t, ask(audit.Refused, "是否张某某本人"))
	require.NoError(t, ask(audit.OK, "约定上门时间"))
	rows, err := s.AuditRows(t.Context(), calendar.DateOf(time.Now()))
	require.NoError(t, err)
	require.Len(t, rows, 3, "none is without a record")
	assert.Equal(t, []string{"联系张**约定时间", "是否张**本人", "约定上门时间"}, []string{rows[0].Reason, rows[1].Reason, rows[2].Reason})
}
