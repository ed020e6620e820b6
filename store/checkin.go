package store

import (
	"context"
	"crypto/hmac"
	"strconv"
	"strings"
	"time"
)

// checkInSize is the length of a check-in code; every character carries five bits.
const checkInSize = 10

// CheckInCode is the code a township shows on site of a whistle, and until when it is shown:
// computed from the secret, the number and the time, and stored nowhere. It changes
// every period.
func (s *Store) CheckInCode(ctx context.Context, no string, at time.Time, period time.Duration) (code string, until time.Time, err error) {
	turn := at.UnixMilli() / period.Milliseconds()
	code, err = s.checkInCode(ctx, no, turn)
	return code, time.UnixMilli((turn + 1) * period.Milliseconds()).UTC(), err
}

// CheckInFits tells whether a code is the one shown at a time, or the one before it: who scans
// it as it changes is not sent back.
func (s *Store) CheckInFits(ctx context.Context, no, code string, at time.Time, period time.Duration) (bool, error) {
	clean := []byte(strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(code)))
	turn := at.UnixMilli() / period.Milliseconds()
	fits := false
	for _, n := range []int64{turn, turn - 1} {
		want, err := s.checkInCode(ctx, no, n)
		if err != nil {
			return false, err
		}
		fits = fits || hmac.Equal(clean, []byte(want))
	}
	return fits, nil
}

func (s *Store) checkInCode(ctx context.Context, no string, turn int64) (string, error) {
	key, err := s.key(ctx, "check-in")
	if err != nil {
		return "", err
	}
	code := make([]byte, checkInSize)
	for i, b := range sum(key, no+"\n"+strconv.FormatInt(turn, 10))[:checkInSize] {
		code[i] = codeLetters[int(b)%len(codeLetters)]
	}
	return string(code), nil
}
