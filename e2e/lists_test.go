package e2e

import (
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// playScope: a township lists its own cases, a county its own, a department those
// it takes part in, the city all.
func playScope(t *testing.T, s *stand) {
	words := s.unique()
	in := func(user, area string) string {
		return s.registerAs(user, map[string]any{"nature": "help", "summary": words + "小区停水", "channel": "phone", "area": area, "petitioner": map[string]any{"anonymous": true}}).No
	}
	a, b, c := in(streetClerk, "220402008"), in("intake.220402003", "220402003"), in("intake.220403001", "220403001")
	s.do("disp.220402", b, "start-triage", nil)
	s.do("disp.220402", b, "dispatch", map[string]any{"lead_unit": housing, "assist_units": []string{land}})
	g := in(streetClerk, "220402008901001")
	for user, want := range map[string][]string{
		streetDesk: {a, g}, "grid.220402008901001": {g}, "gridlead.220402008901": {g}, "grid.220402008901002": {}, "office.220402003": {b}, "office.220402002": {},
		"disp.220402": {a, b, g}, "director.220402": {a, b, g}, "supervisor.220402": {a, b, g}, "win-petition.220402": {a, b, g}, "analyst.220402": {},
		"leader." + housing: {b}, "liaison." + land: {b}, "leader." + farming: {}, "leader.220403-D11": {},
		"disp.220403": {c}, "citysup.220400": {a, b, c, g}, "admin.220400": {}, "petitioner.220402": {}, discipline: {a, b, g},
	} {
		p := s.list(user, "q", words, "total", "true")
		require.ElementsMatch(t, want, p.nos(), user)
		require.Equal(t, len(want), *p.Total, user)
		for _, no := range []string{a, b, c, g} {
			status := http.StatusNotFound
			if slices.Contains(want, no) {
				status = http.StatusOK
			}
			require.Equal(t, status, s.get(user, "/cases/"+no, nil), "%s %s: what is not listed is not found", user, no)
		}
	}
}

// playPagingUnderInserts: while cases keep coming in, pages neither repeat nor
// omit one that was there, and the total is right once they have stopped.
func playPagingUnderInserts(t *testing.T, s *stand) {
	words := s.unique()
	add := func() (string, error) {
		v, err := s.Register(t.Context(), "win-general.220402", s.key(), map[string]any{"nature": "consultation", "summary": words + "政策咨询",
			"channel": "phone", "area": "220402004", "petitioner": map[string]any{"anonymous": true}})
		return v.No, err
	}
	var before, during []string
	for range 18 {
		no, err := add()
		require.NoError(t, err)
		before = append(before, no)
	}
	stop, wg := make(chan struct{}), sync.WaitGroup{}
	wg.Go(func() {
		for range 40 {
			select {
			case <-stop:
				return
			default:
			}
			no, err := add()
			if !assert.NoError(t, err) {
				return
			}
			during = append(during, no)
		}
	})
	quit := sync.OnceFunc(func() {
		close(stop)
		wg.Wait()
	})
	defer quit()
	for _, sort := range []string{"created_at", "-created_at", "due_at", "-updated_at"} {
		seen := map[string]int{}
		for _, no := range s.listAll("disp.220402", "q", words, "sort", sort, "limit", "4") {
			seen[no]++
			require.Equal(t, 1, seen[no], "%s: %s twice", sort, no)
		}
		for _, no := range before {
			require.Equal(t, 1, seen[no], "%s: %s left out", sort, no)
		}
	}
	quit()
	require.NotEmpty(t, during)
	all := slices.Concat(before, during)
	for _, limit := range []string{"1", "7", "200"} {
		p := s.list("disp.220402", "q", words, "limit", limit, "total", "true")
		require.Equal(t, len(all), *p.Total)
	}
	require.Equal(t, all, s.listAll("disp.220402", "q", words, "sort", "created_at", "limit", "7"))
	slices.Reverse(all)
	require.Equal(t, all, s.listAll("disp.220402", "q", words, "sort", "-created_at", "limit", "7"))
	first := s.list("disp.220402", "q", words, "limit", "4")
	forged := s.ask(altered{}, "disp.220402", http.MethodGet, "/cases?limit=4&cursor="+first.Next, nil)
	require.Equal(t, http.StatusBadRequest, forged.Status, "a cursor belongs to its question")
}

// playChineseSearch: two characters are enough, every word must occur, and signs
// count for nothing: the index holds letters and digits.
func playChineseSearch(t *testing.T, s *stand) {
	mark := s.unique()
	in := func(text string) string { return s.register(map[string]any{"summary": mark + text}).No }
	a, b := in("幸福小区三单元电梯停运,100%的住户受影响"), in("幸福路口路灯_夜间不亮 LED")
	for q, want := range map[string][]string{
		mark: {a, b}, mark + " 幸福": {a, b}, mark + " 电梯": {a}, mark + " 梯停": {a}, mark + " 路灯 幸福": {b}, mark + " 灯亮": {}, mark + " 电灯": {},
		mark + " 100%": {a}, mark + " %": {a, b}, mark + " _": {a, b}, mark + " led": {b}, mark + " LED": {b}, "  " + mark + "  电梯 ": {a},
		a: {a}, mark + ",": {a, b}, mark + " 三单元电梯停运": {a},
	} {
		require.ElementsMatch(t, want, s.list("disp.220402", "q", q).nos(), "%q", q)
	}
	require.Contains(t, s.listAll("disp.220402", "q", a[:14], "limit", "200"), b, "the beginning of a number")
	require.Empty(t, s.list("disp.220403", "q", mark).Items)
}

// playFilters: every filter of the contract selects what it says, alone and together.
func playFilters(t *testing.T, s *stand) {
	mark := s.unique()
	fresh := s.register(map[string]any{"summary": mark + "一", "area": "220402004"}).No
	unit := s.toUnit(map[string]any{"summary": mark + "二", "urgency": "urgent", "risk": "yellow"})
	hand := s.inHand(map[string]any{"summary": mark + "三", "nature": "petition"}).No
	over := s.triaged(map[string]any{"summary": mark + "四"}).No
	require.Equal(t, "withdrawn", s.takeBack(over))
	due := unit.DueAt
	all := []string{fresh, unit.No, hand, over}
	for _, c := range []struct {
		query []string
		want  []string
	}{
		{nil, all},
		{[]string{"kind", "grievance"}, all},
		{[]string{"kind", "grid_event"}, nil},
		{[]string{"state", "dispatched"}, []string{unit.No}},
		{[]string{"state", "handling,withdrawn"}, []string{hand, over}},
		{[]string{"level", "L1"}, []string{unit.No, hand}},
		{[]string{"unit", housing}, []string{unit.No, hand}},
		{[]string{"unit", land}, nil},
		{[]string{"area", "220402004"}, []string{fresh}},
		{[]string{"area", "220402"}, all},
		{[]string{"area", "220400"}, all},
		{[]string{"area", "220403"}, nil},
		{[]string{"track", "petition"}, []string{hand}},
		{[]string{"urgency", "urgent"}, []string{unit.No}},
		{[]string{"risk", "yellow"}, []string{unit.No}},
		{[]string{"light", "none"}, []string{over}},
		{[]string{"light", "green,yellow"}, []string{fresh, unit.No, hand}},
		{[]string{"light", "red"}, nil},
		{[]string{"overdue", "true"}, nil},
		{[]string{"open", "false"}, []string{over}},
		{[]string{"open", "true"}, []string{fresh, unit.No, hand}},
		{[]string{"due_before", due.Add(time.Microsecond).Format(time.RFC3339Nano), "unit", housing}, []string{unit.No}},
		{[]string{"due_after", due.Format(time.RFC3339Nano), "track", "demand", "level", "L1"}, nil},
		{[]string{"assigned_to", "handler." + housing}, []string{hand}},
		{[]string{"first_responder", "win-general.220402"}, all},
		{[]string{"first_responder", streetDesk}, nil},
		{[]string{"state", "dispatched", "track", "petition"}, nil},
	} {
		query := append([]string{"q", mark, "total", "true"}, c.query...)
		p := s.list("disp.220402", query...)
		require.ElementsMatch(t, append([]string{}, c.want...), p.nos(), "%v", c.query)
		require.Equal(t, len(c.want), *p.Total, "%v", c.query)
	}
	require.Equal(t, []string{hand}, s.list("handler."+housing, "q", mark, "assigned_to", "me").nos())
	byDue := s.list("disp.220402", "q", mark, "sort", "due_at")
	require.Equal(t, over, byDue.nos()[3], "no clock comes last")
	require.True(t, slices.IsSortedFunc(byDue.Items[:3], func(a, b row) int { return a.DueAt.Compare(b.DueAt) }))
}
