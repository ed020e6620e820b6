package grievance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/grievance"
)

// lateTransfer is a matter of Monday that its sender wants to have back on Monday; what comes in
// time says Thursday.
var (
	lateTransfer = form.Input{"channel": "hotline_12345", "due_by_sender": "2026-03-02T10:00:00+08:00"}
	inTime       = form.Input{"channel": "hotline_12345", "due_by_sender": "2026-03-05T17:00:00+08:00"}
	moreTime     = form.Input{"until": "2026-03-12T17:00:00+08:00", "reason": "到件过晚"}
	grant        = form.Input{"answer": "granted", "due_by_sender": "2026-03-11T17:00:00+08:00", "document": "市热线函〔2026〕3号"}
)

// TestTheSenderIsAskedForMoreTime is §6 item 21: what came too late has the least time there is, and
// its sender is asked; what the sender grants moves the date, and nothing else does.
func TestTheSenderIsAskedForMoreTime(t *testing.T) {
	t.Parallel()
	parallel(t, "the dispatcher is told of what came too late", func(t *testing.T) {
		p := begin(t, lateTransfer)
		require.Equal(t, "N20", p.saw("late_transfer").Notices[0].N)
		for _, e := range begin(t, inTime).history {
			require.NotEqual(t, "late_transfer", e.Type)
		}
	})
	parallel(t, "what is granted moves the clock as far as that date held it back", func(t *testing.T) {
		p := dispatched(t, lateTransfer)
		early := p.c.InheritedDue
		sameTime(t, early, p.c.Policy.Due)
		p.do(dispUser, "ask-sender", moreTime)
		sameTime(t, early, p.c.Policy.Due, "asking moves nothing")
		p.do(clerkUser, "sender-answered", grant)
		sameTime(t, moment("2026-03-10 17:00"), p.c.InheritedDue, "less the day to report back")
		require.NotContains(t, p.c.Flags, "short_notice")
		require.NotContains(t, p.c.Deadlines, "sender")
		sameTime(t, p.c.Policy.Due, p.c.Deadlines["policy.red"].At)
		require.True(t, p.c.Policy.Due.After(early))
		require.False(t, p.c.Policy.Due.After(p.c.InheritedDue))
		require.Subset(t, p.notices(), []string{"N19"})
	})
	parallel(t, "a clock that the date did not hold back stays", func(t *testing.T) {
		p := dispatched(t, form.Input{"channel": "hotline_12345", "due_by_sender": "2026-12-01T17:00:00+08:00"})
		was := p.c.Policy.Due
		p.do(dispUser, "ask-sender", moreTime, form.Input{"until": "2026-12-31T17:00:00+08:00"}).
			do(dispUser, "sender-answered", form.Input{"answer": "granted", "due_by_sender": "2026-12-31T17:00:00+08:00"})
		sameTime(t, was, p.c.Policy.Due)
		require.Equal(t, []string{"N13"}, p.notices())
	})
	parallel(t, "a refusal leaves the date", func(t *testing.T) {
		p := dispatched(t, lateTransfer).do(dispUser, "ask-sender", moreTime)
		was := p.c.Policy.Due
		p.do(dispUser, "sender-answered", form.Input{"answer": "refused"})
		sameTime(t, was, p.c.Policy.Due)
		require.False(t, p.c.Sender.Granted)
		require.Contains(t, p.c.Flags, "short_notice")
		p.do(dispUser, "ask-sender", moreTime) // another try
	})
	parallel(t, "a sender who keeps silent is asked again", func(t *testing.T) {
		p := triaged(t, lateTransfer).do(dispUser, "ask-sender", moreTime)
		sameTime(t, p.due("1wd"), p.c.Deadlines["sender"].At)
		p.expire("sender")
		require.Equal(t, "N20", p.saw("sender_silent").Notices[0].N)
		p.do(dispUser, "sender-answered", grant)
		require.Equal(t, grievance.Triage, p.c.State)
	})
	parallel(t, "what cannot be", func(t *testing.T) {
		begin(t).refuse(domain.CodeConflict, "no_sender_date", clerkUser, "ask-sender", moreTime)
		p := triaged(t, inTime)
		p.refuse(domain.CodeConflict, "sender_not_asked", dispUser, "sender-answered", grant)
		p.refuse(domain.CodeInvalid, "past", dispUser, "ask-sender", moreTime, form.Input{"until": "2026-03-03T17:00:00+08:00"})
		p.do(dispUser, "ask-sender", moreTime)
		p.refuse(domain.CodeConflict, "sender_asked", dispUser, "ask-sender", moreTime)
		p.refuse(domain.CodeInvalid, "past", dispUser, "sender-answered", form.Input{"answer": "granted"})
		p.refuse(domain.CodeInvalid, "past", dispUser, "sender-answered", form.Input{"answer": "granted", "due_by_sender": "2026-03-04T17:00:00+08:00"})
		p.refuse(domain.CodeForbidden, "not_your_office", handlerUser, "sender-answered", grant)
	})
}
