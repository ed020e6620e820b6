package api_test

import (
	"context"

	"huajie/api"
	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/gridevent"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/view"
	"huajie/workflows"
)

// engine decides at once what the workflows would have committed.
type engine struct{ h *house }

func (e engine) ActOnCase(_ context.Context, no string, _ int, cmd machine.Command) (workflows.ActResult, error) {
	e.h.mu.Lock()
	defer e.h.mu.Unlock()
	if c, ok := e.h.reported[no]; ok {
		return decide(e.h, gridevent.Machine, e.h.reported, no, c.Area, cmd)
	}
	c := e.h.cases[no]
	return decide(e.h, grievance.Machine, e.h.cases, no, c.Area, cmd)
}

func (e engine) ActOnSession(_ context.Context, no string, _ int, cmd machine.Command) (workflows.ActResult, error) {
	e.h.mu.Lock()
	defer e.h.mu.Unlock()
	return decide(e.h, joint.Machine, e.h.sessions, no, e.h.sessions[no].County, cmd)
}

func decide[S machine.Subject](h *house, m *machine.Machine[S], subjects map[string]S, no, area string, cmd machine.Command) (workflows.ActResult, error) {
	h.updates++
	if h.engine != nil {
		return workflows.ActResult{}, h.engine
	}
	if !h.running[no] {
		return workflows.ActResult{}, api.ErrNotRunning
	}
	subject := subjects[no]
	if done, ok := h.done[cmd.Key]; ok {
		if done.Fingerprint != cmd.Fingerprint {
			return workflows.ActResult{}, &domain.Error{Code: domain.CodeKeyReused, Reason: "key_reused"}
		}
		return workflows.ActResult{No: no, Seq: subject.GetHead().Seq, State: subject.GetHead().State}, nil
	}
	world := machine.World{People: h.directory(), Photos: h.photos}
	if h.knows != nil {
		h.knows(no, &world)
	}
	events, next, err := m.Decide(subject, cmd, h.holder.Rules(area, "", h.now), world, h.now)
	if err != nil {
		return workflows.ActResult{}, err
	}
	head := next.GetHead()
	subjects[no], h.events[no] = next, append(h.events[no], events...)
	h.done[cmd.Key] = view.Committed{No: no, Seq: head.Seq, Fingerprint: cmd.Fingerprint, At: h.now}
	return workflows.ActResult{No: no, Seq: head.Seq, State: head.State}, nil
}

// directory is who there is, by name.
func (h *house) directory() map[string]org.User {
	if h.officers == nil {
		h.officers = map[string]org.User{}
		for _, u := range h.book.Users.Users() {
			h.officers[u.Username] = u
		}
	}
	return h.officers
}

func (e engine) StartCase(_ context.Context, in workflows.AnyCaseInput) error {
	e.h.mu.Lock()
	defer e.h.mu.Unlock()
	if e.h.engine == nil {
		e.h.running[in.No], e.h.started[in.No] = true, true
	}
	return e.h.engine
}

func (e engine) StartSession(_ context.Context, in workflows.SessionInput) error {
	e.h.mu.Lock()
	defer e.h.mu.Unlock()
	e.h.running[in.No] = true
	return e.h.engine
}

func (e engine) QueryCase(_ context.Context, no string) (casefile.Case, error) {
	e.h.mu.Lock()
	defer e.h.mu.Unlock()
	if e.h.engine != nil {
		return nil, e.h.engine
	}
	if !e.h.running[no] {
		return nil, api.ErrNotRunning
	}
	c, _ := e.h.find(no)
	return c, nil
}

func (e engine) QuerySession(_ context.Context, no string) (*joint.Session, error) {
	e.h.mu.Lock()
	defer e.h.mu.Unlock()
	return e.h.sessions[no], e.h.engine
}

func (e engine) Ping(context.Context) error { return e.h.engine }
