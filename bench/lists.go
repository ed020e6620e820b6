package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// lists is what officers look at all day, at several sizes of the archive.
func lists() Scenario {
	return Scenario{
		Name: "lists", Help: "lists, summary and search over HTTP with more and more cases stored",
		Options: []Option{
			{"sizes", "10000,100000", "cases stored, ascending; up to 5000000 (about 3 KB of disk each)"},
			{"times", "100", "how often each question is asked"},
		},
		Run: func(ctx context.Context, r *Run) (err error) {
			sizes, err := r.List("sizes")
			if err != nil {
				return err
			}
			l := &shelves{r: r}
			if l.times, err = r.Int("times"); err != nil {
				return err
			}
			if l.site, err = r.Lab.OpenSite(ctx, SiteOptions{WithoutWorker: true}); err != nil {
				return err
			}
			defer func() { err = errors.Join(err, l.site.Close()) }()
			if l.people, err = newOfficers(ctx, l.site.Base, 4); err != nil {
				return err
			}
			return l.play(ctx, sizes)
		},
	}
}

// shelves is one performance.
type shelves struct {
	r      *Run
	site   *Site
	people *officers
	times  int
	stock  *stock
	deep   string // cursor of a page far down
}

// listed is what is read of a page.
type listed struct {
	Items []struct {
		No    string    `json:"no"`
		DueAt time.Time `json:"due_at"`
	} `json:"items"`
	Total *int   `json:"total"`
	Next  string `json:"next_cursor"`
}

// inquiry is one question of an officer.
type inquiry struct {
	name, user, path string
}

// officer of the busy unit: reads what the unit leads.
const busyOfficer = "leader." + busyUnit

func (l *shelves) inquiries(no string) []inquiry {
	words := func(w string) string { return "/cases?sort=-created_at&q=" + url.QueryEscape(w) }
	return []inquiry{
		{"overdue page, city", citySupervisor, "/cases?overdue=true"},
		{"overdue page, county, with total", "disp." + county, "/cases?overdue=true&total=true"},
		{"overdue summary, city", citySupervisor, "/overdue/summary"},
		{"unit worklist", busyOfficer, "/cases?open=true"},
		{"case by number, list", "disp." + county, "/cases?q=" + no},
		{"case by number, read", "disp." + county, "/cases/" + no},
		{"search of two characters, frequent", "disp." + county, words(asked[0])},
		{"search of two characters, rare", "disp." + county, words(asked[1])},
		{"newest page, city", citySupervisor, "/cases?sort=-created_at"},
		{"deep page, city", citySupervisor, "/cases?sort=-created_at&cursor=" + url.QueryEscape(l.deep)},
	}
}

func (l *shelves) play(ctx context.Context, sizes []int) error {
	first := map[string]time.Duration{}
	var g *generator
	for _, size := range sizes {
		var err error
		if g, err = l.grow(ctx, g, size); err != nil {
			return err
		}
		if err := l.check(ctx, size); err != nil {
			return err
		}
		var page listed
		if err := l.ask(ctx, inquiry{"", "disp." + county, "/cases?sort=-created_at&limit=1"}, &page); err != nil || len(page.Items) == 0 {
			return errors.Join(err, errors.New("no case to look for"))
		}
		for _, q := range l.inquiries(page.Items[0].No) {
			before := l.r.Lab.usage(l.site.api)
			took, err := l.measure(ctx, q)
			if err != nil {
				return err
			}
			used := usage{}
			used.add(before, l.r.Lab.usage(l.site.api))
			group := fmt.Sprintf("%d stored", size)
			l.r.Report.Spread(group, q.name, took)
			// Whatever else the machine does: how much PostgreSQL has to do.
			l.r.Report.Add(group, q.name+", CPU of postgres", millis(used["postgres"])/float64(len(took)+warmUp), "ms")
			if size == sizes[0] {
				first[q.name] = Percentile(took, 50)
			} else {
				l.r.Report.Add(group, q.name+", p50 to the first size", float64(Percentile(took, 50))/float64(first[q.name]), "x")
			}
		}
	}
	return nil
}

// grow stores more cases and finds a page far down in them.
func (l *shelves) grow(ctx context.Context, g *generator, size int) (*generator, error) {
	if g == nil {
		g = newGenerator(l.r)
		if err := g.templates(ctx, l.site); err != nil {
			return nil, err
		}
		l.stock = g.stock
	}
	if err := g.grow(ctx, l.site.Config.DatabaseURL, size); err != nil {
		return nil, err
	}
	l.deep = ""
	seen := map[string]bool{}
	for range 40 { // forty pages of 200 are deeper than anybody reads
		var page listed
		if err := l.ask(ctx, inquiry{"", citySupervisor, "/cases?sort=-created_at&limit=200&cursor=" + url.QueryEscape(l.deep)}, &page); err != nil {
			return nil, err
		}
		for _, row := range page.Items {
			if seen[row.No] {
				return nil, fmt.Errorf("%s stands on two pages", row.No)
			}
			seen[row.No] = true
		}
		if page.Next == "" {
			break
		}
		l.deep = page.Next
	}
	return g, nil
}

func (l *shelves) ask(ctx context.Context, q inquiry, into any) error {
	a, err := l.people.Do(ctx, q.user, http.MethodGet, "/api/v1"+q.path, "", nil)
	if err != nil || into == nil {
		return err
	}
	return a.Into(into)
}

// warmUp is how many questions do not count.
const warmUp = 5

// measure asks a question again and again, after a few times that do not count.
func (l *shelves) measure(ctx context.Context, q inquiry) ([]time.Duration, error) {
	var took []time.Duration
	for i := range l.times + warmUp {
		began := time.Now()
		if err := l.ask(ctx, q, nil); err != nil {
			return nil, fmt.Errorf("%s: %w", q.name, err)
		}
		if i >= warmUp {
			took = append(took, time.Since(began))
		}
	}
	return took, nil
}

// check compares totals with what the generator counted.
func (l *shelves) check(ctx context.Context, size int) error {
	total := func(user, query string) (int, error) {
		var page listed
		err := l.ask(ctx, inquiry{"", user, "/cases?total=true&limit=1&" + query}, &page)
		if err != nil || page.Total == nil {
			return 0, errors.Join(err, errors.New("no total"))
		}
		return *page.Total, nil
	}
	expected := []struct {
		name, user, query string
		want              int
	}{
		{"open", citySupervisor, "open=true", l.stock.open},
		{"of the busy unit", citySupervisor, "open=true&unit=" + busyUnit, l.stock.unitOpen},
		{"found by " + asked[0], citySupervisor, "q=" + url.QueryEscape(asked[0]), l.stock.byWord[asked[0]]},
		{"found by " + asked[1], citySupervisor, "q=" + url.QueryEscape(asked[1]), l.stock.byWord[asked[1]]},
	}
	for _, e := range expected {
		got, err := total(e.user, e.query)
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		l.r.Report.Equal(fmt.Sprintf("%d stored: %s", size, e.name), e.want, got)
	}
	// Nobody counts the whole archive through the API: that alone reads every row.
	if err := l.r.verify(ctx, l.site.Config.DatabaseURL, []question{
		{fmt.Sprintf("%d stored: all", size), l.stock.total, `SELECT count(*) FROM cases`, nil},
		{fmt.Sprintf("%d stored: all can be searched", size), l.stock.total, `SELECT count(*) FROM case_search`, nil}}); err != nil {
		return err
	}
	// Cases become overdue while the bench runs, so list and summary are compared with each other.
	var summary struct {
		Total int `json:"total"`
	}
	before, err1 := total(citySupervisor, "overdue=true")
	err2 := l.ask(ctx, inquiry{"", citySupervisor, "/overdue/summary"}, &summary)
	after, err3 := total(citySupervisor, "overdue=true")
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	ok := before <= summary.Total && summary.Total <= after && before >= l.stock.overdue
	l.r.Report.Checks = append(l.r.Report.Checks, Check{fmt.Sprintf("%d stored: overdue list and summary agree", size), ok,
		fmt.Sprintf("%d ≤ %d ≤ %d, at least %d", before, summary.Total, after, l.stock.overdue)})
	return nil
}
