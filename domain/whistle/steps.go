package whistle

import (
	"slices"

	"huajie/domain/form"
	"huajie/domain/machine"
)

// Machine is the machine of the whistle: every step of §3.8 after the draft, and what each
// deadline does.
var Machine = newMachine()

func newMachine() *machine.Machine[*Whistle] {
	m := &machine.Machine[*Whistle]{Name: Stream, Types: types, Fresh: Fresh, Stands: stands}
	m.Steps = slices.Concat(blowSteps(), reportSteps(), workSteps(), coordinationSteps(), evaluationSteps())
	m.Expire = expiries()
	return m
}

// step is one row of the table.
type step = machine.Step[*Whistle]

// turn is the deciding of one command on a whistle.
type turn struct{ *machine.Turn[*Whistle] }

// input is a shorthand for what a person entered.
type input = form.Input

// do adapts a rule written against turn to the table.
func do(f func(turn) error) func(*machine.Turn[*Whistle]) error {
	return func(t *machine.Turn[*Whistle]) error { return f(turn{t}) }
}

// ofSeat adapts a guard that judges the seat its input names. Before one is named, nothing is
// held against the step.
func ofSeat(judge func(turn, Seat) error) func(*machine.Turn[*Whistle]) error {
	return func(t *machine.Turn[*Whistle]) error {
		if !t.In.Has("unit") {
			return nil
		}
		s, called := t.Case.Seats[t.In.Text("unit")]
		if !called {
			return fault("unit", "not_called", "该单位不在本次吹哨之列", "the unit is not called by this whistle")
		}
		return judge(turn{t}, s)
	}
}

func from(more ...machine.State) []machine.State { return append(more, live...) }

// blowSteps draft, approve and blow: W1–W3.
func blowSteps() []step {
	return []step{
		{Action: "revise-draft", Rule: "W1", ZH: "修改或采纳草稿", EN: "Revise or take up draft", From: []machine.State{Drafted}, Who: office,
			Fields: optional(CallFields), Do: do(revise)},
		{Action: "approve-whistle", Rule: "W2", ZH: "批准吹哨", EN: "Approve whistle", From: from(Drafted, Completed, Evaluated, Adjudicated), Who: leaders,
			Fields: []form.Field{text("note", "意见", "note")}, Guard: guardApprove, Do: do(approve)},
		{Action: "reject-whistle", Rule: "W2", ZH: "不予批准", EN: "Reject whistle", From: from(Drafted), Who: leaders,
			Fields: []form.Field{reason}, Guard: guardApprove, Do: do(reject)},
		{Action: "withdraw-whistle", Rule: "§3.8", ZH: "撤回吹哨", EN: "Withdraw whistle", From: from(Drafted), Who: town,
			Fields: []form.Field{reason}, Guard: guardWithdraw, Do: do(withdraw)},
	}
}

// reportSteps are those of a unit that is called: W4, W5, W8.
func reportSteps() []step {
	return []step{
		{Action: "respond", Rule: "W4", ZH: "应哨", EN: "Respond", From: live, Who: envoys,
			Fields: []form.Field{line("led_by", "带队人员", "who leads the team"), line("contact", "联系方式", "how to reach the team")}, Guard: guardRespond, Do: do(respond)},
		{Action: "arrive", Rule: "W5", ZH: "现场报到", EN: "Check in on site", From: live, Who: crew,
			Fields: []form.Field{{Name: "point", ZH: "定位", EN: "position", Type: form.Point}, {Name: "code", ZH: "现场码", EN: "code shown on site", Type: form.Line, Max: 40},
				{Name: "code_verified", ZH: "现场码已核验", EN: "code verified", Type: form.Boolean, House: true}},
			Guard: guardArrive, Do: do(arrive)},
		{Action: "refuse-whistle", Rule: "W8", ZH: "说明理由不予报到", EN: "Refuse with reasons", From: live, Who: envoys,
			Fields: []form.Field{refusalGround,
				reason, text("legal_basis", "法律依据", "legal basis")},
			Signature: machine.Countersign, Signs: machine.As(inSameSeat, deptLeader), PerUnit: true, Guard: guardRefuse, Do: do(refuseToCome)},
	}
}

// workSteps are what is done on site: W6.
func workSteps() []step {
	return []step{
		{Action: "start-work", Rule: "W6", ZH: "开始处置", EN: "Start work", From: live, Who: crew,
			Fields: []form.Field{text("measures", "拟采取的措施", "measures")}, Guard: guardStart, Do: do(startWork)},
		{Action: "complete-work", Rule: "W6", ZH: "处置完成", EN: "Complete work", From: live, Who: crew,
			Fields: []form.Field{text("result", "处置结果", "result").Need(), {Name: "photos", ZH: "现场照片", EN: "photos of the place", Type: form.Files}},
			Guard:  guardComplete, Do: do(completeWork)},
		{Action: "release-unit", Rule: "W6", ZH: "准予离场", EN: "Release unit", From: live, Who: leaders,
			Fields: []form.Field{unit("unit", "单位", "unit").Need(), reason}, Guard: ofSeat(guardRelease), Do: do(release)},
		{Action: "return-work", Rule: "W6", ZH: "退回继续处置", EN: "Send back to work", From: from(Completed), Who: town,
			Fields: []form.Field{unit("unit", "单位", "unit").Need(), reason}, Guard: ofSeat(guardReturn), Do: do(returnWork)},
	}
}

// coordinationSteps decide about a unit that does not come: W9.
func coordinationSteps() []step {
	due := form.Field{Name: "due", ZH: "改定处置期限", EN: "new date for the work", Type: form.Date}
	instead := unit("replacement", "替补单位", "unit that comes instead")
	return []step{
		{Action: "coordinate", Rule: "W9", ZH: "协调", EN: "Coordinate", From: []machine.State{Coordinating}, Who: centre,
			Fields: []form.Field{unit("unit", "单位", "unit").Need(), outcomeField,
				due, instead, reason},
			Guard: ofSeat(guardCoordinate), Do: do(coordinate)},
		{Action: "adjudicate-whistle", Rule: "W9", ZH: "裁定", EN: "Adjudicate", From: []machine.State{Coordinating}, Who: machine.As(inCounty, director, countyLeader),
			Fields: []form.Field{unit("unit", "单位", "unit").Need(), rulingField,
				due, instead, text("decision", "裁定意见", "decision").Need(), text("legal_basis", "法律依据", "legal basis")},
			Guard: ofSeat(guardAdjudicate), Do: do(adjudicate)},
	}
}

// evaluationSteps assess both sides: W7.
func evaluationSteps() []step {
	return []step{
		{Action: "evaluate-unit", Rule: "W7", ZH: "评价单位", EN: "Evaluate unit", From: []machine.State{Completed}, Who: leaders,
			Fields: []form.Field{unit("unit", "单位", "unit").Need(), mark("arrival", "到场", "arrival"), mark("attitude", "态度", "attitude"), mark("result", "效果", "result"), text("comment", "评语", "comment")},
			Guard:  ofSeat(guardEvaluate), Do: do(evaluate)},
		{Action: "counter-evaluate", Rule: "W7", ZH: "反评吹哨", EN: "Assess the whistle", From: []machine.State{Completed, Evaluated, Adjudicated}, Who: envoys,
			Fields: []form.Field{{Name: "proper", ZH: "吹哨是否得当", EN: "whether the whistle was proper", Type: form.Boolean, Required: true}, text("comment", "评语", "comment")},
			Guard:  guardCounter, Do: do(counter)},
	}
}

var reason = form.Field{Name: "reason", ZH: "理由", EN: "reason", Type: form.Text, Required: true}

// The fields most inputs are made of.
var (
	text = form.Text.Named
	line = form.Line.Named
	unit = form.Unit.Named
)

// optional are the same fields, none of them required.
func optional(fields []form.Field) []form.Field {
	out := slices.Clone(fields)
	for i := range out {
		out[i].Required = false
	}
	return out
}

// mark is a mark from 1 to 5.
func mark(name, zh, en string) form.Field {
	return form.Field{Name: name, ZH: zh, EN: en, Type: form.Integer, Required: true, Min: 1, Max: 5}
}
