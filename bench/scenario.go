package bench

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// Option is a setting of a scenario. The declaration is all there is: flags,
// help and report are made from it.
type Option struct {
	Name, Default, Help string
}

// Scenario is one shape of load.
type Scenario struct {
	Name    string
	Help    string
	Options []Option
	Run     func(ctx context.Context, r *Run) error
}

// Scenarios are all there are; those of Usual run when none is named.
func Scenarios() []Scenario {
	return []Scenario{lifecycle(), ledger(), lists(), deadlines(), spike(), memory(), voices(), eventDay(), exports(), access(), pages(), members()}
}

// Usual names the scenarios of `make bench`.
const Usual = "lifecycle,lists,deadlines,spike,memory,voices,eventday"

// Run is one performance of a scenario.
type Run struct {
	Lab    *Lab
	Out    io.Writer
	Rand   *rand.Rand
	Report *Report
	values map[string]string
}

// NewRun prepares a scenario with the values given for its options; the others
// keep their default.
func NewRun(s Scenario, lab *Lab, seed uint64, values map[string]string, out io.Writer) *Run {
	all := map[string]string{}
	for _, o := range s.Options {
		all[o.Name] = o.Default
		if v, ok := values[o.Name]; ok {
			all[o.Name] = v
		}
	}
	return &Run{Lab: lab, Out: out, Rand: rand.New(rand.NewPCG(seed, 0)), values: all,
		Report: &Report{Scenario: s.Name, Seed: seed, Options: all, Began: time.Now()}}
}

// Int reads an option that is a number.
func (r *Run) Int(name string) (int, error) {
	n, err := strconv.Atoi(r.values[name])
	if err != nil || n < 0 {
		return 0, fmt.Errorf("option %s: %q is not a number", name, r.values[name])
	}
	return n, nil
}

// Ints reads several options at once; a fault in any is told.
func (r *Run) Ints(names ...string) ([]int, error) {
	out := make([]int, len(names))
	for i, name := range names {
		n, err := r.Int(name)
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return out, nil
}

// List reads an option that is a list of numbers, as 10000,100000.
func (r *Run) List(name string) ([]int, error) {
	var out []int
	for part := range strings.SplitSeq(r.values[name], ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < 0 {
			return nil, fmt.Errorf("option %s: %q is not a list of numbers", name, r.values[name])
		}
		out = append(out, n)
	}
	return out, nil
}

// Duration reads an option that is a span of time.
func (r *Run) Duration(name string) (time.Duration, error) {
	d, err := time.ParseDuration(r.values[name])
	if err != nil {
		return 0, fmt.Errorf("option %s: %w", name, err)
	}
	return d, nil
}

// Say tells how far the run is.
func (r *Run) Say(format string, args ...any) { fmt.Fprintf(r.Out, "   "+format+"\n", args...) }
