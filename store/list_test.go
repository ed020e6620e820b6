package store_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/view"
	"huajie/store"
)

// TestScopeSeesWhatTheRuleSees compares SQL with view.Scope.Sees.
func TestScopeSeesWhatTheRuleSees(t *testing.T) {
	t.Parallel()
	s, r := fresh(t), seeded(t, 1)
	cases := seed(t, s, r, 120)
	saw, told := 0, 0
	for range 150 {
		scope := anyScope(r)
		want := nosOf(cases, func(c *grievance.Case) bool { return scope.Sees(c.Card()) })
		saw += len(want)
		require.ElementsMatch(t, want, all(t, s, scope, view.Filter{}, view.ByNewest, 50), "%+v", scope)
		one := cases[r.IntN(len(cases))]
		_, err := s.Case(t.Context(), scope, one.No)
		require.Equal(t, scope.Sees(one.Card()), err == nil, "%+v", scope)
		if err != nil {
			require.Equal(t, domain.CodeNotFound, domain.CodeOf(err))
			_, _, err = s.Petitioner(t.Context(), scope, one.No)
			require.Equal(t, domain.CodeNotFound, domain.CodeOf(err))
		}
		told += readsWhatTheRuleReads(t, s, cases, scope)
	}
	assert.NotZero(t, saw)
	assert.NotZero(t, told, "something was withheld")
	assert.Empty(t, all(t, s, view.Scope{}, view.Filter{}, view.ByDue, 10), "no scope reads nothing")
	assert.Empty(t, all(t, s, view.Scope{Vault: true}, view.Filter{}, view.ByDue, 10), "the vault is no area")
}

// readsWhatTheRuleReads compares the words in a list, and what a search for them finds, with
// view.Scope.Reads; it answers how many cases kept their words back.
func readsWhatTheRuleReads(t *testing.T, s *store.Store, cases []*grievance.Case, scope view.Scope) (withheld int) {
	t.Helper()
	of := map[string]*grievance.Case{}
	for _, c := range cases {
		of[c.No] = c
	}
	p, err := s.List(t.Context(), scope, view.Filter{}, view.ByNewest, "", 200, false)
	require.NoError(t, err)
	for _, row := range p.Items {
		c := of[row.No]
		reads := scope.Reads(c.Card())
		require.Equal(t, reads, !row.Withheld, "%s by %+v", row.No, scope)
		if reads {
			require.Equal(t, c.Summary, row.Summary)
			continue
		}
		withheld++
		require.Empty(t, row.Summary)
	}
	found := nosOf(cases, func(c *grievance.Case) bool { return scope.Sees(c.Card()) && scope.Reads(c.Card()) })
	require.ElementsMatch(t, found, all(t, s, scope, view.Filter{Query: "井盖"}, view.ByNewest, 50), "a search finds what may be read, by %+v", scope)
	return withheld
}

// TestFiltersSelectWhatTheySay compares each filter with a plain loop.
func TestFiltersSelectWhatTheySay(t *testing.T) {
	t.Parallel()
	s, r := fresh(t), seeded(t, 2)
	cases := seed(t, s, r, 120)
	yes, no := true, false
	light := func(c *grievance.Case) view.Light {
		d, y := c.Card().Due, c.Card().Yellow
		return view.LightOf(d, y, day)
	}
	due := func(c *grievance.Case) time.Time { return c.Card().Due }
	for name, row := range map[string]struct {
		f    view.Filter
		fits func(*grievance.Case) bool
	}{
		"kind":  {view.Filter{Kinds: []string{"grid_event"}}, func(*grievance.Case) bool { return false }},
		"state": {view.Filter{States: []string{"handling"}}, func(c *grievance.Case) bool { return c.State == "handling" }},
		"level": {view.Filter{Levels: []string{"L1", "L2"}}, func(c *grievance.Case) bool { return c.Level == "L1" || c.Level == "L2" }},
		"unit": {view.Filter{Units: units[:2]}, func(c *grievance.Case) bool {
			return slices.Contains(units[:2], c.LeadUnit) || slices.Contains(units[:2], c.Owner.Unit)
		}},
		"awaiting": {view.Filter{Awaiting: []machine.Recipient{{User: "wang"}, {Role: org.RoleDeptLeader, Unit: units[1]}}}, func(c *grievance.Case) bool {
			return slices.ContainsFunc(c.Requests["R2"].To, func(to machine.Recipient) bool {
				return to.User == "wang" || to.Role == org.RoleDeptLeader && to.Unit == units[1]
			})
		}},
		"bounced twice": {view.Filter{Bounces: 2}, func(c *grievance.Case) bool { return !c.Card().Over && c.ReturnCount+c.ReassignCount >= 2 }},
		"carded": {view.Filter{Supervision: []string{"yellow_card", "red_card"}}, func(c *grievance.Case) bool {
			return c.Supervision == "yellow_card" || c.Supervision == "red_card"
		}},
		"awaits nobody here": {view.Filter{Awaiting: []machine.Recipient{{User: "nobody"}, {Role: org.RoleSupervisor, Unit: units[1]}}}, func(*grievance.Case) bool { return false }},
		"city":               {view.Filter{Area: "220400"}, func(*grievance.Case) bool { return true }},
		"county":             {view.Filter{Area: "220402"}, func(c *grievance.Case) bool { return c.County == "220402" }},
		"township":           {view.Filter{Area: "220402008"}, func(c *grievance.Case) bool { return c.Area == "220402008" }},
		"joker":              {view.Filter{Area: "%"}, func(*grievance.Case) bool { return false }},
		"urgency":            {view.Filter{Urgencies: []string{"urgent"}}, func(c *grievance.Case) bool { return c.Urgency == "urgent" }},
		"risk":               {view.Filter{Risks: []string{"red"}}, func(c *grievance.Case) bool { return c.Risk == "red" }},
		"overdue":            {view.Filter{Overdue: &yes}, func(c *grievance.Case) bool { return light(c) == view.Red }},
		"in time":            {view.Filter{Overdue: &no}, func(c *grievance.Case) bool { return light(c) != view.Red }},
		"red":                {view.Filter{Lights: []string{"red"}}, func(c *grievance.Case) bool { return light(c) == view.Red }},
		"yellow":             {view.Filter{Lights: []string{"yellow"}}, func(c *grievance.Case) bool { return light(c) == view.Yellow }},
		"green":              {view.Filter{Lights: []string{"green"}}, func(c *grievance.Case) bool { return light(c) == view.Green }},
		"no clock":           {view.Filter{Lights: []string{"none"}}, func(c *grievance.Case) bool { return light(c) == view.NoRun }},
		"no light":           {view.Filter{Lights: []string{"blue"}}, func(*grievance.Case) bool { return false }},
		"lights":             {view.Filter{Lights: []string{"red", "green"}}, func(c *grievance.Case) bool { return light(c) == view.Red || light(c) == view.Green }},
		"before":             {view.Filter{DueBefore: day}, func(c *grievance.Case) bool { return !due(c).IsZero() && due(c).Before(day) }},
		"after":              {view.Filter{DueAfter: day}, func(c *grievance.Case) bool { return due(c).After(day) }},
		"assigned":           {view.Filter{AssignedTo: "wang"}, func(c *grievance.Case) bool { return c.Owner.User == "wang" || slices.Contains(c.Handlers, "wang") }},
		"responder":          {view.Filter{FirstResponder: "li"}, func(c *grievance.Case) bool { return c.FirstResponder == "li" }},
		"open":               {view.Filter{Open: &yes}, func(c *grievance.Case) bool { return !grievance.Over(c.State) }},
		"over":               {view.Filter{Open: &no}, func(c *grievance.Case) bool { return grievance.Over(c.State) }},
	} {
		row.f.Now = day
		assert.ElementsMatch(t, nosOf(cases, row.fits), all(t, s, store.Everything, row.f, view.ByDue, 40), name)
	}
}

func TestOrders(t *testing.T) {
	t.Parallel()
	s, r := fresh(t), seeded(t, 3)
	cases := seed(t, s, r, 60)
	step(t, s, cases[7].No, "looked", day.Add(99*time.Hour))
	read := func(sort view.Sort) []string { return all(t, s, store.Everything, view.Filter{}, sort, 7) }

	oldest := nosOf(cases, func(*grievance.Case) bool { return true })
	assert.Equal(t, oldest, read(view.ByOldest))
	newest := slices.Clone(oldest)
	slices.Reverse(newest)
	assert.Equal(t, newest, read(view.ByNewest))
	assert.Equal(t, cases[7].No, read(view.ByUpdated)[0])

	byDue := slices.Clone(cases)
	slices.SortFunc(byDue, func(a, b *grievance.Case) int {
		x, y := a.Card().Due, b.Card().Due
		switch {
		case x.Equal(y):
			return map[bool]int{true: -1, false: 1}[a.No < b.No]
		case x.IsZero():
			return 1
		case y.IsZero():
			return -1
		}
		return x.Compare(y)
	})
	assert.Equal(t, nosOf(byDue, func(*grievance.Case) bool { return true }), read(view.ByDue))
	_, err := s.List(t.Context(), store.Everything, view.Filter{}, "summary", "", 5, false)
	assert.Equal(t, domain.CodeInvalid, domain.CodeOf(err))
}

// TestPagesUnderWriters reads page after page while others register.
func TestPagesUnderWriters(t *testing.T) {
	t.Parallel()
	s, r := fresh(t), seeded(t, 4)
	before := nosOf(seed(t, s, r, 40), func(*grievance.Case) bool { return true })
	var writers sync.WaitGroup
	for i := range 4 {
		writers.Go(func() {
			for j := range 15 {
				_, err := s.Create(t.Context(), stream(day.Add(time.Duration(i*15+j)*time.Minute+time.Second), due(day.Add(time.Duration(j)*time.Hour))))
				assert.NoError(t, err)
			}
		})
	}
	for _, sort := range []view.Sort{view.ByDue, view.ByNewest, view.ByOldest} {
		got := all(t, s, store.Everything, view.Filter{}, sort, 3)
		assert.Subset(t, got, before, "nothing that stood still is missed")
		slices.Sort(got)
		assert.Len(t, slices.Compact(slices.Clone(got)), len(got), "no row twice")
	}
	writers.Wait()
	p, err := s.List(t.Context(), store.Everything, view.Filter{}, view.ByDue, "", 10, true)
	require.NoError(t, err)
	require.NotNil(t, p.Total)
	assert.Equal(t, 100, *p.Total)
	assert.Len(t, all(t, s, store.Everything, view.Filter{}, view.ByDue, 9), 100)
	second, err := s.List(t.Context(), store.Everything, view.Filter{}, view.ByDue, p.Next, 10, true)
	require.NoError(t, err)
	assert.Equal(t, 100, *second.Total, "the total is of the list, not of what is left")
}

func TestCursorsCannotBeMade(t *testing.T) {
	t.Parallel()
	s, r := fresh(t), seeded(t, 5)
	seed(t, s, r, 6)
	p, err := s.List(t.Context(), store.Everything, view.Filter{Now: day}, view.ByDue, "", 2, false)
	require.NoError(t, err)
	require.NotEmpty(t, p.Next)

	_, err = s.List(t.Context(), store.Everything, view.Filter{Now: day.Add(time.Hour)}, view.ByDue, p.Next, 2, false)
	require.NoError(t, err, "time may go on between pages")
	refused := func(f view.Filter, sort view.Sort, cursor string) {
		t.Helper()
		_, err := s.List(t.Context(), store.Everything, f, sort, cursor, 2, false)
		assert.Equal(t, domain.CodeMalformed, domain.CodeOf(err))
	}
	refused(view.Filter{}, view.ByNewest, p.Next)
	refused(view.Filter{Query: "井盖"}, view.ByDue, p.Next)
	for i := range p.Next {
		forged := []byte(p.Next)
		forged[i] ^= 1
		refused(view.Filter{}, view.ByDue, string(forged))
	}
	for _, junk := range []string{"x", "2", "' OR 1=1", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA", p.Next + p.Next, p.Next[:9]} {
		refused(view.Filter{}, view.ByDue, junk)
	}
	other := fresh(t, store.WithSecret([]byte(strings.Repeat("x", 32))))
	_, err = other.List(t.Context(), store.Everything, view.Filter{}, view.ByDue, p.Next, 2, false)
	assert.Equal(t, domain.CodeMalformed, domain.CodeOf(err), "signed with another secret")
}

func TestRowsSayWhatTheCaseSays(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	late := day.Add(30 * time.Hour)
	no := register(t, s, day, due(late), func(c *grievance.Case) {
		c.Supervision, c.Risk, c.Category, c.Headcount, c.LeadUnit = "yellow_card", "red", "0201", 12, units[1]
		c.Statutory = &grievance.Clock{Start: day, Due: day.AddDate(0, 0, 60)}
	}).No
	p, err := s.List(t.Context(), store.Everything, view.Filter{Now: day.Add(10 * time.Hour)}, view.ByDue, "", 0, false)
	require.NoError(t, err)
	assert.Equal(t, []view.Row{{
		No: no, Kind: "grievance", State: grievance.Handling, Level: grievance.L1, Nature: "help", Track: "demand", Category: "0201",
		Urgency: "normal", Risk: "red", Summary: "小区门口井盖缺失", County: "220402", Area: "220402008", OwnerUnit: "220402-C", OwnerUser: "wang.clerk",
		LeadUnit: units[1], FirstResponder: "wang.clerk", Headcount: 12, Supervision: "yellow_card", CreatedAt: day, UpdatedAt: day,
		DueAt: late, StatutoryDueAt: day.AddDate(0, 0, 60), StepDueAt: day.Add(4 * time.Hour), YellowAt: late.Add(-24 * time.Hour), Light: view.Yellow, Seq: 1,
	}}, p.Items)
	assert.Empty(t, p.Next)
	assert.Nil(t, p.Total)
}

func TestSearchFindsChineseWords(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	for _, text := range []string{"小区门口井盖缺失", "河道垃圾无人清理,井水变味,盖板松动", "ＷｉＦｉ 费用争议 12345 转办", "拖欠工资100%未付", "井"} {
		register(t, s, day, summary(text))
	}
	for query, want := range map[string][]int{
		"井盖":                   {1},
		"河道":                   {2},
		"井":                    {1, 2, 5},
		"门口 缺失":                {1},
		"门口 河道":                {},
		"井盖缺失":                 {1},
		"wifi":                 {3},
		"ｗｉ":                   {3},
		"12345":                {3},
		"234":                  {3},
		"100%":                 {4},
		"10_":                  {4}, // signs do not count
		"工资100":                {4},
		"清理,井水":                {2},
		"理井":                   {},
		"'":                    {},
		"' | 'x":               {},
		"失":                    {1},
		"220402G":              {1, 2, 3, 4, 5},
		"220402g2026112300003": {3},
		"220402g20261123000":   {1, 2, 3, 4, 5},
		"220402G2026112400003": {},
		"":                     {1, 2, 3, 4, 5},
	} {
		nos := []string{}
		for _, n := range want {
			nos = append(nos, number(n))
		}
		assert.ElementsMatch(t, nos, all(t, s, store.Everything, view.Filter{Query: query}, view.ByNewest, 10), query)
	}
}

func TestSummaryEqualsCounting(t *testing.T) {
	t.Parallel()
	s, r := fresh(t), seeded(t, 6)
	cases := seed(t, s, r, 150)
	band := func(late time.Duration) string {
		for i, limit := range []time.Duration{24, 72, 168} {
			if late < limit*time.Hour {
				return view.Bands[i]
			}
		}
		return view.Bands[3]
	}
	for range 12 {
		scope := anyScope(r)
		want := map[view.Cell]int{}
		for _, c := range cases {
			d, y := c.Card().Due, c.Card().Yellow
			cell := view.Cell{County: c.County, Unit: c.Owner.Unit, Level: c.Level, Light: view.LightOf(d, y, day)}
			switch {
			case !scope.Sees(c.Card()):
			case cell.Light == view.Red:
				cell.Band = band(day.Sub(d))
				want[cell]++
			case cell.Light == view.Yellow:
				want[cell]++
			}
		}
		cells, err := s.OverdueSummary(t.Context(), scope, day)
		require.NoError(t, err)
		got, sum := map[view.Cell]int{}, 0
		for _, c := range cells {
			n := c.Count
			c.Count = 0
			got[c] = n
			if c.Light == view.Red {
				sum += n
			}
		}
		assert.Equal(t, want, got)
		overdue := true
		p, err := s.List(t.Context(), scope, view.Filter{Overdue: &overdue, Now: day}, view.ByDue, "", 1, true)
		require.NoError(t, err)
		assert.Equal(t, *p.Total, sum)
	}
}
