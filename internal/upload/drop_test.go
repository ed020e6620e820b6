package upload_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"huajie/api"
	"huajie/domain/account"
	"huajie/domain/evidence"
	"huajie/domain/geo"
	"huajie/domain/org"
	"huajie/internal/blobs"
	"huajie/internal/picture"
	"huajie/internal/testkit"
	"huajie/internal/testkit/camera"
	"huajie/internal/upload"
	"huajie/rulebook"
	"huajie/store"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func migrate(url string) error { return store.Migrate(context.Background(), url) }

var moment = time.Date(2026, 11, 23, 9, 30, 0, 0, time.FixedZone("", 8*3600))

// office is the product's door, desk, database and storage, with an account for every token.
type office struct {
	url    string
	store  *store.Store
	blobs  *blobs.Store
	studio *picture.Studio
	desk   *upload.Desk
	server *httptest.Server
}

// members are the accounts.
type members struct{ api.Accounts }

// PassOf implements api.Accounts.
func (members) PassOf(_ context.Context, token string) (account.Pass, error) {
	return account.Pass{Kind: account.Session, User: org.User{Username: token, Grants: []org.Grant{{Role: org.RoleGridMemberFullTime, Unit: "220402008"}}}}, nil
}

// asleep is an engine that no upload needs.
type asleep struct{ api.Engine }

func newOffice(t *testing.T) *office {
	t.Helper()
	url := testkit.MigratedDatabase(t, migrate)
	s, err := store.New(t.Context(), url, store.WithMaxConns(12), store.WithFields(testkit.Fields()))
	require.NoError(t, err)
	t.Cleanup(s.Close)
	at, err := blobs.FolderURL(t.TempDir())
	require.NoError(t, err)
	b, err := blobs.New(at)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, b.Close()) })
	book, err := rulebook.Default()
	require.NoError(t, err)
	o := &office{url: url, store: s, blobs: b, studio: picture.New(1_000_000, 2)}
	o.desk = &upload.Desk{Rows: s, Bytes: b, Studio: o.studio, Most: 1 << 20}
	o.server = httptest.NewServer(api.New(api.Deps{Reader: s, Accounts: members{}, Engine: asleep{}, Rules: rulebook.NewHolder(book), Log: slog.New(slog.DiscardHandler),
		Files: o.desk, Now: func() time.Time { return moment }}))
	t.Cleanup(o.server.Close)
	return o
}

// phone is one grid member's, with a line that drops.
type phone struct {
	*office
	who string
	r   *rand.Rand
}

// photo is one the phone wants to have sent.
type photo struct {
	id, sha  string
	original []byte
	part     int
}

func (p *phone) take() photo {
	original := camera.Shot{Width: 36 + p.r.IntN(12), Height: 24, Seed: p.r.Uint64(), At: &geo.Point{Lat: 42.9, Lon: 125.14}, Time: moment, Model: "phone"}.Take()
	id := fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", p.r.Uint32(), p.r.IntN(1<<16), p.r.IntN(1<<12), p.r.IntN(1<<12), p.r.Uint64N(1<<48))
	return photo{id, blobs.NameOf(original).String(), original, len(original)/(2+p.r.IntN(4)) + 1}
}

func (x photo) announcement() string {
	return fmt.Sprintf(`{"id":%q,"sha256":%q,"size":%d,"type":"image/jpeg","part_size":%d,"captured":{"at":%q,"lat":42.9,"lon":125.14,"source":"live"}}`,
		x.id, x.sha, len(x.original), x.part, moment.Format(time.RFC3339))
}

func (x photo) piece(n int) []byte {
	return x.original[(n-1)*x.part : min(n*x.part, len(x.original))]
}

// answer is what the phone reads of an answer.
type answer struct {
	status  int
	Reason  string
	State   string
	Scan    string
	Missing []int
	Parts   []evidence.Part
	Photo   *struct{ SHA256 string }
}

func (p *phone) call(method, path string, body []byte) (answer, error) {
	req, err := http.NewRequest(method, p.server.URL+"/api/v1/files"+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Authorization", "Bearer "+p.who)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := p.server.Client().Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	a := answer{status: res.StatusCode}
	if err := json.NewDecoder(res.Body).Decode(&a); err != nil {
		return a, err
	}
	if a.status >= 500 {
		return a, fmt.Errorf("%s %s: %d %s", method, path, a.status, a.Reason)
	}
	return a, nil
}

func (p *phone) put(x photo, n int, data []byte) (answer, error) {
	return p.call(http.MethodPut, fmt.Sprintf("/%s/parts/%d", x.id, n), data)
}

// cut begins to send a part, and the line is gone.
func (p *phone) cut(x photo, n int) error {
	c, err := net.Dial("tcp", p.server.Listener.Addr().String())
	if err != nil {
		return err
	}
	data := x.piece(n)
	_, err = fmt.Fprintf(c, "PUT /api/v1/files/%s/parts/%d HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s",
		x.id, n, p.who, len(data), data[:p.r.IntN(len(data))])
	if tcp, ok := c.(*net.TCPConn); ok && p.r.IntN(2) == 0 {
		_ = tcp.SetLinger(0) // torn, not closed
	}
	_ = c.Close()
	return err
}

// send brings one photo over, whatever happens on the way.
func (p *phone) send(x photo) error {
	if err := p.twice(func() error { _, err := p.call(http.MethodPost, "", []byte(x.announcement())); return err }); err != nil {
		return err
	}
	for range 100 {
		now, err := p.call(http.MethodGet, "/"+x.id, nil)
		if err != nil {
			return err
		}
		if now.State == string(evidence.Complete) {
			return nil
		}
		todo := slices.Concat(now.Missing, p.wrong(x, now.Parts))
		p.r.Shuffle(len(todo), func(i, j int) { todo[i], todo[j] = todo[j], todo[i] })
		for _, n := range todo {
			if err := p.bring(x, n); err != nil {
				return err
			}
		}
		if err := p.twice(func() error { _, err := p.call(http.MethodPost, "/"+x.id+"/complete", nil); return err }); err != nil {
			return err
		}
	}
	return fmt.Errorf("%s never came to its end", x.id)
}

// wrong are the parts that have arrived as something else.
func (p *phone) wrong(x photo, parts []evidence.Part) (out []int) {
	for _, a := range parts {
		if blobs.NameOf(x.piece(a.N)).String() != a.SHA256 {
			out = append(out, a.N)
		}
	}
	return out
}

// bring sends one part, or tries to.
func (p *phone) bring(x photo, n int) error {
	switch p.r.IntN(10) {
	case 0, 1:
		return p.cut(x, n)
	case 2:
		garbled := bytes.Clone(x.piece(n))
		garbled[p.r.IntN(len(garbled))] ^= 0xff
		_, err := p.put(x, n, garbled)
		return err
	case 3:
		a, err := p.put(x, n, x.piece(n)[1:])
		if err == nil && a.status != http.StatusUnprocessableEntity {
			err = fmt.Errorf("a short part: %d", a.status)
		}
		return err
	case 4: // too early
		_, err := p.call(http.MethodPost, "/"+x.id+"/complete", nil)
		return err
	case 5: // forgotten
		return nil
	}
	return p.twice(func() error { _, err := p.put(x, n, x.piece(n)); return err })
}

// twice does something once, twice, or twice at the same time over two lines.
func (p *phone) twice(do func() error) error {
	switch p.r.IntN(6) {
	case 0:
		if err := do(); err != nil {
			return err
		}
		return do()
	case 1:
		var g errgroup.Group
		g.Go(do)
		g.Go(do)
		return g.Wait()
	}
	return do()
}

// report sends three photos, one after the other or all at once, and tells what has
// become of them.
func (p *phone) report(t *testing.T) {
	photos := []photo{p.take(), p.take(), p.take()}
	var g errgroup.Group
	for _, x := range photos {
		own := &phone{p.office, p.who, rand.New(rand.NewPCG(p.r.Uint64(), 1))}
		g.Go(func() error { return own.send(x) })
		if p.r.IntN(2) == 0 {
			_ = g.Wait() // told again below
		}
	}
	if !assert.NoError(t, g.Wait()) {
		return
	}
	ids := []string{}
	for _, x := range photos {
		ids = append(ids, x.id)
	}
	found, err := p.store.Photos(t.Context(), ids, evidence.Search{})
	assert.NoError(t, err)
	assert.Len(t, found, 3)
	for _, x := range photos {
		p.inspect(t, x, found[x.id])
	}
}

// inspect holds what was kept against what was taken.
func (p *phone) inspect(t *testing.T, x photo, kept evidence.Photo) {
	assert.Equal(t, []any{x.sha, int64(len(x.original)), p.who}, []any{kept.SHA256, kept.Bytes, kept.By})
	original, err := p.blobs.Get(t.Context(), blobs.NameOf(x.original))
	assert.NoError(t, err)
	assert.Equal(t, x.original, original)
	want, err := p.studio.Develop(t.Context(), x.original)
	assert.NoError(t, err)
	size, data := "full", want.Full
	if p.r.IntN(2) == 0 {
		size, data = "thumb", want.Thumb
	}
	req, err := http.NewRequest(http.MethodGet, p.server.URL+"/api/v1/files/"+x.id+"/content?size="+size, nil)
	assert.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+p.who)
	res, err := p.server.Client().Do(req)
	if !assert.NoError(t, err) {
		return
	}
	shown, err := io.ReadAll(res.Body)
	assert.NoError(t, errors.Join(err, res.Body.Close()))
	assert.True(t, bytes.Equal(data, shown), "the %s copy", size)
}

// TestThreePhotosOverALineThatDrops: a thousand reports, each over a line that drops
// mid-part, repeats and garbles itself, sends in any order and over two connections
// at once. Each time there are exactly three photos, each whole and the one that
// was taken.
func TestThreePhotosOverALineThatDrops(t *testing.T) {
	t.Parallel()
	runs := 1000
	if testing.Short() {
		runs = 100
	}
	o := newOffice(t)
	work, wg := make(chan int), sync.WaitGroup{}
	for range 6 {
		wg.Go(func() {
			for i := range work {
				p := &phone{o, fmt.Sprintf("member-%d", i), rand.New(rand.NewPCG(uint64(i), 2026))}
				p.report(t)
			}
		})
	}
	for i := range runs {
		if t.Failed() {
			break
		}
		work <- i
	}
	close(work)
	wg.Wait()
	left, err := o.store.SweepUploads(t.Context(), moment.AddDate(1, 0, 0))
	require.NoError(t, err)
	assert.Zero(t, left, "nothing is left half done")
}

// TestTwoPhonesOneID: an id serves one account and one photo.
func TestTwoPhonesOneID(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	mine, other := &phone{o, "mine", rand.New(rand.NewPCG(1, 1))}, &phone{o, "other", rand.New(rand.NewPCG(2, 2))}
	x := mine.take()
	a, err := mine.call(http.MethodPost, "", []byte(x.announcement()))
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, a.status)
	again, err := mine.call(http.MethodPost, "", []byte(x.announcement()))
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, again.status)
	for _, of := range []struct {
		p    *phone
		body string
	}{{other, x.announcement()}, {mine, strings.Replace(x.announcement(), "live", "album", 1)}} {
		a, err := of.p.call(http.MethodPost, "", []byte(of.body))
		require.NoError(t, err)
		assert.Equal(t, []any{http.StatusConflict, "key_reused"}, []any{a.status, a.Reason})
	}
	a, err = other.put(x, 1, x.piece(1))
	require.NoError(t, err)
	assert.Equal(t, http.StatusNotFound, a.status)
}

// TestWhatIsNoPhotoIsToldForGood: what arrives as declared and is no picture is refused,
// and stays refused.
func TestWhatIsNoPhotoIsToldForGood(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := &phone{o, "mine", rand.New(rand.NewPCG(1, 1))}
	heic := []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")
	x := photo{"0b9fdc1e-8f5c-4d0c-9a57-0c3f1d0a7e11", blobs.NameOf(heic).String(), heic, 100}
	_, err := p.call(http.MethodPost, "", []byte(x.announcement()))
	require.NoError(t, err)
	early, err := p.call(http.MethodPost, "/"+x.id+"/complete", nil)
	require.NoError(t, err)
	assert.Equal(t, []any{http.StatusConflict, "parts_missing"}, []any{early.status, early.Reason})
	_, err = p.put(x, 1, bytes.Repeat([]byte("x"), len(heic)))
	require.NoError(t, err)
	garbled, err := p.call(http.MethodPost, "/"+x.id+"/complete", nil)
	require.NoError(t, err)
	assert.Equal(t, []any{http.StatusConflict, "hash_mismatch"}, []any{garbled.status, garbled.Reason})
	_, err = p.put(x, 1, heic)
	require.NoError(t, err)
	for range 2 {
		a, err := p.call(http.MethodPost, "/"+x.id+"/complete", nil)
		require.NoError(t, err)
		assert.Equal(t, []any{http.StatusUnprocessableEntity, "heic"}, []any{a.status, a.Reason})
	}
	now, err := p.call(http.MethodGet, "/"+x.id, nil)
	require.NoError(t, err)
	assert.Equal(t, string(evidence.Refused), now.State)
	assert.Empty(t, now.Missing)
	found, err := o.store.Photos(t.Context(), []string{x.id}, evidence.Search{})
	require.NoError(t, err)
	assert.Empty(t, found)
}
