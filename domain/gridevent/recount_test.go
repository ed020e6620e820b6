package gridevent_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/calendar"
	"huajie/domain/form"
)

// TestRecount: the stages of an event are counted again when the calendar of their year is
// published, and lie where they lay or later (§4.1 calendar.recompute, §6 item 42).
func TestRecount(t *testing.T) {
	t.Parallel()
	loaded, err := loaded()
	require.NoError(t, err)
	published := func(to calendar.Date, workdays ...calendar.Date) *calendar.Calendar {
		years := []calendar.Year{{Year: 2027, Notice: "国办发明电〔2026〕1号", Verified: true, Workdays: workdays,
			Holidays: []calendar.Span{{Name: "元旦", From: calendar.Date{Year: 2027, Month: 1, Day: 1}, To: to}}}}
		for _, n := range loaded.Calendar.Years() {
			y, _ := loaded.Calendar.Year(n)
			years = append(years, y)
		}
		c, err := calendar.New("published", years, loaded.Calendar.Hours())
		require.NoError(t, err)
		return c
	}
	first := func(d int) calendar.Date { return calendar.Date{Year: 2027, Month: time.January, Day: d} }
	atWork := func(t *testing.T) *play {
		p := newPlay(t, moment("2026-12-31 16:00"))
		p.report(member, form.Input{"category": "E0101"})
		p.do(platform, "dispatch", form.Input{"lead_unit": housing}).do(liaison, "sign-for").do(liaison, "start-disposal", form.Input{"handlers": []any{handler}})
		require.True(t, p.c.Card().Provisional)
		return p
	}
	by := func(p *play, c *calendar.Calendar) {
		rules := *p.rules
		rules.Calendar = c
		p.rules = &rules
		p.do("system", "recount", form.Input{"years": "2026,2027"})
	}
	t.Run("a longer holiday", func(t *testing.T) {
		p := atWork(t)
		was := p.c.Stages[len(p.c.Stages)-1].Due
		by(p, published(first(5)))
		last := p.c.Stages[len(p.c.Stages)-1]
		require.True(t, last.Due.After(was))
		require.True(t, p.c.Due.Equal(p.c.Deadlines["stage"].At))
		require.False(t, p.c.Card().Provisional)
		require.NotEmpty(t, p.told("N19"))
	})
	t.Run("make-up workdays shorten nothing", func(t *testing.T) {
		p := atWork(t)
		was := p.c.Stages
		by(p, published(first(1), first(2), first(3)))
		for i, s := range p.c.Stages {
			require.True(t, was[i].Due.Equal(s.Due), s.ID)
		}
		require.False(t, p.c.Card().Provisional)
		require.Empty(t, p.told("N19"))
	})
	t.Run("nothing of it is provisional", func(t *testing.T) {
		p := disposing(t)
		seq := p.c.Seq
		by(p, published(first(5)))
		require.Equal(t, seq, p.c.Seq)
	})
}
