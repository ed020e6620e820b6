package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"huajie/api"
	"huajie/config"
)

// drainTime is how long running requests may take to end at shutdown.
const drainTime = 10 * time.Second

// Parts are what one process runs.
type Parts struct {
	API, Worker bool
	Version     string
	// Ready is called with the address once the API listens, and with the one of
	// /metrics once a worker without an API does.
	Ready func(what, addr string)
	// Failed ends the process with an error from elsewhere.
	Failed <-chan error
}

// Process opens the product, runs parts of it until ctx ends, and closes it:
// /readyz says no, running requests end, the worker lets go of its work, the
// connections are closed, and telemetry is sent to its end.
func Process(ctx context.Context, cfg config.Config, log *slog.Logger, p Parts) error {
	t, err := NewTelemetry(ctx, cfg, p.Version)
	if err != nil {
		return err
	}
	a, err := Open(ctx, cfg, log, WithTelemetry(t))
	if err != nil {
		return errors.Join(err, t.Close(context.WithoutCancel(ctx)))
	}
	defer a.Close()
	return a.Run(ctx, p)
}

// Run runs parts of the product until ctx ends or one of them fails. Officers
// whose steps are under way are answered by the worker, so it stops after the API.
func (a *App) Run(ctx context.Context, p Parts) error {
	if p.Ready == nil {
		p.Ready = func(string, string) {}
	}
	g, ctx := errgroup.WithContext(ctx)
	working, letGo := context.WithCancel(context.WithoutCancel(ctx))
	defer letGo()
	if p.API {
		g.Go(func() error {
			a.beat(ctx, "api", nil)
			return nil
		})
	}
	g.Go(func() error {
		defer letGo()
		if p.API {
			return a.Serve(ctx, p.Version, func(addr string) { p.Ready("api", addr) })
		}
		<-ctx.Done()
		a.stopping.Store(true)
		return nil
	})
	if p.Worker {
		g.Go(func() error {
			a.forgetTracks(ctx)
			return nil
		})
		g.Go(func() error {
			a.forgetWithheld(ctx)
			return nil
		})
		g.Go(func() error { return a.work(ctx, working, p) })
	} else {
		g.Go(func() error { return unlessStopped(ctx, a.awaitLedger(ctx)) })
	}
	g.Go(func() error {
		a.reloadOnHangup(ctx)
		return nil
	})
	g.Go(func() error {
		a.Rules.Follow(working) // the worker works on for a while
		return nil
	})
	g.Go(func() error {
		select {
		case err := <-p.Failed:
			return err
		case <-ctx.Done():
			return nil
		}
	})
	return g.Wait()
}

// work runs the worker once the ledger is there, and tells how it is doing
// where no API does. It starts under ctx and works on until working ends.
func (a *App) work(ctx, working context.Context, p Parts) error {
	w := a.Worker()
	sender, err := a.Sender()
	if err != nil {
		return err
	}
	if err := a.watchHeads(); err != nil {
		return err
	}
	g, working := errgroup.WithContext(working)
	if !p.API && a.Config.MetricsListen != "" {
		l, err := listen("metrics_listen", a.Config.MetricsListen)
		if err != nil {
			return err
		}
		g.Go(func() error {
			return serve(working, l, api.NewServer(a.watchHandler(p.Version, w.Running), a.Config.RequestTimeout), func() {})
		})
		p.Ready("metrics", l.Addr().String())
	}
	g.Go(func() error {
		if err := a.awaitLedger(ctx); err != nil {
			return unlessStopped(ctx, err)
		}
		var sending sync.WaitGroup
		sending.Go(func() { sender.Run(ctx) }) // these do not need the engine
		sending.Go(func() { a.Exporter().Run(ctx) })
		sending.Go(func() { a.signHeads(ctx) })
		sending.Go(func() { a.retain(ctx) })
		sending.Go(func() { a.settleDays(ctx) })
		sending.Go(func() { a.scan(ctx) })
		defer sending.Wait()
		g.Go(func() error {
			a.beat(working, "worker", w.Running)
			return nil
		})
		return w.Run(working)
	})
	return g.Wait()
}

// unlessStopped leaves out the error of being told to stop.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// Serve answers HTTP on the configured address until ctx ends, then lets
// running requests finish. ready is called with the address once it listens.
func (a *App) Serve(ctx context.Context, version string, ready func(addr string)) error {
	l, err := listen("listen", a.Config.Listen)
	if err != nil {
		return err
	}
	srv := api.NewServer(a.Handler(version), a.Config.RequestTimeout)
	if ready != nil {
		ready(l.Addr().String())
	}
	return serve(ctx, l, srv, func() {
		a.stopping.Store(true)
		time.Sleep(a.Config.DrainDelay) // whoever balances the load must notice first
	})
}

// serve answers until ctx ends, then calls before, takes nothing new any more and
// lets running requests finish.
func serve(ctx context.Context, l net.Listener, srv *http.Server, before func()) error {
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	before()
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
