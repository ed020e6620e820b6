package retention_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/activities/activitiestest"
	"huajie/domain/audit"
	"huajie/domain/grievance"
	"huajie/domain/policy"
	domainretention "huajie/domain/retention"
	"huajie/internal/retention"
	"huajie/internal/testkit"
	"huajie/rulebook"
	"huajie/store"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func migrated(url string) error { return store.Migrate(context.Background(), url) }

// engine notes which streams it was asked to let go of.
type engine struct {
	asked []string
	err   error
}

func (e *engine) Forget(_ context.Context, no string) error {
	e.asked = append(e.asked, no)
	return e.err
}

type storage struct{}

func (storage) Remove(context.Context, [32]byte) error { return nil }

// bureau is a desk on a ledger of its own, with the rules that ship and the time of the test.
type bureau struct {
	*retention.Desk
	t      *testing.T
	store  *store.Store
	url    string
	engine *engine
	now    time.Time
}

func open(t *testing.T) *bureau {
	t.Helper()
	b := &bureau{t: t, url: testkit.MigratedDatabase(t, migrated), engine: &engine{}, now: time.Now()}
	var err error
	b.store, err = store.New(t.Context(), b.url, store.WithFields(testkit.Fields()))
	require.NoError(t, err)
	t.Cleanup(b.store.Close)
	book, err := rulebook.Default()
	require.NoError(t, err)
	b.Desk = &retention.Desk{Ledger: b.store, Engine: b.engine, Bytes: storage{}, Now: func() time.Time { return b.now }, Log: slog.New(slog.DiscardHandler),
		Policy: func(area string) policy.Set {
			if area == "" {
				area = book.Org.Root()
			}
			return book.PolicyAt(area, b.now)
		}}
	return b
}

// file is a case that ended some years ago.
func (b *bureau) file(years int, change ...func(*grievance.Case)) string {
	b.t.Helper()
	at := b.now.AddDate(-years, 0, -1)
	w, err := b.store.Create(b.t.Context(), activities.NewStream{Kind: activities.KindGrievance, Place: "220402", Letter: "G", Day: at, Decide: activitiestest.Opening(at)})
	require.NoError(b.t, err)
	end := func(c *grievance.Case) { c.State, c.ClosedAt, c.Deadlines = grievance.Archived, at, nil }
	b.step(w.No, at, append([]func(*grievance.Case){end}, change...)...)
	return w.No
}

func (b *bureau) step(no string, at time.Time, change ...func(*grievance.Case)) {
	b.t.Helper()
	_, err := b.store.Change(b.t.Context(), activities.Write{Kind: activities.KindGrievance, No: no, Seq: -1, Decide: activitiestest.Step("stepped", at, change...)})
	require.NoError(b.t, err)
}

// planned are the files that would go, and why the rest stays.
func (b *bureau) planned() (nos []string, kept map[domainretention.Why]int) {
	b.t.Helper()
	p, err := b.Plan(b.t.Context(), true)
	require.NoError(b.t, err)
	kept = map[domainretention.Why]int{}
	for _, f := range p.Files {
		nos = append(nos, f.No)
	}
	for _, l := range p.Lines {
		for why, n := range l.Kept {
			kept[why] += n
		}
	}
	return nos, kept
}

var order = retention.Order{By: "档案室", Reason: "鉴定组意见3号", Entry: audit.ByOperator("root", audit.FileRemoved, "", "", "")}

// TestMergedCasesGoTogether: what was merged follows its master, however long that is kept; a
// master stays while one merged into it is open.
func TestMergedCasesGoTogether(t *testing.T) {
	t.Parallel()
	b := open(t)
	petition := func(c *grievance.Case) { c.Track = "petition" }
	master := b.file(6, petition)
	follower := b.file(6, func(c *grievance.Case) { c.State, c.Master, c.MasterOver = grievance.Merged, master, true })
	waiting := b.file(6, func(c *grievance.Case) { c.State, c.Master = grievance.Merged, master }) // for its petitioner's word
	b.step(master, b.now.AddDate(-6, 0, 0), func(c *grievance.Case) { c.Followers = []string{follower, waiting} })
	nos, kept := b.planned()
	require.Empty(t, nos)
	require.Equal(t, map[domainretention.Why]int{domainretention.Period: 1, domainretention.Followed: 1, domainretention.Open: 1}, kept)

	b.now = b.now.AddDate(5, 0, 0)
	nos, _ = b.planned()
	require.ElementsMatch(t, []string{master, follower}, nos)
	require.NoError(t, b.store.SetHold(t.Context(), follower, "法规科", audit.ByOperator("root", audit.HoldSet, follower, "法规科", "调卷")))
	nos, kept = b.planned()
	require.Empty(t, nos, "the master of a file under a hold stays with it")
	require.Equal(t, 1, kept[domainretention.Followed])
	require.NoError(t, b.store.LiftHold(t.Context(), follower, "法规科", false, audit.ByOperator("root", audit.HoldLifted, follower, "法规科", "还卷")))
	done, err := b.Apply(t.Context(), order)
	require.NoError(t, err)
	require.Equal(t, 2, done.Files)
	require.ElementsMatch(t, []string{master, follower}, b.engine.asked)
}

// TestWhatIsKeptForGood: what a county leader has handled, also where it left the level again,
// and accusations.
func TestWhatIsKeptForGood(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.file(30, func(c *grievance.Case) { c.Level = "L3" })
	b.file(30, func(c *grievance.Case) { c.Confidentiality = "C3" })
	left := b.file(30)
	b.step(left, b.now.AddDate(-30, 0, 0), func(c *grievance.Case) { c.State, c.Level = grievance.LeaderResolving, "L3" })
	b.step(left, b.now.AddDate(-30, 0, 0), func(c *grievance.Case) { c.State, c.Level = grievance.Archived, "L1" })
	plain := b.file(30)
	nos, kept := b.planned()
	require.Equal(t, []string{plain}, nos)
	require.Equal(t, 3, kept[domainretention.LongTerm])
}

// TestTroubleEndsARunOrIsTold: an engine that is away ends the run before anything has gone; a
// file whose chain does not hold is told of, its histories are left alone, and the others go.
func TestTroubleEndsARunOrIsTold(t *testing.T) {
	t.Parallel()
	b := open(t)
	changed, sound := b.file(8), b.file(7)
	b.engine.err = errors.New("away")
	done, err := b.Apply(t.Context(), order)
	require.ErrorContains(t, err, "away")
	require.Zero(t, done.Files)
	b.engine.err, b.engine.asked = nil, nil
	conn, err := pgx.Connect(t.Context(), b.url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	_, err = conn.Exec(t.Context(), `SET session_replication_role = replica; UPDATE events SET actor = 'nobody' WHERE no = '`+changed+`' AND seq = 1`)
	require.NoError(t, err)
	done, err = b.Apply(t.Context(), order)
	require.NoError(t, err)
	require.Equal(t, 1, done.Files)
	require.Len(t, done.Problems, 1)
	require.Equal(t, changed, done.Problems[0].No)
	require.Equal(t, []string{sound}, b.engine.asked)
}

// TestARuleThatNamesNothing: who wants to keep a kind there is not for good is told, and nothing goes.
func TestARuleThatNamesNothing(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.file(30)
	k, _ := policy.KeyNamed("retention.long_term")
	ours := b.Policy
	book, err := rulebook.Default()
	require.NoError(t, err)
	v, err := policy.ParseList(k, []string{"L3", "petitions"})
	require.NoError(t, err)
	layers := append(book.Policy.Layers(), policy.Layer{Scope: book.Org.Root(), Version: "slip", EffectiveFrom: b.now.AddDate(0, 0, -1), Values: map[string]policy.Value{k.Name: v}})
	slip, err := policy.NewBook(book.Org.Root(), layers, func(unit string) []string { return book.Org.Path(unit) })
	require.NoError(t, err)
	b.Policy = func(string) policy.Set { return slip.At(book.Org.Path(book.Org.Root()), b.now) }
	_, err = b.Plan(t.Context(), false)
	require.ErrorContains(t, err, "petitions")
	_, err = b.Apply(t.Context(), order)
	require.ErrorContains(t, err, "petitions")
	b.Policy = ours
	nos, _ := b.planned()
	require.Len(t, nos, 1)
}
