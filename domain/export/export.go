// Package export holds the rules by which a list leaves the house as a file (§2.2
// data.export, §6 item 91): who may ask, who has to agree, what may be in it, and how a
// cell is written so that no spreadsheet takes it for a formula.
package export

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/org"
	"huajie/domain/view"
)

// List is a list that can be taken out.
type List string

// The lists.
const (
	Cases    List = "cases"     // GET /cases
	Overdue  List = "overdue"   // of these, what is past its due date when the file is made
	Whistles List = "whistles"  // GET /whistles
	Members  List = "stats_235" // GET /stats/235
)

// Lists are all of them.
func Lists() []List { return []List{Cases, Overdue, Whistles, Members} }

// Format is how the file is written.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// Media is the media type of a format.
func (f Format) Media() string {
	if f == XLSX {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv"
}

// State is where an export stands.
type State string

// The states.
const (
	Waiting   State = "waiting"   // for the second person
	Queued    State = "queued"    // for a worker
	Running   State = "running"   // being made
	Done      State = "done"      // to be fetched
	Expired   State = "expired"   // it was made; the file is deleted
	Declined  State = "declined"  // by the second person
	Withdrawn State = "withdrawn" // by who asked
	Lapsed    State = "lapsed"    // the second person never answered
	Failed    State = "failed"    // refused when it was to be made, or given up
)

// Labels names the states in both languages.
var Labels = map[State]domain.Text{
	Waiting: {ZH: "待第二人审批", EN: "waits for a second person"}, Queued: {ZH: "排队中", EN: "queued"}, Running: {ZH: "生成中", EN: "being made"},
	Done: {ZH: "可下载", EN: "ready"}, Expired: {ZH: "文件已到期删除", EN: "the file has been deleted"}, Declined: {ZH: "未批准", EN: "declined"},
	Withdrawn: {ZH: "已撤回", EN: "withdrawn"},
	Lapsed:    {ZH: "逾期未审批", EN: "nobody has decided in time"}, Failed: {ZH: "未能生成", EN: "could not be made"},
}

// The bounds of a request.
const (
	ShortestReason = 5
	LongestReason  = 200
	// Patience is how long a request waits for the second person.
	Patience = 72 * time.Hour
	// MostOpen is how many exports one person may have under way.
	MostOpen = 3
)

// The acts that are recorded.
const (
	Requested  = "requested"
	Approved   = "approved"
	Denied     = "declined"
	TakenBack  = "withdrawn"
	Downloaded = "downloaded" // on the audit log alone: there is no end of it
	Made       = "made"
	Refused    = "refused"
	Deleted    = "deleted"
)

// Entry is one act in the record of an export.
type Entry struct {
	Act  string    `json:"act" enum:"requested,approved,declined,withdrawn,made,refused,lapsed,deleted"`
	By   string    `json:"by" doc:"username, or system"`
	At   time.Time `json:"at"`
	Note string    `json:"note,omitempty"`
}

// Export is one file somebody has asked for, and the record of it: the row stays when the
// file is gone.
type Export struct {
	ID         int64
	List       List
	Format     Format
	Columns    []string
	Query      json.RawMessage // parameters, as they were asked for
	Filter     json.RawMessage // what they were read as
	Reason     string
	Identities bool
	Areas      []string // what the offices of who asked were over
	By         string
	At         time.Time
	State      State

	Rows      int // written so far
	Estimated int // known once it is begun
	Attempt   int // how often it was begun
	Sum       string
	Size      int64
	ReadyAt   time.Time
	ExpiresAt time.Time
	Refusal   domain.Text
	Why       string // stable reason of the refusal
	Trail     []Entry
}

// CaseQuery is what a list of cases was asked for with.
type CaseQuery struct {
	Filter view.Filter `json:"filter"`
	Sort   view.Sort   `json:"sort"`
}

// FileName is the name the file of an export is kept under. Every attempt has its own: who
// was taken over, and does not know yet, writes over nothing.
func (e *Export) FileName() string { return e.fileOf(e.Attempt) }

func (e *Export) fileOf(attempt int) string {
	return fmt.Sprintf("%s%d-%d.%s", Folder, e.ID, attempt, e.Format)
}

// FileNames are the files of all attempts there were.
func (e *Export) FileNames() (out []string) {
	for n := 1; n <= e.Attempt; n++ {
		out = append(out, e.fileOf(n))
	}
	return out
}

// Folder is where the files are kept.
const Folder = "exports/"

// Download is the name the file is given to who fetches it: it tells what it is, when it
// was made, and whose it is.
func (e *Export) Download() string {
	return strings.Join([]string{"huajie", string(e.List), e.ReadyAt.In(calendar.Zone).Format("20060102-1504"), strconv.FormatInt(e.ID, 10), plainName(e.By)}, "-") + "." + string(e.Format)
}

// plainName is a username as any file system takes it.
func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, s)
}

// ErrDeleted says that the file of an export is not there any more.
var ErrDeleted = domain.Refuse("file_deleted", "§2.2 data.export", "文件已到期删除,请重新申请", "the file has been deleted; ask again")

// MayFetch refuses the file to everybody but who asked for it and still may.
func (e *Export) MayFetch(a domain.Actor, now time.Time, tree *org.Tree) error {
	if e.By != a.User {
		return domain.NotFound()
	}
	if err := e.StillHolds(a, tree); err != nil {
		return err
	}
	switch e.StateAt(now) {
	case Done:
		return nil
	case Expired:
		return ErrDeleted
	}
	return domain.Refuse("not_ready", "§2.2 data.export", "文件尚未生成", "there is no file yet")
}

// StateAt is where an export stands at a moment, whether or not somebody has come by to write
// down that its time is over.
func (e *Export) StateAt(now time.Time) State {
	switch {
	case e.State == Waiting && !now.Before(e.At.Add(Patience)):
		return Lapsed
	case e.State == Done && !now.Before(e.ExpiresAt):
		return Expired
	}
	return e.State
}

// offices may take lists out: the supervision officer, and who stands above (§2.2
// data.export).
var offices = []org.Role{org.RoleSupervisor, org.RoleCentreDirector, org.RoleCountyLeader, org.RoleCitySupervisor}

// identifying are the offices that may take out who somebody is: of those, the one that may
// look at it case by case (§2.2 grievance.view_identity, view.MayIdentify).
var identifying = []org.Role{org.RoleSupervisor}

// approvers may agree to identities: not the supervision officer, who asks, but who
// answers for the centre, the county or the city.
var approvers = []org.Role{org.RoleCentreDirector, org.RoleCountyLeader, org.RoleCitySupervisor}

// askers are the offices by which a list is taken out.
func askers(identities bool) []org.Role {
	if identities {
		return identifying
	}
	return offices
}

// Areas are the areas over which an actor may take lists out, with identities or without:
// those of the offices.
func Areas(a domain.Actor, identities bool, tree *org.Tree) []string {
	return tree.AreasOf(a.Grants, askers(identities)...)
}

// covers tells whether every one of some areas lies in one of others.
func covers(over, areas []string, tree *org.Tree) bool {
	for _, a := range areas {
		if !slices.ContainsFunc(over, func(o string) bool { return tree.Within(a, o) }) {
			return false
		}
	}
	return len(areas) > 0
}

// Scope is what an actor may take out: the subtree of the offices that allow it, and no
// more. What a person sees for other reasons, and accusations (C3), stay in the house.
func Scope(a domain.Actor, identities bool, tree *org.Tree) view.Scope {
	s := view.ScopeOf(InOffice(a, identities), tree)
	s.User, s.Vault = "", false
	return s
}

// InOffice is an actor with those offices only that lists may be taken out by.
func InOffice(a domain.Actor, identities bool) domain.Actor {
	own := domain.Actor{User: a.User}
	for _, g := range a.Grants {
		if slices.Contains(askers(identities), g.Role) {
			own.Grants = append(own.Grants, g)
		}
	}
	return own
}

var (
	errOffice  = domain.Forbid("not_your_office", "§2.2 data.export", "您的岗位不能导出数据", "your office may not take lists out")
	errPeople  = domain.Forbid("identity_not_your_office", "§2.2 grievance.view_identity", "仅督办员可申请导出诉求人身份", "only a supervision officer may ask for identities")
	errWaiting = domain.Refuse("not_waiting", "§2.2 data.export", "该导出申请不在待审批状态", "the export does not wait for a decision")
)

// MayAsk refuses whose office does not allow it.
func MayAsk(a domain.Actor, identities bool, tree *org.Tree) error {
	switch {
	case len(Areas(a, false, tree)) == 0:
		return errOffice
	case len(Areas(a, identities, tree)) == 0:
		return errPeople
	}
	return nil
}

// MayDecide tells whether an actor is the second person of an export: never who asked.
func (e *Export) MayDecide(a domain.Actor, tree *org.Tree) bool {
	return a.User != e.By && covers(tree.AreasOf(a.Grants, approvers...), e.Areas, tree)
}

// StillHolds refuses where the offices of who asked are not over what they were over: the
// scope is that of the moment the file is made, so it must not have become wider than what
// was approved; and whose office has become narrower gets nothing of what it was over.
func (e *Export) StillHolds(a domain.Actor, tree *org.Tree) error {
	now := Areas(a, e.Identities, tree)
	switch {
	case len(now) == 0:
		return domain.Forbid("office_lost", "§2.2 data.export", "申请人已不具备导出权限", "who asked may not take lists out any more")
	case !covers(e.Areas, now, tree) || !covers(now, e.Areas, tree):
		return domain.Forbid("office_changed", "§2.2 data.export", "申请人岗位范围已变更,请重新申请", "the office of who asked has changed since; ask again")
	}
	return nil
}

// Decide is the answer of the second person.
func (e *Export) Decide(a domain.Actor, approve bool, note string, at time.Time, tree *org.Tree) (Entry, State, error) {
	switch {
	case a.User == e.By:
		return Entry{}, "", domain.Forbid("same_person", "§2.2 data.export", "须由另一人审批", "a second person has to decide")
	case !e.MayDecide(a, tree):
		return Entry{}, "", domain.NotFound()
	case e.StateAt(at) != Waiting:
		return Entry{}, "", errWaiting
	case approve:
		return Entry{Approved, a.User, at, note}, Queued, nil
	case utf8.RuneCountInString(note) < ShortestReason:
		return Entry{}, "", domain.Faulty("note", "range", "请说明不批准的理由,不少于5字", "say why, in at least 5 characters")
	}
	return Entry{Denied, a.User, at, note}, Declined, nil
}

// Withdraw takes a request back that nobody has answered: it would be in the way of others.
func (e *Export) Withdraw(a domain.Actor, at time.Time) (Entry, State, error) {
	switch {
	case a.User != e.By:
		return Entry{}, "", domain.NotFound()
	case e.StateAt(at) != Waiting:
		return Entry{}, "", errWaiting
	}
	return Entry{TakenBack, a.User, at, ""}, Withdrawn, nil
}

// First is the state an export begins in.
func First(identities bool) State {
	if identities {
		return Waiting
	}
	return Queued
}
