package export

import (
	"slices"
	"strings"
	"time"

	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/casekind"
	"huajie/domain/codes"
	"huajie/domain/machine"
	"huajie/domain/mask"
	"huajie/domain/view"
	"huajie/domain/whistle"
)

// Column is a column a list can be taken out with.
type Column struct {
	Code     string
	ZH, EN   string
	Default  bool // unless others are asked for
	Identity bool // of the petitioner: masked unless a second person has agreed
}

// CaseRow is a case in an export: a row of the list, and what is looked up beside it.
type CaseRow struct {
	view.Row
	Card   casefile.Card // what it is judged by whether its petitioner may be named (view.MayIdentify)
	Person view.Person
}

// WhistleRow is a whistle in an export.
type WhistleRow struct {
	view.WhistleRow
	Confidentiality string // of the case it is linked to, as it is now; "" for none
}

// MemberRow is a grid member in an export.
type MemberRow struct {
	Member, ZH              string
	Grids                   []string
	PartTime                bool
	OnlineMinutes           float64
	PatrolMinutes, PatrolKm float64
	Events                  float64
	DaysDone, DaysOf        float64
	WeeksDone, WeeksOf      float64
	Score                   *float64
	Flags                   int
}

// Terms are what cells are written with.
type Terms struct {
	Rules  *machine.Rules
	Now    time.Time
	Actor  domain.Actor // who has asked, with every office held
	People People
}

// unit is the name of a unit, its id where it has none any more.
func (t Terms) unit(id string) Cell {
	if u, ok := t.Rules.Org.Unit(id); ok {
		return Words(u.ZH)
	}
	return Words(id)
}

func (t Terms) label(table, code string) Cell {
	if code == "" {
		return Cell{}
	}
	zh, _ := t.Rules.Codes.Label(table, code)
	return Words(zh)
}

// column is a column with what it says of a row.
type column[R any] struct {
	Column
	cell func(R, Terms) Cell
}

// open are the columns that name nobody.
func open[R any](code, zh, en string, byDefault bool, cell func(R, Terms) Cell) column[R] {
	return column[R]{Column{Code: code, ZH: zh, EN: en, Default: byDefault}, cell}
}

// withheld stands for the words of a case that are for a named list of people (C2, §2.3).
const withheld = "〔敏感件,内容不导出〕"

// notTold stands for a petitioner of whom whoever asked is shown not even what a mask leaves.
const notTold = "〔不予提供〕"

var caseColumns = []column[CaseRow]{
	open("no", "编号", "number", true, func(r CaseRow, _ Terms) Cell { return Words(r.No) }),
	open("kind", "类别", "kind", true, func(r CaseRow, _ Terms) Cell { return Words(kindOf(r)) }),
	open("state", "状态", "state", true, func(r CaseRow, _ Terms) Cell { return Words(stateOf(r).ZH) }),
	open("level", "层级", "level", true, func(r CaseRow, t Terms) Cell { return t.label("level", string(r.Level)) }),
	open("nature", "性质", "nature", false, func(r CaseRow, t Terms) Cell { return t.label(codes.TableNature, r.Nature) }),
	open("track", "办理轨道", "track", false, func(r CaseRow, t Terms) Cell { return t.label(codes.TableTrack, string(r.Track)) }),
	open("category", "事项分类", "category", true, func(r CaseRow, t Terms) Cell { return Words(categoryOf(r, t)) }),
	open("urgency", "紧急程度", "urgency", true, func(r CaseRow, t Terms) Cell { return t.label(codes.TableUrgency, string(r.Urgency)) }),
	open("risk", "风险等级", "risk", false, func(r CaseRow, t Terms) Cell { return t.label(codes.TableRisk, r.Risk) }),
	open("summary", "事项摘要", "summary", true, func(r CaseRow, t Terms) Cell { return Words(summaryOf(r, t)) }),
	open("county", "县(区)", "county", true, func(r CaseRow, t Terms) Cell { return t.unit(r.County) }),
	open("area", "属地", "area", true, func(r CaseRow, t Terms) Cell { return t.unit(r.Area) }),
	open("owner_unit", "当前责任单位", "owner", true, func(r CaseRow, t Terms) Cell { return t.unit(r.OwnerUnit) }),
	open("owner_user", "当前责任人", "officer who owns it", false, func(r CaseRow, _ Terms) Cell { return Words(r.OwnerUser) }),
	open("lead_unit", "牵头单位", "lead unit", true, func(r CaseRow, t Terms) Cell { return t.unit(r.LeadUnit) }),
	open("first_responder", "首接责任人", "first responder", false, func(r CaseRow, _ Terms) Cell { return Words(r.FirstResponder) }),
	open("headcount", "人数", "persons", true, func(r CaseRow, _ Terms) Cell { return Count(r.Headcount) }),
	open("supervision", "督办", "supervision", false, func(r CaseRow, _ Terms) Cell { return Words(r.Supervision) }),
	open("confidentiality", "密级", "confidentiality", false, func(r CaseRow, t Terms) Cell { return t.label(codes.TableConfidentiality, r.Card.Confidentiality) }),
	open("created_at", "登记时间", "registered at", true, func(r CaseRow, _ Terms) Cell { return Moment(r.CreatedAt) }),
	open("updated_at", "更新时间", "changed at", false, func(r CaseRow, _ Terms) Cell { return Moment(r.UpdatedAt) }),
	open("due_at", "应办结时间", "due at", true, func(r CaseRow, _ Terms) Cell { return Moment(r.DueAt) }),
	open("statutory_due_at", "法定期限", "statutory limit", false, func(r CaseRow, _ Terms) Cell { return Moment(r.StatutoryDueAt) }),
	open("light", "亮灯", "light", true, func(r CaseRow, _ Terms) Cell { return Words(lights[r.Light]) }),
	open("late_hours", "超期小时数", "hours late", true, lateHours),
	{Column{"petitioner_name", "诉求人", "name of the petitioner", false, true}, func(r CaseRow, t Terms) Cell { return Words(t.Person(r).Name) }},
	{Column{"petitioner_phone", "联系电话", "phone of the petitioner", false, true}, func(r CaseRow, t Terms) Cell { return Words(t.Person(r).Phone) }},
}

var lights = map[view.Light]string{view.Green: "绿灯", view.Yellow: "黄灯", view.Red: "红灯", view.NoRun: "不计时"}

func kindOf(r CaseRow) string {
	k, _ := casekind.Named(r.Kind)
	return k.Label.ZH
}

func stateOf(r CaseRow) domain.Text {
	k, _ := casekind.Named(r.Kind)
	label, ok := k.StateLabel(r.State)
	if !ok {
		label.ZH = string(r.State)
	}
	return label
}

// categoryOf looks in the table of the kind: grid events have their own.
func categoryOf(r CaseRow, t Terms) string {
	for _, table := range []string{codes.TableDisputeCategory, codes.TableEventCategory} {
		if t.Rules.Codes.Has(table, r.Category) {
			zh, _ := t.Rules.Codes.Label(table, r.Category)
			return zh
		}
	}
	return r.Category
}

// lateHours is how far a case is past its due date, with one place.
func lateHours(r CaseRow, t Terms) Cell {
	if r.DueAt.IsZero() || t.Now.Before(r.DueAt) {
		return Cell{}
	}
	return Figure(float64(int(t.Now.Sub(r.DueAt).Hours()*10)) / 10)
}

// ordinary tells whether the words of a case of a class may be taken out: of an unknown
// class they may not.
func ordinary(class string) bool {
	return class == codes.ConfidentialityNormal || class == codes.ConfidentialityPublic
}

// Named tells whether who raised a case may stand in the file: whoever asked for it may look
// at this one case by case (§2.3, view.MayIdentify), a second person has agreed, and it is an
// ordinary case (C2 and C3 are for few, whom a file does not know).
func (t Terms) Named(r CaseRow) bool {
	return t.People == Whole && r.Card.Confidentiality == codes.ConfidentialityNormal && view.MayIdentify(t.Actor, r.Card, r.Person.ViaCentre, t.Rules.Org) == nil
}

// Person gives the petitioner as the file may tell of them: as they are, masked, or not even
// what a mask leaves (view.Withheld).
func (t Terms) Person(r CaseRow) view.Person {
	switch {
	case r.Person.Name == "" && r.Person.Phone == "", t.Named(r):
		return r.Person
	case view.Withheld(t.Actor, r.Card, r.Person.ViaCentre, t.Rules.Org):
		return view.Person{Name: notTold, Phone: notTold, ViaCentre: r.Person.ViaCentre}
	}
	return r.Person.Masked()
}

// summaryOf gives the words of an ordinary case, without the numbers of people where these
// may not be named.
func summaryOf(r CaseRow, t Terms) string {
	switch {
	case !ordinary(r.Card.Confidentiality):
		return withheld
	case t.Named(r):
		return r.Summary
	}
	return mask.Numbers(r.Summary)
}

// placeOf gives where a whistle calls to, in somebody's own words; not where it grew out of a
// case whose words are for few.
func placeOf(r WhistleRow) string {
	if r.Case != "" && !ordinary(r.Confidentiality) {
		return withheld
	}
	return mask.Numbers(r.Place)
}

var whistleColumns = []column[WhistleRow]{
	open("no", "编号", "number", true, func(r WhistleRow, _ Terms) Cell { return Words(r.No) }),
	open("kind", "哨种", "kind", true, func(r WhistleRow, _ Terms) Cell { return Words(whistle.KindLabels[r.Kind].ZH) }),
	open("state", "状态", "state", true, func(r WhistleRow, _ Terms) Cell { return Words(whistle.Labels[r.State].ZH) }),
	open("case", "关联办件", "linked case", true, func(r WhistleRow, _ Terms) Cell { return Words(r.Case) }),
	open("county", "县(区)", "county", true, func(r WhistleRow, t Terms) Cell { return t.unit(r.County) }),
	open("township", "乡镇(街道)", "township", true, func(r WhistleRow, t Terms) Cell { return t.unit(r.Township) }),
	open("place", "地点", "place", false, func(r WhistleRow, _ Terms) Cell { return Words(placeOf(r)) }),
	open("units", "被召集单位", "units called", true, func(r WhistleRow, t Terms) Cell { return Words(t.units(r.Units)) }),
	open("owner_unit", "当前责任单位", "who has to move", true, func(r WhistleRow, t Terms) Cell { return t.unit(r.OwnerUnit) }),
	open("supervision", "督办", "supervision", false, func(r WhistleRow, _ Terms) Cell { return Words(r.Supervision) }),
	open("drafted_at", "起草时间", "drafted at", true, func(r WhistleRow, _ Terms) Cell { return Moment(r.DraftedAt) }),
	open("blown_at", "吹哨时间", "blown at", true, func(r WhistleRow, _ Terms) Cell { return Moment(r.BlownAt) }),
	open("due_at", "最近期限", "next limit", true, func(r WhistleRow, _ Terms) Cell { return Moment(r.DueAt) }),
	open("overdue", "是否超期", "overdue", true, func(r WhistleRow, _ Terms) Cell { return yesNo(r.Overdue) }),
}

func (t Terms) units(ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = t.unit(id).Text
	}
	return strings.Join(names, "、")
}

func yesNo(b bool) Cell {
	if b {
		return Words("是")
	}
	return Words("否")
}

var memberColumns = []column[MemberRow]{
	open("member", "账号", "username", true, func(r MemberRow, _ Terms) Cell { return Words(r.Member) }),
	open("name", "姓名", "name", true, func(r MemberRow, _ Terms) Cell { return Words(r.ZH) }),
	open("grids", "网格", "grids", true, func(r MemberRow, _ Terms) Cell { return Words(strings.Join(r.Grids, "、")) }),
	open("part_time", "兼职", "part-time", true, func(r MemberRow, _ Terms) Cell { return yesNo(r.PartTime) }),
	open("online_minutes", "在线分钟", "minutes on line", true, func(r MemberRow, _ Terms) Cell { return Figure(r.OnlineMinutes) }),
	open("patrol_minutes", "巡查分钟", "minutes on patrol", true, func(r MemberRow, _ Terms) Cell { return Figure(r.PatrolMinutes) }),
	open("patrol_km", "巡查公里", "kilometres on patrol", true, func(r MemberRow, _ Terms) Cell { return Figure(r.PatrolKm) }),
	open("events", "上报事件", "events", true, func(r MemberRow, _ Terms) Cell { return Figure(r.Events) }),
	open("days_ok", "达标天数", "days reached", true, func(r MemberRow, _ Terms) Cell { return Figure(r.DaysDone) }),
	open("days_of", "应达标天数", "days asked for", true, func(r MemberRow, _ Terms) Cell { return Figure(r.DaysOf) }),
	open("weeks_ok", "达标周数", "weeks reached", true, func(r MemberRow, _ Terms) Cell { return Figure(r.WeeksDone) }),
	open("weeks_of", "应达标周数", "weeks asked for", true, func(r MemberRow, _ Terms) Cell { return Figure(r.WeeksOf) }),
	open("score", "得分", "score", true, func(r MemberRow, _ Terms) Cell {
		if r.Score == nil {
			return Cell{}
		}
		return Figure(*r.Score)
	}),
	open("flags", "异常标记数", "integrity flags", false, func(r MemberRow, _ Terms) Cell { return Count(r.Flags) }),
}

// Columns are those of a list, in their order.
func Columns(l List) (out []Column) {
	switch l {
	case Cases, Overdue:
		return headsOf(caseColumns)
	case Whistles:
		return headsOf(whistleColumns)
	case Members:
		return headsOf(memberColumns)
	}
	return nil
}

func headsOf[R any](columns []column[R]) []Column {
	out := make([]Column, len(columns))
	for i, c := range columns {
		out[i] = c.Column
	}
	return out
}

// Choose gives the columns asked for, the default ones for none, and tells which are not
// there. No column stands twice.
func Choose(l List, asked []string, identities bool) (chosen []string, faults []domain.FieldError) {
	all := Columns(l)
	for _, code := range asked {
		if !slices.ContainsFunc(all, func(c Column) bool { return c.Code == code }) {
			return nil, []domain.FieldError{domain.Fault("columns", "unknown_code", "没有这一列", "there is no such column")}
		}
	}
	person := false
	for _, c := range all {
		if slices.Contains(asked, c.Code) || len(asked) == 0 && (c.Default || identities && c.Identity) {
			chosen = append(chosen, c.Code)
			person = person || c.Identity
		}
	}
	if identities && !person {
		faults = append(faults, domain.Fault("identities", "no_identity", "所选列不含身份信息,无需勾选", "none of the columns tells who anybody is"))
	}
	return chosen, faults
}

// Header names chosen columns.
func Header(l List, chosen []string) []string {
	var out []string
	for _, c := range Columns(l) {
		if slices.Contains(chosen, c.Code) {
			out = append(out, c.ZH)
		}
	}
	return out
}

// People is how much an export wants to know of who raised a matter.
type People int

// What is looked up of them.
const (
	Nobody People = iota // no column is about them
	Masked
	Whole // a second person has agreed
)

// Persons tells what the chosen columns of an export need.
func (e *Export) Persons() People {
	switch {
	case !slices.ContainsFunc(Columns(e.List), func(c Column) bool { return c.Identity && slices.Contains(e.Columns, c.Code) }):
		return Nobody
	case e.Identities:
		return Whole
	}
	return Masked
}

// CaseCells is a row of the chosen columns.
func CaseCells(chosen []string, r CaseRow, t Terms) []Cell { return cells(caseColumns, chosen, r, t) }

// WhistleCells is a row of the chosen columns.
func WhistleCells(chosen []string, r WhistleRow, t Terms) []Cell {
	return cells(whistleColumns, chosen, r, t)
}

// MemberCells is a row of the chosen columns.
func MemberCells(chosen []string, r MemberRow, t Terms) []Cell {
	return cells(memberColumns, chosen, r, t)
}

func cells[R any](columns []column[R], chosen []string, r R, t Terms) []Cell {
	out := make([]Cell, 0, len(chosen)+1) // and the watermark
	for _, c := range columns {
		if slices.Contains(chosen, c.Code) {
			out = append(out, c.cell(r, t))
		}
	}
	return out
}
