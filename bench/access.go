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

	"huajie/domain"
	"huajie/domain/mask"
	"huajie/domain/view"
	"huajie/internal/app"
	"huajie/internal/seal"
	"huajie/store"
)

// access is what it costs to ask who somebody is and what they may see, to mask and to seal.
// The product has no switch for any of it, and gets none for a bench: each cost is the
// difference between two questions that differ in just that, asked in turns in one run, or
// what one operation takes and how many there are of it.
func access() Scenario {
	return Scenario{
		Name: "access", Help: "what authorisation, masking and sealing cost per request and per life, as ratios within one run",
		Options: []Option{
			{"cases", "40", "whole lives"},
			{"officers", "4", "callers at once while they are lived"},
			{"times", "200", "how often each question is asked, in a turn"},
			{"rounds", "4", "turns"},
		},
		Run: func(ctx context.Context, r *Run) (err error) {
			n, err := r.Ints("cases", "officers", "times", "rounds")
			if err != nil {
				return err
			}
			g := &gate{r: r, cases: max(2, n[0]), times: n[2], rounds: n[3], cost: map[string]usage{}, asked: map[string]int{}}
			if g.site, err = r.Lab.OpenSite(ctx, SiteOptions{}); err != nil {
				return err
			}
			defer func() { err = errors.Join(err, g.site.Close()) }()
			if g.people, err = newOfficers(ctx, g.site.Base, n[1]); err != nil {
				return err
			}
			if g.db, err = pgx.Connect(ctx, g.site.Config.DatabaseURL); err != nil {
				return err
			}
			defer func() { err = errors.Join(err, g.db.Close(context.WithoutCancel(ctx))) }()
			if err := g.lives(ctx, n[1]); err != nil {
				return err
			}
			return g.play(ctx)
		},
	}
}

// gate is one performance.
type gate struct {
	r                    *Run
	site                 *Site
	people               *officers
	db                   *pgx.Conn
	cases, times, rounds int
	life                 usage // CPU of all lives
	cost                 map[string]usage
	asked                map[string]int
}

// lives are lived, and what they used is kept.
func (g *gate) lives(ctx context.Context, atOnce int) error {
	var warm, counted []life
	for i := range g.cases + atOnce {
		if l := newLife(i+1, g.r.Rand); i < atOnce {
			warm = append(warm, l)
		} else {
			counted = append(counted, l)
		}
	}
	if err := g.people.together(ctx, warm, atOnce, &Times{}); err != nil {
		return err
	}
	g.life = usage{}
	before := g.usage()
	if err := g.people.together(ctx, counted, atOnce, &Times{}); err != nil {
		return err
	}
	g.life.add(before, g.usage())
	delete(g.life, "load")
	return nil
}

func (g *gate) usage() usage { return g.r.Lab.usage(g.site.api, g.site.worker) }

// play asks everything in turns, and tells what came of it.
func (g *gate) play(ctx context.Context) error {
	sealed, open := g.people.acked[0], g.people.acked[1]
	if err := unseal(ctx, g.site, g.db, open); err != nil {
		return err
	}
	disp := "disp." + county
	questions := []inquiry{
		{"nobody asks for /livez", "", "/livez"},
		{"an officer asks who they are", disp, "/api/v1/me"},
		{"a case, sealed", disp, "/api/v1/cases/" + sealed},
		{"a case, as if never sealed", disp, "/api/v1/cases/" + open},
		{"a timeline", disp, "/api/v1/cases/" + sealed + "/timeline"},
		{"the petitioner, masked", disp, "/api/v1/cases/" + sealed + "/petitioner"},
		{"a page, city", citySupervisor, "/api/v1/cases?limit=20"},
		{"a page, county", disp, "/api/v1/cases?limit=20"},
		{"a page, unit", busyOfficer, "/api/v1/cases?limit=20"},
		{"a page by words", disp, "/api/v1/cases?limit=20&q=" + url.QueryEscape("渗水")},
	}
	for _, q := range questions { // connections and statements
		if err := g.ask(ctx, q, warmUp, usage{}); err != nil {
			return err
		}
	}
	for range g.rounds {
		for _, q := range questions {
			if g.cost[q.name] == nil {
				g.cost[q.name] = usage{}
			}
			if err := g.ask(ctx, q, g.times, g.cost[q.name]); err != nil {
				return err
			}
			g.asked[q.name] += g.times
		}
	}
	g.report(questions)
	if err := g.scopes(ctx); err != nil {
		return err
	}
	if err := g.single(ctx); err != nil {
		return err
	}
	return g.hidden(ctx)
}

func (g *gate) ask(ctx context.Context, q inquiry, times int, into usage) error {
	before := g.usage()
	for range times {
		if _, err := g.people.Do(ctx, q.user, http.MethodGet, q.path, "", nil); err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
	}
	into.add(before, g.usage())
	return nil
}

// perAsk is the CPU of API and PostgreSQL for one question.
func (g *gate) perAsk(name string) float64 {
	return millis(g.cost[name]["api"]+g.cost[name]["postgres"]) / float64(max(1, g.asked[name]))
}

func (g *gate) report(questions []inquiry) {
	rep := g.r.Report
	rep.Add("life", "CPU per case", g.lifeCPU(), "ms")
	for _, q := range questions {
		rep.Add("request", "CPU of api and postgres, "+q.name, g.perAsk(q.name), "ms")
	}
	for _, of := range [][3]string{
		{"who somebody is, to nothing at all", "an officer asks who they are", "nobody asks for /livez"},
		{"a sealed case, to one never sealed", "a case, sealed", "a case, as if never sealed"},
		{"a page of a county, to all the city", "a page, county", "a page, city"},
		{"a page of a unit, to all the city", "a page, unit", "a page, city"},
	} {
		if below := g.perAsk(of[2]); below > 0 {
			rep.Add("ratio", of[0], g.perAsk(of[1])/below, "x")
		}
	}
}

func (g *gate) lifeCPU() float64 { return millis(g.life.sum()) / float64(g.cases) }

// scopes asks the ledger itself for one and the same page, within a scope and without any.
func (g *gate) scopes(ctx context.Context) error {
	u, ok := g.site.Book.Current().Users.User("disp." + county)
	if !ok {
		return errors.New("no dispatcher")
	}
	within := view.ScopeOf(domain.Actor{User: u.Username, Grants: u.Grants}, g.site.Book.Current().Org)
	took := map[bool]time.Duration{}
	for range g.times {
		for _, all := range []bool{true, false} {
			scope := within
			if all {
				scope = store.Everything
			}
			began := time.Now()
			if _, err := g.site.Store.List(ctx, scope, view.Filter{Area: county, Now: time.Now()}, view.ByNewest, "", 20, false); err != nil {
				return err
			}
			took[all] += time.Since(began)
		}
	}
	g.r.Report.Add("ratio", "a page of the ledger within a scope, to the same without any", float64(took[false])/float64(max(1, took[true])), "x")
	return nil
}

// single measures one operation of each kind, and how much of a life the sealing of what it
// leaves in the ledger is.
func (g *gate) single(ctx context.Context) error {
	fields, err := app.Fields(g.site.Config)
	if err != nil {
		return err
	}
	const many = 20_000
	at := seal.Place{Table: "bench", Column: "words", Row: "1"}
	words := strings.Repeat("楼上卫生间渗水,多次沟通未果", 4)
	value := ""
	sealing := timed(many, func() { value, err = fields.Seal(words, at) })
	if err != nil {
		return err
	}
	opening := timed(many, func() { _, err = fields.Open(value, at) })
	if err != nil {
		return err
	}
	masking := timed(many, func() { _ = mask.Name("压测诉求人") + mask.Phone("13900000001") })
	var values int
	if err := g.db.QueryRow(ctx, `SELECT (SELECT coalesce(sum((length(t) - length(replace(t, $1, ''))) / length($1)), 0) FROM (
		SELECT e::text AS t FROM events e UNION ALL SELECT c::text FROM cases c UNION ALL SELECT p::text FROM persons p UNION ALL SELECT i::text FROM intake_details i) AS all_rows)`,
		seal.Mark).Scan(&values); err != nil {
		return err
	}
	rep := g.r.Report
	rep.Add("single", "sealing a sentence", sealing, "µs")
	rep.Add("single", "opening it", opening, "µs")
	rep.Add("single", "masking a name and a number", masking, "µs")
	perCase := float64(values) / float64(g.people.begun)
	rep.Add("life", "sealed values a case leaves in the ledger", perCase, "")
	if all := g.lifeCPU(); all > 0 {
		rep.Add("ratio", "sealing those, of the CPU of a life", 100*perCase*sealing/1000/all, "%")
	}
	rep.Equal("lives lived", g.cases, len(g.people.acked)-(g.people.begun-g.cases))
	if values == 0 {
		return errors.New("nothing is sealed: the figures say nothing")
	}
	return nil
}

// timed is how long something takes, in microseconds.
func timed(times int, do func()) float64 {
	began := time.Now()
	for range times {
		do()
	}
	return float64(time.Since(began).Nanoseconds()) / float64(times) / 1000
}
