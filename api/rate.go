package api

import (
	"fmt"
	"math"
	"strconv"
	"sync"
	"time"

	"huajie/domain"
	"huajie/domain/account"
)

// mostBuckets bounds the memory of a limiter, one half of it at a time.
const mostBuckets = 50_000

// limiter lets each caller make so many requests in a window. Every caller has a bucket
// that fills evenly. Like patience it keeps two generations of them: one that was not
// touched for a window is full again anyway.
type limiter struct {
	mu         sync.Mutex
	now        func() time.Time
	quota      float64
	window     time.Duration
	young, old map[string]bucket
	since      time.Time
}

// bucket is what was left of a quota at a time.
type bucket struct {
	left float64
	at   time.Time
}

// newLimiter makes a limiter; without a quota there is none.
func newLimiter(d DoorRules, now func() time.Time) *limiter {
	if d.Quota <= 0 || d.Window <= 0 {
		return nil
	}
	return &limiter{now: now, quota: float64(d.Quota), window: d.Window, young: map[string]bucket{}}
}

// take uses one request of a caller up. It tells how many are left, and how long until
// there is one more, or until all of them are back.
func (l *limiter) take(key string) (left int, wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	b, known := l.young[key]
	if !known {
		if b, known = l.old[key]; !known {
			b = bucket{l.quota, now}
		}
	}
	if passed := now.Sub(b.at); passed > 0 {
		b.left = min(l.quota, b.left+l.quota*passed.Seconds()/l.window.Seconds())
		b.at = now
	}
	if ok = b.left >= 1; ok {
		b.left--
		wait = l.filled(l.quota - b.left)
	} else {
		wait = l.filled(1 - b.left)
	}
	if _, young := l.young[key]; !young && (len(l.young) >= mostBuckets || now.Sub(l.since) >= l.window) {
		l.old, l.young, l.since = l.young, map[string]bucket{}, now
	}
	l.young[key] = b
	return int(b.left), wait, ok
}

// filled is how long so many requests take to come back.
func (l *limiter) filled(requests float64) time.Duration {
	return time.Duration(math.Ceil(requests / l.quota * float64(l.window)))
}

// principal is who a request counts for: a person wherever signed in, a program by its token.
func principal(p account.Pass) string {
	if p.Kind == account.Token {
		return "token/" + strconv.FormatInt(p.ID, 10)
	}
	return "user/" + p.User.Username
}

// measure counts a request for a caller, tells how many more there may be
// (draft-ietf-httpapi-ratelimit-headers), and refuses one too many.
func (s *server) measure(key string, set func(name, value string)) error {
	if s.rate == nil {
		return nil
	}
	left, wait, ok := s.rate.take(key)
	set("RateLimit-Policy", fmt.Sprintf(`"caller";q=%d;w=%d`, s.Door.Quota, int(s.Door.Window.Seconds())))
	set("RateLimit", fmt.Sprintf(`"caller";r=%d;t=%d`, left, seconds(wait)))
	if ok {
		return nil
	}
	return &domain.Error{Code: domain.CodeTooMany, Reason: "rate_limited", Wait: wait,
		Text: domain.Text{ZH: "请求过于频繁,请稍后再试", EN: "too many requests; slow down"}}
}

// seconds rounds a wait up: whoever waits as long as told is not refused again.
func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }
