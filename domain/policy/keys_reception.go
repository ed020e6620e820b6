package policy

// receptionKeys are the keys of §4.9 the chain needs. Retention is left to the
// archive rules and not registered here.
var receptionKeys = []Key{
	{Name: "reception.rep_max", Kind: KindInt, ZH: "信访代表人数上限", EN: "representatives of a group", Source: "§4.9 XF §20 A", Statutory: true, Law: "5"},
	{Name: "reception.group_size", Kind: KindInt, ZH: "集体访通知值班领导人数", EN: "persons from which the duty leader joins", Source: "§4.9 reception.group_notice D"},
	{Name: "reception.group_join", Kind: KindLimit, ZH: "值班领导到场时限", EN: "the duty leader joins a group visit", Source: "§4.9 reception.group_notice D"},
	{Name: "presence.on_call", Kind: KindLimit, ZH: "随驻单位到场时限", EN: "an on-call unit arrives", Source: "§4.9 D"},
	{Name: "presence.rotating", Kind: KindLimit, ZH: "轮驻单位非轮值日响应时限", EN: "a rotating unit answers outside its days", Source: "§4.9 D"},
	{Name: "evaluation.values", Kind: KindList, ZH: "评价选项", EN: "values of an evaluation", Source: "§4.9 K C", Codes: "satisfaction"},
	{Name: "evaluation.window.petition", Kind: KindLimit, ZH: "评价期·信访", EN: "evaluation window of petitions", Source: "§4.9 evaluation.window D"},
	{Name: "evaluation.window.other", Kind: KindLimit, ZH: "评价期·其他", EN: "evaluation window of other matters", Source: "§4.9 evaluation.window D"},
	{Name: "evaluation.default", Kind: KindList, ZH: "逾期未评价记为", EN: "value recorded when nobody rated", Source: "§4.9 D", Codes: "satisfaction"},
	{Name: "callback.sms", Kind: KindPercent, ZH: "短信回访比例", EN: "demands called back by SMS", Source: "§4.9 callback.sample A"},
	{Name: "callback.phone", Kind: KindPercent, ZH: "电话回访比例", EN: "demands called back by phone", Source: "§4.9 callback.sample D"},
	{Name: "callback.phone.high", Kind: KindPercent, ZH: "红色风险及二三级件电话回访比例", EN: "red, L2 and L3 cases called back by phone", Source: "§4.9 callback.sample D"},
	{Name: "callback.attempts", Kind: KindInt, ZH: "回访尝试次数", EN: "attempts to reach the petitioner", Source: "§4.9 callback.sample D"},
	{Name: "callback.by", Kind: KindList, ZH: "回访人员角色(不得为承办单位)", EN: "who calls back, never the handling unit", Source: "§4.9 BJ-JS §23 B", Codes: "role"},
	{Name: "rework.max", Kind: KindInt, ZH: "返工几次后升级", EN: "reworks before the case goes up", Source: "§4.9 D"},
	{Name: "rework.founded", Kind: KindList, ZH: "不满意属实的情形", EN: "when dissatisfaction is founded", Source: "§4.9 rework.reason_test A"},
	{Name: "rework.unfounded", Kind: KindList, ZH: "不满意不属实的情形", EN: "when dissatisfaction is unfounded", Source: "§4.9 rework.reason_test A"},
	{Name: "reopen.window", Kind: KindLimit, ZH: "重启期", EN: "window to reopen, from closing", Source: "§4.9 D"},
	{Name: "duplicate.window", Kind: KindLimit, ZH: "重复件判定期(人+类别+地点)", EN: "same person, category and place is a duplicate in this time", Source: "§4.9 D"},
	{Name: "merge.undo", Kind: KindLimit, ZH: "并案/拆分可撤销期", EN: "merge and split may be undone", Source: "§2.2 case.merge D"},
	{Name: "repeat.window", Kind: KindLimit, ZH: "重复信访判定期", EN: "same person and facts after the reply is a repeat in this time", Source: "§4.9 repeat.petition C"},
	{Name: "agent.max", Kind: KindInt, ZH: "代理人人数上限", EN: "agents of a petitioner", Source: "§4.9 agent.docs B"},
	{Name: "anonymous.natures", Kind: KindList, ZH: "可匿名的事项性质", EN: "natures that may be raised anonymously", Source: "§4.9 anonymous A/D", Codes: "nature"},
	{Name: "anonymous.no_rights", Kind: KindList, ZH: "匿名则无告知、复查权的事项性质", EN: "natures without notices and review when anonymous", Source: "§4.9 anonymous XF §23 A", Codes: "nature"},
}

// gridKeys are the keys of §4.10 that the rulebook itself checks or the grid
// event will need.
var gridKeys = []Key{
	{Name: "grid.household_min", Kind: KindInt, ZH: "网格户数下限(仅提醒)", EN: "households of a grid, warning below", Source: "§4.10 grid.household_range SEED A"},
	{Name: "grid.household_max", Kind: KindInt, ZH: "网格户数上限(仅提醒)", EN: "households of a grid, warning above", Source: "§4.10 grid.household_range SEED A"},
	{Name: "grid.member_max", Kind: KindInt, ZH: "网格员最多负责网格数", EN: "grids one member may hold", Source: "§4.10 grid.members D"},
	{Name: "patrol.daily_minutes", Kind: KindInt, ZH: "每日巡查分钟数", EN: "patrol minutes a duty day", Source: "§4.10 SEED A"},
	{Name: "patrol.daily_metres", Kind: KindInt, ZH: "每日巡查米数", EN: "patrol metres a duty day", Source: "§4.10 SEED A"},
	{Name: "events.weekly_min", Kind: KindInt, ZH: "每周上报事件数", EN: "accepted events an ISO week", Source: "§4.10 SEED A"},
	{Name: "photo.min", Kind: KindInt, ZH: "照片张数下限", EN: "photos of an event, at least", Source: "§4.10 SEED A"},
	{Name: "photo.max", Kind: KindInt, ZH: "照片张数上限", EN: "photos of an event, at most", Source: "§4.10 D"},
	{Name: "event.review.emergency", Kind: KindLimit, ZH: "事件审核时限·特急", EN: "review of an event, emergency", Source: "§4.10 event.review D"},
	{Name: "event.review.urgent", Kind: KindLimit, ZH: "事件审核时限·紧急", EN: "review of an event, urgent", Source: "§4.10 event.review D"},
	{Name: "event.review.normal", Kind: KindLimit, ZH: "事件审核时限·一般", EN: "review of an event, normal", Source: "§4.10 event.review D"},
	{Name: "verify.limit.urgent", Kind: KindLimit, ZH: "现场核查时限·紧急", EN: "on-site verification, urgent", Source: "§4.10 verify.limit D"},
	{Name: "verify.limit.normal", Kind: KindLimit, ZH: "现场核查时限·一般", EN: "on-site verification, normal", Source: "§4.10 verify.limit D"},
	{Name: "self_close.sample", Kind: KindPercent, ZH: "自处置抽查比例", EN: "self-closed events sampled", Source: "§4.10 D"},
	{Name: "self_close.sample.high", Kind: KindPercent, ZH: "高退件网格员自处置抽查比例", EN: "self-closed events sampled, member with many rejects", Source: "§4.10 D"},
}
