// Package cli is the huajie command: one file per command, each a thin layer
// over internal/app.
package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"huajie/config"
)

// state is what every command shares.
type state struct {
	version string
	file    string
	cfg     config.Config
	log     *slog.Logger
}

// errFindings makes a command fail after it has printed what is wrong.
var errFindings = errors.New("")

// Run executes the command line and answers the exit code: 0 well, 1 failed, 2 misused.
func Run(args []string, version string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := &state{version: version}
	root := s.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case err.Error() != "":
		fmt.Fprintln(os.Stderr, "huajie:", err)
	}
	return 1
}

func (s *state) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "huajie",
		Short:         "群众诉求与网格事件办理 — grassroots casework that cannot get lost",
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			cfg, err := config.Load(s.file)
			if err != nil {
				return err
			}
			s.cfg, s.log = cfg, logger(cfg.LogLevel)
			return nil
		},
	}
	root.PersistentFlags().StringVar(&s.file, "config", os.Getenv("HUAJIE_CONFIG"), "configuration file (YAML)")
	root.AddCommand(s.devCommand(), s.apiCommand(), s.workerCommand(), s.migrateCommand(), s.healthcheckCommand(), s.doctorCommand(),
		s.demoCommand(), s.tokenCommand(), s.keysCommand(), s.configCommand(), s.openapiCommand(), s.rulebookCommand(), s.gridsCommand(),
		s.versionCommand(), s.verifyCommand(), s.ledgerCommand(), s.casesCommand(), s.outageCommand(), s.userCommand(), s.dutyCommand(), s.auditCommand(), s.receiptCommand(),
		s.retentionCommand(), s.personCommand())
	return root
}

func logger(level string) *slog.Logger {
	var l slog.Level
	_ = l.UnmarshalText([]byte(level)) // validated with the configuration
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: l}))
}

func (s *state) versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "print the version", Args: cobra.NoArgs,
		Run: func(cmd *cobra.Command, _ []string) { fmt.Fprintln(cmd.OutOrStdout(), s.version) }}
}
