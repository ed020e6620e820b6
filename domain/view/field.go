package view

import (
	"time"

	"huajie/domain/patrol"
)

// Leave is an absence as it was asked for and decided (§4.10 patrol.exempt).
type Leave struct {
	ID        int64
	Member    string
	Away      patrol.Away
	Reason    string
	Client    string
	AskedBy   string
	AskedAt   time.Time
	Approved  *bool // nil: waits for a decision
	DecidedBy string
	DecidedAt time.Time
	Note      string
}

// Exemption is a time in which nobody of an area is asked to walk.
type Exemption struct {
	ID          int64
	Area        string
	Away        patrol.Away
	Reason      string
	Client      string
	DeclaredBy  string
	DeclaredAt  time.Time
	WithdrawnBy string
	WithdrawnAt time.Time // zero: it holds
}

// Device is a program that may send the points of a member.
type Device struct {
	ID        int64
	Label     string
	CreatedAt time.Time
	RevokedAt time.Time // zero: its token is good
}

// TrackRead is that somebody looked at the track of another.
type TrackRead struct {
	Reader string
	Day    string
	Reason string
	At     time.Time
}

// MemberFilter selects grid members and the days they are measured on.
type MemberFilter struct {
	Area     string // "" for all the caller oversees
	From, To string // days, both included
}
