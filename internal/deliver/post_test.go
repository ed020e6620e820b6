package deliver_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/activities/activitiestest"
	"huajie/domain/grievance"
	"huajie/domain/notice"
	"huajie/internal/deliver"
	"huajie/internal/testkit"
	"huajie/rulebook"
	"huajie/store"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// gateway is a provider on the other side of a real connection. It knows keys.
type gateway struct {
	mu    sync.Mutex
	down  int // status it answers with; 0: it works
	posts int
	sent  map[string]deliver.Message // by key
	order []string
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.posts++
	if g.down != 0 {
		w.WriteHeader(g.down)
		return
	}
	var m deliver.Message
	if json.NewDecoder(r.Body).Decode(&m) != nil || r.Header.Get("Idempotency-Key") != m.Key {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if old, known := g.sent[m.Key]; known && old != m {
		w.WriteHeader(http.StatusUnprocessableEntity) // another message under a key that was used
		return
	} else if !known {
		g.sent[m.Key], g.order = m, append(g.order, m.Key)
	}
	_, _ = fmt.Fprintf(w, `{"id":"gw-%s"}`, m.Key)
}

func (g *gateway) set(down int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.down = down
}

func (g *gateway) messages() (out []deliver.Message) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, k := range g.order {
		out = append(out, g.sent[k])
	}
	return out
}

// post is a sender with a real ledger and a real gateway, and a clock of its own.
type post struct {
	*deliver.Sender
	t       *testing.T
	store   *store.Store
	db      *pgx.Conn
	gateway *gateway
	log     *strings.Builder
	mu      sync.Mutex
	at      time.Time
}

func migrated(url string) error { return store.Migrate(context.Background(), url) }

func newPost(t *testing.T, have ...notice.Channel) *post {
	t.Helper()
	url := testkit.MigratedDatabase(t, migrated)
	s, err := store.New(t.Context(), url, store.WithMaxConns(10), store.WithFields(testkit.Fields()))
	require.NoError(t, err)
	t.Cleanup(s.Close)
	db, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	book, err := rulebook.Default()
	require.NoError(t, err)
	p := &post{t: t, store: s, db: db, gateway: &gateway{sent: map[string]deliver.Message{}}, log: &strings.Builder{}, at: activitiestest.Day}
	srv := httptest.NewServer(p.gateway)
	t.Cleanup(srv.Close)
	p.Sender = &deliver.Sender{Queue: s, Providers: map[notice.Channel]deliver.Provider{}, Rules: rulebook.NewHolder(book),
		Log: slog.New(slog.NewTextHandler(p.log, nil)), Now: p.now}
	for _, c := range have {
		p.Providers[c] = webhook(t, srv.URL)
	}
	return p
}

func webhook(t *testing.T, at string) *deliver.Webhook {
	t.Helper()
	u, err := url.Parse(at)
	require.NoError(t, err)
	return deliver.NewWebhook(u, []byte("secret of the test gateway"), []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
}

func (p *post) now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at
}

func (p *post) pass(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = p.at.Add(d)
}

// number is the phone of the person behind the n-th case.
func number(n int) string { return fmt.Sprintf("1380437%04d", n) }

// register opens a case of a person of their own; its receipt N1 is to be delivered.
func (p *post) register(n int, change ...func(*grievance.Case)) string {
	p.t.Helper()
	person := fmt.Sprintf("person-%d", n)
	change = append(change, func(c *grievance.Case) { c.Petitioner = person })
	w, err := p.store.Create(p.t.Context(), activities.NewStream{Kind: activities.KindGrievance, Place: "220402", Letter: "G", Day: p.now(),
		Decide: activitiestest.Opening(p.now(), change...),
		Intake: &activities.Intake{PersonID: person, Person: map[string]string{"name": "张建国", "phone": number(n), "language": "zh"}}})
	require.NoError(p.t, err)
	return w.No
}

// tell writes a notice about a case.
func (p *post) tell(no string, m notice.Message) {
	p.t.Helper()
	_, err := p.store.Change(p.t.Context(), activities.Write{Kind: activities.KindGrievance, No: no, Seq: -1, Decide: func(cur activities.Current) (activities.Decision, error) {
		d, err := activitiestest.Step("looked", p.now())(cur)
		m.No, m.Seq, m.TitleZH, m.TitleEN = no, d.Events[0].Seq, "升级告知", "Change of level"
		m.BodyZH, m.BodyEN = "办件"+no+"有新进展。", "Case "+no+" has moved on."
		d.Notices = []notice.Message{m}
		return d, err
	}})
	require.NoError(p.t, err)
}

// send plans and sends until every notice there is has been planned.
func (p *post) send() {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		p.Round(p.t.Context())
		var planned bool
		err := p.db.QueryRow(p.t.Context(), `SELECT upto >= (SELECT coalesce(max(id), 0) FROM notices) FROM delivery_plan`).Scan(&planned)
		return err == nil && planned
	}, 30*time.Second, 5*time.Millisecond)
	p.Round(p.t.Context())
}

// states counts deliveries by channel and state.
func (p *post) states() map[string]int {
	p.t.Helper()
	rows, err := p.db.Query(p.t.Context(), `SELECT channel || ' ' || state || CASE WHEN error = '' THEN '' ELSE ' ' || error END, count(*) FROM deliveries GROUP BY 1`)
	require.NoError(p.t, err)
	out, key, n := map[string]int{}, "", 0
	_, err = pgx.ForEachRow(rows, []any{&key, &n}, func() error { out[key] = n; return nil })
	require.NoError(p.t, err)
	return out
}

func (p *post) oneCase() (no string) {
	require.NoError(p.t, p.db.QueryRow(p.t.Context(), `SELECT min(no) FROM cases`).Scan(&no))
	return no
}
