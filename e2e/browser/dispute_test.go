package browser_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/internal/demo"
)

// An event that is really a person's dispute: what that takes is asked for where it is said, the
// photos that show persons are chosen by what they show, and are shown to nobody from then on.
func dispute(t *testing.T, h *house) {
	const office, words = "office.220402008", "甲户与乙户因楼道堆物多次争吵"
	at := demo.Spot{Lat: grid.Lat, Lon: grid.Lon}
	photos, err := h.Photos(t.Context(), walker, h.key(), at, 3)
	require.NoError(t, err)
	e, err := h.Report(t.Context(), walker, h.key(), map[string]any{"category": "E0108", "description": words, "location": at, "photos": photos})
	require.NoError(t, err)

	p := h.open(t, platform, 1440, 1000)
	p.goTo("/cases/" + e.No)
	p.click(`[data-step=convert]`)
	p.until(`document.querySelectorAll('[data-form=convert] [data-photo] img').length === 3`)
	assert.False(t, eval[bool](p, `!!document.querySelector('#in-consent, #in-confidentiality, #in-summary')`), "of what is nobody's dispute no consent is asked for")
	p.fill(`#in-reason`, "现场核实为邻里纠纷")
	p.press(`[data-form=convert] label`, "实为个人纠纷")
	p.choose("consent", "书面同意")
	p.choose("confidentiality", "敏感")
	p.fill(`#in-summary`, "邻里楼道使用纠纷")
	for _, id := range photos[:2] {
		p.click(fmt.Sprintf(`[data-photo=%q]`, id))
	}
	p.until(`document.querySelectorAll('[data-photo][aria-pressed=true]').length === 2`)
	p.until(`[...document.querySelectorAll('[data-photo] img')].every((i) => i.complete && i.naturalWidth)`)
	listen(t, p, "a conversion")
	p.shoot("convert-personal")
	p.click(`.el-drawer [data-submit]`)
	p.click(`.el-message-box__btns .el-button--primary`)
	p.until(`document.querySelector('.state')?.textContent.includes('转诉求') && !!document.querySelector('[data-withheld]')`)
	assert.NotContains(t, eval[string](p, `document.documentElement.innerHTML`), words, "who watches over events does not read of it any more")
	v := h.stored(t, office, e.No)["event"].(map[string]any)
	child := h.stored(t, disp, v["converted_to"].(string))
	assert.Equal(t, []any{"dispute", "C2", "邻里楼道使用纠纷"}, []any{child["nature"], child["confidentiality"], child["summary"]})

	q := h.open(t, office, 1440, 1000)
	q.goTo("/cases/" + e.No)
	q.press(`.el-tabs__item`, "照片")
	q.until(`document.querySelectorAll('[data-withheld-photo]').length === 2`)
	q.whole()
	said := eval[string](q, `document.querySelector('[data-withheld-photo]').textContent`)
	for _, want := range []string{"照片已隐去", "可辨认的个人", "可恢复"} {
		assert.Contains(t, said, want)
	}
	look(t, q, "withheld photos")
	listen(t, q, "withheld photos")
	q.shoot("withheld")
	q.take("restore-photos", func() {
		assert.False(t, eval[bool](q, `!!document.querySelector('[data-form] [data-photo] img')`), "what is withheld is not looked at to choose it either")
		q.click(fmt.Sprintf(`[data-form] [data-photo=%q]`, photos[1]))
		q.fill(`#in-reason`, "无人像")
		q.shoot("restore-photos")
	})
	q.until(`document.querySelectorAll('[data-withheld-photo]').length === 1`)
}
