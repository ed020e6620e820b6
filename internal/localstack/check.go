package localstack

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	tlog "go.temporal.io/sdk/log"
)

// Finding is one line of `huajie doctor`.
type Finding struct {
	// What was looked at, in a word or two.
	What string `json:"what"`
	OK   bool   `json:"ok"`
	// Detail says what was found.
	Detail string `json:"detail"`
	// MendZH and MendEN say how to mend it, in Chinese and English; empty when
	// there is nothing to mend.
	MendZH string `json:"mend_zh,omitempty"`
	MendEN string `json:"mend_en,omitempty"`
}

// minFree is the disk space below which a local cluster is not worth starting.
const minFree = 1 << 30

// checkLimit bounds each question to a server.
const checkLimit = 5 * time.Second

// Check looks at everything the local stack needs, without starting or changing
// anything. It reports every fault, not the first one.
func Check(ctx context.Context, o Options) []Finding {
	o = o.withDefaults()
	if dir, err := filepath.Abs(o.DataDir); err == nil {
		o.DataDir = dir
	}
	var out []Finding
	if o.DatabaseURL == "" {
		out = append(out, checkPrograms(ctx, o), checkAccount(o), checkDataDir(o), checkSpace(o))
		if url := runningURL(o); url != "" {
			out = append(out, CheckDatabase(ctx, url)...)
		}
	} else {
		out = append(out, CheckDatabase(ctx, o.DatabaseURL)...)
	}
	switch {
	case o.TemporalAddress != "":
		out = append(out, CheckTemporal(ctx, o.TemporalAddress, o.Namespace))
	case !o.WithoutTemporal:
		out = append(out, checkTemporalBinary(o))
	}
	return out
}

// finding makes the answer of one check from its error.
func finding(what, detail string, err error, zh, en string) Finding {
	if err != nil {
		return Finding{What: what, Detail: err.Error(), MendZH: zh, MendEN: en}
	}
	return Finding{What: what, OK: true, Detail: detail}
}

// checkPrograms looks for an installation of PostgreSQL with contrib.
func checkPrograms(ctx context.Context, o Options) Finding {
	bin, err := findPostgres(ctx, o)
	if err == nil {
		err = hasContrib(bin)
	}
	return finding("postgresql", fmt.Sprintf("%s (%s)", bin.version, bin.dir), err,
		"安装 PostgreSQL 15 及扩展包：apt-get install postgresql-15 postgresql-contrib，或运行 scripts/setup.sh",
		"install PostgreSQL 15 with contrib: apt-get install postgresql-15 postgresql-contrib, or run scripts/setup.sh")
}

// hasContrib looks for the control files of the extensions, where the layouts
// of Debian and of everybody else have them.
func hasContrib(bin pgBinaries) error {
	places := []string{
		filepath.Join(bin.dir, "../share/extension"),
		filepath.Join(bin.dir, "../share/postgresql/extension"),
		fmt.Sprintf("/usr/share/postgresql/%d/extension", bin.major),
	}
	for _, name := range requiredExtensions {
		found := false
		for _, place := range places {
			_, err := os.Stat(filepath.Join(place, name+".control"))
			found = found || err == nil
		}
		if !found {
			return fmt.Errorf("%s has no extension %s", bin.version, name)
		}
	}
	return nil
}

// checkAccount makes sure that a root user can lend PostgreSQL another one.
func checkAccount(o Options) Finding {
	who, err := unprivileged()
	detail := "this user"
	if err == nil && who != nil {
		detail = who.name + " (huajie runs as root)"
	}
	if err == nil && who != nil {
		if blocked, reachErr := who.reaches(existingParent(o.DataDir)); reachErr == nil && blocked != "" {
			detail += fmt.Sprintf("; it cannot enter %s, so the cluster lives in %s", blocked, o.relocateBase)
		}
	}
	return finding("postgresql user", detail, err,
		"以普通用户运行，或创建用户 postgres", "run as an ordinary user, or create a user postgres")
}

// checkDataDir makes sure that the data directory can be written, and that the
// cluster in it can be opened.
func checkDataDir(o Options) Finding {
	parent := existingParent(o.DataDir)
	err := syscall.Access(parent, 2 /* W_OK */)
	if err != nil {
		err = fmt.Errorf("%s cannot be written: %w", parent, err)
	}
	detail := o.DataDir + " (new)"
	if dir, linkErr := filepath.EvalSymlinks(filepath.Join(o.DataDir, "postgres")); linkErr == nil && err == nil {
		detail = o.DataDir + ", cluster in " + dir
		_, err = existingCluster(o, dir)
	}
	return finding("data directory", detail, err,
		"换一个数据目录，或修正其权限与属主", "choose another data directory, or mend its permissions and owner")
}

// checkSpace makes sure that there is room.
func checkSpace(o Options) Finding {
	var fs syscall.Statfs_t
	err := syscall.Statfs(existingParent(o.DataDir), &fs)
	free := fs.Bavail * uint64(fs.Bsize) // the type differs between systems
	if err == nil && free < minFree {
		err = fmt.Errorf("only %d MB free", free>>20)
	}
	return finding("disk space", fmt.Sprintf("%d MB free", free>>20), err,
		"清理磁盘，至少留出 1 GB", "make room, at least 1 GB")
}

// existingParent is the path itself or the nearest directory above it that
// exists.
func existingParent(path string) string {
	for {
		if _, err := os.Stat(path); err == nil || path == filepath.Dir(path) {
			return path
		}
		path = filepath.Dir(path)
	}
}

// runningURL is the URL of a local server that runs at this moment.
func runningURL(o Options) string {
	dir, err := filepath.EvalSymlinks(filepath.Join(o.DataDir, "postgres"))
	if err != nil {
		return ""
	}
	c, err := existingCluster(o, dir)
	if err != nil {
		return ""
	}
	pid, port := c.postmaster()
	if pid == 0 {
		return ""
	}
	p := &postgres{cluster: c, state: &state{PostgresPort: port}}
	return p.url(ProductDatabase)
}

// CheckDatabase looks at a PostgreSQL server: reachable, new enough, letters
// beyond ASCII known to it, extensions there.
func CheckDatabase(ctx context.Context, url string) []Finding {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	conn, err := connect(ctx, url)
	if err != nil {
		return []Finding{finding("database", "", err,
			"检查 HUAJIE_DATABASE_URL 以及 PostgreSQL 是否在运行", "check HUAJIE_DATABASE_URL and whether PostgreSQL runs")}
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing depends on it
	version, err := serverVersion(ctx, conn)
	out := []Finding{finding("database", version, err,
		"升级到 PostgreSQL 15 或更新", "upgrade to PostgreSQL 15 or newer")}
	ctype, err := characterType(ctx, conn)
	out = append(out, finding("character type", ctype, err,
		"用 C.UTF-8 重新建库：CREATE DATABASE … LC_CTYPE 'C.UTF-8' TEMPLATE template0",
		"create the database anew with C.UTF-8: CREATE DATABASE … LC_CTYPE 'C.UTF-8' TEMPLATE template0"))
	return append(out, finding("extensions", strings.Join(requiredExtensions, ", "), CheckExtensions(ctx, url),
		"安装 contrib 扩展包：apt-get install postgresql-contrib", "install the contrib modules: apt-get install postgresql-contrib"))
}

// serverVersion checks the version of a server.
func serverVersion(ctx context.Context, conn *pgx.Conn) (string, error) {
	var version string
	var n int
	err := conn.QueryRow(ctx, "SELECT current_setting('server_version'), current_setting('server_version_num')::int").Scan(&version, &n)
	if err == nil && n < MinPostgres*10000 {
		err = fmt.Errorf("PostgreSQL %s, wanted %d or newer", version, MinPostgres)
	}
	return "PostgreSQL " + version, err
}

// characterType checks that the database knows Chinese letters as letters:
// with the type C, trigram search finds nothing in Chinese.
func characterType(ctx context.Context, conn *pgx.Conn) (string, error) {
	var encoding, ctype string
	err := conn.QueryRow(ctx, "SELECT pg_encoding_to_char(encoding), datctype FROM pg_database WHERE datname = current_database()").Scan(&encoding, &ctype)
	if err == nil && (encoding != "UTF8" || ctype == "C" || ctype == "POSIX") {
		err = fmt.Errorf("encoding %s, character type %s: search in Chinese would find nothing", encoding, ctype)
	}
	return encoding + ", " + ctype, err
}

// CheckTemporal looks at a Temporal server and its namespace.
func CheckTemporal(ctx context.Context, address, namespace string) Finding {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	c, err := client.DialContext(ctx, client.Options{HostPort: address, Namespace: namespace, Logger: tlog.NewStructuredLogger(slog.New(slog.DiscardHandler))})
	if err == nil {
		defer c.Close()
		_, err = c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	}
	return finding("temporal", address+", namespace "+namespace, err,
		"检查 HUAJIE_TEMPORAL_ADDRESS、服务是否在运行以及命名空间是否存在",
		"check HUAJIE_TEMPORAL_ADDRESS, whether the server runs and whether the namespace exists")
}

// checkTemporalBinary looks for the built server.
func checkTemporalBinary(o Options) Finding {
	path, err := findTemporal(o)
	return finding("temporal server", path, err,
		"运行 make bin/huajie-temporal（首次约三至五分钟）", "run make bin/huajie-temporal (three to five minutes the first time)")
}
