package api

import (
	"context"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/casekind"
	"huajie/domain/figure"
	"huajie/domain/org"
)

// Figures counts for everybody.
type Figures interface {
	// Figures counts the matters registered in a county from one moment up to another, by
	// kind of case.
	Figures(ctx context.Context, county string, from, to time.Time) (map[string]int, error)
}

// PublicFigures are the counts of matters registered in a county that everybody may see.
type PublicFigures struct {
	County string      `json:"county"`
	ZH     string      `json:"zh"`
	EN     string      `json:"en"`
	Month  PublicMonth `json:"month"`
	Today  PublicDay   `json:"today"`
	AsOf   time.Time   `json:"as_of"`
}

// PublicMonth is this month, with its parts.
type PublicMonth struct {
	From   string       `json:"from" format:"date"`
	Total  figure.Shown `json:"total"`
	ByKind []PublicLine `json:"by_kind"`
}

// PublicDay is the day that is not over, as a whole.
type PublicDay struct {
	Date  string       `json:"date" format:"date"`
	Total figure.Shown `json:"total"`
}

// PublicLine is one part of a total.
type PublicLine struct {
	Key string `json:"key"`
	ZH  string `json:"zh"`
	EN  string `json:"en"`
	figure.Shown
}

type figuresInput struct {
	County string `query:"county" required:"true" maxLength:"6" doc:"code of a county"`
}

type figuresOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         PublicFigures
}

// figuresLife is how old public figures may be.
const figuresLife = time.Minute

// figuresKept keeps public figures for a while, so that nobody outside can have them
// counted again and again; who asks while they are counted waits for the same count.
type figuresKept struct {
	counting singleflight.Group
	mu       sync.Mutex
	kept     map[string]PublicFigures // by county: there are few
}

func (k *figuresKept) fresh(county string, now time.Time) (PublicFigures, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f, ok := k.kept[county]
	return f, ok && now.Sub(f.AsOf) < figuresLife && !now.Before(f.AsOf)
}

func (k *figuresKept) keep(f PublicFigures) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept[f.County] = f
}

// publicFigures shows counts that nobody can be found in (§2.2 stats.view, §6 item 90). There
// are none of the whole city: less those of its counties, they would tell of the last one.
func (s *server) publicFigures(ctx context.Context, in *figuresInput) (*figuresOutput, error) {
	unit, ok := s.tree().Unit(in.County)
	if !ok || unit.Drill || unit.Kind != org.KindCounty {
		return nil, domain.NotFound()
	}
	if f, ok := s.figures.fresh(unit.ID, s.Now()); ok {
		return shownFigures(f, s.Now()), nil
	}
	f, err, _ := s.figures.counting.Do(unit.ID, func() (any, error) {
		if f, ok := s.figures.fresh(unit.ID, s.Now()); ok {
			return f, nil // counted between the look above and this turn
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestTimeout) // others wait for it, too
		defer cancel()
		f, err := s.countFigures(ctx, unit, s.Now())
		if err == nil {
			s.figures.keep(f)
		}
		return f, err
	})
	if err != nil {
		return nil, err
	}
	return shownFigures(f.(PublicFigures), s.Now()), nil
}

// shownFigures lets others keep figures for as long as this house does, and no longer.
func shownFigures(f PublicFigures, now time.Time) *figuresOutput {
	left := max(0, int((figuresLife - now.Sub(f.AsOf)).Seconds()))
	return &figuresOutput{"public, max-age=" + strconv.Itoa(left), f}
}

// countFigures counts the month with its parts, and of today the whole alone: of parts that
// began at nothing this morning too much would be known.
func (s *server) countFigures(ctx context.Context, unit org.Unit, now time.Time) (PublicFigures, error) {
	today := calendar.DateOf(now)
	first, end := calendar.Date{Year: today.Year, Month: today.Month, Day: 1}, today.AddDays(1).Start()
	out := PublicFigures{County: unit.ID, ZH: unit.ZH, EN: unit.EN, AsOf: now.In(zone),
		Month: PublicMonth{From: first.String()}, Today: PublicDay{Date: today.String()}}
	month, err := s.Figures.Figures(ctx, unit.ID, first.Start(), end)
	if err != nil {
		return out, err
	}
	day, err := s.Figures.Figures(ctx, unit.ID, today.Start(), end)
	if err != nil {
		return out, err
	}
	for _, k := range casekind.All() {
		out.Month.ByKind = append(out.Month.ByKind, PublicLine{k.Name, k.Label.ZH, k.Label.EN, figure.Month(month[k.Name])})
	}
	out.Month.Total, out.Today.Total = figure.Month(sumOf(month)), figure.Day(sumOf(day))
	return out, nil
}

func sumOf(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}
