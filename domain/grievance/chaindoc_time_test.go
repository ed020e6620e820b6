package grievance_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

// passing is what happens when a deadline of a kind runs out in a state.
type passing struct {
	kind, event string
	from, to    machine.State
}

// timeTable says what time does: the limits each deadline was given in the plays,
// and what has happened once they were over.
func timeTable(t *testing.T, b *strings.Builder) {
	b.WriteString("## 时间 / Time\n\n时限为市级默认值。 Limits are the city's defaults.\n\n" +
		"| 期限 Deadline | 规则 Rule | 时限 Limit | 到期后 On expiry | 状态 State |\n|---|---|---|---|---|\n")
	limits, rules := map[passing][]string{}, map[passing]string{}
	for _, p := range slices.Concat(scenes(t), laterScenes(t)) {
		c := grievance.Fresh()
		for _, e := range p.history {
			if d, ok := c.Deadlines[e.Deadline]; ok {
				k := passing{d.Kind, e.Type, e.From, e.To}
				rules[k] = e.Rule
				if l := d.Limit.String(); l != "" && !slices.Contains(limits[k], l) {
					limits[k] = append(limits[k], l)
				}
			}
			next, err := machine.Evolve(c, grievance.Fresh, e)
			require.NoError(t, err)
			c = next
		}
	}
	for kind := range grievance.Machine.Expire {
		require.True(t, slices.ContainsFunc(keys(rules), func(k passing) bool { return k.kind == kind }), "no play lets %s run out", kind)
	}
	for _, k := range keys(rules) {
		slices.Sort(limits[k])
		move := fmt.Sprintf("`%s`", k.from)
		if k.to != k.from {
			move += fmt.Sprintf(" → `%s`", k.to)
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", k.kind, rules[k], strings.Join(limits[k], ", "), k.event, move)
	}
}

func keys(m map[passing]string) []passing {
	var out []passing
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b passing) int {
		return cmp.Or(strings.Compare(a.kind, b.kind), strings.Compare(string(a.from), string(b.from)), strings.Compare(a.event, b.event), strings.Compare(string(a.to), string(b.to)))
	})
	return out
}

// laterScenes are plays in which limits run out that move nothing.
func laterScenes(t *testing.T) []*play {
	report := form.Input{"milestone_report": "按计划"}
	web := newPlay(t, monday)
	web.register(webUser, form.Input{"nature": "help", "summary": "路灯不亮", "channel": "web", "area": town})
	merged := triaged(t)
	withMaster(merged)
	over := handling(t, asPetition)
	return []*play{
		web.expire("pickup"), triaged(t, lateTransfer).do(dispUser, "ask-sender", moreTime).expire("sender"), begin(t).expire("triage.soft").expire("triage").expire("triage.decide"), begin(t, asPetition).expire("accept_notice"),
		dispatched(t).expire("sign.half"), signed(t).expire("assign"), handling(t).expire("contact"),
		handling(t).do(dispUser, "add-assist", why, form.Input{"assist_unit": land}).expire("task.T1"),
		handling(t).both(handlerUser, "pause", dispUser, paused).expire("pause.max"), handling(t).both(handlerUser, "pause", dispUser, hearing).expire("pause.review"),
		handling(t).do(supervisor1, "remind", form.Input{"cause": "S03", "requirements": "请尽快"}).expire("order.0"),
		suspended(t).at("2026-03-30 09:00").do(leaderUser, "review-suspension", report).at("2026-04-28 09:00").do(leaderUser, "review-suspension", report).expire("hangup.until"),
		leaderLevel(t).expire("leader.meet").expire("policy.red").expire("policy.fail").expire("policy.fail"), unled(t).expire("leader.designate"), joint(t).expire("joint.convene"),
		over.to(over.c.Statutory.Due), merged.do(dispUser, "merge", why, form.Input{"master": masterNo}).expire("unmerge"),
		closed(t, form.Input{"risk": "orange"}).after("40cd"), handling(t).do(leaderUser, "escalate-l2", applied).after("1wd"),
	}
}
