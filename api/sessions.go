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
		s: s, machine: joint.Machine, read: s.readSession, rules: s.sessionRules, send: s.Engine.ActOnSession,
		over: joint.Final, show: showSession,
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

func showSession(x *joint.Session, _ *machine.Rules, at time.Time) SessionView {
	label := joint.Labels[x.State]
	shown := copied(x)
	shown.Barred = "" // the unit an accusation is about is shown to nobody
	v := SessionView{Session: shown, StateZH: label.ZH, StateEN: label.EN}
	if d, ok := x.NextDuty(); ok {
		v.DueAt, v.DueUnit, v.Late = d.At, d.Unit, !at.Before(d.At)
	}
	return v
}

// copied is a session of the answer's own, whose times may be put into one zone.
func copied(x *joint.Session) *joint.Session {
	own := joint.Fresh()
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
	list, err := s.Reader.Sessions(ctx, who.scope, c.No)
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		out.Body.Items = append(out.Body.Items, showSession(x, nil, s.Now()))
	}
	return out, nil
}

func (s *server) getSession(ctx context.Context, in *readCaseInput) (*shown[SessionView], error) {
	x, err := s.sessions.find(ctx, callerOf(ctx).scope, in.No)
	if err != nil {
		return nil, err
	}
	if in.Source == "workflow" {
		return asked(ctx, &s.sessions, x, s.Engine.QuerySession)
	}
	return s.sessions.unlessSeen(x, in.IfNoneMatch), nil
}

func (s *server) sessionTimeline(ctx context.Context, in *ByNo) (*timelineOutput, error) {
	x, err := s.sessions.find(ctx, callerOf(ctx).scope, in.No)
	if err != nil {
		return nil, err
	}
	out, _, err := s.timeline(ctx, x.No)
	return out, err
}

func (s *server) sessionActions(ctx context.Context, in *actionsInput) (*actionsOutput, error) {
	who := callerOf(ctx)
	x, err := s.sessions.find(ctx, who.scope, in.No)
	if err != nil {
		return nil, err
	}
	h := hints{rules: s.sessionRules(x, s.Now()), county: x.County, area: x.County, lead: x.LeadUnit,
		requests: x.Requests, labelOf: labelOf(joint.Machine), seated: x.Units()}
	return offered(ctx, &s.sessions, x, joint.Machine.Offers(x, who.actor, h.rules, s.Now()), h, english(in.Language))
}

// actOnSession takes one step on a session.
func (s *server) actOnSession(action string) func(context.Context, *stepInput) (*shown[SessionView], error) {
	return func(ctx context.Context, in *stepInput) (*shown[SessionView], error) {
		who := callerOf(ctx)
		w, wrong := in.wish(who.actor, action)
		x, err := s.sessions.find(ctx, who.scope, in.No)
		switch {
		case err != nil && wrong == nil:
			return s.sessions.replay(ctx, in.No, w, err)
		case err != nil:
			return nil, err
		case wrong != nil:
			return nil, wrong
		}
		return s.sessions.act(ctx, x, w)
	}
}
