package grievance

import (
	"slices"
	"time"

	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/machine"
)

// SenderRequest is that more time was asked of whoever sent the matter with a date (§6 item 21).
type SenderRequest struct {
	AskedAt    time.Time `json:"asked_at"`
	Until      time.Time `json:"until"` // the date asked for
	AnsweredAt time.Time `json:"answered_at,omitzero"`
	Granted    bool      `json:"granted,omitempty"`
}

// What a sender may answer.
const (
	moreTime   = "granted"
	noMoreTime = "refused"
)

// senderSteps are the talk with 12345 or the superior who sent a matter too late to be handled by
// the date it came with: the house asks, and what is granted moves the date.
func senderSteps() []step {
	desk := append(machine.As(asFirst, intakeRoles...), machine.As(inCounty, dispatcher, clerk, petitionOfficer)...)
	working := []machine.State{Registered, Triage, LocalResolving, Dispatched, Signed, Handling, ReturnPending, Adjudicating, JointResolving, LeaderResolving, Suspended}
	answer := form.Choice.Named("answer", "来文单位答复", "answer").Or(moreTime, "同意延期", "more time").Or(noMoreTime, "不同意延期", "no more time").Need()
	later := form.Field{Name: "due_by_sender", ZH: "同意延至(来文单位限定日期)", EN: "new date set by the sender", Type: form.Moment}
	return []step{
		{Action: "ask-sender", Rule: "§6 item 21", ZH: "提请来文单位延期", EN: "Ask the sender for more time", From: working, Who: desk,
			Fields: []form.Field{{Name: "until", ZH: "请求延至", EN: "until", Type: form.Moment, Required: true}, reason}, Guard: guardAskSender, Do: do(askSender)},
		{Action: "sender-answered", Rule: "§6 item 21", ZH: "登记来文单位答复", EN: "Enter the sender's answer", From: working, Who: desk,
			Fields: []form.Field{answer, later, text("document", "文号或通话记录", "document or call")},
			Guard:  guardSenderAnswered, Do: do(senderAnswered)},
	}
}

func guardAskSender(t *machine.Turn[*Case]) error {
	c := t.Case
	switch until := t.In.Time("until", calendar.Zone); {
	case c.InheritedDue.IsZero():
		return refuse("no_sender_date", "§6 item 21", "该诉求没有来文单位限定的日期", "no sender has set a date for it")
	case c.Sender != nil && c.Sender.AnsweredAt.IsZero():
		return refuse("sender_asked", "§6 item 21", "已提请延期,尚待来文单位答复", "the sender has been asked and has not answered")
	case t.In.Has("until") && (!until.After(c.InheritedDue) || !until.After(t.Now)):
		return fault("until", "past", "应晚于现有期限", "must lie after the present date")
	}
	return nil
}

// askSender notes the request; a sender who keeps silent is asked again by the desk.
func askSender(t turn) error {
	t.Case.Sender = &SenderRequest{AskedAt: t.Now, Until: t.In.Time("until", calendar.Zone)}
	t.Start("sender", t.Rules.Policy.Limit("transfer.answer"), machine.Deadline{Unit: t.Case.FirstUnit})
	t.Record("sender_asked", "§6 item 21").Notify("N13", t.handlers()...).Notify("N13", t.desk(t.Case.Owner.Unit)...)
	return nil
}

func guardSenderAnswered(t *machine.Turn[*Case]) error {
	c := t.Case
	due := t.In.Time("due_by_sender", calendar.Zone)
	switch {
	case c.Sender == nil || !c.Sender.AnsweredAt.IsZero():
		return refuse("sender_not_asked", "§6 item 21", "没有待答复的延期请求", "no request waits for an answer")
	case t.In.Text("answer") == moreTime && !(turn{t}).dateOfSender(due).After(c.InheritedDue):
		return fault("due_by_sender", "past", "同意延期的,应填写晚于现有期限的日期", "a later date is needed where more time is granted")
	}
	return nil
}

// senderAnswered moves the date of the sender, and the policy clock as far as that date held it
// back. The statutory date is nothing a sender can move.
func senderAnswered(t turn) error {
	c := t.Case
	t.Clear("sender")
	answered := *c.Sender
	answered.AnsweredAt, answered.Granted = t.Now, t.In.Text("answer") == moreTime
	c.Sender = &answered
	if !answered.Granted {
		t.Record("sender_refused", "§6 item 21").Notify("N13", t.handlers()...).Notify("N13", t.desk(c.Owner.Unit)...)
		return nil
	}
	c.InheritedDue = t.dateOfSender(t.In.Time("due_by_sender", calendar.Zone))
	c.Flags = slices.DeleteFunc(slices.Clone(c.Flags), func(f string) bool { return f == "short_notice" })
	moved := t.followSender()
	e := t.Record("sender_granted", "§6 item 21")
	if !moved {
		e.Notify("N13", t.handlers()...).Notify("N13", t.desk(c.Owner.Unit)...)
		return nil
	}
	e.Notify("N19", t.handlers()...).Notify("N19", t.desk(c.Owner.Unit)...)
	if c.Statutory == nil { // the date they were told (N6)
		e.Notify("N19", t.petitioners()...)
	}
	return nil
}

// dateOfSender is by when the house must be done to report back in time (§4.2 online_transfer).
func (t turn) dateOfSender(due time.Time) time.Time {
	return t.Rules.Calendar.Before(due, t.Rules.Policy.Limit("transfer.margin"))
}

// followSender lets a running policy clock go as far as the new date lets it.
func (t turn) followSender() bool {
	c := t.Case
	if c.Policy == nil || c.Policy.Due.IsZero() {
		return false
	}
	k := *c.Policy
	free := t.counted(k)
	if !free.Due.After(k.Due) {
		return false
	}
	k.Due, k.Provisional = free.Due, free.Provisional
	t.putClock(k)
	return true
}
