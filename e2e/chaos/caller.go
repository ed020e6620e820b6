package chaos

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// password is that of the demonstration accounts.
const password = "Huajie-2026-demo"

// caller asks the product as a good client does: a wish keeps its key, is asked again
// until there is a definite answer, and goes to the other process when one is silent.
type caller struct {
	bases   []string
	http    *http.Client
	journal *Journal

	mu     sync.Mutex
	tokens map[string]string
}

func newCaller(bases []string, j *Journal) *caller {
	return &caller{bases: bases, journal: j, tokens: map[string]string{},
		http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32, IdleConnTimeout: 10 * time.Second}}}
}

// problem is what a refusal or a receipt says, as far as it matters here.
type problem struct {
	Reason    string `json:"reason"`
	No        string `json:"no"`
	QueryCode string `json:"query_code"`
	Seq       int    `json:"seq"`
}

// call makes one request; status 0 comes with an error. Bytes go as they are, anything else
// as JSON.
func (c *caller) call(ctx context.Context, base, user, method, path, key string, body any) (int, []byte, error) {
	var r io.Reader
	media := "application/json"
	switch b := body.(type) {
	case nil:
	case []byte:
		r, media = bytes.NewReader(b), "application/octet-stream"
	default:
		text, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		r = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, base+path, r)
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", media)
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	if user != "" {
		c.mu.Lock()
		req.Header.Set("Authorization", "Bearer "+c.tokens[user])
		c.mu.Unlock()
	}
	res, err := c.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close() //nolint:errcheck // read to its end
	b, err := io.ReadAll(res.Body)
	if err != nil { // the line broke in the middle: nobody knows what the answer was
		return 0, nil, err
	}
	return res.StatusCode, b, nil
}

// signIn opens a session for every user, before anything goes wrong.
func (c *caller) signIn(ctx context.Context, users []string) error {
	for _, u := range users {
		if err := c.session(ctx, u); err != nil {
			return fmt.Errorf("%s cannot sign in: %w", u, err)
		}
	}
	return nil
}

func (c *caller) session(ctx context.Context, user string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var out struct {
		Token string `json:"token"`
	}
	status, b, err := c.call(ctx, c.bases[0], "", http.MethodPost, "/api/v1/session", "", map[string]string{"username": user, "password": password})
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("status %d", status)
	}
	if err = errors.Join(err, json.Unmarshal(b, &out)); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tokens[user] = out.Token
	return nil
}

// knows tells whether a user can act: time has sent some cases to offices nobody was
// thought of. They sign in then, if that is possible now.
func (c *caller) knows(ctx context.Context, user string) bool {
	c.mu.Lock()
	_, signedIn := c.tokens[user]
	c.mu.Unlock()
	return signedIn || user == citizen || c.session(ctx, user) == nil
}

// patience is how long one request may take before its outcome counts as unknown. Some
// people give up sooner than the product does.
func patience(r *rand.Rand) time.Duration {
	if r.IntN(4) == 0 {
		return 2 * time.Second
	}
	return 28 * time.Second
}

// once asks for a wish one time and notes the answer.
func (c *caller) once(ctx context.Context, r *rand.Rand, w Wish) Answer {
	a := c.unjournaled(ctx, r, w)
	c.journal.heard(a)
	return a
}

func (c *caller) unjournaled(ctx context.Context, r *rand.Rand, w Wish) Answer {
	a := Answer{Wish: w.ID, API: c.bases[r.IntN(len(c.bases))], From: time.Now()}
	ctx, cancel := context.WithTimeout(ctx, patience(r))
	defer cancel()
	user := w.User
	if user == citizen {
		user = ""
	}
	status, body, err := c.call(ctx, a.API, user, http.MethodPost, w.Path, w.Key, w.Body)
	a.To, a.Status = time.Now(), status
	if err != nil {
		a.Reason = err.Error()
	} else {
		var p problem
		if err := json.Unmarshal(body, &p); err != nil {
			a.Reason = "the answer cannot be read: " + err.Error()
		} else {
			a.Reason, a.No, a.Code, a.Seq = p.Reason, p.No, p.QueryCode, p.Seq
		}
	}
	return a
}

// ask repeats a wish until there is a definite answer. It stops without one only when ctx ends.
func (c *caller) ask(ctx context.Context, r *rand.Rand, w Wish) Answer {
	for pause := 200 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		a := c.once(ctx, r, w)
		if a.Acknowledged() || a.Refused() || sleep(ctx, pause/2+time.Duration(r.Int64N(int64(pause)))) != nil {
			return a
		}
	}
}

// get reads; false when that was not possible now.
func (c *caller) get(ctx context.Context, r *rand.Rand, user, path string, into any) (int, bool) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	status, b, err := c.call(ctx, c.bases[r.IntN(len(c.bases))], user, http.MethodGet, path, "", nil)
	if err != nil || status != http.StatusOK {
		return status, false
	}
	return status, json.Unmarshal(b, into) == nil
}

// citizen is the petitioner, who acts with the query code and has no account.
const citizen = "petitioner"

// stored is how the ledger names a key: a digest of who asked, what about, and the key.
// It is written down here once more, so that the count does not lean on the product.
func stored(user, subject, key string) string {
	h := sha256.New()
	for _, part := range []string{user, subject, key} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))[:40]
}

// probe tells whether an address answers 200.
func probe(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close() //nolint:errcheck // nothing is read of it
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return nil
}
