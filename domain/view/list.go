package view

import (
	"strings"
	"time"

	"huajie/domain"
	"huajie/domain/codes"
	"huajie/domain/machine"
)

// Row is one case in a list.
type Row struct {
	No             string        `json:"no"`
	Kind           string        `json:"kind"`
	State          machine.State `json:"state"`
	Level          codes.Level   `json:"level"`
	Nature         string        `json:"nature"`
	Track          codes.Track   `json:"track"`
	Category       string        `json:"category,omitempty"`
	Urgency        codes.Urgency `json:"urgency"`
	Risk           string        `json:"risk,omitempty"`
	Summary        string        `json:"summary"`
	Withheld       bool          `json:"withheld,omitempty" doc:"a sensitive matter: its words are for those named on it only"`
	County         string        `json:"county"`
	Area           string        `json:"area"`
	OwnerUnit      string        `json:"owner_unit"`
	OwnerUser      string        `json:"owner_user"`
	LeadUnit       string        `json:"lead_unit"`
	FirstResponder string        `json:"first_responder"`
	Headcount      int           `json:"headcount"`
	Supervision    string        `json:"supervision,omitempty"`
	CreatedAt      time.Time     `json:"created_at"`
	UpdatedAt      time.Time     `json:"updated_at"`
	DueAt          time.Time     `json:"due_at,omitzero" doc:"absent while no clock runs"`
	StatutoryDueAt time.Time     `json:"statutory_due_at,omitzero"`
	StepDueAt      time.Time     `json:"step_due_at,omitzero"`
	YellowAt       time.Time     `json:"-"`
	Light          Light         `json:"light"`
	Remaining      domain.Text   `json:"remaining,omitzero" doc:"what is left to due_at, in working days, or in working hours on the last one; how late it is"`
	Seq            int           `json:"seq"`
}

// Change says that a case, joint session or whistle has moved on. It carries nothing of it: who
// hears of it reads it under their own rights.
type Change struct {
	No  string
	Seq int
}

// CaseNo is the number a change is judged by: a session stands under a case, a whistle by itself.
func (c Change) CaseNo() string {
	no, _, _ := strings.Cut(c.No, "-")
	return no
}

// Filter selects and orders cases. Zero fields select everything in scope.
type Filter struct {
	Kinds          []string
	States         []string
	Levels         []string
	Units          []string // lead unit or owner unit
	Area           string   // any unit id of the tree that is an area; everything below it
	Tracks         []string
	Urgencies      []string
	Risks          []string
	Lights         []string
	Overdue        *bool
	DueBefore      time.Time
	DueAfter       time.Time
	AssignedTo     string // handler or owner
	FirstResponder string
	Awaiting       []machine.Recipient // who is asked: what waits for their signature; nil: whatever it waits for
	Supervision    []string            // reminded, yellow_card, red_card
	Bounces        int                 // given back or to another unit at least so often, and still open; 0: any
	Query          string              // case number prefix or words of the summary
	Open           *bool
	Now            time.Time // what overdue and lights are judged against
}

// Sort is an order of a list; every order is made total by the case number.
type Sort string

// The orders of a list.
const (
	ByDue     Sort = "due_at"      // earliest due first, cases without a clock last
	ByNewest  Sort = "-created_at" // newest first
	ByOldest  Sort = "created_at"
	ByUpdated Sort = "-updated_at"
)

// Page is one page of a list.
type Page struct {
	Items []Row  `json:"items"`
	Next  string `json:"next_cursor,omitempty"`
	Total *int   `json:"total,omitempty"`
}

// Cell is one cell of the overdue summary: how many overdue cases share these.
type Cell struct {
	County string      `json:"county"`
	Unit   string      `json:"unit"` // the unit that holds the clock now
	Level  codes.Level `json:"level"`
	Light  Light       `json:"light"`
	Band   string      `json:"lateness"` // "", "<1d", "1-3d", "3-7d", ">7d"
	Count  int         `json:"count"`
}

// Bands are the lateness bands of the summary, in elapsed days past due.
var Bands = []string{"<1d", "1-3d", "3-7d", ">7d"}

// LightOf is the colour at a moment.
func LightOf(due, yellow, now time.Time) Light {
	switch {
	case due.IsZero():
		return NoRun
	case !now.Before(due):
		return Red
	case !now.Before(yellow):
		return Yellow
	}
	return Green
}
