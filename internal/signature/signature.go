// Package signature signs what goes to other systems over HTTP, and checks what they
// send: HMAC-SHA256 over the time and the body, so that nobody can change one or send it
// again later.
package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of a signed request. The signature is "v1=" and the HMAC-SHA256, in hex, of
// the timestamp, a full stop and the body.
const (
	TimeHeader = "Huajie-Timestamp" // seconds since 1970
	Header     = "Huajie-Signature"
)

// Tolerance is how far the clocks of both sides may be apart.
const Tolerance = 5 * time.Minute

// version marks the way it is signed.
const version = "v1="

// Sign adds the headers for a body sent at a moment.
func Sign(h http.Header, secret, body []byte, at time.Time) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	h.Set(TimeHeader, stamp)
	h.Set(Header, version+hex.EncodeToString(sum(secret, stamp, body)))
}

// Valid tells whether time and signature fit the body, and whether the time is now. A
// signature header may hold several, separated by blanks, while a secret is exchanged.
func Valid(secret, body []byte, stamp, signatures string, now time.Time) bool {
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || len(secret) == 0 || now.Sub(time.Unix(seconds, 0)).Abs() > Tolerance {
		return false
	}
	want := sum(secret, stamp, body)
	for one := range strings.FieldsSeq(signatures) {
		given, ok := strings.CutPrefix(one, version)
		mac, err := hex.DecodeString(given)
		if ok && err == nil && hmac.Equal(mac, want) {
			return true
		}
	}
	return false
}

func sum(secret []byte, stamp string, body []byte) []byte {
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(stamp + "."))
	m.Write(body)
	return m.Sum(nil)
}
