package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/view"
	"huajie/domain/whistle"
	"huajie/rulebook"
	"huajie/store"
)

// The places and units of the whistles.
const (
	longshan = "220402"
	fuzhen   = "220402008"
	police   = "220402-D05"
	urban    = "220402-D23"
)

func theBook(t *testing.T) *rulebook.Book {
	t.Helper()
	b, err := rulebook.Default()
	require.NoError(t, err)
	return b
}

// desk decides on the store's own ledger.
func desk(t *testing.T, s *store.Store, b *rulebook.Book) *activities.Desk {
	t.Helper()
	return &activities.Desk{Ledger: s, Book: rulebook.NewHolder(b)}
}

func actorOf(t *testing.T, b *rulebook.Book, name string) domain.Actor {
	t.Helper()
	u, ok := b.Users.User(name)
	require.True(t, ok, name)
	return domain.Actor{User: u.Username, Grants: u.Grants}
}

// draft puts a whistle of Fuzhen into the ledger.
func draft(t *testing.T, s *store.Store, b *rulebook.Book, at time.Time, units ...any) string {
	t.Helper()
	w, err := desk(t, s, b).DraftWhistle(t.Context(), activities.WhistleInput{Actor: actorOf(t, b, "office.220402008"), At: at, Input: form.Input{
		"township": fuzhen, "kind": whistle.Routine, "place": "永安路12号", "matter": "占道经营", "why": "无执法权", "units": units,
		"due": at.AddDate(0, 0, 7).Format(time.DateOnly)}})
	require.NoError(t, err)
	return w.No
}

// blow takes a step on a whistle.
func blow(t *testing.T, s *store.Store, b *rulebook.Book, no, who, action string, at time.Time) {
	t.Helper()
	_, err := desk(t, s, b).Commit(t.Context(), activities.CommitInput{Kind: activities.KindWhistle, No: no, Seq: -1, At: at,
		Command: machine.Command{Key: no + action + who, Action: action, Actor: actorOf(t, b, who)}})
	require.NoError(t, err)
}

func listed(t *testing.T, s *store.Store, scope view.Scope, f view.WhistleFilter) []string {
	t.Helper()
	out := []string{}
	for cursor := ""; ; {
		page, err := s.Whistles(t.Context(), scope, f, cursor, 2)
		require.NoError(t, err)
		for _, r := range page.Items {
			out = append(out, r.No)
		}
		if cursor = page.Next; cursor == "" {
			return out
		}
	}
}

func TestWhistlesAreSeenByWhoTheyConcern(t *testing.T) {
	t.Parallel()
	s, b := fresh(t), theBook(t)
	drafted, blown := draft(t, s, b, day, police), draft(t, s, b, day, police, urban)
	blow(t, s, b, blown, "tleader.220402008", "approve-whistle", day)
	for name, row := range map[string]struct {
		who  string
		want []string
	}{
		"the township":             {"tleader.220402008", []string{drafted, blown}},
		"another township":         {"tleader.220402007", []string{}},
		"the county":               {"director.220402", []string{drafted, blown}},
		"another county":           {"director.220403", []string{}},
		"the city":                 {"citysup.220400", []string{drafted, blown}},
		"a unit, once it is blown": {"liaison." + urban, []string{blown}},
		"a unit that is called":    {"handler." + police, []string{blown}},
		"a unit that is not":       {"liaison.220402-D18", []string{}},
	} {
		scope := view.ScopeOf(actorOf(t, b, row.who), b.Org)
		assert.ElementsMatch(t, row.want, listed(t, s, scope, view.WhistleFilter{Now: day}), name)
		for _, no := range []string{drafted, blown} {
			_, err := s.Whistle(t.Context(), scope, no)
			assert.Equal(t, slices.Contains(row.want, no), err == nil, "%s, %s: one by one as in the list", name, no)
			w, err := s.StoredWhistle(t.Context(), no)
			require.NoError(t, err)
			assert.Equal(t, slices.Contains(row.want, no), scope.SeesWhistle(w), "%s: as the rule says", name)
		}
	}
	seen, err := s.Standing(t.Context(), []string{drafted, blown, "220402W2099010100001"})
	require.NoError(t, err)
	require.Len(t, seen, 2)
	unit := view.ScopeOf(actorOf(t, b, "liaison."+police), b.Org)
	assert.False(t, seen[drafted](unit))
	assert.True(t, seen[blown](unit))
	changed, err := s.ChangedSince(t.Context(), unit, day.Add(-time.Hour), 10)
	require.NoError(t, err)
	require.Len(t, changed, 1)
	assert.Equal(t, blown, changed[0].No)
}

func TestWhistlesAreFilteredAndPaged(t *testing.T) {
	t.Parallel()
	s, b := fresh(t), theBook(t)
	yes, no := true, false
	var all []string
	for i := range 5 {
		all = append(all, draft(t, s, b, day.Add(time.Duration(i)*time.Minute), police))
	}
	other := draft(t, s, b, day.Add(-time.Hour), urban)
	blow(t, s, b, other, "tleader.220402008", "approve-whistle", day.Add(-time.Hour))
	require.Equal(t, append(slices.Clone(all), other), listed(t, s, store.Everything, view.WhistleFilter{Now: day}), "the earliest due first")
	require.Equal(t, []string{other}, listed(t, s, store.Everything, view.WhistleFilter{Now: day, States: []string{"blown"}}))
	require.Equal(t, []string{other}, listed(t, s, store.Everything, view.WhistleFilter{Now: day, Units: []string{urban}}))
	require.Empty(t, listed(t, s, store.Everything, view.WhistleFilter{Now: day, Overdue: &yes}))
	later := day.Add(time.Hour + 90*time.Second)
	require.Equal(t, all[:2], listed(t, s, store.Everything, view.WhistleFilter{Now: later, Overdue: &yes}), "1 wh to approve")
	require.Equal(t, append(slices.Clone(all[2:]), other), listed(t, s, store.Everything, view.WhistleFilter{Now: later, Overdue: &no}))
	page, err := s.Whistles(t.Context(), store.Everything, view.WhistleFilter{Now: day}, "", 2)
	require.NoError(t, err)
	_, err = s.Whistles(t.Context(), store.Everything, view.WhistleFilter{Now: day, Units: []string{urban}}, page.Next, 2)
	require.Equal(t, domain.CodeMalformed, domain.CodeOf(err), "the cursor is of another list")
}

func TestAWhistleIsAStreamLikeAnyOther(t *testing.T) {
	t.Parallel()
	s, b := fresh(t), theBook(t)
	no := draft(t, s, b, day, police)
	require.Equal(t, longshan+"W2026112300001", no)
	blow(t, s, b, no, "tleader.220402008", "approve-whistle", day)
	require.NoError(t, s.VerifyChain(t.Context(), no))
	x, err := s.ExamineOne(t.Context(), no)
	require.NoError(t, err)
	require.Empty(t, x.Faults)
	require.False(t, x.Final())
	require.Equal(t, activities.KindWhistle, x.Kind)
	unstarted, err := s.Unstarted(t.Context(), day.Add(time.Hour), 10)
	require.NoError(t, err)
	require.Equal(t, []string{no}, unstarted)
	require.NoError(t, s.MarkStarted(t.Context(), no))
	unstarted, err = s.Unstarted(t.Context(), day.Add(time.Hour), 10)
	require.NoError(t, err)
	require.Empty(t, unstarted)

	out, err := desk(t, s, b).Commit(t.Context(), activities.CommitInput{Kind: activities.KindWhistle, No: no, Seq: -1, At: day.AddDate(0, 0, 20)})
	require.NoError(t, err)
	require.NotEmpty(t, out.Events)
	e, err := s.Escalations(t.Context(), store.Everything, day, day.AddDate(0, 0, 20), false)
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(e.Kinds, func(l view.Lateness) bool {
		return l.Machine == activities.KindWhistle && l.Kind == "respond" && l.Fired == 1 && l.Marked == 1
	}), "%+v", e.Kinds)
	others, err := s.Escalations(t.Context(), view.ScopeOf(actorOf(t, b, "director.220403"), b.Org), day, day.AddDate(0, 0, 20), false)
	require.NoError(t, err)
	require.Empty(t, others.Kinds)

	a := actorOf(t, b, "liaison."+police)
	notices, err := s.Notices(t.Context(), view.ScopeOf(a, b.Org), a, false, "", 10)
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(notices.Items, func(n view.NoticeItem) bool { return n.N == "N7" && n.To.Role == org.RoleDeptLiaison }))
}

func TestCheckInCodesChange(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	const no = "220402W2026112300001"
	period := 10 * time.Minute
	at := time.Date(2026, 11, 23, 9, 3, 0, 0, time.UTC)
	code, until, err := s.CheckInCode(t.Context(), no, at, period)
	require.NoError(t, err)
	require.Len(t, code, 10)
	require.Equal(t, time.Date(2026, 11, 23, 9, 10, 0, 0, time.UTC), until)
	fits := func(no, code string, at time.Time) bool {
		ok, err := s.CheckInFits(t.Context(), no, code, at, period)
		require.NoError(t, err)
		return ok
	}
	require.True(t, fits(no, code, at))
	require.True(t, fits(no, " "+code[:5]+"-"+code[5:], until.Add(time.Minute)), "who scans it as it changes is not sent back")
	require.False(t, fits(no, code, until.Add(period)))
	require.False(t, fits("220402W2026112300002", code, at), "another whistle has another code")
	require.False(t, fits(no, "", at))
}

// TestATownshipThatIsNoneDrawsNoNumber: found by e2e's TestHostileRequests, as a fault of ours.
func TestATownshipThatIsNoneDrawsNoNumber(t *testing.T) {
	t.Parallel()
	s, b := fresh(t), theBook(t)
	for _, township := range []string{"", "220400", "999999", "nowhere"} {
		_, err := desk(t, s, b).DraftWhistle(t.Context(), activities.WhistleInput{Actor: actorOf(t, b, "office.220402008"), At: day,
			Input: form.Input{"township": township, "kind": whistle.Emergency, "place": "桥头", "matter": "积水", "why": "超出权限", "units": []any{"220402-D08"}}})
		require.Equal(t, domain.CodeInvalid, domain.CodeOf(err), "%q: %v", township, err)
	}
}
