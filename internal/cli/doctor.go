package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"huajie/internal/app"
)

// doctorCommand tells what is missing or wrong and how to mend it.
func (s *state) doctorCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{Use: "doctor", Short: "tell what is missing or wrong, and how to mend it", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			findings := app.Doctor(cmd.Context(), s.cfg)
			bad := 0
			for _, f := range findings {
				if !f.OK {
					bad++
				}
			}
			out := cmd.OutOrStdout()
			if asJSON {
				enc := json.NewEncoder(out)
				enc.SetIndent("", "  ")
				if err := enc.Encode(findings); err != nil {
					return err
				}
			} else {
				for _, f := range findings {
					mark := "ok  "
					if !f.OK {
						mark = "FAIL"
					}
					fmt.Fprintf(out, "%s %-22s %s\n", mark, f.What, f.Detail)
					if !f.OK {
						fmt.Fprintf(out, "     → %s\n     → %s\n", f.MendZH, f.MendEN)
					}
				}
			}
			if bad > 0 {
				return errFindings
			}
			return nil
		}}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
