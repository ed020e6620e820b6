package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/supervision"
	"huajie/domain/view"
	"huajie/rulebook"
	"huajie/store"
)

// book is the rulebook that ships, loaded once: it is immutable.
var book = sync.OnceValues(func() (*rulebook.Book, error) { return rulebook.Default() })

// deskOf is a desk with the real rules and real accounts on a store.
func deskOf(t *testing.T, s *store.Store) (*activities.Desk, *rulebook.Book) {
	t.Helper()
	b, err := book()
	require.NoError(t, err)
	require.NoError(t, s.UpsertUsers(t.Context(), b.Users.Users(), ""))
	return &activities.Desk{Ledger: s, Book: rulebook.NewHolder(b)}, b
}

func actorNamed(t *testing.T, b *rulebook.Book, name string) domain.Actor {
	t.Helper()
	u, ok := b.Users.User(name)
	require.True(t, ok, name)
	return domain.Actor{User: u.Username, Grants: u.Grants}
}

func registration(actor domain.Actor, r *rand.Rand, key string) activities.RegisterInput {
	return activities.RegisterInput{
		Actor: actor, Key: key, At: day.Add(123 * time.Nanosecond),
		Input: form.Input{"nature": pick(r, "help", "petition", "dispute", "accusation", "consultation"), "summary": "楼道堆放杂物,多次反映无人处理",
			"channel": "walk_in", "area": pick(r, "220402008", "220402008901001", "220402"), "urgency": pick(r, "normal", "urgent"), "headcount": 3},
		Intake: activities.Intake{PersonID: "P-" + key, Person: map[string]string{"name": "张某某"}},
	}
}

// TestRealCasesLiveInTheLedger lets time pass over real cases, with a step of
// somebody at random in between, until nothing happens any more: whatever the
// rules do, the ledger can write it, and what it wrote verifies.
func TestRealCasesLiveInTheLedger(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	desk, b := deskOf(t, s)
	events := 0
	types, states := map[string]bool{}, map[machine.State]bool{}
	for n := range uint64(48) {
		r := rand.New(rand.NewPCG(n, 7))
		w, err := desk.Register(t.Context(), registration(actorNamed(t, b, "win-general.220402"), r, fmt.Sprint("k", n)))
		require.NoError(t, err)
		for range 40 {
			c := held(t, s, w.No)
			next, ok := c.Next()
			if !ok {
				break
			}
			at := next.At
			if r.IntN(4) > 0 {
				at = at.Add(-time.Minute)
				if at.Before(c.RegisteredAt) {
					at = c.RegisteredAt
				}
				tryStep(t, desk, b, r, c, at)
				continue
			}
			_, err = desk.Commit(t.Context(), activities.CommitInput{Kind: activities.KindGrievance, No: c.No, Seq: c.Seq, At: at})
			require.NoError(t, err)
		}
		require.NoError(t, s.VerifyChain(t.Context(), w.No))
		c := held(t, s, w.No)
		events += c.Seq
		list, err := s.Events(t.Context(), w.No)
		require.NoError(t, err)
		for _, e := range list {
			types[e.Type], states[e.To] = true, true
		}
		rowMatches(t, s, c)
	}
	t.Logf("%d events of %d types, %d states", events, len(types), len(states))
	assert.Greater(t, len(types), 25, "the cases did move: %v", types)
	assert.Greater(t, len(states), 12, "the cases did move: %v", states)
}

// aside is what moves no case.
var aside = []string{supervision.Remind, supervision.YellowCard, supervision.RedCard, supervision.Answer}

// endings would end most cases before they have begun.
var endings = []string{"withdraw", "void", "guide-legal", "reject-case", "no-longer-accept", "merge"}

// tryStep takes a step that is offered to somebody who may have to do with the
// case. A refusal is an answer too, and leaves the case as it was.
func tryStep(t *testing.T, desk *activities.Desk, b *rulebook.Book, r *rand.Rand, c *grievance.Case, at time.Time) {
	t.Helper()
	for range 6 {
		u, ok := b.Users.User(pick(r, "disp.220402", "director.220402", "win-general.220402", "cleader.220402", "office.220402008", "tleader.220402008", "discipline.220402-D07", "supervisor.220402",
			"liaison."+c.LeadUnit, "liaison."+c.LeadUnit, "handler."+c.LeadUnit, "leader."+c.LeadUnit))
		if !ok {
			continue
		}
		actor := domain.Actor{User: u.Username, Grants: u.Grants}
		offers := grievance.Machine.Offers(c, actor, b.RulesFor(c.Area, at), at)
		offers = slices.DeleteFunc(offers, func(o machine.Offer) bool { return o.Action == "show-photos" }) // there are none here
		if len(offers) == 0 {
			continue
		}
		offer := offers[r.IntN(len(offers))]
		if (slices.Contains(endings, offer.Action) || slices.Contains(aside, offer.Action)) && r.IntN(8) > 0 {
			continue
		}
		out, err := desk.Commit(t.Context(), activities.CommitInput{Kind: activities.KindGrievance, No: c.No, Seq: c.Seq, At: at, Command: machine.Command{
			Key: fmt.Sprint(c.No, "/", c.Seq, "/", r.Uint64()), Action: offer.Action, Actor: actor, Input: guess(b, r, c, at, offer.Fields),
		}})
		if err == nil && len(out.Events) > 0 {
			return
		}
		require.NotEmpty(t, domain.CodeOf(err), "%s: %v", offer.Action, err)
		require.NotEqual(t, domain.CodeUnavailable, domain.CodeOf(err), "%s: %v", offer.Action, err)
	}
}

// guess fills in a form as well as one can without knowing the rules.
func guess(b *rulebook.Book, r *rand.Rand, c *grievance.Case, at time.Time, fields []form.Field) form.Input {
	in := form.Input{}
	for _, f := range fields {
		switch f.Type {
		case form.Line, form.Text:
			in[f.Name] = "经核实情况属实,已当面说明"
		case form.Choice:
			in[f.Name] = pick(r, f.Values()...)
		case form.Code:
			in[f.Name] = pick(r, b.Codes.Options(f.Table)...)
		case form.Unit:
			in[f.Name] = pick(r, "220402-C", "220402-D01", "220402-D08")
		case form.User:
			in[f.Name] = pick(r, "cleader.220402", "handler."+c.LeadUnit)
		case form.Users:
			in[f.Name] = []any{"handler." + c.LeadUnit}
		case form.Moment:
			in[f.Name] = at.Add(30 * time.Hour).Format(time.RFC3339)
		case form.Date:
			in[f.Name] = at.AddDate(0, 0, 3).Format(time.DateOnly)
		case form.Boolean:
			in[f.Name] = true
		case form.Integer:
			in[f.Name] = max(1, f.Min)
		}
	}
	return in
}

// rowMatches compares a row of the list with the case it is made of.
func rowMatches(t *testing.T, s *store.Store, c *grievance.Case) {
	t.Helper()
	p, err := s.List(t.Context(), store.Everything, view.Filter{Query: c.No, Now: day}, view.ByDue, "", 5, false)
	require.NoError(t, err)
	require.Len(t, p.Items, 1)
	row := p.Items[0]
	due := c.Card().Due
	assert.True(t, due.Truncate(time.Microsecond).Equal(row.DueAt), "due %s, row %s", due, row.DueAt)
	assert.Equal(t, []any{c.State, c.Level, c.Seq, c.Owner.Unit, c.LeadUnit}, []any{row.State, row.Level, row.Seq, row.OwnerUnit, row.LeadUnit})
}

// TestRegistrationsAtOnce is the burst of a market day: every matter gets a
// number of its own, and a retry of each gets the same receipt.
func TestRegistrationsAtOnce(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	desk, b := deskOf(t, s)
	clerk := actorNamed(t, b, "win-general.220402")
	const n = 40
	var mu sync.Mutex
	receipts := map[string]string{}
	var burst sync.WaitGroup
	for i := range 2 * n {
		burst.Go(func() {
			key := fmt.Sprint("k", i/2)
			w, err := desk.Register(t.Context(), registration(clerk, rand.New(rand.NewPCG(uint64(i/2), 1)), key))
			if !assert.NoError(t, err) {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if had, ok := receipts[key]; ok {
				assert.Equal(t, had, w.No+w.QueryCode)
			}
			receipts[key] = w.No + w.QueryCode
		})
	}
	burst.Wait()
	p, err := s.List(t.Context(), store.Everything, view.Filter{}, view.ByNewest, "", 200, true)
	require.NoError(t, err)
	assert.Equal(t, n, *p.Total)
	waiting, err := s.Unstarted(t.Context(), day.Add(time.Hour), 100)
	require.NoError(t, err)
	assert.Len(t, waiting, n)
}
