package store_test

import (
	"math/rand/v2"
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
	"huajie/domain/org"
	"huajie/domain/view"
)

// inTriage registers a case that waits for the dispatcher of its county.
func inTriage(t *testing.T, desk *activities.Desk, clerk, dispatcher domain.Actor, area, nature string) string {
	t.Helper()
	w, err := desk.Register(t.Context(), activities.RegisterInput{Actor: clerk, At: day,
		Input: form.Input{"nature": nature, "summary": "楼道堆放杂物", "channel": "walk_in", "area": area}})
	require.NoError(t, err)
	if nature == "help" {
		_, err = commit(t, desk, dispatcher, w.No, "start-triage", nil)
		require.NoError(t, err)
	}
	return w.No
}

func commit(t *testing.T, desk *activities.Desk, actor domain.Actor, no, action string, in form.Input) (activities.CommitResult, error) {
	return desk.Commit(t.Context(), activities.CommitInput{Kind: activities.KindGrievance, No: no, Seq: -1, At: day.Add(time.Minute),
		Command: machine.Command{Key: no + action + in.Text("master") + in.Text("prior_case"), Action: action, Actor: actor, Input: in}})
}

// TestTwoCasesAreNotMergedIntoEachOther lets two dispatchers do it at the same
// moment, many times: always exactly one of them is refused.
func TestTwoCasesAreNotMergedIntoEachOther(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	desk, b := deskOf(t, s)
	clerk, dispatcher := actorNamed(t, b, "win-general.220402"), actorNamed(t, b, "disp.220402")
	for range 12 {
		one := inTriage(t, desk, clerk, dispatcher, "220402008", "help")
		two := inTriage(t, desk, clerk, dispatcher, "220402008", "help")
		errs := make([]error, 2)
		var both sync.WaitGroup
		for i, pair := range [][2]string{{one, two}, {two, one}} {
			both.Go(func() {
				_, errs[i] = commit(t, desk, dispatcher, pair[0], "merge", form.Input{"master": pair[1], "reason": "同一事项"})
			})
		}
		both.Wait()
		if errs[0] == nil {
			errs[0], errs[1] = errs[1], errs[0]
		}
		require.NoError(t, errs[1], "one of them wins")
		require.Equal(t, "merge_chain", domain.ReasonOf(errs[0]), "%v", errs[0])
	}
}

// TestCasesOutOfSightAreUnknown names cases in an input: one that the actor may
// not see is refused like one that does not exist.
func TestCasesOutOfSightAreUnknown(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	desk, b := deskOf(t, s)
	clerk, dispatcher := actorNamed(t, b, "win-general.220402"), actorNamed(t, b, "disp.220402")
	no := inTriage(t, desk, clerk, dispatcher, "220402008", "help")
	seen := inTriage(t, desk, clerk, dispatcher, "220402008", "help")
	secret := inTriage(t, desk, clerk, dispatcher, "220402008", "accusation")
	elsewhere := inTriage(t, desk, actorNamed(t, b, "win-general.220403"), actorNamed(t, b, "disp.220403"), "220403004", "help")

	refusals := map[string]error{}
	for _, master := range []string{secret, elsewhere, number(404)} {
		_, refusals[master] = commit(t, desk, dispatcher, no, "merge", form.Input{"master": master, "reason": "同一事项"})
		assert.Equal(t, refusals[secret], refusals[master], "unknown and not visible are the same")
		require.Equal(t, domain.CodeInvalid, domain.CodeOf(refusals[master]))
	}
	_, err := commit(t, desk, dispatcher, no, "merge", form.Input{"master": seen, "reason": "同一事项"})
	require.NoError(t, err, "%+v", err)
}

// TestWhoIsAccusedSeesNothing compares lists with the rule, for the people a
// restricted case is about and for those who work on it.
func TestWhoIsAccusedSeesNothing(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	no := register(t, s, day, func(c *grievance.Case) {
		c.Confidentiality, c.RespondentUnit = "C3", "220402-D-housing"
		c.Owner.User, c.RegisteredBy = "wang", "li"
		c.Offer = &grievance.Offer{Unit: "220402-C", User: "zhao", At: day}
	}).No
	for name, row := range map[string]struct {
		scope view.Scope
		sees  bool
	}{
		"owner":          {view.Scope{User: "wang"}, true},
		"registrant":     {view.Scope{User: "li"}, true},
		"offered":        {view.Scope{User: "zhao"}, true},
		"vault":          {view.Scope{City: true, Vault: true}, true},
		"vault, accused": {view.Scope{City: true, Vault: true, Posts: []string{"220402-D-housing"}}, false},
		"owner, accused": {view.Scope{User: "wang", Posts: []string{"220402-D-housing"}}, false},
		"county":         {view.Scope{Counties: []string{"220402"}}, false},
	} {
		_, err := s.Case(t.Context(), row.scope, no)
		assert.Equal(t, row.sees, err == nil, name)
	}
}

func TestNoticesOfARestrictedCaseVanish(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	no := register(t, s, day, func(c *grievance.Case) { c.Units = []string{"220402-D-housing"} }).No
	a := domain.Actor{User: "sun", Grants: []org.Grant{{Role: org.RoleDeptLiaison, Unit: "220402-D-housing"}}}
	notify(t, s, no, machine.Recipient{Role: org.RoleDeptLiaison, Unit: "220402-D-housing"})
	scope := view.Scope{User: "sun", Units: []string{"220402-D-housing"}}
	count := func(scope view.Scope) int {
		p, err := s.Notices(t.Context(), scope, a, false, "", 10)
		require.NoError(t, err)
		return len(p.Items)
	}
	require.Equal(t, 1, count(scope))
	step(t, s, no, "classified", day, func(c *grievance.Case) { c.Confidentiality = "C3" })
	assert.Equal(t, 0, count(scope))
	assert.Equal(t, 1, count(view.Scope{User: "sun", Units: scope.Units, Vault: true}))
}

// TestNamedCasesKeepStill draws pairs at random, so that locks are asked for in every order.
func TestNamedCasesKeepStill(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	nos := []string{register(t, s, day).No, register(t, s, day).No, register(t, s, day).No}
	var crowd sync.WaitGroup
	for i := range uint64(8) {
		crowd.Go(func() {
			r := rand.New(rand.NewPCG(i, 5))
			for range 10 {
				_, err := s.Change(t.Context(), activities.Write{Kind: activities.KindGrievance, No: pick(r, nos...), Seq: -1, Beside: []string{pick(r, nos...), pick(r, nos...)},
					Decide: func(cur activities.Current) (activities.Decision, error) {
						return activities.Decision{}, nil
					}})
				assert.NoError(t, err)
			}
		})
	}
	crowd.Wait()
}
