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
		o.begin(ctx)
	case dice < 70:
		o.step(ctx, 1)
	case dice < 76:
		o.step(ctx, 2)
	case dice < 86:
		o.meet(ctx, o.docket.any(o.r))
	case dice < 92:
		o.again(ctx)
	default:
		o.finish(ctx)
	}
}

// wish mints the key, once.
func (o *officer) wish(op, user, subject, no, path string, body any) Wish {
	key := fmt.Sprintf("chaos-%d-%d", o.n, o.keys.Add(1))
	return o.journal.want(Wish{Op: op, User: user, No: no, Key: key, Stored: stored(user, subject, key), Photos: photosIn(body), Body: body, Path: path})
}

// settle asks until there is an answer. An acknowledged wish may be asked for again later.
func (o *officer) settle(ctx context.Context, w Wish) Answer {
	a := o.ask(ctx, o.r, w)
	if a.Acknowledged() && o.r.IntN(5) == 0 {
		o.asked = append(o.asked, w)
	}
	return a
}

// begin brings something new: a complaint over the counter, an event seen in the grid, a
// whistle of the township.
func (o *officer) begin(ctx context.Context) {
	if o.docket.full() {
		o.finish(ctx)
		return
	}
	n, left := int(o.cases.Add(1)), o.r.IntN(6) == 0
	var w Wish
	m := &matter{left: left}
	switch dice := o.r.IntN(10); {
	case dice < 5:
		w = o.wish("register", clerk, "register", "", "/api/v1/grievances", complaint(o.r, n))
	case dice < 9:
		w, m.like = o.sighting(ctx, n)
	default:
		w = o.wish("draft", office, "draft", "", "/api/v1/whistles", draft(o.r))
	}
	if a := o.settle(ctx, w); a.Acknowledged() {
		m.no, m.code = a.No, a.Code
		o.docket.add(m)
	}
}

// sighting is a report of a grid event, and what it may be the double of. Without photos
// only an emergency is taken.
func (o *officer) sighting(ctx context.Context, n int) (w Wish, like string) {
	user := pick(o.r, reporters...)
	in, at := report(o.r, n)
	in, ok := o.taking(ctx, user, at, in)
	if !ok || o.r.IntN(4) == 0 {
		in, at = reportOfEmergency(o.r, n)
	}
	like = fmt.Sprint(in["category"], at)
	if twin := o.docket.twin(like, ""); twin != "" && o.r.IntN(3) == 0 {
		in["same_as"] = twin
	}
	return o.wish("report", user, "report", "", "/api/v1/grid-events", in), like
}

// step moves a case on: one officer, or two who want the same at the same moment.
func (o *officer) step(ctx context.Context, racers int) {
	m := o.docket.any(o.r)
	if m == nil {
		return
	}
	v, ok := o.look(ctx, m)
	if !ok {
		return
	}
	var wg sync.WaitGroup
	for i := range racers {
		w, ok := o.moving(ctx, m, v, m.trade().next)
		if !ok {
			break
		}
		twins := 1 + o.r.IntN(16)/15 // sometimes one wish goes to both processes at a time
		for twin := range twins {
			r := rand.New(rand.NewPCG(o.r.Uint64(), uint64(10*i+twin)))
			wg.Go(func() { o.ask(ctx, r, w) })
		}
	}
	wg.Wait()
}

// look reads how a matter stands. What is over leaves the desks, unless somebody has
// something to say even then.
func (o *officer) look(ctx context.Context, m *matter) (v view, ok bool) {
	if _, ok = o.get(ctx, o.r, m.trade().watch, m.trade().path+m.no, &v); !ok {
		return v, false
	}
	v.code, v.twin = m.code, o.docket.twin(m.like, m.no)
	if !v.over() {
		return v, true
	}
	if _, more := m.trade().next(o.r, v); more {
		return v, true
	}
	if o.docket.close(m) {
		o.follow(m, v)
	}
	return v, false
}

// follow takes up what an event became, and the event again when that came to nothing.
func (o *officer) follow(m *matter, v view) {
	switch {
	case v.Event.ConvertedTo != "":
		o.docket.add(&matter{no: v.Event.ConvertedTo, from: m.no})
	case m.from != "" && (v.State == "rejected" || v.State == "withdrawn"):
		o.docket.add(&matter{no: m.from})
	}
}

// moving makes a wish of what somebody would do about a matter, if there is such a thing.
func (o *officer) moving(ctx context.Context, m *matter, v view, what func(*rand.Rand, view) (move, bool)) (Wish, bool) {
	mv, ok := what(o.r, v)
	if !ok || !o.knows(ctx, mv.user) {
		return Wish{}, false
	}
	input, ok := o.taking(ctx, mv.user, v.place(), form(mv.input))
	if !ok {
		return Wish{}, false
	}
	path := m.trade().path + m.no + "/actions/" + mv.action
	if mv.user == citizen {
		path = "/api/v1/public/cases/" + m.no + "/actions/" + mv.action + "?code=" + url.QueryEscape(m.code)
	}
	return o.wish(mv.action, mv.user, kindOf(m.no)+"/"+m.no, m.no, path, input), true
}

func form(input map[string]any) map[string]any {
	if input == nil {
		return map[string]any{}
	}
	return input
}

// meet moves a joint session on, where a case has one.
func (o *officer) meet(ctx context.Context, m *matter) {
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

// finish brings an old matter to its end, or nearer to it.
func (o *officer) finish(ctx context.Context) {
	m := o.docket.stale(o.r)
	if m == nil {
		o.step(ctx, 1)
		return
	}
	if kindOf(m.no) == "grievance" && m.code == "" && o.r.IntN(2) == 0 { // its session may be in the way
		o.meet(ctx, m)
		return
	}
	if v, ok := o.look(ctx, m); ok {
		if w, ok := o.moving(ctx, m, v, m.trade().end); ok {
			o.settle(ctx, w)
		}
	}
}
