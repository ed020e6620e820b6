package browser_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/internal/testkit/camera"
)

const (
	clerk   = "win-general.220402"
	disp    = "disp.220402"
	liaison = "liaison.220402-D11"
	other   = "liaison.220402-D05"
	boss    = "supervisor.220402"
	walker  = "grid.220402008901001"
)

// TestPages does the jobs of people on one running product.
func TestPages(t *testing.T) {
	h := newHouse(t)
	for name, journey := range map[string]func(*testing.T, *house){
		"AMatterFromTheWindowToTheUnit": windowToUnit,
		"ACitizenTellsAndFollows":       citizen,
		"APhoneReportsAndVerifies":      phone,
		"AWallCountsAsItHappens":        wall,
		"WhatIsNotTheirsIsNotThere":     stranger,
		"NobodyIsOfferedEmptyLists":     menus,
		"SeveralAtOnce":                 several,
		"ThroughFourOfficesToTheEnd":    toTheEnd,
		"AReturnIsJudgedAndItClimbs":    returnAndClimb,
		"ThreeUnitsMeet":                threeUnits,
		"ALateUnitGetsACard":            card,
		"ACalendarIsPublishedByTwo":     publishing,
		"RulesAreChangedByForms":        administering,
		"ANewcomerIsLetInAndOut":        newcomer,
		"ASupervisorIsMadeByTwo":        secondPerson,
		"GridsAreDrawnAndAFileChecked":  division,
		"APlaceIsChosenOnAMap":          picked,
		"ASensitiveMatterIsForFew":      sensitive,
		"AnEventThatIsADispute":         dispute,
		"WhatIsPrintedIsASheet":         printed,
		"TheCityLooksAgain":             looksAgain,
		"ATransferThatCameTooLate":      lateTransfer,
		"EveryPageCanBeRead":            readable,
	} {
		t.Run(name, func(t *testing.T) { journey(t, h) })
	}
}

// register puts a matter there, by the API, and brings it to a unit.
func (h *house) dispatched(t *testing.T, summary string) string {
	t.Helper()
	return h.matter(t, "help", summary)
}

// consultation is a matter whose time to answer is a few seconds here (see ownRules).
func (h *house) consultation(t *testing.T, summary string) string {
	t.Helper()
	return h.matter(t, "consultation", summary)
}

func (h *house) matter(t *testing.T, nature, summary string) string {
	t.Helper()
	body := map[string]any{"channel": "walk_in", "nature": nature, "area": "220402008", "category": "0402", "summary": summary, "petitioner": map[string]any{"name": "沈青禾", "phone": "13804370001"}}
	v, err := h.Register(t.Context(), clerk, h.key(), body)
	require.NoError(t, err)
	for _, step := range []struct {
		as, action string
		in         map[string]any
	}{{disp, "start-triage", nil}, {disp, "dispatch", map[string]any{"lead_unit": "220402-D11"}}} {
		_, err := h.Act(t.Context(), step.as, v.No, step.action, h.key(), step.in)
		require.NoError(t, err, step.action)
	}
	return v.No
}

// A clerk registers with the keyboard; the unit finds it in its work and signs for it.
func windowToUnit(t *testing.T, h *house) {
	p := h.open(t, clerk, 1440, 900)
	p.goTo("/intake")
	p.choose("nature", "求助")
	p.choose("area", "福镇街道 ·")
	p.choose("category", "物业及其管理")
	p.fill(`textarea`, "小区物业三个月没有清运垃圾")
	p.fill(`#in-petitioner-name`, "顾望舒")
	p.fill(`#in-petitioner-phone`, "13804370002")
	p.shoot("intake")
	p.click(`button[data-submit]`)
	p.until(`!!document.querySelector('#registered .no')`)
	no := eval[string](p, `document.querySelector('#registered .no').textContent.trim()`)
	assert.NotEmpty(t, eval[string](p, `document.querySelector('#registered .code').textContent.trim()`), "the petitioner takes a code home")
	stored := h.stored(t, clerk, no)
	assert.Equal(t, "小区物业三个月没有清运垃圾", stored["summary"])
	assert.Equal(t, clerk, stored["first_responder"], "who is asked first is answerable")

	for _, step := range []string{"start-triage", "dispatch"} {
		in := map[string]any{}
		if step == "dispatch" {
			in["lead_unit"] = "220402-D11"
		}
		_, err := h.Act(t.Context(), disp, no, step, h.key(), in)
		require.NoError(t, err)
	}
	q := h.open(t, liaison, 1440, 900)
	q.until(fmt.Sprintf(`document.querySelector('main').textContent.includes(%q)`, no))
	q.shoot("work")
	q.do(chromedp.Click(fmt.Sprintf(`//a[normalize-space(.)=%q]`, no), chromedp.BySearch))
	q.click(`[data-step="sign-for"]`)
	q.until(`[...document.querySelectorAll('[data-step]')].some((b) => b.dataset.step === 'assign-handler')`)
	q.shoot("case")
	assert.Equal(t, "signed", h.stored(t, liaison, no)["state"], "what the page shows is stored")
	assert.Contains(t, eval[string](q, `document.querySelector('.history').textContent`), "已签收")
	q.goTo("/?in=hand") // what is signed for is in hand
	q.until(fmt.Sprintf(`document.querySelector('main')?.textContent.includes(%q)`, no))
}

// Without an account: a matter in three steps, a number and a code, and the way it goes.
func citizen(t *testing.T, h *house) {
	p := h.open(t, "", 420, 900)
	p.goTo("/c")
	p.shoot("citizen")
	p.click(`.door.first`)
	p.fill(`textarea[name=summary]`, "单元门坏了两个月无人修")
	p.click(`.chip input[value=help]`)
	p.click(`button[data-submit]`)
	p.until(`document.querySelectorAll('select[name=area] option').length > 5`)
	p.do(chromedp.SetValue(`select[name=area]`, "220402008", chromedp.ByQuery), chromedp.Evaluate(`document.querySelector('select[name=area]').dispatchEvent(new Event('change'))`, nil))
	p.fill(`input[name=place]`, "康宁小区3号楼")
	p.click(`button[data-submit]`)
	p.click(`button[data-submit]`) // nothing entered: it says so, and nothing is sent
	p.until(`document.querySelectorAll('em[role=alert]').length === 2`)
	p.fill(`input[name=name]`, "林见山")
	p.fill(`input[name=phone]`, "13804370003")
	p.click(`button[data-submit]`)
	p.until(`!!document.querySelector('.done .code')`)
	no := eval[string](p, `document.querySelector('.done dd').textContent.trim()`)
	code := eval[string](p, `document.querySelector('.done .code').textContent.trim()`)
	assert.Equal(t, "单元门坏了两个月无人修", h.stored(t, boss, no)["summary"])
	p.shoot("citizen-done")
	p.click(`[data-photos]`)
	p.until(`!!document.querySelector('.shots .add')`) // straight to the photographs

	p.goTo("/c/follow")
	p.fill(`input[name=no]`, no)
	p.fill(`input[name=code]`, code)
	p.click(`button[data-submit]`)
	p.until(`!!document.querySelector('.way [aria-current=step]')`)
	p.shoot("citizen-follow")
	assert.NotContains(t, eval[string](p, `location.href`), code, "a code stands in no address")
	assert.NotContains(t, eval[string](p, `document.body.textContent`), "林见山", "and nobody is named")
	h.showsPhotos(t, p, no)
}

// showsPhotos adds photographs to a matter without an account, by number and code: what was
// chosen beyond three stays out, and the desk sees the others.
func (h *house) showsPhotos(t *testing.T, p *page, no string) {
	var files []string
	for i := range 4 {
		path := filepath.Join(t.TempDir(), fmt.Sprintf("%d.jpg", i))
		require.NoError(t, os.WriteFile(path, camera.Shot{Width: 900, Height: 700, Seed: uint64(170 + i)}.Take(), 0o600))
		files = append(files, path)
	}
	p.click(`[data-step=show-photos]`)
	p.do(chromedp.SetUploadFiles(`.add input[type=file]`, files, chromedp.ByQuery))
	p.until(`[...document.querySelectorAll('.shots figcaption')].filter((f) => f.textContent.includes('已上传')).length === 3`)
	p.shoot("citizen-photos")
	assert.False(t, eval[bool](p, `!!document.querySelector('.add')`), "three and no more")
	p.click(`button[data-submit]`)
	p.until(`document.querySelector('dl')?.textContent.includes('已补充 3 张')`)
	assert.False(t, eval[bool](p, `!!document.querySelector('[data-step=show-photos]')`))
	q := h.open(t, clerk, 1440, 1200)
	q.goTo("/cases/" + no)
	q.press(`.el-tabs__item`, "3")
	q.until(`document.querySelectorAll('img[src*="/api/v1/files/"]').length === 3 && [...document.querySelectorAll('img[src*="/api/v1/files/"]')].every((i) => i.complete && i.naturalWidth)`)
	q.do(chromedp.Evaluate(`document.querySelector('img[src*="/api/v1/files/"]').scrollIntoView({block: 'center'})`, nil))
	q.shoot("case-photos")
}

// offline cuts the line of a page, and mends it.
func (p *page) offline(cut bool) {
	p.t.Helper()
	p.do(network.Enable(), network.OverrideNetworkState(cut, 0, -1, -1), chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := network.EmulateNetworkConditionsByRule(cut, []*network.Conditions{{DownloadThroughput: -1, UploadThroughput: -1}}).Do(ctx)
		return err
	}))
}

// Three photographs and a report where there is no line: kept, and sent by itself when there is one.
func phone(t *testing.T, h *house) {
	var files []string
	for i := range 3 {
		path := filepath.Join(t.TempDir(), fmt.Sprintf("%d.jpg", i))
		shot := camera.Shot{Width: 640, Height: 480, Seed: uint64(70 + i), At: &grid, Time: time.Now(), Offset: "+08:00", Model: "T"}
		require.NoError(t, os.WriteFile(path, shot.Take(), 0o600))
		files = append(files, path)
	}
	p := h.open(t, walker, 400, 860)
	p.goTo("/m/report")
	p.until(`document.querySelectorAll('.tile').length > 3`)
	p.offline(true)
	for i, f := range files {
		p.do(chromedp.SetUploadFiles(`.add input[type=file]`, []string{f}, chromedp.ByQuery))
		p.until(fmt.Sprintf(`document.querySelectorAll('.shots figure').length === %d`, i+1))
	}
	p.click(`[data-class=E01]`)
	p.click(`[data-category=E0102]`)
	p.fill(`textarea[name=description]`, "路灯不亮,夜里看不见")
	p.until(`document.querySelector('.spot input').value !== ''`)
	p.shoot("phone-report")
	p.click(`button[data-submit]`)
	p.until(`!!document.querySelector('[data-state=waiting]')`)
	p.shoot("phone-queue")
	p.offline(false)
	p.do(chromedp.Evaluate(`window.dispatchEvent(new Event('online'))`, nil))
	p.until(`!!document.querySelector('[data-state=done] .no')`)
	no := strings.TrimSuffix(eval[string](p, `document.querySelector('[data-state=done] .no').textContent.trim()`), " →")
	stored := h.stored(t, walker, no)
	event, ok := stored["event"].(map[string]any)
	require.True(t, ok, pretty(stored))
	assert.Len(t, event["photos"], 3, "three photographs, one event")
	var list struct{ Total int }
	h.read(t, walker, "/api/v1/cases?kind=grid_event&q="+no+"&total=true", &list)
	assert.Equal(t, 1, list.Total)
	h.verified(t, p, no, files)
}

// The wall counts a matter as it comes in, and names nobody.
func wall(t *testing.T, h *house) {
	p := h.open(t, boss, 1920, 1080)
	p.goTo("/screen")
	p.until(`!!document.querySelector('.figures b') && document.querySelector('.figures b').textContent !== '—'`)
	before := eval[string](p, `document.querySelector('.figures b').textContent`)
	h.dispatched(t, "楼上漏水多次协调未果")
	p.until(fmt.Sprintf(`document.querySelector('.figures b').textContent !== %q`, before))
	p.until(`document.querySelectorAll('.news time').length > 0`)
	p.shoot("wall")
	for _, size := range [][2]int64{{1366, 768}, {1920, 1080}, {3840, 1080}, {3840, 2160}} {
		p.do(chromedp.EmulateViewport(size[0], size[1]), chromedp.Sleep(500*time.Millisecond))
		over := eval[[]string](p, `[...document.querySelectorAll('.wall, .wall section, .panel, .panel ul, .figures div')].filter((e) => e.scrollHeight > e.clientHeight + 2 || e.scrollWidth > e.clientWidth + 2).map((e) => e.className + ' ' + e.textContent.slice(0, 20))`)
		assert.Empty(t, over, "all of it is on the wall: %v", size)
		p.shoot(fmt.Sprintf("wall-%d-%d", size[0], size[1]))
	}
	words := eval[string](p, `document.body.textContent`)
	for _, secret := range []string{"沈青禾", "13804370001", "楼上漏水多次协调未果"} {
		assert.NotContains(t, words, secret)
	}
}

// Who has no part sees neither the button nor the words, whichever address they try.
func stranger(t *testing.T, h *house) {
	no := h.dispatched(t, "工地拖欠工资三个月")
	p := h.open(t, other, 1440, 900)
	p.goTo("/cases/" + no)
	p.until(`!!document.querySelector('.failed')`)
	p.shoot("nobody")
	assert.NotContains(t, eval[string](p, `document.body.textContent`), "工地拖欠工资")
	assert.False(t, eval[bool](p, `!!document.querySelector('[data-step]')`))
	p.mu.Lock()
	p.wrong = nil // the refusals are what was tried
	p.mu.Unlock()
	p.goTo("/list?q=" + no)
	p.until(`document.querySelector('.total')?.textContent.includes('0')`)
	p.goTo("/audit")
	p.until(`!!document.querySelector('.failed')`)
	p.mu.Lock()
	p.wrong = nil
	p.mu.Unlock()
}

// One step for several cases: each by itself, and each says what became of it.
func several(t *testing.T, h *house) {
	nos := []string{h.dispatched(t, "井盖异响扰民甲处"), h.dispatched(t, "井盖异响扰民乙处")}
	p := h.open(t, liaison, 1440, 900)
	p.goTo("/list?q=" + url.QueryEscape("井盖异响扰民"))
	p.until(`document.querySelectorAll('.el-table__body tr').length === 2 && !document.querySelector('.el-loading-mask')`)
	p.click(`.el-table__header .el-checkbox`)
	p.click(`.bulk button`)
	p.until(`document.querySelectorAll('.offers .el-radio').length > 0`)
	// Between the choice and the step somebody else signs for one of them.
	_, err := h.Act(t.Context(), liaison, nos[0], "sign-for", h.key(), nil)
	require.NoError(t, err)
	p.press(`.offers label`, "签收")
	p.until(`!!document.querySelector('.offers .is-checked')`)
	p.click(`.el-drawer__footer button`)
	p.until(`document.querySelectorAll('.el-drawer .ok').length === 1 && document.querySelectorAll('.el-drawer .bad').length === 1`)
	p.shoot("several")
	for _, no := range nos {
		assert.Equal(t, "signed", h.stored(t, liaison, no)["state"])
	}
	p.mu.Lock()
	p.wrong = nil // the one that was too late
	p.mu.Unlock()
}
