package whistle_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/whistle"
)

// edges are the moves §3.8 allows, written down here once more. A whistle of several units
// moves with the one that is furthest behind: a step of one unit may show another one.
var edges = func() map[machine.State][]machine.State {
	live := []machine.State{whistle.Blown, whistle.Responded, whistle.Arrived, whistle.Working, whistle.Coordinating, whistle.Refused}
	ends := []machine.State{whistle.Completed, whistle.Adjudicated, whistle.Withdrawn, whistle.Rejected}
	out := map[machine.State][]machine.State{
		"":                {whistle.Drafted},
		whistle.Drafted:   {whistle.Approved, whistle.Blown, whistle.Withdrawn, whistle.Rejected},
		whistle.Approved:  {whistle.Blown},
		whistle.Completed: {whistle.Evaluated, whistle.Working},
	}
	for _, s := range live {
		out[s] = append(slices.Clone(live), ends...)
	}
	return out
}()

// TestRandomWhistles drives whistles with steps of random people at random moments, with
// outages in between, and holds the invariants after every one.
func TestRandomWhistles(t *testing.T) {
	t.Parallel()
	ended := map[machine.State]int{}
	carded := 0
	rapid.Check(t, func(rt *rapid.T) {
		kind := rapid.SampledFrom(whistle.Kinds).Draw(rt, "kind")
		more := form.Input{"kind": kind, "case": caseNo, "units": rapid.SampledFrom([][]any{{police}, {police, urban}, {police, urban, housing}}).Draw(rt, "units")}
		if kind == whistle.Emergency {
			more["due"] = nil
		}
		b := newBench(rt, office, more)
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			b.random(rt)
			b.invariants()
		}
		ended[b.Case.State]++
		for _, s := range b.Case.Seats {
			carded += len(s.Cards)
		}
	})
	require.Positive(t, ended[whistle.Evaluated], "the walk must reach its end to prove anything: %v", ended)
	require.Positive(t, carded)
}

// random takes one step, a sensible one more often than not, or lets time go by.
func (b *bench) random(rt *rapid.T) {
	switch dice := rapid.IntRange(0, 19).Draw(rt, "dice"); {
	case dice == 19: // the system is away for a while
		before := b.cardCount()
		b.Jump(b.Now.Add(time.Duration(rapid.IntRange(5, 5000).Draw(rt, "minutes")) * time.Minute))
		if len(b.Events) > 0 && !slices.ContainsFunc(b.Events, func(e machine.Event) bool { return !e.LateBySystem }) {
			require.Equal(rt, before, b.cardCount(), "a card for what passed while the system was away")
		}
		return
	case dice > 15:
		if d, ok := b.Case.Next(); ok {
			b.Pass(d.At)
		}
		return
	}
	unit := rapid.SampledFrom([]string{police, urban, housing, health}).Draw(rt, "unit")
	action, who, in := b.sensible(rt, unit)
	if rapid.IntRange(0, 4).Draw(rt, "wild") == 0 {
		step := rapid.SampledFrom(whistle.Machine.Steps).Draw(rt, "step")
		action, in = step.Action, b.input(rt, step.Action, unit)
		who = rapid.SampledFrom([]string{office, leader, head, disp, boss, theLead, "liaison." + unit, "leader." + unit, "handler." + unit}).Draw(rt, "who")
	}
	before := b.Case.Seq
	if err := b.Try(who, action, in); err != nil {
		require.NotEmpty(rt, domain.CodeOf(err), "only refusals: %v", err)
		require.Equal(rt, before, b.Case.Seq)
	}
}

func (b *bench) cardCount() int {
	n := 0
	for _, s := range b.Case.Seats {
		n += len(s.Cards)
	}
	return n
}

// sensible is a step somebody who wants the whistle to end would take.
func (b *bench) sensible(rt *rapid.T, unit string) (action, who string, in form.Input) {
	if b.Case.State == whistle.Drafted {
		return "approve-whistle", head, nil
	}
	if b.Case.State == whistle.Completed && rapid.Bool().Draw(rt, "evaluate") {
		return "evaluate-unit", leader, b.input(rt, "evaluate-unit", unit)
	}
	switch b.seat(unit).State {
	case whistle.Blown:
		if rapid.IntRange(0, 3).Draw(rt, "refuse") == 0 {
			return "refuse-whistle", "leader." + unit, b.input(rt, "refuse-whistle", unit)
		}
		return "respond", "liaison." + unit, nil
	case whistle.Responded:
		return "arrive", "handler." + unit, onSite
	case whistle.Arrived, whistle.Working:
		return "complete-work", "handler." + unit, done
	case whistle.Coordinating:
		if rapid.Bool().Draw(rt, "rule") {
			return "adjudicate-whistle", boss, b.input(rt, "adjudicate-whistle", unit)
		}
		return "coordinate", disp, b.input(rt, "coordinate", unit)
	}
	return "counter-evaluate", "liaison." + unit, form.Input{"proper": true}
}

func (b *bench) input(rt *rapid.T, action, unit string) form.Input {
	pick := func(values ...string) string { return rapid.SampledFrom(values).Draw(rt, "value") }
	switch action {
	case "arrive":
		return onSite
	case "complete-work":
		return done
	case "refuse-whistle":
		return refusing(pick(whistle.NotItsPower, whistle.NoCapacity, whistle.Ungrounded))
	case "release-unit", "return-work":
		return form.Input{"unit": unit, "reason": "x"}
	case "coordinate":
		return form.Input{"unit": unit, "outcome": pick(whistle.Recalled, whistle.Accepted), "reason": "x"}
	case "adjudicate-whistle":
		in := form.Input{"unit": unit, "ruling": pick(whistle.MustReport, whistle.IsExcused, whistle.IsReplaced), "decision": "x"}
		if in["ruling"] == whistle.IsReplaced {
			in["replacement"] = pick(police, urban, housing, health)
		}
		return in
	case "evaluate-unit":
		return form.Input{"unit": unit, "arrival": 3.0, "attitude": 3.0, "result": 3.0}
	case "counter-evaluate":
		return form.Input{"proper": false}
	case "reject-whistle", "withdraw-whistle":
		return form.Input{"reason": "x"}
	}
	return nil
}

// invariants must hold after every step.
func (b *bench) invariants() {
	b.T.Helper()
	w := b.Case
	b.Chained(edges)
	require.NotEmpty(b.T, w.Owner, "nobody has to move")
	_, known := b.Rules.Org.Unit(w.Owner)
	require.True(b.T, known)
	require.Equal(b.T, whistle.Over(w.State), !w.EndedAt.IsZero())
	for _, s := range w.Seated() {
		b.seatHolds(s)
	}
	switch w.State {
	case whistle.Evaluated, whistle.Adjudicated, whistle.Completed:
		for _, s := range w.Seats {
			require.Contains(b.T, []machine.State{whistle.Completed, whistle.Refused, whistle.Adjudicated, whistle.Excused}, s.State, "%s still owes", s.Unit)
		}
	}
	b.toldOnce()
}

// seatHolds: one card of a kind for a cause, marks only for what has passed, and a clock for
// whoever owes something, or their being late on record.
func (b *bench) seatHolds(s whistle.Seat) {
	b.T.Helper()
	seen := map[string]bool{}
	for _, c := range s.Cards {
		require.False(b.T, seen[c.Kind+c.Cause], "%s has two of %s %s", s.Unit, c.Kind, c.Cause)
		seen[c.Kind+c.Cause] = true
		require.False(b.T, c.At.After(b.Now))
	}
	running := func(kinds ...string) bool {
		return slices.ContainsFunc(kinds, func(k string) bool { _, ok := b.Case.Deadlines[k+"."+s.Unit]; return ok })
	}
	switch s.State {
	case whistle.Blown, whistle.Responded:
		require.True(b.T, running("respond", "arrive", "silence"), "%s has no clock", s.Unit)
		require.False(b.T, s.Present())
	case whistle.Arrived, whistle.Working:
		require.True(b.T, running("work", "silence"), "%s works without a clock", s.Unit)
		require.True(b.T, s.Present())
	case whistle.Coordinating:
		require.True(b.T, running("coordinate", "adjudicate") || !s.CoordinateDue.After(b.Now), "nobody has to decide about %s", s.Unit)
	case whistle.Completed:
		require.False(b.T, s.DoneAt.IsZero())
		require.NotEmpty(b.T, s.Photos)
		fallthrough
	default:
		require.False(b.T, running("respond", "arrive", "work", "silence", "coordinate", "adjudicate"), "%s owes nothing", s.Unit)
	}
}

// toldOnce: the case hears once that the whistle has ended, and of the state it is in.
func (b *bench) toldOnce() {
	b.T.Helper()
	told := b.told()
	want := []string{"whistle-opened drafted"}
	if whistle.Over(b.Case.State) {
		want = append(want, "whistle-ended "+string(b.Case.State))
	}
	require.Equal(b.T, want, told)
}
