package temporalserver

import (
	"context"
	"fmt"
	"net/http"
	"time"

	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"
)

// webUI is Temporal's own console on a port of its own.
type webUI struct {
	server *uiserver.Server
	failed chan error
}

// startUI starts the console and waits until it answers, because its Start
// blocks and has no other way to tell that it listens.
func startUI(ctx context.Context, o *Options) (*webUI, error) {
	ui := &webUI{
		failed: make(chan error, 1),
		server: uiserver.NewServer(uioptions.WithConfigProvider(&uiconfig.Config{
			Host:                loopback,
			Port:                o.UIPort,
			TemporalGRPCAddress: o.frontend(),
			EnableUI:            true,
			DefaultNamespace:    o.Namespace,
			// Plain HTTP on this machine: a secure cookie would never come back.
			CORS:     uiconfig.CORS{CookieInsecure: true},
			HideLogs: true,
			// The console must not call the outside world.
			DisableNewsFetch: true,
		})),
	}
	go func() { ui.failed <- ui.server.Start() }()

	url := "http://" + hostPort(o.UIPort) + "/healthz"
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case err := <-ui.failed:
			return nil, fmt.Errorf("web UI: %w", err)
		case <-ctx.Done():
			return nil, fmt.Errorf("web UI does not answer: %w", ctx.Err())
		case <-ticker.C:
			if answers(ctx, url) {
				return ui, nil
			}
		}
	}
}

// answers reports whether an HTTP server replies at all.
func answers(ctx context.Context, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	return response.Body.Close() == nil && response.StatusCode == http.StatusOK
}

// stop ends the console.
func (u *webUI) stop() { u.server.Stop() }
