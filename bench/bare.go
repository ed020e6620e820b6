package bench

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	tlog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"huajie/config"
	"huajie/internal/localstack"
)

// The bare engine: the least workflow that answers as many updates, each writing
// one row by a local activity. It has no rules, no accounts, no HTTP; what the
// product costs beyond it is ours. Like a case it stays open after the last step.
const (
	bareRole     = "bare worker"
	bareQueue    = "bare"
	bareWorkflow = "Bare"
	bareStep     = "step"
	bareActivity = "Write"
	bareTable    = `CREATE TABLE bare_rows (no text NOT NULL, step integer NOT NULL, key text NOT NULL, at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (no, step))`
	bareInsert   = `INSERT INTO bare_rows (no, step, key) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
)

// quiet keeps the clients of the engine from talking in between.
var quiet = tlog.NewStructuredLogger(slog.New(slog.DiscardHandler))

// plain spares the bare engine the compression the product spares itself.
var plain = client.ConnectionOptions{GrpcCompression: &client.GrpcCompressionNone{}}

// bareRow is what one step writes.
type bareRow struct {
	No, Key string
	Step    int
}

func bareCase(ctx workflow.Context, no string) error {
	done := 0
	err := workflow.SetUpdateHandler(ctx, bareStep, func(ctx workflow.Context, key string) (int, error) {
		ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: 10 * time.Second})
		if err := workflow.ExecuteLocalActivity(ctx, bareActivity, bareRow{no, key, done + 1}).Get(ctx, nil); err != nil {
			return 0, err
		}
		done++
		return done, nil
	})
	if err != nil {
		return err
	}
	return workflow.Await(ctx, func() bool { return false })
}

// serveBare is the life of the child that works for the bare engine. Its worker
// is set like the product's.
func serveBare(ctx context.Context, o order, say func(string) error) error {
	c, err := client.DialContext(ctx, client.Options{HostPort: o.Config.TemporalAddress, Namespace: o.Config.TemporalNamespace, Logger: quiet,
		ConnectionOptions: plain})
	if err != nil {
		return err
	}
	defer c.Close()
	pool, err := pgxpool.New(ctx, o.Config.DatabaseURL+"&pool_max_conns=24")
	if err != nil {
		return err
	}
	defer pool.Close()
	w := worker.New(c, o.Queue, worker.Options{MaxConcurrentWorkflowTaskPollers: 16, MaxConcurrentActivityTaskPollers: 4})
	w.RegisterWorkflowWithOptions(bareCase, workflow.RegisterOptions{Name: bareWorkflow})
	w.RegisterActivityWithOptions(func(ctx context.Context, r bareRow) error {
		_, err := pool.Exec(ctx, bareInsert, r.No, r.Step, r.Key)
		return err
	}, activity.RegisterOptions{Name: bareActivity})
	if err := w.Start(); err != nil {
		return err
	}
	defer w.Stop()
	if err := say(""); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// bare is the bare engine as the load sees it.
type bare struct {
	client client.Client
	pool   *pgxpool.Pool
	worker *child
	url    string
	mu     sync.Mutex
	acked  int // rows that were acknowledged
}

// openBare prepares the database and starts the worker.
func (l *Lab) openBare(ctx context.Context) (*bare, error) {
	if err := localstack.CreateDatabases(ctx, l.Stack.DatabaseURL, "bare"); err != nil {
		return nil, err
	}
	url, err := l.Stack.DatabaseNamed("bare")
	if err != nil {
		return nil, err
	}
	b := &bare{url: url}
	if b.pool, err = pgxpool.New(ctx, url+"&pool_max_conns=16"); err != nil {
		return nil, err
	}
	if _, err := b.pool.Exec(ctx, bareTable); err != nil {
		return nil, err
	}
	b.client, err = client.DialContext(ctx, client.Options{HostPort: l.Stack.TemporalAddress, Namespace: l.Stack.Namespace, Logger: quiet,
		ConnectionOptions: plain})
	if err != nil {
		return nil, err
	}
	cfg := config.Default()
	cfg.DatabaseURL, cfg.TemporalAddress, cfg.TemporalNamespace = url, l.Stack.TemporalAddress, l.Stack.Namespace
	b.worker, err = l.launch(ctx, bareRole, bareQueue, cfg)
	return b, err
}

func (b *bare) close() error {
	b.client.Close()
	b.pool.Close()
	return b.worker.stop()
}

// live is a case of the bare engine: one row written by the caller, as a
// registration is, a workflow, and as many updates as a life has steps.
func (b *bare) live(ctx context.Context, n int, times *Times) error {
	no := fmt.Sprintf("bare-%d", n)
	began := time.Now()
	_, err := b.pool.Exec(ctx, bareInsert, no, 0, no)
	if err == nil {
		_, err = b.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: no, TaskQueue: bareQueue}, bareWorkflow, no)
	}
	times.note(steps[0], began, err)
	if err != nil {
		return err
	}
	for _, step := range steps[1:] {
		began = time.Now()
		key := no + "-" + step
		h, err := b.client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{WorkflowID: no, UpdateName: bareStep, UpdateID: key,
			Args: []any{key}, WaitForStage: client.WorkflowUpdateStageCompleted})
		if err == nil {
			err = h.Get(ctx, nil)
		}
		times.note(step, began, err)
		if err != nil {
			return err
		}
	}
	b.mu.Lock()
	b.acked += len(steps)
	b.mu.Unlock()
	return nil
}

// together runs cases with so many callers at once.
func (b *bare) together(ctx context.Context, from, to, atOnce int, times *Times) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			for n := range next {
				if err := b.live(ctx, n, times); err != nil {
					cancel(err)
				}
			}
		})
	}
	for n := from; n < to; n++ {
		next <- n
	}
	close(next)
	wg.Wait()
	return context.Cause(ctx)
}
