package view

import (
	"slices"

	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/codes"
	"huajie/domain/org"
)

// Offices whose holders read what a sensitive matter says (C2, §2.3 "named list") without being
// named on it, of the units that take or took part (docs/decisions/0024). Who only looks on
// (supervision, statistics, administration, the county around it) sees that it is there and
// when it is due.
var (
	// answering distribute what lies with their unit, and answer for it.
	answering = []org.Role{org.RoleDispatcher, org.RoleCentreDirector, org.RoleCentreDutyLeader, org.RoleDeptLiaison, org.RoleDeptLeader,
		org.RoleTownshipOffice, org.RoleTownshipLeader, org.RoleTownshipHead, org.RoleCommunityStaff, org.RoleGridLeader, org.RoleCountyLeader}
	// receiving take matters in, until these are dispatched.
	receiving = []org.Role{org.RoleWindowClerk, org.RolePetitionOfficer, org.RoleTownshipIntake}
)

// Reads tells whether the caller, who sees a case, may read what it says: its words, its
// photos, what people wrote on the way. Of most cases whoever sees them may. A sensitive one is
// for those named on it and for those who answer for a unit that takes or took part; a class
// that is not known is a sensitive one. Searches apply the same rule in their query.
func (s Scope) Reads(c casefile.Card) bool {
	if s.House || !sensitiveWords(c.Confidentiality) {
		return true
	}
	return s.named(c) || takesPart(s.Hands, c) || c.Level == "" && takesPart(s.Desks, c)
}

// sensitiveWords tells whether the words of a class are for fewer than see the case: an
// accusation is seen by nobody else to begin with.
func sensitiveWords(class string) bool {
	return !slices.Contains([]string{codes.ConfidentialityPublic, codes.ConfidentialityNormal, codes.ConfidentialityAccusation}, class)
}

// named tells whether a case bears the caller's name.
func (s Scope) named(c casefile.Card) bool {
	return s.User != "" && (c.FirstResponder == s.User || c.OwningLeader == s.User || c.Owner.User == s.User ||
		c.RegisteredBy == s.User || c.OfferedUser == s.User || slices.Contains(c.Handlers, s.User) || slices.Contains(c.Helpers, s.User))
}

// takesPart tells whether one of the units takes or took part in a case.
func takesPart(units []string, c casefile.Card) bool {
	return slices.ContainsFunc(units, func(u string) bool {
		return slices.Contains(c.Units, u) || c.FirstUnit == u || c.OfferedUnit == u
	})
}

// ErrWithheld refuses the words of a sensitive matter.
func ErrWithheld() *domain.Error {
	return domain.Forbid("content_sensitive", "§2.3 C2", "敏感件的内容仅本件指定人员可查看", "what a sensitive matter says is for those named on it only")
}

// Withhold takes out of the view what the case says, and leaves where it stands, whose it is
// and when it is due.
func (v *CaseView) Withhold() {
	v.Withheld, v.Summary, v.Grid = true, "", ""
	for i := range v.Tasks {
		v.Tasks[i].What = ""
	}
	v.Sessions = []SessionRef{}
	if e := v.Event; e != nil {
		v.Event = &EventPart{Stages: e.Stages, Photos: []EventPhoto{}, ByCitizen: e.ByCitizen, FoundAt: e.FoundAt, Verifier: e.Verifier, VerifyStage: e.VerifyStage}
	}
}

// Statement is what was said beside the summary when a matter was put in, as entered. Empty
// fields were not filled in.
type Statement struct {
	Place          string `json:"place,omitempty" doc:"where, in words"`
	Request        string `json:"request,omitempty" doc:"what is asked for"`
	Facts          string `json:"facts,omitempty" doc:"facts and reasons"`
	Respondent     string `json:"respondent,omitempty" doc:"who or what it is about"`
	RespondentUnit string `json:"respondent_unit,omitempty" doc:"unit it is about; never of an accusation"`
	UnitZH         string `json:"respondent_unit_zh,omitempty"`
	UnitEN         string `json:"respondent_unit_en,omitempty"`
	Missing        string `json:"missing_materials,omitempty" doc:"documents still to be supplied, as the petitioner was told"`
	ReadBack       bool   `json:"read_back" doc:"said by word of mouth, and read back to who said it"`
}
