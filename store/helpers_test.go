package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/activities/activitiestest"
	"huajie/domain/codes"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/view"
	"huajie/store"
)

var day = activitiestest.Day

// register opens a case that change has made its own.
func register(t *testing.T, s *store.Store, at time.Time, change ...func(*grievance.Case)) activities.Written {
	t.Helper()
	w, err := s.Create(t.Context(), stream(at, change...))
	require.NoError(t, err)
	return w
}

func stream(at time.Time, change ...func(*grievance.Case)) activities.NewStream {
	return activities.NewStream{Kind: activities.KindGrievance, Place: "220402", Letter: "G", Day: at, Decide: activitiestest.Opening(at, change...)}
}

// step moves a case by one event.
func step(t *testing.T, s *store.Store, no, typ string, at time.Time, change ...func(*grievance.Case)) activities.Written {
	t.Helper()
	w, err := s.Change(t.Context(), activities.Write{Kind: activities.KindGrievance, No: no, Seq: -1, Decide: activitiestest.Step(typ, at, change...)})
	require.NoError(t, err)
	return w
}

// due gives a dispatched case a policy clock.
func due(at time.Time) func(*grievance.Case) {
	return func(c *grievance.Case) {
		c.State, c.Level, c.DispatchedAt = grievance.Handling, grievance.L1, day
		c.Policy = &grievance.Clock{Start: day, Due: at, YellowAt: at.Add(-24 * time.Hour)}
	}
}

func summary(s string) func(*grievance.Case) { return func(c *grievance.Case) { c.Summary = s } }

// closed ends a case with a grade.
func closed(at time.Time, grade string) func(*grievance.Case) {
	return func(c *grievance.Case) {
		c.State, c.ClosedAt, c.Reply = grievance.Closed, at, &grievance.Reply{IssuedAt: at, OutcomeGrade: grade}
		c.Deadlines = nil
	}
}

// raw is a connection beside the store, with all rights: what a tamperer has.
func raw(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

// pick draws one of a list.
func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// some draws each of a list with even chance.
func some(r *rand.Rand, list ...string) []string {
	var out []string
	for _, s := range list {
		if r.IntN(2) == 0 {
			out = append(out, s)
		}
	}
	return out
}

var (
	counties  = []string{"220402", "220403", "220421"}
	grids     = []string{"220402008901001", "220402008901002", "220402004901001", "220403004901001"}
	townships = []string{"220402008", "220402004", "220403004", "220421100"}
	units     = []string{"220402-C", "220402-D-housing", "220402-D-police", "220403004-C"}
	officers  = []string{"wang", "li", "zhao"}
)

// anyCase is a case at random, with everything that lists and scopes look at.
func anyCase(r *rand.Rand) func(*grievance.Case) {
	return func(c *grievance.Case) {
		c.Area = pick(r, townships...)
		c.County = c.Area[:6]
		c.Grid = pick(r, "", c.Area+"901001", c.Area+"901002")
		c.Confidentiality, c.Summary = pick(r, "C1", "C1", "C2", "C3"), "小区门口井盖缺失"
		c.FirstUnit, c.FirstResponder = pick(r, units...), pick(r, "", "", "wang", "li")
		c.Owner = grievance.Owner{Unit: pick(r, units...), User: pick(r, "", "wang", "zhao")}
		c.Units, c.Handlers, c.OwningLeader = some(r, units...), some(r, officers...), pick(r, "", "", "zhao")
		c.LeadUnit, c.Level = pick(r, "", units[1], units[2]), pick[grievance.Level](r, "", grievance.L0, grievance.L1, grievance.L2, grievance.L3)
		c.Urgency, c.Risk = pick[codes.Urgency](r, "normal", "urgent", "emergency"), pick(r, "", "red", "yellow")
		c.RespondentUnit, c.RegisteredBy = pick(r, "", "", units[1], units[2]), pick(r, "", "", "", "li")
		if r.IntN(3) == 0 {
			c.Offer = &grievance.Offer{Unit: pick(r, units...), User: pick(r, "", "", "zhao"), At: day}
		}
		c.ReturnCount, c.ReassignCount, c.Supervision = r.IntN(3), r.IntN(2), pick(r, "", "", "reminded", "yellow_card", "red_card")
		if r.IntN(3) == 0 {
			c.Requests = map[string]machine.Request{"R2": {ID: "R2", Action: "suspend", By: "li", To: []machine.Recipient{{User: pick(r, officers...)}, {Role: org.RoleDeptLeader, Unit: pick(r, units...)}}}}
		}
		switch r.IntN(4) {
		case 0:
			closed(day.Add(time.Hour), "disposed")(c)
		case 1: // the limit of the front desk runs
		default:
			due(day.Add(time.Duration(r.IntN(20*24)-10*24) * time.Hour))(c)
		}
	}
}

// held is a grievance as the ledger holds it.
func held(t *testing.T, s *store.Store, no string) *grievance.Case {
	t.Helper()
	c, err := s.StoredCase(t.Context(), no)
	require.NoError(t, err)
	require.IsType(t, &grievance.Case{}, c)
	return c.(*grievance.Case)
}

// seed registers n cases at random and gives them as they are stored.
func seed(t *testing.T, s *store.Store, r *rand.Rand, n int) []*grievance.Case {
	t.Helper()
	var out []*grievance.Case
	for i := range n {
		w := register(t, s, day.Add(time.Duration(i)*time.Minute), anyCase(r))
		c := held(t, s, w.No)
		out = append(out, c)
	}
	return out
}

// anyScope is the scope of somebody at random.
func anyScope(r *rand.Rand) view.Scope {
	s := view.Scope{User: pick(r, "", "wang", "li", "zhao", "nobody"), Vault: r.IntN(4) == 0, Posts: some(r, units...), Hands: some(r, units...), Desks: some(r, units...)}
	switch r.IntN(7) {
	case 0:
		s.City = true
	case 1:
		s.Counties = some(r, counties...)
	case 2:
		s.Townships = some(r, townships...)
	case 3:
		s.Units = some(r, units...)
	case 5:
		s.Grids, s.Units = some(r, grids...), some(r, units...)
	case 4:
		s.Counties, s.Units = some(r, counties...), some(r, units...)
	}
	return s
}

// all reads a whole list, page by page.
func all(t *testing.T, s *store.Store, scope view.Scope, f view.Filter, sort view.Sort, limit int) []string {
	t.Helper()
	nos, cursor := []string{}, ""
	for {
		p, err := s.List(t.Context(), scope, f, sort, cursor, limit, false)
		require.NoError(t, err)
		require.LessOrEqual(t, len(p.Items), limit)
		for _, row := range p.Items {
			nos = append(nos, row.No)
		}
		if cursor = p.Next; cursor == "" {
			return nos
		}
		require.Len(t, p.Items, limit, "only the last page is short")
	}
}

func seeded(t *testing.T, n uint64) *rand.Rand {
	t.Helper()
	return rand.New(rand.NewPCG(n, 111))
}

// nosOf are the numbers of cases that fit.
func nosOf(cases []*grievance.Case, fits func(*grievance.Case) bool) []string {
	out := []string{}
	for _, c := range cases {
		if fits(c) {
			out = append(out, c.No)
		}
	}
	return out
}

func number(n int) string { return fmt.Sprintf("220402G20261123%05d", n) }
