package gridevent_test

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/form"
	"huajie/domain/gridevent"
	"huajie/domain/machine"
)

func TestWhistles(t *testing.T) {
	t.Parallel()
	const no = "220402W2026030200001"
	heard := func(state string) form.Input { return form.Input{"whistle": no, "whistle_state": state} }
	t.Run("E14 an event hears of its whistle and of its end", func(t *testing.T) {
		p := disposing(t)
		p.refuse("unknown_whistle", "system", "whistle-ended", heard("evaluated"))
		p.do("system", "whistle-opened", heard("drafted"))
		require.True(t, p.c.Whistles[no].Open())
		state(t, p, "disposing")
		p.do("system", "whistle-ended", heard("evaluated"))
		require.False(t, p.c.Whistles[no].Open())
		require.NotEmpty(t, p.told("N13"))
		state(t, p, "disposing")
	})
	call := form.Input{"kind": "enforcement", "place": "人民大街与康宁路口", "matter": "占道经营反复", "why": "乡镇无执法权",
		"units": []any{housing}, "due": "2026-03-06"}
	becomeWhistle := func(t *testing.T) *play {
		p := disposing(t).do(platform, "convert-to-whistle", call)
		state(t, p, "converted")
		return p
	}
	const drawn = "220402G2026030200099"
	t.Run("E18 to a whistle: the units come, the reporter hears and rates", func(t *testing.T) {
		p := becomeWhistle(t)
		require.Equal(t, drawn, p.c.Converted)
		require.Equal(t, machine.EffectBlowWhistle, p.events[0].Effects[0].Kind)
		require.Equal(t, p.c.No, p.events[0].Effects[0].Input["case"])
		p.refuse("not_answered", member, "rate", form.Input{"score": 5})
		p.do("system", "whistle-ended", form.Input{"whistle": drawn, "whistle_state": "evaluated"})
		state(t, p, "converted")
		require.NotEmpty(t, p.told("N23"))
		p.do(member, "rate", form.Input{"score": 5})
		p.next("rating")
		require.Empty(t, p.c.Deadlines)
	})
	for _, end := range []string{"rejected", "withdrawn", "adjudicated"} {
		t.Run("E18 a whistle that put nothing right gives the event back: "+end, func(t *testing.T) {
			p := becomeWhistle(t).pass(7*24*time.Hour).do("system", "whistle-ended", form.Input{"whistle": drawn, "whistle_state": end})
			state(t, p, "reported")
			require.Equal(t, gridevent.Owner{Unit: centre}, p.c.Owner)
			require.Empty(t, p.c.Converted)
			require.Contains(t, p.c.Deadlines, "review")
			require.NotEmpty(t, p.told("N20"))
			p.do(platform, "dispatch", form.Input{"lead_unit": housing})
			require.True(t, p.c.Stages[0].Due.After(p.now), "whoever gets it next has the whole limit")
		})
	}
	t.Run("E18 a call that cannot be is refused at once", func(t *testing.T) {
		p := disposing(t)
		bad := maps.Clone(call)
		bad["due"] = "2026-03-01"
		p.refuse("past", platform, "convert-to-whistle", bad)
		p.do("system", "whistle-opened", heard("drafted")).refuse("whistle_open", platform, "convert-to-whistle", call)
	})
}
