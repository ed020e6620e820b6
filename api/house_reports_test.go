package api_test

import (
	"context"
	"time"

	"huajie/activities"
	"huajie/domain/calendar"
	"huajie/domain/view"
)

// What the house counts.

func (h *house) OverdueSummary(context.Context, view.Scope, time.Time) ([]view.Cell, error) {
	return []view.Cell{
		{County: "220402", Unit: "220402-D08", Level: "L1", Light: view.Red, Band: "<1d", Count: 2},
		{County: "220402", Unit: "220402-D08", Level: "L2", Light: view.Red, Band: "1-3d", Count: 3},
		{County: "220403", Unit: "220403-D08", Level: "L2", Light: view.Red, Band: ">7d", Count: 4},
	}, h.fault()
}

func (h *house) TrialStats(context.Context, view.Scope, time.Time, time.Time, string) (view.Trial, error) {
	return view.Trial{Persons: 252, Registered: 99, Resolved: 60}, h.fault()
}

func (h *house) Escalations(_ context.Context, scope view.Scope, from, to time.Time, drill bool) (view.Escalations, error) {
	if drill {
		return view.Escalations{}, h.fault()
	}
	return view.Escalations{
		Kinds: []view.Lateness{{Machine: activities.KindGrievance, Kind: "policy.red", Fired: 9, Marked: 1, P50: 120 * time.Millisecond, P99: 2 * time.Second, Max: time.Hour}},
		Total: view.Lateness{Fired: 9, Marked: 1, P50: 120 * time.Millisecond, P99: 2 * time.Second, Max: time.Hour}, Unfired: 2,
	}, h.fault()
}

func (h *house) Outages(_ context.Context, _ view.Scope, _ time.Time) ([]view.Outage, error) {
	at := time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC)
	return []view.Outage{{ID: 3, From: at, To: at.Add(90 * time.Minute), Causes: []string{view.CauseEngine}, DetectedAt: at.Add(90 * time.Minute), By: "worker/h/1",
		Progress: view.Progress{Total: 9, Told: 4}}}, h.fault()
}

func (h *house) Board(_ context.Context, _ view.Scope, now time.Time) (view.Board, error) {
	today := calendar.DateOf(now)
	return view.Board{
		Registered: []view.Tally{
			{Day: today, Kind: "grievance", Category: "0402", Level: "L1", Count: 3}, {Day: today, Kind: "grid_event", Category: "E0101", Count: 2},
			{Day: today.AddDays(-1), Kind: "grievance", Category: "0402", Level: "L3", Count: 1}, {Day: today.AddDays(-1), Kind: "grievance", Level: "L0", Count: 4},
		},
		Closed: map[calendar.Date]int{today: 2, today.AddDays(-1): 5},
		Rungs:  []view.Rung{{Open: 1}, {Level: "L1", Open: 7, Late: 2}},
	}, h.fault()
}
