// Package activitiestest proves ledgers equal: one conformance suite, and an
// in-memory ledger that passes it and stands in where a test needs months of virtual time.
package activitiestest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/org"
)

// Memory is a ledger in memory. It passes TestLedger like the real one.
type Memory struct {
	// Directory gives the users that exist; nil for none.
	Directory *org.Directory

	mu      sync.Mutex
	streams map[string]*stream
	keys    map[string]keyed
	numbers map[string]int
	notices []notice.Message
}

type stream struct {
	kind   string
	state  json.RawMessage
	events []machine.Event
	intake *activities.Intake
}

type keyed struct{ no, fingerprint string }

var _ activities.Ledger = (*Memory)(nil)

// NewMemory makes an empty ledger.
func NewMemory(people *org.Directory) *Memory {
	return &Memory{Directory: people, streams: map[string]*stream{}, keys: map[string]keyed{}, numbers: map[string]int{}}
}

// Change implements activities.Ledger.
func (m *Memory) Change(_ context.Context, w activities.Write) (activities.Written, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.streams[w.No]
	if !ok || s.kind != w.Kind {
		return activities.Written{}, domain.NotFound()
	}
	after := func() []machine.Event { return slices.Clone(s.events[max(0, min(w.Seq, len(s.events))):]) }
	if k, done := m.keys[w.Key]; done && w.Key != "" {
		if k.no != w.No || k.fingerprint != w.Fingerprint {
			return activities.Written{}, keyReused()
		}
		return activities.Written{No: w.No, Events: after(), Repeated: true}, nil
	}
	if w.Seq >= 0 && len(s.events) > w.Seq {
		return activities.Written{No: w.No, Events: after(), Behind: true}, nil
	}
	d, err := w.Decide(current{m, s})
	if err != nil {
		return activities.Written{}, err
	}
	if err := m.append(s, d); err != nil {
		return activities.Written{}, err
	}
	if d.Spawned != nil {
		if err := m.open(activities.KindGrievance, *d.Spawned, s.intake); err != nil {
			return activities.Written{}, err
		}
	}
	if w.Key != "" {
		m.keys[w.Key] = keyed{w.No, w.Fingerprint}
	}
	return activities.Written{No: w.No, Events: d.Events}, nil
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
		return activities.Written{No: k.no, QueryCode: code(s.intake), Events: slices.Clone(s.events), Repeated: true}, nil
	}
	no := w.No
	if no == "" {
		no = m.draw(w.Place, w.Letter, w.Day)
	}
	d, err := w.Decide(no)
	if err != nil {
		return activities.Written{}, err
	}
	if w.Intake != nil && w.Intake.QueryCode == "" {
		own := *w.Intake
		own.QueryCode = fmt.Sprintf("CODE%04d", len(m.streams))
		w.Intake = &own
	}
	if err := m.open(w.Kind, d, w.Intake); err != nil {
		return activities.Written{}, err
	}
	if w.Key != "" {
		m.keys[w.Key] = keyed{no, w.Fingerprint}
	}
	return activities.Written{No: no, QueryCode: code(w.Intake), Events: d.Events}, nil
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

func (m *Memory) open(kind string, d activities.Decision, intake *activities.Intake) error {
	no := d.State.GetHead().No
	if _, taken := m.streams[no]; taken {
		return domain.Refuse("taken", "", "编号已被使用", "the number is taken")
	}
	s := &stream{kind: kind, intake: intake}
	if err := m.append(s, d); err != nil {
		return err
	}
	m.streams[no] = s
	return nil
}

func (m *Memory) append(s *stream, d activities.Decision) error {
	for i, e := range d.Events {
		if e.Seq != len(s.events)+i+1 {
			return fmt.Errorf("event %d does not follow %d", e.Seq, len(s.events)+i)
		}
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

func code(i *activities.Intake) string {
	if i == nil {
		return ""
	}
	return i.QueryCode
}

func keyReused() error {
	return &domain.Error{Code: domain.CodeKeyReused, Reason: "key_reused", Text: domain.Text{ZH: "幂等键已用于另一请求", EN: "the key was used for another request"}}
}

// current is one stream while the lock is held.
type current struct {
	m *Memory
	s *stream
}

func (c current) State(into machine.Subject) error { return json.Unmarshal(c.s.state, into) }

func (c current) People(names []string) (map[string]org.User, error) {
	out := map[string]org.User{}
	for _, n := range names {
		if c.m.Directory == nil {
			break
		}
		if u, ok := c.m.Directory.User(n); ok {
			out[n] = u
		}
	}
	return out, nil
}

func (c current) Cases(nos []string) (map[string]machine.Related, error) {
	out := map[string]machine.Related{}
	for _, no := range nos {
		s, ok := c.m.streams[no]
		if !ok || s.kind != activities.KindGrievance {
			continue
		}
		k := grievance.Fresh()
		if err := json.Unmarshal(s.state, k); err != nil {
			return nil, err
		}
		out[no] = machine.Related{No: no, County: k.County, Area: k.Area, Category: k.Category, State: k.State,
			Open: !grievance.Over(k.State), Master: k.Master, CreatedAt: k.RegisteredAt}
	}
	return out, nil
}

func (c current) NewNo(place, letter string, day time.Time) (string, error) {
	return c.m.draw(place, letter, day), nil
}

func (c current) HangUps(unit string, _ time.Time) (suspended, due int, err error) {
	for _, s := range c.m.streams {
		k := grievance.Fresh()
		if s.kind != activities.KindGrievance || json.Unmarshal(s.state, k) != nil || k.LeadUnit != unit {
			continue
		}
		due++
		if k.State == grievance.Suspended {
			suspended++
		}
	}
	return suspended, due, nil
}

func (c current) Petitioner(no string) (string, error) {
	if s, ok := c.m.streams[no]; ok && s.intake != nil {
		return s.intake.PersonID, nil
	}
	return "", nil
}
