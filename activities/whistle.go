package activities

import (
	"context"
	"time"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/whistle"
)

func (d *Desk) decideWhistle(cur Current, in CommitInput) (Decision, error) {
	w := whistle.Fresh()
	if err := cur.State(w); err != nil {
		return Decision{}, err
	}
	rules := d.Book.Rules(w.Township, "", in.At)
	photos, err := photosOf(cur, whistle.Machine.Files(in.Command.Action, in.Command.Input), rules, in.At)
	if err != nil {
		return Decision{}, err
	}
	events, next, unanswered, err := decide[*whistle.Whistle](whistle.Machine, w, in, rules, machine.World{Photos: photos, RecordedAt: in.recordedAt})
	if err != nil {
		return Decision{}, err
	}
	return Decision{Events: events, State: next, Notices: notice.RenderAll(events, notice.FromWhistle(next, rules), rules), Unanswered: unanswered}, nil
}

// WhistleInput is a whistle as it is drafted.
type WhistleInput struct {
	No          string // "" to draw one
	Actor       domain.Actor
	Key         string // "" for none
	Fingerprint string
	Input       form.Input // whistle.DraftFields
	At          time.Time
}

// DraftWhistle opens a whistle in the ledger (W1). It exists, numbered, before any workflow
// does: a township is never kept from blowing for want of the engine. A repeated key gets
// what was drafted then.
func (d *Desk) DraftWhistle(ctx context.Context, in WhistleInput) (Written, error) {
	township := in.Input.Text("township")
	rules := d.Book.Rules(township, "", in.At)
	w := NewStream{Kind: KindWhistle, No: in.No, Place: rules.Org.CountyOf(township), Letter: whistle.Letter, Day: in.At, Key: in.Key, Fingerprint: in.Fingerprint}
	w.Decide = func(no string) (Decision, error) {
		cmd := machine.Command{Key: in.Key, Action: "draft", Actor: in.Actor, Input: in.Input}
		events, x, err := whistle.Draft(no, cmd, rules, in.At)
		if err != nil {
			return Decision{}, err
		}
		return Decision{Events: events, State: x, Notices: notice.RenderAll(events, notice.FromWhistle(x, rules), rules)}, nil
	}
	if w.Place == "" { // a township that is none, which the rules have a word for: no number is drawn for it
		_, err := w.Decide("")
		return Written{}, err
	}
	return d.Ledger.Create(ctx, w)
}
