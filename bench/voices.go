package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"huajie/internal/demo"
)

// The grid of the event load, and who works there.
const (
	fieldGrid     = county + "008901001"
	fieldMember   = "grid." + fieldGrid
	fieldCitizen  = "petitioner." + county
	fieldPlatform = "platform." + county
	fieldLat      = 42.9190
	fieldLon      = 125.1699
)

// voices is one burst pipe that a whole street reports: one handling, as many answers.
func voices() Scenario {
	return Scenario{
		Name: "voices", Help: "one burst pipe reported by hundreds: one handling, as many answers",
		Options: []Option{
			{"reports", "500", "reports of the one event"},
			{"within", "60s", "the span in which they come"},
			{"patience", "3m", "the longest to wait for the last answer"},
		},
		Run: func(ctx context.Context, r *Run) (err error) {
			v := &street{r: r, times: &Times{}}
			if v.reports, err = r.Int("reports"); err != nil {
				return err
			}
			within, err1 := r.Duration("within")
			patience, err2 := r.Duration("patience")
			if err := errors.Join(err1, err2); err != nil {
				return err
			}
			v.within, v.patience = within, patience
			if v.site, err = r.Lab.OpenSite(ctx, SiteOptions{}); err != nil {
				return err
			}
			defer func() { err = errors.Join(err, v.site.Close()) }()
			if v.people, err = newOfficers(ctx, v.site.Base, 64); err != nil {
				return err
			}
			return v.play(ctx)
		},
	}
}

// street is one performance.
type street struct {
	r                *Run
	site             *Site
	people           *officers
	times            *Times
	reports          int
	within, patience time.Duration

	mu     sync.Mutex
	others []string
}

func (v *street) play(ctx context.Context) error {
	master, err := v.first(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	if err := v.reported(ctx); err != nil {
		return err
	}
	v.r.Report.Add("reports", "accepted", float64(len(v.others)+1)/time.Since(began).Seconds(), "1/s")
	v.r.Report.Spread("reports", "report", v.times.steps["report"])
	began = time.Now()
	if err := v.merged(ctx, master); err != nil {
		return err
	}
	v.r.Report.Add("merging", "until all stood under one", time.Since(began).Seconds(), "s")
	if err := v.fixed(ctx, master); err != nil {
		return err
	}
	began = time.Now()
	if err := v.until(ctx, len(v.others), `SELECT count(DISTINCT no) FROM notices WHERE n = 'N23' AND no = ANY ($1) AND to_case = no`, v.others); err != nil {
		return err
	}
	v.r.Report.Add("answers", "until the last was answered", time.Since(began).Seconds(), "s")
	return errors.Join(v.r.whole(ctx, v.site), v.r.verify(ctx, v.site.Config.DatabaseURL, []question{
		{"reports that are merged", len(v.others), `SELECT count(*) FROM cases WHERE no = ANY ($1) AND state = 'merged' AND master = $2`, []any{v.others, master}},
		{"answered reports", len(v.others), `SELECT count(DISTINCT no) FROM notices WHERE n = 'N23' AND no = ANY ($1) AND to_case = no`, []any{v.others}},
		{"handlings", 1, `SELECT count(*) FROM cases WHERE kind = 'grid_event' AND state = 'closed'`, nil},
		{"followers of the one handling", len(v.others), `SELECT jsonb_array_length(body -> 'followers') FROM cases WHERE no = $1`, []any{master}},
		{"nobody answered twice", 0, `SELECT count(*) FROM (SELECT no FROM events WHERE type = 'master_moved' AND no = ANY ($1) GROUP BY no HAVING count(*) > 1) x`, []any{v.others}},
		{"no gap and no double in the ledger", 0, `SELECT count(*) FROM (SELECT no FROM events GROUP BY no HAVING max(seq) <> count(*)) x`, nil},
	}))
}

func (v *street) place() map[string]any { return map[string]any{"lat": fieldLat, "lon": fieldLon} }

// first is the report of the grid member, with three photos.
func (v *street) first(ctx context.Context) (string, error) {
	photos, err := v.people.Photos(ctx, fieldMember, "bench-voices", demo.Spot{Lat: fieldLat, Lon: fieldLon}, 3)
	if err != nil {
		return "", err
	}
	view, err := v.people.Report(ctx, fieldMember, "bench-voices-0", map[string]any{"category": "E0103",
		"description": "路口供水管爆裂,路面大量涌水,车辆绕行", "location": v.place(), "photos": photos, "grid": fieldGrid})
	return view.No, err
}

// reported lets the street call within the span, evenly.
func (v *street) reported(ctx context.Context) error {
	drop := time.NewTicker(v.within / time.Duration(max(1, v.reports-1)))
	defer drop.Stop()
	var wg sync.WaitGroup
	for i := 1; i < v.reports; i++ {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-drop.C:
		}
		wg.Go(func() {
			began := time.Now()
			view, err := v.people.Report(ctx, fieldCitizen, fmt.Sprintf("bench-voices-%d", i), map[string]any{"category": "E0103",
				"description": fmt.Sprintf("家门口水管爆了,到处是水(第%d位来电)", i), "location": v.place(), "grid": fieldGrid,
				"photos_missing": "电话上报,没有照片"})
			v.times.note("report", began, err)
			if err == nil {
				v.mu.Lock()
				v.others = append(v.others, view.No)
				v.mu.Unlock()
			}
		})
	}
	wg.Wait()
	if why := v.times.firstFault(); why != "" {
		return errors.New(why)
	}
	return nil
}

// merged takes all reports under the first, a hundred at a time.
func (v *street) merged(ctx context.Context, master string) error {
	for i := 0; i < len(v.others); i += 100 {
		some := v.others[i:min(len(v.others), i+100)]
		if _, err := v.people.Act(ctx, fieldPlatform, master, "adopt", fmt.Sprintf("bench-adopt-%d", i), map[string]any{"events": some}); err != nil {
			return err
		}
	}
	return v.until(ctx, len(v.others), `SELECT jsonb_array_length(coalesce(body -> 'followers', '[]')) FROM cases WHERE no = $1`, master)
}

// fixed puts the pipe right and has it verified.
func (v *street) fixed(ctx context.Context, master string) error {
	unit := county + "-D29"
	handler := "handler." + unit
	act := func(user, action, key string, input map[string]any) error {
		_, err := v.people.Act(ctx, user, master, action, "bench-"+key, input)
		return err
	}
	photos := func(user, key string) []string {
		ids, _ := v.people.Photos(ctx, user, "bench-"+key, demo.Spot{Lat: fieldLat, Lon: fieldLon}, 1) // a missing photo is refused by the step
		return ids
	}
	for _, s := range []struct {
		user, action, key string
		input             map[string]any
	}{
		{fieldPlatform, "dispatch", "dispatch", map[string]any{"lead_unit": unit}},
		{"liaison." + unit, "sign-for", "sign", nil},
		{"liaison." + unit, "start-disposal", "start", map[string]any{"handlers": []string{handler}}},
		{handler, "stage-done", "safe", map[string]any{"stage": "make_safe", "result": "已关阀围挡", "photos": photos(handler, "safe")}},
		{handler, "stage-done", "repair", map[string]any{"stage": "repair", "result": "已更换管段", "photos": photos(handler, "repair")}},
		{handler, "submit-disposal", "submit", map[string]any{"result": "恢复供水,路面已恢复", "after_photos": photos(handler, "submit")}},
		{fieldMember, "verify", "verify", map[string]any{"verdict": "pass", "score": 5, "location": v.place(), "photos": photos(fieldMember, "verify")}},
	} {
		if err := act(s.user, s.action, s.key, s.input); err != nil {
			return err
		}
	}
	return nil
}

// until waits for a count in the ledger.
func (v *street) until(ctx context.Context, want int, sql string, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, v.patience)
	defer cancel()
	for {
		got, err := counted(ctx, v.site.Config.DatabaseURL, sql, args...)
		if err != nil || got >= want {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of %d: %w", got, want, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}
