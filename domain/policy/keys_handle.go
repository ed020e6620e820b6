package policy

// handleKeys are the limits of §4.2, counted from dispatch. A cell "–" of the
// table has no key. "At once" is given as a limit of its own (30min, D), since
// a rule needs a moment after which it is late.
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
	{Name: "handle.petition.emergency", Kind: KindLimit, ZH: "信访事项·特急(全程)", EN: "petition, emergency, whole case", Source: "§4.2 XF §34 A", Statutory: true, Law: "60cd"},
	{Name: "handle.petition.urgent", Kind: KindLimit, ZH: "信访事项·紧急(全程)", EN: "petition, urgent, whole case", Source: "§4.2 XF §34 A", Statutory: true, Law: "60cd"},
	{Name: "handle.petition.normal", Kind: KindLimit, ZH: "信访事项·一般(全程)", EN: "petition, whole case", Source: "§4.2 XF §34 A", Statutory: true, Law: "60cd"},
	{Name: "handle.petition.complex", Kind: KindLimit, ZH: "信访事项·疑难(全程)", EN: "petition, complex, whole case", Source: "§4.2 XF §34 A", Statutory: true, Law: "60cd"},
	{Name: "handle.accusation.emergency", Kind: KindLimit, ZH: "检举控告·特急移送(立即)", EN: "accusation, emergency: forward at once", Source: "§4.2 D"},
	{Name: "handle.accusation.normal", Kind: KindLimit, ZH: "检举控告移送", EN: "accusation: forward to the discipline organ", Source: "§4.2 D"},
	{Name: "handle.legal_route.normal", Kind: KindLimit, ZH: "涉法涉诉引导", EN: "litigation-related: guide", Source: "§4.2 D"},
	{Name: "handle.dispute.emergency", Kind: KindLimit, ZH: "矛盾纠纷·特急(调解全程)", EN: "dispute, emergency, whole mediation", Source: "§4.2 SZ B"},
	{Name: "handle.dispute.urgent", Kind: KindLimit, ZH: "矛盾纠纷·紧急(调解全程)", EN: "dispute, urgent, whole mediation", Source: "§4.2 SZ B"},
	{Name: "handle.dispute.normal", Kind: KindLimit, ZH: "矛盾纠纷·一般", EN: "dispute", Source: "§4.2 JZ B"},
	{Name: "handle.dispute.complex", Kind: KindLimit, ZH: "矛盾纠纷·疑难", EN: "dispute, complex", Source: "§4.2 SZ B"},
	{Name: "handle.grid_event.complex", Kind: KindLimit, ZH: "网格事件·疑难", EN: "grid event, complex (others: §8.6)", Source: "§4.2 D"},
	{Name: "handle.leader_instruction.normal", Kind: KindLimit, ZH: "领导批示·结果", EN: "leader instruction: result", Source: "§4.2 D"},
	{Name: "first.petition.emergency", Kind: KindLimit, ZH: "信访事项·特急报告(立即)", EN: "petition, emergency: report at once", Source: "§4.2 D"},
	{Name: "first.petition.urgent", Kind: KindLimit, ZH: "信访事项·紧急首次答复", EN: "petition, urgent: first reply", Source: "§4.2 D"},
	{Name: "first.dispute.emergency", Kind: KindLimit, ZH: "矛盾纠纷·特急首次处置", EN: "dispute, emergency: first action", Source: "§4.2 B"},
	{Name: "first.dispute.urgent", Kind: KindLimit, ZH: "矛盾纠纷·紧急首次处置", EN: "dispute, urgent: first action", Source: "§4.2 B"},
	{Name: "first.leader_instruction.normal", Kind: KindLimit, ZH: "领导批示·首次报告", EN: "leader instruction: first report", Source: "§4.2 D"},
	{Name: "transfer.margin", Kind: KindLimit, ZH: "12345/上级转办件提前回传时间", EN: "upload margin before the sender's due date", Source: "§4.2 online_transfer D"},
	{Name: "statutory.petition.notice", Kind: KindLimit, ZH: "信访事项受理告知期限", EN: "petition: notice of acceptance, from receipt", Source: "§4.1 statutory.start, XF §22–23 A", Statutory: true, Law: "15cd"},
	{Name: "statutory.petition.handle", Kind: KindLimit, ZH: "信访事项办理期限(自受理之日)", EN: "petition: handled, from the acceptance date", Source: "§4.2 statutory cap, XF §34 A", Statutory: true, Law: "60cd"},
	{Name: "statutory.accusation.notice", Kind: KindLimit, ZH: "检举控告告知期限", EN: "accusation: notice by rule of the discipline organ", Source: "§4.2 XF §22, §30 A", Statutory: true, Law: "15cd"},
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
	{Name: "warn.red", Kind: KindPercent, ZH: "红灯(已用时限)", EN: "red light, share of the limit used", Source: "§4.3 C"},
	{Name: "warn.snooze", Kind: KindBool, ZH: "允许推迟预警", EN: "warnings may be snoozed", Source: "§4.3 D"},
	{Name: "escalate.grace", Kind: KindLimit, None: true, ZH: "红灯后升级宽限", EN: "grace after red before the case goes up", Source: "§4.3 D"},
	{Name: "escalate.grace.urgent", Kind: KindLimit, None: true, ZH: "特急、紧急件升级宽限", EN: "grace of emergency and urgent matters", Source: "§4.3 D"},
	{Name: "escalate.fail", Kind: KindLimit, ZH: "红灯后无动作发红牌", EN: "red card when nothing happens after red", Source: "§4.3 D"},
	{Name: "statutory.countdown", Kind: KindLimits, ZH: "法定期限倒计时提醒", EN: "reminders before the statutory due date", Source: "§4.3 D"},
	{Name: "notify.batching", Kind: KindLimit, ZH: "非特急通知合并间隔", EN: "one digest per person in this time, non-emergency", Source: "§4.3 D"},
}
