package bench

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// Figure is one measured value.
type Figure struct {
	Group string  `json:"group"`
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

// Check is one thing that must hold at the end.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// Report is what a run found.
type Report struct {
	Scenario string            `json:"scenario"`
	Seed     uint64            `json:"seed"`
	Options  map[string]string `json:"options"`
	Began    time.Time         `json:"began"`
	Seconds  float64           `json:"seconds"`
	Figures  []Figure          `json:"figures"`
	Checks   []Check           `json:"checks"`
	Error    string            `json:"error,omitempty"`
}

// Add notes a value.
func (r *Report) Add(group, name string, value float64, unit string) {
	r.Figures = append(r.Figures, Figure{group, name, value, unit})
}

// Spread notes the middle, the tail and the number of some durations.
func (r *Report) Spread(group, name string, all []time.Duration) {
	if len(all) == 0 {
		return
	}
	r.Add(group, name+" p50", millis(Percentile(all, 50)), "ms")
	r.Add(group, name+" p99", millis(Percentile(all, 99)), "ms")
}

// Equal checks that two counts agree.
func (r *Report) Equal(name string, want, got int) {
	r.Checks = append(r.Checks, Check{name, want == got, fmt.Sprintf("%d of %d", got, want)})
}

// OK tells whether everything held.
func (r *Report) OK() bool {
	return r.Error == "" && !slices.ContainsFunc(r.Checks, func(c Check) bool { return !c.OK })
}

// Print writes the report for people.
func (r *Report) Print(out io.Writer) {
	group := ""
	for _, f := range r.Figures {
		if f.Group != group {
			group = f.Group
			fmt.Fprintf(out, "   %s\n", group)
		}
		fmt.Fprintf(out, "      %-44s %12s %s\n", f.Name, number(f.Value), f.Unit)
	}
	fmt.Fprintln(out, "   checks")
	for _, c := range r.Checks {
		fmt.Fprintf(out, "      %-4s %-52s %s\n", map[bool]string{true: "ok", false: "FAIL"}[c.OK], c.Name, c.Detail)
	}
	if r.Error != "" {
		fmt.Fprintln(out, "   FAIL", r.Error)
	}
}

func number(v float64) string {
	switch {
	case v >= 1000:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// Percentile gives the value that so many of a hundred do not exceed.
func Percentile(all []time.Duration, p int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(len(sorted)-1, len(sorted)*p/100)]
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
