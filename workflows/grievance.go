package workflows

import (
	"go.temporal.io/sdk/workflow"

	"huajie/activities"
	"huajie/domain/grievance"
)

// Grievance keeps one group demand alive from registration to archive (§3.1):
//
//	registered   the front desk has minutes to look at it and hours to send it on;
//	             what nobody sends on, the duty catalogue assigns        (G1–G9)
//	L0 local     township or community answers, or reports up            (G7, G26, G27)
//	L1 unit      the unit with the authority signs, handles, answers; it may
//	             return once, and a second return is adjudicated         (G10–G21)
//	L2 joint     the centre convenes the units in joint sessions         (G9, G21–G23)
//	L3 leader    a named county leader decides                           (G23, G24, G39)
//	replied      the petitioner rates it; founded complaints come back
//	             as rework, and twice lifts the case                     (G28–G32)
//	closed       it may be reopened for a while, then it is archived     (G35, G36)
//
// On every level the same things happen, so there is one loop for all of them:
// people move the case (ActUpdate), time moves it (its earliest deadline: a limit,
// a warning, the way up), other cases and joint sessions move it (TellSignal).
// Which of it is allowed and where it leads is decided by the rules inside the
// commit (domain/grievance: steps.go has every transition, chain.go the levels);
// what is folded here is only what happened.
func Grievance(ctx workflow.Context, in GrievanceInput) error {
	c, err := keep(ctx, keeper[*grievance.Case]{
		machine: grievance.Machine, kind: activities.KindGrievance, no: in.No,
		state: orFresh(in.State, grievance.Fresh), standing: caseStanding[*grievance.Case],
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
