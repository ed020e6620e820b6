package localstack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgresStop is how long a fast shutdown may take before an immediate one.
const postgresStop = 30 * time.Second

// postgres is the supervised server of a cluster.
type postgres struct {
	cluster *cluster
	bin     pgBinaries
	options Options
	state   *state
	log     *logFile
	keeper  *keeper
}

// startPostgres starts the server and creates the product's database.
func (s *Stack) startPostgres(ctx context.Context) error {
	bin, err := findPostgres(ctx, s.options)
	if err != nil {
		return err
	}
	data, err := openCluster(ctx, s.options, bin)
	if err != nil {
		return err
	}
	p := &postgres{cluster: data, bin: bin, options: s.options, state: s.state, log: newLogFile(s.options.DataDir, "postgres")}
	p.keeper = &keeper{
		name: "PostgreSQL", settle: p.settlePort, begin: p.begin, gentle: syscall.SIGINT, hard: syscall.SIGQUIT, stopLimit: postgresStop,
		progress: s.options.Progress, failed: s.failed, log: p.log,
	}
	s.postgres = p
	s.options.Progress("starting " + bin.version)
	if err := p.keeper.start(ctx); err != nil {
		return err
	}
	s.DatabaseURL = p.url(ProductDatabase)
	return CreateDatabases(ctx, p.url("postgres"), ProductDatabase)
}

// url of a database of this server.
func (p *postgres) url(database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(superuser, p.cluster.password),
		Host: hostPort(p.state.PostgresPort), Path: "/" + database, RawQuery: "sslmode=disable",
	}
	return u.String()
}

// settlePort chooses the port before the first start of this run. It stays the
// same from then on, so that connections find a restarted server again.
func (p *postgres) settlePort(ctx context.Context) error {
	if running, port := p.cluster.postmaster(); running > 0 {
		p.state.PostgresPort = port
		return p.state.save()
	}
	for range 20 { // a server of a killed huajie may be on its way out
		if p.state.PostgresPort == 0 || portFree(p.state.PostgresPort) {
			break
		}
		if err := wait(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	return p.state.choosePorts(&p.state.PostgresPort)
}

// begin takes over a server of this cluster that is running already, or starts
// one.
func (p *postgres) begin(ctx context.Context) (*process, error) {
	if pid, port := p.cluster.postmaster(); pid > 0 && port == p.state.PostgresPort {
		proc := adopt(pid)
		if err := until(ctx, proc, 50*time.Millisecond, func() error { return p.ping(ctx) }); err == nil {
			return proc, nil
		} else if !proc.ended() {
			return nil, fmt.Errorf("process %d holds the cluster and does not answer: %w", pid, err)
		}
	}
	if err := p.cluster.removeStale(); err != nil {
		return nil, err
	}
	return p.launch(ctx)
}

// launch starts the server and waits until it accepts connections.
func (p *postgres) launch(ctx context.Context) (*process, error) {
	stderr, err := p.log.open()
	if err != nil {
		return nil, err
	}
	defer stderr.Close()                                          //nolint:errcheck // the child has its own
	cmd := exec.Command(p.bin.path("postgres"), p.arguments()...) // no context: it outlives the start
	p.cluster.account.run(cmd, p.cluster.dir)
	cmd.Env = cleanEnv()
	cmd.Stdout, cmd.Stderr = stderr, stderr
	proc, err := launch(cmd)
	if err != nil {
		return nil, err
	}
	if err := until(ctx, proc, 30*time.Millisecond, func() error { return p.ping(ctx) }); err != nil {
		return nil, errors.Join(err, proc.end(syscall.SIGINT, syscall.SIGQUIT, postgresStop))
	}
	return proc, nil
}

// arguments of the server: everything on the command line, so that the files of
// the cluster stay as initdb wrote them.
func (p *postgres) arguments() []string {
	settings := map[string]string{
		"listen_addresses":        loopback,
		"unix_socket_directories": "", // TCP with a password is the one way in
		"max_connections":         "200",
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"lc_messages":             "C",
		"cluster_name":            "huajie",
	}
	maps.Copy(settings, p.options.PostgresSettings)
	settings["port"] = strconv.Itoa(p.state.PostgresPort)
	args := []string{"-D", p.cluster.dir}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}

// ping makes one connection. The random password makes sure that it is this
// cluster that answers.
func (p *postgres) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, p.url("postgres"))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// postmaster reads who runs this cluster: the process id and its port, or
// zeros when nobody does.
func (c *cluster) postmaster() (pid, port int) {
	text, err := os.ReadFile(filepath.Join(c.dir, "postmaster.pid"))
	if err != nil {
		return 0, 0
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) < 4 {
		return 0, 0
	}
	pid, pidErr := strconv.Atoi(strings.TrimSpace(lines[0]))
	port, portErr := strconv.Atoi(strings.TrimSpace(lines[3]))
	if pidErr != nil || portErr != nil || !alive(pid) || !isPostmaster(pid, c.dir) {
		return 0, 0
	}
	return pid, port
}

// removeStale removes the file of a postmaster that is gone. PostgreSQL does so
// itself, unless the number has meanwhile been given to another process of the
// same user, which happens easily in a container.
func (c *cluster) removeStale() error {
	path := filepath.Join(c.dir, "postmaster.pid")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil // none there
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err == nil && alive(pid) && isPostmaster(pid, c.dir) {
		return nil
	}
	return os.Remove(path)
}

// isPostmaster reports whether a process is the server of the directory. Its
// working directory tells, where /proc shows it; a zombie has none and is dead
// already, and that of another user's process cannot be seen and is not ours.
// Elsewhere the name has to do.
func isPostmaster(pid int, dir string) bool {
	if _, err := os.Stat("/proc/self/cwd"); err == nil {
		cwd, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "cwd"))
		return err == nil && cwd == dir
	}
	out, err := exec.Command("ps", "-o", "comm=", "-p", strconv.Itoa(pid)).Output()
	return err != nil || strings.Contains(string(out), "postgres")
}
