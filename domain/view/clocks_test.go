package view_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/view"
)

func (d *desk) clocks() map[string]view.ClockView {
	d.t.Helper()
	d.holds()
	out := map[string]view.ClockView{}
	for _, v := range view.Clocks(d.c, d.rules, d.now) {
		require.NotContains(d.t, out, v.Name, "shown twice")
		require.NotEmpty(d.t, v.Label.ZH)
		require.NotEmpty(d.t, v.Label.EN)
		require.NotNil(d.t, v.Segments)
		for i := 1; i < len(v.Segments); i++ {
			require.True(d.t, v.Segments[i].From.Equal(v.Segments[i-1].To), "%s has a gap", v.Name)
		}
		out[v.Name] = v
	}
	return out
}

func at(day, hour, minute int) time.Time {
	return time.Date(2026, 3, day, hour, minute, 0, 0, calendar.Zone)
}

// total adds up what the segments of a kind counted.
func total(v view.ClockView, kind calendar.SegmentKind) time.Duration {
	var sum time.Duration
	for _, s := range v.Segments {
		if s.Kind == kind {
			sum += s.Counted
		}
	}
	return sum
}

func TestClocksOfTheFrontDesk(t *testing.T) {
	t.Parallel()
	d := register(t, nil)
	all := d.clocks()
	require.Contains(t, all, "triage")
	require.True(t, all["triage"].Duty)
	require.NotContains(t, all, "desk", "shown once only")
	require.NotContains(t, all, "policy", "no policy clock before dispatch")

	d.pass(at(20, 9, 0)) // two days, nobody did anything
	late := d.clocks()["desk"]
	require.Equal(t, view.Red, late.Light)
	require.Negative(t, late.Minutes)
	require.Contains(t, late.Remaining.ZH, "已超期")
	require.Contains(t, late.Remaining.EN, "overdue by")
}

func TestPolicyClockIsExplainedSegmentBySegment(t *testing.T) {
	t.Parallel()
	d := handled(t, nil)
	v := d.clocks()["policy"]
	require.Equal(t, "5wd", v.Limit)
	require.Equal(t, "5个工作日", v.LimitText.ZH)
	require.Equal(t, at(25, 17, 0), v.Due.In(calendar.Zone))
	require.Equal(t, view.Running, v.State)
	require.Equal(t, view.Green, v.Light)
	require.Equal(t, "还剩5个工作日", v.Remaining.ZH)
	require.Equal(t, "5 working days left", v.Remaining.EN)
	require.Equal(t, lead, v.Unit)
	require.Equal(t, "龙山区住建局", v.ZH)
	require.Equal(t, 5*390*time.Minute, total(v, calendar.KindCounted), "the counted segments are the limit")
	kinds := map[calendar.SegmentKind]string{}
	for _, s := range v.Segments {
		kinds[s.Kind] = s.Name
	}
	require.Equal(t, "周末", kinds[calendar.KindWeekend])
	require.Contains(t, kinds, calendar.KindNight)
	require.Contains(t, kinds, calendar.KindStartDay)

	d.now = at(25, 14, 0)
	v = d.clocks()["policy"]
	require.Equal(t, "还剩3工作小时", v.Remaining.ZH, "on the last day hours are counted")
	require.Equal(t, "3 working hours left", v.Remaining.EN)
	require.Equal(t, 180, v.Minutes)
	require.Equal(t, view.Yellow, v.Light)

	d.now = at(27, 19, 30)
	v = d.clocks()["policy"]
	require.Equal(t, "已超期2天2小时", v.Remaining.ZH)
	require.Equal(t, view.Red, v.Light)
	require.Equal(t, calendar.KindOverdue, v.Segments[len(v.Segments)-1].Kind)
}

func TestPausedClockSaysWhyAndByWhom(t *testing.T) {
	t.Parallel()
	d := handled(t, nil)
	d.now = at(19, 9, 0)
	d.do(handler, "pause", form.Input{"pause_reason": "supplement", "note": "待补材料"}).do(disp, "approve", nil)
	before := d.clocks()["policy"]
	require.Equal(t, view.Paused, before.State)
	require.True(t, before.Due.IsZero())
	require.Equal(t, view.NoRun, before.Light)
	require.Contains(t, before.Remaining.ZH, "暂停中")
	d.now = at(23, 9, 0)
	require.Equal(t, before.Minutes, d.clocks()["policy"].Minutes, "a paused clock uses nothing up")

	d.do(disp, "unpause", form.Input{"reason": "材料已齐"})
	v := d.clocks()["policy"]
	require.Equal(t, before.Minutes, v.Minutes)
	require.Equal(t, at(27, 17, 0), v.Due.In(calendar.Zone), "two working days later")
	var pause calendar.Segment
	for _, s := range v.Segments {
		if s.Kind == calendar.KindPaused {
			pause = s.Segment
		}
	}
	require.Equal(t, "暂停计时:等待当事人补充材料", pause.Name)
	require.Equal(t, disp, pause.By)
	require.Equal(t, 5*390*time.Minute, total(v, calendar.KindCounted))
}

func TestExtensionIsExplained(t *testing.T) {
	t.Parallel()
	d := handled(t, form.Input{"nature": "petition"})
	statutory := d.clocks()["statutory"]
	require.Equal(t, "60cd", statutory.Limit)
	d.do(handler, "extend", form.Input{"reason_code": "X01", "legal_basis": "条例", "plan": "鉴定", "days": 30}).do(leader, "approve", nil)
	v := d.clocks()["statutory"]
	require.True(t, v.Due.After(statutory.Due))
	require.Equal(t, 30*24*time.Hour, total(v, calendar.KindExtended))
	for _, s := range v.Segments {
		if s.Kind == calendar.KindExtended {
			require.Equal(t, leader, s.By)
			require.Equal(t, "延期:需鉴定/检测", s.Name)
			require.Equal(t, "X01", s.Why)
		}
	}
}

func TestLevelsAndTasksHaveClocksOfTheirOwn(t *testing.T) {
	t.Parallel()
	d := handled(t, nil)
	all := d.clocks()
	require.Equal(t, all["policy"].Due, all["level.L1"].Due)
	require.Contains(t, all, "contact")
	task := all["task.T1"]
	require.Equal(t, assist, task.Unit)

	d.pass(at(25, 16, 0)) // contact and task are past
	late := d.clocks()["task.T1"]
	require.Equal(t, view.Red, late.Light, "a late task stays on the list")
	require.NotContains(t, d.clocks(), "contact")

	d.do(disp, "escalate-l2", form.Input{"trigger": "T02", "summary": "两家单位未能解决"})
	all = d.clocks()
	require.Equal(t, view.Stopped, all["level.L1"].State)
	require.Equal(t, view.NoRun, all["level.L1"].Light)
	require.Contains(t, all["level.L1"].Remaining.ZH, "已停止,余")
	last := all["level.L1"].Segments[len(all["level.L1"].Segments)-1]
	require.True(t, last.To.Equal(d.now), "the stay is explained up to its end")
	require.Equal(t, view.Running, all["level.L2"].State)
	require.Contains(t, all, "joint.convene")
	require.Equal(t, "20wd", all["policy"].Limit, "budgets follow one another")
}

func TestAnsweredCaseHasStoppedClocksAndAWindow(t *testing.T) {
	t.Parallel()
	d := handled(t, nil).do("liaison."+assist, "complete-task", form.Input{"result": "已核实"})
	d.now = at(20, 10, 0)
	d.do(leader, "issue-reply", form.Input{"result": "已修缮完毕", "outcome_grade": "disposed", "evidence": "照片", "legal_basis": "条例",
		"service_method": "in_person", "service_date": "2026-03-20"})
	answered := d.clocks()["policy"]
	require.Equal(t, view.Stopped, answered.State)
	require.Equal(t, "已停止,余3个工作日", answered.Remaining.ZH)
	require.Equal(t, "stopped with 3 working days left", answered.Remaining.EN)

	d.now = at(21, 10, 0)
	require.Equal(t, answered.Minutes, d.clocks()["policy"].Minutes, "a stopped clock stays as it was")
	require.Equal(t, answered.Segments, d.clocks()["policy"].Segments)
	window := d.clocks()["evaluation"]
	require.Equal(t, view.Running, window.State)
	require.Equal(t, view.NoRun, window.Light, "a right that lapses is nobody's lateness")
	require.False(t, window.Duty)
}

func TestEmergencyClockRunsDayAndNight(t *testing.T) {
	t.Parallel()
	d := handled(t, form.Input{"urgency": "emergency"})
	v := d.clocks()["policy"]
	require.Equal(t, "2uh", v.Limit)
	require.Equal(t, domain.Text{ZH: "还剩2小时", EN: "2 hours left"}, v.Remaining)
	require.Len(t, v.Segments, 1)
}

func TestWaitingRequestIsNamed(t *testing.T) {
	t.Parallel()
	d := handled(t, nil)
	d.do(leader, "escalate-l2", form.Input{"trigger": "T04", "summary": "需部门协调", "measures": "已现场勘验"})
	require.Len(t, d.c.Requests, 1)
	for id := range d.c.Requests {
		require.Equal(t, "审批:提级至中心联合化解", d.clocks()["request."+id].Label.ZH)
	}
}

func TestYearWithoutCalendarIsProvisional(t *testing.T) {
	t.Parallel()
	d := register(t, nil)
	d.now = time.Date(2026, 12, 30, 9, 0, 0, 0, calendar.Zone)
	d.c.Deadlines, d.c.DeskDue = nil, time.Time{}
	d.do(disp, "start-triage", nil).do(disp, "dispatch", form.Input{"lead_unit": lead})
	require.True(t, d.clocks()["policy"].Provisional)
	require.True(t, d.view().Provisional)
}

// In a list what is left is said as one plans: a weekend is no time.
func TestWhatRemainsInALineOfAList(t *testing.T) {
	t.Parallel()
	friday := at(20, 16, 0)
	for _, c := range []struct {
		due    time.Time
		zh, en string
	}{
		{at(24, 17, 0), "还剩2个工作日", "2 working days left"},
		{friday.Add(time.Hour), "还剩1工作小时", "1 working hour left"},
		{friday.Add(-26 * time.Hour), "已超期1天2小时", "overdue by 1 day 2 hours"},
	} {
		said := view.Remains(book.Calendar, friday, c.due)
		assert.Equal(t, domain.Text{ZH: c.zh, EN: c.en}, said)
	}
	assert.Zero(t, view.Remains(book.Calendar, friday, time.Time{}), "no clock runs")
}
