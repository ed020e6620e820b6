package api

import (
	"context"
	"math"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/geo"
	"huajie/domain/patrol"
)

// mostPoints and mostBeats bound a batch.
const (
	mostPoints = 1000
	mostBeats  = 1000
)

// What became of a point.
const (
	pointStored  = "stored"
	pointKnown   = "known"
	pointRefused = "refused"
)

// malformedPoint is the reason of a point that cannot be read.
const malformedPoint patrol.Reason = "malformed"

// PointResult is what became of one point of a batch.
type PointResult struct {
	Index  int           `json:"i" doc:"place in the batch, from 0"`
	Result string        `json:"result" enum:"stored,known,refused"`
	Reason patrol.Reason `json:"reason,omitempty" enum:"malformed,clock,off_duty" doc:"why it was refused; it is not kept, and need not be sent again"`
}

// Received is what became of a batch.
type Received struct {
	ServerTime time.Time             `json:"server_time" doc:"for the phone to measure its clock by"`
	Stored     int                   `json:"stored"`
	Known      int                   `json:"known" doc:"already kept: sending again is safe"`
	Refused    map[patrol.Reason]int `json:"refused" doc:"how many were refused, by reason; they are counted and not kept"`
	Results    []PointResult         `json:"results,omitempty" doc:"point by point, in the order sent"`
}

type receivedOutput struct{ Body Received }

// tracks takes a batch of points of the app.
func (s *server) tracks(ctx context.Context, in *formInput) (*receivedOutput, error) {
	m, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	items, err := s.batch(in, "points", mostPoints)
	if err != nil {
		return nil, err
	}
	points, unread := make([]patrol.Point, len(items)), make([]bool, len(items))
	for i, item := range items {
		points[i], unread[i] = pointOf(item)
		unread[i] = !unread[i]
	}
	out, err := s.take(ctx, m, points, unread)
	if err != nil {
		return nil, err
	}
	return &receivedOutput{*out}, nil
}

// batch reads the one list a body has.
func (s *server) batch(in *formInput, name string, most int) ([]any, error) {
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	items, isList := input[name].([]any)
	var faults []domain.FieldError
	switch {
	case !isList:
		faults = append(faults, domain.Fault(name, "required", "应为列表", "must be a list"))
	case len(items) > most:
		faults = append(faults, domain.Fault(name, "range", "单批数量过多", "too many for one batch"))
	}
	for other := range input {
		if other != name {
			faults = append(faults, domain.Fault(shortName(other), "unknown_field", "没有这一项", "there is no such field"))
		}
	}
	if len(faults) > 0 {
		return nil, domain.Invalid(faults...)
	}
	return items, nil
}

// pointOf reads a point of the app.
func pointOf(item any) (p patrol.Point, ok bool) {
	m, isObject := item.(map[string]any)
	if !isObject {
		return p, false
	}
	in := form.Input(m)
	lat, latOK := in["lat"].(float64)
	lon, lonOK := in["lon"].(float64)
	at, err := time.Parse(time.RFC3339, in.Text("at"))
	p = patrol.Point{At: at, Point: geo.Point{Lat: lat, Lon: lon}, Source: patrol.SourceApp, Mock: in.Bool("mock"), Offline: in.Bool("offline")}
	p.Accuracy, _ = in["accuracy"].(float64)
	p.Accuracy = max(p.Accuracy, 0)
	if v, told := in["speed"].(float64); told && v >= 0 && !math.IsInf(v, 0) {
		p.Speed = &v
	}
	return p, latOK && lonOK && err == nil && p.Valid()
}

// take keeps the points that may be kept: taken on duty, at a time that can be
// believed. The others are told, counted, and not kept (§2.3).
func (s *server) take(ctx context.Context, m member, points []patrol.Point, unread []bool) (*Received, error) {
	now := s.Now()
	r := s.patrols().RulesOn(m, calendar.DateOf(now))
	marks, err := s.marks(ctx, m, r, now)
	if err != nil {
		return nil, err
	}
	duty := patrol.DutySpans(marks, r)
	out := &Received{ServerTime: now, Refused: map[patrol.Reason]int{}, Results: make([]PointResult, len(points))}
	var good []patrol.Point
	var where []int
	for i, p := range points {
		res := &out.Results[i]
		res.Index = i
		p.Received = now
		switch {
		case unread[i]:
			res.Reason = malformedPoint
		case !r.Plausible(p.At, now):
			res.Reason = patrol.Clock
		case !holds(duty, p.At):
			res.Reason = patrol.OffDuty
		default:
			good, where = append(good, p), append(where, i)
			continue
		}
		res.Result = pointRefused
		out.Refused[res.Reason]++
	}
	if len(good) > 0 {
		news, err := s.Field.AddPoints(ctx, m.Username, good)
		if err != nil {
			return nil, err
		}
		for j, fresh := range news {
			if out.Results[where[j]].Result = pointKnown; fresh {
				out.Results[where[j]].Result = pointStored
				out.Stored++
			} else {
				out.Known++
			}
		}
	}
	if len(out.Refused) > 0 {
		if err := s.Field.CountRefused(ctx, calendar.DateOf(now), out.Refused); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// heartbeats takes signs of life of the app: the moments in "at".
func (s *server) heartbeats(ctx context.Context, in *formInput) (*receivedOutput, error) {
	m, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	items, err := s.batch(in, "at", mostBeats)
	if err != nil {
		return nil, err
	}
	now := s.Now()
	r := s.patrols().RulesOn(m, calendar.DateOf(now))
	marks, err := s.marks(ctx, m, r, now)
	if err != nil {
		return nil, err
	}
	duty := patrol.DutySpans(marks, r)
	out := &receivedOutput{Received{ServerTime: now, Refused: map[patrol.Reason]int{}}}
	var good []time.Time
	for _, item := range items {
		text, _ := item.(string)
		at, err := time.Parse(time.RFC3339, text)
		switch {
		case err != nil:
			out.Body.Refused[malformedPoint]++
		case !r.Plausible(at, now):
			out.Body.Refused[patrol.Clock]++
		case !holds(duty, at):
			out.Body.Refused[patrol.OffDuty]++
		default:
			good = append(good, at)
		}
	}
	if len(good) > 0 {
		if err := s.Field.AddBeats(ctx, m.Username, good); err != nil {
			return nil, err
		}
	}
	out.Body.Stored = len(good)
	return out, nil
}
