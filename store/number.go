package store

import (
	"context"
	"crypto/hmac"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain/calendar"
)

// drawNumber draws the next case number of a place and day: six digits of the
// county, the letter of the kind, the day in Asia/Shanghai, a sequence of at
// least five digits (§3.0). The row of the day stays locked until the
// transaction ends, so a number is neither used twice nor lost to a refusal.
func drawNumber(ctx context.Context, tx pgx.Tx, place, letter string, day time.Time) (string, error) {
	day = day.In(calendar.Zone)
	var n int
	err := tx.QueryRow(ctx, `INSERT INTO numbers AS n (place, letter, day, last) VALUES ($1, $2, $3, 1)
		ON CONFLICT (place, letter, day) DO UPDATE SET last = n.last + 1 RETURNING last`,
		place, letter, day.Format(time.DateOnly)).Scan(&n)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s%s%s%05d", place, letter, day.Format("20060102"), n), nil
}

// codeLetters are easy to tell apart on paper and over the telephone: no 0, O, 1, I.
const codeLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// codeSize is the length of a query code; every character carries five bits.
const codeSize = 8

// queryCode is the code on the receipt of a case. It is computed from the secret
// and the number and stored nowhere: a repeated registration hands out the same
// receipt, and a ledger rebuilt elsewhere with the same secret honours it.
func (s *Store) queryCode(ctx context.Context, no string) (string, error) {
	key, err := s.key(ctx, "query-code")
	if err != nil {
		return "", err
	}
	code := make([]byte, codeSize)
	for i, b := range sum(key, no)[:codeSize] {
		code[i] = codeLetters[int(b)%len(codeLetters)]
	}
	return string(code), nil
}

// codeHash is what a case keeps to check a code with: keyed, because eight
// characters could be tried out against a plain hash.
func (s *Store) codeHash(ctx context.Context, code string) ([]byte, error) {
	key, err := s.key(ctx, "query-code-check")
	if err != nil {
		return nil, err
	}
	return sum(key, code), nil
}

// codeFits compares a code as somebody typed it.
func (s *Store) codeFits(ctx context.Context, typed string, hash []byte) (bool, error) {
	clean := strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(typed))
	got, err := s.codeHash(ctx, clean)
	return err == nil && hmac.Equal(got, hash), err
}
