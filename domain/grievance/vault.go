package grievance

import (
	"slices"

	"huajie/domain/codes"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/supervision"
)

// Accusation material (C3) is worked inside the vault: by the discipline
// reception of the county and, as second person, the head of its department.
// Nobody else reads it, so nobody else could act on it (§2.3, §6 item 13).

// vaultUnit is the short code of the department that keeps accusations.
const vaultUnit = "discipline"

// vaultSteps are the steps the vault takes on its own cases, whoever takes them
// on others: those nobody outside could take without reading the case.
var vaultSteps = []string{"start-triage", "classify", "guide-legal", "reject-case", "no-longer-accept", "merge", "unmerge", "split", "void",
	"dispatch", "sign-for", "assign-handler", "contact-petitioner", "add-assist", "waive-task", "extend", "pause", "unpause", "suspend",
	"review-suspension", "resume", "accept-return", "reject-return", "start-adjudication", "adjudicate",
	"issue-reply", "joint-conclude", "record-service", "start-joint", "escalate-l2", "escalate-l3", "start-leader", "designate-leader",
	"inform-petitioner", "request-supplement", "show-photos", "ask-sender", "sender-answered", "plan-session", "close-explained", "close-unreachable", "reopen", "hand-over",
	supervision.Remind, supervision.YellowCard, supervision.RedCard}

// vaultCallbacks are the steps of the vault that are not for who handled the case.
var vaultCallbacks = []string{"evaluate", "rework"}

// vaultSigners sign for accusations in place of the superiors outside.
var vaultSigners = machine.As(inVault, disciplineOfficer, deptLeader)

// openVault adds the vault to the steps it takes and signs.
func openVault(m *machine.Machine[*Case]) {
	for i := range m.Steps {
		s := &m.Steps[i]
		place := inVault
		if slices.Contains(vaultCallbacks, s.Action) {
			place = vaultCallback
		}
		if place == vaultCallback || slices.Contains(vaultSteps, s.Action) {
			s.Who = append(slices.Clip(s.Who), machine.Who{Role: disciplineOfficer, Place: place})
		}
		if s.Signature != machine.NoSignature {
			s.SignsFor = sealedSigners(*s)
		}
	}
}

// sealedSigners are the ordinary signers of a step, and for an accusation the
// vault with the leader named on the case.
func sealedSigners(s step) func(*machine.Turn[*Case]) []machine.Who {
	return func(t *machine.Turn[*Case]) []machine.Who {
		signers := s.Signs
		if s.SignsFor != nil {
			signers = s.SignsFor(t)
		}
		if !t.Case.sealed() || (turn{t}).vault() == "" {
			return signers
		}
		out := slices.Clone(vaultSigners)
		for _, w := range signers {
			if w.Place == asLeader {
				out = append(out, w)
			}
		}
		return out
	}
}

// sealed tells whether the case is accusation material.
func (c *Case) sealed() bool { return c.Confidentiality == codes.ConfidentialityAccusation }

// closed tells whether the case is worked in the vault alone: an office that merely serves
// the place takes no step on it, even when its holder has seen it at the window (§2.3).
func (t turn) closed() bool { return t.Case.sealed() && t.vault() != "" }

// vault is the department that keeps the county's accusations; empty when the
// case is about that department itself, or about whoever stands above it.
func (t turn) vault() string {
	u, ok := t.Rules.Org.DepartmentNamed(t.Case.County, vaultUnit)
	if !ok || t.barred(u.ID) {
		return ""
	}
	return u.ID
}

// inside tells whether an office belongs to the vault of the case and is not of
// the unit the accusation is about.
func (t turn) inside(g org.Grant) bool {
	c, tree := t.Case, t.Rules.Org
	if !c.sealed() || t.barred(g.Unit) || !tree.Serves(g.Unit, c.County) {
		return false
	}
	u, _ := tree.Unit(g.Unit)
	return g.Role == disciplineOfficer || u.ShortCode == vaultUnit
}

// keeper is where orders and alarms about an accusation go: the discipline
// reception, in place of desks that could not open the case. None for any other.
func (t turn) keeper() []machine.Recipient {
	if !t.Case.sealed() {
		return nil
	}
	return at(t.vault(), disciplineOfficer)
}

// admit makes the vault's department take part in an accusation from its first
// moment, so that its head can sign.
func (t turn) admit() {
	if t.Case.sealed() {
		t.Case.joins(t.vault())
	}
}
