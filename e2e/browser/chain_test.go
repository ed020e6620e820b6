package browser_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/internal/demo"
)

// More people of the county, beside those of journeys_test.go.
const (
	director = "director.220402"
	handler  = "handler.220402-D11"
	head     = "leader.220402-D11"
	landDesk = "liaison.220402-D12"
	farmDesk = "liaison.220402-D13"
	platform = "platform.220402"
)

// take opens the form of a step, lets it be filled in, and sends it.
func (p *page) take(action string, fill func()) {
	p.t.Helper()
	p.click(fmt.Sprintf(`[data-step=%q]`, action))
	if fill != nil {
		p.until(fmt.Sprintf(`!!document.querySelector('[data-form=%q]')`, action))
		hinted(p.t, p, action)
		fill()
		p.click(`.el-drawer [data-submit]`)
	}
	p.until(`![...document.querySelectorAll('.el-drawer')].some((d) => d.getClientRects().length)`)
}

// offers waits until a step is, or is not, among those of the page.
func (p *page) offers(action string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`!!document.querySelector('[data-step=%q]')`, action))
}

// offered tells whether the API offers a step of something to somebody.
func (h *house) offered(t *testing.T, as, path, action string) bool {
	t.Helper()
	var list struct{ Items []struct{ Action string } }
	h.read(t, as, path+"/actions", &list)
	return slices.ContainsFunc(list.Items, func(x struct{ Action string }) bool { return x.Action == action })
}

// called is the name of somebody.
func (h *house) called(t *testing.T, username string) string {
	t.Helper()
	var list struct{ Items []struct{ ZH string } }
	h.read(t, boss, "/api/v1/org/people?username="+username, &list)
	require.Len(t, list.Items, 1)
	return list.Items[0].ZH
}

// did takes steps by the API: what other journeys do on pages.
func (h *house) did(t *testing.T, as, no, action string, in map[string]any) {
	t.Helper()
	of, in := "cases", maps.Clone(in)
	if in == nil {
		in = map[string]any{}
	}
	if strings.Contains(no, "-J") {
		of = "sessions"
	}
	_, err := h.Do(t.Context(), as, http.MethodPost, "/api/v1/"+of+"/"+no+"/actions/"+action, h.key(), in)
	require.NoError(t, err, "%s by %s", action, as)
}

// From the window to the petitioner's rating, through four offices, on their pages.
func toTheEnd(t *testing.T, h *house) {
	no := h.dispatched(t, "单元楼道灯全部损坏")
	p := h.open(t, liaison, 1440, 900)
	p.goTo("/cases/" + no)
	p.take("sign-for", nil)
	p.offers("assign-handler")
	p.take("assign-handler", func() {
		p.choose("handlers", h.called(t, handler))
		p.press(`.el-checkbox`, "无利害关系")
	})
	assert.Equal(t, "handling", h.stored(t, liaison, no)["state"])

	q := h.open(t, handler, 1440, 900)
	q.goTo("/cases/" + no)
	q.take("contact-petitioner", func() {
		q.choose("method", "电话")
		q.press(`.el-checkbox`, "联系上")
		q.fill(`#in-summary`, "已电话沟通,约定明日上门")
	})
	r := h.open(t, head, 1440, 900)
	r.goTo("/cases/" + no)
	r.take("issue-reply", func() {
		r.fill(`#in-result`, "已更换全部楼道灯")
		r.choose("outcome_grade", "处理掉")
		r.fill(`#in-evidence`, "现场照片")
		r.fill(`#in-legal_basis`, "物业管理条例")
		r.choose("service_method", "直接送达")
		r.fill(`#in-service_date`, time.Now().In(time.FixedZone("", 8*3600)).Format(time.DateOnly))
		r.do(chromedp.KeyEvent("\r"))
	})
	assert.Equal(t, "replied", h.stored(t, head, no)["state"])

	s := h.open(t, boss, 1440, 900)
	s.goTo("/cases/" + no)
	s.take("evaluate", func() { s.choose("rating", "满意") })
	stored := h.stored(t, boss, no)
	assert.Equal(t, "closed", stored["state"])
	s.until(`!!document.querySelector('main')?.textContent.includes('实际解决')`)
	s.shoot("closed")
}

// A unit says that it is not its duty, is told whose it is, and cannot do it alone.
func returnAndClimb(t *testing.T, h *house) {
	no := h.dispatched(t, "化粪池满溢无人清掏")
	p := h.open(t, liaison, 1440, 900)
	p.goTo("/cases/" + no)
	p.take("request-return", func() {
		p.choose("reason_code", "不属本单位法定职责")
		p.fill(`#in-legal_basis`, "三定方案第四条")
		p.choose("suggested_unit", "龙山区自然资源局")
	})
	s := h.open(t, head, 1440, 900)
	s.goTo("/?in=sign") // what waits for the signature of the head is there without looking for it
	s.until(fmt.Sprintf(`document.querySelector('main')?.textContent.includes(%q)`, no))
	h.did(t, head, no, "approve", nil)
	s.until(fmt.Sprintf(`!document.querySelector('main').textContent.includes(%q)`, no))
	assert.Equal(t, "return_pending", h.stored(t, disp, no)["state"])

	q := h.open(t, disp, 1440, 900)
	q.goTo("/cases/" + no)
	q.take("start-adjudication", func() {
		q.choose("parties", "龙山区住建局")
		q.choose("parties", "龙山区自然资源局")
		q.fill(`#in-arguments`, "住建称属自然资源,自然资源称属住建")
	})
	r := h.open(t, director, 1440, 900)
	r.goTo("/cases/" + no)
	r.take("adjudicate", func() {
		r.choose("lead_unit", "龙山区自然资源局")
		r.fill(`#in-decision`, "由自然资源部门承办")
		r.fill(`#in-legal_basis`, "三定方案第二条")
		r.until(`!!document.querySelector('.ahead li')`) // by when the unit must sign, before it is sent
		r.shoot("ahead")
	})
	stored := h.stored(t, disp, no)
	assert.Equal(t, "220402-D12", stored["lead_unit"])
	assert.Equal(t, "dispatched", stored["state"])

	q.offers("escalate-l2") // the page has heard of it by itself
	q.take("escalate-l2", func() {
		q.choose("trigger", "单位申请")
		q.fill(`#in-summary`, "承办单位无力单独处理")
	})
	stored = h.stored(t, disp, no)
	assert.Equal(t, "joint_resolving", stored["state"])
	assert.Equal(t, "L2", stored["level"])
	q.until(`document.querySelector('.history').textContent.includes('职责已裁定')`)
	q.shoot("climbed")
}

// Three units meet: called by the director, each heard, each signs, and the case has its answer.
func threeUnits(t *testing.T, h *house) {
	no := h.dispatched(t, "小区道路塌陷多部门互推")
	h.did(t, disp, no, "escalate-l2", map[string]any{"trigger": "T04", "summary": "需多部门联合"})
	p := h.open(t, director, 1440, 900)
	p.goTo("/cases/" + no)
	at := time.Now().In(time.FixedZone("", 8*3600)).Add(25 * time.Second)
	p.take("plan-session", func() {
		p.fill(`#in-purpose`, "明确塌陷道路的管养责任")
		p.choose("lead_unit", "龙山区住建局")
		p.choose("assist_units", "龙山区自然资源局")
		p.choose("assist_units", "龙山区农业农村局")
		p.fill(`#in-held_at`, at.Format("2006-01-02 15:04:05"))
		p.do(chromedp.KeyEvent("\r"))
		p.fill(`#in-room`, "指挥研判中心")
	})
	sessions, ok := h.stored(t, director, no)["sessions"].([]any)
	require.True(t, ok)
	require.Len(t, sessions, 1)
	meeting := sessions[0].(map[string]any)["no"].(string)

	p.goTo("/sessions")
	p.until(fmt.Sprintf(`!!document.querySelector('a.meeting[href="/sessions/%s"]')`, meeting))
	p.shoot("calendar")
	p.click(fmt.Sprintf(`a.meeting[href="/sessions/%s"]`, meeting))
	p.take("notify-units", func() {})
	units := []string{liaison, landDesk, farmDesk}
	q := h.open(t, landDesk, 1440, 900)
	q.goTo("/sessions/" + meeting)
	q.take("acknowledge", func() { q.fill(`#in-attendee`, "科长") })
	for _, as := range units {
		if as != landDesk {
			h.did(t, as, meeting, "acknowledge", nil)
		}
	}
	seats := []any{}
	for _, u := range []string{"220402-D11", "220402-D12", "220402-D13"} {
		seats = append(seats, map[string]any{"unit": u, "attendance": "attended", "attendee": "负责人"})
	}
	require.Eventually(t, func() bool { return h.offered(t, director, "/api/v1/sessions/"+meeting, "record-attendance") }, soon, 300*time.Millisecond, "the meeting begins")
	h.did(t, director, meeting, "record-attendance", map[string]any{"seats": seats})
	q.take("give-opinion", func() {
		q.fill(`#in-position`, "道路已移交住建")
		q.fill(`#in-legal_basis`, "城市道路管理条例")
		q.fill(`#in-undertaking`, "提供移交材料")
	})
	for _, as := range []string{liaison, farmDesk} {
		h.did(t, as, meeting, "give-opinion", map[string]any{"position": "同意", "legal_basis": "条例", "undertaking": "配合"})
	}
	p.take("hold", func() {
		p.fill(`#in-facts_agreed`, "道路于去年移交")
		p.fill(`#in-legal_basis`, "城市道路管理条例")
	})
	for _, as := range units {
		h.did(t, as, meeting, "sign-minutes", nil)
	}
	p.offers("conclude")
	p.take("conclude", func() {
		p.fill(`#in-joint_opinion`, "由住建部门修复,两部门配合")
		p.choose("lead_unit_final", "龙山区住建局")
	})
	var session map[string]any
	h.read(t, director, "/api/v1/sessions/"+meeting, &session)
	assert.Equal(t, "220402-D11", session["lead_unit_final"])
	assert.Len(t, session["seats"], 3)
	p.until(`document.querySelector('main').textContent.includes('✓')`)
	p.shoot("session")
}

// Who supervises sees what is late and gives its unit a card, from the board; the unit answers.
func card(t *testing.T, h *house) {
	no := h.consultation(t, "咨询供暖补贴办理材料")
	require.Eventually(t, func() bool { return h.stored(t, boss, no)["overdue"] == true }, soon, 200*time.Millisecond)
	p := h.open(t, boss, 1440, 900)
	p.goTo("/overdue")
	row := fmt.Sprintf(`[...document.querySelectorAll('.el-table__body tr')].find((r) => r.textContent.includes(%q))`, no)
	p.until(row)
	p.do(chromedp.Evaluate(row+`.querySelector('.el-checkbox').setAttribute('data-tick', '')`, nil))
	p.click(`[data-tick]`)
	p.shoot("overdue")
	p.click(`.bulk button`)
	p.press(`.offers label`, "发黄牌")
	p.choose("cause", "逾期")
	p.fill(`#in-requirements`, "今日内答复咨询人")
	p.click(`.el-drawer__footer button`)
	p.until(`document.querySelectorAll('.el-drawer .ok').length === 1`)
	stored := h.stored(t, boss, no)
	assert.Equal(t, "yellow_card", stored["supervision"])
	orders, ok := stored["supervision_orders"].([]any)
	require.True(t, ok)
	require.Len(t, orders, 1)
	assert.Equal(t, boss, orders[0].(map[string]any)["by"])
	p.goTo("/overdue") // one click from the number to what it counts
	p.until(`Number(document.querySelector('[data-heap="cards"] b')?.textContent) > 0`)
	p.shoot("watched")
	p.click(`[data-heap="cards"]`)
	p.until(fmt.Sprintf(`location.pathname === '/list' && document.querySelector('main').textContent.includes(%q)`, no))

	q := h.open(t, head, 1440, 900)
	q.goTo("/cases/" + no)
	q.take("answer-supervision", func() { q.fill(`#in-statement`, "材料清单已发送") })
	q.until(`!!document.querySelector('.order .done')`)
	q.shoot("carded")
	orders = h.stored(t, boss, no)["supervision_orders"].([]any)
	assert.Equal(t, head, orders[0].(map[string]any)["answered_by"])
}

// The way of an event after it was reported: put right, looked at on the spot from a phone.
func (h *house) verified(t *testing.T, p *page, no string, photos []string) {
	t.Helper()
	h.did(t, platform, no, "dispatch", map[string]any{"lead_unit": "220402-D11"})
	h.did(t, liaison, no, "sign-for", nil)
	h.did(t, liaison, no, "start-disposal", map[string]any{"handlers": []any{handler}})
	after, err := h.Photo(t.Context(), handler, h.key(), demo.Spot{Lat: grid.Lat, Lon: grid.Lon})
	require.NoError(t, err)
	h.did(t, handler, no, "submit-disposal", map[string]any{"result": "已更换灯泡", "after_photos": []any{after}})

	p.goTo("/m/tasks")
	p.press(`.task`, "现场核查")
	p.click(`[data-step=verify]`)
	p.press(`.chip`, "通过")
	p.do(chromedp.SetUploadFiles(`form input[type=file]`, photos[:1], chromedp.ByQuery))
	p.until(`document.querySelector('form figcaption')?.textContent === '已上传'`)
	p.fill(`form input[name=score]`, "5")
	p.shoot("phone-verify")
	p.click(`[data-submit]`)
	p.until(`!!document.querySelector('.ok')`)
	stored := h.stored(t, walker, no)
	assert.Equal(t, "closed", stored["state"])
	assert.Equal(t, "verified", stored["closing_type"])

	d := h.open(t, platform, 1440, 900)
	d.goTo("/cases/" + no)
	d.until(`!!document.querySelector('main')?.textContent.includes('现场核查通过')`) // how it was closed, in words
	d.click(`#tab-files`)
	d.until(`document.querySelectorAll('.photos .el-tag').length > 0`)
	for _, words := range eval[[]string](d, `[...document.querySelectorAll('.photos .el-tag')].map((x) => x.textContent.trim())`) {
		assert.Regexp(t, `\p{Han}`, words, "what there is to know of a photograph, in words")
	}
	d.shoot("event-closed")
}
