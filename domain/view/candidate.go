package view

import (
	"time"

	"huajie/domain/geo"
	"huajie/domain/machine"
)

// Candidate is an event that another report may be the double of (E5).
type Candidate struct {
	No        string        `json:"no"`
	State     machine.State `json:"state"`
	Summary   string        `json:"summary"`
	CreatedAt time.Time     `json:"created_at"`
	Location  geo.Point     `json:"location"`
	Metres    int           `json:"metres" doc:"between the two places"`
	Followers int           `json:"followers" doc:"reports merged into it already"`
}

// Near is where and when something was reported, and of what kind.
type Near struct {
	Category string
	Place    geo.Point
	Metres   int       // around it
	From, To time.Time // both included
}
