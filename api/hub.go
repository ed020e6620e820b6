package api

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"huajie/domain/view"
)

// How the hub keeps its streams. Variables of the hub, so that tests need not wait.
const (
	mostStreams  = 2000                   // open streams of one process
	mostPerUser  = 20                     // of one account
	streamBuffer = 256                    // changes a slow reader may be behind
	gatherTime   = 50 * time.Millisecond  // changes of so long are judged together
	stopCheck    = 200 * time.Millisecond // how soon streams notice that the process stops
	overlap      = 2 * time.Minute        // commits and clocks are not in order to the second
)

// hub brings what is committed to those who may hear of it. It listens while
// somebody does, on one connection for the whole process, and judges every change
// once for all: who may see the case as it is now hears its number.
type hub struct {
	s *server

	mu       sync.Mutex
	streams  map[*stream]bool
	stop     context.CancelFunc // ends the listening; nil while nobody listens
	live     chan struct{}      // closed once nothing is missed any more
	lost     time.Time          // when the last connection was lost; zero while it is there
	shutting bool
}

// stream is one caller who listens.
type stream struct {
	who     caller
	changes chan view.Change
	mail    chan struct{} // word that there may be a notice
	gone    chan struct{} // closed when the hub lets go of it
	slow    bool          // because it did not keep up; read after gone

	told view.Inbox // of the reader's own goroutine
	owed bool       // the inbox could not be read
}

func newHub(s *server) *hub { return &hub{s: s, streams: map[*stream]bool{}} }

// join adds a stream, and starts to listen for the first.
func (h *hub) join(who caller) (x *stream, live <-chan struct{}, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	mine := 0
	for x := range h.streams {
		if x.who.actor.User == who.actor.User {
			mine++
		}
	}
	switch {
	case h.shutting:
		return nil, nil, unavailable("stopping")
	case mine >= mostPerUser:
		return nil, nil, errTooManyStreams
	case len(h.streams) >= mostStreams:
		return nil, nil, unavailable("too_many_streams")
	}
	x = &stream{who: who, changes: make(chan view.Change, streamBuffer), mail: make(chan struct{}, 1), gone: make(chan struct{})}
	h.streams[x] = true
	if h.stop == nil {
		ctx, cancel := context.WithCancel(context.Background()) // of the process, not of the first caller
		h.stop, h.live, h.lost = cancel, make(chan struct{}), time.Time{}
		go h.run(ctx)
	}
	return x, h.live, nil
}

// leave takes a stream out; with the last one the listening ends.
func (h *hub) leave(x *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(x, false)
}

func (h *hub) drop(x *stream, slow bool) {
	if !h.streams[x] {
		return
	}
	delete(h.streams, x)
	x.slow = slow
	close(x.gone)
	if len(h.streams) == 0 && h.stop != nil {
		h.stop()
		h.stop = nil
	}
}

// run listens until nobody does any more, again and again where the connection is
// lost, and lets everybody go when the process stops.
func (h *hub) run(ctx context.Context) {
	heard := make(chan view.Change, 4*streamBuffer)
	back, arrived, anew := make(chan struct{}, 1), make(chan struct{}, 1), make(chan struct{}, 1)
	go h.listen(ctx, heard, back, anew)
	go h.carry(ctx, arrived, anew)
	check := time.NewTicker(stopCheck)
	defer check.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-check.C:
			if h.s.Stopping != nil && h.s.Stopping() {
				h.letGo()
			}
		case <-back:
			h.catchUp(ctx)
		case c := <-heard:
			signal(arrived)
			h.tell(ctx, gather(ctx, c, heard))
		}
	}
}

// letGo ends every stream: the process stops.
func (h *hub) letGo() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.shutting = true
	for x := range h.streams {
		h.drop(x, false)
	}
}

// listen holds the connection. anew is told whenever there is one, and back when
// another was lost before it.
func (h *hub) listen(ctx context.Context, heard chan<- view.Change, back, anew chan struct{}) {
	for pause := 100 * time.Millisecond; ctx.Err() == nil; pause = min(2*pause, 5*time.Second) {
		err := h.s.Changes.Listen(ctx, func() {
			pause = 100 * time.Millisecond
			if h.listening() {
				signal(back)
			}
			signal(anew)
		}, func(c view.Change) {
			select {
			case heard <- c:
			case <-ctx.Done():
			}
		})
		if ctx.Err() != nil {
			return
		}
		h.silent()
		h.s.Log.WarnContext(ctx, "the live stream does not hear the ledger", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// listening notes that the connection is there; it tells whether one was lost before.
func (h *hub) listening() (again bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.live:
	default:
		close(h.live)
	}
	return !h.lost.IsZero()
}

func (h *hub) silent() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.lost.IsZero() {
		h.lost = h.s.Now()
	}
}

// catchUp tells every stream what was committed while nobody listened.
func (h *hub) catchUp(ctx context.Context) {
	h.mu.Lock()
	since := h.lost.Add(-overlap)
	h.mu.Unlock()
	missed, err := h.s.Changes.ChangedSince(ctx, everything, since, mostReplayed)
	if err != nil {
		return // the connection is lost again, and lost is kept
	}
	h.mu.Lock()
	h.lost = time.Time{}
	if len(missed) > mostReplayed { // too much to tell one by one
		for x := range h.streams {
			h.offer(x, view.Change{})
		}
		missed = nil
	}
	h.mu.Unlock()
	if len(missed) > 0 {
		h.tell(ctx, missed)
	}
}

// gather takes in what else has been heard, so that it is judged with one question.
func gather(ctx context.Context, first view.Change, heard <-chan view.Change) []view.Change {
	out := []view.Change{first}
	enough := time.NewTimer(gatherTime)
	defer enough.Stop()
	for len(out) < streamBuffer {
		select {
		case c := <-heard:
			out = append(out, c)
		case <-enough.C:
			return out
		case <-ctx.Done():
			return out
		}
	}
	return out
}

// tell brings changes to the streams of those who may see the case now.
func (h *hub) tell(ctx context.Context, changes []view.Change) {
	latest, nos := map[string]int{}, []string{}
	for _, c := range changes {
		latest[c.No] = max(latest[c.No], c.Seq)
		if no := c.CaseNo(); !slices.Contains(nos, no) {
			nos = append(nos, no)
		}
	}
	standing, err := h.standing(ctx, nos)
	if err != nil {
		return // nobody listens any more
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, no := range slices.Sorted(maps.Keys(latest)) {
		seen := standing[view.Change{No: no}.CaseNo()]
		for x := range h.streams {
			if seen != nil && seen(x.who.scope) {
				h.offer(x, view.Change{No: no, Seq: latest[no]})
			}
		}
	}
}

// standing asks who sees what until the ledger answers; what is heard meanwhile waits.
func (h *hub) standing(ctx context.Context, nos []string) (map[string]view.Sight, error) {
	for {
		out, err := h.s.Changes.Standing(ctx, nos)
		if err == nil {
			return out, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// offer never waits: who does not keep up is let go and comes back for the rest.
func (h *hub) offer(x *stream, c view.Change) {
	select {
	case x.changes <- c:
	default:
		h.drop(x, true)
	}
}
