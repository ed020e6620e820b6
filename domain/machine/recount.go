package machine

import (
	"strconv"
	"strings"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/form"
)

// Recount is the step that counts the provisional limits of a subject again, by a calendar that
// was published since (§4.1 calendar.recompute, §6 item 42). Only the system takes it, once for
// every calendar.
const Recount = "recount"

// RecountStep is the row of Recount in the table of a machine. It is refused while the calendar
// at hand does not have the years that were published: it is told again.
func RecountStep[S Subject](from []State, do func(*Turn[S]) error) Step[S] {
	return Step[S]{Action: Recount, Rule: "§4.1 calendar.recompute", ZH: "按公布的日历重新核算", EN: "Count again by the published calendar",
		From: from, SystemOnly: true, Do: do,
		Fields: []form.Field{{Name: "years", ZH: "已公布年份", EN: "years that are published, separated by commas", Type: form.Line, Required: true}},
		Guard: func(t *Turn[S]) error {
			for _, y := range strings.Split(t.In.Text("years"), ",") {
				if n, err := strconv.Atoi(y); err != nil || !t.Rules.Calendar.Covers(n) {
					return &domain.Error{Code: domain.CodeConflict, Reason: "no_calendar", Rule: "§4.1 calendar.recompute",
						Text: domain.Text{ZH: "该年度日历尚未生效", EN: "the calendar of that year is not in force here yet"}}
				}
			}
			return nil
		}}
}

// Recounted tells where a provisional deadline comes to lie by the calendar as it is known
// now: never earlier, since it was told (§4.1: "only extends or corrects"). One without a limit
// of its own follows what it is a part of.
func Recounted(cal *calendar.Calendar, d Deadline, pauses []calendar.Pause) Deadline {
	if !d.Provisional || d.Start.IsZero() || d.Limit.IsZero() {
		return d
	}
	due, _ := cal.DuePaused(d.Start, d.Limit, pauses)
	d.Provisional = due.Provisional
	if due.At.After(d.At) {
		d.At = due.At
	}
	return d
}

// RecountSteps counts the provisional deadlines of a subject again, except those of its clocks,
// which are told by how their kind begins. pauses gives what a deadline is counted with; moved
// gets each that lies later. some tells whether any did, known whether any is provisional no more.
func (t *Turn[S]) RecountSteps(clocks []string, pauses func(Deadline) []calendar.Pause, moved func(was, now Deadline)) (some, known bool) {
	for _, d := range t.Case.GetHead().Pending() {
		if ofClock(d.Kind, clocks) {
			continue
		}
		now := Recounted(t.Rules.Calendar, d, pauses(d))
		if now.At.Equal(d.At) && now.Provisional == d.Provisional {
			continue
		}
		t.Set(now)
		known = known || !now.Provisional
		if now.At.After(d.At) {
			moved(d, now)
			some = true
		}
	}
	return some, known
}

func ofClock(kind string, clocks []string) bool {
	for _, c := range clocks {
		if strings.HasPrefix(kind, c) {
			return true
		}
	}
	return false
}

// ProvisionalDates tells whether a date somebody waits for rests on a year without a calendar.
func (h *Head) ProvisionalDates() bool {
	for _, d := range h.Deadlines {
		if d.Provisional {
			return true
		}
	}
	return false
}
