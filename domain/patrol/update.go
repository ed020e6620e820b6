package patrol

import (
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
)

// UpdateKind is what of a grid's own data was brought up to date (R57 collect).
type UpdateKind string

// What a grid's data are about.
const (
	Household  UpdateKind = "household"
	Population UpdateKind = "population"
	Building   UpdateKind = "building"
	Premises   UpdateKind = "premises"
	Facility   UpdateKind = "facility"
)

var updateNames = map[UpdateKind]domain.Text{
	Household:  {ZH: "住户信息", EN: "a household"},
	Population: {ZH: "人口变动", EN: "who moved in or out"},
	Building:   {ZH: "楼栋信息", EN: "a building"},
	Premises:   {ZH: "单位门店", EN: "a shop or workplace"},
	Facility:   {ZH: "公共设施", EN: "a public facility"},
}

// UpdateKinds are all there are.
func UpdateKinds() []UpdateKind {
	return []UpdateKind{Household, Population, Building, Premises, Facility}
}

// Label names a kind.
func (k UpdateKind) Label() domain.Text { return updateNames[k] }

// Update is that a member looked through a part of the grid's own data.
type Update struct {
	Client   string
	Grid     string
	Kind     UpdateKind
	Ref      string // which part, such as a house number; never a person
	N        int    // entries that were changed
	At       time.Time
	Received time.Time
}

// Parts counts the parts that were looked through, each once in a calendar month.
func Parts(all []Update) int {
	type part struct {
		year      int
		month     time.Month
		kind      UpdateKind
		grid, ref string
	}
	seen := map[part]bool{}
	for _, u := range all {
		d := calendar.DateOf(u.At)
		seen[part{d.Year, d.Month, u.Kind, u.Grid, u.Ref}] = true
	}
	return len(seen)
}

// updated counts the parts of the grid's data that were looked through, each once in a
// calendar month however often, of those asked: so many a month, less the working days
// excused and those that are not over (decision 27).
func (m *Month) updated(all []Update, t Terms) (r Rate) {
	span := spanOf(m.From, m.To)
	done := Parts(slices.DeleteFunc(slices.Clone(all), func(u Update) bool { return !span.Holds(u.At) }))
	planned := map[calendar.Date]float64{} // by the first of a month
	for _, d := range m.Days {
		if !d.Workday || d.Open {
			continue
		}
		rules := t.Rules(d.Date)
		first, last := MonthOf(d.Date.Year, d.Date.Month)
		if planned[first] == 0 {
			for _, day := range days(first, last) {
				if t.Workday(day) {
					planned[first]++
				}
			}
		}
		r.Of += rules.Updates * t.demand(rules) * d.Share / planned[first]
	}
	r.Of = round2(r.Of)
	r.Done = min(float64(done), r.Of)
	return r
}
