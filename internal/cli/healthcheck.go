package cli

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// healthLimit is how long a process may take to say that it is well.
const healthLimit = 5 * time.Second

// healthcheckCommand asks a process of this machine how it is doing: for
// containers, whose images have no other program to ask with.
func (s *state) healthcheckCommand() *cobra.Command {
	return &cobra.Command{Use: "healthcheck {api|worker}", Short: "ask the API or the worker of this machine whether it is ready",
		Args: cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs), ValidArgs: []string{"api", "worker"},
		RunE: func(cmd *cobra.Command, args []string) error {
			// The API can take matters in while the engine is away, and is well then.
			address, path := s.cfg.Listen, "/readyz?intake=true"
			if args[0] == "worker" {
				address, path = s.cfg.MetricsListen, "/readyz"
			}
			return healthcheck(cmd.Context(), cmd.OutOrStdout(), "http://"+reachable(address)+path)
		}}
}

// reachable is where something answers that listens everywhere.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return address
}

func healthcheck(ctx context.Context, out io.Writer, url string) error {
	ctx, cancel := context.WithTimeout(ctx, healthLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, 4096))
	if err != nil {
		return err
	}
	fmt.Fprintln(out, strings.TrimSpace(string(b)))
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %d", res.StatusCode)
	}
	return nil
}
