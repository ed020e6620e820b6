package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"huajie/domain"
	"huajie/domain/view"
)

// Overdue answers what is late, for whom and how much.
type Overdue struct {
	Total     int           `json:"total" doc:"overdue cases: what the list of overdue cases has as its total"`
	AboutToBe int           `json:"about_to_be" doc:"cases with a yellow light"`
	ByCounty  []OverdueLine `json:"by_county"`
	ByUnit    []OverdueLine `json:"by_unit"`
	ByLevel   []OverdueLine `json:"by_level"`
	ByLight   []OverdueLine `json:"by_light"`
	ByBand    []OverdueLine `json:"by_lateness"`
	Cells     []view.Cell   `json:"cells" doc:"the counts that the totals are made of"`
	AsOf      time.Time     `json:"as_of"`
}

// OverdueLine is one total.
type OverdueLine struct {
	Key     string `json:"key"`
	ZH      string `json:"zh"`
	EN      string `json:"en"`
	Overdue int    `json:"overdue"`
	// AboutToBe counts the yellow lights: not late yet.
	AboutToBe int `json:"about_to_be"`
}

type overdueOutput struct{ Body Overdue }

// counts is the scope of what is only counted for a caller.
func (s *server) counts(who caller) view.Scope { return view.CountsOf(who.actor, s.tree()) }

// overdueSummary counts from due times, now, within the caller's scope.
func (s *server) overdueSummary(ctx context.Context, _ *struct{}) (*overdueOutput, error) {
	now := s.Now()
	cells, err := s.Reader.OverdueSummary(ctx, s.counts(callerOf(ctx)), now)
	if err != nil {
		return nil, err
	}
	if cells == nil {
		cells = []view.Cell{}
	}
	tree, tables := s.tree(), s.rulesHere().Codes
	unit := func(id string) (zh, en string) {
		u, ok := tree.Unit(id)
		if !ok {
			return id, id
		}
		return u.ZH, u.EN
	}
	level := func(l string) (zh, en string) { return tables.Label("level", l) }
	o := Overdue{Cells: cells, AsOf: now.In(zone)}
	for _, c := range cells {
		if c.Light == view.Red {
			o.Total += c.Count
		} else {
			o.AboutToBe += c.Count
		}
	}
	o.ByCounty = lines(cells, func(c view.Cell) string { return c.County }, unit)
	o.ByUnit = lines(cells, func(c view.Cell) string { return c.Unit }, unit)
	o.ByLevel = lines(cells, func(c view.Cell) string { return string(c.Level) }, level)
	o.ByLight = lines(cells, func(c view.Cell) string { return string(c.Light) }, nameOf(lightNames))
	late := slices.DeleteFunc(slices.Clone(cells), func(c view.Cell) bool { return c.Light != view.Red })
	o.ByBand = lines(late, func(c view.Cell) string { return c.Band }, nameOf(bandNames))
	return &overdueOutput{o}, nil
}

var lightNames = map[string]domain.Text{
	string(view.Green): {ZH: "绿灯", EN: "green"}, string(view.Yellow): {ZH: "黄灯", EN: "yellow"},
	string(view.Red): {ZH: "红灯", EN: "red"}, string(view.NoRun): {ZH: "不计时", EN: "no clock runs"},
}

var bandNames = map[string]domain.Text{
	"<1d": {ZH: "超期不足1天", EN: "less than 1 day late"}, "1-3d": {ZH: "超期1至3天", EN: "1 to 3 days late"},
	"3-7d": {ZH: "超期3至7天", EN: "3 to 7 days late"}, ">7d": {ZH: "超期7天以上", EN: "more than 7 days late"},
}

func nameOf(names map[string]domain.Text) func(string) (zh, en string) {
	return func(k string) (zh, en string) { return names[k].ZH, names[k].EN }
}

// lines adds the cells up by one of their keys, the most overdue first.
func lines(cells []view.Cell, key func(view.Cell) string, name func(string) (string, string)) []OverdueLine {
	out := []OverdueLine{}
	at := map[string]int{}
	for _, c := range cells {
		k := key(c)
		i, seen := at[k]
		if !seen {
			i = len(out)
			at[k] = i
			zh, en := name(k)
			out = append(out, OverdueLine{Key: k, ZH: zh, EN: en})
		}
		if c.Light == view.Red {
			out[i].Overdue += c.Count
		} else {
			out[i].AboutToBe += c.Count
		}
	}
	slices.SortFunc(out, func(a, b OverdueLine) int {
		if a.Overdue != b.Overdue {
			return b.Overdue - a.Overdue
		}
		if a.AboutToBe != b.AboutToBe {
			return b.AboutToBe - a.AboutToBe
		}
		return strings.Compare(a.Key, b.Key)
	})
	return out
}

type trialInput struct {
	From  time.Time `query:"from" doc:"first moment counted"`
	To    time.Time `query:"to" doc:"first moment not counted any more"`
	Batch string    `query:"batch" maxLength:"200" doc:"only matters of this import or campaign; without any parameter the trial period of 2020"`
}

// TrialReport is what the trial period is reported by.
type TrialReport struct {
	view.Trial
	Rate      *float64 `json:"resolution_rate" nullable:"true" doc:"resolved ÷ registered in percent, two decimals; null when nothing was registered"`
	EventRate *float64 `json:"event_resolution_rate" nullable:"true" doc:"of grid events; null when none was reported"`
}

type trialOutput struct{ Body TrialReport }

// trialBatch is the batch the trial period of 2020 is loaded with (R81).
const trialBatch = "trial-2020"

// trial counts persons and matters apart (R81): of the trial period, unless
// another batch or a period is asked for.
func (s *server) trial(ctx context.Context, in *trialInput) (*trialOutput, error) {
	if in.Batch == "" && in.From.IsZero() && in.To.IsZero() {
		in.Batch = trialBatch
	}
	t, err := s.Reader.TrialStats(ctx, s.counts(callerOf(ctx)), in.From, in.To, in.Batch)
	if err != nil {
		return nil, err
	}
	out := &trialOutput{TrialReport{Trial: t}}
	if rate, ok := t.Rate(); ok {
		out.Body.Rate = &rate
	}
	if rate, ok := t.EventRate(); ok {
		out.Body.EventRate = &rate
	}
	return out, nil
}
