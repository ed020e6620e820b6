package api

import (
	"context"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/org"
	"huajie/domain/patrol"
	"huajie/domain/view"
)

type dayInput struct {
	Date string `query:"date" maxLength:"10" format:"date" doc:"a day; today when absent"`
}

type monthInput struct {
	Month string `query:"month" maxLength:"7" doc:"such as 2026-11; the current one when absent"`
}

type dayOutput struct{ Body FieldDay }
type weekOutput struct{ Body FieldWeek }
type monthOutput struct{ Body FieldMonth }

// ownDay measures a day of the caller.
func (s *server) ownDay(ctx context.Context, in *dayInput) (*dayOutput, error) {
	m, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	d, err := s.patrols().ReadDate("date", in.Date)
	if err != nil {
		return nil, err
	}
	day, _, err := s.assessDay(ctx, m, d)
	if err != nil {
		return nil, err
	}
	out := &dayOutput{showDay(day)}
	out.Body.ServerTime = s.Now()
	return out, nil
}

func (s *server) assessDay(ctx context.Context, m member, d calendar.Date) (patrol.Day, patrol.Facts, error) {
	t := s.patrols().Terms(m)
	f, err := s.patrols().Read(ctx, m, d, d)
	if err != nil {
		return patrol.Day{}, f, err
	}
	return patrol.AssessDay(d, f, t), f, nil
}

// ownWeek measures the ISO week of a day of the caller.
func (s *server) ownWeek(ctx context.Context, in *dayInput) (*weekOutput, error) {
	m, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	d, err := s.patrols().ReadDate("date", in.Date)
	if err != nil {
		return nil, err
	}
	t := s.patrols().Terms(m)
	from, to := patrol.Reach(d, d)
	f, err := s.patrols().Read(ctx, m, from, to)
	if err != nil {
		return nil, err
	}
	out := &weekOutput{showWeek(patrol.AssessWeek(d, f, t))}
	out.Body.ServerTime = s.Now()
	return out, nil
}

// ownMonth scores a month of the caller.
func (s *server) ownMonth(ctx context.Context, in *monthInput) (*monthOutput, error) {
	m, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	from, to, err := s.readMonth(in.Month)
	if err != nil {
		return nil, err
	}
	month, err := s.patrols().Month(ctx, m, from, to)
	if err != nil {
		return nil, err
	}
	out := &monthOutput{showMonth(month)}
	out.Body.ServerTime = s.Now()
	return out, nil
}

// readMonth reads a month, the current one for none.
func (s *server) readMonth(text string) (from, to calendar.Date, err error) {
	if text == "" {
		today := calendar.DateOf(s.Now())
		from, to = patrol.MonthOf(today.Year, today.Month)
		return from, to, nil
	}
	at, err := time.ParseInLocation("2006-01", text, zone)
	if err != nil || at.Year() < 2000 || at.After(s.Now()) {
		return from, to, domain.Invalid(domain.Fault("month", "range", "应为本月或以前的月份,如2026-11", "must be a month, such as 2026-11, not one to come"))
	}
	from, to = patrol.MonthOf(at.Year(), at.Month())
	return from, to, nil
}

// trackReaders may look at the tracks of others, with a reason (§2.3).
var trackReaders = []org.Role{org.RoleTownshipOffice, org.RoleTownshipLeader, org.RoleSupervisor, org.RoleCentreDirector, org.RoleCitySupervisor}

// trackReasons are what a track may be looked at for: codes, because addresses of
// requests are logged in many places and free words may name people.
var trackReasons = []string{"integrity", "appeal", "complaint", "safety", "inspection"}

type trackInput struct {
	Member string `query:"member" maxLength:"64" doc:"a username; the caller when absent"`
	Date   string `query:"date" maxLength:"10" format:"date" doc:"a day; today when absent"`
	Reason string `query:"reason" enum:"integrity,appeal,complaint,safety,inspection" doc:"what somebody else's track is looked at for; recorded"`
}

// Track is a day of a member with every point.
type Track struct {
	Member string       `json:"member"`
	Day    FieldDay     `json:"day"`
	Points []TrackPoint `json:"points"`
}

// TrackPoint is one point.
type TrackPoint struct {
	At       time.Time     `json:"at"`
	Lat      float64       `json:"lat"`
	Lon      float64       `json:"lon"`
	Accuracy float64       `json:"accuracy,omitempty" doc:"metres"`
	Speed    *float64      `json:"speed,omitempty" doc:"metres per second, as the device measured"`
	Source   patrol.Source `json:"source" enum:"app,owntracks,traccar"`
	Offline  bool          `json:"offline,omitempty" doc:"sent later"`
	Reason   patrol.Reason `json:"reason,omitempty" doc:"why the point by itself is of no use"`
}

type trackOutput struct{ Body Track }

// track shows a day point by point. Whoever looks at somebody else's is recorded
// before anything is shown.
func (s *server) track(ctx context.Context, in *trackInput) (*trackOutput, error) {
	d, err := s.patrols().ReadDate("date", in.Date)
	if err != nil {
		return nil, err
	}
	who := callerOf(ctx)
	m, own := s.patrols().Member(who.user)
	if in.Member != "" && in.Member != who.user.Username {
		if m, err = s.inScope(ctx, in.Member, s.patrols().Reached(who.actor, trackReaders)); err != nil {
			return nil, err
		}
		if !slices.Contains(trackReasons, in.Reason) {
			return nil, domain.Invalid(domain.Fault("reason", "required", "查看他人轨迹须注明事由", "looking at somebody else's track needs a reason"))
		}
		if err := s.Field.NoteTrackRead(ctx, who.user.Username, m.Username, d, in.Reason, s.Now()); err != nil {
			return nil, err
		}
	} else if !own {
		return nil, domain.NotFound()
	}
	day, f, err := s.assessDay(ctx, m, d)
	if err != nil {
		return nil, err
	}
	out := &trackOutput{Track{Member: m.Username, Day: showDay(day), Points: []TrackPoint{}}}
	out.Body.Day.ServerTime = s.Now()
	ground, r := patrol.Ground{Duty: day.Duty, Patrols: day.Patrols}, s.patrols().RulesOn(m, d)
	for _, p := range f.Points {
		out.Body.Points = append(out.Body.Points, TrackPoint{p.At, p.Lat, p.Lon, p.Accuracy, p.Speed, p.Source, p.Offline, patrol.Judge(p, ground, r)})
	}
	return out, nil
}

// TrackReadList tells who looked at the caller's tracks.
type TrackReadList struct {
	Items []TrackReadView `json:"items"`
}

// TrackReadView is that somebody looked at a track.
type TrackReadView struct {
	Reader string    `json:"reader"`
	Date   string    `json:"date" format:"date"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

type trackReadsOutput struct{ Body TrackReadList }

// trackReads shows members who looked at their tracks, and what for.
func (s *server) trackReads(ctx context.Context, _ *struct{}) (*trackReadsOutput, error) {
	m, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	reads, err := s.Field.TrackReads(ctx, m.Username, maxReads)
	if err != nil {
		return nil, err
	}
	out := &trackReadsOutput{TrackReadList{Items: []TrackReadView{}}}
	for _, r := range reads {
		out.Body.Items = append(out.Body.Items, showRead(r))
	}
	return out, nil
}

const maxReads = 200

func showRead(r view.TrackRead) TrackReadView { return TrackReadView{r.Reader, r.Day, r.Reason, r.At} }
