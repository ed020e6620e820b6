package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/activities/activitiestest"
	"huajie/domain"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/org"
	"huajie/domain/view"
	"huajie/internal/testkit"
	"huajie/store"
)

func TestPersonStaysBesideTheCase(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	w := stream(day, func(c *grievance.Case) { c.Petitioner = "P1" })
	w.Intake = &activities.Intake{PersonID: "P1",
		Person:  map[string]string{"name": "张某某", "phone": "13800005678", "id_type": "resident", "id_no": "220402197001011234", "address": "福阳社区1号", "kind": "person", "language": "zh"},
		Details: map[string]any{"place": "19号楼门口", "request": "更换井盖"}}
	first, err := s.Create(t.Context(), w)
	require.NoError(t, err)
	w.Intake = &activities.Intake{PersonID: "P1", Person: map[string]string{"name": "张**", "phone": "138****5678"}}
	second, err := s.Create(t.Context(), w)
	require.NoError(t, err)
	anonymous := register(t, s, day)

	want := view.Person{ID: "P1", Name: "张某某", Phone: "13800005678", IDType: "resident", IDNo: "220402197001011234", Address: "福阳社区1号", Kind: "person", Language: "zh"}
	for _, no := range []string{first.No, second.No} {
		p, ok, err := s.Petitioner(t.Context(), store.Everything, no)
		require.NoError(t, err)
		assert.True(t, ok)
		assert.Equal(t, want.Masked(), p)
		p, ok, err = s.Reveal(t.Context(), no, read(no), view.UnmaskLimits{Hour: 9, Day: 9}, nil)
		require.NoError(t, err)
		assert.True(t, ok)
		assert.Equal(t, want, p, "a masked value never replaces the real one")
	}
	_, ok, err := s.Petitioner(t.Context(), store.Everything, anonymous.No)
	require.NoError(t, err)
	assert.False(t, ok)

	details, err := s.Statement(t.Context(), store.Everything, first.No)
	require.NoError(t, err)
	assert.Equal(t, view.Statement{Place: "19号楼门口", Request: "更换井盖"}, details)
	details, err = s.Statement(t.Context(), store.Everything, anonymous.No)
	require.NoError(t, err)
	assert.Empty(t, details)
	_, err = s.Statement(t.Context(), view.Scope{}, first.No)
	assert.Equal(t, domain.CodeNotFound, domain.CodeOf(err))
}

func TestQueryCodeOpensItsCaseOnly(t *testing.T) {
	t.Parallel()
	secret := []byte(strings.Repeat("s", 32))
	s, url := freshAt(t, store.WithSecret(secret))
	a, b := register(t, s, day), register(t, s, day)
	for _, typed := range []string{a.QueryCode, strings.ToLower(a.QueryCode), a.QueryCode[:4] + " - " + a.QueryCode[4:]} {
		c, err := s.PublicCase(t.Context(), a.No, typed)
		require.NoError(t, err)
		assert.Equal(t, a.No, c.GetHead().No)
	}
	for _, row := range [][2]string{{a.No, b.QueryCode}, {a.No, ""}, {number(404), a.QueryCode}, {"", ""}} {
		_, err := s.PublicCase(t.Context(), row[0], row[1])
		assert.Equal(t, domain.CodeNotFound, domain.CodeOf(err))
	}
	sibling, err := store.New(t.Context(), url, store.WithSecret(secret), store.WithFields(testkit.Fields()))
	require.NoError(t, err)
	t.Cleanup(sibling.Close)
	_, err = sibling.PublicCase(t.Context(), a.No, a.QueryCode)
	require.NoError(t, err, "every process with the secret honours the receipt")
	_, err = store.New(t.Context(), url, store.WithSecret([]byte("short")))
	require.Error(t, err)
}

func TestSplitKeepsTheQueryCode(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	from := register(t, s, day)
	heard := listener(t, s)
	part := ""
	_, err := s.Change(t.Context(), activities.Write{Kind: activities.KindGrievance, No: from.No, Seq: 1, Decide: func(cur activities.Current) (activities.Decision, error) {
		d, err := activitiestest.Step("split_off", day)(cur)
		require.NoError(t, err)
		part, err = cur.NewNo("220402", "G", day)
		require.NoError(t, err)
		spawned, err := activitiestest.Opening(day)(part)
		d.Spawned = &spawned
		return d, err
	}})
	require.NoError(t, err)
	hears(t, heard, view.Change{No: part, Seq: 1})
	_, err = s.PublicCase(t.Context(), part, from.QueryCode)
	require.NoError(t, err)
	require.NoError(t, s.VerifyChain(t.Context(), part))
	waiting, err := s.Unstarted(t.Context(), day.Add(time.Second), 10)
	require.NoError(t, err)
	assert.Equal(t, []string{from.No, part}, waiting)
}

func TestUnstartedUntilMarked(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	a := register(t, s, day).No
	b := register(t, s, day.Add(time.Minute)).No
	register(t, s, day.Add(time.Hour))
	list := func() []string {
		nos, err := s.Unstarted(t.Context(), day.Add(2*time.Minute), 10)
		require.NoError(t, err)
		return nos
	}
	assert.Equal(t, []string{a, b}, list())
	require.NoError(t, s.MarkStarted(t.Context(), a))
	require.NoError(t, s.MarkStarted(t.Context(), a))
	assert.Equal(t, []string{b}, list())
	step(t, s, a, "looked", day.Add(time.Hour))
	assert.Equal(t, []string{b}, list(), "a step does not undo the mark")
}

func TestSessionsFollowTheirCase(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	caseNo := register(t, s, day).No
	for i := range 2 {
		at := day.Add(time.Duration(i) * time.Hour)
		_, err := s.Create(t.Context(), activities.NewStream{Kind: activities.KindSession, No: fmt.Sprintf("%s-J%d", caseNo, i+1), Day: at, Decide: activitiestest.Meeting(caseNo, at)})
		require.NoError(t, err)
	}
	mine := view.Scope{User: activitiestest.Clerk.Username}
	list, err := s.Sessions(t.Context(), mine, caseNo)
	require.NoError(t, err)
	require.Len(t, list, 2)
	assert.Equal(t, caseNo+"-J1", list[0].No)
	assert.Equal(t, 1, list[0].Seq)
	one, err := s.Session(t.Context(), mine, caseNo+"-J2")
	require.NoError(t, err)
	assert.Equal(t, caseNo, one.Case)

	from := day.AddDate(0, 0, 3)
	list, err = s.Meetings(t.Context(), mine, from, from.Add(time.Hour), 10)
	require.NoError(t, err)
	require.Len(t, list, 1, "the first moment is in it, the last is not")
	assert.Equal(t, caseNo+"-J1", list[0].No)
	list, err = s.Meetings(t.Context(), mine, from, from.AddDate(0, 0, 1), 1)
	require.NoError(t, err)
	assert.Len(t, list, 1)
	list, err = s.Meetings(t.Context(), view.Scope{Counties: []string{"220421"}}, from, from.AddDate(0, 0, 1), 10)
	require.NoError(t, err)
	assert.Empty(t, list, "nor has another county them in its calendar")

	_, err = s.Session(t.Context(), view.Scope{Counties: []string{"220421"}}, caseNo+"-J2")
	assert.Equal(t, domain.CodeNotFound, domain.CodeOf(err))
	list, err = s.Sessions(t.Context(), view.Scope{Counties: []string{"220421"}}, caseNo)
	require.NoError(t, err)
	assert.Empty(t, list)
	events, err := s.Events(t.Context(), caseNo+"-J1")
	require.NoError(t, err)
	assert.Len(t, events, 1)
	_, err = s.Events(t.Context(), number(404))
	assert.Equal(t, domain.CodeNotFound, domain.CodeOf(err))
}

func TestCommittedKeys(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	no := register(t, s, day).No
	_, err := s.Change(t.Context(), activities.Write{Kind: activities.KindGrievance, No: no, Seq: 1, Key: "k", Fingerprint: "f", Decide: activitiestest.Step("looked", day)})
	require.NoError(t, err)
	got, ok, err := s.Committed(t.Context(), "k")
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Equal(t, view.Committed{No: no, Seq: 2, Fingerprint: "f", At: day}, got)
	_, ok, err = s.Committed(t.Context(), "other")
	require.NoError(t, err)
	assert.False(t, ok)
}

// notify writes one notice to each recipient.
func notify(t *testing.T, s *store.Store, no string, to ...machine.Recipient) {
	t.Helper()
	_, err := s.Change(t.Context(), activities.Write{Kind: activities.KindGrievance, No: no, Seq: -1, Decide: func(cur activities.Current) (activities.Decision, error) {
		d, err := activitiestest.Step("looked", day)(cur)
		d.Notices = nil
		for i, r := range to {
			d.Notices = append(d.Notices, notice.Message{N: "N7", No: no, Seq: d.Events[0].Seq, To: r, TitleZH: fmt.Sprint("通知", i), TitleEN: "Notice", BodyZH: "文", BodyEN: "text"})
		}
		return d, err
	}})
	require.NoError(t, err)
}

func TestNoticesReachTheirReaders(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	no := register(t, s, day).No
	li := domain.Actor{User: "li", Grants: []org.Grant{{Role: org.RoleDispatcher, Unit: "220402-C"}, {Role: org.RoleGuide, Unit: "220403-C"}}}
	notify(t, s, no, machine.Recipient{User: "li"}, machine.Recipient{Role: org.RoleDispatcher, Unit: "220402-C"}, // for li
		machine.Recipient{Role: org.RoleDispatcher, Unit: "220403-C"}, machine.Recipient{User: "zhao"}, machine.Recipient{Petitioner: no}, // not
		machine.Recipient{User: "li"})
	titles := func(items []view.NoticeItem) []string {
		out := []string{}
		for _, n := range items {
			out = append(out, n.TitleZH)
		}
		return out
	}
	first, err := s.Notices(t.Context(), store.Everything, li, false, "", 2)
	require.NoError(t, err)
	assert.Equal(t, []string{"通知5", "通知1"}, titles(first.Items))
	second, err := s.Notices(t.Context(), store.Everything, li, false, first.Next, 2)
	require.NoError(t, err)
	assert.Equal(t, []string{"通知0"}, titles(second.Items))
	assert.Empty(t, second.Next)
	_, err = s.Notices(t.Context(), store.Everything, domain.Actor{User: "zhao"}, false, first.Next, 2)
	assert.Equal(t, domain.CodeMalformed, domain.CodeOf(err), "a cursor is its reader's")
	nobody, err := s.Notices(t.Context(), store.Everything, domain.Actor{}, false, "", 9)
	require.NoError(t, err)
	assert.Empty(t, nobody.Items)

	var ids []int64
	every, err := s.CaseNotices(t.Context(), store.Everything, no)
	require.NoError(t, err)
	assert.Len(t, every, 7)
	for _, n := range every {
		ids = append(ids, n.ID)
		assert.Equal(t, day, n.At)
	}
	assert.Equal(t, 3, first.Unread)
	require.NoError(t, s.Receive(t.Context(), store.Everything, li, nil, ids, day.Add(time.Hour)))
	require.NoError(t, s.Receive(t.Context(), store.Everything, li, ids, ids, day.Add(2*time.Hour)))
	every, err = s.CaseNotices(t.Context(), store.Everything, no)
	require.NoError(t, err)
	read := 0
	for _, n := range every {
		if !n.ReadAt.IsZero() {
			assert.Equal(t, day.Add(time.Hour), n.ReadAt)
			read++
		}
	}
	assert.Equal(t, 3, read, "only what is addressed to the reader")
	hidden, err := s.CaseNotices(t.Context(), view.Scope{}, no)
	require.NoError(t, err)
	assert.Empty(t, hidden)
	own, err := s.PetitionerNotices(t.Context(), no)
	require.NoError(t, err)
	assert.Len(t, own, 2)
}

func TestTrialFigures(t *testing.T) {
	t.Parallel()
	s := fresh(t, store.WithDrill("220498"))
	put := func(n int, change ...func(*grievance.Case)) {
		for range n {
			register(t, s, day, change...)
		}
	}
	persons := func(n int) func(*grievance.Case) { return func(c *grievance.Case) { c.Headcount = n } }
	put(40, closed(day.Add(time.Hour), "disposed"), persons(2))
	put(20, closed(day.Add(time.Hour), "defused"), persons(5))
	put(19, closed(day.Add(time.Hour), "explained"))
	put(20)
	put(1, persons(33), func(c *grievance.Case) {
		c.State, c.ClosedAt, c.Master, c.Deadlines = grievance.Merged, day, number(1), nil
	})
	put(3, func(c *grievance.Case) { c.State, c.ClosedAt, c.Deadlines = grievance.Voided, day, nil })
	put(4, func(c *grievance.Case) { c.County, c.Area = "220498", "220498001" })
	register(t, s, day.AddDate(0, 1, 0))

	trial, err := s.TrialStats(t.Context(), store.Everything, day, day.AddDate(0, 0, 1), "")
	require.NoError(t, err)
	assert.Equal(t, view.Trial{From: day, To: day.AddDate(0, 0, 1), Persons: 252, Registered: 99, Resolved: 60}, trial)
	rate, ok := trial.Rate()
	assert.True(t, ok)
	assert.InDelta(t, 60.61, rate, 1e-9)

	none, err := s.TrialStats(t.Context(), view.Scope{}, time.Time{}, time.Time{}, "")
	require.NoError(t, err)
	_, ok = none.Rate()
	assert.False(t, ok, "no rate of nothing")
	ever, err := s.TrialStats(t.Context(), store.Everything, time.Time{}, time.Time{}, "")
	require.NoError(t, err)
	assert.Equal(t, 100, ever.Registered)

	register(t, s, day, func(c *grievance.Case) { c.Batch, c.Headcount = "2020-09-22", 7 })
	batch, err := s.TrialStats(t.Context(), store.Everything, time.Time{}, time.Time{}, "2020-09-22")
	require.NoError(t, err)
	assert.Equal(t, view.Trial{Persons: 7, Registered: 1}, batch)
}
