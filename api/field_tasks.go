package api

import (
	"context"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/catalogue"
	"huajie/domain/codes"
	"huajie/domain/geo"
	"huajie/domain/gridevent"
	"huajie/domain/machine"
	"huajie/domain/view"
)

// viewOfCase is how a case is shown.
type viewOfCase = view.CaseView

// FieldTask is one thing to do at a place.
type FieldTask struct {
	No            string            `json:"no"`
	Task          string            `json:"task" enum:"verify,supplement,photos,dispose" doc:"what is to be done"`
	Category      string            `json:"category"`
	CategoryLabel domain.Text       `json:"category_label"`
	Summary       string            `json:"summary"`
	State         machine.State     `json:"state"`
	Urgency       codes.Urgency     `json:"urgency"`
	Location      geo.Point         `json:"location"`
	Spot          string            `json:"spot,omitempty"`
	Metres        *int              `json:"metres,omitempty" doc:"from where the caller is, when that was told"`
	Stage         catalogue.StageID `json:"stage,omitempty" doc:"the stage that is next, of what is to be put right"`
	DueAt         time.Time         `json:"due_at,omitzero"`
	Minutes       *int              `json:"remaining_minutes,omitempty" doc:"by the clock on the wall; negative: so late"`
	Light         view.Light        `json:"light"`
}

// FieldTasks are the tasks of the caller.
type FieldTasks struct {
	ServerTime time.Time   `json:"server_time"`
	Items      []FieldTask `json:"items" doc:"the earliest due first"`
}

type tasksInput struct {
	Lat float64 `query:"lat" minimum:"-90" maximum:"90" doc:"where the caller is"`
	Lon float64 `query:"lon" minimum:"-180" maximum:"180"`
}

type tasksOutput struct{ Body FieldTasks }

// mostTasks bounds the list of a phone.
const mostTasks = 200

// fieldTasks lists what waits for the caller at some place: events to verify, to
// supplement, to photograph, to put right.
func (s *server) fieldTasks(ctx context.Context, in *tasksInput) (*tasksOutput, error) {
	who := callerOf(ctx)
	now, yes := s.Now(), true
	var nos []string
	for _, f := range []view.Filter{{AssignedTo: who.user.Username}, {FirstResponder: who.user.Username}} {
		f.Kinds, f.Open, f.Now = []string{casefile.KindGridEvent}, &yes, now
		page, err := s.Reader.List(ctx, who.scope, f, view.ByDue, "", mostTasks, false)
		if err != nil {
			return nil, err
		}
		for _, row := range page.Items {
			if !slices.Contains(nos, row.No) {
				nos = append(nos, row.No)
			}
		}
	}
	here := geo.Point{Lat: in.Lat, Lon: in.Lon}
	out := FieldTasks{ServerTime: now.In(zone), Items: []FieldTask{}}
	for _, no := range nos {
		c, err := s.Reader.Case(ctx, who.scope, no)
		if err != nil {
			return nil, err
		}
		if e, ok := c.(*gridevent.Event); ok {
			if t, mine := taskOf(e, who.user.Username, here, now); mine {
				t.CategoryLabel.ZH, t.CategoryLabel.EN = who.rules.Codes.Label(codes.TableEventCategory, e.Category)
				out.Items = append(out.Items, t)
			}
		}
	}
	slices.SortStableFunc(out.Items, func(a, b FieldTask) int { return a.DueAt.Compare(b.DueAt) })
	return &tasksOutput{out}, nil
}

// taskOf is what an event asks of somebody, if anything.
func taskOf(e *gridevent.Event, user string, here geo.Point, now time.Time) (t FieldTask, mine bool) {
	t = FieldTask{No: e.No, Category: e.Category, Summary: e.Summary, State: e.State, Urgency: e.Urgency, Location: e.Place, Spot: e.Spot}
	due := e.Card().Due
	switch {
	case e.State == gridevent.Feedback && e.Verifier == user:
		t.Task = "verify"
	case e.State == gridevent.NeedSupplement && e.Reporter == user:
		t.Task = "supplement"
	case e.Reporter == user && !e.Deadlines["photos"].At.IsZero():
		t.Task, due = "photos", e.PhotosDue
	case slices.Contains(e.Handlers, user) && (e.State == gridevent.Disposing || e.State == gridevent.Rework):
		t.Task = "dispose"
		for _, s := range e.Stages {
			if s.DoneAt.IsZero() {
				t.Stage = s.ID
				break
			}
		}
	default:
		return t, false
	}
	t.Light = view.LightOf(due, e.YellowAt, now)
	if !due.IsZero() {
		minutes := int(due.Sub(now).Minutes())
		t.DueAt, t.Minutes = due.In(zone), &minutes
	}
	if here.Valid() {
		metres := int(geo.Metres(here, e.Place))
		t.Metres = &metres
	}
	return t, true
}

// Candidates are events that a report may be the double of.
type Candidates struct {
	Items []view.Candidate `json:"items" doc:"the nearest first"`
}

type candidatesInput struct {
	Category string  `query:"category" required:"true" maxLength:"10"`
	Lat      float64 `query:"lat" required:"true" minimum:"-90" maximum:"90"`
	Lon      float64 `query:"lon" required:"true" minimum:"-180" maximum:"180"`
}

type candidatesOutput struct{ Body Candidates }

// eventCandidates suggests at entry what a report may be the double of (E5): the same
// kind, near by, not long ago, not closed.
func (s *server) eventCandidates(ctx context.Context, in *candidatesInput) (*candidatesOutput, error) {
	who := callerOf(ctx)
	at := geo.Point{Lat: in.Lat, Lon: in.Lon}
	if !at.Valid() {
		return nil, domain.Invalid(domain.Fault("lat", "range", "经纬度无效", "is no place on the earth"))
	}
	return s.candidates(ctx, who, in.Category, at, s.Now(), "")
}

// caseCandidates suggests at review what an event may be the double of, and what may be
// the double of it.
func (s *server) caseCandidates(ctx context.Context, in *ByNo) (*candidatesOutput, error) {
	who := callerOf(ctx)
	c, err := s.cases.find(ctx, who.scope, in.No)
	if err != nil {
		return nil, err
	}
	e, ok := c.(*gridevent.Event)
	if !ok {
		return &candidatesOutput{Candidates{[]view.Candidate{}}}, nil
	}
	return s.candidates(ctx, who, e.Category, e.Place, e.ReportedAt, e.No)
}

func (s *server) candidates(ctx context.Context, who caller, category string, at geo.Point, when time.Time, but string) (*candidatesOutput, error) {
	rules, _ := s.photoRules(who)
	within := rules.Policy.Limit("event.duplicate.within")
	list, err := s.Reader.Candidates(ctx, who.scope, view.Near{Category: category, Place: at, Metres: rules.Policy.Int("event.duplicate.radius"),
		From: rules.Calendar.Before(when, within), To: rules.Calendar.Due(when, within).At})
	if err != nil {
		return nil, err
	}
	out := append([]view.Candidate{}, slices.DeleteFunc(list, func(c view.Candidate) bool { return c.No == but })...)
	slices.SortFunc(out, func(a, b view.Candidate) int {
		if a.Metres != b.Metres {
			return a.Metres - b.Metres
		}
		return a.CreatedAt.Compare(b.CreatedAt)
	})
	return &candidatesOutput{Candidates{out}}, nil
}
