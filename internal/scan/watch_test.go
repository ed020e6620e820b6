package scan_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/evidence"
	"huajie/internal/blobs"
	"huajie/internal/scan"
)

// shelf holds photos in a map, and rows of them in their order.
type shelf struct {
	bytes   map[blobs.Name][]byte
	waiting []string
	names   map[string]blobs.Name
	settled map[string]evidence.Verdict
	again   map[string]time.Time
	fault   error // of the storage
}

func (s *shelf) add(id string, data []byte) {
	s.names[id] = blobs.NameOf(data)
	s.bytes[s.names[id]] = data
	s.waiting = append(s.waiting, id)
}

// ClaimScan implements scan.Rows.
func (s *shelf) ClaimScan(_ context.Context, _ time.Time, _ time.Duration) (string, [32]byte, bool, error) {
	if len(s.waiting) == 0 {
		return "", [32]byte{}, false, nil
	}
	id := s.waiting[0]
	s.waiting = s.waiting[1:]
	return id, s.names[id], true, nil
}

// SettleScan implements scan.Rows.
func (s *shelf) SettleScan(_ context.Context, id string, v evidence.Verdict, _, again time.Time) error {
	s.settled[id], s.again[id] = v, again
	return nil
}

// Get implements scan.Bytes.
func (s *shelf) Get(_ context.Context, n blobs.Name) ([]byte, error) {
	if data, ok := s.bytes[n]; ok {
		return data, s.fault
	}
	return nil, blobs.ErrGone
}

// patient is a scanner that is there or not.
type patient struct {
	scan.Scanner
	away error
	// dies is the word at which the scanner goes away while it looks.
	dies string
}

func (p *patient) Ping(ctx context.Context) error {
	if p.away != nil {
		return p.away
	}
	return p.Scanner.Ping(ctx)
}

func (p *patient) Scan(ctx context.Context, data []byte) (evidence.Verdict, error) {
	if p.dies != "" && strings.Contains(string(data), p.dies) {
		p.away = errors.New("connection reset")
		return evidence.Verdict{}, p.away
	}
	return p.Scanner.Scan(ctx, data)
}

func TestEveryPhotoIsLookedAt(t *testing.T) {
	t.Parallel()
	s := &shelf{map[blobs.Name][]byte{}, nil, map[string]blobs.Name{}, map[string]evidence.Verdict{}, map[string]time.Time{}, nil}
	s.add("clean", []byte("photo"))
	s.add("infected", eicar)
	s.add("large", make([]byte, 200<<10))
	s.add("gone", []byte("gone"))
	delete(s.bytes, s.names["gone"])
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	scanner := &patient{Scanner: clamd{most: 100 << 10}.start(t), away: errors.New("connection refused")}
	var log strings.Builder
	w := &scan.Watch{Rows: s, Bytes: s, Scanner: scanner, Log: slog.New(slog.NewTextHandler(&log, nil)), Now: func() time.Time { return now }}

	for range 3 {
		assert.False(t, w.Round(t.Context()), "away")
	}
	require.Len(t, s.waiting, 4, "no photo is taken up for a scanner that is away")
	assert.Equal(t, 1, strings.Count(log.String(), "cannot be scanned"), "told once")

	scanner.away = nil
	require.True(t, w.Round(t.Context()))
	assert.Equal(t, map[string]evidence.Verdict{"clean": {State: evidence.ScanClean}, "infected": {State: evidence.ScanInfected, Found: "Eicar-Signature"},
		"large": {State: evidence.ScanError, Found: "refused"}, "gone": {State: evidence.ScanError, Found: "gone"}}, s.settled)
	assert.Equal(t, now.Add(time.Hour), s.again["large"], "tried again")

	s.add("first", []byte("fatal"))
	s.add("second", []byte("another photo"))
	scanner.dies = "fatal"
	assert.False(t, w.Round(t.Context()))
	assert.NotContains(t, s.settled, "first", "nothing is known of it: it is claimed again when its lease is over")
	scanner.away = nil
	require.True(t, w.Round(t.Context()))
	assert.Equal(t, evidence.ScanClean, s.settled["second"].State, "a photo the scanner dies of holds up no other")

	s.add("third", []byte("a third photo"))
	s.fault = errors.New("the storage does not answer")
	assert.False(t, w.Round(t.Context()))
	assert.NotContains(t, s.settled, "third")
}

func TestScanningEnds(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	s := &shelf{}
	(&scan.Watch{Rows: s, Bytes: s, Scanner: clamd{}.start(t), Log: slog.New(slog.DiscardHandler)}).Run(ctx)
}
