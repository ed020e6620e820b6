package workflows

import (
	"go.temporal.io/sdk/workflow"

	"huajie/activities"
	"huajie/domain/whistle"
)

// Whistle keeps one whistle alive from its draft to the end of its evaluation (§3.8):
//
//	drafted      the office of a township drafts, its leader approves; an emergency
//	             is blown first and approved afterwards                  (W1, W2)
//	blown        every unit called has its own time to respond, to report on
//	             site and to do its work; nobody leaves before            (W3–W6)
//	coordinating a unit that refuses, or stays away, is for the centre to
//	             decide about, and the director's ruling is final         (W8–W10)
//	completed    township and units assess each other                    (W7)
//
// Units move it (ActUpdate), time moves it (its earliest deadline: one of a unit, of the
// approver, of the centre), and its case hears of its end. Which of it is allowed and where
// it leads is decided by the rules inside the commit (domain/whistle: steps.go, expiry.go).
func Whistle(ctx workflow.Context, in WhistleInput) error {
	w, err := keep(ctx, keeper[*whistle.Whistle]{
		machine: whistle.Machine, kind: activities.KindWhistle, no: in.No,
		state: orFresh(in.State, whistle.Fresh), standing: whistleStanding,
	})
	if err != nil {
		return err
	}
	if err := w.fold(in.Events); err != nil {
		return err
	}
	goOn, err := w.live(ctx, whistle.Final)
	if goOn {
		return workflow.NewContinueAsNewError(ctx, WhistleWorkflow, WhistleInput{No: w.no, State: w.state})
	}
	return err
}
