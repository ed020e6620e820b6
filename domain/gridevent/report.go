package gridevent

import (
	"slices"
	"strings"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/codes"
	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/geo"
	"huajie/domain/grid"
	"huajie/domain/machine"
	"huajie/domain/org"
)

// Reporting is an event as it comes in, without the person where a citizen reports.
type Reporting struct {
	No         string
	Petitioner string // person id of a citizen
	Anonymous  bool
	Input      form.Input
}

// ReportFields are the inputs of a report (Appendix A 网格事件上报).
var ReportFields = []form.Field{
	code("category", "事件类别", "category", codes.TableEventCategory).Need(),
	{Name: "description", ZH: "情况描述", EN: "description", Type: form.Text, Required: true, Min: 10, Max: 2000},
	{Name: "location", ZH: "事件位置", EN: "place of the event", Type: form.Point, Required: true},
	photos,
	code("urgency", "紧急程度", "urgency", codes.TableUrgency),
	unit("grid", "所属网格", "grid"),
	line("spot", "位置说明", "the place in words"),
	{Name: "occurred_at", ZH: "发生时间", EN: "when it happened", Type: form.Moment},
	{Name: "found_at", ZH: "发现时间", EN: "when it was seen", Type: form.Moment},
	text("photos_missing", "照片不足的原因(仅限特急)", "why photos are missing (emergencies only)"),
	text("self_disposed", "自处置情况", "what was done about it on the spot"),
	{Name: "after_photos", ZH: "处置后照片", EN: "photos after it was put right", Type: form.Files},
	{Name: "same_as", ZH: "与已上报事件相同", EN: "the same as an event reported already", Type: form.Case},
	line("batch", "批次", "batch"),
}

// reportRoles may report, in the order in which one of several offices counts (§2.2
// event.report).
var reportRoles = append(slices.Clone(field), org.RoleTownshipIntake, townOffice, admin, org.RoleGuide, org.RoleWindowClerk)

// MayReport tells in which unit an actor may report an event; officer is false for
// a citizen and for a machine.
func MayReport(a domain.Actor) (unit string, officer, ok bool) {
	for _, role := range reportRoles {
		for _, g := range a.Grants {
			if g.Role == role {
				return g.Unit, true, true
			}
		}
	}
	if a.IsPetitioner() || a.Holds(citizen) || a.Holds(org.RoleIntegrator) {
		return "", false, true
	}
	return "", false, false
}

// Report opens an event (E1). The photos named are looked up by the committer; of
// an emergency missing ones may follow (§6 item 72).
func Report(r Reporting, cmd machine.Command, rules *machine.Rules, world machine.World, now time.Time) ([]machine.Event, *Event, error) {
	unit, officer, ok := MayReport(cmd.Actor)
	if !ok {
		return nil, nil, domain.Forbid("not_your_office", "E1", "您的岗位不能上报网格事件", "your office may not report a grid event")
	}
	t := turn{Machine.Begin(Fresh(), cmd.Actor, rules, world, now, now).Keyed(cmd.Key)}
	clean, faults := form.Check(ReportFields, r.Input, t.Lookup())
	t.In = clean
	if len(faults) == 0 {
		faults = t.describe(r, unit, officer)
	}
	if len(faults) > 0 {
		return nil, nil, domain.Invalid(faults...)
	}
	t.To(Reported)
	t.owe()
	e := t.Record("reported", "E1").Notify("N1", t.reporter())
	if t.Case.emergency() {
		e.Notify("N20", t.county(admin, dutyLeader)...)
	}
	if err := t.atOnce(); err != nil {
		return nil, nil, err
	}
	return t.Events(), t.Case, nil
}

// atOnce does what a report asks for beside itself: to join an event that is known,
// to be put right already, to be told whose it is, to look for what makes it come back.
func (t turn) atOnce() error {
	if t.In.Has("same_as") {
		return t.mergeInto(t.In.Text("same_as"))
	}
	t.askWhose()
	t.recur()
	if t.In.Has("self_disposed") {
		return t.selfDispose()
	}
	return nil
}

// describe sets what the event is, where, and who saw it; it answers every fault.
func (t turn) describe(r Reporting, desk string, officer bool) (faults []domain.FieldError) {
	c, in := t.Case, t.In
	kind, known := t.Rules.Events.Type(in.Text("category"))
	if !known {
		return append(faults, domain.Fault("category", "not_a_kind", "请选到小类", "choose a kind, not a class"))
	}
	c.No, c.Kind, c.Category = r.No, Kind, kind.Code
	c.Trivial = kind.Trivial
	c.Summary = strings.TrimSpace(in.Text("description"))
	c.Confidentiality, c.Channel = "C1", string(codes.ChannelGridMember)
	c.Urgency = codes.Urgency(in.Text("urgency"))
	if c.Urgency == "" || kind.Urgency == codes.UrgencyEmergency { // nobody may call a gas leak ordinary
		c.Urgency = kind.Urgency
	}
	c.Place, c.Accuracy, _ = in.Point("location")
	c.Spot, c.Batch = in.Text("spot"), in.Text("batch")
	faults = append(faults, t.whose(r, desk, officer)...)
	faults = append(faults, t.when()...)
	if len(faults) > 0 {
		return faults
	}
	c.owns(Owner{Unit: t.centre()})
	c.FirstUnit = t.centre()
	if len(desk) > 0 && t.Rules.Org.TownshipOf(desk) != "" {
		c.joins(t.township())
	}
	c.Suggested = t.Rules.Events.Lead(c.Category, c.Area)
	c.RulebookVersion = t.Rules.Version
	return append(append(faults, t.firstPhotos()...), t.photosBeside()...)
}

// whose finds the grid and notes the reporter.
func (t turn) whose(r Reporting, desk string, officer bool) []domain.FieldError {
	c, tree := t.Case, t.Rules.Org
	c.Petitioner, c.Anonymous = r.Petitioner, r.Anonymous
	c.ByCitizen = !officer
	if officer || t.Actor.Holds(citizen) {
		c.Reporter = t.Actor.User
	}
	if !officer {
		c.Channel = string(codes.ChannelWeb)
	}
	c.Grid = t.locate(desk)
	place := c.Grid
	if place == "" {
		place = desk
	}
	c.County, c.Area = tree.CountyOf(place), tree.TownshipOf(place)
	if c.Area == "" {
		c.Area = c.County
	}
	if c.County == "" {
		return []domain.FieldError{domain.Fault("location", "no_grid", "该位置不在任何网格内,请指明网格", "the place lies in no grid; name one")}
	}
	return nil
}

// Where is the closest place known of an event that is about to be reported: the grid
// named, the grid its place lies in, or the unit of whoever reports.
func Where(a domain.Actor, in form.Input, grids *grid.Index) string {
	if g := in.Text("grid"); g != "" {
		return g
	}
	if at, _, ok := in.Point("location"); ok {
		if p := grids.At(at); p.Grid != "" {
			return p.Grid
		}
	}
	unit, _, _ := MayReport(a)
	return unit
}

// locate finds the grid of the place. What is not beyond doubt is marked: on a border,
// in a gap, where grids overlap, or far from the grid that was named (§6 item 20).
func (t turn) locate(desk string) string {
	c, grids := t.Case, t.Rules.Grids
	named := t.In.Text("grid")
	found := grids.At(c.Place)
	if found.Grid != "" && named == "" {
		if found.Disputable() {
			c.flag(flagPlace + string(found.Reason))
		}
		return found.Grid
	}
	if named == "" {
		if u, ok := t.Rules.Org.Unit(desk); ok && u.Kind == org.KindGrid {
			named = desk
			c.flag(flagByDesk)
		}
	}
	slack := float64(t.Rules.Policy.Int("patrol.grid_slack"))
	if far, shaped := grids.Distance(named, c.Place); shaped && far > slack {
		c.flag(flagElsewhere)
	}
	return named
}

// when notes the moments told; what is reported late because there was no line is
// accepted and shown as such (§6 item 73).
func (t turn) when() (faults []domain.FieldError) {
	c := t.Case
	c.ReportedAt, c.FoundAt = t.Now, t.Now
	c.OccurredAt = t.In.Time("occurred_at", calendar.Zone)
	slack := t.Rules.Calendar.Due(t.Now, t.Rules.Policy.Limit("photo.clock")).At
	for _, name := range []string{"occurred_at", "found_at"} {
		if t.In.Time(name, calendar.Zone).After(slack) {
			faults = append(faults, domain.Fault(name, "future", "时间不能晚于现在", "must not lie in the future"))
		}
	}
	found := t.In.Time("found_at", calendar.Zone)
	if found.IsZero() || !found.Before(t.Now) {
		return faults
	}
	c.FoundAt = found
	switch late := t.Rules.Calendar.Due(found, t.Rules.Policy.Limit("photo.offline")).At; {
	case t.Now.After(late):
		faults = append(faults, domain.Fault("found_at", "too_late", "离线上报超过允许时限", "reported later than an offline report may be"))
	case t.Now.After(t.Rules.Calendar.Due(found, t.Rules.Policy.Limit("photo.clock")).At):
		c.flag(evidence.OfflineLate)
	}
	return faults
}

// metres is the distance between two places along the ground.
func metres(a, b geo.Point) int { return int(geo.Metres(a, b) + 0.5) }
