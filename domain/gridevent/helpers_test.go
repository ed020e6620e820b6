package gridevent_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/geo"
	"huajie/domain/gridevent"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/rulebook"
)

// The places and people of the tests: a grid of Longshan, with two members.
const (
	county  = "220402"
	centre  = "220402-C"
	grid    = "220402008901001"
	housing = "220402-D11"
	supply  = "220402-D29"
	no      = "220402E2026030200001"
	other   = "220402E2026030200002"

	member   = "grid.220402008901001"
	second   = "gridpt.220402008901001"
	leader   = "gridlead.220402008901"
	platform = "platform.220402"
	liaison  = "liaison.220402-D11"
	handler  = "handler.220402-D11"
	head     = "leader.220402-D11"
	director = "director.220402"
	duty     = "duty.220402"
	citizen  = "petitioner.220402"
)

// spot is where the cover is missing, and aside so many metres north of it.
var spot = geo.Point{Lat: 42.9190, Lon: 125.1699}

func aside(metres float64) geo.Point { return geo.Point{Lat: spot.Lat + metres/111195, Lon: spot.Lon} }

// monday is the first morning of every test: no holiday for a month.
var monday = moment("2026-03-02 09:00")

func moment(s string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Zone)
	if err != nil {
		panic(err)
	}
	return at
}

var loaded = sync.OnceValues(func() (*rulebook.Book, error) { return rulebook.Default() })

// play is one event being acted out, with the checks every step must pass.
type play struct {
	t       require.TestingT
	book    *rulebook.Book
	rules   *machine.Rules
	now     time.Time
	c       *gridevent.Event
	events  []machine.Event // of the last command or firing
	history []machine.Event
	cases   map[string]machine.Related
	nearby  []machine.Related
	photos  map[string]evidence.Photo
	away    []string // on leave
	system  time.Duration
	reports struct{ All, Rejected int }
}

func newPlay(t require.TestingT, at time.Time) *play {
	b, err := loaded()
	require.NoError(t, err)
	return &play{t: t, book: b, rules: b.RulesFor(grid, at), now: at, cases: map[string]machine.Related{}, photos: map[string]evidence.Photo{}}
}

// begin reports a broken lamp, an ordinary event, on Monday morning.
func begin(t require.TestingT, inputs ...form.Input) *play {
	p := newPlay(t, monday)
	p.report(member, inputs...)
	return p
}

// lamp is a report of an ordinary event with three photos.
func (p *play) lamp(inputs ...form.Input) form.Input {
	in := form.Input{"category": "E0102", "description": "小区门口路灯整排不亮,夜间出行不便", "location": place(spot), "photos": p.shots(3)}
	for _, more := range inputs {
		for k, v := range more {
			in[k] = v
		}
	}
	return in
}

func place(at geo.Point) map[string]any { return map[string]any{"lat": at.Lat, "lon": at.Lon} }

// shots are fresh photos taken at the spot.
func (p *play) shots(n int) []any {
	var out []any
	for range n {
		id := fmt.Sprintf("f%03d", len(p.photos)+1)
		here := spot
		p.photos[id] = evidence.Photo{ID: id, SHA256: id, TakenAt: p.now.Add(-time.Minute), UploadedAt: p.now, At: &here, Source: evidence.Live}
		out = append(out, id)
	}
	return out
}

func (p *play) tryReport(who string, in form.Input) error {
	r := gridevent.Reporting{No: no, Input: in}
	events, c, err := gridevent.Report(r, machine.Command{Key: "K0", Action: "report", Actor: p.actor(who)}, p.rules, p.world("", in), p.now)
	if err != nil {
		return err
	}
	p.c = gridevent.Fresh()
	p.take(events, c)
	return nil
}

func (p *play) report(who string, inputs ...form.Input) {
	require.NoError(p.t, p.tryReport(who, p.lamp(inputs...)))
}

func (p *play) actor(name string) domain.Actor {
	if name == domain.Petitioner || name == domain.System {
		return domain.Actor{User: name}
	}
	u, ok := p.book.Users.User(name)
	require.True(p.t, ok, "no user %s", name)
	return domain.Actor{User: name, Grants: u.Grants}
}

func (p *play) world(action string, in form.Input) machine.World {
	w := machine.World{People: map[string]org.User{}, Cases: map[string]machine.Related{}, Photos: p.photos, Nearby: p.nearby,
		NewNo: "220402G2026030200099", RecordedAt: p.now.Add(p.system), Reports: p.reports}
	if action != "" {
		users, _ := gridevent.Machine.Named(action, in)
		for _, u := range users {
			if x, ok := p.book.Users.User(u); ok {
				w.People[u] = x
			}
		}
	}
	w.Cases = p.cases
	for user, role := range map[string]org.Role{member: org.RoleGridMemberFullTime, second: org.RoleGridMemberPartTime, leader: org.RoleGridLeader} {
		w.Staff = append(w.Staff, machine.Colleague{User: user, Role: role, Unit: grid, Away: slices.Contains(p.away, user)})
	}
	slices.SortFunc(w.Staff, func(a, b machine.Colleague) int {
		if a.User < b.User {
			return -1
		}
		return 1
	})
	return w
}

func (p *play) try(who, action string, inputs ...form.Input) error {
	in := form.Input{}
	for _, more := range inputs {
		for k, v := range more {
			in[k] = v
		}
	}
	before := encode(p.t, p.c)
	cmd := machine.Command{Key: "K", Action: action, Actor: p.actor(who), Input: in}
	events, next, err := gridevent.Machine.Decide(p.c, cmd, p.rules, p.world(action, in), p.now)
	require.Equal(p.t, before, encode(p.t, p.c), "deciding must not change the state given")
	if err != nil {
		var refusal *domain.Error
		require.True(p.t, errors.As(err, &refusal), "%s: %v", action, err)
		p.events = nil
		return err
	}
	p.take(events, next)
	return nil
}

func (p *play) do(who, action string, inputs ...form.Input) *play {
	err := p.try(who, action, inputs...)
	var refusal *domain.Error
	if errors.As(err, &refusal) {
		require.NoError(p.t, err, "%s by %s: %v", action, who, refusal.Fields)
	}
	return p
}

// refuse takes a step that a rule must refuse, for this reason.
func (p *play) refuse(reason, who, action string, inputs ...form.Input) {
	refused(p.t, p.try(who, action, inputs...), reason)
}

func refused(t require.TestingT, err error, reason string) {
	var refusal *domain.Error
	require.True(t, errors.As(err, &refusal), "was not refused for %s", reason)
	if refusal.Code == domain.CodeInvalid {
		require.True(t, slices.ContainsFunc(refusal.Fields, func(f domain.FieldError) bool { return f.Reason == reason }), "%v", refusal.Fields)
		return
	}
	require.Equal(t, reason, refusal.Reason)
}

// until lets time pass; every limit takes effect at its moment.
func (p *play) until(at time.Time) *play {
	p.now = at
	events, next, err := gridevent.Machine.Fire(p.c, p.rules, p.world("", nil), p.now)
	require.NoError(p.t, err)
	p.take(events, next)
	return p
}

func (p *play) pass(d time.Duration) *play { return p.until(p.now.Add(d)) }

// next lets the limit of this name pass.
func (p *play) next(id string) *play {
	d, ok := p.c.Deadlines[id]
	require.True(p.t, ok, "no limit %s among %v", id, p.c.Deadlines)
	return p.until(d.At)
}

// take folds what happened and holds it against the state after it.
func (p *play) take(events []machine.Event, next *gridevent.Event) {
	folded, err := p.c, error(nil)
	for _, e := range events {
		folded, err = machine.Evolve(folded, gridevent.Fresh, e)
		require.NoError(p.t, err)
		folded.GetHead().No = e.No
	}
	require.True(p.t, encode(p.t, next) == encode(p.t, folded), "the events do not lead to the state")
	p.c, p.events = next, events
	p.history = append(p.history, events...)
	holds(p.t, p.c, events)
}

func (p *play) types() []string {
	var out []string
	for _, e := range p.events {
		out = append(out, e.Type)
	}
	return out
}

// told lists who got which notice by the last step.
func (p *play) told(n string) []machine.Recipient {
	var out []machine.Recipient
	for _, e := range p.events {
		for _, m := range e.Notices {
			if m.N == n {
				out = append(out, m.To)
			}
		}
	}
	return out
}

func encode(t require.TestingT, v any) string {
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// dispatched brings an event to the housing department.
func dispatched(t *testing.T, inputs ...form.Input) *play {
	return begin(t, inputs...).do(platform, "dispatch", form.Input{"lead_unit": housing})
}

// disposing brings it to its handler.
func disposing(t *testing.T, inputs ...form.Input) *play {
	return dispatched(t, inputs...).do(liaison, "sign-for").do(liaison, "start-disposal", form.Input{"handlers": []any{handler}})
}

// fedBack brings it to its verification.
func fedBack(t *testing.T, inputs ...form.Input) *play {
	p := disposing(t, inputs...)
	return p.feedback()
}

func (p *play) feedback() *play {
	return p.do(handler, "submit-disposal", form.Input{"result": "已更换灯头并测试正常", "after_photos": p.shots(3)})
}

func (p *play) look(verdict string, inputs ...form.Input) form.Input {
	in := form.Input{"verdict": verdict, "location": place(aside(10)), "photos": p.shots(1), "score": 5, "comment": "现场查看"}
	for _, more := range inputs {
		for k, v := range more {
			in[k] = v
		}
	}
	return in
}
