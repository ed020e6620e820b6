package policy

// whistleKeys are the limits of the whistle (§3.8). The spec gives the numbers of W2 to
// W7 and W9; how long silence counts as a refusal to report, how long a draft is kept, the
// radius of a check-in and the life of its code are ours.
var whistleKeys = []Key{
	{Name: "whistle.approve", Kind: KindLimit, ZH: "吹哨审批时限", EN: "whistle: approval", Source: "§3.8 W2 D"},
	{Name: "whistle.approve.afterwards", Kind: KindLimit, ZH: "应急哨补批时限", EN: "emergency whistle: approval afterwards", Source: "§3.8 W2 D"},
	{Name: "whistle.draft.keep", Kind: KindLimit, ZH: "未获审批的吹哨草稿保留时间", EN: "whistle: an unapproved draft is kept", Source: "§3.8 W2 D (limit ours)"},
	{Name: "whistle.principal.units", Kind: KindInt, ZH: "几个单位以上须主要负责人审批", EN: "whistle: units from which the principal approves", Source: "§3.8 W2, P55 YH B"},
	{Name: "whistle.respond.emergency", Kind: KindLimit, ZH: "应急哨应哨时限", EN: "emergency whistle: respond", Source: "§3.8 W4 D"},
	{Name: "whistle.respond.enforcement", Kind: KindLimit, ZH: "联合执法哨应哨时限", EN: "enforcement whistle: respond", Source: "§3.8 W4 D"},
	{Name: "whistle.respond.key_work", Kind: KindLimit, ZH: "重点工作哨应哨时限", EN: "key-work whistle: respond", Source: "§3.8 W4 D"},
	{Name: "whistle.respond.routine", Kind: KindLimit, ZH: "日常哨应哨时限", EN: "routine whistle: respond", Source: "§3.8 W4 D"},
	{Name: "whistle.arrive.emergency", Kind: KindLimit, ZH: "应急哨报到时限", EN: "emergency whistle: arrive", Source: "§3.8 W5, P54 PG B"},
	{Name: "whistle.arrive.enforcement", Kind: KindLimit, ZH: "联合执法哨报到时限", EN: "enforcement whistle: arrive", Source: "§3.8 W5 D"},
	{Name: "whistle.arrive.key_work", Kind: KindLimit, ZH: "重点工作哨报到时限", EN: "key-work whistle: arrive", Source: "§3.8 W5 D"},
	{Name: "whistle.arrive.routine", Kind: KindLimit, ZH: "日常哨报到时限", EN: "routine whistle: arrive", Source: "§3.8 W5 D"},
	{Name: "whistle.work.emergency", Kind: KindLimit, ZH: "应急哨处置时限(自报到)", EN: "emergency whistle: work, from arrival", Source: "§3.8 W6 D"},
	{Name: "whistle.work.max", Kind: KindLimit, ZH: "其他吹哨处置时限上限", EN: "whistle: longest planned work", Source: "§3.8 W6 D"},
	{Name: "whistle.silence.emergency", Kind: KindLimit, ZH: "应急哨逾期后视为拒不报到的时间", EN: "emergency whistle: silence after a limit that counts as refusal", Source: "§3.8 W10 D (limit ours)"},
	{Name: "whistle.silence.other", Kind: KindLimit, ZH: "吹哨逾期后视为拒不报到的时间", EN: "whistle: silence after a limit that counts as refusal", Source: "§3.8 W10 D (limit ours)"},
	{Name: "whistle.coordinate.emergency", Kind: KindLimit, ZH: "应急哨协调时限", EN: "emergency whistle: coordination", Source: "§3.8 W9 D"},
	{Name: "whistle.coordinate.other", Kind: KindLimit, ZH: "吹哨协调时限", EN: "whistle: coordination", Source: "§3.8 W9 D"},
	{Name: "whistle.evaluate", Kind: KindLimit, ZH: "吹哨双向评价时限", EN: "whistle: evaluation, both ways", Source: "§3.8 W7 D"},
	{Name: "whistle.photos.min", Kind: KindInt, ZH: "吹哨处置照片最少张数", EN: "whistle: photos of the result, at least", Source: "§3.8 W6 D"},
	{Name: "whistle.radius", Kind: KindInt, ZH: "定位报到距现场最远(米)", EN: "whistle: a check-in by GPS is no farther from the place, in metres", Source: "§3.8 W5 D (radius ours)"},
	{Name: "whistle.code", Kind: KindLimit, ZH: "现场报到码更换周期", EN: "whistle: the code shown on site changes", Source: "§3.8 W5 D (limit ours)"},
}
