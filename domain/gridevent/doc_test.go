package gridevent_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain/gridevent"
	"huajie/domain/machine"
)

var update = flag.Bool("update", false, "write docs/events.md anew")

// TestEventsDoc holds docs/events.md against the machine.
func TestEventsDoc(t *testing.T) {
	t.Parallel()
	b, err := loaded()
	require.NoError(t, err)
	var out strings.Builder
	out.WriteString(`# 网格事件状态机 / The machine of a grid event

由步骤表和事件目录生成,请勿手改:` + "`go test ./domain/gridevent -run TestEventsDoc -update`" + `。
Made from the table of steps and the catalogue; do not edit by hand. Rules are those of the specification §3.3, §8.6.

## 状态图 / States

` + "```mermaid\nstateDiagram-v2\n")
	order := []machine.State{"", "reported", "need_supplement", "self_closing", "dispatched", "signed", "return_pending", "disposing", "suspended",
		"feedback", "rework", "rejected", "merged", "closed", "converted", "voided"}
	require.Len(t, order, len(gridevent.Labels)+1)
	for _, s := range order[1:] {
		fmt.Fprintf(&out, "    %s: %s %s\n", s, gridevent.Labels[s].ZH, gridevent.Labels[s].EN)
	}
	for _, from := range order {
		for _, to := range order {
			rules, ok := graph[[2]machine.State{from, to}]
			if !ok {
				continue
			}
			begin := string(from)
			if from == "" {
				begin = "[*]"
			}
			fmt.Fprintf(&out, "    %s --> %s: %s\n", begin, to, strings.Join(rules, ", "))
		}
	}
	out.WriteString("```\n\n## 步骤 / Steps\n\n| 步骤 Step | 依据 Rule | 名称 | Name | 谁 Who | 从 From |\n|---|---|---|---|---|---|\n")
	for _, s := range gridevent.Machine.Steps {
		if s.SystemOnly {
			continue
		}
		var who []string
		for _, w := range s.Who {
			if !slices.Contains(who, string(w.Role)) {
				who = append(who, string(w.Role))
			}
		}
		var from []string
		for _, f := range s.From {
			from = append(from, string(f))
		}
		fmt.Fprintf(&out, "| `%s` | %s | %s | %s | %s | %s |\n", s.Action, s.Rule, s.ZH, s.EN, strings.Join(who, ", "), strings.Join(from, ", "))
	}
	out.WriteString("\n## 事件目录 / Catalogue\n\n| 代码 Code | 名称 | Name | 紧急程度 Urgency | 阶段与时限 Stages | 责任单位 Lead |\n|---|---|---|---|---|---|\n")
	for _, code := range b.Events.Codes() {
		k, _ := b.Events.Type(code)
		var stages []string
		for _, s := range k.Stages {
			stages = append(stages, fmt.Sprintf("%s %s %s", s.ZH, s.EN, s.Limit))
		}
		lead := k.Lead
		if lead == "" {
			lead = "—"
		}
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s | %s |\n", k.Code, k.ZH, k.EN, k.Urgency, strings.Join(stages, "; "), lead)
	}
	path := filepath.Join("..", "..", "docs", "events.md")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(out.String()), 0o644))
	}
	have, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, out.String(), string(have), "docs/events.md is not what the machine does: run with -update")
}
