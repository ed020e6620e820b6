package policy

// patrolKeys are the rules of §4.10 and §7.5 on tracks and on what 235 asks. Speeds
// are in metres per hour, distances in metres: policy knows whole numbers.
var patrolKeys = []Key{
	{Name: "patrol.point_every", Kind: KindLimit, ZH: "每个轨迹点可证明的时长", EN: "time a point vouches for", Source: "§4.10 track.valid D"},
	{Name: "patrol.gap", Kind: KindLimit, ZH: "轨迹中断分段时长", EN: "silence that splits a track", Source: "§4.10 track.valid D"},
	{Name: "patrol.accuracy", Kind: KindInt, ZH: "轨迹点精度上限(米)", EN: "vaguest point used, metres", Source: "§4.10 track.valid D"},
	{Name: "patrol.speed_min", Kind: KindInt, ZH: "巡查最低速度(米/小时)", EN: "slower is standing, metres per hour", Source: "§4.10 track.valid D"},
	{Name: "patrol.speed_max", Kind: KindInt, ZH: "巡查最高速度(米/小时)", EN: "faster is a vehicle, metres per hour", Source: "§4.10 track.valid D"},
	{Name: "patrol.grid_slack", Kind: KindInt, ZH: "网格外可计距离(米)", EN: "metres outside the own grid that still count", Source: "§4.10 track.valid D"},
	{Name: "patrol.jitter", Kind: KindInt, ZH: "抖动半径(米)", EN: "jitter radius, metres", Source: "§7.5 patrol_km D"},
	{Name: "patrol.late_max", Kind: KindLimit, ZH: "离线轨迹最迟上传时间", EN: "points and marks may be sent so late", Source: "§6 item 73 D"},
	{Name: "patrol.clock_skew", Kind: KindLimit, ZH: "手机时钟可超前时长", EN: "a phone's clock may be ahead by", Source: "§6 item 73 D (value ours)"},
	{Name: "patrol.duty_max", Kind: KindLimit, ZH: "单次在岗最长时长(到时自动离岗)", EN: "a duty ends by itself after", Source: "§2.3 D (value ours)"},
	{Name: "patrol.beat_gap", Kind: KindLimit, ZH: "在线心跳最大间隔", EN: "heartbeats further apart are offline", Source: "§7.5 online_minutes D"},
	{Name: "patrol.online_cap", Kind: KindLimit, ZH: "每日在线时长上限", EN: "online time counted a day, at most", Source: "§7.5 online_minutes D"},
	{Name: "patrol.daily_minutes", Kind: KindInt, ZH: "每日巡查时长(分钟)", EN: "minutes on patrol a duty day", Source: "§4.10 SEED R58 A"},
	{Name: "patrol.daily_metres", Kind: KindInt, ZH: "每日巡查路程(米)", EN: "metres on patrol a duty day", Source: "§4.10 SEED R58 A"},
	{Name: "patrol.weekly_events", Kind: KindInt, ZH: "每周有效事件(件)", EN: "events an ISO week", Source: "§4.10 events.weekly_min SEED R58 A"},
	{Name: "patrol.monthly_updates", Kind: KindInt, ZH: "每月信息更新(处)", EN: "parts of the grid's data to look through in a month", Source: "§7.5 info update, R57 D"},
	{Name: "patrol.trivial_weight", Kind: KindPercent, ZH: "琐碎事件折算比例", EN: "what a trivial event counts", Source: "§6 item 75 D"},
	{Name: "patrol.part_time", Kind: KindPercent, ZH: "兼职网格员任务比例", EN: "share asked of part-time members", Source: "Appendix C item 7, §4.10 D"},
	{Name: "patrol.teleport_speed", Kind: KindInt, ZH: "瞬移判定速度(米/小时)", EN: "faster is no travelling, metres per hour", Source: "§7.5 integrity flags D"},
	{Name: "patrol.teleports", Kind: KindInt, ZH: "每日瞬移几次标记异常", EN: "jumps a day that are flagged", Source: "§7.5 integrity flags D"},
	{Name: "patrol.burst_events", Kind: KindInt, ZH: "集中上报标记件数", EN: "reports in a short time that are flagged", Source: "§6 item 75 D"},
	{Name: "patrol.burst_window", Kind: KindLimit, ZH: "集中上报判定时长", EN: "the short time of a burst", Source: "§6 item 75 D"},
	{Name: "patrol.photo_flags", Kind: KindInt, ZH: "每月问题照片标记次数", EN: "objected photos a month that are flagged", Source: "§6 item 74 D"},
	{Name: "patrol.same_track", Kind: KindPercent, ZH: "轨迹雷同判定比例", EN: "share of places two days have in common that is flagged", Source: "§7.5 integrity flags D"},
	{Name: "patrol.same_track_places", Kind: KindInt, ZH: "参与雷同比对的最少位置数", EN: "fewest places a day needs to be compared", Source: "§7.5 integrity flags D"},
}

// scoreKeys are the weights of the monthly score of §7.5; only their proportions
// matter.
var scoreKeys = []Key{
	{Name: "score.grid.online", Kind: KindInt, ZH: "月考核·在线时长", EN: "monthly score, time online", Source: "§7.5 D"},
	{Name: "score.grid.time", Kind: KindInt, ZH: "月考核·巡查时长", EN: "monthly score, time on patrol", Source: "§7.5 D"},
	{Name: "score.grid.distance", Kind: KindInt, ZH: "月考核·巡查路程", EN: "monthly score, distance", Source: "§7.5 D"},
	{Name: "score.grid.events", Kind: KindInt, ZH: "月考核·事件数量", EN: "monthly score, events", Source: "§7.5 D"},
	{Name: "score.grid.quality", Kind: KindInt, ZH: "月考核·事件质量", EN: "monthly score, quality of events", Source: "§7.5 D"},
	{Name: "score.grid.verification", Kind: KindInt, ZH: "月考核·核查", EN: "monthly score, verification", Source: "§7.5 D"},
	{Name: "score.grid.info", Kind: KindInt, ZH: "月考核·信息更新", EN: "monthly score, data kept up to date", Source: "§7.5 D"},
	{Name: "score.grid.rating", Kind: KindInt, ZH: "月考核·群众评价", EN: "monthly score, ratings by citizens", Source: "§7.5 D"},
}
