package grievance_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

var update = flag.Bool("update", false, "write docs/chain.md anew")

const chainDoc = "../../docs/chain.md"

// TestChainDoc keeps docs/chain.md in step with the machine. After a change run
//
//	go test ./domain/grievance -run TestChainDoc -update
func TestChainDoc(t *testing.T) {
	t.Parallel()
	want := chainText(t)
	if *update {
		require.NoError(t, os.MkdirAll("../../docs", 0o755))
		require.NoError(t, os.WriteFile(chainDoc, []byte(want), 0o644))
	}
	got, err := os.ReadFile(chainDoc)
	require.NoError(t, err)
	require.True(t, want == string(got), "docs/chain.md is out of date; run: go test ./domain/grievance -run TestChainDoc -update")
}

func chainText(t *testing.T) string {
	var b strings.Builder
	b.WriteString("# 群众诉求件状态机 / The machine of a grievance\n\n" +
		"由步骤表生成,请勿手改:`go test ./domain/grievance -run TestChainDoc -update`。\n" +
		"Made from the table of steps; do not edit by hand. Rules are those of the specification §3.1, §3.2, §4.6.\n\n")
	levelTable(&b)
	b.WriteString("## 状态图 / States\n\n时间引起的转换标注“⏱”。 Moves made by time are marked ⏱.\n\n")
	diagram(t, &b)
	stateTable(&b)
	stepTable(t, &b)
	timeTable(t, &b)
	return b.String()
}

func levelTable(b *strings.Builder) {
	b.WriteString("## 层级 / Levels\n\n| 层级 Level | 名称 | Name | 承担者 Owner |\n|---|---|---|---|\n")
	for _, l := range grievance.Levels {
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", l.Level, l.ZH, l.EN, l.Owner)
	}
	b.WriteString("\n")
}

// moves are where each step leads, found by playing it: the documentation cannot
// claim a way the machine does not take.
func moves(t *testing.T) map[edge][]string {
	out := map[edge][]string{}
	add := func(e machine.Event, label string) {
		k := edge{e.From, e.To}
		if e.From != e.To && e.From != "" && !slices.Contains(out[k], label) {
			out[k] = append(out[k], label)
		}
	}
	for _, p := range scenes(t) {
		for _, e := range p.history {
			label := e.Rule
			if e.Deadline != "" {
				label = "⏱ " + e.Rule
			}
			add(e, label)
		}
	}
	for k := range out {
		slices.Sort(out[k])
	}
	return out
}

// TestGraph holds the machine against the graph written by hand: no way more, no
// way less.
func TestGraph(t *testing.T) {
	t.Parallel()
	taken := moves(t)
	for k, rules := range graph {
		if k.from != "" && k.to != grievance.Withdrawn {
			require.Contains(t, taken, k, "no play takes %s → %s (%v)", k.from, k.to, rules)
		}
	}
	for k := range taken {
		require.Contains(t, graph, k)
	}
	for _, s := range working {
		step, _ := grievance.Machine.Step("withdraw")
		require.Contains(t, step.From, s)
	}
}

// scenes are plays that between them take every way there is.
func scenes(t *testing.T) []*play {
	reject := form.Input{"reason_code": "R06", "legal_basis": "b", "remedy": "r", "reason": "w"}
	instruct := form.Input{"trigger": "T09", "reason": "批示", "proposed_leader": county1}
	failed := form.Input{"failed_record": "双方拒绝"}
	merged := triaged(t)
	withMaster(merged)
	explained := form.Input{"ground": "beyond_law_explained", "evidence": "c", "explanation": "a", "remedy": "b"}
	out := []*play{
		begin(t).expire("triage.decide").expire("unassigned"), begin(t, form.Input{"category": "0701"}).expire("triage.decide").expire("unassigned"),
		triaged(t).do(directorUser, "guide-legal", guided), triaged(t).both(dispUser, "reject-case", dutyUser, reject),
		triaged(t).both(dispUser, "no-longer-accept", dutyUser, form.Input{"ground": "in_progress", "reason": "w"}),
		merged.do(dispUser, "merge", why, form.Input{"master": masterNo}).do(dispUser, "unmerge", why),
		offered(t).expire("handover"), readyLocal(t).do(officeUser, "local-conclude", answered),
		local(t).do(townLead, "report-up", form.Input{"reason": "x", "tried": "x"}), local(t).expire("policy.red").expire("policy.grace"),
		triaged(t).do(directorUser, "start-joint", form.Input{"trigger": "T02", "reason": "x"}), triaged(t).do(directorUser, "start-leader", instruct),
		handling(t).do(directorUser, "start-leader", instruct), dispatched(t).expire("sign"),
		signed(t).do(leaderUser, "request-return", returning).do(dispUser, "reject-return", why), returnPending(t).expire("return.review"),
		returnPending(t).do(dispUser, "accept-return", form.Input{"lead_unit": land}),
		dispatched(t).do(dispUser, "start-adjudication", form.Input{"parties": []any{land}, "arguments": "x"}),
		adjudicating(t).do(directorUser, "adjudicate", ruled), adjudicating(t).expire("adjudicate").expire("adjudicate"),
		suspended(t).do(leaderUser, "resume", why), suspended(t).expire("hangup.review"), joint(t), dispatched(t).do(dispUser, "escalate-l2", applied),
		signed(t).do(dispUser, "escalate-l2", applied), adjudicating(t).do(dispUser, "escalate-l2", applied), handling(t).expire("policy.red").expire("policy.grace"),
		joint(t).expire("policy.red").expire("policy.grace"), met(t).do(directorUser, "joint-conclude", jointAnswer), leaderLevel(t).do(county1, "leader-conclude", leaderAnswer),
		joint(t).do(directorUser, "guide-legal", guided, failed), leaderLevel(t).do(county1, "guide-legal", guided, failed),
		closed(t).expire("archive"), replied(t).expire("evaluation"), unhappy(t).both(supervisor1, "close-explained", supervisor2, explained),
		unhappy(t).expire("rework.decide"), reworked(t).do(leaderUser, "issue-reply", answered, form.Input{"result": "新结果", "new_measures": "x"}),
		reworked(t).expire("policy.red").expire("policy.grace"), closed(t).do(dispUser, "reopen", form.Input{"ground": "new_facts", "reason": "x"}),
		begin(t).both(supervisor1, "void", supervisor2, why), triaged(t).both(supervisor1, "void", supervisor2, why),
	}
	missed := form.Input{"method": "phone", "reached": false, "summary": "无人接听"}
	gone := handling(t).do(handlerUser, "contact-petitioner", missed).at("2026-03-02 15:00").do(handlerUser, "contact-petitioner", missed).
		at("2026-03-03 10:00").do(handlerUser, "contact-petitioner", missed, form.Input{"method": "visit"})
	out = append(out, gone.do(dispUser, "close-unreachable", form.Input{"notice_posted": "已张贴"}))
	upper := met(t).do(directorUser, "joint-conclude", jointAnswer).do("petitioner", "evaluate", unsatisfied).do(supervisor1, "rework", form.Input{"ground": "not_done", "why_founded": "x"})
	out = append(out, upper.expire("policy.red").expire("policy.grace"))
	for _, p := range []*play{readyLocal(t).do(officeUser, "local-conclude", answered), met(t).do(directorUser, "joint-conclude", jointAnswer),
		leaderLevel(t).do(county1, "leader-conclude", leaderAnswer)} {
		out = append(out, p.do("petitioner", "evaluate", form.Input{"rating": "basic"}).do(dispUser, "reopen", form.Input{"ground": "new_facts", "reason": "x"}))
	}
	for _, given := range []func(require.TestingT, ...form.Input) *play{triaged, returnPending, adjudicating} {
		out = append(out, given(t).do(directorUser, "declare-no-body", ownerless))
	}
	ownerlessAt := func() *play {
		return triaged(t, form.Input{"urgency": "complex"}).do(dispUser, "declare-no-body", ownerless)
	}
	office := form.Input{"handlers": []any{officeUser}, "recusal_declared": true}
	unsigned := triaged(t, form.Input{"urgency": "complex"}).under(map[string]any{"sign.auto": "false"}).do(dispUser, "declare-no-body", ownerless)
	for _, p := range []*play{unsigned, ownerlessAt(), ownerlessAt().do(officeUser, "sign-for").do(officeUser, "assign-handler", office),
		triaged(t).do(dispUser, "declare-no-body", ownerless)} {
		out = append(out, p.to(p.c.Deadlines["no_body"].At))
	}
	for _, given := range []func(require.TestingT, ...form.Input) *play{local, returnPending} {
		out = append(out, given(t).do(dispUser, "classify", why, form.Input{"risk": "red"}))
	}
	return out
}

func diagram(t *testing.T, b *strings.Builder) {
	b.WriteString("```mermaid\nstateDiagram-v2\n")
	for _, s := range states() {
		fmt.Fprintf(b, "    %s: %s %s\n", s, grievance.Labels[s].ZH, grievance.Labels[s].EN)
	}
	b.WriteString("    [*] --> registered: G1\n")
	all := moves(t)
	var ways []edge
	for k := range all {
		ways = append(ways, k)
	}
	order := states()
	slices.SortFunc(ways, func(x, y edge) int {
		if c := slices.Index(order, x.from) - slices.Index(order, y.from); c != 0 {
			return c
		}
		return slices.Index(order, x.to) - slices.Index(order, y.to)
	})
	for _, k := range ways {
		fmt.Fprintf(b, "    %s --> %s: %s\n", k.from, k.to, strings.Join(all[k], ", "))
	}
	for _, s := range order {
		if grievance.Over(s) && s != grievance.Closed {
			fmt.Fprintf(b, "    %s --> [*]\n", s)
		}
	}
	b.WriteString("    note right of withdrawn: 任何未结束状态均可撤回 (G33) — from every state that is not over\n```\n\n")
}

// states are all of them in the order of the specification.
func states() []machine.State { return append(slices.Clone(working), terminal...) }

func stateTable(b *strings.Builder) {
	b.WriteString("| 状态 State | 中文 | English | 终态 Over |\n|---|---|---|---|\n")
	for _, s := range states() {
		over := ""
		if grievance.Over(s) {
			over = "✓"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", s, grievance.Labels[s].ZH, grievance.Labels[s].EN, over)
	}
	b.WriteString("\n")
}

func stepTable(t *testing.T, b *strings.Builder) {
	b.WriteString("## 步骤 / Steps\n\n带 * 的为必填。 Inputs marked * are required.\n\n" +
		"| 规则 Rule | 动作 Action | 名称 Label | 起始状态 From | 谁 Who | 第二人 Second person | 填写 Inputs |\n|---|---|---|---|---|---|---|\n")
	for _, s := range grievance.Machine.Steps {
		if s.SystemOnly {
			continue
		}
		fmt.Fprintf(b, "| %s | `%s` | %s %s | %s | %s | %s | %s |\n", s.Rule, s.Action, s.ZH, s.EN, fromText(s.From), whoText(s.Who, s.Petitioner), secondText(t, s), inputText(t, s))
	}
	b.WriteString("\n")
}

func fromText(from []machine.State) string {
	if len(from) == len(working) {
		return "任何未结束状态 every open state"
	}
	var out []string
	for _, s := range from {
		out = append(out, "`"+string(s)+"`")
	}
	return strings.Join(out, " ")
}

func whoText(who []machine.Who, petitioner bool) string {
	var out []string
	if petitioner {
		out = append(out, "诉求人 petitioner")
	}
	for _, w := range who {
		zh, _ := w.Role.Label()
		out = append(out, fmt.Sprintf("%s %s@%s", zh, w.Role, w.Place))
	}
	return strings.Join(out, "; ")
}

// sample is a turn on an empty case, for what depends on the case.
func sample(t *testing.T, of form.Input) *machine.Turn[*grievance.Case] {
	p := handling(t, of)
	return grievance.Machine.Begin(p.c, domain.SystemActor(), p.rules, machine.World{}, p.now, p.now)
}

func secondText(t *testing.T, s machine.Step[*grievance.Case]) string {
	signs := s.Signs
	if s.SignsFor != nil {
		signs = s.SignsFor(sample(t, nil))
	}
	switch s.Signature {
	case machine.Countersign:
		return "会签 countersign: " + whoText(signs, false)
	case machine.TwoPersons:
		return "双人 two persons: " + whoText(signs, false)
	}
	return ""
}

func inputText(t *testing.T, s machine.Step[*grievance.Case]) string {
	fields := s.Fields
	if s.FieldsFor != nil {
		fields = s.FieldsFor(sample(t, asPetition))
	}
	var out []string
	for _, f := range fields {
		star := ""
		if f.Required {
			star = "*"
		}
		out = append(out, fmt.Sprintf("%s `%s`%s", f.ZH, f.Name, star))
	}
	return strings.Join(out, ", ")
}
