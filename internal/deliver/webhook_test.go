package deliver

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"huajie/domain/notice"
	"huajie/internal/signature"
)

var (
	home   = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	secret = []byte("secret of the test gateway")
	hello  = Message{Key: "K1", Channel: notice.SMS, To: "13804371234", Text: "【化解】您有1条新通知"}
)

func hook(t *testing.T, at string, allowed []netip.Prefix) *Webhook {
	t.Helper()
	u, err := url.Parse(at)
	require.NoError(t, err)
	return NewWebhook(u, secret, allowed)
}

// TestPostsAreSigned: what arrives is the message, signed over time and body, under its key.
func TestPostsAreSigned(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost || r.Header.Get("Idempotency-Key") != "K1" || r.Header.Get("Content-Type") != "application/json" ||
			!signature.Valid(secret, body, r.Header.Get(signature.TimeHeader), r.Header.Get(signature.Header), time.Now()) {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		var m Message
		if json.Unmarshal(body, &m) != nil || m != hello {
			w.WriteHeader(http.StatusConflict)
			return
		}
		_, _ = io.WriteString(w, `{"id":"gw-42"}`)
	}))
	t.Cleanup(srv.Close)
	id, err := hook(t, srv.URL, home).Send(t.Context(), hello)
	require.NoError(t, err)
	require.Equal(t, "gw-42", id)
	require.Equal(t, notice.Sent, hook(t, srv.URL, home).Outcome())
}

func TestAnswersAreJudged(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		status    int
		header    string
		body      string
		id, code  string
		permanent bool
		after     time.Duration
	}{
		"taken":                 {status: 200, body: `{"id":"a:b.c-1_2"}`, id: "a:b.c-1_2"},
		"taken without an id":   {status: 202},
		"words for an id":       {status: 200, body: `{"id":"短信已发送至138"}`},
		"no JSON":               {status: 200, body: `OK`},
		"down":                  {status: 503, code: "http_503"},
		"broken":                {status: 500, code: "http_500"},
		"busy, in seconds":      {status: 429, header: "120", code: "http_429", after: 2 * time.Minute},
		"busy, far too long":    {status: 503, header: "99999999", code: "http_503", after: 24 * time.Hour},
		"busy, in the past":     {status: 503, header: "Mon, 02 Jan 2006 15:04:05 GMT", code: "http_503"},
		"busy, unreadable":      {status: 503, header: "soon", code: "http_503"},
		"slow":                  {status: 408, code: "http_408"},
		"refused":               {status: 400, body: "13804371234 is on the list", code: "http_400", permanent: true},
		"unknown":               {status: 404, code: "http_404", permanent: true},
		"a redirect":            {status: 302, code: "http_302", permanent: true},
		"a permanent redirect":  {status: 308, code: "http_308", permanent: true},
		"signature not trusted": {status: 401, code: "http_401", permanent: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if calls.Add(1) > 1 {
					t.Error("a redirect was followed")
				}
				w.Header().Set("Location", "/elsewhere")
				if row.header != "" {
					w.Header().Set("Retry-After", row.header)
				}
				w.WriteHeader(row.status)
				_, _ = io.WriteString(w, row.body)
			}))
			t.Cleanup(srv.Close)
			id, err := hook(t, srv.URL, home).Send(t.Context(), hello)
			if row.code == "" {
				require.NoError(t, err)
				require.Equal(t, row.id, id)
				return
			}
			var f *Fault
			require.ErrorAs(t, err, &f)
			require.Equal(t, row.code, f.Code)
			require.Equal(t, row.permanent, f.Permanent)
			require.Equal(t, row.after, f.After)
			require.NotContains(t, err.Error(), "1380437")
		})
	}
}

// TestOnlyWhereItMayGo: not inside, not without TLS, not to who cannot prove who they are.
func TestOnlyWhereItMayGo(t *testing.T) {
	t.Parallel()
	never := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") })
	plain, secured := httptest.NewServer(never), httptest.NewTLSServer(never)
	secured.Config.ErrorLog = nil
	t.Cleanup(plain.Close)
	t.Cleanup(secured.Close)
	gone := httptest.NewServer(never)
	gone.Close()
	code := func(at string, allowed []netip.Prefix) string {
		_, err := hook(t, at, allowed).Send(t.Context(), hello)
		var f *Fault
		require.ErrorAs(t, err, &f)
		require.False(t, f.Permanent, "a gateway that is away may come back")
		return f.Code
	}
	require.Equal(t, "blocked_address", code(plain.URL, nil))
	require.Equal(t, "blocked_address", code(secured.URL, nil))
	require.Equal(t, "blocked_address", code(strings.Replace(plain.URL, "127.0.0.1", "localhost", 1), []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}), "a name cannot lead inside")
	require.Equal(t, "tls", code(secured.URL, home))
	require.Equal(t, "network", code(gone.URL, home))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := hook(t, plain.URL, home).Send(ctx, hello)
	require.Error(t, err)
}

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"8.8.8.8": true, "223.5.5.5": true, "2400:3200::1": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "127.9.9.9": false, "0.0.0.0": false, "0.1.2.3": false, "10.0.0.1": false, "172.16.0.1": false, "172.31.255.255": false,
		"192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false, "100.127.255.255": false, "192.0.0.8": false, "192.0.2.1": false,
		"198.18.0.1": false, "198.51.100.7": false, "203.0.113.7": false, "224.0.0.1": false, "239.1.1.1": false, "240.0.0.1": false, "255.255.255.255": false,
		"::": false, "::1": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd12::1": false, "ff02::1": false, "2001:db8::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.1.2.3": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "64:ff9b:1:7f00:1::": false, "64:ff9b::a9fe:a9fe": false, "100::1": false, "3fff::1": false, "5f00::1": false,
		"::7f00:1": false, "::a00:1": false, "::ffff:0:7f00:1": false, "4000::1": false, "fd00:ec2::254": false, "169.254.170.2": false, "100.100.100.200": false, "168.63.129.16": false, "::ffff:169.254.169.254": false, "::ffff:0.0.0.0": false, "2001::1": false, "fec0::1": false,
	} {
		require.Equal(t, want, public(netip.MustParseAddr(address)), address)
	}
	require.True(t, public(netip.MustParseAddr("100.63.255.255")) && public(netip.MustParseAddr("172.32.0.1")))
	require.Error(t, guard(home, false)("tcp", "no address", nil))
	require.Error(t, guard(home, true)("tcp4", "8.8.8.8:80", nil), "without TLS only where the operator says so")
	require.NoError(t, guard(nil, false)("tcp4", "8.8.8.8:443", nil))
	require.NoError(t, guard(home, true)("tcp6", "[::ffff:127.0.0.1]:80", nil))
}

// TestPausesGrow: never shorter than half of the step, never longer than an hour.
func TestPausesGrow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n, chance := rapid.IntRange(0, 100).Draw(t, "attempts"), rapid.Float64Range(0, 0.999).Draw(t, "chance")
		p := pause(n, chance)
		if p < firstPause/2 || p > longestPause || pause(n+1, 0) < pause(n, 0) {
			t.Fatalf("pause %v after %d", p, n)
		}
	})
	require.Equal(t, longestPause/2, pause(50, 0))
}

// TestFilesAreForPeople: a line for each message, nobody else may read it, and it is
// never said to have been sent.
func TestFilesAreForPeople(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "outbox")
	f := &File{Dir: dir, Now: func() time.Time { return time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC) }}
	for range 2 {
		_, err := f.Send(t.Context(), hello)
		require.NoError(t, err)
	}
	require.Equal(t, notice.Written, f.Outcome())
	name := filepath.Join(dir, "sms-2026-11-24.jsonl")
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	require.Len(t, lines, 2)
	require.JSONEq(t, `{"at":"2026-11-24T04:00:00+08:00","key":"K1","channel":"sms","to":"13804371234","text":"【化解】您有1条新通知"}`, lines[0])
	info, err := os.Stat(name)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	_, err = (&File{Dir: filepath.Join(name, "x")}).Send(t.Context(), hello)
	require.ErrorContains(t, err, "folder")
}
