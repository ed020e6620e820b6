package notice

import (
	"strings"
	"text/template"

	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/codes"
	"huajie/domain/gridevent"
	"huajie/domain/machine"
)

// Why a notice is kept and not sent (I9).
const (
	ExemptAnonymous   = "anonymous"    // nobody to write to
	ExemptNameUnclear = "name_unclear" // name or address unclear: no duty to write (XF §23)
)

// written are the notices that the rules want on paper or served.
var written = map[string]bool{"N2": true, "N3": true, "N4": true, "N6": true, "N11": true, "N15": true, "N18": true, "N19": true}

// RenderAll renders the notices of a turn in the order of its events.
func RenderAll(events []machine.Event, about About, rules *machine.Rules) []Message {
	var out []Message
	for _, e := range events {
		for _, n := range e.Notices {
			out = append(out, Render(n, e, about, rules))
		}
	}
	return out
}

// Render writes one notice in both languages. A notice that is exempt is
// rendered all the same, so that the record shows what would have been said.
func Render(n machine.Notice, e machine.Event, about About, rules *machine.Rules) Message {
	title := titleOf(n, e)
	m := Message{N: n.N, No: about.No, Seq: e.Seq, To: n.To, TitleZH: title.ZH, TitleEN: title.EN,
		Immediate: about.Immediate, Late: e.LateBySystem}
	pair := find(n, e, about)
	m.BodyZH = fill(pair.zh, wordsFor(zh, n, e, about, rules))
	m.BodyEN = fill(pair.en, wordsFor(en, n, e, about, rules))
	if n.To.Petitioner != "" && n.To.Petitioner == about.Case {
		switch {
		case about.Anonymous:
			m.Exempt = ExemptAnonymous
		case about.NameUnclear && written[n.N]:
			m.Exempt = ExemptNameUnclear
		}
	}
	return m
}

func titleOf(n machine.Notice, e machine.Event) domain.Text {
	t, ok := titles[n.N+"/"+e.Type]
	if !ok {
		t = titles[n.N]
	}
	if n.N == "N21" {
		card := domain.Text{ZH: "黄牌", EN: "yellow card"}
		if redCards[e.Type] {
			card = domain.Text{ZH: "红牌", EN: "red card"}
		}
		t = domain.Text{ZH: t.ZH + "(" + card.ZH + ")", EN: t.EN + " (" + card.EN + ")"}
	}
	return t
}

// redCards are the events whose supervision notice is a red card; any other is a yellow one.
var redCards = map[string]bool{"red_card": true, "overdue": true, "statutory_overdue": true, "whistle_second_yellow": true,
	"whistle_refused_without_ground": true, "whistle_not_reported": true, "whistle_unfinished": true, "whistle_ruling_defied": true}

// find chooses the words: those for the event and the petitioner, for the
// petitioner, for a unit that owes a task, for the event, for the kind of subject,
// or of the notice.
func find(n machine.Notice, e machine.Event, about About) compiled {
	var keys []string
	if n.To.Petitioner != "" {
		keys = append(keys, n.N+"/"+e.Type+"@petitioner", n.N+"@petitioner")
	}
	if _, owes := about.Tasks[n.To.Unit]; owes && n.To.Unit != about.LeadUnit {
		keys = append(keys, n.N+"@task")
	}
	keys = append(keys, n.N+"/"+e.Type, n.N+"@"+about.Kind, n.N)
	if about.Kind == casefile.KindGridEvent {
		for _, key := range keys {
			if c, ok := bodies[ofEvents+key]; ok {
				return c
			}
		}
	}
	for _, key := range keys {
		if c, ok := bodies[key]; ok {
			return c
		}
	}
	return bodies["N20"] // a notice without words of its own still says which case it is about
}

type compiled struct{ zh, en *template.Template }

// bodies are the texts, read once.
var bodies = func() map[string]compiled {
	out := map[string]compiled{}
	compile := func(key string, t domain.Text) {
		out[key] = compiled{template.Must(template.New(key).Parse(t.ZH)), template.Must(template.New(key).Parse(t.EN))}
	}
	for key, t := range texts {
		compile(key, t)
	}
	for key, t := range whistleTexts {
		compile(key, t)
	}
	for key, t := range eventTexts {
		compile(ofEvents+key, t)
	}
	return out
}()

func fill(t *template.Template, w words) string {
	var b strings.Builder
	if err := t.Execute(&b, w); err != nil {
		panic(err) // words has every field a text may ask for; a test renders each
	}
	return b.String()
}

// words are what a text may say, in one language. An empty word leaves its clause out.
type words struct {
	No, Case, QueryCode                     string
	State, Level                            string
	FirstUnit, Responder, Owner, Lead       string
	Leader, ToUnit                          string
	Registered, Accepted, Due, Statutory    string
	SignBy, TaskBy, ConfirmBy, ConveneBy    string
	DesignateBy, MeetBy, RuleBy, JudgeBy    string
	AckBy, MinutesBy, Until                 string
	ReviewBy, SupplementBy, StageBy         string // grid events
	VerifyBy, ReworkBy, ClosedAs            string
	RespondBy, ArriveBy, ApproveBy          string // of a whistle
	EvaluateBy, CounterBy, Kind, About      string
	Meets, Room                             string
	What, Limit, Left                       string // N20
	Reason, Trigger, Cause, Closing, Route  string
	Master, Prior, Action, Task, Outage     string
	Evaluation, Review, Reopen, ApplyRemedy string
}

type language bool

const (
	zh language = false
	en language = true
)

func (l language) of(t domain.Text) string {
	if l == en {
		return t.EN
	}
	return t.ZH
}

func (l language) pick(zh, en string) string { return l.of(domain.Text{ZH: zh, EN: en}) }

// wordsFor gathers the words for one message.
func wordsFor(l language, n machine.Notice, e machine.Event, a About, rules *machine.Rules) words {
	label := func(table, code string) string {
		if code == "" {
			return ""
		}
		return l.pick(rules.Codes.Label(table, code))
	}
	step := func(id string) string { return l.due(a.Steps[id]) }
	w := words{No: a.No, Case: a.Case, QueryCode: a.QueryCode, State: l.of(a.State), Level: l.of(a.Level),
		FirstUnit: l.of(a.FirstUnit), Responder: l.of(a.FirstResponder), Owner: l.of(a.Owner), Lead: l.of(a.Lead),
		Leader: l.of(a.Leader), ToUnit: l.of(unitName(rules, n.To.Unit)),
		Registered: l.moment(a.RegisteredAt), Accepted: l.day(a.AcceptedAt), Due: l.due(a.DueAt), Statutory: l.due(a.StatutoryDue),
		SignBy: step("sign"), ConfirmBy: step("handover"), ConveneBy: step("joint.convene"), DesignateBy: step("leader.designate"),
		MeetBy: step("leader.meet"), RuleBy: step("adjudicate"), JudgeBy: step("rework.decide"),
		AckBy: step("ack." + n.To.Unit), MinutesBy: step("sign." + n.To.Unit), TaskBy: l.due(a.Tasks[n.To.Unit]), Until: l.due(a.HangUpUntil),
		Meets: l.moment(a.MeetsAt), Room: a.Room,
		Trigger: label(codes.TableEscalationTrigger, e.Reason), Cause: label(codes.TableSupervisionCause, n.Facts["cause"]),
		Closing: label(codes.TableClosingType, n.Facts["closing"]), Route: label(codes.TableLegalRoute, e.Input.Text("legal_route")),
		Master: n.Facts["master"], Prior: e.Input.Text("prior_case"), Task: n.Facts["task"], Outage: n.Facts["outage"], Action: l.of(actionName(a.Kind, n.Facts["action"]))}
	w.ReviewBy, w.SupplementBy, w.StageBy, w.VerifyBy, w.ReworkBy = step("review"), step("supplement"), step("stage"), step("verify"), step("rework")
	w.ClosedAs = l.of(gridevent.ClosingLabels[n.Facts["closing"]])
	w.RespondBy, w.ArriveBy, w.ApproveBy = step("respond."+n.To.Unit), step("arrive."+n.To.Unit), step("approve")
	w.EvaluateBy, w.CounterBy, w.Kind, w.About = step("evaluate"), step("counter"), l.of(a.What), l.of(unitName(rules, n.Facts["unit"]))
	w.Reason = label(reasonTables[e.Type], e.Reason)
	w.alarm(l, n, e, a)
	w.windows(l, a, rules)
	if a.Confidentiality == codes.ConfidentialityAccusation && n.To.Petitioner != "" {
		w.Lead = l.pick("依规不予公开的承办单位", "a unit that is not disclosed")
	}
	return w
}

// reasonTables tell in which table the reason of an event is found.
var reasonTables = map[string]string{
	"not_accepted":     codes.TableGuidanceReason,
	"suspended":        codes.TableHangupReason,
	"extended":         codes.TableExtensionReason,
	"return_requested": codes.TableReturnReason,
	"review_rejected":  codes.TableEventRejection,
}

// alarm fills in what a warning is about.
func (w *words) alarm(l language, n machine.Notice, e machine.Event, a About) {
	x, ok := alarms[e.Type]
	if own, of := eventAlarms[e.Type]; of && a.Kind == casefile.KindGridEvent {
		x, ok = own, true
	}
	if !ok {
		return
	}
	w.What = l.of(x.what)
	switch {
	case x.step == passed:
		w.Limit = l.due(e.At)
	case x.step == policyClock:
		w.Limit = l.due(a.DueAt)
	case x.step == statutoryClock:
		w.Limit = l.due(a.StatutoryDue)
	case x.step != "":
		w.Limit = l.due(a.Steps[x.step])
	}
	w.Left = l.limit(n.Facts["left"])
}

// windows are the limits of the petitioner's rights.
func (w *words) windows(l language, a About, rules *machine.Rules) {
	if a.Track == "" {
		return
	}
	w.Evaluation = l.pick(rules.Policy.EvaluationWindow(a.Track).Text())
	w.Reopen = l.pick(rules.Policy.Limit("reopen.window").Text())
	if a.Track == codes.TrackPetition {
		w.Review = l.pick(rules.Policy.Limit("review.window").Text())
		return
	}
	w.ApplyRemedy = l.pick("法律、法规另有救济途径的,依其规定", "where a statute gives another remedy, that statute applies")
}
