package whistle_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/whistle"
	"huajie/internal/testkit/trial"
)

var update = flag.Bool("update", false, "write docs/whistle.md anew")

const document = "../../docs/whistle.md"

// TestWhistleDoc keeps docs/whistle.md in step with the machine. After a change run
//
//	go test ./domain/whistle -run TestWhistleDoc -update
func TestWhistleDoc(t *testing.T) {
	t.Parallel()
	want := documentText(t)
	if *update {
		require.NoError(t, os.WriteFile(document, []byte(want), 0o644))
	}
	got, err := os.ReadFile(document)
	require.NoError(t, err)
	require.True(t, want == string(got), "docs/whistle.md is out of date; run: go test ./domain/whistle -run TestWhistleDoc -update")
}

func documentText(t *testing.T) string {
	var b strings.Builder
	b.WriteString(introduction)
	b.WriteString("## 状态图 / States\n\n单个单位被吹哨时的走法;时间引起的转换标注“⏱”。 The ways of a whistle to one unit; moves made by time are marked ⏱.\n\n")
	diagram(t, &b)
	b.WriteString("| 状态 State | 中文 | English | 终态 Over |\n|---|---|---|---|\n")
	for _, s := range ordered {
		over := ""
		if whistle.Over(s) {
			over = "✓"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", s, whistle.Labels[s].ZH, whistle.Labels[s].EN, over)
	}
	b.WriteString("\n## 步骤 / Steps\n\n带 * 的为必填。 Inputs marked * are required.\n\n| 规则 Rule | 动作 Action | 名称 Label | 谁 Who | 填写 Inputs |\n|---|---|---|---|---|\n")
	for _, s := range whistle.Machine.Steps {
		fmt.Fprintf(&b, "| %s | `%s` | %s %s | %s | %s |\n", s.Rule, s.Action, s.ZH, s.EN, whoText(s.Who, s.Signs), inputText(s.Fields))
	}
	b.WriteString("\n## 时限 / Limits\n\n| 时限 Limit | 应急 emergency | 联合执法 enforcement | 重点工作 key work | 日常 routine |\n|---|---|---|---|---|\n")
	rules := trial.Book.RulesFor(township, trial.Monday)
	for _, row := range limits {
		fmt.Fprintf(&b, "| %s |", row[0])
		for _, key := range row[1:] {
			fmt.Fprintf(&b, " %s |", rules.Policy.Limit(key))
		}
		b.WriteString("\n")
	}
	b.WriteString("\n" + consequences)
	return b.String()
}

// ordered are the states in the order of the specification.
var ordered = []machine.State{whistle.Drafted, whistle.Approved, whistle.Blown, whistle.Responded, whistle.Arrived, whistle.Working, whistle.Completed,
	whistle.Evaluated, whistle.Refused, whistle.Coordinating, whistle.Adjudicated, whistle.Withdrawn, whistle.Rejected}

// limits are the rows of the table of limits.
var limits = [][]string{
	{"审批 approve W2", "whistle.approve.afterwards", "whistle.approve", "whistle.approve", "whistle.approve"},
	{"应哨 respond W4", "whistle.respond.emergency", "whistle.respond.enforcement", "whistle.respond.key_work", "whistle.respond.routine"},
	{"报到 arrive W5", "whistle.arrive.emergency", "whistle.arrive.enforcement", "whistle.arrive.key_work", "whistle.arrive.routine"},
	{"处置(最长) work, at most W6", "whistle.work.emergency", "whistle.work.max", "whistle.work.max", "whistle.work.max"},
	{"逾期后视为拒不报到 silence that counts as refusal W10", "whistle.silence.emergency", "whistle.silence.other", "whistle.silence.other", "whistle.silence.other"},
	{"协调 coordinate W9", "whistle.coordinate.emergency", "whistle.coordinate.other", "whistle.coordinate.other", "whistle.coordinate.other"},
	{"互评 evaluate W7", "whistle.evaluate", "whistle.evaluate", "whistle.evaluate", "whistle.evaluate"},
}

func diagram(t *testing.T, b *strings.Builder) {
	b.WriteString("```mermaid\nstateDiagram-v2\n")
	for _, s := range ordered {
		fmt.Fprintf(b, "    %s: %s %s\n", s, whistle.Labels[s].ZH, whistle.Labels[s].EN)
	}
	b.WriteString("    [*] --> drafted: W1\n")
	all := moves(t)
	for _, from := range ordered {
		for _, to := range ordered {
			if labels := all[[2]machine.State{from, to}]; len(labels) > 0 {
				slices.Sort(labels)
				fmt.Fprintf(b, "    %s --> %s: %s\n", from, to, strings.Join(labels, ", "))
			}
		}
	}
	for _, s := range ordered {
		if whistle.Over(s) {
			fmt.Fprintf(b, "    %s --> [*]\n", s)
		}
	}
	b.WriteString("```\n\n")
}

// moves are where each step leads, found by playing it: the documentation cannot claim a
// way the machine does not take.
func moves(t *testing.T) map[[2]machine.State][]string {
	out := map[[2]machine.State][]string{}
	for _, b := range scenes(t) {
		for _, e := range b.All {
			label := e.Rule
			if e.Deadline != "" {
				label = "⏱ " + e.Rule
			}
			if k := [2]machine.State{e.From, e.To}; e.From != e.To && e.From != "" && !slices.Contains(out[k], label) {
				out[k] = append(out[k], label)
			}
		}
	}
	return out
}

// TestDocumentedMovesAreAllowed: every way the plays take is among the edges the random
// walks are held to.
func TestDocumentedMovesAreAllowed(t *testing.T) {
	t.Parallel()
	for k := range moves(t) {
		require.Contains(t, edges[k[0]], k[1])
	}
}

// scenes are whistles to one unit that between them take every way there is.
func scenes(t *testing.T) []*bench {
	one := form.Input{"units": []any{police}}
	reason := form.Input{"reason": "x"}
	decide := func(more form.Input) form.Input {
		return with(form.Input{"unit": police, "reason": "x"}, more)
	}
	rule := func(outcome string) form.Input {
		return form.Input{"unit": police, "ruling": outcome, "decision": "x"}
	}
	refusal := func(ground string) *bench {
		return blown(t, one).do("leader."+police, "refuse-whistle", refusing(ground))
	}
	onPlace := func() *bench { return blown(t, one).comes(police) }
	unfinished := onPlace().expire("work." + police).expire("silence." + police)
	return []*bench{
		newBench(t, office).do(leader, "reject-whistle", reason), newBench(t, office).do(office, "withdraw-whistle", reason), newBench(t, office).expire("draft"),
		newBench(t, office, emergency, one), blown(t, one).do("handler."+police, "arrive", onSite), blown(t, one).do(leader, "withdraw-whistle", reason),
		newBench(t, office, emergency, one).do(leader, "reject-whistle", reason),
		onPlace().do("handler."+police, "start-work", nil).finishes(police).rated(police), onPlace().finishes(police).expire("evaluate"),
		onPlace().finishes(police).do(leader, "return-work", decide(nil)).finishes(police),
		blown(t, one).expire("respond." + police).expire("silence." + police), blown(t, one).do("liaison."+police, "respond", nil).expire("arrive." + police).expire("silence." + police),
		unfinished.do(disp, "coordinate", decide(form.Input{"outcome": whistle.Recalled})),
		refusal(whistle.NotItsPower).do(disp, "coordinate", decide(form.Input{"outcome": whistle.Recalled})),
		refusal(whistle.NotItsPower).do(disp, "coordinate", decide(form.Input{"outcome": whistle.Accepted})),
		refusal(whistle.Ungrounded).do(boss, "adjudicate-whistle", rule(whistle.IsExcused)),
		refusal(whistle.Ungrounded).do(boss, "adjudicate-whistle", rule(whistle.MustReport)).expire("respond." + police).expire("silence." + police),
	}
}

func whoText(who, signs []machine.Who) string {
	text := func(list []machine.Who) string {
		var out []string
		for _, w := range list {
			zh, _ := w.Role.Label()
			out = append(out, fmt.Sprintf("%s %s@%s", zh, w.Role, w.Place))
		}
		return strings.Join(out, "; ")
	}
	if len(signs) > 0 {
		return text(who) + ";会签 countersign: " + text(signs)
	}
	return text(who)
}

func inputText(fields []form.Field) string {
	var out []string
	for _, f := range fields {
		star := ""
		if f.Required {
			star = "*"
		}
		if !f.House {
			out = append(out, fmt.Sprintf("%s `%s`%s", f.ZH, f.Name, star))
		}
	}
	return strings.Join(out, ", ")
}

const introduction = `# 吹哨报到 / The whistle

由步骤表生成,请勿手改:` + "`go test ./domain/whistle -run TestWhistleDoc -update`" + `。
Made from the table of steps; do not edit by hand. Rules are those of the specification §3.8.

乡镇(街道)遇到超出本级权限的事项,向部门吹哨;部门线上应哨、线下报到。每个被吹哨单位各有一席,各自计时。整张吹哨单的状态取**仍有义务的单位中进度最靠后的一家**
(协调中 < 待应哨 < 待报到 < 已报到 < 处置中);无单位再负义务时,有单位完成处置即为“处置完毕”,否则为“已裁定”。当前责任单位随之确定,从不为空。

A township that meets a matter beyond its power calls departments; they respond online and report on site. Every unit called has a seat with clocks of
its own. The state of the whistle is that of **the unit furthest behind among those that still owe something** (in coordination < to respond < to arrive < on
site < working). When none owes anything it is completed if any unit has done its work, else adjudicated. The unit that has to move follows from that, and is never empty.

`

const consequences = `## 后果 / What follows

- 审批 Approval: 联合执法哨,或被吹哨单位达到 ` + "`whistle.principal.units`" + ` 家的,由乡镇(街道)主要负责人(` + "`township_head`" + `)审批,其余由分管领导审批;起草人不得审批。应急哨先吹后批,逾期未补批的记录在案并报县(区)中心。
  The principal of the township approves joint enforcement and whistles to many units, the leader in charge all others, and never the author. An emergency is blown first; an approval missed afterwards is flagged and told to the county.
- 报到 Check-in: 定位距现场不超过 ` + "`whistle.radius`" + ` 米,或扫描乡镇(街道)在现场出示的报到码(每 ` + "`whistle.code`" + ` 更换)。未应哨而直接到场的,视为已应哨。
  By position, or by the code the township shows on site. Who comes without having responded has responded.
- 逾期 Lateness (W10): 未应哨黄牌 S01,未到场或未完成处置黄牌 S03;同一吹哨单第二张黄牌即红牌;逾期后仍无动作,或无法定理由拒绝的,红牌 S07(现场未完成的 S03),报县(区)政府并转入协调。每一事由每种牌只发一次。
  No response: yellow, S01. Late arrival or work: yellow, S03. The second yellow at one whistle is a red one. Silence after a missed limit, or a refusal without ground: red, S07 (work on site: S03), told to the county government, and coordinated. One card of a kind for a cause.
- 系统原因 The system away: 系统停用期间届满的时限照常产生后果,但不记迟、不发牌(§6 item 95)。 Limits that passed while the system was away blame nobody.
- 垂直管理单位和企业 Vertical units and enterprises: 不发牌,逾期报县(区)领导向其上级反映,由县(区)领导裁定(§6 item 33)。 No cards: the county leader is told, takes it up with the superior, and rules.
- 裁定 Ruling: 中心主任裁定为终局;主任逾期未裁定的,由县(区)领导裁定。裁定须到场仍不到的,红牌 S09,该单位就此了结并报县(区)政府。协调或裁定另定的处置期限,对据此到场的单位(含替补单位)有效。
  The director's ruling is final; what the director leaves lying the county leader rules on. Who ignores a ruling gets a red card, S09, and is reported. The date a decision names holds for whoever comes by it.
- 关联办件 The linked case: 吹哨未结束时不能答复;结束(已评价、已裁定、已撤回、未获批准)时告知办件。 A case is not answered while its whistle goes on, and hears of its end.
`
