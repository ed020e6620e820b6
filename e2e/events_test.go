package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"huajie/domain/account"
)

// heard is one event of the live stream.
type heard struct {
	id, event string
	No        string `json:"no"`
	Seq       int    `json:"seq"`
}

// following is an open stream.
type following struct {
	t      *testing.T
	events chan heard
	close  func()
}

// follow opens the live stream of a user and waits until nothing is missed any more.
func (s *stand) follow(user, last string) *following {
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Base+"/api/v1/events", nil)
	require.NoError(s.t, err)
	_, token, err := s.app.Store.Issue(ctx, account.Opening{Username: user, Until: time.Now().Add(time.Hour)})
	require.NoError(s.t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	resp, err := (&http.Client{}).Do(req) //nolint:gosec // the stand's own address
	require.NoError(s.t, err)
	require.Equal(s.t, http.StatusOK, resp.StatusCode)
	f := &following{t: s.t, events: make(chan heard, 1000), close: func() { cancel(); _ = resp.Body.Close() }}
	s.t.Cleanup(f.close)
	ready := make(chan bool, 1)
	go f.read(bufio.NewScanner(resp.Body), ready)
	select {
	case <-ready:
	case <-time.After(20 * time.Second):
		require.Fail(s.t, "the stream did not begin")
	}
	return f
}

func (f *following) read(in *bufio.Scanner, ready chan<- bool) {
	defer close(f.events)
	e := heard{}
	for in.Scan() {
		name, value, _ := strings.Cut(in.Text(), ": ")
		switch {
		case strings.HasPrefix(in.Text(), ": following"), name == "event" && value == "reload":
			select {
			case ready <- true:
			default:
			}
		case name == "id":
			e.id = value
		case name == "event":
			e.event = value
		case name == "data":
			_ = json.Unmarshal([]byte(value), &e)
		case in.Text() == "" && e.event != "":
			f.events <- e
			e = heard{}
		}
	}
}

// hears waits for the change of a case to at least a version, and gives all it heard
// on the way.
func (f *following) hears(no string, seq int) (all []heard) {
	f.t.Helper()
	enough := time.After(30 * time.Second)
	for {
		select {
		case e, open := <-f.events:
			require.True(f.t, open, "the stream ended")
			all = append(all, e)
			if e.No == no && e.Seq >= seq {
				return all
			}
		case <-enough:
			require.Fail(f.t, "not heard", "%s %d after %v", no, seq, all)
		}
	}
}

// playLiveStream: a change is heard at once by those who may see the case, and by
// nobody else; who comes back has missed nothing, even when the ledger's connection broke.
func playLiveStream(t *testing.T, s *stand) {
	v := s.toUnit(nil)
	dispatcher, unit, stranger := s.follow("disp.220402", ""), s.follow("liaison."+housing, ""), s.follow("disp.220403", "")
	accused := s.follow("leader."+land, "")
	v = s.do("liaison."+housing, v.No, "sign-for", nil)
	dispatcher.hears(v.No, v.Seq)
	last := unit.hears(v.No, v.Seq)
	unit.close()

	secret := s.register(map[string]any{"nature": "accusation", "respondent_unit": land})
	s.follow(discipline, "").close() // may listen like everybody else
	v = s.do("liaison."+housing, v.No, "assign-handler", map[string]any{"handlers": []string{"handler." + housing}, "recusal_declared": true})
	for _, e := range dispatcher.hears(v.No, v.Seq) {
		require.NotEqual(t, secret.No, e.No, "an accusation is for those who keep it")
	}
	back := s.follow("liaison."+housing, last[len(last)-1].id)
	back.hears(v.No, v.Seq)

	own := s.registerAs("win-general.220403", map[string]any{"nature": "help", "summary": "路灯不亮", "channel": "phone", "area": "220403001", "petitioner": map[string]any{"anonymous": true}})
	for _, e := range stranger.hears(own.No, own.Seq) {
		require.NotEqual(t, v.No, e.No, "another county's case")
	}

	s.breakListeners()
	v = s.do("handler."+housing, v.No, "contact-petitioner", map[string]any{"method": "phone", "reached": true, "summary": "已沟通"})
	dispatcher.hears(v.No, v.Seq)
	assisted := s.do("disp.220402", v.No, "add-assist", map[string]any{"assist_unit": land, "reason": "需要配合"})
	for _, e := range accused.hears(assisted.No, assisted.Seq) {
		require.NotEqual(t, secret.No, e.No, "the accused hear of their other cases only")
	}
}

// breakListeners takes the connection of the stream away, as a restart of the ledger does.
func (s *stand) breakListeners() {
	c, err := pgx.Connect(context.Background(), s.app.Config.DatabaseURL)
	require.NoError(s.t, err)
	defer func() { _ = c.Close(context.Background()) }()
	n := 0
	require.NoError(s.t, c.QueryRow(context.Background(), `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = 'huajie listener' AND pid <> pg_backend_pid()`).Scan(&n))
	require.Positive(s.t, n, "somebody listened")
}
