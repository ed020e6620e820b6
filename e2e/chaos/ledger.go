package chaos

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"
)

// Event is one line of the ledger, as the harness reads it.
type Event struct {
	No        string
	Seq       int
	Kind      string
	Type      string
	At        time.Time // when it took effect
	Recorded  time.Time // when the product says that it was written
	Committed time.Time // when PostgreSQL committed it, by its own clock
	Actor     string
	Key       string
	Deadline  string
	Late      bool // marked late_by_system
	Change    map[string]any
	Notices   int      // how many it says were sent
	Becomes   []string // numbers of the cases and whistles it makes
}

// Row is the current row of a case, session or whistle.
type Row struct {
	No      string
	Kind    string
	Seq     int
	State   string
	Open    bool
	Started bool
	Owner   string
}

// Command is a key on record.
type Command struct {
	Key, No  string
	From, To int
}

// Ledger is everything the harness reads from the database, at one moment.
type Ledger struct {
	ReadAt   time.Time
	Rows     map[string]Row
	Events   map[string][]Event // by number, in order
	Commands map[string]Command
	Drawn    map[string]int         // numbers drawn, by the letter in them
	Live     []LiveLimit            // deadlines that are running
	Notices  map[string]map[int]int // how many there are, by number and event
	Photos   map[string]int         // whole ones, as number/file: the event they came with
}

// LiveLimit is a deadline that has not taken effect.
type LiveLimit struct {
	No, ID string
	At     time.Time
}

// Read takes the picture in one transaction, with SQL of its own.
func Read(ctx context.Context, url string) (*Ledger, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx) //nolint:errcheck // only read
	l := &Ledger{Rows: map[string]Row{}, Events: map[string][]Event{}, Commands: map[string]Command{}, Drawn: map[string]int{},
		Notices: map[string]map[int]int{}, Photos: map[string]int{}}
	err = pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		for _, part := range []func(context.Context, pgx.Tx) error{l.readRows, l.readEvents, l.readCommands, l.readLive, l.readDrawn, l.readNotices, l.readPhotos} {
			if err := part(ctx, tx); err != nil {
				return err
			}
		}
		return tx.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&l.ReadAt)
	})
	return l, err
}

func (l *Ledger) readRows(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `SELECT no, kind, seq, state, open, workflow_started, owner_unit FROM cases
		UNION ALL SELECT no, 'whistle', seq, state, open, workflow_started, owner_unit FROM whistles
		UNION ALL SELECT no, 'joint_session', seq, state, false, true, '' FROM sessions`)
	if err != nil {
		return err
	}
	var r Row
	_, err = pgx.ForEachRow(rows, []any{&r.No, &r.Kind, &r.Seq, &r.State, &r.Open, &r.Started, &r.Owner}, func() error {
		l.Rows[r.No] = r
		return nil
	})
	return err
}

func (l *Ledger) readEvents(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `SELECT no, seq, kind, type, at, recorded_at, coalesce(pg_xact_commit_timestamp(xmin), recorded_at), actor, key, deadline,
		coalesce((body ->> 'late_by_system')::boolean, false), coalesce(body -> 'change', '{}'), coalesce(jsonb_array_length(body -> 'notices'), 0),
		ARRAY(SELECT f ->> 'to' FROM jsonb_array_elements(body -> 'effects') f WHERE f ->> 'kind' IN ('start_case', 'blow_whistle') AND f ->> 'to' <> '')
		FROM events ORDER BY no, seq`)
	if err != nil {
		return err
	}
	var e Event
	var change []byte
	_, err = pgx.ForEachRow(rows, []any{&e.No, &e.Seq, &e.Kind, &e.Type, &e.At, &e.Recorded, &e.Committed, &e.Actor, &e.Key, &e.Deadline, &e.Late, &change,
		&e.Notices, &e.Becomes}, func() error {
		e.Change = nil
		if err := json.Unmarshal(change, &e.Change); err != nil {
			return err
		}
		l.Events[e.No] = append(l.Events[e.No], e)
		return nil
	})
	return err
}

func (l *Ledger) readCommands(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `SELECT key, no, from_seq, to_seq FROM commands`)
	if err != nil {
		return err
	}
	var c Command
	_, err = pgx.ForEachRow(rows, []any{&c.Key, &c.No, &c.From, &c.To}, func() error {
		l.Commands[c.Key] = c
		return nil
	})
	return err
}

func (l *Ledger) readLive(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `SELECT no, id, at FROM deadlines`)
	if err != nil {
		return err
	}
	var d LiveLimit
	_, err = pgx.ForEachRow(rows, []any{&d.No, &d.ID, &d.At}, func() error {
		l.Live = append(l.Live, d)
		return nil
	})
	return err
}

func (l *Ledger) readDrawn(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `SELECT letter, sum(last)::int FROM numbers GROUP BY letter`)
	if err != nil {
		return err
	}
	var letter string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&letter, &n}, func() error {
		l.Drawn[letter] = n
		return nil
	})
	return err
}

func (l *Ledger) readNotices(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `SELECT no, seq, count(*)::int FROM notices GROUP BY no, seq`)
	if err != nil {
		return err
	}
	var no string
	var seq, n int
	_, err = pgx.ForEachRow(rows, []any{&no, &seq, &n}, func() error {
		if l.Notices[no] == nil {
			l.Notices[no] = map[int]int{}
		}
		l.Notices[no][seq] = n
		return nil
	})
	return err
}

func (l *Ledger) readPhotos(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `SELECT c.no, c.seq, c.file_id FROM case_files c JOIN files f ON f.id = c.file_id WHERE f.state = 'complete'`)
	if err != nil {
		return err
	}
	var no, file string
	var seq int
	_, err = pgx.ForEachRow(rows, []any{&no, &seq, &file}, func() error {
		l.Photos[no+"/"+file] = seq
		return nil
	})
	return err
}

// owed asks for the oldest limit that has passed and not taken effect, and for how many
// cases have no workflow yet.
func owed(ctx context.Context, url string) (oldest time.Duration, unstarted int, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, 0, err
	}
	defer conn.Close(ctx) //nolint:errcheck // only read
	var seconds float64
	err = conn.QueryRow(ctx, `SELECT coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0)::float8, (SELECT count(*) FROM cases WHERE NOT workflow_started) + (SELECT count(*) FROM whistles WHERE NOT workflow_started)
		FROM deadlines WHERE at < clock_timestamp()`).Scan(&seconds, &unstarted)
	return time.Duration(seconds * float64(time.Second)), unstarted, err
}
