package activities

import (
	"fmt"
	"sync"
	"time"

	"huajie/domain"
)

// noticeable is the least waiting that is told. A step that the ledger took at
// once is recorded at the moment it was decided at.
const noticeable = time.Second

// mostWaiting bounds how many steps are remembered that the ledger did not take.
const mostWaiting = 10000

// firstTry is longer than the engine waits for the answer of a worker that is alive.
const firstTry = 15 * time.Second

// inherited tells how long a step has waited that others have tried before. A worker that
// is killed while it waits for the ledger takes what it knows of the waiting with it, and
// who takes over replays the moment of the step. A moment that lies further back than
// any first try can only come from there.
func (d *Desk) inherited(at time.Time) time.Duration {
	if d.Engine == nil {
		return 0
	}
	if waited := d.Engine().Sub(at); waited > firstTry {
		return waited
	}
	return 0
}

// delays measures how long steps have waited for a ledger that was away. The
// engine fixes the moment of a step before it tries, and tries again with the
// same one: the time lost in between is known only here. Only the time between tries on
// one clock counts, so that clocks that differ, or a virtual one, do no harm.
type delays struct {
	mu    sync.Mutex
	first map[string]time.Time // when a step that still waits was first tried
}

// begin tells how long a step has waited by now.
func (d *delays) begin(in CommitInput, now time.Time) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	first, again := d.first[stepOf(in)]
	if !again {
		if d.first == nil {
			d.first = map[string]time.Time{}
		}
		if len(d.first) >= mostWaiting {
			for k := range d.first { // any: its step is only recorded as if it had not waited
				delete(d.first, k)
				break
			}
		}
		d.first[stepOf(in)] = now
		return 0
	}
	if waited := now.Sub(first); waited > noticeable {
		return waited
	}
	return 0
}

// end forgets a step that was settled: only an error that is no refusal, or the
// ledger being away, makes it come again.
func (d *delays) end(in CommitInput, err error) {
	if code := domain.CodeOf(err); err != nil && (code == "" || code == domain.CodeUnavailable) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.first, stepOf(in))
}

func stepOf(in CommitInput) string {
	return fmt.Sprint(in.Kind, "/", in.No, "/", in.Seq, "/", in.Command.Key, "/", in.At.UnixNano())
}
