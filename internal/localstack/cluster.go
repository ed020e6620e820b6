package localstack

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// superuser is the role that owns the cluster and everything in it.
const superuser = "huajie"

// cluster is a PostgreSQL data directory.
type cluster struct {
	dir      string
	account  *account
	password string
}

// openCluster finds the cluster of a data directory, or makes it.
//
// It lives in <data>/postgres. When huajie runs as root and the unprivileged
// user cannot reach that place (a clone in /root, for instance), it lives below
// /var/lib/huajie instead and <data>/postgres is a symbolic link to it: no
// permission of a home directory is loosened for our sake. The link is the only
// pointer, so removing the data directory starts empty, and what it pointed to
// stays until someone removes it.
func openCluster(ctx context.Context, o Options, bin pgBinaries) (*cluster, error) {
	link := filepath.Join(o.DataDir, "postgres")
	dir, err := filepath.EvalSymlinks(link)
	switch {
	case err == nil:
		return existingCluster(o, dir)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if target, err := os.Readlink(link); err == nil {
		return nil, fmt.Errorf("%s points to %s, which is gone: bring it back, or remove the link to start with an empty cluster", link, target)
	}
	o.Progress("creating a PostgreSQL cluster")
	return newCluster(ctx, o, bin, link)
}

// existingCluster opens what an earlier start has made.
func existingCluster(o Options, dir string) (*cluster, error) {
	if _, err := os.Stat(filepath.Join(dir, "PG_VERSION")); err != nil {
		return nil, fmt.Errorf("%s is not a PostgreSQL cluster: move it away", dir)
	}
	owner, err := ownerOf(dir)
	if err != nil {
		return nil, err
	}
	secret, err := os.ReadFile(secretPath(o.DataDir))
	if err != nil {
		return nil, fmt.Errorf("the password of the cluster is lost: %w", err)
	}
	return &cluster{dir: dir, account: owner, password: strings.TrimSpace(string(secret))}, nil
}

// newCluster runs initdb beside the final place and moves the result there, so
// that an interrupted initdb never looks like a cluster.
func newCluster(ctx context.Context, o Options, bin pgBinaries, link string) (*cluster, error) {
	who, err := unprivileged()
	if err != nil {
		return nil, err
	}
	if blocked, err := who.reaches(bin.dir); err != nil || blocked != "" {
		return nil, errors.Join(err, fmt.Errorf("user %s cannot reach the PostgreSQL programs in %s because of %s: install PostgreSQL on the system", who.name, bin.dir, blocked))
	}
	final, err := place(o, who, link)
	if err != nil {
		return nil, err
	}
	c := &cluster{dir: final, account: who, password: rand.Text()}
	if err := os.WriteFile(secretPath(o.DataDir), []byte(c.password+"\n"), 0o600); err != nil {
		return nil, err
	}
	fresh := final + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return nil, err
	}
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return nil, err
	}
	if err := who.own(fresh); err != nil {
		return nil, err
	}
	if err := c.initdb(ctx, o, bin, fresh); err != nil {
		return nil, errors.Join(err, os.RemoveAll(fresh))
	}
	if err := os.Rename(fresh, final); err != nil {
		return nil, err
	}
	if final != link {
		if err := os.Symlink(final, link); err != nil {
			return nil, err
		}
	}
	// Processes are recognised by their working directory, which has no links in it.
	c.dir, err = filepath.EvalSymlinks(final)
	return c, err
}

// place decides where a new cluster goes, see openCluster.
func place(o Options, who *account, link string) (string, error) {
	blocked, err := who.reaches(o.DataDir)
	if err != nil || blocked == "" {
		return link, err
	}
	if err := os.MkdirAll(o.relocateBase, 0o755); err != nil { // another user must pass through
		return "", err
	}
	if stopped, err := who.reaches(o.relocateBase); err != nil || stopped != "" {
		return "", errors.Join(err, fmt.Errorf("user %s can enter neither %s nor %s: choose a data directory it can reach", who.name, blocked, stopped))
	}
	home, err := os.MkdirTemp(o.relocateBase, "postgres-")
	if err != nil {
		return "", err
	}
	o.Progress(fmt.Sprintf("the cluster goes to %s, since user %s cannot enter %s", home, who.name, blocked))
	return filepath.Join(home, "data"), os.Chmod(home, 0o755)
}

// initdb creates the cluster. The password travels in a file, because a command
// line can be read by everybody.
func (c *cluster) initdb(ctx context.Context, o Options, bin pgBinaries, dir string) error {
	secret, err := os.CreateTemp("", "huajie-initdb-")
	if err != nil {
		return err
	}
	defer os.Remove(secret.Name()) //nolint:errcheck // in the temporary directory anyway
	_, err = secret.WriteString(c.password + "\n")
	if err = errors.Join(err, secret.Close(), c.account.own(secret.Name())); err != nil {
		return err
	}
	args := append([]string{
		"--pgdata=" + dir, "--username=" + superuser, "--pwfile=" + secret.Name(),
		"--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums", "--no-instructions",
	}, localeArgs()...)
	if o.PostgresSettings["fsync"] == "off" {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, bin.path("initdb"), args...)
	c.account.run(cmd, dir)
	cmd.Env = cleanEnv()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// localeArgs give a character type that knows Chinese letters, without which
// trigram search finds none, and the byte order of C for speed. macOS has no
// C.UTF-8, but a character type of its own with the same meaning.
func localeArgs() []string {
	if runtime.GOOS == "darwin" {
		return []string{"--lc-collate=C", "--lc-ctype=UTF-8"}
	}
	return []string{"--locale=C.UTF-8"}
}

// cleanEnv is what a PostgreSQL program gets to see: no PGDATA or locale of the
// caller may change what it does.
func cleanEnv() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
}

// secretPath is the file of the superuser's password.
func secretPath(dataDir string) string { return filepath.Join(dataDir, "postgres.secret") }
