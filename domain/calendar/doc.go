// Package calendar answers one question, and can defend its answer: when is it due?
//
// It knows the time classes of §4.1 (calendar days, working days, working hours, urgent hours, raw seconds), the State
// Council's yearly arrangement of holidays and make-up workdays (调休), and the office hours of the place. From a start,
// a [Limit] and the pauses that were granted it computes the due moment, the moments that come before it (warnings,
// countdowns) and, segment by segment, how the time was spent ([Calendar.Explain]).
//
// Everything is pure: no clock, no I/O, no mutable state. A [Calendar] is immutable and safe for concurrent use; a
// corrected notice is a new Calendar with a new version. Times may be given in any location; results are in [Zone].
//
// The running clock of a limit begins at the start for wh, uh and s, and at 24:00 of the start day for cd and wd,
// because the start day is excluded (MFD §201). Counting, pausing, fractions and explanations all use that clock.
package calendar
