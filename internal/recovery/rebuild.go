package recovery

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/store"
)

// RebuildOptions say what to rebuild. The zero value is everything.
type RebuildOptions struct {
	No  string // one case or session only
	Dry bool   // look and tell, write nothing
}

// Rebuilding is what Rebuild did.
type Rebuilding struct {
	Runs      int       `json:"runs"`    // histories read
	Streams   int       `json:"streams"` // cases and sessions found in them
	Same      int       `json:"same"`    // of which nothing was missing
	Rebuilt   int       `json:"rebuilt"`
	Events    int       `json:"events"` // appended
	Rows      int       `json:"rows"`
	Deadlines int       `json:"deadlines"`
	Commands  int       `json:"commands"`
	Notices   int       `json:"notices"` // rendered anew, unread
	Photos    int       `json:"photos"`  // attached again
	Unknown   int       `json:"unknown_fingerprints"`
	Problems  []Problem `json:"problems"`
	// Gone is what no history ever held.
	Gone store.Gone `json:"gone"`
	Took float64    `json:"seconds"`
}

// Problem is a stream that could not be put back, and why.
type Problem struct {
	Kind    string             `json:"kind"`
	No      string             `json:"no"`
	Detail  string             `json:"detail"`
	Differ  []store.Difference `json:"differ,omitempty"`
	Missing []int              `json:"missing,omitempty"`
}

// stack is everything the engine keeps of one case or session.
type stack struct {
	kind, no string
	runs     []Run
}

// atOnce is how many histories are held in memory while they wait to be written.
const atOnce = 64

// Rebuild puts the ledger back from the histories of the engine.
func (d *Desk) Rebuild(ctx context.Context, o RebuildOptions) (Rebuilding, error) {
	began, name := time.Now(), d.namer(ctx)
	out := Rebuilding{Problems: []Problem{}}
	stacks, err := d.stacks(ctx, o.No)
	if err == nil && !o.Dry {
		err = d.raiseNumbers(ctx, stacks)
	}
	for chunk := range slices.Chunk(stacks, atOnce) {
		if err != nil {
			break
		}
		err = d.rebuildChunk(ctx, chunk, o, name, &out)
		d.progress("histories", out.Streams, len(stacks))
	}
	if err == nil {
		out.Gone, err = d.Ledger.Gone(ctx)
	}
	out.Took = time.Since(began).Seconds()
	return out, err
}

// stacks lists what the engine keeps, by number: a case comes before what was
// split off from it, and before its sessions.
func (d *Desk) stacks(ctx context.Context, only string) ([]stack, error) {
	byNo := map[string]*stack{}
	seen := 0
	err := d.Engine.List(ctx, func(runs []Run) error {
		for _, r := range runs {
			if only != "" && r.No != only {
				continue
			}
			if byNo[r.No] == nil {
				byNo[r.No] = &stack{kind: r.Kind, no: r.No}
			}
			byNo[r.No].runs = append(byNo[r.No].runs, r)
		}
		seen += len(runs)
		d.progress("engine", seen, 0)
		return nil
	})
	out := make([]stack, 0, len(byNo))
	for _, no := range slices.Sorted(maps.Keys(byNo)) {
		s := byNo[no]
		slices.SortFunc(s.runs, func(a, b Run) int { return cmp.Or(a.Began.Compare(b.Began), cmp.Compare(a.ID, b.ID)) })
		out = append(out, *s)
	}
	return out, err
}

// number is a case number: county, letter, day, count.
var number = regexp.MustCompile(`^(\d{6})([A-Z])(\d{8})(\d{5,})$`)

// raiseNumbers comes first: until it is done a new registration could be given
// the number of a case that is still to be put back.
func (d *Desk) raiseNumbers(ctx context.Context, stacks []stack) error {
	type day struct{ place, letter, date string }
	last := map[day]int{}
	for _, s := range stacks {
		m := number.FindStringSubmatch(s.no)
		if m == nil {
			continue
		}
		n, err := strconv.Atoi(m[4])
		if err != nil {
			continue // no counter has ever come so far
		}
		k := day{m[1], m[2], m[3]}
		last[k] = max(last[k], n)
	}
	for k, n := range last {
		date, err := time.ParseInLocation("20060102", k.date, calendar.Zone)
		if err != nil {
			continue // not a number of ours
		}
		if err := d.Ledger.RaiseNumbers(ctx, k.place, k.letter, date, n); err != nil {
			return err
		}
	}
	return nil
}

// rebuildChunk reads some histories side by side and writes them in order.
func (d *Desk) rebuildChunk(ctx context.Context, chunk []stack, o RebuildOptions, name func(string) (domain.Text, bool), out *Rebuilding) error {
	found := make([]collected, len(chunk))
	g, reading := errgroup.WithContext(ctx)
	g.SetLimit(d.workers())
	var mu sync.Mutex
	for i, s := range chunk {
		g.Go(func() error {
			c := d.collect(reading, s)
			mu.Lock()
			defer mu.Unlock()
			found[i] = c
			out.Runs += c.runs
			return reading.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, c := range found {
		if err := d.putBack(ctx, c, o, name, out); err != nil {
			return err
		}
	}
	return nil
}

// putBack writes one stream and keeps the account.
func (d *Desk) putBack(ctx context.Context, c collected, o RebuildOptions, name func(string) (domain.Text, bool), out *Rebuilding) error {
	if c.runs == 0 && c.fault == "" { // listed a moment ago, and deleted
		return nil
	}
	out.Streams++
	if c.fault != "" {
		out.Problems = append(out.Problems, Problem{Kind: c.kind, No: c.no, Detail: c.fault})
		return nil
	}
	done, err := d.Ledger.Rebuild(ctx, store.Found{Kind: c.kind, No: c.no, Events: c.events, Commands: c.commands, Render: d.renderer(c, name)}, o.Dry)
	if err != nil {
		return fmt.Errorf("%s: %w", c.no, err)
	}
	switch {
	case len(done.Differ) > 0:
		out.Problems = append(out.Problems, Problem{Kind: c.kind, No: c.no, Detail: differing(done.Differ), Differ: done.Differ})
	case len(done.Missing) > 0:
		out.Problems = append(out.Problems, Problem{Kind: c.kind, No: c.no, Detail: missing(done.Missing), Missing: done.Missing})
	case done.Changed():
		out.Rebuilt++
	default:
		out.Same++
	}
	out.Events += len(done.Added)
	out.Commands += done.Commands
	out.Notices += done.Notices
	out.Photos += done.Photos
	if done.Commands > 0 {
		out.Unknown += c.unknown
	}
	if done.Row {
		out.Rows++
	}
	if done.Deadlines {
		out.Deadlines++
	}
	return nil
}

func differing(list []store.Difference) string {
	parts := make([]string, len(list))
	for i, x := range list {
		parts[i] = fmt.Sprintf("event %d: %s", x.Seq, x.Detail)
	}
	return strings.Join(parts, "; ") + "; nothing was written"
}

func missing(list []int) string {
	first, last := list[0], list[len(list)-1]
	what := fmt.Sprintf("events %d to %d are", first, last)
	if first == last {
		what = fmt.Sprintf("event %d is", first)
	}
	return what + " neither in the ledger nor in a history the engine still keeps; nothing was written"
}
