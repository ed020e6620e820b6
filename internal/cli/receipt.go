package cli

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/casefile"
	"huajie/domain/casekind"
	"huajie/domain/machine"
	"huajie/domain/receipt"
	"huajie/domain/view"
	"huajie/internal/app"
	"huajie/internal/notary"
	"huajie/store"
)

// largestReceipt bounds what is read.
const largestReceipt = 16 << 20

// receiptCommand checks receipts of cases.
func (s *state) receiptCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "receipt", Short: "signed receipts of cases"}
	var key string
	var ledger bool
	verify := &cobra.Command{Use: "verify FILE", Short: "check a receipt: signature, chain of events, deadlines", Args: cobra.ExactArgs(1),
		Long: `Checks a receipt without asking anybody: that it was signed with the published key and not changed since, that its events are links of one
chain, and that its deadlines follow from the calendar and the pauses and extensions in it. Without --key the key of this machine is taken
for the published one. With --ledger the events, the state and the dates are also held against the ledger of this machine.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			document, err := readReceipt(args[0])
			if err != nil {
				return err
			}
			keys, err := s.published(key)
			if err != nil {
				return err
			}
			r, checks := receipt.Verify(document, keys)
			if ledger && receipt.Holds(checks) {
				err := s.withStore(cmd, func(st *store.Store) error {
					check, err := againstLedger(cmd, st, r)
					checks = append(checks, check)
					return err
				})
				if err != nil {
					return err
				}
			}
			return printReceipt(cmd.OutOrStdout(), r, checks)
		}}
	verify.Flags().StringVar(&key, "key", "", "PEM file of the published public key")
	verify.Flags().BoolVar(&ledger, "ledger", false, "also hold the events against the ledger")
	cmd.AddCommand(verify)
	return cmd
}

func readReceipt(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, largestReceipt))
}

// published are the keys a receipt may be signed with: those of the file, else the one of
// this machine, if there is one.
func (s *state) published(file string) (map[string]ed25519.PublicKey, error) {
	if file != "" {
		return notary.Publics(file)
	}
	keys, err := notary.Publics(app.AuditKey(s.cfg))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return keys, err
}

// againstLedger tells whether the ledger still holds what the receipt says happened.
func againstLedger(cmd *cobra.Command, st *store.Store, r receipt.Receipt) (receipt.Check, error) {
	links, err := st.Chain(cmd.Context(), r.No, false)
	if domain.CodeOf(err) == domain.CodeNotFound {
		return receipt.Check{What: domain.Text{ZH: "台账中没有此件", EN: "the ledger does not have the case"}}, nil
	}
	if err != nil {
		return receipt.Check{}, err
	}
	for i, hash := range r.Chain {
		if i >= len(links) || links[i].Hash != hash {
			return differs("event %d of the ledger is not the one of the receipt", "台账第%d条事件与回执不符", i+1), nil
		}
	}
	for _, e := range r.Events { // those of the chain, which was verified
		if !e.Of(links[e.Seq-1].Event) {
			return differs("the receipt says otherwise of event %d than the ledger", "回执对第%d条事件的记述与台账不符", e.Seq), nil
		}
	}
	c, err := stood(links[:len(r.Chain)])
	if err != nil {
		return receipt.Check{}, err
	}
	if !stands(r, c.Card()) {
		return differs("the case did not stand after event %d as the receipt says", "第%d条事件后办件的状态、责任单位或期限与回执不符", len(r.Chain)), nil
	}
	if err := st.VerifyChain(cmd.Context(), r.No); err != nil {
		return receipt.Check{What: domain.Text{ZH: "台账自身校验不通过", EN: "the ledger itself does not verify: " + err.Error()}}, nil
	}
	return receipt.Check{OK: true, What: domain.Text{ZH: "与台账一致", EN: "the ledger holds the same events"}}, nil
}

func differs(en, zh string, n int) receipt.Check {
	return receipt.Check{What: domain.Text{ZH: fmt.Sprintf(zh, n), EN: fmt.Sprintf(en, n)}}
}

// stood is a case as it stood after events.
func stood(links []view.Link) (casefile.Case, error) {
	k, ok := casekind.OfNumber(links[0].No)
	if !ok {
		return nil, fmt.Errorf("no kind of case has the number %q", links[0].No)
	}
	c, err := k.Fresh(), error(nil)
	for _, l := range links {
		if c, err = machine.Evolve(c, k.Fresh, l.Event); err != nil {
			return nil, err
		}
		c.GetHead().No = l.No
	}
	return c, nil
}

// stands tells whether a case stood as the receipt says: its state, who answers for it, and
// its dates.
func stands(r receipt.Receipt, c casefile.Card) bool {
	due := map[string]time.Time{"statutory": c.StatutoryDue, "policy": c.PolicyDue}
	for _, k := range r.Clocks {
		if at, ok := due[k.Name]; ok && !at.Truncate(time.Microsecond).Equal(k.Due) {
			return false
		}
	}
	return r.State == string(c.State) && r.Level == string(c.Level) && r.OwnerUnit == c.Owner.Unit && r.RegisteredAt.Equal(c.RegisteredAt.Truncate(time.Microsecond))
}

func printReceipt(out io.Writer, r receipt.Receipt, checks []receipt.Check) error {
	if r.No != "" {
		fmt.Fprintf(out, "办件回执 receipt   %s\n登记 registered    %s\n出具 issued        %s\n责任单位 owner     %s %s\n状态 state         %s %s\n", r.No,
			r.RegisteredAt.In(calendar.Zone).Format("2006-01-02 15:04"), r.IssuedAt.In(calendar.Zone).Format("2006-01-02 15:04"), r.OwnerZH, r.OwnerEN, r.StateZH, r.StateEN)
	}
	for _, c := range checks {
		mark := "OK  "
		switch {
		case !c.OK:
			mark = "FAIL"
		case c.Unproved:
			mark = "?   "
		}
		fmt.Fprintf(out, "%s %s\n     %s\n", mark, c.What.ZH, c.What.EN)
	}
	if !receipt.Holds(checks) {
		fmt.Fprintln(out, "校验不通过 the receipt does not hold")
		return errFindings
	}
	if n := len(slices.DeleteFunc(checks, func(c receipt.Check) bool { return !c.Unproved })); n > 0 {
		fmt.Fprintf(out, "校验通过,%d项本回执不能证明 the receipt holds; %d of it is not proved by it\n", n, n)
		return nil
	}
	fmt.Fprintln(out, "校验通过 the receipt holds")
	return nil
}
