package grievance

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/machine"
)

// replySteps answer the petitioner, each level in its own way: G18, G22, G24,
// G26, G30.
func replySteps() []step {
	answers := func(l Level, s step) step {
		s.FieldsFor = answerFields(s.Fields)
		s.Guard = guardAnswer(l, s.Rule, s.Guard)
		s.Do = do(answer(s.Rule))
		return s
	}
	executing := []form.Field{unit("executing_unit", "执行单位", "executing unit").Need(), date("executing_date", "执行期限", "to be executed by").Need()}
	return []step{
		answers(L0, step{Action: "local-conclude", Rule: "G26", ZH: "就地化解并答复", EN: "Conclude locally", From: []machine.State{LocalResolving, Rework},
			Who: machine.As(inTownship, townOffice, townLeader, mediator), Guard: guardLocal}),
		answers(L1, step{Action: "issue-reply", Rule: "G18", ZH: "出具答复", EN: "Issue reply", From: []machine.State{Handling, Rework},
			Who:       append(machine.As(asHandler, deptHandler, townOffice, mediator), machine.As(inLead, deptLeader, townLeader)...),
			Signature: machine.Countersign, Signs: machine.As(inLead, deptLeader, townLeader)}),
		answers(L2, step{Action: "joint-conclude", Rule: "G22", ZH: "联合化解并答复", EN: "Conclude joint resolution", From: []machine.State{JointResolving, Rework},
			Who: machine.As(inCounty, director), Fields: append([]form.Field{text("joint_opinion", "联合意见或协议", "joint opinion or agreement").Need()}, executing...),
			Guard: guardJointConclude}),
		answers(L3, step{Action: "leader-conclude", Rule: "G24", ZH: "领导包案结论并答复", EN: "Conclude under leader", From: []machine.State{LeaderResolving, Rework},
			Who: machine.As(asLeader, countyLeader), Fields: append([]form.Field{text("plan", "包案方案", "plan").Need(), text("minutes", "会议纪要", "minutes").Need(),
				text("decision", "决定", "decision").Need()}, executing...)}),
		{Action: "record-service", Rule: "§0.4-9", ZH: "登记送达", EN: "Record service", From: []machine.State{Replied, Closed},
			Who:    append(append(machine.As(inLead, liaison, deptHandler, deptLeader, townOffice), machine.As(inCounty, dispatcher, clerk, petitionOfficer)...), machine.As(inTownship, townOffice)...),
			Fields: []form.Field{serviceMethod, date("service_date", "送达日期", "date of service").Need(), text("proof", "送达凭证", "proof of service").Need()},
			Guard:  guardService, Do: do(recordService)},
	}
}

var serviceMethod = form.Choice.Named("service_method", "送达方式", "method of service").
	Or("in_person", "直接送达", "in person").Or("mail", "邮寄送达", "by mail").Or("electronic", "电子送达", "electronically").
	Or("lien", "留置送达", "left at the door").Or("public_notice", "公告送达", "by public notice").Or("phone", "电话告知", "by telephone").Need()

// answerBase are the inputs of every answer (G18).
var answerBase = []form.Field{
	{Name: "result", ZH: "办理结果", EN: "result", Type: form.Text, Required: true, Min: 2},
	code("outcome_grade", "化解程度", "outcome grade", "outcome_grade").Need(),
	text("evidence", "佐证材料", "evidence").Need(),
	legalBasis,
	serviceMethod,
	date("service_date", "送达日期", "date of service").Need(),
}

// opinionFields make the answer a handling opinion (处理意见书, XF §32): it must
// tell the petitioner the remedy, or it cannot be issued (I4).
var opinionFields = []form.Field{
	code("opinion_result", "处理意见", "opinion", "opinion_result").Need(),
	line("remedy_organ", "复查机关", "organ for review").Need(),
	{Name: "remedy", ZH: "救济途径与期限", EN: "remedy and its limit", Type: form.Text, Required: true, Min: 4},
}

func answerFields(extra []form.Field) func(*machine.Turn[*Case]) []form.Field {
	return func(t *machine.Turn[*Case]) []form.Field {
		fields := append([]form.Field(nil), answerBase...)
		if t.Case.petition() {
			fields = append(fields, opinionFields...)
		}
		if t.Case.State == Rework {
			fields = append(fields, text("new_measures", "新的事实或措施", "new facts or measures").Need())
		}
		return append(fields, extra...)
	}
}

// guardAnswer holds what every answer needs: nothing mandatory open, a date of
// service that can be, and after rework something new.
func guardAnswer(l Level, rule string, more func(*machine.Turn[*Case]) error) func(*machine.Turn[*Case]) error {
	return func(t *machine.Turn[*Case]) error {
		c := t.Case
		if c.Level != l { // in rework every level has the same state
			return refuse("other_level", rule, "应由办件当前层级答复", "the answer belongs to the level the case is on")
		}
		for _, k := range c.Tasks {
			if k.Mandatory && k.Open() {
				return refuse("task_open", "§2 chain", "尚有必办任务未完成,不能答复", "a mandatory task is still open")
			}
		}
		for _, s := range c.Sessions {
			if sessionOpen(s.State) {
				return refuse("session_open", "§3.5", "联合会商尚未结束,不能答复", "a joint session is still open")
			}
		}
		if err := c.noWhistle(); err != nil {
			return err
		}
		if c.State == Rework && c.Reply != nil && digest(t.In.Text("result")) == c.Reply.Digest {
			return fault("result", "unchanged", "返工后的答复须有新的事实或措施", "after rework the answer must differ")
		}
		if err := checkServiceDate(t); err != nil {
			return err
		}
		if more != nil {
			return more(t)
		}
		return nil
	}
}

func checkServiceDate(t *machine.Turn[*Case]) error {
	served := t.In.Time("service_date", calendar.Zone)
	issued := asked(t)
	if r := t.Case.Reply; r != nil && t.Case.State != Rework {
		issued = r.IssuedAt
	}
	if served.Before(startOfDay(issued)) || served.After(t.Now.AddDate(0, 0, 30)) {
		return fault("service_date", "range", "送达日期不合理", "the date of service cannot be")
	}
	return nil
}

func startOfDay(at time.Time) time.Time {
	y, m, d := at.In(calendar.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, calendar.Zone)
}

func guardLocal(t *machine.Turn[*Case]) error {
	if len(t.Case.Contacts) == 0 {
		return refuse("contact_required", "§3.2 L0", "就地化解须至少联系诉求人一次", "contact the petitioner at least once first")
	}
	return nil
}

// answer makes the step that answers by one rule; after rework the rule is G30
// whatever the level.
func answer(rule string) func(turn) error {
	return func(t turn) error {
		by := rule
		if t.Case.State == Rework {
			by = "G30"
		}
		t.Case.Attempts++
		t.reply(by)
		return nil
	}
}

// reply stores the answer and opens the evaluation window. The issue date decides the
// unit's timeliness, the date of service the petitioner's rights (§6 item 47).
func (t turn) reply(rule string) {
	c := t.Case
	by, byUnit := t.Actor.User, t.Unit
	if t.Proposer != "" {
		by, byUnit = t.Proposer, t.ProposerUnit
	}
	served := t.In.Time("service_date", calendar.Zone)
	served = later(served, startOfDay(t.Now)) // signed a day later, it cannot have been served before
	c.Reply = &Reply{IssuedAt: t.Now, ServedAt: served, Method: t.In.Text("service_method"),
		OutcomeGrade: t.In.Text("outcome_grade"), Opinion: t.In.Text("opinion_result"), By: by, Unit: byUnit,
		Digest: digest(t.In.Text("result")), Event: c.Seq + 1}
	c.Evaluation, c.Unsatisfied = nil, nil
	if c.Offer != nil { // who answers has taken the case over
		t.confirm()
	}
	if !c.reached() && !c.Anonymous {
		c.flag("not_contacted")
	}
	t.stopClocks()
	t.Clear("inform", "assign", "contact", "sign", "leader.meet", "leader.designate", "joint.convene", "pause.max", "pause.review", "no_body", "sender")
	if s := c.stay(); s != nil {
		s.Left = t.Now
	}
	t.To(Replied)
	t.awaitEvaluation()
	t.leadFollowers()
	t.tellFirst(t.Record("replied", rule).Notify("N11", t.petitioners()...))
}

// awaitEvaluation opens the evaluation window: from the issue of the answer, or
// from its service where that comes later (§6 item 48).
func (t turn) awaitEvaluation() {
	limit := t.Rules.Policy.EvaluationWindow(t.Case.Track)
	from := later(t.Case.Reply.IssuedAt, t.Case.Reply.ServedAt)
	due := t.Rules.Calendar.Due(from, limit)
	t.Set(machine.Deadline{ID: "evaluation", At: later(due.At, t.Now), Provisional: due.Provisional, Start: from, Limit: limit})
}

func (c *Case) reached() bool {
	for _, x := range c.Contacts {
		if x.Reached {
			return true
		}
	}
	return false
}

func (c *Case) flag(f string) {
	if !contains(c.Flags, f) {
		c.Flags = append(c.Flags, f)
	}
}

// digest tells two answers apart without keeping their words in the state.
func digest(s string) string {
	sum := sha256.Sum256([]byte(strings.Join(strings.Fields(s), " ")))
	return hex.EncodeToString(sum[:8])
}

func guardService(t *machine.Turn[*Case]) error {
	if t.Case.Reply == nil {
		return refuse("no_reply", "§0.4-9", "尚无答复可送达", "there is no reply to serve")
	}
	return checkServiceDate(t)
}

// recordService corrects or proves the date of service, from which the
// petitioner's rights run (§6 items 47–49): what waits for these rights waits anew.
func recordService(t turn) error {
	t.Case.Reply.ServedAt, t.Case.Reply.Method = t.In.Time("service_date", calendar.Zone), t.In.Text("service_method")
	if _, open := t.Case.Deadlines["evaluation"]; open {
		t.awaitEvaluation()
	}
	if t.Case.State == Closed && t.Case.petition() {
		t.awaitArchive()
	}
	t.Record("service_recorded", "§0.4-9")
	return nil
}
