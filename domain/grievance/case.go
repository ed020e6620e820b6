package grievance

import (
	"time"

	"huajie/domain/calendar"
	"huajie/domain/casefile"
	"huajie/domain/codes"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/supervision"
	"huajie/domain/whistle"
)

// Case is what is true of one grievance. It holds no name, phone or address:
// the petitioner is an id, the person lives in the store.
type Case struct {
	machine.Head
	Kind string `json:"kind"` // always "grievance"

	// what it is about
	Nature          string        `json:"nature"`
	Track           codes.Track   `json:"track"`
	Category        string        `json:"category,omitempty"`
	Channel         string        `json:"channel"`
	Urgency         codes.Urgency `json:"urgency"`
	Risk            string        `json:"risk,omitempty"`
	Scale           string        `json:"scale,omitempty"`
	Confidentiality string        `json:"confidentiality"`
	RespondentUnit  string        `json:"respondent_unit,omitempty"` // unit the matter is about; barred when C3 (§6 item 13)
	Summary         string        `json:"summary"`
	Headcount       int           `json:"headcount"` // persons, kept apart from matters (R81)

	Batch string `json:"batch,omitempty"` // import or campaign the matter came with; statistics may ask for it

	// where and who
	County     string `json:"county"`
	Area       string `json:"area"` // township or street of the place of occurrence
	Grid       string `json:"grid,omitempty"`
	Petitioner string `json:"petitioner,omitempty"` // person id; empty when anonymous
	Anonymous  bool   `json:"anonymous,omitempty"`
	// RegisteredBy is the account of the citizen who registered the matter: they
	// follow it, and act on it as its petitioner.
	RegisteredBy string `json:"registered_by,omitempty"`

	// who answers for it (§4.6)
	Owner              Owner     `json:"owner"` // never empty
	FirstResponder     string    `json:"first_responder,omitempty"`
	FirstUnit          string    `json:"first_receiving_unit"`
	ReleasedAt         time.Time `json:"first_responder_released_at,omitzero"`
	Offer              *Offer    `json:"offer,omitempty"`
	SupplementAsked    bool      `json:"supplement_asked,omitempty"`
	LeadUnit           string    `json:"lead_unit,omitempty"`
	AssistUnits        []string  `json:"assist_units,omitempty"`
	Handlers           []string  `json:"handlers,omitempty"`
	OwningLeader       string    `json:"owning_leader,omitempty"`
	Units              []string  `json:"units,omitempty"` // every unit that ever took part
	Designated         []string  `json:"designated_units,omitempty"`
	Returned           []string  `json:"returned_units,omitempty"`
	AdjudicateByLeader bool      `json:"adjudicate_by_leader,omitempty"`

	// where it stands on the chain
	Level    Level                 `json:"level"`
	Stays    []Stay                `json:"levels,omitempty"`
	Tasks    map[string]Task       `json:"tasks,omitempty"`
	Sessions map[string]SessionRef `json:"sessions,omitempty"`
	Whistles whistle.Refs          `json:"whistles,omitempty"`
	Photos   []Photo               `json:"photos,omitempty"` // of the petitioner, in the order they came

	// counters
	ReturnCount    int `json:"return_count"`
	ReassignCount  int `json:"reassign_count"`
	ReworkCount    int `json:"rework_count"`
	ExtensionCount int `json:"extension_count"`
	FailedSessions int `json:"failed_sessions,omitempty"`
	FailedAttempts int `json:"failed_attempts,omitempty"`

	// the clocks
	ReceivedAt      time.Time          `json:"received_at"`
	RegisteredAt    time.Time          `json:"registered_at"`
	DispatchedAt    time.Time          `json:"dispatched_at,omitzero"` // first dispatch: the policy clock starts here (I10)
	UnitSince       time.Time          `json:"unit_since,omitzero"`    // dispatch to the present lead unit
	SignedAt        time.Time          `json:"signed_at,omitzero"`
	LateSign        bool               `json:"late_sign,omitempty"`
	AcceptedAt      time.Time          `json:"accepted_at,omitzero"`
	AcceptedDeemed  bool               `json:"accepted_deemed,omitempty"`
	ReturnUntil     time.Time          `json:"return_until,omitzero"`
	Policy          *Clock             `json:"policy_clock,omitempty"`
	Statutory       *Clock             `json:"statutory_clock,omitempty"`
	Contacts        []Contact          `json:"contacts,omitempty"`
	Attempts        int                `json:"attempts,omitempty"`
	Supervision     string             `json:"supervision,omitempty"` // none, reminded, yellow_card, red_card
	Orders          supervision.Orders `json:"supervision_orders,omitempty"`
	Flags           []string           `json:"flags,omitempty"`
	Suspension      *Suspension        `json:"suspension,omitempty"`
	Reply           *Reply             `json:"reply,omitempty"`
	Evaluation      *Evaluation        `json:"evaluation,omitempty"`
	ClosingType     string             `json:"closing_type,omitempty"`
	ClosedAt        time.Time          `json:"closed_at,omitzero"`
	Master          string             `json:"master,omitempty"`
	MergedFrom      machine.State      `json:"merged_from,omitempty"`
	Followers       []string           `json:"followers,omitempty"`
	Unsatisfied     []string           `json:"unsatisfied_followers,omitempty"` // merged cases whose petitioners reject the present answer
	MasterReplied   bool               `json:"master_replied,omitempty"`
	MasterOver      bool               `json:"master_over,omitempty"` // archived or ended otherwise: nothing more comes from it
	Origin          string             `json:"origin,omitempty"`      // case it was split from; hidden where that one is an accusation and this is not
	OriginHidden    bool               `json:"origin_hidden,omitempty"`
	DeskDue         time.Time          `json:"desk_due_at,omitzero"` // by when the front desk must have sent it on (G1, G2, G8); kept once passed
	InheritedDue    time.Time          `json:"inherited_due,omitzero"`
	Sender          *SenderRequest     `json:"sender_request,omitempty"`
	WrittenNoDuty   bool               `json:"notice_exempt,omitempty"`
	RulebookVersion string             `json:"rulebook_version,omitempty"` // version of its dispatch
}

// Fresh makes an empty case to fold events into.
func Fresh() *Case { return &Case{} }

// Owner is who answers for the case now. The unit is never empty.
type Owner = casefile.Owner

// Offer is a hand-over that waits for the other side to confirm (FR6).
type Offer struct {
	Unit string        `json:"unit"`
	User string        `json:"user,omitempty"`
	From Owner         `json:"from"`
	Back machine.State `json:"back"` // state to fall back to
	At   time.Time     `json:"at"`
}

// Clock is one running limit with its ledger.
type Clock struct {
	Start         time.Time            `json:"start"`
	Limit         calendar.Limit       `json:"limit"`
	Due           time.Time            `json:"due,omitzero"` // zero while a pause is open
	Provisional   bool                 `json:"provisional,omitempty"`
	YellowAt      time.Time            `json:"yellow_at,omitzero"`
	HeldDue       time.Time            `json:"held_due,omitzero"`          // due date as it stood when the open pause began
	AllThatIsLeft bool                 `json:"all_that_is_left,omitempty"` // L3: runs to the statutory date
	Pauses        []calendar.Pause     `json:"pauses,omitempty"`
	Extensions    []calendar.Extension `json:"extensions,omitempty"`
}

// Stay is one stay of the case on a level of the chain.
type Stay struct {
	Level   Level          `json:"level"`
	Entered time.Time      `json:"entered"`
	Left    time.Time      `json:"left,omitzero"`
	Budget  calendar.Limit `json:"budget,omitzero"`
	Due     time.Time      `json:"due,omitzero"`
	Trigger string         `json:"trigger,omitempty"` // §8.13
	Owner   Owner          `json:"owner"`
}

// Task is what one unit owes the case beside the lead: assistance, or a
// measure a joint session decided.
type Task struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind"`
	Unit      string    `json:"unit"`
	What      string    `json:"what,omitempty"`
	Due       time.Time `json:"due"`
	Mandatory bool      `json:"mandatory"`
	Session   string    `json:"session,omitempty"`
	DoneAt    time.Time `json:"done_at,omitzero"`
	Late      bool      `json:"late,omitempty"`
	Spared    bool      `json:"spared,omitempty"` // its limit passed while the system was away, or had been: never late
	Cancelled bool      `json:"cancelled,omitempty"`
}

// The kinds of task.
const (
	TaskAssist  = "assist"  // beside the unit that leads
	TaskMeasure = "measure" // of the minutes of a session
)

// Open tells whether the task still waits for its unit.
func (t Task) Open() bool { return t.DoneAt.IsZero() && !t.Cancelled }

// SessionRef is what the case knows of a joint session under it.
type SessionRef struct {
	No    string `json:"no"`
	Level Level  `json:"level"`
	State string `json:"state"`
}

// Contact is one attempt to reach the petitioner.
type Contact struct {
	At      time.Time `json:"at"`
	Method  string    `json:"method"`
	Reached bool      `json:"reached"`
	By      string    `json:"by"`
	Level   Level     `json:"level,omitempty"`
}

// Suspension is a hang-up (挂账) in force (§4.5).
type Suspension struct {
	Since    time.Time `json:"since"`
	Until    time.Time `json:"until"`
	Reason   string    `json:"reason_code"`
	ReviewBy time.Time `json:"review_by"`
	Approver string    `json:"approver"`
}

// Reply is the answer given to the petitioner. Issue date decides the unit's
// timeliness, service date the petitioner's rights (§6 item 47).
type Reply struct {
	IssuedAt     time.Time `json:"issued_at"`
	ServedAt     time.Time `json:"served_at,omitzero"`
	Method       string    `json:"service_method"`
	OutcomeGrade string    `json:"outcome_grade"`
	Opinion      string    `json:"opinion_result,omitempty"`
	By           string    `json:"by"`
	Unit         string    `json:"unit"`
	Digest       string    `json:"digest"` // of the result text, to see that a rework differs (G30)
	Event        int       `json:"event"`  // sequence of the event that holds its words
}

// Evaluation is the petitioner's rating (§8.8 satisfaction).
type Evaluation struct {
	Rating  string    `json:"rating"` // satisfied, basic, unsatisfied, unrated
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Founded string    `json:"founded,omitempty"` // "", founded, unfounded
}

// input is a shorthand for what a person entered.
type input = form.Input
