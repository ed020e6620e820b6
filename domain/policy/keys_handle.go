package policy

// handleKeys are the limits of §4.2, counted from dispatch. A cell "–" of the
// table has no key, nor has a petition, whose levels share the 60 days; "at once"
// is given as a limit of its own (30min, D), since a rule needs a moment after
// which it is late. Where §4.2 asks for a first action, the contact with the
// petitioner (contact.limit) is due sooner.
var handleKeys = []Key{
	{Name: "handle.consultation.urgent", Kind: KindLimit, ZH: "咨询·紧急", EN: "consultation, urgent", Source: "§4.2 B"},
	{Name: "handle.consultation.normal", Kind: KindLimit, ZH: "咨询·一般(当场,最迟)", EN: "consultation, on the spot or at the latest", Source: "§4.2 B"},
	{Name: "handle.consultation.complex", Kind: KindLimit, ZH: "咨询·疑难", EN: "consultation, complex", Source: "§4.2 D"},
	{Name: "handle.suggestion.normal", Kind: KindLimit, ZH: "建议意见·一般", EN: "suggestion", Source: "§4.2 D"},
	{Name: "handle.suggestion.complex", Kind: KindLimit, ZH: "建议意见·疑难", EN: "suggestion, complex", Source: "§4.2 D"},
	{Name: "handle.demand.emergency", Kind: KindLimit, ZH: "求助/投诉·特急", EN: "general demand, emergency", Source: "§4.2 B"},
	{Name: "handle.demand.urgent", Kind: KindLimit, ZH: "求助/投诉·紧急", EN: "general demand, urgent", Source: "§4.2 B"},
	{Name: "handle.demand.normal", Kind: KindLimit, ZH: "求助/投诉·一般", EN: "general demand", Source: "§4.2 B"},
	{Name: "handle.demand.complex", Kind: KindLimit, ZH: "求助/投诉·疑难", EN: "general demand, complex", Source: "§4.2 B"},
	{Name: "handle.accusation.emergency", Kind: KindLimit, ZH: "检举控告·特急移送(立即)", EN: "accusation, emergency: forward at once", Source: "§4.2 D"},
	{Name: "handle.accusation.normal", Kind: KindLimit, ZH: "检举控告移送", EN: "accusation: forward to the discipline organ", Source: "§4.2 D"},
	{Name: "handle.legal_route.normal", Kind: KindLimit, ZH: "涉法涉诉引导", EN: "litigation-related: guide", Source: "§4.2 D"},
	{Name: "handle.dispute.emergency", Kind: KindLimit, ZH: "矛盾纠纷·特急(调解全程)", EN: "dispute, emergency, whole mediation", Source: "§4.2 SZ B"},
	{Name: "handle.dispute.urgent", Kind: KindLimit, ZH: "矛盾纠纷·紧急(调解全程)", EN: "dispute, urgent, whole mediation", Source: "§4.2 SZ B"},
	{Name: "handle.dispute.normal", Kind: KindLimit, ZH: "矛盾纠纷·一般", EN: "dispute", Source: "§4.2 JZ B"},
	{Name: "handle.dispute.complex", Kind: KindLimit, ZH: "矛盾纠纷·疑难", EN: "dispute, complex", Source: "§4.2 SZ B"},
	{Name: "handle.grid_event.complex", Kind: KindLimit, ZH: "网格事件·疑难", EN: "grid event, complex (others: §8.6)", Source: "§4.2 D"},
	{Name: "first.petition.urgent", Kind: KindLimit, ZH: "信访事项·紧急首次答复", EN: "petition, urgent: first reply", Source: "§4.2 D"},
	{Name: "transfer.margin", Kind: KindLimit, ZH: "12345/上级转办件提前回传时间", EN: "upload margin before the sender's due date", Source: "§4.2 online_transfer D"},
	{Name: "transfer.least", Kind: KindLimit, ZH: "12345/上级转办件最短办理时间", EN: "least time left when a transfer arrives late", Source: "§6 item 21 D"},
	{Name: "transfer.answer", Kind: KindLimit, ZH: "来文单位答复延期请求", EN: "answer of the sender who was asked for more time, before it is asked again", Source: "§6 item 21 D (limit ours)"},
	{Name: "statutory.petition.handle", Kind: KindLimit, ZH: "信访事项办理期限(自受理之日)", EN: "petition: handled, from the acceptance date", Source: "§4.2 statutory cap, XF §34 A", Statutory: true, Law: "60cd"},
	{Name: "extend.dispute", Kind: KindLimit, ZH: "调解经双方同意延长", EN: "mediation prolonged with both consents", Source: "§4.2 dispute SZ A"},
	{Name: "pause.supplement", Kind: KindLimit, ZH: "等待补充材料最长中止", EN: "pause for a supplement, at most", Source: "§4.1 policy.pause_reasons D"},
	{Name: "pause.supplement.max", Kind: KindInt, ZH: "等待补充材料中止次数", EN: "pauses for a supplement", Source: "§4.1 policy.pause_reasons D"},
	{Name: "pause.appraisal", Kind: KindLimit, ZH: "鉴定最长中止", EN: "pause for an appraisal, at most", Source: "§4.1 policy.pause_reasons D"},
	{Name: "pause.reasons", Kind: KindList, ZH: "政策时限中止事由", EN: "reasons that pause the policy clock", Source: "§4.1 policy.pause_reasons D", Codes: "pause_reason"},
}

// warnKeys are the warnings, lights and escalation timers of §4.3.
var warnKeys = []Key{
	{Name: "warn.first", Kind: KindPercent, ZH: "首次提醒(已用时限)", EN: "first reminder, share of the limit used", Source: "§4.3 D"},
	{Name: "warn.yellow", Kind: KindPercent, ZH: "黄灯(已用时限)", EN: "yellow light, share of the limit used", Source: "§4.3 C"},
	{Name: "warn.yellow.left", Kind: KindLimit, ZH: "黄灯(剩余时间)", EN: "yellow light, time left (the earlier of the two)", Source: "§4.3 D"},
	{Name: "warn.yellow.long", Kind: KindPercent, ZH: "长时限件黄灯(已用时限)", EN: "yellow light of long limits", Source: "§4.3 D"},
	{Name: "warn.yellow.long_from", Kind: KindInt, ZH: "长时限起算天数", EN: "days from which a limit is long", Source: "§4.3 D"},
	{Name: "escalate.grace", Kind: KindLimit, None: true, ZH: "红灯后升级宽限", EN: "grace after red before the case goes up", Source: "§4.3 D"},
	{Name: "escalate.grace.urgent", Kind: KindLimit, None: true, ZH: "特急、紧急件升级宽限", EN: "grace of emergency and urgent matters", Source: "§4.3 D"},
	{Name: "escalate.fail", Kind: KindLimit, ZH: "红灯后无动作发红牌", EN: "red card when nothing happens after red", Source: "§4.3 D"},
	{Name: "supervise.reminder", Kind: KindLimit, ZH: "回应催办", EN: "answer to a reminder", Source: "§4.7 D"},
	{Name: "supervise.yellow", Kind: KindLimit, ZH: "黄牌书面回应", EN: "written answer to a yellow card", Source: "§4.7 D"},
	{Name: "supervise.red", Kind: KindLimit, ZH: "红牌由负责人回应", EN: "answer of the leader to a red card", Source: "§4.7 D"},
	{Name: "statutory.countdown", Kind: KindLimits, ZH: "法定期限倒计时提醒", EN: "reminders before the statutory due date", Source: "§4.3 D"},
}

// notifyKeys are how notices reach people outside of the house (§3.11, §4.3).
var notifyKeys = []Key{
	{Name: "notify.channels", Kind: KindList, ZH: "送达诉求人的渠道(依次)", EN: "channels to the petitioner, in the order they are tried", Source: "§3.11 D"},
	{Name: "notify.petitioner", Kind: KindList, ZH: "以短信、微信送达诉求人的通知", EN: "notices that reach the petitioner by SMS or WeChat", Source: "§3.11 D"},
	{Name: "notify.sms", Kind: KindList, ZH: "工作人员未在应用内收到时改发短信的通知", EN: "notices that reach an officer by SMS when the app has not fetched them", Source: "§3.11, R70 D"},
	{Name: "notify.fallback", Kind: KindLimit, None: true, ZH: "紧急通知改发短信前的等待", EN: "how long the app has before an emergency goes out by SMS", Source: "§3.11 R70 D (limit ours)"},
	{Name: "notify.fallback.normal", Kind: KindLimit, None: true, ZH: "其他通知改发短信前的等待", EN: "how long the app has before another notice goes out by SMS", Source: "§3.11 R70 D (limit ours)"},
	{Name: "notify.batching", Kind: KindLimit, ZH: "非紧急通知合并间隔(每人)", EN: "one digest per person in this time, emergencies apart", Source: "§4.3 D"},
	{Name: "notify.quiet.from", Kind: KindInt, ZH: "免打扰开始(时)", EN: "quiet hours begin, hour of the day", Source: "§3.11 D"},
	{Name: "notify.quiet.to", Kind: KindInt, ZH: "免打扰结束(时)", EN: "quiet hours end, hour of the day", Source: "§3.11 D"},
	{Name: "notify.expire", Kind: KindLimit, ZH: "逾此时间不再发送", EN: "a notice is not sent any more after", Source: "§6 item 49 D (limit ours)"},
}
