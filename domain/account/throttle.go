package account

import (
	"time"

	"huajie/domain"
)

// Throttle says how failed attempts slow down the next one. Nothing is ever locked:
// after the free ones each failure doubles the wait, up to a longest one.
type Throttle struct {
	Free       int           // failures of one account from one place that cost nothing
	SourceFree int           // failures of one place, whatever the account
	Delay      time.Duration // the wait after the first failure that costs
	Longest    time.Duration // no wait is longer
	Forget     time.Duration // a place that has been quiet for so long begins anew
}

// On tells whether anything is counted at all.
func (t Throttle) On() bool { return t.Free > 0 }

// Wait is how long nobody may try after so many failures, where some are free.
func (t Throttle) Wait(failures, free int) time.Duration {
	if failures <= free {
		return 0
	}
	wait := t.Delay
	for range failures - free - 1 {
		if wait *= 2; wait >= t.Longest {
			break
		}
	}
	return min(wait, t.Longest)
}

// Try is one attempt at a secret: of an account, from a place.
type Try struct {
	// Secret tells what is tried: failures at one do not count for another.
	Secret string
	// Name is what was given as the name of the account; there may be no such account.
	Name string
	// Source is the address it comes from, "" where the place does not matter.
	Source string
	// Device is the cookie of a browser that may have signed in before, or "".
	Device string
	At     time.Time
}

// TooSoon refuses an attempt that comes before its time. It is the same whether the
// account exists or not.
func TooSoon(wait time.Duration) error {
	return &domain.Error{Code: domain.CodeTooMany, Reason: "too_many_failures", Wait: wait,
		Text: domain.Text{ZH: "尝试次数过多,请稍后再试", EN: "too many failed attempts; try again later"}}
}
