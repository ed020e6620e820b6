package rulebook

import (
	"regexp"

	"huajie/domain/codes"
	"huajie/domain/org"
	"huajie/domain/publishing"
)

type (
	rowField  = publishing.RowField
	rowOption = publishing.RowOption
)

const longestRow = 200

// formats are what the codes of a sheet look like.
var formats = map[publishing.Sheet]map[string]format{
	publishing.SheetLaws:        {"name": {regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`), "应为小写英文代号,如 water_law", "must be a short name such as water_law"}},
	publishing.SheetDepartments: {"nn": twoDigits, "short": shortName},
	publishing.SheetOrgans:      {"nn": twoDigits, "short": shortName},
	publishing.SheetTownships:   {"code": {regexp.MustCompile(`^[0-9]{9}$`), "应为九位数字,前六位是所属县区", "must be nine digits, the first six those of the county"}},
	publishing.SheetSettlements: {"suffix": {regexp.MustCompile(`^[0-9]{3}$`), "应为三位数字", "must be three digits"}},
	publishing.SheetCodes:       {"code": codeName, "key": {regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`), "应为小写英文标识", "must be an identifier such as walk_in"}},
}

// format is what a code looks like, and how that is said.
type format struct {
	want   *regexp.Regexp
	zh, en string
}

var (
	twoDigits = format{regexp.MustCompile(`^[0-9]{2}$`), "应为两位数字", "must be two digits"}
	shortName = format{regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`), "应为小写英文代号,如 housing", "must be a short name such as housing"}
	codeName  = format{regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$`), "应为字母、数字的代码", "must be of letters and digits"}
)

func line(name, zh, en string) rowField {
	return rowField{Name: name, ZH: zh, EN: en, Type: publishing.FieldLine, Longest: longestRow}
}

func choice(name, zh, en string, options []rowOption) rowField {
	return rowField{Name: name, ZH: zh, EN: en, Type: publishing.FieldChoice, Options: options}
}

func choices(name, zh, en string, options []rowOption) rowField {
	return rowField{Name: name, ZH: zh, EN: en, Type: publishing.FieldChoices, Options: options}
}

func names(name, zh, en string) rowField {
	return rowField{Name: name, ZH: zh, EN: en, Type: publishing.FieldNames, Longest: 60}
}

func flag(name, zh, en string) rowField {
	return rowField{Name: name, ZH: zh, EN: en, Type: publishing.FieldFlag}
}

func opt(value, zh, en string) rowOption { return rowOption{Value: value, ZH: zh, EN: en} }

func need(f rowField) rowField  { f.Required = true; return f }
func fixed(f rowField) rowField { f.Required, f.Fixed = true, true; return f }
func hint(f rowField, zh, en string) rowField {
	f.HintZH, f.HintEN = zh, en
	return f
}

var (
	tags = []rowOption{opt("A", "A 已核原文", "A read in the source"), opt("B", "B 二手资料", "B by a secondary source"), opt("C", "C 常识", "C common knowledge"), opt("D", "D 本系统设定", "D set by us")}

	orgKinds = []rowOption{opt(string(org.OrgParty), "党委部门", "party"), opt(string(org.OrgGovernment), "政府部门", "government"), opt(string(org.OrgJudicial), "司法机关", "judicial"),
		opt(string(org.OrgVertical), "垂直管理", "vertical"), opt(string(org.OrgEnterprise), "企业", "enterprise"), opt(string(org.OrgMass), "群团", "mass organisation")}
	presences = []rowOption{opt(string(org.PresenceResident), "常驻", "resident"), opt(string(org.PresenceOnCall), "随驻", "on call"), opt(string(org.PresenceRotating), "轮驻", "rotating")}

	townshipKinds = []rowOption{opt(string(org.KindStreet), "街道", "street"), opt(string(org.KindTown), "镇", "town"), opt(string(org.KindTownship), "乡", "township"), opt(string(org.KindZone), "功能区(不设中心)", "zone (without a centre)")}
	placeKinds    = []rowOption{opt(string(org.KindCommunity), "社区", "community"), opt(string(org.KindVillage), "行政村", "village")}
)

// fieldsOf are the fields of a sheet, in the order in which a new row has them; what may be chosen is taken from the
// same files.
func (s *binder) fieldsOf(sheet publishing.Sheet) []rowField {
	zh, en := need(line("zh", "名称", "name")), need(line("en", "英文名称", "name in English"))
	switch sheet {
	case publishing.SheetDuty:
		return s.dutyFields()
	case publishing.SheetLaws:
		return []rowField{fixed(line("name", "代号", "short name")), hint(zh, "只写法律名称,如《中华人民共和国水法》", "of the law alone"), en,
			need(choice("tag", "核实程度", "how it is known", tags)), hint(flag("check", "待核", "to be verified"), "对办件人员显示“待核”", "officers see that it is not verified yet")}
	case publishing.SheetDepartments:
		return []rowField{hint(fixed(line("nn", "序号", "number")), "两位数字;单位编码为 县区-D序号", "two digits; the unit is COUNTY-Dnn"), hint(fixed(line("short", "代号", "short name")), "事权清单用它指称部门", "the duty catalogue knows it by this"),
			hint(zh, "各县区共有,不写县区名", "every county has it; without the name of the county"), en, need(choice("org_kind", "机构性质", "kind", orgKinds)), need(choice("presence", "进驻方式", "presence", presences)),
			choice("tag", "核实程度", "how it is known", tags), hint(flag("emergency", "应急联动单位", "emergency unit"), "昼夜可联系", "reached day and night"), names("aliases", "别名", "other names")}
	case publishing.SheetOrgans:
		return []rowField{hint(fixed(line("nn", "序号", "number")), "两位数字", "two digits"), fixed(line("short", "代号", "short name")), zh, en, need(choice("org_kind", "机构性质", "kind", orgKinds)), names("aliases", "别名", "other names")}
	case publishing.SheetCounties:
		return []rowField{fixed(line("code", "代码", "code")), zh, en, {Name: "pop_2020", ZH: "人口(2020年普查)", EN: "population (census of 2020)", Type: publishing.FieldNumber}}
	case publishing.SheetTownships:
		return []rowField{hint(fixed(line("code", "代码", "code")), "九位数字,前六位是县区代码", "nine digits, the first six those of the county"), hint(zh, "写全称,如 寿山镇", "in full"),
			hint(en, "不写 Town、Subdistrict 等,系统自动加上", "without Town or Subdistrict: that is added"), need(choice("kind", "类型", "kind", townshipKinds)), names("aliases", "别名", "other names")}
	case publishing.SheetSettlements:
		return []rowField{hint(fixed(line("suffix", "后三位代码", "last three digits of the code")), "国家统计局代码后三位;未知的用9字头暂编", "of the code of the statistics bureau; 9xx where it is not known"),
			need(choice("kind", "类型", "kind", placeKinds)), zh, en, hint(flag("verified", "已核实", "verified"), "名称和隶属已有资料证实", "name and place are confirmed by a source")}
	}
	return []rowField{fixed(line("code", "代码", "code")), {Name: "key", ZH: "英文标识", EN: "identifier", Type: publishing.FieldLine, Fixed: true, Longest: longestRow, HintZH: "有此标识的表,数据中存的是它", HintEN: "stored instead of the code where there is one"},
		zh, en, hint(line("parent", "上级代码", "code above"), "同一表中的上级", "of the same table"), line("maps_to", "对应代码", "maps to"), line("note_zh", "说明", "note"),
		hint(flag("blocked", "停用", "retired"), "停用后不再可选,已办件仍能显示名称", "no longer offered; what has it keeps its name")}
}

func (s *binder) dutyFields() []rowField {
	levels := s.optionsOf(codes.TableLevel)
	starts := append([]rowOption{}, levels...)
	starts = append(starts, opt("guide", "引导至有权机关(涉法涉诉)", "guided to the organ that may (litigation)"), opt("accusation", "检举控告专办", "accusation, into the vault"))
	depts := s.departments()
	leads := append([]rowOption{opt(org.LeadTownship, "属地乡镇(街道)中心", "centre of the township")}, depts...)
	return []rowField{
		fixed(choice("category", "类别", "category", s.optionsOf(codes.TableDisputeCategory))),
		need(choice("start", "从哪一级开始", "begins at", starts)),
		hint(need(choice("lead", "牵头单位", "lead", leads)), "就地化解(L0)由属地中心牵头时,须写明下一步牵头部门", "led by the township at L0, it names who leads next"),
		choice("next", "就地未化解时的牵头部门", "leads when L0 cannot resolve it", depts),
		choice("then", "其后预计层级", "level expected after it", levels),
		choices("assist", "协办部门", "assist", depts),
		choices("linkage", "联动方式", "linkage", s.optionsOf(codes.TableLinkage)),
		need(choices("basis", "法律依据", "legal basis", s.laws())),
		hint(need(line("source", "出处", "where it is written")), "文件名称或会议纪要", "name of the document or the minutes"),
	}
}
