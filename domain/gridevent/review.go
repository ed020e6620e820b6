package gridevent

import (
	"hash/fnv"
	"time"

	"huajie/domain/calendar"
	"huajie/domain/codes"
	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/machine"
)

// reviewSteps are what happens before anybody is sent: E2–E4, E6, E7, E21.
func reviewSteps() []step {
	judge := machine.As(asJudge, admin)
	return []step{
		{Action: "review-reject", Rule: "E2", ZH: "审核不通过", EN: "Reject", From: []machine.State{Reported}, Who: judge,
			Fields: []form.Field{code("reason_code", "不通过理由", "reason", codes.TableEventRejection).Need(), text("note", "说明", "note").Need()}, Do: do(reject)},
		{Action: "review-supplement", Rule: "E3", ZH: "退回补充", EN: "Ask for supplement", From: []machine.State{Reported}, Who: judge,
			Fields: []form.Field{text("missing", "需补充的内容", "what is missing").Need()}, Do: do(askSupplement)},
		{Action: "supplement", Rule: "E4", ZH: "补充材料", EN: "Supplement", From: []machine.State{NeedSupplement},
			Who: append(machine.As(asReporter, field...), machine.As(asReporter, citizen)...), Petitioner: true,
			Fields: []form.Field{text("note", "补充说明", "what is added").Need(), photos}, Do: do(supplement)},
		{Action: "add-photos", Rule: "§6 item 72", ZH: "补传照片", EN: "Add photos", From: []machine.State{Reported, Dispatched, Signed, Disposing},
			Who: machine.As(asReporter, field...), Fields: []form.Field{photos.Need()}, Do: do(morePhotos)},
		{Action: "self-dispose", Rule: "E6", ZH: "自处置", EN: "Put right by the reporter", From: []machine.State{Reported},
			Who:    machine.As(asReporter, field...),
			Fields: []form.Field{text("self_disposed", "处置情况", "what was done").Need(), {Name: "after_photos", ZH: "处置后照片", EN: "photos after", Type: form.Files, Required: true}},
			Guard:  guardSelfDispose, Do: do(turn.selfDispose)},
		{Action: "confirm-self", Rule: "E7", ZH: "确认自处置", EN: "Confirm self-disposal", From: []machine.State{SelfClosing}, Who: judge,
			Fields: []form.Field{text("note", "抽查情况", "what was found")}, Do: do(confirmSelf)},
		{Action: "reject-self", Rule: "E7", ZH: "自处置不属实,转办", EN: "Self-disposal not confirmed", From: []machine.State{SelfClosing}, Who: judge,
			Fields: []form.Field{reason}, Do: do(rejectSelf)},
		{Action: "mark-emergency", Rule: "E21", ZH: "升为特急", EN: "Mark as emergency", From: active[:len(active)-1], Who: machine.As(onArea, admin, dutyLeader),
			Fields: []form.Field{emergencyCall, reason},
			Guard:  guardEmergency, Do: do(markEmergency)},
		{Action: "void", Rule: "§3.3", ZH: "作废", EN: "Void", From: []machine.State{Reported, NeedSupplement}, Who: machine.As(asJudge, admin),
			Fields: []form.Field{reason}, Do: do(void)},
	}
}

// owe starts the limit of the review (E2).
func (t turn) owe() {
	d := t.Start("review", t.Rules.Policy.EventReview(t.Case.Urgency), machine.Deadline{Duty: true, Unit: t.Case.Owner.Unit})
	t.judgedBy(d)
}

// judgedBy makes a deadline the one the event is late by. It stays so after it has
// passed, until the next hand-over.
func (t turn) judgedBy(d machine.Deadline) {
	c := t.Case
	c.Due, c.YellowAt = d.At, d.At
	if !d.Limit.IsZero() {
		c.YellowAt = t.Rules.Calendar.Fraction(d.Start, d.At, d.Limit.Class(), t.Rules.Policy.YellowPercent(d.Limit), 100)
	}
}

// idle stops what the event is late by.
func (t turn) idle() { t.Case.Due, t.Case.YellowAt = time.Time{}, time.Time{} }

// end closes the event for good but for what may still be undone.
func (t turn) end(to machine.State) {
	c := t.Case
	t.To(to)
	for id, d := range c.Deadlines {
		if id != "root_cause" && d.Kind != withholding {
			t.Clear(id)
		}
	}
	t.DropRequests()
	c.ClosedAt, c.Verifier = t.Now, ""
	t.idle()
}

func reject(t turn) error {
	t.Case.Rejected = t.In.Text("reason_code")
	t.end(Rejected)
	t.tellFollowers(t.Record("review_rejected", "E2").Notify("N23", t.reporter()))
	return nil
}

func void(t turn) error {
	t.end(Voided)
	t.tellFollowers(t.Record("voided", "§3.3").Notify("N23", t.reporter()))
	return nil
}

func askSupplement(t turn) error {
	c := t.Case
	t.Clear("review")
	c.Asked = t.In.Text("missing")
	t.To(NeedSupplement)
	t.judgedBy(t.Start("supplement", t.Rules.Policy.Limit("event.supplement"), machine.Deadline{Duty: true, Unit: c.FirstUnit}))
	t.Record("supplement_asked", "E3").Notify("N23", t.reporter())
	return nil
}

func supplement(t turn) error {
	if t.In.Has("photos") {
		if err := t.mustShow("photos", evidence.Supplement, 1); err != nil {
			return err
		}
	}
	t.Clear("supplement")
	t.Case.Asked = ""
	t.To(Reported)
	t.owe()
	t.Record("supplemented", "E4").Notify("N20", t.desk()...)
	return nil
}

// guardSelfDispose: put right at the report or within a day of it (E6).
func guardSelfDispose(t *machine.Turn[*Event]) error {
	if t.Now.After(t.Rules.Calendar.Due(t.Case.ReportedAt, t.Rules.Policy.Limit("event.self.within")).At) {
		return refuse("self_too_late", "E6", "自处置须在上报后规定时限内提交", "too long after the report to be put right by the reporter")
	}
	return nil
}

// selfDispose takes the reporter's word that it is put right (R60). One in so many is
// looked at, more often of a member whose reports are often rejected.
func (t turn) selfDispose() error {
	c := t.Case
	if err := t.mustShow("after_photos", evidence.After, t.Rules.Policy.Int("event.photos.after")); err != nil {
		return err
	}
	t.Clear("review")
	c.Sampled = drawn(c.No, t.sampleRate())
	t.To(SelfClosing)
	c.disposedBy(t.Actor.User)
	t.judgedBy(t.Start("self.confirm", t.Rules.Policy.Limit("event.self.confirm"), machine.Deadline{Duty: true, Unit: c.Owner.Unit}))
	c.Self = t.disposal()
	t.Record("self_disposed", "E6").Notify("N20", t.desk()...)
	return nil
}

// disposal notes who did it and where the words are: in the event recorded next.
func (t turn) disposal() *Disposal {
	return &Disposal{At: t.Now, By: t.Actor.User, Unit: t.Unit, Event: t.Case.Seq + 1}
}

// sampleRate is how many in a hundred self-disposals are looked at (§4.10
// self_close.sample).
func (t turn) sampleRate() int {
	pol, w := t.Rules.Policy, t.World.Reports
	if w.All > 0 && w.Rejected*100 > w.All*pol.Percent("event.self.doubt") {
		return pol.Percent("event.self.sample.doubt")
	}
	return pol.Percent("event.self.sample")
}

// drawn tells whether a number is among so many in a hundred: by lot, and the same
// whenever it is asked.
func drawn(no string, percent int) bool {
	h := fnv.New32a()
	_, _ = h.Write([]byte(no))
	return int(h.Sum32()%100) < percent
}

func confirmSelf(t turn) error {
	t.closeAs(ClosedSelf, "self_confirmed", "E7")
	return nil
}

// rejectSelf sends somebody after all.
func rejectSelf(t turn) error {
	c := t.Case
	t.Clear("self.confirm")
	c.Self = nil
	t.To(Reported)
	t.owe()
	t.Record("self_rejected", "E7").Notify("N23", t.reporter())
	return nil
}

func guardEmergency(t *machine.Turn[*Event]) error {
	if t.Case.emergency() {
		return refuse("already_emergency", "E21", "已是特急", "it is an emergency already")
	}
	return nil
}

// markEmergency shortens what is due now to the limits of an emergency; none becomes
// longer by it (E21).
func markEmergency(t turn) error {
	c := t.Case
	c.Urgency = codes.UrgencyEmergency
	if n := t.In.Text("call"); n != "none" {
		c.Call = &Call{Number: n, At: t.Now, By: t.Actor.User}
	}
	for id, limit := range map[string]calendar.Limit{"review": t.Rules.Policy.EventReview(c.Urgency), "sign": t.Rules.Policy.EventSign(c.Urgency), "verify": t.Rules.Policy.EventVerify(c.Urgency)} {
		d, runs := c.Deadlines[id]
		if sooner := t.Rules.Calendar.Due(t.Now, limit); runs && sooner.At.Before(d.At) {
			t.judgedBy(t.Start(id, limit, machine.Deadline{Duty: d.Duty, Unit: d.Unit, Ref: d.Ref}))
		}
	}
	t.Record("emergency_marked", "E21").Notify("N20", t.county(dutyLeader, admin)...).Notify("N20", t.counter(c.LeadUnit)...)
	return nil
}

// emergencyCall is whom an emergency was told to (E21).
var emergencyCall = form.Choice.Named("call", "已拨打", "called").
	Or("110", "110 报警", "110 police").Or("119", "119 消防", "119 fire").Or("120", "120 急救", "120 ambulance").Or("122", "122 交通事故", "122 traffic accident").
	Or("none", "未拨打", "nobody").Need()
