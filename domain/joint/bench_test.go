package joint_test

import (
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/internal/testkit/trial"
)

// The units and people of the demo rulebook that the tests use.
const (
	county  = "220402"
	caseNo  = "220402G2026112300001"
	no      = caseNo + "-J1"
	lead    = "220402-D11" // housing
	second  = "220402-D05" // police
	third   = "220402-D18" // health
	boss    = "director.220402"
	theLead = "cleader.220402"
)

// bench is one session and its clock.
type bench struct {
	*trial.Trial[*joint.Session]
}

// opening is what the case hands over (J1): a meeting on Wednesday morning.
func opening() form.Input {
	return form.Input{
		"case": caseNo, "county": county, "level": "L2", "chair": boss, "chair_unit": county + "-C",
		"purpose": "明确牵头单位", "lead_unit": lead, "assist_units": []any{second, third},
		"held_at": trial.Monday.AddDate(0, 0, 2).Format(time.RFC3339), "room": "会商室", "petitioner_attends": true,
	}
}

func newBench(t trial.T, changes form.Input) *bench {
	t.Helper()
	in := opening()
	for k, v := range changes {
		in[k] = v
	}
	rules := trial.Book.RulesFor(county, trial.Monday)
	return &bench{trial.Begin(t, joint.Machine, rules, func() ([]machine.Event, *joint.Session, error) {
		return joint.Open(no, machine.Command{Key: "open", Actor: domain.SystemActor(), Input: in}, rules, trial.Monday)
	})}
}

// event is one of the last step.
func (b *bench) event(typ string) machine.Event {
	b.T.Helper()
	return b.Of(b.Events, typ)
}

func (b *bench) types() []string {
	var out []string
	for _, e := range b.Events {
		out = append(out, e.Type)
	}
	return out
}

// told is what the last step told the case, in a form the case understands.
func (b *bench) told() []form.Input {
	var out []form.Input
	for _, e := range b.Events {
		for _, f := range e.Effects {
			step, ok := grievance.Machine.Step(f.Action)
			require.True(b.T, ok)
			lookup := joint.Machine.Begin(b.Case, domain.SystemActor(), b.Rules, machine.World{}, b.Now, b.Now).Lookup()
			_, faults := form.Check(step.Fields, f.Input, lookup)
			require.Empty(b.T, faults)
			require.Equal(b.T, machine.EffectTell, f.Kind)
			require.Equal(b.T, caseNo, f.To)
			require.Equal(b.T, "session-moved", f.Action)
			out = append(out, f.Input)
		}
	}
	return out
}

var opinion = form.Input{"position": "同意由住建牵头", "legal_basis": "物业管理条例", "undertaking": "五日内勘验"}

func attend(lines ...[2]string) form.Input {
	var seats []any
	for _, l := range lines {
		m := map[string]any{"unit": l[0], "attendance": l[1]}
		if l[1] != joint.Absent {
			m["attendee"] = "副局长"
		}
		if l[1] == joint.Proxy {
			m["proxy_letter"] = "委托书1号"
		}
		seats = append(seats, m)
	}
	return form.Input{"seats": seats}
}

// notify brings the session to notified; meet on to the meeting with everyone there and
// heard; hold to the minutes; sign to all signatures.
func (b *bench) notify() *bench {
	b.T.Helper()
	b.Do("disp.220402", "notify-units", form.Input{"agenda": "三项"})
	return b
}

func (b *bench) meet() *bench {
	b.T.Helper()
	b.notify()
	b.Jump(b.Case.HeldAt)
	b.Do(boss, "record-attendance", attend([2]string{lead, joint.Attended}, [2]string{second, joint.Attended}, [2]string{third, joint.Proxy}))
	for _, u := range []string{lead, second, third} {
		b.Do("liaison."+u, "give-opinion", opinion)
	}
	return b
}

var minutes = form.Input{"facts_agreed": "房屋漏水属实", "legal_basis": "物业管理条例"}

func (b *bench) hold() *bench {
	b.T.Helper()
	b.meet()
	b.Do(boss, "hold", minutes)
	return b
}

func (b *bench) sign() *bench {
	b.T.Helper()
	b.hold()
	for _, u := range []string{lead, second, third} {
		b.Do("leader."+u, "sign-minutes", nil)
	}
	return b
}
