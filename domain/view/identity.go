package view

import (
	"slices"

	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/codes"
	"huajie/domain/org"
)

// UnmaskLimits are how many identities one account may look at in an hour and in a day
// (§6 item 92).
type UnmaskLimits struct{ Hour, Day int }

// MayIdentify tells whether somebody who may see a case may also see who raised it (§2.2
// grievance.view_identity, §2.3); nil is yes. Whoever is named on the case may; of an ordinary
// matter a petition receptionist and a supervisor of its area too; of an accusation a
// discipline officer only. The department that handles it never learns the identity of a
// sensitive matter, nor of anybody who wants to be reached through the centre, whatever
// office its people hold besides. A class that is not known is a sensitive one.
func MayIdentify(a domain.Actor, c casefile.Card, viaCentre bool, tree *org.Tree) *domain.Error {
	holds := func(roles ...org.Role) bool {
		return slices.ContainsFunc(a.Grants, func(g org.Grant) bool {
			return slices.Contains(roles, g.Role) && tree.Serves(g.Unit, c.Area)
		})
	}
	switch c.Confidentiality {
	case codes.ConfidentialityPublic:
		return domain.Forbid("identity_public", "§2.3 C0", "可公开事项不提供身份信息", "of a public matter nobody sees who raised it")
	case codes.ConfidentialityAccusation:
		if holds(org.RoleDisciplineOfficer) {
			return nil
		}
		return domain.Forbid("identity_accusation", "§2.3 C3", "检举控告人身份仅纪检监察接待人员可查看", "who raised an accusation is for the discipline officer only")
	}
	if sensitive(c) || viaCentre {
		if refused := disposing(a, c, viaCentre, tree); refused != nil {
			return refused
		}
	}
	named := a.User != "" && (c.FirstResponder == a.User || c.Owner.User == a.User || c.OwningLeader == a.User || slices.Contains(c.Handlers, a.User))
	switch {
	case named:
		return nil
	case sensitive(c):
		return domain.Forbid("identity_sensitive", "§2.3 C2", "敏感件的身份仅本件指定人员可查看", "who raised a sensitive matter is for those named on the case only")
	case holds(org.RolePetitionOfficer, org.RoleSupervisor):
		return nil
	}
	return domain.Forbid("identity_not_on_case", "§2.2 grievance.view_identity", "仅本件的窗口、承办、调解人员及信访接待员、督办员可查看身份",
		"only the window, handler and mediator on the case, a petition receptionist or a supervisor may see who raised it")
}

// sensitive tells whether only those named on a case may know whose it is.
func sensitive(c casefile.Card) bool { return c.Confidentiality != codes.ConfidentialityNormal }

// disposing refuses whoever handles the matter in a department, whatever else they are on the
// case: it is the department that is not to know.
func disposing(a domain.Actor, c casefile.Card, viaCentre bool, tree *org.Tree) *domain.Error {
	inDepartment := func(g org.Grant) bool {
		u, _ := tree.Unit(g.Unit)
		return u.Kind == org.KindDepartment && slices.Contains(c.Units, g.Unit)
	}
	if !slices.Contains(c.Handlers, a.User) && !slices.ContainsFunc(a.Grants, inDepartment) {
		return nil
	}
	if viaCentre {
		return domain.Forbid("identity_via_centre", "§2.3 contact_via_centre", "诉求人要求经中心联系,承办单位不得查看身份;请由中心转达",
			"the petitioner asked to be reached through the centre: the unit does not see who it is; the centre passes on what is to be said")
	}
	return domain.Forbid("identity_sensitive", "§2.3 C2", "敏感件的身份不向承办部门提供", "of a sensitive matter the disposing department does not see who raised it")
}

// Withheld tells whether not even what a mask leaves is for somebody: a department is told
// nothing of whoever it is not to know.
func Withheld(a domain.Actor, c casefile.Card, viaCentre bool, tree *org.Tree) bool {
	if !viaCentre && !sensitive(c) || MayIdentify(a, c, viaCentre, tree) == nil {
		return false
	}
	return c.Confidentiality == codes.ConfidentialityAccusation || disposing(a, c, viaCentre, tree) != nil
}
