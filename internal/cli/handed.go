package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"huajie/domain/audit"
	"huajie/domain/codes"
	"huajie/internal/app"
	"huajie/rulebook"
	"huajie/store"
)

// userCommand closes and opens accounts, and helps who cannot sign in.
func (s *state) userCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "accounts of officers"}
	var by, reason string
	disable := &cobra.Command{Use: "disable NAME --by NAME --reason WORDS", Short: "close an account; what only this person handled goes back to its desk", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withStore(cmd, func(st *store.Store) error {
				n, err := st.DisableUser(cmd.Context(), args[0], by, reason)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s 已停用 disabled; 退回经办单位的在办件 open cases to go back to their desks: %d\n", args[0], n)
				return nil
			})
		}}
	disable.Flags().StringVar(&by, "by", "", "who disables it")
	disable.Flags().StringVar(&reason, "reason", "", "why")
	enable := &cobra.Command{Use: "enable NAME", Short: "open an account again", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withStore(cmd, func(st *store.Store) error {
				return audited(cmd, st, audit.UserEnabled, args[0], "", func() error { return st.SetActive(cmd.Context(), args[0], true) })
			})
		}}
	cmd.AddCommand(required(disable, "by", "reason"), enable, s.userPassword(), s.userResetFactor(), s.userForgetIdentity())
	return cmd
}

// dutyCommand moves open cases with the duty they belong to.
func (s *state) dutyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "duty", Short: "whose duty matters are"}
	var from, to, category, by, reason string
	var dry bool
	transfer := &cobra.Command{Use: "transfer --from UNIT --to UNIT --by NAME --reason WORDS [--category CODE]", Short: "give the open cases of a unit to its successor, clocks unchanged", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.withStore(cmd, func(st *store.Store) error {
				book, err := app.RulebookInForce(cmd.Context(), s.cfg, st)
				if err != nil {
					return err
				}
				if err := successor(book, from, to, category); err != nil {
					return err
				}
				n, err := st.Transfer(cmd.Context(), from, to, category, by, reason, dry)
				if err != nil {
					return err
				}
				words := "将移交在办件 open cases to be transferred"
				if dry {
					words = "试运行 dry run, 在办件 open cases"
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s → %s  %s: %d\n", from, to, words, n)
				return nil
			})
		}}
	f := transfer.Flags()
	f.StringVar(&from, "from", "", "unit that had the duty; it may have left the organisation")
	f.StringVar(&to, "to", "", "unit that has it now")
	f.StringVar(&category, "category", "", "only matters of a class or category")
	f.StringVar(&by, "by", "", "who transfers")
	f.StringVar(&reason, "reason", "", "basis: the decision that moved the duty")
	f.BoolVar(&dry, "dry-run", false, "count, transfer nothing")
	cmd.AddCommand(required(transfer, "from", "to", "by", "reason"))
	return cmd
}

// successor keeps cases from going where nobody could take them.
func successor(b *rulebook.Book, from, to, category string) error {
	u, ok := b.Org.Unit(to)
	if !ok || u.Kind.Area() {
		return errors.New("to: not a department or centre of the organisation")
	}
	if from == to {
		return errors.New("to: is the unit itself")
	}
	if old, there := b.Org.Unit(from); there && (old.County != u.County || old.Kind != u.Kind) {
		return errors.New("to: must be a unit of the same kind in the same county")
	}
	if _, known := b.Codes.Canonical(codes.TableDisputeCategory, category); category != "" && !known {
		return errors.New("category: not in the code table")
	}
	return nil
}
