package chaos

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// matter is a case or whistle as the officers know it.
type matter struct {
	no, code string
	from     string // the event it was before
	like     string // an event: what and where
	since    time.Time
	left     bool // nobody is to touch it: time alone moves it
}

func (m *matter) trade() trade { return trades[kindOf(m.no)] }

// docket is what the officers have on their desks.
type docket struct {
	mu   sync.Mutex
	open []*matter
}

// mostOpen bounds the matters that are alive at a time: at the end of the chain a case nobody
// answers rings every few seconds for ever.
const mostOpen, mostLeft = 36, 10

// add puts a matter on the desks, once.
func (d *docket) add(m *matter) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.ContainsFunc(d.open, func(x *matter) bool { return x.no == m.no }) {
		m.since = time.Now()
		d.open = append(d.open, m)
	}
}

// twin is another event of the same kind at the same place, "" when there is none.
func (d *docket) twin(like, no string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, m := range d.open {
		if m.like != "" && m.like == like && m.no != no {
			return m.no
		}
	}
	return ""
}

// full tells whether another case would be too many.
func (d *docket) full() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.open) >= mostOpen
}

// any draws a matter somebody may work on; nil when there is none.
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

// stale draws a matter to be brought to its end, so that the docket does not only grow: one
// that has had time to climb. What is left to time is kept a while longer, and touched then.
func (d *docket) stale(r *rand.Rand) *matter {
	d.mu.Lock()
	defer d.mu.Unlock()
	left := 0
	for _, m := range d.open {
		if m.left {
			left++
		}
	}
	var old []*matter
	for _, m := range d.open {
		if age := time.Since(m.since); age > 40*time.Second && !m.left || m.left && left > mostLeft && age > 90*time.Second {
			old = append(old, m)
		}
	}
	if len(old) == 0 {
		return nil
	}
	m := pick(r, old...)
	m.left = false
	return m
}

// close takes a matter off the desks, and tells whether it was there.
func (d *docket) close(m *matter) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.Index(d.open, m)
	if i < 0 {
		return false
	}
	d.open = slices.Delete(d.open, i, i+1)
	return true
}
