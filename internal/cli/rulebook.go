package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"huajie/rulebook"
	"huajie/store"
)

// rulebookCommand checks a folder of rulebook files: every fault at once.
func (s *state) rulebookCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "rulebook", Short: "work with the rulebook (organisation, codes, policy, calendars)"}
	cmd.AddCommand(&cobra.Command{Use: "check [DIR]", Short: "check a folder of rulebook files; without one, the built-in ones", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			files := rulebook.Data()
			if len(args) == 1 {
				files = os.DirFS(args[0])
			}
			b, err := rulebook.Load(files, rulebook.WithDrill())
			out := cmd.OutOrStdout()
			var faults rulebook.Faults
			if errors.As(err, &faults) {
				for _, f := range faults {
					fmt.Fprintln(out, f.String())
				}
				return fmt.Errorf("%d faults", len(faults))
			}
			if err != nil {
				return err
			}
			for _, w := range b.Warnings {
				fmt.Fprintln(out, "warning:", w.String())
			}
			fmt.Fprintf(out, "version %s: %d units, %d accounts, %d policy layers\n", b.Version, len(b.Org.Units()), b.Users.Len(), len(b.Policy.Layers()))
			return nil
		}})
	cmd.AddCommand(s.rulebookRelease())
	return cmd
}

// rulebookRelease is the way out when nobody can sign in to publish another version.
func (s *state) rulebookRelease() *cobra.Command {
	var by, reason string
	cmd := &cobra.Command{Use: "release --by NAME --reason WORDS", Short: "take back what was published in the console: every process works by the rulebook it is configured with", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.withStore(cmd, func(st *store.Store) error {
				p, err := st.Publication(cmd.Context())
				if err != nil {
					return err
				}
				if p.Version == "" {
					return errors.New("nothing is published in the console")
				}
				if err := st.ReleaseRulebook(cmd.Context(), by, reason); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "已停用在页面发布的版本 no longer in force: %s\n", p.Version)
				return nil
			})
		}}
	cmd.Flags().StringVar(&by, "by", "", "who takes it back")
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	return required(cmd, "by", "reason")
}
