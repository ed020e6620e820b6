package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/view"
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
func caseStanding(c *grievance.Case) (s standing) {
	if c.Confidentiality == "C3" {
		s.words[0] = "sealed"
		return s
	}
	s.words = [...]string{"", c.County, c.Area, c.Owner.Unit, string(c.Level), string(c.Track), string(c.Urgency), c.Risk, c.Supervision}
	if due, _ := view.DueOf(c); !due.IsZero() {
		s.dates[0] = due.UnixMicro()
		if c.Statutory != nil {
			s.dates[1] = c.Statutory.Due.UnixMicro()
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
func CaseAttributes(c *grievance.Case) temporal.SearchAttributes {
	return temporal.NewSearchAttributes(caseStanding(c).since(standing{})...)
}

// StartAttributes are CaseAttributes of a case that starts from this input.
func StartAttributes(in GrievanceInput) temporal.SearchAttributes {
	c, err := orFresh(in.State, grievance.Fresh), error(nil)
	for _, e := range in.Events {
		if e.Seq <= c.Seq {
			continue
		}
		if c, err = machine.Evolve(c, grievance.Fresh, e); err != nil {
			return temporal.SearchAttributes{} // the workflow will tell of it
		}
	}
	return CaseAttributes(c)
}
