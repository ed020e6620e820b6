package activitiestest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/view"
	"huajie/domain/whistle"
)

func sessions(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	caseNo := open(t, l, "k").No
	opening := activities.NewStream{Kind: activities.KindSession, No: caseNo + "-J1", Day: Day, Key: "j", Decide: Meeting(caseNo, Day)}
	w, err := l.Create(t.Context(), opening)
	require.NoError(t, err)
	assert.Equal(t, caseNo+"-J1", w.No)
	assert.Empty(t, w.QueryCode, "a session has no petitioner")
	again, err := l.Create(t.Context(), opening)
	require.NoError(t, err)
	assert.True(t, again.Repeated)
	equal(t, w.Events, again.Events)

	_, err = l.Change(t.Context(), wish(caseNo, 1, "", Step("looked", Day)))
	require.NoError(t, err, "the session does not move the case")
}

func whistles(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	opening := activities.NewStream{Kind: activities.KindWhistle, Place: "220402", Letter: "W", Day: Day, Key: "w", Decide: Blowing(Day)}
	w, err := l.Create(t.Context(), opening)
	require.NoError(t, err)
	assert.Equal(t, "220402W2026112300001", w.No)
	assert.Equal(t, activities.KindWhistle, activities.KindOf(w.No))
	assert.Empty(t, w.QueryCode, "a whistle has no petitioner")
	again, err := l.Create(t.Context(), opening)
	require.NoError(t, err)
	assert.True(t, again.Repeated)
	equal(t, w.Events, again.Events)
	change := activities.Write{Kind: activities.KindWhistle, No: w.No, Seq: 1, Key: "c", Decide: func(cur activities.Current) (activities.Decision, error) {
		x := whistle.Fresh()
		if err := cur.State(x); err != nil {
			return activities.Decision{}, err
		}
		assert.Equal(t, "220402-C", x.Owner)
		turn := whistle.Machine.Begin(x, actor, &machine.Rules{Version: "test"}, machine.World{}, Day, Day)
		turn.Record("looked", "W0")
		return activities.Decision{Events: turn.Events(), State: turn.Case}, nil
	}}
	moved, err := l.Change(t.Context(), change)
	require.NoError(t, err)
	require.Len(t, moved.Events, 1)
	change.Kind, change.Key = activities.KindGrievance, ""
	_, err = l.Change(t.Context(), change)
	assert.Error(t, err, "a whistle is no case")
}

// look runs a decision that only looks.
func look(t *testing.T, l activities.Ledger, no string, at func(activities.Current)) {
	t.Helper()
	_, err := l.Change(t.Context(), wish(no, -1, "", func(cur activities.Current) (activities.Decision, error) {
		at(cur)
		return Refusing(cur)
	}))
	require.Equal(t, "not_today", domain.ReasonOf(err))
}

func lookups(t *testing.T, newLedger NewLedger) {
	l := newLedger(t, Clerk)
	intake := registration(l, "k", func(c *grievance.Case) { c.Petitioner = "P1" })
	intake.Intake = &activities.Intake{PersonID: "P1", Person: map[string]string{"name": "张某某"}}
	w, err := l.Create(t.Context(), intake)
	require.NoError(t, err)
	other := open(t, l, "k2", func(c *grievance.Case) { c.Category, c.Anonymous = "0201", true })
	hang := func(c *grievance.Case) {
		c.LeadUnit, c.State = "220402-D-housing", grievance.Suspended
	}
	due := func(c *grievance.Case) {
		c.LeadUnit, c.Policy = "220402-D-housing", &grievance.Clock{Start: Day, Due: Day.AddDate(0, 0, 10)}
	}
	later := func(c *grievance.Case) {
		c.LeadUnit, c.Policy = "220402-D-housing", &grievance.Clock{Start: Day, Due: Day.AddDate(0, 3, 0)}
	}
	for _, change := range []func(*grievance.Case){hang, due, due, later} {
		open(t, l, "", change)
	}
	quarter := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	look(t, l, w.No, func(cur activities.Current) {
		people, err := cur.People([]string{Clerk.Username, "nobody"})
		require.NoError(t, err)
		assert.Equal(t, map[string]org.User{Clerk.Username: Clerk}, people)

		cases, err := cur.Cases([]string{other.No, "220402G2026112300404"}, view.Scope{City: true, Vault: true})
		require.NoError(t, err)
		assert.Equal(t, map[string]machine.Related{other.No: {
			No: other.No, County: "220402", Area: "220402008", Category: "0201", State: grievance.Registered, Open: true, Confidentiality: "C1", CreatedAt: Day,
		}}, cases)

		id, err := cur.Petitioner(w.No)
		require.NoError(t, err)
		assert.Equal(t, "P1", id)
		id, err = cur.Petitioner(other.No)
		require.NoError(t, err)
		assert.Empty(t, id)

		suspended, dueNow, err := cur.HangUps("220402-D-housing", quarter)
		require.NoError(t, err)
		assert.Equal(t, []int{1, 2}, []int{suspended, dueNow})
	})
}

func split(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	from := open(t, l, "k", func(c *grievance.Case) { c.Petitioner = "P1" })
	var part string
	cut := func(cur activities.Current) (activities.Decision, error) {
		d, err := Step("split_off", Day)(cur)
		if err != nil {
			return d, err
		}
		if part, err = cur.NewNo("220402", "G", Day); err != nil {
			return d, err
		}
		spawned, err := Opening(Day, func(c *grievance.Case) { c.Origin, c.Petitioner = from.No, "P1" })(part)
		d.Spawned = &spawned
		return d, err
	}
	w, err := l.Change(t.Context(), wish(from.No, 1, "w", cut))
	require.NoError(t, err)
	assert.Equal(t, []int{2}, seqs(w.Events))
	look(t, l, part, func(cur activities.Current) {
		c := grievance.Fresh()
		require.NoError(t, cur.State(c))
		assert.Equal(t, from.No, c.Origin)
		assert.Equal(t, 1, c.Seq)
		id, err := cur.Petitioner(part)
		require.NoError(t, err)
		assert.Equal(t, "P1", id)
	})
	again, err := l.Change(t.Context(), wish(from.No, 1, "w", never(t)))
	require.NoError(t, err)
	equal(t, w.Events, again.Events)
}

// together runs n calls at the same time and waits for them.
func together(n int, call func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { call(i) })
	}
	all.Wait()
}

const crowd = 12

func writersTakeTurns(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	no := open(t, l, "k").No
	got := make([]int, crowd)
	together(crowd, func(i int) {
		w, err := l.Change(t.Context(), wish(no, -1, "", Step("looked", Day)))
		if assert.NoError(t, err) && assert.Len(t, w.Events, 1) {
			got[i] = w.Events[0].Seq
		}
	})
	slices.Sort(got)
	for i, seq := range got {
		assert.Equal(t, i+2, seq, "the sequence has neither gap nor double")
	}
	look(t, l, no, func(cur activities.Current) {
		c := kindOf(l).Fresh()
		require.NoError(t, cur.State(c))
		assert.Equal(t, crowd, moved(c), "no writer overwrote another")
	})
}

func oneWins(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	no := open(t, l, "k").No
	written := make([]activities.Written, crowd)
	together(crowd, func(i int) {
		var err error
		written[i], err = l.Change(t.Context(), wish(no, 1, "w"+string(rune('a'+i)), Step("looked", Day)))
		assert.NoError(t, err)
	})
	won := 0
	for _, w := range written {
		if !w.Behind {
			won++
		}
		assert.Equal(t, []int{2}, seqs(w.Events), "winner and losers hold the same event")
	}
	assert.Equal(t, 1, won)
}

func wishOnce(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	created := make([]activities.Written, crowd)
	together(crowd, func(i int) {
		var err error
		created[i], err = l.Create(t.Context(), registration(l, "k"))
		assert.NoError(t, err)
	})
	fresh := 0
	for _, w := range created {
		assert.Equal(t, created[0].No, w.No)
		assert.Equal(t, created[0].QueryCode, w.QueryCode)
		equal(t, created[0].Events, w.Events)
		if !w.Repeated {
			fresh++
		}
	}
	assert.Equal(t, 1, fresh)
	assert.Equal(t, number(l, "2026112300002"), open(t, l, "next").No, "the losers gave their numbers back")
}

func numbers(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	got := make([]string, crowd)
	together(crowd, func(i int) {
		w, err := l.Create(t.Context(), registration(l, ""))
		if assert.NoError(t, err) {
			got[i] = w.No
		}
	})
	slices.Sort(got)
	for i, no := range got {
		assert.Equal(t, number(l, "20261123000")+string(rune('0'+(i+1)/10))+string(rune('0'+(i+1)%10)), no)
	}
}

// doubleTap: the same words from the same source within the time are one case, from
// another source or later they are another; a refusal is not remembered.
func doubleTap(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	tapped := func(source, words string, at time.Time) activities.Written {
		w := registration(l, "")
		w.Fingerprint, w.Day = words, at
		w.Twice = &activities.Twice{Source: source, Since: at.Add(-5 * time.Minute)}
		out, err := l.Create(t.Context(), w)
		require.NoError(t, err)
		return out
	}
	first := tapped("account/a", "leak", Day)
	again := tapped("account/a", "leak", Day.Add(4*time.Minute))
	assert.True(t, again.Repeated)
	assert.Equal(t, []string{first.No, first.QueryCode}, []string{again.No, again.QueryCode})
	equal(t, first.Events, again.Events)
	for _, other := range []activities.Written{
		tapped("account/b", "leak", Day), tapped("account/a", "noise", Day), tapped("account/a", "leak", Day.Add(6*time.Minute)),
	} {
		assert.NotEqual(t, first.No, other.No)
		assert.False(t, other.Repeated)
	}
	assert.Equal(t, open(t, l, "k").No != "", true, "a key is a wish of its own")

	nos, wg := make(chan string, 8), sync.WaitGroup{}
	for range cap(nos) {
		wg.Go(func() { nos <- tapped("account/c", "leak", Day).No })
	}
	wg.Wait()
	close(nos)
	one := <-nos
	for no := range nos {
		assert.Equal(t, one, no, "of taps at the same moment one makes the case")
	}
}
