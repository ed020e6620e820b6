package gridevent

import (
	"huajie/domain"
	"huajie/domain/evidence"
)

// types names every type of event of a grid event as an officer would say it (§3.3, §4.7).
var types = map[string]domain.Text{
	// report and review
	"reported":             {ZH: "已上报", EN: "reported"},
	"photos_added":         {ZH: "已补传照片", EN: "photos added"},
	"photos_overdue":       {ZH: "逾期未补传照片", EN: "photos overdue"},
	"review_rejected":      {ZH: "审核不通过", EN: "rejected on review"},
	"review_overdue":       {ZH: "审核逾期", EN: "review overdue"},
	"forwarded_unreviewed": {ZH: "审核逾期,系统直接转办", EN: "forwarded unreviewed, the review was overdue"},
	"supplement_asked":     {ZH: "退回补充", EN: "returned for supplement"},
	"supplemented":         {ZH: "已补充材料", EN: "supplemented"},
	"supplement_lapsed":    {ZH: "逾期未补充", EN: "not supplemented in time"},
	"emergency_marked":     {ZH: "标记为紧急", EN: "marked as an emergency"},
	"self_disposed":        {ZH: "上报人已自行处置", EN: "disposed of by the reporter"},
	"self_confirmed":       {ZH: "自处置已确认,办结", EN: "self-disposal confirmed, closed"},
	"self_rejected":        {ZH: "自处置未予认可", EN: "self-disposal not accepted"},
	"self_unchecked":       {ZH: "自处置逾期未抽查,办结", EN: "self-disposal not checked in time, closed"},
	"sample_overdue":       {ZH: "自处置抽查逾期", EN: "check of a self-disposal overdue"},
	"voided":               {ZH: "已作废", EN: "voided"},

	// one event, many reports
	"merged":              {ZH: "已并案", EN: "merged"},
	"merge_refused":       {ZH: "并案未成,恢复审核", EN: "merge refused, back in review"},
	"merge_final":         {ZH: "并案不可再撤销", EN: "merge can no longer be undone"},
	"unmerged":            {ZH: "已撤销并案", EN: "merge undone"},
	"split_off":           {ZH: "上报人不认可,单独办理", EN: "the reporter disagrees, handled apart"},
	"duplicates_taken_in": {ZH: "已并入重复上报", EN: "duplicates taken in"},
	"master_moved":        {ZH: "主办事件状态变化", EN: "the master event moved"},
	"follower_joined":     {ZH: "有重复上报并入", EN: "another report joined"},
	"follower_refused":    {ZH: "未接受并入", EN: "another report was not taken in"},
	"follower_left":       {ZH: "并入的上报已分出", EN: "a joined report left"},

	// whose place it is
	"grid_disputed":    {ZH: "网格归属存疑,提请裁定", EN: "grid in doubt, a ruling is asked for"},
	"grid_ruled":       {ZH: "网格归属已裁定", EN: "grid ruled on"},
	"boundary_overdue": {ZH: "网格归属裁定逾期", EN: "ruling on the grid overdue"},

	// who has it
	"dispatched":       {ZH: "已转办", EN: "dispatched"},
	"signed_for":       {ZH: "已签收", EN: "signed for"},
	"auto_signed":      {ZH: "逾期未签收,视同签收", EN: "sign-for overdue, deemed signed for"},
	"return_requested": {ZH: "已申请退回", EN: "return requested"},
	"return_rejected":  {ZH: "退回未获同意", EN: "return rejected"},
	"return_lapsed":    {ZH: "退回逾期未审核,视为不同意", EN: "return not decided in time, counts as rejected"},
	"reassigned":       {ZH: "已改派", EN: "reassigned"},
	"handler_left":     {ZH: "承办人离岗", EN: "handler has left"},
	"transferred":      {ZH: "职责划转,已移交承接单位", EN: "transferred to the successor unit"},

	// the disposal
	"disposal_started":         {ZH: "开始处置", EN: "disposal started"},
	"stage_done":               {ZH: "处置阶段完成", EN: "stage of the disposal done"},
	"stage_yellow":             {ZH: "处置阶段黄灯预警", EN: "yellow light of a stage"},
	"stage_overdue":            {ZH: "处置阶段超期", EN: "stage of the disposal overdue"},
	"still_overdue":            {ZH: "持续超期", EN: "still overdue"},
	"yellow_card":              {ZH: "超期黄牌", EN: "yellow card for being overdue"},
	"red_card":                 {ZH: "超期红牌", EN: "red card for being overdue"},
	"whistle_suggested":        {ZH: "处置超期,建议吹哨", EN: "overdue, a whistle is suggested"},
	"disposal_submitted":       {ZH: "已反馈处置结果", EN: "disposal fed back"},
	"disposal_submitted_again": {ZH: "返工后再次反馈", EN: "fed back again after rework"},
	"suspended":                {ZH: "已挂账", EN: "suspended"},
	"suspension_reviewed":      {ZH: "挂账已复核", EN: "suspension reviewed"},
	"resumed":                  {ZH: "挂账结束,恢复处置", EN: "suspension over, work goes on"},
	"recounted":                {ZH: "日历公布,时限重新核算", EN: "limits counted again by the published calendar"},
	"moved_for_outage":         {ZH: "系统停机,时限顺延", EN: "limits moved, the system was away"},

	// the look at the place
	"verified":                 {ZH: "现场核查通过,办结", EN: "verified on the spot, closed"},
	"verification_failed":      {ZH: "现场核查不通过,返工", EN: "verification failed, rework"},
	"verification_handed_over": {ZH: "核查已转交他人", EN: "verification handed over"},
	"verification_overdue":     {ZH: "现场核查逾期", EN: "verification overdue"},
	"closed_unverified":        {ZH: "未经现场核查办结", EN: "closed without a look at the place"},
	"rework_overdue":           {ZH: "返工逾期", EN: "rework overdue"},

	// later
	"rated":                {ZH: "上报人已评价", EN: "rated by the reporter"},
	"rating_window_over":   {ZH: "评价期结束", EN: "window to rate is over"},
	"reopened":             {ZH: "复发重开", EN: "reopened, it came back"},
	"reopen_window_over":   {ZH: "复发重开期结束", EN: "window to reopen is over"},
	"converted":            {ZH: "已转为群众诉求", EN: "became a grievance"},
	"converted_to_whistle": {ZH: "已转为吹哨", EN: "became a whistle"},
	"photos_withheld":      {ZH: "已隐去照片", EN: "photos withheld"},
	"photos_restored":      {ZH: "已恢复照片", EN: "withheld photos shown again"},
	"photos_final":         {ZH: "隐去照片不可再恢复", EN: "withheld photos can no longer be shown again"},
	"root_cause_asked":     {ZH: "反复发生,要求根源治理", EN: "comes back again, root cause asked for"},
	"root_cause_answered":  {ZH: "已答复根源治理", EN: "root cause answered"},
	"root_cause_overdue":   {ZH: "根源治理答复逾期", EN: "answer on the root cause overdue"},
	"whistle_opened":       {ZH: "已关联吹哨", EN: "whistle linked"},
	"whistle_ended":        {ZH: "吹哨已结束", EN: "whistle ended"},
	"whistle_done":         {ZH: "经吹哨处置完毕", EN: "put right by a whistle"},
	"whistle_failed":       {ZH: "吹哨未能处置,恢复处置", EN: "the whistle came to nothing, work goes on"},
}

// FlagLabels names what an event is marked with.
var FlagLabels = map[string]domain.Text{
	"late_review":         {ZH: "审核逾期", EN: "reviewed late"},
	"late_rework":         {ZH: "返工逾期", EN: "rework late"},
	"late_sign":           {ZH: "逾期签收", EN: "signed for late"},
	"late_verification":   {ZH: "核查逾期", EN: "verified late"},
	"photos_not_supplied": {ZH: "逾期未补传照片", EN: "photos not supplied"},
	"recurred":            {ZH: "反复发生", EN: "came back again"},
	"sample_late":         {ZH: "自处置抽查逾期", EN: "self-disposal checked late"},
	"whistle_suggested":   {ZH: "建议吹哨", EN: "a whistle is suggested"},

	FlagPhotosMissing:    {ZH: "照片不足,须补传", EN: "too few photos, the others must follow"},
	evidence.OfflineLate: evidence.FlagLabels[evidence.OfflineLate],

	flagPlace + "border":  {ZH: "位于网格边界", EN: "on the border of grids"},
	flagPlace + "overlap": {ZH: "位于网格重叠处", EN: "where grids overlap"},
	flagPlace + "gap":     {ZH: "位于网格空白处", EN: "in a gap between grids"},
	flagElsewhere:         {ZH: "地点远离所报网格", EN: "far from the grid that was named"},
	flagByDesk:            {ZH: "地图无此地点,按上报人网格", EN: "on no map, the grid of whoever reported"},
}

// ClosingLabels names how an event was closed.
var ClosingLabels = map[string]domain.Text{
	ClosedVerified:   {ZH: "现场核查通过", EN: "verified on the spot"},
	ClosedUnverified: {ZH: "未经现场核查", EN: "not verified on the spot"},
	ClosedSelf:       {ZH: "自处置,已确认", EN: "put right by the reporter, confirmed"},
	ClosedUnchecked:  {ZH: "自处置,未抽查", EN: "put right by the reporter, not looked at"},
}
