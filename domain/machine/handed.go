package machine

import "huajie/domain/form"

// The steps with which the organisation moves on and no case is lost: an account that
// was disabled (§6 item 37), a duty that has gone to another unit (§6 item 34). Cases of
// every kind take them from the system.
const (
	HandlerLeft  = "handler-left"
	TransferUnit = "transfer-unit"
)

// HandedSteps are their rows in the table of a machine.
func HandedSteps[S Subject](from []State, left, transfer func(*Turn[S]) error) []Step[S] {
	return []Step[S]{
		{Action: HandlerLeft, Rule: "§6 item 37", ZH: "承办人离岗", EN: "Handler has left", From: from, SystemOnly: true,
			Fields: []form.Field{form.Line.Named("person", "离岗人员", "who has left").Need()}, Do: left},
		{Action: TransferUnit, Rule: "§6 item 34", ZH: "职责划转移交", EN: "Transfer to the successor unit", From: from, SystemOnly: true,
			Fields: []form.Field{form.Line.Named("from_unit", "原单位", "unit that had the duty").Need(), form.Unit.Named("to_unit", "承接单位", "successor").Need(),
				form.Text.Named("basis", "划转依据", "basis of the transfer").Need()}, Do: transfer},
	}
}

// Reassign gives the limits that run for one unit to another.
func (t *Turn[S]) Reassign(from, to string) {
	for _, d := range t.Case.GetHead().Pending() {
		if d.Unit == from {
			d.Unit = to
			t.Set(d)
		}
	}
}
