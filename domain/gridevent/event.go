package gridevent

import (
	"slices"
	"time"

	"huajie/domain/calendar"
	"huajie/domain/casefile"
	"huajie/domain/catalogue"
	"huajie/domain/codes"
	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/geo"
	"huajie/domain/machine"
	"huajie/domain/supervision"
	"huajie/domain/whistle"
)

// Event is what is true of one grid event. It holds no name, phone or address of
// a citizen: the person lives in the store.
type Event struct {
	machine.Head
	Kind string `json:"kind"` // always Kind

	// what it is
	Category        string        `json:"category"`
	Urgency         codes.Urgency `json:"urgency"`
	Summary         string        `json:"summary"`
	Channel         string        `json:"channel"`
	Confidentiality string        `json:"confidentiality"`
	Batch           string        `json:"batch,omitempty"`
	Trivial         bool          `json:"trivial,omitempty"` // counts little towards the reporter's week (§6 item 75)
	Call            *Call         `json:"call,omitempty"`    // 110, 119 or 120 were called (E21)

	// where it is
	County   string    `json:"county"`
	Area     string    `json:"area"` // township or street
	Grid     string    `json:"grid,omitempty"`
	Place    geo.Point `json:"place"`
	Accuracy float64   `json:"accuracy,omitempty"` // metres
	Spot     string    `json:"spot,omitempty"`     // in words

	GridRuling *GridRuling `json:"grid_ruling,omitempty"` // whose it is, where that was in doubt

	// who saw it
	Reporter     string        `json:"reporter,omitempty"`      // account of an officer or citizen
	Petitioner   string        `json:"petitioner,omitempty"`    // person id, of a citizen without an account
	ByCitizen    bool          `json:"by_citizen,omitempty"`    // who is told by telephone, and does not verify
	Anonymous    bool          `json:"anonymous,omitempty"`     // nobody to tell
	FirstUnit    string        `json:"first_receiving_unit"`    // the desk that reviews
	OccurredAt   time.Time     `json:"occurred_at,omitzero"`    // as the reporter tells
	FoundAt      time.Time     `json:"found_at"`                // by the phone; earlier than ReportedAt when there was no line
	ReportedAt   time.Time     `json:"reported_at"`             // when it came in
	Photos       []Photo       `json:"photos,omitempty"`        // every photo, in the order they came
	PhotosDue    time.Time     `json:"photos_due_at,omitzero"`  // missing photos of an emergency
	Asked        string        `json:"asked,omitempty"`         // what the reviewer lacks (E3)
	Rejected     string        `json:"rejected,omitempty"`      // code of event_rejection
	Self         *Disposal     `json:"self_disposal,omitempty"` // by the reporter (E6)
	Sampled      bool          `json:"sampled,omitempty"`       // the self-disposal is to be looked at (E7)
	Suggested    string        `json:"suggested_unit,omitempty"`
	Due          time.Time     `json:"due_at,omitzero"`    // of the hand-over that is due now; kept once passed
	YellowAt     time.Time     `json:"yellow_at,omitzero"` // when little of it is left
	Owner        Owner         `json:"owner"`              // never empty
	LeadUnit     string        `json:"lead_unit,omitempty"`
	Handlers     []string      `json:"handlers,omitempty"`
	Units        []string      `json:"units,omitempty"` // every unit that ever took part
	Returned     []string      `json:"returned_units,omitempty"`
	Requirements string        `json:"requirements,omitempty"`
	Before       machine.State `json:"before,omitempty"` // state a return or hang-up goes back to

	// how it is put right
	DispatchedAt time.Time        `json:"dispatched_at,omitzero"` // the limits of all stages count from here (I10)
	UnitSince    time.Time        `json:"unit_since,omitzero"`    // when the unit got it
	ReturnUntil  time.Time        `json:"return_until,omitzero"`
	SignedAt     time.Time        `json:"signed_at,omitzero"`
	LateSign     bool             `json:"late_sign,omitempty"`
	Stages       []Stage          `json:"stages,omitempty"`
	Pauses       []calendar.Pause `json:"pauses,omitempty"`
	Suspension   *Suspension      `json:"suspension,omitempty"`
	Disposal     *Disposal        `json:"disposal,omitempty"`  // as it stands
	Disposers    []string         `json:"disposers,omitempty"` // whoever put a hand to it never verifies (I5)

	// whether it is right
	Verifier     string        `json:"verifier,omitempty"`
	VerifyStage  string        `json:"verify_stage,omitempty"` // member, leader, desk
	Verification *Verification `json:"verification,omitempty"` // the last
	Looks        []Look        `json:"looks,omitempty"`        // every turn to go and look
	ReworkCount  int           `json:"rework_count"`
	ReworkLimit  time.Time     `json:"rework_due_at,omitzero"`
	Rating       *Rating       `json:"rating,omitempty"`
	ClosedAt     time.Time     `json:"closed_at,omitzero"`
	ClosingType  string        `json:"closing_type,omitempty"`
	Converted    string        `json:"converted_to,omitempty"` // number of the case or whistle it became
	RootCause    *RootCause    `json:"root_cause,omitempty"`

	Whistles whistle.Refs `json:"whistles,omitempty"` // that grew out of it

	// one event, many voices
	Master     string   `json:"master,omitempty"`
	MasterOver bool     `json:"master_over,omitempty"` // its answer is final
	Followers  []string `json:"followers,omitempty"`

	ReturnCount     int                `json:"return_count"`
	Supervision     string             `json:"supervision,omitempty"`
	Orders          supervision.Orders `json:"supervision_orders,omitempty"`
	Flags           []string           `json:"flags,omitempty"`
	RulebookVersion string             `json:"rulebook_version,omitempty"` // of its dispatch
}

// Kind is what an event calls itself beside other cases.
const Kind = casefile.KindGridEvent

// Fresh makes an empty event to fold into.
func Fresh() *Event { return &Event{} }

// Owner is who answers for the event now. The unit is never empty.
type Owner = casefile.Owner

// Photo is a photo attached to the event.
type Photo struct {
	ID      string           `json:"id"`
	Purpose evidence.Purpose `json:"purpose"`
	By      string           `json:"by,omitempty"`
	At      time.Time        `json:"at"`
	Flags   []string         `json:"flags,omitempty"` // codes of evidence.Flag
	// Withheld says that nobody is shown it any more.
	Withheld *Withheld `json:"withheld,omitempty"`
}

// Call says who was called by telephone.
type Call struct {
	Number string    `json:"number"`
	At     time.Time `json:"at"`
	By     string    `json:"by"`
}

// Stage is one stage of the disposal (E13), with a limit from dispatch.
type Stage struct {
	ID    catalogue.StageID `json:"id"`
	ZH    string            `json:"zh"`
	EN    string            `json:"en"`
	Limit calendar.Limit    `json:"limit"`
	Due   time.Time         `json:"due_at"`
	// Provisional: it rests on a year without a calendar.
	Provisional bool      `json:"provisional,omitempty"`
	DoneAt      time.Time `json:"done_at,omitzero"`
	By          string    `json:"by,omitempty"`
	Late        bool      `json:"late,omitempty"`
	Spared      bool      `json:"spared,omitempty"` // its limit passed while the system was away: never late
}

// Disposal is what was done about it; the words are kept with their event.
type Disposal struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"`
	Unit  string    `json:"unit,omitempty"`
	Event int       `json:"event"` // sequence of the event with the words
}

// Verification is a visit to the place (E15, E16).
type Verification struct {
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Passed  bool      `json:"passed"`
	Score   int       `json:"score,omitempty"`
	Metres  int       `json:"metres"` // from the event
	OnSpot  bool      `json:"on_the_spot"`
	OnTime  bool      `json:"on_time"`
	Comment bool      `json:"commented,omitempty"`
}

// Look is one turn to go to the place: it was done, passed on, or let pass.
type Look struct {
	By     string    `json:"by"`
	Due    time.Time `json:"due_at"`
	DoneAt time.Time `json:"done_at,omitzero"`
	Passed bool      `json:"passed_on,omitempty"` // somebody else went
}

// Rating is what the reporter thinks of the answer.
type Rating struct {
	At    time.Time `json:"at"`
	Score int       `json:"score"`
}

// Suspension is a hang-up in force (E19).
type Suspension struct {
	Since  time.Time `json:"since"`
	Until  time.Time `json:"until"`
	Reason string    `json:"reason_code"`
}

// RootCause is the task that follows when the same comes back again and again
// (§6 item 81).
type RootCause struct {
	Unit     string    `json:"unit"`
	Earlier  []string  `json:"earlier"` // events before this one
	OpenedAt time.Time `json:"opened_at"`
	Due      time.Time `json:"due_at"`
	DoneAt   time.Time `json:"done_at,omitzero"`
}

// How an event was closed.
const (
	ClosedVerified   = "verified"   // seen on the spot
	ClosedUnverified = "unverified" // from photos, or by time; does not count as verified (I12)
	ClosedSelf       = "self"       // put right by the reporter, looked at
	ClosedUnchecked  = "unchecked"  // put right by the reporter, not looked at
)

// stage gives the first stage that is not done.
func (c *Event) stage() *Stage {
	for i := range c.Stages {
		if c.Stages[i].DoneAt.IsZero() {
			return &c.Stages[i]
		}
	}
	return nil
}

// joins notes that units take part.
func (c *Event) joins(units ...string) {
	for _, u := range units {
		if u != "" && !slices.Contains(c.Units, u) {
			c.Units = append(c.Units, u)
		}
	}
}

// owns hands the event to an owner.
func (c *Event) owns(o Owner) {
	c.Owner = o
	c.joins(o.Unit)
}

// disposedBy notes who had a hand in it.
func (c *Event) disposedBy(user string) {
	if user != "" && !slices.Contains(c.Disposers, user) {
		c.Disposers = append(c.Disposers, user)
	}
}

func (c *Event) flag(f string) {
	if !slices.Contains(c.Flags, f) {
		c.Flags = append(c.Flags, f)
	}
}

// emergency tells whether people are in danger now.
func (c *Event) emergency() bool { return c.Urgency == codes.UrgencyEmergency }

// input is a shorthand for what a person entered.
type input = form.Input
