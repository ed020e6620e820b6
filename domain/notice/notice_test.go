package notice_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/org"
	"huajie/domain/whistle"
	"huajie/rulebook"
)

var update = flag.Bool("update", false, "write the golden file anew")

const (
	county = "220402"
	lead   = "220402-D11"
	assist = "220402-D05"
)

var (
	book   = loaded()
	monday = time.Date(2026, 11, 23, 9, 0, 0, 0, calendar.Zone)
	rules  = book.RulesFor(county, monday)
)

func loaded() *rulebook.Book {
	b, err := rulebook.Default()
	if err != nil {
		panic(err)
	}
	return b
}

// whole is a case of which everything is known that a notice may say.
func whole() *grievance.Case {
	due := monday.AddDate(0, 0, 7).Add(8 * time.Hour)
	c := &grievance.Case{Kind: "grievance", Nature: "petition", Track: "petition", Category: "0201", Urgency: "normal", Confidentiality: "C1",
		Summary: secret[0], County: county, Area: "220402008", Petitioner: "person-1",
		Owner: grievance.Owner{Unit: lead}, FirstUnit: centre(), FirstResponder: "disp.220402", LeadUnit: lead, OwningLeader: "cleader.220402",
		Level: grievance.L1, RegisteredAt: monday, AcceptedAt: monday.Add(time.Hour),
		Policy:     &grievance.Clock{Start: monday, Due: due},
		Statutory:  &grievance.Clock{Start: monday, Due: time.Date(2027, 1, 23, 0, 0, 0, 0, calendar.Zone)},
		Tasks:      map[string]grievance.Task{"T1": {ID: "T1", Unit: assist, Due: due.Add(-time.Hour), What: secret[1]}},
		Suspension: &grievance.Suspension{Until: time.Date(2027, 5, 1, 0, 0, 0, 0, calendar.Zone)},
	}
	c.No, c.State, c.Deadlines = "220402G2026112300001", grievance.Handling, map[string]machine.Deadline{}
	for _, id := range []string{"sign", "handover", "joint.convene", "leader.designate", "leader.meet", "adjudicate", "rework.decide"} {
		c.Deadlines[id] = machine.Deadline{ID: id, At: monday.Add(6 * time.Hour)}
	}
	return c
}

func session() *joint.Session {
	s := &joint.Session{Kind: joint.Kind, Case: "220402G2026112300001", County: county, Level: "L2", ChairUnit: centre(), Chair: "director.220402",
		LeadUnit: lead, HeldAt: monday.AddDate(0, 0, 2), Room: "会商室", Purpose: secret[2], Seats: map[string]joint.Seat{lead: {Unit: lead, Role: joint.RoleLead}}}
	s.No, s.State = s.Case+"-J1", joint.Notified
	s.Deadlines = map[string]machine.Deadline{"ack." + lead: {At: monday.Add(6 * time.Hour)}, "sign." + lead: {At: monday.AddDate(0, 0, 3)}}
	return s
}

// blown is a whistle in the middle of everything.
func blown() *whistle.Whistle {
	w := &whistle.Whistle{Kind: whistle.Emergency, County: county, Township: "220402008", Place: secret[0], Matter: secret[1], Why: secret[2], Owner: lead, Centre: "220402008-C",
		Seats: map[string]whistle.Seat{lead: {Unit: lead, State: whistle.Blown}}}
	w.No, w.State, w.Deadlines = "220402W2026112300001", whistle.Blown, map[string]machine.Deadline{}
	for i, id := range []string{"approve", "respond." + lead, "arrive." + lead, "evaluate", "counter"} {
		w.Deadlines[id] = machine.Deadline{ID: id, At: monday.Add(time.Duration(i+1) * time.Hour)}
	}
	return w
}

func centre() string {
	u, _ := book.Org.CentreOf(county)
	return u.ID
}

// secret are words of the matter and of people; none may ever be in a message.
var secret = []string{"屋面漏水三年无人修", "赔偿张建国五千元", "劝返李桂芳", "13804371234", "张建国"}

// row is one notice as some event sends it.
type row struct {
	n, event string
	to       machine.Recipient
	facts    map[string]string
	input    form.Input
	reason   string
	session  bool
	whistle  bool
}

var (
	petitioner = machine.Recipient{Petitioner: "220402G2026112300001"}
	atLead     = machine.Recipient{Role: org.RoleDeptLiaison, Unit: lead}
	atAssist   = machine.Recipient{Role: org.RoleDeptLiaison, Unit: assist}
	person     = machine.Recipient{User: "handler.220402-D11"}
)

// rows are all notices of §3.11 that the machines send, and some events of each.
func rows() []row {
	said := form.Input{"summary": secret[0], "reason": secret[1], "address": secret[3], "organ": secret[4], "legal_route": "1", "prior_case": "220402G2025010100009"}
	list := []row{
		{n: "N1", event: "registered", to: petitioner},
		{n: "N2", event: "guided", to: petitioner, input: said},
		{n: "N3", event: "not_accepted", to: petitioner, input: said, reason: book.Codes.Options("guidance_reason")[0]},
		{n: "N4", event: "no_longer_accepted", to: petitioner, input: said},
		{n: "N5", event: "merged", to: petitioner, facts: map[string]string{"master": "220402G2026112300002"}},
		{n: "N5", event: "split_off", to: petitioner, facts: map[string]string{"master": "220402G2026112300003"}, input: said},
		{n: "N6", event: "dispatched", to: petitioner},
		{n: "N7", event: "dispatched", to: atLead, input: said},
		{n: "N7", event: "dispatched", to: atAssist},
		{n: "N7", event: "hand_over_offered", to: person},
		{n: "N7", event: "handler_assigned", to: person},
		{n: "N9", event: "requested", to: atLead, facts: map[string]string{"action": "extend"}},
		{n: "N9", event: "return_requested", to: atLead, reason: book.Codes.Options("return_reason")[0]},
		{n: "N10", event: "declined", to: person, facts: map[string]string{"action": "suspend"}, input: said},
		{n: "N10", event: "return_rejected", to: atLead, input: said},
		{n: "N11", event: "replied", to: petitioner, input: said},
		{n: "N12", event: "suspended", to: petitioner, reason: book.Codes.Options("hangup_reason")[0]},
		{n: "N12", event: "resumed", to: petitioner},
		{n: "N13", event: "escalated_l2", to: petitioner, reason: "T01"},
		{n: "N13", event: "escalated_l2", to: atLead, reason: "T01"},
		{n: "N13", event: "reported_up", to: atLead},
		{n: "N13", event: "unmerged", to: petitioner},
		{n: "N13", event: "hand_over_confirmed", to: person},
		{n: "N13", event: "hand_over_declined", to: person, input: said},
		{n: "N13", event: "suspension_reviewed", to: person},
		{n: "N13", event: "task_completed", to: atLead, facts: map[string]string{"task": "T1"}, input: said},
		{n: "N14", event: "leader_designated", to: petitioner},
		{n: "N14", event: "leader_designated", to: person},
		{n: "N15", event: "guided", to: petitioner, input: said},
		{n: "N16", event: "evaluated", to: petitioner, facts: map[string]string{"closing": "agreement"}},
		{n: "N16", event: "evaluated", to: person, facts: map[string]string{"closing": "agreement"}},
		{n: "N16", event: "replied", to: person},
		{n: "N16", event: "voided", to: petitioner},
		{n: "N17", event: "rework_ordered", to: petitioner},
		{n: "N17", event: "rework_ordered", to: atLead, input: said},
		{n: "N17", event: "evaluated", to: person},
		{n: "N18", event: "finalized", to: petitioner},
		{n: "N19", event: "extended", to: petitioner, reason: "X01"},
		{n: "N8", event: "joint_started", to: person},
		{n: "N8", event: "adjudication_started", to: atLead},
		{n: "N8", event: "adjudication_passed_on", to: person},
		{n: "N20", event: "statutory_countdown", to: atLead, facts: map[string]string{"left": "7cd"}},
		{n: "N20", event: "sign_reminded", to: atLead},
		{n: "N20", event: "light_yellow", to: atLead},
		{n: "N20", event: "overdue", to: atLead},
		{n: "N20", event: "something_new", to: atLead},
		{n: "N21", event: "contact_missed", to: atLead, facts: map[string]string{"cause": "S02"}},
		{n: "N21", event: "red_card", to: atLead, facts: map[string]string{"cause": "S03"}},
		{n: "N21", event: "session_moved", to: atLead, facts: map[string]string{"cause": "S08"}},
	}
	for _, event := range []string{"session_opened", "units_notified", "excused", "chair_changed", "held", "concluded", "failed", "cancelled"} {
		list = append(list, row{n: "N8", event: event, to: atLead, session: true, input: said})
	}
	about := map[string]string{"unit": assist, "cause": "S07"}
	for _, x := range [][]string{
		{"N7", "whistle_blown", "whistle_coordinated", "whistle_ruled"},
		{"N8", "whistle_blown"},
		{"N9", "whistle_proposed", "whistle_drafted", "whistle_revised", "whistle_coordination_started"},
		{"N10", "whistle_rejected", "whistle_withdrawn", "whistle_draft_lapsed"},
		{"N13", "whistle_approved", "whistle_responded", "whistle_arrived", "whistle_work_started", "whistle_work_done", "whistle_refused", "whistle_unit_released",
			"whistle_coordinated", "whistle_ruled", "whistle_unit_evaluated", "whistle_counter_evaluated"},
		{"N16", "whistle_completed", "whistle_evaluated", "whistle_unrated", "whistle_adjudicated"},
		{"N17", "whistle_work_returned"},
		{"N20", "whistle_approval_overdue", "whistle_approval_missed", "whistle_coordination_overdue", "whistle_ruling_overdue"},
		{"N21", "whistle_response_overdue", "whistle_arrival_overdue", "whistle_work_overdue", "whistle_second_yellow", "whistle_refused_without_ground",
			"whistle_not_reported", "whistle_unfinished", "whistle_ruling_defied"},
	} {
		for _, event := range x[1:] {
			list = append(list, row{n: x[0], event: event, to: atLead, whistle: true, input: said, facts: about})
		}
	}
	list = append(list, row{n: "N9", event: "requested", to: atLead, whistle: true, facts: map[string]string{"action": "refuse-whistle"}},
		row{n: "N10", event: "declined", to: person, whistle: true, facts: map[string]string{"action": "refuse-whistle"}})
	return append(list,
		row{n: "N8", event: "units_notified", to: petitioner, session: true},
		row{n: "N8", event: "cancelled", to: petitioner, session: true},
		row{n: "N7", event: "concluded", to: atAssist, session: true, input: said},
		row{n: "N20", event: "ack_overdue", to: atLead, session: true})
}

func render(r row) notice.Message {
	e := machine.Event{Seq: 7, Type: r.event, At: monday, RecordedAt: monday, Reason: r.reason, Input: r.input}
	a := notice.FromCase(whole(), rules).Named(name)
	a.QueryCode = "K7M2P9XA"
	if r.session {
		a = notice.FromSession(session(), rules)
	}
	if r.whistle {
		a = notice.FromWhistle(blown(), rules)
	}
	return notice.Render(machine.Notice{N: r.n, To: r.to, Facts: r.facts}, e, a, rules)
}

// TestEveryNoticeInBothLanguages renders N1–N21 and compares with the golden
// file, which is read by people when it changes.
func TestEveryNoticeInBothLanguages(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	seen := map[string]bool{}
	for _, r := range rows() {
		m := render(r)
		seen[m.N] = true
		fmt.Fprintf(&b, "%s %s → %s%s%s\n  %s|%s\n  %s\n  %s\n", r.n, r.event, r.to.Petitioner, r.to.User, r.to.Unit, m.TitleZH, m.TitleEN, m.BodyZH, m.BodyEN)
		for _, s := range []string{m.TitleZH, m.TitleEN, m.BodyZH, m.BodyEN} {
			whole := s != "" && !strings.Contains(s, "<no value>") && !strings.Contains(s, "{{") && !strings.Contains(s, "  ") &&
				!strings.Contains(s, "()") && !strings.Contains(s, ",,") && !strings.Contains(s, ":。") && !strings.Contains(s, ": .") && !strings.Contains(s, "0001-01-01")
			require.True(t, whole, "%s/%s: %q", r.n, r.event, s)
		}
	}
	for i := range 21 {
		require.True(t, seen[fmt.Sprintf("N%d", i+1)], "N%d is never rendered", i+1)
	}
	golden := filepath.Join("testdata", "notices.golden")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String(), "run with -update and read the difference")
}

func TestNothingOfTheMatterLeaks(t *testing.T) {
	t.Parallel()
	for _, r := range rows() {
		m := render(r)
		for _, s := range secret {
			require.NotContains(t, m.TitleZH+m.TitleEN+m.BodyZH+m.BodyEN, s, "%s/%s", r.n, r.event)
		}
	}
}

// TestAnswerTellsTheRemedy: the petition opinion names review and its 30 days
// (§3.11 N11, I4); other tracks do not promise a review they have not got.
func TestAnswerTellsTheRemedy(t *testing.T) {
	t.Parallel()
	m := render(row{n: "N11", event: "replied", to: petitioner})
	require.Contains(t, m.BodyZH, "30日内请求原办理机关的上一级机关复查")
	require.Contains(t, m.BodyEN, "30 calendar days")
	c := whole()
	c.Track = "demand"
	other := notice.Render(machine.Notice{N: "N11", To: petitioner}, machine.Event{Type: "replied"}, notice.FromCase(c, rules), rules)
	require.NotContains(t, other.BodyZH, "复查")
	require.Contains(t, other.BodyZH, "救济途径")
	for _, n := range []string{"N3", "N4", "N15"} {
		m := render(row{n: n, event: "x", to: petitioner})
		require.Regexp(t, "救济途径|仲裁", m.BodyZH)
	}
}

func TestExemptionsKeepTheWords(t *testing.T) {
	t.Parallel()
	c := whole()
	c.Anonymous, c.WrittenNoDuty = true, true
	m := notice.Render(machine.Notice{N: "N1", To: petitioner}, machine.Event{Type: "registered"}, notice.FromCase(c, rules), rules)
	require.Equal(t, notice.ExemptAnonymous, m.Exempt)
	require.NotEmpty(t, m.BodyZH)
	require.Empty(t, notice.Render(machine.Notice{N: "N7", To: atLead}, machine.Event{Type: "dispatched"}, notice.FromCase(c, rules), rules).Exempt, "units are told all the same")
	follower := machine.Recipient{Petitioner: "220402G2026112300009"}
	require.Empty(t, notice.Render(machine.Notice{N: "N11", To: follower}, machine.Event{Type: "replied"}, notice.FromCase(c, rules), rules).Exempt, "another petitioner may have a name")

	c.Anonymous = false
	about := notice.FromCase(c, rules)
	require.Equal(t, notice.ExemptNameUnclear, notice.Render(machine.Notice{N: "N6", To: petitioner}, machine.Event{}, about, rules).Exempt)
	require.Empty(t, notice.Render(machine.Notice{N: "N5", To: petitioner}, machine.Event{}, about, rules).Exempt, "only what must be written is exempt")
}

func TestEmergencyBreaksTheQuietHours(t *testing.T) {
	t.Parallel()
	c := whole()
	require.False(t, notice.FromCase(c, rules).Immediate)
	c.Urgency = "emergency"
	require.True(t, notice.Render(machine.Notice{N: "N7", To: atLead}, machine.Event{}, notice.FromCase(c, rules), rules).Immediate)
	s := session()
	s.Risk = "red"
	require.True(t, notice.FromSession(s, rules).Immediate)
}

func TestNoticesOfAnOutageAreMarked(t *testing.T) {
	t.Parallel()
	about := notice.FromCase(whole(), rules)
	late := func(bySystem bool) bool {
		return notice.Render(machine.Notice{N: "N20", To: atLead}, machine.Event{Type: "overdue", At: monday, LateBySystem: bySystem}, about, rules).Late
	}
	require.False(t, late(false))
	require.True(t, late(true))
}

func TestAccusationKeepsItsUnitSecret(t *testing.T) {
	t.Parallel()
	c := whole()
	c.Confidentiality = "C3"
	about := notice.FromCase(c, rules)
	name, _ := book.Org.Unit(lead)
	m := notice.Render(machine.Notice{N: "N6", To: petitioner}, machine.Event{}, about, rules)
	require.NotContains(t, m.BodyZH, name.ZH)
	require.Contains(t, notice.Render(machine.Notice{N: "N7", To: atLead}, machine.Event{}, about, rules).BodyZH, name.ZH)
}

func name(username string) (domain.Text, bool) {
	u, ok := book.Users.User(username)
	return domain.Text{ZH: u.ZH, EN: u.EN}, ok
}

func TestNamedNamesOfficersAndNobodyReadsAnAccountName(t *testing.T) {
	t.Parallel()
	about := notice.FromCase(whole(), rules)
	require.Equal(t, []string{"disp.220402", "cleader.220402"}, about.People())
	for n, user := range map[string]string{"N1": "disp.220402", "N14": "cleader.220402"} {
		who, _ := book.Users.User(user)
		named := notice.Render(machine.Notice{N: n, To: petitioner}, machine.Event{}, about.Named(name), rules)
		require.Contains(t, named.BodyZH, who.ZH)
		require.Contains(t, named.BodyEN, who.EN)
		plain := notice.Render(machine.Notice{N: n, To: petitioner}, machine.Event{}, about, rules)
		require.NotContains(t, plain.BodyZH+plain.BodyEN, user)
		require.NotContains(t, plain.BodyEN, "  ")
	}
}

// TestRealTurnsAreRendered drives a session and renders all it sends.
func TestRealTurnsAreRendered(t *testing.T) {
	t.Parallel()
	in := form.Input{"case": "220402G2026112300001", "county": county, "level": "L2", "chair": "director.220402", "chair_unit": centre(),
		"purpose": secret[0], "lead_unit": lead, "assist_units": []any{assist}, "held_at": monday.AddDate(0, 0, 2).Format(time.RFC3339), "room": "会商室"}
	events, s, err := joint.Open("220402G2026112300001-J1", machine.Command{Actor: domain.SystemActor(), Input: in}, rules, monday)
	require.NoError(t, err)
	messages := notice.RenderAll(events, notice.FromSession(s, rules), rules)
	require.Len(t, messages, 2)
	require.Equal(t, "220402G2026112300001-J1", messages[0].No)
	require.Equal(t, events[0].Seq, messages[0].Seq)

	director, _ := book.Users.User("director.220402")
	events, s, err = joint.Machine.Decide(s, machine.Command{Action: "notify-units", Actor: domain.Actor{User: director.Username, Grants: director.Grants},
		Input: form.Input{"agenda": secret[1]}}, rules, machine.World{}, monday)
	require.NoError(t, err)
	for _, m := range notice.RenderAll(events, notice.FromSession(s, rules), rules) {
		require.Contains(t, m.BodyZH, "2026年11月25日09:00")
		require.False(t, slices.ContainsFunc(secret, func(x string) bool { return strings.Contains(m.BodyZH+m.BodyEN, x) }))
		require.Contains(t, m.BodyZH, "2026年11月23日15:00前确认", "each unit reads its own limit")
	}
}
