package demo

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

// The trial period of the newspaper (R81): persons received, matters
// registered, matters resolved. Persons are not matters.
const (
	TrialBatch    = "trial-2020"
	TrialPersons  = 252
	TrialMatters  = 99
	TrialResolved = 60
)

// matter is one matter of the trial: where, what, how many people, how far it went.
type matter struct {
	n         int
	area      string
	county    string
	category  string
	nature    string
	summary   string
	headcount int
	resolved  bool
	stage     int // for the unresolved: 0 triage, 1 at the township, 2 with a unit, 3 signed for
}

// places are townships of all four counties; the summaries are invented.
var places = []struct{ area, county string }{
	{"220402008", "220402"}, {"220402002", "220402"}, {"220403004", "220403"}, {"220421100", "220421"},
	{"220422100", "220422"}, {"220402100", "220402"}, {"220403001", "220403"}, {"220421104", "220421"}, {"220422107", "220422"},
}

var subjects = []struct{ category, nature, summary string }{
	{"0201", "help", "楼上卫生间渗水,与楼上住户多次沟通未果,请求协调维修。"},
	{"0402", "complaint", "小区物业长期不清运垃圾,路灯损坏无人更换。"},
	{"0701", "help", "工地务工三个月未拿到工资,请求协助讨薪。"},
	{"0901", "dispute", "承包地地界与邻户有争议,双方各执一词。"},
	{"0102", "help", "兄弟之间对老人赡养费分担意见不一,请求调解。"},
	{"1104", "complaint", "村道破损积水,雨天出行困难。"},
	{"0601", "complaint", "购买家电后商家拒绝保修。"},
	{"0203", "complaint", "临街烧烤店油烟直排,影响居住。"},
	{"1202", "consultation", "咨询临时救助的申请条件和材料。"},
}

// trialMatters lays the trial out: 99 matters whose headcounts add up to 252,
// 60 of them resolved. None has five people: a group goes to the centre at
// once (§3.2 L2), and these were settled in their townships.
func trialMatters() []matter {
	out := make([]matter, TrialMatters)
	left := TrialPersons - TrialMatters
	for i := range out {
		s, p := subjects[i%len(subjects)], places[(i*5)%len(places)]
		extra := min(left, []int{0, 1, 3, 0, 2, 3, 1, 1, 3}[i%9])
		left -= extra
		out[i] = matter{n: i + 1, area: p.area, county: p.county, category: s.category, nature: s.nature, summary: s.summary,
			headcount: 1 + extra, resolved: i*TrialResolved/TrialMatters != (i+1)*TrialResolved/TrialMatters, stage: i % 4}
	}
	out[len(out)-1].headcount += left
	return out
}

// Trial loads the trial period through the public API as real cases. It can be
// repeated: what has been loaded is recognised by its keys.
func Trial(ctx context.Context, c *Client, out io.Writer) error {
	began := time.Now()
	jobs := make(chan matter)
	errs := make(chan error, 1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for m := range jobs {
				if err := m.live(ctx, c); err != nil {
					select {
					case errs <- fmt.Errorf("matter %d: %w", m.n, err):
					default:
					}
					cancel()
					return
				}
			}
		})
	}
	matters := trialMatters()
feed:
	for i, m := range matters {
		select {
		case jobs <- m:
		case <-ctx.Done():
			break feed
		}
		if (i+1)%20 == 0 {
			fmt.Fprintf(out, "%d/%d 件 matters…\n", i+1, len(matters))
		}
	}
	close(jobs)
	wg.Wait()
	select {
	case err := <-errs:
		return err
	default:
	}
	fmt.Fprintf(out, "试运行数据已载入 trial period loaded: %d 件 matters, %.0f s\n", len(matters), time.Since(began).Seconds())
	return ctx.Err()
}

// live walks one matter as far as it went.
func (m matter) live(ctx context.Context, c *Client) error {
	key := func(step string) string { return fmt.Sprintf("%s-%03d-%s", TrialBatch, m.n, step) }
	v, err := c.Register(ctx, "intake."+m.area, key("register"), map[string]any{
		"nature": m.nature, "channel": "walk_in", "area": m.area, "category": m.category, "headcount": m.headcount,
		"summary": m.summary, "batch": TrialBatch,
		"petitioner": map[string]any{"name": fmt.Sprintf("试运行诉求人%d", m.n), "phone": fmt.Sprintf("139%08d", m.n)},
	})
	if err != nil {
		return err
	}
	act := func(user, action string, input map[string]any) error {
		_, err := c.Act(ctx, user, v.No, action, key(action), input)
		return err
	}
	office := "office." + m.area
	if err := act(office, "start-triage", nil); err != nil {
		return err
	}
	switch {
	case !m.resolved && m.stage == 0:
		return nil
	case !m.resolved && m.stage >= 2:
		return m.toUnit(act)
	}
	if err := act(office, "assign-local", nil); err != nil || !m.resolved {
		return err
	}
	if err := act(office, "contact-petitioner", map[string]any{"method": "phone", "reached": true, "summary": "了解情况,约定上门时间"}); err != nil {
		return err
	}
	err = act(office, "local-conclude", map[string]any{
		"result": "经现场调解,双方达成一致并已落实。", "outcome_grade": []string{"defused", "disposed"}[m.n%2], "evidence": "调解记录、现场照片",
		"legal_basis": "《人民调解法》", "service_method": "in_person", "service_date": today(0)})
	if err != nil {
		return err
	}
	return act("disp."+m.county, "evaluate", map[string]any{"rating": []string{"satisfied", "basic"}[m.n%2], "comment": "电话回访"})
}

// toUnit leaves the matter with a department, signed for or not.
func (m matter) toUnit(act func(user, action string, input map[string]any) error) error {
	unit := m.county + "-D11"
	if err := act("disp."+m.county, "dispatch", map[string]any{"lead_unit": unit, "requirements": "依法依规办理,按期答复"}); err != nil {
		return err
	}
	if m.stage == 2 {
		return nil
	}
	return act("liaison."+unit, "sign-for", nil)
}
