package cli

import (
	"github.com/spf13/cobra"

	"huajie/internal/app"
)

// devCommand runs everything on this machine.
func (s *state) devCommand() *cobra.Command {
	return &cobra.Command{Use: "dev", Short: "run everything on this machine, with demonstration data", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return app.Dev(cmd.Context(), s.cfg, s.version, cmd.OutOrStdout(), s.log)
		}}
}

// apiCommand serves the HTTP API against an external database and engine.
func (s *state) apiCommand() *cobra.Command {
	return &cobra.Command{Use: "api", Short: "serve the HTTP API", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return app.Process(cmd.Context(), s.cfg, s.log, app.Parts{API: true, Version: s.version,
				Ready: func(_, addr string) { s.log.Info("the API answers", "address", addr) }})
		}}
}

// workerCommand runs cases against an external database and engine.
func (s *state) workerCommand() *cobra.Command {
	return &cobra.Command{Use: "worker", Short: "run the workflows of cases", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return app.Process(cmd.Context(), s.cfg, s.log, app.Parts{Worker: true, Version: s.version,
				Ready: func(_, addr string) { s.log.Info("the worker tells how it is doing", "address", addr) }})
		}}
}

// migrateCommand brings database and engine to this version.
func (s *state) migrateCommand() *cobra.Command {
	return &cobra.Command{Use: "migrate", Short: "bring database and engine to what this version needs", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return app.Migrate(cmd.Context(), s.cfg, s.log) }}
}
