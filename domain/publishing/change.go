package publishing

import (
	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/policy"
)

// Area is a part of the rulebook.
type Area string

// The areas, in the order a person reads them.
const (
	Policy   Area = "policy"
	Calendar Area = "calendar"
	Hours    Area = "hours"
	Duty     Area = "duty"
	Codes    Area = "codes"
	Units    Area = "units"
	Grids    Area = "grids"
	Users    Area = "users"
	Files    Area = "files" // a file nobody can tell more of
)

// Areas are all of them.
func Areas() []Area {
	return []Area{Policy, Calendar, Hours, Duty, Codes, Units, Grids, Users, Files}
}

// Label names an area.
func (a Area) Label() domain.Text {
	switch a {
	case Policy:
		return domain.Text{ZH: "政策参数", EN: "policy"}
	case Calendar:
		return domain.Text{ZH: "日历", EN: "calendar"}
	case Hours:
		return domain.Text{ZH: "作息时间", EN: "office hours"}
	case Duty:
		return domain.Text{ZH: "事权清单", EN: "duty catalogue"}
	case Codes:
		return domain.Text{ZH: "代码表", EN: "code tables"}
	case Units:
		return domain.Text{ZH: "机构", EN: "organisation"}
	case Grids:
		return domain.Text{ZH: "网格", EN: "grids"}
	case Users:
		return domain.Text{ZH: "账号", EN: "accounts"}
	}
	return domain.Text{ZH: "文件", EN: "files"}
}

// Act is what has become of something.
type Act string

// What may become of something.
const (
	Added   Act = "added"
	Removed Act = "removed"
	Changed Act = "changed"
)

// Label names an act.
func (a Act) Label() domain.Text {
	switch a {
	case Added:
		return domain.Text{ZH: "新增", EN: "added"}
	case Removed:
		return domain.Text{ZH: "删除", EN: "removed"}
	}
	return domain.Text{ZH: "变更", EN: "changed"}
}

// Change is one thing that is otherwise in one book than in another, as a person reads it. Area
// and Key name it, and no two changes have the same.
type Change struct {
	Area Area
	Key  string // policy: place and key; calendar: day or year; otherwise the code, ID, username or file
	Name domain.Text
	Act  Act
	Old  domain.Text // "" where it is added
	New  domain.Text

	// of a policy key
	Scope     string
	ScopeName domain.Text
	Statutory bool
	Steps     []Step

	// of a day
	Turns bool // from worked to not worked, or back
	Firm  bool // a published notice has told what it was
}

// Step is what a policy key is from a day on.
type Step struct {
	From      calendar.Date
	Old, New  string
	Direction policy.Direction
}

// Setting is one value of policy as a person enters it.
type Setting struct {
	Key    string
	Scope  string
	Values []string // one, or the entries of a list
	From   calendar.Date
	Source string // where it is written, for whoever reads the file
}

// Tightens tells whether the change takes time or room away.
func (c Change) Tightens() bool {
	for _, s := range c.Steps {
		if s.Direction == policy.Tightened {
			return true
		}
	}
	return false
}

// Fault is what forbids to publish a draft: something wrong with a file, or a change the rules of
// publishing do not allow. Line is 0 when it is of the file as a whole, File "" when it is of none.
type Fault struct {
	File string
	Line int
	Key  string
	Rule string
	Text domain.Text
}

// Refused tells which changes may not be published on a day.
func Refused(changes []Change, today calendar.Date) []Fault {
	var out []Fault
	for _, c := range changes {
		switch c.Area {
		case Policy:
			out = append(out, retroactive(c, today)...)
		case Calendar:
			out = append(out, uncorrected(c, today)...)
		}
	}
	return out
}

// retroactive refuses what holds already before it is published (§2.2, §6 item 43). What cannot be
// shown to be looser counts as tighter: the way out is a later day.
func retroactive(c Change, today calendar.Date) (out []Fault) {
	for _, s := range c.Steps {
		if s.Direction == "" || s.Direction == policy.Loosened || s.From.Compare(today) > 0 {
			continue
		}
		out = append(out, Fault{Key: c.Key, Rule: "§2.2 policy.publish", Text: domain.Text{
			ZH: c.Name.ZH + ":" + s.Old + " → " + s.New + ",生效日 " + s.From.String() + " 不晚于今天;收紧的参数最早自明日起生效",
			EN: c.Name.EN + ": " + s.Old + " → " + s.New + " would hold from " + s.From.String() + "; what is not looser takes effect tomorrow at the earliest",
		}})
	}
	return out
}

// uncorrected refuses what corrects nothing (§4.1 calendar.recompute): deadlines have been counted
// over days that have passed, and a year that was published is not taken back.
func uncorrected(c Change, today calendar.Date) []Fault {
	day, err := calendar.ParseDate(c.Key)
	switch {
	case err != nil && c.Firm && c.Turns:
		return []Fault{{Key: c.Key, Rule: "§4.1 calendar.recompute", Text: domain.Text{
			ZH: c.Key + " 年的安排已公布,不能撤回或改为暂定", EN: "the arrangement of " + c.Key + " is published; it can be corrected, not taken back"}}}
	case err == nil && c.Firm && c.Turns && day.Compare(today) <= 0:
		return []Fault{{Key: c.Key, Rule: "§4.1 calendar.recompute", Text: domain.Text{
			ZH: c.Key + " 已过,时限已按此计算,不能再改", EN: c.Key + " has passed, and deadlines were counted over it; it stays as it was"}}}
	}
	return nil
}
