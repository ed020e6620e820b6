package browser_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pressLargest clicks the middle of the largest thing drawn on the map of a page, and tells
// where that is on the page.
func (p *page) pressLargest() {
	p.t.Helper()
	p.until(`document.querySelectorAll('[data-map] path.leaflet-interactive').length > 3`)
	at := eval[[]float64](p, `(() => {
		document.querySelector('[data-map]').scrollIntoView({ block: 'center' });
		const boxes = [...document.querySelectorAll('[data-map] path.leaflet-interactive')].map((e) => e.getBoundingClientRect());
		const b = boxes.sort((a, c) => c.width * c.height - a.width * a.height)[0];
		return [b.x + b.width / 2, b.y + b.height / 2];
	})()`)
	p.do(chromedp.MouseClickXY(at[0], at[1]))
}

// Grids are drawn as they are stored; a point is asked for; a file is checked, and nothing comes
// of it.
func division(t *testing.T, h *house) {
	p := h.open(t, admin, 1440, 900)
	p.goTo("/grids?area=220402")
	p.pressLargest()
	p.until(`document.querySelector('[data-one] .number')?.textContent.length === 15 && !!document.querySelector('[data-place]')`)
	p.shoot("grids")
	code := eval[string](p, `document.querySelector('[data-one] .number').textContent.trim()`)
	var one struct {
		Properties struct {
			ZH         string
			Households int
		}
		Members []struct{ ZH string }
	}
	h.read(t, admin, "/api/v1/grids/"+code, &one)
	shown := eval[string](p, `document.querySelector('[data-one]').textContent`)
	assert.Contains(t, shown, one.Properties.ZH)
	assert.Contains(t, shown, fmt.Sprint(one.Properties.Households))
	for _, m := range one.Members {
		assert.Contains(t, shown, m.ZH)
	}

	file := filepath.Join(t.TempDir(), "division.geojson")
	require.NoError(t, os.WriteFile(file, []byte(`{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"code":"220402008901009","name":"福阳社区第九网格","households":410},"geometry":{"type":"Polygon","coordinates":[[[125.11,42.91],[125.13,42.91],[125.13,42.93],[125.11,42.93],[125.11,42.91]]]}},
		{"type":"Feature","properties":{"code":"220402008901010","name":"福阳社区第十网格","households":400},"geometry":{"type":"Polygon","coordinates":[[[125.12,42.92],[125.14,42.92],[125.14,42.94],[125.12,42.94],[125.12,42.92]]]}}]}`), 0o600))
	p.do(chromedp.SetUploadFiles(`[data-file]`, []string{file}, chromedp.ByQuery))
	p.until(`document.querySelector('[data-checked]')?.textContent.includes('重叠') && document.querySelectorAll('[data-map] path.extra').length === 2`)
	p.shoot("grids-check")
	assert.Contains(t, eval[string](p, `document.querySelector('[data-checked]').textContent`), "新增 2")
	answer, err := h.Do(t.Context(), admin, http.MethodGet, "/api/v1/grids/220402008901009", "", nil)
	require.Error(t, err)
	assert.Equal(t, http.StatusNotFound, answer.Status, "nothing has come of it")
}

// A citizen shows the place on a map: the township is chosen, and stored with the matter. On the
// phone a click puts the point.
func picked(t *testing.T, h *house) {
	p := h.open(t, "", 420, 900)
	p.goTo("/c/tell")
	p.fill(`textarea[name=summary]`, "河堤护栏断了一段很危险")
	p.click(`.chip input[value=help]`)
	p.click(`button[data-submit]`)
	p.until(`document.querySelectorAll('select[name=area] option').length > 5`)
	p.click(`[data-pick]`)
	p.pressLargest()
	p.until(`document.querySelector('[data-where]').textContent.length > 1 && document.querySelector('select[name=area]').value !== ''`)
	p.shoot("citizen-map")
	area := eval[string](p, `document.querySelector('select[name=area]').value`)
	p.click(`button[data-submit]`)
	p.fill(`input[name=name]`, "林见山")
	p.fill(`input[name=phone]`, "13804370003")
	p.click(`button[data-submit]`)
	p.until(`!!document.querySelector('.done dd')`)
	no := eval[string](p, `document.querySelector('.done dd').textContent.trim()`)
	assert.Equal(t, area, h.stored(t, "supervisor.220400", no)["area"], "where it was shown")

	q := h.open(t, walker, 400, 860)
	q.goTo("/m/report")
	q.until(`!!document.querySelector('.spot input')?.value`)
	before := eval[string](q, `document.querySelector('.spot input').value`)
	q.click(`[data-pick]`)
	q.until(`document.querySelectorAll('[data-map] path').length > 3`)
	q.do(chromedp.Evaluate(`document.querySelector('[data-map]').scrollIntoView({ block: 'center' })`, nil))
	at := eval[[]float64](q, `(() => { const b = document.querySelector('[data-map]').getBoundingClientRect(); return [b.x + b.width / 3, b.y + b.height / 3] })()`)
	q.do(chromedp.MouseClickXY(at[0], at[1]))
	q.until(fmt.Sprintf(`document.querySelector('.spot input').value !== %q`, before))
	q.shoot("phone-map")
}
