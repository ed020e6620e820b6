package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/account"
)

// Factor gives the second factor of an account; an empty one where there is none.
func (s *Store) Factor(ctx context.Context, username string) (f account.Factor, err error) {
	var sealed []byte
	err = fault(s.pool.QueryRow(ctx, `SELECT secret, confirmed_at IS NOT NULL, last_step,
			(SELECT count(*) FROM recovery_codes r WHERE r.username = f.username)
		FROM second_factors f WHERE username = $1`, username).Scan(&sealed, &f.Confirmed, &f.LastStep, &f.Left))
	if domain.CodeOf(err) == domain.CodeNotFound {
		return account.Factor{}, nil
	}
	if err != nil {
		return account.Factor{}, err
	}
	f.Secret, err = s.unsealed(ctx, username, sealed)
	return f, err
}

// EnrolFactor keeps the secret of a second factor that is still to be confirmed. One that
// is confirmed already stays.
func (s *Store) EnrolFactor(ctx context.Context, username, secret string, at time.Time) error {
	aead, err := s.factorKey(ctx)
	if err != nil {
		return err
	}
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	err = s.one(ctx, `INSERT INTO second_factors AS f (username, secret, enrolled_at) VALUES ($1, $2, $3)
		ON CONFLICT (username) DO UPDATE SET secret = excluded.secret, enrolled_at = excluded.enrolled_at, last_step = 0 WHERE f.confirmed_at IS NULL`,
		username, aead.Seal(nonce, nonce, []byte(secret), []byte(username)), at)
	if domain.CodeOf(err) == domain.CodeNotFound {
		return domain.Refuse("second_factor_exists", "", "已登记动态口令,请先解除", "there is a second factor already; remove it first")
	}
	return err
}

// ConfirmFactor makes the second factor count, with the codes for the day the phone is
// lost, and ends every other sign-in: none of them has given it.
func (s *Store) ConfirmFactor(ctx context.Context, username string, step int64, codes []string, at time.Time, keep int64) error {
	key, err := s.key(ctx, "recovery-code")
	if err != nil {
		return err
	}
	hashes := make([][]byte, len(codes))
	for i, code := range codes {
		hashes[i] = sum(key, username+"\x00"+code)
	}
	return s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE second_factors SET confirmed_at = $2, last_step = $3 WHERE username = $1 AND confirmed_at IS NULL`, username, at, step)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return domain.Refuse("second_factor_exists", "", "没有待确认的动态口令", "there is no second factor to confirm")
		}
		if _, err := tx.Exec(ctx, `INSERT INTO recovery_codes (username, hash) SELECT $1, unnest($2::bytea[])`, username, hashes); err != nil {
			return err
		}
		return endOthers(ctx, tx, username, keep)
	})
}

// errCode is the answer to a code that is wrong, and to one that was used before.
var errCode = signIn("wrong_code", "验证码不正确或已使用", "the code is wrong, or was used before")

// SpendStep uses the code of a step of time up: neither it nor an earlier one is taken again.
func (s *Store) SpendStep(ctx context.Context, username string, step int64) error {
	return spent(s.one(ctx, `UPDATE second_factors SET last_step = $2 WHERE username = $1 AND confirmed_at IS NOT NULL AND last_step < $2`, username, step))
}

// SpendRecovery uses a recovery code up.
func (s *Store) SpendRecovery(ctx context.Context, username, code string) error {
	key, err := s.key(ctx, "recovery-code")
	if err != nil {
		return err
	}
	return spent(s.one(ctx, `DELETE FROM recovery_codes WHERE username = $1 AND hash = $2`, username, sum(key, username+"\x00"+code)))
}

func spent(err error) error {
	if domain.CodeOf(err) == domain.CodeNotFound {
		return errCode
	}
	return err
}

// RemoveFactor takes the second factor of an account away, with its recovery codes.
func (s *Store) RemoveFactor(ctx context.Context, username string) error {
	return s.one(ctx, `DELETE FROM second_factors WHERE username = $1`, username)
}

// ResetFactor takes it away from somebody who can give no code any more, and ends every
// sign-in.
func (s *Store) ResetFactor(ctx context.Context, username string) error {
	return s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `DELETE FROM second_factors WHERE username = $1`, username)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return domain.NotFound()
		}
		return endOthers(ctx, tx, username, 0)
	})
}

// factorKey seals the secrets of second factors: whoever gets hold of the table alone
// cannot make codes.
func (s *Store) factorKey(ctx context.Context) (cipher.AEAD, error) {
	key, err := s.key(ctx, "second-factor")
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func (s *Store) unsealed(ctx context.Context, username string, sealed []byte) (string, error) {
	aead, err := s.factorKey(ctx)
	if err != nil {
		return "", err
	}
	if len(sealed) < aead.NonceSize() {
		return "", errors.New("store: a second factor is no longer readable")
	}
	n := aead.NonceSize()
	plain, err := aead.Open(nil, sealed[:n], sealed[n:], []byte(username))
	if err != nil {
		return "", errors.New("store: a second factor is no longer readable: the secret of the ledger has changed")
	}
	return string(plain), nil
}
