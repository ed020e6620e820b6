package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/org"
)

// passwordCost is argon2id with 19 MiB, two passes, one lane.
var passwordCost = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// hashesAtOnce bounds the memory sign-ins can take: 19 MiB each.
const hashesAtOnce = 8

// longestPassword is as much as is hashed.
const longestPassword = 1000

// HashPassword makes what is stored of a password.
func HashPassword(password string) (string, error) {
	return argon2id.CreateHash(password, passwordCost)
}

// nobodysHash is compared with when there is no such user, so that the time of
// an answer does not tell whether there is.
const nobodysHash = "$argon2id$v=19$m=19456,t=2,p=1$TBz0gkjLNHJFMXyom4FrgA$XYD1UBwWrkwi/2Qiq5/SEKIUp71N/y17gz0rbHwZzWM"

// Authenticate checks a password. The refusal does not tell a wrong name from a
// wrong password.
func (s *Store) Authenticate(ctx context.Context, username, password string) (org.User, error) {
	hash := ""
	err := s.pool.QueryRow(ctx, `SELECT password_hash FROM users WHERE username = $1 AND active`, username).Scan(&hash)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return org.User{}, fault(err)
	}
	known := hash != ""
	if !known {
		hash = nobodysHash
	}
	fits, err := s.passwordFits(ctx, password, hash)
	if err != nil {
		return org.User{}, err
	}
	if !known || !fits {
		return org.User{}, signIn("wrong_password", "用户名或密码不正确", "user name or password is wrong")
	}
	return s.UserNamed(ctx, username)
}

// passwordFits waits for its turn before it takes memory.
func (s *Store) passwordFits(ctx context.Context, password, hash string) (bool, error) {
	if len(password) > longestPassword {
		return false, nil
	}
	select {
	case s.hashes <- struct{}{}:
		defer func() { <-s.hashes }()
	case <-ctx.Done():
		return false, fault(ctx.Err())
	}
	return argon2id.ComparePasswordAndHash(password, hash)
}

func signIn(reason, zh, en string) error { return refusal(domain.CodeSignIn, reason, zh, en) }

// tokenPrefix lets a scanner of leaked secrets know ours.
const tokenPrefix = "hj_"

// tokenHash is what is stored of a token.
func tokenHash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// CreateToken makes a token for an active user that ends at a time. The label
// says what it is for. Tokens of anybody that have ended are removed on the way.
func (s *Store) CreateToken(ctx context.Context, username, label string, until time.Time) (string, error) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	token := tokenPrefix + base64.RawURLEncoding.EncodeToString(secret)
	if _, err := s.pool.Exec(ctx, `DELETE FROM tokens WHERE expires_at < now() - interval '1 day'`); err != nil {
		return "", fault(err)
	}
	err := s.one(ctx, `INSERT INTO tokens (hash, username, label, expires_at) SELECT $1, username, $3, $4 FROM users WHERE username = $2 AND active`,
		tokenHash(token), username, label, until)
	if err != nil {
		return "", err
	}
	return token, nil
}

// UserByToken gives the user of a live token.
func (s *Store) UserByToken(ctx context.Context, token string) (org.User, error) {
	refused := signIn("bad_token", "登录已失效,请重新登录", "the sign-in has ended; sign in again")
	if !strings.HasPrefix(token, tokenPrefix) {
		return org.User{}, refused
	}
	users, err := usersWhere(ctx, s.pool, `u.active AND u.username = (SELECT username FROM tokens WHERE hash = $1 AND expires_at > now())`, tokenHash(token))
	if err != nil {
		return org.User{}, fault(err)
	}
	if len(users) == 0 {
		return org.User{}, refused
	}
	return users[0], nil
}

// RevokeToken ends a token; an unknown one is no fault.
func (s *Store) RevokeToken(ctx context.Context, token string) error {
	_, err := s.pool.Exec(ctx, `DELETE FROM tokens WHERE hash = $1`, tokenHash(token))
	return fault(err)
}
