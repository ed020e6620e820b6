package workflows

import (
	"time"

	"huajie/domain/gridevent"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/whistle"
)

// TaskQueue is where the workers of cases and sessions listen.
const TaskQueue = "huajie-cases"

// Names on the wire. Histories own them: they never change.
const (
	GrievanceWorkflow = "Grievance"
	GridEventWorkflow = "GridEvent"
	SessionWorkflow   = "JointSession"
	WhistleWorkflow   = "Whistle"

	// ActUpdate takes one step. It is an update, not a signal, because the
	// officer who acts must see the answer or the refusal. Its update ID is
	// the key of the command.
	ActUpdate = "act"
	// TellSignal brings the consequence of another case or session. It is a
	// signal because nobody waits for the answer.
	TellSignal = "tell"
	// StateQuery answers the folded state.
	StateQuery = "state"

	// CommitActivity decides and writes one step; it runs as a local activity.
	CommitActivity = "Commit"
	// OpenActivity writes the first events of a joint session; local as well.
	OpenActivity = "OpenSession"
	// DeliverActivity carries a consequence to another workflow.
	DeliverActivity = "Deliver"
)

// CaseInput starts or continues the workflow of a case or whistle: State carries what
// was folded before a continue-as-new, Events what the ledger holds beyond it. C is the
// type of its states to the workflow, and a wider one to those who start or read
// workflows of any kind; all are one on the wire.
type CaseInput[C machine.Subject] struct {
	No     string          `json:"no"`
	State  C               `json:"state,omitempty"`
	Events []machine.Event `json:"events,omitempty"`
}

// AnyCaseInput is what whoever starts workflows of cases and whistles gives them.
type AnyCaseInput = CaseInput[machine.Subject]

// GrievanceInput is what Grievance takes.
type GrievanceInput = CaseInput[*grievance.Case]

// GridEventInput is what GridEvent takes.
type GridEventInput = CaseInput[*gridevent.Event]

// WhistleInput is what Whistle takes.
type WhistleInput = CaseInput[*whistle.Whistle]

// SessionInput starts or continues the workflow of a joint session. A new
// session has only Opening, the inputs of J1, and the case it stands under.
type SessionInput struct {
	No      string          `json:"no"`
	Case    string          `json:"case"`
	Opening machine.Command `json:"opening,omitzero"`
	State   *joint.Session  `json:"state,omitempty"`
	Events  []machine.Event `json:"events,omitempty"`
}

// ActResult is the answer to ActUpdate: where the subject stands after the step.
type ActResult struct {
	No    string        `json:"no"`
	Seq   int           `json:"seq"`
	State machine.State `json:"state"`
}

// TellInput is the payload of TellSignal.
type TellInput struct {
	From    string          `json:"from"`
	Command machine.Command `json:"command"`
}

// OpenInput asks OpenActivity to write the first events of a session.
type OpenInput struct {
	No      string          `json:"no"`
	Opening machine.Command `json:"opening"`
	At      time.Time       `json:"at"`
}

// DeliverInput asks DeliverActivity to carry out one effect.
type DeliverInput struct {
	From   string         `json:"from"`
	Key    string         `json:"key"`
	Effect machine.Effect `json:"effect"`
}

// orFresh takes the state a run continues with, or an empty one.
func orFresh[T any](state *T, fresh func() *T) *T {
	if state == nil {
		return fresh()
	}
	return state
}
