package grievance

import (
	"slices"
	"time"

	"huajie/domain/codes"
	"huajie/domain/form"
	"huajie/domain/machine"
)

// intakeSteps are the front desk: G2–G6 and G34.
func intakeSteps() []step {
	atDesk := machine.As(inCounty, dispatcher, clerk, petitionOfficer, guide)
	atDesk = append(atDesk, machine.As(inTownship, townOffice, townIntake)...)
	chief := machine.As(inCounty, dutyLeader)
	judges := machine.As(inCounty, dispatcher, petitionOfficer)
	return []step{
		{Action: "start-triage", Rule: "G2", ZH: "开始甄别", EN: "Start triage", From: []machine.State{Registered},
			Who: atDesk, Fields: attributeFields, Guard: func(t *machine.Turn[*Case]) error { return turn{t}.keepsSeal() }, Do: do(startTriage)},
		{Action: "classify", Rule: "§4.2", ZH: "调整属性", EN: "Classify", From: active,
			Who: append(machine.As(inCounty, dispatcher, supervisor, director), machine.As(inTownship, townOffice)...), Fields: append([]form.Field{reason}, attributeFields...),
			Guard: func(t *machine.Turn[*Case]) error { return turn{t}.mayClassify() }, Do: do(classify)},
		{Action: "guide-legal", Rule: "G3", ZH: "引导法定途径", EN: "Guide to statutory channel",
			From: []machine.State{Triage, JointResolving, LeaderResolving},
			Who:  append(judges, machine.Who{Role: director, Place: inCounty}, machine.Who{Role: countyLeader, Place: asLeader}),
			Fields: []form.Field{code("legal_route", "法定途径", "statutory route", "legal_route").Need(), line("organ", "机关名称", "organ").Need(),
				line("address", "地址", "address").Need(), line("channel_limit", "该途径时限", "limit of that channel").Need(),
				text("failed_record", "调解未成记录", "record of the failed mediation")},
			Signature: machine.Countersign, SignsFor: guideSigners,
			Guard: guardGuide, Do: do(guideLegal)},
		{Action: "reject-case", Rule: "G4", ZH: "不予受理", EN: "Do not accept", From: []machine.State{Triage}, Who: judges,
			Fields: []form.Field{code("reason_code", "不予受理理由", "reason", "guidance_reason").Need(), legalBasis,
				text("remedy", "救济途径", "remedy").Need(), reason},
			Signature: machine.TwoPersons, Signs: chief, Do: do(rejectCase)},
		{Action: "no-longer-accept", Rule: "G5", ZH: "不再受理", EN: "No longer accept", From: []machine.State{Triage}, Who: judges,
			Fields: []form.Field{{Name: "prior_case", ZH: "此前办件号", EN: "earlier case", Type: form.Case},
				form.Choice.Named("ground", "情形", "ground").Or("finalized", "已终结", "finally terminated").Or("in_progress", "已受理或正在办理", "accepted or in handling already").Need(), reason},
			Signature: machine.TwoPersons, Signs: chief, Guard: guardNoLonger, Do: do(noLongerAccept)},
		{Action: "merge", Rule: "G6", ZH: "并案", EN: "Merge", From: []machine.State{Triage}, Who: machine.As(inCounty, dispatcher),
			Fields: []form.Field{{Name: "master", ZH: "主办件号", EN: "master case", Type: form.Case, Required: true}, reason},
			Guard:  guardMerge, Do: do(merge)},
		{Action: "unmerge", Rule: "G6", ZH: "撤销并案", EN: "Undo merge", From: []machine.State{Merged}, Who: machine.As(inCounty, dispatcher),
			Fields: []form.Field{reason}, Guard: guardUnmerge, Do: do(unmerge)},
		{Action: "follower-joined", SystemOnly: true, From: append(slices.Clip(over), active...), Fields: followerFields, Do: do(followerJoined)},
		{Action: "follower-left", SystemOnly: true, From: append([]machine.State{Closed, Archived}, active...), Fields: followerFields, Do: do(followerLeft)},
		{Action: "follower-unsatisfied", SystemOnly: true, From: append(slices.Clip(over), active...), Fields: followerFields, Do: do(followerUnsatisfied)},
		{Action: "merge-refused", SystemOnly: true, From: []machine.State{Merged},
			Fields: []form.Field{line("master", "主办件号", "master case").Need()}, Guard: guardMergeRefused, Do: do(mergeRefused)},
		{Action: "master-moved", SystemOnly: true, From: []machine.State{Merged},
			Fields: []form.Field{line("state", "主件状态", "state of the master").Need()}, Do: do(masterMoved)},
		{Action: "split", Rule: "§2.2", ZH: "拆分", EN: "Split", From: active, Who: machine.As(inCounty, dispatcher),
			Fields: splitFields, Do: do(split)},
		{Action: "void", Rule: "G34", ZH: "作废", EN: "Void", From: []machine.State{Registered, Triage}, Who: machine.As(inCounty, supervisor),
			Fields: []form.Field{reason}, Signature: machine.TwoPersons, Signs: machine.As(inCounty, supervisor, director, dutyLeader),
			Guard: guardVoid, Do: do(void)},
	}
}

var attributeFields = []form.Field{
	code("category", "类别", "category", "dispute_category"),
	code("urgency", "紧急程度", "urgency", "urgency"),
	code("risk", "风险等级", "risk", "risk"),
	code("scale", "事件规模", "scale", "scale"),
	confidentiality,
	{Name: "headcount", ZH: "人数", EN: "headcount", Type: form.Integer, Min: 1, Max: 100000},
}

var followerFields = []form.Field{{Name: "follower", ZH: "并入办件", EN: "merged case", Type: form.Line, Required: true},
	yes("sealed", "检举控告件", "accusation material")}

// startTriage picks the matter up. A matter from the web or a machine gets its
// first responder now: the first staff member who touches it (FR1).
func startTriage(t turn) error {
	c := t.Case
	t.Clear("pickup")
	if c.FirstResponder == "" {
		c.FirstResponder = t.Actor.User
		c.Owner.User = t.Actor.User
		t.awaitTriage()
	}
	t.confirmByActing()
	t.applyAttributes()
	t.To(Triage)
	t.Record("triage_started", "G2")
	return nil
}

// applyAttributes sets the orthogonal attributes that were filled in.
func (t turn) applyAttributes() {
	c := t.Case
	for name, to := range map[string]*string{"category": &c.Category, "urgency": (*string)(&c.Urgency), "risk": &c.Risk, "scale": &c.Scale, "confidentiality": &c.Confidentiality} {
		if v := t.In.Text(name); v != "" {
			*to = v
		}
	}
	if n := t.In.Int("headcount"); n > 0 {
		c.Headcount = n
	}
	t.admit()
}

// keepsSeal: a class that hides who raised a matter is never lowered. Whoever it keeps from
// knowing could open the case to themselves otherwise, the handling unit above all (§2.3).
func (t turn) keepsSeal() error {
	switch to := t.In.Text("confidentiality"); {
	case t.Case.Confidentiality == codes.ConfidentialitySensitive && to == codes.ConfidentialityNormal:
		return refuse("c2_stays", "§2.3", "敏感件不得降低保密等级", "a sensitive matter keeps its class")
	case t.Case.sealed() && to != "" && to != codes.ConfidentialityAccusation:
		return refuse("c3_stays", "§2.3", "检举控告材料不得降低保密等级", "accusation material keeps its class")
	case !t.Case.sealed() && to == codes.ConfidentialityAccusation && len(t.Case.Followers) > 0:
		return guardFollowers(t.Turn, "§2.3") // their petitioners would be led into the vault
	}
	return nil
}

// mayClassify keeps the handling unit from giving itself more time.
func (t turn) mayClassify() error {
	if err := t.keepsSeal(); err != nil {
		return err
	}
	if t.In.Text("urgency") == string(codes.UrgencyComplex) && t.Unit == t.Case.LeadUnit {
		return refuse("self_declared", "§4.2 urgency", "承办单位不得自行认定为疑难件", "the handling unit may not declare its own case complex")
	}
	return nil
}

// classify changes attributes with a reason. A matter that turns red goes to
// the centre at once (§4.2 risk colour, T08).
func classify(t turn) error {
	urgency := t.Case.Urgency
	t.applyAttributes()
	if t.Case.Urgency != urgency {
		t.reclock()
	}
	taken := t.seal()
	t.Record("classified", "§4.2")
	if taken && (t.Case.Level == L0 || t.Case.Level == L1) && contains(below, string(t.Case.State)) {
		return escalateL2(t, codes.TriggerNoLead)
	}
	return t.liftAtOnce()
}

// below are the states in which somebody under the centre has the case.
var below = []string{string(LocalResolving), string(Dispatched), string(Signed), string(Handling), string(ReturnPending),
	string(Adjudicating), string(Rework)}

// seal takes a case that has become an accusation away from the unit it is about:
// its tasks, its handlers, its part in it (§6 item 13). It tells whether that unit
// had the lead, which the centre then has.
func (t turn) seal() bool {
	c := t.Case
	if c.RespondentUnit == "" || c.Confidentiality != codes.ConfidentialityAccusation {
		return false
	}
	c.AssistUnits = slices.DeleteFunc(c.AssistUnits, t.barred)
	c.Units = slices.DeleteFunc(c.Units, t.barred)
	for id, k := range c.Tasks {
		if k.Open() && t.barred(k.Unit) {
			k.Cancelled = true
			c.Tasks[id] = k
			t.Clear("task." + id)
		}
	}
	if !t.barred(c.LeadUnit) {
		return false
	}
	if c.State == Suspended {
		t.resumeNow("resumed")
	}
	c.LeadUnit, c.Handlers = t.centre(), nil
	if t.barred(c.Owner.Unit) {
		c.owns(Owner{Unit: t.centre()})
	}
	return true
}

func guideSigners(t *machine.Turn[*Case]) []machine.Who {
	switch t.Case.State {
	case JointResolving:
		return machine.As(inCounty, director)
	case LeaderResolving:
		return machine.As(asLeader, countyLeader)
	}
	return machine.As(inCounty, dutyLeader, director)
}

func guardGuide(t *machine.Turn[*Case]) error {
	if t.In.Text("legal_route") == "6" {
		return fault("legal_route", "not_a_channel", "第6类由信访程序办理,不得引导", "route 6 is handled here and cannot be guided away")
	}
	if t.Case.State != Triage && !t.In.Has("failed_record") {
		return fault("failed_record", "required", "调解未成记录:必填", "the record of the failed mediation is required")
	}
	return nil
}

// guideLegal ends the case with a written way on (G3, G25): never a closed door.
func guideLegal(t turn) error {
	rule, notices := "G3", []string{"N2"}
	if t.Case.State != Triage {
		rule, notices = "G25", []string{"N2", "N15"}
	}
	t.end(Guided, "guided")
	e := t.Record("guided", rule)
	for _, n := range notices {
		e.Notify(n, t.petitioners()...)
	}
	t.tellFirst(e)
	return nil
}

// rejectCase is non-acceptance with reason, basis and remedy (G4).
func rejectCase(t turn) error {
	t.end(NotAccepted, "")
	t.tellFirst(t.Record("not_accepted", "G4").Notify("N3", t.petitioners()...))
	return nil
}

func guardNoLonger(t *machine.Turn[*Case]) error {
	if t.In.Text("ground") == "finalized" && !t.In.Has("prior_case") {
		return fault("prior_case", "required", "已终结的须指明原办件号", "name the finalized case")
	}
	if p := t.In.Text("prior_case"); p != "" && t.AskedAt.IsZero() { // looked up when it was asked for
		if k, ok := t.World.Cases[p]; !ok || p == t.Case.No || (k.Confidentiality == codes.ConfidentialityAccusation && !t.Case.sealed()) {
			return fault("prior_case", "unknown_case", "没有这个办件", "there is no such case")
		}
	}
	return nil
}

// noLongerAccept points to the earlier result (G5, XF §36).
func noLongerAccept(t turn) error {
	t.end(NoLongerAccepted, "")
	t.tellFirst(t.Record("no_longer_accepted", "G5").Notify("N4", t.petitioners()...))
	return nil
}

func guardMerge(t *machine.Turn[*Case]) error {
	m, ok := t.World.Cases[t.In.Text("master")]
	switch {
	case len(t.Case.Followers) > 0:
		return refuse("merge_chain", "G6", "已有并入件的主办件不能再并入", "a master case cannot be merged itself")
	case !ok || m.No == t.Case.No || m.County != t.Case.County:
		return fault("master", "unknown_case", "没有可并入的主办件", "there is no such case to merge into")
	case (m.Confidentiality == codes.ConfidentialityAccusation) != t.Case.sealed():
		return refuse("sealed_apart", "§2.3", "检举控告件与其他办件不得并案", "accusation material is not merged with other cases")
	case m.Master != "":
		return refuse("merge_chain", "G6", "已并案的办件不能作主件", "a merged case cannot be master")
	case !m.Open:
		return refuse("master_over", "G6", "主办件已结束", "the master case is over")
	}
	return nil
}

// masterMoved lets the merged case follow its master: once the master has been
// answered, this petitioner rates too.
func masterMoved(t turn) error {
	s := machine.State(t.In.Text("state"))
	t.Case.MasterReplied = s == Replied || s == Closed || s == Archived
	t.Case.MasterOver = Over(s) && s != Closed
	if s == Rework {
		t.Case.Evaluation = nil // the answer rated is not the last one
	}
	t.Record("master_moved", "G6")
	return nil
}

// leadFollowers makes the merged cases follow, with the event recorded next.
func (t turn) leadFollowers() {
	for _, f := range t.Case.Followers {
		t.Cause(machine.Effect{Kind: machine.EffectTell, To: f, Action: "master-moved", Input: input{"state": string(t.Case.State)}})
	}
}

var splitFields = []form.Field{
	{Name: "summary", ZH: "拆出事项概述", EN: "summary of the part", Type: form.Text, Required: true, Max: 4000},
	nature,
	code("category", "类别", "category", "dispute_category"),
	reason,
}

// split takes one of several matters out into a case of its own (§6 items 5, 14, 31).
func split(t turn) error {
	if t.World.NewNo == "" {
		return refuse("no_number", "§3.0", "暂无法生成新办件号", "no case number could be drawn")
	}
	part := input{"summary": t.In.Text("summary"), "nature": t.In.Text("nature"), "category": t.In.Text("category"),
		"channel": t.Case.Channel, "area": t.Case.Area, "urgency": string(t.Case.Urgency), "headcount": t.Case.Headcount}
	if t.Case.Confidentiality == codes.ConfidentialitySensitive { // it is the same person
		part["confidentiality"] = codes.ConfidentialitySensitive
	}
	t.Record("split_off", "§2.2").
		Notify("N5", t.petitioners()...).Fact("master", t.World.NewNo).
		Cause(machine.Effect{Kind: machine.EffectStartCase, To: t.World.NewNo, Input: part})
	return nil
}

func guardVoid(t *machine.Turn[*Case]) error {
	if err := guardFollowers(t, "G34"); err != nil {
		return err
	}
	if until := t.Rules.Calendar.Due(t.Case.RegisteredAt, t.Rules.Policy.Limit("void.limit")); t.Now.After(until.At) {
		return refuse("void_window", "G34", "登记超过一个工作日,不能作废", "a case can be voided within one working day only")
	}
	return nil
}

// guardFollowers keeps a master from ending in a way that would end other
// people's matters too.
func guardFollowers(t *machine.Turn[*Case], rule string) error {
	if len(t.Case.Followers) > 0 {
		return refuse("followers_remain", rule, "已有办件并入本件,须先撤销并案", "other cases were merged into this one; undo the merges first")
	}
	return nil
}

func void(t turn) error {
	t.end(Voided, "")
	e := t.Record("voided", "G34")
	e.Notify("N16", t.petitioners()...).Fact("closing", "voided")
	t.tellFirst(e)
	return nil
}

// end brings the case to a terminal state: clocks and limits stop, requests
// and tasks lapse.
func (t turn) end(s machine.State, closing string) {
	c := t.Case
	t.stopClocks()
	t.DropRequests()
	clear(c.Deadlines)
	for id, k := range c.Tasks {
		if k.Open() {
			k.Cancelled = true
			c.Tasks[id] = k
		}
	}
	if st := c.stay(); st != nil && st.Left.IsZero() {
		st.Left = t.Now
	}
	c.Offer, c.Suspension = nil, nil
	c.ClosedAt, c.ClosingType, c.DeskDue = t.Now, closing, time.Time{}
	if c.Policy != nil {
		c.Policy.Pauses = closePauses(c.Policy, t.Now)
	}
	t.To(s)
	t.cancelSessions()
	t.leadFollowers()
}

// tellFirst lets the first responder know the result (FR9).
func (t turn) tellFirst(e *machine.Event) {
	if f := t.Case.FirstResponder; f != "" && f != t.Actor.User {
		e.Notify("N16", user(f))
	}
}
