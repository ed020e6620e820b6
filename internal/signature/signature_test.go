package signature_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"huajie/internal/signature"
)

var now = time.Unix(1_780_000_000, 0)

func TestSignaturesAreChecked(t *testing.T) {
	t.Parallel()
	secret, body := []byte("a secret of more than sixteen"), []byte(`{"events":[]}`)
	h := http.Header{}
	signature.Sign(h, secret, body, now)
	stamp, mac := h.Get(signature.TimeHeader), h.Get(signature.Header)
	// As any other program computes it: printf '1780000000.{"events":[]}' | openssl dgst -sha256 -hmac …
	require.Equal(t, "v1=3c2bdcac77cabdd18520f10b1ffd15f7d3dc8bb7097a52db94535c4545384c8e", mac)
	for name, row := range map[string]struct {
		secret, body []byte
		stamp, mac   string
		at           time.Time
		valid        bool
	}{
		"as sent":                 {secret, body, stamp, mac, now, true},
		"a little later":          {secret, body, stamp, mac, now.Add(signature.Tolerance), true},
		"beside that of a secret": {secret, body, stamp, "v1=00 " + mac, now, true},
		"too late":                {secret, body, stamp, mac, now.Add(signature.Tolerance + time.Second), false},
		"from the future":         {secret, body, stamp, mac, now.Add(-signature.Tolerance - time.Second), false},
		"another body":            {secret, []byte(`{"events":[1]}`), stamp, mac, now, false},
		"another time":            {secret, body, "1780000001", mac, now, false},
		"another secret":          {[]byte("another"), body, stamp, mac, now, false},
		"no secret":               {nil, body, stamp, mac, now, false},
		"no signature":            {secret, body, stamp, "", now, false},
		"no version":              {secret, body, stamp, mac[3:], now, false},
		"not hex":                 {secret, body, stamp, "v1=zz", now, false},
		"no time":                 {secret, body, "", mac, now, false},
	} {
		require.Equal(t, row.valid, signature.Valid(row.secret, row.body, row.stamp, row.mac, row.at), name)
	}
}

// TestOnlyTheSignedBodyIsValid: whatever is changed in body or time shows.
func TestOnlyTheSignedBodyIsValid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "secret")
		body, other := rapid.SliceOf(rapid.Byte()).Draw(t, "body"), rapid.SliceOf(rapid.Byte()).Draw(t, "other")
		h := http.Header{}
		signature.Sign(h, secret, body, now)
		valid := signature.Valid(secret, other, h.Get(signature.TimeHeader), h.Get(signature.Header), now)
		if valid != (string(body) == string(other)) {
			t.Fatalf("valid = %v", valid)
		}
	})
}

// FuzzValid: nothing a stranger sends breaks the check or passes it.
func FuzzValid(f *testing.F) {
	f.Add([]byte("{}"), "1780000000", "v1=00")
	f.Fuzz(func(t *testing.T, body []byte, stamp, mac string) {
		if signature.Valid([]byte("secret of the test, unknown"), body, stamp, mac, now) {
			t.Fatal("a stranger's signature was taken")
		}
	})
}
