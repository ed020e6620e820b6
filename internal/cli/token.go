package cli

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"huajie/domain/account"
	"huajie/domain/audit"
	"huajie/store"
)

// tokenCommand makes bearer tokens for programs.
func (s *state) tokenCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "bearer tokens for programs"}
	cmd.AddCommand(s.tokenCreate(), s.tokenList(), s.tokenRevoke())
	return cmd
}

func (s *state) tokenCreate() *cobra.Command {
	var user, label, scopes string
	var ttl time.Duration
	cmd := &cobra.Command{Use: "create --user NAME", Short: "print a new bearer token of a user; it is shown only once", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			list, ok := account.ScopesOf(strings.ReplaceAll(scopes, ",", " "))
			if !ok {
				return fmt.Errorf("scopes: must be some of %v", account.Grantable)
			}
			if ttl <= 0 || ttl > s.cfg.TokenTTLMax {
				return fmt.Errorf("ttl: must be positive and at most %s (token_ttl_max)", s.cfg.TokenTTLMax)
			}
			return s.withStore(cmd, func(st *store.Store) error {
				return audited(cmd, st, audit.TokenMade, user, fmt.Sprintf("%s %v %s", label, list, ttl), func() error {
					_, token, err := st.Issue(cmd.Context(), account.Opening{Username: user, Kind: account.Token, Label: label, Scopes: list,
						MadeBy: "command line", Until: time.Now().Add(ttl)})
					if err != nil {
						return err
					}
					fmt.Fprintln(cmd.OutOrStdout(), token)
					return nil
				})
			})
		}}
	cmd.Flags().StringVar(&user, "user", "", "username")
	cmd.Flags().StringVar(&label, "label", "command line", "what the token is for")
	cmd.Flags().StringVar(&scopes, "scopes", "read", "what it opens, separated by commas: read, intake, act, field")
	cmd.Flags().DurationVar(&ttl, "ttl", 30*24*time.Hour, "how long it is valid")
	return required(cmd, "user")
}

func (s *state) tokenList() *cobra.Command {
	var user string
	var asJSON bool
	cmd := &cobra.Command{Use: "list", Short: "print the tokens of programs, the latest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.withStore(cmd, func(st *store.Store) error {
				list, err := st.Issued(cmd.Context(), user, account.Token)
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(cmd.OutOrStdout(), list)
				}
				printTokens(cmd.OutOrStdout(), list)
				return nil
			})
		}}
	cmd.Flags().StringVar(&user, "user", "", "only those of a user")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printTokens(out io.Writer, list []account.Issued) {
	day := func(t time.Time) string {
		if t.IsZero() {
			return "—"
		}
		return t.Local().Format(time.DateOnly)
	}
	for _, i := range list {
		fmt.Fprintf(out, "%6d  %-24s %-20s %v  到期 until %s  最近使用 last used %s  由 by %s\n",
			i.ID, i.Username, i.Label, i.Scopes, day(i.ExpiresAt), day(i.UsedAt), i.MadeBy)
	}
}

func (s *state) tokenRevoke() *cobra.Command {
	return &cobra.Command{Use: "revoke ID", Short: "end a token of a program", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return errors.New("ID is the number `huajie token list` shows")
			}
			return s.withStore(cmd, func(st *store.Store) error {
				return audited(cmd, st, audit.TokenRevoked, args[0], "", func() error { return st.End(cmd.Context(), "", account.Token, id) })
			})
		}}
}
