package api_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/api"
	"huajie/internal/testkit/hostile"
)

// hostileAsk is how many requests are made up, unless HUAJIE_HOSTILE says otherwise.
const hostileAsk = 1500

// planted is what a request holds that is a secret, wherever one may be: nothing may ever hold
// it again, whatever becomes of the request.
const planted = "SECRETxZQJ"

// hostileWords are what a text may be where nothing better is known.
var hostileWords = []string{marker, marker + "。", "情况属实", "220402008", "220402-D08", "220402-D01", "0201", "E0102", "normal", "help", "walk_in", "B01", "T04", "H01", "1", "3", "yes", "approve", "disposed",
	"2026-11-24T09:00:00+08:00", "2026-11-24", "handler.220402-D08", "disp.220402", "13800000000"}

// newMaker makes up requests about what stands in the walk.
func (w *walk) newMaker(c *contract, seed uint64) *hostile.Maker {
	names := map[string][]string{"id": {someFile, "1", "2"}, "n": {"1", "2"}, "code": {theGrid, "220402008901002"}, "provider": {"sms", "wechat"}}
	for _, s := range w.stages {
		after := strings.Split(at(s.of, s.no), "/")[3]
		names[after+"/no"] = append(names[after+"/no"], s.no)
		names["no"] = append(names["no"], s.no)
	}
	return &hostile.Maker{R: rand.New(rand.NewPCG(seed, 2)), Doc: c.doc, Names: names, Words: hostileWords, Mark: marker, Hints: map[string][]string{
		"(id of a unit)": {"220402-D08", "220402-D01", "220402008-C", "220402-C", "220403-D08"}, "(username)": {handlerD08, leaderD08, townLeader, "cleader.220402"},
		"(case number)": names["no"], "code table nature": {"help", "petition", "accusation"}, "code table urgency": {"normal", "urgent", "emergency"}, "code table channel": {"walk_in", "phone"},
		"code table dispute_category": {"0201"}, "code table event_category": {"E0102", "E0101"}, "code table risk": {"red", "yellow"}, "code table outcome_grade": {"disposed", "resolved"}}}
}

// seedOf is the seed of a test, as the environment says or from the clock, and how much to do.
func seedOf(t *testing.T, most int) (uint64, int) {
	t.Helper()
	seed, err := strconv.ParseUint(os.Getenv("HUAJIE_HOSTILE_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	if n, err := strconv.Atoi(os.Getenv("HUAJIE_HOSTILE")); err == nil {
		most = n
	}
	t.Logf("HUAJIE_HOSTILE_SEED=%d, %d requests", seed, most)
	return seed, most
}

// TestHostileRequests sends made-up requests of every operation, as anybody and as nobody, to
// the real handlers, rules and forms: no answer is a fault of ours, each keeps to the
// document, no refusal and no line of the log repeats what was sent, and a secret is
// repeated by no answer at all.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	w := newWalk(t).build()
	c, err := theContract()
	require.NoError(t, err)
	seed, most := seedOf(t, hostileAsk)
	m := w.newMaker(c, seed)
	w.handler = api.New(api.Deps{Reader: w.house, Accounts: castAccounts{accounts{w.house}}, Administration: newAdministration(w.house), Division: w.holder, Registrar: w.house, Engine: engine{w.house}, Files: files{w.house}, Audit: w.house,
		Identities: w.house, Payloads: opener{}, Figures: w.drawer, Exports: w.drawer, ExportFiles: w.drawer, Holds: &cellar{h: w.house}, Rechecks: undrawn{}, Signer: pen{}, Rules: w.holder, Rulebooks: w.publishing(), Field: newField(w.house),
		Log: slog.New(slog.NewJSONHandler(&locked{w: w.log}, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: func() time.Time { return w.now }})
	operations := hostile.Operations(c.doc, "follow-changes")
	require.Greater(t, len(operations), 200)
	stands := map[string]moment{}
	for _, s := range w.stages {
		stands[s.no] = w.moment(s.of, s.no)
	}
	ways := w.ways(m)
	answers, well := map[int]int{}, map[string]bool{}
	for n := range most {
		w.now = w.now.Add(time.Second)
		o, way := operations[n%len(operations)], ways[operations[n%len(operations)].ID]
		req, err := m.Request("http://127.0.0.1", o)
		require.NoError(t, err)
		who := w.signs(m, req)
		if len(way) > 0 && m.R.IntN(3) > 0 { // as somebody who may, where it may be done
			may := way[m.R.IntN(len(way))]
			req.URL.Path, req.URL.RawPath, who = may.path, "", may.by
			req.Header.Set("Authorization", "Bearer test-"+who)
			req.Header.Del("Cookie")
		}
		res := httptest.NewRecorder()
		w.handler.ServeHTTP(res, req)
		answers[res.Code]++
		told := fmt.Sprintf("request %d, %s by %q", n, o.ID, who)
		require.Less(t, res.Code, 500, "%s: %s", told, res.Body)
		c.check(t, o.Method, req.URL.Path, res)
		header := fmt.Sprint(res.Header())
		require.NotContains(t, header+res.Body.String(), planted, told)
		if res.Code >= 400 {
			require.NotContains(t, header+res.Body.String(), marker, told)
			continue
		}
		well[o.ID] = true
		for _, s := range w.stages { // what has moved on is put back, so that every stage stays there to be tried
			if o.Method != http.MethodGet && strings.Contains(req.URL.Path, s.no) {
				w.back(s.of, s.no, stands[s.no])
			}
		}
		w.mu.Lock()
		clear(w.done) // what is kept of answers, so that the house does not grow without bound
		w.mu.Unlock()
	}
	t.Logf("answers %v; %d of %d operations answered well at least once", answers, len(well), len(operations))
	assert.NotContains(t, w.log.String(), marker, "the log")
	assert.NotContains(t, w.log.String(), planted, "the log")
	assert.Greater(t, answers[http.StatusUnprocessableEntity], most/20)
	if most >= hostileAsk {
		assert.Greater(t, len(well), len(operations)/6, "enough is well-formed to be let in")
	}
}

// wayOf is a step that somebody may take.
type wayOf struct{ path, by string }

// ways are, by operation, steps that can be taken as the stages stand, as some of the cast are
// offered them.
func (w *walk) ways(m *hostile.Maker) map[string][]wayOf {
	out, prefix := map[string][]wayOf{}, map[string]string{"grievance": "case-", "grid_event": "case-", "joint": "session-", "whistle": "whistle-"}
	for _, s := range w.stages {
		for range 12 {
			by := theNamed[m.R.IntN(len(theNamed))]
			var offered struct{ Items []struct{ Action string } }
			if a := w.ask(by, http.MethodGet, at(s.of, s.no)+"/actions", ""); a.status != http.StatusOK || json.Unmarshal(a.body, &offered) != nil {
				continue
			}
			for _, i := range offered.Items {
				id := prefix[s.of] + i.Action
				out[id] = append(out[id], wayOf{at(s.of, s.no) + "/actions/" + i.Action, by})
			}
		}
	}
	return out
}

// signs says who sends a request, with secrets in it that nobody has.
func (w *walk) signs(m *hostile.Maker, req *http.Request) string {
	req.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:9", m.R.IntN(256), m.R.IntN(256), m.R.IntN(256)) // nobody is throttled
	q := req.URL.Query()
	if strings.Contains(req.URL.Path, "/public/cases/") && m.R.IntN(3) > 0 {
		no, _, _ := strings.Cut(strings.SplitAfter(req.URL.Path, "/public/cases/")[1], "/")
		if q.Set("code", planted); len(no) > 4 && m.R.IntN(3) > 0 {
			q.Set("code", codeOf(no))
		}
		req.URL.RawQuery = q.Encode()
	}
	if m.R.IntN(10) == 0 {
		req.Header.Set("Cookie", "huajie_session="+planted)
	}
	switch m.R.IntN(12) {
	case 0:
		return ""
	case 1:
		req.Header.Set("Authorization", []string{"Bearer " + planted, "Basic " + planted, "Bearer", planted, "Bearer a b c " + planted}[m.R.IntN(5)])
		return planted
	}
	who := theNamed[m.R.IntN(len(theNamed))]
	req.Header.Set("Authorization", "Bearer test-"+who)
	return who
}
