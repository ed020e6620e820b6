package demo

import (
	"context"
	"fmt"
	"io"
	"time"
)

// The people of the manhole, in the drill area.
const (
	drillGrid     = "220498001901001"
	drillMember   = "grid." + drillGrid
	drillPlatform = "platform.220498"
	drillUnit     = "220498-D11"
	drillHandler  = "handler." + drillUnit
)

// The place of the manhole: in the middle of the drill grid.
var manholeAt = Spot{Lat: 43.0000, Lon: 125.0600}

// Manhole plays the event the newspaper tells of (R72): a missing cover, reported with
// three photos, reviewed, dispatched, made safe, replaced, and verified on the spot.
func Manhole(ctx context.Context, c *Client, out io.Writer) error {
	m := &manhole{play: play{c: c, out: out, began: time.Now()}}
	fmt.Fprintln(out, "井盖丢失事件 the missing manhole cover (R72)")
	if err := c.SignIn(ctx, drillMember, drillPlatform, "liaison."+drillUnit, drillHandler, drillWatch); err != nil { // the limits are seconds, signing in is slow
		return err
	}
	steps := []func(context.Context) error{m.report, m.review, m.putRight, m.verify}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "用时 elapsed: %.0f s\n", time.Since(m.began).Seconds())
	return nil
}

type manhole struct{ play }

func (m *manhole) photos(ctx context.Context, user, what string, n int) ([]string, error) {
	return m.c.Photos(ctx, user, fmt.Sprintf("manhole-%d-%s", m.began.UnixNano(), what), manholeAt, n)
}

func (m *manhole) where() map[string]any {
	return map[string]any{"lat": manholeAt.Lat, "lon": manholeAt.Lon}
}

func (m *manhole) report(ctx context.Context) error {
	m.say("网格员夜间发现井盖丢失,拍三张照片上报", "a grid member finds the cover gone and reports it with three photos")
	photos, err := m.photos(ctx, drillMember, "before", 3)
	if err != nil {
		return err
	}
	v, err := m.c.Report(ctx, drillMember, "", map[string]any{"category": "E0101", "description": "小区门口下水井盖丢失,已临时看护,请尽快处置",
		"location": m.where(), "photos": photos, "grid": drillGrid, "spot": "小区东门北侧"})
	if err != nil {
		return err
	}
	m.no, m.code = v.No, v.QueryCode
	fmt.Fprintf(m.out, "上报 reported: %s\n", v.No)
	_, err = m.show(ctx)
	return err
}

func (m *manhole) review(ctx context.Context) error {
	m.say("平台管理员审核并转办住建部门", "the platform reviews it and dispatches it to the housing department")
	if err := m.act(ctx, drillPlatform, "dispatch", map[string]any{"lead_unit": drillUnit, "requirements": "先围挡,再更换"}); err != nil {
		return err
	}
	m.say("部门签收,指派人员", "the department signs for it and sends somebody")
	if err := m.act(ctx, "liaison."+drillUnit, "sign-for", nil); err != nil {
		return err
	}
	return m.act(ctx, "liaison."+drillUnit, "start-disposal", map[string]any{"handlers": []string{drillHandler}})
}

func (m *manhole) putRight(ctx context.Context) error {
	m.say("先行围挡,更换井盖,恢复路面,逐阶段拍照", "cordoned off, replaced, restored, each stage with a photo")
	for _, stage := range []struct{ id, result string }{{"make_safe", "已设置围挡和警示标志"}, {"repair", "已更换新井盖并加固"}} {
		photos, err := m.photos(ctx, drillHandler, stage.id, 1)
		if err != nil {
			return err
		}
		if err := m.act(ctx, drillHandler, "stage-done", map[string]any{"stage": stage.id, "result": stage.result, "photos": photos}); err != nil {
			return err
		}
	}
	photos, err := m.photos(ctx, drillHandler, "after", 3)
	if err != nil {
		return err
	}
	return m.act(ctx, drillHandler, "submit-disposal", map[string]any{"result": "井盖已更换,路面已恢复", "after_photos": photos})
}

func (m *manhole) verify(ctx context.Context) error {
	m.say("结果推送到网格员手机,网格员到现场核查并评价", "the result reaches the member's phone, who goes to look and rates it")
	photos, err := m.photos(ctx, drillMember, "seen", 1)
	if err != nil {
		return err
	}
	return m.act(ctx, drillMember, "verify", map[string]any{"verdict": "pass", "score": 5, "location": m.where(), "photos": photos, "comment": "井盖牢固,路面平整"})
}
