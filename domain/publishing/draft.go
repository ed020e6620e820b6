package publishing

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/org"
)

// State is where a draft stands.
type State string

// The states.
const (
	Drafting  State = "drafting"
	Submitted State = "submitted" // waits for the second person
	Published State = "published"
	Discarded State = "discarded"
)

// States are all of them.
func States() []State { return []State{Drafting, Submitted, Published, Discarded} }

// Label names a state.
func (s State) Label() domain.Text {
	switch s {
	case Drafting:
		return domain.Text{ZH: "起草中", EN: "being drafted"}
	case Submitted:
		return domain.Text{ZH: "待审批", EN: "waits for approval"}
	case Published:
		return domain.Text{ZH: "已发布", EN: "published"}
	}
	return domain.Text{ZH: "已作废", EN: "discarded"}
}

// The acts in the record of a draft.
const (
	Opened     = "opened"
	Edited     = "edited"
	Submit     = "submitted"
	TakenBack  = "withdrawn"
	Declined   = "declined"
	Approved   = "approved"
	ThrownAway = "discarded"
)

// Entry is one act in the record of a draft.
type Entry struct {
	Act  string    `json:"act" enum:"opened,edited,submitted,withdrawn,declined,approved,discarded"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Note string    `json:"note,omitempty"`
}

// The bounds of a draft.
const (
	LongestTitle  = 100
	LongestNote   = 500
	LongestSource = 200
	ShortestWhy   = 5
	MostFile      = 768 << 10 // bytes of one file
	MostOpen      = 20        // drafts under way
	MostChanged   = 100       // files of a draft
	mostTrail     = 200
)

// Draft is a rulebook on its way: what it changes of the version it was begun on.
type Draft struct {
	ID          int64
	Title       string
	Base        string // version it was begun on
	Publication int64  // that had put it in force; 0 where none had
	State       State
	Seq         int                // one more with every change
	Files       map[string]*string // what is changed, by name; nil: the file is taken out
	By          string
	At          time.Time
	ChangedAt   time.Time
	Version     string // what was published of it
	Trail       []Entry
}

// Publication is one version being put in force, by two persons; Version is "" where the rulebook
// was handed back to the folders of the processes.
type Publication struct {
	ID         int64
	Version    string
	Draft      int64
	DraftedBy  string
	ApprovedBy string
	At         time.Time
	Note       string
}

// Kept is a version that is kept, and by whom it was put in force if it was so here.
type Kept struct {
	Version     string
	KeptAt      time.Time
	KeptBy      string // migrate, reload, console, drill
	Publication *Publication
}

var (
	errOffice   = domain.Forbid("not_your_office", "§2.2 policy.publish", "规则由系统管理员起草、市级督办审批", "a system administrator drafts the rules, the city's supervision approves them")
	errDrafting = domain.Refuse("not_drafting", "§2.2 policy.publish", "草案不在起草状态", "the draft is not being drafted")
	errWaiting  = domain.Refuse("not_submitted", "§2.2 policy.publish", "草案不在待审批状态", "the draft does not wait for approval")
	errSame     = domain.Forbid("same_person", "§2.2 policy.publish", "须由起草人之外的人审批", "whoever has drafted it does not approve it")
	// ErrReplaced says that a draft was begun on what is no longer in force.
	ErrReplaced = domain.Refuse("base_replaced", "§2.2 policy.publish", "起草所依据的版本已不再生效,请另开草案并转入修改", "the version it was drafted on is no longer in force; open a new draft and take the files over")
)

// MayDraft refuses whoever drafts no rules.
func MayDraft(a domain.Actor) error {
	if !a.Holds(org.RoleSysAdmin) {
		return errOffice
	}
	return nil
}

// MayApprove refuses whoever approves none.
func MayApprove(a domain.Actor) error {
	if !a.Holds(org.RoleCitySupervisor) {
		return errOffice
	}
	return nil
}

// MayRead refuses whoever has no part in it: what is drafted is not told before it holds.
func MayRead(a domain.Actor) error {
	if MayDraft(a) != nil && MayApprove(a) != nil {
		return errOffice
	}
	return nil
}

// Open begins a draft on a version.
func Open(a domain.Actor, title, base string, publication int64, at time.Time) (Draft, error) {
	if err := MayDraft(a); err != nil {
		return Draft{}, err
	}
	d := Draft{Title: title, Base: base, Publication: publication, State: Drafting, Files: map[string]*string{}, By: a.User, At: at}
	d.note(Opened, a, at, "")
	return d, nil
}

func (d *Draft) note(act string, a domain.Actor, at time.Time, note string) {
	d.Seq++
	d.ChangedAt = at
	d.Trail = append(d.Trail, Entry{act, a.User, at, note})
}

// MayEdit refuses a change of a file.
func (d *Draft) MayEdit(a domain.Actor) error {
	if err := MayDraft(a); err != nil {
		return err
	}
	if d.State != Drafting {
		return errDrafting
	}
	return nil
}

// fileName is how a file of a rulebook may be called: no way leads out of the folder.
var fileName = regexp.MustCompile(`^(?:(?:codes|policy|calendar)/)?[a-z0-9][a-z0-9._-]{0,60}\.(?:yaml|geojson)$`)

// Put changes a file; nil takes it out. one is the file as the base has it, nil for none: what is
// again as it was is no change.
func (d *Draft) Put(a domain.Actor, name string, text, one *string, at time.Time) error {
	if err := d.MayEdit(a); err != nil {
		return err
	}
	switch {
	case !fileName.MatchString(name):
		return domain.Faulty("name", "format", "文件名不合规则", "not the name of a file of a rulebook")
	case text != nil && len(*text) > MostFile:
		return domain.Faulty("text", "range", "文件过大,最多768 KiB", "the file is too large; 768 KiB at most")
	case text != nil && !utf8.ValidString(*text), text != nil && strings.ContainsRune(*text, 0):
		return domain.Faulty("text", "format", "文件须为 UTF-8 文本", "the file must be text in UTF-8")
	}
	files := make(map[string]*string, len(d.Files)+1)
	for n, t := range d.Files {
		files[n] = t
	}
	if same(text, one) {
		delete(files, name)
	} else {
		files[name] = text
	}
	if len(files) > MostChanged {
		return domain.Faulty("name", "range", "一份草案最多修改100个文件", "a draft changes 100 files at most")
	}
	d.Files = files
	// Whoever writes on and on is one entry of the record.
	if n := len(d.Trail); n > 0 && d.Trail[n-1].Act == Edited && d.Trail[n-1].By == a.User {
		d.Trail = d.Trail[:n-1]
	} else if n >= mostTrail {
		return domain.Refuse("too_long", "", "草案往来次数过多,请另开草案", "the draft has gone to and fro too often; open a new one")
	}
	d.note(Edited, a, at, "")
	return nil
}

func same(a, b *string) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

// Submit hands a draft to the second person. faults are what forbids it.
func (d *Draft) Submit(a domain.Actor, note string, faults int, at time.Time) error {
	if err := d.MayEdit(a); err != nil {
		return err
	}
	switch {
	case len(d.Files) == 0:
		return domain.Refuse("nothing_changed", "§2.2 policy.publish", "草案没有任何修改", "the draft changes nothing")
	case faults > 0:
		return errFaulty
	}
	d.State = Submitted
	d.note(Submit, a, at, note)
	return nil
}

var errFaulty = domain.Refuse("faulty", "§2.2 policy.publish", "草案有误,不能提交或发布;请先改正所列问题", "the draft has faults and is neither submitted nor published; correct them first")

// Withdraw takes a submitted draft back.
func (d *Draft) Withdraw(a domain.Actor, at time.Time) error {
	switch {
	case MayDraft(a) != nil:
		return errOffice
	case d.State != Submitted:
		return errWaiting
	}
	d.State = Drafting
	d.note(TakenBack, a, at, "")
	return nil
}

// Discard throws a draft away.
func (d *Draft) Discard(a domain.Actor, at time.Time) error {
	if err := d.MayEdit(a); err != nil {
		return err
	}
	d.State = Discarded
	d.note(ThrownAway, a, at, "")
	return nil
}

// decides refuses whoever is not the second person of a draft: nobody who has written of it.
func (d *Draft) decides(a domain.Actor) error {
	switch {
	case MayApprove(a) != nil:
		return errOffice
	case d.Wrote(a.User):
		return errSame
	case d.State != Submitted:
		return errWaiting
	}
	return nil
}

// Wrote tells whether somebody has had a hand in a draft.
func (d *Draft) Wrote(user string) bool {
	return slices.ContainsFunc(d.Trail, func(e Entry) bool {
		return e.By == user && (e.Act == Opened || e.Act == Edited || e.Act == Submit)
	})
}

// Decline gives a draft back, with the reason.
func (d *Draft) Decline(a domain.Actor, why string, at time.Time) error {
	if err := d.decides(a); err != nil {
		return err
	}
	if utf8.RuneCountInString(why) < ShortestWhy {
		return domain.Faulty("note", "range", "请说明退回的理由,不少于5字", "say why, in at least 5 characters")
	}
	d.State = Drafting
	d.note(Declined, a, at, why)
	return nil
}

// Approve publishes a draft as a version. inForce is the version in force and the publication that
// has put it there; faults are what forbids it.
func (d *Draft) Approve(a domain.Actor, note, version, inForce string, publication int64, faults int, at time.Time) error {
	if err := d.decides(a); err != nil {
		return err
	}
	switch {
	case d.Base != inForce || d.Publication != publication:
		return ErrReplaced
	case faults > 0:
		return errFaulty
	}
	d.State, d.Version = Published, version
	d.note(Approved, a, at, note)
	return nil
}

// May tells which acts somebody may take with a draft as it stands.
func (d *Draft) May(a domain.Actor) (edit, withdraw, decide bool) {
	return d.MayEdit(a) == nil, MayDraft(a) == nil && d.State == Submitted, d.decides(a) == nil
}

// Last is the newest entry of the record.
func (d *Draft) Last() Entry {
	if len(d.Trail) == 0 {
		return Entry{}
	}
	return d.Trail[len(d.Trail)-1]
}

// Noted is what stands on the audit log of an act with a draft: which and by whom, never what is in
// it. by tells who, by which token and in which request.
func (d *Draft) Noted(act string, by audit.Entry) audit.Entry {
	by.Kind, by.Object, by.Outcome = audit.RulebookDrafted, d.Named()+": "+act, audit.OK
	if act == Approved {
		by.Kind, by.Object = audit.RulebookPublished, d.Version
		by.Reason = d.Named()
	}
	return by
}

// Named is how the log calls a draft.
func (d *Draft) Named() string { return "draft " + strconv.FormatInt(d.ID, 10) }

// TakeOver takes over what another draft changes: every file that is now as it was where that one was
// begun. What has been changed since stays as it is, and the record names it. Whoever wrote of the other
// has had a hand in this one.
func (d *Draft) TakeOver(old Draft, was, is map[string][]byte) {
	var left []string
	for _, name := range slices.Sorted(maps.Keys(old.Files)) {
		before, there := was[name]
		now, still := is[name]
		if there != still || !bytes.Equal(before, now) {
			left = append(left, name)
			continue
		}
		d.Files[name] = old.Files[name]
	}
	note := "← " + old.Named()
	if len(left) > 0 {
		note += "; 未转入 not taken over: " + strings.Join(left, ", ")
	}
	d.Trail[0].Note = note
	for _, e := range old.Trail {
		if e.By != d.By && old.Wrote(e.By) && !d.Wrote(e.By) {
			d.Trail = append(d.Trail, Entry{Edited, e.By, d.At, "← " + old.Named()})
		}
	}
}
