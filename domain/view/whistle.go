package view

import (
	"slices"
	"time"

	"huajie/domain/machine"
	"huajie/domain/whistle"
)

// SeesWhistle judges one whistle: it is seen by the township that blows it, by the county, and,
// once it is blown, by the units called. Lists apply the same rule in their query.
func (s Scope) SeesWhistle(w *whistle.Whistle) bool {
	return s.City || slices.Contains(s.Counties, w.County) || slices.Contains(s.Townships, w.Township) || slices.Contains(s.Streets, w.Township) ||
		slices.ContainsFunc(s.Units, func(u string) bool {
			_, called := w.Seats[u]
			return called && !w.BlownAt.IsZero()
		})
}

// Sight tells whether a scope sees something as it stands now.
type Sight func(Scope) bool

// WhistleRow is one whistle in a list.
type WhistleRow struct {
	No          string        `json:"no"`
	Kind        string        `json:"kind"`
	State       machine.State `json:"state"`
	Case        string        `json:"case,omitempty"`
	County      string        `json:"county"`
	Township    string        `json:"township"`
	Place       string        `json:"place"`
	Units       []string      `json:"units"`
	OwnerUnit   string        `json:"owner_unit" doc:"who has to move now"`
	Supervision string        `json:"supervision,omitempty"`
	DraftedAt   time.Time     `json:"drafted_at"`
	BlownAt     time.Time     `json:"blown_at,omitzero"`
	DueAt       time.Time     `json:"due_at,omitzero" doc:"earliest limit somebody owes a step by; absent when nobody does"`
	Overdue     bool          `json:"overdue"`
	Seq         int           `json:"seq"`
}

// WhistleFilter selects whistles. Zero fields select everything in scope.
type WhistleFilter struct {
	States   []string
	Units    []string // called
	Kinds    []string
	Township string
	Case     string
	Overdue  *bool
	Open     *bool
	Now      time.Time // what overdue is judged against
}

// WhistlePage is one page of a list.
type WhistlePage struct {
	Items []WhistleRow `json:"items"`
	Next  string       `json:"next_cursor,omitempty"`
}
