package gridevent_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/form"
	"huajie/domain/geo"
	"huajie/domain/machine"
)

// On the border of the two grids of the street, and in no grid south of them.
var (
	onBorder = geo.Point{Lat: 42.927621, Lon: 125.168742}
	inGap    = geo.Point{Lat: 42.9415, Lon: 125.1673}
)

const (
	neighbour  = "220402008901002" // the other grid of the street
	farther    = "220402001990001" // of another street
	townCentre = "220402008-C"
	townDesk   = "office.220402008"
	townHead   = "tleader.220402008"
	otherDesk  = "office.220402001"
)

func ruling(grid string) form.Input {
	return form.Input{"grid": grid, "reason": "现场查看,路灯在该网格一侧"}
}

// other grid than the one a disputed event was located in.
func across(p *play) string {
	if p.c.Grid == neighbour {
		return grid
	}
	return neighbour
}

// TestBoundary: what lies on a border, in a gap or in two grids is acted on at once by the
// nearest, and the township says within a working day whose it is (§6 item 20).
func TestBoundary(t *testing.T) {
	t.Parallel()
	disputed := func(t *testing.T, inputs ...form.Input) *play {
		p := newPlay(t, monday)
		p.report(member, append([]form.Input{{"location": place(onBorder)}}, inputs...)...)
		return p
	}
	office := []machine.Recipient{{Role: "township_office", Unit: townCentre}}

	t.Run("on a border: the located grid acts, the township is asked", func(t *testing.T) {
		p := disputed(t)
		require.Equal(t, []string{"reported", "grid_disputed"}, p.types())
		require.Contains(t, p.c.Flags, "place_border")
		require.Equal(t, office, p.told("N20"))
		require.Equal(t, moment("2026-03-03 17:00").Unix(), p.c.Deadlines["boundary"].At.Unix(), "1 wd")
		require.Equal(t, moment("2026-03-02 11:00"), p.c.Due, "the event is due as ever")
		p.do(platform, "dispatch", form.Input{"lead_unit": housing})
		state(t, p, "dispatched")
	})
	t.Run("what lies in one grid is asked of nobody", func(t *testing.T) {
		p := begin(t)
		require.NotContains(t, p.c.Deadlines, "boundary")
		p.refuse("not_disputed", townDesk, "rule-grid", ruling(grid))
	})
	t.Run("in a gap, and far from the grid that was named", func(t *testing.T) {
		p := newPlay(t, monday)
		p.report(member, form.Input{"location": place(inGap)})
		require.Contains(t, p.c.Flags, "place_gap")
		require.Contains(t, p.c.Deadlines, "boundary")
		p = newPlay(t, monday)
		p.report(member, form.Input{"location": place(inGap), "grid": grid})
		require.Contains(t, p.c.Flags, "place_elsewhere")
		require.Contains(t, p.c.Deadlines, "boundary")
	})
	t.Run("the township rules, with a reason: grid moved, doubt gone", func(t *testing.T) {
		p := disputed(t)
		before, to, due := p.c.Grid, across(p), p.c.Due
		p.refuse("required", townDesk, "rule-grid", form.Input{"grid": to})
		p.do(townDesk, "rule-grid", ruling(to))
		state(t, p, "reported")
		require.Equal(t, to, p.c.Grid)
		require.Equal(t, "220402008", p.c.Area)
		require.Empty(t, p.c.Flags)
		require.NotContains(t, p.c.Deadlines, "boundary")
		require.True(t, due.Equal(p.c.Due))
		r := p.c.GridRuling
		require.Equal(t, []any{townDesk, townCentre, before, []string{"place_border"}, p.c.Seq}, []any{r.By, r.Unit, r.Before, r.Doubts, r.Event})
		require.Equal(t, []machine.Recipient{{Role: "platform_admin", Unit: centre}, {User: member}}, p.told("N13"))
	})
	t.Run("a ruling may uphold the grid, and be put right", func(t *testing.T) {
		p := disputed(t)
		was, to := p.c.Grid, across(p)
		p.do(townHead, "rule-grid", ruling(was))
		require.Len(t, p.told("N13"), 1, "for the reporter nothing has changed")
		p.do(townDesk, "rule-grid", ruling(to))
		require.Equal(t, to, p.c.Grid)
		require.Equal(t, []string{"place_border"}, p.c.GridRuling.Doubts)
	})
	t.Run("only grids in one's own charge", func(t *testing.T) {
		p := disputed(t)
		p.refuse("not_your_office", member, "rule-grid", ruling(grid))
		p.refuse("not_your_case", otherDesk, "rule-grid", ruling(farther))
		p.refuse("not_a_grid", townDesk, "rule-grid", ruling(housing))
		p.refuse("other_township", townDesk, "rule-grid", ruling(farther))
		p.refuse("other_county", platform, "rule-grid", ruling("220403004901001"))
	})
	t.Run("between townships the platform rules, and the new one sees it", func(t *testing.T) {
		p := disputed(t).do(platform, "rule-grid", ruling(farther))
		require.Equal(t, []string{farther, "220402001"}, []string{p.c.Grid, p.c.Area})
		require.Contains(t, p.c.Units, "220402001-C")
		require.Contains(t, p.told("N13"), machine.Recipient{Role: "township_office", Unit: "220402001-C"})
		p.do(otherDesk, "rule-grid", ruling(farther))
	})
	t.Run("nobody rules: told again, the located grid stands, the loop goes on", func(t *testing.T) {
		p := disputed(t)
		p.do(platform, "dispatch", form.Input{"lead_unit": housing}).do(liaison, "sign-for").do(liaison, "start-disposal", form.Input{"handlers": []any{handler}})
		was := p.c.Grid
		p.next("boundary")
		require.Equal(t, []string{"boundary_overdue"}, p.types())
		require.Equal(t, append(office, machine.Recipient{Role: "township_leader", Unit: townCentre}), p.told("N20"))
		require.Equal(t, was, p.c.Grid)
		require.Contains(t, p.c.Flags, "place_border", "the doubt stays visible")
		require.NotContains(t, p.c.Deadlines, "boundary")
		require.Empty(t, p.c.Supervision)
		p.feedback().do(townDesk, "rule-grid", ruling(across(p)))
		require.Equal(t, member, p.c.Verifier, "whose turn it is to look stays so")
	})
	t.Run("an event that is over asks no more", func(t *testing.T) {
		p := disputed(t).do(platform, "review-reject", form.Input{"reason_code": "not_event", "note": "不属于"})
		require.NotContains(t, p.c.Deadlines, "boundary")
	})
	t.Run("the working time of an outage moves it", func(t *testing.T) {
		p := disputed(t)
		was := p.c.Deadlines["boundary"].At
		p.until(was.Add(-time.Minute)).do("system", "move-for-outage", away("2026-03-03 14:00", "2026-03-03 16:00"))
		require.True(t, p.c.Deadlines["boundary"].At.After(was))
	})
}
