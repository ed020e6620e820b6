package machine_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/codes"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/org"
)

// lamp is the smallest thing a machine can move.
type lamp struct {
	machine.Head
	Turns  int               `json:"turns,omitempty"`
	Colour string            `json:"colour,omitempty"`
	Marks  map[string]string `json:"marks,omitempty"`
	List   []int             `json:"list,omitempty"`
}

func freshLamp() *lamp { return &lamp{} }

const (
	off machine.State = "off"
	on  machine.State = "on"
)

type turn = machine.Turn[*lamp]

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, calendar.Zone)

// lamps is a machine with one step of every sort.
func lamps() *machine.Machine[*lamp] {
	hands := machine.As("room", org.RoleDeptHandler)
	heads := machine.As("room", org.RoleDeptLeader)
	colour := form.Field{Name: "colour", ZH: "颜色", EN: "colour", Type: form.Line, Required: true}
	m := &machine.Machine[*lamp]{Name: "lamp", Fresh: freshLamp,
		Stands: func(_ *turn, g org.Grant, _ machine.Place) bool { return g.Unit == "R1" }}
	m.Steps = []machine.Step[*lamp]{
		{Action: "switch-on", Rule: "T1", From: []machine.State{off}, Who: hands, Petitioner: true, Do: func(t *turn) error {
			t.To(on)
			t.Case.Turns++
			t.Set(machine.Deadline{ID: "dim", At: t.Now.Add(time.Hour)})
			t.Set(machine.Deadline{ID: "tick", At: t.Now.Add(30 * time.Minute)})
			t.Record("lit", "T1").Notify("N1", machine.Recipient{User: "u"}).Fact("a", "b")
			return nil
		}},
		{Action: "switch-off", Rule: "T2", From: []machine.State{on}, Who: hands, Guard: func(t *turn) error {
			if t.Case.Colour == "red" {
				return domain.Refuse("stays_lit", "T2", "不行", "no")
			}
			return nil
		}, Do: func(t *turn) error { t.To(off); t.Clear("dim", "tick"); t.Record("dark", "T2"); return nil }},
		{Action: "paint", Rule: "T3", From: []machine.State{off, on}, Who: append(hands, heads...), Signature: machine.Countersign, Signs: heads,
			Fields: []form.Field{colour}, Guard: func(t *turn) error {
				if t.In.Text("colour") == "black" && !t.AskedAt.IsZero() {
					return domain.Refuse("no_black", "T3", "不行", "no")
				}
				return nil
			}, Do: paint},
		{Action: "break", Rule: "T4", From: []machine.State{on}, Who: heads, Signature: machine.TwoPersons, Signs: heads, Do: func(t *turn) error { t.To("broken"); t.Record("broke", "T4"); return nil }},
		{Action: "shine", SystemOnly: true, From: []machine.State{on}, Do: func(t *turn) error { t.Record("shone", "T5"); return nil }},
	}
	m.Expire = map[string]func(*turn, machine.Deadline) error{
		"dim":     func(t *turn, _ machine.Deadline) error { t.To(off); t.Record("dimmed", "T6"); return nil },
		"request": m.ExpireRequest,
	}
	return m
}

func paint(t *turn) error {
	t.Case.Colour = t.In.Text("colour")
	if t.Case.Marks == nil {
		t.Case.Marks = map[string]string{}
	}
	t.Case.Marks[t.Actor.User] = t.Proposer
	t.Case.List = append(t.Case.List, len(t.Case.List))
	t.Record("painted", "T3")
	return nil
}

func who(name string, role org.Role, unit string) domain.Actor {
	return domain.Actor{User: name, Grants: []org.Grant{{Role: role, Unit: unit}}}
}

var (
	hand  = who("hand", org.RoleDeptHandler, "R1")
	head  = who("head", org.RoleDeptLeader, "R1")
	head2 = who("head2", org.RoleDeptLeader, "R1")
	guest = who("guest", org.RoleGuide, "R1")
	next  = who("next", org.RoleDeptHandler, "R2")
)

func rules() *machine.Rules { return &machine.Rules{Version: "v1", Codes: &codes.Tables{}} }

// act takes a step and checks that folding its events, as they are stored, leads to the same state.
func act(t *testing.T, m *machine.Machine[*lamp], l *lamp, now time.Time, a domain.Actor, action string, in form.Input) (*lamp, []machine.Event, error) {
	t.Helper()
	events, after, err := m.Decide(l, machine.Command{Key: "k", Action: action, Actor: a, Input: in}, rules(), machine.World{}, now)
	return fold(t, l, events, after), events, err
}

func fold(t *testing.T, l *lamp, events []machine.Event, want *lamp) *lamp {
	t.Helper()
	for _, e := range events {
		b, err := json.Marshal(e)
		require.NoError(t, err)
		var stored machine.Event
		require.NoError(t, json.Unmarshal(b, &stored))
		l, err = machine.Evolve(l, freshLamp, stored)
		require.NoError(t, err)
	}
	a, _ := json.Marshal(want)
	b, _ := json.Marshal(l)
	require.JSONEq(t, string(a), string(b))
	return l
}

func dark() *lamp { return &lamp{Head: machine.Head{No: "L1", State: off, Seq: 7}} }

func TestDecide(t *testing.T) {
	t.Parallel()
	m := lamps()
	l, events, err := act(t, m, dark(), start, hand, "switch-on", nil)
	require.NoError(t, err)
	require.Equal(t, on, l.State)
	require.Len(t, events, 1)
	e := events[0]
	require.Equal(t, []any{8, "lit", "T1", "hand", "R1", off, on, "k", "v1"}, []any{e.Seq, e.Type, e.Rule, e.By, e.Unit, e.From, e.To, e.Key, e.Rulebook})
	require.Equal(t, map[string]string{"a": "b"}, e.Notices[0].Facts)
	require.NotContains(t, string(e.Change), "seq")

	for _, row := range []struct {
		name, action string
		a            domain.Actor
		in           form.Input
		match        int
		code         domain.Code
		reason       string
	}{
		{"no such action", "fly", hand, nil, 0, domain.CodeNotFound, "not_found"},
		{"no office comes before a stale version", "switch-on", guest, nil, 3, domain.CodeForbidden, "not_your_office"},
		{"a stale version before a wrong state", "switch-on", hand, nil, 3, domain.CodeStale, "stale"},
		{"a wrong state before the wrong place", "switch-on", next, nil, 8, domain.CodeConflict, "wrong_state"},
		{"the wrong place", "switch-off", next, nil, 0, domain.CodeForbidden, "not_your_case"},
		{"the petitioner only where allowed", "switch-off", domain.Actor{User: domain.Petitioner}, nil, 0, domain.CodeForbidden, "not_your_office"},
		{"only the system", "shine", head, nil, 0, domain.CodeForbidden, "not_your_office"},
		{"inputs", "paint", head, nil, 0, domain.CodeInvalid, "invalid_input"},
		{"nothing to sign", "approve", head, nil, 0, domain.CodeConflict, "wrong_state"},
	} {
		cmd := machine.Command{Action: row.action, Actor: row.a, Input: row.in, IfMatch: row.match}
		events, same, err := m.Decide(l, cmd, rules(), machine.World{}, start)
		require.Equal(t, row.code, domain.CodeOf(err), row.name)
		require.Equal(t, row.reason, domain.ReasonOf(err), row.name)
		require.Empty(t, events)
		require.Same(t, l, same)
		var refusal *domain.Error
		if errors.As(err, &refusal); row.code == domain.CodeConflict {
			require.Equal(t, "on", refusal.State)
		}
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	m := lamps()
	red := form.Input{"colour": "red"}
	l, events, err := act(t, m, dark(), start, hand, "paint", red)
	require.NoError(t, err)
	require.Equal(t, "requested", events[0].Type)
	require.Equal(t, machine.Recipient{Role: org.RoleDeptLeader, Unit: "R1"}, events[0].Notices[0].To)
	require.Empty(t, l.Colour)
	_, _, err = act(t, m, l, start, hand, "paint", red)
	require.Equal(t, "already_requested", domain.ReasonOf(err))
	_, _, err = act(t, m, l, start, hand, "approve", nil)
	require.Equal(t, "not_your_office", domain.ReasonOf(err))
	_, _, err = act(t, m, l, start, head, "approve", form.Input{"request": "R9"})
	require.Equal(t, "unknown_request", domain.FieldsOf(err)[0].Reason)

	painted, events, err := act(t, m, l, start, head, "approve", form.Input{"note": "可"})
	require.NoError(t, err)
	require.Equal(t, "red", painted.Colour)
	require.Equal(t, "hand", painted.Marks["head"], "the step knows who asked")
	require.Equal(t, "可", events[0].Input["approval_note"])
	require.Empty(t, painted.Requests)

	declined, events, err := act(t, m, l, start, head, "decline", form.Input{"reason": "不"})
	require.NoError(t, err)
	require.Empty(t, declined.Requests)
	require.Equal(t, machine.Recipient{User: "hand"}, events[0].Notices[0].To)

	alone, events, err := act(t, m, dark(), start, head, "paint", red)
	require.NoError(t, err)
	require.Equal(t, "painted", events[0].Type, "who may sign may act alone")
	require.Equal(t, "red", alone.Colour)

	lit, _, err := act(t, m, dark(), start, hand, "switch-on", nil)
	require.NoError(t, err)
	two, _, err := act(t, m, lit, start, head, "break", nil)
	require.NoError(t, err)
	_, _, err = act(t, m, two, start, head, "approve", nil)
	require.Equal(t, "second_person", domain.ReasonOf(err))
	moot, events, err := act(t, m, two, start, hand, "switch-off", nil)
	require.NoError(t, err)
	require.Empty(t, moot.Requests, "a request its state no longer allows is moot")
	require.Equal(t, machine.Recipient{User: "head"}, events[0].Notices[0].To)
	broken, _, err := act(t, m, two, start, head2, "approve", nil)
	require.NoError(t, err)
	require.EqualValues(t, "broken", broken.State)
}

func TestFire(t *testing.T) {
	t.Parallel()
	m := lamps()
	lit, _, err := act(t, m, dark(), start, hand, "switch-on", nil)
	require.NoError(t, err)
	late := start.Add(3 * time.Hour)
	events, after, err := m.Fire(lit, rules(), machine.World{}, late)
	require.NoError(t, err)
	fold(t, lit, events, after)
	require.Equal(t, "limit_passed", events[0].Type, "a kind without a rule is noted")
	require.Equal(t, "dimmed", events[1].Type)
	require.Equal(t, "dim", events[1].Deadline)
	require.True(t, events[1].At.Equal(start.Add(time.Hour)), "it takes effect when it was due")
	require.True(t, events[1].RecordedAt.Equal(late))
	require.Equal(t, "system", events[1].By)
	require.Empty(t, after.Deadlines)

	_, _, err = act(t, m, lit, late, hand, "switch-off", nil)
	require.Equal(t, "wrong_state", domain.ReasonOf(err), "a command never overtakes time")
	_, events, err = act(t, m, lit, late, hand, "switch-on", nil)
	require.NoError(t, err)
	require.Equal(t, []string{"", "", "k"}, []string{events[0].Key, events[1].Key, events[2].Key})
	none, same, err := m.Fire(lit, rules(), machine.World{}, start)
	require.NoError(t, err)
	require.Empty(t, none)
	require.Equal(t, lit.Seq, same.Seq)

	m.Expire["dim"] = func(t *turn, _ machine.Deadline) error {
		t.Set(machine.Deadline{ID: "dim", At: start})
		t.Record("again", "")
		return nil
	}
	_, _, err = m.Fire(lit, rules(), machine.World{}, late)
	require.ErrorContains(t, err, "at one moment", "a rule that arms itself in the past is stopped")
}

// TestCatchingUp: after a night away more limits have passed than one commit
// takes. They take effect in several, in their order, and a command waits for them.
func TestCatchingUp(t *testing.T) {
	t.Parallel()
	m := lamps()
	m.Expire["dim"] = func(t *turn, d machine.Deadline) error { // every five seconds, as long as it shines
		t.Set(machine.Deadline{ID: "dim", At: d.At.Add(5 * time.Second)})
		t.Record("dimmed", "")
		return nil
	}
	lit, _, err := act(t, m, dark(), start, hand, "switch-on", nil)
	require.NoError(t, err)
	lit.Deadlines = map[string]machine.Deadline{"dim": {ID: "dim", Kind: "dim", At: start}}
	morning := start.Add(time.Hour)
	_, _, err = m.Decide(lit, machine.Command{Key: "k", Action: "switch-off", Actor: hand}, rules(), machine.World{}, morning)
	require.ErrorIs(t, err, machine.ErrCatchUp)
	fired, commits := 0, 0
	for now := lit; ; commits++ {
		var events []machine.Event
		events, now, err = m.Fire(now, rules(), machine.World{}, morning)
		require.NoError(t, err)
		for _, e := range events {
			require.True(t, e.At.Equal(start.Add(time.Duration(fired)*5*time.Second)))
			fired++
		}
		if len(events) == 0 {
			_, _, err = m.Decide(now, machine.Command{Key: "k", Action: "switch-off", Actor: hand}, rules(), machine.World{}, morning)
			require.NoError(t, err)
			break
		}
	}
	require.Equal(t, 721, fired, "one every five seconds of the hour, and the first")
	require.Equal(t, 4, commits)
}

// TestLapse: a request nobody signs is declined or, where silence is consent, carried
// out; and where the rule then refuses, it lapses, and time goes on.
func TestLapse(t *testing.T) {
	t.Parallel()
	for colour, want := range map[string]string{"red": "painted", "black": "request_lapsed"} {
		m := lamps()
		paint, _ := m.Step("paint")
		paint.Lapse = machine.LapseApproves
		l, _, err := act(t, m, dark(), start, hand, "paint", form.Input{"colour": colour})
		require.NoError(t, err)
		l.Deadlines = map[string]machine.Deadline{"request.R8": {ID: "request.R8", Kind: "request", At: start.Add(time.Minute), Ref: "R8"},
			"tick": {ID: "tick", Kind: "tick", At: start.Add(2 * time.Minute)}}
		events, after, err := m.Fire(l, rules(), machine.World{}, start.Add(time.Hour))
		require.NoError(t, err)
		require.Equal(t, want, events[0].Type)
		require.Equal(t, "limit_passed", events[1].Type)
		require.Empty(t, events[1].Input, "what one deadline carried out is not taken for the next")
		require.Empty(t, after.Requests)
	}
}

func TestOffers(t *testing.T) {
	t.Parallel()
	m := lamps()
	names := func(l *lamp, a domain.Actor) string {
		var out []string
		for _, o := range m.Offers(l, a, rules(), start) {
			out = append(out, o.Action)
		}
		return strings.Join(out, " ")
	}
	lit, _, err := act(t, m, dark(), start, hand, "switch-on", nil)
	require.NoError(t, err)
	require.Equal(t, "switch-on paint", names(dark(), hand))
	require.Equal(t, "switch-off paint", names(lit, hand))
	require.Equal(t, "paint break", names(lit, head))
	require.Equal(t, "switch-on", names(dark(), domain.Actor{User: domain.Petitioner}))
	require.Empty(t, names(lit, next))
	require.Empty(t, names(lit, guest))
	require.Empty(t, names(lit, domain.SystemActor()))
	lit.Colour = "red"
	require.Equal(t, "paint", names(lit, hand), "a step its guard refuses already is not offered")
	asked, _, err := act(t, m, lit, start, head, "break", nil)
	require.NoError(t, err)
	require.Equal(t, "paint break", names(asked, head))
	require.Equal(t, "paint break approve decline", names(asked, head2))
}

func TestEvolve(t *testing.T) {
	t.Parallel()
	m := lamps()
	l, events, err := act(t, m, dark(), start, hand, "switch-on", nil)
	require.NoError(t, err)
	_, err = machine.Evolve(l, freshLamp, events[0])
	require.ErrorContains(t, err, "does not follow")
	other := events[0]
	other.No = "L2"
	_, err = machine.Evolve(dark(), freshLamp, other)
	require.ErrorContains(t, err, "is not of")
	broken := events[0]
	broken.Change = json.RawMessage(`{"turns":"x"}`)
	_, err = machine.Evolve(dark(), freshLamp, broken)
	require.Error(t, err)
	same := machine.Event{No: "L1", Seq: 8}
	next, err := machine.Evolve(dark(), freshLamp, same)
	require.NoError(t, err)
	require.Equal(t, 8, next.Seq)
}

func TestPermitAndNamed(t *testing.T) {
	t.Parallel()
	m := lamps()
	require.NoError(t, m.Permit(dark(), "switch-on"))
	require.Equal(t, domain.CodeConflict, domain.CodeOf(m.Permit(dark(), "switch-off")))
	require.Equal(t, domain.CodeConflict, domain.CodeOf(m.Permit(dark(), machine.Approve)))
	require.Equal(t, domain.CodeNotFound, domain.CodeOf(m.Permit(dark(), "fly")))
	step, _ := m.Step("paint")
	step.Fields = []form.Field{{Name: "u", Type: form.User}, {Name: "us", Type: form.Users}, {Name: "c", Type: form.Case},
		{Name: "o", Type: form.Objects, Of: []form.Field{{Name: "u", Type: form.User}}}}
	users, cases := m.Named("paint", form.Input{"u": "a", "us": []any{"b", "", 7}, "c": "C1", "o": []any{map[string]any{"u": "d"}}})
	require.Equal(t, []string{"a", "b", "d"}, users)
	require.Equal(t, []string{"C1"}, cases)
	users, cases = m.Named("fly", nil)
	require.Empty(t, users)
	require.Empty(t, cases)
}
