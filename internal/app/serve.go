package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// drainTime is how long running requests may take to end at shutdown.
const drainTime = 10 * time.Second

// Serve answers HTTP on the configured address until ctx ends, then lets
// running requests finish. ready is called with the address once it listens.
func (a *App) Serve(ctx context.Context, version string, ready func(addr string)) error {
	l, err := net.Listen("tcp", a.Config.Listen)
	if err != nil {
		return err
	}
	srv := &http.Server{
		Handler:           a.Handler(version),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       a.Config.RequestTimeout,
		WriteTimeout:      a.Config.RequestTimeout + 5*time.Second,
		IdleTimeout:       2 * time.Minute,
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	if ready != nil {
		ready(l.Addr().String())
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := srv.Shutdown(drain); err != nil {
		return err
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
