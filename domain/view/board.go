package view

import (
	"time"

	"huajie/domain/calendar"
	"huajie/domain/codes"
)

// BoardDays is how many calendar days a board looks back, today included: every month fits.
const BoardDays = 31

// Tally is how many cases of one sort were registered on one day: by kind, category and the
// level they are at now.
type Tally struct {
	Day      calendar.Date
	Kind     string
	Category string
	Level    codes.Level
	Count    int
}

// Rung is how many cases are open at one level, and how many of them are late.
type Rung struct {
	Level codes.Level
	Open  int
	Late  int
}

// Board is what a wall shows, as counts: it holds no case and nobody.
type Board struct {
	From       time.Time // midnight of the first day
	Registered []Tally
	Closed     map[calendar.Date]int
	Rungs      []Rung
}
