package workflows_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	sdk "go.temporal.io/sdk/worker"

	"huajie/worker"
)

// TestReplay replays recorded histories with the workflow code of this branch.
//
// The histories are recorded from released code, never from the branch under
// test: `go test ./e2e -run TestRecordHistories -record vX.Y` on a checkout of
// the release. When this test fails, a case that runs today would break at the
// next deployment: keep the old behaviour for old histories with
// workflow.GetVersion, do not record anew.
func TestReplay(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/histories/*/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files, "no histories to replay")
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			r := sdk.NewWorkflowReplayer()
			worker.RegisterWorkflows(r)
			require.NoError(t, r.ReplayWorkflowHistoryFromJSONFile(silent{}, file))
		})
	}
}
