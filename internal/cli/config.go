package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"huajie/config"
	"huajie/internal/app"
)

// configCommand shows effective settings: what file, environment and the
// running local stack make of them.
func (s *state) configCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "show effective settings"}
	cmd.AddCommand(&cobra.Command{Use: "get KEY", Short: "print one setting", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg := app.Effective(s.cfg)
			value, ok := cfg.Get(args[0])
			if !ok {
				return fmt.Errorf("no setting %q; the settings are %v", args[0], config.Keys())
			}
			if value == "" && (args[0] == "database_url" || args[0] == "temporal_address") {
				return fmt.Errorf("%s is not set and the local stack does not run: start it with `huajie dev`, or set HUAJIE_%s", args[0], strings.ToUpper(args[0]))
			}
			fmt.Fprintln(cmd.OutOrStdout(), value)
			return nil
		}})
	cmd.AddCommand(&cobra.Command{Use: "list", Short: "print every setting", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg := app.Effective(s.cfg)
			for _, key := range config.Keys() {
				value, _ := cfg.Get(key)
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", key, value)
			}
			return nil
		}})
	return cmd
}
