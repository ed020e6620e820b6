package api_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/api"
	"huajie/domain"
	"huajie/domain/account"
	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/evidence"
	"huajie/domain/gridevent"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/org"
	"huajie/domain/view"
	"huajie/domain/whistle"
	"huajie/rulebook"
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
	tokens     map[string]account.Pass
	cases      map[string]*grievance.Case
	reported   map[string]*gridevent.Event
	photos     map[string]evidence.Photo
	sessions   map[string]*joint.Session
	whistles   map[string]*whistle.Whistle
	events     map[string][]machine.Event
	done       map[string]view.Committed
	people     map[string]view.Person
	said       map[string]view.Statement
	mail       map[string][]view.NoticeItem // by user
	phones     map[string]string
	running    map[string]bool
	started    map[string]bool
	updates    int // commands the engine was sent
	engine     error
	ledger     error
	panics     bool
	log        *strings.Builder
	handler    http.Handler
	uploads    map[string]evidence.Upload
	officers   map[string]org.User // whom decisions know
	attached   []view.CaseFile
	drawer     *drawer
	audited    []audit.Entry
	unaudited  error // what the audit log answers
	alarms     []notice.Message
	knows      func(no string, w *machine.World) // what decisions know beside people and photos; nil: nothing
}

func newHouse(t testing.TB) *house {
	t.Helper()
	book, err := theBook()
	require.NoError(t, err)
	h := &house{
		holder: rulebook.NewHolder(book), book: book, now: noon, tokens: map[string]account.Pass{}, cases: map[string]*grievance.Case{},
		reported: map[string]*gridevent.Event{}, photos: map[string]evidence.Photo{},
		sessions: map[string]*joint.Session{}, whistles: map[string]*whistle.Whistle{}, events: map[string][]machine.Event{}, done: map[string]view.Committed{},
		people: map[string]view.Person{}, said: map[string]view.Statement{}, mail: map[string][]view.NoticeItem{}, phones: map[string]string{}, running: map[string]bool{}, started: map[string]bool{}, log: &strings.Builder{}, uploads: map[string]evidence.Upload{},
	}
	h.drawer = newDrawer(h)
	h.handler = api.New(api.Deps{Exports: h.drawer, ExportFiles: h.drawer, Figures: h.drawer, Holds: &cellar{h: h}, Rechecks: undrawn{},
		Reader: h, Accounts: accounts{h}, Administration: newAdministration(h), Division: h.holder, Registrar: h, Engine: engine{h}, Files: files{h}, Audit: h, Identities: h, Payloads: opener{}, Door: api.DoorRules{EngineUI: enginePages + "/some/path"}, Signer: pen{}, Rules: h.holder, Rulebooks: h.publishing(), Field: newField(h),
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

func (h *house) fault() error {
	if h.panics {
		panic("words of a petitioner")
	}
	return h.ledger
}

func (h *house) Audit(_ context.Context, entries ...audit.Entry) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.unaudited == nil {
		h.audited = append(h.audited, entries...)
	}
	return h.unaudited
}

func (h *house) AuditPage(_ context.Context, q audit.Query) (out []audit.Row, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, e := range h.audited {
		if i+1 > q.After && (q.Kind == "" || q.Kind == e.Kind) && (q.Actor == "" || q.Actor == e.Actor) && (q.Object == "" || q.Object == e.Object) && len(out) < q.Most {
			out = append(out, audit.Row{Entry: e, Day: q.Day, N: i + 1, At: h.now})
		}
	}
	return out, nil
}

func (h *house) Ping(context.Context) error { return h.ledger }

var errAway = &domain.Error{Code: domain.CodeUnavailable, Reason: "engine_away"}

// failureWindowAndMore is longer than wrong guesses are remembered.
const failureWindowAndMore = 6 * time.Minute
