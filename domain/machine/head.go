// Package machine is what every state machine of the product has in common: a
// table of steps, a turn in which one command is decided, deadlines that fire,
// events that say what happened and what is now true, and the fold over them.
//
// A machine is pure. Deciding takes the state, the command, the rulebook and
// the time, and answers with events or with a refusal (*domain.Error). Folding
// takes only events: a change of the rules can never alter what has happened.
package machine

import (
	"slices"
	"strings"
	"time"

	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/org"
)

// State is a state of a machine, an identifier of §3.
type State string

// Head is the part of a state that every machine needs; states embed it.
type Head struct {
	No        string              `json:"no"`
	State     State               `json:"state"`
	Seq       int                 `json:"seq"`
	Deadlines map[string]Deadline `json:"deadlines,omitempty"`
	Requests  map[string]Request  `json:"requests,omitempty"`
	Outages   []calendar.Pause    `json:"outages,omitempty"` // of the system, while a clock of this ran (§6 item 44)
}

// GetHead makes a state that embeds Head a Subject.
func (h *Head) GetHead() *Head { return h }

// Subject is the state of one thing a machine moves: a case, a joint session.
// It must be a pointer to a struct that survives a round trip through JSON.
type Subject interface{ GetHead() *Head }

// Deadline is a moment at which something happens by itself. It is absolute:
// once recorded, no later rule moves it; only an outage of the system does (Outlast), and a
// calendar that was published since (Recounted).
type Deadline struct {
	ID          string         `json:"id"`
	Kind        string         `json:"kind"` // selects what happens on expiry
	At          time.Time      `json:"at"`
	Start       time.Time      `json:"start,omitzero"`
	Limit       calendar.Limit `json:"limit,omitzero"`
	Provisional bool           `json:"provisional,omitempty"` // computed for a year without a calendar
	Duty        bool           `json:"duty,omitempty"`        // somebody must act before it; passing it means being late
	Unit        string         `json:"unit,omitempty"`        // who must act
	Ref         string         `json:"ref,omitempty"`         // the task, request or session it belongs to
	Set         time.Time      `json:"set,omitzero"`          // where it lay before an outage moved it; only without a limit of its own
}

// Pending gives the deadlines in the order they fire.
func (h *Head) Pending() []Deadline {
	out := make([]Deadline, 0, len(h.Deadlines))
	for _, d := range h.Deadlines {
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b Deadline) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}

// Next gives the deadline that fires first, if any.
func (h *Head) Next() (Deadline, bool) {
	pending := h.Pending()
	if len(pending) == 0 {
		return Deadline{}, false
	}
	return pending[0], true
}

// NextDuty gives the earliest deadline somebody must act before.
func (h *Head) NextDuty() (Deadline, bool) {
	for _, d := range h.Pending() {
		if d.Duty {
			return d, true
		}
	}
	return Deadline{}, false
}

// Request is a step that waits for its second person (§2.2 "2-eyes", or the
// signature of a leader).
type Request struct {
	ID     string     `json:"id"`
	Action string     `json:"action"`
	By     string     `json:"by"`
	Unit   string     `json:"unit,omitempty"`
	At     time.Time  `json:"at"`
	Input  form.Input `json:"input,omitempty"`
	// To is who may sign, as they were told.
	To []Recipient `json:"to,omitempty"`
}

// Notice is one message to one recipient, not yet rendered.
type Notice struct {
	N     string            `json:"n"` // N1–N20 of §3.11
	To    Recipient         `json:"to"`
	Facts map[string]string `json:"facts,omitempty"` // what the template needs beyond the case
}

// Recipient is the petitioner of a case, one user, or whoever holds a role in a unit.
type Recipient struct {
	Petitioner string   `json:"petitioner,omitempty"` // number of the case whose petitioner is meant
	User       string   `json:"user,omitempty"`
	Role       org.Role `json:"role,omitempty"`
	Unit       string   `json:"unit,omitempty"`
}

// Effect is a consequence outside the machine that decided it; the workflow
// carries it out after the events are committed.
type Effect struct {
	Kind   string     `json:"kind"` // one of the Effect… constants
	To     string     `json:"to"`   // number of the case or session concerned
	Action string     `json:"action,omitempty"`
	Input  form.Input `json:"input,omitempty"`
}

// The kinds of effect.
const (
	EffectTell         = "tell"          // give a system command to another running machine
	EffectStartCase    = "start_case"    // start the workflow of a case registered by this commit
	EffectStartSession = "start_session" // open a joint session under this case
	// EffectBlowWhistle drafts a whistle for this case (W1); To is its number, "" to draw one.
	EffectBlowWhistle = "blow_whistle"
)
