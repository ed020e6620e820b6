package bench

import (
	"context"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain lets the test binary be the child processes of a site, too.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "-role" {
		if err := Serve(os.Args[2], os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// TestSmallRun performs scenarios with a handful of cases: they must hold.
func TestSmallRun(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a stack of its own")
	}
	t.Parallel()
	dir, err := os.MkdirTemp("", "huajie-bench-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o711)) // an unprivileged PostgreSQL passes through it
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	t.Cleanup(cancel)
	lab, err := OpenLab(ctx, dir, "", func(string) {})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, lab.Close()) })
	for _, one := range []struct {
		scenario Scenario
		values   map[string]string
	}{
		{lifecycle(), map[string]string{"rounds": "1", "cases": "4", "officers": "2"}},
		{lists(), map[string]string{"sizes": "300,600", "times": "2"}},
		{exports(), map[string]string{"rows": "700"}},
		{access(), map[string]string{"cases": "4", "officers": "2", "times": "5", "rounds": "1"}},
	} {
		r := NewRun(one.scenario, lab, 7, one.values, io.Discard)
		require.NoError(t, one.scenario.Run(ctx, r))
		require.True(t, r.Report.OK(), "%+v", r.Report.Checks)
		require.NotEmpty(t, r.Report.Figures)
	}
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	var all []time.Duration
	for i := range 200 {
		all = append(all, time.Duration(200-i))
	}
	require.Equal(t, time.Duration(101), Percentile(all, 50))
	require.Equal(t, time.Duration(199), Percentile(all, 99))
	require.Equal(t, time.Duration(200), Percentile(all, 100))
	require.Zero(t, Percentile(nil, 99))
}

func TestAFailedCheckFailsTheReport(t *testing.T) {
	t.Parallel()
	r := &Report{}
	r.Equal("same", 3, 3)
	require.True(t, r.OK())
	r.Equal("lost", 3, 2)
	require.False(t, r.OK())
}

// TestRowMovesEveryMention: a multiplied row mentions neither the number nor the
// place of its template any more, and is counted as what it is.
func TestRowMovesEveryMention(t *testing.T) {
	t.Parallel()
	g := &generator{now: time.Now()}
	const header = "no\topen\tsummary\tcounty\tlead_unit\towner_unit\tbody\tcreated_at\tupdated_at\tdue_at\tyellow_at\tworkflow_started"
	line := strings.Join([]string{"220402G2026112300001", "t", "电梯停运", "220402", units[0], units[0],
		`{"no": "220402G2026112300001", "units": ["` + units[0] + `"]}`, "x", "x", "x", "x", "f"}, "\t")
	for range stages {
		g.kinds = append(g.kinds, g.read(header+"\n"+line+"\n", "'电梯' '梯停'\n"))
	}
	b := &batch{generator: g, chance: rand.New(rand.NewPCG(3, 3)), stock: newStock(), of: 500}
	for i := range 500 {
		b.row(i)
	}
	numbers := map[string]bool{}
	words := strings.Split(strings.TrimSuffix(b.search.String(), "\n"), "\n")
	for i, row := range strings.Split(strings.TrimSuffix(b.cases.String(), "\n"), "\n") {
		require.NotContains(t, row, "G20261123")
		columns := strings.Split(row, "\t")
		require.Len(t, columns, 12)
		no, place := columns[0], columns[3]
		require.True(t, strings.HasPrefix(no, place+"G"))
		require.True(t, strings.HasPrefix(columns[4], place+"-D"))
		require.Contains(t, columns[6], no)
		require.Contains(t, columns[6], columns[4])
		require.False(t, numbers[no])
		require.Equal(t, no+"\t'电梯' '梯停'", words[i])
		numbers[no] = true
	}
	require.Len(t, numbers, 500)
	require.Equal(t, 500, b.stock.total)
	require.Equal(t, 500, b.stock.open)
	require.Equal(t, 500, b.stock.byWord["电梯"])
	require.InDelta(t, 500/8, b.stock.overdue, 30)
}
