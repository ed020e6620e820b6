// Package demo plays cases through the public API, as people would: one
// grievance up the whole chain, and the trial period of 2020. It knows nothing
// but HTTP.
package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Client talks to the API as any number of users.
type Client struct {
	Base     string // e.g. http://127.0.0.1:8080
	Password string // of the demo accounts
	HTTP     *http.Client

	mu     sync.Mutex
	tokens map[string]string
}

// Answer is a response with its body read.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Into decodes the body.
func (a Answer) Into(v any) error {
	if err := json.Unmarshal(a.Body, v); err != nil {
		return fmt.Errorf("answer %d is not the JSON expected: %w", a.Status, err)
	}
	return nil
}

// Problem is an RFC 9457 answer as far as the demo shows it.
type Problem struct {
	Code   string `json:"code"`
	Reason string `json:"reason"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	State  string `json:"state"`
}

// APIError is a call the API refused.
type APIError struct {
	Call   string
	Status int
	Problem
}

// Error names the call and what the API said.
func (e *APIError) Error() string {
	return fmt.Sprintf("%s: %d %s %s %s", e.Call, e.Status, e.Code, e.Reason, e.Detail)
}

// Do makes one call as a user ("" for nobody). A status of 400 and above is an *APIError.
func (c *Client) Do(ctx context.Context, user, method, path, key string, body any) (Answer, error) {
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return Answer{}, err
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.Base+path, r)
	if err != nil {
		return Answer{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	if user != "" {
		token, err := c.token(ctx, user)
		if err != nil {
			return Answer{}, err
		}
		req.Header.Set("Authorization", "Bearer "+token)
	}
	a, err := c.send(req)
	if err != nil {
		return a, err
	}
	if a.Status >= 400 {
		e := &APIError{Call: user + " " + method + " " + path, Status: a.Status}
		_ = json.Unmarshal(a.Body, &e.Problem) // a body that is no problem leaves only the status
		return a, e
	}
	return a, nil
}

func (c *Client) send(req *http.Request) (Answer, error) {
	h := c.HTTP
	if h == nil {
		h = &http.Client{Timeout: 30 * time.Second}
	}
	res, err := h.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	return Answer{Status: res.StatusCode, Header: res.Header, Body: b}, err
}

// SignIn opens the sessions of users ahead of the first call each of them makes:
// where seconds count, signing in must not be among them.
func (c *Client) SignIn(ctx context.Context, users ...string) error {
	for _, user := range users {
		if _, err := c.token(ctx, user); err != nil {
			return err
		}
	}
	return nil
}

// token signs a user in once.
func (c *Client) token(ctx context.Context, user string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t, ok := c.tokens[user]; ok {
		return t, nil
	}
	b, err := json.Marshal(map[string]string{"username": user, "password": c.Password})
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Base+"/api/v1/session", bytes.NewReader(b))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	a, err := c.send(req)
	if err != nil {
		return "", err
	}
	var out struct {
		Token string `json:"token"`
	}
	if a.Status >= 300 {
		return "", fmt.Errorf("%s cannot sign in: %d", user, a.Status)
	}
	if err := a.Into(&out); err != nil {
		return "", err
	}
	if c.tokens == nil {
		c.tokens = map[string]string{}
	}
	c.tokens[user] = out.Token
	return out.Token, nil
}

// View is what the demo reads of a case.
type View struct {
	No             string    `json:"no"`
	QueryCode      string    `json:"query_code"`
	State          string    `json:"state"`
	Level          string    `json:"level"`
	Owner          Owner     `json:"owner"`
	FirstResponder string    `json:"first_responder"`
	LeadUnit       string    `json:"lead_unit"`
	OwningLeader   string    `json:"owning_leader"`
	DueAt          time.Time `json:"due_at"`
	Light          string    `json:"light"`
	Seq            int       `json:"seq"`
	ClosingType    string    `json:"closing_type"`
}

// Owner is who answers for a case.
type Owner struct {
	Unit string `json:"unit"`
	User string `json:"user"`
	Name string `json:"unit_name"`
}

// Register puts a matter in.
func (c *Client) Register(ctx context.Context, user, key string, body map[string]any) (View, error) {
	var v View
	a, err := c.Do(ctx, user, http.MethodPost, "/api/v1/grievances", key, body)
	if err != nil {
		return v, err
	}
	return v, a.Into(&v)
}

// Report reports a grid event.
func (c *Client) Report(ctx context.Context, user, key string, body map[string]any) (View, error) {
	var v View
	a, err := c.Do(ctx, user, http.MethodPost, "/api/v1/grid-events", key, body)
	if err != nil {
		return v, err
	}
	return v, a.Into(&v)
}

// Act takes one step.
func (c *Client) Act(ctx context.Context, user, no, action, key string, input map[string]any) (View, error) {
	var v View
	if input == nil {
		input = map[string]any{}
	}
	a, err := c.Do(ctx, user, http.MethodPost, "/api/v1/cases/"+no+"/actions/"+action, key, input)
	if err != nil {
		return v, err
	}
	return v, a.Into(&v)
}

// Case reads a case.
func (c *Client) Case(ctx context.Context, user, no string) (View, error) {
	var v View
	a, err := c.Do(ctx, user, http.MethodGet, "/api/v1/cases/"+no, "", nil)
	if err != nil {
		return v, err
	}
	return v, a.Into(&v)
}

// today is the date in Liaoyuan some days from now.
func today(days int) string {
	return time.Now().In(time.FixedZone("Asia/Shanghai", 8*60*60)).AddDate(0, 0, days).Format(time.DateOnly)
}
