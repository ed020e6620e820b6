package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/config"
)

// settings reads a unit: every value by its key.
func settings(t *testing.T, file string) map[string][]string {
	t.Helper()
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	out := map[string][]string{}
	for line := range strings.SplitSeq(string(b), "\n") {
		if key, value, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			out[key] = append(out[key], value)
		}
	}
	return out
}

func TestUnitsRunWhatThereIs(t *testing.T) {
	t.Parallel()
	for command, restart := range map[string]string{"api": "always", "worker": "always", "migrate": ""} {
		u := settings(t, filepath.Join("systemd", "huajie-"+command+".service"))
		require.Equal(t, []string{"/usr/local/bin/huajie " + command}, u["ExecStart"])
		require.Equal(t, []string{"huajie"}, u["User"], "not root")
		require.Equal(t, []string{"yes"}, u["NoNewPrivileges"])
		require.Equal(t, []string{"strict"}, u["ProtectSystem"])
		require.Equal(t, restart, strings.Join(u["Restart"], ""))
		for _, e := range u["Environment"] {
			name, _, _ := strings.Cut(e, "=")
			key := strings.ToLower(strings.TrimPrefix(strings.TrimSuffix(name, "_FILE"), "HUAJIE_"))
			require.True(t, key == "config" || slices.Contains(config.Keys(), key), "%s: no setting %s", command, name)
		}
	}
}

// TestUnitsAreAcceptedBySystemd asks systemd where there is one. That the program is
// not installed here is no fault of the unit.
func TestUnitsAreAcceptedBySystemd(t *testing.T) {
	t.Parallel()
	units, err := filepath.Glob("systemd/*.service")
	require.NoError(t, err)
	require.Len(t, units, 3)
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Log("no systemd here: only the settings were checked")
		return
	}
	for _, u := range units {
		out, _ := exec.Command("systemd-analyze", "verify", "--man=no", u).CombinedOutput()
		for line := range strings.SplitSeq(string(out), "\n") {
			if strings.Contains(line, filepath.Base(u)) {
				require.Contains(t, line, "/usr/local/bin/huajie is not executable", line)
			}
		}
	}
}

// TestProcessesAreWatchedInContainers keeps compose and command line together.
func TestProcessesAreWatchedInContainers(t *testing.T) {
	t.Parallel()
	c := read(t)
	for _, name := range []string{"api", "worker"} {
		require.Equal(t, []any{"CMD", "huajie", "healthcheck", name}, c.Services[name].Healthcheck["test"])
	}
	require.NotEmpty(t, c.Services["worker"].Environment["HUAJIE_METRICS_LISTEN"])
	require.NotEmpty(t, c.Services["worker"].Environment["HUAJIE_DATABASE_URL"], "its own environment does not replace the common one")
}
