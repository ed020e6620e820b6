// Package temporalserver runs the real Temporal server and its web UI inside
// one process, on this machine only, with PostgreSQL for persistence and
// visibility. It is what `huajie dev` and the tests talk to; production uses a
// Temporal cluster of its own.
package temporalserver

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
)

// loopback is the only address anything here binds to: the local stack has no
// authentication, so it must never be reachable from another machine.
const loopback = "127.0.0.1"

// MinRetention is the shortest retention a namespace accepts without global
// namespaces.
const MinRetention = time.Hour

// Options say where the server stores and where it listens.
type Options struct {
	// PostgresURL names server, user and password; its database is ignored.
	PostgresURL string
	// Database and VisibilityDatabase exist already; they are filled and
	// migrated here.
	Database, VisibilityDatabase string
	// Port is the gRPC port of the frontend, HTTPPort its HTTP API, UIPort the
	// web UI (0 switches the UI off), MetricsPort a Prometheus endpoint (0 none).
	Port, HTTPPort, UIPort, MetricsPort int
	// Namespace is registered at start, with Retention for closed workflows.
	Namespace string
	Retention time.Duration
	// SearchAttributes are registered in Namespace at start.
	SearchAttributes map[string]enums.IndexedValueType
	// Shards is fixed for the life of the database: Temporal refuses to change it.
	Shards int
	// MaxConns bounds the connections of each of the two stores.
	MaxConns int
	// Dev allows what must never be allowed in production: skipping time.
	Dev bool
	// LogLevel is debug, info, warn or error.
	LogLevel string
}

// validate names every fault at once, so that a wrong command line is mended
// in one go.
func (o *Options) validate() error {
	var faults []error
	if u, err := url.Parse(o.PostgresURL); err != nil || u.Host == "" || u.User == nil {
		// The URL holds a password, so it is never echoed.
		faults = append(faults, errors.New("postgres-url must look like postgres://user:password@host:port"))
	}
	if o.Port <= 0 {
		faults = append(faults, errors.New("port is missing"))
	}
	if o.Namespace == "" {
		faults = append(faults, errors.New("namespace is missing"))
	}
	if o.Retention < MinRetention {
		faults = append(faults, fmt.Errorf("retention must be at least %s", MinRetention))
	}
	if o.Shards <= 0 {
		faults = append(faults, errors.New("shards must be positive"))
	}
	return errors.Join(faults...)
}

// frontend is the address clients dial.
func (o *Options) frontend() string { return hostPort(o.Port) }

// hostPort joins the loopback address and a port.
func hostPort(port int) string { return net.JoinHostPort(loopback, strconv.Itoa(port)) }

// FreePort asks the kernel for a port nobody uses at this moment.
func FreePort() (int, error) {
	l, err := net.Listen("tcp", hostPort(0))
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close() //nolint:errcheck // nothing was written
	return l.Addr().(*net.TCPAddr).Port, nil
}

// ParseSearchAttributes reads "Name=Keyword,Other=Datetime". Type names are
// those of the Temporal CLI and are compared without regard to case.
func ParseSearchAttributes(text string) (map[string]enums.IndexedValueType, error) {
	out := map[string]enums.IndexedValueType{}
	var faults []error
	for _, pair := range strings.Split(text, ",") {
		pair = strings.TrimSpace(pair)
		if pair == "" {
			continue
		}
		name, kind, found := strings.Cut(pair, "=")
		value, known := attributeType(kind)
		if !found || name == "" || !known {
			faults = append(faults, fmt.Errorf("search attribute %q: want Name=Type with a type of Keyword, KeywordList, Text, Int, Double, Bool, Datetime", pair))
			continue
		}
		out[strings.TrimSpace(name)] = value
	}
	return out, errors.Join(faults...)
}

// attributeType finds a type by its name.
func attributeType(name string) (enums.IndexedValueType, bool) {
	for known, number := range enums.IndexedValueType_shorthandValue {
		value := enums.IndexedValueType(number)
		if strings.EqualFold(known, strings.TrimSpace(name)) && value != enums.INDEXED_VALUE_TYPE_UNSPECIFIED {
			return value, true
		}
	}
	return enums.INDEXED_VALUE_TYPE_UNSPECIFIED, false
}
