package api

import (
	"cmp"
	"context"
	"slices"
	"time"

	"huajie/domain/calendar"
	"huajie/domain/casefile"
	"huajie/domain/codes"
	"huajie/domain/view"
)

// mostCategories is how many categories a board names.
const mostCategories = 8

// BoardView is what a wall board shows: counts in the caller's scope, and neither a case nor
// anybody's name.
type BoardView struct {
	AsOf       time.Time       `json:"as_of"`
	Today      BoardSpan       `json:"today"`
	Month      BoardSpan       `json:"month" doc:"since the first of the month"`
	Open       int             `json:"open"`
	Late       int             `json:"late"`
	Levels     []BoardLevel    `json:"levels" doc:"in handling now, by level"`
	Ladder     []BoardLevel    `json:"ladder" doc:"grievances of the last 31 days by the level they have reached: open is how many came at least so far"`
	Categories []BoardCategory `json:"categories" doc:"most frequent of the last 31 days"`
	Trend      []BoardDay      `json:"trend" doc:"the last 31 days"`
}

// BoardSpan is what came in and was closed in a time.
type BoardSpan struct {
	Grievances int `json:"grievances"`
	Events     int `json:"events"`
	Closed     int `json:"closed"`
}

// BoardLevel is a level of the chain; of the ladder late is 0.
type BoardLevel struct {
	Level string `json:"level"`
	ZH    string `json:"zh"`
	EN    string `json:"en"`
	Open  int    `json:"open"`
	Late  int    `json:"late"`
}

// BoardCategory is how often something happened.
type BoardCategory struct {
	Kind  string `json:"kind"`
	Code  string `json:"code"`
	ZH    string `json:"zh"`
	EN    string `json:"en"`
	Count int    `json:"count"`
}

// BoardDay is one day of the trend.
type BoardDay struct {
	Date       string `json:"date" format:"date"`
	Registered int    `json:"registered"`
	Closed     int    `json:"closed"`
}

type boardOutput struct{ Body BoardView }

// board counts what a wall shows.
func (s *server) board(ctx context.Context, _ *struct{}) (*boardOutput, error) {
	now := s.Now()
	b, err := s.Reader.Board(ctx, s.counts(callerOf(ctx)), now)
	if err != nil {
		return nil, err
	}
	tables, today := s.rulesHere().Codes, calendar.DateOf(now)
	v := BoardView{AsOf: now.In(zone), Today: span(b, today), Month: span(b, today.AddDays(1-today.Day)), Levels: []BoardLevel{}}
	for _, r := range b.Rungs {
		v.Open, v.Late = v.Open+r.Open, v.Late+r.Late
		v.Levels = append(v.Levels, boardLevel(tables, r.Level, r.Open, r.Late))
	}
	for _, l := range []codes.Level{codes.LevelLocal, codes.LevelUnit, codes.LevelJoint, codes.LevelLeader} {
		v.Ladder = append(v.Ladder, boardLevel(tables, l, reached(b, l), 0))
	}
	v.Categories = categoriesOf(tables, b)
	for d := range view.BoardDays {
		day := today.AddDays(d + 1 - view.BoardDays)
		v.Trend = append(v.Trend, BoardDay{day.String(), registered(b, func(t view.Tally) bool { return t.Day == day }), b.Closed[day]})
	}
	return &boardOutput{v}, nil
}

func boardLevel(tables *codes.Tables, l codes.Level, open, late int) BoardLevel {
	x := BoardLevel{Level: string(l), Open: open, Late: late, ZH: "待分流", EN: "not yet routed"}
	if l != "" {
		x.ZH, x.EN = tables.Label(codes.TableLevel, string(l))
	}
	return x
}

// registered counts what came in.
func registered(b view.Board, which func(view.Tally) bool) (n int) {
	for _, t := range b.Registered {
		if which(t) {
			n += t.Count
		}
	}
	return n
}

func span(b view.Board, from calendar.Date) (s BoardSpan) {
	since := func(kind string) int {
		return registered(b, func(t view.Tally) bool { return t.Kind == kind && t.Day.Compare(from) >= 0 })
	}
	s.Grievances, s.Events = since(casefile.KindGrievance), since(casefile.KindGridEvent)
	for day, n := range b.Closed {
		if day.Compare(from) >= 0 {
			s.Closed += n
		}
	}
	return s
}

// reached counts the grievances that came at least as far as a level.
func reached(b view.Board, level codes.Level) int {
	return registered(b, func(t view.Tally) bool { return t.Kind == casefile.KindGrievance && t.Level >= level })
}

// categoriesOf names the most frequent categories, most first.
func categoriesOf(tables *codes.Tables, b view.Board) []BoardCategory {
	out := []BoardCategory{}
	for _, t := range b.Registered {
		i := slices.IndexFunc(out, func(c BoardCategory) bool { return c.Kind == t.Kind && c.Code == t.Category })
		switch {
		case t.Category == "":
		case i >= 0:
			out[i].Count += t.Count
		default:
			table := codes.TableDisputeCategory
			if t.Kind == casefile.KindGridEvent {
				table = codes.TableEventCategory
			}
			zh, en := tables.Label(table, t.Category)
			out = append(out, BoardCategory{t.Kind, t.Category, zh, en, t.Count})
		}
	}
	slices.SortFunc(out, func(a, b BoardCategory) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Code, b.Code)) })
	return out[:min(len(out), mostCategories)]
}
