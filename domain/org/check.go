package org

import "strings"

// checkUnit looks at one unit by itself and at its parent.
func (t *Tree) checkUnit(u Unit, fs *faults) {
	if u.ZH == "" || u.EN == "" {
		fs.add(u.ID, "name", "缺少中文或英文名称", "name missing in one language")
	}
	t.checkID(u, fs)
	if u.Kind == KindCity {
		if u.Parent != "" {
			fs.add(u.ID, "parent", "市不应有上级", "the city has no parent")
		}
		return
	}
	p, ok := t.units[u.Parent]
	if !ok {
		fs.add(u.ID, "parent", "上级单位 %s 不存在", "parent %s does not exist", u.Parent)
		return
	}
	if !parentFits(u.Kind, p.Kind) {
		fs.add(u.ID, "parent", "上级单位 %s(%s)不能下设 %s", "parent %s of kind %s cannot hold a %s", p.ID, p.Kind, u.Kind)
	}
}

// parentFits is the shape of the tree of §9.1.
func parentFits(k, parent Kind) bool {
	switch k {
	case KindCounty:
		return parent == KindCity
	case KindZone, KindStreet, KindTown, KindTownship, KindCentreCounty:
		return parent == KindCounty
	case KindCommunity, KindVillage, KindCentreTownship:
		return parent.Township()
	case KindGrid:
		return parent.Settlement()
	case KindDepartment:
		return parent == KindCounty || parent == KindCity
	}
	return false
}

// checkID holds the coding of §9: 6 digits for counties, 9 for townships, 12
// for communities and villages, 15 for grids, "-C" for centres, "-Dnn" for
// departments; a code below an area starts with the code of the area.
func (t *Tree) checkID(u Unit, fs *faults) {
	ok := false
	switch {
	case u.Kind == KindCity:
		ok = digits(u.ID, 6)
	case u.Kind == KindCounty:
		ok = digits(u.ID, 6) && strings.HasPrefix(u.ID, prefix(u.Parent, 4))
	case u.Kind.Township():
		ok = digits(u.ID, 9) && strings.HasPrefix(u.ID, u.Parent)
	case u.Kind.Settlement():
		ok = digits(u.ID, 12) && strings.HasPrefix(u.ID, u.Parent)
	case u.Kind == KindGrid:
		ok = digits(u.ID, 15) && strings.HasPrefix(u.ID, u.Parent)
	case u.Kind.Centre():
		ok = u.ID == u.Parent+"-C"
	case u.Kind == KindDepartment:
		rest, cut := strings.CutPrefix(u.ID, u.Parent+"-D")
		ok = cut && digits(rest, 2)
		checkDepartment(u, fs)
	default:
		fs.add(u.ID, "kind", "未知单位类型 %s", "unknown kind %s", u.Kind)
		return
	}
	if !ok {
		fs.add(u.ID, "id", "编码不符合 %s 的规则", "code does not fit the rule for a %s", u.Kind)
	}
	if u.Kind.Centre() && u.Layout != Layout268N && u.Layout != Layout1P2 {
		fs.add(u.ID, "layout", "未知布局 %s", "unknown layout %s", u.Layout)
	}
}

func checkDepartment(u Unit, fs *faults) {
	if u.ShortCode == "" {
		fs.add(u.ID, "short_code", "缺少部门简码", "short code missing")
	}
	if !u.OrgKind.Valid() {
		fs.add(u.ID, "org_kind", "未知机构性质 %s", "unknown org_kind %s", u.OrgKind)
	}
	if u.Presence != "" && !u.Presence.Valid() {
		fs.add(u.ID, "presence", "未知进驻方式 %s", "unknown presence mode %s", u.Presence)
	}
}

func digits(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

func prefix(s string, n int) string {
	if len(s) < n {
		return s
	}
	return s[:n]
}
