package joint

import (
	"slices"
	"strings"
	"time"

	"huajie/domain/codes"
	"huajie/domain/machine"
)

// Kind is what a session calls itself beside other subjects.
const Kind = "joint_session"

// Session is what is true of one joint session (§3.5). Opinions and minutes are
// kept with their events; the state knows when they were given and where they are.
type Session struct {
	machine.Head
	Kind   string      `json:"kind"` // always Kind
	Case   string      `json:"case"`
	County string      `json:"county"`
	Level  codes.Level `json:"level"`
	Risk   string      `json:"risk,omitempty"`

	Chair     string `json:"chair"` // user who chairs
	ChairUnit string `json:"chair_unit"`

	Purpose           string `json:"purpose"`
	Agenda            string `json:"agenda,omitempty"`
	Materials         string `json:"materials,omitempty"`
	Experts           string `json:"experts,omitempty"`
	Room              string `json:"room"`
	PetitionerAttends bool   `json:"petitioner_attends,omitempty"`

	OpenedAt   time.Time `json:"opened_at"`
	HeldAt     time.Time `json:"held_at"` // when it is to meet
	NotifiedAt time.Time `json:"notified_at,omitzero"`
	Round      int       `json:"round"` // 1, and one more for every adjournment

	// Barred is the unit an accusation is about: neither it nor a unit under it may
	// be named here. It serves the rules only and is shown to nobody.
	Barred string `json:"barred_unit,omitempty" hidden:"true"`

	LeadUnit string          `json:"lead_unit"`
	Seats    map[string]Seat `json:"seats"` // by unit

	Minutes       *Minutes  `json:"minutes,omitempty"`
	LeadUnitFinal string    `json:"lead_unit_final,omitempty"`
	Measures      []Measure `json:"measures,omitempty"`
	EndedAt       time.Time `json:"ended_at,omitzero"`
}

// Fresh makes an empty session to fold events into.
func Fresh() *Session { return &Session{} }

// The roles of a seat.
const (
	RoleLead   = "lead"
	RoleAssist = "assist"
)

// How a unit attended (J3).
const (
	Attended = "attended" // a person with the power to decide
	Proxy    = "proxy"    // a proxy with a letter
	Excused  = "excused"  // leave granted by the chair
	Absent   = "absent"   // without leave
)

// Seat is the place of one unit in the session: its task, with clocks of its
// own. A late mark stays even when the unit acts after it, until the next
// meeting begins a new count.
type Seat struct {
	Unit string `json:"unit"`
	Role string `json:"role"` // RoleLead, RoleAssist

	NotifiedAt time.Time `json:"notified_at,omitzero"`
	AckDue     time.Time `json:"ack_due,omitzero"`
	AckedAt    time.Time `json:"acked_at,omitzero"`
	AckedBy    string    `json:"acked_by,omitempty"`
	AckLate    bool      `json:"ack_late,omitempty"`

	Attendance  string `json:"attendance,omitempty"`
	Attendee    string `json:"attendee,omitempty"`
	ProxyLetter string `json:"proxy_letter,omitempty"`
	Absences    int    `json:"absences,omitempty"` // meetings missed without leave, over all rounds

	OpinionDue   time.Time `json:"opinion_due,omitzero"`
	OpinionAt    time.Time `json:"opinion_at,omitzero"`
	OpinionEvent int       `json:"opinion_event,omitempty"` // sequence of the event with its words
	OpinionLate  bool      `json:"opinion_late,omitempty"`

	SignDue  time.Time `json:"sign_due,omitzero"`
	SignedAt time.Time `json:"signed_at,omitzero"`
	SignedBy string    `json:"signed_by,omitempty"`
	SignLate bool      `json:"sign_late,omitempty"`

	// Spared says that a limit passed while the system was away: the session goes
	// on without the unit, and none of its late marks counts against it.
	Spared bool `json:"spared,omitempty"`
}

// Present tells whether the unit sat at the table, in person or by proxy.
func (s Seat) Present() bool { return s.Attendance == Attended || s.Attendance == Proxy }

// Heard tells whether the unit has said what it thinks, or let its time for it pass.
func (s Seat) Heard() bool { return !s.OpinionAt.IsZero() || s.OpinionLate }

// signs tells whether the minutes need the unit's signature: all who were
// there, and the lead unit in any case.
func (s Seat) signs() bool { return s.Present() || s.Role == RoleLead }

// signed tells whether the unit has signed, or let its time for it pass.
func (s Seat) signed() bool { return !s.SignedAt.IsZero() || s.SignLate }

// Minutes is the record of the meeting (J4).
type Minutes struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"`
	Event int       `json:"event"` // sequence of the event with its words
}

// Measure is one thing a unit must do because the session decided so (J5).
type Measure struct {
	Executor string `json:"executor"`
	What     string `json:"what"`
	Due      string `json:"due"` // date
	Optional bool   `json:"optional,omitempty"`
}

// Seated lists the seats, the lead first.
func (s *Session) Seated() []Seat {
	out := make([]Seat, 0, len(s.Seats))
	for _, seat := range s.Seats {
		out = append(out, seat)
	}
	slices.SortFunc(out, func(a, b Seat) int {
		if a.Role != b.Role {
			return strings.Compare(b.Role, a.Role) // lead before assist
		}
		return strings.Compare(a.Unit, b.Unit)
	})
	return out
}

// Units lists the units with a seat, the lead first.
func (s *Session) Units() []string {
	var out []string
	for _, seat := range s.Seated() {
		out = append(out, seat.Unit)
	}
	return out
}

// accounted tells whether it is on record of every unit how it attended.
func (s *Session) accounted() bool {
	for _, seat := range s.Seats {
		if seat.Attendance == "" {
			return false
		}
	}
	return true
}

func (s *Session) red() bool { return s.Risk == string(codes.RiskRed) }
