package chaos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/internal/localstack"
)

// The processes of the product, two of each: one goes on when the other is gone.
var (
	apiNames    = []string{"api1", "api2"}
	workerNames = []string{"worker1", "worker2"}
)

// ground is what everything stands on: the servers, the doors before them, and
// the processes of the product.
type ground struct {
	dir      string
	binary   string // bin/huajie
	stack    *localstack.Stack
	temporal *localstack.Stack
	url      string // of the ledger, through no door
	doors    map[string]*door
	disk     *disk
	noDisk   error // why there is none
	crew     map[string]*process
	bases    []string // of the APIs
	dismiss  context.CancelFunc
	say      func(string, ...any)
}

// engineDoor is the door between Temporal and its own database.
const engineDoor = "temporal→postgres"

// build starts the servers, brings the ledger to its disk, and the product to work.
func build(ctx context.Context, dir, binary string, say func(string, ...any)) (g *ground, err error) {
	g = &ground{dir: dir, binary: binary, doors: map[string]*door{}, crew: map[string]*process{}, say: say}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.close())
		}
	}()
	steps := []func(context.Context) error{g.startPostgres, g.moveToDisk, g.startTemporal, g.openDoors, g.migrate, g.startCrew}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return g, err
		}
	}
	return g, nil
}

// settled writes the ports of a stack before its first start, see quietPort.
func (g *ground) settled(name string, keys ...string) (string, error) {
	dir, ports := filepath.Join(g.dir, name), map[string]int{}
	for _, k := range keys {
		at, err := quietPort()
		if err != nil {
			return "", err
		}
		ports[k] = portOf(at)
	}
	text, err := json.Marshal(ports)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { // the user PostgreSQL runs as must pass through
		return "", err
	}
	return dir, os.WriteFile(filepath.Join(dir, "stack.json"), text, 0o644)
}

// startPostgres keeps the defaults of the server, which are safe; only it also
// notes when each transaction was committed, by its own clock.
func (g *ground) startPostgres(ctx context.Context) error {
	dir, err := g.settled("pg", "postgres_port")
	if err != nil {
		return err
	}
	g.stack, err = localstack.Start(ctx, localstack.Options{DataDir: dir, WithoutTemporal: true, Progress: g.progress,
		PostgresSettings: map[string]string{"track_commit_timestamp": "on", "max_connections": "300"}})
	if err != nil {
		return err
	}
	g.url = g.stack.DatabaseURL
	return nil
}

func (g *ground) progress(line string) { g.say("stack: %s", line) }

// moveToDisk gives the ledger's database a file system of its own, where that is permitted.
func (g *ground) moveToDisk(ctx context.Context) error {
	mount := filepath.Join(g.dir, "disk")
	if g.disk, g.noDisk = newDisk(mount); g.noDisk != nil {
		return nil
	}
	space := filepath.Join(mount, "ledger")
	if err := os.Mkdir(space, 0o700); err != nil {
		return err
	}
	cluster, err := filepath.EvalSymlinks(filepath.Join(g.dir, "pg", "postgres"))
	if err != nil {
		return err
	}
	info, err := os.Stat(cluster)
	if err != nil {
		return err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok {
		if err := os.Chown(space, int(owner.Uid), int(owner.Gid)); err != nil {
			return err
		}
	}
	admin, err := g.stack.DatabaseNamed("postgres")
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing depends on it
	for _, sql := range []string{
		fmt.Sprintf(`CREATE TABLESPACE ledger LOCATION '%s'`, space),
		fmt.Sprintf(`ALTER DATABASE %s SET TABLESPACE ledger`, localstack.ProductDatabase),
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

// startTemporal puts a door between it and its database.
func (g *ground) startTemporal(ctx context.Context) error {
	dir, err := g.settled("temporal", "temporal_port", "temporal_http_port", "temporal_ui_port")
	if err != nil {
		return err
	}
	d, err := newDoors().open(engineDoor, g.postgresAddress())
	if err != nil {
		return err
	}
	g.doors[d.name] = d
	g.temporal, err = localstack.Start(ctx, localstack.Options{DataDir: dir, DatabaseURL: through(g.url, d), WithoutUI: true, Progress: g.progress})
	return err
}

func (g *ground) postgresAddress() string {
	u, _ := url.Parse(g.url) // localstack made it
	return u.Host
}

// through is the same database behind a door.
func through(database string, d *door) string {
	u, _ := url.Parse(database)
	u.Host = d.address()
	return u.String()
}

// openDoors gives every process a door of its own to each server.
func (g *ground) openDoors(context.Context) error {
	all := newDoors()
	for _, name := range append(append([]string(nil), apiNames...), workerNames...) {
		for server, at := range map[string]string{"postgres": g.postgresAddress(), "temporal": g.temporal.TemporalAddress} {
			d, err := all.open(name+"→"+server, at)
			if err != nil {
				return err
			}
			g.doors[d.name] = d
		}
	}
	return nil
}

// environment is that of a product process, or of a command with no doors before it.
func (g *ground) environment(name string, more ...string) []string {
	var out []string
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "HUAJIE_") {
			out = append(out, e)
		}
	}
	database, engine := g.url, g.temporal.TemporalAddress
	if d := g.doors[name+"→postgres"]; d != nil {
		database, engine = through(g.url, d), g.doors[name+"→temporal"].address()
	}
	return append(append(out, "HUAJIE_DATABASE_URL="+database, "HUAJIE_TEMPORAL_ADDRESS="+engine,
		"HUAJIE_TEMPORAL_NAMESPACE="+localstack.DefaultNamespace, "HUAJIE_DATA_DIR="+filepath.Join(g.dir, "product"),
		"HUAJIE_DEMO=true", "HUAJIE_DRILL=true", "HUAJIE_RATE_LIMIT=0"), more...)
}

// migrate is what an operator runs before the first start.
func (g *ground) migrate(ctx context.Context) error {
	out, err := g.command(ctx, "migrate").CombinedOutput()
	if err != nil {
		return fmt.Errorf("huajie migrate: %w\n%s", err, out)
	}
	return nil
}

// command is a command of the product, run beside it.
func (g *ground) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, g.binary, args...)
	cmd.Env, cmd.Dir = g.environment(""), g.dir
	return cmd
}

// startCrew starts the processes and waits until all of them are ready.
func (g *ground) startCrew(ctx context.Context) error {
	life, dismiss := context.WithCancel(context.WithoutCancel(ctx))
	g.dismiss = dismiss
	var ready []string
	for _, name := range append(append([]string(nil), apiNames...), workerNames...) {
		at, err := quietPort()
		if err != nil {
			return err
		}
		role := strings.TrimRight(name, "12")
		p := &process{name: name, binary: g.binary, args: []string{role}, log: filepath.Join(g.dir, name+".log"),
			env: g.environment(name, "HUAJIE_LISTEN="+at, "HUAJIE_METRICS_LISTEN="+at)}
		g.crew[name] = p
		if role == "api" {
			g.bases = append(g.bases, "http://"+at)
		}
		ready = append(ready, "http://"+at+"/readyz")
		supervise(life, p)
	}
	for _, address := range ready {
		if err := await(ctx, readyLimit, func() error { return probe(ctx, address) }); err != nil {
			return fmt.Errorf("%s: %w", address, err)
		}
	}
	return nil
}

// readyLimit bounds the first start on a machine that is busy with other things.
const readyLimit = 2 * time.Minute

// close takes everything down, the product first.
func (g *ground) close() error {
	var faults []error
	if g.dismiss != nil {
		g.dismiss()
		for _, p := range g.crew {
			<-p.finished
		}
	}
	if g.temporal != nil {
		faults = append(faults, g.temporal.Close())
	}
	if g.stack != nil {
		faults = append(faults, g.stack.Close())
	}
	for _, d := range g.doors {
		d.cut()
	}
	if g.disk != nil {
		faults = append(faults, g.disk.unmount())
	}
	return errors.Join(faults...)
}

// broken tells when a server cannot be kept alive: then nothing can be judged.
func (g *ground) broken() error {
	select {
	case err := <-g.stack.Failed():
		return err
	case err := <-g.temporal.Failed():
		return err
	default:
		return nil
	}
}

// answers tells whether PostgreSQL takes questions; it listens before it does.
func (g *ground) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, g.url)
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// reachable tells whether somebody listens.
func reachable(address string) bool {
	c, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return false
	}
	return c.Close() == nil
}
