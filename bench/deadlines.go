package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/workflows"
)

// deadlines is the morning on which many limits pass at once.
func deadlines() Scenario {
	return Scenario{
		Name: "deadlines", Help: "many sign-for limits pass within a few seconds while officers work",
		Options: []Option{
			{"cases", "1000", "cases whose limit passes"},
			{"within", "10s", "the span in which they pass"},
			{"officers", "4", "officers at work before and meanwhile"},
			{"patience", "3m", "the longest to wait for the last firing"},
		},
		Run: func(ctx context.Context, r *Run) (err error) {
			s := &storm{r: r, times: &Times{}}
			n, err := r.Ints("cases", "officers")
			if err != nil {
				return err
			}
			s.cases, s.atOnce = n[0], n[1]
			within, err1 := r.Duration("within")
			patience, err2 := r.Duration("patience")
			if err := errors.Join(err1, err2); err != nil {
				return err
			}
			s.within, s.patience = within, patience
			if s.site, err = r.Lab.OpenSite(ctx, SiteOptions{Policy: oneLimit}); err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.site.Close()) }()
			return s.play(ctx)
		},
	}
}

// oneLimit lets the limit to sign for alone pass: no reminder at half time before
// it, and nothing at the desk a case is carried past in a moment.
const oneLimit = `  sign.limit.normal: 7200s
  sign.remind: 100%
  pickup.limit: 48uh
  triage.soft: 48uh
  triage.hard: 48uh
`

// limit is how long a unit has to sign for a case of this scenario.
const limit = 2 * time.Hour

// storm is one performance.
type storm struct {
	r                *Run
	site             *Site
	people           *officers
	times            *Times
	cases, atOnce    int
	within, patience time.Duration
	nos              []string
	seen             time.Time // when all firings had been found in the ledger
}

func (s *storm) play(ctx context.Context) error {
	begin, err := s.prepare(ctx)
	if err != nil {
		return err
	}
	if s.people, err = newOfficers(ctx, s.site.Base, s.atOnce); err != nil {
		return err
	}
	if err := s.site.weigh(s.r, fmt.Sprintf("with %d cases open", s.cases)); err != nil {
		return err
	}
	working, goHome := context.WithCancel(ctx)
	defer goHome()
	var wg sync.WaitGroup
	s.work(working, &wg)
	quiet := time.Now().Add(2 * time.Second) // past the first calls
	if left := time.Until(begin); left < 5*time.Second {
		return fmt.Errorf("only %s were left before the storm: the preparation was slower than foreseen", left.Round(time.Millisecond))
	}
	fired, err := s.wait(ctx, begin)
	goHome()
	wg.Wait()
	if err != nil {
		return err
	}
	s.r.Report.Spread("officers", "steps before", s.times.between(quiet, begin))
	s.r.Report.Spread("officers", "steps meanwhile", s.times.between(begin, fired))
	done, failed := s.times.counts()
	s.r.Report.Add("officers", "steps taken", float64(done), "")
	s.r.Report.Add("officers", "told to try again", float64(s.people.again), "")
	s.r.Report.Equal("steps refused or failed", 0, failed)
	if why := s.times.firstFault(); why != "" {
		s.r.Say("first fault: %s", why)
	}
	s.r.Report.Add("firings", "from the first limit to the last firing", fired.Sub(begin).Seconds(), "s")
	s.r.Report.Add("firings", "from the first limit until all stood in the ledger", s.seen.Sub(begin).Seconds(), "s")
	if err := s.site.weigh(s.r, "after the storm"); err != nil {
		return err
	}
	return s.check(ctx)
}

// prepare writes dispatched cases straight into the ledger, dated so that the
// limit of each passes at a moment of its own in the storm, and starts their
// workflows. It answers when the storm begins.
func (s *storm) prepare(ctx context.Context) (time.Time, error) {
	const trial = 40
	began := time.Now()
	if err := s.register(ctx, trial, began.Add(2*limit)); err != nil { // these do not fire: they tell how long the others take
		return time.Time{}, err
	}
	one := time.Since(began) / trial
	begin := time.Now().Add(one*time.Duration(s.cases)*5/4 + 30*time.Second)
	s.r.Say("preparing %d cases, limits pass from %s on", s.cases, begin.Format(time.TimeOnly))
	s.nos = nil
	return begin, s.register(ctx, s.cases, begin)
}

// register makes cases whose limits pass within the span after begin. While it
// does, a case that is written counts as started from its first row on, and has
// no deadline in the past: so the worker's sweep, which looks for either, cannot
// take up a case that is not finished.
func (s *storm) register(ctx context.Context, cases int, begin time.Time) (err error) {
	startedBy := func(value string) error {
		return onDatabase(ctx, s.site.Config.DatabaseURL, func(c *pgx.Conn) error {
			return each(ctx, c, `ALTER TABLE cases ALTER COLUMN workflow_started SET DEFAULT `+value)
		})
	}
	if err := startedBy("true"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, startedBy("false")) }()
	const atOnce = 8
	work := make(chan time.Time)
	faults := make(chan error, atOnce)
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range atOnce {
		wg.Go(func() {
			for due := range work {
				no, err := s.site.dispatched(ctx, due.Add(-limit))
				if err != nil {
					select {
					case faults <- err:
					default:
					}
					continue
				}
				mu.Lock()
				s.nos = append(s.nos, no)
				mu.Unlock()
			}
		})
	}
	for range cases {
		work <- begin.Add(time.Duration(s.r.Rand.Int64N(int64(s.within))))
	}
	close(work)
	wg.Wait()
	select {
	case err := <-faults:
		return err
	default:
		return nil
	}
}

// actor is a user of the rulebook with the offices held.
func (s *Site) actor(name string) domain.Actor {
	u, _ := s.Book.Current().Users.User(name)
	return domain.Actor{User: name, Grants: u.Grants}
}

// dispatched registers a case at a moment, brings it before a unit at the same
// moment, and starts its workflow.
func (s *Site) dispatched(ctx context.Context, at time.Time) (string, error) {
	w, err := s.Desk.Register(ctx, activities.RegisterInput{Actor: s.actor("win-general." + county), At: at, Anonymous: true,
		Input: form.Input{"nature": "help", "summary": matters[0], "channel": "walk_in", "area": county + "008", "category": "0201"}})
	if err != nil {
		return "", err
	}
	for _, step := range []machine.Command{
		{Key: w.No + "/triage", Action: "start-triage"},
		{Key: w.No + "/dispatch", Action: "dispatch", Input: form.Input{"lead_unit": units[0]}},
	} {
		step.Actor = s.actor("disp." + county)
		if _, err := s.Desk.Commit(ctx, activities.CommitInput{Kind: activities.KindGrievance, No: w.No, Seq: -1, Command: step, At: at}); err != nil {
			return "", err
		}
	}
	return w.No, s.begin(ctx, w.No)
}

// begin starts the workflow of a case that was written into the ledger. It is an
// error if somebody else has started it before; an engine that is too busy to
// answer is asked again, and may then have started it for us.
func (s *Site) begin(ctx context.Context, no string) error {
	events, err := s.Store.StoredEvents(ctx, no)
	if err != nil {
		return err
	}
	in := workflows.AnyCaseInput{No: no, Events: events}
	o := client.StartWorkflowOptions{ID: workflows.ID(no), TaskQueue: s.TaskQueue,
		TypedSearchAttributes: workflows.StartAttributes(in), WorkflowExecutionErrorWhenAlreadyStarted: true}
	for try := 0; ; try++ {
		_, err = s.Client.ExecuteWorkflow(ctx, o, workflows.GrievanceWorkflow, in)
		var already *serviceerror.WorkflowExecutionAlreadyStarted
		if err == nil || try > 0 && errors.As(err, &already) {
			return nil
		}
		if errors.As(err, &already) || try == 5 || ctx.Err() != nil {
			return fmt.Errorf("start %s: %w", no, err)
		}
		time.Sleep(time.Second)
	}
}

// work lets officers live whole cases, one after the other, until they go home.
func (s *storm) work(ctx context.Context, wg *sync.WaitGroup) {
	var mu sync.Mutex
	n := 0
	for range s.atOnce {
		wg.Go(func() {
			for ctx.Err() == nil {
				mu.Lock()
				n++
				l := newLife(n, s.r.Rand)
				mu.Unlock()
				// A life that was begun is lived to its end: going home cuts none short.
				_ = s.people.live(context.WithoutCancel(ctx), l, s.times)
			}
		})
	}
}

// wait waits for the last firing and answers when that was.
func (s *storm) wait(ctx context.Context, begin time.Time) (time.Time, error) {
	conn, err := pgx.Connect(ctx, s.site.Config.DatabaseURL)
	if err != nil {
		return time.Time{}, err
	}
	defer conn.Close(ctx) //nolint:errcheck // only read
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		case <-tick.C:
		}
		var fired int
		var last time.Time
		err := conn.QueryRow(ctx, `SELECT count(*), coalesce(max(recorded_at), now()) FROM events WHERE type = 'auto_signed' AND no = ANY ($1)`, s.nos).Scan(&fired, &last)
		if err != nil || fired >= s.cases {
			s.seen = time.Now()
			return last, err
		}
		if time.Since(begin) > s.within+s.patience {
			return time.Time{}, errors.Join(fmt.Errorf("%d of %d limits have taken effect after %s", fired, s.cases, time.Since(begin).Round(time.Second)), s.explain(ctx, conn))
		}
	}
}

// explain tells of a few cases that did not fire where they stand, in the ledger
// and in the engine.
func (s *storm) explain(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, `SELECT no FROM cases WHERE no = ANY ($1)
		AND no NOT IN (SELECT no FROM events WHERE type = 'auto_signed') ORDER BY no LIMIT 5`, s.nos)
	if err != nil {
		return err
	}
	nos, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, no := range nos {
		d, err := s.site.Client.DescribeWorkflowExecution(ctx, workflows.ID(no), "")
		if err != nil {
			return err
		}
		s.r.Say("%s: %s, history of %d events, task waiting: %v", no, d.GetWorkflowExecutionInfo().GetStatus(),
			d.GetWorkflowExecutionInfo().GetHistoryLength(), d.GetPendingWorkflowTask())
		history := s.site.Client.GetWorkflowHistory(ctx, workflows.ID(no), "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		for history.HasNext() {
			e, err := history.Next()
			if err != nil {
				return err
			}
			s.r.Say("   %3d %s %s %v", e.GetEventId(), e.GetEventTime().AsTime().Format(time.StampMilli), e.GetEventType(), e.GetTimerStartedEventAttributes())
		}
	}
	return nil
}

// check reads lateness from the ledger and counts what fired.
func (s *storm) check(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.site.Config.DatabaseURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // only read
	rows, err := conn.Query(ctx, `SELECT recorded_at - at FROM events WHERE type = 'auto_signed' AND no = ANY ($1)`, s.nos)
	if err != nil {
		return err
	}
	late, err := pgx.CollectRows(rows, pgx.RowTo[time.Duration])
	if err != nil {
		return err
	}
	s.r.Report.Spread("firings", "lateness", late)
	s.r.Report.Add("firings", "lateness max", millis(Percentile(late, 100)), "ms")
	const mine = ` FROM events WHERE no = ANY ($1) AND type = 'auto_signed'`
	args := []any{s.nos}
	questions := []question{
		{"limits that took effect, none lost", s.cases, `SELECT count(DISTINCT no)` + mine, args},
		{"firings, none twice", s.cases, `SELECT count(*)` + mine, args},
		{"fired before they were due", 0, `SELECT count(*)` + mine + ` AND recorded_at < at`, args},
		{"nothing else fired", 0, `SELECT count(*) FROM events WHERE deadline <> '' AND type <> 'auto_signed'`, nil},
	}
	return s.r.verify(ctx, s.site.Config.DatabaseURL, append(questions, s.people.lived()...))
}
