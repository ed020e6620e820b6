package api

import (
	"context"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/patrol"
)

var (
	clientField = form.Field{Name: "client", ZH: "客户端标识", EN: "identifier of the client, the same with every retry", Type: form.Line, Required: true, Max: 64}
	atField     = form.Field{Name: "at", ZH: "时间", EN: "when it was, by the phone; now when absent", Type: form.Moment}
	dutyFields  = []form.Field{{Name: "on", ZH: "上岗", EN: "on duty, or off", Type: form.Boolean, Required: true}, atField, clientField}
	spanFields  = []form.Field{atField, clientField}
)

// DutyAnswer is how duty and patrol stand.
type DutyAnswer struct {
	ServerTime time.Time `json:"server_time" doc:"for the phone to measure its clock by"`
	News       bool      `json:"news" doc:"false when it was known already"`
	OnDuty     bool      `json:"on_duty"`
	OnPatrol   bool      `json:"on_patrol"`
	Until      time.Time `json:"until,omitzero" doc:"when a duty under way ends by itself"`
}

type formInput struct{ FormBody }

type dutyOutput struct{ Body DutyAnswer }

// duty goes on or off duty. Without duty nothing is recorded (§2.3).
func (s *server) duty(ctx context.Context, in *formInput) (*dutyOutput, error) {
	return s.mark(ctx, in, patrol.Duty, dutyFields, nil)
}

func (s *server) startPatrol(ctx context.Context, in *formInput) (*dutyOutput, error) {
	yes := true
	return s.mark(ctx, in, patrol.Patrol, spanFields, &yes)
}

func (s *server) stopPatrol(ctx context.Context, in *formInput) (*dutyOutput, error) {
	no := false
	return s.mark(ctx, in, patrol.Patrol, spanFields, &no)
}

// mark notes a beginning or an end. on is nil where the form says which.
func (s *server) mark(ctx context.Context, in *formInput, kind patrol.Kind, fields []form.Field, on *bool) (*dutyOutput, error) {
	m, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	clean, faults := form.Check(fields, input, nil)
	now := s.Now()
	mark := patrol.Mark{Kind: kind, On: clean.Bool("on"), At: now, Client: clean.Text("client"), Received: now}
	if on != nil {
		mark.On = *on
	}
	if clean.Has("at") {
		mark.At = clean.Time("at", zone)
	}
	r := s.patrols().RulesOn(m, calendar.DateOf(now))
	if !r.Plausible(mark.At, now) {
		faults = append(faults, domain.Fault("at", "clock", "时间:在将来或已超过可补传时限", "when it was: in the future, or too long ago to be sent late"))
	}
	if len(faults) > 0 {
		return nil, domain.Invalid(faults...)
	}
	before, err := s.marks(ctx, m, r, now)
	if err != nil {
		return nil, err
	}
	if kind == patrol.Patrol && mark.On && !holds(patrol.DutySpans(before, r), mark.At) {
		return nil, domain.Refuse("off_duty", "§2.3", "请先上岗再开始巡查", "go on duty first")
	}
	news, err := s.Field.AddMark(ctx, m.Username, mark)
	if err != nil {
		return nil, err
	}
	after, err := s.marks(ctx, m, r, now)
	if err != nil {
		return nil, err
	}
	if err := s.forgetOffDuty(ctx, m, mark, patrol.DutySpans(after, r), now); err != nil {
		return nil, err
	}
	out := &dutyOutput{DutyAnswer{ServerTime: now, News: news, OnPatrol: holds(patrol.PatrolSpans(after, r), now)}}
	for _, d := range patrol.DutySpans(after, r) {
		if d.Holds(now) {
			out.Body.OnDuty, out.Body.Until = true, d.To
		}
	}
	return out, nil
}

// forgetOffDuty forgets what was sent for the time after an end of duty that is
// told late: it was taken in the belief that the duty went on.
func (s *server) forgetOffDuty(ctx context.Context, m member, mark patrol.Mark, duty []patrol.Span, now time.Time) error {
	if mark.Kind != patrol.Duty || mark.On || holds(duty, mark.At) {
		return nil
	}
	next := now
	for _, d := range duty {
		if d.From.After(mark.At) && d.From.Before(next) {
			next = d.From
		}
	}
	if !mark.At.Before(next) {
		return nil
	}
	return s.Field.DropPoints(ctx, m.Username, patrol.Span{From: mark.At, To: next})
}

// marks gives the marks that say whether any moment that may still be told of was
// on duty.
func (s *server) marks(ctx context.Context, m member, r patrol.Rules, now time.Time) ([]patrol.Mark, error) {
	return s.Field.Marks(ctx, m.Username, patrol.Span{From: now.Add(-r.Late - r.DutyMax), To: now.Add(r.Skew + time.Microsecond)})
}

func holds(spans []patrol.Span, at time.Time) bool {
	for _, s := range spans {
		if s.Holds(at) {
			return true
		}
	}
	return false
}
