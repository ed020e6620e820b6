package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// The offices of the drill area, whose limits are seconds.
const (
	drillArea   = "220498001"
	drillClerk  = "win-general.220498"
	drillOffice = "office.220498001"
	drillWatch  = "supervisor.220498"
)

// Chain plays one grievance of the drill area up the whole chain: nobody signs
// for it, it climbs from L0 to L3 by itself, is answered, rated unsatisfied, reworked,
// answered again and closed. Every event is printed with clock and owner.
func Chain(ctx context.Context, c *Client, out io.Writer) error {
	p := &play{c: c, out: out, began: time.Now()}
	v, err := c.Register(ctx, drillClerk, "", map[string]any{
		"nature": "help", "channel": "walk_in", "area": drillArea, "category": "0402", "urgency": "normal", "headcount": 3,
		"summary":    "演练:三单元电梯停运十日,物业与维保单位互相推诿。",
		"petitioner": map[string]any{"name": "演练人甲", "phone": "13800000000"},
	})
	if err != nil {
		return err
	}
	p.no, p.code = v.No, v.QueryCode
	fmt.Fprintf(out, "登记 registered: %s, 查询码 query code %s\n", v.No, v.QueryCode)
	fmt.Fprintln(out, "   时刻       规则   事件                   状态               层级 责任人 owner                到期 due")
	steps := []func(context.Context) error{p.toTownship, p.climb, p.answer, p.complain, p.answerAgain, p.rate, p.closed}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "用时 elapsed: %.0f s\n", time.Since(p.began).Seconds())
	return nil
}

// play is one performance.
type play struct {
	c        *Client
	out      io.Writer
	no, code string
	began    time.Time
	shown    int
}

// say tells what a person does.
func (p *play) say(zh, en string) { fmt.Fprintf(p.out, "▶  %s — %s\n", zh, en) }

func (p *play) act(ctx context.Context, user, action string, input map[string]any) error {
	if _, err := p.c.Act(ctx, user, p.no, action, fmt.Sprintf("demo-%s-%s-%d", p.no, action, p.shown), input); err != nil {
		return err
	}
	_, err := p.show(ctx)
	return err
}

func (p *play) toTownship(ctx context.Context) error {
	p.say("街道综合办甄别后就地化解;此后无人办理", "the township takes it on at L0; then nobody acts")
	if err := p.act(ctx, drillOffice, "start-triage", nil); err != nil {
		return err
	}
	return p.act(ctx, drillOffice, "assign-local", nil)
}

// climb waits until time has lifted the case to a named county leader.
func (p *play) climb(ctx context.Context) error {
	return p.wait(ctx, func(v View) bool { return v.State == "leader_resolving" && v.OwningLeader != "" })
}

func (p *play) answer(ctx context.Context) error {
	p.say("包案领导答复", "the county leader answers")
	return p.conclude(ctx, "已责成物业三日内完成维保,费用由物业先行垫付。", nil)
}

func (p *play) conclude(ctx context.Context, result string, more map[string]any) error {
	v, err := p.c.Case(ctx, drillWatch, p.no)
	if err != nil {
		return err
	}
	leader := v.OwningLeader
	if err := p.act(ctx, leader, "contact-petitioner", map[string]any{"method": "interview", "reached": true, "summary": "当面听取意见"}); err != nil {
		return err
	}
	input := map[string]any{
		"result": result, "outcome_grade": "disposed", "evidence": "现场照片与维保单", "legal_basis": "《物业管理条例》",
		"service_method": "in_person", "service_date": today(0),
		"plan": "领导包案,物业、维保、街道同责", "minutes": "现场会纪要", "decision": "限期恢复运行",
		"executing_unit": "220498001-C", "executing_date": today(3),
	}
	for k, x := range more {
		input[k] = x
	}
	return p.act(ctx, leader, "leader-conclude", input)
}

func (p *play) complain(ctx context.Context) error {
	p.say("诉求人凭查询码评价:不满意", "the petitioner rates it unsatisfied")
	if err := p.evaluate(ctx, "unsatisfied", "电梯只修了一半"); err != nil {
		return err
	}
	p.say("无人认定是否属实,逾时视为属实", "nobody judges; after its limit the complaint counts as founded")
	return p.wait(ctx, func(v View) bool { return v.State == "rework" })
}

func (p *play) answerAgain(ctx context.Context) error {
	p.say("返工后再次答复", "answered again after rework")
	return p.conclude(ctx, "维保已全部完成,电梯恢复运行并经检验合格。", map[string]any{"new_measures": "更换曳引绳,补做检验"})
}

func (p *play) rate(ctx context.Context) error {
	p.say("诉求人评价:满意", "the petitioner rates it satisfied")
	return p.evaluate(ctx, "satisfied", "")
}

func (p *play) evaluate(ctx context.Context, rating, comment string) error {
	body := map[string]any{"rating": rating}
	if comment != "" {
		body["comment"] = comment
	}
	key := fmt.Sprintf("demo-%s-evaluate-%d", p.no, p.shown)
	if _, err := p.c.Do(ctx, "", http.MethodPost, "/api/v1/public/cases/"+p.no+"/actions/evaluate?code="+p.code, key, body); err != nil {
		return err
	}
	_, err := p.show(ctx)
	return err
}

func (p *play) closed(ctx context.Context) error {
	return p.wait(ctx, func(v View) bool { return v.State == "closed" || v.State == "archived" })
}

// patience bounds one wait of the demo; the drill limits are seconds.
const patience = 90 * time.Second

// wait follows the case until it is where the demo needs it.
func (p *play) wait(ctx context.Context, there func(View) bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		v, err := p.show(ctx)
		if err != nil {
			return err
		}
		if there(v) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the case stays in %s at %s: %w", v.State, v.Level, ctx.Err())
		case <-tick.C:
		}
	}
}

// event is one line of the timeline.
type event struct {
	Seq  int       `json:"seq"`
	Type string    `json:"type"`
	Rule string    `json:"rule"`
	At   time.Time `json:"at"`
	To   string    `json:"to"`
	// Standing is where the case stood after the event.
	Standing struct {
		Level string    `json:"level"`
		Owner string    `json:"owner_zh"`
		User  string    `json:"owner_user"`
		DueAt time.Time `json:"due_at"`
	} `json:"standing"`
}

// show prints what has happened since it last looked.
func (p *play) show(ctx context.Context) (View, error) {
	v, err := p.c.Case(ctx, drillWatch, p.no)
	if err != nil || v.Seq == p.shown {
		return v, err
	}
	a, err := p.c.Do(ctx, drillWatch, http.MethodGet, "/api/v1/cases/"+p.no+"/timeline", "", nil)
	if err != nil {
		return v, err
	}
	var page struct {
		Items []event `json:"items"`
	}
	if err := a.Into(&page); err != nil {
		return v, err
	}
	for _, e := range page.Items {
		if e.Seq <= p.shown || e.Seq > v.Seq {
			continue
		}
		owner := e.Standing.Owner
		if e.Standing.User != "" {
			owner += "/" + e.Standing.User
		}
		line := fmt.Sprintf("   +%5.1fs  %-6s %-22s %-18s %-4s %-26s %s", e.At.Sub(p.began).Seconds(), short(e.Rule), e.Type, e.To,
			e.Standing.Level, owner, p.due(e))
		fmt.Fprintln(p.out, strings.TrimRight(line, " "))
	}
	p.shown = v.Seq
	return v, nil
}

func short(rule string) string {
	if i := strings.IndexByte(rule, ' '); i > 0 {
		return rule[:i]
	}
	return rule
}

// due is the clock after an event, and whether the event found it run out.
func (p *play) due(e event) string {
	switch at := e.Standing.DueAt; {
	case at.IsZero():
		return "—"
	case !e.At.Before(at):
		return fmt.Sprintf("+%.1fs 已超期 overdue", at.Sub(p.began).Seconds())
	default:
		return fmt.Sprintf("+%.1fs", at.Sub(p.began).Seconds())
	}
}
