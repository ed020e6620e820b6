package gridevent_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/machine"
)

func state(t *testing.T, p *play, want machine.State) {
	t.Helper()
	require.Equal(t, want, p.c.State)
}

func TestReport(t *testing.T) {
	t.Parallel()
	t.Run("E1 a report with three photos waits for its review", func(t *testing.T) {
		p := begin(t)
		state(t, p, "reported")
		require.Equal(t, centre, p.c.Owner.Unit)
		require.Equal(t, "220402008", p.c.Area)
		require.Equal(t, moment("2026-03-02 11:00"), p.c.Due, "2 wh")
		require.Equal(t, []machine.Recipient{{User: member}}, p.told("N1"))
		require.Len(t, p.c.Photos, 3)
	})
	for name, row := range map[string]struct {
		in     form.Input
		reason string
	}{
		"a class is no kind":                       {form.Input{"category": "E01"}, "not_a_kind"},
		"words are missing":                        {form.Input{"description": "灯坏"}, "range"},
		"two photos are too few":                   {form.Input{"photos": []any{"f001", "f002"}}, "too_few"},
		"one photo three times is one":             {form.Input{"photos": []any{"f001", "same", "f002"}}, "too_few"},
		"a photo that is not whole":                {form.Input{"photos": []any{"f001", "f002", "gone"}}, "unknown_file"},
		"a photo from an album":                    {form.Input{"photos": []any{"f001", "f002", "album"}}, "album"},
		"seen too long ago":                        {form.Input{"found_at": "2026-03-01T08:59:00+08:00"}, "too_late"},
		"seen in the future":                       {form.Input{"found_at": "2026-03-02T10:00:00+08:00"}, "future"},
		"no place":                                 {form.Input{"location": nil}, "required"},
		"self-disposed without a photo afterwards": {form.Input{"self_disposed": "已自行清理完毕"}, "too_few"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlay(t, monday)
			in := p.lamp()
			p.photos["same"] = p.photos["f001"]
			album := p.photos["f001"]
			album.ID, album.SHA256, album.Source = "album", "x", evidence.Album
			p.photos["album"] = album
			for k, v := range row.in {
				in[k] = v
			}
			refused(t, p.tryReport(member, in), row.reason)
		})
	}
	t.Run("an emergency is taken in with two photos, and the third follows (item 72)", func(t *testing.T) {
		p := newPlay(t, moment("2026-03-02 23:00"))
		p.report(member, form.Input{"category": "E0101", "photos": p.shots(2), "photos_missing": "相机故障"})
		require.Equal(t, moment("2026-03-02 23:10"), p.c.Due, "10 min, day and night")
		require.Contains(t, p.c.Flags, "photos_missing")
		p.do(member, "add-photos", form.Input{"photos": p.shots(1)})
		require.NotContains(t, p.c.Deadlines, "photos")
	})
	t.Run("photos that never come are asked for", func(t *testing.T) {
		p := newPlay(t, monday)
		p.report(member, form.Input{"category": "E0101", "photos": p.shots(2), "photos_missing": "相机故障"})
		p.do(platform, "dispatch", form.Input{"lead_unit": housing}).next("photos")
		require.Contains(t, p.c.Flags, "photos_not_supplied")
	})
	t.Run("nobody may call a missing cover ordinary", func(t *testing.T) {
		p := begin(t, form.Input{"category": "E0101", "urgency": "normal"})
		require.EqualValues(t, "emergency", p.c.Urgency)
	})
	t.Run("a report that waited for a line is accepted and shown as such (item 73)", func(t *testing.T) {
		p := begin(t, form.Input{"found_at": "2026-03-01T20:00:00+08:00"})
		require.Contains(t, p.c.Flags, "offline_late")
		require.Equal(t, moment("2026-03-01 20:00").Unix(), p.c.FoundAt.Unix())
	})
	t.Run("a citizen reports with one photo, and is told by telephone", func(t *testing.T) {
		p := newPlay(t, monday)
		p.report(citizen, form.Input{"photos": p.shots(1), "grid": grid})
		require.Equal(t, []machine.Recipient{{Petitioner: no}}, p.told("N1"))
	})
	t.Run("a department does not report", func(t *testing.T) {
		p := newPlay(t, monday)
		refused(t, p.tryReport(handler, p.lamp()), "not_your_office")
	})
}

func TestReview(t *testing.T) {
	t.Parallel()
	t.Run("E2 rejected with a reason", func(t *testing.T) {
		p := begin(t).do(platform, "review-reject", form.Input{"reason_code": "not_event", "note": "属物业日常维护"})
		state(t, p, "rejected")
		require.Equal(t, []machine.Recipient{{User: member}}, p.told("N23"))
	})
	t.Run("E2 nobody reviews: the duty leader hears of it again and again", func(t *testing.T) {
		p := begin(t).next("review")
		require.Equal(t, []string{"review_overdue"}, p.types())
		due := p.c.Due
		p.next("review")
		require.Equal(t, due, p.c.Due, "late since the first limit")
	})
	t.Run("E2 nobody reviews an emergency: it goes to whose it is", func(t *testing.T) {
		p := begin(t, form.Input{"category": "E0101"}).next("review")
		state(t, p, "dispatched")
		require.Equal(t, housing, p.c.LeadUnit)
		require.Equal(t, []string{"forwarded_unreviewed"}, p.types())
	})
	t.Run("E3 E4 a supplement", func(t *testing.T) {
		p := begin(t).do(platform, "review-supplement", form.Input{"missing": "请补拍灯杆编号"})
		state(t, p, "need_supplement")
		p.do(member, "supplement", form.Input{"note": "编号LS-0231", "photos": p.shots(1)})
		state(t, p, "reported")
	})
	t.Run("E4 a supplement that never comes", func(t *testing.T) {
		p := begin(t).do(platform, "review-supplement", form.Input{"missing": "请补拍灯杆编号"}).next("supplement")
		state(t, p, "rejected")
		require.Equal(t, "no_supplement", p.c.Rejected)
	})
	t.Run("E6 E7 put right by the reporter and confirmed", func(t *testing.T) {
		p := begin(t)
		p.do(member, "self-dispose", form.Input{"self_disposed": "已将松动的线路重新插接", "after_photos": p.shots(1)})
		state(t, p, "self_closing")
		p.do(platform, "confirm-self")
		state(t, p, "closed")
		require.Equal(t, "self", p.c.ClosingType)
	})
	t.Run("E6 a day after the report it is too late", func(t *testing.T) {
		p := begin(t)
		p.now = monday.Add(25 * time.Hour)
		p.refuse("self_too_late", member, "self-dispose", form.Input{"self_disposed": "已处理", "after_photos": p.shots(1)})
	})
	t.Run("E7 nobody looks: closed as unchecked", func(t *testing.T) {
		p := begin(t)
		p.do(member, "self-dispose", form.Input{"self_disposed": "已处理", "after_photos": p.shots(1)}).next("self.confirm")
		if p.c.State == "self_closing" { // drawn for the sample: asked for once more
			p.next("self.confirm")
		}
		state(t, p, "closed")
		require.Equal(t, "unchecked", p.c.ClosingType)
	})
	t.Run("E7 not true after all: reject-self sends somebody", func(t *testing.T) {
		p := begin(t)
		p.do(member, "self-dispose", form.Input{"self_disposed": "已处理", "after_photos": p.shots(1)}).do(platform, "reject-self", form.Input{"reason": "照片显示仍未亮"})
		state(t, p, "reported")
	})
	t.Run("E7 members often rejected are looked at more often", func(t *testing.T) {
		share := func(rejected int) (n int) {
			for i := range 200 {
				p := newPlay(t, monday)
				p.reports.All, p.reports.Rejected = 10, rejected
				p.report(member)
				p.c.No = p.c.No[:17] + string(rune('0'+i/100)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10))
				p.do(member, "self-dispose", form.Input{"self_disposed": "已处理", "after_photos": p.shots(1)})
				if p.c.Sampled {
					n++
				}
			}
			return n
		}
		few, many := share(1), share(5)
		require.InDelta(t, 20, few, 15)
		require.InDelta(t, 100, many, 30)
	})
	t.Run("E21 an emergency after all: shorter, never longer", func(t *testing.T) {
		p := begin(t)
		before := p.c.Deadlines["review"].At
		p.do(duty, "mark-emergency", form.Input{"call": "119", "reason": "线路冒烟"})
		require.True(t, p.c.Deadlines["review"].At.Before(before))
		require.Equal(t, "119", p.c.Call.Number)
		p.refuse("already_emergency", duty, "mark-emergency", form.Input{"call": "none", "reason": "再次"})
	})
	t.Run("a report entered by mistake is made void", func(t *testing.T) {
		p := begin(t).do(platform, "void", form.Input{"reason": "测试数据"})
		state(t, p, "voided")
	})
}

func TestDispatch(t *testing.T) {
	t.Parallel()
	t.Run("E8 the stages count from here", func(t *testing.T) {
		p := begin(t, form.Input{"category": "E0101"}).do(platform, "dispatch", form.Input{"lead_unit": housing, "requirements": "先围挡"})
		state(t, p, "dispatched")
		require.Len(t, p.c.Stages, 3)
		require.Equal(t, monday.Add(2*time.Hour), p.c.Stages[0].Due)
		require.Equal(t, monday.Add(8*time.Hour), p.c.Stages[1].Due)
		require.Equal(t, p.c.Stages[0].Due, p.c.Due, "late by the stage that is next")
	})
	t.Run("E8 not to an area, nor to another county", func(t *testing.T) {
		p := begin(t)
		p.refuse("not_a_unit", platform, "dispatch", form.Input{"lead_unit": "220402001"})
		p.refuse("other_county", platform, "dispatch", form.Input{"lead_unit": "220403-D11"})
	})
	t.Run("E9 signed for, and deemed signed", func(t *testing.T) {
		p := dispatched(t).do(liaison, "sign-for")
		state(t, p, "signed")
		p = dispatched(t).next("sign")
		state(t, p, "signed")
		require.True(t, p.c.LateSign)
	})
	t.Run("E10 E11 returned, reassigned, and never twice by one unit", func(t *testing.T) {
		p := dispatched(t).do(liaison, "request-return", form.Input{"reason_code": "B01", "reason": "属供水单位", "suggested_unit": supply})
		state(t, p, "return_pending")
		p.do(platform, "accept-return", form.Input{"lead_unit": supply})
		state(t, p, "dispatched")
		require.Equal(t, supply, p.c.LeadUnit)
		p.do("liaison.220402-D29", "request-return", form.Input{"reason_code": "B01", "reason": "不属本单位", "suggested_unit": housing})
		p.refuse("returned_before", platform, "accept-return", form.Input{"lead_unit": housing})
		p.do(platform, "reject-return", form.Input{"reason": "属本单位职责"})
		state(t, p, "signed")
	})
	t.Run("E10 outside the window", func(t *testing.T) {
		p := dispatched(t)
		p.now = moment("2026-03-02 16:00")
		p.refuse("return_window_closed", liaison, "request-return", form.Input{"reason_code": "B01", "reason": "不属", "suggested_unit": supply})
	})
	t.Run("E10 an emergency is made safe first", func(t *testing.T) {
		p := dispatched(t, form.Input{"category": "E0101"})
		p.refuse("make_safe_first", liaison, "request-return", form.Input{"reason_code": "B01", "reason": "不属", "suggested_unit": supply})
	})
	t.Run("E11 nobody decides: it stays with the unit", func(t *testing.T) {
		p := dispatched(t).do(liaison, "request-return", form.Input{"reason_code": "B01", "reason": "不属", "suggested_unit": supply}).next("return.review")
		state(t, p, "signed")
		require.Equal(t, housing, p.c.LeadUnit)
	})
	t.Run("E12 a named person of the unit", func(t *testing.T) {
		p := dispatched(t).do(liaison, "sign-for")
		p.refuse("not_of_unit", liaison, "start-disposal", form.Input{"handlers": []any{"handler.220402-D12"}})
		p.do(liaison, "start-disposal", form.Input{"handlers": []any{handler}})
		state(t, p, "disposing")
	})
}

func TestDisposal(t *testing.T) {
	t.Parallel()
	t.Run("E13 E14 stage by stage, then the result", func(t *testing.T) {
		p := disposing(t, form.Input{"category": "E0101"})
		p.refuse("stages_left", handler, "submit-disposal", form.Input{"result": "已换", "after_photos": p.shots(3)})
		p.refuse("not_next", handler, "stage-done", form.Input{"stage": "repair", "result": "已换", "photos": p.shots(1)})
		p.do(handler, "stage-done", form.Input{"stage": "make_safe", "result": "已围挡", "photos": p.shots(1)})
		p.do(handler, "stage-done", form.Input{"stage": "repair", "result": "已更换井盖", "photos": p.shots(1)})
		p.refuse("last_stage", handler, "stage-done", form.Input{"stage": "restore", "result": "已恢复", "photos": p.shots(1)})
		p.feedback()
		state(t, p, "feedback")
		require.Equal(t, member, p.c.Verifier)
		require.Equal(t, []machine.Recipient{{User: member}}, p.told("N23"))
	})
	t.Run("E13 every stage has a red light of its own, then cards", func(t *testing.T) {
		p := disposing(t, form.Input{"category": "E0101"}).next("stage")
		require.Contains(t, p.types(), "stage_overdue")
		require.True(t, p.c.Stages[0].Late)
		require.Equal(t, "yellow_card", p.c.Supervision, "an emergency knows no grace")
		p.next("whistle")
		require.Contains(t, p.c.Flags, "whistle_suggested")
		p.next("card.red")
		require.Equal(t, "red_card", p.c.Supervision)
	})
	t.Run("E13 a limit that passed while the system was away blames nobody", func(t *testing.T) {
		p := disposing(t, form.Input{"category": "E0101"})
		p.system = time.Hour
		p.next("stage")
		require.False(t, p.c.Stages[0].Late)
		require.True(t, p.c.Stages[0].Spared)
		require.Empty(t, p.c.Supervision)
	})
	t.Run("E14 a yellow light before", func(t *testing.T) {
		p := disposing(t).next("stage.yellow")
		require.Contains(t, p.types(), "stage_yellow")
	})
	t.Run("E19 a hang-up stops the stages, and they go on", func(t *testing.T) {
		p := disposing(t)
		due := p.c.Stages[0].Due
		in := form.Input{"reason_code": "H01", "until": "2026-03-20", "milestones": "开春施工", "interim_measures": "临时照明"}
		p.do(head, "suspend", in).do(director, "approve")
		state(t, p, "suspended")
		require.True(t, p.c.Due.IsZero())
		p.pass(7*24*time.Hour).do(liaison, "review-suspension", form.Input{"milestone_report": "已招标"})
		p.do(liaison, "resume", form.Input{"reason": "天气转暖"})
		state(t, p, "disposing")
		require.True(t, p.c.Stages[0].Due.After(due.Add(6*24*time.Hour)))
	})
	t.Run("E19 an end nobody asked for", func(t *testing.T) {
		p := disposing(t)
		in := form.Input{"reason_code": "H01", "until": "2026-03-10", "milestones": "开春施工", "interim_measures": "临时照明"}
		p.do(head, "suspend", in).do(director, "approve").next("hangup.until")
		state(t, p, "disposing")
	})
	t.Run("E19 never to hide lateness", func(t *testing.T) {
		p := disposing(t).next("stage")
		p.refuse("suspend_after_red", head, "suspend", form.Input{"reason_code": "H01", "until": "2026-03-20", "milestones": "开春施工", "interim_measures": "临时照明"})
	})
}

func TestVerification(t *testing.T) {
	t.Parallel()
	t.Run("E15 seen on the spot", func(t *testing.T) {
		p := fedBack(t)
		p.do(member, "verify", p.look("pass"))
		state(t, p, "closed")
		require.Equal(t, "verified", p.c.ClosingType)
		require.Equal(t, 10, p.c.Verification.Metres)
		require.True(t, p.c.Verification.OnTime)
	})
	t.Run("E15 not from afar (item 78), and not without a photo", func(t *testing.T) {
		p := fedBack(t)
		p.refuse("not_there", member, "verify", p.look("pass", form.Input{"location": place(aside(80))}))
		p.refuse("required", member, "verify", p.look("pass", form.Input{"photos": []any{}}))
		p.refuse("not_your_case", second, "verify", p.look("pass"))
	})
	t.Run("E15 the reporter is on leave: another member, then the leader (item 77)", func(t *testing.T) {
		p := disposing(t)
		p.away = []string{member}
		p.feedback()
		require.Equal(t, second, p.c.Verifier)
		p = disposing(t)
		p.away = []string{member, second}
		p.feedback()
		require.Equal(t, leader, p.c.Verifier)
	})
	t.Run("E15 nobody goes: leader, platform, and at last time, which is not verified", func(t *testing.T) {
		p := fedBack(t).next("verify")
		require.Equal(t, leader, p.c.Verifier)
		p.next("verify")
		require.Equal(t, centre, p.c.Owner.Unit)
		p.next("verify")
		state(t, p, "closed")
		require.Equal(t, "unverified", p.c.ClosingType)
	})
	t.Run("E15 the platform closes from the photos only when nobody can look", func(t *testing.T) {
		p := fedBack(t)
		p.refuse("somebody_looks", platform, "close-unverified", form.Input{"reason": "照片清楚"})
		p.next("verify").next("verify").do(platform, "close-unverified", form.Input{"reason": "照片清楚"})
		require.Equal(t, "unverified", p.c.ClosingType)
	})
	t.Run("E15 handed over by whoever cannot come", func(t *testing.T) {
		p := fedBack(t).do(member, "hand-over-verification", form.Input{"reason": "临时外出"})
		require.Equal(t, second, p.c.Verifier)
		p.do(second, "hand-over-verification", form.Input{"reason": "临时外出"})
		require.Equal(t, "leader", p.c.VerifyStage, "it does not come back to who has passed it on")
	})
	t.Run("I5 whoever put it right never verifies", func(t *testing.T) {
		p := disposing(t)
		p.c.Disposers = append(p.c.Disposers, member)
		p.feedback()
		require.Equal(t, second, p.c.Verifier)
	})
	t.Run("E16 E17 sent back, in half the time", func(t *testing.T) {
		p := fedBack(t)
		p.do(member, "verify", p.look("fail"))
		state(t, p, "rework")
		require.Equal(t, 1, p.c.ReworkCount)
		require.True(t, p.c.ReworkLimit.After(p.now.Add(2*time.Hour)))
		p.feedback()
		require.Equal(t, []string{"disposal_submitted_again"}, p.types())
	})
	t.Run("E16 the photos do not show it: verify-from-photos", func(t *testing.T) {
		p := fedBack(t).next("verify").next("verify").do(platform, "verify-from-photos", form.Input{"reason": "照片未见灯亮"})
		state(t, p, "rework")
	})
	t.Run("E17 rework too late", func(t *testing.T) {
		p := fedBack(t)
		p.do(member, "verify", p.look("fail")).next("rework")
		require.Equal(t, "yellow_card", p.c.Supervision)
	})
	t.Run("E18 failed twice: a matter of the centre", func(t *testing.T) {
		p := fedBack(t)
		p.do(member, "verify", p.look("fail")).feedback()
		p.do(member, "verify", p.look("fail"))
		state(t, p, "converted")
		require.Equal(t, "220402G2026030200099", p.c.Converted)
		require.Equal(t, machine.EffectStartCase, p.events[0].Effects[0].Kind)
	})
	t.Run("E18 by decision", func(t *testing.T) {
		p := begin(t).do(platform, "convert", form.Input{"reason": "涉及多部门"})
		state(t, p, "converted")
	})
	t.Run("E20 it came back within a week", func(t *testing.T) {
		p := fedBack(t)
		p.do(member, "verify", p.look("pass")).pass(3*24*time.Hour).do(platform, "reopen", form.Input{"reason": "同一处再次熄灭"})
		state(t, p, "disposing")
		require.True(t, p.c.Stages[0].Due.After(p.now))
		require.True(t, p.c.Stages[0].DoneAt.IsZero())
	})
	t.Run("E20 after a week it is another event", func(t *testing.T) {
		p := fedBack(t)
		p.do(member, "verify", p.look("pass")).pass(8 * 24 * time.Hour)
		p.refuse("reopen_window", platform, "reopen", form.Input{"reason": "再次熄灭"})
	})
	t.Run("the reporter rates once", func(t *testing.T) {
		p := fedBack(t)
		p.do(member, "verify", p.look("pass")).do(member, "rate", form.Input{"score": 4})
		p.refuse("already_rated", member, "rate", form.Input{"score": 1})
	})
}
