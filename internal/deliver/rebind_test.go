package deliver

import (
	"context"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// names answers every question for an address with the next of a list.
func names(t *testing.T, answers ...string) (*net.Resolver, *atomic.Int32) {
	t.Helper()
	asked := &atomic.Int32{}
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for q := make([]byte, 1500); ; {
			n, from, err := l.ReadFrom(q)
			if err != nil {
				return
			}
			end := 12
			for q[end] != 0 {
				end += int(q[end]) + 1
			}
			end += 5 // the root, type and class
			reply := append([]byte{}, q[:end]...)
			copy(reply[2:], []byte{0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0})
			if q[end-3] == 1 && n >= end { // A
				ip := netip.MustParseAddr(answers[min(int(asked.Add(1)), len(answers))-1]).As4()
				reply[7] = 1
				reply = append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ip[0], ip[1], ip[2], ip[3])
			}
			_, _ = l.WriteTo(reply, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", l.LocalAddr().String())
	}}, asked
}

// TestANameThatChangesItsMind: a name that was public when somebody looked and leads inside
// when it is connected to is stopped, because it is the address connected to that is judged.
func TestANameThatChangesItsMind(t *testing.T) {
	t.Parallel()
	inside, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer inside.Close()
	_, port, _ := net.SplitHostPort(inside.Addr().String())
	resolver, asked := names(t, "8.8.8.8", "127.0.0.1")
	seen, err := resolver.LookupNetIP(t.Context(), "ip4", "gateway.example.")
	require.NoError(t, err)
	require.Equal(t, "8.8.8.8", seen[0].String(), "what a check of the name would have seen")

	open := &net.Dialer{Resolver: resolver}
	c, err := open.DialContext(t.Context(), "tcp4", "gateway.example.:"+port)
	require.NoError(t, err, "without the guard it would be inside")
	require.NoError(t, c.Close())
	guarded := &net.Dialer{Resolver: resolver, Control: guard(nil, false)}
	_, err = guarded.DialContext(t.Context(), "tcp4", "gateway.example.:"+port)
	require.ErrorIs(t, err, errBlocked)
	require.GreaterOrEqual(t, asked.Load(), int32(3))
}
