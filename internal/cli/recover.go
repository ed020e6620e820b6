package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"huajie/internal/app"
	"huajie/internal/recovery"
)

// withRecovery connects, shows progress on stderr and lets go again.
func (s *state) withRecovery(cmd *cobra.Command, workers int, work func(*recovery.Desk) error) error {
	a, err := app.Open(cmd.Context(), s.cfg, s.log)
	if err != nil {
		return err
	}
	defer a.Close()
	d, err := a.Recovery()
	if err != nil {
		return err
	}
	d.Workers, d.Progress = workers, progressOn(cmd.ErrOrStderr())
	return work(d)
}

// progressOn writes a line now and then.
func progressOn(out io.Writer) func(string, int, int) {
	last := time.Now()
	return func(stage string, done, total int) {
		if time.Since(last) < time.Second {
			return
		}
		last = time.Now()
		if total > 0 {
			fmt.Fprintf(out, "… %s %d / %d\n", stage, done, total)
			return
		}
		fmt.Fprintf(out, "… %s %d\n", stage, done)
	}
}

func printJSON(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// ledgerCommand puts the ledger back from the engine.
func (s *state) ledgerCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "ledger", Short: "work on the ledger as a whole"}
	var o recovery.RebuildOptions
	var asJSON bool
	var workers int
	rebuild := &cobra.Command{Use: "rebuild", Short: "put back what the ledger has lost, from the engine's histories", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.withRecovery(cmd, workers, func(d *recovery.Desk) error {
				done, err := d.Rebuild(cmd.Context(), o)
				if err != nil {
					return err
				}
				out := cmd.OutOrStdout()
				if asJSON {
					err = printJSON(out, done)
				} else {
					printRebuilding(out, done, o.Dry)
				}
				if err == nil && len(done.Problems) > 0 {
					err = errFindings
				}
				return err
			})
		}}
	f := rebuild.Flags()
	f.BoolVar(&asJSON, "json", false, "print JSON")
	f.BoolVar(&o.Dry, "dry-run", false, "look and tell, write nothing")
	f.StringVar(&o.No, "case", "", "number of one case or session")
	f.IntVar(&workers, "concurrency", 8, "how many histories to read at once")
	cmd.AddCommand(rebuild)
	return cmd
}

func printRebuilding(out io.Writer, r recovery.Rebuilding, dry bool) {
	if dry {
		fmt.Fprintln(out, "试运行,未写入 dry run, nothing was written")
	}
	fmt.Fprintf(out, "流程历史 histories  %d 份 read, %d 件 streams: 一致 same %d, 已补 put back %d\n", r.Runs, r.Streams, r.Same, r.Rebuilt)
	fmt.Fprintf(out, "写入 written       %d 条事件 events, %d 行 rows, %d 件的期限 deadlines, %d 个幂等键 keys, %d 条通知 notices, %d 张照片 photos\n",
		r.Events, r.Rows, r.Deadlines, r.Commands, r.Notices, r.Photos)
	for _, p := range r.Problems {
		fmt.Fprintf(out, "FAIL %s: %s\n", p.No, p.Detail)
	}
	printGone(out, r)
	fmt.Fprintf(out, "用时 took          %.1f s\n", r.Took)
}

// printGone says what no history holds, so that nobody takes the ledger for whole.
func printGone(out io.Writer, r recovery.Rebuilding) {
	if r.Rebuilt == 0 && r.Gone.Persons == 0 && len(r.Gone.Rulebooks) == 0 {
		return
	}
	fmt.Fprintln(out, "不能由流程历史恢复 not in any history, only in a backup of the database:")
	fmt.Fprintf(out, "  诉求人 petitioners: %d 人查无记录 are pointed to and not stored\n", r.Gone.Persons)
	fmt.Fprintf(out, "  账号 accounts: %d 个 stored\n", r.Gone.Accounts)
	if len(r.Gone.Rulebooks) > 0 {
		fmt.Fprintf(out, "  规则版本 rulebooks not kept: %s — 相关办件按最新规则办理 their cases are judged by the newest\n", strings.Join(r.Gone.Rulebooks, ", "))
	}
	fmt.Fprintln(out, "  登记详情、登录令牌、通知已读 what was entered beside a case, tokens, which notices were read")
	fmt.Fprintln(out, "  查询码 receipts: 数据库密钥(表 secrets)若为新生成,旧查询码失效 if the row of table secrets was drawn anew, codes handed out before do not open any more")
	fmt.Fprintln(out, "  保留期外已归档的办件,引擎停用期间登记而未启动流程的办件 cases archived beyond the engine's retention, and cases registered while the engine was away")
	if r.Unknown > 0 {
		fmt.Fprintf(out, "  幂等键 %d 个登记请求内容未知,重复提交将被拒绝 registrations whose request is unknown: a retry of one is refused, never registered twice\n", r.Unknown)
	}
}

// casesCommand starts workflows again from the ledger.
func (s *state) casesCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "cases", Short: "work on all cases at once"}
	var o recovery.RestoreOptions
	var asJSON bool
	var workers int
	restore := &cobra.Command{Use: "restore", Short: "start the workflow of every open case and session that has none, from the ledger", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.withRecovery(cmd, workers, func(d *recovery.Desk) error {
				done, err := d.Restore(cmd.Context(), o)
				if err != nil {
					return err
				}
				out := cmd.OutOrStdout()
				if asJSON {
					err = printJSON(out, done)
				} else {
					printRestored(out, done, o.Dry)
				}
				if err == nil && len(done.Problems) > 0 {
					err = errFindings
				}
				return err
			})
		}}
	f := restore.Flags()
	f.BoolVar(&asJSON, "json", false, "print JSON")
	f.BoolVar(&o.Dry, "dry-run", false, "count, start nothing")
	f.StringVar(&o.No, "case", "", "number of one case or session")
	f.IntVar(&workers, "concurrency", 16, "how many workflows to start at once")
	cmd.AddCommand(restore)
	return cmd
}

func printRestored(out io.Writer, r recovery.Restored, dry bool) {
	verb := "已启动 started"
	if dry {
		verb = "将启动 would start"
	}
	fmt.Fprintf(out, "台账 ledger  %d 件 streams, 在办 open %d, 运行中 running %d, %s %d\n", r.Streams, r.Open, r.Running, verb, r.Started)
	if r.Short > 0 {
		fmt.Fprintf(out, "  %d 件事件过多,新流程历史不含早先事件 have too many events for their new history to hold them all\n", r.Short)
	}
	printFindings(out, r.Problems)
	fmt.Fprintf(out, "用时 took    %.1f s\n", r.Took)
}
