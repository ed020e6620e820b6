package patrol

import (
	"slices"

	"huajie/domain"
)

// Part is one part of the monthly score (§7.5).
type Part string

// The parts of the score.
const (
	ScoreOnline       Part = "online"
	ScoreTime         Part = "time"
	ScoreDistance     Part = "distance"
	ScoreEvents       Part = "events"
	ScoreQuality      Part = "quality"
	ScoreVerification Part = "verification"
	ScoreInfo         Part = "info"
	ScoreRating       Part = "rating"
)

// Scored is a part with how it was made.
type Scored struct {
	Part   Part
	Rate            // achieved of asked; of nothing asked there is no share
	Weight float64  // of 100
	Points *float64 // nil: the part does not count this month
	Zeroed []FlagKind
}

var partNames = map[Part]domain.Text{
	ScoreOnline:       {ZH: "在线时长(分钟,逐日封顶)", EN: "minutes online, each day up to the cap"},
	ScoreTime:         {ZH: "巡查时长(分钟,逐日至应巡为止)", EN: "minutes on patrol, each day up to what is asked"},
	ScoreDistance:     {ZH: "巡查路程(公里,逐日至应巡为止)", EN: "kilometres on patrol, each day up to what is asked"},
	ScoreEvents:       {ZH: "有效事件(件,逐周至应报为止)", EN: "events, each week up to what is asked"},
	ScoreQuality:      {ZH: "事件质量(采纳件÷已审核件)", EN: "reports accepted of those reviewed"},
	ScoreVerification: {ZH: "核查及时(按期核查÷应核查)", EN: "verifications in time of those due"},
	ScoreInfo:         {ZH: "信息更新(已更新÷应更新)", EN: "data updated of those due"},
	ScoreRating:       {ZH: "群众评价(得分÷满分)", EN: "ratings by citizens of the best possible"},
}

// Label names a part.
func (p Part) Label() domain.Text { return partNames[p] }

// bestRating is the best a citizen can give (E15: 1 to 5).
const bestRating = 5

// score weighs the parts. A part without a denominator says nothing about the
// member, and is left out of both sides (§6 item 88); a flag leaves its
// denominator and takes the points, unless somebody has looked and cleared it.
func (m *Month) score(f Facts, reports []EventFact, t Terms, r Rules) {
	w := r.Weights
	for _, s := range []Scored{
		{Part: ScoreOnline, Weight: w.Online, Rate: m.overDays(func(d Day) Rate { return Rate{d.OnlineMinutes(), d.NeedOnline} })},
		{Part: ScoreTime, Weight: w.Time, Rate: m.overDays(func(d Day) Rate { return Rate{d.Track.Minutes(), d.NeedMinutes} })},
		{Part: ScoreDistance, Weight: w.Distance, Rate: m.overDays(func(d Day) Rate { return Rate{d.Track.Km(), d.NeedKm} })},
		{Part: ScoreEvents, Weight: w.Events, Rate: m.overWeeks()},
		{Part: ScoreQuality, Weight: w.Quality, Rate: quality(reports)},
		{Part: ScoreVerification, Weight: w.Verification, Rate: m.verified(f.Events, t)},
		{Part: ScoreInfo, Weight: w.Info, Rate: m.updated(f.Updates, t)},
		{Part: ScoreRating, Weight: w.Rating, Rate: rated(reports)},
	} {
		m.Parts = append(m.Parts, m.weigh(s))
	}
	var sum Rate
	for _, s := range m.Parts {
		if s.Points != nil {
			sum.Done += *s.Points
			sum.Of += s.Weight
		}
	}
	m.Score = sum.Percent()
}

func (m *Month) weigh(s Scored) Scored {
	for _, f := range m.Flags {
		if !f.Cleared() && slices.Contains(f.Kind.Zeroes(), s.Part) && !slices.Contains(s.Zeroed, f.Kind) {
			s.Zeroed = append(s.Zeroed, f.Kind)
		}
	}
	if s.Of == 0 || s.Weight == 0 {
		return s
	}
	points := 0.0
	if len(s.Zeroed) == 0 {
		points = round2(s.Weight * s.Done / s.Of)
	}
	s.Points = &points
	return s
}

// overDays adds up what was reached of what was asked; more than was asked on one
// day does not make up for less on another.
func (m *Month) overDays(of func(Day) Rate) (sum Rate) {
	for _, d := range m.Days {
		if d.Counted() {
			r := of(d)
			sum.Done += min(r.Done, r.Of)
			sum.Of += r.Of
		}
	}
	return Rate{round2(sum.Done), round2(sum.Of)}
}

func (m *Month) overWeeks() (sum Rate) {
	for _, w := range m.Weeks {
		if w.Counted() {
			sum.Done += min(w.Events, w.Need)
			sum.Of += w.Need
		}
	}
	return Rate{round2(sum.Done), sum.Of}
}

// quality is the effective rate of the reports (K28).
func quality(reports []EventFact) (r Rate) {
	for _, e := range reports {
		if e.Decided {
			r.Of++
			if e.Accepted && !e.Duplicate {
				r.Done++
			}
		}
	}
	return r
}

// verified counts the verifications due in the time (K27); one belongs to the
// month it is due in (§6 item 89).
func (m *Month) verified(events []EventFact, t Terms) (r Rate) {
	span := spanOf(m.From, m.To)
	for _, e := range events {
		if e.Verification == nil || !span.Holds(e.Verification.Due) {
			continue
		}
		inTime, open := e.Verification.Done(t.Now)
		if open {
			continue
		}
		r.Of++
		if inTime {
			r.Done++
		}
	}
	return r
}

func rated(reports []EventFact) (r Rate) {
	for _, e := range reports {
		if e.Rating > 0 {
			r.Done += float64(e.Rating)
			r.Of += bestRating
		}
	}
	return r
}
