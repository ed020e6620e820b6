package workflows

import (
	"time"

	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
)

// TaskQueue is where the workers of cases and sessions listen.
const TaskQueue = "huajie-cases"

// Names on the wire. Histories own them: they never change.
const (
	GrievanceWorkflow = "Grievance"
	SessionWorkflow   = "JointSession"

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

// GrievanceID is the workflow ID of a case.
func GrievanceID(no string) string { return "grievance/" + no }

// SessionID is the workflow ID of a joint session.
func SessionID(no string) string { return "joint/" + no }

// GrievanceInput starts or continues the workflow of a case: State carries what
// was folded before a continue-as-new, Events what the ledger holds beyond it.
type GrievanceInput struct {
	No     string          `json:"no"`
	State  *grievance.Case `json:"state,omitempty"`
	Events []machine.Event `json:"events,omitempty"`
}

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
