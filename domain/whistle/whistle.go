package whistle

import (
	"slices"
	"strings"
	"time"

	"huajie/domain/geo"
	"huajie/domain/machine"
)

// Stream is what a whistle calls itself beside other subjects.
const Stream = "whistle"

// Letter tells its number from that of a case (§3.0).
const Letter = "W"

// The kinds of whistle (W1).
const (
	Emergency   = "emergency"   // 应急哨
	Enforcement = "enforcement" // 联合执法哨
	KeyWork     = "key_work"    // 重点工作哨
	Routine     = "routine"     // 日常哨
)

// Kinds lists the kinds in the order of the specification.
var Kinds = []string{Emergency, Enforcement, KeyWork, Routine}

// KindLabels names every kind in both languages.
var KindLabels = map[string]Label{
	Emergency:   {"应急哨", "emergency whistle"},
	Enforcement: {"联合执法哨", "joint-enforcement whistle"},
	KeyWork:     {"重点工作哨", "key-work whistle"},
	Routine:     {"日常哨", "routine whistle"},
}

// Whistle is what is true of one whistle (§3.8, Appendix A 吹哨单).
type Whistle struct {
	machine.Head
	Kind     string `json:"kind"`
	Case     string `json:"case,omitempty"` // the case it grew out of
	County   string `json:"county"`
	Township string `json:"township"`

	Place  string     `json:"place"`
	Point  *geo.Point `json:"point,omitempty"`
	Matter string     `json:"matter"`
	Why    string     `json:"why"` // why it is beyond the township's own power

	// PlanDue is by when the work is to be done, but of an emergency, whose units have
	// so long from their arrival.
	PlanDue time.Time `json:"plan_due,omitzero"`

	Proposed    bool      `json:"proposed,omitempty"` // by a community, not taken up by the township yet
	DraftedAt   time.Time `json:"drafted_at"`
	DraftedBy   string    `json:"drafted_by"`
	DraftedUnit string    `json:"drafted_unit"`

	ApproveDue    time.Time `json:"approve_due,omitzero"`
	ApprovedAt    time.Time `json:"approved_at,omitzero"`
	ApprovedBy    string    `json:"approved_by,omitempty"`
	ApproveMissed bool      `json:"approve_missed,omitempty"` // an emergency that was not approved afterwards in time

	BlownAt time.Time `json:"blown_at,omitzero"`
	Centre  string    `json:"centre_unit"` // of the township: it blows and evaluates
	// Owner is the unit that has to move now: never empty.
	Owner       string          `json:"owner_unit"`
	Seats       map[string]Seat `json:"seats"` // by unit
	Supervision string          `json:"supervision,omitempty"`

	EvaluateDue time.Time `json:"evaluate_due,omitzero"`
	EndedAt     time.Time `json:"ended_at,omitzero"`
}

// Fresh makes an empty whistle to fold events into.
func Fresh() *Whistle { return &Whistle{} }

// Seat is the place of one unit at a whistle, with clocks of its own. A late mark stays
// even when the unit acts after it.
type Seat struct {
	Unit  string        `json:"unit"`
	State machine.State `json:"state"`
	// External is a vertical or enterprise unit, which the county can give no card to:
	// what it leaves undone is taken up with its superior (§6 item 33).
	External bool      `json:"external,omitempty"`
	CalledAt time.Time `json:"called_at,omitzero"`

	RespondDue  time.Time `json:"respond_due,omitzero"`
	RespondedAt time.Time `json:"responded_at,omitzero"`
	RespondedBy string    `json:"responded_by,omitempty"`
	RespondLate bool      `json:"respond_late,omitempty"`

	ArriveDue  time.Time  `json:"arrive_due,omitzero"`
	ArrivedAt  time.Time  `json:"arrived_at,omitzero"`
	ArrivedBy  string     `json:"arrived_by,omitempty"`
	ArrivedHow string     `json:"arrived_how,omitempty"` // ByGPS, ByCode
	ArrivedPt  *geo.Point `json:"arrived_point,omitempty"`
	ArriveLate bool       `json:"arrive_late,omitempty"`

	WorkDue   time.Time `json:"work_due,omitzero"` // before arrival: only if a decision named it
	StartedAt time.Time `json:"started_at,omitzero"`
	DoneAt    time.Time `json:"done_at,omitzero"`
	DoneBy    string    `json:"done_by,omitempty"`
	Result    string    `json:"result,omitempty"`
	Photos    []Photo   `json:"photos,omitempty"`
	WorkLate  bool      `json:"work_late,omitempty"`
	Returns   int       `json:"returns,omitempty"` // results the township did not accept

	Refusal       *Refusal  `json:"refusal,omitempty"`
	CoordinateDue time.Time `json:"coordinate_due,omitzero"`
	Ruling        *Ruling   `json:"ruling,omitempty"`
	Bound         bool      `json:"bound,omitempty"` // ruled to come: may not refuse again
	EndedAt       time.Time `json:"ended_at,omitzero"`

	// Spared says that a limit passed while the system was away: until the unit acts
	// or is called anew, no card is given for what it left undone.
	Spared bool `json:"spared,omitempty"`

	Evaluation *Evaluation `json:"evaluation,omitempty"`
	Counter    *Counter    `json:"counter_evaluation,omitempty"`
	Cards      []Card      `json:"cards,omitempty"`
}

// How a unit proved to be on site (W5).
const (
	ByGPS  = "gps"  // by its position
	ByCode = "code" // by the code the township shows there
)

// The grounds of a refusal (W8). Ungrounded is none: a refusal to report.
const (
	NotItsPower = "not_its_power" // (a) not its power by law
	AlreadyDone = "already_done"  // (b) the same matter is being done already
	NoCapacity  = "no_capacity"   // (c) bound by an emergency elsewhere
	Ungrounded  = "other"
)

// Refusal is why a unit would not come, and who signed that.
type Refusal struct {
	Ground   string    `json:"ground"`
	By       string    `json:"by"`
	SignedBy string    `json:"signed_by"` // leader of the department
	At       time.Time `json:"at"`
}

// Ruling is what the centre decided about a unit (W9).
type Ruling struct {
	Outcome     string    `json:"outcome"`
	Replacement string    `json:"replacement,omitempty"`
	By          string    `json:"by"`
	At          time.Time `json:"at"`
}

// Evaluation is what the township thinks of a unit, 1–5 each (W7).
type Evaluation struct {
	Arrival  int       `json:"arrival"`
	Attitude int       `json:"attitude"`
	Result   int       `json:"result"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

// Counter is what a unit thinks of the whistle (W7: both sides are assessed).
type Counter struct {
	Proper bool      `json:"proper"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// Card is a supervision card given to a unit (W10, §4.7).
type Card struct {
	Kind  string    `json:"kind"`  // YellowCard, RedCard
	Cause string    `json:"cause"` // of the table supervision_cause (§8.14)
	At    time.Time `json:"at"`
}

// Open tells whether the unit still owes something.
func (s Seat) Open() bool { return s.EndedAt.IsZero() && s.State != Completed }

// Present tells whether the unit has been on site.
func (s Seat) Present() bool { return !s.ArrivedAt.IsZero() }

// Due is when the unit must have taken its next step; zero when it owes none.
func (s Seat) Due() time.Time {
	switch s.State {
	case Blown:
		return s.RespondDue
	case Responded:
		return s.ArriveDue
	case Arrived, Working:
		return s.WorkDue
	case Coordinating:
		return s.CoordinateDue
	}
	return time.Time{}
}

// Seated lists the seats by unit.
func (w *Whistle) Seated() []Seat {
	out := make([]Seat, 0, len(w.Seats))
	for _, s := range w.Seats {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Seat) int { return strings.Compare(a.Unit, b.Unit) })
	return out
}

// Units lists the units with a seat.
func (w *Whistle) Units() []string {
	var out []string
	for _, s := range w.Seated() {
		out = append(out, s.Unit)
	}
	return out
}

// wanted counts the units the township wants: one that comes instead of another is the
// centre's choice.
func (w *Whistle) wanted() int {
	n := len(w.Seats)
	for _, s := range w.Seats {
		if s.Ruling != nil && s.Ruling.Replacement != "" {
			n--
		}
	}
	return n
}

func (w *Whistle) emergency() bool { return w.Kind == Emergency }
