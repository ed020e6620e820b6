package activities

import (
	"context"
	"time"

	"huajie/domain/evidence"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/org"
	"huajie/domain/recheck"
	"huajie/domain/view"
)

// Ledger is the append-only book of everything that happened, with the current
// state of every case, session and whistle beside it. Writing is exactly-once by key.
type Ledger interface {
	// Change runs decide on the locked, current state of one stream and
	// appends what it answers, all in one transaction: events (hash-chained),
	// state row, live deadlines, rendered notices, the key of the command. A refusal by decide (*domain.Error) is returned as it is and
	// changes nothing.
	//
	// When the key was already committed, decide is not run: the events after
	// Seq are returned again (Repeated). When the ledger has moved past Seq
	// and the key is new, decide is not run either: the missed events are
	// returned with Behind set, to be folded before asking anew. The error is
	// domain.CodeNotFound for an unknown stream, CodeUnavailable with the reason
	// "ledger_behind" where the writer has folded what the ledger lacks (it was
	// lost or restored from an older backup), CodeKeyReused for a key that
	// was used for another fingerprint.
	Change(ctx context.Context, w Write) (Written, error)

	// ChangeMany changes several streams in one transaction, for a fraction of what as
	// many of their own cost: what time does to many cases at once. The writes have no
	// key and no sequence (-1). A stream that is unknown, or that somebody else is
	// changing, is left out, not waited for; the answer holds those that were changed,
	// in the order of their numbers. After an error nothing is changed, whichever of
	// the writes it came from.
	ChangeMany(ctx context.Context, list []Write) ([]Written, error)

	// Create appends the first events of a new stream, drawing its case
	// number in the same transaction when w.No is empty. A repeated key
	// returns what was created then.
	Create(ctx context.Context, w NewStream) (Written, error)
}

// Write is one change of an existing stream.
type Write struct {
	Kind        string
	No          string
	Seq         int    // what the writer has folded; -1 skips the check
	Key         string // unique per wish; empty for deadlines
	Fingerprint string // of the request the key was used for
	// Beside are other cases the decision will look at. They are locked with the
	// stream, in the order of their numbers, so that two writers that name each
	// other take turns.
	Beside []string
	Decide func(Current) (Decision, error)
}

// NewStream is the first write of a case, session or whistle.
type NewStream struct {
	Kind        string
	No          string // empty: draw one
	Place       string // six-digit county code the number begins with
	Letter      string // kind letter of the number: G, E, …
	Day         time.Time
	Key         string
	Fingerprint string
	Intake      *Intake // the person behind a case
	// Twice tells submissions apart that have no key (§6 item 22); nil: every one
	// is a wish of its own.
	Twice *Twice
	// Look runs in the transaction before Decide, which then knows what it has found;
	// nil: nothing is looked up. The Current it gets has no state.
	Look   func(Current) error
	Decide func(no string) (Decision, error)
}

// Twice recognises a matter that comes in again: the same words from the same source
// since a moment are one case, and the answer is the first one's. Only a digest of
// both is kept.
type Twice struct {
	Source string // account, or address of somebody without one
	Since  time.Time
}

// Intake is what is stored with a new case and never enters its workflow. A
// person already known under the id is left as stored.
type Intake struct {
	PersonID string
	Person   map[string]string // name, phone, id_type, id_no, address, kind, language; ViaCentre
	Details  map[string]any    // place, request, facts, respondent … as entered
}

// Current is the state of a stream inside the transaction, and what a decision
// may look up beside it.
type Current interface {
	// State decodes the current state.
	State(into machine.Subject) error
	// People gives the users of these names that exist and are active.
	People(names []string) (map[string]org.User, error)
	// Cases gives what a decision may know of other cases.
	// Those outside the scope are left out like those that do not exist. They
	// stay as they are until the transaction ends.
	Cases(nos []string, scope view.Scope) (map[string]machine.Related, error)
	// NewNo draws a case number (for a split).
	NewNo(place, letter string, day time.Time) (string, error)
	// HangUps counts a unit's suspended and due cases of the quarter.
	HangUps(unit string, since time.Time) (suspended, due int, err error)
	// Explained counts a unit's cases closed as explained and closed at all in the
	// quarter.
	Explained(unit string, since time.Time) (explained, closed int, err error)
	// Holders gives the active users who hold one of the roles in one of the units.
	Holders(roles []org.Role, units []string) ([]org.User, error)
	// Nearby gives the grid events of a kind around a place, newest first.
	Nearby(n Neighbourhood) ([]machine.Related, error)
	// Reports counts the grid events an officer has reported since a moment, and those
	// of them that were rejected.
	Reports(user string, since time.Time) (all, rejected int, err error)
	// Petitioner gives the person id behind a case, "" when anonymous.
	Petitioner(no string) (string, error)
	// Photos gives the photos of these ids that are whole, each with the photos of
	// its county that are like it under a search.
	Photos(ids []string, search evidence.Search) (map[string]evidence.Photo, error)
}

// Decision is what decide answers: events and the state after them, with the
// notices already rendered.
type Decision struct {
	Events  []machine.Event
	State   machine.Subject // a casefile.Case, a *joint.Session or a *whistle.Whistle
	Notices []notice.Message
	// Unanswered says that only limits that had passed are decided, and the command
	// is to be asked anew: its key is not noted, and the answer is Behind.
	Unanswered bool
	// Lot is drawn for a second look of the city at the event this closes; nil: it is none.
	Lot *recheck.Lot
	// Spawned is a case registered by this decision (a split), written in the
	// same transaction.
	Spawned *Decision
}

// Written is what a change left in the ledger.
type Written struct {
	No        string
	QueryCode string // only from Create of a case; a repeated key gives the same one
	Events    []machine.Event
	Repeated  bool // the key had been committed before
	Behind    bool // events the writer is to fold before it asks anew
}

// ViaCentre is set to "true" of a person who wants to be reached through the centre only: the
// unit never learns who it is (§2.3 contact_via_centre).
const ViaCentre = "contact_via_centre"
