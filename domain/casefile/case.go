// Package casefile is what every kind of case has in common, whatever machine moves
// it: the card that lists, boards, scope, notices and the engine read, and the
// kinds there are. A number tells its kind by its letter (§3.0).
package casefile

import (
	"slices"
	"time"

	"huajie/domain/codes"
	"huajie/domain/machine"
)

// Case is the state of a case of any kind.
type Case interface {
	machine.Subject
	// Card says of the case what is asked of every case.
	Card() Card
}

// Card is a case as whoever does not know its kind reads it. Zero fields are what
// the kind has not, or the case not yet. It shares slices and maps with the case.
type Card struct {
	No, Kind string
	State    machine.State
	Seq      int
	Over     bool // nobody works on it any more

	// what it is about
	Nature          string
	Track           codes.Track
	Category        string
	Channel         string
	Urgency         codes.Urgency
	Risk            string
	Confidentiality string
	RespondentUnit  string // unit the matter is about
	Summary         string
	Headcount       int // persons
	Batch           string

	// where and who
	County, Area, Grid string
	Petitioner         string // person id; empty when anonymous
	Anonymous          bool
	NameUnclear        bool   // name or address unclear: no duty to write (XF §23)
	RegisteredBy       string // account of the citizen who registered it

	// who answers for it
	Owner                    Owner
	OfferedUnit, OfferedUser string // to whom a hand-over is offered
	FirstUnit                string
	FirstResponder           string
	LeadUnit                 string
	AssistUnits              []string
	Handlers                 []string
	Helpers                  []string // accounts that had a part in it otherwise, and go on seeing it
	OwningLeader             string
	Units                    []string            // every unit that ever took part
	Signers                  []machine.Recipient // who may sign for what waits for a second person
	Sessions                 []string            // numbers of the joint sessions under it, in order

	// how it stands
	Level       codes.Level
	Bounces     int    // times a unit gave it back or it was given to another
	Supervision string // none, reminded, yellow_card, red_card
	Flags       []string
	Master      string
	Followers   []string
	Origin      string // case it came out of

	// its moments; zero: not yet
	ReceivedAt, RegisteredAt, AcceptedAt, DispatchedAt, SignedAt, ClosedAt time.Time
	RepliedAt                                                              time.Time
	ReplyEvent                                                             int    // sequence of the event that holds the words of the answer
	OutcomeGrade                                                           string // of the answer
	Rating                                                                 string // by who raised it
	ClosingType                                                            string
	RulebookVersion                                                        string // version of its dispatch

	// its limits; zero: none runs
	Due          time.Time // what it is judged late by
	Yellow       time.Time // when its light turns yellow
	PolicyDue    time.Time
	StatutoryDue time.Time
	StepDue      time.Time // the next step somebody must take, beside the clocks of the whole case
	Provisional  bool      // a date rests on a year without a calendar
	Paused       bool
	HangUpUntil  time.Time
	Tasks        map[string]time.Time // earliest due date of the open tasks of each unit
}

// Owner is who answers for a case now. The unit is never empty.
type Owner struct {
	Unit string `json:"unit"`
	User string `json:"user,omitempty"`
}

// JudgedBy is the version of the rules the case is judged by: since its dispatch, that
// of then; "" for the newest.
func (c Card) JudgedBy() string {
	if c.DispatchedAt.IsZero() {
		return ""
	}
	return c.RulebookVersion
}

// JudgedAt is the moment whose policy a case is judged by: since its dispatch, that of then, so that a
// value which takes effect later is for later cases (§4, §6 item 43).
func (c Card) JudgedAt(now time.Time) time.Time {
	if c.JudgedBy() == "" {
		return now
	}
	return c.DispatchedAt
}

// StepDue is by when the next step must be taken, beside the clocks of the whole
// case, whose kinds of deadline are named; zero when nothing but these runs.
func StepDue(h *machine.Head, clocks ...string) time.Time {
	for _, d := range h.Pending() {
		if d.Duty && !slices.Contains(clocks, d.Kind) {
			return d.At
		}
	}
	return time.Time{}
}

// Signers are who may sign for the steps that wait for a second person.
func Signers(h *machine.Head) (out []machine.Recipient) {
	for _, r := range h.Requests {
		for _, to := range r.To {
			if !slices.Contains(out, to) {
				out = append(out, to)
			}
		}
	}
	return out
}
