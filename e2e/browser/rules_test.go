package browser_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	sysAdmin = "admin.220400"
	citySup  = "citysup.220400"
)

// agree presses what a question asks for.
func (p *page) agree() {
	p.t.Helper()
	p.do(chromedp.WaitVisible(`.el-message-box__btns .el-button--primary`, chromedp.ByQuery))
	p.calm()
	p.click(`.el-message-box__btns .el-button--primary`)
}

// calm waits until nothing moves: what is pressed on its way is missed.
func (p *page) calm() {
	p.t.Helper()
	p.until(`!document.querySelector('[class*="-enter-active"], [class*="-leave-active"]') &&
		document.getAnimations().every((a) => a.playState !== 'running' || a.effect.getComputedTiming().endTime === Infinity)`)
}

// day makes a day of the year view something, to the end of a span.
func (p *page) day(from, to, name string) {
	p.t.Helper()
	p.calm()
	p.click(fmt.Sprintf(`button[data-day="%s"]`, from))
	if to != "" {
		p.do(chromedp.WaitVisible(`#day-to`, chromedp.ByQuery), chromedp.Evaluate(fmt.Sprintf(`{ const i = document.querySelector('#day-to'); i.value = %q; i.dispatchEvent(new Event('input')) }`, to), nil))
	}
	if name != "" {
		p.fill(`#day-name`, name)
	}
	p.do(chromedp.WaitVisible(`button[data-apply]`, chromedp.ByQuery))
	p.calm()
	p.click(`button[data-apply]`)
	p.until(fmt.Sprintf(`!!document.querySelector('[data-day="%s"] b')`, from))
	p.calm()
}

// The administrator enters the holidays of next year on the year view; the city's supervision sees what becomes
// otherwise, and publishes it; a matter dispatched afterwards is judged by it.
func publishing(t *testing.T, h *house) {
	var before struct{ Version string }
	h.read(t, citySup, "/api/v1/rulebook", &before)
	p := h.open(t, sysAdmin, 1280, 900)
	for path, there := range map[string]string{"/rules": `[data-version]`, "/rules/policy": `.el-table__row`, "/rules/files?name=duty.yaml": `textarea`} {
		p.goTo(path)
		p.until(fmt.Sprintf(`!!document.querySelector(%q)`, there))
		p.calm()
		p.shoot("whole" + strings.ReplaceAll(path, "/", "-"))
		listen(t, p, path)
		look(t, p, path)
	}
	p.goTo("/rules/calendar?year=2027")
	p.until(`!!document.querySelector('[data-day="2027-01-01"]')`)
	require.False(t, eval[bool](p, `!!document.querySelector('button[data-day]')`), "what is in force is not changed by a click")
	p.click(`[data-new-draft]`)
	p.fill(`#draft-title`, "2027年节假日安排")
	p.click(`[data-begin]`)
	p.until(`!!document.querySelector('button[data-day="2027-01-01"]')`)
	p.day("2027-01-01", "2027-01-03", "元旦")
	p.day("2027-01-09", "", "") // a Saturday: it becomes a make-up workday
	p.fill(`#notice`, "国办发明电〔2026〕9号")
	p.shoot("rules-calendar")
	listen(t, p, "the year view, being changed")
	p.click(`button[data-save]`)
	p.until(`document.querySelector('button[data-save]')?.disabled === true`)
	assert.Contains(t, eval[string](p, `document.querySelector('[data-day="2027-01-09"]').getAttribute('aria-label')`), "调休上班", "what a day is can be heard")
	p.click(`[data-check]`)
	p.click(`[data-act="submit"]`)
	p.agree()
	p.until(`document.querySelector('[data-state]')?.textContent.includes('待审批')`)
	draft := eval[string](p, `location.pathname`)
	require.True(t, strings.HasPrefix(draft, "/rules/drafts/"), draft)
	assert.False(t, eval[bool](p, `!!document.querySelector('[data-act="approve"]')`), "who drafts does not approve")

	q := h.open(t, citySup, 1440, 900)
	q.goTo(draft)
	q.until(`document.querySelector('[data-area="calendar"]')?.textContent.includes('2027-01-09')`)
	q.shoot("rules-draft")
	listen(t, q, "a draft with what it changes")
	look(t, q, "a draft with what it changes")
	q.click(`[data-act="approve"]`)
	q.agree()
	q.until(`!!document.querySelector('[data-published]')`)

	var now struct {
		Version     string
		Publication struct {
			DraftedBy  string `json:"drafted_by"`
			ApprovedBy string `json:"approved_by"`
		}
	}
	h.read(t, citySup, "/api/v1/rulebook", &now)
	assert.NotEqual(t, before.Version, now.Version)
	assert.Equal(t, now.Version, eval[string](q, `document.querySelector('[data-published]').textContent.trim()`))
	assert.Equal(t, sysAdmin+" "+citySup, now.Publication.DraftedBy+" "+now.Publication.ApprovedBy)
	var year struct {
		Days []struct {
			Date, Kind  string
			Provisional bool
		}
	}
	h.read(t, sysAdmin, "/api/v1/rulebook/calendar/2027", &year)
	kinds := map[string]string{}
	for _, d := range year.Days {
		kinds[d.Date] = d.Kind
		assert.False(t, d.Provisional, d.Date)
	}
	assert.Equal(t, "holiday holiday holiday makeup_workday", strings.Join([]string{kinds["2027-01-01"], kinds["2027-01-02"], kinds["2027-01-03"], kinds["2027-01-09"]}, " "))
	no := h.dispatched(t, "楼道堆放杂物多日无人清理")
	assert.Equal(t, now.Version, h.stored(t, disp, no)["rulebook_version"], "a matter dispatched now is judged by it")

	_, err := h.Do(t.Context(), disp, http.MethodGet, "/api/v1/rulebook", "", nil)
	assert.ErrorContains(t, err, "403", "nobody else reads it")
}

// ruleDraft is a draft somebody has begun.
func (h *house) ruleDraft(t *testing.T) string {
	t.Helper()
	answer, err := h.Do(t.Context(), sysAdmin, http.MethodPost, "/api/v1/rulebook/drafts", h.key(), map[string]any{"title": "缩短就地化解时限"})
	require.NoError(t, err)
	var d struct{ ID int }
	require.NoError(t, json.Unmarshal(answer.Body, &d))
	return fmt.Sprint(d.ID)
}
