package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"huajie/domain/audit"
	domainretention "huajie/domain/retention"
	"huajie/internal/app"
	"huajie/internal/retention"
	"huajie/rulebook"
	"huajie/store"
)

// retentionCommand lets go of what was kept long enough (§4.9 retention).
func (s *state) retentionCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "retention", Short: "保存期限 what is kept for how long, and what may go"}
	cmd.AddCommand(s.retentionPlan(), s.retentionApply(), s.retentionHold(), s.retentionLift(), s.retentionHolds(), s.retentionRegister(), s.retentionAgain())
	return cmd
}

// withPlanner gives a desk that only looks.
func (s *state) withPlanner(cmd *cobra.Command, work func(*retention.Desk, *store.Store) error) error {
	return s.withStore(cmd, func(st *store.Store) error {
		book, err := app.RulebookInForce(cmd.Context(), s.cfg, st)
		if err != nil {
			return err
		}
		d := app.Planner(s.cfg, st, func() *rulebook.Book { return book }, s.log)
		d.Progress = progressOn(cmd.ErrOrStderr())
		return work(d, st)
	})
}

// withRetention gives a desk that lets go of things.
func (s *state) withRetention(cmd *cobra.Command, work func(*retention.Desk) error) error {
	a, err := app.Open(cmd.Context(), s.cfg, s.log)
	if err != nil {
		return err
	}
	defer a.Close()
	d, err := a.Retention()
	if err != nil {
		return err
	}
	d.Progress = progressOn(cmd.ErrOrStderr())
	return work(d)
}

// ordered is what an operator has removed, as register and audit log name them.
func ordered(by, reason string) retention.Order {
	return retention.Order{By: by, Reason: reason, Entry: audit.ByOperator(operator(), audit.FileRemoved, "", "", "")}
}

func (s *state) retentionPlan() *cobra.Command {
	var asJSON, list bool
	cmd := &cobra.Command{Use: "plan", Short: "print what was kept long enough and would go; changes nothing", Args: cobra.NoArgs,
		Long: `Counts, by kind of record, what retention apply would remove, and why the rest stays. --list names every file (拟销毁清册), to be looked
through by whoever is responsible for the archive before anything goes. The digest stands for the list: apply --plan DIGEST removes
nothing when the list has become another.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.withPlanner(cmd, func(d *retention.Desk, _ *store.Store) error {
				p, err := d.Plan(cmd.Context(), list)
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(cmd.OutOrStdout(), p)
				}
				printPlan(cmd.OutOrStdout(), p)
				return nil
			})
		}}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&list, "list", false, "name every file that would go")
	return cmd
}

func printPlan(out io.Writer, p retention.Plan) {
	fmt.Fprintln(out, "试算,未作任何改动 a plan, nothing was changed")
	for _, l := range p.Lines {
		fmt.Fprintf(out, "%s %s (%s): 到期 due %d", l.Label.ZH, l.Label.EN, l.Rule, l.Due)
		if !l.Oldest.IsZero() {
			fmt.Fprintf(out, ", 最早 oldest %s", local(l.Oldest))
		}
		fmt.Fprintln(out)
		for _, why := range domainretention.Reasons {
			if n := l.Kept[why]; n > 0 {
				fmt.Fprintf(out, "    留存 stays %d: %s %s\n", n, domainretention.Whys[why].ZH, domainretention.Whys[why].EN)
			}
		}
		if l.Unsigned > 0 {
			fmt.Fprintf(out, "    留存 stays %d: 链头未签名 no signed head on this machine\n", l.Unsigned)
		}
	}
	for _, f := range p.Files {
		fmt.Fprintf(out, "  %s %s, 办结 ended %s, 期满 over %s (%s)\n", f.No, domainretention.Labels[f.What].ZH, local(f.EndedAt), local(f.Until), f.Rule)
	}
	fmt.Fprintf(out, "清册摘要 digest of the list: %s\n", p.Digest)
}

func (s *state) retentionApply() *cobra.Command {
	var by, reason, digest string
	var most int
	var asJSON bool
	cmd := &cobra.Command{Use: "apply --by NAME --reason WORDS", Short: "remove what was kept long enough; can be ended at any time and begun anew", Args: cobra.NoArgs,
		Long: `Removes what retention plan counts: the words of files, who raised them, photographs, notices; old days of the audit log and old records. What
is left of a file, its codes, times and hashes, goes on proving that nothing else was changed (huajie verify). It cannot be undone but
from a backup. Every file is on the audit log and in the register of removals with --by.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.withRetention(cmd, func(d *retention.Desk) error {
				o := ordered(by, reason)
				o.Most = most
				if digest != "" {
					p, err := d.Plan(cmd.Context(), false)
					if err != nil {
						return err
					}
					if p.Digest != digest {
						return fmt.Errorf("清册已变化 the list has changed: its digest is %s; nothing was removed", p.Digest)
					}
				}
				done, err := d.Apply(cmd.Context(), o)
				out := cmd.OutOrStdout()
				if asJSON {
					err = errors.Join(err, printJSON(out, done))
				} else {
					printRemoved(out, done)
				}
				if err == nil && len(done.Problems) > 0 {
					err = errFindings
				}
				return err
			})
		}}
	f := cmd.Flags()
	f.StringVar(&by, "by", "", "who is responsible for it")
	f.StringVar(&reason, "reason", "", "why, e.g. the number of the approval")
	f.StringVar(&digest, "plan", "", "digest of the plan that was agreed to")
	f.IntVar(&most, "most", 0, "files in this run, at most; 0: all that are due")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return required(cmd, "by", "reason")
}

func printRemoved(out io.Writer, d retention.Done) {
	fmt.Fprintf(out, "已清除 removed  %d 件 files (%d 份 streams), %d 人 persons, %d 张照片 photos (%d 个文件 stored files), 日志 %d 天 days of the log, %d 条记录 records\n",
		d.Files, d.Streams, d.Persons, d.Photos, d.Bytes, d.LogDays, d.Records)
	for _, p := range d.Problems {
		fmt.Fprintf(out, "FAIL %s: 未清除 left as it is: %s\n", p.No, p.Detail)
	}
	fmt.Fprintf(out, "用时 took       %.1f s\n", d.Took)
}

func (s *state) retentionHold() *cobra.Command {
	var by, reason string
	cmd := &cobra.Command{Use: "hold NO --by NAME --reason WORDS", Short: "keep a case, or a whistle of its own, whatever its period (依法留存)", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withStore(cmd, func(st *store.Store) error {
				if err := st.SetHold(cmd.Context(), args[0], by, audit.ByOperator(operator(), audit.HoldSet, args[0], by, reason)); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s 已冻结 is under a hold\n", args[0])
				return nil
			})
		}}
	cmd.Flags().StringVar(&by, "by", "", "who says so")
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	return required(cmd, "by", "reason")
}

func (s *state) retentionLift() *cobra.Command {
	var by, reason string
	cmd := &cobra.Command{Use: "lift NO --by NAME --reason WORDS", Short: "let go of a hold", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withStore(cmd, func(st *store.Store) error {
				if err := st.LiftHold(cmd.Context(), args[0], by, false, audit.ByOperator(operator(), audit.HoldLifted, args[0], by, reason)); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s 已解除冻结 is under no hold any more\n", args[0])
				return nil
			})
		}}
	cmd.Flags().StringVar(&by, "by", "", "who says so")
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	return required(cmd, "by", "reason")
}

func (s *state) retentionHolds() *cobra.Command {
	var asJSON, lifted bool
	cmd := &cobra.Command{Use: "holds", Short: "print the holds there are", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.withStore(cmd, func(st *store.Store) error {
				list, err := st.Holds(cmd.Context(), lifted)
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(cmd.OutOrStdout(), list)
				}
				for _, h := range list {
					fmt.Fprintf(cmd.OutOrStdout(), "%s  %s  %s\n", h.No, local(h.At), h.Reason)
					if !h.LiftedAt.IsZero() {
						fmt.Fprintf(cmd.OutOrStdout(), "    已解除 lifted %s %s\n", local(h.LiftedAt), h.LiftedBy)
					}
				}
				if len(list) == 0 {
					fmt.Fprintln(cmd.OutOrStdout(), "无冻结 no hold")
				}
				return nil
			})
		}}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&lifted, "lifted", false, "with those that were lifted")
	return cmd
}

// retentionRegister prints the register of removals (销毁清册).
func (s *state) retentionRegister() *cobra.Command {
	var after int
	cmd := &cobra.Command{Use: "register", Short: "print the register of removals (销毁清册), one JSON object a line", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.withStore(cmd, func(st *store.Store) error {
				out := json.NewEncoder(cmd.OutOrStdout())
				for at := after; ; {
					list, err := st.Removals(cmd.Context(), at, 1000)
					if err != nil || len(list) == 0 {
						return err
					}
					for _, r := range list {
						if err := out.Encode(r); err != nil {
							return err
						}
					}
					at = list[len(list)-1].N
				}
			})
		}}
	cmd.Flags().IntVar(&after, "after", 0, "rows after this one")
	return cmd
}

// groundsHelp lists the grounds.
func groundsHelp() string {
	var b strings.Builder
	for _, g := range domainretention.Grounds {
		fmt.Fprintf(&b, "  %-14s %s %s (%s)\n", g.Code, g.Text.ZH, g.Text.EN, g.Law)
	}
	return b.String()
}

// retentionAgain removes what a register says had gone.
func (s *state) retentionAgain() *cobra.Command {
	var by, reason string
	cmd := &cobra.Command{Use: "again FILE --by NAME --reason WORDS", Short: "after a backup was put back: remove what a register kept elsewhere says had gone", Args: cobra.ExactArgs(1),
		Long: `Reads the lines of retention register from a file and removes each file in it again, by the rule it went by. Files that are open or under a
hold in this ledger stay, and are told of.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			list, err := readRegister(args[0])
			if err != nil {
				return err
			}
			return s.withRetention(cmd, func(d *retention.Desk) error {
				done, err := d.Again(cmd.Context(), ordered(by, reason), list)
				printRemoved(cmd.OutOrStdout(), done)
				if err == nil && len(done.Problems) > 0 {
					err = errFindings
				}
				return err
			})
		}}
	cmd.Flags().StringVar(&by, "by", "", "who is responsible for it")
	cmd.Flags().StringVar(&reason, "reason", "", "why, e.g. which backup was put back")
	return required(cmd, "by", "reason")
}

// readRegister reads what retentionRegister has printed.
func readRegister(file string) ([]domainretention.Removal, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var out []domainretention.Removal
	for in := json.NewDecoder(f); ; {
		var r domainretention.Removal
		err := in.Decode(&r)
		switch {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, fmt.Errorf("%s: %w", file, err)
		case r.File == "" || r.Rule == "":
			return nil, fmt.Errorf("%s: entry %d is no row of a register", file, len(out)+1)
		}
		out = append(out, r)
	}
}
