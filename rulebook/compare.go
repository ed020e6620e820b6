package rulebook

import (
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/codes"
	"huajie/domain/grid"
	"huajie/domain/org"
	"huajie/domain/publishing"
)

// Compare tells what is otherwise in b than in old, as a person reads it: by area, and there by key.
// Nothing is told twice, and of a book and itself there is nothing to tell.
func (b *Book) Compare(old *Book) []publishing.Change {
	out := b.comparePolicy(old)
	out = append(out, compareCalendars(old.Calendar, b.Calendar)...)
	out = append(out, compareHours(old, b)...)
	out = append(out, compareDuty(old, b)...)
	out = append(out, compareCodes(old.Codes, b.Codes)...)
	out = append(out, compareUnits(old.Org, b.Org)...)
	out = append(out, compareGrids(old.Grids, b.Grids)...)
	out = append(out, compareUsers(old, b)...)
	return append(out, compareFiles(old, b, out)...)
}

func (b *Book) comparePolicy(old *Book) (out []publishing.Change) {
	pathOf := func(unit string) []string {
		if p := b.Org.Path(unit); len(p) > 0 {
			return p
		}
		return old.Org.Path(unit)
	}
	for _, c := range b.Policy.Compare(old.Policy, pathOf) {
		change := publishing.Change{
			Area: publishing.Policy, Key: c.Scope + " " + c.Key.Name, Name: domain.Text{ZH: c.Key.ZH, EN: c.Key.EN}, Act: publishing.Changed,
			Scope: c.Scope, ScopeName: b.unitName(c.Scope, old), Statutory: c.Key.Statutory,
		}
		for _, s := range c.Steps {
			change.Steps = append(change.Steps, publishing.Step{From: calendar.DateOf(s.From), Old: s.Old, New: s.New, Direction: s.Direction})
		}
		if n := len(c.Steps); n > 0 {
			change.Old, change.New = both(c.Steps[n-1].Old), both(c.Steps[n-1].New)
		}
		out = append(out, change)
	}
	return out
}

func both(s string) domain.Text { return domain.Text{ZH: s, EN: s} }

func (b *Book) unitName(id string, old *Book) domain.Text {
	for _, tree := range []*org.Tree{b.Org, old.Org} {
		if u, ok := tree.Unit(id); ok {
			return domain.Text{ZH: u.ZH, EN: u.EN}
		}
	}
	return both(id)
}

// compareCalendars tells years, and then every day that is something else.
func compareCalendars(old, b *calendar.Calendar) (out []publishing.Change) {
	years := slices.Concat(old.Years(), b.Years())
	slices.Sort(years)
	years = slices.Compact(years)
	for _, y := range years {
		was, had := old.Year(y)
		is, has := b.Year(y)
		c := publishing.Change{Area: publishing.Calendar, Key: fmt.Sprint(y), Name: domain.Text{ZH: fmt.Sprintf("%d年", y), EN: fmt.Sprintf("the year %d", y)},
			Firm: old.Covers(y), Turns: old.Covers(y) && !b.Covers(y)}
		if had {
			c.Old = yearText(was)
		}
		if has {
			c.New = yearText(is)
		}
		if c.Act = actOf(had, has); c.Old != c.New {
			out = append(out, c)
		}
	}
	if len(years) == 0 {
		return out
	}
	// A notice may speak of days of the years beside its own.
	last := calendar.Date{Year: years[len(years)-1] + 1, Month: 12, Day: 31}
	for d := (calendar.Date{Year: years[0] - 1, Month: 1, Day: 1}); d.Compare(last) <= 0; d = d.AddDays(1) {
		if c, differs := compareDay(old, b, d); differs {
			out = append(out, c)
		}
	}
	return out
}

func actOf(had, has bool) publishing.Act {
	switch {
	case had && has:
		return publishing.Changed
	case has:
		return publishing.Added
	}
	return publishing.Removed
}

func yearText(y calendar.Year) domain.Text {
	out := domain.Text{ZH: y.Notice, EN: y.Notice}
	if y.URL != "" {
		out.ZH, out.EN = out.ZH+" "+y.URL, out.EN+" "+y.URL
	}
	if !y.Verified {
		out.ZH, out.EN = out.ZH+"(未核对)", out.EN+" (not verified)"
	}
	if y.Provisional {
		out.ZH, out.EN = out.ZH+"(暂定)", out.EN+" (provisional)"
	}
	return out
}

func compareDay(old, b *calendar.Calendar, d calendar.Date) (c publishing.Change, differs bool) {
	worked, was, wasName, provisional := old.IsWorkday(d)
	works, is, isName, _ := b.IsWorkday(d)
	if was == is && wasName == isName {
		return c, false
	}
	day := domain.Text{ZH: d.String() + " " + weekdays[d.Weekday()].ZH, EN: d.String() + " " + weekdays[d.Weekday()].EN}
	return publishing.Change{Area: publishing.Calendar, Key: d.String(), Name: day, Act: publishing.Changed,
		Old: dayText(worked, wasName), New: dayText(works, isName), Turns: worked != works, Firm: !provisional}, true
}

var weekdays = [...]domain.Text{{ZH: "周日", EN: "Sun"}, {ZH: "周一", EN: "Mon"}, {ZH: "周二", EN: "Tue"}, {ZH: "周三", EN: "Wed"}, {ZH: "周四", EN: "Thu"}, {ZH: "周五", EN: "Fri"}, {ZH: "周六", EN: "Sat"}}

func dayText(worked bool, name calendar.Name) domain.Text {
	if worked {
		return domain.Text{ZH: "班 " + name.ZH, EN: "worked: " + name.EN}
	}
	return domain.Text{ZH: "休 " + name.ZH, EN: "off: " + name.EN}
}

func compareHours(old, b *Book) []publishing.Change {
	was, is := old.Calendar.Hours(), b.Calendar.Hours()
	if reflect.DeepEqual(was, is) {
		return nil
	}
	return []publishing.Change{{Area: publishing.Hours, Key: fileHours, Name: domain.Text{ZH: "作息时间", EN: "office hours"}, Act: publishing.Changed,
		Old: hoursText(was), New: hoursText(is)}}
}

func hoursText(h calendar.Hours) domain.Text {
	days := func(w calendar.Week) string {
		return fmt.Sprintf("%v %v %v %v %v %v %v", w.Mon, w.Tue, w.Wed, w.Thu, w.Fri, w.Sat, w.Sun)
	}
	out := both(days(h.Week))
	for _, s := range h.Seasons {
		span := fmt.Sprintf(" %v–%v ", s.From, s.To) + days(s.Week)
		out.ZH, out.EN = out.ZH+"; "+s.Name+span, out.EN+"; "+s.NameEN+span
	}
	return out
}

// told compares two sets of named things. text tells what of a thing matters.
func told[T any](area publishing.Area, old, b map[string]T, name, text func(T) domain.Text) (out []publishing.Change) {
	keys := maps.Clone(old)
	maps.Copy(keys, b)
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		was, had := old[k]
		is, has := b[k]
		if had && has && reflect.DeepEqual(was, is) {
			continue
		}
		c := publishing.Change{Area: area, Key: k, Act: actOf(had, has), Name: name(is)}
		if had {
			c.Old = text(was)
		}
		if has {
			c.New = text(is)
		} else {
			c.Name = name(was)
		}
		out = append(out, c)
	}
	return out
}

func compareCodes(old, b codes.Tables) []publishing.Change {
	by := func(ts codes.Tables) map[string]codes.Item {
		out := map[string]codes.Item{}
		for _, name := range ts.Names() {
			t, _ := ts.Table(name)
			out[name] = codes.Item{ZH: t.ZH, EN: t.EN, MapsTo: t.MapsTo}
			for _, it := range t.Items {
				out[name+"/"+it.Code] = it
			}
		}
		return out
	}
	name := func(it codes.Item) domain.Text { return domain.Text{ZH: it.ZH, EN: it.EN} }
	return told(publishing.Codes, by(old), by(b), name, func(it codes.Item) domain.Text {
		more := strings.Join(strings.Fields(strings.Join([]string{it.Code, it.Key, it.Parent, it.MapsTo}, " ")), " ")
		out := domain.Text{ZH: strings.TrimSpace(it.ZH + " " + more), EN: strings.TrimSpace(it.EN + " " + more)}
		if it.Blocked {
			out.ZH, out.EN = out.ZH+"(停用)", out.EN+" (blocked)"
		}
		if it.NoteZH != "" {
			out.ZH, out.EN = out.ZH+" · "+it.NoteZH, out.EN+" · "+it.NoteZH
		}
		return out
	})
}

func compareGrids(old, b *grid.Index) []publishing.Change {
	by := func(x *grid.Index) map[string]grid.Grid {
		out := map[string]grid.Grid{}
		for _, g := range x.All() {
			out[g.Code] = g
		}
		return out
	}
	return told(publishing.Grids, by(old), by(b), func(g grid.Grid) domain.Text { return g.Name }, func(g grid.Grid) domain.Text {
		out := domain.Text{ZH: g.Name.ZH + " " + strings.Join(g.Buildings, " "), EN: g.Name.EN + " " + strings.Join(g.Buildings, " ")}
		if g.Shaped() {
			out.ZH, out.EN = out.ZH+fmt.Sprintf(" %.0f平方米", g.SquareMetres()), out.EN+fmt.Sprintf(" %.0f m²", g.SquareMetres())
		}
		return out
	})
}

func compareUsers(old, b *Book) []publishing.Change {
	by := func(x *Book) map[string]org.User {
		out := map[string]org.User{}
		for _, u := range x.Users.Users() {
			out[u.Username] = u
		}
		return out
	}
	name := func(u org.User) domain.Text { return domain.Text{ZH: u.ZH, EN: u.EN} }
	return told(publishing.Users, by(old), by(b), name, func(u org.User) domain.Text {
		var offices []string
		for _, g := range u.Grants {
			offices = append(offices, string(g.Role)+" @ "+g.Unit)
		}
		return both(strings.Join(offices, ", "))
	})
}

// explained are the areas in which what a file says is told; of the others nobody can tell more than
// that they are otherwise.
var explained = map[string][]publishing.Area{
	filePolicy: {publishing.Policy}, filePolicyDrill: {publishing.Policy}, dirPolicy: {publishing.Policy}, dirCalendar: {publishing.Calendar}, fileHours: {publishing.Hours},
	fileDuty: {publishing.Duty}, dirCodes: {publishing.Codes}, fileDepartments: {publishing.Units, publishing.Codes}, fileOrg: {publishing.Units}, fileCommunities: {publishing.Units},
	fileGrids: {publishing.Grids, publishing.Units}, fileShapes: {publishing.Grids}, fileDrill: {publishing.Units}, fileDrillShapes: {publishing.Grids}, fileUsers: {publishing.Users},
}

// compareFiles tells the files that are otherwise while nothing told so far says how.
func compareFiles(old, b *Book, before []publishing.Change) (out []publishing.Change) {
	areas := map[publishing.Area]bool{}
	for _, c := range before {
		areas[c.Area] = true
	}
	text := func(raw []byte) domain.Text {
		lines := strings.Count(string(raw), "\n")
		return domain.Text{ZH: fmt.Sprintf("%d行", lines), EN: fmt.Sprintf("%d lines", lines)}
	}
	for _, c := range told(publishing.Files, old.files, b.files, func([]byte) domain.Text { return domain.Text{} }, text) {
		by, ok := explained[c.Key]
		if !ok {
			by = explained[path.Dir(c.Key)]
		}
		if c.Act == publishing.Changed && slices.ContainsFunc(by, func(a publishing.Area) bool { return areas[a] }) {
			continue
		}
		c.Name = both(c.Key)
		out = append(out, c)
	}
	return out
}
