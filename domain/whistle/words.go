package whistle

import "huajie/domain"

// types names every type of event of a whistle as an officer would say it (§3.8).
var types = map[string]domain.Text{
	// the draft
	"whistle_drafted":          {ZH: "已起草吹哨单", EN: "drafted"},
	"whistle_proposed":         {ZH: "村(社区)已提出吹哨建议", EN: "proposed by a community"},
	"whistle_revised":          {ZH: "吹哨单已修改", EN: "draft revised"},
	"whistle_draft_lapsed":     {ZH: "吹哨单逾期未用,已失效", EN: "draft lapsed"},
	"whistle_approval_overdue": {ZH: "吹哨单审批逾期", EN: "approval overdue"},
	"whistle_approval_missed":  {ZH: "应急哨逾期未补批", EN: "emergency not approved afterwards in time"},
	"whistle_approved":         {ZH: "吹哨单已批准", EN: "approved"},
	"whistle_rejected":         {ZH: "吹哨单未获批准", EN: "not approved"},
	"whistle_withdrawn":        {ZH: "吹哨单已撤回", EN: "withdrawn"},
	"whistle_blown":            {ZH: "已吹哨", EN: "blown"},

	// the units
	"whistle_responded":        {ZH: "单位已应哨", EN: "a unit responded"},
	"whistle_response_overdue": {ZH: "单位逾期未应哨", EN: "response overdue"},
	"whistle_arrived":          {ZH: "单位已报到", EN: "a unit arrived on site"},
	"whistle_arrival_overdue":  {ZH: "单位逾期未报到", EN: "arrival overdue"},
	"whistle_work_started":     {ZH: "单位开始处置", EN: "a unit began work"},
	"whistle_work_done":        {ZH: "单位处置完毕", EN: "a unit is done"},
	"whistle_work_overdue":     {ZH: "单位处置逾期", EN: "work overdue"},
	"whistle_work_returned":    {ZH: "处置结果退回,继续处置", EN: "result sent back, work goes on"},
	"whistle_unit_released":    {ZH: "单位获准离场", EN: "a unit was released"},
	"whistle_unfinished":       {ZH: "单位逾期不处置(红牌)", EN: "a unit left its work undone, red card"},
	"whistle_second_yellow":    {ZH: "同一哨第二张黄牌,升级红牌", EN: "second yellow card at this whistle, red card"},

	// refusals
	"whistle_refused":                {ZH: "单位有理由拒绝报到", EN: "a unit refused, with a ground"},
	"whistle_refused_without_ground": {ZH: "单位无理由拒绝报到(红牌)", EN: "a unit refused without ground, red card"},
	"whistle_not_reported":           {ZH: "单位拒不报到(红牌)", EN: "a unit did not report, red card"},
	"whistle_coordination_started":   {ZH: "中心开始协调", EN: "coordination by the centre started"},
	"whistle_coordination_overdue":   {ZH: "协调逾期,转中心主任裁定", EN: "coordination overdue, passed to the director"},
	"whistle_coordinated":            {ZH: "协调已有结果", EN: "coordinated"},
	"whistle_ruled":                  {ZH: "已裁定", EN: "ruled on"},
	"whistle_ruling_overdue":         {ZH: "裁定逾期,转县(区)领导", EN: "ruling overdue, passed to the county leader"},
	"whistle_ruling_defied":          {ZH: "单位不执行裁定(红牌)", EN: "a unit ignored the ruling, red card"},
	"whistle_adjudicated":            {ZH: "协调裁定结束,无单位须到场", EN: "over by decision, no unit has to come"},

	// both sides assess each other
	"whistle_completed":         {ZH: "全部处置完毕,待评价", EN: "all units done, awaiting evaluation"},
	"whistle_unit_evaluated":    {ZH: "乡镇(街道)已评价单位", EN: "a unit was evaluated"},
	"whistle_counter_evaluated": {ZH: "单位已反评", EN: "a unit assessed the whistle"},
	"whistle_counter_lapsed":    {ZH: "逾期未反评", EN: "not assessed by the units in time"},
	"whistle_evaluated":         {ZH: "已评价,吹哨结束", EN: "evaluated, the whistle is over"},
	"whistle_unrated":           {ZH: "逾期未评价,吹哨结束", EN: "not evaluated in time, the whistle is over"},
}
