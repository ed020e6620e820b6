package deliver

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"huajie/activities"
	"huajie/domain/codes"
	"huajie/domain/grievance"
	"huajie/domain/notice"
	"huajie/domain/view"
)

// Queue is what the sender needs of the ledger.
type Queue interface {
	// PlanDeliveries turns the notices that have come into deliveries, each once.
	PlanDeliveries(ctx context.Context, plan func(view.Told) []view.Delivery) (more bool, err error)
	// ClaimDelivery takes one message that is due, for so long; found tells whether
	// anything was. One without a key needs no sending.
	ClaimDelivery(ctx context.Context, now time.Time, lease time.Duration, decide func(view.Outgoing) time.Time) (out view.Outgoing, found bool, err error)
	// SettleDelivery notes what has become of a message.
	SettleDelivery(ctx context.Context, key string, o view.Outcome) error
	// FollowUndelivered lets something follow what did not arrive, once.
	FollowUndelivered(ctx context.Context, now time.Time, remedy func(view.Undelivered) view.Remedy) (more bool, err error)
}

// Sender brings notices out of the house. Any number of workers may have one.
type Sender struct {
	Queue     Queue
	Providers map[notice.Channel]Provider
	Rules     activities.Rulebook
	Log       *slog.Logger
	Now       func() time.Time // nil: time.Now
}

const (
	// glance is how often the sender looks for what is to be sent.
	glance = time.Second
	// hands is how many messages are on their way at once.
	hands = 4
	// lease is how long a message is a worker's: several times what a post may take. When
	// the worker has died with it, another sends it again, under the same key.
	lease = 2 * time.Minute
	// The pauses between two tries of a message; each is shortened by up to a half.
	firstPause, longestPause = 30 * time.Second, time.Hour
)

// Run sends until ctx ends.
func (s *Sender) Run(ctx context.Context) {
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		s.Round(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Round plans what has come, sends what is due and follows what did not arrive.
func (s *Sender) Round(ctx context.Context) {
	s.again(ctx, "plan", func() (bool, error) { return s.Queue.PlanDeliveries(ctx, s.plan) })
	var wg sync.WaitGroup
	for range hands {
		wg.Go(func() { s.again(ctx, "send", func() (bool, error) { return s.sendOne(ctx) }) })
	}
	wg.Wait()
	s.again(ctx, "follow", func() (bool, error) { return s.Queue.FollowUndelivered(ctx, s.now(), s.remedy) })
}

// again does something while there is more of it and it succeeds.
func (s *Sender) again(ctx context.Context, what string, do func() (bool, error)) {
	for more := true; more && ctx.Err() == nil; {
		var err error
		if more, err = do(); err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "deliveries wait", "step", what, "error", err)
			return
		}
	}
}

func (s *Sender) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

func (s *Sender) has(c notice.Channel) bool { return s.Providers[c] != nil }

// plan says how a notice leaves the house: to a petitioner by the first channel, to an
// officer by SMS once the app has had its time.
func (s *Sender) plan(t view.Told) (out []view.Delivery) {
	p := s.Rules.Rules(t.Area, "", s.now()).Policy
	d := view.Delivery{Notice: t.ID, Immediate: t.Immediate, Expires: notice.Expiry(p, t.At)}
	if ways := notice.Channels(p, t.N, s.has); t.Person != "" && len(ways) > 0 {
		d.Channel, d.Person, d.NextTry = ways[0], t.Person, notice.Awake(p, t.At, t.Immediate)
		out = append(out, d)
	}
	if wait, ok := notice.Fallback(p, t.N, t.Immediate); ok && s.has(notice.SMS) {
		for _, user := range t.Users {
			d.Channel, d.Person, d.User, d.NextTry = notice.SMS, "", user, notice.Awake(p, t.At.Add(wait), t.Immediate)
			out = append(out, d)
		}
	}
	return out
}

// sendOne takes a message that is due and sends it. The key was written down before it
// leaves, and what has become of it is written down after.
func (s *Sender) sendOne(ctx context.Context) (more bool, err error) {
	now := s.now()
	m, found, err := s.Queue.ClaimDelivery(ctx, now, lease, func(m view.Outgoing) time.Time {
		return notice.Earliest(s.Rules.Rules(m.Area, "", now).Policy, now, m.Last, m.Immediate)
	})
	if err != nil || m.Key == "" {
		return found, err
	}
	o := s.send(ctx, m)
	if ctx.Err() != nil && o.State == notice.Queued {
		return false, nil // stopped on the way: it is sent again when the lease ends
	}
	return true, s.Queue.SettleDelivery(context.WithoutCancel(ctx), m.Key, o)
}

func (s *Sender) send(ctx context.Context, m view.Outgoing) view.Outcome {
	provider := s.Providers[m.Channel]
	if provider == nil {
		return view.Outcome{State: notice.Failed, Error: "no_provider", At: s.now()}
	}
	id, err := provider.Send(ctx, Message{Key: m.Key, Channel: m.Channel, To: m.Number, Text: notice.Text(m.Briefs, m.English)})
	now := s.now()
	if err == nil {
		return view.Outcome{State: provider.Outcome(), ProviderID: id, At: now}
	}
	f := faultOf(err)
	if f.Permanent {
		return view.Outcome{State: notice.Failed, Error: f.Code, At: now}
	}
	again := pause(m.Attempts, rand.Float64()) //nolint:gosec // spreads tries, guards nothing
	return view.Outcome{State: notice.Queued, Error: f.Code, At: now, NextTry: now.Add(max(f.After, again))}
}

// pause is how long to wait after so many tries, by chance between half of it and all.
func pause(attempts int, chance float64) time.Duration {
	full := longestPause
	if attempts < 8 {
		full = min(firstPause<<max(attempts-1, 0), longestPause)
	}
	return full/2 + time.Duration(chance*float64(full/2))
}

// remedy is what follows a message to a petitioner that did not arrive: the next channel,
// and after the last a notice to the desk that a petition is to be told on paper (§6
// item 49).
func (s *Sender) remedy(u view.Undelivered) (out view.Remedy) {
	rules := s.Rules.Rules(u.Case.Card().Area, "", s.now())
	ways := notice.Channels(rules.Policy, u.Message.N, func(c notice.Channel) bool { return s.has(c) || c == u.Channel })
	for i, c := range ways {
		if c == u.Channel && i+1 < len(ways) {
			d := u.Delivery
			d.Channel, d.NextTry, d.Expires = ways[i+1], notice.Awake(rules.Policy, s.now(), u.Immediate), notice.Expiry(rules.Policy, s.now())
			return view.Remedy{Deliveries: []view.Delivery{d}}
		}
	}
	if c, ok := u.Case.(*grievance.Case); ok && c.Track == codes.TrackPetition {
		for _, desk := range grievance.FirstDesk(c, rules) {
			out.Notices = append(out.Notices, notice.Undelivered(u.Message, desk))
		}
	}
	return out
}
