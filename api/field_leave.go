package api

import (
	"context"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/patrol"
	"huajie/domain/view"
)

// leaveDeciders decide on absences in their township; a second person always does
// (§4.10 patrol.exempt).
var leaveDeciders = []org.Role{org.RoleTownshipOffice, org.RoleTownshipLeader}

// exempters declare days of severe weather for an area in their county.
var exempters = []org.Role{org.RolePlatformAdmin, org.RoleCentreDutyLeader, org.RoleCentreDirector, org.RoleSupervisor, org.RoleCitySupervisor}

var (
	fromField   = form.Field{Name: "from", ZH: "起始日期", EN: "first day", Type: form.Date, Required: true}
	toField     = form.Field{Name: "to", ZH: "结束日期", EN: "last day, included", Type: form.Date, Required: true}
	halfField   = form.Choice.Named("half", "半天", "half of each day; the whole day when absent").Or(string(patrol.Morning), "上午", "morning").Or(string(patrol.Afternoon), "下午", "afternoon")
	reasonField = form.Field{Name: "reason", ZH: "事由", EN: "reason", Type: form.Line, Required: true, Min: 2, Max: 200}

	leaveFields = []form.Field{
		form.Choice.Named("excuse", "类型", "kind").Or(string(patrol.Leave), "请假", "leave").Or(string(patrol.EmergencyAssignment), "应急任务抽调", "assigned to an emergency").Need(),
		fromField, toField, halfField, reasonField, clientField,
		{Name: "member", ZH: "网格员", EN: "the grid member, when the township office enters it; the caller when absent", Type: form.Line, Max: 64},
	}
	decisionFields = []form.Field{
		{Name: "approve", ZH: "同意", EN: "approve, or decline", Type: form.Boolean, Required: true},
		{Name: "note", ZH: "意见", EN: "note", Type: form.Line, Max: 200},
	}
	exemptionFields = []form.Field{
		{Name: "area", ZH: "适用区域", EN: "area", Type: form.Unit, Required: true},
		fromField, toField, halfField, reasonField, clientField,
	}
)

// longestAbsence bounds one absence, in days.
const longestAbsence = 366

// LeaveView is an absence.
type LeaveView struct {
	ServerTime time.Time `json:"server_time,omitzero"`
	ID         int64     `json:"id"`
	Member     string    `json:"member"`
	Absence
	Reason    string    `json:"reason"`
	State     string    `json:"state" enum:"waiting,approved,declined"`
	AskedBy   string    `json:"asked_by"`
	AskedAt   time.Time `json:"asked_at"`
	DecidedBy string    `json:"decided_by,omitempty"`
	DecidedAt time.Time `json:"decided_at,omitzero"`
	Note      string    `json:"note,omitempty"`
}

// LeaveList are absences.
type LeaveList struct {
	Items []LeaveView `json:"items"`
}

type leaveOutput struct{ Body LeaveView }
type leaveListOutput struct{ Body LeaveList }

func showLeave(l view.Leave) LeaveView {
	v := LeaveView{ID: l.ID, Member: l.Member, Absence: showAway(l.Away), Reason: l.Reason, State: "waiting", AskedBy: l.AskedBy, AskedAt: l.AskedAt,
		DecidedBy: l.DecidedBy, DecidedAt: l.DecidedAt, Note: l.Note}
	switch {
	case l.Approved == nil:
	case *l.Approved:
		v.State = "approved"
	default:
		v.State = "declined"
	}
	return v
}

// readForm reads a body against a form.
func (s *server) readForm(in *formInput, fields []form.Field) (form.Input, error) {
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	clean, faults := form.Check(fields, input, machine.LookupOf(s.rulesHere()))
	if clean.Has("from") && clean.Has("to") {
		from, to := calendar.DateOf(clean.Time("from", zone)), calendar.DateOf(clean.Time("to", zone))
		if from.Compare(to) > 0 || from.AddDays(longestAbsence).Compare(to) < 0 {
			faults = append(faults, domain.Fault("to", "range", "结束日期:不能早于起始日期或超过一年", "last day: not before the first, nor more than a year after"))
		}
	}
	if len(faults) > 0 {
		return nil, domain.Invalid(faults...)
	}
	return clean, nil
}

func awayOf(clean form.Input, excuse patrol.Excuse) patrol.Away {
	return patrol.Away{Excuse: excuse, From: calendar.DateOf(clean.Time("from", zone)), To: calendar.DateOf(clean.Time("to", zone)), Half: patrol.Half(clean.Text("half"))}
}

// askLeave enters a request: of the caller, or of a member of the caller's township.
func (s *server) askLeave(ctx context.Context, in *formInput) (*leaveOutput, error) {
	clean, err := s.readForm(in, leaveFields)
	if err != nil {
		return nil, err
	}
	who := callerOf(ctx)
	m, own := s.patrols().Member(who.user)
	if other := clean.Text("member"); other != "" && other != who.user.Username {
		if m, err = s.inScope(ctx, other, s.patrols().Reached(who.actor, leaveDeciders)); err != nil {
			return nil, err
		}
	} else if !own {
		return nil, domain.Forbid("not_a_grid_member", "§2.2 patrol.track", "仅限网格员本人使用", "this is for grid members, about themselves")
	}
	l, err := s.Field.AskLeave(ctx, view.Leave{Member: m.Username, Away: awayOf(clean, patrol.Excuse(clean.Text("excuse"))), Reason: clean.Text("reason"),
		Client: clean.Text("client"), AskedBy: who.user.Username, AskedAt: s.Now()})
	if err != nil {
		return nil, err
	}
	out := &leaveOutput{showLeave(l)}
	out.Body.ServerTime = s.Now()
	return out, nil
}

// ByID names one of the things of the caller.
type ByID struct {
	ID int64 `path:"id" minimum:"1"`
}

type idInput struct{ ByID }

type decideInput struct {
	ByID
	FormBody
}

// decideLeave approves or declines: the township office, and never who asked.
func (s *server) decideLeave(ctx context.Context, in *decideInput) (*leaveOutput, error) {
	clean, err := s.readForm(&formInput{in.FormBody}, decisionFields)
	if err != nil {
		return nil, err
	}
	who := callerOf(ctx)
	l, err := s.Field.LeaveNamed(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if _, err := s.inScope(ctx, l.Member, s.patrols().Reached(who.actor, leaveDeciders)); err != nil {
		return nil, err
	}
	l, err = s.Field.DecideLeave(ctx, in.ID, clean.Bool("approve"), who.user.Username, clean.Text("note"), s.Now())
	if err != nil {
		return nil, err
	}
	return &leaveOutput{showLeave(l)}, nil
}

// listLeave shows a member the own absences, and a township office what waits for it.
func (s *server) listLeave(ctx context.Context, _ *struct{}) (*leaveListOutput, error) {
	who := callerOf(ctx)
	var all []view.Leave
	var err error
	if areas := s.patrols().Reached(who.actor, leaveDeciders); len(areas) > 0 {
		all, err = s.Field.LeaveWaiting(ctx, areas)
	} else if m, ok := s.patrols().Member(who.user); ok {
		all, err = s.Field.LeaveOf(ctx, m.Username)
	}
	if err != nil {
		return nil, err
	}
	out := &leaveListOutput{LeaveList{Items: []LeaveView{}}}
	for _, l := range all {
		out.Body.Items = append(out.Body.Items, showLeave(l))
	}
	return out, nil
}

// ExemptionView is a time in which nobody of an area is asked to walk.
type ExemptionView struct {
	ServerTime  time.Time   `json:"server_time,omitzero"`
	ID          int64       `json:"id"`
	Area        string      `json:"area"`
	From        string      `json:"from" format:"date"`
	To          string      `json:"to" format:"date" doc:"included"`
	Half        patrol.Half `json:"half,omitempty" enum:"am,pm"`
	Reason      string      `json:"reason"`
	DeclaredBy  string      `json:"declared_by"`
	DeclaredAt  time.Time   `json:"declared_at"`
	WithdrawnBy string      `json:"withdrawn_by,omitempty"`
	WithdrawnAt time.Time   `json:"withdrawn_at,omitzero"`
}

// ExemptionList are exemptions.
type ExemptionList struct {
	Items []ExemptionView `json:"items"`
}

type exemptionOutput struct{ Body ExemptionView }
type exemptionListOutput struct{ Body ExemptionList }

func showExemption(e view.Exemption) ExemptionView {
	return ExemptionView{ID: e.ID, Area: e.Area, From: e.Away.From.String(), To: e.Away.To.String(), Half: e.Away.Half, Reason: e.Reason,
		DeclaredBy: e.DeclaredBy, DeclaredAt: e.DeclaredAt, WithdrawnBy: e.WithdrawnBy, WithdrawnAt: e.WithdrawnAt}
}

// declare exempts an area of the caller's county from walking (−25 °C, blizzard or
// heavy-rain warning).
func (s *server) declare(ctx context.Context, in *formInput) (*exemptionOutput, error) {
	clean, err := s.readForm(in, exemptionFields)
	if err != nil {
		return nil, err
	}
	who := callerOf(ctx)
	areas := s.patrols().Reached(who.actor, exempters)
	if len(areas) == 0 {
		return nil, domain.Forbid("not_your_office", "§4.10 patrol.exempt", "您的岗位不能登记极端天气免巡", "your office may not declare severe weather")
	}
	area := clean.Text("area")
	if u, _ := s.tree().Unit(area); !u.Kind.Area() || !s.patrols().Over(areas, area) {
		return nil, domain.Invalid(domain.Fault("area", "unknown_unit", "适用区域:不在您的辖区内", "area: not one of yours"))
	}
	e, err := s.Field.Declare(ctx, view.Exemption{Area: area, Away: awayOf(clean, patrol.SevereWeather), Reason: clean.Text("reason"), Client: clean.Text("client"),
		DeclaredBy: who.user.Username, DeclaredAt: s.Now()})
	if err != nil {
		return nil, err
	}
	out := &exemptionOutput{showExemption(e)}
	out.Body.ServerTime = s.Now()
	return out, nil
}

// withdraw takes an exemption back that was a mistake.
func (s *server) withdraw(ctx context.Context, in *idInput) (*exemptionOutput, error) {
	who := callerOf(ctx)
	e, err := s.Field.ExemptionNamed(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if !s.patrols().Over(s.patrols().Reached(who.actor, exempters), e.Area) {
		return nil, domain.NotFound()
	}
	if e, err = s.Field.Withdraw(ctx, in.ID, who.user.Username, s.Now()); err != nil {
		return nil, err
	}
	return &exemptionOutput{showExemption(e)}, nil
}

// listExemptions shows what was declared for the caller's areas.
func (s *server) listExemptions(ctx context.Context, _ *struct{}) (*exemptionListOutput, error) {
	all, err := s.Field.Exemptions(ctx, s.patrols().Reached(callerOf(ctx).actor, exempters))
	if err != nil {
		return nil, err
	}
	out := &exemptionListOutput{ExemptionList{Items: []ExemptionView{}}}
	for _, e := range all {
		out.Body.Items = append(out.Body.Items, showExemption(e))
	}
	return out, nil
}
