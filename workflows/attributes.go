package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"

	"huajie/domain/grievance"
	"huajie/domain/view"
)

// The search attributes of a case: what an operator may ask the engine about,
// and never anything personal. SQL visibility allows 10 keywords and 3 of
// every other type.
var (
	AttrCounty         = temporal.NewSearchAttributeKeyKeyword("HuajieCounty")
	AttrArea           = temporal.NewSearchAttributeKeyKeyword("HuajieArea")
	AttrUnit           = temporal.NewSearchAttributeKeyKeyword("HuajieUnit") // owner unit
	AttrState          = temporal.NewSearchAttributeKeyKeyword("HuajieState")
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

var keywords = []temporal.SearchAttributeKeyKeyword{AttrCounty, AttrArea, AttrUnit, AttrState, AttrLevel, AttrTrack, AttrUrgency, AttrRisk, AttrSupervision}

// caseAttributes gives the attributes of a case, and one text to see whether
// they have changed. Accusation material (C3) shows nothing but that it runs:
// attributes are read by people who may belong to the accused unit (§2.3).
func caseAttributes(c *grievance.Case) ([]temporal.SearchAttributeUpdate, string) {
	if c.Confidentiality == "C3" {
		return []temporal.SearchAttributeUpdate{AttrState.ValueSet("sealed")}, "sealed"
	}
	values := []string{c.County, c.Area, c.Owner.Unit, string(c.State), string(c.Level), string(c.Track), string(c.Urgency), c.Risk, c.Supervision}
	var out []temporal.SearchAttributeUpdate
	for i, v := range values {
		if v == "" {
			out = append(out, keywords[i].ValueUnset())
			continue
		}
		out = append(out, keywords[i].ValueSet(v))
	}
	due, _ := view.DueOf(c)
	var statutory time.Time
	if c.Statutory != nil && !due.IsZero() {
		statutory = c.Statutory.Due
	}
	out = append(out, moment(AttrDueAt, due), moment(AttrStatutoryDueAt, statutory))
	return out, fmt.Sprint(values, due.Unix(), statutory.Unix())
}

func moment(key temporal.SearchAttributeKeyTime, at time.Time) temporal.SearchAttributeUpdate {
	if at.IsZero() {
		return key.ValueUnset()
	}
	return key.ValueSet(at)
}
