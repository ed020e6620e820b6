package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/view"
	"huajie/workflows"
)

// Reader is the read side of the ledger. Whatever takes a scope answers
// domain.CodeNotFound, or leaves out, what lies outside it: absent and not to be
// known of cannot be told apart.
type Reader interface {
	// List gives one page. A cursor it did not make is domain.CodeMalformed.
	List(ctx context.Context, scope view.Scope, f view.Filter, sort view.Sort, cursor string, limit int, total bool) (view.Page, error)
	// Case gives the current state of a case.
	Case(ctx context.Context, scope view.Scope, no string) (*grievance.Case, error)
	// Session gives the current state of a joint session, in scope when its case is.
	Session(ctx context.Context, scope view.Scope, no string) (*joint.Session, error)
	// Sessions lists the sessions under a case, oldest first.
	Sessions(ctx context.Context, scope view.Scope, caseNo string) ([]*joint.Session, error)
	// Events gives the whole stream of a case or session, oldest first. The
	// caller has been found to be allowed to see it.
	Events(ctx context.Context, no string) ([]machine.Event, error)
	// Petitioner gives the person behind a case, unmasked; ok is false for an
	// anonymous one.
	Petitioner(ctx context.Context, scope view.Scope, no string) (p view.Person, ok bool, err error)
	// Earlier lists cases of the person behind a case, newest first.
	Earlier(ctx context.Context, scope view.Scope, no string) ([]view.Earlier, error)
	// Precedents lists the rulings on whose duty matters of a category are, newest first.
	Precedents(ctx context.Context, scope view.Scope, county, category string) ([]view.Precedent, error)
	// PublicCase gives the case to whoever knows its query code.
	PublicCase(ctx context.Context, no, code string) (*grievance.Case, error)
	// Committed tells what a command key was used for, if it was.
	Committed(ctx context.Context, key string) (view.Committed, bool, error)
	// OverdueSummary counts the overdue cases in scope.
	OverdueSummary(ctx context.Context, scope view.Scope, now time.Time) ([]view.Cell, error)
	// Notices gives the notices addressed to a user, or to an office the user
	// holds, newest first; those of restricted cases outside the scope are left out.
	Notices(ctx context.Context, scope view.Scope, a domain.Actor, cursor string, limit int) (view.NoticePage, error)
	// CaseNotices gives every notice about a case, oldest first.
	CaseNotices(ctx context.Context, scope view.Scope, no string) ([]view.NoticeItem, error)
	// PetitionerNotices gives the notices to the petitioner of a case, oldest
	// first. Whoever asks has proved to be the petitioner.
	PetitionerNotices(ctx context.Context, no string) ([]view.NoticeItem, error)
	// TrialStats counts persons received, matters registered and resolved. A
	// zero moment is no bound; a batch selects what came in with it.
	TrialStats(ctx context.Context, scope view.Scope, from, to time.Time, batch string) (view.Trial, error)
	// Escalations tells how late the deadlines in scope took effect that were due
	// in a period; drill asks for the exercises, which count nowhere else.
	Escalations(ctx context.Context, scope view.Scope, from, to time.Time, drill bool) (view.Escalations, error)
	// Ping tells whether the ledger answers and has the schema it needs.
	Ping(ctx context.Context) error
}

// Accounts knows who may call.
type Accounts interface {
	// Authenticate checks a password; domain.CodeSignIn when it does not fit.
	Authenticate(ctx context.Context, username, password string) (org.User, error)
	// UserByToken gives the user of a live token; domain.CodeSignIn otherwise.
	UserByToken(ctx context.Context, token string) (org.User, error)
	// CreateToken makes a token that ends at a time.
	CreateToken(ctx context.Context, username, label string, until time.Time) (token string, err error)
	// RevokeToken ends a token; an unknown one is no fault.
	RevokeToken(ctx context.Context, token string) error
	// Members lists the active users who hold the role in exactly that unit.
	Members(ctx context.Context, role org.Role, unit string) ([]org.User, error)
}

// Registrar opens cases in the ledger, before any workflow exists.
type Registrar interface {
	Register(ctx context.Context, in activities.RegisterInput) (activities.Written, error)
}

// Changes tells of what was committed, by whatever process.
type Changes interface {
	// Listen hears of every commit until ctx ends or the connection is lost. ready
	// is called once nothing is missed any more.
	Listen(ctx context.Context, ready func(), heard func(view.Change)) error
	// Standing gives cases as they are now, whoever may see them.
	Standing(ctx context.Context, nos []string) (map[string]*grievance.Case, error)
	// ChangedSince lists what in scope has changed since a moment, oldest first, at
	// most so many and one more.
	ChangedSince(ctx context.Context, scope view.Scope, since time.Time, most int) ([]view.Change, error)
}

// Starts notes which cases have a workflow, so that the others are swept up.
type Starts interface {
	MarkStarted(ctx context.Context, no string) error
}

// Engine keeps cases alive. Its errors are refusals (*domain.Error, with
// domain.CodeUnavailable when it is away) or ErrNotRunning.
type Engine interface {
	// ActOnCase and ActOnSession take one step and wait for the answer. seen is
	// the version the request was read at.
	ActOnCase(ctx context.Context, no string, seen int, cmd machine.Command) (workflows.ActResult, error)
	ActOnSession(ctx context.Context, no string, seen int, cmd machine.Command) (workflows.ActResult, error)
	// StartCase and StartSession begin the workflow; one that runs is left alone.
	StartCase(ctx context.Context, in workflows.GrievanceInput) error
	StartSession(ctx context.Context, in workflows.SessionInput) error
	// QueryCase and QuerySession give the state as the workflow has folded it.
	QueryCase(ctx context.Context, no string) (*grievance.Case, error)
	QuerySession(ctx context.Context, no string) (*joint.Session, error)
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
	Rules     activities.Rulebook
	// Changes feeds the live stream; nil: there is none.
	Changes Changes
	Log     *slog.Logger
	Now     func() time.Time // nil: time.Now
	Version string           // of the program, told by /livez
	// SecureCookies marks the session cookie for HTTPS only.
	SecureCookies bool
	// Watch observes requests; nil: nobody does.
	Watch Watch
	// Metrics answers /metrics; nil: nothing is there.
	Metrics http.Handler
	// Stopping tells that the process is about to stop; nil: it never is.
	Stopping func() bool
}
