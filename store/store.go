package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"huajie/domain/view"
	"huajie/internal/seal"
)

// Store is the ledger in one PostgreSQL database. It is safe for concurrent use.
type Store struct {
	pool     *pgxpool.Pool
	operator string   // of a command; "" in a process that serves
	secret   []byte   // empty: the one kept in the database
	drill    []string // counties left out of statistics
	kept     atomic.Pointer[[]byte]
	hashes   chan struct{} // one place per password hash at work
	fields   *seal.Fields  // nil: nothing of people can be written

	horizon horizon
	teller  *teller
}

// Option changes how a store works.
type Option func(*Store, *pgxpool.Config)

// WithMaxConns bounds the connections of the pool; the default is that of pgx,
// the greater of four and the number of processors.
func WithMaxConns(n int) Option {
	return func(_ *Store, c *pgxpool.Config) { c.MaxConns = int32(min(max(n, 1), 1000)) }
}

// WithSecret sets the secret that query codes and cursors are made with. All
// processes need the same one for as long as the cases live: receipts already
// handed out stop working with another. Without it the store uses one that
// Migrate has drawn and keeps in the database.
func WithSecret(secret []byte) Option {
	return func(s *Store, _ *pgxpool.Config) { s.secret = secret }
}

// WithDrill names counties for exercises, whose cases count in no statistics.
func WithDrill(counties ...string) Option {
	return func(s *Store, _ *pgxpool.Config) { s.drill = counties }
}

// WithOperator names the account of the machine that a command runs under, for the audit log.
func WithOperator(name string) Option {
	return func(s *Store, _ *pgxpool.Config) { s.operator = name }
}

// What a connection sets for itself unless the URL sets otherwise: nothing may
// hang for ever on a lock or on a transaction somebody forgot.
var sessionDefaults = map[string]string{
	"application_name":                    "huajie",
	"timezone":                            "UTC",
	"statement_timeout":                   "30s",
	"lock_timeout":                        "10s",
	"idle_in_transaction_session_timeout": "60s",
	// Questions are short: compiling a plan, or waking other processes to share it,
	// takes longer than the answer. And reading here and there costs no more than
	// reading on, as it did when disks turned.
	"jit":                             "off",
	"max_parallel_workers_per_gather": "0",
	"random_page_cost":                "1.1",
}

// New opens a pool of connections. It does not wait for the server: an absent
// one makes the first call fail with domain.CodeUnavailable.
func New(ctx context.Context, url string, opts ...Option) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("store: the database URL cannot be read") // it may hold a password
	}
	for name, value := range sessionDefaults {
		if _, set := cfg.ConnConfig.RuntimeParams[name]; !set {
			cfg.ConnConfig.RuntimeParams[name] = value
		}
	}
	s := &Store{hashes: make(chan struct{}, hashesAtOnce)}
	for _, o := range opts {
		o(s, cfg)
	}
	if n := len(s.secret); n > 0 && n < secretSize {
		return nil, fmt.Errorf("store: the secret must have at least %d bytes", secretSize)
	}
	if s.pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	s.teller = newTeller(s.pool)
	return s, nil
}

// Close tells listeners what is left to tell, waits for running calls and closes every
// connection.
func (s *Store) Close() {
	s.teller.close()
	s.pool.Close()
}

// Everything is the scope of the system itself and of operators: every case of
// every county, restricted ones included. It must never serve a caller.
var Everything = view.Scope{City: true, Vault: true, House: true}

const secretSize = 32

// key derives the key of one use from the secret.
func (s *Store) key(ctx context.Context, use string) ([]byte, error) {
	secret := s.secret
	if len(secret) == 0 {
		var err error
		if secret, err = s.keptSecret(ctx); err != nil {
			return nil, err
		}
	}
	return sum(secret, "huajie/"+use), nil
}

// keptSecret reads the secret of the database, once.
func (s *Store) keptSecret(ctx context.Context) ([]byte, error) {
	if kept := s.kept.Load(); kept != nil {
		return *kept, nil
	}
	var secret []byte
	if err := s.pool.QueryRow(ctx, `SELECT value FROM secrets WHERE name = 'ledger'`).Scan(&secret); err != nil {
		return nil, fault(err)
	}
	s.kept.Store(&secret)
	return secret, nil
}

func sum(key []byte, words string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(words))
	return m.Sum(nil)
}

// tries is how often a transaction is begun anew that lost to another one.
const tries = 4

// inTx runs work in a transaction and begins it anew when it lost to another
// one, so work must be repeatable.
func (s *Store) inTx(ctx context.Context, o pgx.TxOptions, work func(pgx.Tx) error) error {
	return insist(func() error { return pgx.BeginTxFunc(ctx, s.pool, o, work) })
}

// inTxAsking is inTx whose first questions travel with the BEGIN, which saves every
// step an exchange with the server. ask queues them, anew for each try, and their
// answers are there when work begins.
func (s *Store) inTxAsking(ctx context.Context, ask func(*pgx.Batch), work func(pgx.Tx) error) error {
	return insist(func() error {
		batch := &pgx.Batch{}
		batch.BeginTx(pgx.TxOptions{})
		ask(batch)
		answers := s.pool.SendBatch(ctx, batch)
		tx := answers.Tx()
		defer func() { _ = tx.Rollback(ctx) }() // nothing is left of it after a commit
		if err := answers.Close(); err != nil {
			return err
		}
		if err := work(tx); err != nil {
			return err
		}
		return tx.Commit(ctx)
	})
}

// insist repeats a transaction that lost to another one.
func insist(try func() error) error {
	for attempt := 1; ; attempt++ {
		err := try()
		if err == nil || attempt == tries || !lost(err) {
			return fault(err)
		}
	}
}

// reading is a transaction in which several questions see the same moment.
var reading = pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}

// moment is a time as the ledger keeps it: PostgreSQL has microseconds.
func moment(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// orNull turns a zero time into NULL.
func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// orZero turns NULL into a zero time, and any time into UTC.
func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
