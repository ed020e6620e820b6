package chaos

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	tlog "go.temporal.io/sdk/log"

	"huajie/internal/localstack"
)

// mostInvestigated bounds how many cases are looked at more closely.
const mostInvestigated = 4

// investigate adds to a report with faults what one needs to understand them: the
// timeline of the case from the ledger, what was asked about it, the history of its
// workflow, and the faults around.
func investigate(ctx context.Context, g *ground, r *Report, e Evidence) {
	var nos []string
	for _, c := range r.Checks {
		nos = append(nos, c.Cases[:min(2, len(c.Cases))]...)
	}
	seen := map[string]bool{}
	for _, no := range nos {
		if seen[no] || len(seen) >= mostInvestigated {
			continue
		}
		seen[no] = true
		r.Closer = append(r.Closer, timeline(no, e)...)
		if master, _, session := strings.Cut(no, "-J"); session { // perhaps the ledger does not know it
			r.Closer = append(r.Closer, timeline(master, e)...)
		}
		r.Closer = append(r.Closer, history(ctx, g, workflowOf(no))...)
	}
}

// timeline is everything about a case in the order of time: events, answers, faults.
func timeline(no string, e Evidence) []string {
	type line struct {
		at   time.Time
		text string
	}
	var all []line
	from, to := time.Now(), time.Time{}
	for _, x := range e.Ledger.Events[no] {
		from, to = earlier(from, x.Recorded), later(to, x.Committed)
		all = append(all, line{x.Committed, fmt.Sprintf("event %d %s by %s, as of %s, recorded %s, limit %q late=%v key=%.8s", x.Seq, x.Type, x.Actor,
			x.At.Format(clock), x.Recorded.Format(clock), x.Deadline, x.Late, x.Key)})
	}
	for _, t := range e.Told {
		yes, _ := t.Yes()
		if t.No != no && yes.No != no {
			continue
		}
		for _, a := range t.Answers {
			from, to = earlier(from, a.From), later(to, a.To)
			all = append(all, line{a.To, fmt.Sprintf("answer %d %s to %s %s %s (asked %s, key=%.8s) at version %d", a.Status, a.Reason, t.User, t.Op, t.Key,
				a.From.Format(clock), t.Stored, a.Seq)})
		}
	}
	for _, s := range e.Strikes {
		if s.From.Before(to.Add(time.Minute)) && s.To.After(from.Add(-10*time.Second)) {
			all = append(all, line{s.From, "FAULT begins " + s.String()}, line{s.To, "FAULT lifted " + s.String()})
		}
	}
	slices.SortStableFunc(all, func(a, b line) int { return a.at.Compare(b.at) })
	out := []string{"", "--- " + no}
	for _, l := range all {
		out = append(out, l.at.UTC().Format(clock)+"  "+l.text)
	}
	return out
}

// history is what the engine has of a workflow; payloads are sealed and stay so.
func history(ctx context.Context, g *ground, id string) []string {
	c, err := client.DialContext(ctx, client.Options{HostPort: g.temporal.TemporalAddress, Namespace: localstack.DefaultNamespace,
		Logger: tlog.NewStructuredLogger(slog.New(slog.DiscardHandler))})
	if err != nil {
		return []string{"no history: " + err.Error()}
	}
	defer c.Close()
	out := []string{"--- history of " + id}
	for events := c.GetWorkflowHistory(ctx, id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); events.HasNext(); {
		e, err := events.Next()
		if err != nil {
			return append(out, "no more: "+err.Error())
		}
		more := ""
		if t := e.GetTimerStartedEventAttributes(); t != nil {
			more = " " + t.GetStartToFireTimeout().AsDuration().String()
		}
		if s := e.GetWorkflowTaskStartedEventAttributes(); s != nil {
			more = " by " + s.GetIdentity()
		}
		if f := e.GetWorkflowTaskFailedEventAttributes(); f != nil {
			more = " " + f.GetCause().String() + " " + f.GetFailure().GetMessage()
		}
		out = append(out, fmt.Sprintf("%s  %3d %s%s", e.GetEventTime().AsTime().Format(clock), e.GetEventId(), e.GetEventType(), more))
	}
	return out
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
