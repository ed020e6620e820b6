package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"huajie/domain/calendar"
	"huajie/internal/app"
	"huajie/internal/demo"
)

// county is Longshan; all load of officers falls there.
const county = "220402"

// units are the departments that lead cases of the load.
var units = []string{county + "-D11", county + "-D19"}

// steps of one life, in order.
var steps = []string{"register", "start-triage", "dispatch", "sign-for", "assign-handler", "issue-reply", "evaluate"}

// Times collects how long each step took.
type Times struct {
	mu    sync.Mutex
	steps map[string][]time.Duration
	taken []took
	fails []string
}

// took is one step: when it ended and how long it took.
type took struct {
	at  time.Time
	dur time.Duration
}

func (t *Times) note(step string, began time.Time, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		t.fails = append(t.fails, step+": "+err.Error())
		return
	}
	if t.steps == nil {
		t.steps = map[string][]time.Duration{}
	}
	now := time.Now()
	t.steps[step] = append(t.steps[step], now.Sub(began))
	t.taken = append(t.taken, took{now, now.Sub(began)})
}

// between gives the durations of the steps that ended in a span of time.
func (t *Times) between(from, to time.Time) []time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []time.Duration
	for _, s := range t.taken {
		if !s.at.Before(from) && s.at.Before(to) {
			out = append(out, s.dur)
		}
	}
	return out
}

// counts gives how many steps succeeded and failed.
func (t *Times) counts() (done, failed int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.taken), len(t.fails)
}

// firstFault tells why something failed.
func (t *Times) firstFault() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.fails) == 0 {
		return ""
	}
	return t.fails[0]
}

// spread reports every step and all of them together, beginning with the first.
func (t *Times) spread(r *Report, group string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []time.Duration
	for _, name := range steps {
		r.Spread(group, name, t.steps[name])
		if name != steps[0] {
			all = append(all, t.steps[name]...)
		}
	}
	r.Spread(group, "all steps", all)
}

// officers are people at their desks, talking to the API.
type officers struct {
	*demo.Client
	mu    sync.Mutex
	acked []string // cases whose whole life was acknowledged
	begun int      // cases whose registration was acknowledged
	steps int      // steps that were acknowledged
	again int      // calls that were repeated because the answer was "try again"
}

// newOfficers signs everybody in; passwords are slow on purpose.
func newOfficers(ctx context.Context, base string, atOnce int) (*officers, error) {
	o := &officers{Client: &demo.Client{Base: base, Password: app.DemoPassword,
		HTTP: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConns: atOnce, MaxIdleConnsPerHost: atOnce}}}}
	names := []string{"win-general." + county, "disp." + county, citySupervisor}
	for _, u := range units {
		names = append(names, "liaison."+u, "handler."+u, "leader."+u)
	}
	for _, name := range names {
		if _, err := o.Do(ctx, name, http.MethodGet, "/api/v1/me", "", nil); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return o, nil
}

// citySupervisor may see every county.
const citySupervisor = "citysup.220400"

// life is one case from registration to rating. The number makes its keys.
type life struct {
	n       int
	unit    string
	summary string
}

var matters = []string{"楼上卫生间渗水,多次沟通未果,请求协调维修。", "小区物业长期不清运垃圾,路灯损坏无人更换。", "村道破损积水,雨天出行困难,请求修复。",
	"临街烧烤店油烟直排,影响居住,请求整治。", "单元电梯停运十日,物业与维保单位互相推诿。", "供暖温度不达标,多次报修没有结果。"}

func newLife(n int, chance *rand.Rand) life {
	return life{n: n, unit: units[chance.IntN(len(units))], summary: matters[chance.IntN(len(matters))]}
}

// live walks one case through its life and notes how long each step took.
func (o *officers) live(ctx context.Context, l life, times *Times) error {
	key := func(step string) string { return fmt.Sprintf("bench-%d-%s", l.n, step) }
	began := time.Now()
	var v demo.View
	err := o.patiently(ctx, func() (err error) {
		v, err = o.Register(ctx, "win-general."+county, key("register"), map[string]any{
			"nature": "help", "channel": "walk_in", "area": county + "008", "category": "0201", "summary": l.summary,
			"petitioner": map[string]any{"name": fmt.Sprintf("压测诉求人%d", l.n), "phone": fmt.Sprintf("139%08d", l.n)}})
		return err
	})
	times.note("register", began, err)
	if err != nil {
		return err
	}
	o.count(func() { o.begun++ })
	for _, s := range l.steps() {
		began = time.Now()
		err = o.patiently(ctx, func() (err error) {
			if s.user == "" {
				_, err = o.Do(ctx, "", http.MethodPost, "/api/v1/public/cases/"+v.No+"/actions/"+s.action+"?code="+v.QueryCode, key(s.action), s.input)
				return err
			}
			_, err = o.Act(ctx, s.user, v.No, s.action, key(s.action), s.input)
			return err
		})
		times.note(s.action, began, err)
		if err != nil {
			return err
		}
		o.count(func() { o.steps++ })
	}
	o.count(func() { o.acked = append(o.acked, v.No) })
	return nil
}

// patience is how long somebody goes on trying who is told to try again.
const patience = 90 * time.Second

// patiently repeats a call, with the same key, while the answer is that the engine
// is not there just now and that repeating is safe. A page does the same. The time
// of a step is the whole time until it was acknowledged.
func (o *officers) patiently(ctx context.Context, call func() error) error {
	for began := time.Now(); ; {
		err := call()
		var answer *demo.APIError
		if !errors.As(err, &answer) || answer.Status != http.StatusServiceUnavailable || time.Since(began) > patience {
			return err
		}
		o.count(func() { o.again++ })
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// deed is one step: who does what.
type deed struct {
	user, action string
	input        map[string]any
}

func (l life) steps() []deed {
	today := time.Now().In(calendar.Zone).Format(time.DateOnly)
	return []deed{
		{"disp." + county, "start-triage", nil},
		{"disp." + county, "dispatch", map[string]any{"lead_unit": l.unit, "requirements": "依法依规办理,按期答复"}},
		{"liaison." + l.unit, "sign-for", nil},
		{"liaison." + l.unit, "assign-handler", map[string]any{"handlers": []any{"handler." + l.unit}, "recusal_declared": true}},
		{"leader." + l.unit, "issue-reply", map[string]any{"result": "已更换水管并复查,渗水消除。", "outcome_grade": "disposed", "evidence": "现场照片",
			"legal_basis": "《民法典》", "service_method": "in_person", "service_date": today}},
		{"", "evaluate", map[string]any{"rating": "satisfied"}},
	}
}

func (o *officers) count(change func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change()
}

// together runs lives with so many officers at once and stops at the first fault.
func (o *officers) together(ctx context.Context, lives []life, atOnce int, times *Times) error {
	work := make(chan life)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			for l := range work {
				if err := o.live(ctx, l, times); err != nil {
					cancel(fmt.Errorf("case %d: %w", l.n, err))
					return
				}
			}
		})
	}
	for _, l := range lives {
		select {
		case work <- l:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(work)
	wg.Wait()
	return context.Cause(ctx)
}
