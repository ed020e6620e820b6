package grievance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

// into is a case merged into another.
func into(t require.TestingT, master string) *play {
	p := triaged(t)
	p.cases[master] = machine.Related{No: master, County: county, Open: true}
	return p.do(dispUser, "merge", why, form.Input{"master": master})
}

// TestMergeRaces: two cases decide about each other without knowing (G6).
func TestMergeRaces(t *testing.T) {
	t.Parallel()
	joined := form.Input{"follower": "F1"}
	refused := form.Input{"master": masterNo}
	parallel(t, "a master that is merged itself, or over, sends the follower back", func(t *testing.T) {
		over := closed(t)
		over.expire("archive")
		for _, p := range []*play{into(t, masterNo), triaged(t).do(directorUser, "guide-legal", guided), over} {
			state := p.c.State
			p.do("system", "follower-joined", joined)
			require.Equal(t, state, p.c.State)
			require.Empty(t, p.c.Followers)
			require.Equal(t, []machine.Effect{{Kind: machine.EffectTell, To: "F1", Action: "merge-refused", Input: form.Input{"master": no}}}, p.last().Effects)
		}
	})
	parallel(t, "two cases merged into each other both come back", func(t *testing.T) {
		a, b := into(t, masterNo), into(t, masterNo) // seen from either side
		for _, p := range []*play{a, b} {
			p.do("system", "follower-joined", form.Input{"follower": masterNo})
			require.Equal(t, "merge-refused", p.last().Effects[0].Action)
		}
		for _, p := range []*play{a, b} {
			p.do("system", "merge-refused", refused)
			require.Equal(t, grievance.Triage, p.c.State)
			require.Empty(t, p.c.Master)
			require.Contains(t, p.notices(), "N13")
			require.Equal(t, []string{"triage.soft", "triage", "triage.decide"}, p.pending())
			require.Empty(t, p.last().Effects)
		}
	})
	parallel(t, "a refusal that comes late is no longer about the present master", func(t *testing.T) {
		p := into(t, masterNo)
		p.refuse(domain.CodeConflict, "other_master", "system", "merge-refused", form.Input{"master": "X"})
	})
	parallel(t, "who joins a case already answered may rate at once", func(t *testing.T) {
		p := replied(t).do("system", "follower-joined", joined)
		require.Equal(t, "master-moved", p.last().Effects[0].Action)
	})
}

// TestFollowerUnsatisfied: the rating of a merged petitioner counts like any other (G29).
func TestFollowerUnsatisfied(t *testing.T) {
	t.Parallel()
	told := form.Input{"follower": "F1"}
	parallel(t, "the follower tells its master", func(t *testing.T) {
		p := into(t, masterNo).do("system", "master-moved", form.Input{"state": "replied"}).do("petitioner", "evaluate", unsatisfied)
		require.Equal(t, []machine.Effect{{Kind: machine.EffectTell, To: masterNo, Action: "follower-unsatisfied", Input: form.Input{"follower": no}}}, p.last().Effects)
		p = into(t, masterNo).do("system", "master-moved", form.Input{"state": "replied"}).do("petitioner", "evaluate", form.Input{"rating": "basic"})
		require.Empty(t, p.last().Effects)
	})
	parallel(t, "the master has it decided", func(t *testing.T) {
		p := replied(t).do("system", "follower-unsatisfied", told)
		require.Equal(t, []string{"N17"}, p.notices())
		require.NotContains(t, p.pending(), "evaluation")
		p.do("petitioner", "evaluate", form.Input{"rating": "satisfied"})
		require.Equal(t, grievance.Replied, p.c.State, "one petitioner does not speak for the other")
		p.expire("rework.decide")
		require.Equal(t, grievance.Rework, p.c.State)
		require.Empty(t, p.c.Unsatisfied)
	})
	parallel(t, "or explained", func(t *testing.T) {
		p := replied(t).do("system", "follower-unsatisfied", told)
		p.both(supervisor1, "close-explained", supervisor2, form.Input{"ground": "beyond_law_explained", "evidence": "c", "explanation": "a", "remedy": "b"})
		require.Equal(t, grievance.Closed, p.c.State)
		require.Empty(t, p.c.Unmet())
	})
	parallel(t, "a closed master is for the offices to reopen", func(t *testing.T) {
		p := closed(t).do("system", "follower-unsatisfied", told)
		require.Equal(t, []string{"N17"}, p.notices())
		require.Equal(t, []string{"archive"}, p.pending())
	})
}
