package gridevent

import (
	"slices"
	"time"

	"huajie/domain/form"
	"huajie/domain/grid"
	"huajie/domain/machine"
	"huajie/domain/org"
)

// boundarySteps decide whose a place is that more than one grid may claim, or none: the
// township within its streets and villages, the platform between townships (§6 item 20).
func boundarySteps() []step {
	return []step{{Action: "rule-grid", Rule: "§6 item 20", ZH: "归属裁定", EN: "Rule on the grid", From: active,
		Who:    append(machine.As(onArea, townOffice, townLeader), machine.As(inCounty, admin)...),
		Fields: []form.Field{unit("grid", "归属网格", "grid it belongs to").Need(), reason}, Guard: guardRuleGrid, Do: do(ruleGrid)}}
}

// The flags that say why the grid of an event is not beyond doubt; the first are named
// after the reasons of grid.Placement.
const (
	flagPlace     = "place_"
	flagElsewhere = "place_elsewhere"  // far from the grid that was named
	flagByDesk    = "grid_by_reporter" // on no map: the grid of whoever reported
)

// disputed are the doubts about which the township is asked. That no map knows the place is
// no dispute: nobody else claims it.
var disputed = []string{flagPlace + string(grid.Border), flagPlace + string(grid.Overlap), flagPlace + string(grid.Gap), flagElsewhere}

// GridRuling is how it was decided whose a place is.
type GridRuling struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Unit   string    `json:"unit"`
	Before string    `json:"before"` // grid that took first action
	Doubts []string  `json:"doubts"` // flags that the ruling settled
	Event  int       `json:"event"`  // sequence of the event with the reason
}

// doubt tells whether a flag is about the grid of the event.
func doubt(flag string) bool { return flag == flagByDesk || slices.Contains(disputed, flag) }

// askWhose asks the township whose the place is. The located grid takes first action
// meanwhile, and nothing waits for the answer (§6 item 20).
func (t turn) askWhose() {
	if !slices.ContainsFunc(t.Case.Flags, func(f string) bool { return slices.Contains(disputed, f) }) {
		return
	}
	t.Start("boundary", t.Rules.Policy.Limit("event.boundary.decide"), machine.Deadline{Duty: true, Unit: t.township()})
	t.Record("grid_disputed", "§6 item 20").Notify("N20", at(t.township(), townOffice)...)
}

// guardRuleGrid: only where there is a doubt, or a ruling to be put right, and only for
// grids in the charge of whoever rules.
func guardRuleGrid(m *machine.Turn[*Event]) error {
	t, c, tree := turn{m}, m.Case, m.Rules.Org
	if c.GridRuling == nil && !slices.ContainsFunc(c.Flags, doubt) {
		return refuse("not_disputed", "§6 item 20", "该事件的网格归属没有争议", "nobody disputes the grid of this event")
	}
	to := t.In.Text("grid")
	if to == "" {
		return nil
	}
	u, _ := tree.Unit(to)
	switch {
	case u.Kind != org.KindGrid:
		return fault("grid", "not_a_grid", "请选择网格", "choose a grid")
	case tree.CountyOf(to) != c.County:
		return fault("grid", "other_county", "该网格不在本县(区)", "the grid is of another county")
	case t.By.Role != admin && tree.TownshipOf(to) != c.Area:
		return fault("grid", "other_township", "该网格不在本乡镇(街道),跨乡镇的归属由县级平台裁定", "the grid is of another township: the county platform rules between townships")
	}
	return nil
}

// ruleGrid puts the event into the grid that was decided on. Whoever works on it goes on,
// and whose turn it is to look stays so; a unit is only proposed anew where none has it.
func ruleGrid(t turn) error {
	c, before, area := t.Case, t.Case.Grid, t.Case.Area
	r := &GridRuling{At: t.Now, By: t.Actor.User, Unit: t.Unit, Before: before, Event: c.Seq + 1}
	if old := c.GridRuling; old != nil {
		r.Doubts = slices.Clone(old.Doubts)
	}
	var left []string
	for _, f := range c.Flags {
		if doubt(f) {
			r.Doubts = append(r.Doubts, f)
		} else {
			left = append(left, f)
		}
	}
	c.Flags, c.GridRuling = left, r
	c.Grid = t.In.Text("grid")
	c.Area = t.Rules.Org.TownshipOf(c.Grid)
	if c.Area != area {
		c.joins(t.township())
		if c.LeadUnit == "" {
			c.Suggested = t.Rules.Events.Lead(c.Category, c.Area)
		}
	}
	t.Clear("boundary")
	e := t.Record("grid_ruled", "§6 item 20").Notify("N13", t.desk()...)
	if c.Grid != before {
		e.Notify("N13", t.reporter())
	}
	if c.Area != area {
		e.Notify("N13", at(t.township(), townOffice)...)
	}
	e.Fact("unit", c.Grid)
	return nil
}

// boundaryOverdue: nobody has ruled. The located grid stands, the doubt stays visible, and
// the township, now its leader too, is told once more.
func boundaryOverdue(t turn, _ machine.Deadline) error {
	t.Record("boundary_overdue", "§6 item 20").Notify("N20", at(t.township(), townOffice, townLeader)...)
	return nil
}
