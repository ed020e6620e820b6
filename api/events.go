package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/view"
)

// eventsPath is the live stream.
const eventsPath = basePath + "/events"

const (
	heartbeat     = 15 * time.Second // a comment, so that nobody in between gives the connection up
	writePatience = 10 * time.Second // how long one write to a reader may take
	mostReplayed  = 500              // changes told one by one on coming back; more mean: read anew
	oldestResume  = time.Hour        // an event id older than this means: read anew
	comeBack      = 3000             // milliseconds a reader waits before coming back
)

var errTooManyStreams = &domain.Error{Code: domain.CodeTooMany, Reason: "too_many_streams",
	Text: domain.Text{ZH: "同一账号打开的实时连接过多", EN: "too many live streams are open for this account"}}

// Changed is the data of an event: what has moved, and how far. The caller reads it
// under their own rights.
type Changed struct {
	No  string `json:"no" doc:"number of the case, joint session or whistle"`
	Seq int    `json:"seq" doc:"version it has now, as its ETag"`
}

// stream makes the route of the live stream. It does not end by itself and is written
// by hand; the document describes it all the same.
func (s *server) stream(engine *gin.Engine) {
	engine.GET(eventsPath, s.events)
	op := operation(http.MethodGet, eventsPath, "follow-changes", tagCases, "Follow changes of cases, joint sessions and whistles (server-sent events)")
	op.Description = "Event `case`, `session` or `whistle`: data `{\"no\",\"seq\"}` of what has changed within the caller's scope. " +
		"Event `notice`: data `{\"id\",\"unread\"}`, the newest notice to the caller and how many are unread; fetch them with GET /notices?after=. " +
		"It is told on every connection, so that nothing rests on the last one. " +
		"Event `reload`: too much was missed, read your lists anew. Comments are heartbeats. " +
		"Come back with Last-Event-ID and nothing is lost; a change may be told twice. " +
		"办件变动的实时通知:只告知编号与版本,内容由调用者按本人权限读取。"
	op.Security = []map[string][]string{{securityBearer: {}}, {securityCookie: {}}}
	withScope(&op)
	op.Parameters = []*huma.Param{{Name: "Last-Event-ID", In: "header", Description: "id of the last event received", Schema: &huma.Schema{Type: huma.TypeString, MaxLength: ptr(40)}}}
	problem := map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}}
	op.Responses = map[string]*huma.Response{
		"200":     {Description: "The stream", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}}}},
		"default": {Description: "A refusal, or the ledger is away", Content: problem},
	}
	s.api.OpenAPI().AddOperation(&op)
}

func ptr[T any](v T) *T { return &v }

// events answers with the stream.
func (s *server) events(c *gin.Context) {
	ctx := c.Request.Context()
	who, err := s.follower(c)
	if err != nil {
		writeProblem(c, err)
		return
	}
	x, live, err := s.hub.join(who)
	if err != nil {
		writeProblem(c, err)
		return
	}
	defer s.hub.leave(x)
	select {
	case <-live:
	case <-time.After(requestTimeout):
		writeProblem(c, unavailable("ledger_away"))
		return
	case <-ctx.Done():
		return
	}
	w := &feed{c: c, out: http.NewResponseController(c.Writer), now: s.Now}
	if w.begin() != nil {
		return
	}
	if s.resume(ctx, w, x, c.Request.Header.Get("Last-Event-ID")) != nil {
		return
	}
	s.follow(ctx, w, x)
}

// tellInbox tells the reader of new notices, where there is anything new to tell. What
// cannot be read now is told with the next heartbeat.
func (s *server) tellInbox(ctx context.Context, w *feed, x *stream) error {
	box, err := s.Reader.Inbox(ctx, x.who.scope, x.who.actor)
	x.owed = err != nil
	if err != nil || box == x.told {
		return nil
	}
	x.told = box
	return w.send("notice", box)
}

// follower is who asks for the stream.
func (s *server) follower(c *gin.Context) (caller, error) {
	r := c.Request
	for name := range r.URL.Query() {
		return caller{}, domain.Invalid(domain.Fault(shortName(name), "unknown_field", "没有这个查询参数", "there is no such query parameter"))
	}
	token := bearerOf(r.Header.Get("Authorization"))
	if k, err := r.Cookie(s.cookieName(sessionCookie)); token == "" && err == nil {
		token = k.Value
	}
	who, err := s.admit(r.Context(), token, scopes["follow-changes"], request{r.RemoteAddr, c.Header})
	if err == nil && s.Changes == nil {
		err = unavailable("no_stream")
	}
	return who, err
}

// resume tells what has changed since the last event a reader had. The stream has
// been joined before: what comes in meanwhile waits, and may be told twice.
func (s *server) resume(ctx context.Context, w *feed, x *stream, last string) error {
	if last == "" {
		return w.comment("following")
	}
	since, ok := momentOf(last)
	if now := s.Now(); !ok || now.Sub(since) > oldestResume || since.After(now.Add(overlap)) {
		return w.send("reload", struct{}{})
	}
	missed, err := s.Changes.ChangedSince(ctx, x.who.scope, since.Add(-overlap), mostReplayed)
	if err != nil || len(missed) > mostReplayed {
		return w.send("reload", struct{}{})
	}
	for _, m := range missed {
		if err := w.change(m); err != nil {
			return err
		}
	}
	return w.comment("following")
}

// follow brings changes until the reader leaves, is let go, or may not listen any more.
func (s *server) follow(ctx context.Context, w *feed, x *stream) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	if s.tellInbox(ctx, w, x) != nil {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-x.gone:
			// It comes back by itself, with the id of its last event; later, if it was slow.
			if x.slow {
				_ = w.write(fmt.Sprintf("retry: %d\n\n", 3*comeBack))
			}
			return
		case change := <-x.changes:
			if w.change(change) != nil {
				return
			}
		case <-x.mail:
			if s.tellInbox(ctx, w, x) != nil {
				return
			}
		case <-beat.C:
			if !s.renew(ctx, x) || w.comment("") != nil {
				return
			}
			if x.owed {
				signal(x.mail)
			}
		}
	}
}

// renew reads the rights of the caller anew: who has been signed out, or moved to
// another office, does not go on hearing what they heard before.
func (s *server) renew(ctx context.Context, x *stream) bool {
	who, err := s.whoIs(ctx, x.who.token)
	if err == nil {
		err = who.pass.Admit(scopes["follow-changes"])
	}
	switch domain.CodeOf(err) {
	case "":
		s.hub.mu.Lock()
		x.who = who
		s.hub.mu.Unlock()
		return err == nil
	case domain.CodeUnavailable:
		return true // the ledger is away; nothing is told meanwhile
	}
	return false
}

// feed writes events.
type feed struct {
	c   *gin.Context
	out *http.ResponseController
	now func() time.Time
}

func (w *feed) begin() error {
	h := w.c.Writer.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no")
	w.c.Writer.WriteHeader(http.StatusOK)
	return w.write(fmt.Sprintf("retry: %d\n\n", comeBack))
}

func (w *feed) comment(words string) error { return w.write(": " + words + "\n\n") }

func (w *feed) change(c view.Change) error {
	if c == (view.Change{}) {
		return w.send("reload", struct{}{})
	}
	return w.send(changeNames[activities.KindOf(c.No)], Changed(c))
}

// changeNames are the events of the stream, by the kind of what has changed.
var changeNames = map[string]string{activities.KindGrievance: "case", activities.KindSession: "session", activities.KindWhistle: "whistle"}

func (w *feed) send(event string, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return w.write("id: " + idOf(w.now()) + "\nevent: " + event + "\ndata: " + string(body) + "\n\n")
}

// write gives one reader a while and no more: a connection nobody reads from must not
// hold a place for ever.
func (w *feed) write(s string) error {
	_ = w.out.SetWriteDeadline(time.Now().Add(writePatience)) // a writer in a test has none
	if _, err := w.c.Writer.WriteString(s); err != nil {
		return err
	}
	return w.out.Flush()
}

// The id of an event is the moment it was told: enough to ask for everything since.
func idOf(at time.Time) string { return strconv.FormatInt(at.UnixMicro(), 10) }

func momentOf(id string) (time.Time, bool) {
	n, err := strconv.ParseInt(id, 10, 64)
	return time.UnixMicro(n), err == nil && n > 0
}
