package machine

import (
	"encoding/json"
	"fmt"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/catalogue"
	"huajie/domain/codes"
	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/geo"
	"huajie/domain/grid"
	"huajie/domain/org"
	"huajie/domain/policy"
)

// Command is what somebody, or time, asks of a machine.
type Command struct {
	Key     string       `json:"key"` // unique per wish; a retry carries the same one
	Action  string       `json:"action"`
	Actor   domain.Actor `json:"actor"`
	Input   form.Input   `json:"input,omitempty"`
	IfMatch int          `json:"if_match,omitempty"` // sequence the caller looked at; 0 for none
	// Fingerprint tells requests apart that carry the same key.
	Fingerprint string `json:"fingerprint,omitempty"`
}

// Rules is the rulebook as it applies to one case: the version of its
// dispatch, the policy of its place.
type Rules struct {
	Version  string
	Org      *org.Tree
	Codes    *codes.Tables
	Calendar *calendar.Calendar
	Policy   policy.Set
	// Grids tell where a place belongs; nil knows no grid.
	Grids *grid.Index
	// Suggest asks the duty catalogue who should lead a matter of the category
	// in the area (R21, R44).
	Suggest func(category, area string) (org.Suggestion, bool)
	// Events is the catalogue of grid events (§8.6).
	Events *catalogue.Events
}

// Related is what a decision may know of another case.
type Related struct {
	No, County, Area, Category string
	State                      State
	Open                       bool
	Master                     string
	Confidentiality            string
	CreatedAt                  time.Time
	Place                      geo.Point // where it is, of a grid event
}

// World is what a decision needs to know beyond the case and the rules; the
// committer gathers it in the same transaction.
type World struct {
	People map[string]org.User // users named in the input
	Cases  map[string]Related  // cases named in the input
	NewNo  string              // a fresh number, for a step that creates a case
	// RecordedAt is when the decision is written down, where that is later than
	// the moment it is taken at: the ledger was away in between.
	RecordedAt time.Time
	// Photos are the photos named in the input that are whole, with those like them.
	Photos map[string]evidence.Photo
	// Staff are the members and leaders of the grid of an event, those on leave
	// marked, for whoever goes to verify (E15).
	Staff []Colleague
	// Nearby are the events of the same kind near by in the time before, newest first
	// (§6 item 81).
	Nearby []Related
	// Reports counts the reporter's events of this quarter, and those rejected.
	Reports struct{ All, Rejected int }
	// HangUps counts the lead unit's cases of this quarter, for hangup.quota.
	HangUps struct{ Suspended, Due int }
	// Explained counts the lead unit's cases closed this quarter, for explained.quota.
	Explained struct{ Explained, Closed int }
}

// Colleague is somebody who holds an office for a place.
type Colleague struct {
	User string
	Role org.Role
	Unit string
	Away bool // on leave
}

// Turn is the deciding of one command. Steps change Case and Record what they did.
type Turn[S Subject] struct {
	Case  S
	Now   time.Time // effective time
	Rules *Rules
	World World
	In    form.Input
	Actor domain.Actor
	By    Who    // the office the actor acts in
	Unit  string // the unit of that office
	// Proposer is who asked, when the actor signs somebody else's request.
	Proposer     string
	ProposerUnit string
	AskedAt      time.Time

	m        *Machine[S]
	recorded time.Time
	key      string
	deadline string
	told     bool
	excused  bool // the deadline that fires is held against nobody
	base     []byte
	from     State
	events   []Event
	causes   []Effect
}

// Tolerance is how much later than due a deadline may fire without anybody
// noticing. Beyond it the system was away: whoever had to act could perhaps not,
// and is blamed for nothing (§6 item 95).
const Tolerance = time.Minute

// LateBySystem tells whether what is being decided is a deadline that fires late
// by the fault of the system. A rule then does what follows from the moment
// having passed, and raises no mark against a unit.
func (t *Turn[S]) LateBySystem() bool {
	return t.deadline != "" && t.recorded.Sub(t.Now) > Tolerance
}

// Set adds or replaces a deadline. A zero time sets none.
func (t *Turn[S]) Set(d Deadline) {
	h := t.Case.GetHead()
	if d.At.IsZero() {
		delete(h.Deadlines, d.ID)
		return
	}
	if h.Deadlines == nil {
		h.Deadlines = map[string]Deadline{}
	}
	if d.Kind == "" {
		d.Kind = d.ID
	}
	h.Deadlines[d.ID] = d
}

// Start sets a deadline one limit from now and returns it.
func (t *Turn[S]) Start(id string, limit calendar.Limit, d Deadline) Deadline {
	due := t.Rules.Calendar.Due(t.Now, limit)
	d.ID, d.At, d.Provisional, d.Start, d.Limit = id, due.At, due.Provisional, t.Now, limit
	t.Set(d)
	return d
}

// Clear removes deadlines; absent ones are no fault.
func (t *Turn[S]) Clear(ids ...string) {
	for _, id := range ids {
		delete(t.Case.GetHead().Deadlines, id)
	}
}

// Cause adds effects to the event recorded next.
func (t *Turn[S]) Cause(effects ...Effect) { t.causes = append(t.causes, effects...) }

// To moves the case to a state.
func (t *Turn[S]) To(s State) { t.Case.GetHead().State = s }

// Record closes what the step has changed so far into one event. The returned
// event may be given notices and effects.
func (t *Turn[S]) Record(typ, rule string) *Event {
	h := t.Case.GetHead()
	moot := t.dropMoot()
	h.Seq++
	after := encode(t.Case)
	patch, err := change(t.base, after)
	if err != nil {
		panic(err) // both sides were just encoded from structs
	}
	e := Event{No: h.No, Seq: h.Seq, Type: typ, Rule: rule, At: t.Now, RecordedAt: t.recorded,
		By: t.Actor.User, Unit: t.Unit, From: t.from, To: h.State, Key: t.key, Deadline: t.deadline,
		Rulebook: t.Rules.Version, Change: patch, LateBySystem: t.LateBySystem()}
	if !t.told { // the words of a command are kept once, with its first event
		e.Input, t.told = t.In, true
	}
	e.Reason = t.In.Text("reason_code")
	e.Effects, t.causes = t.causes, nil
	for _, r := range moot {
		e.Notices = append(e.Notices, Notice{N: "N10", To: Recipient{User: r.By}, Facts: map[string]string{"action": r.Action}})
	}
	t.events = append(t.events, e)
	t.base, t.from = after, h.State
	return &t.events[len(t.events)-1]
}

// encode gives the state as JSON.
func encode[S Subject](s S) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("state of %s cannot be encoded: %v", s.GetHead().No, err)) // a programming error
	}
	return b
}

// Notify adds a notice to the event.
func (e *Event) Notify(n string, to ...Recipient) *Event {
	for _, r := range to {
		if r != (Recipient{}) {
			e.Notices = append(e.Notices, Notice{N: n, To: r})
		}
	}
	return e
}

// Fact adds a fact to every notice of the event that has not got it yet.
func (e *Event) Fact(name, value string) *Event {
	for i := range e.Notices {
		if e.Notices[i].Facts == nil {
			e.Notices[i].Facts = map[string]string{}
		}
		if _, ok := e.Notices[i].Facts[name]; !ok {
			e.Notices[i].Facts[name] = value
		}
	}
	return e
}

// Cause adds an effect to the event.
func (e *Event) Cause(effects ...Effect) *Event {
	e.Effects = append(e.Effects, effects...)
	return e
}

// Untold records why nobody is told of the event, where somebody would be (I9).
func (e *Event) Untold(why string) *Event { e.Exempt = why; return e }

// Because sets the reason code of the event.
func (e *Event) Because(code string) *Event { e.Reason = code; return e }
