package api_test

import (
	"context"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/machine"
	"huajie/domain/view"
	"huajie/domain/whistle"
	"huajie/workflows"
)

// The ledger and the engine of the house, for whistles.

func (h *house) Whistle(_ context.Context, scope view.Scope, no string) (*whistle.Whistle, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	w, ok := h.whistles[no]
	if !ok || !scope.SeesWhistle(w) {
		return nil, domain.NotFound()
	}
	return w, h.fault()
}

func (h *house) Whistles(_ context.Context, scope view.Scope, f view.WhistleFilter, _ string, _ int) (view.WhistlePage, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var page view.WhistlePage
	for _, w := range h.whistles {
		if scope.SeesWhistle(w) && (len(f.States) == 0 || slices.Contains(f.States, string(w.State))) {
			page.Items, page.Next = append(page.Items, view.WhistleRow{No: w.No, Kind: w.Kind, State: w.State, Units: w.Units(), DraftedAt: w.DraftedAt}), "next"
		}
	}
	return page, h.fault()
}

func (h *house) CheckInCode(_ context.Context, no string, at time.Time, period time.Duration) (string, time.Time, error) {
	return "CODE" + no[len(no)-4:], at.Add(period), h.fault()
}

func (h *house) CheckInFits(_ context.Context, no, code string, _ time.Time, _ time.Duration) (bool, error) {
	return code == "CODE"+no[len(no)-4:], h.fault()
}

func (e engine) ActOnWhistle(_ context.Context, no string, _ int, cmd machine.Command) (workflows.ActResult, error) {
	e.h.mu.Lock()
	defer e.h.mu.Unlock()
	return decide(e.h, whistle.Machine, e.h.whistles, no, e.h.whistles[no].Township, cmd)
}

func (e engine) StartWhistle(_ context.Context, in workflows.AnyCaseInput) error {
	e.h.mu.Lock()
	defer e.h.mu.Unlock()
	if e.h.engine == nil {
		e.h.running[in.No], e.h.started[in.No] = true, true
	}
	return e.h.engine
}

func (e engine) QueryWhistle(_ context.Context, no string) (*whistle.Whistle, error) {
	e.h.mu.Lock()
	defer e.h.mu.Unlock()
	return e.h.whistles[no], e.h.engine
}
