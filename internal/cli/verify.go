package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"huajie/internal/recovery"
)

// verifyCommand compares ledger and engine.
func (s *state) verifyCommand() *cobra.Command {
	var o recovery.Options
	var asJSON bool
	var workers int
	cmd := &cobra.Command{Use: "verify", Short: "prove that ledger and engine are whole and agree, case by case", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.withRecovery(cmd, workers, func(d *recovery.Desk) error {
				report, err := d.Verify(cmd.Context(), o)
				if err != nil {
					return err
				}
				out := cmd.OutOrStdout()
				if asJSON {
					err = printJSON(out, report)
				} else {
					printReport(out, report)
				}
				if err == nil && len(report.Findings) > 0 {
					err = errFindings
				}
				return err
			})
		}}
	f := cmd.Flags()
	f.BoolVar(&asJSON, "json", false, "print JSON")
	f.BoolVar(&o.Quick, "quick", false, "do not ask every workflow for its state, only see that it runs")
	f.StringVar(&o.No, "case", "", "number of one case or session")
	f.DurationVar(&o.Tolerance, "tolerance", 2*time.Minute, "how late a deadline may take effect")
	f.DurationVar(&o.Wait, "wait", 5*time.Second, "how long a step may be under way between ledger and workflow")
	f.IntVar(&workers, "concurrency", 16, "how many cases to look at at once")
	return cmd
}

func printReport(out io.Writer, r recovery.Report) {
	fmt.Fprintf(out, "台账 ledger      %d 件 streams, %d 条事件 events, 在办 open %d\n", r.Streams, r.Events, r.Open)
	fmt.Fprintf(out, "流程 engine      %d 个 runs, 已比对 compared %d\n", r.Runs, r.Compared)
	if r.Removed > 0 {
		fmt.Fprintf(out, "期满 removed      %d 件内容已按保存期限清除,哈希链仍完整 have let go of their words by the rules; their chains hold: huajie retention register\n", r.Removed)
	}
	for _, no := range r.Healed {
		fmt.Fprintf(out, "已追平 caught up  %s 流程落后台账一步,现已一致 was behind the ledger and has caught up\n", no)
	}
	printFindings(out, r.Findings)
	fmt.Fprintf(out, "用时 took        %.1f s\n", r.Took)
	if len(r.Findings) == 0 {
		fmt.Fprintln(out, "校验通过 everything holds")
		return
	}
	fmt.Fprintf(out, "发现问题 findings: %d\n", len(r.Findings))
}

func printFindings(out io.Writer, list []recovery.Finding) {
	for _, f := range list {
		no := f.No
		if no == "" {
			no = "—"
		}
		fmt.Fprintf(out, "FAIL %s %s: %s\n     → %s\n     → %s\n", no, f.Code, f.Detail, f.MendZH, f.MendEN)
	}
}
