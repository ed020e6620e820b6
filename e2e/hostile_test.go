package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/internal/testkit/hostile"
)

// hostileAsk is how many requests are made up, unless HUAJIE_HOSTILE says otherwise.
const hostileAsk = 450

// hostileMark is a word that no answer has of its own.
const hostileMark = "ZQJXWV"

// attackers are who sends them, among those who may do much.
var attackers = []string{"win-general.220402", "disp.220402", "director.220402", "office.220402008", "leader.220402-D08", "handler.220402-D08", "grid.220402008901001", "auditor.220400", "admin.220400", "petitioner.220402"}

// TestHostileRequests sends made-up requests of every operation over the wire to a product with
// its ledger and its engine: what the in-memory house of api/ cannot show is what PostgreSQL,
// the engine and the sealing of words make of it. No answer is a fault of ours or leaves the
// document, and neither a refusal nor the log repeats what was sent.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	seed, err := strconv.ParseUint(os.Getenv("HUAJIE_HOSTILE_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	most := hostileAsk
	if n, err := strconv.Atoi(os.Getenv("HUAJIE_HOSTILE")); err == nil {
		most = n
	}
	t.Logf("HUAJIE_HOSTILE_SEED=%d, %d requests", seed, most)
	x := newHostile(t, s, seed)
	answered := map[int]int{}
	for n := range most {
		o := x.operations[n%len(x.operations)]
		req, err := x.Request(s.Base, o)
		require.NoError(t, err)
		by := x.signs(req)
		res, err := x.http.Do(req)
		if err != nil { // a transport that sends no such header, or a server that hangs up before the body is through
			answered[0]++
			continue
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		require.NoError(t, err)
		answered[res.StatusCode]++
		told := fmt.Sprintf("request %d, %s by %q", n, o.ID, by)
		if res.StatusCode >= 500 {
			require.Failf(t, "a fault of ours", "%s: %s %s", told, body, s.logged(res.Header.Get("X-Request-Id")))
		}
		if res.Header.Get("X-Request-Id") == "" { // refused before it was a request: 400, 417, 431
			require.Contains(t, []int{http.StatusBadRequest, http.StatusExpectationFailed, http.StatusRequestHeaderFieldsTooLarge}, res.StatusCode, told)
		} else {
			_, err = s.judge.contract.check(o.Method, req.URL.EscapedPath(), res, body)
			require.NoError(t, err, told)
		}
		if res.StatusCode >= 400 {
			require.NotContains(t, fmt.Sprint(res.Header)+string(body), hostileMark, told)
		}
	}
	t.Logf("answers %v", answered)
	assert.Less(t, answered[0], most/10, "nearly all were answered")
	assert.Greater(t, answered[http.StatusUnprocessableEntity], most/30)
	for line := range strings.SplitSeq(string(s.log.bytes()), "\n") {
		assert.NotContains(t, line, hostileMark)
	}
	for _, no := range s.column(`SELECT no FROM cases`) { // what was let in is sound
		require.NoError(t, s.app.Store.VerifyChain(context.Background(), no))
	}
}

// logged are the lines of the log about a request.
func (s *stand) logged(id string) (out []string) {
	for line := range strings.SplitSeq(string(s.log.bytes()), "\n") {
		if strings.Contains(line, id) {
			out = append(out, line)
		}
	}
	return out
}

// attack makes requests up and signs them.
type attack struct {
	*hostile.Maker
	http       *http.Client
	operations []hostile.Op
	tokens     map[string]string
}

func newHostile(t *testing.T, s *stand, seed uint64) *attack {
	dispatched, inHand := s.toUnit(nil), s.inHand(nil)
	served, err := http.Get(s.Base + "/openapi.json")
	require.NoError(t, err)
	var doc map[string]any
	require.NoError(t, json.NewDecoder(served.Body).Decode(&doc))
	require.NoError(t, served.Body.Close())
	numbers := []string{dispatched.No, inHand.No, s.register(nil).No}
	x := &attack{http: &http.Client{Transport: patient{&http.Transport{MaxIdleConnsPerHost: 2}}, Timeout: 2 * soon}, tokens: map[string]string{},
		operations: hostile.Operations(doc, "follow-changes", "sign-out", "end-sessions")}
	t.Cleanup(x.http.CloseIdleConnections)
	x.Maker = &hostile.Maker{R: rand.New(rand.NewPCG(seed, 3)), Doc: doc, Mark: hostileMark,
		Names: map[string][]string{"no": numbers, "id": {"1", "0b9fdc1e-8f5c-4d0c-9a57-0c3f1d0a7e11"}, "n": {"1", "2"}, "code": {"220402008901001"}, "provider": {"sms", "wechat"}},
		Words: []string{hostileMark, hostileMark + "漏水", "情况属实", "220402008", housing, "0201", "E0102", "normal", "help", "walk_in", "B01", "1", "2026-11-24T09:00:00+08:00"},
		Hints: map[string][]string{"(id of a unit)": {housing, land, "220402008-C"}, "(username)": {"handler." + housing}, "(case number)": numbers, "code table nature": {"help", "petition"},
			"code table urgency": {"normal"}, "code table channel": {"walk_in"}, "code table dispute_category": {"0201"}, "code table event_category": {"E0102"}}}
	for _, user := range attackers {
		res, err := x.http.Post(s.Base+"/api/v1/session", "application/json", strings.NewReader(fmt.Sprintf(`{"username":%q,"password":%q}`, user, s.Password)))
		require.NoError(t, err)
		var out struct{ Token string }
		require.NoError(t, json.NewDecoder(res.Body).Decode(&out))
		require.NoError(t, res.Body.Close())
		require.NotEmpty(t, out.Token, user)
		x.tokens[user] = out.Token
	}
	return x
}

// signs says who sends a request; now and then nobody, or somebody with a token nobody has.
func (x *attack) signs(req *http.Request) string {
	switch x.R.IntN(12) {
	case 0:
		return ""
	case 1:
		req.Header.Set("Authorization", "Bearer "+hostileMark)
		return "nobody"
	}
	who := slices.Sorted(maps.Keys(x.tokens))[x.R.IntN(len(x.tokens))]
	req.Header.Set("Authorization", "Bearer "+x.tokens[who])
	return who
}
