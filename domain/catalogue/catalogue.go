// Package catalogue is the list of grid events (§8.6): what there is to see in
// the street, how urgent it is, by which stages it is put right and how long each
// may take, and whose it is.
package catalogue

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"huajie/domain/calendar"
	"huajie/domain/codes"
	"huajie/domain/org"
)

// StageID is one of the three stages of a disposal (E13).
type StageID string

// The stages, in the order in which they are done.
const (
	MakeSafe StageID = "make_safe" // nobody can be hurt any more
	Repair   StageID = "repair"    // it is in order
	Restore  StageID = "restore"   // the place is as it was
)

var order = []StageID{MakeSafe, Repair, Restore}

// Stage is one stage of a type and its limit, counted from dispatch.
type Stage struct {
	ID     StageID        `json:"id"`
	ZH     string         `json:"zh"`
	EN     string         `json:"en"`
	Limit  calendar.Limit `json:"limit"`
	Source string         `json:"source,omitempty"`
}

// Type is one kind of event.
type Type struct {
	Code    string        `json:"code"`
	ZH      string        `json:"zh"`
	EN      string        `json:"en"`
	Parent  string        `json:"parent,omitempty"`
	Urgency codes.Urgency `json:"urgency,omitempty"`
	Stages  []Stage       `json:"stages,omitempty"`
	// Lead is the short code of the department; LeadTownship for the centre of the
	// place; empty where somebody must choose.
	Lead    string   `json:"lead,omitempty"`
	Others  []string `json:"others,omitempty"`  // departments it may also belong to
	Call    string   `json:"call,omitempty"`    // 110, 119, 120: call first
	Trivial bool     `json:"trivial,omitempty"` // counts little towards a member's week (§6 item 75)
	Dispute bool     `json:"dispute,omitempty"` // at heart a quarrel between people (§6 item 80)
}

// Leaf tells whether an event can be of the type; a class only groups.
func (t Type) Leaf() bool { return len(t.Stages) > 0 }

// Due is the last limit: when everything must be done.
func (t Type) Due() calendar.Limit { return t.Stages[len(t.Stages)-1].Limit }

// Events is the catalogue over a tree, immutable and safe for concurrent use.
type Events struct {
	tree  *org.Tree
	types map[string]Type
	codes []string
}

// Fault is one thing wrong with a type.
type Fault struct{ Code, Field, ZH, EN string }

// Error names the type and what is wrong.
func (f *Fault) Error() string { return fmt.Sprintf("%s: %s: %s", f.Code, f.Field, f.EN) }

// New checks the types; all faults are joined.
func New(tree *org.Tree, list []Type) (*Events, error) {
	e := &Events{tree: tree, types: map[string]Type{}}
	var faults []error
	fault := func(code, field, zh, en string) { faults = append(faults, &Fault{code, field, zh, en}) }
	for _, t := range list {
		if _, twice := e.types[t.Code]; twice || t.Code == "" {
			fault(t.Code, "code", "代码重复或为空", "code empty or given twice")
			continue
		}
		if e.types[t.Code] = t; t.Leaf() {
			e.codes = append(e.codes, t.Code)
			e.check(t, fault)
		}
	}
	for _, t := range list {
		if p, ok := e.types[t.Parent]; t.Parent != "" && (!ok || p.Leaf()) {
			fault(t.Code, "parent", "没有这个大类", "there is no such class")
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return e, nil
}

func (e *Events) check(t Type, fault func(code, field, zh, en string)) {
	if t.Urgency == "" {
		fault(t.Code, "urgency", "缺少紧急程度", "urgency missing")
	}
	last := -1
	for _, s := range t.Stages {
		i := slices.Index(order, s.ID)
		if i <= last {
			fault(t.Code, "stages", "处置阶段未知或顺序有误", "stage unknown or out of order")
		}
		last = i
		if s.Limit.IsZero() || s.ZH == "" || s.EN == "" {
			fault(t.Code, "stages", "处置阶段缺少名称或时限", "stage without names or limit")
		}
	}
	for _, short := range append([]string{t.Lead}, t.Others...) {
		if short == "" || short == org.LeadTownship {
			continue
		}
		for _, county := range e.tree.Counties() {
			if _, ok := e.tree.DepartmentNamed(county.ID, short); !ok {
				fault(t.Code, "lead", "有县(区)没有这个部门", "some county has no department "+short)
				break
			}
		}
	}
}

// Type gives the kind of event of a code; ok is false for an unknown one and for
// a class. It may be asked of no catalogue.
func (e *Events) Type(code string) (t Type, ok bool) {
	if e == nil {
		return Type{}, false
	}
	t, ok = e.types[code]
	return t, ok && t.Leaf()
}

// Codes are those of all kinds of events, in their order.
func (e *Events) Codes() []string { return slices.Clone(e.codes) }

// Lead is the unit that a kind of event belongs to in an area; empty where
// somebody must choose.
func (e *Events) Lead(code, area string) string {
	t, ok := e.Type(code)
	if !ok {
		return ""
	}
	if t.Lead == org.LeadTownship {
		if centre, ok := e.tree.CentreOf(e.tree.TownshipOf(area)); ok {
			return centre.ID
		}
		return ""
	}
	d, _ := e.tree.DepartmentNamed(e.tree.CountyOf(area), t.Lead)
	return d.ID
}

// Class is the code of the class above a type.
func Class(code string) string {
	if len(code) < 3 || !strings.HasPrefix(code, "E") {
		return ""
	}
	return code[:3]
}
