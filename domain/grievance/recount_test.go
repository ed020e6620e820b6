package grievance_test

import (
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

// published is the calendar of the city with an arrangement of 2027 that was published.
func published(t require.TestingT, holidays []calendar.Span, workdays ...calendar.Date) *calendar.Calendar {
	now := book(t).Calendar
	years := []calendar.Year{{Year: 2027, Notice: "国办发明电〔2026〕1号", Verified: true, Holidays: holidays, Workdays: workdays}}
	for _, n := range now.Years() {
		y, _ := now.Year(n)
		years = append(years, y)
	}
	c, err := calendar.New("published", years, now.Hours())
	require.NoError(t, err)
	return c
}

func day(month time.Month, d int) calendar.Date {
	return calendar.Date{Year: 2027, Month: month, Day: d}
}

// off is a holiday of 2027.
func off(month time.Month, from, to int) calendar.Span {
	return calendar.Span{Name: "节日", From: day(month, from), To: day(month, to)}
}

// plays on by a calendar.
func (p *play) by(c *calendar.Calendar) *play {
	rules := *p.rules
	rules.Calendar = c
	p.rules = &rules
	return p
}

var years2027 = form.Input{"years": "2026,2027"}

// unitHas is a matter a unit has to sign for since a moment.
func unitHas(t require.TestingT, at string, in ...form.Input) *play {
	return beginAt(t, moment(at), in...).do(dispUser, "start-triage").do(dispUser, "dispatch", form.Input{"lead_unit": housing})
}

// TestRecount: what was counted for a year without a calendar is counted again when that is
// published; no date that was told moves earlier (§4.1 calendar.recompute, §6 item 42).
func TestRecount(t *testing.T) {
	t.Parallel()
	parallel(t, "a longer holiday", func(t *testing.T) {
		p := unitHas(t, "2026-12-29 09:00")
		sameTime(t, moment("2027-01-06 17:00"), p.c.Policy.Due, "by the fixed rule: 1 January and weekends off")
		require.True(t, p.c.Card().Provisional)
		p.by(published(t, []calendar.Span{off(1, 1, 5)})).do("system", "recount", years2027)
		sameTime(t, moment("2027-01-08 17:00"), p.c.Policy.Due, "two days later")
		sameTime(t, p.c.Policy.Due, p.c.Deadlines["policy.red"].At)
		sameTime(t, p.c.Policy.Due, p.c.Stays[0].Due)
		require.False(t, p.c.Card().Provisional)
		require.Equal(t, "recounted", p.last().Type)
		told := map[machine.Recipient]bool{}
		for _, n := range p.last().Notices {
			require.Equal(t, "N19", n.N)
			told[n.To] = true
		}
		require.True(t, told[machine.Recipient{Petitioner: no}], "they were told a date with N6")
		p.quiet("recount", years2027)
	})
	parallel(t, "make-up workdays shorten nothing", func(t *testing.T) {
		p := unitHas(t, "2026-12-29 09:00")
		was := p.c.Policy.Due
		p.by(published(t, []calendar.Span{off(1, 1, 1)}, day(1, 2), day(1, 3))).do("system", "recount", years2027)
		sameTime(t, was, p.c.Policy.Due)
		require.False(t, p.c.Card().Provisional, "but it is certain now")
		require.Empty(t, p.last().Notices, "and nobody has to hear of it")
	})
	parallel(t, "the statutory date, and the policy date within it", func(t *testing.T) {
		p := unitHas(t, "2026-12-10 09:00", form.Input{"nature": "petition", "category": "0402"})
		require.True(t, p.c.Statutory.Provisional)
		was := p.c.Statutory.Due
		p.by(published(t, []calendar.Span{off(1, 1, 3), off(2, 5, 13)})).do("system", "recount", years2027)
		fresh := p.rules.Calendar.Due(p.c.Statutory.Start, p.c.Statutory.Limit)
		sameTime(t, fresh.At, p.c.Statutory.Due)
		require.False(t, p.c.Statutory.Due.Before(was))
		require.False(t, p.c.Policy.Due.After(p.c.Statutory.Due))
		sameTime(t, p.c.Statutory.Due, p.c.Deadlines["statutory"].At)
	})
	parallel(t, "a step, and what is kept of its date", func(t *testing.T) {
		p := unitHas(t, "2026-12-31 16:30")
		was := p.c.Deadlines["sign"]
		require.True(t, was.Provisional)
		p.by(published(t, []calendar.Span{off(1, 1, 4)})).do("system", "recount", years2027)
		require.True(t, p.c.Deadlines["sign"].At.After(was.At))
		require.False(t, p.c.Deadlines["sign"].Provisional)
	})
	parallel(t, "what has no provisional date", func(t *testing.T) {
		p := handling(t)
		p.by(published(t, []calendar.Span{off(1, 1, 5)})).quiet("recount", years2027)
	})
	parallel(t, "not before the calendar is in force", func(t *testing.T) {
		p := unitHas(t, "2026-12-29 09:00")
		p.refuse(domain.CodeConflict, "no_calendar", "system", "recount", years2027)
		p.refuse(domain.CodeConflict, "no_calendar", "system", "recount", form.Input{"years": "soon"})
		p.refuse(domain.CodeForbidden, "not_your_office", dispUser, "recount", years2027)
	})
	parallel(t, "what stands still is counted when it runs again", func(t *testing.T) {
		p := unitHas(t, "2026-12-29 09:00").do(liaisonUser, "sign-for")
		p.c.Policy.Due = time.Time{}
		require.True(t, p.c.Policy.Provisional)
		p.by(published(t, []calendar.Span{off(1, 1, 5)})).do("system", "recount", years2027)
		require.True(t, p.c.Policy.Due.IsZero())
	})
}

// TestARecountIsAFreshCountOrLater: whatever is published, every provisional date of a matter ends
// where a fresh count puts it, or where it lay, whichever is later.
func TestARecountIsAFreshCountOrLater(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		at := time.Date(2026, 12, rapid.IntRange(1, 31).Draw(r, "day"), rapid.IntRange(9, 15).Draw(r, "hour"), 0, 0, 0, calendar.Zone)
		nature := rapid.SampledFrom([]string{"help", "consultation", "petition", "complaint"}).Draw(r, "nature")
		p := unitHas(r, at.Format("2006-01-02 15:04"), form.Input{"nature": nature})
		before := *p.c.Policy
		var law grievance.Clock
		if p.c.Statutory != nil {
			law = *p.c.Statutory
		}
		deadlines := map[string]machine.Deadline{}
		for id, d := range p.c.Deadlines {
			deadlines[id] = d
		}
		var spans []calendar.Span
		for m := time.Month(1); m <= 4; m++ {
			from := rapid.IntRange(1, 20).Draw(r, "from")
			spans = append(spans, off(m, from, from+rapid.IntRange(0, 8).Draw(r, "long")))
		}
		cal := published(r, spans)
		p.by(cal).do("system", "recount", years2027)
		latest := func(a, b time.Time) time.Time {
			if a.After(b) {
				return a
			}
			return b
		}
		if law.Provisional {
			sameTime(r, latest(law.Due, cal.Due(law.Start, law.Limit).At), p.c.Statutory.Due)
			require.False(r, p.c.Statutory.Provisional)
		}
		require.False(r, p.c.Policy.Due.Before(before.Due))
		require.False(r, p.c.Policy.Provisional)
		for id, d := range p.c.Deadlines {
			was, ok := deadlines[id]
			require.False(r, ok && was.Duty && d.At.Before(was.At), "%s lay at %s, and lies at %s", id, was.At, d.At)
			require.False(r, d.Provisional, id)
			if ok && was.Provisional && !d.Limit.IsZero() && was.Kind != "policy.red" && was.Kind != "statutory" {
				sameTime(r, latest(was.At, cal.Due(d.Start, d.Limit).At), d.At, id)
			}
		}
	})
}
