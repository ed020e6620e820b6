package e2e

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"

	"huajie/internal/demo"
	"huajie/workflows"
)

// summary is what is late, counted.
type summary struct {
	Total    int       `json:"total"`
	ByCounty []line    `json:"by_county"`
	ByUnit   []line    `json:"by_unit"`
	ByLevel  []line    `json:"by_level"`
	ByLight  []line    `json:"by_light"`
	ByBand   []line    `json:"by_lateness"`
	AsOf     time.Time `json:"as_of"`
}

type line struct {
	Key     string `json:"key"`
	ZH      string `json:"zh"`
	EN      string `json:"en"`
	Overdue int    `json:"overdue"`
}

// idle is how far each case of playNobodyActs is taken before all go home.
var idle = []func(s *stand, no string){
	func(*stand, string) {},
	func(s *stand, no string) { s.do("disp.220498", no, "start-triage", nil) },
	func(s *stand, no string) {
		s.do("disp.220498", no, "start-triage", nil)
		s.do("disp.220498", no, "dispatch", map[string]any{"lead_unit": "220498-D11"})
	},
	func(s *stand, no string) {
		s.do("office.220498001", no, "start-triage", nil)
		s.do("office.220498001", no, "assign-local", nil)
	},
	func(s *stand, no string) {
		s.do("disp.220498", no, "start-triage", nil)
		s.do("director.220498", no, "start-joint", map[string]any{"trigger": "T02", "reason": "两家以上单位"})
	},
}

// playNobodyActs: wherever a case is left lying, it turns red, is listed and
// counted, and still has an owner.
func playNobodyActs(t *testing.T, s *stand) {
	for _, far := range idle {
		far(s, s.drill(nil).No)
	}
	for _, no := range s.mine {
		v := s.until(no, func(v demo.View) bool { return v.Light == "red" })
		require.NotEmpty(t, v.Owner.Unit)
	}
	s.summaryAgrees("supervisor.220498")
	s.summaryAgrees("office.220498001")
	s.summaryAgrees("liaison.220498-D11")
}

// overdueAgrees asks three times who is late in the drill area: the list, the
// summary, and the engine's visibility by typed search attributes.
func overdueAgrees(t *testing.T, s *stand) {
	const watch = "supervisor.220498"
	var late, engine []string
	same := func() bool {
		late = s.lateAgreed(watch)
		now := time.Now()
		engine = s.lateInEngine("220498", now)
		// A case that climbs has fresh limits for a while, but all of playNobodyActs end red.
		return len(late) >= len(idle) && slices.Equal(late, engine) && slices.Equal(late, s.lateAgreed(watch))
	}
	if !assert.Eventually(t, same, soon, tick) {
		require.Fail(t, "ledger and engine differ, or fewer are late than nobody acted on", "ledger %v\nengine %v", late, engine)
	}
	t.Logf("%d cases of the drill area are late, by list, summary and engine alike", len(late))
}

// lateAgreed are the overdue cases list and summary agree on, sorted.
func (s *stand) lateAgreed(user string) []string {
	late, why := s.lateNow(user)
	if why != "" {
		return nil
	}
	slices.Sort(late)
	return late
}

// lateInEngine is the question of docs/operations.md to the engine. Workflows
// of other products in the namespace listen on other task queues.
func (s *stand) lateInEngine(county string, now time.Time) []string {
	query := fmt.Sprintf(`WorkflowType = "Grievance" AND TaskQueue = "%s" AND HuajieCounty = "%s" AND HuajieDueAt < "%s" AND ExecutionStatus = "Running"`,
		s.app.TaskQueue, county, now.UTC().Format(time.RFC3339Nano))
	var out []string
	for token := []byte(nil); ; {
		res, err := s.app.Client.ListWorkflow(context.Background(), &workflowservice.ListWorkflowExecutionsRequest{
			Namespace: s.app.Config.TemporalNamespace, Query: query, NextPageToken: token})
		if err != nil {
			return []string{err.Error()}
		}
		for _, e := range res.GetExecutions() {
			_, no, _ := workflows.NumberOf(e.GetExecution().GetWorkflowId())
			out = append(out, no)
		}
		if token = res.GetNextPageToken(); len(token) == 0 {
			slices.Sort(out)
			return out
		}
	}
}

// summaryAgrees tells that the overdue list and the overdue summary say the same
// of the same moment. Drill cases move meanwhile, hence the patience.
func (s *stand) summaryAgrees(user string) []string {
	s.t.Helper()
	var late []string
	var why string
	same := func() bool {
		late, why = s.lateNow(user)
		return why == ""
	}
	if !assert.Eventually(s.t, same, soon, tick) {
		require.Fail(s.t, "list and summary differ", why)
	}
	return late
}

// lateNow reads list and summary, and tells where they differ.
func (s *stand) lateNow(user string) (late []string, why string) {
	read := func() (rows map[string]int, nos []string, err error) {
		rows = map[string]int{}
		var p page
		err = s.read(user, "/cases?overdue=true&total=true&limit=200&sort=due_at", &p)
		for _, r := range p.Items {
			nos = append(nos, r.No)
			for _, k := range []string{"county " + r.County, "unit " + r.OwnerUnit, "level " + r.Level, "light " + r.Light} {
				rows[k]++
			}
		}
		if err == nil && (p.Next != "" || *p.Total != len(p.Items)) {
			err = fmt.Errorf("total %d of %d items", *p.Total, len(p.Items))
		}
		return rows, nos, err
	}
	before, late, err := read()
	if err != nil {
		return nil, err.Error()
	}
	var sum summary
	if err = s.read(user, "/overdue/summary", &sum); err != nil {
		return nil, err.Error()
	}
	after, _, err := read()
	switch {
	case err != nil:
		return nil, err.Error()
	case fmt.Sprint(before) != fmt.Sprint(after):
		return nil, "the list moved"
	case sum.Total != len(late):
		return nil, fmt.Sprintf("list %d, summary %d", len(late), sum.Total)
	}
	bands := 0
	told := map[string]int{}
	for kind, lines := range map[string][]line{"county ": sum.ByCounty, "unit ": sum.ByUnit, "level ": sum.ByLevel, "light ": sum.ByLight} {
		for _, l := range lines {
			if l.Overdue > 0 { // by light, the summary also has a line for what is only about to be late
				told[kind+l.Key] += l.Overdue
			}
		}
	}
	for _, l := range sum.ByBand {
		bands += l.Overdue
	}
	if fmt.Sprint(told) != fmt.Sprint(before) || bands != len(late) {
		return nil, fmt.Sprintf("list %v, summary %v, bands %d", before, told, bands)
	}
	return late, ""
}
