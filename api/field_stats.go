package api

import (
	"context"
	"time"

	"huajie/domain/patrol"
	"huajie/internal/patrols"
)

type stats235Input struct {
	Area   string `query:"area" maxLength:"40" doc:"only this area; all the caller oversees when absent"`
	From   string `query:"from" maxLength:"10" format:"date" doc:"first day; the first of the month when absent"`
	To     string `query:"to" maxLength:"10" format:"date" doc:"last day, included; today when absent"`
	Cursor string `query:"cursor" maxLength:"300"`
	Limit  int    `query:"limit" minimum:"1" maximum:"50" default:"20"`
}

// Stats235 is one page of the 235 table (R58, R78).
type Stats235 struct {
	From  string         `json:"from" format:"date"`
	To    string         `json:"to" format:"date"`
	Items []Stats235Line `json:"items"`
	Next  string         `json:"next_cursor,omitempty"`
	AsOf  time.Time      `json:"as_of"`
}

// Stats235Line is one member.
type Stats235Line struct {
	Member        string      `json:"member"`
	ZH            string      `json:"zh"`
	EN            string      `json:"en"`
	Grids         []string    `json:"grids"`
	PartTime      bool        `json:"part_time"`
	OnlineMinutes float64     `json:"online_minutes"`
	PatrolMinutes float64     `json:"patrol_minutes"`
	PatrolKm      float64     `json:"patrol_km"`
	Events        float64     `json:"events" doc:"week_events of the weeks whose Thursday lies in the time"`
	DaysOK        RateView    `json:"days_ok"`
	WeeksOK       RateView    `json:"weeks_ok"`
	Score         *float64    `json:"score" nullable:"true"`
	Flags         []FieldFlag `json:"flags"`
}

type stats235Output struct{ Body Stats235 }

// stats235 shows the members in scope, measured now from the facts.
func (s *server) stats235(ctx context.Context, in *stats235Input) (*stats235Output, error) {
	areas, err := s.patrols().AreasAsked(callerOf(ctx).actor, in.Area, patrols.Readers)
	if err != nil {
		return nil, err
	}
	from, to, err := s.patrols().Period(in.From, in.To)
	if err != nil {
		return nil, err
	}
	users, next, err := s.Field.GridMembers(ctx, areas, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &stats235Output{Stats235{From: from.String(), To: to.String(), Items: []Stats235Line{}, Next: next, AsOf: s.Now()}}
	members, months, err := s.patrols().Months(ctx, users, from, to)
	if err != nil {
		return nil, err
	}
	for i, m := range members {
		out.Body.Items = append(out.Body.Items, lineOf(m, months[i]))
	}
	return out, nil
}

func lineOf(m member, month patrol.Month) Stats235Line {
	sums := patrols.TotalsOf(month)
	return Stats235Line{Member: m.Username, ZH: m.ZH, EN: m.EN, Grids: m.Grids, PartTime: m.PartTime,
		DaysOK: showRate(month.DaysOK), WeeksOK: showRate(month.WeeksOK), Score: month.Score, Flags: showFlags(month.Flags),
		OnlineMinutes: sums.OnlineMinutes, PatrolMinutes: sums.PatrolMinutes, PatrolKm: sums.PatrolKm, Events: sums.Events}
}
