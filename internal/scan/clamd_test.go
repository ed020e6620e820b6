package scan_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/evidence"
	"huajie/internal/scan"
)

// eicar is the file every scanner takes for malware, and that is none; it is put together
// here so that no scanner takes this file for it.
var eicar = []byte(`X5O!P%@AP[4\PZX54(P^)7CC)7}$` + `EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`)

// clamd speaks the protocol of clamd(8) as version 1.4 does: commands that end with a NUL,
// chunks with their length before them, an end without length, a limit of the stream.
type clamd struct {
	most int
	// answer replaces what it would say; "" is to hang up without a word.
	answer func(data []byte) string
	// hangs keeps it from ever answering.
	hangs bool
}

func (c clamd) serve(conn net.Conn) {
	defer conn.Close()
	command, err := readTo(conn, 0)
	if err != nil {
		return
	}
	reply := "UNKNOWN COMMAND"
	switch command {
	case "zPING":
		reply = "PONG"
	case "zINSTREAM":
		var data []byte
		if data, err = c.stream(conn); err != nil {
			reply = err.Error()
			break
		}
		if reply = "stream: OK"; bytes.Contains(data, eicar) {
			reply = "stream: Eicar-Signature FOUND"
		}
		if c.answer != nil {
			reply = c.answer(data)
		}
	}
	if c.hangs {
		_, _ = conn.Read(make([]byte, 1)) // until the other side goes
		return
	}
	if reply != "" {
		_, _ = io.WriteString(conn, reply+"\x00")
	}
}

// stream reads the chunks. Like the real one it says no and hangs up with the first chunk that
// is too much, whatever is still being sent.
func (c clamd) stream(conn net.Conn) (data []byte, err error) {
	for {
		var size [4]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return nil, err
		}
		n := int(binary.BigEndian.Uint32(size[:]))
		if n == 0 {
			return data, nil
		}
		if c.most > 0 && len(data)+n > c.most {
			return nil, errors.New("INSTREAM size limit exceeded. ERROR")
		}
		part := make([]byte, n)
		if _, err := io.ReadFull(conn, part); err != nil {
			return nil, err
		}
		data = append(data, part...)
	}
}

func readTo(r io.Reader, end byte) (string, error) {
	var out []byte
	one := make([]byte, 1)
	for {
		if _, err := io.ReadFull(r, one); err != nil || one[0] == end {
			return string(out), err
		}
		out = append(out, one[0])
	}
}

// start serves on a socket and gives its address.
func (c clamd) start(t *testing.T) *scan.Clamd {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go c.serve(conn)
		}
	}()
	return named(t, "unix://"+path)
}

func named(t *testing.T, at string) *scan.Clamd {
	t.Helper()
	c, err := scan.New(at)
	require.NoError(t, err)
	return c
}

func TestWhatAScannerSays(t *testing.T) {
	t.Parallel()
	says := func(text string) clamd { return clamd{answer: func([]byte) string { return text }} }
	large := bytes.Repeat([]byte("photo"), 1<<20)
	clean, refused, unheard := evidence.Verdict{State: evidence.ScanClean}, scan.ErrRefused, errors.New("")
	for name, of := range map[string]struct {
		server clamd
		data   []byte
		want   evidence.Verdict
		err    error
	}{
		"nothing in it":  {clamd{}, []byte("photo"), clean, nil},
		"nothing at all": {clamd{}, nil, clean, nil},
		"many chunks": {clamd{answer: func(d []byte) string {
			if bytes.Equal(d, large) {
				return "stream: OK"
			}
			return "stream: Garbled FOUND"
		}}, large, clean, nil},
		"EICAR":                         {clamd{}, eicar, evidence.Verdict{State: evidence.ScanInfected, Found: "Eicar-Signature"}, nil},
		"EICAR over two chunks":         {clamd{}, append(bytes.Repeat([]byte("x"), 64<<10-30), eicar...), evidence.Verdict{State: evidence.ScanInfected, Found: "Eicar-Signature"}, nil},
		"larger than the stream may be": {clamd{most: 100 << 10}, large, evidence.Verdict{}, refused},
		"no memory":                     {says("stream: Can't allocate memory ERROR"), []byte("photo"), evidence.Verdict{}, refused},
		"a name that is none":           {says("stream: <script>alert(1)</script> FOUND"), []byte("photo"), evidence.Verdict{State: evidence.ScanInfected, Found: "unnamed"}, nil},
		"hangs up without a word":       {says(""), []byte("photo"), evidence.Verdict{}, unheard},
		"another program":               {says("HTTP/1.1 400 Bad Request"), []byte("photo"), evidence.Verdict{}, unheard},
		"an answer without an end":      {says(strings.Repeat("a", 1<<20)), []byte("photo"), evidence.Verdict{}, unheard},
		"OK for something else":         {says("elsewhere: OK"), []byte("photo"), evidence.Verdict{}, unheard},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := of.server.start(t).Scan(t.Context(), of.data)
			assert.Equal(t, of.want, v)
			switch {
			case of.err == nil:
				require.NoError(t, err)
			case errors.Is(of.err, refused):
				require.ErrorIs(t, err, refused)
			default:
				require.Error(t, err)
				require.NotErrorIs(t, err, refused)
			}
		})
	}
}

func TestAScannerThatIsAway(t *testing.T) {
	t.Parallel()
	c := named(t, "unix://"+filepath.Join(t.TempDir(), "nobody"))
	require.Error(t, c.Ping(t.Context()))
	_, err := c.Scan(t.Context(), []byte("photo"))
	require.Error(t, err)
	require.NoError(t, clamd{}.start(t).Ping(t.Context()))
}

// TestASlowScannerIsNotWaitedForForever: whoever asks may stop waiting, and does in the end.
func TestASlowScannerIsNotWaitedForForever(t *testing.T) {
	t.Parallel()
	c := clamd{hangs: true}.start(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := c.Scan(ctx, []byte("photo"))
	require.Error(t, err)
	gone, stop := context.WithCancel(t.Context())
	stop()
	require.Error(t, c.Ping(gone))
}

func TestWhereAScannerMayBe(t *testing.T) {
	t.Parallel()
	none, err := scan.New("")
	require.NoError(t, err)
	require.Nil(t, none)
	for _, at := range []string{"unix://", "tcp://host", "http://host:1", "/run/clamd", "tcp://%zz:1"} {
		_, err := scan.New(at)
		require.Error(t, err, at)
		require.NotContains(t, err.Error(), "zz")
	}
}

// TestARealClamd asks the one HUAJIE_TEST_CLAMD names. It needs a signature of EICAR, which
// every database has, and may limit its stream to less than 4 MiB or not.
func TestARealClamd(t *testing.T) {
	at := os.Getenv("HUAJIE_TEST_CLAMD")
	if at == "" {
		t.Skip("HUAJIE_TEST_CLAMD names no clamd")
	}
	c := named(t, at)
	require.NoError(t, c.Ping(t.Context()))
	v, err := c.Scan(t.Context(), []byte("photo"))
	require.NoError(t, err)
	assert.Equal(t, evidence.ScanClean, v.State)
	v, err = c.Scan(t.Context(), eicar)
	require.NoError(t, err)
	assert.Equal(t, evidence.ScanInfected, v.State)
	assert.Contains(t, v.Found, "Eicar")
	for range 20 { // too much is refused, or nothing is found in it; it is never unheard
		if v, err = c.Scan(t.Context(), bytes.Repeat([]byte("photo"), 1<<20)); err != nil {
			require.ErrorIs(t, err, scan.ErrRefused)
		} else {
			assert.Equal(t, evidence.ScanClean, v.State)
		}
	}
	t.Log("five MiB:", v.State, err)
}
