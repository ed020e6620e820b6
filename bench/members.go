package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain/calendar"
	"huajie/internal/demo"
)

// members is the table of 235: everybody who patrols, with a month of what their phones sent.
func members() Scenario {
	return Scenario{
		Name: "members", Help: "the table of 235 over HTTP: pages of 50 members over 31 days, with a month of tracks stored",
		Options: []Option{
			{"members", "4330", "grid members, all of whom patrol two hours on every working day"},
			{"every", "30", "seconds between two points; 30 are about 23 million points (3 GB) in a month"},
			{"times", "20", "how many pages are asked for, one after the other, and then again"},
		},
		Run: func(ctx context.Context, r *Run) (err error) {
			n, err := r.Ints("members", "every", "times")
			if err != nil {
				return err
			}
			site, err := r.Lab.OpenSite(ctx, SiteOptions{})
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, site.Close()) }()
			people, err := newOfficers(ctx, site.Base, 4)
			if err != nil {
				return err
			}
			m := &muster{r: r, site: site, people: people, members: n[0], every: max(1, n[1]), times: max(1, n[2])}
			m.to = calendar.DateOf(time.Now())
			m.from = m.to.AddDays(-30)
			return m.play(ctx)
		},
	}
}

// muster is one performance.
type muster struct {
	r                     *Run
	site                  *Site
	people                *officers
	members, every, times int
	from, to              calendar.Date
}

func (m *muster) play(ctx context.Context) error {
	began := time.Now()
	if err := m.fill(ctx); err != nil {
		return err
	}
	m.r.Say("%d members with a month of tracks and reports: %.0f s", m.members, time.Since(began).Seconds())
	for _, turn := range []string{"asked for the first time", "asked again"} {
		if err := m.ask(ctx, turn); err != nil {
			return err
		}
	}
	return nil
}

// ask reads pages of the table one after the other.
func (m *muster) ask(ctx context.Context, turn string) error {
	var took []time.Duration
	cursor, seen, flagged, idle := "", 0, 0, 0
	before := m.r.Lab.usage(m.site.api)
	for range m.times {
		var page struct {
			Items []struct {
				Km     float64 `json:"patrol_km"`
				Events float64 `json:"events"`
				Flags  []any   `json:"flags"`
			} `json:"items"`
			Next string `json:"next_cursor"`
		}
		began := time.Now()
		a, err := m.people.Do(ctx, citySupervisor, http.MethodGet, fmt.Sprintf("/api/v1/stats/235?limit=50&area=%s&from=%s&to=%s&cursor=%s",
			county, m.from, m.to, url.QueryEscape(cursor)), "", nil)
		if err = errors.Join(err, a.Into(&page)); err != nil {
			return err
		}
		took = append(took, time.Since(began))
		for _, line := range page.Items {
			seen++
			flagged += len(line.Flags)
			if line.Km < 10 || line.Events < 5 {
				idle++
			}
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	used := usage{}
	used.add(before, m.r.Lab.usage(m.site.api))
	m.r.Report.Spread("page of 50", turn, took)
	for _, of := range []string{"api", "postgres"} {
		m.r.Report.Add("page of 50", turn+", CPU of "+of, millis(used[of])/float64(len(took)), "ms")
	}
	m.r.Report.Equal(turn+": members seen", min(m.members, m.times*50), min(seen, m.members))
	m.r.Report.Equal(turn+": flags for honest walks", 0, flagged)
	m.r.Report.Equal(turn+": members of whom no walk or no report is found", 0, idle)
	return nil
}

// fill makes the members, what their phones sent, and what they reported. One event is
// lived, and its row copied; the tracks are made by the database.
func (m *muster) fill(ctx context.Context) error {
	d := &day{r: m.r, site: m.site, people: m.people, times: &Times{}, beats: []demo.Beat{{Code: fieldGrid, County: county, At: demo.Spot{Lat: fieldLat, Lon: fieldLon}}}}
	d.live(ctx, 0)
	if len(d.done) == 0 {
		return errors.New("no event to copy: " + d.times.firstFault())
	}
	return onDatabase(ctx, m.site.Config.DatabaseURL, func(c *pgx.Conn) error {
		if err := each(ctx, c, `SET statement_timeout = 0`, `SET synchronous_commit = off`, `SET work_mem = '256MB'`, `SELECT setseed(0.5)`,
			fmt.Sprintf(`INSERT INTO users (username, zh, en, password_hash) SELECT '0m' || lpad(i::text, 5, '0'), '网格员', 'member', '' FROM generate_series(1, %d) i`, m.members),
			`INSERT INTO grants (username, ordinal, role, unit, point) SELECT username, 0, 'grid_member_ft', '`+fieldGrid+`', '' FROM users WHERE username LIKE '0m%'`); err != nil {
			return err
		}
		work := m.site.Book.Current().Calendar
		for day := m.from; day.Compare(m.to) < 0; day = day.AddDays(1) {
			if working, _, _, _ := work.IsWorkday(day); !working {
				continue
			}
			if err := m.walked(ctx, c, day); err != nil {
				return err
			}
		}
		if err := m.reported(ctx, c, d.done[0]); err != nil {
			return err
		}
		return each(ctx, c, `VACUUM (ANALYZE) track_points`, `VACUUM (ANALYZE) field_beats`, `VACUUM (ANALYZE) field_marks`, `VACUUM (ANALYZE) cases`, `ANALYZE users`, `ANALYZE grants`, `CHECKPOINT`)
	})
}

// walked lets everybody walk for two hours from nine: round the grid at 1.3 metres a second,
// each beginning somewhere else. Phones send what they have every five minutes.
func (m *muster) walked(ctx context.Context, c *pgx.Conn, day calendar.Date) error {
	nine := day.Start().Add(9 * time.Hour)
	if _, err := c.Exec(ctx, `INSERT INTO field_marks (member, client, kind, starts, at, received_at)
		SELECT nr, $1 || k, CASE WHEN k < 2 THEN 'duty' ELSE 'patrol' END, k % 2 = 0, t, t FROM users, (VALUES (0, $2::timestamptz), (1, $3), (2, $2::timestamptz), (3, $4)) AS v (k, t)
		WHERE username LIKE '0m%'`, day.String()+"-", nine, nine.Add(8*time.Hour), nine.Add(2*time.Hour)); err != nil {
		return err
	}
	if _, err := c.Exec(ctx, `INSERT INTO field_beats (member, day, minutes) SELECT nr, $1, $2::text::bit(1440) FROM users WHERE username LIKE '0m%'`,
		day.String(), strings.Repeat("0", 9*60)+strings.Repeat("10000", 8*12)+strings.Repeat("0", 7*60)); err != nil {
		return err
	}
	const radius, perMetre = 120, 1 / 111195.0
	_, err := c.Exec(ctx, `INSERT INTO track_points (at, member, lat, lon, lag, accuracy, speed, source, bits)
		SELECT $1::timestamptz + make_interval(secs => s), nr,
			((`+fmt.Sprint(fieldLat)+` + $3 * sin(turn + 1.3 * s / $2) * $4 + (random() - 0.5) * 4 * $4) * 1e7)::int,
			((`+fmt.Sprint(fieldLon)+` + $3 * cos(turn + 1.3 * s / $2) * $4 / 0.7323 + (random() - 0.5) * 4 * $4) * 1e7)::int,
			300 - s % 300, 80, 130, 0, 0
		FROM (SELECT nr, random() * 6.28 AS turn FROM users WHERE username LIKE '0m%') u, generate_series(0, 7199, $5::int) s ORDER BY s / 300, nr, s`,
		nine, float64(radius), float64(radius), perMetre, m.every)
	return err
}

// reported copies the row of one event: a report of each member on every working day, seen
// again and found put right.
func (m *muster) reported(ctx context.Context, c *pgx.Conn, no string) error {
	var columns string
	if err := c.QueryRow(ctx, `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
		WHERE attrelid = 'cases'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity = ''`).Scan(&columns); err != nil {
		return err
	}
	_, err := c.Exec(ctx, `INSERT INTO cases (`+columns+`) SELECT `+columns+` FROM (
		SELECT (jsonb_populate_record(c, jsonb_build_object('no', '`+county+`E2025' || lpad((row_number() OVER ())::text, 8, '0'), 'created_at', d, 'workflow_started', true,
			'readers', array_replace(c.readers, 'p:' || (c.body ->> 'reporter'), 'p:' || u.username),
			'body', replace(replace(c.body::text, '"' || (c.body ->> 'reporter') || '"', '"' || u.username || '"'), to_char(now(), 'YYYY-MM-DD'), to_char(d, 'YYYY-MM-DD'))::jsonb))).*
		FROM cases c, users u, generate_series($2::timestamptz, $3::timestamptz, '33 hours') d WHERE c.no = $1 AND u.username LIKE '0m%') x`,
		no, m.from.Start().Add(10*time.Hour), m.to.Start())
	return err
}
