package activities

import (
	"context"
	"errors"
	"fmt"

	"huajie/domain/casefile"
	"huajie/domain/casekind"
)

// errAsked ends a transaction in which a step was decided and nothing is to be written.
var errAsked = errors.New("only asked")

// Preview tells what a case would be after a step, decided as the step itself would be and with
// the same knowledge; nothing is written. Its refusals are those of Commit.
func (d *Desk) Preview(ctx context.Context, in CommitInput) (casefile.Case, error) {
	k, ok := casekind.Named(in.Kind)
	if !ok {
		return nil, fmt.Errorf("no machine for %q", in.Kind)
	}
	var next casefile.Case
	w := Write{Kind: in.Kind, No: in.No, Seq: in.Seq, Key: in.Command.Key}
	_, w.Beside = k.Named(in.Command.Action, in.Command.Input)
	w.Decide = func(cur Current) (Decision, error) {
		decided, err := d.decideCase(cur, k, in)
		if err != nil {
			return Decision{}, err
		}
		next, ok = decided.State.(casefile.Case)
		if !ok {
			return Decision{}, fmt.Errorf("a %T is no case", decided.State)
		}
		return Decision{}, errAsked
	}
	if _, err := d.Ledger.Change(ctx, w); !errors.Is(err, errAsked) {
		return nil, err
	}
	return next, nil
}
