package cli

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"huajie/domain/calendar"
	"huajie/internal/retention"
	"huajie/store"
)

// personCommand answers people what is kept of them (PIPL §§45, 47).
func (s *state) personCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "person", Short: "个人信息 what is kept of a person, and what may be erased"}
	cmd.AddCommand(s.personReport(), s.personErase())
	return cmd
}

// asked are the flags of both commands.
type asked struct {
	phone, idNo, by, reason string
	asJSON                  bool
}

const readFrom = "file with the number, - for standard input: never on the command line, which others of this machine see"

func (a *asked) flags(cmd *cobra.Command) *cobra.Command {
	f := cmd.Flags()
	f.StringVar(&a.phone, "phone", "", "telephone: "+readFrom)
	f.StringVar(&a.idNo, "id-number", "", "document number: "+readFrom)
	f.StringVar(&a.by, "by", "", "who has seen that the person is who they say")
	f.StringVar(&a.reason, "reason", "", "the request, e.g. its number")
	f.BoolVar(&a.asJSON, "json", false, "print JSON")
	return required(cmd, "by", "reason")
}

// who reads the numbers.
func (a *asked) who(in io.Reader) (w retention.Who, err error) {
	if (a.phone == "") == (a.idNo == "") {
		return w, errors.New("give one of --phone and --id-number")
	}
	if a.phone != "" {
		w.Phone, err = numberFrom(a.phone, in)
	} else {
		w.IDNo, err = numberFrom(a.idNo, in)
	}
	return w, err
}

// numberFrom reads one number.
func numberFrom(file string, in io.Reader) (string, error) {
	if file != "-" {
		f, err := os.Open(file)
		if errors.Is(err, os.ErrNotExist) {
			return "", errors.New("no such file: the number is read from a file, or with - from standard input") // what was typed is not repeated
		}
		if err != nil {
			return "", err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, 1024))
	if err != nil {
		return "", err
	}
	text := strings.TrimSpace(string(raw))
	if text == "" || strings.ContainsAny(text, "\r\n") {
		return "", errors.New("want one number on one line")
	}
	return text, nil
}

func (s *state) personReport() *cobra.Command {
	var a asked
	cmd := &cobra.Command{Use: "report", Short: "print everything that is kept of a person (PIPL §45)", Args: cobra.NoArgs,
		Long: `Prints who the person is on record as, their cases with what was entered, how long each is kept and why, what they were told, and who asked for
their identity. See first that it is the person who asks. The request is on the audit log, which names the person by an id alone.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			who, err := a.who(cmd.InOrStdin())
			if err != nil {
				return err
			}
			return s.withPlanner(cmd, func(d *retention.Desk, _ *store.Store) error {
				r, err := d.Report(cmd.Context(), who, ordered(a.by, a.reason))
				if err != nil {
					return err
				}
				if a.asJSON {
					return printJSON(cmd.OutOrStdout(), r)
				}
				printPerson(cmd.OutOrStdout(), r)
				return nil
			})
		}}
	return a.flags(cmd)
}

func printPerson(out io.Writer, r retention.PersonReport) {
	fmt.Fprintf(out, "个人信息报告 report on personal information, %s\n", local(r.At))
	for _, p := range r.Persons {
		fmt.Fprintf(out, "\n登记 registration %s (%s)\n  姓名 name: %s\n  电话 telephone: %s\n  证件 document: %s %s\n  住址 address: %s\n", p.ID, local(p.Since), p.Name, p.Phone, p.IDType, p.IDNo, p.Address)
	}
	for _, c := range r.Cases {
		fmt.Fprintf(out, "\n办件 case %s  %s %s  %s %s  登记 registered %s\n  内容 about: %s\n", c.No, c.Kind.ZH, c.Kind.EN, c.State.ZH, c.State.EN, local(c.CreatedAt), c.Summary)
		for _, name := range slices.Sorted(maps.Keys(c.Details)) {
			fmt.Fprintf(out, "  %s: %v\n", name, c.Details[name])
		}
		fmt.Fprintf(out, "  照片 photos: %d\n  %s\n", c.Photos, keptLine(c))
	}
	if len(r.Told) > 0 {
		fmt.Fprintln(out, "\n告知 told")
	}
	for _, t := range r.Told {
		fmt.Fprintf(out, "  %s %s %s: %s (%s)\n", local(t.At), t.No, t.Title, t.Body, strings.Join(t.Sent, "; "))
	}
	if len(r.Looked) > 0 {
		fmt.Fprintln(out, "\n查看身份 who asked for the identity")
	}
	for _, l := range r.Looked {
		fmt.Fprintf(out, "  %s %s %s %s %s\n", local(l.At), l.No, l.By, l.Purpose, l.Outcome)
	}
	if len(r.Persons) == 0 {
		fmt.Fprintln(out, "未查到 nothing is kept under the number given")
	}
	fmt.Fprintf(out, "\n%s\n%s\n", r.Beyond.ZH, r.Beyond.EN)
}

// keptLine says why a case stays, and until when.
func keptLine(c retention.KnownCase) string {
	if c.Kept == "" {
		return fmt.Sprintf("期满,可以清除 may go (%s)", c.Rule)
	}
	line := fmt.Sprintf("留存 stays: %s %s (%s)", c.KeptText.ZH, c.KeptText.EN, c.Rule)
	if !c.Until.IsZero() {
		line += " 至 until " + c.Until.In(calendar.Zone).Format(time.DateOnly)
	}
	return line
}

func (s *state) personErase() *cobra.Command {
	var a asked
	var ground string
	var apply bool
	cmd := &cobra.Command{Use: "erase", Short: "say what of a person may be erased (PIPL §47); with --apply erase it", Args: cobra.NoArgs,
		Long: `Without --apply nothing is changed. A case that is not over, is under a hold, or that another hangs on is never erased. Within its period one is
erased only on a ground, --ground:
` + groundsHelp() + `The answer says what stays, why and until when, in words for the person.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			who, err := a.who(cmd.InOrStdin())
			if err != nil {
				return err
			}
			return s.withRetention(cmd, func(d *retention.Desk) error {
				e, err := d.Erase(cmd.Context(), who, ordered(a.by, a.reason), ground, apply)
				if err != nil {
					return err
				}
				out := cmd.OutOrStdout()
				if a.asJSON {
					err = printJSON(out, e)
				} else {
					printErasure(out, e)
				}
				if err == nil && len(e.Done.Problems) > 0 {
					err = errFindings
				}
				return err
			})
		}}
	cmd.Flags().StringVar(&ground, "ground", "", "what obliges the house to erase before a period is over")
	cmd.Flags().BoolVar(&apply, "apply", false, "erase; it cannot be undone")
	return a.flags(cmd)
}

func printErasure(out io.Writer, e retention.Erasure) {
	if !e.Applied {
		fmt.Fprintln(out, "试算,未作任何改动 nothing was changed; --apply erases")
	}
	for _, c := range e.Erased {
		fmt.Fprintf(out, "删除 erased  %s (%s)\n", c.No, c.Rule)
	}
	for _, c := range e.Kept {
		fmt.Fprintf(out, "留存 kept    %s  %s\n", c.No, keptLine(c))
	}
	for _, p := range e.Done.Problems {
		fmt.Fprintf(out, "FAIL %s: %s\n", p.No, p.Detail)
	}
	fmt.Fprintln(out, "\n答复 answer:")
	for _, t := range e.Answer {
		fmt.Fprintf(out, "  %s\n", t.ZH)
	}
	for _, t := range e.Answer {
		fmt.Fprintf(out, "  %s\n", t.EN)
	}
	fmt.Fprintf(out, "  %s\n  %s\n", e.Beyond.ZH, e.Beyond.EN)
}
