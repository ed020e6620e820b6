package api

import (
	"context"
	"math"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/org"
)

// settleAgain is how soon the hub looks again for notices that are still under way.
const settleAgain = 100 * time.Millisecond

// nobodyYet stands for a position the hub has not got: everybody looks for themselves.
const nobodyYet = math.MaxInt64

// carry nudges the streams for whom a notice has come, until ctx ends. Who is nudged
// reads the own inbox under the own rights. anew says that something may have been
// missed: then everybody is nudged, so that nothing rests on what this process heard.
func (h *hub) carry(ctx context.Context, arrived, anew <-chan struct{}) {
	told := int64(nobodyYet)
	var later <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-anew:
			told = nobodyYet
		case <-arrived:
		case <-later:
		}
		select { // what comes within so long is looked up once
		case <-ctx.Done():
			return
		case <-time.After(gatherTime):
		}
		got, err := h.s.Changes.Arrived(ctx, told)
		if err != nil {
			later = time.After(time.Second)
			continue
		}
		h.nudge(got.To, told == nobodyYet)
		told, later = got.Upto, nil
		if !got.Whole {
			later = time.After(settleAgain)
		}
	}
}

// nudge never waits: a stream that has been nudged and not looked yet looks once.
func (h *hub) nudge(to []machine.Recipient, everybody bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for x := range h.streams {
		if everybody || slices.ContainsFunc(to, func(r machine.Recipient) bool { return isFor(r, x.who.actor) }) {
			signal(x.mail)
		}
	}
}

// isFor tells whether a notice may be for an actor; the inbox itself judges.
func isFor(r machine.Recipient, a domain.Actor) bool {
	if r.Petitioner != "" {
		return r.User == a.User && grievance.IsCitizen(a)
	}
	return r.User != "" && r.User == a.User ||
		r.Role != "" && slices.ContainsFunc(a.Grants, func(g org.Grant) bool { return g.Role == r.Role && g.Unit == r.Unit })
}

// signal leaves word once; word that waits already is enough.
func signal(to chan struct{}) {
	select {
	case to <- struct{}{}:
	default:
	}
}
