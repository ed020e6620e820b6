package joint_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/joint"
	"huajie/domain/machine"
)

// edges are the moves §3.5 allows, written down here once more.
var edges = map[machine.State][]machine.State{
	"":              {joint.Planned},
	joint.Planned:   {joint.Notified, joint.Cancelled},
	joint.Notified:  {joint.Held, joint.Cancelled},
	joint.Held:      {joint.Concluded, joint.Failed, joint.Adjourned, joint.Cancelled},
	joint.Adjourned: {joint.Notified},
}

// TestRandomSessions drives sessions with steps of random people at random
// moments and holds the invariants after every one.
func TestRandomSessions(t *testing.T) {
	t.Parallel()
	concluded := 0
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(rt, form.Input{
			"level": rapid.SampledFrom([]string{"L2", "L3"}).Draw(rt, "level"),
			"risk":  rapid.SampledFrom([]string{"", "red", "blue"}).Draw(rt, "risk"),
			"chair": rapid.SampledFrom([]string{boss, theLead}).Draw(rt, "chair"),
		})
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			b.random(rt)
			b.invariants()
		}
		if b.Case.State == joint.Concluded {
			concluded++
		}
	})
	require.Positive(t, concluded, "the walk must reach conclusions to prove anything")
}

// random takes one step, a sensible one more often than not, or lets time go by.
func (b *bench) random(rt *rapid.T) {
	action, who := "", ""
	switch dice := rapid.IntRange(0, 19).Draw(rt, "dice"); {
	case dice == 19:
		b.Jump(b.later(rt))
		return
	case dice > 5:
		if b.Case.State == joint.Notified && b.Now.Before(b.Case.HeldAt) && rapid.Bool().Draw(rt, "to the meeting") {
			b.Jump(b.Case.HeldAt)
			return
		}
		action, who = b.sensible(rt)
	default:
		action = rapid.SampledFrom([]string{"notify-units", "acknowledge", "excuse", "record-attendance", "give-opinion", "hold",
			"sign-minutes", "conclude", "adjourn", "fail", "change-chair", "cancel-session"}).Draw(rt, "action")
		who = b.person(rt, action)
	}
	if action == "" {
		return
	}
	if action == "change-chair" {
		who = domain.System
	}
	before := b.Case.Seq
	if err := b.Try(who, action, b.input(rt, action)); err != nil {
		require.NotEmpty(rt, domain.CodeOf(err), "only refusals: %v", err)
		require.Equal(rt, before, b.Case.Seq)
	}
}

// sensible is a step somebody who wants the session to end would take.
func (b *bench) sensible(rt *rapid.T) (action, who string) {
	unit := rapid.SampledFrom([]string{lead, second, third}).Draw(rt, "unit")
	switch b.Case.State {
	case joint.Planned:
		return "notify-units", b.Case.Chair
	case joint.Notified:
		if rapid.Bool().Draw(rt, "unit acts") {
			return "give-opinion", "liaison." + unit
		}
		return rapid.SampledFrom([]string{"record-attendance", "hold"}).Draw(rt, "chair acts"), b.Case.Chair
	case joint.Held:
		if rapid.Bool().Draw(rt, "unit acts") {
			return "sign-minutes", "liaison." + unit
		}
		return "conclude", b.Case.Chair
	}
	return "", ""
}

func (b *bench) later(rt *rapid.T) time.Time {
	if d, ok := b.Case.Next(); ok && rapid.Bool().Draw(rt, "to the deadline") && d.At.After(b.Now) {
		return d.At
	}
	return b.Now.Add(time.Duration(rapid.IntRange(1, 3000).Draw(rt, "minutes")) * time.Minute)
}

func (b *bench) person(rt *rapid.T, action string) string {
	u := rapid.SampledFrom([]string{lead, second, third, "220402-D13"}).Draw(rt, "unit")
	if slices.Contains([]string{"acknowledge", "give-opinion", "sign-minutes"}, action) {
		return rapid.SampledFrom([]string{"liaison.", "leader.", "handler."}).Draw(rt, "office") + u
	}
	return rapid.SampledFrom([]string{b.Case.Chair, b.Case.Chair, boss, "disp.220402", "director.220403", "liaison." + u}).Draw(rt, "person")
}

func (b *bench) input(rt *rapid.T, action string) form.Input {
	soon := b.Now.Add(time.Duration(rapid.IntRange(1, 9000).Draw(rt, "ahead")) * time.Minute).Format(time.RFC3339)
	switch action {
	case "notify-units":
		if rapid.Bool().Draw(rt, "as planned") {
			return nil
		}
		return form.Input{"held_at": soon}
	case "adjourn":
		return form.Input{"held_at": soon, "reason": "补证"}
	case "excuse":
		return form.Input{"unit": rapid.SampledFrom([]string{lead, second, third}).Draw(rt, "unit"), "reason": "防汛"}
	case "record-attendance":
		var lines [][2]string
		for _, u := range []string{lead, second, third} {
			if how := rapid.SampledFrom([]string{"", joint.Attended, joint.Attended, joint.Proxy, joint.Absent}).Draw(rt, "how"); how != "" {
				lines = append(lines, [2]string{u, how})
			}
		}
		return attend(lines...)
	case "give-opinion":
		return opinion
	case "hold":
		return minutes
	case "conclude":
		return form.Input{"lead_unit_final": lead, "joint_opinion": "由住建牵头"}
	case "fail":
		return form.Input{"reasons": "未决", "next": "再议"}
	case "cancel-session":
		return form.Input{"reason": "撤回"}
	case "change-chair":
		return form.Input{"chair": rapid.SampledFrom([]string{boss, theLead}).Draw(rt, "chair")}
	}
	return nil
}

// invariants must hold after every step.
func (b *bench) invariants() {
	b.T.Helper()
	b.Chained(edges)
	s := b.Case
	require.Len(b.T, s.Seats, 3, "no seat is lost")
	require.Equal(b.T, joint.Over(s.State), len(s.Deadlines) == 0 && !s.EndedAt.IsZero(), "an open session has ended or an ended one goes on")
	for _, seat := range s.Seats {
		b.clocks(seat)
		b.marks(seat)
	}
	if s.State == joint.Concluded {
		came := false
		for _, seat := range s.Seats {
			came = came || seat.Present()
			require.False(b.T, seat.Present() && !seat.Heard(), "%s came and was not heard", seat.Unit)
			require.False(b.T, seat.Present() && seat.SignedAt.IsZero() && !seat.SignLate, "%s came and did not sign", seat.Unit)
		}
		require.True(b.T, came)
	}
	b.toldTheTruth()
}

// clocks: a seat that owes something has a clock for it, or is late on record.
func (b *bench) clocks(seat joint.Seat) {
	b.T.Helper()
	running := func(kind string) bool {
		d, ok := b.Case.Deadlines[kind+"."+seat.Unit]
		return ok && d.Duty && d.Unit == seat.Unit && !d.At.IsZero()
	}
	away := seat.Attendance == joint.Excused || seat.Attendance == joint.Absent
	switch b.Case.State {
	case joint.Planned:
		require.False(b.T, running("ack") || running("opinion") || running("sign"))
		_, session := b.Case.Deadlines["meeting"]
		require.True(b.T, session || !b.Now.Before(b.Case.HeldAt), "nobody waits for the meeting")
	case joint.Notified:
		require.True(b.T, seat.Attendance != "" || running("ack") || seat.AckLate || !seat.AckedAt.IsZero())
		require.True(b.T, away || running("opinion") || seat.Heard(), "%s owes an opinion without a clock", seat.Unit)
		require.False(b.T, away && (running("ack") || running("opinion")), "%s is away and owes nothing", seat.Unit)
	case joint.Held:
		owes := seat.Present() || seat.Role == joint.RoleLead
		require.True(b.T, !owes || running("sign") || seat.SignLate || !seat.SignedAt.IsZero())
		require.False(b.T, !owes && running("sign"))
	}
}

// marks: late is who acted after the limit, or let it pass, and nobody else.
func (b *bench) marks(seat joint.Seat) {
	b.T.Helper()
	for _, m := range []struct {
		due, done time.Time
		late      bool
	}{{seat.AckDue, seat.AckedAt, seat.AckLate}, {seat.OpinionDue, seat.OpinionAt, seat.OpinionLate}, {seat.SignDue, seat.SignedAt, seat.SignLate}} {
		if m.late {
			require.False(b.T, m.due.After(b.Now), "late before its limit")
			require.True(b.T, m.done.IsZero() || !m.done.Before(m.due), "late though in time")
		}
	}
}

// toldTheTruth: the case last heard of the state the session is in.
func (b *bench) toldTheTruth() {
	b.T.Helper()
	last := ""
	for _, e := range b.All {
		for _, f := range e.Effects {
			last = f.Input.Text("session_state")
		}
	}
	if b.Case.State != joint.Planned {
		require.Equal(b.T, string(b.Case.State), last)
	}
	if b.Case.State == joint.Planned {
		require.Empty(b.T, last)
	}
}
