package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"huajie/domain/calendar"
)

// Head is the end of the chain of a day at a moment, signed and kept outside of the
// database: whoever changes or removes a row afterwards, whatever rights they have there, does
// not fit it any more.
type Head struct {
	Day      calendar.Date `json:"day"`
	Rows     int           `json:"rows"`
	Hash     string        `json:"hash"` // of the last row, hex
	SignedAt time.Time     `json:"signed_at"`
	Key      string        `json:"key"`  // id of the key
	Prev     string        `json:"prev"` // SHA-256 of the line before, hex; "" on the first
	// Signature is over the JSON of the head without it, Ed25519, hex.
	Signature string `json:"signature,omitempty"`
}

// Words are what is signed of a head.
func (h Head) Words() []byte {
	h.Signature = ""
	b, err := json.Marshal(h)
	if err != nil {
		panic(err) // texts, a number and a time of this century
	}
	return b
}

// LineSum is what the next head names a line of the file by.
func LineSum(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:])
}
