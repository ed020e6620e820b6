package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"huajie/activities"
	"huajie/domain/casefile"
	"huajie/domain/machine"
	"huajie/domain/whistle"
)

// The search attributes of a case: what an operator may ask the engine about,
// and never anything personal. SQL visibility allows 10 keywords and 3 of
// every other type.
//
// Writing them is the dearest thing the engine can be asked for (docs/performance.md),
// so they hold what tells where a case lies and when it is late, and not its
// state, which moves with every step: that is for the ledger and the query to tell.
var (
	AttrCounty         = temporal.NewSearchAttributeKeyKeyword("HuajieCounty")
	AttrArea           = temporal.NewSearchAttributeKeyKeyword("HuajieArea")
	AttrUnit           = temporal.NewSearchAttributeKeyKeyword("HuajieUnit")  // owner unit
	AttrState          = temporal.NewSearchAttributeKeyKeyword("HuajieState") // "sealed" for accusation material, else absent
	AttrLevel          = temporal.NewSearchAttributeKeyKeyword("HuajieLevel")
	AttrTrack          = temporal.NewSearchAttributeKeyKeyword("HuajieTrack")
	AttrUrgency        = temporal.NewSearchAttributeKeyKeyword("HuajieUrgency")
	AttrRisk           = temporal.NewSearchAttributeKeyKeyword("HuajieRisk")
	AttrSupervision    = temporal.NewSearchAttributeKeyKeyword("HuajieSupervision")
	AttrDueAt          = temporal.NewSearchAttributeKeyTime("HuajieDueAt")
	AttrStatutoryDueAt = temporal.NewSearchAttributeKeyTime("HuajieStatutoryDueAt")
)

// SearchAttributes are the attributes to register with the engine, by type.
func SearchAttributes() map[string]string {
	out := map[string]string{}
	for _, k := range keywords {
		out[k.GetName()] = "Keyword"
	}
	out[AttrDueAt.GetName()], out[AttrStatutoryDueAt.GetName()] = "Datetime", "Datetime"
	return out
}

var keywords = [...]temporal.SearchAttributeKeyKeyword{AttrState, AttrCounty, AttrArea, AttrUnit, AttrLevel, AttrTrack, AttrUrgency, AttrRisk, AttrSupervision}

var moments = [...]temporal.SearchAttributeKeyTime{AttrDueAt, AttrStatutoryDueAt}

// standing is what the engine shows of a case: a value for each attribute, and a
// moment in microseconds for each date; empty where there is none.
type standing struct {
	words [len(keywords)]string
	dates [len(moments)]int64
}

// caseStanding is what is to be shown of a case. Accusation material (C3) shows
// nothing but that it runs: attributes are read by people who may belong to the
// accused unit (§2.3).
func caseStanding[C casefile.Case](of C) (s standing) {
	c := of.Card()
	if c.Confidentiality == "C3" {
		s.words[0] = "sealed"
		return s
	}
	s.words = [...]string{"", c.County, c.Area, c.Owner.Unit, string(c.Level), string(c.Track), string(c.Urgency), c.Risk, c.Supervision}
	if !c.Due.IsZero() {
		s.dates[0] = c.Due.UnixMicro()
		if !c.StatutoryDue.IsZero() {
			s.dates[1] = c.StatutoryDue.UnixMicro()
		}
	}
	return s
}

// shownAtStart is what whoever started the run has told the engine already.
func shownAtStart(ctx workflow.Context) (s standing) {
	given := workflow.GetTypedSearchAttributes(ctx)
	for i, k := range keywords {
		s.words[i], _ = given.GetKeyword(k)
	}
	for i, k := range moments {
		if at, ok := given.GetTime(k); ok {
			s.dates[i] = at.UnixMicro()
		}
	}
	return s
}

// since are the updates that lead from what was shown to what is.
func (s standing) since(shown standing) []temporal.SearchAttributeUpdate {
	var out []temporal.SearchAttributeUpdate
	for i, word := range s.words {
		switch word {
		case shown.words[i]:
		case "": // what a case has shown before it was sealed is taken back
			out = append(out, keywords[i].ValueUnset())
		default:
			out = append(out, keywords[i].ValueSet(word))
		}
	}
	for i, date := range s.dates {
		switch date {
		case shown.dates[i]:
		case 0:
			out = append(out, moments[i].ValueUnset())
		default:
			out = append(out, moments[i].ValueSet(time.UnixMicro(date).UTC()))
		}
	}
	return out
}

// CaseAttributes are the search attributes to start the workflow of a case with:
// given at the start they cost nothing.
func CaseAttributes(c casefile.Case) temporal.SearchAttributes {
	return temporal.NewSearchAttributes(caseStanding(c).since(standing{})...)
}

// AttributesOf are the search attributes to start the workflow of a state with: none for
// a session, which is found by its case.
func AttributesOf(of machine.Subject) temporal.SearchAttributes {
	switch s := of.(type) {
	case casefile.Case:
		return CaseAttributes(s)
	case *whistle.Whistle:
		return temporal.NewSearchAttributes(whistleStanding(s).since(standing{})...)
	}
	return temporal.SearchAttributes{}
}

// whistleStanding is what is to be shown of a whistle: where it is blown, which unit has to
// move, and by when.
func whistleStanding(w *whistle.Whistle) (s standing) {
	s.words = [...]string{"", w.County, w.Township, w.Owner, "", "", "", "", w.Supervision}
	if due, _ := whistle.DueOf(w); !due.IsZero() {
		s.dates[0] = due.UnixMicro()
	}
	return s
}

// StartAttributes are AttributesOf what starts from this input: its state with the events
// beyond it.
func StartAttributes(in AnyCaseInput) temporal.SearchAttributes {
	fresh := activities.FreshOf(activities.KindOf(in.No))
	if fresh == nil {
		return temporal.SearchAttributes{} // no workflow will start
	}
	s, err := in.State, error(nil)
	if s == nil {
		s = fresh()
	}
	for _, e := range in.Events {
		if e.Seq <= s.GetHead().Seq {
			continue
		}
		if s, err = machine.Evolve(s, fresh, e); err != nil {
			return temporal.SearchAttributes{} // the workflow will tell of it
		}
	}
	return AttributesOf(s)
}
