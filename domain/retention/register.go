package retention

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"huajie/domain/calendar"
)

// Removal is a row of the register of removals (销毁清册): a stream whose words are gone.
type Removal struct {
	N       int       `json:"n"` // from 1, without gaps
	No      string    `json:"no"`
	File    string    `json:"file"` // the file it went with: its own number, or that of its case
	Kind    string    `json:"kind"`
	Events  int       `json:"events"` // that it has
	Head    string    `json:"head"`   // hash of the last of them, hex
	Rest    string    `json:"rest"`   // SHA-256 of the state that is left, hex
	Rule    string    `json:"rule"`   // key of the policy, or the law
	EndedAt time.Time `json:"ended_at"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	// The entry of the audit log it was made with.
	AuditDay calendar.Date `json:"audit_day"`
	AuditN   int           `json:"audit_n"`

	Prev []byte `json:"-"`
	Hash []byte `json:"-"`
}

// Sum is the hash of a row after the hash before it.
func (r Removal) Sum(prev []byte) []byte {
	r.EndedAt, r.At = r.EndedAt.UTC().Truncate(time.Microsecond), r.At.UTC().Truncate(time.Microsecond)
	words, err := json.Marshal(r)
	if err != nil {
		panic(err) // texts, numbers and times of this century
	}
	h := sha256.New()
	h.Write(prev)
	h.Write(words)
	return h.Sum(nil)
}

// Link gives a row its place after the last one; the zero row for the first.
func (r Removal) Link(last Removal) Removal {
	r.N, r.Prev = last.N+1, last.Hash
	if last.N == 0 {
		r.Prev = make([]byte, sha256.Size)
	}
	r.Hash = r.Sum(r.Prev)
	return r
}

// Seal is what the audit log says of the last row of a removal: whoever writes the register
// anew does not fit it any more.
func (r Removal) Seal() string { return fmt.Sprintf("R%d %s", r.N, hex.EncodeToString(r.Hash)) }

// Broken says what does not hold of a row after the one before it; "" when all does.
func (r Removal) Broken(last Removal) string {
	prev := last.Hash
	if last.N == 0 {
		prev = make([]byte, sha256.Size)
	}
	switch {
	case r.N != last.N+1:
		return fmt.Sprintf("row %d of the register of removals is missing", last.N+1)
	case !bytes.Equal(r.Prev, prev):
		return fmt.Sprintf("row %d of the register of removals does not follow the one before it", r.N)
	case !bytes.Equal(r.Hash, r.Sum(prev)):
		return fmt.Sprintf("row %d of the register of removals was changed", r.N)
	}
	return ""
}
