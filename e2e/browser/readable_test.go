package browser_test

import (
	_ "embed"
	"encoding/json"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// axe finds what a reader of a screen cannot use (axe-core 4.11.0, MPL-2.0).
//
//go:embed testdata/axe.min.js
var axe string

type violation struct {
	ID, Impact string
	Nodes      []struct{ HTML string }
}

// Every page in both languages: nothing serious for whoever reads by ear, keyboard or large
// type, nothing wider than the window, and no name that is not one.
func readable(t *testing.T, h *house) {
	no := h.dispatched(t, "广场舞音响夜间扰民")
	h.passed(t, "健身器材松动,使用有危险")
	for _, x := range []struct {
		user          string
		width, height int64
		pages         []string
	}{
		{"", 420, 860, []string{"/sign-in", "/c", "/c/tell", "/c/follow"}},
		{liaison, 1440, 900, []string{"/", "/cases/" + no, "/list", "/overdue", "/notices", "/account", "/organisation", "/exports", "/whistles", "/sessions"}},
		{clerk, 1440, 900, []string{"/intake"}},
		{sysAdmin, 1280, 900, []string{"/rules", "/rules/calendar?year=2027", "/rules/policy", "/rules/files?name=duty.yaml", "/rules/duty", "/rules/duty?sheet=laws", "/rules/units?draft=" + h.ruleDraft(t), "/rules/codes",
			"/rules/drafts/" + h.ruleDraft(t)}},
		{admin, 1280, 900, []string{"/accounts", "/accounts/" + disp, "/account-requests", "/grids?area=220402"}},
		{walker, 400, 860, []string{"/m", "/m/report", "/m/queue", "/m/patrol", "/m/me"}},
		{citySup, 420, 860, []string{"/rechecks", "/rechecks?state=answered"}},
		{boss, 1920, 1080, []string{"/screen", "/overdue"}},
	} {
		p := h.open(t, x.user, x.width, x.height)
		p.goTo(x.pages[0]) // there is a store of its own only with a page
		for _, language := range []string{"zh", "en"} {
			p.do(chromedp.Evaluate(`localStorage.setItem('huajie.language', '`+language+`')`, nil))
			for _, path := range x.pages {
				p.goTo(path)
				p.whole()
				p.shoot(strings.Trim(strings.ReplaceAll(path, "/", "-"), "-") + "-" + language)
				look(t, p, path+" "+language)
				if language == "zh" { // colours and order are the same in both
					listen(t, p, path)
				}
			}
		}
	}
}

// whole waits until a page has read what it shows: nothing stands for what is still to come, and
// for half a second no word has changed.
func (p *page) whole() {
	p.t.Helper()
	p.until(`document.readyState === 'complete' && !document.querySelector('.el-skeleton, .el-loading-mask') && ((words) => {
		const same = words === window.wordsBefore && words.length > 20
		window.wordsBefore = words
		window.calmFor = same ? window.calmFor + 1 : 0
		return window.calmFor >= 5
	})(document.body.innerText)`)
}

// listen holds a page against what a reader of a screen needs.
func listen(t *testing.T, p *page, where string) {
	t.Helper()
	p.calm() // what fades in has no contrast yet
	p.do(chromedp.Evaluate(axe, nil))
	found := eval[string](p, `axe.run(document, { resultTypes: ['violations'] }).then((r) => JSON.stringify(r.violations.map((v) => ({ id: v.id, impact: v.impact, nodes: v.nodes.map((n) => ({ html: n.html.slice(0, 160) })) }))))`)
	var list []violation
	require.NoError(t, json.Unmarshal([]byte(found), &list))
	for _, v := range list {
		if v.Impact == "serious" || v.Impact == "critical" {
			assert.Fail(t, v.ID, "%s: %s", where, pretty(v.Nodes[:min(3, len(v.Nodes))]))
		}
	}
}

// look finds what is wider than the window, what is no name, and what is in another language.
func look(t *testing.T, p *page, where string) {
	t.Helper()
	assert.False(t, eval[bool](p, `document.documentElement.scrollWidth > window.innerWidth + 1`), "%s is wider than the window", where)
	// What is marked as a code is one: keys of policy and files of the rulebook are meant to be read as such.
	text := eval[string](p, `[...document.querySelectorAll('.code')].reduce((t, e) => t.replaceAll(e.innerText, ''), document.body.innerText)`)
	assert.NotRegexp(t, `\b(?:undefined|NaN|\[object|nav\.|col\.|case\.)`, text, where)
	hinted(t, p, where)
	if strings.HasSuffix(where, " en") {
		assert.NotContains(t, eval[string](p, `[...document.querySelectorAll('button, label, h1, h2, th')].map((e) => e.innerText).join('|')`), "请选择", where)
	}
}

// hinted holds that the hint in an empty input says what belongs there, and does not look like a
// date or a number somebody has entered.
func hinted(t *testing.T, p *page, where string) {
	t.Helper()
	hints := eval[string](p, `[...document.querySelectorAll('[placeholder]')].map((e) => e.placeholder).join('|')`)
	assert.NotRegexp(t, `\d{4}`, hints, "%s: a hint that looks like an entry", where)
	if strings.HasSuffix(where, " en") {
		assert.NotRegexp(t, `\p{Han}`, hints, "%s: a hint in another language", where)
	}
}
