package machine

import (
	"encoding/json"
	"fmt"
	"time"

	"huajie/domain/form"
)

// Event says what happened and, in Change, what is now true. It is all a
// running case ever replays.
type Event struct {
	No         string          `json:"no"`
	Seq        int             `json:"seq"`
	Type       string          `json:"type"`           // past tense: signed_for, escalated, …
	Rule       string          `json:"rule,omitempty"` // transition of the specification: G10, J5, FR6
	At         time.Time       `json:"at"`             // effective time; for an expiry the moment it was due
	RecordedAt time.Time       `json:"recorded_at"`    // when it was decided; later than At only after an outage
	By         string          `json:"by"`             // user, petitioner or system
	Unit       string          `json:"unit,omitempty"` // unit the actor acted for
	From       State           `json:"from,omitempty"`
	To         State           `json:"to,omitempty"`
	Key        string          `json:"key,omitempty"`      // command that caused it
	Deadline   string          `json:"deadline,omitempty"` // deadline that fired
	Reason     string          `json:"reason,omitempty"`   // code of the table the rule names
	Input      form.Input      `json:"input,omitempty"`    // what the actor entered
	Rulebook   string          `json:"rulebook,omitempty"` // version it was decided under
	Change     json.RawMessage `json:"change,omitempty"`   // RFC 7386 merge patch of the state
	Notices    []Notice        `json:"notices,omitempty"`
	Exempt     string          `json:"notice_exempt,omitempty"` // why nobody is told of it (I9)
	// LateBySystem marks a firing that came late because the system was away; it
	// blames nobody (§6 item 95).
	LateBySystem bool     `json:"late_by_system,omitempty"`
	Effects      []Effect `json:"effects,omitempty"`
}

// Evolve folds one event into the state. It fails only on a gap in the
// sequence or on an event that is not of this subject.
func Evolve[S Subject](s S, fresh func() S, e Event) (S, error) {
	if no := s.GetHead().No; no != "" && no != e.No {
		return s, fmt.Errorf("event %d of %s is not of %s", e.Seq, e.No, no)
	}
	if e.Seq != s.GetHead().Seq+1 {
		return s, fmt.Errorf("event %d of %s does not follow %d", e.Seq, e.No, s.GetHead().Seq)
	}
	next := fresh()
	if err := patched(next, s, e.Change); err != nil {
		return s, fmt.Errorf("event %d of %s: %w", e.Seq, e.No, err)
	}
	next.GetHead().Seq = e.Seq
	return next, nil
}
