package api

import (
	"context"
	"time"

	"huajie/domain"
	"huajie/domain/view"
)

type outagesInput struct {
	From time.Time `query:"from" doc:"outages that ended after this; a year ago when absent"`
}

// Outages are the spans in which the system could not be used, and how far the cases
// have been told that their policy deadlines move.
type Outages struct {
	Items []OutageLine `json:"items" doc:"the latest first"`
}

// OutageLine is one outage.
type OutageLine struct {
	Number     string        `json:"number" doc:"as the clocks of a case name it: O3"`
	From       time.Time     `json:"from"`
	To         time.Time     `json:"to"`
	Minutes    int           `json:"minutes"`
	County     string        `json:"county,omitempty" doc:"absent for the whole system"`
	Causes     []OutageCause `json:"causes"`
	DetectedAt time.Time     `json:"detected_at"`
	Reason     string        `json:"reason,omitempty" doc:"the words of who declared it"`
	VoidedAt   time.Time     `json:"voided_at,omitzero" doc:"it was none; dates that had moved stay"`
	VoidReason string        `json:"void_reason,omitempty"`
	Cases      int           `json:"cases" doc:"open cases when it was found"`
	Told       int           `json:"told"`
	DoneAt     time.Time     `json:"done_at,omitzero" doc:"every case has heard of it"`
}

// OutageCause is why a part of the system could not work.
type OutageCause struct {
	Code string `json:"code" enum:"silent,engine,ledger,stopped,waiting,declared"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

type outagesOutput struct{ Body Outages }

// outages lists the outages that reach into the caller's counties.
func (s *server) outages(ctx context.Context, in *outagesInput) (*outagesOutput, error) {
	who := callerOf(ctx)
	if !holdsAny(who.actor, overseers) {
		return nil, domain.Forbid("not_your_office", "", "您的岗位不能查看停机记录", "your office may not see the outages")
	}
	if in.From.IsZero() {
		in.From = s.Now().Add(-longestPeriod)
	}
	list, err := s.Reader.Outages(ctx, s.counts(who), in.From)
	if err != nil {
		return nil, err
	}
	out := Outages{Items: []OutageLine{}}
	for _, o := range list {
		out.Items = append(out.Items, outageLine(o))
	}
	return &outagesOutput{out}, nil
}

func outageLine(o view.Outage) OutageLine {
	l := OutageLine{Number: o.Number(), From: o.From.In(zone), To: o.To.In(zone), Minutes: int(o.To.Sub(o.From).Minutes()), County: o.County,
		DetectedAt: o.DetectedAt.In(zone), Reason: o.Reason, VoidedAt: view.Local(o.VoidedAt), VoidReason: o.VoidReason, Cases: o.Total, Told: o.Told, DoneAt: view.Local(o.DoneAt)}
	for _, c := range o.Causes {
		l.Causes = append(l.Causes, OutageCause{c, view.OutageCauses[c].ZH, view.OutageCauses[c].EN})
	}
	return l
}
