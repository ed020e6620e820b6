package machine

import (
	"slices"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/org"
)

// Place is how the unit of an office must stand to the case for the office to
// count: the lead unit of the case, the county it belongs to, …
type Place string

// Who is one office that may take a step.
type Who struct {
	Role  org.Role
	Place Place
}

// As makes a Who for each role, all with the same place.
func As(place Place, roles ...org.Role) []Who {
	var out []Who
	for _, r := range roles {
		out = append(out, Who{r, place})
	}
	return out
}

// Signature is how a second person takes part in a step.
type Signature int

// The kinds of second person.
const (
	NoSignature Signature = iota
	// Countersign: a superior signs; who may sign may also take the step alone.
	Countersign
	// TwoPersons: always another person than the one who proposed it.
	TwoPersons
)

// Step is one row of a machine: what may be done, from where, by whom, with
// which inputs, and what follows.
type Step[S Subject] struct {
	Action     string // kebab case, as in the URL
	Rule       string // transition of the specification
	ZH, EN     string // label on the button
	From       []State
	Who        []Who
	Petitioner bool // the petitioner may take it with the query code
	SystemOnly bool // only time or another case takes it
	Fields     []form.Field
	// FieldsFor replaces Fields where the inputs depend on the case.
	FieldsFor func(*Turn[S]) []form.Field

	Signature Signature
	Signs     []Who                 // who may sign
	SignsFor  func(*Turn[S]) []Who  // who may sign, where it depends on the case
	Within    func(*Turn[S]) string // policy key of the time the signer has, "" for none
	Lapse     Lapse                 // what happens when nobody signs in time
	PerUnit   bool                  // every unit may have a request of its own waiting

	Guard func(*Turn[S]) error // conditions beyond state, office and form
	Do    func(*Turn[S]) error
}

// Lapse is what becomes of a request that nobody decided in time.
type Lapse int

// The two outcomes of a lapsed request.
const (
	LapseDeclines Lapse = iota
	LapseApproves
)

// wrongState is the refusal of a step the state does not allow.
func wrongState(h *Head, rule string) *domain.Error {
	return &domain.Error{Code: domain.CodeConflict, Reason: "wrong_state", Rule: rule, State: string(h.State),
		Text: domain.Text{ZH: "办件当前状态不能执行此步骤", EN: "the case is not in a state that allows this step"}}
}

func (s *Step[S]) fields(t *Turn[S]) []form.Field {
	if s.FieldsFor != nil {
		return s.FieldsFor(t)
	}
	return s.Fields
}

func (s *Step[S]) allowedFrom(state State) bool { return slices.Contains(s.From, state) }

// mayEver tells whether the actor holds an office that may take the step on
// some case; it decides between "not yours at all" and "not now".
func (s *Step[S]) mayEver(a domain.Actor) bool {
	if a.IsSystem() {
		return true
	}
	if s.SystemOnly {
		return false
	}
	if a.IsPetitioner() {
		return s.Petitioner
	}
	return slices.ContainsFunc(s.Who, func(w Who) bool { return a.Holds(w.Role) })
}

// Machine is a table of steps and what its deadlines do.
type Machine[S Subject] struct {
	Name  string
	Fresh func() S
	Steps []Step[S]
	// Types names the types of event it records, beside those every machine does.
	Types  map[string]domain.Text
	Expire map[string]func(*Turn[S], Deadline) error // by Deadline.Kind
	// Stands tells whether a grant stands to the case as the place demands.
	Stands func(t *Turn[S], g org.Grant, place Place) bool
	// Seat tells where to reach who may sign a request; without it, in the unit
	// of the proposer.
	Seat func(t *Turn[S], w Who) Recipient
}

// Step finds a row by its action.
func (m *Machine[S]) Step(action string) (*Step[S], bool) {
	for i := range m.Steps {
		if m.Steps[i].Action == action {
			return &m.Steps[i], true
		}
	}
	return nil, false
}

// Permit tells whether the state allows the action at all; it is what a
// workflow asks before it lets a command into its history.
func (m *Machine[S]) Permit(s S, action string) error {
	h := s.GetHead()
	if action == Approve || action == Decline {
		if len(h.Requests) == 0 {
			return wrongState(h, "")
		}
		return nil
	}
	step, ok := m.Step(action)
	if !ok {
		return domain.NotFound()
	}
	if !step.allowedFrom(h.State) {
		return wrongState(h, step.Rule)
	}
	return nil
}
