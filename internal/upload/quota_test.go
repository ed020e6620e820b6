package upload_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/evidence"
	"huajie/internal/blobs"
	"huajie/internal/upload"
)

// full is a storage with so much room.
type full struct {
	upload.Bytes
	free  int64
	known bool
}

// Free implements upload.Bytes.
func (f full) Free() (int64, bool) { return f.free, f.known }

// rows begin every upload.
type rows struct {
	upload.Rows
	quota evidence.Quota
	begun evidence.Upload
}

// DeclareUpload implements upload.Rows.
func (r *rows) DeclareUpload(_ context.Context, want evidence.Upload, q evidence.Quota) (evidence.Upload, bool, error) {
	r.quota, r.begun = q, want
	return want, true, nil
}

// Upload implements upload.Rows.
func (r *rows) Upload(context.Context, string, string) (evidence.Upload, error) { return r.begun, nil }

func TestTheStorageIsNotFilled(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256(nil)
	want := evidence.Upload{State: evidence.Uploading, Declared: evidence.Declared{Size: 100, PartSize: 100, SHA256: blobs.Name(sum).String()},
		Parts: []evidence.Part{{N: 1, Size: 100}}}
	for name, of := range map[string]struct {
		free   int64
		known  bool
		keep   int64
		reason string
	}{
		"room":                    {1100, true, 1000, ""},
		"one byte too few":        {1099, true, 1000, "storage_full"},
		"a bucket":                {0, false, 1000, ""},
		"nothing is to stay free": {0, true, 0, ""},
		"less than is to be kept": {10, true, 1000, "storage_full"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &rows{begun: want}
			d := &upload.Desk{Rows: r, Bytes: full{free: of.free, known: of.known}, KeepFree: of.keep, MostUnfinished: 77}
			_, _, err := d.Declare(t.Context(), want, evidence.Quota{Files: 3})
			assert.Equal(t, of.reason, domain.ReasonOf(err))
			if err == nil {
				assert.Equal(t, evidence.Quota{Files: 3, AllBytes: 77}, r.quota)
				return
			}
			assert.Equal(t, domain.CodeUnavailable, domain.CodeOf(err))
			assert.Zero(t, r.quota, "nothing was begun")
			assert.Equal(t, of.reason, domain.ReasonOf(d.Finish(t.Context(), "wang", "x", moment)), "announced when there was room")
		})
	}
}

// TestAQuotaSaysWhenToComeBack: through the door, with the header a client waits by.
func TestAQuotaSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := &phone{o, "mine", rand.New(rand.NewPCG(3, 3))}
	var last *http.Response
	for range 101 { // photo.unfinished
		x := p.take()
		last = p.announce(t, x)
	}
	assert.Equal(t, http.StatusConflict, last.StatusCode)
	_, err := o.raw(t).Exec(t.Context(), `UPDATE files SET size = 20000000, state = 'refused', refusal = '{}'`)
	require.NoError(t, err)
	last = p.announce(t, p.take())
	assert.Equal(t, http.StatusTooManyRequests, last.StatusCode, "2 GB on one day")
	assert.Equal(t, "52200", last.Header.Get("Retry-After"), "at midnight")
	assert.Equal(t, http.StatusCreated, (&phone{o, "other", p.r}).announce(t, p.take()).StatusCode)
}

// raw is a connection of its own to the database.
func (o *office) raw(t *testing.T) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), o.url)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, c.Close(context.Background())) })
	return c
}

func (p *phone) announce(t *testing.T, x photo) *http.Response {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, p.server.URL+"/api/v1/files", strings.NewReader(x.announcement()))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+p.who)
	req.Header.Set("Content-Type", "application/json")
	res, err := p.server.Client().Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	if res.StatusCode >= http.StatusBadRequest {
		var said struct{ Reason string }
		require.NoError(t, json.NewDecoder(res.Body).Decode(&said))
		assert.Contains(t, []string{"too_many_unfinished", "too_many_bytes"}, said.Reason)
	}
	return res
}
