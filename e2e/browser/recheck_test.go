package browser_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/internal/demo"
	"huajie/internal/testkit/camera"
)

// passed is a grid event that its reporter has passed on the spot.
func (h *house) passed(t *testing.T, said string) string {
	t.Helper()
	at := demo.Spot{Lat: grid.Lat, Lon: grid.Lon}
	place := map[string]any{"lat": grid.Lat, "lon": grid.Lon}
	photos, err := h.Photos(t.Context(), walker, h.key(), at, 4)
	require.NoError(t, err)
	v, err := h.Report(t.Context(), walker, h.key(), map[string]any{"category": "E0102", "description": said, "urgency": "normal", "photos": photos[:3], "location": place})
	require.NoError(t, err)
	h.did(t, platform, v.No, "dispatch", map[string]any{"lead_unit": "220402-D11"})
	h.did(t, liaison, v.No, "sign-for", nil)
	h.did(t, liaison, v.No, "start-disposal", map[string]any{"handlers": []any{handler}})
	after, err := h.Photo(t.Context(), handler, h.key(), at)
	require.NoError(t, err)
	h.did(t, handler, v.No, "submit-disposal", map[string]any{"result": "已修复", "after_photos": []any{after}})
	h.did(t, walker, v.No, "verify", map[string]any{"verdict": "pass", "location": place, "photos": []any{photos[3]}, "score": 5})
	return v.No
}

// A pass that did not hold: the city finds it on its list, goes there with a phone and says so; the
// county, which knew nothing of it, reads it on the page of the event, and the department does not.
func looksAgain(t *testing.T, h *house) {
	no := h.passed(t, "小区门口路灯整排不亮,夜间出行不便")
	listed := func(user string) int {
		var list struct{ Items []any }
		h.read(t, user, "/api/v1/rechecks?no="+no, &list)
		return len(list.Items)
	}
	assert.Equal(t, []int{1, 0, 0}, []int{listed(citySup), listed(boss), listed(platform)}, "nobody below the city is warned")

	card := fmt.Sprintf(`[data-look="%s"] `, no)
	p := h.open(t, citySup, 420, 860)
	p.goTo("/rechecks")
	p.until(fmt.Sprintf(`!!document.querySelector('%s')`, card))
	p.whole()
	p.shoot("recheck-list")
	p.click(card + `[data-answer]`)
	p.until(`!!document.querySelector('[data-metres]')`)
	p.click(card + `input[value=fail]`)
	shot := filepath.Join(t.TempDir(), "lamp.jpg")
	require.NoError(t, os.WriteFile(shot, camera.Shot{Width: 640, Height: 480, Seed: 4711, At: &grid, Time: time.Now(), Offset: "+08:00", Model: "T"}.Take(), 0o600))
	p.click(card + `[data-submit]`) // nothing said and nothing shown: it stays
	p.until(`document.querySelectorAll('[data-form=recheck] .fault').length >= 3`)
	p.shoot("recheck-lacks")
	p.mu.Lock()
	p.wrong = nil // the refusal is what was tried
	p.mu.Unlock()
	p.do(chromedp.SetUploadFiles(card+`input[type=file]`, []string{shot}, chromedp.ByQuery))
	p.until(`document.querySelector('[data-form=recheck] figcaption')?.textContent === '已上传'`)
	p.fill(card+`textarea`, "到场查看,三盏路灯仍不亮")
	p.until(`!document.querySelector('[data-form=recheck] .fault')`) // what was put right is not held against it
	p.shoot("recheck-form")
	p.click(card + `[data-submit]`)
	p.until(fmt.Sprintf(`!document.querySelector('%s') && !document.querySelector('.el-skeleton')`, card))
	p.goTo("/rechecks?state=answered")
	p.until(fmt.Sprintf(`document.querySelector('%s [data-found]')?.textContent.includes('不属实')`, card))
	p.shoot("recheck-answered")

	q := h.open(t, boss, 1440, 900)
	q.goTo("/cases/" + no)
	q.until(`document.querySelector('[data-found]')?.textContent.includes('三盏路灯仍不亮') && [...document.querySelectorAll('[data-found] img')].every((i) => i.complete && i.naturalWidth)`)
	q.do(chromedp.Evaluate(`document.querySelector('[data-found]').scrollIntoView({block: 'center'})`, nil))
	q.shoot("recheck-case")
	q.goTo("/rechecks")
	q.until(fmt.Sprintf(`!!document.querySelector('%s [data-found]')`, card))
	q.shoot("recheck-county")
	d := h.open(t, platform, 1440, 900)
	d.goTo("/notices")
	d.until(`document.querySelector('main')?.textContent.includes('市级复核不属实')`)
	d.shoot("recheck-notice")

	other := h.open(t, liaison, 1440, 900)
	other.goTo("/cases/" + no)
	other.whole()
	assert.False(t, eval[bool](other, `!!document.querySelector('[data-found]') || document.body.innerText.includes('复核')`))
	a, err := h.Do(t.Context(), walker, http.MethodGet, "/api/v1/rechecks?no="+no, "", nil)
	assert.True(t, err != nil || a.Status == http.StatusForbidden, "a member sees no draw")
	var flags struct {
		Items []struct {
			Member string
			Flag   struct{ Kind string }
		}
	}
	h.read(t, boss, "/api/v1/field/flags?area=220402008", &flags)
	require.NotEmpty(t, flags.Items)
	assert.Equal(t, []string{walker, "false_pass"}, []string{flags.Items[0].Member, flags.Items[0].Flag.Kind})
}
