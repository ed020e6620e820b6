package policy

// receptionKeys are the keys of §4.9 the chain reads. Reception, presence and
// call-back by sample, retention and agents get theirs with the code that reads them.
var receptionKeys = []Key{
	{Name: "reception.rep_max", Kind: KindInt, ZH: "信访代表人数上限", EN: "representatives of a group", Source: "§4.9 XF §20 A", Statutory: true, Law: "5"},
	{Name: "reception.group_size", Kind: KindInt, ZH: "集体访通知值班领导人数", EN: "persons from which the duty leader joins", Source: "§4.9 reception.group_notice D"},
	{Name: "evaluation.window.petition", Kind: KindLimit, ZH: "评价期·信访", EN: "evaluation window of petitions", Source: "§4.9 evaluation.window D"},
	{Name: "evaluation.window.other", Kind: KindLimit, ZH: "评价期·其他", EN: "evaluation window of other matters", Source: "§4.9 evaluation.window D"},
	{Name: "callback.attempts", Kind: KindInt, ZH: "联系诉求人尝试次数", EN: "attempts to reach the petitioner", Source: "§4.9 callback.sample, §3.10 D"},
	{Name: "unreachable.days", Kind: KindInt, ZH: "联系不上:须在几个不同日期尝试", EN: "unreachable: attempts on so many different days", Source: "§3.10, §6 item 52 D"},
	{Name: "unreachable.hours", Kind: KindInt, ZH: "联系不上:须在几个不同时段(小时)尝试", EN: "unreachable: attempts at so many different hours", Source: "§3.10, §6 item 52 D"},
	{Name: "unreachable.methods", Kind: KindInt, ZH: "联系不上:须用几种不同方式尝试", EN: "unreachable: attempts by so many different means", Source: "§6 item 52 D"},
	{Name: "explained.quota", Kind: KindPercent, ZH: "解释办结占答复件比例上限(季度)", EN: "share of a unit's answered cases closed as explained in a quarter", Source: "§6 item 54 D"},
	{Name: "rework.max", Kind: KindInt, ZH: "返工几次后升级", EN: "reworks before the case goes up", Source: "§4.9 D"},
	{Name: "rework.founded", Kind: KindList, ZH: "不满意属实的情形", EN: "when dissatisfaction is founded", Source: "§4.9 rework.reason_test A"},
	{Name: "rework.unfounded", Kind: KindList, ZH: "不满意不属实的情形", EN: "when dissatisfaction is unfounded", Source: "§4.9 rework.reason_test A"},
	{Name: "reopen.window", Kind: KindLimit, ZH: "重启期", EN: "window to reopen, from closing", Source: "§4.9 D"},
	{Name: "intake.repeat_window", Kind: KindLimit, ZH: "同一来源相同内容视为重复提交的时间", EN: "same words from the same source in this time are one submission", Source: "§6 item 22 D"},
	{Name: "duplicate.window", Kind: KindLimit, ZH: "重复件判定期(人+类别+地点)", EN: "same person, category and place is a duplicate in this time", Source: "§4.9 D"},
	{Name: "merge.undo", Kind: KindLimit, ZH: "并案/拆分可撤销期", EN: "merge and split may be undone", Source: "§2.2 case.merge D"},
	{Name: "repeat.window", Kind: KindLimit, ZH: "重复信访判定期", EN: "same person and facts after the reply is a repeat in this time", Source: "§4.9 repeat.petition C"},
	{Name: "anonymous.natures", Kind: KindList, ZH: "可匿名的事项性质", EN: "natures that may be raised anonymously", Source: "§4.9 anonymous A/D", Codes: "nature"},
	{Name: "anonymous.no_rights", Kind: KindList, ZH: "匿名则无告知、复查权的事项性质", EN: "natures without notices and review when anonymous", Source: "§4.9 anonymous XF §23 A", Codes: "nature"},
}

// gridKeys are the keys of §4.10 that the rulebook itself reads.
var gridKeys = []Key{
	{Name: "grid.household_min", Kind: KindInt, ZH: "网格户数下限(仅提醒)", EN: "households of a grid, warning below", Source: "§4.10 grid.household_range SEED A"},
	{Name: "grid.household_max", Kind: KindInt, ZH: "网格户数上限(仅提醒)", EN: "households of a grid, warning above", Source: "§4.10 grid.household_range SEED A"},
	{Name: "grid.border_metres", Kind: KindInt, ZH: "网格边界误差(米):此距离内视为位于边界", EN: "metres within which a point is on the border of a grid", Source: "§6 item 20 D"},
	{Name: "grid.gap_metres", Kind: KindInt, ZH: "空白地带由最近网格先行处置的距离(米)", EN: "metres up to which the nearest grid takes what lies in none", Source: "§6 item 20 D"},
}
