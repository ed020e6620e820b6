package account

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/org"
)

// guarded are the offices that supervise or administer: one person alone neither gives nor
// takes them (decision 23).
var guarded = []org.Role{org.RoleSysAdmin, org.RoleAuditor, org.RoleCitySupervisor, org.RoleSupervisor, org.RoleCentreDirector, org.RoleDisciplineOfficer}

// Guarded tells whether a second person is needed to give or take an office.
func Guarded(r org.Role) bool { return slices.Contains(guarded, r) }

// HoldsGuarded tells whether one of the offices is such a one.
func HoldsGuarded(list []org.Grant) bool {
	return slices.ContainsFunc(list, func(g org.Grant) bool { return Guarded(g.Role) })
}

// NeedsSecond tells whether a change of offices gives or takes such an office.
func NeedsSecond(before, after []org.Grant) bool {
	differs := func(a, b []org.Grant) bool {
		return slices.ContainsFunc(a, func(g org.Grant) bool { return Guarded(g.Role) && !slices.Contains(b, g) })
	}
	return differs(before, after) || differs(after, before)
}

// alone are offices that are held with no other: who administers accounts or reads the log has
// no case content (§2.1), and the token of an integrator opens what its account may.
var alone = []org.Role{org.RoleSysAdmin, org.RoleAuditor, org.RoleIntegrator}

// HeldAlone tells whether an account that has the office has no other.
func HeldAlone(r org.Role) bool { return slices.Contains(alone, r) }

// seats are the kinds of unit an office is held in (§2.1, column "Org scope").
var seats = map[org.Role][]org.Kind{
	org.RolePetitioner: {org.KindCounty}, org.RolePetitionerRep: {org.KindCounty}, org.RoleAgent: {org.KindCounty}, org.RoleParty: {org.KindCounty},
	org.RoleGridMemberFullTime: {org.KindGrid}, org.RoleGridMemberPartTime: {org.KindGrid},
	org.RoleGridLeader: {org.KindCommunity, org.KindVillage, org.KindGrid}, org.RoleCommunityStaff: {org.KindCommunity, org.KindVillage},
	org.RoleTownshipIntake: {org.KindCentreTownship}, org.RoleTownshipOffice: {org.KindCentreTownship},
	org.RoleTownshipLeader: {org.KindCentreTownship}, org.RoleTownshipHead: {org.KindCentreTownship},
	org.RoleGuide: {org.KindCentreCounty}, org.RoleWindowClerk: {org.KindCentreCounty}, org.RolePoliceDesk: {org.KindCentreCounty},
	org.RolePetitionOfficer: {org.KindCentreCounty}, org.RolePlatformAdmin: {org.KindCentreCounty, org.KindCentreTownship},
	org.RoleDispatcher: {org.KindCentreCounty}, org.RoleCentreDirector: {org.KindCentreCounty}, org.RoleCentreDutyLeader: {org.KindCentreCounty},
	org.RoleDeptLiaison: {org.KindDepartment}, org.RoleDeptHandler: {org.KindDepartment}, org.RoleDeptLeader: {org.KindDepartment},
	org.RoleMediator:     {org.KindCentreCounty, org.KindCentreTownship, org.KindDepartment},
	org.RoleCourtLiaison: {org.KindDepartment}, org.RoleReviewOfficer: {org.KindDepartment}, org.RoleRecheckOfficer: {org.KindDepartment},
	org.RoleDisciplineOfficer: {org.KindDepartment},
	org.RoleCountyLeader:      {org.KindCounty}, org.RoleSupervisor: {org.KindCounty, org.KindCity}, org.RoleAnalyst: {org.KindCounty, org.KindCity},
	org.RoleCitySupervisor: {org.KindCity}, org.RoleAuditor: {org.KindCity}, org.RoleSysAdmin: {org.KindCity}, org.RoleIntegrator: {org.KindCity, org.KindCounty},
}

// seatOf are offices that are held in departments of one sort: what they open is theirs alone.
var seatOf = map[org.Role]string{org.RoleDisciplineOfficer: "discipline", org.RoleCourtLiaison: "court"}

// Seats are the kinds of unit an office is held in; Department is the short code of the only
// sort of department it is held in, "" for any.
func Seats(r org.Role) []org.Kind { return slices.Clone(seats[r]) }

// Department is told of by Seats.
func Department(r org.Role) string { return seatOf[r] }

// MostOffices is how many offices one account may hold.
const MostOffices = 20

// CheckOffices finds what is wrong with the offices of an account.
func CheckOffices(tree *org.Tree, list []org.Grant) (faults []domain.FieldError) {
	tell := func(i int, part, reason, zh, en string) {
		faults = append(faults, domain.Fault("offices["+strconv.Itoa(i)+"]."+part, reason, zh, en))
	}
	if len(list) == 0 {
		return []domain.FieldError{domain.Fault("offices", "required", "至少一个岗位", "at least one office")}
	}
	if len(list) > MostOffices {
		return []domain.FieldError{domain.Fault("offices", "range", "岗位过多", "too many offices")}
	}
	for i, g := range list {
		u, known := tree.Unit(g.Unit)
		_, point := tree.Point(g.Unit, g.Point)
		sort := seatOf[g.Role]
		switch {
		case !g.Role.Valid():
			tell(i, "role", "unknown_code", "没有这个岗位", "there is no such office")
		case !known:
			tell(i, "unit", "unknown_code", "没有这个单位", "there is no such unit")
		case !slices.Contains(seats[g.Role], u.Kind) || sort != "" && u.ShortCode != sort:
			tell(i, "unit", "not_its_seat", "该岗位不设在这类单位", "this office is not held in such a unit")
		case g.Point != "" && !point:
			tell(i, "point", "unknown_code", "该单位没有这个窗口", "the unit has no such window")
		case slices.Contains(list[:i], g):
			tell(i, "role", "twice", "岗位重复", "the office is given twice")
		case HeldAlone(g.Role) && slices.ContainsFunc(list, func(o org.Grant) bool { return o.Role != g.Role }):
			tell(i, "role", "held_alone", "该岗位不得与其他岗位兼任", "this office is held with no other")
		}
	}
	return faults
}

// plainName is what an account may be called: it stands in addresses and is said on the telephone.
var plainName = regexp.MustCompile(`^[a-z][a-z0-9]*([._-][a-z0-9]+)*$`)

// longestName is how long it may be.
const longestName = 60

// CheckName finds what is wrong with the name of a new account.
func CheckName(field, username string) []domain.FieldError {
	switch {
	case username == "" || len(username) > longestName || !plainName.MatchString(username):
		return []domain.FieldError{domain.Fault(field, "format", "小写字母开头,只含小写字母、数字和 . _ -,不超过60个字符", "lower-case letters, digits and . _ - between them, a letter first, at most 60")}
	case username == domain.System || username == domain.Petitioner:
		return []domain.FieldError{domain.Fault(field, "taken", "该名称已被占用", "the name is taken")}
	}
	return nil
}

// Sheet is an account as an administrator sees it: nothing of any case.
type Sheet struct {
	org.User
	Open         bool
	Version      int
	Administered bool // made or changed by an administrator
	CreatedAt    time.Time
	ClosedAt     time.Time // zero while it is open, or when it is not known
	SignedInAt   time.Time // zero: never
	Password     bool      // it has one
	MustChange   bool
	Enrolled     bool // it has a second factor
	Bound        bool // to an identity at a provider
	Sessions     int
	Tokens       int
}

// Search selects accounts.
type Search struct {
	Text          string     // part of the account or of a name
	Units         []string   // an office in one of them; nil: anywhere
	Role          org.Role   // "": any
	Open          *bool      // nil: both
	NeverSignedIn bool       //
	WithoutFactor []org.Role // holds one of these and has no second factor; nil: not asked
}

// SheetPage is a page of accounts, by name.
type SheetPage struct {
	Items []Sheet
	Next  string
	Total *int
}

// Carried is how many open cases name somebody, by the unit whose desk takes them over (§6
// item 37).
type Carried struct {
	Unit  string
	Cases int
}

// Standing is what an account still stands for.
type Standing struct {
	Carried []Carried // as handler or owner: goes back to the desks
	First   int       // open cases it is the first responder of
	Waiting *Request  // a change of offices that waits for a second person
}

// The states of a request for a change of offices.
const (
	Waiting   = "waiting"
	Approved  = "approved"
	Declined  = "declined"
	Withdrawn = "withdrawn"
	Lapsed    = "lapsed"
)

// Patience is how long a change of offices waits for a second person.
const Patience = 7 * 24 * time.Hour

// Request is a change of offices that one person alone does not make.
type Request struct {
	ID            int64
	Username      string
	ZH, EN        string // of the account
	Before, After []org.Grant
	Reason        string
	By            string
	At            time.Time
	State         string
	DecidedBy     string
	DecidedAt     time.Time
	Note          string
}

// deciders are who may be the second person: as with the policy, which an administrator drafts
// and the city supervision approves (§2.2 policy.publish), or another administrator.
var deciders = []org.Role{org.RoleSysAdmin, org.RoleCitySupervisor}

// DecidesOffices tells whether somebody may be a second person at all.
func DecidesOffices(a domain.Actor) bool {
	return slices.ContainsFunc(a.Grants, func(g org.Grant) bool { return slices.Contains(deciders, g.Role) })
}

// MayDecide tells whether somebody may agree to a request: neither who asked nor who it is about.
func (r Request) MayDecide(a domain.Actor) bool {
	return DecidesOffices(a) && a.User != r.By && a.User != r.Username
}

// Change is what comes with whatever an administrator does to an account.
type Change struct {
	By          audit.Entry // who asks, by which token and in which request
	Reason      string
	Seen        int    // version of the account it was decided by; 0 for any
	Key         string // a request that comes twice is carried out once; "" for none
	Fingerprint string // of what was asked with the key
}
