package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/account"
	"huajie/domain/org"
)

// tokenPrefix lets a scanner of leaked secrets know ours.
const tokenPrefix = "hj_"

// usedEvery is how exactly it is known when a token was last used.
const usedEvery = "10 minutes"

// tokenHash is what is stored of a token.
func tokenHash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// Issue makes a token for an active user; it is told once. Tokens of anybody that have
// ended are removed on the way.
func (s *Store) Issue(ctx context.Context, o account.Opening) (account.Issued, string, error) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	token := tokenPrefix + base64.RawURLEncoding.EncodeToString(secret)
	if o.Kind == "" {
		o.Kind = account.Session
	}
	if o.Scopes == nil {
		o.Scopes = []account.Scope{}
	}
	if _, err := s.pool.Exec(ctx, `DELETE FROM tokens WHERE expires_at < now() - interval '1 day'`); err != nil {
		return account.Issued{}, "", fault(err)
	}
	rows, err := s.pool.Query(ctx, `INSERT INTO tokens (hash, username, kind, label, scopes, made_by, source, agent, expires_at)
		SELECT $1, username, $3, $4, $5, $6, $7, $8, $9 FROM users WHERE username = $2 AND active RETURNING `+issuedColumns,
		tokenHash(token), o.Username, o.Kind, o.Label, o.Scopes, o.MadeBy, o.Source, o.Agent, o.Until)
	if err != nil {
		return account.Issued{}, "", fault(err)
	}
	made, err := pgx.CollectExactlyOneRow(rows, issuedRow)
	if err == nil && o.Kind == account.Session { // a ledger that cannot be written to would not have come so far
		_, err = s.pool.Exec(ctx, `UPDATE users SET signed_in_at = now() WHERE username = $1`, o.Username)
	}
	return made, token, fault(err)
}

const issuedColumns = `id, username, kind, label, scopes, made_by, source, agent, created_at, expires_at, used_at`

func issuedRow(row pgx.CollectableRow) (i account.Issued, err error) {
	var used *time.Time
	err = row.Scan(&i.ID, &i.Username, &i.Kind, &i.Label, &i.Scopes, &i.MadeBy, &i.Source, &i.Agent, &i.CreatedAt, &i.ExpiresAt, &used)
	i.UsedAt = orZero(used)
	return i, err
}

// PassOf gives what a live token stands for.
func (s *Store) PassOf(ctx context.Context, token string) (account.Pass, error) {
	refused := signIn("bad_token", "登录已失效,请重新登录", "the sign-in has ended; sign in again")
	if !strings.HasPrefix(token, tokenPrefix) {
		return account.Pass{}, refused
	}
	hash := tokenHash(token)
	rows, err := s.pool.Query(ctx, `SELECT t.id, t.kind, t.scopes, t.label, t.created_at > now() - interval '15 minutes', coalesce(t.used_at, t.created_at) < now() - interval '`+usedEvery+`',
			u.must_change, f.username IS NOT NULL, u.username, u.zh, u.en, coalesce(g.role, ''), coalesce(g.unit, ''), coalesce(g.point, '')
		FROM tokens t JOIN users u USING (username) LEFT JOIN second_factors f ON f.username = u.username AND f.confirmed_at IS NOT NULL
			LEFT JOIN grants g ON g.username = u.username
		WHERE t.hash = $1 AND t.expires_at > now() AND u.active ORDER BY g.ordinal`, hash)
	if err != nil {
		return account.Pass{}, fault(err)
	}
	var p account.Pass
	var g org.Grant
	var stale bool
	_, err = pgx.ForEachRow(rows, []any{&p.ID, &p.Kind, &p.Scopes, &p.Label, &p.Fresh, &stale, &p.MustChange, &p.Enrolled,
		&p.User.Username, &p.User.ZH, &p.User.EN, &g.Role, &g.Unit, &g.Point}, func() error {
		if g.Role != "" {
			p.User.Grants = append(p.User.Grants, g)
		}
		return nil
	})
	if err != nil {
		return account.Pass{}, fault(err)
	}
	if p.ID == 0 {
		return account.Pass{}, refused
	}
	if stale { // a ledger that cannot be written to is read all the same
		_, _ = s.pool.Exec(ctx, `UPDATE tokens SET used_at = now() WHERE hash = $1`, hash)
	}
	return p, nil
}

// RevokeToken ends a token; an unknown one is no fault.
func (s *Store) RevokeToken(ctx context.Context, token string) error {
	_, err := s.pool.Exec(ctx, `DELETE FROM tokens WHERE hash = $1`, tokenHash(token))
	return fault(err)
}

// Issued lists the live tokens of a kind, the latest first; of one account, or of all for "".
func (s *Store) Issued(ctx context.Context, username string, kind account.Kind) ([]account.Issued, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+issuedColumns+` FROM tokens
		WHERE kind = $2 AND expires_at > now() AND ($1 = '' OR username = $1) ORDER BY id DESC LIMIT 1000`, username, kind)
	if err != nil {
		return nil, fault(err)
	}
	list, err := pgx.CollectRows(rows, issuedRow)
	return list, fault(err)
}

// End ends a token of a kind by its number; of one account, or of any for "".
func (s *Store) End(ctx context.Context, username string, kind account.Kind, id int64) error {
	return s.one(ctx, `DELETE FROM tokens WHERE id = $3 AND kind = $2 AND ($1 = '' OR username = $1)`, username, kind, id)
}

// EndOthers ends every sign-in of an account but one.
func (s *Store) EndOthers(ctx context.Context, username string, keep int64) error {
	return fault(endOthers(ctx, s.pool, username, keep))
}

func endOthers(ctx context.Context, q querier, username string, keep int64) error {
	_, err := q.Exec(ctx, `DELETE FROM tokens WHERE username = $1 AND kind <> 'token' AND id <> $2`, username, keep)
	return err
}

// StartFlow keeps what a sign-in at a provider must be finished with, under a state only
// the browser of the person knows.
func (s *Store) StartFlow(ctx context.Context, state string, f account.Flow) error {
	if _, err := s.pool.Exec(ctx, `DELETE FROM sign_in_flows WHERE expires_at < $1`, f.At); err != nil {
		return fault(err)
	}
	_, err := s.pool.Exec(ctx, `INSERT INTO sign_in_flows (hash, nonce, verifier, expires_at) VALUES ($1, $2, $3, $4)`,
		tokenHash(state), f.Nonce, f.Verifier, f.At.Add(account.FlowLife))
	return fault(err)
}

// EndFlow gives it back, once.
func (s *Store) EndFlow(ctx context.Context, state string, at time.Time) (f account.Flow, err error) {
	err = s.pool.QueryRow(ctx, `DELETE FROM sign_in_flows WHERE hash = $1 RETURNING nonce, verifier, expires_at`, tokenHash(state)).Scan(&f.Nonce, &f.Verifier, &f.At)
	if err = fault(err); domain.CodeOf(err) == domain.CodeNotFound || err == nil && !f.At.After(at) {
		return account.Flow{}, signIn("stale_sign_in", "登录已超时,请重新开始", "the sign-in has taken too long, or was finished before; begin anew")
	}
	return f, err
}
