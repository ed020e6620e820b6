package gridevent_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/machine"
)

func TestManyVoices(t *testing.T) {
	t.Parallel()
	master := func(p *play) machine.Related {
		return machine.Related{No: other, County: county, Area: "220402008", Category: "E0102", State: "dispatched", Open: true,
			CreatedAt: p.now.Add(-time.Hour), Place: aside(30)}
	}
	t.Run("E5 merged, answered with the master, and still one's own", func(t *testing.T) {
		p := begin(t)
		p.cases[other] = master(p)
		p.do(platform, "merge", form.Input{"master": other})
		state(t, p, "merged")
		require.Equal(t, []machine.Recipient{{User: member}}, p.told("N5"))
		require.Equal(t, "follower-joined", p.events[0].Effects[0].Action)
		p.refuse("not_answered", member, "rate", form.Input{"score": 5})
		p.do("system", "master-moved", form.Input{"state": "closed"})
		require.Equal(t, []machine.Recipient{{User: member}}, p.told("N23"))
		p.do(member, "rate", form.Input{"score": 5})
	})
	t.Run("E5 who disagrees is handled apart", func(t *testing.T) {
		p := begin(t)
		p.cases[other] = master(p)
		p.do(platform, "merge", form.Input{"master": other}).do("system", "master-moved", form.Input{"state": "closed"})
		p.do(member, "disagree", form.Input{"reason": "我报的灯仍不亮"})
		state(t, p, "reported")
		require.Equal(t, "follower-left", p.events[0].Effects[0].Action)
	})
	t.Run("E5 undone within seven days, not after", func(t *testing.T) {
		p := begin(t)
		p.cases[other] = master(p)
		p.do(platform, "merge", form.Input{"master": other}).pass(6 * 24 * time.Hour)
		q := *p
		p.do(platform, "unmerge", form.Input{"reason": "不是同一处"})
		state(t, p, "reported")
		q.pass(2 * 24 * time.Hour)
		q.refuse("unmerge_window", platform, "unmerge", form.Input{"reason": "不是同一处"})
	})
	for name, change := range map[string]func(*machine.Related){
		"not_alike":     func(r *machine.Related) { r.Place = aside(80) },
		"over":          func(r *machine.Related) { r.Open = false },
		"merged_itself": func(r *machine.Related) { r.Master = "x" },
	} {
		t.Run("E5 refused: "+name, func(t *testing.T) {
			p := begin(t)
			r := master(p)
			change(&r)
			p.cases[other] = r
			p.refuse(name, platform, "merge", form.Input{"master": other})
		})
	}
	t.Run("E5 the reporter knows it is the same", func(t *testing.T) {
		p := newPlay(t, monday)
		p.cases[other] = master(p)
		p.report(member, form.Input{"same_as": other})
		state(t, p, "merged")
		require.Equal(t, []string{"reported", "merged"}, p.types())
	})
	t.Run("E5 what the reporter of a double has put right is still seen", func(t *testing.T) {
		p := newPlay(t, monday)
		p.cases[other] = master(p)
		after := p.shots(1)
		p.report(member, form.Input{"same_as": other, "self_disposed": "已当场清理", "after_photos": after})
		state(t, p, "merged")
		require.Len(t, p.c.Photos, 4)
		require.Equal(t, evidence.After, p.c.Photos[3].Purpose)
		require.Equal(t, after[0], p.c.Photos[3].ID)
	})
	t.Run("E5 a master takes in many at once with adopt", func(t *testing.T) {
		p := begin(t)
		twin := master(p)
		twin.State = "reported"
		p.cases[other] = twin
		p.do(platform, "adopt", form.Input{"events": []any{other}})
		require.Equal(t, "merge-into", p.events[0].Effects[0].Action)
		p.do("system", "follower-joined", form.Input{"follower": other})
		require.Equal(t, []string{other}, p.c.Followers)
		p.do(platform, "review-reject", form.Input{"reason_code": "not_event", "note": "不属于"})
		require.Equal(t, "master-moved", p.events[0].Effects[0].Action, "one answer for all")
	})
	t.Run("E5 merge-into by the master's word", func(t *testing.T) {
		p := begin(t).do("system", "merge-into", form.Input{"master": other})
		state(t, p, "merged")
		p.do("system", "merge-refused", form.Input{"master": other})
		state(t, p, "reported")
	})
	t.Run("E5 follower-left leaves the rest", func(t *testing.T) {
		p := begin(t).do("system", "follower-joined", form.Input{"follower": other}).do("system", "follower-left", form.Input{"follower": other})
		require.Empty(t, p.c.Followers)
	})
	t.Run("the third time at one spot asks why (item 81)", func(t *testing.T) {
		p := newPlay(t, monday)
		p.nearby = []machine.Related{
			{No: "b", Category: "E0102", State: "closed", CreatedAt: monday.AddDate(0, 0, -8), Place: spot},
			{No: "a", Category: "E0102", State: "closed", CreatedAt: monday.AddDate(0, 0, -20), Place: spot}}
		p.report(member)
		require.Equal(t, []string{"reported", "root_cause_asked"}, p.types())
		p.do(director, "answer-root-cause", form.Input{"finding": "线路老化", "measures": "列入改造计划"})
		require.False(t, p.c.RootCause.DoneAt.IsZero())
	})
	t.Run("reports of one event count once", func(t *testing.T) {
		p := newPlay(t, monday)
		p.nearby = []machine.Related{
			{No: "b", Category: "E0102", State: "closed", CreatedAt: monday.Add(-time.Hour), Place: spot},
			{No: "a", Category: "E0102", State: "closed", CreatedAt: monday.AddDate(0, 0, -20), Place: spot}}
		p.report(member)
		require.Equal(t, []string{"reported"}, p.types())
	})
}
