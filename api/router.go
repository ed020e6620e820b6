package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/policy"
)

// basePath is where the API stands.
const basePath = "/api/v1"

// The parts of the document.
const (
	tagCases    = "cases"
	tagSteps    = "steps of a case"
	tagSessions = "joint sessions"
	tagPublic   = "petitioner"
	tagReports  = "supervision"
	tagRules    = "rulebook"
	tagAccount  = "account"
	tagSystem   = "system"
)

// routes are all routes there are.
func (s *server) routes(engine *gin.Engine) {
	get(s, "/grievances/form", "registration-form", tagCases, "Inputs of a registration", s.registerForm)
	post(s, "/grievances", "register-grievance", tagCases, "Register a grievance (G1)", registrationSchema(), http.StatusCreated, s.register)

	get(s, "/cases", "list-cases", tagCases, "List cases in the caller's scope", s.listCases)
	get(s, "/cases/{no}", "get-case", tagCases, "Show a case", s.getCase)
	get(s, "/cases/{no}/timeline", "get-case-timeline", tagCases, "Everything that happened", s.caseTimeline)
	get(s, "/cases/{no}/clocks", "get-case-clocks", tagCases, "Every limit, explained", s.caseClocks)
	get(s, "/cases/{no}/actions", "get-case-actions", tagCases, "What this caller may do now", s.caseActions)
	get(s, "/cases/{no}/similar", "get-case-similar", tagCases, "Earlier cases of the same person about the same matter", s.similarCases)
	get(s, "/cases/{no}/petitioner", "get-case-petitioner", tagCases, "Who raised the matter, masked", s.casePetitioner)
	get(s, "/cases/{no}/notices", "list-case-notices", tagCases, "Who was told what about a case", s.caseNotices)
	get(s, "/cases/{no}/sessions", "list-case-sessions", tagSessions, "Joint sessions under a case", s.caseSessions)
	for _, d := range deeds(grievance.Machine, sampleCases()) {
		post(s, "/cases/{no}/actions/"+d.action, "case-"+d.action, tagSteps, d.summary, d.schema, http.StatusOK, s.actOnCase(d.action))
	}

	get(s, "/sessions/{no}", "get-session", tagSessions, "Show a joint session", s.getSession)
	get(s, "/sessions/{no}/timeline", "get-session-timeline", tagSessions, "Everything that happened", s.sessionTimeline)
	get(s, "/sessions/{no}/actions", "get-session-actions", tagSessions, "What this caller may do now", s.sessionActions)
	for _, d := range deeds(joint.Machine, sampleSessions()) {
		post(s, "/sessions/{no}/actions/"+d.action, "session-"+d.action, tagSessions, d.summary, d.schema, http.StatusOK, s.actOnSession(d.action))
	}

	s.stream(engine)

	get(s, "/overdue/summary", "overdue-summary", tagReports, "What is late, by county, unit, level, light and lateness", s.overdueSummary)
	get(s, "/notices", "list-notices", tagReports, "Notices to the caller", s.notices)
	get(s, "/stats/escalations", "escalation-statistics", tagReports, "How late deadlines took effect", s.escalations)
	get(s, "/stats/trial", "trial-statistics", tagReports, "Persons received, matters registered and resolved", s.trial)

	get(s, "/org/units", "list-units", tagRules, "The organisation", s.units)
	get(s, "/codes", "list-codes", tagRules, "The code tables", s.codeTables)
	get(s, "/duty/suggest", "suggest-duty", tagRules, "Who should lead a matter", s.suggestDuty)

	register(s, operation(http.MethodPost, basePath+"/public/grievances", "register-public-grievance", tagPublic, "Register a matter without an account (G1)"),
		http.StatusCreated, publicRegistrationSchema(), false, s.registerInPublic)
	publicly(s, http.MethodGet, "/public/cases/{no}", "get-public-case", tagPublic, "What the petitioner may see", nil, s.publicCase)
	publicly(s, http.MethodGet, "/public/cases/{no}/notices", "list-public-notices", tagPublic, "What the petitioner was told", nil, s.publicNotices)
	for _, d := range deeds(grievance.Machine, sampleCases()) {
		if d.petitioner {
			publicly(s, http.MethodPost, "/public/cases/{no}/actions/"+d.action, "public-"+d.action, tagPublic, d.summary, d.schema, s.actInPublic(d.action))
		}
	}

	publicly(s, http.MethodPost, "/session", "sign-in", tagAccount, "Sign in", schemaOf(signInFields, false), s.signIn)
	register(s, operation(http.MethodDelete, basePath+"/session", "sign-out", tagAccount, "Sign out"), http.StatusNoContent, nil, true, s.signOut)
	get(s, "/me", "me", tagAccount, "Who am I", s.me)

	register(s, operation(http.MethodGet, "/livez", "live", tagSystem, "Whether the process answers"), http.StatusOK, nil, false, s.live)
	register(s, operation(http.MethodGet, "/readyz", "ready", tagSystem, "Whether everything is there that a step needs"), http.StatusOK, nil, false, s.ready)
	if s.Metrics != nil {
		engine.GET("/metrics", gin.WrapH(s.Metrics))
	}
	engine.GET("/openapi.json", func(c *gin.Context) { c.Data(http.StatusOK, "application/json; charset=utf-8", s.document.json) })
	engine.GET("/openapi.yaml", func(c *gin.Context) { c.Data(http.StatusOK, "application/yaml; charset=utf-8", s.document.yaml) })
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
	op.MaxBodyBytes = maxBody
	op.SkipValidateBody = true
	op.Responses = map[string]*huma.Response{}
	if secured {
		op.Security = []map[string][]string{{securityBearer: {}}, {securityCookie: {}}}
		op.Middlewares = huma.Middlewares{s.signedIn}
	}
	if body != nil {
		op.RequestBody = &huma.RequestBody{Content: map[string]*huma.MediaType{"application/json": {Schema: body}}}
	}
	op.Middlewares = append(op.Middlewares, s.strict)
	huma.Register(s.api, op, finish(h))
	if body != nil {
		op.RequestBody.Required = false // an empty form is told what it lacks, like any other
		delete(op.RequestBody.Content, "application/octet-stream")
		demand(s.api.OpenAPI().Paths[op.Path], len(body.Required) > 0)
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
	"get-case":                  {http.StatusNotModified},
	"get-session":               {http.StatusNotModified},
	"ready":                     {http.StatusServiceUnavailable},
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
	s := registrationSchema()
	for name := range s.Properties {
		if !slices.Contains(publicFields, name) {
			delete(s.Properties, name)
		}
	}
	s.Required = slices.DeleteFunc(s.Required, func(name string) bool { return !slices.Contains(publicFields, name) })
	return s
}

// mostRepresentatives is the most the law lets speak for a group (XF §20); a policy
// may be stricter.
func mostRepresentatives() int {
	k, _ := policy.KeyNamed("reception.rep_max")
	n, _ := strconv.Atoi(k.Law)
	return n
}
