package grievance

import (
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/codes"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/policy"
)

// closingSteps bring a case to its end and, within the window, back: G28–G36.
func closingSteps() []step {
	callback := append(machine.As(atCallback, dispatcher, clerk, guide, petitionOfficer, supervisor), machine.As(atTownCallback, townOffice, townIntake)...)
	return []step{
		{Action: "evaluate", Rule: "G28", ZH: "评价", EN: "Evaluate", From: []machine.State{Replied, Merged}, Who: callback, Petitioner: true,
			Fields: []form.Field{form.Choice.Named("rating", "满意度", "rating").Or("satisfied", "满意", "satisfied").Or("basic", "基本满意", "basically satisfied").Or("unsatisfied", "不满意", "unsatisfied").Need(),
				text("comment", "意见", "comment")}, Guard: guardEvaluate, Do: do(evaluate)},
		{Action: "rework", Rule: "G29", ZH: "退回重办", EN: "Rework", From: []machine.State{Replied}, Who: machine.As(atCallback, dispatcher, supervisor, petitionOfficer),
			Fields: []form.Field{foundedGround,
				text("why_founded", "属实理由", "why it is founded").Need()}, Guard: guardFounded, Do: do(func(t turn) error { return reworkNow(t, "founded") })},
		{Action: "close-explained", Rule: "G32", ZH: "解释办结", EN: "Close as explained", From: []machine.State{Replied}, Who: machine.As(inCounty, supervisor, director),
			Fields: []form.Field{unfoundedGround,
				text("explanation", "解释记录", "explanation").Need(), text("evidence", "佐证材料", "evidence").Need(), text("remedy", "已告知救济途径", "remedy told").Need()},
			Signature: machine.TwoPersons, Signs: machine.As(inCounty, supervisor, director), Guard: guardExplained, Do: do(closeExplained)},
		{Action: "close-unreachable", Rule: "§3.10", ZH: "联系不上办结", EN: "Close as unreachable", From: []machine.State{Replied, Handling}, Who: append(machine.As(inCounty, dispatcher), machine.As(atLocal, townOffice)...),
			Fields: []form.Field{text("notice_posted", "公告或留置情况", "notice posted").Need()}, Guard: guardUnreachable, Do: do(closeUnreachable)},
		{Action: "withdraw", Rule: "G33", ZH: "撤回", EN: "Withdraw", From: active, Petitioner: true,
			Who:    append(machine.As(atCallback, dispatcher, clerk, guide, petitionOfficer), machine.As(atTownCallback, townIntake)...),
			Fields: []form.Field{statement}, Guard: guardWithdraw, Do: do(withdraw)},
		{Action: "reopen", Rule: "G35", ZH: "重新办理", EN: "Reopen", From: []machine.State{Closed}, Who: machine.As(inCounty, dispatcher, supervisor),
			Fields: []form.Field{reopenGround, reason},
			Guard:  guardReopen, Do: do(reopen)},
	}
}

func guardEvaluate(t *machine.Turn[*Case]) error {
	c := t.Case
	switch {
	case c.State == Merged && !c.MasterReplied:
		return refuse("not_answered", "G28", "主办件尚未答复,暂不能评价", "the master case has not been answered yet")
	case c.Evaluation != nil:
		return refuse("already_rated", "G28", "已经评价过", "it has been rated already")
	}
	return nil
}

// evaluate takes the petitioner's word (G28). Satisfied closes; unsatisfied is
// judged within a day, and taken as founded when nobody judges (G29).
func evaluate(t turn) error {
	c := t.Case
	c.Evaluation = &Evaluation{Rating: t.In.Text("rating"), At: t.Now, By: t.Actor.User}
	if c.State == Merged {
		e := t.Record("evaluated", "G28")
		if c.Evaluation.Rating == "unsatisfied" { // the answer is the master's, and so is the rework
			e.Cause(machine.Effect{Kind: machine.EffectTell, To: c.Master, Action: "follower-unsatisfied", Input: input{"follower": c.No}})
		}
		return nil
	}
	t.Clear("evaluation")
	if c.Evaluation.Rating != "unsatisfied" && len(c.Unsatisfied) > 0 {
		t.Record("evaluated", "G28") // the case stays open: another petitioner rejects the same answer
		return nil
	}
	if c.Evaluation.Rating != "unsatisfied" {
		t.close(c.closingType(), "evaluated", "G28")
		return nil
	}
	t.Start("rework.decide", t.Rules.Policy.Limit("rework.decide"), machine.Deadline{Duty: true, Unit: t.centre()})
	t.Record("evaluated", "G28").Notify("N17", t.county(dispatcher, supervisor)...)
	return nil
}

// closingType follows from the outcome grade: only defused and disposed count
// as resolved (R7).
func (c *Case) closingType() string {
	switch c.Reply.OutcomeGrade {
	case "disposed":
		return "resolved"
	case "defused":
		return "agreement"
	}
	return "explained"
}

// close is the end of the road for now: the case can be reopened until it is
// archived.
func (t turn) close(typ, event, rule string) {
	c := t.Case
	t.end(Closed, typ)
	t.awaitArchive()
	for _, l := range t.Rules.Policy.FollowUps(c.Risk) { // §4.2: follow-up visits
		t.Start("followup."+l.String(), l, machine.Deadline{Kind: "followup"})
	}
	e := t.Record(event, rule).Notify("N16", t.petitioners()...)
	e.Fact("closing", typ)
	t.tellFirst(e)
}

// awaitArchive starts the limit after which the case is filed: not before the
// petitioner's window for review has passed (XF §35).
func (t turn) awaitArchive() {
	c, pol := t.Case, t.Rules.Policy
	limit := pol.ArchiveLimit(c.Track)
	due := t.Rules.Calendar.Due(c.ClosedAt, limit)
	d := machine.Deadline{ID: "archive", At: due.At, Provisional: due.Provisional, Start: c.ClosedAt, Limit: limit}
	if c.petition() && c.Reply != nil && !c.Reply.ServedAt.IsZero() {
		if review := t.Rules.Calendar.Due(c.Reply.ServedAt, pol.Limit("review.window")); review.At.After(d.At) {
			d.At = review.At
		}
	}
	d.At = later(d.At, t.Now)
	t.Set(d)
}

// reworkNow sends the case back to whoever answered (G29). At the second time it goes
// up a level instead (G31).
func reworkNow(t turn, founded string) error {
	c := t.Case
	t.Clear("evaluation", "rework.decide")
	c.Unsatisfied = nil
	c.ReworkCount++
	if c.Evaluation != nil {
		c.Evaluation.Founded = founded
	}
	t.To(Rework)
	t.leadFollowers()
	half := t.Rules.Policy.ReworkLimit(t.budget(c.Level))
	stay := c.stay()
	owner := stay.Owner
	if c.Level == L1 {
		owner = Owner{Unit: c.LeadUnit}
	}
	c.owns(owner)
	c.Stays = append(c.Stays, Stay{Level: c.Level, Entered: t.Now, Budget: half, Trigger: "T05", Owner: owner})
	t.resumeClocks(half)
	t.Record("rework_ordered", "G29").
		Notify("N17", t.petitioners()...).
		Notify("N17", t.deskAndHead(c.Owner.Unit)...).
		Notify("N17", t.handlers()...)
	if c.ReworkCount < t.Rules.Policy.Int("rework.max") {
		return nil
	}
	return t.liftRework()
}

// resumeClocks starts the policy clock anew for a case taken up again; the
// statutory one goes on where it is.
func (t turn) resumeClocks(limit calendar.Limit) {
	t.runPolicy(Clock{Start: t.Now, Limit: limit}, limit)
	if s := t.Case.Statutory; s != nil && s.Due.After(t.Now) {
		t.armStatutory()
	}
}

// liftRework takes a case that was reworked too often one level up.
func (t turn) liftRework() error {
	switch t.Case.Level {
	case L0, L1:
		return escalateL2(t, "T05")
	case L2:
		return escalateL3(t, "T05", "", "G31")
	}
	return nil // L3 is the terminus: the leader answers again
}

// The grounds of the reason test (§4.9 rework.reason_test); the policy says which hold.
var (
	foundedGround = form.Choice.Named("ground", "属实情形", "in what way it is founded").
			Or("not_done", "未办理", "not done").Or("partly_done", "部分未办理", "partly done").Or("false_feedback", "反馈不实", "false feedback").
			Or("no_contact", "未联系诉求人", "no contact").Or("wrong_basis", "依据错误", "wrong basis").Need()
	unfoundedGround = form.Choice.Named("ground", "不属实情形", "why it is unfounded").
			Or("beyond_law_explained", "诉求超出法律政策规定,已解释说明", "demand beyond the law, explained").Need()
)

func guardFounded(t *machine.Turn[*Case]) error {
	return heldGround(t, t.Rules.Policy.List("rework.founded"))
}

func heldGround(t *machine.Turn[*Case], held []string) error {
	if g := t.In.Text("ground"); g != "" && !slices.Contains(held, g) {
		return fault("ground", "not_a_ground", "该情形不适用", "this ground does not hold here")
	}
	return nil
}

// guardExplained: only what was judged by the reason test, and for one in twenty of
// a unit's answers at most; beyond that the director must ask (§6 item 54).
func guardExplained(t *machine.Turn[*Case]) error {
	if e := t.Case.Evaluation; (e == nil || e.Rating != "unsatisfied") && len(t.Case.Unsatisfied) == 0 {
		return refuse("not_unsatisfied", "G32", "只适用于不满意但诉求无理的情形", "only for an unsatisfied rating that is unfounded")
	}
	if q := t.World.Explained; t.By.Role == supervisor && t.AskedAt.IsZero() && q.Closed > 0 &&
		!policy.Within(t.Rules.Policy.Percent("explained.quota"), q.Explained, q.Closed) {
		return refuse("explained_quota", "§6 item 54", "该单位本季度解释办结比例已达上限,须由中心主任提请", "the unit's share of cases closed as explained is used; the centre director must ask")
	}
	return heldGround(t, t.Rules.Policy.List("rework.unfounded"))
}

func closeExplained(t turn) error {
	if t.Case.Evaluation == nil { // a merged petitioner rejected the answer, this one said nothing
		t.Case.Evaluation = &Evaluation{Rating: "unrated", At: t.Now, By: t.Actor.User}
	}
	t.Case.Evaluation.Founded = "unfounded"
	t.close("unfounded", "closed_explained", "G32")
	return nil
}

// guardUnreachable: three attempts on two days, at different hours and by two means
// (§3.10, §6 item 52).
func guardUnreachable(t *machine.Turn[*Case]) error {
	days, hours, means, tries := map[int]bool{}, map[int]bool{}, map[string]bool{}, 0
	pol := t.Rules.Policy
	for _, x := range t.Case.Contacts {
		if x.Reached {
			return refuse("was_reached", "§3.10", "已联系上诉求人", "the petitioner has been reached")
		}
		local := x.At.In(calendar.Zone)
		tries++
		days[local.YearDay()], hours[local.Hour()], means[x.Method] = true, true, true
	}
	if tries < pol.Int("callback.attempts") || len(days) < pol.Int("unreachable.days") || len(hours) < pol.Int("unreachable.hours") ||
		len(means) < pol.Int("unreachable.methods") {
		return refuse("too_few_attempts", "§3.10", "须在不同日期、不同时段、以不同方式多次联系", "more attempts are needed, on different days, at different hours and by different means")
	}
	return nil
}

func closeUnreachable(t turn) error {
	t.close("unreachable", "closed_unreachable", "§3.10")
	return nil
}

// guardWithdraw: the petitioner's will does not stop accusation and safety
// matters (G33, §6 item 53).
func guardWithdraw(t *machine.Turn[*Case]) error {
	c := t.Case
	if err := guardFollowers(t, "G33"); err != nil {
		return err
	}
	if c.Confidentiality == "C3" || c.Risk == "red" || c.Urgency == "emergency" {
		return refuse("ex_officio", "G33", "检举控告和安全事项依职权继续办理", "accusations and safety matters go on ex officio")
	}
	return nil
}

func withdraw(t turn) error {
	t.end(Withdrawn, "withdrawn")
	e := t.Record("withdrawn", "G33").Notify("N16", t.petitioners()...)
	if t.Case.LeadUnit != "" {
		e.Notify("N16", t.desk(t.Case.LeadUnit)...)
	}
	t.tellFirst(e)
	return nil
}

// contactMade reopens what was closed because nobody could be reached (§6 item 52).
const contactMade = "contact_made"

// reopenGround is why a closed case is taken up again (G35).
var reopenGround = form.Choice.Named("ground", "情形", "ground").
	Or("new_facts", "有新的事实", "new facts").Or("false_closing", "虚假办结", "false closing").Or("court_change", "法院裁判变更", "a court has changed it").
	Or(contactMade, "已与诉求人取得联系", "the petitioner has been reached").Need()

func guardReopen(t *machine.Turn[*Case]) error {
	if t.In.Text("ground") == contactMade && t.Case.ClosingType != codes.ClosingUnreachable {
		return fault("ground", "not_a_ground", "仅适用于联系不上办结的办件", "only for a case closed because nobody could be reached")
	}
	if until := t.Rules.Calendar.Due(t.Case.ClosedAt, t.Rules.Policy.Limit("reopen.window")); t.Now.After(until.At) {
		return refuse("reopen_window", "G35", "已超过重新办理期限", "the window for reopening has closed")
	}
	return nil
}

// reopen takes a closed case up again where it was answered (G35).
func reopen(t turn) error {
	c := t.Case
	clear(c.Deadlines)
	c.ClosedAt, c.ClosingType, c.Evaluation, c.Unsatisfied = time.Time{}, "", nil, nil
	if c.LeadUnit == "" {
		c.LeadUnit, _ = t.suggested()
	}
	if c.Level == "" {
		c.Level = L1
	}
	state := resolvingState[c.Level]
	owner := c.Owner
	if state == Handling {
		owner = Owner{Unit: c.LeadUnit}
	}
	c.owns(owner)
	limit := t.budget(c.Level)
	c.Stays = append(c.Stays, Stay{Level: c.Level, Entered: t.Now, Budget: limit, Owner: owner})
	t.To(state)
	t.resumeClocks(limit)
	if state == Handling && len(c.Handlers) == 0 {
		t.Start("assign", t.Rules.Policy.Limit("assign.limit"), machine.Deadline{Duty: true, Unit: c.LeadUnit})
	}
	t.leadFollowers()
	t.Record("reopened", "G35").
		Notify("N17", t.petitioners()...).
		Notify("N17", t.deskAndHead(c.Owner.Unit)...)
	return nil
}

// Unmet lists what of the closing checklist (§3.10) is still missing.
func (c *Case) Unmet() []domain.Text {
	var out []domain.Text
	miss := func(zh, en string) { out = append(out, domain.Text{ZH: zh, EN: en}) }
	for _, k := range c.Tasks {
		if k.Mandatory && k.Open() {
			miss("任务未完成", "a task is open")
			break
		}
	}
	if c.Reply == nil && c.ClosingType != "unreachable" {
		miss("未答复", "no reply was issued")
	}
	if c.Reply != nil && c.Reply.ServedAt.IsZero() && !c.WrittenNoDuty {
		miss("答复未送达", "the reply was not served")
	}
	if c.Evaluation == nil && c.ClosingType != "unreachable" {
		miss("未评价", "no rating was captured")
	}
	if c.Scale == "" {
		miss("规模未确认", "the scale is not confirmed")
	}
	return out
}
