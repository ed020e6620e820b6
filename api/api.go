package api

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/machine"
	"huajie/domain/org"
)

// zone is the zone of every time this door shows.
var zone = calendar.Zone

// server answers requests.
type server struct {
	Deps
	api       huma.API
	engine    *gin.Engine
	patience  *patience
	rate      *limiter // nil: nobody is limited
	restraint restraint
	cases     caseDoor
	sessions  sessionDoor
	whistles  whistleDoor
	document  document
	hub       *hub
	figures   figuresKept
	outlines  outlines
	judging   sync.Mutex
	// officeWords and citizenWords are what codes are called.
	officeWords, citizenWords wordsKept
}

// New makes the handler of the whole API. Production and tests use the same one.
func New(d Deps) http.Handler {
	if d.Now == nil {
		d.Now = time.Now
	}
	// A cookie is sent by the browser whoever asks; a page of another origin
	// must not be able to use it.
	foreign := http.NewCrossOriginProtection()
	foreign.SetDenyHandler(http.HandlerFunc(denyForeign))
	if origin := trusted(d.Door.PublicURL); origin != "" { // a proxy may call us by another name
		_ = foreign.AddTrustedOrigin(origin) // it was just made
	}
	s := newServer(d)
	s.document = render(s.api.OpenAPI())
	return guarded(d.Door, s.fromEngineUI(foreign.Handler(s.engine)))
}

func newServer(d Deps) *server {
	s := &server{Deps: d, patience: newPatience(d.Now), rate: newLimiter(d.Door, d.Now)}
	s.hub = newHub(s)
	s.figures.kept = map[string]PublicFigures{}
	engine := gin.New()
	engine.HandleMethodNotAllowed = true
	engine.RedirectTrailingSlash = false
	engine.ContextWithFallback = true
	engine.Use(withInfo, withWatch(d.Watch), withLog(d.Log), withRecover, withReadableURL, withLists)
	engine.NoRoute(s.noRoute)
	engine.NoMethod(noMethod)
	s.api = humagin.New(engine, humaConfig(documentVersion))
	s.cases, s.sessions, s.whistles = newCaseDoor(s), newSessionDoor(s), newWhistleDoor(s)
	s.routes(engine)
	s.engine = engine
	return s
}

// The bounds of a connection.
const (
	headerTime  = 5 * time.Second
	idleTime    = 2 * time.Minute
	headerBytes = 64 << 10
)

// NewServer puts the bounds an open port needs around a handler: whoever sends a header or a
// body drop by drop, reads its answer so, or does nothing at all, is hung up on. A part of a
// photo has longer (partTimeout).
func NewServer(h http.Handler, request time.Duration) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: min(headerTime, request),
		ReadTimeout:       request,
		WriteTimeout:      request + drainTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    headerBytes,
	}
}

// humaConfig is what huma does by default, without what it adds to bodies and
// without pages that load their scripts from elsewhere.
func humaConfig(version string) huma.Config {
	c := huma.DefaultConfig("Huajie 化解", version)
	c.CreateHooks = nil // no $schema links in bodies
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	describe(c.OpenAPI)
	return c
}

// rulesHere are the rules of the house as such, for what concerns no case.
func (s *server) rulesHere() *machine.Rules { return s.Rules.Rules("", "", s.Now()) }

func (s *server) tree() *org.Tree { return s.rulesHere().Org }

func denyForeign(w http.ResponseWriter, r *http.Request) {
	info := &requestInfo{requestID: newRequestID()}
	w.Header().Set("X-Request-Id", info.requestID)
	writeRefusal(w, r.WithContext(context.WithValue(r.Context(), infoKey{}, info)), errForeign)
}

var errForeign = domain.Forbid("foreign_origin", "", "不接受来自其他网站的请求", "requests from pages of other sites are not taken")
