// Package joint is the machine of a joint session (联合会商) under a case at L2 or
// L3: steps J1–J6 of the specification §3.5.
//
// Every invited unit has a seat, and every seat is a task with clocks of its
// own: acknowledge the notice, give an opinion, sign the minutes. A unit that
// does not come is absent on record, one that is silent is late on record;
// neither can keep the session from being concluded.
//
// Start with steps.go (the table of everything a person may do) and expiry.go
// (everything time does).
package joint
