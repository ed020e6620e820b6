package chaos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Options of a run. Zero values take the defaults.
type Options struct {
	Seed     uint64
	For      time.Duration // of the load; default 10 minutes
	Officers int           // default 6
	Kinds    []Kind        // default all of them
	Dir      string        // where everything of the run is kept; it must be empty or not there
	Binary   string        // bin/huajie; found as localstack finds bin/huajie-temporal
	Say      func(format string, args ...any)
}

// The bounds of what comes after the load.
const (
	answerLimit = 4 * time.Minute // for the last definite answer
	settleLimit = 4 * time.Minute // for the last limit to take effect
)

func (o Options) withDefaults() (Options, error) {
	if o.For == 0 {
		o.For = 10 * time.Minute
	}
	if o.Officers == 0 {
		o.Officers = 6
	}
	if len(o.Kinds) == 0 {
		o.Kinds = Kinds()
	}
	if o.Say == nil {
		o.Say = func(string, ...any) {}
	}
	if o.Binary == "" {
		var err error
		if o.Binary, err = findProduct(); err != nil {
			return o, err
		}
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return o, err
	}
	o.Dir = dir
	return o, os.MkdirAll(dir, 0o755) // the user PostgreSQL runs as must pass through
}

// Run is one whole run: build up, load and faults, settle, judge. The error says that
// nothing could be judged; what did not hold is in the report.
func Run(ctx context.Context, o Options) (_ *Report, err error) {
	o, err = o.withDefaults()
	if err != nil {
		return nil, err
	}
	journal, err := OpenJournal(filepath.Join(o.Dir, "journal.jsonl"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, journal.Close()) }()
	g, err := build(ctx, o.Dir, o.Binary, o.Say)
	if err != nil {
		return nil, fmt.Errorf("build up: %w", err)
	}
	defer func() { err = errors.Join(err, g.close()) }()
	report := &Report{Seed: o.Seed, For: o.For, Officers: o.Officers, Began: time.Now()}
	if g.noDisk != nil {
		o.Kinds = slices.DeleteFunc(slices.Clone(o.Kinds), func(k Kind) bool { return k == DiskFull })
		report.Unavailable = append(report.Unavailable, fmt.Sprintf("%s: %v", DiskFull, g.noDisk))
	}
	c := newCaller(g.bases, journal)
	if err := c.signIn(ctx, users()); err != nil {
		return nil, err
	}
	w := &wrecker{ground: g}
	if err := perform(ctx, o, c, w); err != nil {
		return nil, err
	}
	evidence, err := gather(ctx, o, c, w, report)
	if err != nil {
		return nil, err
	}
	report.conclude(evidence)
	investigate(ctx, g, report, evidence)
	return report, report.write(o.Dir, evidence.Ledger)
}

// perform lets officers work and things go wrong for the time of the load, and waits
// until everybody has been answered and everything has settled.
func perform(ctx context.Context, o Options, c *caller, w *wrecker) error {
	began := time.Now()
	load, stop := context.WithDeadline(ctx, began.Add(o.For))
	defer stop()
	bounded, cancel := context.WithDeadline(ctx, began.Add(o.For+answerLimit))
	defer cancel()
	worked := make(chan struct{})
	people := &staff{caller: c, docket: &docket{}, seed: o.Seed}
	go func() {
		defer close(worked)
		people.work(bounded, load, o.Officers)
	}()
	w.run(load, began, Schedule(o.Seed, o.For, o.Kinds))
	<-load.Done()
	<-worked
	if err := errors.Join(ctx.Err(), w.broken()); err != nil {
		return err
	}
	o.Say("the load is over after %s, everything settles", time.Since(began).Round(time.Second))
	return nil
}

// settled waits until no limit lies back and every case has its workflow. Whether it
// came to that is for the judge to say.
func settled(ctx context.Context, g *ground) time.Duration {
	began := time.Now()
	_ = await(ctx, settleLimit, func() error {
		oldest, unstarted, err := owed(ctx, g.url)
		if err == nil && (oldest > 3*time.Second || unstarted > 0) {
			err = fmt.Errorf("oldest limit %s, %d cases without a workflow", oldest, unstarted)
		}
		return err
	})
	return time.Since(began)
}

// findProduct looks for bin/huajie: the environment, beside this program, and bin/ of the
// repository around the working directory.
func findProduct() (string, error) {
	const name, variable = "huajie", "HUAJIE_BINARY"
	places := []string{os.Getenv(variable)}
	if self, err := os.Executable(); err == nil {
		places = append(places, filepath.Join(filepath.Dir(self), name))
	}
	if dir, err := os.Getwd(); err == nil {
		for ; ; dir = filepath.Dir(dir) {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				places = append(places, filepath.Join(dir, "bin", name))
				break
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	for _, p := range places {
		if info, err := os.Stat(p); p != "" && err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return filepath.Abs(p)
		}
	}
	return "", fmt.Errorf("bin/huajie is not built yet: run make build, or set %s", variable)
}
