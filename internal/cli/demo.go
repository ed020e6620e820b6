package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"huajie/internal/app"
	"huajie/internal/demo"
)

// demoCommand plays cases through the public API of a running product.
func (s *state) demoCommand() *cobra.Command {
	var base string
	cmd := &cobra.Command{Use: "demo", Short: "play one grievance up the whole chain, through the API (about a minute)", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return demo.Chain(cmd.Context(), s.demoClient(base), cmd.OutOrStdout())
		}}
	cmd.PersistentFlags().StringVar(&base, "api", "", "address of the API (default: where this configuration listens)")
	cmd.AddCommand(&cobra.Command{Use: "load", Short: "load the trial period of 2020: 252 persons, 99 matters, 60 resolved; 398 grid events, 303 resolved", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c := s.demoClient(base)
			if err := demo.Trial(cmd.Context(), c, cmd.OutOrStdout()); err != nil {
				return err
			}
			return demo.Events(cmd.Context(), c, cmd.OutOrStdout())
		}})
	cmd.AddCommand(&cobra.Command{Use: "event", Short: "play the missing manhole cover: reported, put right, verified on the spot", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return demo.Manhole(cmd.Context(), s.demoClient(base), cmd.OutOrStdout())
		}})
	cmd.AddCommand(s.accountsCommand())
	return cmd
}

func (s *state) demoClient(base string) *demo.Client {
	if base == "" {
		base = "http://" + s.cfg.Listen
	}
	return &demo.Client{Base: strings.TrimSuffix(base, "/"), Password: app.DemoPassword}
}

// accountsCommand lists the demonstration accounts.
func (s *state) accountsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{Use: "accounts", Short: "list the demonstration accounts", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg := s.cfg
			cfg.Drill = true
			accounts, err := app.DemoAccounts(cfg)
			if err != nil {
				return err
			}
			if asJSON {
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetIndent("", "  ")
				return enc.Encode(accounts) //nolint:gosec // passwords of the demonstration are public
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintf(w, "password: %s\n", app.DemoPassword)
			for _, a := range accounts {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s %s\n", a.Username, a.Role, a.Name, a.Unit, a.UnitName)
			}
			return w.Flush()
		}}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
