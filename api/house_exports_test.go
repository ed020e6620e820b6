package api_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/export"
)

// drawer keeps exports as the ledger does, and their files.
type drawer struct {
	h     *house
	mu    sync.Mutex
	list  []export.Export
	keys  map[string]int // of a request → its export
	wants map[string]string
	files map[int64]string
	count map[string]int // of the month
	day   map[string]int
	asked int // how often was counted

	counting chan struct{} // counting waits for it
}

func newDrawer(h *house) *drawer {
	return &drawer{h: h, keys: map[string]int{}, wants: map[string]string{}, files: map[int64]string{}, count: map[string]int{}}
}

func (d *drawer) AddExport(ctx context.Context, e export.Export, key, fingerprint string, most int, by audit.Entry) (export.Export, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if i, ok := d.keys[key]; ok && key != "" {
		if d.wants[key] != fingerprint {
			return e, &domain.Error{Code: domain.CodeKeyReused, Reason: "key_reused"}
		}
		return d.list[i], nil
	}
	open := 0
	for _, o := range d.list {
		if o.By == e.By && slices.Contains([]export.State{export.Waiting, export.Queued, export.Running}, o.StateAt(e.At)) {
			open++
		}
	}
	if open >= most {
		return e, &domain.Error{Code: domain.CodeTooMany, Reason: "too_many_exports"}
	}
	e.ID = int64(len(d.list) + 1)
	if err := d.h.Audit(ctx, e.Noted(export.Requested, "", by)); err != nil {
		return e, err
	}
	d.keys[key], d.wants[key] = len(d.list), fingerprint
	d.list = append(d.list, e)
	return e, d.h.fault()
}

func (d *drawer) Export(_ context.Context, id int64) (export.Export, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if id < 1 || id > int64(len(d.list)) {
		return export.Export{}, domain.NotFound()
	}
	return d.list[id-1], d.h.fault()
}

func (d *drawer) ExportsOf(_ context.Context, user string, before int64, limit int) ([]export.Export, error) {
	return d.pick(limit, func(e export.Export) bool { return e.By == user && (before == 0 || e.ID < before) }, true)
}

func (d *drawer) WaitingExports(_ context.Context, now time.Time, limit int) ([]export.Export, error) {
	return d.pick(limit, func(e export.Export) bool { return e.StateAt(now) == export.Waiting }, false)
}

func (d *drawer) pick(limit int, fits func(export.Export) bool, newest bool) (out []export.Export, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range d.list {
		if fits(e) {
			out = append(out, e)
		}
	}
	if newest {
		slices.Reverse(out)
	}
	return out[:min(limit, len(out))], d.h.fault()
}

func (d *drawer) DecideExport(ctx context.Context, id int64, to export.State, entry export.Entry, by audit.Entry) (export.Export, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := &d.list[id-1]
	if e.State != export.Waiting {
		return *e, domain.Refuse("not_waiting", "", "已审批", "decided")
	}
	if err := d.h.Audit(ctx, e.Noted(entry.Act, entry.Note, by)); err != nil {
		return *e, err
	}
	e.State, e.Trail = to, append(e.Trail, entry)
	return *e, d.h.fault()
}

func (d *drawer) Open(_ context.Context, e export.Export) (io.ReadCloser, int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	text, ok := d.files[e.ID]
	if !ok {
		return nil, 0, export.ErrDeleted
	}
	return io.NopCloser(strings.NewReader(text)), int64(len(text)), nil
}

func (d *drawer) Figures(_ context.Context, _ string, from, to time.Time) (map[string]int, error) {
	if d.counting != nil {
		<-d.counting
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.asked++; to.Sub(from) == 24*time.Hour {
		return d.day, d.h.fault()
	}
	return d.count, d.h.fault()
}

// made plays the worker.
func (d *drawer) made(id int64, file string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := &d.list[id-1]
	e.State, e.Rows, e.Estimated, e.Sum, e.Size, e.ReadyAt, e.ExpiresAt = export.Done, 1, 1, strings.Repeat("0", 64), int64(len(file)), d.h.now, d.h.now.Add(time.Hour)
	d.files[id] = file
}
