package chaos

import (
	"math/rand/v2"
	"sync"
	"time"
)

// matter is a case as the officers know it.
type matter struct {
	no, code string
	since    time.Time
	left     bool // nobody is to touch it: time alone moves it
}

// docket is what the officers have on their desks.
type docket struct {
	mu   sync.Mutex
	open []*matter
}

// mostOpen bounds the cases that are alive at a time: at the end of the chain a case nobody
// answers rings every few seconds for ever.
const mostOpen, mostLeft = 36, 10

func (d *docket) add(m *matter) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open = append(d.open, m)
}

// full tells whether another case would be too many.
func (d *docket) full() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.open) >= mostOpen
}

// any draws a case somebody may work on; nil when there is none.
func (d *docket) any(r *rand.Rand) *matter {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.open) == 0 {
		return nil
	}
	// The younger ones are worked on more: their next step is still somebody's.
	for range 8 {
		m := d.open[max(r.IntN(len(d.open)), r.IntN(len(d.open)))]
		if !m.left {
			return m
		}
	}
	return nil
}

// stale is the case to be withdrawn next, so that the docket does not only grow: the
// oldest, once it has had time to climb. Cases left to time are kept a while longer.
func (d *docket) stale() *matter {
	d.mu.Lock()
	defer d.mu.Unlock()
	left := 0
	for _, m := range d.open {
		if m.left {
			left++
		}
	}
	for _, m := range d.open {
		if age := time.Since(m.since); age > 40*time.Second && !m.left || m.left && left > mostLeft && age > 90*time.Second {
			return m
		}
	}
	return nil
}

// close takes a case off the desks.
func (d *docket) close(m *matter) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, x := range d.open {
		if x == m {
			d.open = append(d.open[:i], d.open[i+1:]...)
			return
		}
	}
}
