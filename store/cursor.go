package store

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"huajie/domain"
	"huajie/domain/view"
)

// position is the row a page ended at. It holds for one list only: the same
// filter and order. It is signed, so that a caller can neither make one up nor
// carry it over to another list.
type position struct {
	At string `json:"at"` // RFC 3339, or infinity
	No string `json:"no"`
}

const (
	macSize    = 12
	longCursor = 300
	infinity   = "infinity"
)

// sealPosition makes the cursor of a position.
func (s *Store) sealPosition(ctx context.Context, list string, p position) (string, error) {
	key, err := s.key(ctx, "cursor")
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	mac := sum(key, list+"\n"+string(plain))[:macSize]
	return base64.RawURLEncoding.EncodeToString(append(mac, plain...)), nil
}

// openPosition reads a cursor it has made for the same list.
func (s *Store) openPosition(ctx context.Context, list, cursor string) (p position, err error) {
	key, err := s.key(ctx, "cursor")
	if err != nil {
		return p, err
	}
	if len(cursor) > longCursor {
		return p, badCursor()
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) <= macSize {
		return p, badCursor()
	}
	mac, plain := raw[:macSize], raw[macSize:]
	if !hmac.Equal(mac, sum(key, list+"\n"+string(plain))[:macSize]) || json.Unmarshal(plain, &p) != nil {
		return p, badCursor()
	}
	return p, nil
}

func badCursor() error {
	return refusal(domain.CodeMalformed, "bad_cursor", "翻页标记无效,请重新查询", "the cursor is not of this list; start again")
}

// listName tells lists apart: everything that selects and orders, but not the
// moment it is judged at, which moves on between pages.
func listName(f view.Filter, sort view.Sort) (string, error) {
	f.Now = time.Time{}
	b, err := json.Marshal(f)
	return string(sort) + " " + string(b), err
}

// stamp is the text of a time for a position.
func stamp(t pgtype.Timestamptz) string {
	if t.InfinityModifier == pgtype.Infinity {
		return infinity
	}
	return t.Time.UTC().Format(time.RFC3339Nano)
}
