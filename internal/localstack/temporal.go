package localstack

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// temporalStop is longer than the limit the server sets itself.
const temporalStop = 12 * time.Second

// temporal is the supervised Temporal server.
type temporal struct {
	binary  string
	options Options
	state   *state
	url     string // of the PostgreSQL server
	log     *logFile
	keeper  *keeper
}

// readyLine is what the server prints once it can be used. It also names the
// addresses; here they are known already, because the ports were given.
type readyLine struct {
	Ready bool `json:"ready"`
}

// startTemporal starts the server and waits until namespace and search
// attributes can be used.
func (s *Stack) startTemporal(ctx context.Context) error {
	binary, err := findTemporal(s.options)
	if err != nil {
		return err
	}
	t := &temporal{
		binary: binary, options: s.options, state: s.state, url: s.DatabaseURL,
		log: newLogFile(s.options.DataDir, "temporal"),
	}
	t.keeper = &keeper{
		name: "Temporal", settle: t.settlePorts, begin: t.begin, gentle: syscall.SIGTERM, hard: syscall.SIGKILL, stopLimit: temporalStop,
		progress: s.options.Progress, failed: s.failed, log: t.log,
	}
	s.temporal = t
	s.options.Progress("starting Temporal")
	if err := t.keeper.start(ctx); err != nil {
		return err
	}
	s.TemporalAddress = hostPort(t.state.TemporalPort)
	if !s.options.WithoutUI {
		s.TemporalUI = "http://" + hostPort(t.state.TemporalUIPort)
	}
	return nil
}

// settlePorts chooses the ports of this run. The server of a huajie that was
// killed a moment ago notices that and leaves, so its ports are waited for.
func (t *temporal) settlePorts(ctx context.Context) error {
	for range 30 {
		if t.state.TemporalPort == 0 || portFree(t.state.TemporalPort) {
			break
		}
		if err := wait(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	return t.state.choosePorts(&t.state.TemporalPort, &t.state.TemporalHTTPPort, &t.state.TemporalUIPort)
}

// begin starts the server and waits for its ready line.
func (t *temporal) begin(ctx context.Context) (*process, error) {
	stderr, err := t.log.open()
	if err != nil {
		return nil, err
	}
	defer stderr.Close() //nolint:errcheck // the child has its own
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(t.binary, t.arguments()...) // no context: it outlives the start
	cmd.Env = append(os.Environ(), "HUAJIE_TEMPORAL_POSTGRES_URL="+t.url)
	if os.Getenv("GOGC") == "" {
		cmd.Env = append(cmd.Env, "GOGC=200") // memory is cheaper here than processor time
	}
	cmd.Stdout, cmd.Stderr = writer, stderr
	proc, err := launch(cmd)
	if err = errors.Join(err, writer.Close()); err != nil {
		return nil, errors.Join(err, reader.Close())
	}
	ready := make(chan struct{}, 1)
	go readReady(reader, ready)
	select {
	case <-ready:
		return proc, nil
	case <-proc.done:
		return nil, fmt.Errorf("ended while starting: %w", proc.err)
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), proc.end(syscall.SIGTERM, syscall.SIGKILL, temporalStop))
	}
}

// readReady passes the ready line on and goes on reading, so that the server
// never blocks on a full pipe.
func readReady(pipe *os.File, ready chan<- struct{}) {
	defer pipe.Close() //nolint:errcheck // only read
	scanner := bufio.NewScanner(pipe)
	for scanner.Scan() {
		var line readyLine
		if json.Unmarshal(scanner.Bytes(), &line) == nil && line.Ready {
			select {
			case ready <- struct{}{}:
			default: // said already
			}
		}
	}
}

// arguments of the server. The URL with its password goes by the environment.
func (t *temporal) arguments() []string {
	args := []string{
		"--parent", strconv.Itoa(os.Getpid()),
		"--port", strconv.Itoa(t.state.TemporalPort),
		"--http-port", strconv.Itoa(t.state.TemporalHTTPPort),
		"--namespace", t.options.Namespace,
		"--retention", t.options.Retention.String(),
		"--database", TemporalDatabase,
		"--visibility-database", TemporalVisibilityDatabase,
		fmt.Sprintf("--dev=%v", t.options.Dev),
	}
	ui := t.state.TemporalUIPort
	if t.options.WithoutUI {
		ui = 0
	}
	args = append(args, "--ui-port", strconv.Itoa(ui))
	var attributes []string
	for _, name := range slices.Sorted(maps.Keys(t.options.SearchAttributes)) {
		attributes = append(attributes, name+"="+t.options.SearchAttributes[name])
	}
	return append(args, "--search-attributes", strings.Join(attributes, ","))
}
