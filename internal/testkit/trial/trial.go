// Package trial tries a machine of the domain on the demo rulebook: one subject, the time it
// lives in, and the people who move it.
package trial

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/rulebook"
)

// T is what *testing.T and *rapid.T have in common.
type T interface {
	require.TestingT
	Helper()
	Fatalf(format string, args ...any)
}

// Book is the built-in rulebook with its demo people.
var Book = func() *rulebook.Book {
	b, err := rulebook.Default()
	if err != nil {
		panic(err)
	}
	return b
}()

// Monday is a working day like any other: 2026-11-23 09:00.
var Monday = time.Date(2026, 11, 23, 9, 0, 0, 0, calendar.Zone)

// Actor is somebody of the demo directory, or the system.
func Actor(t T, name string) domain.Actor {
	t.Helper()
	if name == domain.System {
		return domain.SystemActor()
	}
	u, ok := Book.Users.User(name)
	require.True(t, ok, "no demo user %s", name)
	return domain.Actor{User: u.Username, Grants: u.Grants}
}

// Centre is the centre of an area.
func Centre(t T, area string) string {
	t.Helper()
	u, ok := Book.Org.CentreOf(area)
	require.True(t, ok)
	return u.ID
}

// Trial is one subject and its clock.
type Trial[S machine.Subject] struct {
	T       T
	Machine *machine.Machine[S]
	Rules   *machine.Rules
	Now     time.Time
	Case    S
	Events  []machine.Event // of the last step
	All     []machine.Event
	// World is what is known beyond the subject when a step is taken; nil for nothing.
	World func() machine.World
}

// Begin opens a trial with the first turn of its subject.
func Begin[S machine.Subject](t T, m *machine.Machine[S], rules *machine.Rules, open func() ([]machine.Event, S, error)) *Trial[S] {
	t.Helper()
	x := &Trial[S]{T: t, Machine: m, Rules: rules, Now: Monday, Case: m.Fresh()}
	x.take(open())
	return x
}

// take folds events as a workflow does, and holds that this gives what deciding gave.
func (x *Trial[S]) take(events []machine.Event, decided S, err error) {
	x.T.Helper()
	require.NoError(x.T, err)
	x.Events = events
	x.All = append(x.All, events...)
	for _, e := range events {
		x.Case, err = machine.Evolve(x.Case, x.Machine.Fresh, e)
		require.NoError(x.T, err)
	}
	want, err := json.Marshal(decided)
	require.NoError(x.T, err)
	got, err := json.Marshal(x.Case)
	require.NoError(x.T, err)
	require.JSONEq(x.T, string(want), string(got))
}

// Try takes a step if the rules allow it.
func (x *Trial[S]) Try(who, action string, in form.Input) error {
	x.T.Helper()
	world := machine.World{}
	if x.World != nil {
		world = x.World()
	}
	cmd := machine.Command{Key: action, Action: action, Actor: Actor(x.T, who), Input: in}
	events, decided, err := x.Machine.Decide(x.Case, cmd, x.Rules, world, x.Now)
	if err == nil {
		x.take(events, decided, nil)
	}
	return err
}

// Do takes a step that must succeed.
func (x *Trial[S]) Do(who, action string, in form.Input) {
	x.T.Helper()
	require.NoError(x.T, x.Try(who, action, in), "%s by %s", action, who)
}

// Refused takes a step that must be refused for a reason, and change nothing.
func (x *Trial[S]) Refused(reason, who, action string, in form.Input) {
	x.T.Helper()
	seq := x.Case.GetHead().Seq
	err := x.Try(who, action, in)
	require.Error(x.T, err, "%s by %s", action, who)
	require.Equal(x.T, reason, domain.ReasonOf(err))
	require.Equal(x.T, seq, x.Case.GetHead().Seq)
}

// Faults takes a step whose inputs must be refused, naming the field.
func (x *Trial[S]) Faults(field, reason, who, action string, in form.Input) {
	x.T.Helper()
	HasFault(x.T, x.Try(who, action, in), field, reason)
}

// HasFault holds that an error finds a field at fault for a reason.
func HasFault(t T, err error, field, reason string) {
	t.Helper()
	require.Equal(t, domain.CodeInvalid, domain.CodeOf(err))
	for _, f := range domain.FieldsOf(err) {
		if f.Field == field && f.Reason == reason {
			return
		}
	}
	t.Fatalf("no fault %s/%s in %+v", field, reason, domain.FieldsOf(err))
}

// Jump goes to a moment and lets what has passed take effect there, as after the system was
// away.
func (x *Trial[S]) Jump(to time.Time) {
	x.T.Helper()
	x.Now = to
	x.take(x.Machine.Fire(x.Case, x.Rules, machine.World{}, to))
}

// Pass lets every limit up to a time take effect at its moment.
func (x *Trial[S]) Pass(to time.Time) {
	x.T.Helper()
	for {
		d, ok := x.Case.GetHead().Next()
		if !ok || d.At.After(to) {
			x.Now = to
			return
		}
		x.Jump(d.At)
	}
}

// Expire lets time go by to a deadline.
func (x *Trial[S]) Expire(id string) {
	x.T.Helper()
	d, ok := x.Case.GetHead().Deadlines[id]
	require.True(x.T, ok, "no deadline %s, there are %v", id, x.Case.GetHead().Pending())
	x.Pass(d.At)
}

// Of is the first event of a type among some.
func (x *Trial[S]) Of(events []machine.Event, typ string) machine.Event {
	x.T.Helper()
	var types []string
	for _, e := range events {
		if e.Type == typ {
			return e
		}
		types = append(types, e.Type)
	}
	x.T.Fatalf("no event %s in %v", typ, types)
	return machine.Event{}
}

// Chained holds that the events are numbered, and lead only along the edges.
func (x *Trial[S]) Chained(edges map[machine.State][]machine.State) {
	x.T.Helper()
	for i, e := range x.All {
		require.Equal(x.T, i+1, e.Seq)
		if e.From != e.To {
			require.Contains(x.T, edges[e.From], e.To, "no such edge: %s → %s (%s)", e.From, e.To, e.Type)
		}
	}
}

// Notified tells whether an event carries a notice to an office.
func Notified(e machine.Event, n string, role org.Role, unit string) bool {
	return Told(e, n, machine.Recipient{Role: role, Unit: unit})
}

// Told tells whether an event carries a notice to somebody.
func Told(e machine.Event, n string, to machine.Recipient) bool {
	return slices.ContainsFunc(e.Notices, func(x machine.Notice) bool { return x.N == n && x.To == to })
}
