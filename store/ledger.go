package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/machine"
)

// A Store is the ledger the desk writes to.
var _ activities.Ledger = (*Store)(nil)

// stream is a case, session or whistle inside the transaction that changes it.
type stream struct {
	kind, no string
	seq      int
	head     []byte // hash of its last event
	body     []byte // its state; nil for one that begins
	codeHash []byte // of the query code, for a case that begins
	earlier  *before
	also     func(*pgx.Batch) error // what is written with the first events; nil: nothing
	spawned  string                 // number of the case that was split off

	key, fingerprint string // of the command that changes it, if any
}

// command is what a key was used for.
type command struct {
	No, Kind, Fingerprint string
	From, To              int
}

// Change decides and writes one step of a stream (activities.Ledger).
func (s *Store) Change(ctx context.Context, w activities.Write) (activities.Written, error) {
	table, err := tableOf(w.Kind, w.No)
	if err != nil {
		return activities.Written{}, err
	}
	if _, err := s.key(ctx, ""); err != nil { // read before a connection is held, not while
		return activities.Written{}, err
	}
	var out activities.Written
	var st *stream
	var done *command
	err = s.inTxAsking(ctx, func(batch *pgx.Batch) {
		out, done = activities.Written{No: w.No}, nil
		st = &stream{kind: w.Kind, no: w.No, key: w.Key, fingerprint: w.Fingerprint}
		s.hold(batch, w, table, st)
		batch.Queue(commandByKey, w.Key).QueryRow(into(&done))
	}, func(tx pgx.Tx) error {
		if done != nil {
			return s.repeat(ctx, tx, w, done, &out)
		}
		if w.Seq >= 0 && w.Seq != st.seq {
			return s.missed(ctx, tx, w, st, &out)
		}
		d, err := w.Decide(&current{ctx: ctx, tx: tx, state: st.body, seq: st.seq})
		if err != nil {
			return err
		}
		if out.Behind = d.Unanswered; d.Unanswered {
			st.key = "" // it comes again, for its answer
		}
		out.Events, err = s.write(ctx, tx, st, d)
		return err
	})
	if err != nil {
		return activities.Written{}, err
	}
	s.changed(out, st.spawned)
	return out, nil
}

// changed tells listeners of what has been committed.
func (s *Store) changed(out activities.Written, spawned string) {
	if n := len(out.Events); n > 0 && !out.Repeated {
		s.teller.changed(out.No, out.Events[n-1].Seq)
	}
	if spawned != "" {
		s.teller.changed(spawned, 1)
	}
}

// hold locks the row of the stream until the transaction ends, which makes
// writers take turns. What is asked after it, such as the key, is asked in turn.
func (s *Store) hold(batch *pgx.Batch, w activities.Write, table string, st *stream) {
	lockTogether(batch, w)
	batch.Queue(`SELECT seq, head_hash, body FROM `+table+` WHERE no = $1 FOR UPDATE`, w.No).QueryRow(func(row pgx.Row) error {
		err := row.Scan(&st.seq, &st.head, &st.body)
		if errors.Is(err, pgx.ErrNoRows) && w.Seq > 0 { // known to its workflow: the ledger was lost
			return behindWorkflow()
		}
		if err == nil {
			st.body, err = s.openState(table, w.No, st.body)
		}
		return err
	})
}

// lockTogether locks a case with those its decision will look at, always in the
// order of their numbers: of two cases to be merged into each other, the second
// then sees what has become of the first.
func lockTogether(batch *pgx.Batch, w activities.Write) {
	if len(w.Beside) > 0 && tables[w.Kind] == caseTable {
		batch.Queue(`SELECT 1 FROM cases WHERE no = ANY ($1) ORDER BY no FOR UPDATE`, append(slices.Clone(w.Beside), w.No))
	}
}

// repeat answers a key that was committed before.
func (s *Store) repeat(ctx context.Context, tx pgx.Tx, w activities.Write, done *command, out *activities.Written) (err error) {
	if done.No != w.No || done.Fingerprint != w.Fingerprint {
		return keyReused()
	}
	out.Repeated = true
	if w.Seq < 0 {
		out.Events, err = s.events(ctx, tx, w.No, done.From-1, done.To)
		return err
	}
	out.Events, err = s.events(ctx, tx, w.No, w.Seq, newest)
	return err
}

// missed answers a writer the ledger has moved past.
func (s *Store) missed(ctx context.Context, tx pgx.Tx, w activities.Write, st *stream, out *activities.Written) (err error) {
	if w.Seq > st.seq { // the ledger was restored from an older backup
		return behindWorkflow()
	}
	out.Behind = true
	out.Events, err = s.events(ctx, tx, w.No, w.Seq, newest)
	return err
}

// behindWorkflow answers a workflow that has folded what the ledger lacks. It is
// no refusal but something to wait for: a workflow that took it for one would end.
func behindWorkflow() error {
	return refusal(domain.CodeUnavailable, "ledger_behind", "台账落后于办件流程,须先重建", "the ledger is behind the workflow and must be rebuilt first")
}

// Create writes the first events of a stream (activities.Ledger).
func (s *Store) Create(ctx context.Context, w activities.NewStream) (activities.Written, error) {
	var out activities.Written
	if _, err := s.key(ctx, ""); err != nil { // read before a connection is held, not while
		return out, err
	}
	var done *command
	var known string
	err := s.inTxAsking(ctx, func(batch *pgx.Batch) {
		out, done, known = activities.Written{}, nil, ""
		batch.Queue(commandByKey, w.Key).QueryRow(into(&done))
		tapped(batch, w, &known)
	}, func(tx pgx.Tx) (err error) {
		switch {
		case done != nil && (done.Fingerprint != w.Fingerprint || done.Kind != w.Kind || w.No != "" && w.No != done.No):
			return keyReused()
		case done != nil:
			out.No, out.Repeated = done.No, true
			out.Events, err = s.events(ctx, tx, done.No, done.From-1, done.To)
			return err
		case known != "":
			out.No, out.Repeated = known, true
			out.Events, err = s.events(ctx, tx, known, 0, 1)
			return err
		}
		return s.create(ctx, tx, w, &out)
	})
	if err != nil {
		return activities.Written{}, err
	}
	s.changed(out, "")
	if tables[w.Kind] == caseTable {
		if out.QueryCode, err = s.queryCode(ctx, out.No); err != nil {
			return activities.Written{}, err
		}
	}
	return out, nil
}

func (s *Store) create(ctx context.Context, tx pgx.Tx, w activities.NewStream, out *activities.Written) (err error) {
	if w.Look != nil {
		if err := w.Look(&current{ctx: ctx, tx: tx}); err != nil {
			return err
		}
	}
	if out.No = w.No; out.No == "" {
		if out.No, err = drawNumber(ctx, tx, w.Place, w.Letter, w.Day); err != nil {
			return err
		}
	}
	d, err := w.Decide(out.No)
	if err != nil {
		return err
	}
	st := &stream{kind: w.Kind, no: out.No, head: beginning, key: w.Key, fingerprint: w.Fingerprint}
	if tables[w.Kind] == caseTable {
		code, err := s.queryCode(ctx, out.No)
		if err != nil {
			return err
		}
		if st.codeHash, err = s.codeHash(ctx, code); err != nil {
			return err
		}
	}
	st.also = func(batch *pgx.Batch) error {
		remember(batch, w, out.No)
		return s.queueIntake(batch, out.No, w.Intake)
	}
	out.Events, err = s.write(ctx, tx, st, d)
	return err
}

const commandByKey = `SELECT no, kind, fingerprint, from_seq, to_seq FROM commands WHERE key = $1`

// into reads what a key was used for; nil when it was not.
func into(done **command) func(pgx.Row) error {
	return func(row pgx.Row) (err error) {
		*done, err = scanCommand(row)
		return err
	}
}

func scanCommand(row pgx.Row) (*command, error) {
	c := &command{}
	err := row.Scan(&c.No, &c.Kind, &c.Fingerprint, &c.From, &c.To)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return c, err
}

// queueCommand notes what the key of a change was used for.
func queueCommand(batch *pgx.Batch, st *stream, events int) {
	if st.key == "" {
		return
	}
	batch.Queue(`INSERT INTO commands (key, no, kind, fingerprint, from_seq, to_seq) VALUES ($1, $2, $3, $4, $5, $6)`,
		st.key, st.no, st.kind, st.fingerprint, st.seq+1, st.seq+events)
}

func keyReused() error {
	return refusal(domain.CodeKeyReused, "key_reused", "同一幂等键已用于其他请求", "the key was used for another request")
}

// write appends what was decided and brings everything beside it up to date. A
// decision without events changes nothing; its key is noted all the same.
func (s *Store) write(ctx context.Context, tx pgx.Tx, st *stream, d activities.Decision) ([]machine.Event, error) {
	batch := &pgx.Batch{}
	out, err := s.queueDecision(batch, st, d)
	if err != nil {
		return nil, err
	}
	if d.Lot != nil {
		if err := s.queueRecheck(ctx, batch, st.no, *d.Lot); err != nil {
			return nil, err
		}
	}
	return out, s.send(ctx, tx, batch, st, d)
}

// send writes what was queued, and then the case a decision splits off, if it does.
func (s *Store) send(ctx context.Context, tx pgx.Tx, batch *pgx.Batch, st *stream, d activities.Decision) error {
	if batch.Len() > 0 {
		if err := tx.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
	}
	if d.Spawned == nil || len(d.Events) == 0 {
		return nil
	}
	return s.spawn(ctx, tx, st, *d.Spawned)
}

// queueDecision queues what write writes, but for a case that is split off.
func (s *Store) queueDecision(batch *pgx.Batch, st *stream, d activities.Decision) ([]machine.Event, error) {
	queueCommand(batch, st, len(d.Events))
	if len(d.Events) == 0 {
		if st.body == nil {
			return nil, fmt.Errorf("%s begins without an event", st.no)
		}
		return nil, nil
	}
	if err := follows(st, d); err != nil {
		return nil, err
	}
	out := slices.Clone(d.Events)
	last, err := s.queueEvents(batch, st, out)
	if err != nil {
		return nil, err
	}
	if err := s.queueState(batch, st, d.State, last, out[len(out)-1]); err != nil {
		return nil, err
	}
	queueChanged(batch, st, d.State.GetHead().Deadlines)
	queueNotices(batch, out, d.Notices, false)
	if st.also != nil {
		if err := st.also(batch); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// spawn writes a case that was split off. Its petitioner asks for it with the
// query code they already hold.
func (s *Store) spawn(ctx context.Context, tx pgx.Tx, from *stream, d activities.Decision) error {
	if d.State == nil {
		return fmt.Errorf("%s splits off nothing", from.no)
	}
	no := d.State.GetHead().No
	kind, _ := casefile.KindOf(no)
	st := &stream{kind: kind, no: no, head: beginning}
	if err := tx.QueryRow(ctx, `SELECT query_code_hash FROM cases WHERE no = $1`, from.no).Scan(&st.codeHash); err != nil {
		return err
	}
	_, err := s.write(ctx, tx, st, d)
	from.spawned = no
	return err
}

// follows keeps a wrong decision out of the book.
func follows(st *stream, d activities.Decision) error {
	if d.State == nil {
		return fmt.Errorf("decision for %s has no state", st.no)
	}
	for i, e := range d.Events {
		if e.No != st.no || e.Seq != st.seq+1+i {
			return fmt.Errorf("event %d of %q does not follow %d of %s", e.Seq, e.No, st.seq+i, st.no)
		}
	}
	if h := d.State.GetHead(); h.No != st.no || h.Seq != st.seq+len(d.Events) {
		return fmt.Errorf("state of %q at %d does not fit the events of %s", h.No, h.Seq, st.no)
	}
	return nil
}
