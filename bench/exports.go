package bench

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// exporterRole is the child that makes files of lists and does nothing else.
const exporterRole = "exporter"

// exports is a long list taken out of the house in both formats.
func exports() Scenario {
	return Scenario{
		Name: "exports", Help: "time and memory of a long list written to a file",
		Options: []Option{
			{"rows", "100000", "cases stored; the city takes all of them out"},
		},
		Run: func(ctx context.Context, r *Run) (err error) {
			rows, err := r.Int("rows")
			if err != nil {
				return err
			}
			site, err := r.Lab.OpenSite(ctx, SiteOptions{WithoutWorker: true})
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, site.Close()) }()
			people, err := newOfficers(ctx, site.Base, 1)
			if err != nil {
				return err
			}
			g := newGenerator(r)
			if err := g.templates(ctx, site); err != nil {
				return err
			}
			if err := g.grow(ctx, site.Config.DatabaseURL, rows); err != nil {
				return err
			}
			for _, format := range []string{"csv", "xlsx"} {
				if err := r.takeOut(ctx, site, people, format, rows); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// exported is what is read of an export.
type exported struct {
	ID    int    `json:"id"`
	State string `json:"state"`
	Rows  int    `json:"rows_done"`
	Size  int64  `json:"size"`
	File  string `json:"file"`
}

// takeOut has the whole list written by a worker of its own, so that what that worker
// holds is for this alone.
func (r *Run) takeOut(ctx context.Context, site *Site, people *officers, format string, rows int) (err error) {
	w, err := r.Lab.launch(ctx, exporterRole, site.TaskQueue, site.Config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.stop()) }()
	idle, err := peakMB(w.cmd.Process.Pid)
	if err != nil {
		return err
	}
	began := time.Now()
	var e exported
	a, err := people.Do(ctx, citySupervisor, http.MethodPost, "/api/v1/exports", "", map[string]any{"list": "cases", "format": format, "reason": "性能测量用途",
		"query": map[string]any{"sort": "created_at"}})
	if err = errors.Join(err, a.Into(&e)); err != nil {
		return err
	}
	seen := 0
	for e.State == "queued" || e.State == "running" {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
		if a, err = people.Do(ctx, citySupervisor, http.MethodGet, "/api/v1/exports/"+strconv.Itoa(e.ID), "", nil); err != nil {
			return err
		}
		before := e.Rows
		if err := a.Into(&e); err != nil {
			return err
		}
		if e.Rows > before {
			seen++
		}
	}
	took := time.Since(began)
	peak, err := peakMB(w.cmd.Process.Pid)
	if err != nil {
		return err
	}
	r.Report.Add(format, "from the request to the file", took.Seconds(), "s")
	r.Report.Add(format, "peak memory of the worker, idle", idle, "MB")
	r.Report.Add(format, "peak memory of the worker", peak, "MB")
	r.Report.Add(format, "size of the file", float64(e.Size)/(1<<20), "MB")
	r.Report.Add(format, "times progress was seen", float64(seen), "")
	r.Report.Equal(format+": rows told of", rows, e.Rows)
	if a, err = people.Do(ctx, citySupervisor, http.MethodGet, e.File, "", nil); err != nil {
		return fmt.Errorf("export in state %s: %w", e.State, err)
	}
	r.Report.Equal(format+": bytes of the file", int(e.Size), len(a.Body))
	if format == "csv" {
		all, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(a.Body, []byte("\uFEFF")))).ReadAll()
		if err != nil {
			return err
		}
		numbers := map[string]bool{}
		for _, line := range all[1 : len(all)-1] {
			numbers[line[0]] = true
		}
		r.Report.Equal("csv: different cases in it", rows, len(numbers))
	}
	return nil
}

// peakMB is the most memory a process has held.
func peakMB(pid int) (float64, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024, err
		}
	}
	return 0, errors.New("the kernel does not tell the peak memory of a process")
}
