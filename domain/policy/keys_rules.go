package policy

// signKeys are the rules of §4.4: sign-for, return, reassignment, adjudication.
var signKeys = []Key{
	{Name: "sign.limit.emergency", Kind: KindLimit, ZH: "签收时限·特急", EN: "sign-for limit, emergency", Source: "§4.4 sign.limit D"},
	{Name: "sign.limit.urgent", Kind: KindLimit, ZH: "签收时限·紧急", EN: "sign-for limit, urgent", Source: "§4.4 sign.limit D"},
	{Name: "sign.limit.normal", Kind: KindLimit, ZH: "签收时限·一般", EN: "sign-for limit, normal", Source: "§4.4 sign.limit D"},
	{Name: "sign.limit.complex", Kind: KindLimit, ZH: "签收时限·疑难", EN: "sign-for limit, complex", Source: "§4.4 sign.limit D"},
	{Name: "sign.auto", Kind: KindBool, ZH: "逾期未签视同签收", EN: "deemed signed on expiry, flagged late", Source: "§4.4 sign.auto D"},
	{Name: "sign.remind", Kind: KindPercent, ZH: "签收提醒(已用时限)", EN: "sign-for reminder, share of the limit used", Source: "§3.1 G10 D"},
	{Name: "return.window.demand", Kind: KindLimit, ZH: "退回窗口·诉求(自交办)", EN: "return window of demands, from dispatch", Source: "§4.4 return.window D"},
	{Name: "return.window.event", Kind: KindLimit, ZH: "退回窗口·网格事件", EN: "return window of grid events", Source: "§4.4 return.window D"},
	{Name: "return.window.petition", Kind: KindLimit, ZH: "退回窗口·信访", EN: "return window of petitions, from receipt", Source: "§4.4 return.window, XF §23 A", Statutory: true, Law: "5wd"},
	{Name: "return.max_per_unit", Kind: KindInt, ZH: "每单位可退回次数", EN: "returns allowed to one unit", Source: "§4.4 D"},
	{Name: "return.signature", Kind: KindList, ZH: "退回须签字的角色", EN: "role that must sign a return", Source: "§4.4 SG B", Codes: "role"},
	{Name: "return.second_seal", Kind: KindBool, ZH: "同件第二次退回须盖章", EN: "second return in a case needs the seal", Source: "§4.4 SG B"},
	{Name: "return.review", Kind: KindLimit, ZH: "退回审核时限(逾期视为驳回)", EN: "review of a return; no decision means rejected", Source: "§4.4 D"},
	{Name: "reassign.max", Kind: KindInt, ZH: "改派几次后裁定", EN: "reassignments before adjudication", Source: "§4.4 D"},
	{Name: "adjudicate.limit", Kind: KindLimit, ZH: "职责裁定时限(中心主任)", EN: "adjudication by the centre director", Source: "§4.4 D"},
	{Name: "adjudicate.leader", Kind: KindLimit, ZH: "职责裁定时限(县领导)", EN: "adjudication by the county leader, after that", Source: "§4.4, §3.1 G17 D"},
	{Name: "adjudicate.precedent", Kind: KindBool, ZH: "裁定结果入事权清单", EN: "the decision joins the duty catalogue", Source: "§4.4 WF §22 A"},
	{Name: "no_body.township_owns", Kind: KindBool, ZH: "无责任主体时由属地兜底", EN: "without a responsible body the township owns the case", Source: "§4.4 no_body CG B"},
	{Name: "no_body.leader_after", Kind: KindLimit, ZH: "无责任主体上报县领导时限", EN: "without a responsible body: to the county leader after", Source: "§4.4 no_body CG B"},
	{Name: "return.clock_min", Kind: KindLimit, ZH: "改派后新单位最短时限", EN: "least time of the new unit after a return", Source: "§4.4 clock.on_return D"},
	{Name: "assist.percent", Kind: KindPercent, ZH: "协办时限占主办比例", EN: "assist limit as a share of the lead's", Source: "§4.4 assist.limit D"},
}

// extendKeys are the rules of §4.5: extension, suspension, hang-up.
var extendKeys = []Key{
	{Name: "extend.demand.max", Kind: KindInt, ZH: "一般诉求延期次数", EN: "extensions of a demand", Source: "§4.5 SG B"},
	{Name: "extend.demand.engineering_max", Kind: KindInt, ZH: "工程类延期次数", EN: "extensions when works are needed", Source: "§4.5 SG B"},
	{Name: "extend.demand.percent", Kind: KindPercent, ZH: "延期长度占原时限上限", EN: "length of an extension, share of the original limit", Source: "§4.5 extend.demand.length D"},
	{Name: "extend.demand.cap", Kind: KindLimit, ZH: "延期长度上限", EN: "length of an extension, at most", Source: "§4.5 extend.demand.length D"},
	{Name: "extend.apply_before.short", Kind: KindLimit, ZH: "短时限件须提前申请", EN: "short limits: apply this long before due", Source: "§4.5 extend.apply_before D"},
	{Name: "extend.apply_before.long", Kind: KindLimit, ZH: "长时限件须提前申请", EN: "longer limits: apply this long before due", Source: "§4.5 extend.apply_before D"},
	{Name: "extend.apply_before.short_to", Kind: KindInt, ZH: "短时限上限天数", EN: "days up to which a limit is short", Source: "§4.5 extend.apply_before D"},
	{Name: "extend.approver", Kind: KindList, ZH: "延期审批人(依次)", EN: "who approves the first, the second extension", Source: "§4.5 SG B", Codes: "role"},
	{Name: "extend.director.over", Kind: KindLimit, ZH: "延期超过此长度由主任审批", EN: "longer extensions need the director", Source: "§4.5 extend.approver SG B"},
	{Name: "extend.petition.max", Kind: KindInt, ZH: "信访事项延期次数", EN: "extensions of a petition", Source: "§4.5 XF §34 A", Statutory: true, Law: "1"},
	{Name: "extend.petition.length", Kind: KindLimit, ZH: "信访事项延期长度", EN: "length of the extension of a petition", Source: "§4.5 XF §34 A", Statutory: true, Law: "30cd"},
	{Name: "extend.petition.approver", Kind: KindList, ZH: "信访事项延期审批人", EN: "who approves the extension of a petition", Source: "§4.5 XF §34 A", Codes: "role"},
	{Name: "extend.never", Kind: KindList, ZH: "不得延期的情形", EN: "when no extension is given", Source: "§4.5 D"},
	{Name: "hangup.reasons", Kind: KindList, ZH: "可挂账原因", EN: "reasons to hang up", Source: "§4.5 SG B", Codes: "hangup_reason"},
	{Name: "hangup.max.director", Kind: KindLimit, ZH: "中心主任可批挂账上限", EN: "hang-up the director may grant", Source: "§4.5 hangup.max D"},
	{Name: "hangup.max.total", Kind: KindLimit, ZH: "挂账总上限", EN: "hang-up in all, then decided anew", Source: "§4.5 hangup.max D"},
	{Name: "hangup.review", Kind: KindLimit, ZH: "挂账复核间隔", EN: "review of a hang-up", Source: "§4.5 D"},
	{Name: "hangup.quota", Kind: KindPercent, ZH: "单位季度挂账比例上限", EN: "hung-up share of a unit's due cases in a quarter", Source: "§4.5 D"},
	{Name: "hangup.interim", Kind: KindBool, ZH: "挂账须填临时措施", EN: "interim measures are mandatory", Source: "§4.5 D"},
}

// firstKeys are the first-responder and coordination duties of §4.6.
var firstKeys = []Key{
	{Name: "fr.inform", Kind: KindLimit, ZH: "转办后告知诉求人时限", EN: "FR3: tell the petitioner who, where, by when", Source: "§4.6 FR3 D"},
	{Name: "fr.supplement_once", Kind: KindBool, ZH: "一次性告知", EN: "FR5: one complete list of missing documents", Source: "§4.6 FR5 B"},
	{Name: "handover.confirm", Kind: KindLimit, ZH: "移交确认时限(逾期退回首问人)", EN: "FR6: the next owner confirms, else back to the first responder", Source: "§4.6 FR6 D"},
}

// outageKeys are about the system itself being away (§6 item 44).
var outageKeys = []Key{
	{Name: "outage.min", Kind: KindLimit, ZH: "系统停机认定最短时长(全市)", EN: "the system away for longer is an outage (city)", Source: "§6 item 44 D"},
	{Name: "clock.drift_max", Kind: KindLimit, ZH: "服务器时钟最大偏差(全市)", EN: "clocks that differ by more are alarmed (city)", Source: "§6 item 44 D"},
}
