package e2e

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/proxy"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/proto"

	"huajie/internal/seal"
	"huajie/workflows"
)

// everyCaseAgrees: whatever was played, ledger and workflow say the same of every
// case, and the ledger's chain of hashes holds.
func everyCaseAgrees(t *testing.T, s *stand) {
	cases := s.judge.told(s.judge.cases)
	require.Greater(t, len(cases), 150)
	jobs, wg := make(chan string), sync.WaitGroup{}
	for range 4 {
		wg.Go(func() {
			for no := range jobs {
				s.agrees("/cases/" + no)
				assert.NoError(t, s.app.Store.VerifyChain(context.Background(), no))
			}
		})
	}
	for no := range cases {
		jobs <- no
	}
	close(jobs)
	wg.Wait()
	for _, x := range s.column("SELECT no FROM sessions") {
		s.agrees("/sessions/" + x)
		require.NoError(t, s.app.Store.VerifyChain(context.Background(), x))
	}
}

// column reads one column of text from the ledger.
func (s *stand) column(sql string) []string {
	s.t.Helper()
	ctx := context.Background()
	db, err := pgx.Connect(ctx, s.app.Config.DatabaseURL)
	require.NoError(s.t, err)
	defer func() { _ = db.Close(ctx) }()
	rows, err := db.Query(ctx, sql)
	require.NoError(s.t, err)
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(s.t, err)
	return out
}

// executions are all workflows of this product.
func (s *stand) executions() []*workflow.WorkflowExecutionInfo {
	s.t.Helper()
	var out []*workflow.WorkflowExecutionInfo
	for token := []byte(nil); ; {
		res, err := s.app.Client.ListWorkflow(context.Background(), &workflowservice.ListWorkflowExecutionsRequest{
			Namespace: s.app.Config.TemporalNamespace, Query: `TaskQueue = "` + s.app.TaskQueue + `"`, NextPageToken: token})
		require.NoError(s.t, err)
		out = append(out, res.GetExecutions()...)
		if token = res.GetNextPageToken(); len(token) == 0 {
			return out
		}
	}
}

// history reads one history as the engine keeps it: without the key.
func (s *stand) history(e *common.WorkflowExecution) (*history.History, error) {
	it := s.app.Client.GetWorkflowHistory(context.Background(), e.GetWorkflowId(), e.GetRunId(), false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	h := &history.History{}
	for it.HasNext() {
		event, err := it.Next()
		if err != nil {
			return nil, err
		}
		h.Events = append(h.Events, event)
	}
	return h, nil
}

// engineHoldsNoWords: neither histories nor search attributes nor workflow ids
// hold a readable word of anything people have told.
func engineHoldsNoWords(t *testing.T, s *stand) {
	words := s.judge.told(s.judge.private, s.judge.words, s.judge.secrets)
	for _, must := range []string{"甲某某", "13812345678", "演练诉求人", "楼上漏水,物业不管", "反映街道干部问题"} {
		require.True(t, slices.ContainsFunc(slices.Collect(maps.Keys(words)), func(w string) bool { return strings.Contains(w, must) }), "%s was never told: nothing would be proved", must)
	}
	all := s.executions()
	require.GreaterOrEqual(t, len(all), len(s.judge.told(s.judge.cases)), "every case has a workflow")
	allowed := workflows.SearchAttributes()
	jobs, wg := make(chan *workflow.WorkflowExecutionInfo), sync.WaitGroup{}
	for range 4 {
		wg.Go(func() {
			for e := range jobs {
				for name := range e.GetSearchAttributes().GetIndexedFields() {
					_, ours := allowed[name]
					assert.True(t, ours || !strings.HasPrefix(name, "Huajie"), name)
				}
				h, err := s.history(e.GetExecution())
				if !assert.NoError(t, err) {
					continue
				}
				raw, err := proto.Marshal(h)
				info, err2 := proto.Marshal(e)
				if !assert.NoError(t, err) || !assert.NoError(t, err2) {
					continue
				}
				for _, w := range found(append(raw, info...), words) {
					t.Errorf("%s holds %q", e.GetExecution().GetWorkflowId(), w)
				}
			}
		})
	}
	for _, e := range all {
		jobs <- e
	}
	close(jobs)
	wg.Wait()
	require.NotEmpty(t, found(s.opened(all[0]), words), "with the key the same search finds what it looks for")
}

// databaseHoldsNoWords: nor does the ledger, whichever table one looks into. Rulebooks are
// nobody's words; notices are phrases of the rulebook, in which what officers write may occur
// (noticesHoldNoMatter looks at them); why an export was asked for is not sealed (decision 17).
func databaseHoldsNoWords(t *testing.T, s *stand) {
	tables := s.column(`SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'rulebooks' ORDER BY 1`)
	require.Subset(t, tables, []string{"audit_log", "case_search", "cases", "events", "intake_details", "persons", "sessions", "whistles"})
	for _, table := range tables {
		words := s.judge.told(s.judge.private, s.judge.secrets)
		if table != "notices" && table != "exports" {
			words = s.judge.told(words, s.judge.words)
		}
		for _, w := range found([]byte(strings.Join(s.column(`SELECT t::text FROM `+table+` t`), "\n")), words) {
			t.Errorf("%s holds %q", table, w)
		}
	}
}

// opened is a history with its seal taken off.
func (s *stand) opened(e *workflow.WorkflowExecutionInfo) []byte {
	s.t.Helper()
	h, err := s.history(e.GetExecution())
	require.NoError(s.t, err)
	key, err := seal.Key(s.app.Config.PayloadKeyFile)
	require.NoError(s.t, err)
	codec := seal.Codec(key)
	require.NoError(s.t, proxy.VisitPayloads(context.Background(), h, proxy.VisitPayloadsOptions{
		Visitor: func(_ *proxy.VisitPayloadsContext, p []*common.Payload) ([]*common.Payload, error) {
			return codec.Decode(p)
		}}))
	raw, err := proto.Marshal(h)
	require.NoError(s.t, err)
	return raw
}

// logHoldsNoWords: the log tells what happened, not what was said.
func logHoldsNoWords(t *testing.T, s *stand) {
	log := s.log.bytes()
	require.Greater(t, bytes.Count(log, []byte("\n")), 500, "the log was kept")
	require.Contains(t, string(log), `"route":"/api/v1/cases/:no/actions/dispatch"`)
	for _, w := range found(log, s.judge.told(s.judge.private, s.judge.words, s.judge.secrets)) {
		t.Errorf("the log holds %q", w)
	}
}

// noticesHoldNoMatter: every notice speaks both languages, names its case and
// says nothing of the person or the matter (§3.11).
func noticesHoldNoMatter(t *testing.T, s *stand) {
	all := s.column(`SELECT concat_ws(' ', title_zh, title_en, body_zh, body_en) FROM notices`)
	require.Greater(t, len(all), 500)
	for _, w := range found([]byte(strings.Join(all, "\n")), s.judge.told(s.judge.private)) {
		t.Errorf("a notice holds %q", w)
	}
	require.Empty(t, s.column(`SELECT concat(n, ' ', no, ' ', body_zh) FROM notices WHERE body_zh !~ '[一-龥]' OR body_en ~ '[一-龥]{12}'
		OR title_zh = '' OR title_en = '' OR body_zh ~ '{{|}}|<no value>|%!' OR body_en ~ '{{|}}|<no value>|%!'`))
	require.Empty(t, s.column(`SELECT concat(n, ' ', no, ' ', body_zh) FROM notices WHERE position(split_part(no, '-', 1) IN body_zh) = 0`))
	told := s.column(`SELECT DISTINCT n FROM notices`)
	for _, n := range []string{"N1", "N2", "N3", "N5", "N6", "N7", "N8", "N9", "N10", "N11", "N12", "N13", "N14", "N16", "N17", "N19", "N20", "N21"} {
		require.Contains(t, told, n)
	}
}

// contractWasPlayed: the plays have met every kind of answer, and each was held
// against the served document on its way.
func contractWasPlayed(t *testing.T, s *stand) {
	s.judge.mu.Lock()
	defer s.judge.mu.Unlock()
	total, statuses, operations := 0, map[string]int{}, map[string]bool{}
	for name, n := range s.judge.answers {
		i := strings.LastIndexByte(name, ' ')
		total += n
		statuses[name[i+1:]] += n
		operations[name[:i]] = true
	}
	t.Logf("%d answers of %d operations held against the contract: %v", total, len(operations), statuses)
	for _, status := range []string{"200", "201", "304", "400", "401", "403", "404", "405", "409", "412", "415", "422", "428"} {
		require.Positive(t, statuses[status], status)
	}
	require.Greater(t, len(operations), 50)
}

// found are the words that occur in the bytes.
func found(raw []byte, words map[string]bool) []string {
	var out []string
	for w := range words {
		if bytes.Contains(raw, []byte(w)) {
			out = append(out, w)
		}
	}
	return out
}
