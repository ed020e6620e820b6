package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"huajie/domain/calendar"
	"huajie/domain/grievance"
)

// lying is a case that lies with a unit until a date.
func lying() *grievance.Case {
	c := grievance.Fresh()
	c.County, c.Area, c.Owner.Unit, c.Level, c.State = "220402", "220402008", "220402-D11", grievance.L1, grievance.Dispatched
	c.DeskDue = time.Date(2026, 3, 9, 17, 0, 0, 0, calendar.Zone)
	return c
}

// shownAs applies updates to what was shown and gives the values by name.
func shownAs(updates ...temporal.SearchAttributeUpdate) map[string]any {
	out := map[string]any{}
	for k, v := range temporal.NewSearchAttributes(updates...).GetUntypedValues() {
		out[k.GetName()] = v
	}
	return out
}

func TestAStepThatMovesNothingIsNotShown(t *testing.T) {
	t.Parallel()
	before, after := lying(), lying()
	after.State, after.Owner.User = grievance.Signed, "liaison.220402-D11"
	require.Empty(t, caseStanding(after).since(caseStanding(before)))
	after.Owner.Unit = "220402-C"
	require.Equal(t, map[string]any{"HuajieUnit": "220402-C"}, shownAs(caseStanding(after).since(caseStanding(before))...))
}

func TestASealedCaseTakesBackWhatItHasShown(t *testing.T) {
	t.Parallel()
	before, after := lying(), lying()
	after.Confidentiality = "C3"
	updates := caseStanding(after).since(caseStanding(before))
	require.Equal(t, map[string]any{"HuajieState": "sealed"}, shownAs(updates...))
	require.Len(t, updates, 6, "county, area, unit, level and date are unset")
	sealed := CaseAttributes(after)
	require.Equal(t, 1, sealed.Size())
}

// TestWhatTheStartHasShownIsKnown: nothing is written a second time.
func TestWhatTheStartHasShownIsKnown(t *testing.T) {
	t.Parallel()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	require.NoError(t, env.SetTypedSearchAttributesOnStart(CaseAttributes(lying())))
	env.ExecuteWorkflow(func(ctx workflow.Context) (int, error) {
		return len(caseStanding(lying()).since(shownAtStart(ctx))), nil
	})
	var again int
	require.NoError(t, env.GetWorkflowResult(&again))
	require.Zero(t, again)
}
