package org

import (
	"slices"
	"time"
)

// Rota lists the county leaders in the order of their weeks.
func (t *Tree) Rota(county string) []string { return slices.Clone(t.rota[county]) }

// shanghai is China Standard Time; there is no daylight saving (§4.1 time.zone).
var shanghai = time.FixedZone("CST", 8*60*60)

// rotaStart is a Monday, so that weeks change at Monday 00:00.
var rotaStart = time.Date(2018, time.January, 1, 0, 0, 0, 0, shanghai)

// LeaderOnRota is the county leader whose week it is: the default owner at L3
// when nobody has been named (G23). Weeks turn on Monday 00:00 China time.
func (t *Tree) LeaderOnRota(county string, at time.Time) (user string, ok bool) {
	leaders := t.rota[county]
	if len(leaders) == 0 {
		return "", false
	}
	const week = 7 * 24 * time.Hour
	since := at.Sub(rotaStart)
	n := int(since / week)
	if since < 0 && since%week != 0 {
		n--
	}
	n %= len(leaders)
	if n < 0 {
		n += len(leaders)
	}
	return leaders[n], true
}
