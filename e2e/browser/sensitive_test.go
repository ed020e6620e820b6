package browser_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A sensitive matter is read where it is taken in, in the words of who came; the supervision sees
// that it is there and by when, in lists and on its page, and none of its words.
func sensitive(t *testing.T, h *house) {
	const summary, facts = "请求人身保护", "丈夫多次动手,上月就医两次"
	v, err := h.Register(t.Context(), clerk, h.key(), map[string]any{"channel": "walk_in", "nature": "help", "area": "220402008", "category": "0402", "confidentiality": "C2",
		"summary": summary, "facts": facts, "place": "家中", "read_back": true, "petitioner": map[string]any{"name": "宁远秋", "phone": "13804370009"}})
	require.NoError(t, err)

	p := h.open(t, clerk, 1440, 900)
	p.goTo("/cases/" + v.No)
	p.until(`document.querySelector('[data-said="facts"]')?.textContent.includes('` + facts + `')`)
	assert.Contains(t, eval[string](p, `document.querySelector('.top').textContent`), summary)
	p.shoot("statement")
	listen(t, p, "what was said")

	q := h.open(t, boss, 1440, 900)
	for _, path := range []string{"/cases/" + v.No, "/list?q=" + v.No} {
		q.goTo(path)
		q.until(`document.querySelector('main')?.textContent.includes('敏感件')`)
		q.whole()
		page := eval[string](q, `document.documentElement.innerHTML`)
		for _, word := range []string{summary, facts, "宁远秋"} {
			assert.NotContains(t, page, word, path)
		}
	}
	q.shoot("sensitive")
	q.goTo("/list?q=" + summary)
	q.whole()
	assert.NotContains(t, eval[string](q, `document.querySelector('main').textContent`), v.No, "its words find nothing")
}
