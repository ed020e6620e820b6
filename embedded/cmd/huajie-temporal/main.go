// Command huajie-temporal is the Temporal server of the local stack: one
// process, PostgreSQL below, a web UI beside it, nothing open beyond the
// loopback address. `huajie dev` starts and supervises it; it prints one line
// of JSON on standard output when it is ready, and logs to standard error.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"huajie/embedded/temporalserver"
)

// startLimit covers a first start, migration included, on a busy machine.
const startLimit = 90 * time.Second

// parentPoll is how often a missing parent is noticed. Polling instead of a
// signal from the kernel, because it works on every system.
const parentPoll = 500 * time.Millisecond

// ready is the line the supervisor waits for.
type ready struct {
	Ready    bool   `json:"ready"`
	Frontend string `json:"frontend"`
	UI       string `json:"ui,omitempty"`
}

func main() {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if err := run(log); err != nil {
		log.Error("huajie-temporal stops", "error", err)
		os.Exit(1)
	}
}

// run starts the server, says that it is ready, and stops it in the end.
func run(log *slog.Logger) error {
	options, parent, err := parse(os.Args[1:])
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	ctx, orphaned := context.WithCancel(ctx)
	defer orphaned()
	go watchParent(parent, orphaned)

	starting, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	server, err := temporalserver.Start(starting, options)
	if err != nil {
		if ctx.Err() != nil {
			return nil // told to stop while starting: not a failure
		}
		return err
	}
	if err := announce(options); err != nil {
		return errors.Join(err, server.Stop())
	}
	select {
	case <-ctx.Done():
	case err = <-server.Failed():
	}
	if parent > 0 && os.Getppid() != parent {
		// PostgreSQL goes away with the parent too, and a graceful stop would
		// wait for it in vain. Nothing is lost: histories are committed.
		return nil
	}
	if stopErr := server.Stop(); stopErr != nil {
		// Nothing is lost by it, and the exit code should tell about real faults.
		log.Warn("stop", "error", stopErr)
	}
	return err
}

// announce prints the ready line.
func announce(options temporalserver.Options) error {
	line := ready{Ready: true, Frontend: net.JoinHostPort("127.0.0.1", strconv.Itoa(options.Port))}
	if options.UIPort > 0 {
		line.UI = "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(options.UIPort))
	}
	return json.NewEncoder(os.Stdout).Encode(line)
}

// watchParent calls orphaned once the process that started this one is gone,
// so that a killed `huajie dev` leaves no server behind.
func watchParent(parent int, orphaned func()) {
	for parent > 0 {
		if os.Getppid() != parent {
			orphaned()
			return
		}
		time.Sleep(parentPoll)
	}
}

// parse reads the command line. Ports that are not given are chosen free.
func parse(args []string) (temporalserver.Options, int, error) {
	var (
		o          temporalserver.Options
		parent     int
		attributes string
	)
	flags := flag.NewFlagSet("huajie-temporal", flag.ContinueOnError)
	flags.StringVar(&o.PostgresURL, "postgres-url", os.Getenv("HUAJIE_TEMPORAL_POSTGRES_URL"),
		"postgres://user:password@host:port (default from HUAJIE_TEMPORAL_POSTGRES_URL, which keeps the password out of the process list)")
	flags.StringVar(&o.Database, "database", "temporal", "existing database of the main store")
	flags.StringVar(&o.VisibilityDatabase, "visibility-database", "temporal_visibility", "existing database of the visibility store")
	flags.IntVar(&o.Port, "port", -1, "gRPC port of the frontend (default: a free one)")
	flags.IntVar(&o.HTTPPort, "http-port", -1, "HTTP API port of the frontend (0: none; default: a free one)")
	flags.IntVar(&o.UIPort, "ui-port", -1, "web UI port (0: no UI; default: a free one)")
	flags.IntVar(&o.MetricsPort, "metrics-port", 0, "Prometheus port (0: none)")
	flags.StringVar(&o.Namespace, "namespace", "huajie", "namespace registered at start")
	flags.DurationVar(&o.Retention, "retention", 30*24*time.Hour, "how long closed workflows are kept")
	flags.StringVar(&attributes, "search-attributes", "", "registered at start: Name=Type,…")
	flags.IntVar(&o.Shards, "shards", 4, "history shards, fixed once the database exists")
	flags.IntVar(&o.MaxConns, "max-conns", 20, "connections per store")
	flags.BoolVar(&o.Dev, "dev", false, "development only: let clients skip time in a workflow")
	flags.StringVar(&o.LogLevel, "log-level", "warn", "debug, info, warn or error")
	flags.IntVar(&parent, "parent", 0, "stop when this process is no longer the parent")
	if err := flags.Parse(args); err != nil {
		return o, 0, err
	}
	if flags.NArg() > 0 {
		return o, 0, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	var err error
	if o.SearchAttributes, err = temporalserver.ParseSearchAttributes(attributes); err != nil {
		return o, 0, err
	}
	for _, port := range []*int{&o.Port, &o.HTTPPort, &o.UIPort} {
		if *port >= 0 {
			continue
		}
		if *port, err = temporalserver.FreePort(); err != nil {
			return o, 0, err
		}
	}
	return o, parent, nil
}
