package api_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"huajie/api"
)

// contract is the served document, ready to judge answers with.
type contract struct {
	mu       sync.Mutex
	doc      map[string]any
	compiler *jsonschema.Compiler
	paths    []route
	schemas  map[string]*jsonschema.Schema
}

type route struct {
	template string
	pattern  *regexp.Regexp
}

const documentURL = "urn:huajie:openapi"

// theContract is read off the handler once.
var theContract = sync.OnceValues(func() (*contract, error) {
	rendered, err := api.OpenAPI()
	if err != nil {
		return nil, err
	}
	var doc map[string]any
	if err := yaml.Unmarshal(rendered, &doc); err != nil {
		return nil, err
	}
	// jsonschema wants what encoding/json makes
	raw, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	c := &contract{doc: doc, compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}}
	c.compiler.DefaultDraft(jsonschema.Draft2020)
	c.compiler.AssertFormat()
	if err := c.compiler.AddResource(documentURL, value); err != nil {
		return nil, err
	}
	for template := range doc["paths"].(map[string]any) {
		pattern := regexp.MustCompile(`\\\{[a-z]+\\\}`).ReplaceAllString(regexp.QuoteMeta(template), `[^/]+`)
		c.paths = append(c.paths, route{template, regexp.MustCompile("^" + pattern + "$")})
	}
	// A fixed path goes before one with a parameter in its place, as in the router.
	slices.SortFunc(c.paths, func(a, b route) int {
		return cmp.Or(cmp.Compare(strings.Count(a.template, "{"), strings.Count(b.template, "{")), cmp.Compare(a.template, b.template))
	})
	return c, nil
})

// check holds an answer against the document.
func (c *contract) check(t testing.TB, method, path string, res *httptest.ResponseRecorder) {
	t.Helper()
	operation, template := c.operation(method, path)
	if operation == nil {
		return // no such route: the problem is checked by its own test
	}
	responses := operation["responses"].(map[string]any)
	status := strconv.Itoa(res.Code)
	answer, documented := responses[status].(map[string]any)
	if !documented {
		require.GreaterOrEqualf(t, res.Code, 400, "%s %s: status %s is not in the document", method, template, status)
		status = "default"
		answer = responses[status].(map[string]any)
	}
	content, _ := answer["content"].(map[string]any)
	if len(content) == 0 {
		assert.Emptyf(t, res.Body.String(), "%s %s: body where none is documented", method, template)
		return
	}
	media, _, _ := strings.Cut(res.Header().Get("Content-Type"), ";")
	require.Containsf(t, content, media, "%s %s %s", method, template, status)
	if !strings.HasSuffix(media, "json") {
		return
	}
	body, err := jsonschema.UnmarshalJSON(bytes.NewReader(res.Body.Bytes()))
	require.NoErrorf(t, err, "%s %s: %s", method, template, res.Body)
	pointer := "/paths/" + escape(template) + "/" + strings.ToLower(method) + "/responses/" + status + "/content/" + escape(media) + "/schema"
	require.NoErrorf(t, c.schema(t, pointer).Validate(body), "%s %s: %s", method, template, res.Body)
}

func escape(s string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(s)
}

func (c *contract) operation(method, path string) (map[string]any, string) {
	path, _, _ = strings.Cut(path, "?")
	for _, r := range c.paths {
		if !r.pattern.MatchString(path) {
			continue
		}
		item := c.doc["paths"].(map[string]any)[r.template].(map[string]any)
		if operation, ok := item[strings.ToLower(method)].(map[string]any); ok {
			return operation, r.template
		}
	}
	return nil, ""
}

func (c *contract) schema(t testing.TB, pointer string) *jsonschema.Schema {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s, ok := c.schemas[pointer]; ok {
		return s
	}
	s, err := c.compiler.Compile(documentURL + "#" + pointer)
	require.NoError(t, err)
	c.schemas[pointer] = s
	return s
}

// TestTheCommittedDocumentIsTheRenderedOne fails when the contract has changed
// without its copy. HUAJIE_UPDATE=1 writes the copy anew.
func TestTheCommittedDocumentIsTheRenderedOne(t *testing.T) {
	t.Parallel()
	rendered, err := api.OpenAPI()
	require.NoError(t, err)
	if os.Getenv("HUAJIE_UPDATE") != "" {
		require.NoError(t, os.WriteFile("openapi.yaml", rendered, 0o644)) //nolint:gosec // a public document
	}
	committed, err := os.ReadFile("openapi.yaml")
	require.NoError(t, err)
	assert.True(t, string(committed) == string(rendered), "api/openapi.yaml is out of date: run HUAJIE_UPDATE=1 go test ./api -run Document")
}

func TestTheDocumentIsServedAndSound(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var doc map[string]any
	res := h.do(t, request{method: http.MethodGet, path: "/openapi.json"})
	require.Equal(t, http.StatusOK, res.Code)
	require.NoError(t, json.Unmarshal(res.Body.Bytes(), &doc))
	assert.Equal(t, "3.1.0", doc["openapi"])
	rendered, err := api.OpenAPI()
	require.NoError(t, err)
	assert.Equal(t, string(rendered), h.do(t, request{method: http.MethodGet, path: "/openapi.yaml"}).Body.String())

	c, err := theContract()
	require.NoError(t, err)
	ids := map[string]bool{}
	for template, item := range doc["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			id := op.(map[string]any)["operationId"].(string)
			assert.False(t, ids[id], "operation id %s twice", id)
			ids[id] = true
			if body, ok := op.(map[string]any)["requestBody"].(map[string]any); ok {
				for media := range body["content"].(map[string]any) {
					want := "application/json"
					if strings.HasSuffix(template, "/parts/{n}") {
						want = "application/octet-stream"
					}
					assert.Equal(t, want, media, template)
					c.schema(t, "/paths/"+escape(template)+"/"+method+"/requestBody/content/"+escape(media)+"/schema")
				}
			}
		}
	}
	for _, id := range []string{"case-sign-for", "case-escalate-l2", "case-approve", "session-conclude", "public-evaluate", "register-grievance"} {
		assert.True(t, ids[id], id)
	}
	assert.False(t, ids["case-follower-joined"], "a step that only time or another case takes has no address")
}
