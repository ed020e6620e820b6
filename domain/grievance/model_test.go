package grievance_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

// edge is a way from one state to another.
type edge struct{ from, to machine.State }

// graph is §3.1 written down again by hand, and nothing of the table of steps: which
// ways there are and by which rule each may be taken. The comments name what the
// specification says outside its table.
var graph = func() map[edge][]string {
	g := map[edge][]string{
		{"", "registered"}:       {"G1"},
		{"registered", "triage"}: {"G2"},
		{"triage", "guided"}:     {"G3"}, {"triage", "not_accepted"}: {"G4"}, {"triage", "no_longer_accepted"}: {"G5"},
		{"triage", "merged"}: {"G6"}, {"merged", "triage"}: {"G6"}, // reversible 7 d (§2.2)
		{"triage", "local_resolving"}: {"G7"}, {"triage", "dispatched"}: {"G8"},
		{"registered", "local_resolving"}: {"G7"}, {"registered", "dispatched"}: {"G8"}, // by time, when nobody assigns
		{"triage", "joint_resolving"}: {"G9"},
		{"local_resolving", "triage"}: {"FR6"}, // an offer nobody confirmed
		{"dispatched", "signed"}:      {"G10"}, {"signed", "handling"}: {"G11"},
		{"dispatched", "return_pending"}: {"G13"}, {"signed", "return_pending"}: {"G13"},
		{"return_pending", "dispatched"}: {"G14"}, {"return_pending", "handling"}: {"G15"},
		{"return_pending", "adjudicating"}: {"G16"}, {"dispatched", "adjudicating"}: {"G16"}, {"adjudicating", "dispatched"}: {"G17"},
		{"handling", "replied"}: {"G18"}, {"handling", "suspended"}: {"G19"}, {"suspended", "handling"}: {"G20"},
		{"joint_resolving", "replied"}: {"G22"}, {"joint_resolving", "leader_resolving"}: {"G23"}, {"leader_resolving", "replied"}: {"G24"},
		{"joint_resolving", "guided"}: {"G25"}, {"leader_resolving", "guided"}: {"G25"},
		{"local_resolving", "replied"}: {"G26"}, {"local_resolving", "dispatched"}: {"G27"},
		{"replied", "closed"}: {"G28", "G32", "§3.10"}, {"handling", "closed"}: {"§3.10"}, // nobody can be reached
		{"replied", "rework"}: {"G29"}, {"rework", "replied"}: {"G30"}, {"rework", "joint_resolving"}: {"G31"},
		{"rework", "leader_resolving"}: {"G31"}, // from L2
		{"registered", "voided"}:       {"G34"}, {"triage", "voided"}: {"G34"}, {"closed", "archived"}: {"G36"},
		{"triage", "leader_resolving"}: {"G39"}, {"handling", "leader_resolving"}: {"G39"},
	}
	for _, s := range []machine.State{"dispatched", "signed", "handling", "adjudicating",
		"return_pending",  // the clock keeps running there (§4.4)
		"local_resolving", // red risk, group matter (§3.2 b)
	} {
		g[edge{s, "joint_resolving"}] = []string{"G21"}
	}
	for _, s := range []machine.State{"triage", "return_pending", "adjudicating"} { // nobody is responsible: the township (§6 item 32)
		g[edge{s, "dispatched"}] = append(g[edge{s, "dispatched"}], "§4.4 no_body")
	}
	for _, s := range []machine.State{"dispatched", "signed", "handling", "joint_resolving"} { // and after 15 days the county leader
		g[edge{s, "leader_resolving"}] = append(g[edge{s, "leader_resolving"}], "§4.4 no_body")
	}
	for _, s := range []machine.State{"handling", "local_resolving", "joint_resolving", "leader_resolving"} { // where it was answered
		g[edge{"closed", s}] = []string{"G35"}
	}
	for _, s := range working {
		g[edge{s, "withdrawn"}] = []string{"G33"}
	}
	return g
}()

var (
	working = []machine.State{"registered", "triage", "local_resolving", "dispatched", "signed", "handling", "return_pending", "adjudicating",
		"joint_resolving", "leader_resolving", "suspended", "replied", "rework"}
	unowned  = []machine.State{"registered", "triage", "adjudicating"}
	terminal = []machine.State{"closed", "archived", "not_accepted", "no_longer_accepted", "guided", "merged", "withdrawn", "voided"}
	rank     = map[grievance.Level]int{"": 0, "L0": 1, "L1": 2, "L2": 3, "L3": 4}
)

// cast are the people the model lets act, some of another county.
var cast = []string{clerkUser, "guide.220402", dispUser, "disp2.220402", dutyUser, directorUser, petitionClerk, officeUser, "intake.220402001", townLead,
	"mediator.220402001", liaisonUser, handlerUser, "handler2.220402-D11", leaderUser, "liaison.220402-D12", "handler.220402-D12", "leader.220402-D12",
	"liaison.220402-D13", "leader.220402-D13", county1, county2, supervisor1, supervisor2, "disp.220403", "liaison.220403-D11", "discipline.220402-D07", "leader.220402-D07",
	"petitioner"}

// TestModel drives random commands by random people with random inputs, and time,
// against the graph above and the invariants of Appendix B.
func TestModel(t *testing.T) {
	t.Parallel()
	visited := map[edge]int{}
	rapid.Check(t, func(rt *rapid.T) {
		m := &model{rt: rt, visited: visited}
		seeds := rapid.SliceOfN(rapid.Uint64(), 20, 80).Draw(rt, "seeds")
		for i, seed := range seeds {
			m.rng = rand.New(rand.NewPCG(seed, uint64(i)))
			if i == 0 {
				m.start()
			} else {
				m.step()
			}
		}
	})
	var missed []edge
	for e := range graph {
		if visited[e] == 0 {
			missed = append(missed, e)
		}
	}
	t.Logf("%d of %d ways taken, not %v", len(visited), len(graph), missed)
	require.Greater(t, len(visited), len(graph)/2, "the walk must reach most of the graph")
}

type model struct {
	*play
	rt        *rapid.T
	rng       *rand.Rand // of the present step; rapid's own draws lean to small numbers
	extended  int        // how often the statutory date has moved
	latest    time.Time
	statutory time.Time
	visited   map[edge]int
}

// stages are where every second walk begins, so that the far end of the graph is
// walked as often as the near one.
var stages = []func(require.TestingT, ...form.Input) *play{local, offered, dispatched, signed, handling, returnPending, adjudicating, joint, met,
	leaderLevel, suspended, replied, unhappy, reworked, closed}

func (m *model) start() {
	if m.chance(2) {
		m.play = pick(m, stages...)(m.rt, pick(m, nil, asPetition))
		m.latest = m.last().At
		if s := m.c.Statutory; s != nil {
			m.statutory = s.Due
		}
	} else {
		m.play = newPlay(m.rt, monday)
		m.hooks = append(m.hooks, m.watch)
		m.fresh()
	}
	m.hooks = []func(*grievance.Case){m.watch}
	withMaster(m.play)
}

func (m *model) fresh() {
	in := form.Input{"nature": pick(m, "help", "petition", "petition", "accusation", "dispute", "consultation"), "summary": "s", "channel": "walk_in",
		"area": pick(m, town, town, county, "220402070"), "urgency": pick(m, "normal", "normal", "urgent", "emergency", "complex"),
		"category": pick(m, "0402", "0201", "1401"), "headcount": pick(m, []int{1, 1, 1, 1, 1, 1, 6, 40}...),
		"respondent_unit": pick(m, land, tax)}
	if m.chance(2) {
		m.register(clerkUser, in)
		return
	}
	m.register(webUser, in)
}

// step lets one thing happen: time, a sensible step, or anything at all.
func (m *model) step() {
	switch k := m.between(0, 19); {
	case k < 1:
		m.after(pick(m, "1min", "1min", "1wh", "2wh", "1wd", "3cd"))
	case k == 2:
		if d, ok := m.c.Next(); ok {
			m.to(d.At)
		}
	case k == 3:
		if m.chance(20) {
			m.after("20cd")
		}
	case k == 4:
		m.system()
	case k < 7:
		step := pick(m, grievance.Machine.Steps...)
		_ = m.try(pick(m, cast...), step.Action, m.fill(step.Fields))
	case k < 11:
		m.offered(pick(m, cast...))
	default: // somebody who has something to do
		first := m.between(0, len(cast)-1)
		way := onward[m.c.State]
		if m.between(0, 3) == 0 {
			way = nil
		}
		for i := range cast {
			if who := cast[(first+i)%len(cast)]; m.offered(who, way...) {
				return
			}
		}
	}
}

// onward is what moves a case along its usual way; without such a push a random
// walk seldom gets far.
var onward = map[machine.State][]string{
	"registered": {"start-triage"}, "triage": {"dispatch", "dispatch", "assign-local"}, "local_resolving": {"confirm-hand-over", "contact-petitioner", "local-conclude"},
	"dispatched": {"sign-for", "request-return", "approve", "start-adjudication"}, "signed": {"assign-handler", "request-return", "approve"},
	"handling": {"issue-reply", "suspend", "approve"}, "return_pending": {"accept-return", "reject-return"}, "adjudicating": {"adjudicate"},
	"joint_resolving": {"plan-session", "joint-conclude"}, "leader_resolving": {"leader-conclude", "designate-leader"}, "suspended": {"resume"},
	"replied": {"evaluate", "rework"}, "rework": {"issue-reply", "approve", "joint-conclude", "leader-conclude", "local-conclude"}, "closed": {"reopen"},
}

// aside are steps that leave the case where it is; they are taken less often.
var aside = []string{"classify", "split", "contact-petitioner", "record-attempt", "add-assist", "hand-over", "record-service", "assign-handler"}

// ending are steps that end a case; most cases should live longer.
var ending = []string{"withdraw", "void", "close-unreachable", "guide-legal", "merge", "reject-case", "no-longer-accept", "start-leader", "start-joint"}

// offered takes a step somebody is offered, and checks that the offer was honest.
// It answers false when there was nothing to do, of these actions if any are named.
func (m *model) offered(who string, actions ...string) bool {
	all := grievance.Machine.Offers(m.c, m.actor(who), m.rules, m.now)
	all = slices.DeleteFunc(all, func(o machine.Offer) bool {
		if len(actions) > 0 {
			return !slices.Contains(actions, o.Action)
		}
		return slices.Contains(ending, o.Action) && m.between(0, 2) > 0 ||
			slices.Contains(aside, o.Action) && m.between(0, 7) > 0
	})
	if len(all) == 0 {
		return false
	}
	o := pick(m, all...)
	in := m.fill(o.Fields)
	if o.Action == machine.Approve || o.Action == machine.Decline {
		for id := range m.c.Requests {
			in["request"] = id
		}
	}
	err := m.try(who, o.Action, in)
	if len(m.c.Requests) <= 1 {
		require.NotContains(m.rt, []string{"not_your_office", "not_your_case", "wrong_state", "not_found"}, reasonOf(err), "%s was offered to %s", o.Action, who)
	}
	return true
}

// system brings the consequences of other cases and of sessions.
func (m *model) system() {
	for no := range m.c.Sessions {
		state := pick(m, "held", "concluded", "failed", "concluded")
		_ = m.try("system", "session-moved", form.Input{"session": no, "session_state": state, "lead_unit": pick(m, housing, farm)})
		return
	}
	if m.chance(3) { // the system was away until now
		_ = m.try("system", "move-for-outage", away("O1", m.now.Add(-time.Duration(m.between(1, 3000))*time.Minute), m.now))
		return
	}
	action := pick(m, "follower-joined", "follower-left", "master-moved")
	in := form.Input{"follower": "220402G2026030200077"}
	if action == "master-moved" {
		in = form.Input{"state": pick(m, "replied", "closed", "rework")}
	}
	_ = m.try("system", action, in)
}

// watch checks what must hold after whatever happened.
func (m *model) watch(before *grievance.Case) {
	c, t := m.c, m.rt
	for _, e := range m.events {
		m.watchEvent(e)
	}
	require.NotEmpty(t, c.Owner.Unit, "somebody always owns it")
	require.NotEmpty(t, c.FirstUnit)
	over := slices.Contains(terminal, c.State)
	if !over && !slices.Contains(unowned, c.State) {
		require.NotEmpty(t, c.LeadUnit, "I1 in %s", c.State)
	}
	if rank[c.Level] < rank[before.Level] {
		_, fell := m.happened("hand_over_lapsed")
		_, declined := m.happened("hand_over_declined")
		require.True(t, fell || declined, "I2: %s → %s", before.Level, c.Level)
	}
	m.watchClocks(before)
	m.watchReturns()
	m.watchAnswer()
	m.watchWaiting(over)
}

func (m *model) watchEvent(e machine.Event) {
	t := m.rt
	require.False(t, e.At.Before(m.latest), "%s lies before the event before it", e.Type)
	m.latest = e.At
	require.NotEmpty(t, e.By)
	if e.From == e.To {
		return
	}
	rules, ok := graph[edge{e.From, e.To}]
	require.True(t, ok, "§3.1 has no way from %s to %s (%s)", e.From, e.To, e.Type)
	require.Contains(t, rules, e.Rule, "%s → %s", e.From, e.To)
	m.visited[edge{e.From, e.To}]++
	if slices.Contains(terminal, e.To) {
		require.True(t, len(e.Notices) > 0 || e.Exempt != "", "I9: %s told nobody", e.Type)
	}
}

// watchClocks: I3, I10 and §0.4.
func (m *model) watchClocks(before *grievance.Case) {
	c, t := m.c, m.rt
	require.Equal(t, c.Policy == nil, c.DispatchedAt.IsZero(), "I10: a policy clock from dispatch on")
	if c.Policy != nil && len(c.Stays) == 1 && before.Policy == nil {
		sameTime(t, c.DispatchedAt, c.Policy.Start, "I10")
	}
	if c.SignedAt != before.SignedAt && before.Policy != nil && c.Level == before.Level && c.State == grievance.Signed {
		sameTime(t, before.Policy.Start, c.Policy.Start, "signing starts nothing")
	}
	if c.Statutory != nil {
		require.True(t, c.Track == "petition")
		require.Empty(t, c.Statutory.Pauses, "the statutory clock is never paused")
		if !m.statutory.IsZero() && !m.statutory.Equal(c.Statutory.Due) {
			m.extended++
			require.Greater(t, c.ExtensionCount, before.ExtensionCount, "I3")
		}
		m.statutory = c.Statutory.Due
		require.LessOrEqual(t, m.extended, 1, "I3: one approved extension at most")
		require.LessOrEqual(t, len(c.Statutory.Extensions), 1)
	}
	open := 0
	if c.Policy != nil {
		for _, p := range c.Policy.Pauses {
			if p.To.IsZero() {
				open++
			}
		}
		require.Equal(t, open > 0, c.Policy.Due.IsZero() && !slices.Contains(terminal, c.State), "a paused clock has no due date, any other has one")
	}
	require.LessOrEqual(t, open, 1)
}

// watchReturns: I7.
func (m *model) watchReturns() {
	c, t := m.c, m.rt
	for i, u := range c.Returned {
		require.NotContains(t, c.Returned[:i], u, "I7: one return per unit")
	}
	require.LessOrEqual(t, c.ReassignCount, 2, "I7: no third dispatch")
	if c.State == grievance.ReturnPending {
		require.NotContains(t, c.Designated, c.LeadUnit, "I7: a designated unit may not return")
	}
	if c.Confidentiality == "C3" && c.LeadUnit != "" {
		require.NotEqual(t, c.RespondentUnit, c.LeadUnit, "an accusation never reaches the unit it is about")
	}
}

// watchAnswer: I4 and I11.
func (m *model) watchAnswer() {
	c, t := m.c, m.rt
	if c.Reply != nil {
		require.NotEmpty(t, c.Reply.OutcomeGrade, "I4")
		if c.Track == "petition" {
			require.NotEmpty(t, c.Reply.Opinion, "I4")
		}
	}
	if c.State == grievance.Replied || c.State == grievance.Closed && c.ClosingType != "unreachable" {
		require.NotNil(t, c.Reply)
		for _, k := range c.Tasks {
			require.False(t, c.State == grievance.Closed && k.Open(), "I11: nothing is left open")
		}
	}
}

// watchWaiting: nothing waits that could no longer happen.
func (m *model) watchWaiting(over bool) {
	c, t := m.c, m.rt
	for _, r := range c.Requests {
		require.NoError(t, grievance.Machine.Permit(c, r.Action), "request %s is moot in %s", r.Action, c.State)
	}
	for _, d := range c.Deadlines {
		require.False(t, d.At.IsZero())
		require.Contains(t, grievance.Machine.Expire, d.Kind)
		if over {
			require.Contains(t, []string{"archive", "followup", "unmerge"}, d.Kind, "%s after the end", d.ID)
		}
	}
	openStays := 0
	for _, s := range c.Stays {
		if s.Left.IsZero() {
			openStays++
		}
	}
	if !over && c.State != grievance.Replied && c.Level != "" {
		require.Equal(t, 1, openStays, "the case is on one level at a time")
	}
	require.True(t, over || climbs(c), "nothing makes the case in %s move: %v", c.State, m.pending())
	require.Equal(t, c.Offer != nil, has(c.Deadlines, "handover"), "an offer waits with its limit")
	require.Equal(t, c.State == grievance.Suspended, c.Suspension != nil)
}

// climbing are the limits after which a case moves by itself although nobody is late
// by them.
var climbing = []string{"unassigned", "policy.grace", "policy.fail", "pause.max", "hangup.until", "evaluation"}

// climbs tells whether a case that is not over has a limit that makes somebody, or
// time, act on it.
func climbs(c *grievance.Case) bool {
	for _, d := range c.Deadlines {
		if d.Duty && !slices.Contains([]string{"task", "inform"}, d.Kind) || slices.Contains(climbing, d.Kind) {
			return true
		}
	}
	return false
}

func has(m map[string]machine.Deadline, id string) bool { _, ok := m[id]; return ok }
