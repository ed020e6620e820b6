package api

import (
	"context"
	"time"

	"huajie/domain"
	"huajie/domain/org"
	"huajie/domain/view"
)

type escalationsInput struct {
	From  time.Time `query:"from" doc:"first due moment counted; 30 days ago when absent"`
	To    time.Time `query:"to" doc:"first due moment not counted any more; now when absent"`
	Drill bool      `query:"drill" doc:"exercises instead of real cases"`
}

// Escalations tells how late time was: every deadline takes effect at its own
// moment, and lateness is the fault of the system alone.
type Escalations struct {
	From    time.Time      `json:"from"`
	To      time.Time      `json:"to"`
	Total   LatenessLine   `json:"total"`
	Items   []LatenessLine `json:"items" doc:"by kind of deadline"`
	Unfired int            `json:"unfired" doc:"due in the period and not taken effect yet"`
}

// LatenessLine is the lateness of one kind of deadline, in seconds.
type LatenessLine struct {
	Machine string  `json:"machine,omitempty" enum:"grievance,joint_session,whistle"`
	Kind    string  `json:"kind,omitempty" doc:"kind of deadline"`
	ZH      string  `json:"zh"`
	EN      string  `json:"en"`
	Fired   int     `json:"fired" doc:"deadlines that took effect"`
	Late    int     `json:"late_by_system" doc:"of these, more than a minute late: nobody is blamed for them"`
	P50     float64 `json:"p50_seconds"`
	P99     float64 `json:"p99_seconds"`
	Max     float64 `json:"max_seconds"`
}

type escalationsOutput struct{ Body Escalations }

// overseers may ask how the machine keeps time.
var overseers = []org.Role{org.RoleAnalyst, org.RoleSupervisor, org.RoleCitySupervisor, org.RoleCentreDirector, org.RoleCountyLeader, org.RoleAuditor, org.RoleSysAdmin}

// longestPeriod bounds one question.
const longestPeriod = 366 * 24 * time.Hour

// escalations reports the lateness of firings within the caller's scope.
func (s *server) escalations(ctx context.Context, in *escalationsInput) (*escalationsOutput, error) {
	who := callerOf(ctx)
	if !holdsAny(who.actor, overseers) {
		return nil, domain.Forbid("not_your_office", "", "您的岗位不能查看时限执行统计", "your office may not see how deadlines are kept")
	}
	if in.To.IsZero() {
		in.To = s.Now()
	}
	if in.From.IsZero() {
		in.From = in.To.AddDate(0, 0, -30)
	}
	if span := in.To.Sub(in.From); span <= 0 || span > longestPeriod {
		return nil, domain.Invalid(domain.Fault("from", "range", "起止时间应先后有序且不超过一年", "the period must not be empty nor longer than a year"))
	}
	e, err := s.Reader.Escalations(ctx, s.counts(who), in.From, in.To, in.Drill)
	if err != nil {
		return nil, err
	}
	out := Escalations{From: in.From.In(zone), To: in.To.In(zone), Total: latenessLine(e.Total), Unfired: e.Unfired, Items: []LatenessLine{}}
	out.Total.ZH, out.Total.EN = "合计", "total"
	for _, l := range e.Kinds {
		out.Items = append(out.Items, latenessLine(l))
	}
	return &escalationsOutput{out}, nil
}

func latenessLine(l view.Lateness) LatenessLine {
	label := view.DeadlineLabel(l.Machine, l.Kind)
	return LatenessLine{Machine: l.Machine, Kind: l.Kind, ZH: label.ZH, EN: label.EN, Fired: l.Fired, Late: l.Marked,
		P50: l.P50.Seconds(), P99: l.P99.Seconds(), Max: l.Max.Seconds()}
}

func holdsAny(a domain.Actor, roles []org.Role) bool {
	for _, r := range roles {
		if a.Holds(r) {
			return true
		}
	}
	return false
}
