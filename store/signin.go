package store

import (
	"context"
	"errors"

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
func (s *Store) passwordFits(ctx context.Context, password, hash string) (fits bool, err error) {
	if len(password) > longestPassword {
		return false, nil
	}
	err = s.hashing(ctx, func() (err error) {
		fits, err = argon2id.ComparePasswordAndHash(password, hash)
		return err
	})
	return fits, err
}

// hashing waits for its turn and does something that takes 19 MiB.
func (s *Store) hashing(ctx context.Context, work func() error) error {
	select {
	case s.hashes <- struct{}{}:
		defer func() { <-s.hashes }()
	case <-ctx.Done():
		return fault(ctx.Err())
	}
	return work()
}

func signIn(reason, zh, en string) error { return refusal(domain.CodeSignIn, reason, zh, en) }

// SetPassword gives an account a password it must change at the first sign-in, and ends
// everything that was signed in or made for it.
func (s *Store) SetPassword(ctx context.Context, username, passwordHash string) error {
	return s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := passwordIn(ctx, tx, username, passwordHash, true); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM tokens WHERE username = $1`, username)
		return err
	})
}

// ChangePassword gives an account the password its owner has chosen, and ends every
// sign-in but the one that is kept. What programs have goes on.
func (s *Store) ChangePassword(ctx context.Context, username, password string, keep int64) error {
	var hash string
	if err := s.hashing(ctx, func() (err error) { hash, err = HashPassword(password); return err }); err != nil {
		return err
	}
	return s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := passwordIn(ctx, tx, username, hash, false); err != nil {
			return err
		}
		return endOthers(ctx, tx, username, keep)
	})
}

func passwordIn(ctx context.Context, tx pgx.Tx, username, hash string, mustChange bool) error {
	tag, err := tx.Exec(ctx, `UPDATE users SET password_hash = $2, must_change = $3 WHERE username = $1`, username, hash, mustChange)
	if err == nil && tag.RowsAffected() == 0 {
		return domain.NotFound()
	}
	return err
}

// UserByIdentity gives the active account a provider of single sign-on has named. The
// first identity it comes with stays with the account: should the provider give the
// name to somebody else, that person does not get the account.
func (s *Store) UserByIdentity(ctx context.Context, username, identity string) (org.User, error) {
	refused := signIn("no_account", "该身份没有可用的账号", "there is no account for this identity")
	tag, err := s.pool.Exec(ctx, `UPDATE users SET identity = $2 WHERE username = $1 AND active AND identity IN ('', $2)`, username, identity)
	switch {
	case domain.CodeOf(fault(err)) == domain.CodeConflict: // it is another account's
		return org.User{}, refused
	case err != nil:
		return org.User{}, fault(err)
	case tag.RowsAffected() == 0:
		return org.User{}, refused
	}
	return s.UserNamed(ctx, username)
}

// ForgetIdentity lets the next identity that comes with the name of an account have it, and
// ends every sign-in of the one before.
func (s *Store) ForgetIdentity(ctx context.Context, username string) error {
	return s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE users SET identity = '' WHERE username = $1`, username)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return domain.NotFound()
		}
		return endOthers(ctx, tx, username, 0)
	})
}
