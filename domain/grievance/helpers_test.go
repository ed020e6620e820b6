package grievance_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/rulebook"
)

// The places and units most tests play in.
const (
	county   = "220402"
	centre   = "220402-C"
	town     = "220402001"
	township = "220402001-C"
	housing  = "220402-D11"
	land     = "220402-D12"
	farm     = "220402-D13"
	justice  = "220402-D06"
	tax      = "220402-D27" // vertical
	no       = "220402G2026030200001"
)

// The people most tests play with.
const (
	clerkUser     = "win-general.220402"
	dispUser      = "disp.220402"
	dutyUser      = "duty.220402"
	directorUser  = "director.220402"
	officeUser    = "office.220402001"
	townLead      = "tleader.220402001"
	liaisonUser   = "liaison.220402-D11"
	handlerUser   = "handler.220402-D11"
	leaderUser    = "leader.220402-D11"
	county1       = "cleader.220402"
	county2       = "cleader2.220402"
	supervisor1   = "supervisor.220402"
	supervisor2   = "supervisor2.220402"
	petitionClerk = "petition.220402"
	webUser       = "integrator.220400"
)

// monday is the first morning of every test: no holiday for a month.
var monday = moment("2026-03-02 09:00")

// loaded reads the real rulebook once for all tests.
var loaded = sync.OnceValues(func() (*rulebook.Book, error) { return rulebook.Default() })

func book(t require.TestingT) *rulebook.Book {
	b, err := loaded()
	require.NoError(t, err)
	return b
}

func moment(s string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Zone)
	if err != nil {
		panic(err)
	}
	return at
}

// play is one grievance being acted out, with the checks every step must pass.
type play struct {
	t         require.TestingT
	book      *rulebook.Book
	rules     *machine.Rules
	now       time.Time
	c         *grievance.Case
	events    []machine.Event // of the last command or firing
	history   []machine.Event
	cases     map[string]machine.Related
	hangUps   struct{ Suspended, Due int }
	explained struct{ Explained, Closed int }
	newNo     string
	hooks     []func(before *grievance.Case)
}

// begin registers a matter at the county centre on Monday morning.
func begin(t require.TestingT, inputs ...form.Input) *play { return beginAt(t, monday, inputs...) }

// beginAt is begin on another day.
func beginAt(t require.TestingT, at time.Time, inputs ...form.Input) *play {
	p := newPlay(t, at)
	in := form.Input{"nature": "help", "summary": "屋面漏水,请求维修", "channel": "walk_in", "area": town, "category": "0402"}
	for _, more := range inputs {
		for k, v := range more {
			in[k] = v
		}
	}
	p.register(clerkUser, in)
	return p
}

func newPlay(t require.TestingT, at time.Time) *play {
	b := book(t)
	return &play{t: t, book: b, rules: b.RulesFor(town, at), now: at, newNo: "220402G2026030200099",
		cases: map[string]machine.Related{}}
}

func (p *play) register(who string, in form.Input) {
	events, c, err := grievance.Register(grievance.Registration{No: no, Petitioner: "P1", Input: in},
		machine.Command{Key: "K0", Actor: p.actor(who)}, p.rules, p.now)
	require.NoError(p.t, err)
	p.c = grievance.Fresh()
	p.take(p.c, events, c)
}

// actor is a user of the demo directory, the petitioner or the system.
func (p *play) actor(name string) domain.Actor {
	if name == domain.Petitioner || name == domain.System {
		return domain.Actor{User: name}
	}
	u, ok := p.book.Users.User(name)
	require.True(p.t, ok, "no user %s", name)
	return domain.Actor{User: name, Grants: u.Grants}
}

func (p *play) world(action string, in form.Input) machine.World {
	users, cases := grievance.Machine.Named(action, in)
	for _, r := range p.c.Requests {
		u, k := grievance.Machine.Named(r.Action, r.Input)
		users, cases = append(users, u...), append(cases, k...)
	}
	w := machine.World{People: map[string]org.User{}, Cases: map[string]machine.Related{}, NewNo: p.newNo, HangUps: p.hangUps, Explained: p.explained}
	for _, u := range users {
		if x, ok := p.book.Users.User(u); ok {
			w.People[u] = x
		}
	}
	for _, k := range cases {
		if x, ok := p.cases[k]; ok {
			w.Cases[k] = x
		}
	}
	return w
}

// try takes a step and tells the refusal, if any.
func (p *play) try(who, action string, in form.Input) error {
	in = p.dated(in)
	cmd := machine.Command{Key: "K", Action: action, Actor: p.actor(who), Input: in}
	before := encode(p.t, p.c)
	events, next, err := grievance.Machine.Decide(p.c, cmd, p.rules, p.world(action, in), p.now)
	require.Equal(p.t, before, encode(p.t, p.c), "deciding must not change the state given")
	again, same, err2 := grievance.Machine.Decide(p.c, cmd, p.rules, p.world(action, in), p.now)
	if err != nil {
		var refusal *domain.Error
		require.True(p.t, errors.As(err, &refusal), "%s: %v", action, err)
		require.EqualValues(p.t, err, err2)
		require.Empty(p.t, events)
		p.events = nil
		return err
	}
	require.NoError(p.t, err2)
	require.Equal(p.t, encode(p.t, events), encode(p.t, again), "deciding must be repeatable")
	require.Equal(p.t, encode(p.t, next), encode(p.t, same))
	p.take(p.c, events, next)
	return nil
}

// do takes a step that must succeed.
func (p *play) do(who, action string, in ...form.Input) *play {
	err := p.try(who, action, merge(in...))
	var refusal *domain.Error
	if errors.As(err, &refusal) {
		require.NoError(p.t, err, "%s by %s: %v", action, who, refusal.Fields)
	}
	return p
}

// both takes a step and has it signed by a second person.
func (p *play) both(who, action, second string, in ...form.Input) *play {
	p.do(who, action, in...)
	require.Equal(p.t, "requested", p.last().Type)
	return p.do(second, "approve")
}

// refuse takes a step that a rule must refuse, for this reason.
func (p *play) refuse(code domain.Code, reason, who, action string, in ...form.Input) {
	before := encode(p.t, p.c)
	err := p.try(who, action, merge(in...))
	var refusal *domain.Error
	require.True(p.t, errors.As(err, &refusal), "%s by %s was not refused", action, who)
	require.Equal(p.t, code, refusal.Code, "%v", refusal)
	if code == domain.CodeInvalid {
		require.True(p.t, slices.ContainsFunc(refusal.Fields, func(f domain.FieldError) bool { return f.Reason == reason }), "%v", refusal.Fields)
	} else {
		require.Equal(p.t, reason, refusal.Reason)
	}
	if code == domain.CodeConflict {
		require.Equal(p.t, string(p.stateNow()), refusal.State)
	}
	require.NotEmpty(p.t, refusal.Text.ZH)
	require.NotEmpty(p.t, refusal.Text.EN)
	require.Equal(p.t, before, encode(p.t, p.c))
}

// stateNow is the state once every limit that has passed has taken effect.
func (p *play) stateNow() machine.State {
	_, next, err := grievance.Machine.Fire(p.c, p.rules, machine.World{}, p.now)
	require.NoError(p.t, err)
	return next.State
}

// to moves the clock on. Every limit on the way takes effect at its own moment, as
// it does while the system is up.
func (p *play) to(at time.Time) *play {
	require.False(p.t, at.Before(p.now), "time does not go back")
	var all []machine.Event
	for {
		d, ok := p.c.Next()
		if !ok || d.At.After(at) {
			break
		}
		p.outage(d.At)
		all = append(all, p.events...)
	}
	p.outage(at)
	p.events = append(all, p.events...)
	return p
}

// outage moves the clock on in one leap: what fell due in between takes effect now,
// late by the fault of the system.
func (p *play) outage(at time.Time) *play {
	p.now = at
	events, next, err := grievance.Machine.Fire(p.c, p.rules, machine.World{}, at)
	require.NoError(p.t, err)
	p.take(p.c, events, next)
	for _, d := range p.c.Deadlines {
		require.True(p.t, d.At.After(at), "deadline %s is in the past after firing", d.ID)
	}
	return p
}

// at moves the clock on to a moment written as text.
func (p *play) at(s string) *play { return p.to(moment(s)) }

// after moves the clock on by a limit.
func (p *play) after(limit string) *play {
	return p.to(p.rules.Calendar.Due(p.now, calendar.MustLimit(limit)).At)
}

// expire moves the clock to a deadline that must be waiting.
func (p *play) expire(id string) *play {
	d, ok := p.c.Deadlines[id]
	require.True(p.t, ok, "no deadline %s among %v", id, p.pending())
	return p.to(d.At)
}

func (p *play) pending() []string {
	var out []string
	for _, d := range p.c.Pending() {
		out = append(out, d.ID)
	}
	return out
}

// take accepts what a decision answered, after checking the fold.
func (p *play) take(before *grievance.Case, events []machine.Event, after *grievance.Case) {
	folded := before
	for i, e := range events {
		require.Equal(p.t, before.Seq+i+1, e.Seq, "sequence has a gap")
		var stored machine.Event
		require.NoError(p.t, json.Unmarshal([]byte(encode(p.t, e)), &stored))
		next, err := machine.Evolve(folded, grievance.Fresh, stored)
		require.NoError(p.t, err)
		require.Equal(p.t, e.To, next.State)
		folded = next
	}
	require.Equal(p.t, encode(p.t, after), encode(p.t, folded), "the fold must lead to the state decided")
	p.events, p.history, p.c = events, append(p.history, events...), folded
	for _, hook := range p.hooks {
		hook(before)
	}
}

// last is the latest event.
func (p *play) last() machine.Event {
	require.NotEmpty(p.t, p.history)
	return p.history[len(p.history)-1]
}

// happened finds the latest event of a type in the whole history.
func (p *play) happened(typ string) (machine.Event, bool) {
	for _, e := range slices.Backward(p.history) {
		if e.Type == typ {
			return e, true
		}
	}
	return machine.Event{}, false
}

// saw demands that an event of the type has happened, and gives it.
func (p *play) saw(typ string) machine.Event {
	e, ok := p.happened(typ)
	require.True(p.t, ok, "no %s in %s", typ, types(p.history))
	return e
}

// notices are the distinct notices of the last command or firing.
func (p *play) notices() []string {
	var out []string
	for _, e := range p.events {
		for _, n := range e.Notices {
			if !slices.Contains(out, n.N) {
				out = append(out, n.N)
			}
		}
	}
	slices.Sort(out)
	return out
}

// due is when a limit that begins now runs out.
func (p *play) due(limit string) time.Time {
	return p.rules.Calendar.Due(p.now, calendar.MustLimit(limit)).At
}

func types(events []machine.Event) string {
	var out []string
	for _, e := range events {
		out = append(out, e.Type)
	}
	return strings.Join(out, " ")
}

func merge(inputs ...form.Input) form.Input {
	out := form.Input{}
	for _, in := range inputs {
		for k, v := range in {
			out[k] = v
		}
	}
	return out
}

func encode(t require.TestingT, v any) string {
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// parallel runs a sub-test beside the others.
func parallel(t *testing.T, name string, f func(t *testing.T)) {
	t.Run(name, func(t *testing.T) { t.Parallel(); f(t) })
}

// sameTime compares moments, whatever zone they are written in.
func sameTime(t require.TestingT, want, got time.Time, about ...any) {
	require.WithinDuration(t, want, got, 0, about...)
}
