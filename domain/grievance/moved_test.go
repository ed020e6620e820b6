package grievance_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

// away is the command that takes an outage into a case.
func away(no string, from, to time.Time) form.Input {
	return form.Input{"outage": no, "from": from.Format(time.RFC3339Nano), "to": to.Format(time.RFC3339Nano)}
}

// window is an outage between two moments written as text.
func window(from, to string) form.Input { return away("O1", moment(from), moment(to)) }

// quiet takes a step of the system that must record nothing.
func (p *play) quiet(action string, in form.Input) {
	before := p.c.Seq
	p.do("system", action, in)
	require.Equal(p.t, before, p.c.Seq, "%s", types(p.events))
}

// TestMoveForOutage: policy deadlines move by the working time an outage took, the
// statutory ones never, and an emergency goes on (§6 item 44, I3).
func TestMoveForOutage(t *testing.T) {
	t.Parallel()
	parallel(t, "the due date moves by the working time lost", func(t *testing.T) {
		p := handling(t)
		sameTime(t, moment("2026-03-09 17:00"), p.c.Policy.Due)
		p.at("2026-03-04 09:30").do("system", "move-for-outage", window("2026-03-03 15:00", "2026-03-04 09:30"))
		sameTime(t, moment("2026-03-10 11:30"), p.c.Policy.Due, "two hours of one day and one of the next")
		sameTime(t, p.c.Policy.Due, p.c.Deadlines["policy.red"].At)
		sameTime(t, p.c.Policy.Due, p.c.Stays[0].Due)
		require.Equal(t, []calendar.Pause{{From: moment("2026-03-03 15:00"), To: moment("2026-03-04 09:30"), Reason: "outage", By: "O1"}}, p.local(p.c.Policy.Pauses))
		told := p.last().Notices
		require.Len(t, told, 3)
		for _, n := range told {
			require.Equal(t, "N19", n.N)
			require.Equal(t, "O1", n.Facts["outage"])
		}
		require.Equal(t, machine.Recipient{User: handlerUser}, told[0].To)
		require.Equal(t, machine.Recipient{Petitioner: no}, told[2].To, "they were told a date with N6")
	})
	parallel(t, "once, whatever it is called", func(t *testing.T) {
		p := handling(t).at("2026-03-04 09:30").do("system", "move-for-outage", window("2026-03-03 15:00", "2026-03-04 09:30"))
		p.quiet("move-for-outage", away("O2", moment("2026-03-03 15:00"), moment("2026-03-04 09:30")))
	})
	parallel(t, "no time that is worked was lost", func(t *testing.T) {
		p := handling(t).at("2026-03-04 08:30")
		p.quiet("move-for-outage", window("2026-03-03 17:00", "2026-03-04 08:30"))
		handling(t).at("2026-03-09 08:30").quiet("move-for-outage", window("2026-03-06 17:00", "2026-03-09 08:30"))
		p.quiet("move-for-outage", window("2026-03-02 08:00", "2026-03-02 09:00"))
	})
	parallel(t, "a petition: its own days, never the law's", func(t *testing.T) {
		p := handling(t, asPetition)
		law, due := p.c.Statutory.Due, p.c.Policy.Due
		p.at("2026-03-03 12:00").do("system", "move-for-outage", window("2026-03-03 09:00", "2026-03-03 11:00"))
		sameTime(t, law, p.c.Statutory.Due)
		sameTime(t, law, p.c.Deadlines["statutory"].At)
		require.Empty(t, p.c.Statutory.Pauses)
		require.True(t, p.c.Policy.Due.After(due))
		for _, n := range p.last().Notices {
			require.Empty(t, n.To.Petitioner, "the date they were told is the law's")
		}
		last := leaderLevel(t, asPetition)
		sameTime(t, last.c.Statutory.Due, last.c.Policy.Due)
		last.at("2026-03-03 12:00").do("system", "move-for-outage", window("2026-03-03 09:00", "2026-03-03 11:00"))
		sameTime(t, last.c.Statutory.Due, last.c.Policy.Due, "the last level has what the law leaves")
	})
	parallel(t, "the steps of desks and units move with it", func(t *testing.T) {
		p := dispatched(t)
		sign, half, until := p.c.Deadlines["sign"].At, p.c.Deadlines["sign.half"].At, p.c.ReturnUntil
		p.at("2026-03-02 10:30").do("system", "move-for-outage", window("2026-03-02 09:30", "2026-03-02 10:30"))
		sameTime(t, p.rules.Calendar.Due(sign, calendar.MustLimit("1wh")).At, p.c.Deadlines["sign"].At)
		require.True(t, p.c.Deadlines["sign.half"].At.After(half))
		sameTime(t, until, p.c.ReturnUntil, "the day of the dispatch is not counted")
		desk := begin(t).at("2026-03-02 09:20").do("system", "move-for-outage", window("2026-03-02 09:00", "2026-03-02 09:20"))
		sameTime(t, moment("2026-03-02 11:20"), desk.c.Deadlines["triage"].At)
		sameTime(t, moment("2026-03-02 11:20"), desk.c.DeskDue)
		next := dispatched(t).at("2026-03-03 10:00").do("system", "move-for-outage", window("2026-03-03 09:00", "2026-03-03 10:00"))
		sameTime(t, moment("2026-03-04 09:30"), next.c.ReturnUntil)
	})
	parallel(t, "what the law and the petitioner have does not move", func(t *testing.T) {
		p := begin(t, asPetition)
		notice := p.c.Deadlines["accept_notice"].At
		p.at("2026-03-02 09:20").do("system", "move-for-outage", window("2026-03-02 09:00", "2026-03-02 09:20"))
		sameTime(t, notice, p.c.Deadlines["accept_notice"].At)
		window5 := dispatched(t, asPetition)
		until := window5.c.ReturnUntil
		window5.at("2026-03-03 10:00").do("system", "move-for-outage", window("2026-03-03 09:00", "2026-03-03 10:00"))
		sameTime(t, until, window5.c.ReturnUntil, "XF §23")
		rated := replied(t)
		evaluation := rated.c.Deadlines["evaluation"].At
		rated.at("2026-03-03 10:00").quiet("move-for-outage", window("2026-03-03 09:00", "2026-03-03 10:00"))
		sameTime(t, evaluation, rated.c.Deadlines["evaluation"].At)
	})
	parallel(t, "a task that is a share of the lead's time", func(t *testing.T) {
		p := handling(t).do(leaderUser, "add-assist", why, form.Input{"assist_unit": land})
		due := p.c.Tasks["T1"].Due
		p.at("2026-03-03 10:00").do("system", "move-for-outage", window("2026-03-03 09:00", "2026-03-03 10:00"))
		want := p.rules.Calendar.Due(due, calendar.MustLimit("1wh")).At
		sameTime(t, want, p.c.Tasks["T1"].Due)
		sameTime(t, want, p.c.Deadlines["task.T1"].At)
	})
	parallel(t, "an outage within a hang-up counts once", func(t *testing.T) {
		p := handling(t).at("2026-03-03 09:00").both(leaderUser, "suspend", directorUser, hungUp)
		p.at("2026-03-04 10:00").do("system", "move-for-outage", window("2026-03-03 15:00", "2026-03-04 10:00"))
		require.True(t, p.c.Policy.Due.IsZero(), "it stands still")
		p.at("2026-03-05 09:00").do(leaderUser, "resume", why)
		sameTime(t, moment("2026-03-11 17:00"), p.c.Policy.Due, "two days of hang-up and nothing more")
	})
	parallel(t, "an outage before the pause is not lost by it", func(t *testing.T) {
		p := adjudicating(t, form.Input{"nature": "consultation"}).at("2026-03-03 16:30").do(directorUser, "adjudicate", ruled)
		p.do(liaisonUser, "sign-for").do(liaisonUser, "assign-handler", assigned)
		least := p.c.Policy.Due
		p.at("2026-03-04 09:30").both(handlerUser, "pause", dispUser, paused)
		p.at("2026-03-04 10:00").do("system", "move-for-outage", window("2026-03-04 08:30", "2026-03-04 09:30"))
		p.at("2026-03-04 10:30").do(handlerUser, "unpause", why)
		sameTime(t, p.rules.Calendar.Due(least, calendar.MustLimit("2wh")).At, p.c.Policy.Due, "an hour away and an hour paused")
	})
}

// TestOutageAfterTheFact: limits that passed before the outage was known have taken
// effect and blamed nobody; the date moves, what has climbed stays up.
func TestOutageAfterTheFact(t *testing.T) {
	t.Parallel()
	parallel(t, "it turned red meanwhile and has time again", func(t *testing.T) {
		p := handling(t).outage(moment("2026-03-10 09:30"))
		p.saw("overdue")
		require.Contains(t, p.pending(), "policy.grace")
		p.do("system", "move-for-outage", window("2026-03-06 16:00", "2026-03-10 09:30"))
		sameTime(t, moment("2026-03-11 10:30"), p.c.Policy.Due)
		sameTime(t, p.c.Policy.Due, p.c.Deadlines["policy.red"].At)
		require.NotContains(t, p.pending(), "policy.grace")
		require.NotContains(t, p.pending(), "policy.fail")
		require.Empty(t, p.c.Supervision)
		require.Equal(t, grievance.L1, p.c.Level)
	})
	parallel(t, "it is overdue all the same: grace and card follow the new date", func(t *testing.T) {
		p := handling(t).outage(moment("2026-03-09 18:00"))
		p.at("2026-03-10 16:00").do("system", "move-for-outage", window("2026-03-09 11:00", "2026-03-10 09:30"))
		sameTime(t, moment("2026-03-10 15:30"), p.c.Policy.Due)
		require.NotContains(t, p.pending(), "policy.red", "it has turned red once")
		sameTime(t, moment("2026-03-11 17:00"), p.c.Deadlines["policy.grace"].At)
		sameTime(t, moment("2026-03-13 17:00"), p.c.Deadlines["policy.fail"].At)
	})
	parallel(t, "what has climbed stays up, blames nobody, and has its time there", func(t *testing.T) {
		p := handling(t).outage(moment("2026-03-11 09:00"))
		require.Equal(t, grievance.JointResolving, p.c.State)
		due := p.c.Policy.Due
		p.do("system", "move-for-outage", window("2026-03-06 08:30", "2026-03-11 08:30"))
		require.Equal(t, grievance.JointResolving, p.c.State)
		require.Empty(t, p.c.Supervision)
		sameTime(t, p.rules.Calendar.Extend(due, calendar.MustLimit("3wd")).At, p.c.Policy.Due)
	})
	parallel(t, "an answer given meanwhile is judged by the date moved", func(t *testing.T) {
		p := handling(t).do(handlerUser, "contact-petitioner", contacted).outage(moment("2026-03-10 09:00"))
		p.both(handlerUser, "issue-reply", leaderUser, answered)
		p.do("system", "move-for-outage", window("2026-03-09 08:30", "2026-03-10 08:30"))
		sameTime(t, moment("2026-03-10 17:00"), p.c.Policy.Due)
		require.NotContains(t, p.pending(), "policy.red")
		require.False(t, p.c.Policy.Due.Before(p.c.Reply.IssuedAt))
	})
	parallel(t, "nothing moves that is over", func(t *testing.T) {
		closed(t).refuse(domain.CodeConflict, "wrong_state", "system", "move-for-outage", window("2026-03-02 09:00", "2026-03-02 10:00"))
		handling(t).refuse(domain.CodeForbidden, "not_your_office", dispUser, "move-for-outage", window("2026-03-02 09:00", "2026-03-02 10:00"))
	})
}

// TestUrgentHoursGoOn: an emergency does not wait for the system. Its limits stay,
// the chain moves, and no unit is blamed for what it could not enter.
func TestUrgentHoursGoOn(t *testing.T) {
	t.Parallel()
	p := handling(t, form.Input{"urgency": "urgent"})
	due := p.c.Policy.Due
	p.at("2026-03-02 10:30").do("system", "move-for-outage", window("2026-03-02 09:30", "2026-03-02 10:30"))
	sameTime(t, due, p.c.Policy.Due)
	require.Empty(t, p.last().Notices)
	p.expire("policy.red")
	require.False(t, p.saw("overdue").LateBySystem, "it fired in time")
	require.Equal(t, grievance.L2, p.c.Level, "it has climbed")
	require.Empty(t, p.c.Supervision)
	require.NotContains(t, p.c.Flags, "contact_missed")

	held := handling(t, form.Input{"urgency": "urgent"}).expire("contact")
	require.Contains(t, held.c.Flags, "contact_missed", "without an outage it is the unit's own")
}

// TestOutagesAreASet: for any windows and pauses the due date is the one computed with
// them, in whatever order and however often they are told.
func TestOutagesAreASet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		start := rapid.SampledFrom([]func(require.TestingT, ...form.Input) *play{handling, joint, local, dispatched}).Draw(rt, "stage")
		p := start(rt, rapid.SampledFrom([]form.Input{nil, asPetition, {"urgency": "complex"}}).Draw(rt, "matter"))
		if rapid.Bool().Draw(rt, "paused") && p.c.State == grievance.Handling {
			p.at("2026-03-03 10:00").both(handlerUser, "pause", dispUser, paused)
			p.at(rapid.SampledFrom([]string{"2026-03-03 15:00", "2026-03-04 10:00", "2026-03-05 16:30"}).Draw(rt, "until")).do(handlerUser, "unpause", why)
		}
		p.to(moment("2026-03-06 09:00"))
		law := p.c.Statutory
		var all []form.Input
		for i := range rapid.IntRange(1, 4).Draw(rt, "outages") {
			from := monday.Add(time.Duration(rapid.IntRange(-600, 5600).Draw(rt, "from")) * time.Minute)
			to := from.Add(time.Duration(rapid.IntRange(1, 3000).Draw(rt, "minutes")) * time.Minute)
			if to.After(p.now) {
				to = p.now
			}
			if from.Before(to) {
				all = append(all, away(fmt.Sprint("O", i), from, to))
			}
		}
		before := p.c
		forward := afterAll(p, all)
		backward := slices.Clone(all)
		slices.Reverse(backward)
		p.c = before
		back := afterAll(p, append(backward, all...))
		sameTime(rt, forward.Policy.Due, back.Policy.Due, "order and repetition do not matter")
		for id, d := range forward.Deadlines {
			sameTime(rt, d.At, back.Deadlines[id].At, id)
		}
		pauses := slices.Clone(before.Policy.Pauses)
		for _, in := range all {
			o := calendar.Pause{From: in.Time("from", nil), To: in.Time("to", nil)}
			if machine.Lost(p.rules.Calendar, before.Policy.Limit.Class(), o) > 0 { // nobody works at night, whatever the clock counts
				pauses = append(pauses, o)
			}
		}
		want, _ := p.rules.Calendar.DuePaused(before.Policy.Start, before.Policy.Limit, pauses)
		if law != nil && want.At.After(law.Due) {
			want.At = law.Due
		}
		if want.At.Before(before.Policy.Due) { // a least time is never taken away
			want.At = before.Policy.Due
		}
		sameTime(rt, want.At, forward.Policy.Due)
		require.False(rt, forward.Policy.Due.Before(before.Policy.Due), "never back")
		if law != nil {
			require.EqualValues(rt, law, forward.Statutory, "I3")
		}
	})
}

// afterAll gives the case after it was told of outages.
func afterAll(p *play, all []form.Input) *grievance.Case {
	for _, in := range all {
		p.do("system", "move-for-outage", in)
	}
	return p.c
}

// local shows pauses in the zone tests are written in.
func (p *play) local(list []calendar.Pause) []calendar.Pause {
	out := slices.Clone(list)
	for i := range out {
		out[i].From, out[i].To = out[i].From.In(calendar.Zone), out[i].To.In(calendar.Zone)
	}
	return out
}
