package rulebook

import (
	"fmt"
	"strings"

	"huajie/domain"
	"huajie/domain/codes"
	"huajie/domain/org"
	"huajie/domain/publishing"
)

// sentence puts what is to be told of a row together, in both languages.
type sentence struct{ zh, en []string }

func (s *sentence) add(zh, en string, list ...domain.Text) {
	if len(list) == 0 {
		return
	}
	var a, b []string
	for _, t := range list {
		a, b = append(a, t.ZH), append(b, t.EN)
	}
	s.zh, s.en = append(s.zh, strings.TrimSpace(zh+" "+strings.Join(a, "、"))), append(s.en, strings.TrimSpace(en+" "+strings.Join(b, ", ")))
}

func (s *sentence) text() domain.Text {
	return domain.Text{ZH: strings.Join(s.zh, " · "), EN: strings.Join(s.en, " · ")}
}

// compareDuty tells every field of an entry, by name: who approves must see each of them.
func compareDuty(old, b *Book) []publishing.Change {
	by := func(x *Book) map[string]org.DutyEntry {
		out := map[string]org.DutyEntry{rowSecurity: x.Duty.SecurityEntry()}
		for _, e := range x.Duty.Entries() {
			out[e.Category] = e
		}
		return out
	}
	called := func(table, code string) domain.Text {
		zh, en := b.Codes.Label(table, code)
		if _, known := b.Codes.Item(table, code); !known {
			zh, en = old.Codes.Label(table, code)
		}
		return domain.Text{ZH: zh, EN: en}
	}
	name := func(e org.DutyEntry) domain.Text {
		if e.Category == "" {
			return domain.Text{ZH: "治安事项", EN: "public security"}
		}
		return called(codes.TableDisputeCategory, e.Category)
	}
	several := func(table string, list []string) (out []domain.Text) {
		for _, one := range list {
			if one == org.LeadTownship {
				out = append(out, domain.Text{ZH: "属地中心", EN: "the township's centre"})
			} else if one != "" {
				out = append(out, called(table, one))
			}
		}
		return out
	}
	return told(publishing.Duty, by(old), by(b), name, func(e org.DutyEntry) domain.Text {
		var s sentence
		switch e.Route {
		case org.RouteGuide:
			s.add("", "", domain.Text{ZH: "引导至有权机关", EN: "guided to the organ that may"})
		case org.RouteAccusation:
			s.add("", "", domain.Text{ZH: "检举控告专办", EN: "accusation"})
		default:
			s.add(string(e.Level), string(e.Level), called(codes.TableLevel, string(e.Level)))
		}
		s.add("牵头", "lead", several(codes.TableDepartment, []string{e.Lead})...)
		s.add("下一步", "next", several(codes.TableDepartment, []string{e.Next})...)
		if e.Then != "" {
			s.add("其后", "then", both(string(e.Then)))
		}
		s.add("协办", "assist", several(codes.TableDepartment, e.Assist)...)
		s.add("联动", "linkage", several(codes.TableLinkage, e.Linkage)...)
		for _, law := range e.Basis {
			tag := " [" + law.Tag + "]"
			s.add("", "", domain.Text{ZH: law.ZH + tag, EN: law.EN + tag})
		}
		s.add("出处", "source", both(e.Source))
		return s.text()
	})
}

// compareUnits tells every field of a unit that a form can change.
func compareUnits(old, b *org.Tree) []publishing.Change {
	by := func(t *org.Tree) map[string]org.Unit {
		out := map[string]org.Unit{}
		for _, u := range t.Units() {
			out[u.ID] = u
		}
		return out
	}
	name := func(u org.Unit) domain.Text { return domain.Text{ZH: u.ZH, EN: u.EN} }
	return told(publishing.Units, by(old), by(b), name, func(u org.Unit) domain.Text {
		var s sentence
		s.add("", "", domain.Text{ZH: u.ZH, EN: u.EN})
		s.add("", "", both(strings.TrimSpace(fmt.Sprintf("%s %s %s", u.Kind, u.Parent, u.ShortCode))))
		for _, o := range []struct {
			from  []rowOption
			value string
		}{{orgKinds, string(u.OrgKind)}, {presences, string(u.Presence)}} {
			for _, x := range o.from {
				if x.Value == o.value {
					s.add("", "", domain.Text{ZH: x.ZH, EN: x.EN})
				}
			}
		}
		if u.Emergency {
			s.add("", "", domain.Text{ZH: "应急联动", EN: "emergency unit"})
		}
		if u.Households > 0 {
			s.add("户数", "households", both(fmt.Sprint(u.Households)))
		}
		if u.Population > 0 {
			s.add("人口", "population", both(fmt.Sprint(u.Population)))
		}
		if len(u.Aliases) > 0 {
			s.add("别名", "also called", both(strings.Join(u.Aliases, "、")))
		}
		if !u.Verified {
			s.add("", "", domain.Text{ZH: "未核实", EN: "not verified"})
		}
		if u.Confidence != "" {
			s.add("核实程度", "known", both(u.Confidence))
		}
		return s.text()
	})
}
