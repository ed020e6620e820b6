package workflows

import (
	"go.temporal.io/sdk/workflow"

	"huajie/activities"
	"huajie/domain/grievance"
)

// Grievance keeps one group demand alive from registration to archive. People
// move it (ActUpdate), time moves it (its earliest deadline), other cases
// move it (TellSignal); each is decided by the rules inside the commit, and
// what is folded here is only what happened.
func Grievance(ctx workflow.Context, in GrievanceInput) error {
	c, err := keep(ctx, keeper[*grievance.Case]{
		machine: grievance.Machine, kind: activities.KindGrievance, no: in.No,
		state: orFresh(in.State, grievance.Fresh), standing: caseStanding,
	})
	if err != nil {
		return err
	}
	if err := c.fold(in.Events); err != nil {
		return err
	}
	goOn, err := c.live(ctx, grievance.Final)
	if goOn {
		return workflow.NewContinueAsNewError(ctx, GrievanceWorkflow, GrievanceInput{No: c.no, State: c.state})
	}
	return err
}
