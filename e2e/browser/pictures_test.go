package browser_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"huajie/internal/demo"
)

// mostOfAPicture is what a picture of the README may weigh.
const mostOfAPicture = 250 << 10

// TestPictures makes the pictures of the README from the data of `huajie demo`: `make pictures`.
// Time is short in two counties here, so that the board has something to show.
func TestPictures(t *testing.T) {
	folder := os.Getenv("HUAJIE_PICTURES")
	if folder == "" {
		t.Skip("HUAJIE_PICTURES is the folder for pictures: make pictures")
	}
	h := houseWith(t, map[string]string{
		"220402": "budget.general.L0: 40s\n  handle.demand.normal: 20s\n  joint.notice: 1s",
		"220421": "budget.general.L0: 15s\n  handle.demand.normal: 2min",
		"220422": "handle.demand.normal: 1min",
	})
	frame := func(p *page, name string, scale float64) { p.frame(filepath.Join(folder, name+".png"), scale) }
	wall := h.open(t, "citysup.220400", 1920, 1080)
	wall.goTo("/screen")
	wall.until(`!!document.querySelector('.figures b')`)
	wide := h.open(t, boss, 3840, 1080)
	wide.goTo("/screen")
	wide.until(`!!document.querySelector('.figures b')`)
	require.NoError(t, demo.Trial(t.Context(), h.Client, io.Discard))
	require.NoError(t, demo.Events(t.Context(), h.Client, io.Discard))
	climbed := h.climbing(t)
	h.tasks(t)

	p := h.open(t, "citysup.220400", 1440, 900)
	p.goTo("/overdue")
	p.until(`document.querySelectorAll('.rowline').length > 4 && document.querySelectorAll('.el-table__body tr').length > 3`)
	frame(p, "overdue", 0.8)
	p = h.open(t, "director.220403", 1440, 900)
	p.goTo("/cases/" + climbed)
	p.until(`document.querySelectorAll('.history li, .history .entry').length > 0 || document.body.textContent.includes('经过')`)
	frame(p, "case", 0.8)
	p = h.open(t, walker, 400, 860)
	p.goTo("/m")
	p.until(`document.querySelectorAll('.task').length > 2`)
	frame(p, "phone", 1)
	wall.until(`document.querySelectorAll('.news time').length > 3`)
	frame(wall, "wall", 0.6)
	wide.shoot("wall-wide")
}

// climbing is a matter on its way up: from the township to the unit to the centre.
func (h *house) climbing(t *testing.T) string {
	t.Helper()
	v, err := h.Register(t.Context(), "intake.220403004", h.key(), map[string]any{"nature": "help", "channel": "walk_in", "area": "220403004", "category": "0402", "headcount": 3,
		"summary":    "三单元电梯停运十日,物业与维保单位互相推诿,老人上下楼困难。",
		"petitioner": map[string]any{"name": "演练人甲", "phone": "13800000000"}})
	require.NoError(t, err)
	h.did(t, "office.220403004", v.No, "start-triage", nil)
	h.did(t, "office.220403004", v.No, "assign-local", nil)
	h.did(t, "office.220403004", v.No, "contact-petitioner", map[string]any{"method": "visit", "reached": true, "summary": "已上门了解,电梯主板损坏,维修费用分担有争议"})
	h.did(t, "tleader.220403004", v.No, "report-up", map[string]any{"reason": "超出街道职权", "tried": "已调解两次", "lead_unit": "220403-D11"})
	h.did(t, "liaison.220403-D11", v.No, "sign-for", nil)
	h.did(t, "liaison.220403-D11", v.No, "assign-handler", map[string]any{"handlers": []string{"handler.220403-D11"}, "recusal_declared": true})
	h.did(t, "disp.220403", v.No, "escalate-l2", map[string]any{"trigger": "T04", "summary": "需物业、维保、市场监管多部门联合"})
	return v.No
}

// tasks are what waits for the grid member: two places to be looked at again, and a report that
// lacks something.
func (h *house) tasks(t *testing.T) {
	t.Helper()
	const unit, hand = "220402-D11", handler
	for i, what := range []string{"小区东门北侧井盖丢失,已临时看护", "雨水井盖松动异响,车辆绕行", "电力井盖破损,夜间无照明"} {
		at := demo.Spot{Lat: grid.Lat + float64(i)*0.0012, Lon: grid.Lon}
		where := map[string]any{"lat": at.Lat, "lon": at.Lon}
		shots := func(who string, n int) []string {
			ids, err := h.Photos(t.Context(), who, h.key(), at, n)
			require.NoError(t, err)
			return ids
		}
		v, err := h.Report(t.Context(), walker, h.key(), map[string]any{"category": "E0101", "description": what + ",请尽快处置", "location": where,
			"photos": shots(walker, 3), "grid": strings.TrimPrefix(walker, "grid."), "spot": []string{"东门北侧", "康宁路 12 号前", "公厕西侧"}[i]})
		require.NoError(t, err)
		if i == 2 {
			h.did(t, platform, v.No, "review-supplement", map[string]any{"missing": "请补拍井口全景"})
			continue
		}
		h.did(t, platform, v.No, "dispatch", map[string]any{"lead_unit": unit, "requirements": "先围挡,再更换"})
		h.did(t, liaison, v.No, "sign-for", nil)
		h.did(t, liaison, v.No, "start-disposal", map[string]any{"handlers": []string{hand}})
		for _, stage := range []string{"make_safe", "repair"} {
			h.did(t, hand, v.No, "stage-done", map[string]any{"stage": stage, "result": "已完成", "photos": shots(hand, 1)})
		}
		h.did(t, hand, v.No, "submit-disposal", map[string]any{"result": "已更换并恢复路面", "after_photos": shots(hand, 3)})
	}
}

// frame keeps a picture of the page, scaled, and of a size that loads.
func (p *page) frame(path string, scale float64) {
	p.t.Helper()
	var picture []byte
	p.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		_, _, _, layout, _, _, err := cdppage.GetLayoutMetrics().Do(ctx)
		if err != nil {
			return err
		}
		clip := &cdppage.Viewport{Width: float64(layout.ClientWidth), Height: float64(layout.ClientHeight), Scale: scale}
		picture, err = cdppage.CaptureScreenshot().WithClip(clip).Do(ctx)
		return err
	}))
	require.Less(p.t, len(picture), mostOfAPicture, fmt.Sprint(path, " is too large"))
	require.NoError(p.t, os.WriteFile(path, picture, 0o644)) //nolint:gosec // a picture of the documentation
}
