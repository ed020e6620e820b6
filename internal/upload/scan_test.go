package upload_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/evidence"
	"huajie/internal/scan"
)

// scanner finds malware in the photos it is told of, and may be away.
type scanner struct {
	bad  [][]byte
	away error
}

// Ping implements scan.Scanner.
func (s *scanner) Ping(context.Context) error { return s.away }

// Scan implements scan.Scanner.
func (s *scanner) Scan(_ context.Context, data []byte) (evidence.Verdict, error) {
	for _, bad := range s.bad {
		if bytes.Equal(bad, data) {
			return evidence.Verdict{State: evidence.ScanInfected, Found: "Eicar-Signature"}, nil
		}
	}
	return evidence.Verdict{State: evidence.ScanClean}, nil
}

// TestNothingIsShownBeforeItIsClean: through the door, with a scanner that is away at first.
func TestNothingIsShownBeforeItIsClean(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.desk.Scanned = true
	p := &phone{o, "mine", rand.New(rand.NewPCG(4, 4))}
	good, bad := p.take(), p.take()
	for _, x := range []photo{good, bad} {
		require.NoError(t, p.send(x))
	}
	malware := &scanner{bad: [][]byte{bad.original}, away: errors.New("connection refused")}
	w := &scan.Watch{Rows: o.store, Bytes: o.blobs, Scanner: malware, Log: slog.New(slog.DiscardHandler)}
	assert.False(t, w.Round(t.Context()))
	for _, x := range []photo{good, bad} {
		assert.Equal(t, []any{http.StatusConflict, "scan_pending"}, p.look(t, x))
		now, err := p.call(http.MethodGet, "/"+x.id, nil)
		require.NoError(t, err)
		assert.Equal(t, []string{"complete", "pending"}, []string{now.State, now.Scan}, "a photo serves its report all the same")
	}

	malware.away = nil
	require.True(t, w.Round(t.Context()))
	assert.Equal(t, []any{http.StatusOK, ""}, p.look(t, good))
	assert.Equal(t, []any{http.StatusConflict, "infected"}, p.look(t, bad))
	now, err := p.call(http.MethodGet, "/"+bad.id, nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"refused", "infected"}, []string{now.State, now.Scan}, "who has sent it is told")
	assert.Nil(t, now.Photo)
	again, err := p.call(http.MethodPost, "/"+bad.id+"/complete", nil)
	require.NoError(t, err)
	assert.Equal(t, "refused", again.State)

	o.desk.Scanned = false // switched off
	assert.Equal(t, []any{http.StatusOK, ""}, p.look(t, good))
	assert.Equal(t, []any{http.StatusConflict, "infected"}, p.look(t, bad), "what was found once is never shown")
	now, err = p.call(http.MethodGet, "/"+good.id, nil)
	require.NoError(t, err)
	assert.Empty(t, now.Scan, "nobody waits for a scanner that is not there")
}

// look asks for a copy and gives status and reason.
func (p *phone) look(t *testing.T, x photo) []any {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, p.server.URL+"/api/v1/files/"+x.id+"/content?size=thumb", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+p.who)
	res, err := p.server.Client().Do(req)
	require.NoError(t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, errors.Join(err, res.Body.Close()))
	return []any{res.StatusCode, reasonOf(body)}
}

// reasonOf is the reason of a refusal, "" for a picture.
func reasonOf(body []byte) string {
	var said struct{ Reason string }
	_ = json.Unmarshal(body, &said) // a picture is none
	return said.Reason
}
