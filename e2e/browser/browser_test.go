package browser_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"huajie/domain/geo"
	"huajie/internal/app"
	"huajie/internal/apptest"
	"huajie/internal/demo"
	"huajie/internal/telemetry"
	"huajie/internal/testkit"
	"huajie/rulebook"
	"huajie/workflows"
)

// soon is how long anything may take on a machine that is busy with other tests.
const soon = 60 * time.Second

// grid is a place in the grid of the member of these tests.
var grid = geo.Point{Lat: 42.9190, Lon: 125.1699}

func TestMain(m *testing.M) { testkit.Main(m) }

// house is a running product, and the browser that is there.
type house struct {
	*demo.Client
	chromium string
	n        atomic.Int64
}

// key is one no request has had.
func (h *house) key() string { return fmt.Sprint("browser-", h.n.Add(1)) }

func newHouse(t *testing.T) *house {
	t.Helper()
	return houseWith(t, map[string]string{"220400": "event.recheck.percent: 100%", "220402": "joint.notice: 1s\n  handle.consultation.normal: 3s"})
}

// houseWith is a house whose counties have values of their own.
func houseWith(t *testing.T, policy map[string]string) *house {
	t.Helper()
	path := chromium(t)
	p := apptest.New(t)
	_, p.Config.TemporalNamespace = testkit.OwnNamespace(t, workflows.SearchAttributes())
	p.Config.RulebookDir = ownRules(t, policy)
	p.Config.RateLimit = 0 // each page is loaded anew here, again and again
	addr := p.Run(app.Parts{API: true, Worker: true}, telemetry.Options{})
	return &house{Client: &demo.Client{Base: "http://" + addr, Password: app.DemoPassword, HTTP: &http.Client{Timeout: soon}}, chromium: path}
}

// ownRules are the rules of Liaoyuan but for what nobody could wait for here, by county: sessions
// are called at once, and a consultation is late after seconds.
func ownRules(t *testing.T, policy map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, rulebook.Data()))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "policy"), 0o700))
	for county, values := range policy {
		file := fmt.Sprintf("scope: %q\nversion: \"browser.1\"\neffective_from: 2020-08-29\nvalues:\n  %s\n", county, values)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "policy", county+".yaml"), []byte(file), 0o600))
	}
	return dir
}

// chromium finds the browser. `make test` installs it; where it cannot be had, that is said.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("HUAJIE_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	if os.Getenv("HUAJIE_BROWSER") == "required" {
		t.Fatal("there is no Chromium: apt-get install chromium")
	}
	t.Skip("NO BROWSER: the journeys of people are not tested; apt-get install chromium")
	return ""
}

// page is one tab, with what must not happen on it.
type page struct {
	ctx   context.Context
	t     *testing.T
	base  string
	mu    sync.Mutex
	wrong []string
}

// open starts a browser of somebody's own, of a size, and signs them in.
func (h *house) open(t *testing.T, user string, width, height int64) *page {
	t.Helper()
	profile, err := os.MkdirTemp("", "huajie-browser-")
	require.NoError(t, err)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(h.chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(profile), chromedp.Flag("disable-quic", true), chromedp.Flag("lang", "zh-CN"))
	allocator, release := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		end()
		release()
		_ = os.RemoveAll(profile) // the browser may still be writing
	})
	p := &page{ctx: ctx, t: t, base: h.Base}
	chromedp.ListenTarget(ctx, p.listen)
	require.NoError(t, chromedp.Run(ctx, cdplog.Enable(), runtime.Enable(), chromedp.EmulateViewport(width, height),
		chromedp.ActionFunc(func(ctx context.Context) error { // whoever carries the phone has said yes
			ctx = cdp.WithExecutor(ctx, chromedp.FromContext(ctx).Browser)
			return browser.SetPermission(&browser.PermissionDescriptor{Name: "geolocation"}, browser.PermissionSettingGranted).WithOrigin(h.Base).Do(ctx)
		}),
		emulation.SetGeolocationOverride().WithLatitude(grid.Lat).WithLongitude(grid.Lon).WithAccuracy(8)))
	if user != "" {
		p.goTo("/sign-in")
		p.fill(`input[name=username]`, user)
		p.fill(`input[name=password]`, app.DemoPassword)
		p.click(`button[type=submit]`)
		p.until(`location.pathname !== '/sign-in' && !!document.querySelector('main')`)
	}
	t.Cleanup(func() {
		if t.Failed() {
			p.shoot("failed-" + strings.ReplaceAll(t.Name(), "/", "-"))
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		require.Empty(t, p.wrong, "the page complained")
	})
	return p
}

// listen hears what a page complains of: errors of scripts, broken policies, refused requests.
func (p *page) listen(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.wrong = append(p.wrong, e.ExceptionDetails.Error())
	case *cdplog.EventEntryAdded:
		// Whether somebody is signed in is asked of the API, and a line that is cut is a test.
		expected := strings.Contains(e.Entry.URL, "/api/v1/me") || strings.Contains(e.Entry.Text, "ERR_INTERNET_DISCONNECTED")
		if e.Entry.Level == cdplog.LevelError && !expected {
			p.wrong = append(p.wrong, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

// do runs actions, within a time anybody would wait.
func (p *page) do(actions ...chromedp.Action) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, soon)
	defer cancel()
	err := chromedp.Run(ctx, actions...)
	if errors.Is(err, context.DeadlineExceeded) {
		p.shoot("late-" + strings.ReplaceAll(p.t.Name(), "/", "-"))
	}
	require.NoError(p.t, err)
}

func (p *page) goTo(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.base + path))
}

// until waits for a condition in the page.
func (p *page) until(condition string) {
	p.t.Helper()
	// Asked from outside: the timers of a page nobody looks at run once a minute.
	p.do(chromedp.ActionFunc(func(ctx context.Context) error {
		for {
			var there bool
			if err := chromedp.Evaluate("!!("+condition+")", &there).Do(ctx); err != nil || there {
				return err
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(100 * time.Millisecond):
			}
		}
	}))
}

func (p *page) click(selector string) {
	p.t.Helper()
	p.do(chromedp.WaitVisible(selector, chromedp.ByQuery))
	p.still(fmt.Sprintf(`document.querySelector(%q)`, selector))
	p.do(chromedp.Click(selector, chromedp.ByQuery))
}

// press clicks what reads so: the first element of a selector whose words contain a text.
func (p *page) press(selector, text string) {
	p.t.Helper()
	found := fmt.Sprintf(`[...document.querySelectorAll(%q)].find((e) => e.offsetParent && e.textContent.includes(%q))`, selector, text)
	p.until(found)
	p.do(chromedp.Evaluate(found+`.setAttribute('data-pressed', '')`, nil))
	p.click(`[data-pressed]`)
	p.do(chromedp.Evaluate(`document.querySelector('[data-pressed]')?.removeAttribute('data-pressed')`, nil))
}

// still waits until an element stands where it was a moment ago and nothing lies over it: what
// slides in is missed by a click on where it was.
func (p *page) still(element string) {
	p.t.Helper()
	p.until(`((e) => {
		if (!e) return false
		e.scrollIntoViewIfNeeded()
		const b = e.getBoundingClientRect(), was = e.dataset.was, at = [b.x, b.y, b.width, b.height].join()
		e.dataset.was = at
		const over = document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2)
		const bare = !!over && (e.contains(over) || over.contains(e) || e.closest('label')?.contains(over))
		if (was === at && bare) delete e.dataset.was
		else if (was === at) e.scrollIntoView({ block: 'center' }) // a bar lies over it
		return was === at && bare
	})(` + element + `)`)
}

// fill writes into an input as somebody at a keyboard does.
func (p *page) fill(selector, text string) {
	p.t.Helper()
	p.do(chromedp.WaitVisible(selector, chromedp.ByQuery), chromedp.Focus(selector, chromedp.ByQuery), chromedp.SendKeys(selector, text, chromedp.ByQuery))
}

// choose types the beginning of an option into a list and takes the first, as somebody at a
// keyboard does.
func (p *page) choose(name, option string) {
	p.t.Helper()
	input := "#in-" + name
	p.do(chromedp.WaitVisible(input, chromedp.ByQuery), chromedp.Focus(input, chromedp.ByQuery), chromedp.SendKeys(input, option, chromedp.ByQuery))
	p.until(fmt.Sprintf(`[...document.querySelectorAll('.el-select-dropdown__item.is-hovering')].some((o) => o.textContent.includes(%q))`, option))
	p.do(chromedp.SendKeys(input, kb.Enter, chromedp.ByQuery))
	p.until(fmt.Sprintf(`document.querySelector(%q).closest('.el-select').textContent.includes(%q)`, input, option))
}

// eval gives the value of an expression.
func eval[T any](p *page, expression string) (v T) {
	p.t.Helper()
	p.do(chromedp.Evaluate(expression, &v, func(e *runtime.EvaluateParams) *runtime.EvaluateParams { return e.WithAwaitPromise(true) }))
	return v
}

// shoot keeps a picture where one is asked for.
func (p *page) shoot(name string) {
	if os.Getenv("HUAJIE_SHOTS") == "" {
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, soon)
	defer cancel()
	var picture []byte
	if err := chromedp.Run(ctx, chromedp.CaptureScreenshot(&picture)); err == nil {
		p.keep(name+".png", picture)
	}
}

// keep writes a file for whoever looks at the pages, where they ask for it: HUAJIE_SHOTS is the folder.
func (p *page) keep(name string, data []byte) {
	p.t.Helper()
	if folder := os.Getenv("HUAJIE_SHOTS"); folder != "" {
		require.NoError(p.t, os.MkdirAll(folder, 0o755))
		require.NoError(p.t, os.WriteFile(filepath.Join(folder, name), data, 0o600))
	}
}

// stored gives a case as the house has it.
func (h *house) stored(t *testing.T, user, no string) (v map[string]any) {
	t.Helper()
	h.read(t, user, "/api/v1/cases/"+no, &v)
	return v
}

func (h *house) read(t *testing.T, user, path string, v any) {
	t.Helper()
	answer, err := h.Do(t.Context(), user, http.MethodGet, path, "", nil)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(answer.Body, v))
}

func pretty(v any) string {
	b, _ := json.MarshalIndent(v, "", " ")
	return string(b)
}
