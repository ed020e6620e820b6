package joint_test

import (
	"encoding/json"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/rulebook"
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

var book = func() *rulebook.Book {
	b, err := rulebook.Default()
	if err != nil {
		panic(err)
	}
	return b
}()

// monday is a working day like any other: 2026-11-23 09:00.
var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, calendar.Zone)

// tester is what *testing.T and *rapid.T have in common.
type tester interface {
	require.TestingT
	Helper()
	Fatalf(format string, args ...any)
}

// bench is one session and its clock.
type bench struct {
	t      tester
	rules  *machine.Rules
	now    time.Time
	s      *joint.Session
	events []machine.Event // of the last step
	all    []machine.Event
}

func actor(t tester, name string) domain.Actor {
	t.Helper()
	u, ok := book.Users.User(name)
	require.True(t, ok, "no demo user %s", name)
	return domain.Actor{User: u.Username, Grants: u.Grants}
}

func centreUnit() string {
	u, _ := book.Org.CentreOf(county)
	return u.ID
}

// opening is what the case hands over (J1): a meeting on Wednesday morning.
func opening() form.Input {
	return form.Input{
		"case": caseNo, "county": county, "level": "L2", "chair": boss, "chair_unit": centreUnit(),
		"purpose": "明确牵头单位", "lead_unit": lead, "assist_units": []any{second, third},
		"held_at": monday.AddDate(0, 0, 2).Format(time.RFC3339), "room": "会商室", "petitioner_attends": true,
	}
}

func newBench(t tester, changes form.Input) *bench {
	t.Helper()
	b := &bench{t: t, rules: book.RulesFor(county, monday), now: monday}
	in := opening()
	for k, v := range changes {
		in[k] = v
	}
	events, s, err := joint.Open(no, machine.Command{Key: "open", Actor: domain.SystemActor(), Input: in}, b.rules, b.now)
	require.NoError(t, err)
	b.s = joint.Fresh()
	b.fold(events)
	b.same(s)
	return b
}

// fold takes events into the bench's state, as a workflow does.
func (b *bench) fold(events []machine.Event) {
	b.t.Helper()
	b.events = events
	b.all = append(b.all, events...)
	for _, e := range events {
		next, err := machine.Evolve(b.s, joint.Fresh, e)
		require.NoError(b.t, err)
		b.s = next
	}
}

// same holds that folding gives what deciding gave.
func (b *bench) same(s *joint.Session) {
	b.t.Helper()
	want, err := json.Marshal(s)
	require.NoError(b.t, err)
	got, err := json.Marshal(b.s)
	require.NoError(b.t, err)
	require.JSONEq(b.t, string(want), string(got))
}

func (b *bench) try(who domain.Actor, action string, in form.Input) error {
	b.t.Helper()
	events, s, err := joint.Machine.Decide(b.s, machine.Command{Key: action, Action: action, Actor: who, Input: in}, b.rules, machine.World{}, b.now)
	if err != nil {
		return err
	}
	b.fold(events)
	b.same(s)
	return nil
}

// do takes a step that must succeed.
func (b *bench) do(who, action string, in form.Input) {
	b.t.Helper()
	require.NoError(b.t, b.try(actor(b.t, who), action, in), "%s by %s", action, who)
}

// refused takes a step that must be refused for a reason, and change nothing.
func (b *bench) refused(reason, who, action string, in form.Input) {
	b.t.Helper()
	seq := b.s.Seq
	err := b.try(actor(b.t, who), action, in)
	require.Error(b.t, err, "%s by %s", action, who)
	require.Equal(b.t, reason, domain.ReasonOf(err))
	require.Equal(b.t, seq, b.s.Seq)
}

// faults takes a step whose inputs must be refused, naming the field.
func (b *bench) faults(field, reason, who, action string, in form.Input) {
	b.t.Helper()
	err := b.try(actor(b.t, who), action, in)
	var e *domain.Error
	require.ErrorAs(b.t, err, &e)
	require.Equal(b.t, domain.CodeInvalid, e.Code)
	for _, f := range e.Fields {
		if f.Field == field && f.Reason == reason {
			return
		}
	}
	b.t.Fatalf("no fault %s/%s in %+v", field, reason, e.Fields)
}

// pass lets time go by and limits take effect.
func (b *bench) pass(to time.Time) {
	b.t.Helper()
	b.now = to
	events, s, err := joint.Machine.Fire(b.s, b.rules, machine.World{}, to)
	require.NoError(b.t, err)
	b.fold(events)
	b.same(s)
}

func (b *bench) event(typ string) machine.Event {
	b.t.Helper()
	for _, e := range b.events {
		if e.Type == typ {
			return e
		}
	}
	b.t.Fatalf("no event %s in %v", typ, b.types())
	return machine.Event{}
}

func (b *bench) types() []string {
	var out []string
	for _, e := range b.events {
		out = append(out, e.Type)
	}
	return out
}

// told is what the last step told the case, in a form the case understands.
func (b *bench) told() []form.Input {
	var out []form.Input
	for _, e := range b.events {
		for _, f := range e.Effects {
			step, ok := grievance.Machine.Step(f.Action)
			require.True(b.t, ok)
			lookup := joint.Machine.Begin(b.s, domain.SystemActor(), b.rules, machine.World{}, b.now, b.now).Lookup()
			_, faults := form.Check(step.Fields, f.Input, lookup)
			require.Empty(b.t, faults)
			require.Equal(b.t, machine.EffectTell, f.Kind)
			require.Equal(b.t, caseNo, f.To)
			require.Equal(b.t, "session-moved", f.Action)
			out = append(out, f.Input)
		}
	}
	return out
}

func notified(e machine.Event, n string, to machine.Recipient) bool {
	for _, x := range e.Notices {
		if x.N == n && x.To == to {
			return true
		}
	}
	return false
}

func atUnit(role org.Role, unit string) machine.Recipient {
	return machine.Recipient{Role: role, Unit: unit}
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
	b.t.Helper()
	b.do("disp.220402", "notify-units", form.Input{"agenda": "三项"})
	return b
}

func (b *bench) meet() *bench {
	b.t.Helper()
	b.notify()
	b.pass(b.s.HeldAt)
	b.do(boss, "record-attendance", attend([2]string{lead, joint.Attended}, [2]string{second, joint.Attended}, [2]string{third, joint.Proxy}))
	for _, u := range []string{lead, second, third} {
		b.do("liaison."+u, "give-opinion", opinion)
	}
	return b
}

var minutes = form.Input{"facts_agreed": "房屋漏水属实", "legal_basis": "物业管理条例"}

func (b *bench) hold() *bench {
	b.t.Helper()
	b.meet()
	b.do(boss, "hold", minutes)
	return b
}

func (b *bench) sign() *bench {
	b.t.Helper()
	b.hold()
	for _, u := range []string{lead, second, third} {
		b.do("leader."+u, "sign-minutes", nil)
	}
	return b
}
