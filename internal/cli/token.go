package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"huajie/internal/app"
	"huajie/store"
)

// tokenCommand makes bearer tokens for programs.
func (s *state) tokenCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "bearer tokens for programs"}
	var user, label string
	var ttl time.Duration
	create := &cobra.Command{Use: "create --user NAME", Short: "print a new bearer token of a user; it is shown only once", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg := app.Effective(s.cfg)
			if cfg.DatabaseURL == "" {
				return errors.New("no database: set HUAJIE_DATABASE_URL, or start the local stack with `huajie dev`")
			}
			st, err := store.New(cmd.Context(), cfg.DatabaseURL)
			if err != nil {
				return err
			}
			defer st.Close()
			token, err := st.CreateToken(cmd.Context(), user, label, time.Now().Add(ttl))
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), token)
			return nil
		}}
	create.Flags().StringVar(&user, "user", "", "username")
	create.Flags().StringVar(&label, "label", "command line", "what the token is for")
	create.Flags().DurationVar(&ttl, "ttl", 30*24*time.Hour, "how long it is valid")
	if err := create.MarkFlagRequired("user"); err != nil {
		panic(err) // the flag was just defined
	}
	cmd.AddCommand(create)
	return cmd
}
