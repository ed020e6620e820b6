package localstack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// loopback is the only address the stack listens on.
const loopback = "127.0.0.1"

// state is what must be the same at the next start: bookmarks and
// configuration files of people point at these ports.
type state struct {
	PostgresPort     int `json:"postgres_port,omitempty"`
	TemporalPort     int `json:"temporal_port,omitempty"`
	TemporalHTTPPort int `json:"temporal_http_port,omitempty"`
	TemporalUIPort   int `json:"temporal_ui_port,omitempty"`

	path string
}

// loadState reads stack.json; a missing file is an empty state. So is a broken
// one: it holds nothing that cannot be chosen anew.
func loadState(dir string) (*state, error) {
	s := &state{path: filepath.Join(dir, "stack.json")}
	text, err := os.ReadFile(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, s); err != nil {
		return &state{path: s.path}, nil
	}
	return s, nil
}

// save writes stack.json in one step, so that a crash leaves the old or the
// new one.
func (s *state) save() error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.path+".new", append(text, '\n'), 0o644); err != nil { // ports are no secret
		return err
	}
	return os.Rename(s.path+".new", s.path)
}

// choosePorts keeps every port that is still free and picks another one
// otherwise, and remembers the choice.
func (s *state) choosePorts(ports ...*int) error {
	for _, port := range ports {
		if *port != 0 && portFree(*port) {
			continue
		}
		free, err := freePort()
		if err != nil {
			return err
		}
		*port = free
	}
	return s.save()
}

// portFree reports whether one could listen on the port now.
func portFree(port int) bool {
	l, err := net.Listen("tcp", hostPort(port))
	if err != nil {
		return false
	}
	return l.Close() == nil
}

// freePort asks the kernel for a port.
func freePort() (int, error) {
	l, err := net.Listen("tcp", hostPort(0))
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close() //nolint:errcheck // nothing was written
	return l.Addr().(*net.TCPAddr).Port, nil
}

// hostPort joins the loopback address and a port.
func hostPort(port int) string { return net.JoinHostPort(loopback, strconv.Itoa(port)) }

// lockDir takes the data directory for this process. The kernel gives the lock
// back when the process dies, however it dies.
func lockDir(dir string) (*os.File, error) {
	path := filepath.Join(dir, "stack.lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644) // the process id in it is no secret
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		owner, _ := os.ReadFile(path) //nolint:errcheck // only to make the message better
		return nil, errors.Join(fmt.Errorf("%w: process %s uses %s", ErrInUse, strings.TrimSpace(string(owner)), dir), f.Close())
	}
	if err := f.Truncate(0); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if _, err := fmt.Fprintln(f, os.Getpid()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// ErrInUse says that another process runs the stack of this data directory.
var ErrInUse = errors.New("the local stack is running already")
