package browser_test

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sheet prints the page as somebody at a printer does: A4, and what the page asks for. It gives the
// words on paper and how many sheets there are.
func (p *page) sheet(name string) (words string, sheets int) {
	p.t.Helper()
	var pdf []byte
	p.do(emulation.SetEmulatedMedia().WithMedia("print"))
	words = eval[string](p, `document.body.innerText`)
	if os.Getenv("HUAJIE_SHOTS") != "" { // first: once printed, the sheet may be put away
		p.do(chromedp.EmulateViewport(794-178, 1123))
		p.shoot(name)
		p.do(chromedp.EmulateViewport(1440, 900))
	}
	p.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		pdf, _, err = cdppage.PrintToPDF().WithPreferCSSPageSize(true).Do(ctx)
		return err
	}))
	p.keep(name+".pdf", pdf)
	p.do(emulation.SetEmulatedMedia())
	require.True(p.t, bytes.HasPrefix(pdf, []byte("%PDF")))
	assert.Regexp(p.t, `/MediaBox \[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]`, string(regexp.MustCompile(`/MediaBox \[[^\]]*\]`).Find(pdf)), "A4")
	return words, len(regexp.MustCompile(`/Type /Page\b[^s]`).FindAll(pdf, -1))
}

// What is printed is a sheet, not a page of a console: the receipt with its code, the case without
// anybody's name who raised it, the answer with unit and date.
func printed(t *testing.T, h *house) {
	today := time.Now().In(time.FixedZone("", 8*3600))
	p := h.open(t, clerk, 1440, 900)
	p.goTo("/intake")
	p.choose("nature", "求助")
	p.choose("area", "福镇街道 ·")
	p.choose("category", "物业及其管理")
	p.fill(`textarea`, "小区大门道闸损坏,车辆无法进出")
	p.fill(`#in-petitioner-name`, "顾望舒")
	p.fill(`#in-petitioner-phone`, "13804370002")
	p.click(`button[data-submit]`)
	p.until(`!!document.querySelector('#registered .no')`)
	no := eval[string](p, `document.querySelector('#registered .no').textContent.trim()`)
	code := eval[string](p, `document.querySelector('#registered .code').textContent.trim()`)
	words, sheets := p.sheet("print-receipt")
	assert.Equal(t, 1, sheets)
	for _, must := range []string{"群众诉求登记回执", no, code, "社会治理服务中心(盖章)", today.Format("2006年1月2日")} {
		assert.Contains(t, words, must)
	}
	assert.NotContains(t, words, "我的工作", "no menu")

	h.did(t, disp, no, "start-triage", nil)
	h.did(t, disp, no, "dispatch", map[string]any{"lead_unit": "220402-D11"})
	h.did(t, liaison, no, "sign-for", nil)
	h.did(t, liaison, no, "assign-handler", map[string]any{"handlers": []string{handler}, "recusal_declared": true})
	h.did(t, handler, no, "contact-petitioner", map[string]any{"method": "phone", "reached": true, "summary": "已电话沟通"})
	h.did(t, head, no, "issue-reply", map[string]any{"result": "道闸已更换并调试正常,物业公司承诺每月检查一次。", "outcome_grade": "disposed", "evidence": "现场照片", "legal_basis": "《物业管理条例》第三十五条",
		"service_method": "in_person", "service_date": today.Format(time.DateOnly)})
	q := h.open(t, head, 1440, 900)
	q.goTo("/cases/" + no)
	q.until(`!!document.querySelector('[data-print-reply]')`)
	words, sheets = q.sheet("print-case")
	assert.LessOrEqual(t, sheets, 2)
	for _, must := range []string{"群众诉求办理情况表", no, "道闸损坏", "龙山区住建局", "已答复"} {
		assert.Contains(t, words, must)
	}
	for _, never := range []string{"可办事项", "我的工作", "顾", "1380437"} {
		assert.NotContains(t, words, never)
	}
	q.do(chromedp.Evaluate(`window.print = () => undefined`, nil)) // the sheet stays until it is printed
	q.click(`[data-print-reply]`)
	q.until(`document.querySelector('.paper h1')?.textContent.includes('答复书')`)
	words, sheets = q.sheet("print-reply")
	assert.Equal(t, 1, sheets)
	for _, must := range []string{"群众诉求答复书", no, "道闸已更换", "《物业管理条例》第三十五条", "龙山区住建局(盖章)", today.Format("2006年1月2日"), "直接送达"} {
		assert.Contains(t, words, must)
	}
	q.until(`document.querySelector('.paper h1')?.textContent.includes('情况表')`)
}
