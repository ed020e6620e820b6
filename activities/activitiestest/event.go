package activitiestest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/geo"
	"huajie/domain/gridevent"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/view"
)

// Spot is where the events of these tests are.
var Spot = geo.Point{Lat: 42.9190, Lon: 125.1699}

// Reporting decides the smallest grid event a ledger can hold. It may be changed before
// it is recorded.
func Reporting(at time.Time, change ...func(*gridevent.Event)) func(no string) (activities.Decision, error) {
	return func(no string) (activities.Decision, error) {
		c := gridevent.Fresh()
		c.No = no
		t := gridevent.Machine.Begin(c, actor, &machine.Rules{Version: "test"}, machine.World{}, at, at)
		c = t.Case
		c.Kind, c.Category, c.Urgency, c.Channel = gridevent.Kind, "E0102", "normal", "grid_member"
		c.Confidentiality, c.Summary, c.Place = "C1", "小区门口路灯不亮", Spot
		c.County, c.Area, c.Grid = "220402", "220402008", "220402008901001"
		c.FirstUnit, c.Reporter = "220402-C", Clerk.Username
		c.Owner, c.Units = casefile.Owner{Unit: "220402-C"}, []string{"220402-C"}
		c.FoundAt, c.ReportedAt = at, at
		t.To(gridevent.Reported)
		t.Set(machine.Deadline{ID: "triage", At: at.Add(4 * time.Hour), Duty: true, Unit: "220402-C"})
		for _, f := range change {
			f(c)
		}
		t.Record("reported", "E1").Notify("N1", machine.Recipient{User: Clerk.Username})
		return decision(t.Events(), t.Case), nil
	}
}

// eventStep is Step on a grid event.
func eventStep(cur activities.Current, typ string, at time.Time) (activities.Decision, error) {
	c := gridevent.Fresh()
	if err := cur.State(c); err != nil {
		return activities.Decision{}, err
	}
	t := gridevent.Machine.Begin(c, actor, &machine.Rules{Version: "test"}, machine.World{}, at, at)
	t.Case.ReworkCount++
	t.Record(typ, "E0").Notify("N13", machine.Recipient{Role: org.RolePlatformAdmin, Unit: "220402-C"})
	return decision(t.Events(), t.Case), nil
}

// moved counts the steps taken by Step.
func moved(c casefile.Case) int {
	if e, ok := c.(*gridevent.Event); ok {
		return e.ReworkCount
	}
	return c.(*grievance.Case).Attempts
}

// lookAround: before it is decided on, a report knows who is there and what was seen near by.
func lookAround(t *testing.T, newLedger NewLedger) {
	member := org.User{Username: "zhou.member", ZH: "周网格", EN: "Zhou (member)", Grants: []org.Grant{{Role: org.RoleGridMemberFullTime, Unit: "220402008901001"}}}
	l := newLedger(t, Clerk, member)
	report := func(at time.Time, change ...func(*gridevent.Event)) activities.NewStream {
		return activities.NewStream{Kind: activities.KindGridEvent, Place: "220402", Letter: casefile.LetterGridEvent, Day: at,
			Intake: &activities.Intake{}, Decide: Reporting(at, change...)}
	}
	opened := func(w activities.NewStream) string {
		out, err := l.Create(t.Context(), w)
		require.NoError(t, err)
		return out.No
	}
	north := func(metres float64) func(*gridevent.Event) {
		return func(c *gridevent.Event) { c.Place.Lat += metres / 111195 }
	}
	first := opened(report(Day))
	second := opened(report(Day.Add(time.Hour), north(30), func(c *gridevent.Event) {
		c.State, c.Owner.User = gridevent.Rejected, ""
		c.ClosedAt, c.Deadlines = Day.Add(time.Hour), nil
	}))
	opened(report(Day.Add(time.Hour), north(80)))
	opened(report(Day.Add(time.Hour), func(c *gridevent.Event) { c.Category = "E0101" }))
	opened(report(Day.Add(-48 * time.Hour)))
	opened(report(Day, north(500), func(c *gridevent.Event) { c.Reporter = member.Username }))
	open(t, l, "a grievance")

	w := report(Day.Add(2*time.Hour), north(1000))
	looked := 0
	w.Look = func(cur activities.Current) error {
		looked++
		near, err := cur.Nearby(activities.Neighbourhood{Category: "E0102", Place: Spot, Metres: 50, Since: Day})
		require.NoError(t, err)
		require.Len(t, near, 2)
		assert.Equal(t, []string{second, first}, []string{near[0].No, near[1].No}, "newest first")
		assert.Equal(t, Spot, near[1].Place)
		assert.True(t, near[1].Open)
		assert.False(t, near[0].Open)

		cases, err := cur.Cases([]string{first}, view.Scope{City: true, Vault: true})
		require.NoError(t, err)
		assert.Equal(t, near[1], cases[first])

		all, rejected, err := cur.Reports(Clerk.Username, Day)
		require.NoError(t, err)
		assert.Equal(t, []int{4, 1}, []int{all, rejected})

		staff, err := cur.Holders([]org.Role{org.RoleGridMemberFullTime, org.RoleGridLeader}, []string{"220402008901001", "220402008901"})
		require.NoError(t, err)
		assert.Equal(t, []org.User{member}, staff)
		return nil
	}
	opened(w)
	assert.Equal(t, 1, looked)

	w = report(Day)
	w.Look = func(cur activities.Current) error { _, err := Refusing(cur); return err }
	_, err := l.Create(t.Context(), w)
	assert.Equal(t, "not_today", domain.ReasonOf(err), "what cannot be looked up opens nothing")
}

// apart: a grievance is not found as a grid event, and each kind counts its own numbers.
func apart(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	demand := open(t, l, "g").No
	event, err := l.Create(t.Context(), activities.NewStream{Kind: activities.KindGridEvent, Place: "220402", Letter: casefile.LetterGridEvent, Day: Day,
		Intake: &activities.Intake{}, Decide: Reporting(Day)})
	require.NoError(t, err)
	assert.Equal(t, []string{"220402G2026112300001", "220402E2026112300001"}, []string{demand, event.No})
	assert.NotEmpty(t, event.QueryCode)
	for no, kind := range map[string]string{demand: activities.KindGridEvent, event.No: activities.KindGrievance} {
		w := wish(no, 0, "", never(t))
		w.Kind = kind
		_, err := l.Change(t.Context(), w)
		assert.Equal(t, domain.CodeNotFound, domain.CodeOf(err), no)
	}
}
