// Package activitiestest proves ledgers equal: one conformance suite, and an
// in-memory ledger that passes it and stands in where a test needs months of virtual time.
package activitiestest

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"sync"
	"time"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/casefile"
	"huajie/domain/casekind"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/org"
	"huajie/domain/view"
)

// Memory is a ledger in memory. It passes TestLedger like the real one.
type Memory struct {
	// Directory gives the users that exist; nil for none.
	Directory *org.Directory

	mu      sync.Mutex
	users   map[string]org.User
	streams map[string]*stream
	keys    map[string]keyed
	numbers map[string]int
	notices []notice.Message
	taps    map[string]tap // what came in without a key
	photos  []shelved
}

type tap struct {
	no string
	at time.Time
}

type stream struct {
	kind   string
	state  json.RawMessage
	events []machine.Event
}

type keyed struct {
	no, fingerprint string
	from, to        int
}

var _ activities.Ledger = (*Memory)(nil)

// NewMemory makes an empty ledger.
func NewMemory(people *org.Directory) *Memory {
	return &Memory{Directory: people, users: map[string]org.User{}, streams: map[string]*stream{}, keys: map[string]keyed{}, numbers: map[string]int{}, taps: map[string]tap{}}
}

// Know adds users beside those of the directory.
func (m *Memory) Know(users ...org.User) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, u := range users {
		m.users[u.Username] = u
	}
}

// Change implements activities.Ledger.
func (m *Memory) Change(_ context.Context, w activities.Write) (activities.Written, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.streams[w.No]
	if !ok || s.kind != w.Kind {
		if w.Seq > 0 {
			return activities.Written{}, behindWorkflow()
		}
		return activities.Written{}, domain.NotFound()
	}
	after := func() []machine.Event { return slices.Clone(s.events[max(0, min(w.Seq, len(s.events))):]) }
	if k, done := m.keys[w.Key]; done && w.Key != "" {
		if k.no != w.No || k.fingerprint != w.Fingerprint {
			return activities.Written{}, keyReused()
		}
		if w.Seq < 0 {
			return activities.Written{No: w.No, Events: slices.Clone(s.events[k.from:k.to]), Repeated: true}, nil
		}
		return activities.Written{No: w.No, Events: after(), Repeated: true}, nil
	}
	if w.Seq > len(s.events) {
		return activities.Written{}, behindWorkflow()
	}
	if w.Seq >= 0 && len(s.events) > w.Seq {
		return activities.Written{No: w.No, Events: after(), Behind: true}, nil
	}
	numbers, from := maps.Clone(m.numbers), len(s.events)
	d, err := w.Decide(current{m, s})
	if err == nil {
		err = m.write(w.No, s, d)
	}
	if err != nil {
		m.numbers = numbers // as a transaction would
		return activities.Written{}, err
	}
	if w.Key != "" && !d.Unanswered {
		m.keys[w.Key] = keyed{w.No, w.Fingerprint, from, len(s.events)}
	}
	return activities.Written{No: w.No, Events: d.Events, Behind: d.Unanswered}, nil
}

func behindWorkflow() error {
	return &domain.Error{Code: domain.CodeUnavailable, Reason: "ledger_behind",
		Text: domain.Text{ZH: "台账落后于办件流程", EN: "the ledger is behind the workflow"}}
}

// write appends a decision and opens the case it splits off.
func (m *Memory) write(no string, s *stream, d activities.Decision) error {
	if len(d.Events) == 0 {
		return nil
	}
	if err := m.append(no, s, d); err != nil || d.Spawned == nil {
		return err
	}
	spawned := d.Spawned.State.GetHead().No
	kind, _ := casefile.KindOf(spawned)
	return m.open(kind, spawned, *d.Spawned)
}

// Create implements activities.Ledger.
func (m *Memory) Create(_ context.Context, w activities.NewStream) (activities.Written, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k, done := m.keys[w.Key]; done && w.Key != "" {
		if k.fingerprint != w.Fingerprint {
			return activities.Written{}, keyReused()
		}
		s := m.streams[k.no]
		return activities.Written{No: k.no, QueryCode: code(s.kind, k.no), Events: slices.Clone(s.events[:k.to]), Repeated: true}, nil
	}
	if w.Twice != nil {
		if k, known := m.taps[w.Twice.Source+w.Fingerprint]; known && k.at.After(w.Twice.Since) {
			return activities.Written{No: k.no, QueryCode: code(w.Kind, k.no), Events: slices.Clone(m.streams[k.no].events[:1]), Repeated: true}, nil
		}
	}
	if w.Look != nil {
		if err := w.Look(current{m: m}); err != nil {
			return activities.Written{}, err
		}
	}
	numbers, no := maps.Clone(m.numbers), w.No
	if no == "" {
		no = m.draw(w.Place, w.Letter, w.Day)
	}
	d, err := w.Decide(no)
	if err == nil {
		err = m.open(w.Kind, no, d)
	}
	if err != nil {
		m.numbers = numbers
		return activities.Written{}, err
	}
	if w.Key != "" {
		m.keys[w.Key] = keyed{no, w.Fingerprint, 0, len(d.Events)}
	}
	if w.Twice != nil {
		m.taps[w.Twice.Source+w.Fingerprint] = tap{no, w.Day}
	}
	return activities.Written{No: no, QueryCode: code(w.Kind, no), Events: d.Events}, nil
}

// Events gives the stream as it is written.
func (m *Memory) Events(no string) []machine.Event {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s, ok := m.streams[no]; ok {
		return slices.Clone(s.events)
	}
	return nil
}

// Case gives the current state of a case.
func (m *Memory) Case(no string) *grievance.Case {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := grievance.Fresh()
	if s, ok := m.streams[no]; ok {
		if err := json.Unmarshal(s.state, c); err != nil {
			panic(err)
		}
	}
	return c
}

// Of gives the current state of a case of any kind; nil where there is none.
func (m *Memory) Of(no string) casefile.Case {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s, ok := m.streams[no]; ok {
		c, _ := s.caseOf()
		return c
	}
	return nil
}

// Streams lists the numbers of everything opened so far.
func (m *Memory) Streams() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.streams))
}

// Notices gives every notice written.
func (m *Memory) Notices() []notice.Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.notices)
}

func (m *Memory) open(kind, no string, d activities.Decision) error {
	if _, taken := m.streams[no]; taken {
		return domain.Refuse("taken", "", "编号已被使用", "the number is taken")
	}
	s := &stream{kind: kind}
	if err := m.append(no, s, d); err != nil {
		return err
	}
	m.streams[no] = s
	return nil
}

func (m *Memory) append(no string, s *stream, d activities.Decision) error {
	for i, e := range d.Events {
		if e.No != no || e.Seq != len(s.events)+i+1 {
			return fmt.Errorf("event %d of %s does not follow %d of %s", e.Seq, e.No, len(s.events)+i, no)
		}
	}
	if d.State == nil || d.State.GetHead().No != no || d.State.GetHead().Seq != len(s.events)+len(d.Events) {
		return fmt.Errorf("the state does not fit the events of %s", no)
	}
	b, err := json.Marshal(d.State)
	if err != nil {
		return err
	}
	s.events, s.state = append(s.events, d.Events...), b
	m.notices = append(m.notices, d.Notices...)
	return nil
}

func (m *Memory) draw(place, letter string, day time.Time) string {
	head := place + letter + day.In(calendar.Zone).Format("20060102")
	m.numbers[head]++
	return fmt.Sprintf("%s%05d", head, m.numbers[head])
}

// code is a query code as good as a test needs: another for every case.
func code(kind, no string) string {
	const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	if _, isCase := casekind.Named(kind); !isCase {
		return ""
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(no))
	out, n := make([]byte, 8), h.Sum64()
	for i := range out {
		out[i], n = letters[n%32], n/32
	}
	return string(out)
}

func keyReused() error {
	return &domain.Error{Code: domain.CodeKeyReused, Reason: "key_reused", Text: domain.Text{ZH: "幂等键已用于另一请求", EN: "the key was used for another request"}}
}

// current is one stream while the lock is held.
type current struct {
	m *Memory
	s *stream
}

// State decodes the current state (activities.Current).
func (c current) State(into machine.Subject) error { return json.Unmarshal(c.s.state, into) }

// People gives the users that exist (activities.Current).
func (c current) People(names []string) (map[string]org.User, error) {
	out := map[string]org.User{}
	for _, n := range names {
		if u, ok := c.m.users[n]; ok {
			out[n] = u
		}
		if c.m.Directory == nil {
			continue
		}
		if u, ok := c.m.Directory.User(n); ok {
			out[n] = u
		}
	}
	return out, nil
}

// caseOf decodes the case a stream holds; ok is false for a session.
func (s *stream) caseOf() (c casefile.Case, ok bool) {
	k, ok := casekind.Named(s.kind)
	if !ok {
		return nil, false
	}
	c = k.Fresh()
	if err := json.Unmarshal(s.state, c); err != nil {
		panic(err)
	}
	return c, true
}

// Cases gives what a decision may know of other cases (activities.Current).
func (c current) Cases(nos []string, scope view.Scope) (map[string]machine.Related, error) {
	out := map[string]machine.Related{}
	for _, no := range nos {
		s, ok := c.m.streams[no]
		if !ok {
			continue
		}
		other, ok := s.caseOf()
		if !ok {
			continue
		}
		k := other.Card()
		if !scope.Sees(k) {
			continue
		}
		out[no] = related(other)
	}
	return out, nil
}

// NewNo draws a number (activities.Current).
func (c current) NewNo(place, letter string, day time.Time) (string, error) {
	return c.m.draw(place, letter, day), nil
}

// HangUps counts the cases of a unit (activities.Current).
func (c current) HangUps(unit string, since time.Time) (suspended, due int, err error) {
	for _, s := range c.m.streams {
		k := grievance.Fresh()
		if s.kind != activities.KindGrievance || json.Unmarshal(s.state, k) != nil || k.LeadUnit != unit {
			continue
		}
		if p := k.Policy; p != nil && !p.Due.Before(since) && p.Due.Before(since.AddDate(0, 3, 0)) {
			due++
		}
		if k.State == grievance.Suspended || slices.ContainsFunc(s.events, func(e machine.Event) bool { return e.Type == "suspended" && !e.At.Before(since) }) {
			suspended++
		}
	}
	return suspended, due, nil
}

// Explained counts the closed cases of a unit (activities.Current).
func (c current) Explained(unit string, since time.Time) (explained, closed int, err error) {
	for _, s := range c.m.streams {
		k := grievance.Fresh()
		if s.kind != activities.KindGrievance || json.Unmarshal(s.state, k) != nil || k.LeadUnit != unit || !grievance.Over(k.State) {
			continue
		}
		if k.ClosedAt.Before(since) || !k.ClosedAt.Before(since.AddDate(0, 3, 0)) {
			continue
		}
		closed++
		if k.ClosingType == "unfounded" {
			explained++
		}
	}
	return explained, closed, nil
}

// Petitioner gives the person behind a case (activities.Current).
func (c current) Petitioner(no string) (string, error) {
	if s, known := c.m.streams[no]; known {
		if k, ok := s.caseOf(); ok {
			return k.Card().Petitioner, nil
		}
	}
	return "", domain.NotFound()
}
