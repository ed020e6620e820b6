package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/machine"
)

// A Store is the ledger the desk writes to.
var _ activities.Ledger = (*Store)(nil)

// tables hold the current rows, by kind of stream.
var tables = map[string]string{
	activities.KindGrievance: "cases",
	activities.KindSession:   "sessions",
}

// stream is a case or session inside the transaction that changes it.
type stream struct {
	kind, no string
	seq      int
	head     []byte // hash of its last event
	body     []byte // its state; nil for one that begins
	codeHash []byte // of the query code, for a case that begins
	earlier  *before

	key, fingerprint string // of the command that changes it, if any
}

// command is what a key was used for.
type command struct {
	No, Kind, Fingerprint string
	From, To              int
}

// Change decides and writes one step of a stream (activities.Ledger).
func (s *Store) Change(ctx context.Context, w activities.Write) (activities.Written, error) {
	out := activities.Written{No: w.No}
	err := s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		out = activities.Written{No: w.No}
		st, done, err := hold(ctx, tx, w)
		if err != nil {
			return err
		}
		if done != nil {
			return repeat(ctx, tx, w, done, &out)
		}
		if w.Seq >= 0 && w.Seq != st.seq {
			return missed(ctx, tx, w, st, &out)
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
	return out, nil
}

// hold locks the row of the stream until the transaction ends, which makes
// writers take turns, and then looks the key up.
func hold(ctx context.Context, tx pgx.Tx, w activities.Write) (*stream, *command, error) {
	table, ok := tables[w.Kind]
	if !ok {
		return nil, nil, fmt.Errorf("no streams of kind %q", w.Kind)
	}
	st := &stream{kind: w.Kind, no: w.No, key: w.Key, fingerprint: w.Fingerprint}
	if err := lockTogether(ctx, tx, w); err != nil {
		return nil, nil, err
	}
	batch := &pgx.Batch{}
	batch.Queue(`SELECT seq, head_hash, body FROM `+table+` WHERE no = $1 FOR UPDATE`, w.No)
	batch.Queue(commandByKey, w.Key)
	answers := tx.SendBatch(ctx, batch)
	err := answers.QueryRow().Scan(&st.seq, &st.head, &st.body)
	var done *command
	if err == nil {
		done, err = scanCommand(answers.QueryRow())
	}
	if closed := answers.Close(); err == nil {
		err = closed
	}
	if errors.Is(err, pgx.ErrNoRows) && w.Seq > 0 { // known to its workflow: the ledger was lost
		return nil, nil, behindWorkflow()
	}
	return st, done, err
}

// lockTogether locks a case with those its decision will look at, always in the
// order of their numbers: of two cases to be merged into each other, the second
// then sees what has become of the first.
func lockTogether(ctx context.Context, tx pgx.Tx, w activities.Write) error {
	if len(w.Beside) == 0 || w.Kind != activities.KindGrievance {
		return nil
	}
	_, err := tx.Exec(ctx, `SELECT 1 FROM cases WHERE no = ANY ($1) ORDER BY no FOR UPDATE`, append(slices.Clone(w.Beside), w.No))
	return err
}

// repeat answers a key that was committed before.
func repeat(ctx context.Context, tx pgx.Tx, w activities.Write, done *command, out *activities.Written) (err error) {
	if done.No != w.No || done.Fingerprint != w.Fingerprint {
		return keyReused()
	}
	out.Repeated = true
	if w.Seq < 0 {
		out.Events, err = events(ctx, tx, w.No, done.From-1, done.To)
		return err
	}
	out.Events, err = events(ctx, tx, w.No, w.Seq, newest)
	return err
}

// missed answers a writer the ledger has moved past.
func missed(ctx context.Context, tx pgx.Tx, w activities.Write, st *stream, out *activities.Written) (err error) {
	if w.Seq > st.seq { // the ledger was restored from an older backup
		return behindWorkflow()
	}
	out.Behind = true
	out.Events, err = events(ctx, tx, w.No, w.Seq, newest)
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
	err := s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		out = activities.Written{}
		done, err := commandOf(ctx, tx, w.Key)
		switch {
		case err != nil:
			return err
		case done != nil && (done.Fingerprint != w.Fingerprint || done.Kind != w.Kind || w.No != "" && w.No != done.No):
			return keyReused()
		case done != nil:
			out.No, out.Repeated = done.No, true
			out.Events, err = events(ctx, tx, done.No, done.From-1, done.To)
			return err
		}
		if known, err := tapped(ctx, tx, w); err != nil || known != "" {
			out.No, out.Repeated = known, true
			if err == nil {
				out.Events, err = events(ctx, tx, known, 0, 1)
			}
			return err
		}
		if err := s.create(ctx, tx, w, &out); err != nil {
			return err
		}
		return remember(ctx, tx, w, out.No)
	})
	if err != nil {
		return activities.Written{}, err
	}
	if w.Kind == activities.KindGrievance {
		if out.QueryCode, err = s.queryCode(ctx, out.No); err != nil {
			return activities.Written{}, err
		}
	}
	return out, nil
}

func (s *Store) create(ctx context.Context, tx pgx.Tx, w activities.NewStream, out *activities.Written) (err error) {
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
	if w.Kind == activities.KindGrievance {
		code, err := s.queryCode(ctx, out.No)
		if err != nil {
			return err
		}
		if st.codeHash, err = s.codeHash(ctx, code); err != nil {
			return err
		}
	}
	if out.Events, err = s.write(ctx, tx, st, d); err != nil {
		return err
	}
	return writeIntake(ctx, tx, out.No, w.Intake)
}

const commandByKey = `SELECT no, kind, fingerprint, from_seq, to_seq FROM commands WHERE key = $1`

// commandOf finds what a key was used for; nil when it was not.
func commandOf(ctx context.Context, tx querier, key string) (*command, error) {
	if key == "" {
		return nil, nil
	}
	return scanCommand(tx.QueryRow(ctx, commandByKey, key))
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
	queueCommand(batch, st, len(d.Events))
	if len(d.Events) == 0 {
		if st.body == nil {
			return nil, fmt.Errorf("%s begins without an event", st.no)
		}
		if batch.Len() == 0 {
			return nil, nil
		}
		return nil, tx.SendBatch(ctx, batch).Close()
	}
	if err := follows(st, d); err != nil {
		return nil, err
	}
	out := slices.Clone(d.Events)
	last, err := queueEvents(batch, st, out)
	if err != nil {
		return nil, err
	}
	if err := queueState(batch, st, d.State, last, out[len(out)-1]); err != nil {
		return nil, err
	}
	queueChanged(batch, st, d.State.GetHead().Deadlines)
	queueNotices(batch, out, d.Notices)
	queueChange(batch, st.no, d.State.GetHead().Seq)
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return nil, err
	}
	if d.Spawned != nil {
		if err := s.spawn(ctx, tx, st, *d.Spawned); err != nil {
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
	st := &stream{kind: activities.KindGrievance, no: d.State.GetHead().No, head: beginning}
	if err := tx.QueryRow(ctx, `SELECT query_code_hash FROM cases WHERE no = $1`, from.no).Scan(&st.codeHash); err != nil {
		return err
	}
	_, err := s.write(ctx, tx, st, d)
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
