package browser_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A matter that 12345 sent on too late: the dispatcher asks for more time, and enters the answer.
func lateTransfer(t *testing.T, h *house) {
	until := func(d time.Duration) string { return time.Now().Add(d).Format(time.RFC3339) }
	v, err := h.Register(t.Context(), clerk, h.key(), map[string]any{"channel": "hotline_12345", "nature": "help", "area": "220402008", "category": "0402",
		"summary": "供热管道漏水,热线转办", "due_by_sender": until(time.Hour), "petitioner": map[string]any{"name": "苏听雨", "phone": "13804370021"}})
	require.NoError(t, err)
	h.did(t, disp, v.No, "ask-sender", map[string]any{"until": until(14 * 24 * time.Hour), "reason": "到件已近期限"})

	p := h.open(t, disp, 1440, 900)
	p.goTo("/cases/" + v.No)
	says := func(words string) {
		t.Helper()
		p.until(fmt.Sprintf(`document.querySelector('.facts')?.textContent.includes(%q)`, words))
	}
	says("来文单位限期")
	says("已提请延至")
	p.take("sender-answered", func() { p.choose("answer", "不同意延期") })
	says("未同意延期")
	p.shoot("sender-refused")
}
