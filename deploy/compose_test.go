package deploy_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"huajie/config"
)

// compose is as much of the file as can be judged without a container engine.
type compose struct {
	Services map[string]struct {
		Image       string                       `yaml:"image"`
		Command     []string                     `yaml:"command"`
		Environment map[string]string            `yaml:"environment"`
		Ports       []string                     `yaml:"ports"`
		Volumes     []string                     `yaml:"volumes"`
		DependsOn   map[string]map[string]string `yaml:"depends_on"`
		Healthcheck map[string]any               `yaml:"healthcheck"`
	} `yaml:"services"`
	Volumes map[string]any `yaml:"volumes"`
}

func read(t *testing.T) compose {
	t.Helper()
	b, err := os.ReadFile("../docker-compose.yml")
	require.NoError(t, err)
	var c compose
	require.NoError(t, yaml.Unmarshal(b, &c))
	return c
}

func TestComposeHoldsTogether(t *testing.T) {
	t.Parallel()
	c := read(t)
	for _, name := range []string{"postgres", "temporal", "temporal-ui", "migrate", "api", "worker"} {
		require.Contains(t, c.Services, name)
	}
	for name, s := range c.Services {
		require.NotContains(t, s.Image, ":latest", "%s is not pinned", name)
		require.Contains(t, s.Image, ":", "%s is not pinned", name)
		for on, how := range s.DependsOn {
			require.Contains(t, c.Services, on, "%s waits for a service that is not there", name)
			if how["condition"] == "service_healthy" {
				require.NotEmpty(t, c.Services[on].Healthcheck, "%s waits for the health of %s, which has no check", name, on)
			}
		}
		for _, p := range s.Ports {
			require.True(t, strings.HasPrefix(p, "127.0.0.1:"), "%s publishes beyond this machine", name)
		}
		for _, v := range s.Volumes {
			require.Contains(t, c.Volumes, strings.SplitN(v, ":", 2)[0])
		}
	}
}

// TestComposeSettingsExist keeps the environment of the containers and the
// configuration of the product together.
func TestComposeSettingsExist(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"migrate", "api", "worker"} {
		for variable := range read(t).Services[name].Environment {
			key := strings.ToLower(strings.TrimPrefix(variable, "HUAJIE_"))
			require.True(t, slices.Contains(config.Keys(), key), "%s: no setting %s", name, key)
		}
	}
}

// TestComposeIsAcceptedByDocker asks the client where there is one; it needs no
// engine to read the file.
func TestComposeIsAcceptedByDocker(t *testing.T) {
	t.Parallel()
	if exec.Command("docker", "compose", "version").Run() != nil {
		t.Log("no docker compose client here: only the structure was checked")
		return
	}
	cmd := exec.Command("docker", "compose", "-f", "../docker-compose.yml", "config", "--quiet")
	cmd.Env = append(os.Environ(), "POSTGRES_PASSWORD=x")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}

// TestDockerfileCommandsExist keeps image and command line together.
func TestDockerfileCommandsExist(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../Dockerfile")
	require.NoError(t, err)
	require.Contains(t, string(b), `ENTRYPOINT ["huajie"]`)
	require.NotContains(t, string(b), "embedded", "the local stack does not belong into the image")
}
