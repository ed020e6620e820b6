package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"huajie/internal/app"
)

// pages measures what somebody at a desk waits for, in a real browser on the same machine: from
// the press of "sign in" until the page shows what it is for and answers, and the same for a page
// that is loaded anew.
func pages() Scenario {
	return Scenario{
		Name: "pages", Help: "from signing in to a page of use, in Chromium, with cases stored",
		Options: []Option{
			{"cases", "100000", "cases stored"},
			{"times", "5", "visits to each page"},
		},
		Run: func(ctx context.Context, r *Run) (err error) {
			path, err := exec.LookPath("chromium")
			if err != nil {
				return fmt.Errorf("there is no Chromium: %w", err)
			}
			cases, err1 := r.Int("cases")
			times, err2 := r.Int("times")
			if err := errors.Join(err1, err2); err != nil {
				return err
			}
			l := &shelves{r: r}
			if l.site, err = r.Lab.OpenSite(ctx, SiteOptions{WithoutWorker: true}); err != nil {
				return err
			}
			defer func() { err = errors.Join(err, l.site.Close()) }()
			if l.people, err = newOfficers(ctx, l.site.Base, 4); err != nil {
				return err
			}
			if _, err := l.grow(ctx, nil, cases); err != nil {
				return err
			}
			d := &desk{r: r, base: l.site.Base, browser: path, took: map[string][]time.Duration{}}
			return d.play(ctx, times)
		},
	}
}

// desk is one performance.
type desk struct {
	r             *Run
	base, browser string
	took          map[string][]time.Duration
}

// visit is a page somebody goes to, and what there must be on it to be of use.
type visit struct{ user, path, useful string }

var visits = []visit{
	{"leader." + busyUnit, "/", `.heaps .heap`},
	{"disp." + county, "/list", `.el-table__body tr`},
	{citySupervisor, "/overdue", `.tile b`},
}

func (d *desk) play(ctx context.Context, times int) error {
	for _, v := range visits {
		for range times {
			if err := d.visit(ctx, v); err != nil {
				return fmt.Errorf("%s: %w", v.path, err)
			}
		}
	}
	for _, v := range visits {
		for _, what := range []string{"signing in to use", "signing in to an answer", "loaded anew to first paint", "loaded anew to use"} {
			d.r.Report.Spread(v.path, what, d.took[v.path+" "+what])
		}
	}
	return nil
}

// Timers of the page itself, so that the way to the browser and back is not measured.
const (
	signIn = `new Promise((done) => {
		const began = performance.now()
		document.querySelector('button[type=submit]').click()
		const look = () => document.querySelector(%q) && location.pathname === %q ? settle(performance.now() - began) : requestAnimationFrame(look)
		const settle = (use, last = performance.now()) => requestAnimationFrame((now) => now - last < 50 ? done([use, performance.now() - began]) : settle(use, now))
		look()
	})`
	loaded = `new Promise((done) => {
		const look = () => document.querySelector(%q) ? done([performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0, performance.now()]) : requestAnimationFrame(look)
		look()
	})`
)

// visit signs somebody in with a browser of their own, goes to a page, and loads it once more.
func (d *desk) visit(ctx context.Context, v visit) error {
	profile, err := os.MkdirTemp("", "huajie-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(profile) }() // the browser may still be writing
	allocator, release := chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(d.browser),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(profile), chromedp.WindowSize(1440, 900))...)
	defer release()
	tab, end := chromedp.NewContext(allocator)
	defer end()
	tab, cancel := context.WithTimeout(tab, time.Minute)
	defer cancel()
	var entered, anew []float64
	wait := func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }
	err = chromedp.Run(tab, chromedp.Navigate(d.base+"/sign-in?to="+v.path),
		chromedp.SendKeys(`input[name=username]`, v.user, chromedp.ByQuery), chromedp.SendKeys(`input[name=password]`, app.DemoPassword, chromedp.ByQuery),
		chromedp.Evaluate(fmt.Sprintf(signIn, v.useful, v.path), &entered, wait),
		chromedp.Navigate(d.base+v.path), chromedp.Evaluate(fmt.Sprintf(loaded, v.useful), &anew, wait))
	if err != nil {
		return err
	}
	for i, what := range []string{"signing in to use", "signing in to an answer"} {
		d.note(v, what, entered[i])
	}
	for i, what := range []string{"loaded anew to first paint", "loaded anew to use"} {
		d.note(v, what, anew[i])
	}
	return nil
}

func (d *desk) note(v visit, what string, ms float64) {
	d.took[v.path+" "+what] = append(d.took[v.path+" "+what], time.Duration(ms*float64(time.Millisecond)))
}
