package gridevent

import (
	"fmt"
	"slices"

	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/supervision"
)

// verifySteps are the look at the place: E15–E17.
func verifySteps() []step {
	looks := machine.As(asVerifier, field...) // a citizen who reported is told the result and does not look (§2.2 event.verify)
	return []step{
		{Action: "verify", Rule: "E15", ZH: "现场核查", EN: "Verify on the spot", From: []machine.State{Feedback}, Who: looks,
			Fields: []form.Field{form.Choice.Named("verdict", "核查结论", "verdict").Or("pass", "通过", "passed").Or("fail", "不通过", "failed").Need(),
				position.Need(), photos.Need(), {Name: "score", ZH: "评分(1–5)", EN: "score", Type: form.Integer, Min: 1, Max: 5}, text("comment", "意见", "comment")},
			Guard: guardVerify, Do: do(verify)},
		{Action: "close-unverified", Rule: "E15", ZH: "凭照片办结", EN: "Close from the photos", From: []machine.State{Feedback}, Who: machine.As(asJudge, admin),
			Fields: []form.Field{reason}, Guard: guardFromPhotos, Do: do(func(t turn) error {
				t.closeAs(ClosedUnverified, "closed_unverified", "E15")
				return nil
			})},
		{Action: "verify-from-photos", Rule: "E16", ZH: "照片不合格,返工", EN: "Photos do not show it: rework", From: []machine.State{Feedback}, Who: machine.As(asJudge, admin),
			Fields: []form.Field{reason}, Guard: guardFromPhotos, Do: do(func(t turn) error { return t.sendBack() })},
		{Action: "hand-over-verification", Rule: "E15", ZH: "转他人核查", EN: "Let somebody else verify", From: []machine.State{Feedback},
			Who: append(machine.As(asVerifier, field...), machine.As(onArea, admin, townOffice)...), Fields: []form.Field{reason}, Do: do(handOver)},
	}
}

// The stages of a verification: the grid member, the leader of the community, and at
// last the platform, which has only the photos.
const (
	byMember = "member"
	byLeader = "leader"
	byDesk   = "desk"
)

// sendVerifier names who goes to look: the reporter; else another member of the grid
// who is on duty; else the grid leader; else the platform must judge from the photos
// (E15, §6 item 77). Whoever had a hand in putting it right never is (I5).
func (t turn) sendVerifier() {
	if who := t.memberToLook(); who != "" {
		t.awaitVerifier(byMember, who)
		return
	}
	t.sendLeader()
}

func (t turn) sendLeader() {
	if who := t.leaderToLook(); who != "" {
		t.awaitVerifier(byLeader, who)
		return
	}
	t.awaitVerifier(byDesk, "")
}

func (t turn) memberToLook() string {
	var others []string
	for _, p := range t.World.Staff {
		switch {
		case p.Away || p.Role == gridLeader || slices.Contains(t.Case.Disposers, p.User):
		case p.User == t.Case.Reporter:
			return p.User
		default:
			others = append(others, p.User)
		}
	}
	if len(others) == 0 {
		return ""
	}
	slices.Sort(others)
	return others[0]
}

func (t turn) leaderToLook() string {
	for _, p := range t.World.Staff {
		if p.Role == gridLeader && !p.Away && !slices.Contains(t.Case.Disposers, p.User) {
			return p.User
		}
	}
	return ""
}

// awaitVerifier gives somebody the time to look.
func (t turn) awaitVerifier(stage, who string) {
	c, pol := t.Case, t.Rules.Policy
	limit := pol.EventVerify(c.Urgency)
	if stage != byMember && !c.emergency() {
		limit = pol.Limit("event.verify.next")
	}
	c.VerifyStage, c.Verifier = stage, who
	owner := Owner{Unit: t.township(), User: who}
	if stage == byDesk {
		owner = Owner{Unit: t.centre()}
	}
	c.owns(owner)
	d := t.Start("verify", limit, machine.Deadline{Duty: true, Unit: owner.Unit, Ref: stage})
	t.judgedBy(d)
	if who != "" {
		c.Looks = append(slices.Clone(c.Looks), Look{By: who, Due: d.At})
	}
}

// tellVerifier sends the result to whose turn it is.
func (t turn) tellVerifier(e *machine.Event) {
	switch c := t.Case; {
	case c.VerifyStage == byDesk:
		e.Notify("N23", t.desk()...)
	case c.Verifier != c.Reporter:
		e.Notify("N23", user(c.Verifier))
	}
}

// handOver lets the next one look, of whoever cannot come.
func handOver(t turn) error {
	t.passLook()
	t.tellVerifier(t.Record("verification_handed_over", "E15"))
	return nil
}

// passLook gives the turn to look to the next after whoever has it.
func (t turn) passLook() {
	c := t.Case
	if n := len(c.Looks); n > 0 {
		c.Looks = slices.Clone(c.Looks)
		c.Looks[n-1].Passed = true
	}
	if c.VerifyStage != byMember {
		t.awaitVerifier(byDesk, "")
		return
	}
	var gone []string // it comes back to nobody who has just passed it on
	for _, l := range slices.Backward(c.Looks) {
		if !l.Passed {
			break
		}
		gone = append(gone, l.By)
	}
	t.World.Staff = slices.DeleteFunc(slices.Clone(t.World.Staff), func(p machine.Colleague) bool { return slices.Contains(gone, p.User) })
	t.sendVerifier()
}

// guardVerify: whoever verifies stands there (§6 item 78), and never put it right.
func guardVerify(t *machine.Turn[*Event]) error {
	c := t.Case
	if slices.Contains(c.Disposers, t.Actor.User) {
		return refuse("own_work", "I5", "处置人员不得核查本人处置的事件", "who put it right may not verify it")
	}
	here, _, given := t.In.Point("location")
	if given {
		if n, most := metres(here, c.Place), t.Rules.Policy.Int("event.verify.radius"); n > most {
			return fault("location", "not_there", fmt.Sprintf("距事件地点%d米,须在%d米以内核查", n, most), fmt.Sprintf("you are %d m away; be within %d m", n, most))
		}
	}
	if t.In.Text("verdict") == "pass" && !t.In.Has("score") {
		return fault("score", "required", "评分:必填", "a score is required")
	}
	if t.In.Text("verdict") == "fail" && !t.In.Has("comment") {
		return fault("comment", "required", "请说明不通过的原因", "say why it fails")
	}
	return nil
}

func verify(t turn) error {
	c := t.Case
	if err := t.mustShow("photos", evidence.Verify, 1); err != nil {
		return err
	}
	here, _, _ := t.In.Point("location")
	d, waits := c.Deadlines["verify"]
	c.Verification = &Verification{At: t.Now, By: t.Actor.User, Passed: t.In.Text("verdict") == "pass", Score: t.In.Int("score"),
		Metres: metres(here, c.Place), OnSpot: true, OnTime: waits && !t.Now.After(d.At), Comment: t.In.Has("comment")}
	if n := len(c.Looks); n > 0 {
		c.Looks = slices.Clone(c.Looks)
		c.Looks[n-1].DoneAt = t.Now
	}
	if !c.Verification.Passed {
		return t.sendBack()
	}
	t.closeAs(ClosedVerified, "verified", "E15")
	return nil
}

func guardFromPhotos(t *machine.Turn[*Event]) error {
	if t.Case.VerifyStage != byDesk {
		return refuse("somebody_looks", "E15", "尚有人可到现场核查", "somebody can still go and look")
	}
	return nil
}

// closeAs closes the event. It can be reopened for a while (E20); whoever was merged
// into it is answered with it.
func (t turn) closeAs(how, event, rule string) {
	c := t.Case
	t.end(Closed)
	c.ClosingType = how
	t.Start("reopen", t.Rules.Policy.Limit("event.reopen.window"), machine.Deadline{})
	e := t.Record(event, rule).Notify("N23", t.reporter()).Fact("closing", how)
	if c.LeadUnit != "" {
		e.Notify("N23", t.counter(c.LeadUnit)...)
	}
	t.tellFollowers(e)
}

// sendBack lets it be done again, in half the time; twice, and it becomes a matter of
// the centre (E16, E18).
func (t turn) sendBack() error {
	c, pol := t.Case, t.Rules.Policy
	t.Clear("verify")
	c.Verifier, c.VerifyStage = "", ""
	c.ReworkCount++
	if c.ReworkCount >= pol.Int("rework.max") && t.World.NewNo != "" {
		t.supervise("yellow_card")
		return t.convert("E18", "rework")
	}
	c.owns(Owner{Unit: c.LeadUnit})
	t.To(Rework)
	d := machine.Deadline{ID: "rework", At: t.reworkDue(), Start: t.Now, Duty: true, Unit: c.LeadUnit}
	t.Set(d)
	c.ReworkLimit = d.At
	t.judgedBy(d)
	t.Record("verification_failed", "E16").Notify("N17", t.counter(c.LeadUnit)...).Notify("N17", t.handlers()...)
	return nil
}

// supervise raises the supervision mark; it never sinks, and is not raised for a
// limit that passed while the system was away.
func (t turn) supervise(mark string) {
	if t.Blameless() {
		return
	}
	t.Case.Supervision = supervision.Raise(t.Case.Supervision, mark)
}
