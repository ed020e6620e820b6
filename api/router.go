package api

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"huajie/domain/form"
	"huajie/domain/gridevent"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/policy"
	"huajie/domain/whistle"
)

// basePath is where the API stands.
const basePath = "/api/v1"

// The parts of the document.
const (
	tagCases    = "cases"
	tagSteps    = "steps of a case"
	tagSessions = "joint sessions"
	tagWhistles = "whistles"
	tagPublic   = "petitioner"
	tagNotices  = "notices"
	tagReports  = "supervision"
	tagRules    = "rulebook"
	tagAccount  = "account"
	tagSystem   = "system"
	tagFiles    = "photographs"
	tagExports  = "exports"
	tagAdmin    = "administration"
)

// routes are all routes there are.
func (s *server) routes(engine *gin.Engine) {
	get(s, "/grievances/form", "registration-form", tagCases, "Inputs of a registration", s.registerForm)
	post(s, "/grievances", "register-grievance", tagCases, "Register a grievance (G1)", registrationSchema(), http.StatusCreated, s.register)

	get(s, "/grid-events/form", "report-form", tagCases, "Inputs of a report", s.eventForm)
	get(s, "/grid-events/candidates", "event-candidates", tagCases, "What a report may be the double of (E5)", s.eventCandidates)
	post(s, "/grid-events", "report-grid-event", tagCases, "Report a grid event (E1)", reportSchema(), http.StatusCreated, s.reportEvent)

	get(s, "/cases", "list-cases", tagCases, "List cases in the caller's scope", s.listCases)
	get(s, "/cases/{no}", "get-case", tagCases, "Show a case", s.cases.get)
	get(s, "/cases/{no}/timeline", "get-case-timeline", tagCases, "Everything that happened", s.caseTimeline)
	get(s, "/cases/{no}/statement", "get-case-statement", tagCases, "What was said beside the summary when the matter was put in", s.caseStatement)
	get(s, "/cases/{no}/clocks", "get-case-clocks", tagCases, "Every limit, explained", s.caseClocks)
	get(s, "/cases/{no}/actions", "get-case-actions", tagCases, "What this caller may do now", s.caseActions)
	post(s, "/cases/{no}/preview/{action}", "preview-step", tagCases, "The limits a step would set, before it is taken", anyForm(), http.StatusOK, s.previewStep)
	get(s, "/cases/{no}/similar", "get-case-similar", tagCases, "Earlier cases of the same person about the same matter", s.similarCases)
	get(s, "/cases/{no}/candidates", "case-candidates", tagCases, "Grid events that may be the same as this one (E5)", s.caseCandidates)
	get(s, "/cases/{no}/petitioner", "get-case-petitioner", tagCases, "Who raised the matter, masked", s.casePetitioner)
	post(s, "/cases/{no}/unmask", "unmask-petitioner", tagCases, "See who raised the matter: for a purpose, once, on record", schemaOf(unmaskFields, false), http.StatusOK, s.unmask)
	get(s, "/cases/{no}/notices", "list-case-notices", tagCases, "Who was told what about a case", s.caseNotices)
	get(s, "/cases/{no}/sessions", "list-case-sessions", tagSessions, "Joint sessions under a case", s.caseSessions)
	get(s, "/cases/{no}/receipt", "get-case-receipt", tagCases, "A signed receipt of where the case stands and how its deadlines are counted", s.caseReceipt)
	steps := together(deeds(grievance.Machine, sampleCases()), deeds(gridevent.Machine, sampleEvents()))
	for _, d := range steps {
		post(s, "/cases/{no}/actions/"+d.action, "case-"+d.action, tagSteps, d.summary, d.schema, http.StatusOK, s.cases.stepping(d.action))
	}

	get(s, "/sessions", "list-sessions", tagSessions, "Joint sessions that meet in a span: a calendar", s.meetings)
	get(s, "/sessions/{no}", "get-session", tagSessions, "Show a joint session", s.sessions.get)
	get(s, "/sessions/{no}/timeline", "get-session-timeline", tagSessions, "Everything that happened", s.sessions.timeline)
	get(s, "/sessions/{no}/actions", "get-session-actions", tagSessions, "What this caller may do now", s.sessions.actions)
	for _, d := range deeds(joint.Machine, sampleSessions()) {
		post(s, "/sessions/{no}/actions/"+d.action, "session-"+d.action, tagSessions, d.summary, d.schema, http.StatusOK, s.sessions.stepping(d.action))
	}

	s.photographs()
	s.fieldRoutes()
	s.whistleRoutes()

	s.stream(engine)

	get(s, "/overdue/summary", "overdue-summary", tagReports, "What is late, by county, unit, level, light and lateness", s.overdueSummary)
	get(s, "/notices", "list-notices", tagNotices, "Notices to the caller", s.notices)
	post(s, "/notices/receipts", "receive-notices", tagNotices, "Note what has arrived and what was read", receiptsSchema(), http.StatusOK, s.receive)
	register(s, reportOperation(), http.StatusNoContent, deliveryReportSchema(), false, s.deliveryReport)
	get(s, "/stats/board", "board-statistics", tagReports, "What a wall board shows: counts, and nobody", s.board)
	get(s, "/stats/escalations", "escalation-statistics", tagReports, "How late deadlines took effect", s.escalations)
	get(s, "/stats/outages", "outage-statistics", tagReports, "When the system was away, and policy deadlines moved", s.outages)
	get(s, "/audit", "read-audit-log", tagReports, "Who looked, took or changed what, for auditors; reading is recorded too", s.auditLog)
	get(s, "/stats/trial", "trial-statistics", tagReports, "Persons received, matters registered and resolved", s.trial)

	get(s, "/org/units", "list-units", tagRules, "The organisation", s.units)
	get(s, "/org/people", "list-people", tagRules, "Names of officers, by their accounts", s.people)
	s.gridRoutes()
	get(s, "/words", "list-words", tagRules, "What codes are called: kinds, states, steps, types of event, clocks, lights, levels, roles, options", s.words)
	get(s, "/codes", "list-codes", tagRules, "The code tables", s.codeTables)
	get(s, "/duty/suggest", "suggest-duty", tagRules, "Who should lead a matter", s.suggestDuty)

	s.publicRoutes(steps)

	s.codecRoute()

	s.accountRoutes()
	s.administrationRoutes()
	s.exportRoutes()
	s.holdRoutes()
	s.rulebookRoutes()

	register(s, operation(http.MethodGet, "/livez", "live", tagSystem, "Whether the process answers"), http.StatusOK, nil, false, s.live)
	register(s, operation(http.MethodGet, "/readyz", "ready", tagSystem, "Whether everything is there that a step needs"), http.StatusOK, nil, false, s.ready)
	if s.Metrics != nil {
		engine.GET("/metrics", gin.WrapH(s.Metrics))
	}
	engine.GET("/openapi.json", func(c *gin.Context) { c.Data(http.StatusOK, "application/json; charset=utf-8", s.document.json) })
	engine.GET("/openapi.yaml", func(c *gin.Context) { c.Data(http.StatusOK, "application/yaml; charset=utf-8", s.document.yaml) })
}

// publicRoutes are what nobody signs in for.
func (s *server) publicRoutes(steps []deed) {
	register(s, operation(http.MethodPost, basePath+"/public/grievances", "register-public-grievance", tagPublic, "Register a matter without an account (G1)"),
		http.StatusCreated, publicRegistrationSchema(), false, s.registerInPublic)
	publicly(s, http.MethodGet, "/public/grievances/form", "public-registration-form", tagPublic, "Inputs of a registration without an account", nil, s.publicForm)
	publicly(s, http.MethodGet, "/public/cases/{no}", "get-public-case", tagPublic, "What the petitioner may see", nil, s.publicCase)
	publicly(s, http.MethodGet, "/public/cases/{no}/receipt", "get-public-receipt", tagPublic, "A signed receipt of what the petitioner may see", nil, s.publicCaseReceipt)
	publicly(s, http.MethodGet, "/public/cases/{no}/notices", "list-public-notices", tagPublic, "What the petitioner was told", nil, s.publicNotices)
	register(s, operation(http.MethodPost, basePath+"/public/grid-events", "report-public-grid-event", tagPublic, "Report a grid event without an account (E1)"),
		http.StatusCreated, publicReportSchema(), false, s.reportInPublic)
	for _, d := range steps {
		if d.petitioner {
			publicly(s, http.MethodPost, "/public/cases/{no}/actions/"+d.action, "public-"+d.action, tagPublic, d.summary, d.schema, s.actInPublic(d.action))
		}
	}

	s.publicPhotographs()
	s.publicAreaRoutes()
	publicly(s, http.MethodGet, "/public/words", "public-words", tagPublic, "What the codes are called that a petitioner is shown", nil, s.publicWords)
	publicly(s, http.MethodGet, "/public/figures", "public-figures", tagPublic, "How many matters there are, for everybody", nil, s.publicFigures)
}

// whistleRoutes are the routes of whistles (§3.8).
func (s *server) whistleRoutes() {
	get(s, "/whistles/form", "whistle-form", tagWhistles, "Inputs of a draft", s.whistleForm)
	post(s, "/whistles", "draft-whistle", tagWhistles, "Draft a whistle (W1)", schemaOf(whistle.DraftFields, false), http.StatusCreated, s.draftWhistle)
	get(s, "/whistles", "list-whistles", tagWhistles, "List whistles in the caller's scope, earliest due first", s.listWhistles)
	get(s, "/whistles/{no}", "get-whistle", tagWhistles, "Show a whistle", s.whistles.get)
	get(s, "/whistles/{no}/timeline", "get-whistle-timeline", tagWhistles, "Everything that happened", s.whistles.timeline)
	get(s, "/whistles/{no}/actions", "get-whistle-actions", tagWhistles, "What this caller may do now", s.whistles.actions)
	get(s, "/whistles/{no}/qr", "get-whistle-code", tagWhistles, "The code units check in with, for the township on site", s.whistleCode)
	for _, d := range deeds(whistle.Machine, nil) {
		post(s, "/whistles/{no}/actions/"+d.action, "whistle-"+d.action, tagWhistles, d.summary, d.schema, http.StatusOK, s.whistles.stepping(d.action))
	}
}

func operation(method, path, id, tag, summary string) huma.Operation {
	return huma.Operation{Method: method, Path: path, OperationID: id, Tags: []string{tag}, Summary: summary}
}

func get[I, O any](s *server, path, id, tag, summary string, h func(context.Context, *I) (*O, error)) {
	register(s, operation(http.MethodGet, basePath+path, id, tag, summary), http.StatusOK, nil, true, h)
}

func post[I, O any](s *server, path, id, tag, summary string, body *huma.Schema, status int, h func(context.Context, *I) (*O, error)) {
	register(s, operation(http.MethodPost, basePath+path, id, tag, summary), status, body, true, h)
}

func publicly[I, O any](s *server, method, path, id, tag, summary string, body *huma.Schema, h func(context.Context, *I) (*O, error)) {
	register(s, operation(method, basePath+path, id, tag, summary), http.StatusOK, body, false, h)
}

// register makes one route. The body is described to integrators, and read by
// the rules: they find every fault at once, and in both languages.
func register[I, O any](s *server, op huma.Operation, status int, body *huma.Schema, secured bool, h func(context.Context, *I) (*O, error)) {
	op.DefaultStatus = status
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = maxBody
	}
	op.SkipValidateBody = true
	op.Responses = map[string]*huma.Response{}
	withScope(&op)
	op.Middlewares = huma.Middlewares{s.openly}
	if secured {
		op.Security = []map[string][]string{{securityBearer: {}}, {securityCookie: {}}}
		op.Middlewares = huma.Middlewares{s.signedIn}
	}
	if body != nil {
		op.RequestBody = &huma.RequestBody{Content: map[string]*huma.MediaType{"application/json": {Schema: body}}}
	}
	if op.Metadata[foreign] == nil {
		op.Middlewares = append(op.Middlewares, s.strict)
	}
	huma.Register(s.api, op, finish(h))
	if body != nil {
		op.RequestBody.Required = false // an empty form is told what it lacks, like any other
		delete(op.RequestBody.Content, "application/octet-stream")
		if op.Method == http.MethodPost {
			demand(s.api.OpenAPI().Paths[op.Path], len(body.Required) > 0)
		}
	}
	op.Responses["default"].Description = "A refusal, or the engine or the ledger is away"
	for _, other := range also[op.OperationID] {
		answer := *op.Responses[strconv.Itoa(status)]
		answer.Description = http.StatusText(other)
		if other == http.StatusNotModified {
			answer.Content = nil
		}
		op.Responses[strconv.Itoa(other)] = &answer
	}
}

// demand tells in the document what is checked by hand: that a form with
// required inputs needs a body, and a step a key.
func demand(item *huma.PathItem, body bool) {
	told := *item.Post
	content := *told.RequestBody
	content.Required = body
	told.RequestBody = &content
	for _, p := range told.Parameters {
		if p.Name == "Idempotency-Key" && strings.Contains(told.Path, "/actions/") {
			p.Required = true
		}
	}
	item.Post = &told
}

// also are the answers an operation may give beside its usual one.
var also = map[string][]int{
	"register-grievance":        {http.StatusAccepted},
	"register-public-grievance": {http.StatusAccepted},
	"report-grid-event":         {http.StatusAccepted},
	"report-public-grid-event":  {http.StatusAccepted},
	"get-case":                  {http.StatusNotModified},
	"get-session":               {http.StatusNotModified},
	"get-whistle":               {http.StatusNotModified},
	"list-words":                {http.StatusNotModified},
	"public-words":              {http.StatusNotModified},
	"draft-whistle":             {http.StatusAccepted},
	"ready":                     {http.StatusServiceUnavailable},
	"declare-file":              {http.StatusOK},
	"declare-public-file":       {http.StatusOK},
}

// deed is a step as a route.
type deed struct {
	action, summary string
	petitioner      bool
	schema          *huma.Schema
}

// deeds are the steps of a machine that a person may take, with the two
// answers to a waiting request.
func deeds[S machine.Subject](m *machine.Machine[S], samples []S) []deed {
	var out []deed
	for i := range m.Steps {
		step := &m.Steps[i]
		if step.SystemOnly {
			continue
		}
		fields, varies := fieldsOf(m, step, samples)
		d := deed{step.Action, step.EN + " " + step.ZH + " (" + step.Rule + ")", step.Petitioner, schemaOf(fields, false)}
		if varies {
			d.schema.Description = "Some inputs depend on the case; GET …/actions tells which."
		}
		out = append(out, d)
	}
	for _, o := range machine.Signing() {
		out = append(out, deed{o.Action, o.EN + " " + o.ZH, false, schemaOf(o.Fields, false)})
	}
	return out
}

// together are the steps of both kinds of case, each name once: the kind of the case
// tells which of two is meant.
func together(demands, events []deed) []deed {
	out := slices.Clone(demands)
	for _, d := range events {
		i := slices.IndexFunc(out, func(o deed) bool { return o.action == d.action })
		if i < 0 {
			out = append(out, d)
			continue
		}
		if o := &out[i]; !reflect.DeepEqual(o.schema, d.schema) {
			o.schema.Title, d.schema.Title = "of a grievance 群众诉求", "of a grid event 网格事件"
			o.schema = &huma.Schema{AnyOf: []*huma.Schema{o.schema, d.schema}, Required: both(o.schema.Required, d.schema.Required)}
		}
		out[i].petitioner = out[i].petitioner || d.petitioner
		if out[i].summary != d.summary {
			out[i].summary += "; " + d.summary
		}
	}
	return out
}

// both are the names in two lists.
func both(a, b []string) (out []string) {
	for _, name := range a {
		if slices.Contains(b, name) {
			out = append(out, name)
		}
	}
	return out
}

// registrationSchema describes a registration with the people in it.
func registrationSchema() *huma.Schema {
	s := schemaOf(grievance.RegisterFields, false)
	s.Properties["petitioner"] = schemaOf(petitionerFields, false)
	s.Properties["petitioner"].Description = `who raises the matter; {"anonymous": true} for nobody`
	most := mostRepresentatives()
	s.Properties["representatives"] = schemaOfField(form.Field{ZH: "代表", EN: "representatives", Type: form.Objects, Of: representativeFields})
	s.Properties["representatives"].MaxItems = &most
	return s
}

// publicRegistrationSchema describes what may be said without an account.
func publicRegistrationSchema() *huma.Schema {
	return only(registrationSchema(), publicFields)
}

// mostRepresentatives is the most the law lets speak for a group (XF §20); a policy
// may be stricter.
func mostRepresentatives() int {
	k, _ := policy.KeyNamed("reception.rep_max")
	n, _ := strconv.Atoi(k.Law)
	return n
}
