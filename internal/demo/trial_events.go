package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// The grid events of the trial period (R81): reported and resolved, 76.13 %.
const (
	TrialEvents         = 398
	TrialEventsResolved = 303
)

// trialEvent is one grid event of the trial: where, what, how far it went.
type trialEvent struct {
	Sight
	n        int
	occurred string
	resolved bool
	stage    int // for the unresolved: 0 reported, 1 dispatched, 2 being put right, 3 waits for verification
}

// Sight is something grid members see on their way: what kind it is, who puts it right.
type Sight struct {
	Category string
	Lead     string // number of the department in every county
	Words    string
}

// Sights are everyday ones, each put right in one stage.
var Sights = []Sight{
	{"E0102", "D11", "小区路灯整排不亮,夜间出行不便"},
	{"E0201", "D32", "垃圾箱旁堆放大量生活垃圾未清运"},
	{"E0203", "D23", "商户占道经营,人行道无法通行"},
	{"E0205", "D23", "楼道内张贴大量小广告"},
	{"E0405", "D19", "食杂店货架上摆放过期食品销售"},
	{"E0803", "D05", "有犬只未拴绳在小区内追逐行人"},
}

// trialEvents lays the events out over two months of 2020.
func trialEvents() []trialEvent {
	out := make([]trialEvent, TrialEvents)
	first := time.Date(2020, time.September, 1, 8, 0, 0, 0, time.FixedZone("Asia/Shanghai", 8*60*60))
	for i := range out {
		out[i] = trialEvent{Sight: Sights[i%len(Sights)], n: i + 1,
			occurred: first.Add(time.Duration(i) * 220 * time.Minute).Format(time.RFC3339),
			resolved: i*TrialEventsResolved/TrialEvents != (i+1)*TrialEventsResolved/TrialEvents, stage: i % 4}
	}
	return out
}

// Beat is a grid with a place inside it.
type Beat struct {
	Code, County string
	At           Spot
}

// Member is the account of the grid member of the beat.
func (b Beat) Member() string { return "grid." + b.Code }

// Beats are the grids that have an area, each with the middle of it.
func (c *Client) Beats(ctx context.Context) ([]Beat, error) {
	a, err := c.Do(ctx, "citysup.220400", http.MethodGet, "/api/v1/grids?geometry=true&limit=200", "", nil)
	if err != nil {
		return nil, err
	}
	var page struct {
		Items []struct {
			Code, County string
			Geometry     *struct {
				Type        string
				Coordinates [][][2]float64
			}
		}
	}
	if err := a.Into(&page); err != nil {
		return nil, err
	}
	var out []Beat
	for _, g := range page.Items {
		if g.Geometry == nil || g.Geometry.Type != "Polygon" || g.County == "220498" {
			continue
		}
		ring := g.Geometry.Coordinates[0][1:]
		var b Beat
		for _, p := range ring {
			b.At.Lon += p[0] / float64(len(ring))
			b.At.Lat += p[1] / float64(len(ring))
		}
		b.Code, b.County = g.Code, g.County
		out = append(out, b)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no grid has an area")
	}
	return out, nil
}

// Events loads the grid events of the trial period through the public API, with real
// photos. It can be repeated: what has been loaded is recognised by its keys.
func Events(ctx context.Context, c *Client, out io.Writer) error {
	began := time.Now()
	grids, err := c.Beats(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	work := make(chan trialEvent)
	var wg sync.WaitGroup
	var done atomic.Int64
	for range 8 {
		wg.Go(func() {
			for e := range work {
				if err := e.live(ctx, c, grids[(e.n*7)%len(grids)]); err != nil {
					cancel(fmt.Errorf("event %d: %w", e.n, err))
					return
				}
				if n := done.Add(1); n%50 == 0 {
					fmt.Fprintf(out, "%d/%d 件网格事件 grid events…\n", n, TrialEvents)
				}
			}
		})
	}
	for _, e := range trialEvents() {
		select {
		case work <- e:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(work)
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "试运行网格事件已载入 grid events of the trial loaded: %d 件, %.0f s\n", TrialEvents, time.Since(began).Seconds())
	return nil
}

// live walks one event as far as it went.
func (e trialEvent) live(ctx context.Context, c *Client, b Beat) error {
	key := func(step string) string { return fmt.Sprintf("%s-event-%03d-%s", TrialBatch, e.n, step) }
	at := Spot{Lat: b.At.Lat + float64(e.n%7)*0.00008, Lon: b.At.Lon + float64(e.n%5)*0.00008}
	where := map[string]any{"lat": at.Lat, "lon": at.Lon}
	member := b.Member()
	photos, err := c.Photos(ctx, member, key("before"), at, 3)
	if err != nil {
		return err
	}
	v, err := c.Report(ctx, member, key("report"), map[string]any{"category": e.Category, "description": e.Words, "location": where,
		"photos": photos, "grid": b.Code, "occurred_at": e.occurred, "batch": TrialBatch})
	if err != nil {
		return err
	}
	unit := b.County + "-" + e.Lead
	handler := "handler." + unit
	step := func(user, action string, input map[string]any) func() error {
		return func() error {
			_, err := c.Act(ctx, user, v.No, action, key(action), input)
			return err
		}
	}
	shown := func(user, what, name, action string, n int, input map[string]any) func() error {
		return func() error {
			ids, err := c.Photos(ctx, user, key(what), at, n)
			if err != nil {
				return err
			}
			input[name] = ids
			return step(user, action, input)()
		}
	}
	steps := []func() error{
		step("platform."+b.County, "dispatch", map[string]any{"lead_unit": unit}),
		step("liaison."+unit, "sign-for", nil),
		step("liaison."+unit, "start-disposal", map[string]any{"handlers": []string{handler}}),
		shown(handler, "after", "after_photos", "submit-disposal", 1, map[string]any{"result": "已到现场处置完毕"}),
		shown(member, "seen", "photos", "verify", 1, map[string]any{"verdict": "pass", "score": 4 + e.n%2, "location": where}),
	}
	if !e.resolved {
		steps = steps[:[]int{0, 1, 3, 4}[e.stage]]
	}
	for _, s := range steps {
		if err := s(); err != nil {
			return err
		}
	}
	return nil
}
