package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/casekind"
	"huajie/domain/gridevent"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/view"
	"huajie/domain/whistle"
)

// The desk of the house: what is opened.

// open opens something as the desk does: a key is answered once, and afterwards with what it
// was answered first.
func (h *house) open(key, fingerprint string, at time.Time, decide func() (no string, events []machine.Event, err error)) (activities.Written, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.fault(); err != nil {
		return activities.Written{}, err
	}
	if done, ok := h.done[key]; ok && key != "" {
		if done.Fingerprint != fingerprint {
			return activities.Written{}, &domain.Error{Code: domain.CodeKeyReused, Reason: "key_reused"}
		}
		return activities.Written{No: done.No, QueryCode: codeOf(done.No), Events: h.events[done.No][:done.Seq], Repeated: true}, nil
	}
	no, events, err := decide()
	if err != nil {
		return activities.Written{}, err
	}
	h.events[no] = events
	if key != "" {
		h.done[key] = view.Committed{No: no, Seq: len(events), Fingerprint: fingerprint, At: at}
	}
	return activities.Written{No: no, QueryCode: codeOf(no), Events: events}, nil
}

func (h *house) Register(_ context.Context, in activities.RegisterInput) (activities.Written, error) {
	return h.open(in.Key, in.Fingerprint, in.At, func() (string, []machine.Event, error) {
		no := fmt.Sprintf("220402G20261123%05d", len(h.cases)+1)
		events, c, err := grievance.Register(grievance.Registration{No: no, Petitioner: in.Intake.PersonID, Anonymous: in.Anonymous, NameUnclear: in.NameUnclear, Input: in.Input},
			machine.Command{Key: in.Key, Action: "register", Actor: in.Actor}, h.holder.Rules(in.Input.Text("area"), "", in.At), in.At)
		if err != nil {
			return "", nil, err
		}
		h.cases[no] = c
		said, err := json.Marshal(in.Intake.Details)
		if err == nil {
			var s view.Statement
			err = json.Unmarshal(said, &s)
			h.said[no] = s
		}
		if err != nil {
			return "", nil, err
		}
		if p := in.Intake.Person; p != nil {
			h.people[no] = view.Person{Name: p["name"], Phone: p["phone"], IDNo: p["id_no"], Address: p["address"], ViaCentre: p["contact_via_centre"] != ""}
		}
		return no, events, nil
	})
}

func (h *house) ReportEvent(_ context.Context, in activities.RegisterInput) (activities.Written, error) {
	return h.open(in.Key, in.Fingerprint, in.At, func() (string, []machine.Event, error) {
		no := fmt.Sprintf("220402E20261123%05d", len(h.reported)+1)
		events, c, err := gridevent.Report(gridevent.Reporting{No: no, Petitioner: in.Intake.PersonID, Anonymous: in.Anonymous, Input: in.Input},
			machine.Command{Key: in.Key, Action: "report", Actor: in.Actor}, h.holder.Rules(gridevent.Where(in.Actor, in.Input, h.book.Grids), "", in.At), machine.World{Photos: h.photos}, in.At)
		if err != nil {
			return "", nil, err
		}
		h.reported[no] = c
		return no, events, nil
	})
}

func (h *house) DraftWhistle(_ context.Context, in activities.WhistleInput) (activities.Written, error) {
	return h.open(in.Key, in.Fingerprint, in.At, func() (string, []machine.Event, error) {
		no := fmt.Sprintf("220402W20261123%05d", len(h.whistles)+1)
		events, w, err := whistle.Draft(no, machine.Command{Key: in.Key, Actor: in.Actor, Input: in.Input}, h.holder.Rules(in.Input.Text("township"), "", in.At), in.At)
		if err != nil {
			return "", nil, err
		}
		h.whistles[no] = w
		return no, events, nil
	})
}

// Preview decides on what the house has, and keeps nothing.
func (h *house) Preview(_ context.Context, in activities.CommitInput) (casefile.Case, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.fault(); err != nil {
		return nil, err
	}
	c, _ := h.find(in.No)
	world := machine.World{People: h.directory(), Photos: h.photos}
	_, next, err := casekind.Of(c).Decide(c, in.Command, h.holder.Rules(c.Card().Area, "", in.At), world, in.At)
	return next, err
}
