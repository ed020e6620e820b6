// Package scan has photographs looked through for malware by a clamd. What it says is kept in
// the ledger; while it is away photographs wait, and nothing is lost.
package scan

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"

	"huajie/domain/evidence"
)

// ErrRefused says that the scanner is there and would not look at these bytes, for instance
// because they are more than its StreamMaxLength.
var ErrRefused = errors.New("scan: the scanner refuses")

const (
	// dialTime is how long connecting may take.
	dialTime = 5 * time.Second
	// scanTime is how long one photo may take, waiting in the scanner's own queue included.
	scanTime = 2 * time.Minute
	// chunk is how many bytes are sent at once.
	chunk = 64 << 10
	// mostReply bounds an answer: a line with a name in it.
	mostReply = 4 << 10
)

// Clamd is a scanner of malware (clamd(8)). It is safe for concurrent use.
type Clamd struct {
	network, address string
	limit            time.Duration
}

// New names a clamd: unix:///path or tcp://host:port. "" is none, and gives nil.
func New(at string) (*Clamd, error) {
	if at == "" {
		return nil, nil //nolint:nilnil // none is configured, and that is no fault
	}
	u, err := url.Parse(at)
	switch {
	case err == nil && u.Scheme == "unix" && u.Path != "":
		return &Clamd{"unix", u.Path, scanTime}, nil
	case err == nil && u.Scheme == "tcp" && u.Port() != "":
		return &Clamd{"tcp", u.Host, scanTime}, nil
	}
	return nil, errors.New("scan: want unix:///path or tcp://host:port")
}

// Ping asks whether the scanner is there.
func (c *Clamd) Ping(ctx context.Context) error {
	reply, err := c.ask(ctx, "PING", nil)
	if err == nil && reply != "PONG" {
		err = errors.New("scan: whoever answers is no clamd")
	}
	return err
}

// Scan has bytes looked through. ErrRefused is the scanner's own word; any other error means
// that it was not heard, and nothing is known.
func (c *Clamd) Scan(ctx context.Context, data []byte) (evidence.Verdict, error) {
	reply, err := c.ask(ctx, "INSTREAM", data)
	if err != nil {
		return evidence.Verdict{}, err
	}
	verdict, ok := strings.CutPrefix(reply, "stream: ")
	if name, found := strings.CutSuffix(verdict, " FOUND"); ok && found {
		return evidence.Verdict{State: evidence.ScanInfected, Found: evidence.FoundName(name)}, nil
	}
	switch {
	case ok && verdict == "OK":
		return evidence.Verdict{State: evidence.ScanClean}, nil
	case strings.HasSuffix(reply, "ERROR"):
		return evidence.Verdict{}, ErrRefused
	}
	return evidence.Verdict{}, errors.New("scan: the answer is none of a clamd") // neither kept nor logged
}

// ask sends a command, and the stream of INSTREAM after it, and reads the answer: both end
// with a NUL.
func (c *Clamd) ask(ctx context.Context, command string, data []byte) (reply string, err error) {
	dialer := net.Dialer{Timeout: dialTime}
	conn, err := dialer.DialContext(ctx, c.network, c.address)
	if err != nil {
		return "", fmt.Errorf("scan: %w", err)
	}
	defer func() { _ = conn.Close() }() // it has answered, or will not
	end := time.Now().Add(c.limit)
	if at, ok := ctx.Deadline(); ok && at.Before(end) {
		end = at
	}
	_ = conn.SetDeadline(end)
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()

	sent := send(conn, command, data)
	// A scanner that has had enough answers and hangs up while more is sent: the answer counts.
	raw, err := bufio.NewReader(io.LimitReader(conn, mostReply)).ReadString(0)
	if text, whole := strings.CutSuffix(raw, "\x00"); whole {
		return text, nil
	}
	return "", fmt.Errorf("scan: no answer: %w", errors.Join(sent, err))
}

func send(w io.Writer, command string, data []byte) error {
	if _, err := io.WriteString(w, "z"+command+"\x00"); err != nil || command != "INSTREAM" {
		return err
	}
	var size [4]byte
	for len(data) > 0 {
		part := data[:min(chunk, len(data))]
		binary.BigEndian.PutUint32(size[:], uint32(len(part)))
		if _, err := w.Write(append(size[:], part...)); err != nil {
			return err
		}
		data = data[len(part):]
	}
	_, err := w.Write([]byte{0, 0, 0, 0})
	return err
}
