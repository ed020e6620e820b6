package chaos

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// began is the moment the fabricated world begins.
var began = time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)

func at(seconds float64) time.Time { return began.Add(time.Duration(seconds * float64(time.Second))) }

const (
	caseA = "220498G2026112600001"
	caseB = "220498G2026112600002"
	caseC = "220498G2026112600003" // what the event became
	event = "220498E2026112600001"
	blown = "220498W2026112600001"
)

// limit is a patch that sets or clears a deadline.
func limit(id string, when time.Time) map[string]any {
	if when.IsZero() {
		return map[string]any{"deadlines": map[string]any{id: nil}}
	}
	return map[string]any{"deadlines": map[string]any{id: map[string]any{"at": when.Format(time.RFC3339Nano)}}}
}

func owned(patch map[string]any) map[string]any {
	patch["owner"] = map[string]any{"unit": "220498-C"}
	return patch
}

// reported adds to the world an event that was reported with a photo and has become a
// grievance, and a whistle.
func reported(e *Evidence) {
	report := Wish{ID: 4, Op: "report", Key: "k4", Stored: stored(reporters[0], "report", "k4"), Photos: []string{"photo"}}
	convert := Wish{ID: 5, Op: "convert", No: event, Key: "k5", Stored: stored(platform, "grid_event/"+event, "k5")}
	draft := Wish{ID: 6, Op: "draft", Key: "k6", Stored: stored(office, "draft", "k6")}
	e.Told = append(e.Told,
		Told{report, []Answer{{Wish: 4, From: at(41), To: at(41.2), Status: 201, No: event, Code: "JKLM2345", Seq: 1}}},
		Told{convert, []Answer{{Wish: 5, From: at(42), To: at(42.2), Status: 200, No: event, Seq: 2}}},
		Told{draft, []Answer{{Wish: 6, From: at(43), To: at(43.2), Status: 201, No: blown, Seq: 1}}})
	e.Opens[event] = 200
	e.Running["grievance/"+caseC], e.Running["whistle/"+blown] = true, true
	e.Verify.Streams = 5
	l, became := e.Ledger, convert.Stored+"/"+caseC
	first := func(no, key string, when float64, change map[string]any) Event {
		return Event{No: no, Seq: 1, Kind: kindOf(no), Type: "first", At: at(when), Recorded: at(when), Committed: at(when), Key: key, Change: change, Notices: 1}
	}
	second := first(event, convert.Stored, 42.1, limit("review", time.Time{}))
	second.Seq, second.Becomes = 2, []string{caseC}
	l.Drawn = map[string]int{"G": 3, "E": 1, "W": 1}
	l.Rows[event] = Row{No: event, Kind: "grid_event", Seq: 2, State: "converted"}
	l.Rows[caseC] = Row{No: caseC, Kind: "grievance", Seq: 1, State: "joint_resolving", Open: true}
	l.Rows[blown] = Row{No: blown, Kind: "whistle", Seq: 1, State: "drafted", Open: true}
	l.Events[event] = []Event{first(event, report.Stored, 41.1, owned(limit("review", at(50)))), second}
	l.Events[caseC] = []Event{first(caseC, became, 42.1, owned(limit("joint", at(90))))}
	l.Events[blown] = []Event{first(blown, draft.Stored, 43.1, map[string]any{"owner_unit": "220498001-C"})}
	for key, c := range map[string]Command{report.Stored: {No: event, From: 1, To: 1}, convert.Stored: {No: event, From: 2, To: 2},
		draft.Stored: {No: blown, From: 1, To: 1}} {
		c.Key = key
		l.Commands[key] = c
	}
	l.Notices = map[string]map[int]int{event: {1: 1, 2: 1}, caseC: {1: 1}, blown: {1: 1}}
	l.Photos = map[string]int{event + "/photo": 1}
	l.Live = append(l.Live, LiveLimit{caseC, "joint", at(90)})
}

// soundWorld is one in which everything holds: one case was registered and triaged, its
// limit passed and fired; a second step was refused; another case waits. An event was
// reported and converted, a whistle was drafted.
func soundWorld() Evidence {
	register := Wish{ID: 0, Op: "register", Key: "k0", Stored: stored(clerk, "register", "k0")}
	triage := Wish{ID: 1, Op: "start-triage", No: caseA, Key: "k1", Stored: stored(disp, "grievance/"+caseA, "k1")}
	refused := Wish{ID: 2, Op: "dispatch", No: caseA, Key: "k2", Stored: stored(disp, "grievance/"+caseA, "k2")}
	other := Wish{ID: 3, Op: "register", Key: "k3", Stored: stored(clerk, "register", "k3")}
	e := Evidence{
		Told: []Told{
			{register, []Answer{{Wish: 0, From: at(0), To: at(0.2), Status: 201, No: caseA, Code: "ABCD2345", Seq: 1}}},
			{triage, []Answer{{Wish: 1, From: at(1), To: at(3), Status: 0, Reason: "cut"}, {Wish: 1, From: at(3), To: at(4), Status: 200, No: caseA, Seq: 2}}},
			{refused, []Answer{{Wish: 2, From: at(5), To: at(5.1), Status: 409, Reason: "wrong_state"}}},
			{other, []Answer{{Wish: 3, From: at(40), To: at(40.2), Status: 202, No: caseB, Code: "EFGH2345", Seq: 1}}},
		},
		Opens:   map[string]int{caseA: 200, caseB: 200},
		Running: map[string]bool{"grievance/" + caseA: true, "grievance/" + caseB: true},
		Verify:  &Verified{Ran: true, Streams: 2},
		Again:   map[string]Answer{},
	}
	a := func(seq int, typ, key, deadline string, when, committed time.Time, change map[string]any) Event {
		return Event{No: caseA, Seq: seq, Kind: "grievance", Type: typ, At: when, Recorded: committed, Committed: committed, Key: key, Deadline: deadline, Change: change}
	}
	e.Ledger = &Ledger{
		ReadAt: at(60),
		Rows:   map[string]Row{caseA: {No: caseA, Kind: "grievance", Seq: 4, State: "dispatched", Open: true}, caseB: {No: caseB, Kind: "grievance", Seq: 1, State: "registered", Open: true}},
		Commands: map[string]Command{
			register.Stored: {register.Stored, caseA, 1, 1}, triage.Stored: {triage.Stored, caseA, 2, 2}, other.Stored: {other.Stored, caseB, 1, 1}},
		Events: map[string][]Event{
			caseA: {
				a(1, "registered", register.Stored, "", at(0.1), at(0.1), owned(limit("pickup", at(10)))),
				a(2, "triage_started", triage.Stored, "", at(2), at(2), limit("triage", at(20))),
				a(3, "intake_unattended", "", "pickup", at(10), at(10.1), limit("pickup", time.Time{})),
				a(4, "triage_overdue", "", "triage", at(20), at(20.1), limit("triage", time.Time{})),
			},
			caseB: {{No: caseB, Seq: 1, Kind: "grievance", Type: "registered", At: at(40.1), Recorded: at(40.1), Committed: at(40.1), Key: other.Stored, Change: owned(limit("pickup", at(90)))}},
		},
		Live: []LiveLimit{{caseB, "pickup", at(90)}},
	}
	reported(&e)
	return e
}

// red gives the names of the checks that failed.
func red(e Evidence) []string {
	var out []string
	for _, c := range Judge(e) {
		if !c.OK {
			out = append(out, c.Name)
		}
	}
	slices.Sort(out)
	return out
}

func TestASoundWorldPasses(t *testing.T) {
	t.Parallel()
	for _, c := range Judge(soundWorld()) {
		require.True(t, c.OK, "%s: %v", c.Name, c.Faults)
	}
}

// TestTheJudgeSeesIt breaks the sound world in one way at a time.
func TestTheJudgeSeesIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what   string
		spoil  func(e *Evidence)
		judged string // a check that must fail
	}{
		{"an event is lost", func(e *Evidence) { e.Ledger.Events[caseA] = slices.Delete(e.Ledger.Events[caseA], 2, 3) }, "streams"},
		{"the last event is lost", func(e *Evidence) { e.Ledger.Events[caseA] = e.Ledger.Events[caseA][:3] }, "streams"},
		{"an event is doubled", func(e *Evidence) {
			e.Ledger.Events[caseA] = slices.Insert(e.Ledger.Events[caseA], 2, e.Ledger.Events[caseA][1])
		}, "streams"},
		{"a limit fired twice", func(e *Evidence) {
			again := e.Ledger.Events[caseA][2]
			again.Seq, again.Recorded, again.Committed, again.Change = 5, at(30), at(30), nil
			appendTo(e, again)
		}, "firings"},
		{"a limit fired that was never set", func(e *Evidence) {
			appendTo(e, Event{No: caseA, Seq: 5, Kind: "grievance", Type: "auto_signed", Deadline: "sign", At: at(30), Recorded: at(30), Committed: at(30)})
		}, "firings"},
		{"a limit took effect as of another moment", func(e *Evidence) { e.Ledger.Events[caseA][3].At = at(19) }, "firings"},
		{"a limit fired early", func(e *Evidence) { e.Ledger.Events[caseA][3].Committed = at(19.999) }, "early"},
		{"a limit was recorded early", func(e *Evidence) { e.Ledger.Events[caseA][3].Recorded = at(19.5) }, "early"},
		{"limits fired out of order", func(e *Evidence) {
			list := e.Ledger.Events[caseA]
			list[2], list[3] = list[3], list[2]
			list[2].Seq, list[3].Seq = 3, 4
		}, "order"},
		{"a step overtook a limit", func(e *Evidence) { e.Ledger.Events[caseA][1].At = at(11) }, "order"},
		{"a limit never fired", func(e *Evidence) { e.Ledger.Live = append(e.Ledger.Live, LiveLimit{caseA, "sign", at(10)}) }, "owed"},
		{"a limit overslept", func(e *Evidence) { e.Ledger.Events[caseA][3].Committed = at(70) }, "overslept"},
		{"a very late limit is not marked", func(e *Evidence) { e.Ledger.Events[caseA][3].Committed = at(130) }, "late"},
		{"a punctual limit is marked late", func(e *Evidence) { e.Ledger.Events[caseA][3].Late = true }, "late"},
		{"the owner is empty", func(e *Evidence) { e.Ledger.Events[caseA][1].Change["owner"] = map[string]any{"unit": ""} }, "owner"},
		{"an acknowledged key is not in the ledger", func(e *Evidence) { delete(e.Ledger.Commands, e.Told[1].Stored) }, "keys"},
		{"an acknowledged key is in another case", func(e *Evidence) { e.Ledger.Commands[e.Told[1].Stored] = Command{e.Told[1].Stored, caseB, 2, 2} }, "keys"},
		{"an acknowledged key has no events", func(e *Evidence) { e.Ledger.Events[caseA][1].Key = "" }, "keys"},
		{"the events of a key stand in two places", func(e *Evidence) { e.Ledger.Events[caseA][3].Key = e.Told[1].Stored }, "keys"},
		{"the answer named another version", func(e *Evidence) { e.Told[1].Answers[1].Seq = 3 }, "keys"},
		{"an acknowledged registration is lost", func(e *Evidence) { delete(e.Ledger.Rows, caseB) }, "registrations"},
		{"two registrations got one number", func(e *Evidence) { e.Told[3].Answers[0].No = caseA }, "registrations"},
		{"a case is there nobody was told of", func(e *Evidence) { e.Ledger.Rows["x"] = Row{No: "x", Kind: "grievance"} }, "registrations"},
		{"a number is lost", func(e *Evidence) { e.Ledger.Drawn["G"] = 4 }, "numbers"},
		{"a number of an event is lost", func(e *Evidence) { e.Ledger.Drawn["E"] = 2 }, "numbers"},
		{"a number has the letter of another kind", func(e *Evidence) { e.Ledger.Rows[event] = Row{No: event, Kind: "grievance", Seq: 2} }, "numbers"},
		{"a report is lost", func(e *Evidence) { delete(e.Ledger.Rows, event) }, "registrations"},
		{"a draft is lost", func(e *Evidence) { delete(e.Ledger.Rows, blown) }, "registrations"},
		{"what an event became is not there", func(e *Evidence) { delete(e.Ledger.Rows, caseC) }, "registrations"},
		{"a grievance comes from no event", func(e *Evidence) { e.Ledger.Events[event][1].Becomes = nil }, "registrations"},
		{"an event became what was registered", func(e *Evidence) { e.Ledger.Events[event][1].Becomes = []string{caseC, caseB} }, "registrations"},
		{"two events became the same", func(e *Evidence) { e.Ledger.Events[event][0].Becomes = []string{caseC} }, "registrations"},
		{"the receipt of a report does not open", func(e *Evidence) { e.Opens[event] = 404 }, "receipts"},
		{"a grievance is there under the key of another", func(e *Evidence) {
			e.Ledger.Events[caseC][0].Key = e.Told[1].Stored + "/" + caseC
		}, "unasked"},
		{"the owner of a whistle is empty", func(e *Evidence) { e.Ledger.Events[blown][0].Change["owner_unit"] = "" }, "owner"},
		{"the owner of an event is empty", func(e *Evidence) { e.Ledger.Events[event][0].Change["owner"] = map[string]any{"unit": ""} }, "owner"},
		{"a whistle has no workflow", func(e *Evidence) { delete(e.Running, "whistle/"+blown) }, "workflows"},
		{"an event runs that the ledger does not know", func(e *Evidence) { e.Running["grid_event/220498E2026112600009"] = true }, "workflows"},
		{"a notice is lost", func(e *Evidence) { e.Ledger.Notices[event] = map[int]int{1: 1} }, "notices"},
		{"a notice is there twice", func(e *Evidence) { e.Ledger.Notices[blown][1] = 2 }, "notices"},
		{"a photo is lost", func(e *Evidence) { e.Ledger.Photos = nil }, "photos"},
		{"a photo came with another step", func(e *Evidence) { e.Ledger.Photos[event+"/photo"] = 2 }, "photos"},
		{"a receipt does not open", func(e *Evidence) { e.Opens[caseB] = 404 }, "receipts"},
		{"what was refused happened", func(e *Evidence) { e.Ledger.Commands[e.Told[2].Stored] = Command{e.Told[2].Stored, caseA, 5, 5} }, "refusals"},
		{"a key nobody minted", func(e *Evidence) { e.Ledger.Commands["0abc"] = Command{"0abc", caseA, 4, 4} }, "unasked"},
		{"an event under a key without a record", func(e *Evidence) { e.Ledger.Events[caseA][3].Key = "0abc" }, "unasked"},
		{"yes, and then no", func(e *Evidence) { e.Told[1].Answers = append(e.Told[1].Answers, Answer{Wish: 1, Status: 409}) }, "answers"},
		{"yes twice, of two versions", func(e *Evidence) { e.Again["k1"] = Answer{Status: 200, No: caseA, Seq: 4} }, "answers"},
		{"nobody answered", func(e *Evidence) { e.Told[1].Answers = e.Told[1].Answers[:1] }, "answered"},
		{"a workflow is gone", func(e *Evidence) { delete(e.Running, "grievance/"+caseB) }, "workflows"},
		{"a workflow nobody knows", func(e *Evidence) { e.Running["grievance/x"] = true }, "workflows"},
		{"a workflow failed and was started again", func(e *Evidence) { e.Broken = []string{"grievance/" + caseA} }, "failed"},
		{"verify found something", func(e *Evidence) { e.Verify.Exit = 1 }, "verify"},
		{"verify did not run", func(e *Evidence) { e.Verify = nil }, "verify"},
		{"a process left", func(e *Evidence) { e.Left = []string{"worker1 ended"} }, "processes"},
		{"an internal error was answered", func(e *Evidence) { e.Told[1].Answers[0].Status = 500 }, "away"},
		{"acknowledged while the ledger was out of reach", func(e *Evidence) {
			e.Strikes = []Strike{{Fault: Fault{Kind: Cut, Target: "api*→postgres"}, From: at(38), To: at(42)}}
		}, "away"},
		{"a registration turned away while only the engine is gone", func(e *Evidence) {
			e.Strikes = []Strike{{Fault: Fault{Kind: FreezeTemporal, Target: "temporal"}, From: at(38), To: at(42)}}
			e.Told[3].Answers = slices.Insert(e.Told[3].Answers, 0, Answer{Wish: 3, From: at(39), To: at(39.5), Status: 503})
		}, "intake"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			e := soundWorld()
			c.spoil(&e)
			require.Contains(t, red(e), c.judged)
		})
	}
}

func appendTo(e *Evidence, x Event) {
	e.Ledger.Events[caseA] = append(e.Ledger.Events[caseA], x)
	row := e.Ledger.Rows[caseA]
	row.Seq++
	e.Ledger.Rows[caseA] = row
}

// TestAnOutageExcuses: what is late by a fault is not overslept; it must only say so.
func TestAnOutageExcuses(t *testing.T) {
	t.Parallel()
	e := soundWorld()
	e.Strikes = []Strike{{Fault: Fault{Kind: WorkersAway, Target: "worker*"}, From: at(15), To: at(125)}}
	e.Ledger.ReadAt = at(140)
	last := &e.Ledger.Events[caseA][3]
	last.Committed, last.Recorded, last.Late = at(130), at(129), true
	e.Ledger.Live = nil
	require.Empty(t, red(e))
	last.Late = false
	require.Equal(t, []string{"late"}, red(e))
}

// TestOneFiringMayBeSeveralEvents: a rule may record more than one event, and a limit may
// be set again under its own name.
func TestOneFiringMayBeSeveralEvents(t *testing.T) {
	t.Parallel()
	e := soundWorld()
	list := e.Ledger.Events[caseA]
	second := list[3]
	second.Seq, second.Type, second.Change = 5, "escalated_l2", limit("triage", at(25))
	third := second
	third.Seq, third.At, third.Recorded, third.Committed, third.Change = 6, at(25), at(25.1), at(25.1), limit("triage", time.Time{})
	appendTo(&e, second)
	appendTo(&e, third)
	require.Empty(t, red(e))
}

// TestTheSeedDecidesTheSchedule: the same seed gives the same faults, another one others, and
// every kind has its turn.
func TestTheSeedDecidesTheSchedule(t *testing.T) {
	t.Parallel()
	one := Schedule(7, 10*time.Minute, Kinds())
	require.Equal(t, one, Schedule(7, 10*time.Minute, Kinds()))
	require.NotEqual(t, one, Schedule(8, 10*time.Minute, Kinds()))
	for seed := range uint64(50) {
		list := Schedule(seed, 10*time.Minute, Kinds())
		seen := map[Kind]bool{}
		for i, f := range list {
			seen[f.Kind] = true
			require.LessOrEqual(t, f.After+f.For, 10*time.Minute)
			require.Contains(t, targets(f.Kind), f.Target)
			if i > 0 {
				require.LessOrEqual(t, list[i-1].After, f.After)
			}
		}
		require.Len(t, seen, len(Kinds()))
	}
	for _, f := range Schedule(3, 5*time.Minute, []Kind{KillAPI}) {
		require.Equal(t, KillAPI, f.Kind, "only what was asked for")
	}
}

// TestMergeFolds: the harness' own fold does what RFC 7386 says.
func TestMergeFolds(t *testing.T) {
	t.Parallel()
	state := merge(nil, map[string]any{"a": "b", "c": map[string]any{"d": "e", "f": "g"}})
	state = merge(state, map[string]any{"a": "z", "c": map[string]any{"f": nil}, "l": []any{"x"}})
	require.Equal(t, map[string]any{"a": "z", "c": map[string]any{"d": "e"}, "l": []any{"x"}}, state)
}

// TestTargets: a star stands for every number, and for nothing else.
func TestTargets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		target, name string
		want         bool
	}{
		{"api*", "api1", true}, {"api*", "api2→postgres", false}, {"api*→postgres", "api2→postgres", true},
		{"api*→postgres", "api2→temporal", false}, {"worker1", "worker1", true}, {"worker1", "worker2", false},
	} {
		require.Equal(t, c.want, matches(c.target, c.name), fmt.Sprint(c))
	}
}
