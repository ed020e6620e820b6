package browser_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// opens waits for the form of a row.
func (p *page) opens(selector string) {
	p.t.Helper()
	p.click(selector)
	p.do(chromedp.WaitVisible(`[data-row-form]`, chromedp.ByQuery))
	p.calm()
}

// keeps saves the form of a row, and waits until it is gone.
func (p *page) keeps() {
	p.t.Helper()
	p.click(`.el-drawer [data-save]`)
	p.until(`!document.querySelector('[data-row-form]')`)
	p.calm()
}

// resting waits until what was said for a moment is gone, and takes the pointer off the buttons: neither has the
// colours a page is read in.
func (p *page) resting() {
	p.t.Helper()
	p.do(chromedp.MouseEvent(input.MouseMoved, 4, 4))
	p.until(`!document.querySelector('.el-message')`)
	p.calm()
}

// refused takes what the browser tells of a request that was meant to be refused.
func (p *page) refused(url string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	before := len(p.wrong)
	p.wrong = slices.DeleteFunc(p.wrong, func(w string) bool { return strings.Contains(w, url) })
	assert.Less(p.t, len(p.wrong), before, "nothing was refused")
}

// An administrator who is no programmer changes who leads a category, has a village more and retires a code, by forms;
// the stored draft is what the forms said, and every other line of its files is as it was.
func administering(t *testing.T, h *house) {
	p := h.open(t, sysAdmin, 1280, 900)
	p.goTo("/rules/duty")
	p.until(`!!document.querySelector('[data-row="0502"]')`)
	require.False(t, eval[bool](p, `!!document.querySelector('[data-change], [data-add]')`), "what is in force is only read")
	assert.Contains(t, eval[string](p, `document.querySelector('[data-tip]').textContent`), "新建草案")
	draft := h.ruleDraft(t)
	id := "?draft=" + draft
	text := func(name string) string {
		var f struct{ Text string }
		h.read(t, sysAdmin, "/api/v1/rulebook/drafts/"+draft+"/file?name="+name, &f)
		return f.Text
	}
	duty, places, reasons := text("duty.yaml"), text("communities.yaml"), text("codes/reasons.yaml")

	p.goTo("/rules/duty" + id)
	p.until(`!!document.querySelector('[data-change="0502"]')`)
	p.fill(`input[data-search]`, "医疗")
	p.until(`document.querySelectorAll('[data-row]').length === 1`)
	p.opens(`[data-change="0502"]`)
	p.choose("lead", "属地")
	p.click(`.el-drawer [data-save]`)
	p.until(`document.querySelector('[data-field="lead"] .fault')?.textContent.includes('L0')`)
	assert.Contains(t, eval[string](p, `document.querySelector('[data-field="lead"]').textContent`), "属地", "what was entered stays")
	p.shoot("rows-refused")
	p.refused("/rows/duty")
	require.Equal(t, duty, text("duty.yaml"))

	// Somebody else is faster: that is told, the form stays, and saving again does not undo it.
	answer, err := h.Do(t.Context(), sysAdmin, http.MethodGet, "/api/v1/rulebook/drafts/"+draft, "", nil)
	require.NoError(t, err)
	var d struct{ Seq int }
	require.NoError(t, json.Unmarshal(answer.Body, &d))
	p.do(chromedp.Evaluate(fmt.Sprintf(`fetch('/api/v1/rulebook/drafts/%s/rows/duty?row=0502', {method: 'PUT', headers: {'Content-Type': 'application/json', 'If-Match': '"%d"'},
		body: JSON.stringify({values: {source: '会议纪要'}})}).then((r) => { window.other = r.status })`, draft, d.Seq), nil))
	p.until(`window.other === 200`)
	p.choose("lead", "司法局")
	p.click(`.el-drawer [data-save]`)
	p.until(`document.querySelector('[data-refusal]')?.textContent.includes('已被他人更新')`)
	p.refused("/rows/duty")
	p.calm()
	p.keeps()
	assert.Equal(t, strings.Replace(duty, `{category: "0502", start: L1, lead: health, assist: [justice], linkage: [spec_med], basis: [medical_disputes], source: "§8.5"}`,
		`{category: "0502", start: L1, lead: justice, assist: [justice], linkage: [spec_med], basis: [medical_disputes], source: "会议纪要"}`, 1), text("duty.yaml"))
	p.until(`[...document.querySelectorAll('.el-table__row')].some((r) => r.querySelector('[data-row="0502"]') && r.textContent.includes('司法局'))`)
	p.shoot("rows-duty")
	p.resting()
	listen(t, p, "the duty catalogue, being changed")

	p.goTo("/rules/units" + id + "&sheet=settlements")
	p.until(`!!document.querySelector('[data-add]')`)
	p.do(chromedp.Evaluate(`{ const s = document.querySelector('select[data-group]'); s.value = '220421100'; s.dispatchEvent(new Event('change')) }`, nil))
	p.opens(`[data-add]`)
	p.fill(`#in-suffix`, "00")
	p.choose("kind", "社区")
	p.fill(`#in-zh`, "新华社区")
	p.fill(`#in-en`, "Xinhua Community")
	p.click(`.el-drawer [data-save]`)
	p.until(`document.querySelector('[data-field="suffix"] .fault')?.textContent.includes('三位')`)
	p.refused("/rows/settlements")
	p.fill(`#in-suffix`, "7")
	p.shoot("rows-add")
	p.resting()
	listen(t, p, "a community more")
	p.keeps()
	row := `      - {suffix: "006", kind: community, zh: 府北社区, en: Fubei Community}` + "\n"
	assert.Equal(t, strings.Replace(places, row, row+`      - {suffix: "007", kind: community, zh: 新华社区, en: Xinhua Community}`+"\n", 1), text("communities.yaml"))

	p.goTo("/rules/codes" + id)
	p.until(`!!document.querySelector('[data-change="hangup_reason/H02"]')`)
	p.fill(`input[data-search]`, "H02")
	p.until(`document.querySelectorAll('[data-row]').length === 1`)
	p.opens(`[data-change="hangup_reason/H02"]`)
	p.click(`[data-field="blocked"] .el-checkbox`)
	p.keeps()
	assert.Equal(t, strings.Replace(reasons, `{code: "H02", zh: 资金预算周期, en: budget cycle}`, `{code: "H02", zh: 资金预算周期, en: budget cycle, blocked: true}`, 1), text("codes/reasons.yaml"))
	p.shoot("rows-codes")

	// What is still used and goes is told where it is used.
	p.goTo("/rules/units" + id + "&sheet=departments")
	p.until(`!!document.querySelector('[data-remove="34"]')`)
	p.click(`[data-remove="34"]`)
	p.agree()
	p.until(`!!document.querySelector('[data-faults]') && !document.querySelector('[data-remove="34"]')`)
	p.shoot("rows-units")
	p.resting()
	listen(t, p, "the organisation, with what it breaks elsewhere")
	p.goTo("/rules/duty" + id + "&faulty=1")
	p.until(`document.querySelectorAll('[data-row]').length === 5 && document.querySelector('.at')?.textContent.includes('协办部门')`)
	p.shoot("rows-faulty")
	p.goTo("/rules/drafts/" + draft)
	p.until(`!!document.querySelector('[data-act="submit"][disabled]')`)

	p.do(chromedp.Evaluate(`localStorage.setItem('huajie.language', 'en')`, nil))
	p.goTo("/rules/units" + id + "&sheet=townships")
	p.until(`!!document.querySelector('[data-change="220402100"]')`)
	p.shoot("rows-units-en")
	look(t, p, "townships, in English")
	p.opens(`[data-change="220402100"]`)
	p.shoot("rows-form-en")
}
