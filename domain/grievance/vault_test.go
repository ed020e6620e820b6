package grievance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

// The people and the unit of the vault.
const (
	discipline        = "220402-D07"
	disciplineUser    = "discipline.220402-D07"
	disciplineLead    = "leader.220402-D07"
	disciplineHandler = "handler.220402-D07"
)

var accused = form.Input{"nature": "accusation", "respondent_unit": housing}

// sealed is an accusation the discipline reception has picked up.
func sealed(t require.TestingT, in ...form.Input) *play {
	return begin(t, append([]form.Input{accused}, in...)...).do(disciplineUser, "start-triage")
}

// TestVault: an accusation is worked from end to end inside the vault (§2.3).
func TestVault(t *testing.T) {
	t.Parallel()
	parallel(t, "from the window to the answer", func(t *testing.T) {
		p := sealed(t)
		require.Contains(t, p.c.Units, discipline, "its department takes part from the first moment")
		p.do(disciplineUser, "dispatch", form.Input{"lead_unit": discipline})
		require.Contains(t, p.last().Notices, machine.Notice{N: "N7", To: machine.Recipient{Role: "discipline_officer", Unit: discipline}})
		p.do(disciplineUser, "sign-for").do(disciplineUser, "assign-handler", assigned, form.Input{"handlers": []any{disciplineHandler}})
		p.do(disciplineHandler, "contact-petitioner", contacted).do(disciplineHandler, "issue-reply", answered)
		p.refuse(domain.CodeForbidden, "not_your_office", leaderUser, "approve")
		p.do(disciplineUser, "approve").do("petitioner", "evaluate", form.Input{"rating": "satisfied"})
		require.Equal(t, grievance.Closed, p.c.State)
	})
	parallel(t, "the head of the department is the second person, the duty leader is not", func(t *testing.T) {
		p := sealed(t)
		p.do(disciplineUser, "reject-case", form.Input{"reason_code": "R06", "legal_basis": "b", "remedy": "r", "reason": "w"})
		require.Equal(t, []machine.Recipient{{Role: "discipline_officer", Unit: discipline}, {Role: "dept_leader", Unit: discipline}}, to(p.last(), "N9"))
		p.refuse(domain.CodeForbidden, "not_your_office", dutyUser, "approve")
		p.refuse(domain.CodeForbidden, "second_person", disciplineUser, "approve")
		require.Equal(t, grievance.NotAccepted, p.do(disciplineLead, "approve").c.State)
	})
	parallel(t, "a session about it is the vault's to plan and to end", func(t *testing.T) {
		p := sealed(t).do(disciplineUser, "start-joint", form.Input{"trigger": "T02", "reason": "x"})
		p.refuse(domain.CodeConflict, "respondent_barred", disciplineUser, "plan-session", planned)
		p.do(disciplineUser, "plan-session", planned, form.Input{"lead_unit": discipline})
		require.Equal(t, housing, p.last().Effects[0].Input["respondent_unit"])
		measures := []any{map[string]any{"executor": housing, "what": "x", "due": "2026-03-20"}, map[string]any{"executor": land, "what": "x", "due": "2026-03-20"}}
		p.do("system", "session-moved", form.Input{"session": p.session(), "session_state": "concluded", "lead_unit": housing, "measures": measures})
		require.NotEqual(t, housing, p.c.LeadUnit)
		require.Len(t, p.c.Tasks, 1, "the accused unit gets no task")
	})
	parallel(t, "the vault is closed to other matters, other counties and the accused", func(t *testing.T) {
		begin(t).refuse(domain.CodeForbidden, "not_your_case", disciplineUser, "start-triage")
		begin(t, accused).refuse(domain.CodeForbidden, "not_your_case", "discipline.220403-D07", "start-triage")
		own := begin(t, accused, form.Input{"respondent_unit": discipline})
		own.refuse(domain.CodeForbidden, "not_your_case", disciplineUser, "start-triage")
		require.NotContains(t, own.c.Units, discipline)
	})
	parallel(t, "nobody but a person assigns it, and the alarm goes on until one does", func(t *testing.T) {
		p := begin(t, accused)
		for range 5 {
			p.expire("triage.decide")
			e := p.saw("decision_overdue")
			require.Contains(t, to(e, "N20"), machine.Recipient{Role: "discipline_officer", Unit: discipline})
			require.Contains(t, to(e, "N20"), machine.Recipient{Role: "centre_duty_leader", Unit: centre})
		}
		require.Equal(t, grievance.Registered, p.c.State)
		late := begin(t).expire("triage.decide").do(dispUser, "start-triage").do(dispUser, "classify", why, form.Input{"confidentiality": "C3"}).expire("unassigned")
		require.Equal(t, grievance.Triage, late.c.State, "sealed after the grace had begun")
		require.Contains(t, late.pending(), "triage.decide")
	})
	parallel(t, "it is handed to the reception or to a person, never to who is accused", func(t *testing.T) {
		p := begin(t, accused)
		p.refuse(domain.CodeConflict, "sealed_hand_over", clerkUser, "hand-over", toTown)
		begin(t, accused, form.Input{"respondent_unit": town}).refuse(domain.CodeConflict, "sealed_hand_over", clerkUser, "hand-over", toTown, form.Input{"to_user": officeUser})
		begin(t).refuse(domain.CodeInvalid, "not_a_centre", clerkUser, "hand-over", why, form.Input{"to_unit": discipline})
		p.do(clerkUser, "hand-over", why, form.Input{"to_unit": discipline}).do(disciplineUser, "confirm-hand-over")
		require.Equal(t, grievance.Owner{Unit: discipline, User: disciplineUser}, p.c.Owner)
	})
	parallel(t, "it is merged with its like only", func(t *testing.T) {
		in := form.Input{"master": masterNo, "reason": "x"}
		p := sealed(t)
		withMaster(p)
		p.refuse(domain.CodeConflict, "sealed_apart", disciplineUser, "merge", in)
		p.cases[masterNo] = machine.Related{No: masterNo, County: county, Open: true, Confidentiality: "C3"}
		p.do(disciplineUser, "merge", in)
		require.Equal(t, true, p.last().Effects[0].Input["sealed"])
		open := triaged(t)
		open.cases[masterNo] = p.cases[masterNo]
		open.refuse(domain.CodeConflict, "sealed_apart", dispUser, "merge", in)
		open.refuse(domain.CodeInvalid, "unknown_case", dispUser, "no-longer-accept", form.Input{"ground": "finalized", "prior_case": masterNo, "reason": "x"})
		open.do("system", "follower-joined", form.Input{"follower": "F1", "sealed": true})
		require.Equal(t, "merge-refused", open.last().Effects[0].Action)
		open.do("system", "follower-joined", form.Input{"follower": "F2"})
		open.refuse(domain.CodeConflict, "followers_remain", dispUser, "classify", why, form.Input{"confidentiality": "C3"})
	})
	parallel(t, "what is split off an accusation does not tell where it comes from", func(t *testing.T) {
		p := sealed(t).do(disciplineUser, "split", form.Input{"summary": "另一事项", "nature": "help", "reason": "x"})
		r := grievance.Registration{No: p.newNo, Origin: no, OriginSealed: true, Input: form.Input{"nature": "help", "summary": "另一事项", "channel": "walk_in", "area": town}}
		events, c, err := grievance.Register(r, machine.Command{Key: "K1", Actor: p.actor(disciplineUser)}, p.rules, p.now)
		require.NoError(t, err)
		require.True(t, c.OriginHidden)
		for _, secret := range []string{no, disciplineUser, discipline} {
			require.NotContains(t, encode(t, c), secret)
			require.NotContains(t, encode(t, events), secret)
		}
		r.Input["nature"] = "accusation"
		_, c, err = grievance.Register(r, machine.Command{Key: "K1", Actor: p.actor(disciplineUser)}, p.rules, p.now)
		require.NoError(t, err)
		require.Equal(t, no, c.Origin, "inside the vault it may be known")
	})
}

// to are the recipients of one kind of notice.
func to(e machine.Event, n string) []machine.Recipient {
	var out []machine.Recipient
	for _, x := range e.Notices {
		if x.N == n {
			out = append(out, x.To)
		}
	}
	return out
}
