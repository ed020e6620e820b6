package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"huajie/config"
	"huajie/internal/app"
)

// order is what a child is told, on its standard input. The input stays open as
// long as the parent lives; its end tells the child to leave.
type order struct {
	Queue  string
	Config config.Config
}

// ready is what a child answers once it works.
type ready struct {
	Address string // of the API
	Profile string // of its pprof
}

// child is a process of this same program in another role.
type child struct {
	role  string
	cmd   *exec.Cmd
	stdin io.WriteCloser
	ready ready
}

// launch starts a child and waits until it works.
func (l *Lab) launch(ctx context.Context, role, queue string, cfg config.Config) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{role: role, cmd: exec.Command(self, "-role", role)} // no context: it ends with its input
	log, err := os.OpenFile(filepath.Join(l.Dir, "log", role+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close() //nolint:errcheck // the child has its own
	c.cmd.Stderr = log
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	answered := make(chan error, 1)
	go func() {
		if err := json.NewEncoder(c.stdin).Encode(order{queue, cfg}); err != nil {
			answered <- err
			return
		}
		answered <- json.NewDecoder(out).Decode(&c.ready)
	}()
	select {
	case err = <-answered:
	case <-time.After(time.Minute):
		err = errors.New("it does not answer")
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the %s, see its log: %w", role, err), c.stop())
	}
	return c, nil
}

// childStop is how long a child may take to let go of what it does.
const childStop = 20 * time.Second

func (c *child) stop() error {
	_ = c.stdin.Close() // its end is the word to leave
	kill := time.AfterFunc(childStop, func() { _ = c.cmd.Process.Kill() })
	defer kill.Stop()
	return c.cmd.Wait()
}

// Serve is the life of a child in a role: api, worker, exporter or "bare worker".
func Serve(role string, in io.Reader, out io.Writer) error {
	var o order
	decoder := json.NewDecoder(in)
	if err := decoder.Decode(&o); err != nil {
		return err
	}
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	go func() {
		_, _ = io.Copy(io.Discard, in)
		leave()
	}()
	profile, err := serveProfile(ctx)
	if err != nil {
		return err
	}
	say := func(address string) error { return json.NewEncoder(out).Encode(ready{address, profile}) }
	if role == bareRole {
		return serveBare(ctx, o, say)
	}
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	a, err := app.Open(ctx, o.Config, log)
	if err != nil {
		return err
	}
	defer a.Close()
	a.TaskQueue = o.Queue
	if role == "api" {
		return a.Serve(ctx, "bench", func(address string) { _ = say(address) })
	}
	if err := say(""); err != nil {
		return err
	}
	if role == exporterRole {
		a.Exporter().Run(ctx)
		return nil
	}
	return a.Worker().Run(ctx)
}

// serveProfile offers pprof on a port of its own.
func serveProfile(ctx context.Context) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/profile", pprof.Profile)
	mux.Handle("/heap", pprof.Handler("heap"))
	mux.Handle("/allocs", pprof.Handler("allocs"))
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: time.Second}
	context.AfterFunc(ctx, func() { _ = srv.Close() })
	go func() { _ = srv.Serve(l) }()
	return l.Addr().String(), nil
}
