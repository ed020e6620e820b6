package api

import (
	"context"
	"encoding/json"
	"time"

	"huajie/domain"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/view"
	"huajie/workflows"
)

// SessionView is a joint session as its units and the centre see it.
type SessionView struct {
	*joint.Session
	StateZH string    `json:"state_zh"`
	StateEN string    `json:"state_en"`
	DueAt   time.Time `json:"due_at,omitzero" doc:"earliest limit somebody must act before"`
	DueUnit string    `json:"due_unit,omitempty" doc:"who must act before it"`
	Late    bool      `json:"late" doc:"that limit has passed"`
}

// sessionDoor is the door of joint sessions.
type sessionDoor = door[*joint.Session, SessionView]

func newSessionDoor(s *server) sessionDoor {
	return sessionDoor{
		s: s, machine: joint.Machine, read: s.readSession, query: s.Engine.QuerySession,
		name:  func(string) string { return joint.Machine.Name },
		fresh: func(*joint.Session) func() *joint.Session { return joint.Fresh },
		rules: s.sessionRules, hints: s.sessionHints, send: s.Engine.ActOnSession,
		over: joint.Final, show: showSession, speak: speechOf(joint.Machine, joint.Labels),
		start: func(ctx context.Context, x *joint.Session) error {
			return s.Engine.StartSession(ctx, workflows.SessionInput{No: x.No, Case: x.Case, State: x})
		},
	}
}

// readSession reads a session for officers: it is held among them.
func (s *server) readSession(ctx context.Context, scope view.Scope, no string) (*joint.Session, error) {
	if grievance.IsCitizen(callerOf(ctx).actor) {
		return nil, domain.NotFound()
	}
	return s.Reader.Session(ctx, scope, no)
}

func (s *server) sessionRules(x *joint.Session, at time.Time) *machine.Rules {
	return s.Rules.Rules(x.County, "", at)
}

func (s *server) sessionHints(x *joint.Session, at time.Time) hints {
	return hints{rules: s.sessionRules(x, at), county: x.County, area: x.County, lead: x.LeadUnit,
		requests: x.Requests, labelOf: labelsOf(joint.Machine), seated: x.Units()}
}

func showSession(_ caller, x *joint.Session, _ *machine.Rules, at time.Time) SessionView {
	label := joint.Labels[x.State]
	shown := copied(x, joint.Fresh)
	shown.Barred = "" // the unit an accusation is about is shown to nobody
	v := SessionView{Session: shown, StateZH: label.ZH, StateEN: label.EN}
	if d, ok := x.NextDuty(); ok {
		v.DueAt, v.DueUnit, v.Late = d.At, d.Unit, !at.Before(d.At)
	}
	return v
}

// copied is a state of the answer's own, whose times may be put into one zone.
func copied[S machine.Subject](x S, fresh func() S) S {
	own := fresh()
	b, err := json.Marshal(x)
	if err == nil {
		err = json.Unmarshal(b, own)
	}
	if err != nil {
		panic(err) // a state survives its own encoding
	}
	return own
}

// SessionList are the sessions under a case, oldest first.
type SessionList struct {
	Items []SessionView `json:"items"`
}

type sessionsOutput struct{ Body SessionList }

func (s *server) caseSessions(ctx context.Context, in *ByNo) (*sessionsOutput, error) {
	who := callerOf(ctx)
	c, err := s.cases.find(ctx, who.scope, in.No)
	if err != nil {
		return nil, err
	}
	out := &sessionsOutput{SessionList{Items: []SessionView{}}}
	if grievance.IsCitizen(who.actor) { // a session is held among officers
		return out, nil
	}
	list, err := s.Reader.Sessions(ctx, who.scope, c.GetHead().No)
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		out.Body.Items = append(out.Body.Items, showSession(who, x, nil, s.Now()))
	}
	return out, nil
}

// A calendar shows at most a quarter, and so many sessions.
const (
	longestCalendar = 93 * 24 * time.Hour
	mostMeetings    = 500
)

type meetingsInput struct {
	From time.Time `query:"from" required:"true" doc:"first moment"`
	To   time.Time `query:"to" required:"true" doc:"moment after the last; at most 93 days later"`
}

// MeetingList are the sessions that meet in a span, the earliest first.
type MeetingList struct {
	Items []SessionView `json:"items"`
	More  bool          `json:"more" doc:"there are more than are shown: ask for less"`
}

type meetingsOutput struct{ Body MeetingList }

// meetings are the sessions of the caller's scope in a span of time. Citizens see none: a
// session is held among officers.
func (s *server) meetings(ctx context.Context, in *meetingsInput) (*meetingsOutput, error) {
	if !in.To.After(in.From) || in.To.Sub(in.From) > longestCalendar {
		return nil, domain.Invalid(domain.Fault("to", "span", "时间段应在93天以内", "the span is at most 93 days, and ends after it begins"))
	}
	who := callerOf(ctx)
	out := &meetingsOutput{MeetingList{Items: []SessionView{}}}
	if grievance.IsCitizen(who.actor) {
		return out, nil
	}
	list, err := s.Reader.Meetings(ctx, who.scope, in.From, in.To, mostMeetings+1)
	if err != nil {
		return nil, err
	}
	out.Body.More = len(list) > mostMeetings
	for _, x := range list[:min(len(list), mostMeetings)] {
		out.Body.Items = append(out.Body.Items, showSession(who, x, nil, s.Now()))
	}
	return out, nil
}
