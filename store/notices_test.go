package store_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/activities/activitiestest"
	"huajie/domain"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/org"
	"huajie/domain/view"
	"huajie/internal/testkit"
	"huajie/store"
)

var sun = domain.Actor{User: "sun"}

// pull reads on from a cursor until there is nothing more.
func pull(t *testing.T, s *store.Store, a domain.Actor, cursor string, limit int) (ids []int64, next string) {
	t.Helper()
	for {
		p, err := s.NoticesAfter(t.Context(), store.Everything, a, cursor, limit)
		require.NoError(t, err)
		for _, n := range p.Items {
			ids = append(ids, n.ID)
		}
		require.NotEmpty(t, p.Next)
		if cursor = p.Next; !p.More {
			return ids, cursor
		}
	}
}

// arrive reads on until n have come: other tests write to the same server meanwhile, and
// what is below an open transaction of anybody waits for it.
func arrive(t *testing.T, s *store.Store, a domain.Actor, cursor string, n int) (ids []int64, next string) {
	t.Helper()
	require.Eventually(t, func() bool {
		var more []int64
		more, cursor = pull(t, s, a, cursor, 9)
		ids = append(ids, more...)
		return len(ids) >= n
	}, 20*time.Second, 5*time.Millisecond)
	require.Len(t, ids, n)
	return ids, cursor
}

// withheld makes every commit that writes a notice N99 wait until the lock is let go.
func withheld(t *testing.T, url string) (letGo func()) {
	t.Helper()
	c := raw(t, url)
	for _, sql := range []string{
		`CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NULL; END $$`,
		`CREATE CONSTRAINT TRIGGER wait_for_test AFTER INSERT ON notices DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.n = 'N99') EXECUTE FUNCTION wait_for_test()`,
		`SELECT pg_advisory_lock(42)`,
	} {
		_, err := c.Exec(t.Context(), sql)
		require.NoError(t, err)
	}
	return func() {
		_, err := c.Exec(context.WithoutCancel(t.Context()), `SELECT pg_advisory_unlock(42)`)
		require.NoError(t, err)
	}
}

// post writes one notice about a case.
func post(ctx context.Context, s *store.Store, no, n string, to machine.Recipient) error {
	_, err := s.Change(ctx, activities.Write{Kind: activities.KindGrievance, No: no, Seq: -1, Decide: func(cur activities.Current) (activities.Decision, error) {
		d, err := activitiestest.Step("looked", day)(cur)
		d.Notices = []notice.Message{{N: n, No: no, Seq: d.Events[0].Seq, To: to, TitleZH: "通知", TitleEN: "Notice", BodyZH: "文", BodyEN: "text"}}
		return d, err
	}})
	return err
}

// TestNoNoticeIsPassedOver: of two notices the one with the lower id is committed last.
// Who reads in between gets neither, and then both.
func TestNoNoticeIsPassedOver(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	early, late := register(t, s, day).No, register(t, s, day).No
	letGo := withheld(t, url)
	committed := make(chan error, 1)
	go func() { committed <- post(t.Context(), s, early, "N99", machine.Recipient{User: "sun"}) }()
	watch := raw(t, url)
	require.Eventually(t, func() bool {
		var waiting bool
		err := watch.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)`).Scan(&waiting)
		return err == nil && waiting
	}, 20*time.Second, 5*time.Millisecond)
	require.NoError(t, post(t.Context(), s, late, "N13", machine.Recipient{User: "sun"}))

	newest, err := s.Notices(t.Context(), store.Everything, sun, false, "", 9)
	require.NoError(t, err)
	require.Len(t, newest.Items, 1, "the second is there")
	seen, cursor := pull(t, s, sun, "", 9)
	require.Empty(t, seen, "but the first is not, so nothing is passed")
	box, err := s.Inbox(t.Context(), store.Everything, sun)
	require.NoError(t, err)
	require.Zero(t, box.Latest, "nobody is told of what cannot be fetched")
	got, err := s.Arrived(t.Context(), 0)
	require.NoError(t, err)
	require.False(t, got.Whole)

	letGo()
	require.NoError(t, <-committed)
	seen, _ = arrive(t, s, sun, cursor, 2)
	require.True(t, slices.IsSorted(seen))
	require.Equal(t, newest.Items[0].ID, seen[1])
}

// TestWritersAndReaders: 8 writers of 200 commits each, and readers who follow. The
// union of what each reads is what was committed, each once and in order.
func TestWritersAndReaders(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t, store.WithMaxConns(16))
	other, err := store.New(t.Context(), url, store.WithFields(testkit.Fields())) // another process has a horizon of its own
	require.NoError(t, err)
	t.Cleanup(other.Close)
	const writers, commits = 8, 200
	var nos []string
	for range writers {
		nos = append(nos, register(t, s, day).No)
	}
	var writing sync.WaitGroup
	for _, no := range nos {
		writing.Go(func() {
			for range commits {
				assert.NoError(t, post(t.Context(), s, no, "N13", machine.Recipient{User: "sun"}))
			}
		})
	}
	done := make(chan struct{})
	go func() { writing.Wait(); close(done) }()
	var reading sync.WaitGroup
	for _, from := range []*store.Store{s, other} {
		reading.Go(func() {
			var all []int64
			var until time.Time // after the last commit those of other tests may be waited for
			for cursor := ""; until.IsZero() || len(all) < writers*commits && time.Now().Before(until); {
				select {
				case <-done:
					if until.IsZero() {
						until = time.Now().Add(20 * time.Second)
					}
				default:
				}
				var some []int64
				some, cursor = pull(t, from, sun, cursor, 50)
				all = append(all, some...)
			}
			assert.Len(t, all, writers*commits)
			assert.True(t, slices.IsSorted(all))
			assert.Len(t, slices.Compact(all), writers*commits, "each once")
		})
	}
	reading.Wait()
}

// TestNoticesAreWrittenAfterTheirEvent: a transaction that draws the id of a notice has
// a transaction number. The horizon rests on it, and on ids that are drawn one by one.
func TestNoticesAreWrittenAfterTheirEvent(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	c := raw(t, url)
	for _, sql := range []string{
		`CREATE FUNCTION has_number() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF pg_current_xact_id_if_assigned() IS NULL THEN RAISE 'a notice before its event'; END IF; RETURN NULL; END $$`,
		`CREATE TRIGGER has_number BEFORE INSERT ON notices FOR EACH STATEMENT EXECUTE FUNCTION has_number()`,
	} {
		_, err := c.Exec(t.Context(), sql)
		require.NoError(t, err)
	}
	_, err := c.Exec(t.Context(), `INSERT INTO notices (no, seq, n, to_case, to_user, to_role, to_unit, title_zh, title_en, body_zh, body_en, immediate, late, exempt, at)
		VALUES ('x', 1, 'N1', '', 'sun', '', '', '', '', '', '', false, false, '', now())`)
	require.ErrorContains(t, err, "a notice before its event", "the trigger works")
	no := register(t, s, day).No
	step(t, s, no, "looked", day)
	_, err = s.Create(t.Context(), activities.NewStream{Kind: activities.KindSession, No: no + "-J1", Day: day, Decide: activitiestest.Meeting(no, day)})
	require.NoError(t, err)
	var cached int64
	require.NoError(t, c.QueryRow(t.Context(), `SELECT seqcache FROM pg_sequence WHERE seqrelid = 'notices_id_seq'::regclass`).Scan(&cached))
	require.Equal(t, int64(1), cached)
}

// TestStepsPayNothingForDelivery: a step writes its notices with the statements it had.
func TestStepsPayNothingForDelivery(t *testing.T) {
	t.Parallel()
	counter := &statements{}
	s := fresh(t, store.WithTracer(counter))
	no := register(t, s, day).No
	counter.reset()
	require.NoError(t, post(t.Context(), s, no, "N13", machine.Recipient{User: "sun"}))
	require.LessOrEqual(t, counter.count(), 9, "begin, read state and key, event, row, limits, notices, notify, commit")
}

// statements counts what is sent to the database.
type statements struct {
	mu sync.Mutex
	n  int
}

func (c *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.add()
	return ctx
}
func (c *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
func (c *statements) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}
func (c *statements) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) { c.add() }
func (c *statements) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}

func (c *statements) add() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}

func (c *statements) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n = 0
}

func (c *statements) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// TestReceiptsAreEachOnesOwn: a notice to an office is received by each who holds it,
// the first time counts, and nobody receives what is for others.
func TestReceiptsAreEachOnesOwn(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	no := register(t, s, day).No
	office := []org.Grant{{Role: org.RoleDeptLiaison, Unit: "220402-D-housing"}}
	li, zhao := domain.Actor{User: "li", Grants: office}, domain.Actor{User: "zhao", Grants: office}
	notify(t, s, no, machine.Recipient{Role: org.RoleDeptLiaison, Unit: "220402-D-housing"}, machine.Recipient{User: "li"})
	ids, _ := arrive(t, s, li, "", 2)
	box := func(a domain.Actor) view.Inbox {
		b, err := s.Inbox(t.Context(), store.Everything, a)
		require.NoError(t, err)
		return b
	}
	require.Equal(t, view.Inbox{Latest: ids[1], Unread: 2}, box(li))
	require.Equal(t, view.Inbox{Latest: ids[0], Unread: 1}, box(zhao))

	require.NoError(t, s.Receive(t.Context(), store.Everything, zhao, ids, nil, day))
	require.NoError(t, s.Receive(t.Context(), store.Everything, zhao, nil, ids, day.Add(time.Hour)))
	require.NoError(t, s.Receive(t.Context(), store.Everything, sun, ids, ids, day))
	require.Equal(t, 2, box(li).Unread, "what one holder has read the other has not")
	require.Zero(t, box(zhao).Unread)
	p, err := s.NoticesAfter(t.Context(), store.Everything, zhao, "", 9)
	require.NoError(t, err)
	require.Equal(t, day, p.Items[0].DeliveredAt)
	require.Equal(t, day.Add(time.Hour), p.Items[0].ReadAt)
	unread, err := s.Notices(t.Context(), store.Everything, zhao, true, "", 9)
	require.NoError(t, err)
	require.Empty(t, unread.Items)
	every, err := s.CaseNotices(t.Context(), store.Everything, no)
	require.NoError(t, err)
	require.True(t, every[len(every)-1].DeliveredAt.IsZero(), "a stranger receives nothing")
}

// TestTheVeryFirstNotice: who looked before there was any notice gets the first one.
func TestTheVeryFirstNotice(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	_, cursor := pull(t, s, sun, "", 9)
	_, err := s.Create(t.Context(), activities.NewStream{Kind: activities.KindGrievance, Place: "220402", Letter: "G", Day: day, Decide: func(no string) (activities.Decision, error) {
		d, err := activitiestest.Opening(day)(no)
		d.Notices[0].To = machine.Recipient{User: "sun"}
		return d, err
	}})
	require.NoError(t, err)
	ids, _ := arrive(t, s, sun, cursor, 1)
	require.Equal(t, []int64{1}, ids)
}

// TestCitizensFetchTheirOwn: who registered a matter fetches what its petitioner is told.
func TestCitizensFetchTheirOwn(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	citizen := domain.Actor{User: "citizen.1", Grants: []org.Grant{{Role: org.RolePetitioner, Unit: "220402"}}}
	require.True(t, grievance.IsCitizen(citizen))
	register(t, s, day)
	register(t, s, day, func(c *grievance.Case) { c.RegisteredBy = "citizen.1" })
	arrive(t, s, citizen, "", 1)
	got, err := s.Arrived(t.Context(), 0)
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(got.To, func(r machine.Recipient) bool { return r.Petitioner != "" && r.User == "citizen.1" }))
}

// TestCursorOfALostLedger: a cursor from before a restore does not pass over new notices.
func TestCursorOfALostLedger(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	no := register(t, s, day).No
	for range 5 {
		require.NoError(t, post(t.Context(), s, no, "N13", machine.Recipient{User: "sun"}))
	}
	_, cursor := arrive(t, s, sun, "", 5)
	_, err := raw(t, url).Exec(t.Context(), `DELETE FROM notices WHERE id > 2; SELECT setval('notices_id_seq', 2)`)
	require.NoError(t, err)
	_, err = s.NoticesAfter(t.Context(), store.Everything, sun, cursor, 9)
	require.Equal(t, "bad_cursor", domain.ReasonOf(err))
	require.NoError(t, post(t.Context(), s, no, "N13", machine.Recipient{User: "sun"}))
	ids, _ := arrive(t, s, sun, "", 2)
	require.Contains(t, ids, int64(3))
}
