package workflows

import (
	"go.temporal.io/sdk/workflow"

	"huajie/activities"
	"huajie/domain/gridevent"
)

// GridEvent keeps one grid event alive from the report to the look at the place (§3.3):
//
//	reported     the platform has minutes to review it, and is reminded until it does; an
//	             emergency nobody reviews goes to whoever must act       (E1–E5, E8, E21)
//	self         the reporter has put it right: a sample is looked at    (E6, E7)
//	dispatched   the unit signs; who does not has signed, late           (E9–E11)
//	disposing    made safe, repaired, restored, each by its time; what stays late
//	             calls for a whistle, then for cards                     (E12–E14, E19)
//	feedback     the reporter goes and looks; else a colleague, else the grid leader,
//	             else the platform judges from the photos                (E15)
//	rework       what fails is done again in half the time; twice, and it becomes a
//	             matter of the centre                                    (E16–E18)
//	closed       it may come back within days and is reopened            (E20)
//
// Merged reports follow their master and hear of it by TellSignal (E5). As with
// Grievance, which of it is allowed and where it leads is decided by the rules inside
// the commit (domain/gridevent); what is folded here is only what happened.
func GridEvent(ctx workflow.Context, in GridEventInput) error {
	e, err := keep(ctx, keeper[*gridevent.Event]{
		machine: gridevent.Machine, kind: activities.KindGridEvent, no: in.No,
		state: orFresh(in.State, gridevent.Fresh), standing: caseStanding[*gridevent.Event],
	})
	if err != nil {
		return err
	}
	if err := e.fold(in.Events); err != nil {
		return err
	}
	goOn, err := e.live(ctx, gridevent.Final)
	if goOn {
		return workflow.NewContinueAsNewError(ctx, GridEventWorkflow, GridEventInput{No: e.no, State: e.state})
	}
	return err
}
