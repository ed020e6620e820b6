package temporalserver

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/temporal"
)

// stopLimit bounds a graceful stop. What is not finished by then is safe: the
// history is in PostgreSQL and the next start goes on from it.
const stopLimit = 8 * time.Second

// Server is a running Temporal with its UI.
type Server struct {
	server temporal.Server
	ui     *webUI
}

// Start migrates the databases, starts every service and the UI, and returns
// once namespace and search attributes can be used.
func Start(ctx context.Context, o Options) (*Server, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	cfg, err := serverConfig(&o)
	if err != nil {
		return nil, err
	}
	logger := log.NewZapLogger(log.BuildZapLogger(log.Config{Level: o.LogLevel, Format: "console"}))
	if err := migrate(cfg.Persistence.DataStores, logger); err != nil {
		return nil, err
	}
	engine, err := newEngine(cfg, &o, logger)
	if err != nil {
		return nil, fmt.Errorf("build Temporal: %w", err)
	}
	if err := engine.Start(); err != nil {
		return nil, fmt.Errorf("start Temporal: %w", err)
	}
	s := &Server{server: engine}
	if err := s.prepare(ctx, &o); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// newEngine assembles Temporal's own server object.
func newEngine(cfg *config.Config, o *Options, logger log.Logger) (temporal.Server, error) {
	authorizer, err := authorization.GetAuthorizerFromConfig(&cfg.Global.Authorization)
	if err != nil {
		return nil, err
	}
	claims, err := authorization.GetClaimMapperFromConfig(&cfg.Global.Authorization, logger)
	if err != nil {
		return nil, err
	}
	return temporal.NewServer(
		temporal.WithConfig(cfg),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(staticHosts(cfg)),
		temporal.WithLogger(logger),
		temporal.WithAuthorizer(authorizer),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return claims }),
		temporal.WithDynamicConfigClient(dynamicConfig(o)),
	)
}

// prepare does what needs a running server: the namespace, its search
// attributes, and the UI that shows them.
func (s *Server) prepare(ctx context.Context, o *Options) error {
	frontend, err := dialFrontend(ctx, o.frontend())
	if err != nil {
		return err
	}
	defer frontend.Close() //nolint:errcheck // the process talks to itself
	if err := frontend.ensureNamespace(ctx, o.Namespace, o.Retention); err != nil {
		return fmt.Errorf("namespace %s: %w", o.Namespace, err)
	}
	if err := frontend.ensureSearchAttributes(ctx, o.Namespace, o.SearchAttributes); err != nil {
		return fmt.Errorf("search attributes of %s: %w", o.Namespace, err)
	}
	if o.UIPort > 0 {
		s.ui, err = startUI(ctx, o)
	}
	return err
}

// Failed reports an end of the web UI nobody asked for. It stays silent
// without a UI.
func (s *Server) Failed() <-chan error {
	if s.ui == nil {
		return nil
	}
	return s.ui.failed
}

// Stop ends the UI and all services, within stopLimit.
func (s *Server) Stop() error {
	done := make(chan error, 1)
	go func() {
		if s.ui != nil {
			s.ui.stop()
		}
		done <- s.server.Stop()
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(stopLimit):
		return fmt.Errorf("not stopped after %s", stopLimit)
	}
}
