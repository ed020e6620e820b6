package browser_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whose offices open no case is offered no list of cases, begins where there is something to do,
// and finds nothing refused behind what is offered.
func menus(t *testing.T, h *house) {
	for who, want := range map[string][]string{
		admin:            {"/accounts", "/overdue", "/organisation", "/rules", "/grids", "/accounts", "/account-requests"},
		"auditor.220400": {"/audit", "/overdue", "/organisation", "/audit"},
		"analyst.220403": {"/overdue", "/overdue", "/organisation", "/screen"},
		liaison:          {"/", "/", "/list", "/overdue", "/sessions", "/whistles", "/exports", "/organisation", "/grids", "/screen"},
	} {
		t.Run(who, func(t *testing.T) {
			p := h.open(t, who, 1440, 900)
			p.until(fmt.Sprintf(`location.pathname === %q`, want[0]))
			p.until(`document.querySelectorAll('nav a.way').length > 0`)
			assert.Equal(t, want[1:], eval[[]string](p, `[...document.querySelectorAll('nav a.way')].map((a) => a.getAttribute('href'))`))
			for _, path := range want[1:] {
				p.goTo(path)
				p.until(`document.readyState === 'complete' && !!document.querySelector('main h1, .wall, .figures') && !document.querySelector('.el-skeleton')`)
				require.False(t, eval[bool](p, `!!document.querySelector('.failed')`), path)
				if path == "/overdue" {
					p.shoot("menu-" + who)
				}
			}
		})
	}
}
