package api

import (
	"net"
	"sync"
	"time"

	"huajie/domain"
)

// The patience with wrong passwords and query codes, and with registrations
// without an account, from one address.
const (
	mostFailures  = 20
	failureWindow = 5 * time.Minute
	mostWindows   = 10000
)

// patience counts attempts, so that secrets cannot be tried out at speed. It
// keeps two generations: when the young one is full or as old as a window, it
// becomes the old one, and the old one is forgotten at once. So it never holds more
// than twice mostWindows, and never looks through them.
type patience struct {
	mu         sync.Mutex
	now        func() time.Time
	young, old map[string]window
	since      time.Time // when the young generation began
}

type window struct {
	since time.Time
	count int
}

func newPatience(now func() time.Time) *patience {
	return &patience{now: now, young: map[string]window{}}
}

// spent tells whether too many attempts were counted of late.
func (p *patience) spent(key string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.window(key, p.now()).count >= mostFailures
}

// window gives the attempts of a key that still count.
func (p *patience) window(key string, now time.Time) window {
	w, ok := p.young[key]
	if !ok {
		w = p.old[key]
	}
	if now.Sub(w.since) >= failureWindow {
		return window{since: now}
	}
	return w
}

// failed counts one more attempt.
func (p *patience) failed(key string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	w := p.window(key, now)
	w.count++
	if _, known := p.young[key]; !known && (len(p.young) >= mostWindows || now.Sub(p.since) >= failureWindow) {
		p.old, p.young, p.since = p.young, map[string]window{}, now
	}
	p.young[key] = w
}

var errTooMany = &domain.Error{Code: domain.CodeTooMany, Reason: "too_many_failures",
	Text: domain.Text{ZH: "尝试次数过多,请稍后再试", EN: "too many failed attempts; try again later"}}

// patienceKey names an address and what it tries, of a fixed length.
func patienceKey(address, subject string) string {
	return digest(hostOf(address), subject)
}

// hostOf is an address without its port.
func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host
}

// try runs a check of a secret under the patience for the address and subject.
func (p *patience) try(address, subject string, check func() error) error {
	key := patienceKey(address, subject)
	if p.spent(key) {
		return errTooMany
	}
	err := check()
	if code := domain.CodeOf(err); code == domain.CodeSignIn || code == domain.CodeNotFound {
		p.failed(key)
	}
	return err
}

// spend counts an attempt whatever comes of it.
func (p *patience) spend(address, subject string) error {
	key := patienceKey(address, subject)
	if p.spent(key) {
		return &domain.Error{Code: domain.CodeTooMany, Reason: "too_many_requests",
			Text: domain.Text{ZH: "提交过于频繁,请稍后再试或到窗口办理", EN: "too many submissions; try again later, or come to the window"}}
	}
	p.failed(key)
	return nil
}
