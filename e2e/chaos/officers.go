package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// staff is everybody who works, on one docket.
type staff struct {
	*caller
	docket *docket
	seed   uint64
	keys   atomic.Int64
	cases  atomic.Int64
}

// officer is one person with a mind of their own: what they would like to do is drawn
// from the seed and their number.
type officer struct {
	*staff
	n     int
	r     *rand.Rand
	asked []Wish // acknowledged, to be asked for once more some time
}

// work lets n officers work until the load ends. What is under way then is brought to
// a definite answer; ctx bounds that.
func (s *staff) work(ctx, load context.Context, n int) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			o := &officer{staff: s, n: i, r: rand.New(rand.NewPCG(s.seed, uint64(i+1)))}
			for load.Err() == nil && ctx.Err() == nil {
				o.something(ctx)
				_ = sleep(load, between(o.r, 100*time.Millisecond, 500*time.Millisecond)) // a person thinks in between
			}
		})
	}
	wg.Wait()
}

// something is the next thing an officer does.
func (o *officer) something(ctx context.Context) {
	switch dice := o.r.IntN(100); {
	case dice < 22:
		o.register(ctx)
	case dice < 70:
		o.step(ctx, 1)
	case dice < 76:
		o.step(ctx, 2)
	case dice < 86:
		o.meet(ctx)
	case dice < 92:
		o.again(ctx)
	default:
		o.withdraw(ctx)
	}
}

// wish mints the key, once.
func (o *officer) wish(op, user, subject, no, path string, body any) Wish {
	key := fmt.Sprintf("chaos-%d-%d", o.n, o.keys.Add(1))
	return o.journal.want(Wish{Op: op, User: user, No: no, Key: key, Stored: stored(user, subject, key), Body: body, Path: path})
}

// settle asks until there is an answer. An acknowledged wish may be asked for again later.
func (o *officer) settle(ctx context.Context, w Wish) Answer {
	a := o.ask(ctx, o.r, w)
	if a.Acknowledged() && o.r.IntN(5) == 0 {
		o.asked = append(o.asked, w)
	}
	return a
}

func (o *officer) register(ctx context.Context) {
	if o.docket.full() {
		o.withdraw(ctx)
		return
	}
	w := o.wish("register", clerk, "register", "", "/api/v1/grievances", complaint(o.r, int(o.cases.Add(1))))
	left := o.r.IntN(6) == 0
	if a := o.settle(ctx, w); a.Acknowledged() {
		o.docket.add(&matter{no: a.No, code: a.Code, since: time.Now(), left: left})
	}
}

// step moves a case on: one officer, or two who want the same at the same moment.
func (o *officer) step(ctx context.Context, racers int) {
	m := o.docket.any(o.r)
	if m == nil {
		return
	}
	var v view
	if _, ok := o.get(ctx, o.r, watcher, "/api/v1/cases/"+m.no, &v); !ok {
		return
	}
	if v.Over {
		o.docket.close(m)
		return
	}
	var wg sync.WaitGroup
	for i := range racers {
		mv, ok := next(o.r, v)
		if !ok || !o.knows(ctx, mv.user) {
			return
		}
		w := o.onCase(m, mv)
		twins := 1 + o.r.IntN(16)/15 // sometimes one wish goes to both processes at a time
		for twin := range twins {
			r := rand.New(rand.NewPCG(o.r.Uint64(), uint64(10*i+twin)))
			wg.Go(func() { o.ask(ctx, r, w) })
		}
	}
	wg.Wait()
}

func (o *officer) onCase(m *matter, mv move) Wish {
	path := "/api/v1/cases/" + m.no + "/actions/" + mv.action
	if mv.user == citizen {
		path = "/api/v1/public/cases/" + m.no + "/actions/" + mv.action + "?code=" + url.QueryEscape(m.code)
	}
	return o.wish(mv.action, mv.user, "grievance/"+m.no, m.no, path, form(mv.input))
}

func form(input map[string]any) map[string]any {
	if input == nil {
		return map[string]any{}
	}
	return input
}

// meet moves a joint session on, where a case has one.
func (o *officer) meet(ctx context.Context) {
	m := o.docket.any(o.r)
	if m == nil {
		return
	}
	var page struct {
		Items []session `json:"items"`
	}
	if _, ok := o.get(ctx, o.r, watcher, "/api/v1/cases/"+m.no+"/sessions", &page); !ok || len(page.Items) == 0 {
		o.step(ctx, 1)
		return
	}
	s := page.Items[len(page.Items)-1]
	mv, ok := nextAt(o.r, s)
	if !ok || !o.knows(ctx, mv.user) {
		o.step(ctx, 1)
		return
	}
	o.settle(ctx, o.wish(mv.action, mv.user, "joint/"+s.No, s.No, "/api/v1/sessions/"+s.No+"/actions/"+mv.action, form(mv.input)))
}

// again asks for what was acknowledged before: the answer must be the one of then.
func (o *officer) again(ctx context.Context) {
	if len(o.asked) == 0 {
		o.step(ctx, 1)
		return
	}
	o.ask(ctx, o.r, o.asked[o.r.IntN(len(o.asked))])
}

// withdraw lets a petitioner take an old case back.
func (o *officer) withdraw(ctx context.Context) {
	m := o.docket.stale()
	if m == nil {
		o.step(ctx, 1)
		return
	}
	o.docket.close(m)
	o.settle(ctx, o.onCase(m, move{citizen, "withdraw", map[string]any{"statement": "本人自愿撤回诉求"}}))
}
