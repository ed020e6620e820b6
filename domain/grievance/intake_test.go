package grievance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

const masterNo = "220402G2026030100001"

func withMaster(p *play) {
	p.cases[masterNo] = machine.Related{No: masterNo, County: county, Area: town, State: grievance.Handling, Open: true}
}

// TestIntake walks the front desk: G2–G9, G34.
func TestIntake(t *testing.T) {
	t.Parallel()
	run(t, []transition{
		{name: "G2 start-triage", given: begin, by: dispUser, state: grievance.Triage, owner: centre, notices: nil,
			deadlines: map[string]string{"triage.soft": "30wmin", "triage": "2wh", "triage.decide": "1wd"},
			stranger:  liaisonUser, elsewhere: "disp.220403", not: triaged,
			check: func(t *testing.T, p *play) { sameTime(t, p.due("2wh"), p.c.DeskDue) }},
		{name: "G3 guide-legal", given: triaged, by: dispUser, second: dutyUser, input: guided, state: grievance.Guided, owner: centre,
			event: "guided", notices: []string{"N16", "N2"}, gone: []string{"triage", "triage.decide"},
			stranger: liaisonUser, elsewhere: "disp.220403", not: begin, missing: []string{"address", "channel_limit", "legal_route", "organ"}},
		{name: "G4 reject-case", given: triaged, by: dispUser, second: dutyUser,
			input: form.Input{"reason_code": "R06", "legal_basis": "条例第二十二条", "remedy": "可向有管辖权机关提出", "reason": "不属本辖区"},
			state: grievance.NotAccepted, owner: centre, event: "not_accepted", notices: []string{"N16", "N3"},
			stranger: liaisonUser, elsewhere: "disp.220403", not: begin, missing: []string{"legal_basis", "reason", "reason_code", "remedy"},
			check: func(t *testing.T, p *play) { require.Equal(t, "R06", p.saw("not_accepted").Reason) }},
		{name: "G5 no-longer-accept", given: triaged, by: petitionClerk, second: dutyUser, world: withMaster,
			input: form.Input{"ground": "finalized", "prior_case": masterNo, "reason": "同一事实"},
			state: grievance.NoLongerAccepted, owner: centre, event: "no_longer_accepted", notices: []string{"N16", "N4"},
			stranger: liaisonUser, elsewhere: "petition.220403", not: begin, missing: []string{"ground", "reason"}},
		{name: "G6 merge", given: triaged, by: dispUser, world: withMaster, input: form.Input{"master": masterNo, "reason": "同一小区"},
			state: grievance.Merged, owner: centre, notices: []string{"N16", "N5"}, deadlines: map[string]string{"unmerge": "7cd"},
			stranger: clerkUser, elsewhere: "disp.220403", not: begin, missing: []string{"master", "reason"},
			check: func(t *testing.T, p *play) {
				require.Equal(t, []machine.Effect{{Kind: machine.EffectTell, To: masterNo, Action: "follower-joined", Input: form.Input{"follower": no}}}, p.last().Effects)
			}},
		{name: "G7 assign-local", given: triaged, by: dispUser, state: grievance.LocalResolving, level: "L0", owner: centre, notices: []string{"N6", "N7"},
			deadlines: map[string]string{"policy.red": "3wd", "handover": "4wh"}, gone: []string{"triage", "triage.soft", "triage.decide"},
			stranger: liaisonUser, elsewhere: "disp.220403", not: begin,
			check: func(t *testing.T, p *play) {
				require.Equal(t, township, p.c.LeadUnit)
				require.Equal(t, township, p.c.Offer.Unit)
				sameTime(t, p.now, p.c.DispatchedAt)
			}},
		{name: "G8 dispatch", given: triaged, by: dispUser, input: merge(attachMore, form.Input{"assist_units": []any{land}}),
			state: grievance.Dispatched, level: "L1", owner: housing, notices: []string{"N6", "N7"},
			deadlines: map[string]string{"policy.red": "5wd", "sign": "4wh", "sign.half": "2wh"}, gone: []string{"triage", "triage.soft", "triage.decide", "pickup"},
			stranger: liaisonUser, elsewhere: "disp.220403", not: begin, missing: []string{"lead_unit"},
			check: func(t *testing.T, p *play) {
				sameTime(t, p.now, p.c.DispatchedAt, "the policy clock starts at dispatch (I10)")
				sameTime(t, p.due("1wd"), p.c.ReturnUntil)
				require.Equal(t, land, p.c.Tasks["T1"].Unit)
				require.True(t, p.c.Tasks["T1"].Due.Before(p.c.Policy.Due), "an assist unit has half of the lead's time")
				require.Zero(t, p.c.DeskDue)
			}},
		{name: "G9 start-joint", given: triaged, by: directorUser, input: form.Input{"trigger": "T02", "reason": "三家单位均不牵头"},
			state: grievance.JointResolving, level: "L2", owner: centre, notices: []string{"N6", "N8"},
			deadlines: map[string]string{"joint.convene": "3wd", "policy.red": "15wd"}, gone: []string{"triage"},
			stranger: dispUser, elsewhere: "director.220403", not: begin, missing: []string{"reason", "trigger"},
			check: func(t *testing.T, p *play) { require.Equal(t, "T02", p.last().Reason) }},
		{name: "G34 void", given: begin, by: supervisor1, second: supervisor2, input: why, state: grievance.Voided, owner: centre,
			event: "voided", notices: []string{"N16"}, stranger: dispUser, elsewhere: "supervisor.220403", not: dispatched, missing: []string{"reason"}},
	})
}

func TestRegister(t *testing.T) {
	t.Parallel()
	parallel(t, "G1 register over the counter", func(t *testing.T) {
		p := begin(t, form.Input{"headcount": 6, "urgency": "2"})
		require.Equal(t, grievance.Registered, p.c.State)
		require.Equal(t, no, p.c.No)
		require.Equal(t, grievance.Owner{Unit: centre, User: clerkUser}, p.c.Owner)
		require.Equal(t, clerkUser, p.c.FirstResponder)
		require.Equal(t, "demand", string(p.c.Track))
		require.Equal(t, "urgent", string(p.c.Urgency), "a code is stored in its canonical form")
		require.Equal(t, "02", p.c.Scale, "six persons are a group, and one matter")
		require.Equal(t, []string{"N1", "N20"}, p.notices(), "the duty leader joins a group of five and more")
		sameTime(t, p.due("2uh"), p.c.Deadlines["triage"].At, "an urgent matter runs day and night")
		require.True(t, p.c.DispatchedAt.IsZero())
		require.Nil(t, p.c.Policy, "no policy clock before dispatch")
	})
	parallel(t, "G1 register from the web", func(t *testing.T) {
		p := newPlay(t, moment("2026-03-06 16:30"))
		p.register(webUser, form.Input{"nature": "help", "summary": "路灯不亮", "channel": "web", "area": town})
		require.Equal(t, township, p.c.Owner.Unit, "the centre of the place owns it first (R39)")
		require.Empty(t, p.c.FirstResponder)
		sameTime(t, moment("2026-03-09 10:00"), p.c.Deadlines["pickup"].At, "two working hours over the weekend")
		p.expire("pickup")
		require.Equal(t, "intake_unattended", p.last().Type)
		require.Equal(t, []string{"N20"}, p.notices())
		require.False(t, p.c.DeskDue.IsZero(), "lateness of the front desk stays visible")
		p.do(officeUser, "start-triage")
		require.Equal(t, officeUser, p.c.FirstResponder, "who touches it first is the first responder (FR1)")
		sameTime(t, p.due("2wh"), p.c.Deadlines["triage"].At)
	})
	parallel(t, "G1 register in a grid", func(t *testing.T) {
		p := newPlay(t, monday)
		p.register("grid.220402008901001", form.Input{"nature": "dispute", "summary": "邻里噪音", "channel": "grid_member", "area": "220402008901001"})
		require.Equal(t, "220402008-C", p.c.Owner.Unit, "a grid works under its township centre")
		require.Equal(t, "220402008", p.c.Area)
		require.Equal(t, "220402008901001", p.c.Grid)
	})
	parallel(t, "G1 wrong role", func(t *testing.T) {
		p := newPlay(t, monday)
		_, _, err := grievance.Register(grievance.Registration{No: no}, machine.Command{Actor: p.actor(liaisonUser)}, p.rules, p.now)
		require.Equal(t, domain.CodeForbidden, domain.CodeOf(err))
	})
	parallel(t, "G1 missing inputs", func(t *testing.T) {
		p := newPlay(t, monday)
		for name, c := range map[string]struct {
			in   form.Input
			want []string
		}{
			"empty":              {nil, []string{"nature", "summary", "channel", "area"}},
			"place in no county": {form.Input{"nature": "help", "summary": "s", "channel": "walk_in", "area": "220400"}, []string{"area"}},
			"place is a unit":    {form.Input{"nature": "help", "summary": "s", "channel": "walk_in", "area": housing}, []string{"area"}},
			"wrong codes":        {form.Input{"nature": "x", "summary": "s", "channel": "y", "area": town, "headcount": 0.5}, []string{"nature", "channel", "headcount"}},
		} {
			_, _, err := grievance.Register(grievance.Registration{No: no, Input: c.in}, machine.Command{Actor: p.actor(clerkUser)}, p.rules, p.now)
			var got []string
			for _, f := range domain.FieldsOf(err) {
				got = append(got, f.Field)
			}
			require.ElementsMatch(t, c.want, got, name)
		}
	})
	parallel(t, "an accusation is always C3 and never goes to the unit it is about", func(t *testing.T) {
		p := sealed(t, form.Input{"confidentiality": "C1"})
		require.Equal(t, "C3", p.c.Confidentiality)
		p.refuse(domain.CodeConflict, "respondent_barred", disciplineUser, "dispatch", attachMore)
		p.refuse(domain.CodeConflict, "respondent_barred", disciplineUser, "dispatch", form.Input{"lead_unit": land, "assist_units": []any{housing}})
		p.refuse(domain.CodeConflict, "c3_stays", disciplineUser, "classify", why, form.Input{"confidentiality": "C1"})
		p.refuse(domain.CodeConflict, "c3_stays", disciplineUser, "dispatch", form.Input{"lead_unit": land, "confidentiality": "C1"})
		open := triaged(t, form.Input{"respondent_unit": housing})
		open.refuse(domain.CodeConflict, "respondent_barred", dispUser, "dispatch", attachMore, form.Input{"confidentiality": "C3"})
		later := handling(t, form.Input{"respondent_unit": housing}).do(dispUser, "classify", why, form.Input{"confidentiality": "C3"})
		require.Equal(t, grievance.JointResolving, later.c.State, "the centre takes it away from the unit it is about")
		require.Equal(t, centre, later.c.LeadUnit)
		require.NotContains(t, later.c.Units, housing)
		p.expire("triage")
		for _, n := range p.saw("triage_overdue").Notices {
			require.NotContains(t, n.Facts, "suggested_unit")
		}
	})
	parallel(t, "a sensitive matter is not opened by whom it is closed to, nor by anybody", func(t *testing.T) {
		lower := form.Input{"confidentiality": "C1"}
		sensitive := form.Input{"confidentiality": "C2"}
		begin(t, sensitive).refuse(domain.CodeConflict, "c2_stays", officeUser, "start-triage", lower)
		p := triaged(t, sensitive)
		p.refuse(domain.CodeConflict, "c2_stays", dispUser, "dispatch", attachMore, lower)
		p.refuse(domain.CodeConflict, "c2_stays", dispUser, "assign-local", lower)
		p = handling(t, sensitive)
		for _, user := range []string{officeUser, dispUser, supervisor1, directorUser} {
			p.refuse(domain.CodeConflict, "c2_stays", user, "classify", why, lower)
		}
		require.Equal(t, "C2", p.do(dispUser, "classify", why, form.Input{"risk": "yellow"}).c.Confidentiality)
		require.Equal(t, "C3", handling(t, sensitive).do(dispUser, "classify", why, form.Input{"confidentiality": "C3"}).c.Confidentiality)
	})
	parallel(t, "what is split off a sensitive matter is one", func(t *testing.T) {
		in := form.Input{"summary": "另一事项", "nature": "help", "reason": "x"}
		require.Equal(t, "C2", triaged(t, form.Input{"confidentiality": "C2"}).do(dispUser, "split", in).last().Effects[0].Input.Text("confidentiality"))
		require.False(t, triaged(t).do(dispUser, "split", in).last().Effects[0].Input.Has("confidentiality"))
	})
	parallel(t, "a transfer inherits the sender's date less a working day", func(t *testing.T) {
		p := triaged(t, form.Input{"channel": "hotline_12345", "due_by_sender": "2026-03-05T17:00:00+08:00"})
		sameTime(t, moment("2026-03-04 17:00"), p.c.InheritedDue)
		p.do(dispUser, "dispatch", attachMore)
		sameTime(t, moment("2026-03-04 17:00"), p.c.Policy.Due, "the sender's date is a ceiling")
	})
	parallel(t, "a transfer that came late keeps four hours and a mark", func(t *testing.T) {
		p := begin(t, form.Input{"channel": "hotline_12345", "due_by_sender": "2026-03-02T10:00:00+08:00"})
		sameTime(t, p.due("4wh"), p.c.InheritedDue)
		require.Contains(t, p.c.Flags, "short_notice")
	})
}

func TestIntakeGuards(t *testing.T) {
	t.Parallel()
	parallel(t, "G3 route 6 is handled here", func(t *testing.T) {
		triaged(t).refuse(domain.CodeInvalid, "not_a_channel", dispUser, "guide-legal", guided, form.Input{"legal_route": "6"})
	})
	parallel(t, "G3 the duty leader signs, the director may alone", func(t *testing.T) {
		p := triaged(t).do(dispUser, "guide-legal", guided)
		p.refuse(domain.CodeForbidden, "not_your_office", dispUser, "approve")
		triaged(t).do(directorUser, "guide-legal", guided)
	})
	parallel(t, "G4 two persons, and a refusal sends it back", func(t *testing.T) {
		in := form.Input{"reason_code": "R06", "legal_basis": "b", "remedy": "r", "reason": "w"}
		p := triaged(t).do(dispUser, "reject-case", in)
		p.refuse(domain.CodeInvalid, "required", dutyUser, "decline")
		p.do(dutyUser, "decline", why)
		require.Equal(t, grievance.Triage, p.c.State)
		require.Equal(t, []string{"N10"}, p.notices())
		p.do(dispUser, "reject-case", in).do(dispUser, "dispatch", attachMore)
		require.Empty(t, p.c.Requests, "a request the state no longer allows is moot")
		require.Contains(t, p.notices(), "N10")
		p.refuse(domain.CodeConflict, "wrong_state", dutyUser, "approve")
	})
	parallel(t, "G5 a finalized case must be named and exist", func(t *testing.T) {
		in := form.Input{"ground": "finalized", "reason": "w"}
		p := triaged(t)
		p.refuse(domain.CodeInvalid, "required", dispUser, "no-longer-accept", in)
		p.refuse(domain.CodeInvalid, "unknown_case", dispUser, "no-longer-accept", in, form.Input{"prior_case": masterNo})
		p.refuse(domain.CodeInvalid, "unknown_case", dispUser, "no-longer-accept", in, form.Input{"prior_case": no})
	})
	parallel(t, "G7 a township takes its own matter over at once", func(t *testing.T) {
		p := triaged(t).do(officeUser, "assign-local")
		require.Nil(t, p.c.Offer)
		require.Equal(t, grievance.Owner{Unit: township, User: officeUser}, p.c.Owner)
	})
	parallel(t, "G8 who may lead", func(t *testing.T) {
		p := triaged(t)
		p.refuse(domain.CodeInvalid, "not_a_unit", dispUser, "dispatch", form.Input{"lead_unit": town})
		p.refuse(domain.CodeInvalid, "other_county", dispUser, "dispatch", form.Input{"lead_unit": "220403-D11"})
		p.refuse(domain.CodeInvalid, "unknown_unit", dispUser, "dispatch", form.Input{"lead_unit": "nowhere"})
		p.refuse(domain.CodeInvalid, "lead_twice", dispUser, "dispatch", attachMore, form.Input{"assist_units": []any{housing}})
		p.refuse(domain.CodeInvalid, "other_county", dispUser, "dispatch", attachMore, form.Input{"assist_units": []any{"220403-D11"}})
		p.refuse(domain.CodeConflict, "beyond_township", officeUser, "dispatch", attachMore)
		p.do(officeUser, "dispatch", form.Input{"lead_unit": township})
		require.Equal(t, township, p.c.Owner.Unit)
	})
	parallel(t, "G34 within a working day, and by two persons", func(t *testing.T) {
		p := begin(t).do(supervisor1, "void", why)
		p.refuse(domain.CodeForbidden, "second_person", supervisor1, "approve")
		late := begin(t).after("1wd").after("1wh")
		late.refuse(domain.CodeConflict, "void_window", supervisor1, "void", why)
		require.NotContains(t, offers(late, supervisor1), "void")
	})
	parallel(t, "stale and unknown", func(t *testing.T) {
		p := begin(t)
		_, _, err := grievance.Machine.Decide(p.c, machine.Command{Action: "start-triage", Actor: p.actor(dispUser), IfMatch: 9}, p.rules, machine.World{}, p.now)
		require.Equal(t, domain.CodeStale, domain.CodeOf(err))
		_, _, err = grievance.Machine.Decide(p.c, machine.Command{Action: "start-triage", Actor: p.actor(liaisonUser), IfMatch: 9}, p.rules, machine.World{}, p.now)
		require.Equal(t, domain.CodeForbidden, domain.CodeOf(err), "who may never act learns nothing of the version")
		p.refuse(domain.CodeNotFound, "not_found", dispUser, "no-such-step")
		p.refuse(domain.CodeForbidden, "not_your_office", dispUser, "follower-joined", form.Input{"follower": "x"})
	})
}

// TestMergedCaseWaitsForItsMaster: the second citizen keeps the right to rate,
// however long the master takes; the case ends with the rating or the master.
func TestMergedCaseWaitsForItsMaster(t *testing.T) {
	t.Parallel()
	p := triaged(t)
	withMaster(p)
	p.do(dispUser, "merge", why, form.Input{"master": masterNo}).expire("unmerge")
	require.Empty(t, p.pending())
	require.False(t, grievance.Final(p.c), "the master has not been answered yet")
	p.refuse(domain.CodeConflict, "not_answered", "petitioner", "evaluate", form.Input{"rating": "basic"})
	p.do("system", "master-moved", form.Input{"state": "replied"})
	require.False(t, grievance.Final(p.c))
	p.do("petitioner", "evaluate", form.Input{"rating": "basic"})
	require.True(t, grievance.Final(p.c))

	unrated := triaged(t)
	withMaster(unrated)
	unrated.do(dispUser, "merge", why, form.Input{"master": masterNo}).expire("unmerge").do("system", "master-moved", form.Input{"state": "archived"})
	require.True(t, grievance.Final(unrated.c))
}

// TestAConvertedEventBeginsAtTheCentre: what a department could not put right twice
// is for the centre to resolve (E18).
func TestAConvertedEventBeginsAtTheCentre(t *testing.T) {
	t.Parallel()
	p := newPlay(t, monday)
	in := form.Input{"nature": "complaint", "summary": "井盖两次修复不合格", "channel": "grid_member", "area": town}
	r := grievance.Registration{No: no, Anonymous: true, Origin: "220402E2026030200001", Converted: true, Input: in}
	events, c, err := grievance.Register(r, machine.Command{Key: "K0", Actor: domain.SystemActor()}, p.rules, p.now)
	require.NoError(t, err)
	p.c = grievance.Fresh()
	p.take(p.c, events, c)
	require.Equal(t, grievance.JointResolving, p.c.State)
	require.Equal(t, grievance.L2, p.c.Level)
	require.Equal(t, centre, p.c.Owner.Unit)
	require.Contains(t, p.c.Deadlines, "joint.convene")
	require.NotContains(t, p.c.Deadlines, "pickup", "nobody waits at the front desk for it")
}

// TestAGridEventIsNoMatter: it is reported as what it is; nobody registers it with the limits of
// a matter, nor splits one off.
func TestAGridEventIsNoMatter(t *testing.T) {
	t.Parallel()
	for _, nature := range []string{"event", "09"} {
		in := form.Input{"nature": nature, "summary": "井盖缺失", "channel": "walk_in", "area": town}
		p := newPlay(t, monday)
		_, _, err := grievance.Register(grievance.Registration{No: no, Petitioner: "P1", Input: in}, machine.Command{Key: "K0", Actor: p.actor(clerkUser)}, p.rules, p.now)
		var refused *domain.Error
		require.ErrorAs(t, err, &refused)
		require.Len(t, refused.Fields, 1)
		require.Equal(t, "nature", refused.Fields[0].Field)
		require.Equal(t, "not_here", refused.Fields[0].Reason)
	}
}
