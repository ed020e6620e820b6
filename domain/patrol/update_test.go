package patrol_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"huajie/domain/calendar"
	"huajie/domain/patrol"
)

// TestUpdates: each part of the grid's data counts once a month, of those asked in the days
// that are over; leave takes its share away.
func TestUpdates(t *testing.T) {
	t.Parallel()
	first, last := patrol.MonthOf(2026, time.November)
	up := func(day int, kind patrol.UpdateKind, ref string) patrol.Update {
		return patrol.Update{Kind: kind, Ref: ref, Grid: "g", N: 1, At: first.AddDays(day - 1).Start().Add(10 * time.Hour)}
	}
	info := func(f patrol.Facts, now time.Time) patrol.Scored {
		for _, p := range patrol.AssessMonth(first, last, f, terms(t, now)).Parts {
			if p.Part == patrol.ScoreInfo {
				return p
			}
		}
		return patrol.Scored{}
	}
	over := last.End().Add(time.Hour)
	none := info(patrol.Facts{}, over)
	assert.Equal(t, patrol.Rate{Done: 0, Of: 20}, none.Rate)
	assert.Zero(t, *none.Points, "what nobody did takes the points")
	f := patrol.Facts{Updates: []patrol.Update{up(2, patrol.Household, "1-101"), up(9, patrol.Household, "1-101"), up(9, patrol.Building, "1-101"), up(31, patrol.Facility, "next month")}}
	some := info(f, over)
	assert.Equal(t, patrol.Rate{Done: 2, Of: 20}, some.Rate)
	assert.InDelta(t, 0.5, *some.Points, 1e-9)
	for i := range 40 {
		f.Updates = append(f.Updates, up(3, patrol.Premises, string(rune('a'+i))))
	}
	assert.Equal(t, patrol.Rate{Done: 20, Of: 20}, info(f, over).Rate, "more than is asked earns nothing more")

	half := calendar.Date{Year: 2026, Month: time.November, Day: 16} // a Monday: ten of twenty-one working days are over
	assert.InDelta(t, 20*10/21.0, info(f, half.Start()).Of, 0.01)
	away := patrol.Facts{Away: []patrol.Away{{Excuse: patrol.Leave, From: first, To: last}}}
	assert.Nil(t, info(away, over).Points, "nothing is asked of who was away all month")
}
