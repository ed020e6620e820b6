package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"huajie/domain"
)

// The bounds of one request.
const (
	maxBody        = 1 << 20
	requestTimeout = 25 * time.Second
)

func init() { gin.SetMode(gin.ReleaseMode) }

// requestInfo follows one request; the access log is written from it.
type requestInfo struct {
	requestID string
	problem   *Problem
	cause     error
}

type infoKey struct{}

// infoOf gives the info of the request; outside of one it is empty.
func infoOf(ctx context.Context) *requestInfo {
	if info, ok := ctx.Value(infoKey{}).(*requestInfo); ok {
		return info
	}
	return &requestInfo{}
}

func (i *requestInfo) fail(p *Problem, cause error) { i.problem, i.cause = p, cause }

// newRequestID is never taken from the caller: it is told back and logged.
func newRequestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// withInfo gives the request its number, its time limit and its body limit.
func withInfo(c *gin.Context) {
	info := &requestInfo{requestID: newRequestID()}
	ctx := context.WithValue(c.Request.Context(), infoKey{}, info)
	timeout, body := requestTimeout, int64(maxBody)
	switch c.FullPath() { // what is sent over a slow line
	case partPath, publicPartPath:
		timeout, body = partTimeout, maxPart
	case gridCheckPath:
		timeout, body = partTimeout, mostGridFile
	case exportFilePath:
		timeout = downloadTime
	}
	if timeout > requestTimeout {
		_ = http.NewResponseController(c.Writer).SetWriteDeadline(time.Now().Add(timeout + drainTime)) // not every writer has one
	}
	if c.FullPath() != eventsPath { // a stream goes on until somebody leaves
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	c.Request = c.Request.WithContext(ctx)
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, body+1)
	// There is one format to choose from, and huma's choosing panics on some
	// headers (found by TestNoInputBreaksTheDoor).
	c.Request.Header.Del("Accept")
	h := c.Writer.Header()
	h.Set("X-Request-Id", info.requestID)
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept-Language, Authorization, Cookie")
	c.Next()
}

// withLog writes one line per request: which route, how it ended, how long it
// took. Paths, query strings, bodies and names are left out; they are people's.
func withLog(log *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		start := time.Now()
		c.Next()
		info, route := infoOf(c.Request.Context()), c.FullPath()
		if route == "" {
			route = "none"
		}
		attrs := []any{"request_id", info.requestID, "method", c.Request.Method, "route", route, "status", c.Writer.Status(),
			"ms", time.Since(start).Milliseconds(), "bytes", max(0, c.Writer.Size())}
		if info.problem == nil {
			log.Info("request", attrs...)
			return
		}
		attrs = append(attrs, "code", string(info.problem.Code), "reason", info.problem.Reason)
		if info.problem.Status < http.StatusInternalServerError {
			log.Info("request", attrs...)
			return
		}
		log.Error("request", append(attrs, "error", fmt.Sprint(info.cause))...)
	}
}

// withWatch lets somebody observe every request.
func withWatch(w Watch) gin.HandlerFunc {
	return func(c *gin.Context) {
		if w == nil || c.FullPath() == eventsPath { // a stream of hours says nothing of how fast answers are
			c.Next()
			return
		}
		ctx, end := w.Begin(c.Request, c.FullPath())
		c.Request = c.Request.WithContext(ctx)
		c.Next()
		end(c.Writer.Status())
	}
}

// withRecover turns a panic into an internal error. The value of the panic is
// logged by its type and place only, because it may hold what was sent.
func withRecover(c *gin.Context) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(v)
		}
		cause := fmt.Errorf("panic of type %T\n%s", v, debug.Stack())
		if c.Writer.Written() {
			infoOf(c.Request.Context()).fail(&Problem{Status: http.StatusInternalServerError, Code: codeInternal, Reason: "panic"}, cause)
			return
		}
		writeProblem(c, cause)
	}()
	c.Next()
}

// withLists takes a parameter that is given several times for a list, as a form sends one: of
// ?state=a&state=b the second must not get lost in silence. One that is no list is then
// refused by its own rule.
func withLists(c *gin.Context) {
	q, some := c.Request.URL.Query(), false
	for name, values := range q {
		if len(values) > 1 {
			q[name], some = []string{strings.Join(values, ",")}, true
		}
	}
	if some {
		c.Request.URL.RawQuery = q.Encode()
	}
	c.Next()
}

// withReadableURL refuses what no name or number of ours contains and what the
// ledger could not even store: invalid UTF-8 and control characters.
func withReadableURL(c *gin.Context) {
	query, err := url.QueryUnescape(c.Request.URL.RawQuery)
	if err != nil || !readable(query) || !readable(c.Request.URL.Path) {
		writeProblem(c, malformed("url_unreadable", "网址中含有无法识别的字符", "the address contains characters that cannot be read"))
		c.Abort()
		return
	}
	c.Next()
}

func readable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// writeProblem answers outside of huma: unknown routes, panics, foreign origins.
func writeProblem(c *gin.Context, err error) {
	writeRefusal(c.Writer, c.Request, err)
}

func writeRefusal(w http.ResponseWriter, r *http.Request, err error) {
	info := infoOf(r.Context())
	p := problemOf(err, english(r.Header.Get("Accept-Language")), info.requestID)
	info.fail(p, err)
	for name, value := range headersFor(p.Status, refusalOf(err).Wait) {
		w.Header().Set(name, value)
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the caller may have gone
}

// noRoute answers where the API has nothing: with a page, where there are pages.
func (s *server) noRoute(c *gin.Context) {
	reads := c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead
	if s.Pages == nil || !reads || strings.HasPrefix(c.Request.URL.Path, "/api/") {
		writeProblem(c, domain.NotFound())
		return
	}
	c.Status(http.StatusOK) // gin has said 404 before asking
	s.Pages.ServeHTTP(c.Writer, c.Request)
}

func noMethod(c *gin.Context) {
	writeProblem(c, &domain.Error{Code: codeMethod, Reason: "method_not_allowed"})
}

// english tells whether an Accept-Language prefers English to Chinese. Chinese
// is the language of the house: it answers in doubt.
func english(header string) bool {
	best := map[string]float64{}
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			var err error
			if q, err = strconv.ParseFloat(v, 64); err != nil {
				continue
			}
		}
		best[primary] = max(best[primary], q)
	}
	return best["en"] > best["zh"]
}
