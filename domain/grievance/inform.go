package grievance

import (
	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
)

// informSteps keep the petitioner in the picture, and take what they add to it: FR3 and FR5.
func informSteps() []step {
	desk := append(machine.As(asFirst, intakeRoles...), machine.As(inCounty, dispatcher, clerk, guide, petitionOfficer)...)
	desk = append(desk, machine.As(inTownship, townOffice, townIntake)...)
	askers := append(machine.As(asHandler, deptHandler), machine.As(inLead, liaison, deptLeader, townOffice)...)
	return []step{
		{Action: "inform-petitioner", Rule: "FR3", ZH: "告知诉求人去向", EN: "Inform petitioner",
			From: []machine.State{LocalResolving, Dispatched, Signed, Handling, ReturnPending, Adjudicating, JointResolving, LeaderResolving, Suspended}, Who: desk,
			Fields: []form.Field{contactMethod("phone", "visit", "interview", "message", "letter"),
				text("told", "告知内容(承办单位、联系人、电话、期限)", "what was told (who, where, phone, due)").Need()},
			Guard: guardInform, Do: do(informPetitioner)},
		{Action: "request-supplement", Rule: "FR5", ZH: "一次性告知补正", EN: "Request supplement",
			From: []machine.State{Registered, Triage, LocalResolving, Signed, Handling}, Who: append(desk, askers...),
			Fields: []form.Field{text("missing_materials", "所缺材料(一次列全)", "everything that is missing").Need()}, Do: do(requestSupplement)},
		photoStep(desk),
	}
}

func guardInform(t *machine.Turn[*Case]) error {
	if _, owed := t.Case.Deadlines["inform"]; !owed {
		return refuse("nothing_to_inform", "FR3", "没有待告知的去向", "the petitioner has been told already")
	}
	return nil
}

// awaitInforming gives the first responder a day to tell the petitioner who has
// the matter now, where, and until when (FR3). Nobody can be told of an
// anonymous matter.
func (t turn) awaitInforming() {
	if c := t.Case; !c.Anonymous && c.FirstResponder != "" {
		t.Start("inform", t.Rules.Policy.Limit("fr.inform"), machine.Deadline{Duty: true, Unit: c.FirstUnit})
	}
}

func informPetitioner(t turn) error {
	t.Clear("inform")
	t.Record("petitioner_informed", "FR3")
	return nil
}

// informMissed tells the first responder's leader that the petitioner was left
// in the dark.
func informMissed(t turn, _ machine.Deadline) error {
	t.Case.flag("not_informed")
	t.Record("inform_missed", "FR3").Notify("N20", user(t.Case.FirstResponder)).Notify("N20", t.county(dutyLeader)...)
	return nil
}

// requestSupplement tells the petitioner everything that is missing, once (FR5).
// A second list means that the first was not complete: it is possible, since the
// matter may need it, and it is a fault of whoever asks.
func requestSupplement(t turn) error {
	c := t.Case
	again := c.SupplementAsked && t.Rules.Policy.Bool("fr.supplement_once")
	c.SupplementAsked = true
	if again {
		c.flag("supplement_repeated")
		t.supervise("reminded")
	}
	e := t.Record("supplement_requested", "FR5").Notify("N6", t.petitioners()...)
	if again {
		e.Notify("N20", t.county(supervisor)...)
	}
	return nil
}

// contactMethods are the ways a petitioner is reached.
var contactMethods = map[string]domain.Text{
	"phone": {ZH: "电话", EN: "telephone"}, "visit": {ZH: "上门走访", EN: "visit"}, "interview": {ZH: "当面约谈", EN: "interview"},
	"video": {ZH: "视频", EN: "video"}, "message": {ZH: "短信或消息", EN: "message"}, "letter": {ZH: "书信", EN: "letter"},
}

// contactMethod asks how the petitioner was reached.
func contactMethod(ways ...string) form.Field {
	return form.Among(form.Choice.Named("method", "方式", "method"), ways, func(way string) domain.Text { return contactMethods[way] }).Need()
}
