package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/casekind"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/view"
)

// Case gives the current state of a case in scope.
func (s *Store) Case(ctx context.Context, scope view.Scope, no string) (casefile.Case, error) {
	return s.caseWhere(ctx, scope, no)
}

// StoredCase gives the current state of a case to the system itself.
func (s *Store) StoredCase(ctx context.Context, no string) (casefile.Case, error) {
	return s.caseWhere(ctx, Everything, no)
}

func (s *Store) caseWhere(ctx context.Context, scope view.Scope, no string) (casefile.Case, error) {
	w := within(scope)
	w.and("cases.no = ?", no)
	var body []byte
	var seq int
	if err := s.pool.QueryRow(ctx, `SELECT body, seq FROM cases`+w.String(), w.args...).Scan(&body, &seq); err != nil {
		return nil, fault(err)
	}
	return s.caseOf(no, body, seq)
}

// caseOf decodes the state of a case.
func (s *Store) caseOf(no string, body []byte, seq int) (casefile.Case, error) {
	body, err := s.openState(caseTable, no, body)
	if err != nil {
		return nil, err
	}
	k, ok := casekind.OfNumber(no)
	if !ok {
		return nil, fmt.Errorf("store: no kind of case has the number %q", no)
	}
	c := k.Fresh()
	if err := json.Unmarshal(body, c); err != nil {
		return nil, fmt.Errorf("store: state of a case: %w", err)
	}
	c.GetHead().Seq = seq
	return c, nil
}

// CaseAt gives a case in scope as it stood after the event with the sequence,
// folded from its events.
func (s *Store) CaseAt(ctx context.Context, scope view.Scope, no string, seq int) (casefile.Case, error) {
	now, err := s.Case(ctx, scope, no)
	if err != nil {
		return nil, err
	}
	if seq < 1 || seq > now.GetHead().Seq {
		return nil, domain.NotFound()
	}
	list, err := s.events(ctx, s.pool, no, 0, seq)
	if err != nil {
		return nil, fault(err)
	}
	switch _, removed, err := removalOf(ctx, s.pool, no); {
	case err != nil:
		return nil, fault(err)
	case removed:
		return nil, wordsGone(no)
	}
	return folded(list, casekind.Of(now).Fresh)
}

// folded is the state after a whole list of events.
func folded[S machine.Subject](list []machine.Event, fresh func() S) (S, error) {
	state, err := fresh(), error(nil)
	for _, e := range list {
		if state, err = machine.Evolve(state, fresh, e); err != nil {
			return state, fmt.Errorf("store: %w", err)
		}
		state.GetHead().No = e.No
	}
	return state, nil
}

// Events gives the whole stream of a case or session, oldest first. The caller
// has been found to be allowed to see it; what does not exist is not found.
func (s *Store) Events(ctx context.Context, no string) ([]machine.Event, error) {
	list, err := s.events(ctx, s.pool, no, 0, newest)
	if err != nil {
		return nil, fault(err)
	}
	if len(list) == 0 {
		return nil, domain.NotFound()
	}
	return list, nil
}

// Chain gives the whole stream of a case with its hashes, oldest first, and on request with
// the events as they are hashed. A chain that is broken is not given.
func (s *Store) Chain(ctx context.Context, no string, contents bool) ([]view.Link, error) {
	list, err := s.links(ctx, s.pool, no, 0, newest)
	if err != nil {
		return nil, fault(err)
	}
	if len(list) == 0 {
		return nil, domain.NotFound()
	}
	if list[0].gone {
		return nil, wordsGone(no)
	}
	if what := broken(list); what != "" { // the house signs nothing that does not hold
		return nil, fmt.Errorf("store: the chain of %s does not hold: %s", no, what)
	}
	out := make([]view.Link, len(list))
	for i, l := range list {
		out[i] = view.Link{Event: l.Event, Hash: hex.EncodeToString(l.hash)}
		if contents {
			words, err := canonical(l.kind, l.Event)
			if err != nil {
				return nil, fmt.Errorf("store: event %d of %s: %w", l.Seq, no, err)
			}
			out[i].Content = string(words)
		}
	}
	return out, nil
}

// StoredEvents is Events under the name the worker knows it by.
func (s *Store) StoredEvents(ctx context.Context, no string) ([]machine.Event, error) {
	return s.Events(ctx, no)
}

// Petitioner gives the person behind a case in scope, masked: Reveal alone gives more. It is
// not ok for an anonymous case, nor where the person is not stored any more.
func (s *Store) Petitioner(ctx context.Context, scope view.Scope, no string) (p view.Person, ok bool, err error) {
	w := within(scope)
	w.and("cases.no = ?", no)
	p, ok, err = s.person(s.pool.QueryRow(ctx, personOf+w.String(), w.args...))
	return p.Masked(), ok, err
}

// personOf reads the person behind a case.
const personOf = `SELECT p.id, coalesce(p.name, ''), coalesce(p.phone, ''), coalesce(p.id_type, ''), coalesce(p.id_no, ''),
	coalesce(p.address, ''), coalesce(p.kind, ''), coalesce(p.language, ''), coalesce(p.via_centre, false)
	FROM cases LEFT JOIN persons p ON p.id = cases.petitioner`

func (s *Store) person(row pgx.Row) (p view.Person, ok bool, err error) {
	var id *string
	err = row.Scan(&id, &p.Name, &p.Phone, &p.IDType, &p.IDNo, &p.Address, &p.Kind, &p.Language, &p.ViaCentre)
	if err != nil || id == nil {
		return view.Person{}, false, fault(err)
	}
	p.ID = *id
	if err := s.openPerson(&p); err != nil {
		return view.Person{}, false, fault(err)
	}
	return p, true, nil
}

// Statement gives what was entered at the desk beside a case the caller may see: place,
// request, facts, respondent. It is empty when nothing was. Whether they may also read it is for
// view.Scope.Reads.
func (s *Store) Statement(ctx context.Context, scope view.Scope, no string) (out view.Statement, err error) {
	w := within(scope)
	w.and("cases.no = ?", no)
	var raw []byte
	err = s.pool.QueryRow(ctx, `SELECT coalesce(d.details, '{}') FROM cases LEFT JOIN intake_details d USING (no)`+w.String(), w.args...).Scan(&raw)
	if err != nil {
		return out, fault(err)
	}
	if raw, err = s.fields.OpenDocument(raw, detailsPlace(no)); err != nil {
		return out, fmt.Errorf("store: details of a case: %w", err)
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, fmt.Errorf("store: details of a case: %w", err)
	}
	return out, nil
}

// PublicCase gives the case to whoever knows its query code, typed in any case,
// with or without spaces. A wrong code and an unknown number look the same.
func (s *Store) PublicCase(ctx context.Context, no, code string) (casefile.Case, error) {
	var body, hash []byte
	var seq int
	err := s.pool.QueryRow(ctx, `SELECT body, seq, query_code_hash FROM cases WHERE no = $1`, no).Scan(&body, &seq, &hash)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, fault(err)
	}
	fits, err := s.codeFits(ctx, code, hash)
	if err != nil {
		return nil, err
	}
	if !fits {
		return nil, domain.NotFound()
	}
	return s.caseOf(no, body, seq)
}

// Session gives the current state of a joint session whose case is in scope.
func (s *Store) Session(ctx context.Context, scope view.Scope, no string) (*joint.Session, error) {
	list, err := s.sessionsWhere(ctx, scope, "sessions.no = ?", no)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, domain.NotFound()
	}
	return list[0], nil
}

// StoredSession gives the current state of a joint session to the system itself.
func (s *Store) StoredSession(ctx context.Context, no string) (*joint.Session, error) {
	return s.Session(ctx, Everything, no)
}

// Sessions lists the joint sessions under a case in scope, oldest first.
func (s *Store) Sessions(ctx context.Context, scope view.Scope, caseNo string) ([]*joint.Session, error) {
	return s.sessionsWhere(ctx, scope, "sessions.case_no = ?", caseNo)
}

// Meetings lists the joint sessions that meet in a span and whose case is in scope, by when they
// meet: at most so many.
func (s *Store) Meetings(ctx context.Context, scope view.Scope, from, to time.Time, most int) ([]*joint.Session, error) {
	list, err := s.sessionsWhere(ctx, scope, "sessions.held_at >= ? AND sessions.held_at < ?", from, to)
	slices.SortStableFunc(list, func(a, b *joint.Session) int { return a.HeldAt.Compare(b.HeldAt) })
	return list[:min(most, len(list))], err
}

func (s *Store) sessionsWhere(ctx context.Context, scope view.Scope, clause string, args ...any) ([]*joint.Session, error) {
	w := within(scope)
	w.reads(scope)
	w.and(clause, args...)
	rows, err := s.pool.Query(ctx, `SELECT sessions.no, sessions.body, sessions.seq FROM sessions JOIN cases ON cases.no = sessions.case_no`+
		w.String()+` ORDER BY sessions.opened_at, sessions.no`, w.args...)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*joint.Session, error) {
		var no string
		var body []byte
		session, seq := joint.Fresh(), 0
		if err := row.Scan(&no, &body, &seq); err != nil {
			return nil, err
		}
		body, err := s.openState(tables[activities.KindSession], no, body)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(body, session); err != nil {
			return nil, fmt.Errorf("state of a session: %w", err)
		}
		session.Seq = seq
		return session, nil
	})
	return out, fault(err)
}

// Committed tells what a command key was used for, if it was.
func (s *Store) Committed(ctx context.Context, key string) (view.Committed, bool, error) {
	var c view.Committed
	err := s.pool.QueryRow(ctx, `SELECT c.no, c.to_seq, c.fingerprint, coalesce(e.recorded_at, c.at)
		FROM commands c LEFT JOIN events e ON e.no = c.no AND e.seq = c.to_seq WHERE c.key = $1`, key).Scan(&c.No, &c.Seq, &c.Fingerprint, &c.At)
	if errors.Is(err, pgx.ErrNoRows) {
		return view.Committed{}, false, nil
	}
	c.At = c.At.UTC()
	return c, err == nil, fault(err)
}

// kindOf tells of which kind the stream of a number is.
func (s *Store) kindOf(ctx context.Context, no string) (kind string, err error) {
	err = s.pool.QueryRow(ctx, `SELECT kind FROM cases WHERE no = $1 UNION ALL SELECT $2::text FROM sessions WHERE no = $1
		UNION ALL SELECT $3::text FROM whistles WHERE no = $1`,
		no, activities.KindSession, activities.KindWhistle).Scan(&kind)
	return kind, fault(err)
}
