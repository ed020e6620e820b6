package notice

import "huajie/domain"

// whistleTexts are the words of the notices of a whistle (§3.8, D25 吹哨单/报到单).
var whistleTexts = map[string]domain.Text{
	"N7/whistle_blown":       {ZH: whistleZH, EN: whistleEN},
	"N7/whistle_coordinated": {ZH: whistleZH, EN: whistleEN},
	"N7/whistle_ruled":       {ZH: whistleZH, EN: whistleEN},
	"N8/whistle_blown": {
		ZH: "{{.FirstUnit}}已吹哨({{.Kind}},{{.No}}),抄送县(区)中心。",
		EN: "{{.FirstUnit}} has blown a whistle ({{.Kind}}, {{.No}}); the county centre is told.",
	},
	"N9@whistle": {
		ZH: "吹哨单{{.No}}({{.Kind}})有一项申请待您审批{{with .Action}}:{{.}}{{end}}。",
		EN: "Whistle {{.No}} ({{.Kind}}): a request waits for your decision{{with .Action}}: {{.}}{{end}}.",
	},
	"N9/whistle_proposed": {
		ZH: "村(社区)建议吹哨({{.Kind}},{{.No}}),请审核并采纳或撤回。",
		EN: "A community proposes a whistle ({{.Kind}}, {{.No}}): take it up or withdraw it.",
	},
	"N9/whistle_drafted": {ZH: toApproveZH, EN: toApproveEN},
	"N9/whistle_revised": {ZH: toApproveZH, EN: toApproveEN},
	"N9/whistle_coordination_started": {
		ZH: "吹哨单{{.No}}({{.Kind}})中{{.About}}未报到或未完成处置,请协调。",
		EN: "Whistle {{.No}} ({{.Kind}}): {{.About}} does not come, or does not finish. Coordinate.",
	},
	"N10@whistle": {
		ZH: "吹哨单{{.No}}({{.Kind}})的申请未获同意或已失效{{with .Action}}:{{.}}{{end}}。",
		EN: "Whistle {{.No}} ({{.Kind}}): the request was not granted or has lapsed{{with .Action}}: {{.}}{{end}}.",
	},
	"N10/whistle_rejected": {
		ZH: "吹哨单{{.No}}({{.Kind}})未获批准,已到场或在途人员请按乡镇(街道)安排撤离。",
		EN: "Whistle {{.No}} ({{.Kind}}) was not approved; whoever has come or is on the way is released.",
	},
	"N10/whistle_withdrawn":    {ZH: "吹哨单{{.No}}({{.Kind}})已撤回,无须到场。", EN: "Whistle {{.No}} ({{.Kind}}) was withdrawn; nobody has to come."},
	"N10/whistle_draft_lapsed": {ZH: "吹哨单{{.No}}({{.Kind}})长时间未获审批,已自动撤回。", EN: "Whistle {{.No}} ({{.Kind}}) lay unapproved too long and was withdrawn."},
	"N13@whistle": {
		ZH: "吹哨单{{.No}}({{.Kind}})有新进展,当前状态:{{.State}}{{with .Owner}},待办单位:{{.}}{{end}}。",
		EN: "Whistle {{.No}} ({{.Kind}}) has moved on: {{.State}}{{with .Owner}}; to act: {{.}}{{end}}.",
	},
	"N13/whistle_coordinated":   {ZH: settledZH, EN: settledEN},
	"N13/whistle_ruled":         {ZH: settledZH, EN: settledEN},
	"N13/whistle_unit_released": {ZH: "吹哨单{{.No}}({{.Kind}}):{{.ToUnit}}可以离场。", EN: "Whistle {{.No}} ({{.Kind}}): {{.ToUnit}} may leave."},
	"N16@whistle": {
		ZH: "吹哨单{{.No}}({{.Kind}})已结束,结果:{{.State}}。",
		EN: "Whistle {{.No}} ({{.Kind}}) has ended: {{.State}}.",
	},
	"N16/whistle_completed": {
		ZH: "吹哨单{{.No}}({{.Kind}})各单位均已处置完毕{{with .EvaluateBy}},请吹哨方与报到单位于{{.}}前互评{{end}}。",
		EN: "Every unit of whistle {{.No}} ({{.Kind}}) has done its work{{with .EvaluateBy}}; township and units assess each other by {{.}}{{end}}.",
	},
	"N16/whistle_adjudicated": {
		ZH: "吹哨单{{.No}}({{.Kind}})已无须到场的单位,已结束{{with .CounterBy}};被吹哨单位可于{{.}}前反评{{end}}。",
		EN: "No unit has to come to whistle {{.No}} ({{.Kind}}) any more: it has ended{{with .CounterBy}}; the units may assess it by {{.}}{{end}}.",
	},
	"N17/whistle_work_returned": {
		ZH: "吹哨单{{.No}}({{.Kind}}):处置结果未获认可,请{{.ToUnit}}继续处置。",
		EN: "Whistle {{.No}} ({{.Kind}}): the result was not accepted; {{.ToUnit}} is to go on.",
	},
	"N20@whistle": {
		ZH: "吹哨单{{.No}}({{.Kind}}){{with .About}},{{.}}{{end}}:{{.What}}{{with .Limit}},时限{{.}}{{end}}{{with .Cause}},督办事由:{{.}}{{end}}。当前状态:{{.State}}。",
		EN: "Whistle {{.No}} ({{.Kind}}){{with .About}}, {{.}}{{end}}: {{.What}}{{with .Limit}}, limit {{.}}{{end}}{{with .Cause}}; cause: {{.}}{{end}}. State: {{.State}}.",
	},
	"N21@whistle": {
		ZH: "吹哨单{{.No}}({{.Kind}}),{{.ToUnit}}:{{.What}}{{with .Cause}},督办事由:{{.}}{{end}}{{with .Limit}},时限{{.}}{{end}}。请立即整改并书面回复督办单位。",
		EN: "Whistle {{.No}} ({{.Kind}}), {{.ToUnit}}: {{.What}}{{with .Cause}}; cause: {{.}}{{end}}{{with .Limit}}; limit {{.}}{{end}}. Put it right at once and reply in writing to the supervising office.",
	},
}

// Words that several events of a whistle share.
const (
	whistleZH   = "{{.FirstUnit}}吹哨({{.Kind}},{{.No}}):请{{.ToUnit}}{{with .RespondBy}}于{{.}}前应哨,{{end}}{{with .ArriveBy}}于{{.}}前{{end}}到现场报到。地点和事项见吹哨单。逾期或拒不报到的予以黄牌、红牌督办,报告县(区)政府并计入考核。"
	whistleEN   = "{{.FirstUnit}} blows a whistle ({{.Kind}}, {{.No}}): {{.ToUnit}} is to {{with .RespondBy}}respond by {{.}} and {{end}}report at the place{{with .ArriveBy}} by {{.}}{{end}}. Place and matter are in the whistle. Lateness and refusal bring a yellow or red card, are reported to the county government and count in the assessment."
	toApproveZH = "吹哨单{{.No}}({{.Kind}})待您审批{{with .ApproveBy}},时限{{.}}{{end}}。"
	toApproveEN = "Whistle {{.No}} ({{.Kind}}) waits for your approval{{with .ApproveBy}} by {{.}}{{end}}."
	settledZH   = "吹哨单{{.No}}({{.Kind}}):关于{{.About}}的协调或裁定结果已作出{{with .RespondBy}},请于{{.}}前应哨{{end}}{{with .ArriveBy}},于{{.}}前到场报到{{end}}。"
	settledEN   = "Whistle {{.No}} ({{.Kind}}): it was decided about {{.About}}{{with .RespondBy}}; respond by {{.}}{{end}}{{with .ArriveBy}}, arrive by {{.}}{{end}}."
)
