package chaos

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	tlog "go.temporal.io/sdk/log"

	"huajie/internal/localstack"
)

// gather collects what the judge is given, once everything has settled.
func gather(ctx context.Context, o Options, c *caller, w *wrecker, report *Report) (Evidence, error) {
	report.Settled = settled(ctx, w.ground)
	o.Say("settled after %s", report.Settled.Round(time.Second))
	e := Evidence{Told: c.journal.All(), Strikes: w.told(), Opens: map[string]int{}, Again: map[string]Answer{}}
	e.Verify = verify(ctx, w.ground)
	c.reask(ctx, o.Seed, &e)
	engine, err := client.DialContext(ctx, client.Options{HostPort: w.temporal.TemporalAddress, Namespace: localstack.DefaultNamespace,
		Logger: tlog.NewStructuredLogger(slog.New(slog.DiscardHandler))})
	if err != nil {
		return e, err
	}
	defer engine.Close()
	// The engine's list is a moment behind, and cases live on: the two pictures are
	// taken until they agree, or the last pair counts.
	_ = await(ctx, 40*time.Second, func() error {
		var errs error
		if e.Running, errs = listed(ctx, engine, `ExecutionStatus = "Running"`); errs != nil {
			return errs
		}
		var broken map[string]bool
		if broken, errs = listed(ctx, engine, `ExecutionStatus IN ("Failed", "TimedOut", "Terminated")`); errs != nil {
			return errs
		}
		e.Broken = slices.Sorted(maps.Keys(broken))
		if e.Ledger, errs = Read(ctx, w.url); errs != nil {
			return errs
		}
		if !workflowsRun(e).OK || !nothingOwed(e).OK || !registeredOnce(e).OK { // a whistle comes a moment after what became one
			return errors.New("the pictures do not agree yet")
		}
		return nil
	})
	if e.Ledger == nil || e.Running == nil {
		return e, errors.New("the ledger or the engine could not be read at the end")
	}
	for _, name := range append(append([]string(nil), apiNames...), workerNames...) {
		_, left := w.crew[name].history()
		e.Left = append(e.Left, left...)
	}
	return e, nil
}

// reask asks for a share of what was acknowledged once more, and shows every receipt
// at the public door.
func (c *caller) reask(ctx context.Context, seed uint64, e *Evidence) {
	r := rand.New(rand.NewPCG(seed, 0xa9a1))
	for _, t := range e.Told {
		a, yes := t.Yes()
		if !yes {
			continue
		}
		if t.Begins() && t.Op != "draft" {
			var v view
			e.Opens[a.No], _ = c.get(ctx, r, "", "/api/v1/public/cases/"+a.No+"?code="+url.QueryEscape(a.Code), &v)
		}
		if r.IntN(4) == 0 {
			e.Again[t.Key] = c.unjournaled(ctx, r, t.Wish)
		}
	}
}

// verify runs the product's own check, as an operator would.
func verify(ctx context.Context, g *ground) *Verified {
	v := &Verified{}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	cmd := g.command(ctx, "verify", "--json", "--wait", "20s")
	errFile, err := os.Create(filepath.Join(g.dir, "verify.log"))
	if err == nil {
		defer errFile.Close() //nolint:errcheck // the child has its own
		cmd.Stderr = errFile
	}
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		v.Exit, err = exit.ExitCode(), nil
	}
	if err == nil {
		err = json.Unmarshal(out, v)
	}
	if err != nil {
		v.Err = err.Error()
		return v
	}
	v.Ran = true
	return v
}

// listed are the workflows the engine finds.
func listed(ctx context.Context, c client.Client, query string) (map[string]bool, error) {
	out := map[string]bool{}
	for next := []byte(nil); ; {
		page, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Namespace: localstack.DefaultNamespace,
			Query: query, PageSize: 500, NextPageToken: next})
		if err != nil {
			return nil, err
		}
		for _, x := range page.GetExecutions() {
			out[x.GetExecution().GetWorkflowId()] = true
		}
		if next = page.GetNextPageToken(); len(next) == 0 {
			return out, nil
		}
	}
}
