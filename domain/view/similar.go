package view

import (
	"time"

	"huajie/domain/calendar"
	"huajie/domain/machine"
	"huajie/domain/policy"
)

// Relation is how an earlier case of the same person stands to a new one (§4.9).
type Relation string

// The relations of §4.9 duplicate.window and repeat.petition.
const (
	Duplicate Relation = "duplicate" // same person, category and place, not answered yet: candidates to merge
	Urge      Relation = "urge"      // the same before its reply, outside the window: the person presses
	Repeat    Relation = "repeat"    // the same after its reply
)

// Earlier is a case of the same person in scope.
type Earlier struct {
	No        string
	State     machine.State
	Open      bool
	Category  string
	Area      string
	Merged    bool
	CreatedAt time.Time
	RepliedAt time.Time
}

// Similar is an earlier case with how it stands to the present one.
type Similar struct {
	No        string        `json:"no"`
	State     machine.State `json:"state"`
	Relation  Relation      `json:"relation"`
	CreatedAt time.Time     `json:"created_at"`
	RepliedAt time.Time     `json:"replied_at,omitzero"`
	Mergeable bool          `json:"mergeable" doc:"may be the master of a merge"`
}

// Precedent is a ruling on whose duty a matter is, remembered for matters of its
// category (§4.4 adjudicate.effect).
type Precedent struct {
	No         string    `json:"no"`
	At         time.Time `json:"at"`
	LeadUnit   string    `json:"lead_unit"`
	LeadZH     string    `json:"lead_zh"`
	LeadEN     string    `json:"lead_en"`
	Decision   string    `json:"decision"`
	LegalBasis string    `json:"legal_basis"`
}

// Relate tells how an earlier case stands to a matter of a category in a place that
// came in at a moment; ok is false for another matter, or one too long ago.
func Relate(e Earlier, category, area string, at time.Time, pol policy.Set, cal *calendar.Calendar) (Similar, bool) {
	s := Similar{No: e.No, State: e.State, CreatedAt: e.CreatedAt, RepliedAt: e.RepliedAt}
	if e.Category != category || category == "" || e.Area != area {
		return s, false
	}
	since := func(key string) time.Time { return cal.Before(at, pol.Limit(key)) }
	switch {
	case !e.RepliedAt.IsZero():
		s.Relation = Repeat
		return s, e.RepliedAt.After(since("repeat.window"))
	case !e.Open:
		return s, false // it ended without an answer: there is nothing to repeat or to press for
	case e.CreatedAt.After(since("duplicate.window")):
		s.Relation = Duplicate
		s.Mergeable = !e.Merged
	default:
		s.Relation = Urge
	}
	return s, true
}
