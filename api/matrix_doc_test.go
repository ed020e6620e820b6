package api_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/casekind"
	"huajie/domain/joint"
	"huajie/domain/org"
	"huajie/domain/whistle"
)

const accessHead = `# 权限 / Access

由 ` + "`api/testdata/matrix.yaml`" + ` 生成,请勿手改:` + "`HUAJIE_UPDATE=1 go test ./api -run TestAccessDoc`" + `。
Made from the data the walk of the matrix is held against; do not edit by hand. § are those of the specification, §2 its roles and permissions.

## 判定点 / Where it is decided

| 什么 What | 哪里 Where | 规则 Rule |
|---|---|---|
| 单个对象的步骤 A step on one object | ` + "`domain/machine/decide.go`" + ` (entitle, maySign) | 岗位、状态、与办件的关系、表单、条件依次判断;没有写在步骤表里的一律拒绝。 Office, state, relation, form, guard, in this order; what no row of a machine names is refused. |
| 关系 The relations | ` + "`stands`" + ` in ` + "`domain/grievance/steps.go`, `domain/gridevent/steps.go`, `domain/joint/steps.go`, `domain/whistle/people.go`" + ` | 不认识的关系不成立。 A relation nobody knows does not hold. |
| 可见范围 The scope predicate | ` + "`domain/view/scope.go`" + ` (Scope.Sees, SeesWhistle); as SQL ` + "`store/scope.go`, `store/whistle.go`" + ` | 列表、计数、检索、统计、实时通知、附件都经过它;空范围什么也看不到,看不到的答"未找到"。 Every list, count, search, statistic, stream and file passes it; the empty scope sees nothing, and what is not seen is not found. |
| 统计 Statistics | view.CountsOf | 同上,另加研判员的辖区;研判员看不到任何单件。 The same, and the area of an analyst, who sees no single case. |
| 登记、上报、起草 What opens something | grievance.MayRegister, gridevent.MayReport, whistle.MayDraft | 见下表 operations。 |

两人规则:会签(countersign)的步骤,无权签署者提出后等待有权者;双人(two persons)的步骤总要另一人决定,提出者本人不能决定。
Second persons: docs/decisions/0004. 本表之外的读法 Readings beyond the table: docs/decisions/0016.

`

// TestAccessDoc holds docs/access.md against the data of the matrix.
func TestAccessDoc(t *testing.T) {
	t.Parallel()
	m := loadMatrix(t)
	var out strings.Builder
	out.WriteString(accessHead)
	m.writeRelations(&out)
	m.writeActions(&out)
	m.writeSteps(&out)
	m.writeOperations(&out)
	const path = "../docs/access.md"
	if os.Getenv("HUAJIE_UPDATE") != "" {
		require.NoError(t, os.WriteFile(path, []byte(out.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), out.String(), "make it anew: HUAJIE_UPDATE=1 go test ./api -run TestAccessDoc")
}

var reachWords = map[string]domain.Text{
	"own": {ZH: "本人登记或列名的", EN: "what they registered or are named on"}, "grid": {ZH: "本网格", EN: "own grids"}, "community": {ZH: "本村(社区)的网格", EN: "the grids of the community"},
	"township": {ZH: "本乡镇(街道)", EN: "the township"}, "county": {ZH: "本县(区)", EN: "the county"}, "subtree": {ZH: "本县(区)或本市", EN: "the county or the city"},
	"city": {ZH: "本市", EN: "the city"}, "department": {ZH: "本部门参与的", EN: "what the unit takes part in"}, "assigned": {ZH: "指派给本人的", EN: "what they are named on"},
	"vault":  {ZH: "本县(区),含检举控告", EN: "the county, with its accusations"},
	"counts": {ZH: "仅统计", EN: "statistics, no single case"}, "nothing": {ZH: "不看办件", EN: "no case"},
}

func (m *matrix) writeRelations(out *strings.Builder) {
	out.WriteString("## 岗位与可见范围 / Roles and how far they see\n\n列名的人总能看到该件(FR9);检举控告(C3)只有纪检监察和列名的人能看到,被反映单位看不到。\nWhoever is named on a case sees it; an accusation is seen by the vault and who is named on it, never by the accused.\n\n| 岗位 Role | 名称 | Name | 可见 Sees |\n|---|---|---|---|\n")
	for _, r := range org.Roles() {
		w := reachWords[m.Roles[r.Role]]
		fmt.Fprintf(out, "| `%s` | %s | %s | %s %s |\n", r.Role, r.ZH, r.EN, w.ZH, w.EN)
	}
	out.WriteString("\n## 关系 / Relations\n\n| 关系 Relation | 含义 | Meaning |\n|---|---|---|\n")
	words := []string{}
	for w := range m.Relations {
		words = append(words, w)
	}
	slices.Sort(words)
	for _, w := range words {
		fmt.Fprintf(out, "| `%s` | %s | %s |\n", w, m.Relations[w].ZH, m.Relations[w].EN)
	}
}

func (m *matrix) writeActions(out *strings.Builder) {
	out.WriteString("\n## 操作与岗位 / Actions and roles (§2.2)\n\n| 操作 Action | 名称 | 谁 Who | 审批 Approves | 范围 Scope | 条件 Guards | 由谁实现 Carried out by |\n|---|---|---|---|---|---|---|\n")
	for _, r := range m.Actions {
		by := []string{}
		for _, s := range r.Steps {
			by = append(by, "`"+s.Of+" "+s.Do+"`")
		}
		for _, o := range r.Operations {
			by = append(by, "`"+o.ID+"`")
		}
		if len(r.Absent) > 0 {
			by = []string{"尚未实现 nothing yet"}
		}
		guards := r.Guards
		for _, more := range []string{r.Note, r.Source} {
			if more != "" {
				guards += "; " + more
			}
		}
		fmt.Fprintf(out, "| `%s` | %s | %s | %s | %s | %s | %s |\n", r.Action, r.ZH, strings.Join(r.Who, ", "), strings.Join(r.Approve, ", "), r.Scope, guards, strings.Join(by, ", "))
	}
}

func (m *matrix) writeSteps(out *strings.Builder) {
	out.WriteString("\n## 步骤 / Steps\n\n岗位 @ 关系;斜体为 §2.2 之外的岗位,附依据。 Role @ relation; in italics those §2.2 does not name, with their source.\n\n| 步骤 Step | 名称 | Name | 依据 Source | 谁 Who | 第二人 Second |\n|---|---|---|---|---|---|\n")
	for _, r := range m.Actions {
		for _, s := range r.Steps {
			who := entries(s.At.offices())
			if s.Petitioner {
				who = append(who, "诉求人 petitioner")
			}
			for _, a := range s.Also {
				who = append(who, fmt.Sprintf("*%s (%s)*", strings.Join(entries(a.At.offices()), ", "), a.Source))
			}
			if s.Vault != "" {
				place := map[string]string{"true": "vault", "callback": "vault_callback"}[s.Vault]
				who = append(who, "*discipline_officer @ "+place+" (§2.3 C3)*")
			}
			second := ""
			if s.Second != nil {
				second = map[string]string{"countersign": "会签 countersign: ", "two_persons": "双人 two persons: "}[s.Second.Kind] + strings.Join(entries(s.Second.By.offices()), ", ")
			}
			label := stepLabel(s.Of, s.Do)
			fmt.Fprintf(out, "| `%s %s` | %s | %s | %s | %s | %s |\n", s.Of, s.Do, label.ZH, label.EN, s.Source, strings.Join(who, "; "), second)
		}
	}
}

// stepLabel is how a step is called on its button.
func stepLabel(of, do string) domain.Text {
	if k, ok := casekind.Named(of); ok {
		return k.ActionLabel(do)
	}
	if s, ok := joint.Machine.Step(do); ok && of == "joint" {
		return domain.Text{ZH: s.ZH, EN: s.EN}
	}
	s, _ := whistle.Machine.Step(do)
	return domain.Text{ZH: s.ZH, EN: s.EN}
}

var mayWords = map[string]string{
	"public": "任何人 anybody", "signed_in": "任何已登录的人 whoever is signed in", "scope": "任何已登录的人,限可见范围 whoever is signed in, within their scope",
	"own": "本人的 one's own", "member": "网格员本人 grid members, about themselves", "device": "网格员的设备 devices of grid members", "own_or_listed": "本人;另有 one's own; and",
}

func (m *matrix) writeOperations(out *strings.Builder) {
	out.WriteString("\n## 接口 / Operations\n\n| 接口 Operation | 操作 Action | 谁 Who | 依据 Source |\n|---|---|---|---|\n")
	for _, r := range m.Actions {
		for _, o := range r.Operations {
			who := []string{}
			if o.May.Word != "" {
				who = append(who, mayWords[o.May.Word])
			}
			who = append(who, o.May.Roles...)
			who = append(who, o.Listed...)
			for _, a := range o.Also {
				who = append(who, fmt.Sprintf("*%s (%s)*", strings.Join(a.May, ", "), a.Source))
			}
			if len(o.Without) > 0 {
				who = append(who, "不含 without "+strings.Join(o.Without, ", ")+" ("+o.Why+")")
			}
			source := strings.Trim(o.Source+"; "+o.Note, "; ")
			fmt.Fprintf(out, "| `%s` | `%s` | %s | %s |\n", o.ID, r.Action, strings.Join(who, ", "), source)
		}
	}
}
