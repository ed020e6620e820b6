package patrols

import (
	"context"
	"math"
	"slices"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/export"
	"huajie/domain/form"
	"huajie/domain/org"
	"huajie/domain/patrol"
	"huajie/domain/view"
)

// Readers oversee members; the reach is that of the office (§2.1).
var Readers = []org.Role{org.RoleGridLeader, org.RoleTownshipOffice, org.RoleTownshipLeader, org.RolePlatformAdmin, org.RoleSupervisor,
	org.RoleCentreDirector, org.RoleCountyLeader, org.RoleCitySupervisor}

// Reached gives the areas somebody oversees by the roles: "" is the city.
func (b Book) Reached(a domain.Actor, roles []org.Role) []string {
	tree := b.rules().Org
	areas := tree.AreasOf(a.Grants, roles...)
	for i, area := range areas {
		if area == tree.Root() {
			areas[i] = ""
		}
	}
	return areas
}

// Over tells whether the areas hold a unit.
func (b Book) Over(areas []string, unit string) bool {
	return slices.ContainsFunc(areas, func(a string) bool { return a == "" || b.rules().Org.Within(unit, a) })
}

// AreasAsked are the areas a table is about: those of the offices of who asks, or one in
// them.
func (b Book) AreasAsked(a domain.Actor, area string, readers []org.Role) ([]string, error) {
	areas := b.Reached(a, readers)
	if len(areas) == 0 {
		return nil, domain.Forbid("not_your_office", "§2.1", "您的岗位不能查看此统计", "your office may not see this table")
	}
	if area == "" {
		return areas, nil
	}
	if !b.Over(areas, area) {
		return nil, domain.NotFound()
	}
	if area == b.rules().Org.Root() {
		area = ""
	}
	return []string{area}, nil
}

// ReadDate reads a day that is not to come; today when there is none.
func (b Book) ReadDate(field, text string) (calendar.Date, error) {
	today := calendar.DateOf(b.now())
	if text == "" {
		return today, nil
	}
	return form.PastDay(field, text, today)
}

// mostDays bounds one question: every day is measured from its points.
const mostDays = 31

// Period reads the days a table is about: from the first of the month, to today, unless
// others are named.
func (b Book) Period(first, last string) (from, to calendar.Date, err error) {
	if to, err = b.ReadDate("to", last); err != nil {
		return from, to, err
	}
	from = calendar.Date{Year: to.Year, Month: to.Month, Day: 1}
	if first != "" {
		if from, err = b.ReadDate("from", first); err != nil {
			return from, to, err
		}
	}
	if from.Compare(to) > 0 || from.AddDays(mostDays).Compare(to) <= 0 {
		return from, to, domain.Invalid(domain.Fault("from", "range", "起止日期应先后有序且不超过31天", "the days must be in order and no more than 31"))
	}
	return from, to, nil
}

// Totals are the sums of a run of days.
type Totals struct {
	OnlineMinutes, PatrolMinutes, PatrolKm, Events float64
}

// TotalsOf adds up days, and the weeks whose Thursday lies in them.
func TotalsOf(month patrol.Month) (t Totals) {
	for _, d := range month.Days {
		t.OnlineMinutes += d.OnlineMinutes()
		t.PatrolMinutes += d.Track.Minutes()
		t.PatrolKm += d.Track.Km()
	}
	for _, w := range month.Weeks {
		t.Events += w.Events
	}
	return Totals{rounded(t.OnlineMinutes, 100), rounded(t.PatrolMinutes, 100), rounded(t.PatrolKm, 1000), rounded(t.Events, 100)}
}

func rounded(v, parts float64) float64 { return math.Round(v*parts) / parts }

// atOnce is how many members are measured before they are handed on.
const atOnce = 20

// ExportMembers gives the members an actor oversees by the offices that lists may be taken
// out by, some at a time. They are not of one moment: measuring takes its time.
func (b Book) ExportMembers(ctx context.Context, a domain.Actor, f view.MemberFilter, take func(rows []export.MemberRow) error) error {
	areas, err := b.AreasAsked(export.InOffice(a, false), f.Area, Readers)
	if err != nil {
		return err
	}
	from, to, err := b.Period(f.From, f.To)
	if err != nil {
		return err
	}
	for cursor := ""; ; {
		users, next, err := b.Facts.GridMembers(ctx, areas, cursor, atOnce)
		if err != nil {
			return err
		}
		members, months, err := b.Months(ctx, users, from, to)
		if err != nil {
			return err
		}
		rows := make([]export.MemberRow, len(members))
		for i, m := range members {
			sums, month := TotalsOf(months[i]), months[i]
			rows[i] = export.MemberRow{Member: m.Username, ZH: m.ZH, Grids: m.Grids, PartTime: m.PartTime, OnlineMinutes: sums.OnlineMinutes,
				PatrolMinutes: sums.PatrolMinutes, PatrolKm: sums.PatrolKm, Events: sums.Events, DaysDone: rounded(month.DaysOK.Done, 100), DaysOf: rounded(month.DaysOK.Of, 100),
				WeeksDone: rounded(month.WeeksOK.Done, 100), WeeksOf: rounded(month.WeeksOK.Of, 100), Score: month.Score, Flags: len(month.Flags)}
		}
		if err := take(rows); err != nil || next == "" {
			return err
		}
		cursor = next
	}
}
