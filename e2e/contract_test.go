package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// contract is the served OpenAPI document, ready to judge answers with.
type contract struct {
	mu       sync.Mutex
	paths    map[string]any
	routes   map[*regexp.Regexp]string
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema
}

const documentURL = "urn:huajie:served"

// fetchContract reads the document as any integrator would.
func fetchContract(c *http.Client, base string) (*contract, error) {
	res, err := c.Get(base + "/openapi.json")
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	var doc struct {
		OpenAPI string         `json:"openapi"`
		Paths   map[string]any `json:"paths"`
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err = errors.Join(err, json.Unmarshal(raw, &doc)); err != nil {
		return nil, err
	}
	if doc.OpenAPI != "3.1.0" || len(doc.Paths) == 0 {
		return nil, fmt.Errorf("openapi.json is %q with %d paths", doc.OpenAPI, len(doc.Paths))
	}
	out := &contract{paths: doc.Paths, routes: map[*regexp.Regexp]string{}, compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}}
	out.compiler.DefaultDraft(jsonschema.Draft2020)
	out.compiler.AssertFormat()
	for template := range doc.Paths {
		pattern := regexp.MustCompile(`\\\{[a-z]+\\\}`).ReplaceAllString(regexp.QuoteMeta(template), `[^/]+`)
		out.routes[regexp.MustCompile("^"+pattern+"$")] = template
	}
	return out, out.compiler.AddResource(documentURL, value)
}

// check holds an answer against the document and names its operation.
func (c *contract) check(method, path string, res *http.Response, body []byte) (string, error) {
	template, responses := c.operation(method, path)
	media, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
	if template == "" { // no such route: the answer is a problem like any other
		if res.StatusCode != http.StatusNotFound && res.StatusCode != http.StatusMethodNotAllowed || media != "application/problem+json" {
			return "", fmt.Errorf("contract: %s %s is not documented and answers %d %s", method, path, res.StatusCode, media)
		}
		return "none", c.validate("/components/schemas/Problem", body)
	}
	name, status := method+" "+template, strconv.Itoa(res.StatusCode)
	answer, documented := responses[status].(map[string]any)
	if !documented {
		if res.StatusCode < 400 {
			return "", fmt.Errorf("contract: %s answers %s, which is not documented", name, status)
		}
		status = "default"
		answer, _ = responses[status].(map[string]any)
	}
	content, _ := answer["content"].(map[string]any)
	if len(content) == 0 {
		if len(body) > 0 || answer == nil {
			return "", fmt.Errorf("contract: %s %s has a body where none is documented", name, status)
		}
		return name, nil
	}
	if _, ok := content[media]; !ok {
		return "", fmt.Errorf("contract: %s %s answers %s, which is not documented", name, status, media)
	}
	if !strings.HasSuffix(media, "json") {
		return name, nil // a picture has no schema
	}
	pointer := "/paths/" + escape(template) + "/" + strings.ToLower(method) + "/responses/" + status + "/content/" + escape(media) + "/schema"
	if err := c.validate(pointer, body); err != nil {
		return "", fmt.Errorf("contract: %s %d: %w\n%s", name, res.StatusCode, err, body)
	}
	return name, nil
}

func escape(s string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(s)
}

// operation finds what a call is of: where several paths fit, the one with fewer names in it,
// as the router does.
func (c *contract) operation(method, path string) (template string, responses map[string]any) {
	for pattern, fits := range c.routes {
		if !pattern.MatchString(path) || template != "" && strings.Count(fits, "{") >= strings.Count(template, "{") {
			continue
		}
		if op, ok := c.paths[fits].(map[string]any)[strings.ToLower(method)].(map[string]any); ok {
			template = fits
			responses, _ = op["responses"].(map[string]any)
		}
	}
	return template, responses
}

func (c *contract) validate(pointer string, body []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	s, err := c.schema(pointer)
	if err != nil {
		return err
	}
	return s.Validate(value)
}

func (c *contract) schema(pointer string) (*jsonschema.Schema, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s, ok := c.schemas[pointer]; ok {
		return s, nil
	}
	s, err := c.compiler.Compile(documentURL + "#" + pointer)
	if err == nil {
		c.schemas[pointer] = s
	}
	return s, err
}
