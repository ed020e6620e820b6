package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/activities/activitiestest"
	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/grievance"
	"huajie/internal/testkit"
)

// TestRetentionOnTheCommandLine: a plan, what was agreed to and nothing else, a hold, the
// register; numbers of people come from a file or standard input alone.
func TestRetentionOnTheCommandLine(t *testing.T) {
	t.Setenv("HUAJIE_DATABASE_URL", migratedFor(t))
	t.Setenv("HUAJIE_DATA_DIR", t.TempDir())
	address, namespace := testkit.Temporal(t)
	t.Setenv("HUAJIE_TEMPORAL_ADDRESS", address)
	t.Setenv("HUAJIE_TEMPORAL_NAMESPACE", namespace)
	run := func(in string, args ...string) (string, error) {
		var out bytes.Buffer
		cmd := (&state{}).root()
		cmd.SetArgs(args)
		cmd.SetIn(strings.NewReader(in))
		cmd.SetOut(&out)
		cmd.SetErr(&bytes.Buffer{})
		err := cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	st := openStore(t, os.Getenv("HUAJIE_DATABASE_URL"))
	at := time.Now().AddDate(-6, 0, 0)
	var nos []string
	for _, id := range []string{"P-one", "P-two"} {
		w, err := st.Create(t.Context(), activities.NewStream{Kind: activities.KindGrievance, Place: "220421", Letter: "G", Day: at,
			Intake: &activities.Intake{PersonID: id, Person: map[string]string{"name": "欧阳绛雪", "phone": "13944175836"}, Details: map[string]any{"request": "限时停工"}},
			Decide: activitiestest.Opening(at, func(c *grievance.Case) { c.Petitioner, c.County, c.Area = id, "220421", "220421100" })})
		require.NoError(t, err)
		nos = append(nos, w.No)
		_, err = st.Change(t.Context(), activities.Write{Kind: activities.KindGrievance, No: w.No, Seq: -1, Decide: activitiestest.Step("archived", at, func(c *grievance.Case) {
			c.State, c.ClosedAt, c.Deadlines = grievance.Archived, at, nil
		})})
		require.NoError(t, err)
	}

	for _, args := range [][]string{{"retention", "apply"}, {"retention", "apply", "--by", "x"}, {"retention", "hold", nos[0], "--by", "x"}, {"person", "report", "--phone", "-"}} {
		_, err := run("", args...)
		require.ErrorContains(t, err, "required", args)
	}
	out, err := run("", "retention", "hold", nos[0], "--by", "法规科", "--reason", "法院调卷")
	require.NoError(t, err, out)
	out, err = run("", "retention", "holds")
	require.NoError(t, err)
	require.Contains(t, out, "法院调卷")
	out, err = run("", "retention", "plan", "--list")
	require.NoError(t, err)
	require.Contains(t, out, "诉求件 demand files (retention.demands): 到期 due 1")
	require.Contains(t, out, "已冻结")
	require.Contains(t, out, "  "+nos[1]+" ")
	require.NotContains(t, out, "  "+nos[0]+" ")
	digest := strings.TrimSpace(out[strings.LastIndex(out, ":")+1:])

	number := filepath.Join(t.TempDir(), "number")
	require.NoError(t, os.WriteFile(number, []byte("13944175836\n"), 0o600))
	out, err = run("", "person", "report", "--phone", number, "--by", "窗口", "--reason", "申请2026-17号")
	require.NoError(t, err)
	for _, words := range []string{"欧阳绛雪", "限时停工", nos[0], nos[1], "可以清除", "已冻结"} {
		require.Contains(t, out, words)
	}
	_, err = run("", "person", "report", "--phone", "13944175836", "--by", "窗口", "--reason", "x")
	require.ErrorContains(t, err, "standard input")
	require.NotContains(t, err.Error(), "13944175836")
	_, err = run("1\n2\n", "person", "report", "--phone", "-", "--by", "窗口", "--reason", "x")
	require.ErrorContains(t, err, "one number")
	_, err = run("1", "person", "report", "--phone", "-", "--id-number", "-", "--by", "窗口", "--reason", "x")
	require.ErrorContains(t, err, "one of")

	_, err = run("", "retention", "apply", "--by", "档案室", "--reason", "鉴定组意见3号", "--plan", "0123456789abcdef")
	require.ErrorContains(t, err, "nothing was removed")
	out, err = run("", "retention", "apply", "--by", "档案室", "--reason", "鉴定组意见3号", "--plan", digest)
	require.NoError(t, err)
	require.Contains(t, out, "1 件 files (1 份 streams), 1 人 persons")
	out, err = run("", "retention", "register")
	require.NoError(t, err)
	require.Contains(t, out, `"no":"`+nos[1]+`"`)
	require.Contains(t, out, `"by":"档案室"`)
	copied := filepath.Join(t.TempDir(), "register.jsonl")
	require.NoError(t, os.WriteFile(copied, []byte(out), 0o600))
	out, err = run("", "retention", "again", copied, "--by", "档案室", "--reason", "恢复备份后")
	require.NoError(t, err)
	require.Contains(t, out, "removed  0 件", "it has gone in this ledger")
	_, err = run("", "retention", "again", number, "--by", "档案室", "--reason", "x")
	require.Error(t, err, "no register")
	out, err = run("", "retention", "lift", nos[0], "--by", "法规科", "--reason", "结案")
	require.NoError(t, err, out)
	out, err = run("139-4417-5836\n", "person", "erase", "--phone", "-", "--by", "窗口", "--reason", "申请2026-18号")
	require.NoError(t, err)
	require.Contains(t, out, "可删除1件")
	out, err = run("139-4417-5836\n", "person", "erase", "--phone", "-", "--by", "窗口", "--reason", "申请2026-18号", "--apply", "--json")
	require.NoError(t, err)
	require.Contains(t, out, `"applied": true`)
	require.Contains(t, out, "已删除1件")
	out, err = run("13944175836", "person", "report", "--phone", "-", "--by", "窗口", "--reason", "x")
	require.NoError(t, err)
	require.Contains(t, out, "未查到")

	rows, err := st.AuditRows(t.Context(), calendar.DateOf(time.Now()))
	require.NoError(t, err)
	var kinds []audit.Kind
	for _, r := range rows {
		kinds = append(kinds, r.Kind)
		assert.NotContains(t, r.Reason+r.Object, "5836")
	}
	require.Equal(t, []audit.Kind{audit.HoldSet, audit.PersonReported, audit.FileRemoved, audit.HoldLifted, audit.PersonReported, audit.PersonErased, audit.FileRemoved, audit.PersonReported}, kinds)
	require.True(t, strings.HasPrefix(rows[2].Reason, "档案室: 鉴定组意见3号; R1 "), rows[2].Reason)
}
