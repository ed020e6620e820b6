package cli

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"huajie/domain/calendar"
	"huajie/domain/view"
	"huajie/internal/app"
	"huajie/store"
)

// withStore connects to the ledger alone.
func (s *state) withStore(cmd *cobra.Command, work func(*store.Store) error) error {
	cfg := app.Effective(s.cfg)
	if cfg.DatabaseURL == "" {
		return errors.New("no database: set HUAJIE_DATABASE_URL, or start the local stack with `huajie dev`")
	}
	fields, err := app.Fields(cfg)
	if err != nil {
		return err
	}
	st, err := store.New(cmd.Context(), cfg.DatabaseURL, store.WithFields(fields), store.WithOperator(operator()))
	if err != nil {
		return err
	}
	defer st.Close()
	return work(st)
}

// outageCommand lists, declares and voids outages (§6 item 44).
func (s *state) outageCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "outage", Short: "when the system was away, and the policy deadlines that move for it"}
	cmd.AddCommand(s.outageList(), s.outageDeclare(), s.outageVoid())
	return cmd
}

func (s *state) outageList() *cobra.Command {
	var asJSON bool
	var days int
	cmd := &cobra.Command{Use: "list", Short: "print the outages, the latest first, and how far the cases have been told", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.withStore(cmd, func(st *store.Store) error {
				list, err := st.Outages(cmd.Context(), store.Everything, time.Now().AddDate(0, 0, -days))
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(cmd.OutOrStdout(), list)
				}
				printOutages(cmd.OutOrStdout(), list)
				return nil
			})
		}}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().IntVar(&days, "days", 366, "how far to look back")
	return cmd
}

func printOutages(out io.Writer, list []view.Outage) {
	if len(list) == 0 {
		fmt.Fprintln(out, "无停机记录 no outage is on record")
	}
	for _, o := range list {
		var causes []string
		for _, c := range o.Causes {
			causes = append(causes, view.OutageCauses[c].ZH+" "+view.OutageCauses[c].EN)
		}
		where := "全市 whole system"
		if o.County != "" {
			where = o.County
		}
		fmt.Fprintf(out, "%-5s %s – %s  %s  %s  (%s)\n", o.Number(), local(o.From), local(o.To), where, strings.Join(causes, "; "), o.By)
		if o.Reason != "" {
			fmt.Fprintf(out, "      %s\n", o.Reason)
		}
		switch {
		case !o.VoidedAt.IsZero():
			fmt.Fprintf(out, "      已作废 void since %s by %s: %s\n", local(o.VoidedAt), o.VoidedBy, o.VoidReason)
		case o.DoneAt.IsZero():
			fmt.Fprintf(out, "      正在通知办件 telling cases: %d / %d\n", o.Told, o.Total)
		case o.Remaining > 0:
			fmt.Fprintf(out, "      已通知 told %d, 仍有 %d 件未生效 could not take it: huajie verify\n", o.Told, o.Remaining)
		default:
			fmt.Fprintf(out, "      已完成 done: %d\n", o.Told)
		}
	}
}

func local(at time.Time) string { return at.In(calendar.Zone).Format("2006-01-02 15:04:05") }

func (s *state) outageDeclare() *cobra.Command {
	var o view.Outage
	var from, to string
	cmd := &cobra.Command{Use: "declare --from TIME --to TIME --by NAME --reason WORDS [--county CODE]", Short: "declare an outage that was not found, or whose window was found too short", Args: cobra.NoArgs,
		Long: `Declares that the system could not be used from one moment to another. Times are local ("2026-03-04 09:30") or RFC 3339.
Windows that overlap count once: to correct an outage declare the right window, and void the wrong one if it was too long.
Dates that have moved are not moved back (§4.1 calendar.recompute).`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if o.From, err = moment(from); err != nil {
				return err
			}
			if o.To, err = moment(to); err != nil {
				return err
			}
			if err := sound(o, time.Now()); err != nil {
				return err
			}
			return s.withStore(cmd, func(st *store.Store) error {
				book, err := app.RulebookInForce(cmd.Context(), s.cfg, st)
				if err != nil {
					return err
				}
				if u, ok := book.Org.Unit(o.County); o.County != "" && (!ok || u.ID != u.County) {
					return errors.New("county: not a county of the city")
				}
				made, err := st.DeclareOutage(cmd.Context(), o)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s 已登记 declared; 将通知在办件 open cases to be told: %d\n", made.Number(), made.Total)
				return nil
			})
		}}
	f := cmd.Flags()
	f.StringVar(&from, "from", "", "when it began")
	f.StringVar(&to, "to", "", "when it was over")
	f.StringVar(&o.County, "county", "", "the county concerned; the whole system when absent")
	f.StringVar(&o.By, "by", "", "who declares it")
	f.StringVar(&o.Reason, "reason", "", "what had happened")
	return required(cmd, "from", "to", "by", "reason")
}

// longestOutage bounds what a slip of the pen can move.
const longestOutage = 31 * 24 * time.Hour

// sound keeps wrong windows out.
func sound(o view.Outage, now time.Time) error {
	switch {
	case !o.From.Before(o.To):
		return errors.New("to: must lie after from")
	case o.To.After(now):
		return errors.New("to: must not lie in the future: declare an outage when it is over")
	case o.To.Sub(o.From) > longestOutage:
		return errors.New("to: an outage lasts 31 days at most")
	}
	return nil
}

// moment reads a time as an operator writes it.
func moment(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Zone)
	if err != nil {
		return t, errors.New(`times are written as "2026-03-04 09:30" or in RFC 3339`)
	}
	return t, nil
}

func (s *state) outageVoid() *cobra.Command {
	var by, reason string
	cmd := &cobra.Command{Use: "void NUMBER --by NAME --reason WORDS", Short: "say that an outage was none: no further case moves for it", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := strconv.Atoi(strings.TrimPrefix(strings.ToUpper(args[0]), "O"))
			if err != nil {
				return errors.New("outages are numbered O1, O2, …: see huajie outage list")
			}
			return s.withStore(cmd, func(st *store.Store) error {
				if err := st.VoidOutage(cmd.Context(), id, by, reason); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "O%d 已作废 void; 已顺延的期限不收回 dates that have moved stay\n", id)
				return nil
			})
		}}
	cmd.Flags().StringVar(&by, "by", "", "who says so")
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	return required(cmd, "by", "reason")
}

// required makes flags mandatory.
func required(cmd *cobra.Command, flags ...string) *cobra.Command {
	for _, f := range flags {
		if err := cmd.MarkFlagRequired(f); err != nil {
			panic(err) // the flag was just defined
		}
	}
	return cmd
}
