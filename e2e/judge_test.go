package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"

	"huajie/internal/demo"
)

// judge stands between the plays and the API. Every answer of every play must
// be as the served OpenAPI says, and must name an owner where it shows a case. It
// also keeps what people have told, so that the plays can be followed by a search for
// it where it must not be.
type judge struct {
	next     http.RoundTripper
	contract *contract

	mu      sync.Mutex
	answers map[string]int  // operation and status → how often
	cases   map[string]bool // numbers given out
	private map[string]bool // about a person or a matter, as told at registration
	people  map[string]bool // of these, what names a petitioner
	words   map[string]bool // everything else people have written
	secrets map[string]bool // what opens doors: passwords, tokens, query codes
}

func newJudge(next http.RoundTripper, c *contract) *judge {
	return &judge{next: next, contract: c, answers: map[string]int{}, cases: map[string]bool{}, private: map[string]bool{}, people: map[string]bool{},
		words: map[string]bool{}, secrets: map[string]bool{}}
}

// altered changes a request on its way: headers the client has no word for, and
// bodies it would not send.
type altered struct {
	header map[string]string
	body   *string
}

type alteredKey struct{}

func altering(a altered) context.Context {
	return context.WithValue(context.Background(), alteredKey{}, a)
}

// RoundTrip implements http.RoundTripper.
func (j *judge) RoundTrip(req *http.Request) (*http.Response, error) {
	if a, ok := req.Context().Value(alteredKey{}).(altered); ok && req.URL.Path != "/api/v1/session" {
		req = req.Clone(req.Context())
		for k, v := range a.header {
			req.Header.Set(k, v)
		}
		if a.body != nil {
			req.Body, req.ContentLength, req.GetBody = io.NopCloser(strings.NewReader(*a.body)), int64(len(*a.body)), nil
		}
	}
	var sent []byte
	if req.Body != nil {
		var err error
		if sent, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		req.Body = io.NopCloser(bytes.NewReader(sent))
	}
	res, err := j.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(got))
	operation, err := j.contract.check(req.Method, req.URL.Path, res, got)
	if err != nil {
		return nil, err
	}
	j.listen(req, sent, res.StatusCode, got)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.answers[fmt.Sprintf("%s %d", operation, res.StatusCode)]++
	return res, owned(got)
}

// owned finds a case without an owner: the owner is never empty.
func owned(body []byte) error {
	var v struct {
		No    string      `json:"no"`
		Owner *demo.Owner `json:"owner"`
		Items []struct {
			No        string  `json:"no"`
			OwnerUnit *string `json:"owner_unit"`
		} `json:"items"`
	}
	if json.Unmarshal(body, &v) != nil {
		return nil
	}
	if v.Owner != nil && v.Owner.Unit == "" {
		return fmt.Errorf("case %s has no owner", v.No)
	}
	for _, r := range v.Items {
		if r.OwnerUnit != nil && *r.OwnerUnit == "" {
			return fmt.Errorf("case %s has no owner in the list", r.No)
		}
	}
	return nil
}

// shortest is the least a text must have, in bytes, to be searched for: two Chinese
// characters. Anything shorter turns up anywhere.
const shortest = 6

// What people tell, by the name of the input.
var (
	privateNames = names("name phone id_no address summary facts place respondent request")
	peopleNames  = names("name phone id_no address")
	wordNames    = names(`result evidence comment reason statement note measures arguments decision legal_basis requirements plan
		minutes joint_opinion position undertaking purpose agenda room facts_agreed milestones interim_measures milestone_report what
		explanation proof why_founded tried remedy organ notice_posted new_measures matter why`)
	secretNames = names("password token query_code old new secret recovery_codes")
)

func names(list string) map[string]bool {
	out := map[string]bool{}
	for n := range strings.FieldsSeq(list) {
		out[n] = true
	}
	return out
}

// listen keeps what was told and which cases came of it.
func (j *judge) listen(req *http.Request, sent []byte, status int, got []byte) {
	registering := strings.HasSuffix(req.URL.Path, "/grievances")
	j.mu.Lock()
	defer j.mu.Unlock()
	var in, out any
	if json.Unmarshal(sent, &in) == nil {
		walk("", in, func(name, value string) {
			switch {
			case len(value) < shortest:
			case secretNames[name]:
				j.secrets[value] = true
			case registering && privateNames[name], name == "summary":
				j.private[value] = true
				if peopleNames[name] {
					j.people[value] = true
				}
			case wordNames[name]:
				j.words[value] = true
			}
		})
	}
	if json.Unmarshal(got, &out) != nil || status >= 400 {
		return
	}
	walk("", out, func(name, value string) {
		if secretNames[name] {
			j.secrets[value] = true
		}
	})
	if m, ok := out.(map[string]any); ok && registering && status < 300 && req.Method == http.MethodPost {
		if no, ok := m["no"].(string); ok {
			j.cases[no] = true
		}
	}
}

// walk visits every text of a JSON value with the name it stands under.
func walk(name string, v any, visit func(name, value string)) {
	switch v := v.(type) {
	case string:
		visit(name, v)
	case []any:
		for _, x := range v {
			walk(name, x, visit)
		}
	case map[string]any:
		for k, x := range v {
			walk(k, x, visit)
		}
	}
}

// told gives sets of what was told so far, as one.
func (j *judge) told(sets ...map[string]bool) map[string]bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := map[string]bool{}
	for _, s := range sets {
		maps.Copy(out, s)
	}
	return out
}

// buffer is a log to be searched afterwards.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.b.Bytes())
}
