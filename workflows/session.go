package workflows

import (
	"go.temporal.io/sdk/workflow"

	"huajie/activities"
	"huajie/domain/joint"
)

// JointSession keeps one joint session alive (§3.5): opened under its case,
// every seat with a clock of its own, until it has concluded, failed or been
// called off. What the case must know it is told by signal.
func JointSession(ctx workflow.Context, in SessionInput) error {
	s, err := keep(ctx, keeper[*joint.Session]{
		machine: joint.Machine, kind: activities.KindSession, no: in.No, state: orFresh(in.State, joint.Fresh),
	})
	if err != nil {
		return err
	}
	if err := s.fold(in.Events); err != nil {
		return err
	}
	if s.state.Seq == 0 {
		if err := s.open(ctx, in.Opening); err != nil {
			return err
		}
	}
	goOn, err := s.live(ctx, joint.Final)
	if goOn {
		return workflow.NewContinueAsNewError(ctx, SessionWorkflow, SessionInput{No: s.no, Case: in.Case, State: s.state})
	}
	return err
}
