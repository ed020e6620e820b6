package chaos

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Report is what a run has found.
type Report struct {
	Seed        uint64        `json:"seed"`
	For         time.Duration `json:"for"`
	Officers    int           `json:"officers"`
	Began       time.Time     `json:"began"`
	Settled     time.Duration `json:"settled_after"`
	Unavailable []string      `json:"not_available,omitempty"` // kinds of faults this machine does not allow

	Faults   map[Kind]int   `json:"faults"`
	Failed   []string       `json:"faults_that_failed,omitempty"`
	Wishes   int            `json:"wishes"`
	Asked    int            `json:"asked"`
	Yes      int            `json:"acknowledged"`
	No       int            `json:"refused"`
	Unknown  int            `json:"unknown_outcomes"` // answers that never came, whatever came later
	Statuses map[string]int `json:"answers"`
	Cases    int            `json:"cases"`
	Kinds    map[string]int `json:"cases_by_kind"`
	Events   int            `json:"events"`

	Recovery map[string]Slowest `json:"recovery"` // kind of operation → longest time from a lifted fault to its first success
	Lateness Lateness           `json:"lateness"`
	Healed   []string           `json:"healed_by_verify,omitempty"`
	Checks   []Check            `json:"checks"`
	Strikes  []Strike           `json:"strikes"`
	Closer   []string           `json:"closer,omitempty"` // what helps to investigate
}

// Slowest is the longest of several waits, and what it was waited after.
type Slowest struct {
	Took  time.Duration `json:"took"`
	After string        `json:"after"`
}

// Lateness is how late limits took effect, by the database's clock.
type Lateness struct {
	Fired  int           `json:"fired"`
	Late   int           `json:"late_by_system"`
	Latest time.Duration `json:"latest"`
	Which  string        `json:"latest_was"`
	Calm   int           `json:"fired_outside_faults"`
	P50    time.Duration `json:"p50_outside_faults"`
	P99    time.Duration `json:"p99_outside_faults"`
	Max    time.Duration `json:"max_outside_faults"`
}

// OK tells whether everything held.
func (r *Report) OK() bool {
	return len(r.Failed) == 0 && !slices.ContainsFunc(r.Checks, func(c Check) bool { return !c.OK })
}

// conclude counts and judges.
func (r *Report) conclude(e Evidence) {
	r.Faults, r.Statuses, r.Strikes = map[Kind]int{}, map[string]int{}, e.Strikes
	for _, s := range e.Strikes {
		r.Faults[s.Kind]++
		if s.Err != "" {
			r.Failed = append(r.Failed, fmt.Sprintf("%s: %s", s.Fault, s.Err))
		}
	}
	for _, t := range e.Told {
		r.Wishes++
		if _, yes := t.Yes(); yes {
			r.Yes++
		} else if _, no := t.Refusal(); no {
			r.No++
		}
		for _, a := range t.Answers {
			r.Asked++
			if a.Status == 0 {
				r.Unknown++
			}
			r.Statuses[fmt.Sprint(a.Status)]++
		}
	}
	r.Cases, r.Kinds = len(e.Ledger.Rows), map[string]int{}
	for _, row := range e.Ledger.Rows {
		r.Kinds[row.Kind]++
	}
	for _, list := range e.Ledger.Events {
		r.Events += len(list)
	}
	if e.Verify != nil {
		r.Healed = e.Verify.Healed
	}
	r.Recovery, r.Lateness = recoveryOf(e), latenessOf(e)
	r.Checks = Judge(e)
}

// recoveryOf finds, for every lifted fault and every kind of operation, the first
// success after it, unless another fault came before.
func recoveryOf(e Evidence) map[string]Slowest {
	out := map[string]Slowest{}
	for i, s := range e.Strikes {
		end := time.Now()
		if i+1 < len(e.Strikes) {
			end = e.Strikes[i+1].From
		}
		first := map[string]time.Time{}
		note := func(op string, at time.Time) {
			if was, ok := first[op]; at.After(s.To) && (!ok || at.Before(was)) {
				first[op] = at
			}
		}
		for _, t := range e.Told {
			for _, a := range t.Answers {
				if a.Acknowledged() {
					note(opOf(t.Wish), a.To)
				}
			}
		}
		for _, list := range e.Ledger.Events {
			for _, x := range list {
				if x.Deadline != "" {
					note("firing", x.Committed)
				}
			}
		}
		for op, at := range first {
			if took := at.Sub(s.To); at.Before(end) && took > out[op].Took {
				out[op] = Slowest{took, s.String()}
			}
		}
	}
	return out
}

func opOf(w Wish) string {
	if w.Begins() {
		return "registration"
	}
	return "step"
}

func latenessOf(e Evidence) Lateness {
	var l Lateness
	var calm []time.Duration
	walk(e.Ledger, func(x, before Event, _ bool, _ map[string]time.Time, _ map[string]any) {
		if x.Deadline == "" || sameFiring(x, before) {
			return
		}
		l.Fired++
		if x.Late {
			l.Late++
		}
		late := x.Committed.Sub(x.At)
		if late > l.Latest {
			l.Latest, l.Which = late, fmt.Sprintf("%s of %s, due %s", x.Deadline, x.No, x.At.Format(clock))
		}
		if !overlaps(e.Strikes, x.At.Add(-time.Second), x.At.Add(time.Second), 5*time.Second) {
			calm = append(calm, late)
		}
	})
	slices.Sort(calm)
	if l.Calm = len(calm); l.Calm > 0 {
		l.P50, l.P99, l.Max = calm[l.Calm/2], calm[l.Calm*99/100], calm[l.Calm-1]
	}
	return l
}

// write leaves the report in the folder of the run, for people and for programs, and the
// ledger as it was judged: its database may be on a disk that goes away with the run.
func (r *Report) write(dir string, ledger *Ledger) error {
	for name, v := range map[string]any{"report.json": r, "ledger.json": ledger} {
		b, err := json.MarshalIndent(v, "", " ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), append(b, '\n'), 0o644); err != nil {
			return err
		}
	}
	var text strings.Builder
	r.Print(&text)
	return os.WriteFile(filepath.Join(dir, "report.txt"), []byte(text.String()), 0o644)
}

// Print writes the report for people.
func (r *Report) Print(out io.Writer) {
	ms := func(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
	fmt.Fprintf(out, "chaos  seed %d, load %s, %d officers, settled after %s\n", r.Seed, r.For, r.Officers, r.Settled.Round(time.Second))
	fmt.Fprintf(out, "faults %d\n", len(r.Strikes))
	for _, k := range Kinds() {
		if n := r.Faults[k]; n > 0 {
			fmt.Fprintf(out, "  %-16s %d\n", k, n)
		}
	}
	for _, u := range r.Unavailable {
		fmt.Fprintf(out, "  NOT AVAILABLE HERE %s\n", u)
	}
	for _, f := range r.Failed {
		fmt.Fprintf(out, "  FAILED TO STRIKE %s\n", f)
	}
	fmt.Fprintf(out, "wishes %d: acknowledged %d, refused %d; asked %d times, %d answers never came\n", r.Wishes, r.Yes, r.No, r.Asked, r.Unknown)
	fmt.Fprintf(out, "  answers by status %v\n", r.Statuses)
	fmt.Fprintf(out, "ledger %d cases, whistles and sessions %v, %d events; %d caught up when verify asked\n", r.Cases, r.Kinds, r.Events, len(r.Healed))
	for _, op := range []string{"registration", "step", "firing"} {
		if s, ok := r.Recovery[op]; ok {
			fmt.Fprintf(out, "recovery %-12s %s at the longest, after %s\n", op, ms(s.Took), s.After)
		}
	}
	l := r.Lateness
	fmt.Fprintf(out, "limits %d took effect, %d marked late by the system; latest %s (%s)\n", l.Fired, l.Late, ms(l.Latest), l.Which)
	fmt.Fprintf(out, "  outside faults %d: p50 %s, p99 %s, max %s\n", l.Calm, ms(l.P50), ms(l.P99), ms(l.Max))
	for _, c := range r.Checks {
		verdict := "ok    "
		if !c.OK {
			verdict = "FAILED"
		}
		fmt.Fprintf(out, "%s %-14s %s (%d looked at)\n", verdict, c.Name, c.Says, c.Looked)
		for i, f := range c.Faults {
			if i == mostShown {
				fmt.Fprintf(out, "       … and %d more\n", len(c.Faults)-i)
				break
			}
			fmt.Fprintf(out, "       %s\n", f)
		}
	}
	for _, line := range r.Closer {
		fmt.Fprintln(out, line)
	}
}

// mostShown bounds what is printed of one check; the JSON has all of it.
const mostShown = 12
