// Command chaos runs the product while the ground is taken away from under it, and
// tells what did not hold. It ends with 1 when something did not.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"huajie/e2e/chaos"
)

func main() {
	ok, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

func run(args []string) (bool, error) {
	f := flag.NewFlagSet("chaos", flag.ContinueOnError)
	var o chaos.Options
	f.Uint64Var(&o.Seed, "seed", uint64(time.Now().UnixNano()%1_000_000), "decides the schedule of faults and what officers want; printed with the report")
	f.DurationVar(&o.For, "for", 10*time.Minute, "how long officers work and faults strike")
	f.IntVar(&o.Officers, "officers", 6, "how many officers work at a time")
	kinds := f.String("faults", "all", "kinds of faults, separated by commas: "+list(chaos.Kinds()))
	keep := f.String("keep", "", "folder for journal, logs, databases and report; without it all but the report's text is removed when everything held")
	plan := f.Bool("plan", false, "print the schedule of the seed and end")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return true, nil
		}
		return false, err
	}
	var err error
	if o.Kinds, err = parse(*kinds); err != nil {
		return false, err
	}
	if *plan {
		for _, x := range chaos.Schedule(o.Seed, o.For, o.Kinds) {
			fmt.Printf("%8s  %s\n", x.After.Round(100*time.Millisecond), x)
		}
		return true, nil
	}
	if o.Dir = *keep; o.Dir == "" {
		if o.Dir, err = os.MkdirTemp("", "huajie-chaos-"); err != nil {
			return false, err
		}
		if err := os.Chmod(o.Dir, 0o711); err != nil { // the user PostgreSQL runs as must pass through
			return false, err
		}
	}
	began := time.Now()
	o.Say = func(format string, a ...any) {
		fmt.Fprintf(os.Stderr, "%8s  %s\n", time.Since(began).Round(100*time.Millisecond), fmt.Sprintf(format, a...))
	}
	fmt.Fprintf(os.Stderr, "seed %d, %s, in %s\n", o.Seed, o.For, o.Dir)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	r, err := chaos.Run(ctx, o)
	if r != nil {
		r.Print(os.Stdout)
	}
	if err != nil {
		return false, err
	}
	if r.OK() && *keep == "" {
		return true, os.RemoveAll(o.Dir)
	}
	fmt.Fprintf(os.Stderr, "everything of the run is in %s\n", o.Dir)
	return r.OK(), nil
}

func list(kinds []chaos.Kind) string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = string(k)
	}
	return strings.Join(out, ", ")
}

func parse(text string) ([]chaos.Kind, error) {
	if text == "all" {
		return chaos.Kinds(), nil
	}
	var out []chaos.Kind
	for name := range strings.SplitSeq(text, ",") {
		k := chaos.Kind(strings.TrimSpace(name))
		if !slices.Contains(chaos.Kinds(), k) {
			return nil, fmt.Errorf("no faults of the kind %q; there are %s", k, list(chaos.Kinds()))
		}
		out = append(out, k)
	}
	return out, nil
}
