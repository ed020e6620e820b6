package gridevent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain/form"
)

// TestSupervision: the ladder of §4.7 holds for events as it does for grievances.
func TestSupervision(t *testing.T) {
	t.Parallel()
	const supervisor = "supervisor.220402"
	urged := form.Input{"cause": "S03", "requirements": "今日内修复"}
	p := begin(t)
	p.do(supervisor, "remind", urged)
	require.Equal(t, centre, p.c.Orders[0].Unit, "nobody has it yet: the platform that reviews")
	p.do(platform, "answer-supervision", form.Input{"statement": "已转办"})

	p = disposing(t)
	p.do(supervisor, "yellow-card", urged)
	require.Equal(t, housing, p.c.Orders[0].Unit)
	require.Equal(t, "yellow_card", p.c.Supervision)
	p.refuse("already_ordered", supervisor, "yellow-card", urged)
	p.do(supervisor, "red-card", urged)
	require.Equal(t, []string{"requested"}, p.types())
	p.do(director, "approve", nil)
	require.Equal(t, "red_card", p.c.Supervision)
	p.refuse("leader_answers", liaison, "answer-supervision", form.Input{"statement": "在修"})
	p.do(head, "answer-supervision", form.Input{"statement": "在修", "plan": "夜间施工"})
	require.False(t, p.c.Orders.Owes(housing), "one writing answers both")
	p.do(supervisor, "remind", urged)
	p.next("order.2")
	require.True(t, p.c.Orders[2].Missed)
}
