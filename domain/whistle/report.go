package whistle

import (
	"fmt"
	"time"

	"huajie/domain/form"
	"huajie/domain/geo"
	"huajie/domain/machine"
)

var noTime time.Time

// refusalGround is why a unit does not come (W8).
var refusalGround = form.Choice.Named("ground", "法定情形", "ground").
	Or(NotItsPower, "依法不属本单位职权", "not its power by law").Or(AlreadyDone, "同一事项正在办理", "the same matter is being done already").
	Or(NoCapacity, "正在处置其他突发事件", "bound by an emergency elsewhere").Or(Ungrounded, "其他(无法定理由)", "other, without legal ground").Need()

// guardRespond: a unit responds once.
func guardRespond(t *machine.Turn[*Whistle]) error {
	if (turn{t}).mine().State != Blown {
		return refuse("nothing_to_respond_to", "W4", "本单位无待应的哨", "your unit has no whistle to respond to")
	}
	return nil
}

// respond says that the unit comes (W4). A response after its limit still counts, as late.
func respond(t turn) error {
	t.change(t.Unit, func(s *Seat) {
		s.State, s.RespondedAt, s.RespondedBy, s.Spared = Responded, t.Now, t.Actor.User, false
	})
	t.Clear("respond." + t.Unit)
	t.DropRequestsOf(t.Unit) // a refusal nobody has signed yet
	if _, expected := t.Case.Deadlines["arrive."+t.Unit]; expected {
		t.Clear("silence." + t.Unit)
	}
	t.moved("whistle_responded", "W4").Notify("N13", t.town()...)
	return nil
}

// guardArrive: a unit that is called proves that it is on site (W5, R75).
func guardArrive(t *machine.Turn[*Whistle]) error {
	s := turn{t}.mine()
	if s.State != Blown && s.State != Responded {
		return refuse("not_expected", "W5", "本单位无须报到或已报到", "your unit is not expected, or has checked in")
	}
	return nil
}

// arrive puts the unit on site, by its position or by the code the township shows there.
// A unit that comes without having responded has responded by coming.
func arrive(t turn) error {
	how, point, err := t.proof()
	if err != nil {
		return err
	}
	delete(t.In, "code")
	t.change(t.Unit, func(s *Seat) {
		if s.RespondedAt.IsZero() {
			s.RespondedAt, s.RespondedBy = t.Now, t.Actor.User
		}
		s.Spared = false
		s.State, s.ArrivedAt, s.ArrivedBy, s.ArrivedHow, s.ArrivedPt = Arrived, t.Now, t.Actor.User, how, point
	})
	t.stopClocks(t.Unit)
	t.DropRequestsOf(t.Unit)
	t.workUntil(t.Unit, t.mine().WorkDue)
	t.moved("whistle_arrived", "W5").Notify("N13", t.town()...)
	return nil
}

// proof judges how the unit shows that it is there.
func (t turn) proof() (how string, point *geo.Point, err error) {
	p, _, given := t.In.Point("point")
	if given {
		point = &p
	}
	if t.In.Has("code") {
		if !t.In.Bool("code_verified") {
			return "", nil, fault("code", "wrong_code", "现场码不正确或已失效,请重新扫描", "the code is wrong or has expired: scan it again")
		}
		return ByCode, point, nil
	}
	switch place := t.Case.Point; {
	case !given:
		return "", nil, fault("point", "required", "请定位或扫描现场码", "give your position or the code shown on site")
	case place == nil:
		return "", nil, fault("point", "no_coordinates", "吹哨单未注明坐标,请扫描现场码", "the whistle has no coordinates: scan the code shown on site")
	case geo.Metres(*place, p) > float64(t.Rules.Policy.Int("whistle.radius")):
		most := t.Rules.Policy.Int("whistle.radius")
		return "", nil, fault("point", "too_far", fmt.Sprintf("不在现场%d米范围内", most), fmt.Sprintf("must lie within %d metres of the place", most))
	}
	return ByGPS, point, nil
}

// guardRefuse: a unit refuses instead of responding, within the time it has for that, and
// not after the centre has ruled that it must come (W8, W9).
func guardRefuse(t *machine.Turn[*Whistle]) error {
	asked := t.Now
	if !t.AskedAt.IsZero() { // the leader's signature may come later
		asked = t.AskedAt
	}
	unit := t.Unit
	if t.ProposerUnit != "" {
		unit = t.ProposerUnit
	}
	switch s := t.Case.Seats[unit]; {
	case s.State != Blown:
		return refuse("nothing_to_refuse", "W8", "本单位已应哨或无待应的哨", "your unit has responded, or is not called")
	case s.Bound:
		return refuse("ruled", "W9", "已裁定须到场,不得再次拒绝", "it was ruled that your unit must come")
	case !asked.Before(s.RespondDue):
		return refuse("refusal_late", "W8", "已超过应哨时限,不得再拒绝", "the time to respond has passed")
	}
	return nil
}

// refuseToCome records a refusal with the signature of the leader (W8). One without ground is a
// refusal to report: a red card at once. Every refusal is coordinated (W9).
func refuseToCome(t turn) error {
	by := t.Actor.User
	if t.Proposer != "" {
		by = t.Proposer
	}
	ground := t.In.Text("ground")
	t.change(t.Unit, func(s *Seat) {
		s.State, s.Refusal = Refused, &Refusal{Ground: ground, By: by, SignedBy: t.Actor.User, At: t.Now}
	})
	t.settle()
	if ground == Ungrounded {
		t.defiance(t.Unit, "whistle_refused_without_ground", "W8", causeRefuses)
	} else {
		t.Record("whistle_refused", "W8").Notify("N13", t.town()...)
	}
	t.coordinateOver(t.Unit)
	return nil
}

// coordinateOver hands a unit that does not do its part to the centre (W9).
func (t turn) coordinateOver(unit string) {
	t.stopClocks(unit)
	t.DropRequestsOf(unit)
	d := t.Start("coordinate."+unit, t.coordination(), machine.Deadline{Kind: "coordinate", Duty: true, Unit: t.countyCentre(), Ref: unit})
	t.change(unit, func(s *Seat) { s.State, s.CoordinateDue = Coordinating, d.At })
	t.moved("whistle_coordination_started", "W9").
		Notify("N9", at(t.countyCentre(), director, dispatcher)...).Notify("N13", t.town()...).Fact("unit", unit)
}
