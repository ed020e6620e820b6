package policy

// privacyKeys bound how many identities one account may look at.
var privacyKeys = []Key{
	{Name: "unmask.per_hour", Kind: KindInt, ZH: "每个账号每小时查看身份次数上限", EN: "identities one account may look at in an hour", Source: "§6 item 92, §2.3 D"},
	{Name: "unmask.per_day", Kind: KindInt, ZH: "每个账号每日(24小时)查看身份次数上限", EN: "identities one account may look at in 24 hours", Source: "§6 item 92, §2.3 D"},
}

// retentionKeys are how long what is on record is kept (§4.9 retention). A limit counts ten
// years at most: what is kept for longer is named in retention.long_term.
var retentionKeys = []Key{
	{Name: "retention.petitions", Kind: KindLimit, ZH: "信访件保存期限(自办结起)", EN: "petition files are kept for, from their end", Source: "§4.9 retention D"},
	{Name: "retention.demands", Kind: KindLimit, ZH: "其他诉求件保存期限(自办结起)", EN: "files of other grievances are kept for, from their end", Source: "§4.9 retention D"},
	{Name: "retention.events", Kind: KindLimit, ZH: "网格事件、吹哨单保存期限(自办结起)", EN: "grid events and whistles are kept for, from their end", Source: "§4.9 retention D (limit ours)"},
	{Name: "retention.long_term", Kind: KindList, ZH: "长期保存的件(L3 县级领导牵头,C3 检举控告,petition、demand、event、whistle 整类)",
		EN: "files kept for good: L3 handled by a county leader, C3 accusations, or a class as a whole", Source: "§4.9 retention D (C3 ours)"},
	{Name: "retention.logs", Kind: KindLimit, ZH: "查看身份等审计日志、导出与审批记录保存期限", EN: "the audit log and the record of exports and rulings are kept for", Source: "§4.9 retention D"},
	{Name: "retention.photos", Kind: KindLimit, ZH: "未被任何办件采用的照片保存期限", EN: "photos that no case has taken up are kept for", Source: "§4.9 retention, §2.3 PIPL §19 D (limit ours)"},
	{Name: "retention.tracks", Kind: KindLimit, ZH: "轨迹保存期限", EN: "tracks are kept for", Source: "§4.9 retention D"},
}
