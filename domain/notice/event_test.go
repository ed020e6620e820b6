package notice_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain/gridevent"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/org"
)

// TestWhoseAPlaceIs: the township is told by when to rule, that nobody has, and everybody
// which grid it is (§6 item 20).
func TestWhoseAPlaceIs(t *testing.T) {
	t.Parallel()
	c := gridevent.Fresh()
	c.No, c.Kind, c.State, c.County = "220402E2026030200001", gridevent.Kind, gridevent.Reported, "220402"
	c.Deadlines = map[string]machine.Deadline{"boundary": {ID: "boundary", At: monday}}
	said := func(n, event string) notice.Message {
		to := machine.Notice{N: n, To: machine.Recipient{Role: org.RoleTownshipOffice, Unit: "220402008-C"}, Facts: map[string]string{"unit": "220402008901002"}}
		return notice.Render(to, machine.Event{Seq: 2, Type: event, At: monday, RecordedAt: monday}, notice.FromCase(c, rules), rules)
	}
	asked := said("N20", "grid_disputed")
	require.Contains(t, asked.BodyZH, "请裁定归属")
	require.Contains(t, asked.BodyZH, "2026", "by when")
	require.Contains(t, said("N20", "boundary_overdue").BodyEN, "the grid named stands")
	ruled := said("N13", "grid_ruled")
	require.Contains(t, ruled.BodyZH, "归属已裁定:福阳社区第二网格")
	require.Contains(t, ruled.BodyEN, "Fuyang grid 2")
}
