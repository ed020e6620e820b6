// Package whistle is the machine of a whistle (吹哨报到): a township that meets a matter
// beyond its power calls departments to the place, and they report there. Steps W1–W10 of
// the specification §3.8.
//
// Every unit called has a seat with clocks of its own: respond, arrive, finish. The state
// of the whistle is that of the unit that is furthest behind among those that still owe
// something (derive.go), so one unit that stays away holds the whole whistle back, and
// nobody leaves before the matter is done ("事不完、人不撤").
//
// Start with steps.go (the table of everything a person may do) and expiry.go (everything
// time does).
package whistle
