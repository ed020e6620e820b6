package api_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/api"
	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/org"
	"huajie/domain/view"
	"huajie/rulebook"
	"huajie/workflows"
)

// noon is the moment at which the tests play: a Monday, office hours.
var noon = time.Date(2026, time.November, 23, 10, 0, 0, 0, calendar.Zone)

var theBook = sync.OnceValues(func() (*rulebook.Book, error) { return rulebook.Default() })

// house is everything behind the door, in memory: the real rulebook and the
// real machines, with a ledger and an engine that are maps. An error set in it
// is what the port of that name then answers.
type house struct {
	earlier    []view.Earlier
	precedents []view.Precedent
	mu         sync.Mutex
	holder     *rulebook.Holder
	book       *rulebook.Book
	now        time.Time
	tokens     map[string]string // token → username
	cases      map[string]*grievance.Case
	sessions   map[string]*joint.Session
	events     map[string][]machine.Event
	done       map[string]view.Committed
	people     map[string]view.Person
	running    map[string]bool
	started    map[string]bool
	updates    int // commands the engine was sent
	engine     error
	ledger     error
	panics     bool
	log        *strings.Builder
	handler    http.Handler
}

func newHouse(t *testing.T) *house {
	t.Helper()
	book, err := theBook()
	require.NoError(t, err)
	h := &house{
		holder: rulebook.NewHolder(book), book: book, now: noon, tokens: map[string]string{}, cases: map[string]*grievance.Case{},
		sessions: map[string]*joint.Session{}, events: map[string][]machine.Event{}, done: map[string]view.Committed{},
		people: map[string]view.Person{}, running: map[string]bool{}, started: map[string]bool{}, log: &strings.Builder{},
	}
	h.handler = api.New(api.Deps{Reader: h, Accounts: accounts{h}, Registrar: h, Engine: engine{h}, Rules: h.holder,
		Log: slog.New(slog.NewJSONHandler(&locked{w: h.log}, nil)), Now: func() time.Time { return h.now }})
	return h
}

type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

// The ledger.

func (h *house) fault() error {
	if h.panics {
		panic("words of a petitioner")
	}
	return h.ledger
}

func (h *house) Case(_ context.Context, scope view.Scope, no string) (*grievance.Case, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.fault(); err != nil {
		return nil, err
	}
	c, ok := h.cases[no]
	if !ok || !scope.Sees(c) {
		return nil, domain.NotFound()
	}
	return c, nil
}

func (h *house) Session(_ context.Context, scope view.Scope, no string) (*joint.Session, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s, ok := h.sessions[no]
	if !ok || !scope.Sees(h.cases[s.Case]) {
		return nil, domain.NotFound()
	}
	return s, nil
}

func (h *house) Sessions(_ context.Context, _ view.Scope, caseNo string) ([]*joint.Session, error) {
	var out []*joint.Session
	for _, s := range h.sessions {
		if s.Case == caseNo {
			out = append(out, s)
		}
	}
	return out, nil
}

func (h *house) List(_ context.Context, scope view.Scope, f view.Filter, _ view.Sort, cursor string, limit int, total bool) (view.Page, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.fault(); err != nil {
		return view.Page{}, err
	}
	if cursor != "" && cursor != "next" {
		return view.Page{}, &domain.Error{Code: domain.CodeMalformed, Reason: "cursor"}
	}
	var page view.Page
	for no, c := range h.cases {
		if scope.Sees(c) && (len(f.States) == 0 || slices.Contains(f.States, string(c.State))) {
			page.Items = append(page.Items, view.Row{No: no, Kind: c.Kind, State: c.State, Summary: c.Summary, Light: view.Green, Seq: c.Seq, CreatedAt: c.RegisteredAt, UpdatedAt: c.RegisteredAt})
		}
	}
	if n := len(page.Items); total {
		page.Total = &n
	}
	if len(page.Items) > limit {
		page.Items, page.Next = page.Items[:limit], "next"
	}
	return page, nil
}

func (h *house) Events(_ context.Context, no string) ([]machine.Event, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.events[no]), nil
}

func (h *house) Petitioner(_ context.Context, _ view.Scope, no string) (view.Person, bool, error) {
	p, ok := h.people[no]
	return p, ok, nil
}

func (h *house) PublicCase(_ context.Context, no, code string) (*grievance.Case, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c, ok := h.cases[no]; ok && code == codeOf(no) {
		return c, nil
	}
	return nil, domain.NotFound()
}

func codeOf(no string) string { return "CODE" + no[len(no)-4:] }

func (h *house) Committed(_ context.Context, key string) (view.Committed, bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, ok := h.done[key]
	return c, ok, h.fault()
}

func (h *house) OverdueSummary(context.Context, view.Scope, time.Time) ([]view.Cell, error) {
	return []view.Cell{
		{County: "220402", Unit: "220402-D08", Level: "L1", Light: view.Red, Band: "<1d", Count: 2},
		{County: "220402", Unit: "220402-D08", Level: "L2", Light: view.Red, Band: "1-3d", Count: 3},
		{County: "220403", Unit: "220403-D08", Level: "L2", Light: view.Red, Band: ">7d", Count: 4},
	}, h.fault()
}

func (h *house) Notices(context.Context, view.Scope, domain.Actor, string, int) (view.NoticePage, error) {
	return view.NoticePage{}, h.fault()
}

func (h *house) CaseNotices(_ context.Context, scope view.Scope, no string) ([]view.NoticeItem, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !scope.Sees(h.cases[no]) {
		return nil, domain.NotFound()
	}
	return h.told(no, func(n machine.Notice) bool { return true }), h.fault()
}

func (h *house) PetitionerNotices(_ context.Context, no string) ([]view.NoticeItem, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.told(no, func(n machine.Notice) bool { return n.To.Petitioner == no }), h.fault()
}

// told are the notices of the events of a case, as the desk renders them.
func (h *house) told(no string, fits func(machine.Notice) bool) []view.NoticeItem {
	var out []view.NoticeItem
	for _, e := range h.events[no] {
		for _, n := range e.Notices {
			if fits(n) {
				out = append(out, view.NoticeItem{ID: int64(len(out) + 1), Message: notice.Message{N: n.N, No: no, Seq: e.Seq, To: n.To}, At: e.RecordedAt.UTC()})
			}
		}
	}
	return out
}

func (h *house) Earlier(context.Context, view.Scope, string) ([]view.Earlier, error) {
	return h.earlier, h.fault()
}

func (h *house) Precedents(_ context.Context, _ view.Scope, county, category string) ([]view.Precedent, error) {
	var out []view.Precedent
	for _, p := range h.precedents {
		if county == "220402" && category == "0402" {
			out = append(out, p)
		}
	}
	return out, h.fault()
}

func (h *house) TrialStats(context.Context, view.Scope, time.Time, time.Time, string) (view.Trial, error) {
	return view.Trial{Persons: 252, Registered: 99, Resolved: 60}, h.fault()
}

func (h *house) Escalations(_ context.Context, scope view.Scope, from, to time.Time, drill bool) (view.Escalations, error) {
	if drill {
		return view.Escalations{}, h.fault()
	}
	return view.Escalations{
		Kinds: []view.Lateness{{Machine: activities.KindGrievance, Kind: "policy.red", Fired: 9, Marked: 1, P50: 120 * time.Millisecond, P99: 2 * time.Second, Max: time.Hour}},
		Total: view.Lateness{Fired: 9, Marked: 1, P50: 120 * time.Millisecond, P99: 2 * time.Second, Max: time.Hour}, Unfired: 2,
	}, h.fault()
}

func (h *house) Ping(context.Context) error { return h.ledger }

// Register opens a case as the desk does.
func (h *house) Register(_ context.Context, in activities.RegisterInput) (activities.Written, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.fault(); err != nil {
		return activities.Written{}, err
	}
	if done, ok := h.done[in.Key]; ok && in.Key != "" {
		if done.Fingerprint != in.Fingerprint {
			return activities.Written{}, &domain.Error{Code: domain.CodeKeyReused, Reason: "key_reused"}
		}
		return activities.Written{No: done.No, QueryCode: codeOf(done.No), Events: h.events[done.No][:1], Repeated: true}, nil
	}
	no := fmt.Sprintf("220402G20261123%05d", len(h.cases)+1)
	rules := h.holder.Rules(in.Input.Text("area"), "", in.At)
	events, c, err := grievance.Register(grievance.Registration{No: no, Petitioner: in.Intake.PersonID, Anonymous: in.Anonymous, NameUnclear: in.NameUnclear, Input: in.Input},
		machine.Command{Key: in.Key, Action: "register", Actor: in.Actor}, rules, in.At)
	if err != nil {
		return activities.Written{}, err
	}
	h.cases[no], h.events[no] = c, events
	if p := in.Intake.Person; p != nil {
		h.people[no] = view.Person{Name: p["name"], Phone: p["phone"], IDNo: p["id_no"], Address: p["address"]}
	}
	if in.Key != "" {
		h.done[in.Key] = view.Committed{No: no, Seq: c.Seq, Fingerprint: in.Fingerprint, At: in.At}
	}
	return activities.Written{No: no, QueryCode: codeOf(no), Events: events}, nil
}

// accounts are the demo accounts, all with the same password.
type accounts struct{ h *house }

const password = "demo-password"

var errSignIn = &domain.Error{Code: domain.CodeSignIn, Reason: "wrong_password"}

func (a accounts) Authenticate(_ context.Context, username, given string) (org.User, error) {
	u, ok := a.h.book.Users.User(username)
	if !ok || given != password {
		return org.User{}, errSignIn
	}
	return u, nil
}

func (a accounts) UserByToken(_ context.Context, token string) (org.User, error) {
	a.h.mu.Lock()
	defer a.h.mu.Unlock()
	name, ok := a.h.tokens[token]
	if !ok {
		name, _ = strings.CutPrefix(token, "test-")
	}
	if u, ok := a.h.book.Users.User(name); ok {
		return u, nil
	}
	return org.User{}, errSignIn
}

func (a accounts) CreateToken(_ context.Context, username, _ string, _ time.Time) (string, error) {
	a.h.mu.Lock()
	defer a.h.mu.Unlock()
	token := fmt.Sprintf("made-%d", len(a.h.tokens))
	a.h.tokens[token] = username
	return token, nil
}

func (a accounts) RevokeToken(_ context.Context, token string) error {
	a.h.mu.Lock()
	defer a.h.mu.Unlock()
	delete(a.h.tokens, token)
	return nil
}

func (a accounts) Members(_ context.Context, role org.Role, unit string) ([]org.User, error) {
	return a.h.book.Users.Holding(role, unit), nil
}

// engine decides at once what the workflows would have committed.
type engine struct{ h *house }

func (e engine) ActOnCase(_ context.Context, no string, _ int, cmd machine.Command) (workflows.ActResult, error) {
	e.h.mu.Lock()
	defer e.h.mu.Unlock()
	c := e.h.cases[no]
	return decide(e.h, grievance.Machine, e.h.cases, no, c.Area, cmd)
}

func (e engine) ActOnSession(_ context.Context, no string, _ int, cmd machine.Command) (workflows.ActResult, error) {
	e.h.mu.Lock()
	defer e.h.mu.Unlock()
	return decide(e.h, joint.Machine, e.h.sessions, no, e.h.sessions[no].County, cmd)
}

func decide[S machine.Subject](h *house, m *machine.Machine[S], subjects map[string]S, no, area string, cmd machine.Command) (workflows.ActResult, error) {
	h.updates++
	if h.engine != nil {
		return workflows.ActResult{}, h.engine
	}
	if !h.running[no] {
		return workflows.ActResult{}, api.ErrNotRunning
	}
	subject := subjects[no]
	if done, ok := h.done[cmd.Key]; ok {
		if done.Fingerprint != cmd.Fingerprint {
			return workflows.ActResult{}, &domain.Error{Code: domain.CodeKeyReused, Reason: "key_reused"}
		}
		return workflows.ActResult{No: no, Seq: subject.GetHead().Seq, State: subject.GetHead().State}, nil
	}
	world := machine.World{People: map[string]org.User{}}
	for _, u := range h.book.Users.Users() {
		world.People[u.Username] = u
	}
	events, next, err := m.Decide(subject, cmd, h.holder.Rules(area, "", h.now), world, h.now)
	if err != nil {
		return workflows.ActResult{}, err
	}
	head := next.GetHead()
	subjects[no], h.events[no] = next, append(h.events[no], events...)
	h.done[cmd.Key] = view.Committed{No: no, Seq: head.Seq, Fingerprint: cmd.Fingerprint, At: h.now}
	return workflows.ActResult{No: no, Seq: head.Seq, State: head.State}, nil
}

func (e engine) StartCase(_ context.Context, in workflows.GrievanceInput) error {
	e.h.mu.Lock()
	defer e.h.mu.Unlock()
	if e.h.engine == nil {
		e.h.running[in.No], e.h.started[in.No] = true, true
	}
	return e.h.engine
}

func (e engine) StartSession(_ context.Context, in workflows.SessionInput) error {
	e.h.mu.Lock()
	defer e.h.mu.Unlock()
	e.h.running[in.No] = true
	return e.h.engine
}

func (e engine) QueryCase(_ context.Context, no string) (*grievance.Case, error) {
	e.h.mu.Lock()
	defer e.h.mu.Unlock()
	if e.h.engine != nil {
		return nil, e.h.engine
	}
	if !e.h.running[no] {
		return nil, api.ErrNotRunning
	}
	return e.h.cases[no], nil
}

func (e engine) QuerySession(_ context.Context, no string) (*joint.Session, error) {
	e.h.mu.Lock()
	defer e.h.mu.Unlock()
	return e.h.sessions[no], e.h.engine
}

func (e engine) Ping(context.Context) error { return e.h.engine }

var errAway = &domain.Error{Code: domain.CodeUnavailable, Reason: "engine_away"}

// failureWindowAndMore is longer than wrong guesses are remembered.
const failureWindowAndMore = 6 * time.Minute
