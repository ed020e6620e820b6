package exporter_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/export"
	"huajie/domain/org"
	"huajie/domain/view"
	"huajie/internal/blobs"
	"huajie/internal/exporter"
	"huajie/rulebook"
)

var noon = time.Date(2026, time.November, 23, 12, 0, 0, 0, calendar.Zone)

// desk is everything beside a maker, in memory: a ledger with one export, its list, a folder
// of files, and a clock.
type desk struct {
	mu    sync.Mutex
	now   time.Time
	e     export.Export
	lease time.Time
	spent []export.Export
	swept []int64
	held  chan time.Time // how long it was held on to, when somebody listens

	total   int // rows there are said to be; 0: one
	panics  bool
	asked   []time.Time                     // the moments by which lists were filtered
	listing func(ctx context.Context) error // what the list does before it gives its row
	files   map[string]string
	keeping func(ctx context.Context) error // what the storage does before it keeps
	stuck   map[string]bool                 // files that cannot be deleted
}

var errTaken = domain.Refuse("taken_over", "", "已由其他进程接手", "another worker has it")

func newDesk(t *testing.T) (*desk, *exporter.Maker) {
	t.Helper()
	book, err := rulebook.Default()
	require.NoError(t, err)
	d := &desk{now: noon, files: map[string]string{}, stuck: map[string]bool{}, e: export.Export{ID: 7, List: export.Cases, Format: export.CSV, Columns: []string{"no"},
		Filter: []byte(`{"filter":{},"sort":""}`), Query: []byte(`{}`), Areas: []string{"220402"}, By: "supervisor.220402", At: noon, State: export.Queued}}
	return d, &exporter.Maker{Jobs: d, Lists: d, People: d, Files: d, Rules: rulebook.NewHolder(book), Log: slog.New(slog.DiscardHandler), Now: d.clock,
		Dir: t.TempDir(), Most: 100, KeepFor: time.Hour, Beat: time.Hour}
}

func (d *desk) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *desk) pass(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

func (d *desk) ClaimExport(_ context.Context, now time.Time, lease time.Duration) (export.Export, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.e.State != export.Queued && (d.e.State != export.Running || !d.lease.Before(now)) {
		return export.Export{}, false, nil
	}
	d.e.State, d.e.Attempt, d.lease = export.Running, d.e.Attempt+1, now.Add(lease)
	return d.e, true, nil
}

// whose runs what only who has claimed it may do.
func (d *desk) whose(e export.Export, do func()) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.e.State != export.Running || d.e.Attempt != e.Attempt {
		return errTaken
	}
	do()
	return nil
}

func (d *desk) ProgressExport(_ context.Context, e export.Export, until time.Time) error {
	return d.whose(e, func() { d.lease = until })
}

func (d *desk) HoldExport(_ context.Context, e export.Export, until time.Time) error {
	err := d.whose(e, func() { d.lease = until })
	if d.held != nil {
		select {
		case d.held <- until:
		default:
		}
	}
	return err
}

func (d *desk) FinishExport(_ context.Context, e export.Export) error {
	return d.whose(e, func() { d.e = e; d.e.State = export.Done })
}

func (d *desk) RefuseExport(_ context.Context, e export.Export, why *domain.Error, _ time.Time) error {
	return d.whose(e, func() { d.e.State, d.e.Why = export.Failed, why.Reason })
}

func (d *desk) LapseExports(context.Context, time.Time) (int, error) { return 0, nil }

func (d *desk) SpentExports(_ context.Context, _ time.Time, after int64, limit int) (out []export.Export, err error) {
	for _, e := range d.spent {
		if e.ID > after && len(out) < limit {
			out = append(out, e)
		}
	}
	return out, nil
}

func (d *desk) SweepExport(_ context.Context, id int64, _ time.Time) error {
	d.swept = append(d.swept, id)
	return nil
}

func (d *desk) ExportCases(ctx context.Context, _ view.Scope, f view.Filter, _ view.Sort, _ export.Terms, take func(int, []export.CaseRow) error) error {
	d.asked = append(d.asked, f.Now)
	if d.panics {
		panic("a row nobody has thought of")
	}
	if d.listing != nil {
		if err := d.listing(ctx); err != nil {
			return err
		}
	}
	return take(max(1, d.total), []export.CaseRow{{Row: view.Row{No: "220402G2026112300001"}}})
}

func (d *desk) ExportWhistles(_ context.Context, _ view.Scope, f view.WhistleFilter, take func(int, []export.WhistleRow) error) error {
	d.asked = append(d.asked, f.Now)
	return take(1, []export.WhistleRow{{WhistleRow: view.WhistleRow{No: "220402W2026112300001"}}})
}

func (d *desk) UserNamed(_ context.Context, name string) (org.User, error) {
	return org.User{Username: name, Grants: []org.Grant{{Role: org.RoleSupervisor, Unit: "220402"}}}, nil
}

func (d *desk) Keep(ctx context.Context, name string, r io.Reader, _ string) error {
	if d.keeping != nil {
		if err := d.keeping(ctx); err != nil {
			return err
		}
	}
	b, err := io.ReadAll(r)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.files[name] = string(b)
	return err
}

func (d *desk) Drop(_ context.Context, name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stuck[name] {
		return errors.New("not to be deleted")
	}
	delete(d.files, name)
	return nil
}

func (d *desk) Clear(context.Context, string, time.Time) error { return nil }

// TestAFileIsMadeAndKept under a name of its attempt, with the mark of who asked.
func TestAFileIsMadeAndKept(t *testing.T) {
	t.Parallel()
	d, m := newDesk(t)
	m.Round(t.Context())
	assert.Equal(t, export.Done, d.e.State)
	assert.Contains(t, d.files["exports/7-1.csv"], "220402G2026112300001")
	assert.Equal(t, noon.Add(time.Hour), d.e.ExpiresAt)
}

// TestWhatIsLateIsLateWhenTheFileIsMade: a list is filtered by the moment it is written, not by
// that it was asked for in, nor by none.
func TestWhatIsLateIsLateWhenTheFileIsMade(t *testing.T) {
	t.Parallel()
	for list, filter := range map[export.List]string{export.Cases: `{"filter":{"Overdue":true},"sort":""}`, export.Overdue: `{"filter":{"Overdue":true},"sort":""}`, export.Whistles: `{"Overdue":true}`} {
		d, m := newDesk(t)
		d.e.List, d.e.Filter, d.e.Columns = list, []byte(filter), []string{"no"}
		d.pass(3 * time.Hour)
		m.Round(t.Context())
		assert.Equal(t, export.Done, d.e.State, "%s %s", list, d.e.Why)
		assert.Equal(t, []time.Time{noon.Add(3 * time.Hour)}, d.asked, list)
	}
}

// TestWhoWasTakenOverLeavesNothing: the file of who went on in its place stays, whole, and
// its own goes away.
func TestWhoWasTakenOverLeavesNothing(t *testing.T) {
	t.Parallel()
	d, m := newDesk(t)
	second := *m
	d.keeping = func(context.Context) error { // it takes long, and meanwhile another has it all made
		d.keeping = nil
		d.pass(2 * time.Minute)
		second.Round(t.Context())
		require.Equal(t, export.Done, d.e.State)
		return nil
	}
	m.Round(t.Context())
	assert.Equal(t, []string{"exports/7-2.csv"}, slices.Sorted(maps.Keys(d.files)))
	assert.Equal(t, 2, d.e.Attempt)
	assert.Equal(t, d.e.FileName(), slices.Sorted(maps.Keys(d.files))[0])
}

// TestAnExportIsHeldOnTo while a page or the storage takes long, and let go of as soon as
// another has it.
func TestAnExportIsHeldOnTo(t *testing.T) {
	t.Parallel()
	d, m := newDesk(t)
	m.Beat = time.Millisecond
	d.held = make(chan time.Time)
	d.keeping = func(context.Context) error {
		d.pass(10 * time.Minute)
		for until := range d.held {
			if until.Equal(d.clock().Add(time.Minute)) {
				return nil
			}
		}
		return nil
	}
	m.Round(t.Context())
	assert.Equal(t, export.Done, d.e.State)

	d, m = newDesk(t)
	m.Beat = time.Millisecond
	d.listing = func(ctx context.Context) error {
		d.mu.Lock()
		d.e.Attempt++ // another has claimed it
		d.mu.Unlock()
		<-ctx.Done()
		return ctx.Err()
	}
	m.Round(t.Context())
	assert.Equal(t, export.Running, d.e.State, "it is for the other to end it")
	assert.Empty(t, d.files)
}

// TestWhatKillsItsProcessIsGivenUp before it is begun once more: nobody was left to count.
func TestWhatKillsItsProcessIsGivenUp(t *testing.T) {
	t.Parallel()
	d, m := newDesk(t)
	d.e.State, d.e.Attempt, d.lease = export.Running, 5, noon.Add(-time.Second)
	d.listing = func(context.Context) error {
		t.Error("it is begun again")
		return nil
	}
	m.Round(t.Context())
	assert.Equal(t, []any{export.Failed, "given_up"}, []any{d.e.State, d.e.Why})
}

// TestAPanicIsAFault as any other: it is tried again, and given up in the end.
func TestAPanicIsAFault(t *testing.T) {
	t.Parallel()
	d, m := newDesk(t)
	d.panics = true
	for range 5 {
		m.Round(t.Context())
		d.pass(2 * time.Hour)
	}
	assert.Equal(t, []any{export.Failed, "given_up", 5}, []any{d.e.State, d.e.Why, d.e.Attempt})
}

// TestAStorageThatIsAwayForAWhile does not use up what a second person has agreed to.
func TestAStorageThatIsAwayForAWhile(t *testing.T) {
	t.Parallel()
	d, m := newDesk(t)
	away := errors.New("no route to the bucket")
	d.keeping = func(context.Context) error { return away }
	var tried []time.Duration
	for seen := 0; d.clock().Before(noon.Add(6 * time.Hour)); d.pass(10 * time.Second) {
		if m.Round(t.Context()); d.e.Attempt != seen {
			seen = d.e.Attempt
			tried = append(tried, d.clock().Sub(noon).Truncate(time.Minute))
		}
	}
	assert.Equal(t, []time.Duration{0, time.Minute, 5 * time.Minute, 21 * time.Minute, 81 * time.Minute}, tried)
	assert.Equal(t, "given_up", d.e.Why)

	d, m = newDesk(t)
	d.keeping = func(context.Context) error {
		if d.clock().Before(noon.Add(30 * time.Minute)) {
			return away
		}
		return nil
	}
	for range 100 {
		m.Round(t.Context())
		d.pass(time.Minute)
	}
	assert.Equal(t, export.Done, d.e.State)
}

// TestOneFileThatStays keeps none of the others.
func TestOneFileThatStays(t *testing.T) {
	t.Parallel()
	d, m := newDesk(t)
	for id := int64(1); id <= 250; id++ {
		e := export.Export{ID: id, Format: export.CSV, Attempt: 2, State: export.Done}
		d.spent = append(d.spent, e)
		for _, name := range e.FileNames() {
			d.files[name] = "x"
		}
	}
	d.stuck["exports/2-1.csv"] = true
	m.Tidy(t.Context())
	assert.Equal(t, []string{"exports/2-1.csv"}, slices.Sorted(maps.Keys(d.files)))
	assert.Len(t, d.swept, 249)
	assert.NotContains(t, d.swept, int64(2), "it will be tried again")
}

// TestOnlyWhatIsOursIsCleared: the folder may be where finished files lie.
func TestOnlyWhatIsOursIsCleared(t *testing.T) {
	t.Parallel()
	_, m := newDesk(t)
	old := noon.Add(-2 * time.Hour)
	for name, at := range map[string]time.Time{"7-1.csv": old, "7-1.csv.attrs": old, "photo": old, "huajie-export-1": old, "excelize-1": old, "huajie-export-2": noon} {
		require.NoError(t, os.WriteFile(filepath.Join(m.Dir, name), []byte("x"), 0o600))
		require.NoError(t, os.Chtimes(filepath.Join(m.Dir, name), at, at))
	}
	m.Tidy(t.Context())
	list, err := os.ReadDir(m.Dir)
	require.NoError(t, err)
	var left []string
	for _, f := range list {
		left = append(left, f.Name())
	}
	assert.ElementsMatch(t, []string{"7-1.csv", "7-1.csv.attrs", "photo", "huajie-export-2"}, left)
}

// TestAFileThatIsGone is told as one whose time is over.
func TestAFileThatIsGone(t *testing.T) {
	t.Parallel()
	at, err := blobs.FolderURL(t.TempDir())
	require.NoError(t, err)
	kept, err := blobs.New(at)
	require.NoError(t, err)
	t.Cleanup(func() { _ = kept.Close() })
	e := export.Export{ID: 1, Format: export.CSV, Attempt: 1}
	shelf := exporter.Shelf{Files: kept}
	_, _, err = shelf.Open(t.Context(), e)
	assert.Equal(t, "file_deleted", domain.ReasonOf(err))
	require.NoError(t, kept.Keep(t.Context(), e.FileName(), bytes.NewReader([]byte("x")), "text/csv"))
	r, size, err := shelf.Open(t.Context(), e)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	assert.EqualValues(t, 1, size)
	broken := exporter.Shelf{Files: shut{}}
	_, _, err = broken.Open(t.Context(), e)
	assert.NotEqual(t, "file_deleted", domain.ReasonOf(err), "a storage that is away has deleted nothing")
	require.Error(t, err)
}

type shut struct{}

func (shut) Open(context.Context, string) (io.ReadCloser, int64, error) {
	return nil, 0, fmt.Errorf("away")
}
