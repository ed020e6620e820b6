// Command bench measures the product on this machine; `make bench` builds and
// runs it. It starts a PostgreSQL and a Temporal of its own, prints a report,
// and writes the same as JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"huajie/bench"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	dir := flag.String("dir", filepath.Join("data", "bench"), "where the stack works and the JSON goes")
	names := flag.String("scenarios", bench.Usual, "which to run, comma-separated")
	seed := flag.Uint64("seed", 1, "of everything that is left to chance")
	profile := flag.String("profile", "", "directory for processor profiles of api and worker")
	limit := flag.Duration("limit", 30*time.Minute, "the whole run ends after this")
	role := flag.String("role", "", "internal: what a child process does")
	values := map[string]map[string]string{}
	for _, s := range bench.Scenarios() {
		values[s.Name] = map[string]string{}
		for _, o := range s.Options {
			flag.Func(s.Name+"."+o.Name, o.Help+" (default "+o.Default+")", func(v string) error {
				values[s.Name][o.Name] = v
				return nil
			})
		}
	}
	flag.Parse()
	if *role != "" {
		return bench.Serve(*role, os.Stdin, os.Stdout)
	}
	wanted, err := choose(*names)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()
	return perform(ctx, wanted, values, *dir, *profile, *seed)
}

func choose(names string) ([]bench.Scenario, error) {
	var out []bench.Scenario
	for name := range strings.SplitSeq(names, ",") {
		all := bench.Scenarios()
		i := slices.IndexFunc(all, func(s bench.Scenario) bool { return s.Name == strings.TrimSpace(name) })
		if i < 0 {
			return nil, fmt.Errorf("there is no scenario %q", name)
		}
		out = append(out, all[i])
	}
	return out, nil
}

// whole is the JSON of one run.
type whole struct {
	Began   time.Time       `json:"began"`
	Go      string          `json:"go"`
	Cores   int             `json:"cores"`
	Load    string          `json:"load_average_before"`
	Reports []*bench.Report `json:"reports"`
}

// perform runs the scenarios one after the other, each on a fresh database.
func perform(ctx context.Context, wanted []bench.Scenario, values map[string]map[string]string, dir, profile string, seed uint64) (err error) {
	w := whole{Began: time.Now(), Go: runtime.Version(), Cores: runtime.NumCPU(), Load: load()}
	fmt.Printf("bench %s, %s, %d cores, load average %s, seed %d\n", w.Began.Format(time.DateTime), w.Go, w.Cores, w.Load, seed)
	lab, err := bench.OpenLab(ctx, dir, profile, func(s string) { fmt.Println("  ", s) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lab.Close()) }()
	var failed []string
	for _, s := range wanted {
		fmt.Printf("\n== %s: %s\n", s.Name, s.Help)
		r := bench.NewRun(s, lab, seed, values[s.Name], os.Stdout)
		if err := s.Run(ctx, r); err != nil {
			r.Report.Error = err.Error()
		}
		r.Report.Seconds = time.Since(r.Report.Began).Seconds()
		r.Report.Print(os.Stdout)
		w.Reports = append(w.Reports, r.Report)
		if !r.Report.OK() {
			failed = append(failed, s.Name)
		}
	}
	file := filepath.Join(dir, w.Began.Format("20060102-150405")+".json")
	b, err := json.MarshalIndent(w, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, append(b, '\n'), 0o600); err != nil {
		return err
	}
	fmt.Printf("\n%.0f s, written to %s\n", time.Since(w.Began).Seconds(), file)
	if len(failed) > 0 {
		return fmt.Errorf("these do not hold: %s", strings.Join(failed, ", "))
	}
	return nil
}

// load is the first figure of the load average: others may use the machine.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(b), " ")
	return first
}
