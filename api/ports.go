package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/account"
	"huajie/domain/audit"
	"huajie/domain/casefile"
	"huajie/domain/evidence"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/org"
	"huajie/domain/receipt"
	"huajie/domain/view"
	"huajie/domain/whistle"
	"huajie/internal/publish"
	"huajie/workflows"
)

// Reader is the read side of the ledger. Whatever takes a scope answers
// domain.CodeNotFound, or leaves out, what lies outside it: absent and not to be
// known of cannot be told apart.
type Reader interface {
	// List gives one page. A cursor it did not make is domain.CodeMalformed.
	List(ctx context.Context, scope view.Scope, f view.Filter, sort view.Sort, cursor string, limit int, total bool) (view.Page, error)
	// Case gives the current state of a case.
	Case(ctx context.Context, scope view.Scope, no string) (casefile.Case, error)
	// Statement gives what was said beside the summary of a case in scope; whether the caller
	// may read it is for view.Scope.Reads.
	Statement(ctx context.Context, scope view.Scope, no string) (view.Statement, error)
	// Session gives the current state of a joint session, in scope when the words of its case are.
	Session(ctx context.Context, scope view.Scope, no string) (*joint.Session, error)
	// Sessions lists the sessions under a case, oldest first.
	Sessions(ctx context.Context, scope view.Scope, caseNo string) ([]*joint.Session, error)
	// Meetings lists the sessions that meet from one moment to before another, by when they
	// meet: at most so many.
	Meetings(ctx context.Context, scope view.Scope, from, to time.Time, most int) ([]*joint.Session, error)
	// Whistle gives the current state of a whistle.
	Whistle(ctx context.Context, scope view.Scope, no string) (*whistle.Whistle, error)
	// Whistles gives one page of whistles, the earliest due first.
	Whistles(ctx context.Context, scope view.Scope, f view.WhistleFilter, cursor string, limit int) (view.WhistlePage, error)
	// CheckInCode is the code shown on site of a whistle at a time, and until when; it changes
	// every period. CheckInFits tells whether a code is that one, or the one before.
	CheckInCode(ctx context.Context, no string, at time.Time, period time.Duration) (code string, until time.Time, err error)
	CheckInFits(ctx context.Context, no, code string, at time.Time, period time.Duration) (bool, error)
	// Events gives the whole stream of a case, session or whistle, oldest first. The
	// caller has been found to be allowed to see it.
	Events(ctx context.Context, no string) ([]machine.Event, error)
	// Chain gives the whole stream of a case with its hashes, oldest first, with the events
	// as they are hashed where asked for. The caller has been found to be allowed to see it.
	Chain(ctx context.Context, no string, contents bool) ([]view.Link, error)
	// Petitioner gives the person behind a case, masked; ok is false for an anonymous one.
	Petitioner(ctx context.Context, scope view.Scope, no string) (p view.Person, ok bool, err error)
	// Earlier lists cases of the person behind a case, newest first.
	Earlier(ctx context.Context, scope view.Scope, no string) ([]view.Earlier, error)
	// Candidates gives the open grid events of a kind reported in a span of time, newest
	// first.
	Candidates(ctx context.Context, scope view.Scope, near view.Near) ([]view.Candidate, error)
	// Precedents lists the rulings on whose duty matters of a category are, newest first.
	Precedents(ctx context.Context, scope view.Scope, county, category string) ([]view.Precedent, error)
	// PublicCase gives the case to whoever knows its query code.
	PublicCase(ctx context.Context, no, code string) (casefile.Case, error)
	// Committed tells what a command key was used for, if it was.
	Committed(ctx context.Context, key string) (view.Committed, bool, error)
	// OverdueSummary counts the overdue cases in scope.
	OverdueSummary(ctx context.Context, scope view.Scope, now time.Time) ([]view.Cell, error)
	// Notices gives the notices addressed to a user, or to an office the user
	// holds, newest first, on request the unread ones; those of restricted cases
	// outside the scope are left out.
	Notices(ctx context.Context, scope view.Scope, a domain.Actor, unread bool, cursor string, limit int) (view.NoticePage, error)
	// NoticesAfter gives the same oldest first, after a cursor ("" from the
	// beginning), and never passes over one that is committed late.
	NoticesAfter(ctx context.Context, scope view.Scope, a domain.Actor, cursor string, limit int) (view.NoticePage, error)
	// Inbox gives the newest of them and how many are unread.
	Inbox(ctx context.Context, scope view.Scope, a domain.Actor) (view.Inbox, error)
	// Receive notes which of them have arrived and which were read; the first time counts.
	Receive(ctx context.Context, scope view.Scope, a domain.Actor, delivered, read []int64, at time.Time) error
	// CaseNotices gives every notice about a case, oldest first.
	CaseNotices(ctx context.Context, scope view.Scope, no string) ([]view.NoticeItem, error)
	// PetitionerNotices gives the notices to the petitioner of a case, oldest
	// first. Whoever asks has proved to be the petitioner.
	PetitionerNotices(ctx context.Context, no string) ([]view.NoticeItem, error)
	// Board counts for a wall board.
	Board(ctx context.Context, scope view.Scope, now time.Time) (view.Board, error)
	// TrialStats counts persons received, matters registered and resolved. A
	// zero moment is no bound; a batch selects what came in with it.
	TrialStats(ctx context.Context, scope view.Scope, from, to time.Time, batch string) (view.Trial, error)
	// Escalations tells how late the deadlines in scope took effect that were due
	// in a period; drill asks for the exercises, which count nowhere else.
	Escalations(ctx context.Context, scope view.Scope, from, to time.Time, drill bool) (view.Escalations, error)
	// Outages lists the outages that reach into a scope and ended after a moment, the
	// latest first.
	Outages(ctx context.Context, scope view.Scope, since time.Time) ([]view.Outage, error)
	// Ping tells whether the ledger answers and has the schema it needs.
	Ping(ctx context.Context) error
}

// Accounts knows who may call.
type Accounts interface {
	// Authenticate checks a password; domain.CodeSignIn when it does not fit.
	Authenticate(ctx context.Context, username, password string) (org.User, error)
	// Known tells whether an account has this name, open or closed.
	Known(ctx context.Context, username string) (bool, error)
	// Try checks a secret unless it is too soon to, domain.CodeTooMany. What check refuses
	// with domain.CodeSignIn or domain.CodeNotFound counts as a failure.
	Try(ctx context.Context, limits account.Throttle, a account.Try, check func() error) error
	// UserNamed gives an active account.
	UserNamed(ctx context.Context, username string) (org.User, error)
	// UserByIdentity gives the active account a provider has named; domain.CodeSignIn when
	// there is none, or it is another identity's.
	UserByIdentity(ctx context.Context, username, identity string) (org.User, error)
	// ChangePassword replaces a password and ends every sign-in but the one that is kept.
	ChangePassword(ctx context.Context, username, password string, keep int64) error
	// SetPhone notes the number an officer is reached at by SMS, "" for none.
	SetPhone(ctx context.Context, username, phone string) error
	// People gives the accounts of these names, open or closed; an unknown one is left out.
	People(ctx context.Context, usernames []string) ([]org.User, error)
	// Members lists the active users who hold the role in exactly that unit.
	Members(ctx context.Context, role org.Role, unit string) ([]org.User, error)
	Tokens
	Factors
}

// Tokens knows what was handed out to whom.
type Tokens interface {
	// PassOf gives what a live token stands for; domain.CodeSignIn otherwise.
	PassOf(ctx context.Context, token string) (account.Pass, error)
	// Issue makes a token for an active account.
	Issue(ctx context.Context, o account.Opening) (made account.Issued, token string, err error)
	// RevokeToken ends a token; an unknown one is no fault.
	RevokeToken(ctx context.Context, token string) error
	// Issued lists the live tokens of a kind, of one account or, for "", of all.
	Issued(ctx context.Context, username string, kind account.Kind) ([]account.Issued, error)
	// End ends one of them; domain.CodeNotFound when it is not among them.
	End(ctx context.Context, username string, kind account.Kind, id int64) error
	// EndOthers ends every sign-in of an account but one.
	EndOthers(ctx context.Context, username string, keep int64) error
	// StartFlow keeps a sign-in at a provider under its state, EndFlow gives it back once;
	// domain.CodeSignIn when there is none.
	StartFlow(ctx context.Context, state string, f account.Flow) error
	EndFlow(ctx context.Context, state string, at time.Time) (account.Flow, error)
}

// Factors keeps second factors.
type Factors interface {
	// Factor gives the second factor of an account, an empty one for none.
	Factor(ctx context.Context, username string) (account.Factor, error)
	// EnrolFactor keeps one that is to be confirmed; domain.CodeConflict when one is confirmed.
	EnrolFactor(ctx context.Context, username, secret string, at time.Time) error
	// ConfirmFactor makes it count and ends every sign-in but one.
	ConfirmFactor(ctx context.Context, username string, step int64, codes []string, at time.Time, keep int64) error
	// SpendStep and SpendRecovery use a code up; domain.CodeSignIn when it was before.
	SpendStep(ctx context.Context, username string, step int64) error
	SpendRecovery(ctx context.Context, username, code string) error
	// RemoveFactor takes it away.
	RemoveFactor(ctx context.Context, username string) error
}

// Identities gives away who raised a matter, and keeps account of it.
type Identities interface {
	// Reveal gives the person behind a case, unmasked, to whoever the entry names, and
	// records it; what cannot be recorded is not given. An entry that says refused is
	// recorded and nobody given. Beyond the limits it is domain.CodeTooMany. The alarms are
	// sent once an hour when more was asked for, granted or not.
	Reveal(ctx context.Context, no string, e audit.Entry, most view.UnmaskLimits, alarms []notice.Message) (p view.Person, ok bool, err error)
}

// Auditor keeps the audit log.
type Auditor interface {
	// Audit appends entries, all or none.
	Audit(ctx context.Context, entries ...audit.Entry) error
	// AuditPage lists entries of a day; of one about an accusation neither its number nor the
	// reason, and it is not found by the number.
	AuditPage(ctx context.Context, q audit.Query) ([]audit.Row, error)
}

// Registrar opens cases and whistles in the ledger, before any workflow exists.
type Registrar interface {
	Register(ctx context.Context, in activities.RegisterInput) (activities.Written, error)
	ReportEvent(ctx context.Context, in activities.RegisterInput) (activities.Written, error)
	DraftWhistle(ctx context.Context, in activities.WhistleInput) (activities.Written, error)
	// Preview tells what a case would be after a step; nil where it has moved on meanwhile.
	Preview(ctx context.Context, in activities.CommitInput) (casefile.Case, error)
}

// Changes tells of what was committed, by whatever process.
type Changes interface {
	// Listen hears of every commit until ctx ends or the connection is lost. ready
	// is called once nothing is missed any more.
	Listen(ctx context.Context, ready func(), heard func(view.Change)) error
	// Standing tells of cases and whistles who may see them as they are now.
	Standing(ctx context.Context, nos []string) (map[string]view.Sight, error)
	// ChangedSince lists what in scope has changed since a moment, oldest first, at
	// most so many and one more.
	ChangedSince(ctx context.Context, scope view.Scope, since time.Time, most int) ([]view.Change, error)
	// Arrived lists to whom the notices after a position are addressed.
	Arrived(ctx context.Context, after int64) (view.Arrivals, error)
}

// Reports takes what providers say of what they were given.
type Reports interface {
	// DeliveryReports notes what has become of messages of a channel, each named by
	// the key it was sent under or by the provider's own id. What is unknown is left alone.
	DeliveryReports(ctx context.Context, channel notice.Channel, list []view.DeliveryReport, now time.Time) error
}

// Files takes photographs in and hands them out.
type Files interface {
	// MostBytes is how large one photo may be.
	MostBytes() int64
	// Declare begins an upload, or gives the one of the account with the same id and
	// declaration; domain.CodeConflict for the id of another, and a refusal for what is
	// more than the quota.
	Declare(ctx context.Context, want evidence.Upload, quota evidence.Quota) (u evidence.Upload, created bool, err error)
	// Show gives an upload of an account, a whole one with its twins.
	Show(ctx context.Context, account, id string, search evidence.Search) (evidence.Upload, error)
	// Put takes one part of an upload of an account.
	Put(ctx context.Context, account, id string, n int, data []byte, at time.Time) (evidence.Upload, error)
	// Finish verifies and keeps an upload. Doing so again changes nothing.
	Finish(ctx context.Context, account, id string, at time.Time) error
	// Content gives a copy of a photo, a JPEG, to the account that uploaded it and to
	// whoever may see a case it is attached to.
	Content(ctx context.Context, scope view.Scope, account, id string, thumb bool) ([]byte, error)
	// CaseFiles lists the photos of a case in scope; with only, those of one account.
	CaseFiles(ctx context.Context, scope view.Scope, no, only string) ([]view.CaseFile, error)
}

// Starts notes which cases and whistles have a workflow, so that the others are swept up.
type Starts interface {
	MarkStarted(ctx context.Context, no string) error
}

// Engine keeps cases alive. Its errors are refusals (*domain.Error, with
// domain.CodeUnavailable when it is away) or ErrNotRunning.
type Engine interface {
	// ActOnCase and the others take one step and wait for the answer. seen is
	// the version the request was read at.
	ActOnCase(ctx context.Context, no string, seen int, cmd machine.Command) (workflows.ActResult, error)
	ActOnSession(ctx context.Context, no string, seen int, cmd machine.Command) (workflows.ActResult, error)
	ActOnWhistle(ctx context.Context, no string, seen int, cmd machine.Command) (workflows.ActResult, error)
	// StartCase and the others begin the workflow; one that runs is left alone.
	StartCase(ctx context.Context, in workflows.AnyCaseInput) error
	StartSession(ctx context.Context, in workflows.SessionInput) error
	StartWhistle(ctx context.Context, in workflows.AnyCaseInput) error
	// QueryCase and the others give the state as the workflow has folded it.
	QueryCase(ctx context.Context, no string) (casefile.Case, error)
	QuerySession(ctx context.Context, no string) (*joint.Session, error)
	QueryWhistle(ctx context.Context, no string) (*whistle.Whistle, error)
	// Ping tells whether the engine answers.
	Ping(ctx context.Context) error
}

// ErrNotRunning says that no workflow of the case runs: it has not been
// started yet, or the case is over and it has ended.
var ErrNotRunning = errors.New("no workflow runs for this case")

// Watch observes requests.
type Watch interface {
	// Begin is told of a request and the pattern of its route, "" when there is
	// none. The request goes on under the context it answers; end is called with
	// the status.
	Begin(r *http.Request, route string) (ctx context.Context, end func(status int))
}

// Deps is everything the api needs. Fields are required unless they say otherwise.
type Deps struct {
	Reader    Reader
	Accounts  Accounts
	Registrar Registrar
	Engine    Engine
	Files     Files
	// Administration keeps accounts for administrators; nil in tests that administer none.
	Administration Administration
	// Division judges grids; nil in tests that judge none.
	Division Division
	// Audit is told of every sign-in and of whatever looks at or takes away what is protected.
	Audit Auditor
	// Signer signs receipts of cases.
	Signer receipt.Signer
	// Identities unmasks.
	Identities Identities
	// Payloads opens what the engine keeps, words left out; nil: nobody is shown it.
	Payloads Payloads
	Rules    activities.Rulebook
	// Rulebooks is where the rulebook is drafted and published.
	Rulebooks *publish.Desk
	// Exports are lists on their way out of the house, ExportFiles their files.
	Exports     Exports
	ExportFiles ExportFiles
	// Holds keep files whatever their period.
	Holds Holds
	// Rechecks are the second looks of the city; nil in tests that look once.
	Rechecks Rechecks
	// Scanner looks for malware in photographs; nil: none does.
	Scanner Pinger
	// Figures counts for everybody.
	Figures Figures
	// Reports takes delivery reports; nil: nobody does.
	Reports Reports
	// ReportSecrets are what providers sign their reports with, by channel.
	ReportSecrets map[notice.Channel][]byte
	// Field keeps the facts of patrols.
	Field FieldWork
	// Changes feeds the live stream; nil: there is none.
	Changes Changes
	Log     *slog.Logger
	Now     func() time.Time // nil: time.Now
	Version string           // of the program, told by /livez
	// SignIn and Door are the rules of signing in and of the door itself.
	SignIn SignInRules
	Door   DoorRules
	// Watch observes requests; nil: nobody does.
	Watch Watch
	// Metrics answers /metrics; nil: nothing is there.
	Metrics http.Handler
	// Pages answer at every other address; nil: there are none.
	Pages http.Handler
	// Stopping tells that the process is about to stop; nil: it never is.
	Stopping func() bool
}
