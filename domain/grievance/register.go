package grievance

import (
	"strings"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/casefile"
	"huajie/domain/codes"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/org"
)

// Registration is a matter as it comes in, without the person who raised it:
// the person lives in the store under Petitioner.
type Registration struct {
	No           string
	Petitioner   string // person id, "" when anonymous
	Anonymous    bool
	NameUnclear  bool // name or address unclear: notices are exempt (XF §23)
	Input        form.Input
	Origin       string    // case it was split from
	OriginSealed bool      // that case is accusation material: its number stays in the vault
	InheritedDue time.Time // due date set by a sender (12345, a superior), §4.2 online_transfer
	Converted    bool      // it was a grid event that failed its verification twice: it begins at L2 (E18)
}

// confidentiality is how far a matter may be known (§2.3); C0 is for what is published.
var confidentiality = form.Choice.Named("confidentiality", "保密等级", "confidentiality").
	Or(codes.ConfidentialityNormal, "一般", "normal").Or(codes.ConfidentialitySensitive, "敏感", "sensitive").Or(codes.ConfidentialityAccusation, "检举控告", "accusation")

// nature is what sort of matter it is (§8.2). A grid event is reported as one: it has a machine,
// limits and photographs of its own.
var nature = form.Field{Name: "nature", ZH: "诉求性质", EN: "nature", Type: form.Code, Table: codes.TableNature, Required: true, Without: []string{string(codes.NatureEvent)}}

// RegisterFields are the inputs of a registration (Appendix A 登记表) beside the petitioner.
var RegisterFields = []form.Field{
	nature,
	{Name: "summary", ZH: "诉求概述", EN: "summary", Type: form.Text, Required: true, Max: 4000},
	code("channel", "来源渠道", "channel", "channel").Need(),
	unit("area", "发生地", "place of occurrence").Need(),
	{Name: "headcount", ZH: "人数", EN: "headcount", Type: form.Integer, Min: 1, Max: 100000},
	code("category", "类别", "category", codes.TableDisputeCategory),
	code("urgency", "紧急程度", "urgency", "urgency"),
	code("risk", "风险等级", "risk", "risk"),
	code("scale", "事件规模", "scale", "scale"),
	confidentiality,
	line("place", "详细地点", "place"),
	text("request", "诉求事项", "request"),
	text("facts", "事实与理由", "facts and reasons"),
	line("respondent", "被反映对象", "respondent"),
	unit("respondent_unit", "被反映单位", "respondent unit"),
	{Name: "received_at", ZH: "收到时间", EN: "received at", Type: form.Moment},
	{Name: "due_by_sender", ZH: "转办时限", EN: "due date set by the sender", Type: form.Moment},
	text("missing_materials", "一次性告知待补材料", "documents still to be supplied"),
	line("batch", "批次", "batch"),
	yes("read_back", "口述已复读确认", "oral statement read back"),
}

// intakeRoles may register for a person in front of them; the first one asked
// does (FR1, R5).
var intakeRoles = []org.Role{org.RoleGuide, org.RoleWindowClerk, org.RoleTownshipIntake, org.RoleTownshipOffice, org.RoleCommunityStaff,
	org.RolePetitionOfficer, org.RoleGridMemberFullTime, org.RoleGridMemberPartTime, org.RoleGridLeader, org.RolePoliceDesk, org.RoleDispatcher,
	org.RoleDisciplineOfficer}

// MayRegister gives the unit an actor registers for, and whether they are
// staff (and so the first responder) or a machine.
func MayRegister(a domain.Actor) (unit string, staff, ok bool) {
	for _, role := range intakeRoles {
		for _, g := range a.Grants {
			if g.Role == role {
				return g.Unit, true, true
			}
		}
	}
	if a.Holds(org.RoleIntegrator) || a.IsPetitioner() || IsCitizen(a) {
		return "", false, true
	}
	return "", false, false
}

// IsCitizen tells whether an actor holds nothing but the account of a petitioner
// or of a representative, and so acts for themselves.
func IsCitizen(a domain.Actor) bool {
	for _, g := range a.Grants {
		if g.Role != org.RolePetitioner && g.Role != org.RolePetitionerRep {
			return false
		}
	}
	return len(a.Grants) > 0
}

// Register opens a case (G1). It cannot be refused for missing documents (R5):
// only what no case can exist without is required.
func Register(r Registration, cmd machine.Command, rules *machine.Rules, now time.Time) ([]machine.Event, *Case, error) {
	if r.OriginSealed && r.Input.Text("nature") != "accusation" && r.Input.Text("confidentiality") != codes.ConfidentialityAccusation {
		cmd.Actor = domain.SystemActor() // who took it out of the vault would give away where it was
	}
	deskUnit, staff, ok := MayRegister(cmd.Actor)
	if !ok && !cmd.Actor.IsSystem() {
		return nil, nil, domain.Forbid("not_your_office", "G1", "您的岗位不能登记诉求", "your office may not register a matter")
	}
	t := turn{Machine.Begin(Fresh(), cmd.Actor, rules, machine.World{}, now, now).Keyed(cmd.Key)}
	clean, faults := form.Check(RegisterFields, r.Input, t.Lookup())
	if u, known := rules.Org.Unit(clean.Text("area")); known && (u.County == "" || !u.Kind.Area()) {
		faults = append(faults, domain.Fault("area", "unknown_area", "发生地应在县(区)之内", "the place must lie in a county"))
	}
	if len(faults) > 0 {
		return nil, nil, domain.Invalid(faults...)
	}
	t.In = clean
	t.describe(r, now)
	t.receive(cmd.Actor, deskUnit, staff)
	t.admit()
	e := t.Record("registered", "G1").Notify("N1", t.petitioners()...) // kept as exempt when anonymous
	if c := t.Case; c.Urgency == "emergency" || c.Risk == "red" || t.groupVisit() {
		e.Notify("N20", t.county(dutyLeader, dispatcher)...)
	}
	if contains(t.Case.Flags, "short_notice") {
		t.Record("late_transfer", "§6 item 21").Notify("N20", t.county(dispatcher)...)
	}
	if r.Converted {
		t.To(Triage)
		t.Record("triage_started", "G2").Untold("told_with_the_event")
		t.accept()
		if err := t.joint(codes.TriggerNoLead, "G9", "joint_started"); err != nil {
			return nil, nil, err
		}
	}
	return t.Events(), t.Case, nil
}

// groupVisit tells whether so many have come that the duty leader joins (§4.9
// reception.group_notice).
func (t turn) groupVisit() bool {
	return t.Case.Channel == string(codes.ChannelWalkIn) && t.Case.Headcount >= t.Rules.Policy.Int("reception.group_size")
}

// The marks of a matter without a name, told to whoever registers it (§4.9 anonymous).
const (
	FlagIdentityNeeded = "identity_needed"     // a mediation needs its parties: the name must follow
	FlagNoWrittenRight = "anonymous_no_rights" // no written notices and no review
)

// withoutName takes in a matter without a name: no door is closed on it, but what
// then cannot be had is marked.
func (t turn) withoutName() {
	c, pol := t.Case, t.Rules.Policy
	if !pol.Lists("anonymous.natures", c.Nature) {
		c.flag(FlagIdentityNeeded)
	}
	if pol.Lists("anonymous.no_rights", c.Nature) {
		c.flag(FlagNoWrittenRight)
	}
}

// describe sets what the matter is about.
func (t turn) describe(r Registration, now time.Time) {
	c, in := t.Case, t.In
	c.No, c.Kind = r.No, casefile.KindGrievance
	c.Nature, c.Channel, c.Category = in.Text("nature"), in.Text("channel"), in.Text("category")
	c.Track = codes.TrackOf(codes.Nature(c.Nature))
	c.Summary = strings.TrimSpace(in.Text("summary"))
	c.Urgency = codes.Urgency(or(in.Text("urgency"), string(codes.UrgencyNormal)))
	c.Risk, c.Scale = in.Text("risk"), in.Text("scale")
	c.Headcount = max(1, in.Int("headcount"))
	if c.Scale == "" {
		c.Scale = string(t.Rules.Policy.ScaleOf(c.Headcount))
	}
	c.Confidentiality = or(in.Text("confidentiality"), "C1")
	if c.Nature == "accusation" { // §2.3: accusation material is always C3
		c.Confidentiality = "C3"
	}
	if c.Origin = r.Origin; r.OriginSealed && !c.sealed() {
		c.Origin, c.OriginHidden = "", true
	}
	c.RespondentUnit = in.Text("respondent_unit")
	c.Petitioner, c.Anonymous, c.WrittenNoDuty = r.Petitioner, r.Anonymous, r.NameUnclear || r.Anonymous
	if c.Anonymous {
		t.withoutName()
	}
	c.ReceivedAt, c.RegisteredAt = now, now
	if at := in.Time("received_at", now.Location()); !at.IsZero() && at.Before(now) {
		c.ReceivedAt = at
	}
	t.inherit(r.InheritedDue)
	c.County = t.Rules.Org.CountyOf(in.Text("area"))
	c.Area, c.Grid = t.Rules.Org.TownshipOf(in.Text("area")), ""
	if c.Area == "" { // a county was named: the place is not known more closely
		c.Area = c.County
	}
	if u, _ := t.Rules.Org.Unit(in.Text("area")); u.Kind == org.KindGrid {
		c.Grid = u.ID
	}
	c.Batch = in.Text("batch")
	c.SupplementAsked = in.Has("missing_materials")
	c.RulebookVersion = t.Rules.Version
}

// inherit takes over the due date of a sender, less the time to report back
// (§4.2 online_transfer). What came too late keeps the least time there is, and a
// mark (§6 item 21).
func (t turn) inherit(due time.Time) {
	if due.IsZero() {
		due = t.In.Time("due_by_sender", calendar.Zone)
	}
	if due.IsZero() {
		return
	}
	c, pol, cal := t.Case, t.Rules.Policy, t.Rules.Calendar
	c.InheritedDue = t.dateOfSender(due)
	if least := cal.Due(t.Now, pol.Limit("transfer.least")).At; c.InheritedDue.Before(least) {
		c.InheritedDue = least
		c.flag("short_notice")
	}
}

// receive makes the case owned from its first moment (FR1) and starts the
// limits of the front desk (G1, G2).
func (t turn) receive(a domain.Actor, deskUnit string, staff bool) {
	c := t.Case
	t.To(Registered)
	if IsCitizen(a) {
		c.RegisteredBy = a.User
	}
	switch {
	case staff:
		c.FirstUnit, c.FirstResponder = t.deskOf(deskUnit), a.User
	case c.Area != c.County:
		c.FirstUnit = t.townshipCentre() // R39: first owner is the township centre of the place
	default:
		c.FirstUnit = t.centre()
	}
	t.Unit = c.FirstUnit
	c.owns(Owner{Unit: c.FirstUnit, User: c.FirstResponder})
	if staff {
		t.awaitTriage()
	} else {
		c.DeskDue = t.Start("pickup", t.Rules.Policy.Limit("pickup.limit"), machine.Deadline{Duty: true, Unit: c.FirstUnit}).At
	}
	t.awaitDecision()
}

// awaitDecision starts the limit for telling the petitioner what becomes of the
// matter: on the petition track 15 days from receipt (XF §22), else a day (G3). A
// matter that was accepted and fell back to the desk has that day, too.
func (t turn) awaitDecision() {
	c := t.Case
	limit := t.Rules.Policy.GuideLimit(c.Track)
	if !c.petition() || !c.AcceptedAt.IsZero() {
		t.awaitDesk()
		return
	}
	d := t.Rules.Calendar.Due(c.ReceivedAt, limit)
	t.Set(machine.Deadline{ID: "accept_notice", At: later(d.At, t.Now), Provisional: d.Provisional, Start: c.ReceivedAt, Limit: limit,
		Duty: true, Unit: c.Owner.Unit})
}

// awaitDesk gives the desk a day to decide.
func (t turn) awaitDesk() {
	t.Start("triage.decide", t.Rules.Policy.Limit("guide.limit.other"), machine.Deadline{Duty: true, Unit: t.Case.Owner.Unit})
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// deskOf is the unit that answers for a desk: a grid or community works under
// the centre of its township.
func (t turn) deskOf(u string) string {
	if x, ok := t.Rules.Org.Unit(u); ok && !x.Kind.Area() {
		return u
	}
	if centre, ok := t.Rules.Org.CentreOf(t.Rules.Org.TownshipOf(u)); ok {
		return centre.ID
	}
	return t.centre()
}

// awaitTriage starts the limits of triage: on the spot, and at the latest (G2).
func (t turn) awaitTriage() {
	soft, hard := t.Rules.Policy.TriageLimits(t.Case.Urgency)
	t.Start("triage.soft", soft, machine.Deadline{Unit: t.Case.Owner.Unit})
	t.Case.DeskDue = t.Start("triage", hard, machine.Deadline{Duty: true, Unit: t.Case.Owner.Unit}).At
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
