package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/internal/demo"
)

// eventDay is a day of a county: members report, and every event goes its way.
func eventDay() Scenario {
	return Scenario{
		Name: "eventday", Help: "grid events with three photos each, from report to verification",
		Options: []Option{
			{"events", "200", "events; 20000 are a day of 4330 members"},
			{"atonce", "16", "phones and desks at once"},
			{"stored", "0", "photos of the last 90 days that each county has already"},
		},
		Run: func(ctx context.Context, r *Run) (err error) {
			n, err := r.Ints("events", "atonce", "stored")
			if err != nil {
				return err
			}
			site, err := r.Lab.OpenSite(ctx, SiteOptions{Policy: "  photo.daily: 1000000\n  photo.daily.mb: 10000000\n  photo.unfinished: 1000\n"})
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, site.Close()) }()
			people, err := newOfficers(ctx, site.Base, 64)
			if err != nil {
				return err
			}
			d := &day{r: r, site: site, people: people, times: &Times{}}
			if d.beats, err = people.Beats(ctx); err != nil {
				return err
			}
			if err := stockPhotos(ctx, site.Config.DatabaseURL, n[2]); err != nil {
				return err
			}
			return d.play(ctx, n[0], n[1])
		},
	}
}

// day is one performance.
type day struct {
	r      *Run
	site   *Site
	people *officers
	times  *Times
	beats  []demo.Beat
	mu     sync.Mutex
	done   []string
}

func (d *day) play(ctx context.Context, n, atOnce int) error {
	stop, err := d.r.Lab.profiles(ctx, d.site.api, d.site.worker)
	if err != nil {
		return err
	}
	before := d.r.Lab.usage(d.site.api, d.site.worker)
	began := time.Now()
	work := make(chan int)
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			for i := range work {
				d.live(ctx, i)
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	wg.Wait()
	took := time.Since(began)
	used := usage{}
	used.add(before, d.r.Lab.usage(d.site.api, d.site.worker))
	if err := stop(); err != nil {
		return err
	}
	if why := d.times.firstFault(); why != "" {
		d.r.Say("first fault: %s", why)
	}
	rate := float64(len(d.done)) / took.Seconds()
	d.r.Report.Add("events", "from report to verification", rate, "1/s")
	d.r.Report.Add("events", "20 000 of them would take", 20000/rate/3600, "h")
	for _, of := range processes {
		if used[of] > 0 {
			d.r.Report.Add("events", "CPU of "+of+", each", millis(used[of])/float64(max(1, len(d.done))), "ms")
		}
	}
	for _, step := range []string{"photos", "report", "steps"} {
		d.r.Report.Spread("events", step, d.times.steps[step])
	}
	_, failed := d.times.counts()
	return errors.Join(d.r.whole(ctx, d.site), d.r.verify(ctx, d.site.Config.DatabaseURL, []question{
		{"steps refused or failed", 0, `SELECT $1::int`, []any{failed}},
		{"events that are verified", n, `SELECT count(*) FROM cases WHERE no = ANY ($1) AND state = 'closed' AND closing_type = 'verified'`, []any{d.done}},
		{"photos attached, five to an event", 5 * n, `SELECT count(*) FROM case_files WHERE no = ANY ($1)`, []any{d.done}},
		{"no gap and no double in the ledger", 0, `SELECT count(*) FROM (SELECT no FROM events GROUP BY no HAVING max(seq) <> count(*)) x`, nil},
	}))
}

// live walks one event through the loop: the members of all grids report in turn, and what they
// see lies sixty metres apart.
func (d *day) live(ctx context.Context, i int) {
	beat, sight, n := d.beats[i%len(d.beats)], demo.Sights[i%len(demo.Sights)], i/len(d.beats)
	at := demo.Spot{Lat: beat.At.Lat + float64(n%40-20)*0.0006, Lon: beat.At.Lon + float64(n/40)*0.0008}
	key, member := fmt.Sprintf("bench-day-%d", i), beat.Member()
	unit := beat.County + "-" + sight.Lead
	handler := "handler." + unit
	timed := func(step string, f func() error) bool {
		began := time.Now()
		err := d.people.patiently(ctx, f)
		d.times.note(step, began, err)
		return err == nil
	}
	var photos, after, seen []string
	var view demo.View
	where := map[string]any{"lat": at.Lat, "lon": at.Lon}
	act := func(user, action string, input map[string]any) func() error {
		return func() error {
			_, err := d.people.Act(ctx, user, view.No, action, key+action, input)
			return err
		}
	}
	shots := func(into *[]string, user, what string, n int) func() error {
		return func() (err error) {
			*into, err = d.people.Photos(ctx, user, key+what, at, n)
			return err
		}
	}
	ok := timed("photos", shots(&photos, member, "before", 3)) &&
		timed("report", func() (err error) {
			view, err = d.people.Report(ctx, member, key, map[string]any{"category": sight.Category, "description": sight.Words,
				"location": where, "photos": photos, "grid": beat.Code})
			return err
		}) &&
		timed("steps", act("platform."+beat.County, "dispatch", map[string]any{"lead_unit": unit})) &&
		timed("steps", act("liaison."+unit, "sign-for", nil)) &&
		timed("steps", act("liaison."+unit, "start-disposal", map[string]any{"handlers": []string{handler}})) &&
		timed("photos", shots(&after, handler, "after", 1)) &&
		timed("steps", func() error {
			return act(handler, "submit-disposal", map[string]any{"result": "已到现场处置完毕", "after_photos": after})()
		}) &&
		timed("photos", shots(&seen, member, "seen", 1)) &&
		timed("steps", func() error {
			return act(member, "verify", map[string]any{"verdict": "pass", "score": 5, "location": where, "photos": seen})()
		})
	if ok {
		d.mu.Lock()
		d.done = append(d.done, view.No)
		d.mu.Unlock()
	}
}

// stockPhotos puts photos of the last ninety days into every county, none like another and
// each of somebody else, so that what every new one is compared with is as much as in life.
func stockPhotos(ctx context.Context, url string, n int) error {
	if n == 0 {
		return nil
	}
	return onDatabase(ctx, url, func(c *pgx.Conn) error {
		if err := each(ctx, c, `SET statement_timeout = 0`, `SET synchronous_commit = off`, `SELECT setseed(0.5)`); err != nil {
			return err
		}
		for _, county := range counties {
			if _, err := c.Exec(ctx, `INSERT INTO files (id, account, county, state, sha256, size, media, part_size, taken_at, accuracy, source, device, created_at, touched_at,
					completed_at, kind, look, full_sha256, thumb_sha256)
				SELECT id, 'somebody-' || i % 1000, $1, 'complete', sha, 200000, 'image/jpeg', 1048576, t, 8, 'live', '', t, t, t, 'image/jpeg',
					('x' || substr(md5(id::text || 'look'), 1, 16))::bit(64)::bigint, sha, sha
				FROM (SELECT i, gen_random_uuid() AS id, now() - random() * interval '89 days' AS t FROM generate_series(1, $2::int) i) one,
					LATERAL (SELECT sha256(id::text::bytea) AS sha) two`, county, n); err != nil {
				return err
			}
		}
		return each(ctx, c, `VACUUM (ANALYZE) files`, `CHECKPOINT`)
	})
}
