package browser_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const admin = "admin.220400"

// seat chooses role and unit of the first office of a form.
func (p *page) seat(role, unit string) {
	p.t.Helper()
	p.choose("role-0", role)
	p.choose("unit-0", unit)
}

// sayWhy answers a question for a reason.
func (p *page) sayWhy(words string) {
	p.t.Helper()
	p.do(chromedp.WaitVisible(`.el-message-box__input input`, chromedp.ByQuery), chromedp.SendKeys(`.el-message-box__input input`, words+kb.Enter, chromedp.ByQuery))
}

// An administrator makes an account; its owner comes in with the password for one sign-in, has to
// choose another, and sees the work of the office. Closed, the open page is over.
func newcomer(t *testing.T, h *house) {
	no := h.dispatched(t, "小区充电桩长期断电")
	a := h.open(t, admin, 1440, 900)
	a.goTo("/accounts")
	a.until(`document.querySelector('.total')?.textContent.match(/\d/)`)
	a.shoot("accounts")
	a.click(`[data-make]`)
	a.fill(`.el-drawer input[name=username]`, "he.miao")
	a.fill(`.el-drawer input[name=zh]`, "何苗")
	a.fill(`.el-drawer input[name=en]`, "He Miao")
	a.seat("部门联络员", "220402-D11")
	a.fill(`.el-drawer input[name=reason]`, "新入职")
	a.shoot("account-new")
	a.click(`.el-drawer [data-submit]`)
	a.until(`document.querySelector('[data-once]')?.textContent.length > 10`)
	a.shoot("account-once")
	once := eval[string](a, `document.querySelector('[data-once]').textContent.trim()`)
	a.click(`[data-kept]`)
	a.until(`!document.body.textContent.includes('` + once + `')`)

	p := h.open(t, "", 1440, 900)
	p.goTo("/sign-in")
	p.fill(`input[name=username]`, "he.miao")
	p.fill(`input[name=password]`, once)
	p.click(`button[type=submit]`)
	p.fill(`input[name=new-password]`, "自己选的长密码-2026")
	p.click(`button[type=submit]`)
	p.until(`location.pathname === '/' && document.querySelector('main')?.textContent.includes('` + no + `')`)
	p.shoot("newcomer")

	var one struct {
		Open       bool
		SignedInAt string `json:"signed_in_at"`
		Must       bool   `json:"must_change_password"`
		Offices    []struct{ Role, Unit string }
	}
	h.read(t, admin, "/api/v1/accounts/he.miao", &one)
	assert.True(t, one.Open)
	assert.False(t, one.Must, "the password is their own")
	assert.NotEmpty(t, one.SignedInAt)
	require.Len(t, one.Offices, 1)
	assert.Equal(t, "dept_liaison 220402-D11", one.Offices[0].Role+" "+one.Offices[0].Unit)

	a.goTo("/accounts/he.miao")
	a.click(`[data-close]`)
	a.sayWhy("试用期结束")
	a.until(`document.querySelector('[data-state]')?.textContent.includes('停用')`)
	a.shoot("account-closed")
	p.goTo("/list")
	p.until(`location.pathname === '/sign-in'`)
	p.mu.Lock()
	p.wrong = nil // that it is refused is what was tried
	p.mu.Unlock()
	h.read(t, admin, "/api/v1/accounts/he.miao", &one)
	assert.False(t, one.Open, "what the page shows is stored")
}

// A supervising office waits until somebody else agrees.
func secondPerson(t *testing.T, h *house) {
	const name = "analyst.220402"
	a := h.open(t, admin, 1440, 900)
	a.goTo("/accounts/" + name)
	a.click(`[data-office="0"] button`)
	a.click(`.offices > button`)
	a.seat("督办员", "龙山区 ·")
	a.fill(`input[name=reason]`, "轮岗")
	a.click(`[data-offices]`)
	a.until(`!!document.querySelector('.el-alert--warning')`)
	a.shoot("account-waits")
	roles := func() string {
		var one struct{ Offices []struct{ Role string } }
		h.read(t, admin, "/api/v1/accounts/"+name, &one)
		require.Len(t, one.Offices, 1)
		return one.Offices[0].Role
	}
	assert.Equal(t, "analyst", roles(), "nothing has changed yet")
	c := h.open(t, "citysup.220400", 1440, 900)
	c.goTo("/account-requests")
	c.click(`[data-approve]`)
	c.shoot("account-request")
	c.do(chromedp.WaitVisible(`.el-message-box .el-button--primary`, chromedp.ByQuery), chromedp.Click(`.el-message-box .el-button--primary`, chromedp.ByQuery))
	c.until(`!document.querySelector('[data-approve]') && !!document.querySelector('.el-table__empty-text')`)
	assert.Equal(t, "supervisor", roles())
}
