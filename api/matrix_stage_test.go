package api_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/api"
	"huajie/domain/casefile"
	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/gridevent"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/whistle"
)

// The people the stages are built by.
const (
	handlerD08    = "handler.220402-D08"
	leaderD08     = "leader.220402-D08"
	countyLead    = "cleader.220402"
	overseer      = "supervisor.220402"
	secondOfficer = "supervisor2.220402"
	vaultOfficer  = "discipline.220402-D07"
	platform      = "platform.220402"
	townHead      = "thead.220402008"
	townIntake    = "intake.220402008"
)

// stage is something acted on in one characteristic state.
type stage struct {
	name, of, no string
	scene        scene
}

// walk is the house with the stages in it.
type walk struct {
	*house
	t      *testing.T
	m      *matrix
	stages []stage
	keys   atomic.Int64
	// masters are numbers that inputs name: a case or event to merge into, duplicates, an open task.
	masters map[string]string
	related map[string]machine.Related // the cases, once all are built
	shelves map[string]shelf           // by kind
}

func newWalk(t *testing.T) *walk {
	h := newHouse(t)
	w := &walk{house: h, t: t, m: loadMatrix(t), masters: map[string]string{}}
	h.handler = api.New(api.Deps{Reader: h, Accounts: castAccounts{accounts{h}}, Administration: newAdministration(h), Division: h.holder, Registrar: h, Engine: engine{h}, Files: files{h}, Audit: h, Exports: h.drawer, ExportFiles: h.drawer, Holds: &cellar{h: h}, Rechecks: undrawn{}, Signer: pen{}, Rules: h.holder, Rulebooks: h.publishing(), Field: newField(h),
		Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return h.now }})
	w.shelves = map[string]shelf{"grievance": shelfOf(h.cases, grievance.Fresh), "grid_event": shelfOf(h.reported, gridevent.Fresh),
		"joint": shelfOf(h.sessions, joint.Fresh), "whistle": shelfOf(h.whistles, whistle.Fresh)}
	h.knows = w.knows
	return w
}

// knows is what the ledger would tell a decision: the other cases, and who works in the
// grid of an event.
func (w *walk) knows(_ string, world *machine.World) {
	world.NewNo = "220402G2026112399990"
	if world.Cases = w.related; world.Cases == nil {
		world.Cases = w.others()
	}
	for role, user := range map[org.Role]string{org.RoleGridMemberFullTime: walker, org.RoleGridMemberPartTime: "gridpt." + theGrid, org.RoleGridLeader: "gridlead.220402008901"} {
		world.Staff = append(world.Staff, machine.Colleague{User: user, Role: role, Unit: theGrid})
	}
	slices.SortFunc(world.Staff, func(a, b machine.Colleague) int { return len(a.User) - len(b.User) })
}

// others are the cases as others know them.
func (w *walk) others() map[string]machine.Related {
	out := map[string]machine.Related{}
	note := func(no string, k casefile.Card) {
		out[no] = machine.Related{No: no, County: k.County, Area: k.Area, Category: k.Category, State: k.State, Open: !k.Over,
			Confidentiality: k.Confidentiality, CreatedAt: k.RegisteredAt, Place: lamp}
	}
	for no, c := range w.cases {
		note(no, c.Card())
	}
	for no, c := range w.reported {
		note(no, c.Card())
	}
	return out
}

func (w *walk) key() string { return fmt.Sprintf("walk-%d", w.keys.Add(1)) }

// at gives the address of something.
func at(of, no string) string {
	return "/api/v1/" + map[string]string{"grievance": "cases", "grid_event": "cases", "joint": "sessions", "whistle": "whistles"}[of] + "/" + no
}

// took takes a step that must be possible.
func (w *walk) took(of, no, as, action string, in form.Input) {
	w.t.Helper()
	body, _ := json.Marshal(with(form.Input{}, in))
	r := w.do(w.t, request{as: as, method: http.MethodPost, path: at(of, no) + "/actions/" + action, body: string(body), header: map[string]string{"Idempotency-Key": w.key()}})
	assert.Equal(w.t, http.StatusOK, r.Code, "%s %s by %s: %s", of, action, as, r.Body)
}

// keep makes a stage of the case a number names, as that case is at this moment.
func (w *walk) keep(name, of, no string) string {
	w.stages = append(w.stages, stage{name, of, no, w.sceneFor(of, no)})
	return no
}

func (w *walk) sceneFor(of, no string) scene {
	switch of {
	case "joint":
		x := w.sessions[no]
		return sceneOfSession(x, sceneOf(w.cases[x.Case]))
	case "whistle":
		return sceneOfWhistle(w.whistles[no])
	}
	c, _ := w.find(no)
	return sceneOf(c)
}

// shelf is where the house keeps the things of one kind.
type shelf struct {
	get   func(no string) machine.Subject
	put   func(no string, x machine.Subject)
	fresh func() machine.Subject
}

func shelfOf[S machine.Subject](of map[string]S, fresh func() S) shelf {
	return shelf{
		get:   func(no string) machine.Subject { return of[no] },
		put:   func(no string, x machine.Subject) { of[no] = x.(S) },
		fresh: func() machine.Subject { return fresh() },
	}
}

// moment is what something is now, and the events it has.
type moment struct {
	subject machine.Subject
	events  []machine.Event
}

func (w *walk) moment(of, no string) moment {
	w.mu.Lock()
	defer w.mu.Unlock()
	return moment{w.shelves[of].get(no), w.events[no]}
}

// back puts something back to an earlier moment.
func (w *walk) back(of, no string, m moment) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events[no] = m.events
	w.shelves[of].put(no, m.subject)
}

// like copies something as it stands under a number of its own, so that it can go another way.
func (w *walk) like(of, no string) string {
	w.t.Helper()
	other := fmt.Sprintf("%s2026112390%03d", no[:7], w.keys.Add(1))
	raw, err := json.Marshal(w.moment(of, no).subject)
	require.NoError(w.t, err)
	x := w.shelves[of].fresh()
	require.NoError(w.t, json.Unmarshal(raw, x))
	x.GetHead().No = other
	w.shelves[of].put(other, x)
	w.running[other], w.events[other] = true, slices.Clone(w.events[no])
	return other
}

func with(in form.Input, more form.Input) form.Input {
	out := maps.Clone(in)
	maps.Copy(out, more)
	return out
}

// Inputs whose words do not matter.
var (
	theWhy        = form.Input{"reason": "情况属实"}
	theAnswer     = form.Input{"result": "已安排维修", "outcome_grade": "disposed", "evidence": "现场照片", "legal_basis": "物业管理条例", "service_method": "in_person", "service_date": "2026-11-23"}
	theOrder      = form.Input{"cause": "S03", "requirements": "限期答复"}
	theContact    = form.Input{"method": "phone", "reached": true, "summary": "已电话沟通"}
	theDispatch   = form.Input{"lead_unit": "220402-D08", "assist_units": []any{"220402-D01"}, "requirements": "限期修复"}
	theHandlers   = form.Input{"handlers": []any{handlerD08}, "recusal_declared": true}
	theRaise      = form.Input{"trigger": "T04", "summary": "两次协调未果", "measures": "已组织现场协调"}
	theReturn     = form.Input{"reason_code": "B01", "legal_basis": "三定方案", "suggested_unit": "220402-D12"}
	theMinutes    = form.Input{"facts_agreed": "事实清楚", "legal_basis": "条例"}
	theAttendance = form.Input{"seats": []any{map[string]any{"unit": "220402-D08", "attendance": "attended", "attendee": "某"}, map[string]any{"unit": "220402-D01", "attendance": "attended", "attendee": "某"}}}
	theHangUp     = form.Input{"reason_code": "H01", "milestones": "五月开工", "until": "2027-01-15", "interim_measures": "临时抢修"}
)

func (w *walk) matter(as string, more form.Input) string {
	w.t.Helper()
	in := form.Input{"nature": "help", "summary": "井盖破损", "area": theGrid, "headcount": 1, "channel": "walk_in",
		"petitioner": map[string]any{"name": "张三丰", "phone": "13800005678"}, "category": "0201", "urgency": "normal"}
	body, _ := json.Marshal(with(in, more))
	r := w.do(w.t, request{as: as, method: http.MethodPost, path: "/api/v1/grievances", body: string(body)})
	require.Equal(w.t, http.StatusCreated, r.Code, r.Body.String())
	return bodyOf(w.t, r)["no"].(string)
}

// build puts everything in every characteristic state.
func (w *walk) build() *walk {
	w.t.Helper()
	w.photos["brought"] = evidence.Photo{ID: "brought", SHA256: "brought", TakenAt: noon, UploadedAt: noon, Source: evidence.Album, By: dispatcher}
	w.buildGrievances()
	w.buildAccusations()
	w.buildEvents()
	w.buildWhistles()
	w.related = w.others()
	return w
}

func (w *walk) buildGrievances() {
	g := "grievance"
	registered := w.keep("registered", g, w.matter(clerk, nil))
	w.keep("registered by a citizen", g, w.matter(citizen, form.Input{"channel": "web"}))
	dated := w.keep("sent with a date", g, w.matter(clerk, form.Input{"channel": "hotline_12345", "due_by_sender": "2026-11-30T17:00:00+08:00"}))
	dated = w.like(g, dated)
	w.took(g, dated, dispatcher, "ask-sender", with(theWhy, form.Input{"until": "2026-12-07T17:00:00+08:00"}))
	w.keep("sender asked", g, dated)
	offered := w.like(g, registered)
	w.took(g, offered, clerk, "hand-over", with(theWhy, form.Input{"to_unit": "220402008-C"}))
	w.keep("offered", g, offered)
	triage := w.like(g, registered)
	w.took(g, triage, dispatcher, "start-triage", nil)
	w.keep("triage", g, triage)
	away := w.like(g, triage)
	w.took(g, away, dispatcher, "assign-local", nil)
	w.keep("offered to the township", g, away)
	local := w.like(g, away)
	w.took(g, local, office, "confirm-hand-over", nil)
	w.keep("local", g, local)
	local = w.like(g, local)
	w.took(g, local, office, "contact-petitioner", theContact)
	w.took(g, local, office, "record-attempt", form.Input{"outcome": "progress", "measures": "上门调解"})
	w.keep("contacted locally", g, local)
	local = w.like(g, local)
	answered := w.like(g, local)
	w.took(g, answered, office, "local-conclude", theAnswer)
	w.keep("answered locally", g, answered)
	urgent := w.matter(clerk, form.Input{"urgency": "emergency"})
	w.took(g, urgent, dispatcher, "start-triage", nil)
	w.keep("emergency in triage", g, urgent)
	dispatched := w.like(g, triage)
	w.took(g, dispatched, dispatcher, "dispatch", theDispatch)
	w.keep("dispatched", g, dispatched)
	own := w.like(g, triage)
	w.took(g, own, dispatcher, "declare-no-body", form.Input{"reason": "开发商已注销", "legal_basis": "属地管理", "funding": "维修资金"})
	w.keep("dispatched to the township", g, own)
	own = w.like(g, own)
	urged := w.like(g, own)
	w.took(g, urged, overseer, "remind", theOrder)
	w.keep("reminded, of the township", g, urged)
	w.took(g, own, office, "sign-for", nil)
	w.took(g, own, office, "assign-handler", form.Input{"handlers": []any{office}, "recusal_declared": true})
	w.keep("in hand of the township", g, own)
	pending := w.like(g, dispatched)
	w.took(g, pending, leaderD08, "request-return", theReturn)
	w.keep("return asked for", g, pending)
	apart := w.like(g, pending)
	w.took(g, apart, dispatcher, "start-adjudication", form.Input{"parties": []any{"220402-D08", "220402-D12"}, "arguments": "各执一词"})
	w.keep("adjudicating", g, apart)
	signed := w.like(g, dispatched)
	w.took(g, signed, liaison, "sign-for", nil)
	w.keep("signed", g, signed)
	w.buildInHand(w.like(g, signed))
	master := w.matter(clerk, nil)
	merged := w.like(g, triage)
	w.took(g, merged, dispatcher, "merge", with(theWhy, form.Input{"master": master}))
	w.keep("merged", g, merged)
	w.masters["grievance"] = master
}

// buildInHand are the stages after somebody has been named to handle it.
func (w *walk) buildInHand(handling string) {
	g := "grievance"
	w.took(g, handling, liaison, "assign-handler", theHandlers)
	for id := range w.cases[handling].Tasks {
		w.masters["task"] = id
	}
	w.keep("in hand", g, handling)
	urged := w.like(g, handling)
	w.took(g, urged, overseer, "yellow-card", theOrder)
	w.keep("carded", g, urged)
	suspended := w.like(g, handling)
	w.took(g, suspended, leaderD08, "suspend", theHangUp)
	w.took(g, suspended, director, "approve", nil)
	w.keep("suspended", g, suspended)
	paused := w.like(g, handling)
	w.took(g, paused, leaderD08, "pause", form.Input{"pause_reason": "hearing", "note": "听证"})
	w.took(g, paused, director, "approve", nil)
	w.keep("paused", g, paused)
	joined := w.like(g, handling)
	w.took(g, joined, dispatcher, "escalate-l2", theRaise)
	w.keep("joint", g, joined)
	w.buildSessions(w.like(g, joined))
	led := w.like(g, joined)
	w.took(g, led, director, "escalate-l3", form.Input{"trigger": "T12", "summary": "需资金决策", "proposed_leader": countyLead})
	w.keep("led", g, led)
	for name, no := range map[string]string{"joint, nothing left to do": joined, "led, nothing left to do": led} {
		done := w.like(g, no)
		w.took(g, done, "liaison.220402-D01", "complete-task", form.Input{"result": "已协办"})
		w.cases[done].Sessions = map[string]grievance.SessionRef{"S": {No: "S", Level: grievance.L2, State: "concluded"}}
		w.keep(name, g, done)
	}
	handling = w.like(g, handling)
	w.took(g, handling, "liaison.220402-D01", "complete-task", form.Input{"result": "已协办"})
	w.took(g, handling, handlerD08, "contact-petitioner", theContact)
	w.keep("contacted", g, handling)
	unreachable := w.like(g, handling)
	var tries []grievance.Contact // on two days, at different hours and by two means (§3.10)
	for i, method := range []string{"phone", "visit", "phone"} {
		tries = append(tries, grievance.Contact{At: noon.AddDate(0, 0, -i).Add(time.Duration(i) * time.Hour), Method: method})
	}
	w.cases[unreachable].Contacts = tries
	w.keep("unreachable", g, unreachable)
	replied := w.like(g, handling)
	w.took(g, replied, leaderD08, "issue-reply", theAnswer)
	w.keep("replied", g, replied)
	again := w.like(g, replied)
	w.took(g, again, overseer, "evaluate", form.Input{"rating": "unsatisfied"})
	w.keep("not satisfied", g, again)
	again = w.like(g, again)
	w.took(g, again, overseer, "rework", form.Input{"ground": "not_done", "why_founded": "仍未修复"})
	w.keep("rework", g, again)
	closed := w.like(g, replied)
	w.took(g, closed, overseer, "evaluate", form.Input{"rating": "satisfied"})
	w.keep("closed", g, closed)
}

// buildAccusations are accusations about another department, in the vault.
func (w *walk) buildAccusations() {
	g := "grievance"
	about := form.Input{"nature": "accusation", "respondent_unit": "220402-D12", "respondent": "某局"}
	registered := w.keep("accusation registered", g, w.matter(clerk, about))
	w.keep("accusation of who would lead", g, w.matter(clerk, with(about, form.Input{"respondent_unit": "220402-D08"})))
	triage := w.like(g, registered)
	w.took(g, triage, vaultOfficer, "start-triage", nil)
	w.keep("accusation in triage", g, triage)
	handling := w.like(g, triage)
	w.took(g, handling, vaultOfficer, "dispatch", form.Input{"lead_unit": "220402-D07"})
	w.keep("accusation dispatched", g, handling)
	handling = w.like(g, handling)
	w.took(g, handling, vaultOfficer, "sign-for", nil)
	w.took(g, handling, vaultOfficer, "assign-handler", form.Input{"handlers": []any{"handler.220402-D07"}, "recusal_declared": true})
	w.keep("accusation in hand", g, handling)
	handling = w.like(g, handling)
	w.took(g, handling, vaultOfficer, "contact-petitioner", theContact)
	w.took(g, handling, "leader.220402-D07", "issue-reply", theAnswer)
	w.keep("accusation answered", g, handling)
}

func (w *walk) buildSessions(caseNo string) {
	j := "joint"
	for i, level := range []string{"L2", "L3"} {
		no := w.convened(w.t, caseNo)
		x := w.like(j, no)
		if level == "L3" {
			s := w.sessions[x]
			s.Level, s.Chair, s.ChairUnit = "L3", countyLead, "220402"
		}
		by := []string{director, countyLead}[i]
		w.keep("planned "+level, j, x)
		y := w.like(j, x)
		w.took(j, y, by, "notify-units", nil)
		w.keep("notified "+level, j, y)
		z := w.like(j, y)
		w.sessions[z].HeldAt = noon // it begins
		w.keep("meeting "+level, j, z)
		z = w.like(j, z)
		w.took(j, z, by, "record-attendance", theAttendance)
		w.keep("attended "+level, j, z)
		z = w.like(j, z)
		for _, envoy := range []string{liaison, "liaison.220402-D01"} {
			w.took(j, z, envoy, "give-opinion", form.Input{"position": "同意", "legal_basis": "条例", "undertaking": "限期整改"})
		}
		w.keep("heard "+level, j, z)
		z = w.like(j, z)
		w.took(j, z, by, "hold", theMinutes)
		w.keep("held "+level, j, z)
		z = w.like(j, z)
		for _, envoy := range []string{liaison, "liaison.220402-D01"} {
			w.took(j, z, envoy, "sign-minutes", nil)
		}
		w.keep("signed "+level, j, z)
	}
}
