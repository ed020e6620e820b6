package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"huajie/rulebook"
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
	return cmd
}
