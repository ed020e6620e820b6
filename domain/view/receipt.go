package view

import (
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/casefile"
	"huajie/domain/casekind"
	"huajie/domain/codes"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/receipt"
)

// Link is an event in the chain of its case.
type Link struct {
	machine.Event
	Hash    string // hex
	Content string // as it is hashed; only where asked for
}

// NewReceipt writes the receipt of a case at a moment, not signed yet. A petitioner's names
// nobody who authorised a pause or an extension, and tells of the events they were told of or
// caused.
func NewReceipt(c casefile.Case, links []Link, rules *machine.Rules, audience string, now time.Time) receipt.Receipt {
	now = Local(now)
	card, kind := c.Card(), casekind.Of(c)
	owner := unitName(rules, card.Owner.Unit)
	label, _ := kind.StateLabel(card.State)
	r := receipt.Receipt{Kind: receipt.Kind, For: audience, IssuedAt: now, No: card.No, CaseKind: card.Kind, State: string(card.State), StateZH: label.ZH, StateEN: label.EN,
		Level: string(card.Level), RegisteredAt: Local(card.RegisteredAt), OwnerUnit: card.Owner.Unit, OwnerZH: owner.ZH, OwnerEN: owner.EN,
		Clocks: receiptClocks(c, rules, now), Events: []receipt.Event{}, Chain: []string{}, Rulebook: rules.Version}
	for _, l := range links {
		r.Chain = append(r.Chain, l.Hash)
		if audience == receipt.ForPetitioner && !concernsPetitioner(l.Event, card.No) {
			continue
		}
		if audience == receipt.ForPetitioner { // it names officers
			l.Content = ""
		}
		state, _ := kind.StateLabel(l.To)
		unit, typ := unitName(rules, l.Unit), kind.TypeLabel(l.Type)
		r.Events = append(r.Events, receipt.Event{Seq: l.Seq, Type: l.Type, TypeZH: typ.ZH, TypeEN: typ.EN, Rule: l.Rule, At: Local(l.At), RecordedAt: Local(l.RecordedAt), State: string(l.To), StateZH: state.ZH, StateEN: state.EN,
			Unit: l.Unit, UnitZH: unit.ZH, UnitEN: unit.EN, Hash: l.Hash, Content: l.Content})
	}
	if audience == receipt.ForPetitioner {
		withoutNames(r.Clocks)
	}
	r.Calendar = receiptCalendar(rules.Calendar, r.Clocks)
	return r
}

// MayCarryContents tells whether the receipt of a unit may hold the events as they are hashed.
// Those of an accusation, or of what came out of one, hold more than their readers are shown.
func MayCarryContents(c casefile.Case) bool {
	if g, ok := c.(*grievance.Case); ok && g.OriginHidden {
		return false
	}
	return c.Card().Confidentiality != codes.ConfidentialityAccusation
}

// concernsPetitioner tells whether the petitioner was told of an event, or caused it.
func concernsPetitioner(e machine.Event, no string) bool {
	return e.Seq == 1 || e.By == domain.Petitioner || slices.ContainsFunc(e.Notices, func(n machine.Notice) bool { return n.To.Petitioner == no })
}

// receiptClocks are the clocks a receipt proves: statutory and policy, or the stages of a
// disposal.
func receiptClocks(c casefile.Case, rules *machine.Rules, now time.Time) []receipt.Clock {
	x := explainer{partsOf(c).sheet(), c.GetHead(), rules, now}
	out := []receipt.Clock{}
	if k := x.statutory; k != nil {
		out = append(out, x.receipt(*k, "statutory", limitKind{domain.Text{ZH: "法定期限", EN: "statutory date"}, "XF §34"}))
	}
	if k := x.policy; k != nil {
		one := x.receipt(*k, "policy", limitKind{domain.Text{ZH: "办理时限", EN: "policy clock"}, "§4.2"})
		one.RunsToBound = k.AllThatIsLeft
		if x.statutory != nil {
			one.Bound = Local(x.statutory.Due)
		}
		if g, ok := c.(*grievance.Case); ok && !g.InheritedDue.IsZero() && (one.Bound.IsZero() || g.InheritedDue.Before(one.Bound)) {
			one.Bound = Local(g.InheritedDue)
		}
		out = append(out, one)
	}
	for _, s := range x.stages {
		y := x
		y.stop = s.stop
		out = append(out, y.receipt(s.clock, s.name, s.kind))
	}
	return out
}

// receipt shows a clock with all it was counted from.
func (x explainer) receipt(k grievance.Clock, name string, kind limitKind) receipt.Clock {
	v := x.clock(k, name, kind)
	out := receipt.Clock{Name: name, ZH: kind.label.ZH, EN: kind.label.EN, Rule: kind.rule, Start: Local(k.Start), Limit: k.Limit, Due: Local(k.Due), Provisional: k.Provisional,
		State: string(v.State), Stopped: Local(x.stop), Pauses: []calendar.Pause{}, Extensions: []calendar.Extension{}, Segments: []receipt.Segment{}}
	out.Pauses, out.Extensions = append(out.Pauses, k.Pauses...), append(out.Extensions, k.Extensions...)
	for _, s := range v.Segments {
		out.Segments = append(out.Segments, receipt.Segment{From: s.From, To: s.To, Kind: s.Kind, ZH: s.Name, EN: s.NameEN, Minutes: s.Minutes})
	}
	return out
}

// withoutNames leaves out who authorised a pause or an extension.
func withoutNames(clocks []receipt.Clock) {
	for _, k := range clocks {
		for i := range k.Pauses {
			k.Pauses[i].By = ""
		}
		for i := range k.Extensions {
			k.Extensions[i].By = ""
		}
	}
}

// receiptCalendar is the part of a calendar the clocks were counted by.
func receiptCalendar(cal *calendar.Calendar, clocks []receipt.Clock) receipt.Calendar {
	out := receipt.Calendar{Version: cal.Version(), Hours: cal.Hours(), Years: []calendar.Year{}}
	if len(clocks) == 0 {
		return out
	}
	first, last := clocks[0].Start.Year(), clocks[0].Start.Year()
	for _, k := range clocks {
		first = min(first, k.Start.Year())
		last = max(last, k.Start.Year(), k.Due.Year())
		for _, s := range k.Segments {
			last = max(last, s.To.Year())
		}
	}
	for year := first - 1; year <= last+1; year++ {
		if y, ok := cal.Year(year); ok {
			out.Years = append(out.Years, y)
		}
	}
	return out
}
