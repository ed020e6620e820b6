package grievance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/whistle"
)

// called is a whistle from a case.
var called = form.Input{"kind": whistle.Routine, "place": "永安路12号", "matter": "违建", "why": "无执法权", "units": []any{"220402-D23"}, "due": "2026-03-09"}

func TestBlowWhistleForACase(t *testing.T) {
	t.Parallel()
	p := local(t)
	p.newNo = "220402W2026030200001"
	p.refuse(domain.CodeInvalid, "not_a_department", officeUser, "blow-whistle", called, form.Input{"units": []any{centre}})
	p.refuse(domain.CodeForbidden, "not_your_office", liaisonUser, "blow-whistle", called)
	p.do(officeUser, "blow-whistle", called)
	f := p.last().Effects[0]
	require.Equal(t, machine.EffectBlowWhistle, f.Kind)
	require.Equal(t, p.newNo, f.To)
	_, w, err := whistle.Draft(f.To, machine.Command{Actor: domain.SystemActor(), Input: f.Input}, p.rules, p.now)
	require.NoError(t, err, "what the case lets pass the whistle takes")
	require.Equal(t, p.c.No, w.Case)
	require.Equal(t, officeUser, w.DraftedBy)

	p = readyLocal(t)
	p.newNo = "220402W2026030200001"
	p.do(officeUser, "blow-whistle", called)
	p.refuse(domain.CodeConflict, "whistle_open", officeUser, "local-conclude", answered)
	heard := form.Input{"whistle": p.newNo, "whistle_state": string(whistle.Evaluated)}
	p.do("system", "whistle-ended", heard)
	require.Equal(t, "evaluated", p.c.Whistles[p.newNo].State)
	p.do(officeUser, "local-conclude", answered)
	p.newNo = ""
	require.Error(t, local(t).try(officeUser, "whistle-ended", heard), "a step of the system is no step of a person")
}

func TestAWhistleDraftedByHandIsHeardOf(t *testing.T) {
	t.Parallel()
	p := readyLocal(t)
	heard := form.Input{"whistle": "220402W2026030200002", "whistle_state": string(whistle.Drafted)}
	p.do("system", "whistle-opened", heard)
	p.refuse(domain.CodeConflict, "whistle_open", officeUser, "local-conclude", answered)
	heard["whistle_state"] = string(whistle.Withdrawn)
	p.do("system", "whistle-ended", heard)
	p.do(officeUser, "local-conclude", answered)
	p.refuse(domain.CodeConflict, "unknown_whistle", "system", "whistle-ended", form.Input{"whistle": "x", "whistle_state": "rejected"})
}

func TestNoWhistleAboutAnAccusation(t *testing.T) {
	t.Parallel()
	p := sealed(t)
	p.newNo = "220402W2026030200001"
	require.Error(t, p.try(officeUser, "blow-whistle", called))
	require.Empty(t, p.c.Whistles)
}
