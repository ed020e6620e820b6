package whistle

import (
	"slices"

	"huajie/domain/machine"
)

// The cards of §4.7.
const (
	YellowCard = "yellow_card"
	RedCard    = "red_card"
)

// The causes of §8.14 that a whistle knows.
const (
	causeSilent  = "S01" // 未签收: no response in time
	causeLate    = "S03" // 逾期: arrives or finishes late
	causeRefuses = "S07" // 拒不报到
	causeDefies  = "S09" // 不落实意见: ignores the ruling
)

// give gives a card, once of a kind for a cause. None is given for what passed while the
// system was away, nor to a unit the county has no say over (§6 items 33, 95).
func (t turn) give(unit, kind, cause string) bool {
	s := t.Case.Seats[unit]
	had := slices.ContainsFunc(s.Cards, func(c Card) bool { return c.Kind == kind && c.Cause == cause })
	if had || s.Spared || s.External || t.LateBySystem() {
		return false
	}
	t.change(unit, func(s *Seat) { s.Cards = append(slices.Clip(s.Cards), Card{kind, cause, t.Now}) })
	if t.Case.Supervision != RedCard {
		t.Case.Supervision = kind
	}
	return true
}

// yellows counts the yellow cards of a unit at this whistle.
func (s Seat) yellows() int {
	n := 0
	for _, c := range s.Cards {
		if c.Kind == YellowCard {
			n++
		}
	}
	return n
}

// lapse records that a unit let a limit pass (W10): a yellow card, and a red one with the
// second yellow at the same whistle (§4.7). Township and county are told.
func (t turn) lapse(unit, event, cause string) {
	given := t.give(unit, YellowCard, cause)
	second := given && t.Case.Seats[unit].yellows() > 1 && t.give(unit, RedCard, cause)
	e := t.Record(event, "W10").Because(cause)
	t.charge(e, unit, cause, given)
	if second {
		e := t.Record("whistle_second_yellow", "§4.7").Because(cause)
		t.charge(e, unit, cause, true)
		e.Notify("N20", t.government()...)
	}
}

// defiance records a refusal to report in one of its forms: a red card, told to the county
// government (BJ-JD §44).
func (t turn) defiance(unit, event, rule, cause string) {
	given := t.give(unit, RedCard, cause)
	e := t.Record(event, rule).Because(cause)
	t.charge(e, unit, cause, given)
	e.Notify("N20", t.government()...)
}

// charge tells the leader of a unit what it is charged with, as a card where one was given,
// and township and county that it was.
func (t turn) charge(e *machine.Event, unit, cause string, given bool) {
	n := "N20"
	if given {
		n = "N21"
	}
	e.Notify(n, t.head(unit)...).
		Notify("N20", t.desk(unit)...).Notify("N20", t.town()...).Notify("N20", t.watch()...).Fact("cause", cause).Fact("unit", unit)
	if t.Case.Seats[unit].External {
		e.Notify("N20", t.government()...)
	}
}
