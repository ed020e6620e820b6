package notice

import (
	"huajie/domain"
	"huajie/domain/casefile"
)

// ofEvents stands before the key of words that are for grid events only.
const ofEvents = casefile.KindGridEvent + ":"

// eventTexts are what notices say of grid events (§3.3), where it is not what they
// say of any case.
var eventTexts = map[string]domain.Text{
	"N1": {
		ZH: "事件{{.No}}已上报{{with .ReviewBy}},平台将于{{.}}前审核{{end}}。",
		EN: "Event {{.No}} is reported{{with .ReviewBy}} and will be reviewed by {{.}}{{end}}.",
	},
	"N1@petitioner": {
		ZH: "您上报的事件已登记,编号{{.No}}{{with .QueryCode}},查询码{{.}}(请勿告知他人){{end}}。处置结果将告知您。",
		EN: "The event you reported has no. {{.No}}{{with .QueryCode}}, query code {{.}} (keep it to yourself){{end}}. You will be told what was done.",
	},
	"N5": {
		ZH: "事件{{.No}}与{{.Master}}为同一事件,合并处置,结果将一并告知您,您的编号继续有效。不认可结果的,可申请单独办理。",
		EN: "Event {{.No}} is the same as {{.Master}} and is put right with it. You will be told the result; your number stays valid. If you disagree you may have it handled apart.",
	},
	"N7": {
		ZH: "网格事件{{.No}}转{{.Lead}}处置。{{with .SignBy}}请于{{.}}前签收;{{end}}{{with .StageBy}}当前阶段期限{{.}}。{{end}}逾期未签收的视同签收并记迟签,逾期阶段亮红灯并计入考核。",
		EN: "Grid event {{.No}} is for {{.Lead}} to put right. {{with .SignBy}}Sign for it by {{.}}. {{end}}{{with .StageBy}}The present stage is due {{.}}. {{end}}Not signed in time it counts as signed, late; a late stage turns red and counts in the assessment.",
	},
	"N7/disposal_started": {
		ZH: "您负责处置网格事件{{.No}}{{with .StageBy}},当前阶段期限{{.}}{{end}}。处置后请拍照反馈。",
		EN: "Grid event {{.No}} is yours to put right{{with .StageBy}}; the present stage is due {{.}}{{end}}. Feed the result back with photos.",
	},
	"N7/reopened": {
		ZH: "网格事件{{.No}}在同一处复发,请再次处置{{with .StageBy}},当前阶段期限{{.}}{{end}}。",
		EN: "Grid event {{.No}} has come back at the same spot: put it right again{{with .StageBy}}; the present stage is due {{.}}{{end}}.",
	},
	"N13": {
		ZH: "网格事件{{.No}}有新进展:{{.State}},现由{{.Owner}}负责。",
		EN: "Grid event {{.No}} has moved on: {{.State}}; {{.Owner}} is responsible.",
	},
	"N13/converted": {
		ZH: "网格事件{{.No}}已转为诉求件,由县级中心牵头联合化解。",
		EN: "Grid event {{.No}} has become a grievance, which the county centre resolves with all concerned.",
	},
	"N13/converted_to_whistle": {
		ZH: "网格事件{{.No}}已转为吹哨,由相关单位到现场共同处置。",
		EN: "Grid event {{.No}} has become a whistle: the units concerned deal with it together on the spot.",
	},
	"N13/whistle_done": {
		ZH: "由网格事件{{.No}}转成的吹哨已办结,请抽查现场情况。",
		EN: "The whistle that grid event {{.No}} became has ended; have a look at the place.",
	},
	"N13/grid_ruled": {
		ZH: "网格事件{{.No}}的归属已裁定:{{.About}}。",
		EN: "It is decided which grid event {{.No}} belongs to: {{.About}}.",
	},
	"N19/moved_for_outage": {
		ZH: "因系统停机({{.Outage}}),网格事件{{.No}}的时限已按停机占用的工作时间顺延{{with .StageBy}},当前阶段期限{{.}}{{end}}。",
		EN: "Because of a system outage ({{.Outage}}) the limits of grid event {{.No}} move by the working time lost{{with .StageBy}}; the present stage is due {{.}}{{end}}.",
	},
	"N19/recounted": {
		ZH: "节假日安排公布后,网格事件{{.No}}的时限已重新核算{{with .StageBy}},当前阶段期限{{.}}{{end}}。",
		EN: "The holidays are published: the limits of grid event {{.No}} are counted again{{with .StageBy}}; the present stage is due {{.}}{{end}}.",
	},
	"N20/whistle_failed": {
		ZH: "由网格事件{{.No}}转成的吹哨未能实施,事件退回平台,请重新研判处置。",
		EN: "The whistle that grid event {{.No}} became came to nothing. The event is back at the platform and needs another way.",
	},
	"N23/whistle_done": {
		ZH: "您上报的事件{{.No}}经吹哨由相关单位到现场处置完毕,请评价。如未解决,请再次上报。",
		EN: "The units called to the spot have dealt with the event you reported, {{.No}}. Please rate it; if it is not solved, report it again.",
	},
	"N17": {
		ZH: "网格事件{{.No}}现场核查不通过,请返工{{with .ReworkBy}},期限{{.}}{{end}}。",
		EN: "Grid event {{.No}} failed its verification: put it right again{{with .ReworkBy}} by {{.}}{{end}}.",
	},
	"N23": {
		ZH: "您上报的事件{{.No}}有新进展:{{.State}}。",
		EN: "The event you reported, {{.No}}, has moved on: {{.State}}.",
	},
	"N23/review_rejected": {
		ZH: "您上报的事件{{.No}}审核不通过{{with .Reason}},理由:{{.}}{{end}}。",
		EN: "Your report {{.No}} was not taken up{{with .Reason}}; reason: {{.}}{{end}}.",
	},
	"N23/supplement_asked": {
		ZH: "您上报的事件{{.No}}需补充材料{{with .SupplementBy}},请于{{.}}前补充,逾期视为审核不通过{{end}}。",
		EN: "Your report {{.No}} needs a supplement{{with .SupplementBy}} by {{.}}, or it counts as rejected{{end}}.",
	},
	"N23/supplement_lapsed": {
		ZH: "您上报的事件{{.No}}逾期未补充材料,审核不通过。仍存在问题的,请重新上报。",
		EN: "Your report {{.No}} was not supplemented in time and is rejected. If the problem is still there, report it again.",
	},
	"N23/stage_done": {
		ZH: "您上报的事件{{.No}}已完成一个处置阶段{{with .StageBy}},下一阶段期限{{.}}{{end}}。",
		EN: "A stage of event {{.No}} is done{{with .StageBy}}; the next is due {{.}}{{end}}.",
	},
	"N23/disposal_submitted":       {ZH: lookZH, EN: lookEN},
	"N23/disposal_submitted_again": {ZH: lookZH, EN: lookEN},
	"N23/verification_overdue":     {ZH: lookZH, EN: lookEN},
	"N23/verification_handed_over": {ZH: lookZH, EN: lookEN},
	"N23/verified":                 {ZH: doneZH, EN: doneEN},
	"N23/closed_unverified":        {ZH: doneZH, EN: doneEN},
	"N23/self_confirmed":           {ZH: doneZH, EN: doneEN},
	"N23/self_unchecked":           {ZH: doneZH, EN: doneEN},
	"N23/self_rejected": {
		ZH: "您自处置的事件{{.No}}未获确认,将转办责任单位。",
		EN: "What you did about event {{.No}} was not confirmed; it will be dispatched.",
	},
	"N23/master_moved": {
		ZH: "您上报的事件{{.No}}随{{.Master}}一并处置,已有结果。不认可的,可申请单独办理。",
		EN: "Event {{.No}}, handled together with {{.Master}}, has its result. If you disagree you may have it handled apart.",
	},
	"N23/reopened": {
		ZH: "您上报的事件{{.No}}已重新处置。",
		EN: "Event {{.No}}, which you reported, is being put right again.",
	},
	"N23/voided": {
		ZH: "您上报的事件{{.No}}已作废。",
		EN: "Your report {{.No}} is void.",
	},
}

// Words that several events share.
const (
	lookZH = "事件{{.No}}已反馈处置结果{{with .VerifyBy}},请于{{.}}前到现场核查{{end}}。"
	lookEN = "Event {{.No}} is said to be put right{{with .VerifyBy}}: go and look by {{.}}{{end}}."
	doneZH = "事件{{.No}}已办结{{with .ClosedAs}}({{.}}){{end}}。"
	doneEN = "Event {{.No}} is closed{{with .ClosedAs}} ({{.}}){{end}}."
)

// eventAlarms are the events of the event loop that warn somebody.
var eventAlarms = map[string]warning{
	"reported":             simply("特急网格事件已上报,请立即处置", "an emergency has been reported: act at once"),
	"supplemented":         ahead("review", "上报人已补充材料,待审核", "the report has been supplemented and waits for review"),
	"review_overdue":       late("网格事件逾期未审核", "a report was not reviewed in time"),
	"forwarded_unreviewed": late("特急事件逾期未审核,已自动转办责任单位", "an emergency was not reviewed in time and has been forwarded by itself"),
	"photos_overdue":       late("特急事件逾期未补传照片", "photos of an emergency were not supplied in time"),
	"self_disposed":        ahead("self.confirm", "自处置事件待确认", "a self-disposal waits for confirmation"),
	"sample_overdue":       late("抽中的自处置事件逾期未检查", "a self-disposal drawn for the sample was not looked at in time"),
	"emergency_marked":     simply("网格事件升为特急,请立即处置", "a grid event is now an emergency: act at once"),
	"stage_yellow":         ahead("stage", "黄灯:处置阶段期限将至", "yellow light: a stage is due soon"),
	"stage_overdue":        late("红灯:处置阶段已超期", "red light: a stage is overdue"),
	"still_overdue":        simply("红牌后仍未处置", "still not put right after the red card"),
	"yellow_card":          late("红灯后仍未处置", "still not put right after the red light"),
	"whistle_suggested":    late("处置超期严重,建议吹哨", "long overdue: a whistle is called for"),
	"verification_overdue": late("逾期未到现场核查", "nobody has gone to verify in time"),
	"rework_overdue":       late("返工已超期", "the rework is overdue"),
	"root_cause_asked":     ahead("root_cause", "同一处第三次发生,请分析原因并根治", "the third time at the same spot: find out why and put an end to it"),
	"root_cause_overdue":   late("根源治理任务逾期未答复", "the root-cause task was not answered in time"),
	"grid_disputed":        ahead("boundary", "事件位置的网格归属有疑(位于边界、重叠、空白处或与所报网格不符),由现有网格先行处置,请裁定归属", "it is in doubt which grid the place belongs to; the grid named acts first, please rule"),
	"boundary_overdue":     late("网格归属逾期未裁定,维持现有网格", "nobody has ruled on the grid in time; the grid named stands"),
	"split_off":            simply("上报人不认可合并处置结果,已单独立件,待审核", "a reporter disagrees with the common result: handled apart, it waits for review"),
	"unmerged":             simply("已撤销并案,待审核", "no longer merged, it waits for review"),
	"merge_refused":        simply("主办事件已结束,待审核", "the master event is over; it waits for review"),
}
