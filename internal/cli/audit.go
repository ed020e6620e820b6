package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"time"

	"github.com/spf13/cobra"

	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/internal/app"
	"huajie/internal/notary"
	"huajie/store"
)

// auditCommand looks after the audit log.
func (s *state) auditCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "the log of who looked, took or changed what"}
	cmd.AddCommand(s.auditVerify(), s.auditKey())
	return cmd
}

// operator is the account of this machine that runs the command.
func operator() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "unknown"
}

// audited does what the operator of this machine asks for, and keeps it on record.
func audited(cmd *cobra.Command, st *store.Store, kind audit.Kind, object, reason string, act func() error) error {
	return audit.Done(func(e audit.Entry) error { return st.Audit(cmd.Context(), e) }, audit.ByOperator(operator(), kind, object, "", reason), act)
}

func (s *state) auditKey() *cobra.Command {
	var anew bool
	cmd := &cobra.Command{Use: "key", Short: "print the public key that verifies heads and receipts", Args: cobra.NoArgs,
		Long: `Prints the public half of the key of this machine. API and workers make the key when they first start; one that was lost is put back from
its backup. --new makes one where there is none: publish it beside the old one, whose heads and receipts it does not verify.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			open := notary.ReadKey
			if anew {
				open = notary.OpenKey
			}
			key, err := open(app.AuditKey(s.cfg))
			if errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("%w: API and workers make it when they first start; --new makes one now", err)
			}
			if err != nil {
				return err
			}
			b, err := notary.PEM(key.Public())
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(b)
			return err
		}}
	cmd.Flags().BoolVar(&anew, "new", false, "make a key where there is none")
	return cmd
}

// noHeads asks for the chains alone.
const noHeads = "none"

func (s *state) auditVerify() *cobra.Command {
	var heads, key string
	var late time.Duration
	cmd := &cobra.Command{Use: "verify", Short: "prove that nothing was changed, added or removed in the audit log", Args: cobra.NoArgs,
		Long: `Walks every row of every day and names the first link of each day that does not hold: the day, the row, and what differs. The signed heads, a file
outside of the database, show rows cut off at the end, whole days removed, and chains written anew. Give a copy of the file that was kept
elsewhere with --heads, and the public key with --key. "--heads none" looks at the chains alone. Rows that have waited too long for a head
are a finding too; with a copy, which may be older, only where --unsigned says how long.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if heads == "" {
				heads = app.AuditHeads(s.cfg)
				if !cmd.Flags().Changed("unsigned") {
					late = app.AuditLate(s.cfg)
				}
			}
			if key == "" {
				key = app.AuditKey(s.cfg)
			}
			return s.withStore(cmd, func(st *store.Store) error { return verifyAudit(cmd, st, heads, key, late) })
		}}
	cmd.Flags().StringVar(&heads, "heads", "", "file of signed heads; by default the one of this machine")
	cmd.Flags().StringVar(&key, "key", "", "PEM file of the public key; by default the key of this machine")
	cmd.Flags().DurationVar(&late, "unsigned", 0, "how long rows may wait for a head; 0: any time")
	return cmd
}

// verifyAudit prints what holds and what does not, and leaves its own entry.
func verifyAudit(cmd *cobra.Command, st *store.Store, headsFile, keyFile string, late time.Duration) error {
	out := cmd.OutOrStdout()
	heads, sound, err := readHeads(out, headsFile, keyFile)
	if err != nil {
		return err
	}
	report, err := st.VerifyAudit(cmd.Context(), heads)
	if err != nil {
		return err
	}
	if headsFile != noHeads && heads == nil && report.Rows > 0 {
		fmt.Fprintf(out, "FAIL %s 没有已签名的链头,无法发现末尾被删除的记录 no signed heads: rows cut off at the end would not be seen\n", headsFile)
		sound = false
	}
	if age := time.Since(report.Since); late > 0 && !report.Since.IsZero() && age > late {
		fmt.Fprintf(out, "FAIL 自 %[1]s 起的记录尚未签名 rows since %[1]s are not signed: a worker does not sign\n", report.Since.In(calendar.Zone).Format("2006-01-02 15:04"))
		sound = false
	}
	printAudit(out, report)
	sound = sound && len(report.Breaks) == 0
	e := audit.ByOperator(operator(), audit.Verified, fmt.Sprintf("%d days, %d rows", report.Days, report.Rows), "", "")
	if !sound {
		e.Outcome = audit.Failed
	}
	if err := st.Audit(cmd.Context(), e); err != nil {
		fmt.Fprintf(out, "WARN 本次校验未能记入日志 this verification could not be recorded: %v\n", err)
	}
	if !sound {
		return errFindings
	}
	return nil
}

// readHeads gives the heads whose signatures hold, and tells of the others.
func readHeads(out io.Writer, headsFile, keyFile string) (heads []audit.Head, sound bool, err error) {
	if headsFile == noHeads {
		return nil, true, nil
	}
	keys, err := notary.Publics(keyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, fmt.Errorf("no key at %s: give the public key with --key", keyFile)
	}
	if err != nil {
		return nil, false, err
	}
	heads, faults, err := notary.ReadHeads(headsFile, keys)
	if errors.Is(err, os.ErrNotExist) {
		return nil, true, nil
	}
	for _, f := range faults {
		fmt.Fprintf(out, "FAIL %s:%d %s %s\n", headsFile, f.Line, f.What.ZH, f.What.EN)
	}
	return heads, len(faults) == 0, err
}

func printAudit(out io.Writer, r audit.Report) {
	fmt.Fprintf(out, "审计日志 audit log  %d 天 days, %d 条 rows, 核对链头 heads held against it %d\n", r.Days, r.Rows, r.Heads)
	for _, b := range r.Breaks {
		fmt.Fprintf(out, "FAIL %s 第%d行 row %d: %s\n     %s\n", b.Day, b.N, b.N, b.What.ZH, b.What.EN)
	}
	for _, f := range r.Forgotten {
		fmt.Fprintf(out, "期满 let go       %s 第1至%d行已按保存期限清除,与已签链头相符 rows 1 to %d are gone by the rules, as the signed head has them; by %s\n", f.Day, f.Rows, f.Rows, f.By)
	}
	for _, day := range r.Unsigned {
		fmt.Fprintf(out, "注意 note         %s 末尾记录尚未签名 its last rows are not signed yet\n", day)
	}
	if len(r.Breaks) > 0 {
		return
	}
	fmt.Fprintln(out, "校验通过 every link holds")
}
