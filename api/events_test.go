package api_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/api"
	"huajie/domain/account"
	"huajie/domain/codes"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/view"
)

// wire is a ledger that tells of changes when the test says so.
type wire struct {
	*house
	mu     sync.Mutex
	heard  func(view.Change)
	broken chan struct{}
	missed []view.Change // what ChangedSince answers
	asked  []time.Time
}

func (w *wire) Listen(ctx context.Context, ready func(), heard func(view.Change)) error {
	w.mu.Lock()
	w.heard, w.broken = heard, make(chan struct{})
	broken := w.broken
	w.mu.Unlock()
	ready()
	select {
	case <-ctx.Done():
	case <-broken:
	}
	return errors.New("gone")
}

func (w *wire) Standing(_ context.Context, nos []string) (map[string]view.Sight, error) {
	w.house.mu.Lock()
	defer w.house.mu.Unlock()
	out := map[string]view.Sight{}
	for _, no := range nos {
		if c, ok := w.cases[no]; ok {
			out[no] = func(s view.Scope) bool { return s.Sees(c.Card()) }
		}
	}
	return out, nil
}

func (w *wire) ChangedSince(_ context.Context, scope view.Scope, since time.Time, _ int) ([]view.Change, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, since)
	return w.missed, nil
}

// Arrived tells of what was posted after a position.
func (w *wire) Arrived(_ context.Context, after int64) (view.Arrivals, error) {
	w.house.mu.Lock()
	defer w.house.mu.Unlock()
	out := view.Arrivals{Whole: true}
	for user, list := range w.mail {
		for _, n := range list {
			out.Upto = max(out.Upto, n.ID)
			if n.ID > after {
				out.To = append(out.To, machine.Recipient{User: user})
			}
		}
	}
	return out, nil
}

func (w *wire) tell(no string, seq int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heard(view.Change{No: no, Seq: seq})
}

func newWire(t *testing.T, stopping func() bool) (*wire, *httptest.Server) {
	w := &wire{house: newHouse(t)}
	srv := httptest.NewServer(api.New(api.Deps{Reader: w.house, Accounts: accounts{w.house}, Registrar: w.house, Engine: engine{w.house}, Rules: w.holder,
		Changes: w, Stopping: stopping, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return w.now }}))
	t.Cleanup(srv.Close)
	return w, srv
}

// reader is one open stream; its lines come one by one.
type reader struct {
	t     *testing.T
	lines chan string
	close func()
}

func (w *wire) follow(t *testing.T, srv *httptest.Server, user, last string) *reader {
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/api/v1/events", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+w.token(user))
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	resp, err := srv.Client().Do(req)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Equal(t, "text/event-stream; charset=utf-8", resp.Header.Get("Content-Type"))
	r := &reader{t: t, lines: make(chan string, 100), close: func() { cancel(); _ = resp.Body.Close() }}
	go func() {
		in := bufio.NewScanner(resp.Body)
		for in.Scan() {
			if in.Text() != "" {
				r.lines <- in.Text()
			}
		}
		close(r.lines)
	}()
	t.Cleanup(r.close)
	return r
}

// next is the next line that begins so.
func (r *reader) next(begins string) string {
	r.t.Helper()
	for {
		select {
		case line, open := <-r.lines:
			require.True(r.t, open, "the stream ended before %q", begins)
			if strings.HasPrefix(line, begins) {
				return line
			}
		case <-time.After(20 * time.Second):
			require.Fail(r.t, "nothing came", "%s", begins)
		}
	}
}

// TestStreamTellsWhoMaySee: everybody hears of the cases they may see, and of no other.
func TestStreamTellsWhoMaySee(t *testing.T) {
	t.Parallel()
	w, srv := newWire(t, nil)
	no := w.registered(t)
	mine, stranger := w.follow(t, srv, "disp.220402", ""), w.follow(t, srv, "disp.220403", "")
	w.house.mu.Lock()
	c := *w.cases[no]
	secret := c
	secret.No, secret.Confidentiality, secret.RespondentUnit = "220402G2026112300099", codes.ConfidentialityAccusation, "220402-C"
	other := c
	other.No, other.County, other.Area, other.FirstUnit, other.Units, other.FirstResponder = "220403G2026112300001", "220403", "220403001", "220403-C", nil, ""
	other.Owner = grievance.Owner{Unit: "220403-C"}
	w.cases[secret.No], w.cases[other.No] = &secret, &other
	w.house.mu.Unlock()
	mine.next(": following")
	stranger.next(": following")
	w.tell(secret.No, 4)
	w.tell(no, 7)
	w.tell(no+"-J1", 2)
	w.tell(other.No, 3)
	require.Equal(t, "event: case", mine.next("event"))
	require.Equal(t, `data: {"no":"`+no+`","seq":7}`, mine.next("data"), "an accusation is told to nobody it is about")
	require.Equal(t, "event: session", mine.next("event"))
	require.Equal(t, `data: {"no":"`+no+`-J1","seq":2}`, mine.next("data"))
	require.Equal(t, `data: {"no":"`+other.No+`","seq":3}`, stranger.next("data"), "the first a stranger hears is their own")
}

// TestStreamResumes: who comes back hears what was missed, or that it is too much or too long.
func TestStreamResumes(t *testing.T) {
	t.Parallel()
	w, srv := newWire(t, nil)
	no := w.registered(t)
	w.missed = []view.Change{{No: no, Seq: 5}}
	id := func(at time.Time) string {
		return strings.TrimSpace(strings.TrimPrefix("id: "+strconv.FormatInt(at.UnixMicro(), 10), "id: "))
	}
	back := w.follow(t, srv, "disp.220402", id(noon.Add(-10*time.Minute)))
	require.Contains(t, back.next("data"), `"seq":5`)
	require.True(t, w.asked[0].Before(noon.Add(-10*time.Minute)), "clocks and commits are not in order to the second")
	for _, last := range []string{id(noon.Add(-2 * time.Hour)), "nonsense", "-1", id(noon.Add(time.Hour))} {
		require.Equal(t, "event: reload", w.follow(t, srv, "disp.220402", last).next("event"), last)
	}
	w.mu.Lock()
	w.missed = make([]view.Change, 501)
	w.mu.Unlock()
	require.Equal(t, "event: reload", w.follow(t, srv, "disp.220402", id(noon.Add(-time.Minute))).next("event"), "too much to tell one by one")
}

// TestStreamOutlivesItsConnection: what was committed while the ledger could not be
// heard is told when it can.
func TestStreamOutlivesItsConnection(t *testing.T) {
	t.Parallel()
	w, srv := newWire(t, nil)
	no := w.registered(t)
	r := w.follow(t, srv, "disp.220402", "")
	r.next(": following")
	w.mu.Lock()
	w.missed = []view.Change{{No: no, Seq: 9}}
	close(w.broken)
	w.mu.Unlock()
	require.Contains(t, r.next("data"), `"seq":9`)
}

// TestStreamEnds: with the process, and with the rights of who listens.
func TestStreamEnds(t *testing.T) {
	t.Parallel()
	stopping := make(chan struct{})
	w, srv := newWire(t, func() bool {
		select {
		case <-stopping:
			return true
		default:
			return false
		}
	})
	r := w.follow(t, srv, "disp.220402", "")
	r.next(": following")
	close(stopping)
	for range r.lines { // ends
	}
	require.Equal(t, http.StatusServiceUnavailable, w.status(t, srv, "disp.220402", "/api/v1/events"))
	require.Equal(t, http.StatusUnauthorized, w.status(t, srv, "", "/api/v1/events"))
}

// TestStreamsAreBounded: one account cannot take every place.
func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	w, srv := newWire(t, nil)
	for range 20 {
		w.follow(t, srv, "disp.220402", "").next(": following")
	}
	require.Equal(t, http.StatusTooManyRequests, w.status(t, srv, "disp.220402", "/api/v1/events"))
	w.follow(t, srv, "director.220402", "").next(": following")
	require.Equal(t, http.StatusUnprocessableEntity, w.status(t, srv, "director.220402", "/api/v1/events?since=1"))
}

func (w *wire) status(t *testing.T, srv *httptest.Server, user, path string) int {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+path, nil)
	require.NoError(t, err)
	if user != "" {
		req.Header.Set("Authorization", "Bearer "+w.token(user))
	}
	resp, err := srv.Client().Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// token signs a user in.
func (w *wire) token(user string) string {
	_, token, err := accounts{w.house}.Issue(context.Background(), account.Opening{Username: user, Until: noon.Add(time.Hour)})
	if err != nil {
		panic(err)
	}
	return token
}
