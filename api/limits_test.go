package api_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/api"
)

// briefly is how long a request may take at the ports of these tests.
const briefly = 400 * time.Millisecond

// port serves the house as the product does and gives its address.
func (h *house) port(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	srv := api.NewServer(h.handler, briefly)
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close(); <-done })
	return l.Addr().String()
}

// line is a connection that is written to by hand.
func line(t *testing.T, at, words string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", at)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(time.Minute)))
	_, _ = io.WriteString(c, words) // a server that has heard enough hangs up
	return c
}

// TestWhoSendsDropByDropIsHungUpOn: the header, then the body; neither holds a connection.
func TestWhoSendsDropByDropIsHungUpOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at := h.port(t)
	for name, words := range map[string]string{
		"nothing":           "",
		"half a header":     "GET /livez HTTP/1.1\r\nHost: x\r\nX-A: ",
		"a body that stops": "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := line(t, at, words)
			began := time.Now()
			answer, _ := io.ReadAll(c) // ends when the server hangs up, by whatever error
			assert.Less(t, time.Since(began), 20*time.Second)
			if len(answer) > 0 {
				assert.Regexp(t, `^HTTP/1\.1 4`, string(answer), "and no fault of ours")
			}
		})
	}
	// A header that never ends: a drop at a time, for as long as somebody listens.
	c := line(t, at, "GET /livez HTTP/1.1\r\nHost: x\r\n")
	for n := 0; ; n++ {
		if _, err := fmt.Fprintf(c, "X-%d: a\r\n", n); err != nil {
			break
		}
		one := make([]byte, 64)
		_ = c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if _, err := c.Read(one); err != nil && !isTimeout(err) {
			break
		}
		require.Less(t, n, 1000, "it was listened to for ever")
	}
	s := api.NewServer(http.NotFoundHandler(), 15*time.Second)
	assert.Equal(t, []time.Duration{5 * time.Second, 15 * time.Second, 20 * time.Second, 2 * time.Minute}, []time.Duration{s.ReadHeaderTimeout, s.ReadTimeout, s.WriteTimeout, s.IdleTimeout})
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

func TestALargeHeaderIsRefused(t *testing.T) {
	t.Parallel()
	at := newHouse(t).port(t)
	for size, want := range map[int]int{8 << 10: http.StatusOK, 128 << 10: http.StatusRequestHeaderFieldsTooLarge} {
		c := line(t, at, "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-A: "+strings.Repeat("a", size)+"\r\n\r\n")
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		require.NoError(t, err)
		assert.Equal(t, want, res.StatusCode)
		_ = res.Body.Close()
	}
}

// TestNoBodyIsUnpacked: a body that says it is compressed is read as it is, so there is no bomb
// to open; and what is nested deeper than anybody means to is no form.
func TestNoBodyIsUnpacked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, `{"username":"`+strings.Repeat("a", 50<<20)+`"}`)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.Less(t, b.Len(), 1<<20, "it would be let in by its size")
	deep := func(open string, n int) string { return `{"username":` + strings.Repeat(open, n) }
	for name, of := range map[string]struct {
		body, encoding string
	}{
		"gzip": {b.String(), "gzip"}, "a gzip that says nothing": {b.String(), ""}, "deflate": {b.String(), "deflate"},
		"arrays in arrays": {deep("[", 900_000), ""}, "objects in objects": {deep(`{"a":`, 200_000), ""}, "closed as it should be": {deep("[", 100_000) + strings.Repeat("]", 100_000) + "}", ""},
	} {
		res := h.do(t, request{method: http.MethodPost, path: "/api/v1/session", body: of.body, header: map[string]string{"Content-Encoding": of.encoding}})
		assert.Equal(t, http.StatusBadRequest, res.Code, "%s: %s", name, res.Body)
	}
	large := h.do(t, request{method: http.MethodPost, path: "/api/v1/session", body: strings.Repeat(" ", 1<<20+1)})
	assert.Equal(t, http.StatusRequestEntityTooLarge, large.Code)
}

// TestTraceIsNotAnswered: no method that is not ours is, and what was sent does not come back.
func TestTraceIsNotAnswered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, method := range []string{http.MethodTrace, http.MethodConnect, "TRACK", "DEBUG"} {
		res := h.do(t, request{as: clerk, method: method, path: "/api/v1/cases", header: map[string]string{"X-Words": marker}})
		assert.Equal(t, http.StatusMethodNotAllowed, res.Code, method)
		assert.NotContains(t, res.Body.String(), marker)
	}
}
