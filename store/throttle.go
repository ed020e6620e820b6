package store

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/account"
)

// familiarFor is how long a place or a browser stays familiar that is not come from again.
const familiarFor = 180 * 24 * time.Hour

// counters are the counters one attempt is counted by, and the marks it leaves when it
// succeeds.
type counters struct {
	own           []byte // the account from there
	source        []byte // everything from there; nil for whoever has been there before
	place, device []byte
}

// Try checks a secret, unless it is too soon to. Failures are counted for the account at
// one place, and for the place. Whoever comes from a place or with a browser the account
// has signed in from before is slowed by no failure of others there: with the browser by
// its own only. So nobody can be locked out from elsewhere.
func (s *Store) Try(ctx context.Context, limits account.Throttle, a account.Try, check func() error) error {
	if !limits.On() {
		return check()
	}
	c, err := s.countersOf(ctx, a)
	if err != nil {
		return err
	}
	if err := s.awaited(ctx, c.source, a.At); err != nil {
		return err
	}
	// It is counted before it is checked, so that many at once are no way around.
	if err := s.count(ctx, c.own, limits, limits.Free, a.At); err != nil {
		return err
	}
	err = check()
	switch domain.CodeOf(err) {
	case domain.CodeSignIn, domain.CodeNotFound:
		if c.source != nil {
			_ = s.count(ctx, c.source, limits, limits.SourceFree, a.At) // it fails anyway
		}
		return err
	}
	if err != nil { // nobody knows whether it was right
		_, _ = s.pool.Exec(ctx, `UPDATE sign_in_failures SET failures = failures - 1, free_at = $2 WHERE key = $1`, c.own, a.At)
		return err
	}
	return s.succeeded(ctx, limits, a, c)
}

// countersOf finds by which counters an attempt is counted.
func (s *Store) countersOf(ctx context.Context, a account.Try) (c counters, err error) {
	key, err := s.key(ctx, "sign-in")
	if err != nil {
		return c, err
	}
	digest := func(words ...string) []byte { return sum(key, strings.Join(words, "\x00")) }
	c.own = digest("account", a.Secret, a.Name, a.Source)
	if a.Source == "" {
		return c, nil
	}
	c.place = digest("place", a.Name, a.Source)
	if a.Device != "" {
		c.device = digest("device", a.Name, a.Device)
	}
	var knownPlace, knownDevice bool
	err = s.pool.QueryRow(ctx, `SELECT coalesce(bool_or(mark = $2), false), coalesce(bool_or(mark = $3), false)
		FROM familiar WHERE username = $1 AND at > $4`, a.Name, c.place, c.device, a.At.Add(-familiarFor)).Scan(&knownPlace, &knownDevice)
	switch {
	case knownDevice:
		c.own = digest("device", a.Secret, a.Name, a.Device)
	case !knownPlace:
		c.source = digest("source", a.Source)
	}
	return c, fault(err)
}

// awaited refuses what comes before its time; nil is nobody's counter.
func (s *Store) awaited(ctx context.Context, key []byte, at time.Time) error {
	if key == nil {
		return nil
	}
	var free time.Time
	err := fault(s.pool.QueryRow(ctx, `SELECT free_at FROM sign_in_failures WHERE key = $1`, key).Scan(&free))
	switch {
	case domain.CodeOf(err) == domain.CodeNotFound:
		return nil
	case err == nil && free.After(at):
		return account.TooSoon(free.Sub(at))
	}
	return err
}

// count counts one more failure, or refuses because it is too soon for one.
func (s *Store) count(ctx context.Context, key []byte, limits account.Throttle, free int, at time.Time) error {
	return s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO sign_in_failures (key, failures, last_at, free_at) VALUES ($1, 0, $2, $2) ON CONFLICT DO NOTHING`, key, at); err != nil {
			return err
		}
		var failures int
		var last, until time.Time
		if err := tx.QueryRow(ctx, `SELECT failures, last_at, free_at FROM sign_in_failures WHERE key = $1 FOR UPDATE`, key).Scan(&failures, &last, &until); err != nil {
			return err
		}
		if until.After(at) {
			return account.TooSoon(until.Sub(at))
		}
		if at.Sub(last) >= limits.Forget {
			failures = 0
		}
		failures++
		_, err := tx.Exec(ctx, `UPDATE sign_in_failures SET failures = $2, last_at = $3, free_at = $4 WHERE key = $1`,
			key, failures, at, at.Add(limits.Wait(failures, free)))
		return err
	})
}

// succeeded forgets the failures of this account at this place, and what is older than
// anything counts; and it remembers where the account was.
func (s *Store) succeeded(ctx context.Context, limits account.Throttle, a account.Try, c counters) error {
	batch := &pgx.Batch{}
	batch.Queue(`DELETE FROM sign_in_failures WHERE key = $1 OR last_at < $2`, c.own, a.At.Add(-limits.Forget-limits.Longest))
	for _, mark := range [][]byte{c.place, c.device} {
		if mark != nil {
			batch.Queue(`INSERT INTO familiar AS f (username, mark, at) SELECT username, $2, $3 FROM users WHERE username = $1
				ON CONFLICT (username, mark) DO UPDATE SET at = excluded.at WHERE f.at < excluded.at - interval '1 day'`, a.Name, mark, a.At)
		}
	}
	batch.Queue(`DELETE FROM familiar WHERE username = $1 AND at < $2`, a.Name, a.At.Add(-familiarFor))
	return fault(s.pool.SendBatch(ctx, batch).Close())
}
