package gridevent_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/form"
	"huajie/domain/machine"
)

// away is an outage of the system between two moments.
func away(from, to string) form.Input {
	return form.Input{"outage": "O1", "from": moment(from).Format(time.RFC3339), "to": moment(to).Format(time.RFC3339)}
}

// TestMoveForOutage: limits of an event move by the working time an outage took, an
// emergency goes on and blames nobody (§6 item 44).
func TestMoveForOutage(t *testing.T) {
	t.Parallel()
	quiet := func(p *play, in form.Input) {
		before := p.c.Seq
		p.do("system", "move-for-outage", in)
		require.Equal(t, before, p.c.Seq, "nothing was lost that any limit counts")
	}
	t.Run("a review", func(t *testing.T) {
		p := begin(t)
		require.Equal(t, moment("2026-03-02 11:00"), p.c.Due)
		p.until(moment("2026-03-02 10:30")).do("system", "move-for-outage", away("2026-03-02 09:30", "2026-03-02 10:30"))
		require.True(t, moment("2026-03-02 14:00").Equal(p.c.Due), "an hour later, across noon: %s", p.c.Due)
		require.True(t, p.c.Due.Equal(p.c.Deadlines["review"].At))
		quiet(p, away("2026-03-02 09:30", "2026-03-02 10:30"))
		p.until(moment("2026-03-02 11:00"))
		require.NotContains(t, p.c.Flags, "late_review")
		p.next("review")
		require.Contains(t, p.c.Flags, "late_review")
	})
	t.Run("the stages of a disposal, and its red light is gone", func(t *testing.T) {
		p := disposing(t)
		was := p.c.Stages[0].Due
		p.until(was.Add(time.Minute))
		require.True(t, p.c.Stages[0].Late)
		require.Contains(t, p.c.Deadlines, "card.red")
		from := was.Add(-2 * time.Hour)
		p.do("system", "move-for-outage", form.Input{"outage": "O1", "from": from.Format(time.RFC3339), "to": was.Format(time.RFC3339)})
		require.True(t, p.c.Stages[0].Due.After(was))
		require.True(t, p.c.Due.Equal(p.c.Stages[0].Due))
		require.False(t, p.c.Stages[0].Late)
		require.NotContains(t, p.c.Deadlines, "card.red")
		require.NotEmpty(t, p.told("N19"))
		p.next("stage")
		require.True(t, p.c.Stages[0].Late)
	})
	t.Run("an emergency goes on, and nobody is blamed", func(t *testing.T) {
		p := newPlay(t, monday)
		p.report(member, form.Input{"category": "E0101", "urgency": "emergency"})
		p.do(platform, "dispatch", form.Input{"lead_unit": housing}).do(liaison, "sign-for").do(liaison, "start-disposal", form.Input{"handlers": []any{handler}})
		first := p.c.Stages[0].Due
		p.until(first.Add(-time.Minute)).do("system", "move-for-outage", away("2026-03-02 09:30", "2026-03-02 10:30"))
		require.True(t, first.Equal(p.c.Stages[0].Due))
		p.next("stage")
		require.True(t, p.c.Stages[0].Spared)
		require.False(t, p.c.Stages[0].Late)
	})
	t.Run("at night nothing is lost", func(t *testing.T) {
		p := disposing(t)
		p.until(moment("2026-03-03 08:30"))
		quiet(p, away("2026-03-02 18:00", "2026-03-03 08:00"))
	})
	t.Run("inside a hang-up it counts once", func(t *testing.T) {
		hang := func(outage bool) time.Time {
			p := disposing(t)
			p.do(head, "suspend", form.Input{"reason_code": "H01", "until": "2026-03-20", "milestones": "开春施工", "interim_measures": "临时照明"}).do(director, "approve")
			p.pass(7*24*time.Hour).do(liaison, "review-suspension", form.Input{"milestone_report": "已招标"})
			if outage {
				p.do("system", "move-for-outage", away("2026-03-04 09:00", "2026-03-04 11:00"))
			}
			p.do(liaison, "resume", form.Input{"reason": "天气转暖"})
			return p.c.Stages[0].Due
		}
		require.True(t, hang(false).Equal(hang(true)))
	})
}

// TestEveryStepMovesForAnOutage: whatever somebody has to do through the system has the
// time that was lost when that was away, and so has what is kept of the date.
func TestEveryStepMovesForAnOutage(t *testing.T) {
	t.Parallel()
	const half = 30 * time.Minute
	due := func(p *play) time.Time { return p.c.Due }
	for id, row := range map[string]struct {
		begin func(*testing.T) *play
		kept  func(*play) time.Time // what else holds the date
	}{
		"review": {func(t *testing.T) *play { return begin(t) }, due},
		"supplement": {func(t *testing.T) *play {
			return begin(t).do(platform, "review-supplement", form.Input{"missing": "请补拍灯杆编号"})
		}, nil},
		"photos": {func(t *testing.T) *play {
			p := newPlay(t, monday)
			p.report(member, form.Input{"category": "E0101", "photos": p.shots(2), "photos_missing": "相机故障"})
			return p
		}, func(p *play) time.Time { return p.c.PhotosDue }},
		"self.confirm": {func(t *testing.T) *play {
			p := begin(t)
			return p.do(member, "self-dispose", form.Input{"self_disposed": "已自行清理完毕", "after_photos": p.shots(1)})
		}, nil},
		"sign": {func(t *testing.T) *play { return dispatched(t) }, nil},
		"return.review": {func(t *testing.T) *play {
			return dispatched(t).do(liaison, "request-return", form.Input{"reason_code": "B01", "reason": "属供水单位", "suggested_unit": supply})
		}, nil},
		"verify": {func(t *testing.T) *play { return fedBack(t) }, due},
		"rework": {func(t *testing.T) *play {
			p := fedBack(t)
			return p.do(member, "verify", p.look("fail"))
		}, func(p *play) time.Time { return p.c.ReworkLimit }},
		"root_cause": {func(t *testing.T) *play {
			p := newPlay(t, monday)
			for i, days := range []int{5, 15} {
				p.nearby = append(p.nearby, machine.Related{No: string(rune('a' + i)), Category: "E0102", State: "closed", CreatedAt: monday.AddDate(0, 0, -days), Place: spot})
			}
			p.report(member)
			return p
		}, func(p *play) time.Time { return p.c.RootCause.Due }},
	} {
		t.Run(id, func(t *testing.T) {
			p := row.begin(t)
			was, ok := p.c.Deadlines[id]
			require.True(t, ok, "%v", p.c.Deadlines)
			from := p.now.Add(5 * time.Minute)
			if was.At.Sub(p.now) > 12*time.Hour { // a day counts from the next
				from = moment("2026-03-03 09:00")
			}
			p.until(from.Add(half)).do("system", "move-for-outage",
				form.Input{"outage": "O1", "from": from.Format(time.RFC3339), "to": from.Add(half).Format(time.RFC3339)})
			now := p.c.Deadlines[id]
			require.True(t, now.At.After(was.At), "%s, then %s", was.At, now.At)
			if row.kept != nil {
				require.True(t, now.At.Equal(row.kept(p)), "%s, kept %s", now.At, row.kept(p))
			}
		})
	}
}

// TestWhatAnOutageLeavesAlone: the window to return moves, what came after the outage does not.
func TestWhatAnOutageLeavesAlone(t *testing.T) {
	t.Parallel()
	t.Run("the window to return moves", func(t *testing.T) {
		p := dispatched(t)
		until := p.c.ReturnUntil
		p.until(moment("2026-03-02 11:00")).do("system", "move-for-outage", away("2026-03-02 09:30", "2026-03-02 10:30"))
		require.True(t, p.c.ReturnUntil.After(until))
	})
	t.Run("the stages of what was dispatched after it do not", func(t *testing.T) {
		p := begin(t).until(moment("2026-03-02 10:30")).do(platform, "dispatch", form.Input{"lead_unit": housing})
		stage := p.c.Stages[0].Due
		p.do("system", "move-for-outage", away("2026-03-02 09:30", "2026-03-02 10:00"))
		require.True(t, stage.Equal(p.c.Stages[0].Due))
		require.Empty(t, p.c.Pauses)
	})
	t.Run("a step that began after it does not", func(t *testing.T) {
		p := begin(t).do("system", "move-for-outage", away("2026-03-02 08:30", "2026-03-02 08:50"))
		require.Empty(t, p.c.Outages)
		require.True(t, moment("2026-03-02 11:00").Equal(p.c.Due))
	})
	t.Run("a step in urgent hours blames nobody", func(t *testing.T) {
		p := newPlay(t, monday)
		p.report(member, form.Input{"category": "E0101", "urgency": "emergency"})
		p.do(platform, "dispatch", form.Input{"lead_unit": housing})
		p.until(moment("2026-03-02 09:06")).do("system", "move-for-outage", away("2026-03-02 09:01", "2026-03-02 09:05")).next("sign")
		require.Contains(t, p.types(), "auto_signed")
		require.False(t, p.c.LateSign)
	})
}
