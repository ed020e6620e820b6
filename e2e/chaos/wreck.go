package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Strike is a fault as it happened.
type Strike struct {
	Fault
	From time.Time `json:"from"`
	To   time.Time `json:"to"` // when it was lifted
	Err  string    `json:"error,omitempty"`
}

// wrecker does what the schedule says.
type wrecker struct {
	*ground
	mu      sync.Mutex
	strikes []Strike
}

// run strikes at every moment of the schedule and answers when the last fault is lifted.
func (w *wrecker) run(ctx context.Context, began time.Time, schedule []Fault) {
	var wg sync.WaitGroup
	defer wg.Wait()
	for _, f := range schedule {
		if sleep(ctx, time.Until(began.Add(f.After))) != nil {
			return
		}
		wg.Go(func() { w.strike(ctx, f) })
	}
}

// strike lets one thing go wrong for its time.
func (w *wrecker) strike(ctx context.Context, f Fault) {
	s := Strike{Fault: f, From: time.Now()}
	w.say("fault %s", f)
	err := w.begin(f)
	if err == nil {
		_ = sleep(ctx, f.For) // what was begun is lifted whatever happens
	}
	if f.Kind == LedgerAway { // whoever takes over knows nothing of how long its steps have waited
		err = errors.Join(err, w.each("worker*", (*process).kill))
	}
	err = errors.Join(err, w.lift(f))
	s.To = time.Now()
	if err != nil {
		s.Err = err.Error()
		w.say("fault %s: %v", f, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.strikes = append(w.strikes, s)
}

// told gives the strikes so far, in the order they began.
func (w *wrecker) told() []Strike {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := slices.Clone(w.strikes)
	slices.SortFunc(out, func(a, b Strike) int { return a.From.Compare(b.From) })
	return out
}

func (w *wrecker) begin(f Fault) error {
	switch f.Kind {
	case KillAPI, KillWorker, WorkersAway:
		return w.each(f.Target, func(p *process) error { p.hold(); return p.kill() })
	case FreezeAPI, FreezeWorker:
		return w.each(f.Target, func(p *process) error { return p.signal(syscall.SIGSTOP) })
	case KillTemporal:
		return signalAll(w.temporal.TemporalPID(), syscall.SIGKILL)
	case FreezeTemporal:
		return signalAll(w.temporal.TemporalPID(), syscall.SIGSTOP)
	case KillPostgres:
		return signalAll(w.stack.PostgresPID(), syscall.SIGKILL)
	case FreezePostgres:
		return signalAll(w.stack.PostgresPID(), syscall.SIGSTOP)
	case DiskFull:
		return w.disk.fill()
	}
	return w.eachDoor(f.Target, func(d *door) error { return spoil(d, f) })
}

func (w *wrecker) lift(f Fault) error {
	switch f.Kind {
	case KillAPI, KillWorker, WorkersAway:
		return w.each(f.Target, func(p *process) error { p.release(); return nil })
	case FreezeAPI, FreezeWorker:
		return w.each(f.Target, func(p *process) error { return p.signal(syscall.SIGCONT) })
	case FreezeTemporal:
		return signalAll(w.temporal.TemporalPID(), syscall.SIGCONT)
	case FreezePostgres:
		return signalAll(w.stack.PostgresPID(), syscall.SIGCONT)
	case KillTemporal: // the stack starts it again; until then it is away
		return await(context.Background(), time.Minute, func() error {
			if !reachable(w.temporal.TemporalAddress) {
				return errors.New("temporal does not answer")
			}
			return nil
		})
	case KillPostgres:
		return await(context.Background(), time.Minute, func() error { return w.answers(context.Background()) })
	case DiskFull:
		return w.disk.free()
	case Cut, LedgerAway:
		return w.eachDoor(f.Target, (*door).uncut)
	}
	return w.eachDoor(f.Target, (*door).reopen)
}

// spoil does to one door what the fault says.
func spoil(d *door, f Fault) error {
	poison := func(kind string, attributes map[string]any, directions ...string) error {
		for _, direction := range directions {
			if err := d.poison(kind, direction, attributes); err != nil {
				return fmt.Errorf("%s: %w", d.name, err)
			}
		}
		return nil
	}
	switch f.Kind {
	case Cut, LedgerAway:
		d.cut()
		return nil
	case Stall:
		return poison("timeout", map[string]any{"timeout": 0}, "upstream", "downstream")
	case HalfOpen:
		return poison("timeout", map[string]any{"timeout": 0}, "downstream")
	case Slow:
		return poison("latency", map[string]any{"latency": f.Amount, "jitter": f.Amount / 2}, "upstream", "downstream")
	case Trickle:
		return poison("bandwidth", map[string]any{"rate": f.Amount}, "upstream", "downstream")
	case Reset:
		return poison("reset_peer", map[string]any{"timeout": 0}, "upstream", "downstream")
	case Truncate:
		return poison("limit_data", map[string]any{"bytes": f.Amount}, "downstream")
	}
	return fmt.Errorf("nobody knows how to do %s", f.Kind)
}

// matches tells whether a target means a name: a star stands for every number.
func matches(target, name string) bool {
	before, after, all := strings.Cut(target, "*")
	if !all {
		return target == name
	}
	return strings.HasPrefix(name, before) && strings.HasSuffix(name, after) && len(name) == len(target)
}

func (w *wrecker) each(target string, do func(*process) error) error {
	var faults []error
	for name, p := range w.crew {
		if matches(target, name) {
			faults = append(faults, do(p))
		}
	}
	return errors.Join(faults...)
}

func (w *wrecker) eachDoor(target string, do func(*door) error) error {
	var faults []error
	for name, d := range w.doors {
		if matches(target, name) {
			faults = append(faults, do(d))
		}
	}
	return errors.Join(faults...)
}

// sleep waits unless ctx ends first.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// await repeats until try succeeds, and gives its last error when the limit is reached.
func await(ctx context.Context, limit time.Duration, try func() error) error {
	for end := time.Now().Add(limit); ; {
		err := try()
		if err == nil || time.Now().After(end) {
			return err
		}
		if sleep(ctx, 200*time.Millisecond) != nil {
			return errors.Join(ctx.Err(), err)
		}
	}
}
