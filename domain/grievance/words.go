package grievance

import "huajie/domain"

// types names every type of event of a grievance as an officer would say it (§3.1, §3.2, §4).
var types = map[string]domain.Text{
	// the front desk
	"registered":           {ZH: "已登记", EN: "registered"},
	"intake_unattended":    {ZH: "网上诉求逾期未接单", EN: "nobody picked up the online matter in time"},
	"triage_started":       {ZH: "开始甄别", EN: "triage started"},
	"triage_slow":          {ZH: "甄别超过目标时限", EN: "triage exceeded its target"},
	"triage_overdue":       {ZH: "甄别逾期", EN: "triage overdue"},
	"classified":           {ZH: "已调整分类", EN: "classification changed"},
	"supplement_requested": {ZH: "已通知补充材料", EN: "supplement requested"},
	"photos_shown":         {ZH: "已补充照片", EN: "photos added"},
	"decision_overdue":     {ZH: "逾期未告知是否受理", EN: "decision on acceptance overdue"},
	"deemed_accepted":      {ZH: "逾期未告知,视为受理", EN: "deemed accepted, no notice was given in time"},
	"guided":               {ZH: "已引导至法定途径", EN: "guided to the statutory channel"},
	"not_accepted":         {ZH: "不予受理", EN: "not accepted"},
	"no_longer_accepted":   {ZH: "不再受理", EN: "no longer accepted"},
	"no_body_declared":     {ZH: "认定无责任主体", EN: "declared to have no responsible body"},
	"petitioner_informed":  {ZH: "已向诉求人告知进展", EN: "petitioner informed of progress"},
	"inform_missed":        {ZH: "逾期未向诉求人告知进展", EN: "petitioner not informed in time"},

	// who has it
	"assigned_local":       {ZH: "交乡镇(街道)就地化解", EN: "assigned to the township, to be resolved locally"},
	"auto_assigned":        {ZH: "无人分派,系统按清单交乡镇(街道)", EN: "assigned to the township by the duty catalogue, nobody did"},
	"dispatched":           {ZH: "已交办", EN: "dispatched"},
	"auto_dispatched":      {ZH: "无人分派,系统按清单交办", EN: "dispatched by the duty catalogue, nobody did"},
	"sign_reminded":        {ZH: "提醒签收", EN: "reminded to sign for it"},
	"signed_for":           {ZH: "已签收", EN: "signed for"},
	"auto_signed":          {ZH: "逾期未签收,视同签收", EN: "sign-for overdue, deemed signed for"},
	"sign_overdue":         {ZH: "逾期未签收", EN: "sign-for overdue"},
	"handler_assigned":     {ZH: "已指定承办人", EN: "handler named"},
	"assign_overdue":       {ZH: "逾期未指定承办人", EN: "naming a handler overdue"},
	"petitioner_contacted": {ZH: "已联系诉求人", EN: "petitioner contacted"},
	"contact_missed":       {ZH: "逾期未联系诉求人", EN: "petitioner not contacted in time"},
	"hand_over_offered":    {ZH: "已提出移交", EN: "hand-over offered"},
	"hand_over_confirmed":  {ZH: "已确认接收移交", EN: "hand-over confirmed"},
	"hand_over_declined":   {ZH: "不接收移交", EN: "hand-over declined"},
	"hand_over_lapsed":     {ZH: "移交逾期未确认,退回原责任人", EN: "hand-over not confirmed in time, back with whoever had it"},
	"handler_left":         {ZH: "承办人离岗", EN: "handler has left"},
	"transferred":          {ZH: "职责划转,已移交承接单位", EN: "transferred to the successor unit"},
	"transfer_barred":      {ZH: "职责划转受限,未移交", EN: "transfer barred, the case stays"},

	// returns and adjudication
	"return_requested":       {ZH: "已申请退回", EN: "return requested"},
	"return_rejected":        {ZH: "退回未获同意", EN: "return rejected"},
	"return_lapsed":          {ZH: "退回逾期未审核,视为不同意", EN: "return not decided in time, counts as rejected"},
	"reassigned":             {ZH: "已改派", EN: "reassigned"},
	"adjudication_started":   {ZH: "提交职责裁定", EN: "duty adjudication started"},
	"adjudication_passed_on": {ZH: "裁定逾期,转县(区)领导", EN: "adjudication overdue, passed on to the county leader"},
	"adjudicated":            {ZH: "职责已裁定", EN: "duty adjudicated"},

	// the work
	"attempt_recorded":    {ZH: "已记录化解情况", EN: "attempt to resolve recorded"},
	"assist_added":        {ZH: "已增加协办单位", EN: "assist unit added"},
	"task_completed":      {ZH: "任务已完成", EN: "task completed"},
	"task_overdue":        {ZH: "任务逾期", EN: "task overdue"},
	"task_waived":         {ZH: "任务已免除", EN: "task waived"},
	"clock_paused":        {ZH: "办理时限暂停", EN: "policy clock paused"},
	"clock_resumed":       {ZH: "办理时限恢复", EN: "policy clock resumed"},
	"pause_unreviewed":    {ZH: "暂停逾期未复核", EN: "pause not reviewed in time"},
	"extended":            {ZH: "已延期", EN: "extended"},
	"late_transfer":       {ZH: "转办件到件过晚", EN: "sent on too late by its sender"},
	"sender_asked":        {ZH: "已提请来文单位延期", EN: "sender asked for more time"},
	"sender_silent":       {ZH: "来文单位逾期未答复延期请求", EN: "sender has not answered in time"},
	"sender_granted":      {ZH: "来文单位同意延期", EN: "sender grants more time"},
	"sender_refused":      {ZH: "来文单位未同意延期", EN: "sender grants no more time"},
	"suspended":           {ZH: "已挂账", EN: "suspended"},
	"suspension_reviewed": {ZH: "挂账已复核", EN: "suspension reviewed"},
	"review_missed":       {ZH: "挂账逾期未复核,恢复办理", EN: "suspension not reviewed in time, work goes on"},
	"resumed":             {ZH: "挂账结束,恢复办理", EN: "suspension over, work goes on"},
	"whistle_asked":       {ZH: "已提出吹哨", EN: "whistle asked for"},
	"whistle_opened":      {ZH: "已关联吹哨", EN: "whistle linked"},
	"whistle_ended":       {ZH: "吹哨已结束", EN: "whistle ended"},

	// time
	"half_used":           {ZH: "办理时限过半", EN: "half of the policy clock is used"},
	"light_yellow":        {ZH: "黄灯预警", EN: "yellow light"},
	"overdue":             {ZH: "已超期(红灯)", EN: "overdue, red light"},
	"still_overdue":       {ZH: "持续超期", EN: "still overdue"},
	"red_card":            {ZH: "超期红牌", EN: "red card for being overdue"},
	"statutory_countdown": {ZH: "法定期限临近", EN: "statutory date draws near"},
	"statutory_overdue":   {ZH: "法定期限已过", EN: "statutory date passed"},
	"recounted":           {ZH: "日历公布,时限重新核算", EN: "limits counted again by the published calendar"},
	"moved_for_outage":    {ZH: "系统停机,时限顺延", EN: "limits moved, the system was away"},

	// the upper levels
	"reported_up":       {ZH: "上报事权单位化解(L1)", EN: "reported up to the authority unit (L1)"},
	"joint_started":     {ZH: "由中心牵头联合化解(L2)", EN: "begins with the centre (L2)"},
	"escalated_l2":      {ZH: "提级至中心牵头联合化解(L2)", EN: "escalated to the centre (L2)"},
	"session_due":       {ZH: "须再次召集联合会商", EN: "another joint session is due"},
	"session_planned":   {ZH: "已召集联合会商", EN: "joint session planned"},
	"session_overdue":   {ZH: "逾期未召集联合会商", EN: "convening a joint session overdue"},
	"session_moved":     {ZH: "联合会商有新进展", EN: "joint session moved on"},
	"session_concluded": {ZH: "联合会商形成结论", EN: "joint session concluded"},
	"session_failed":    {ZH: "联合会商未形成结论", EN: "joint session failed"},
	"session_cancelled": {ZH: "联合会商取消", EN: "joint session cancelled"},
	"escalated_l3":      {ZH: "提级至县(区)领导牵头化解(L3)", EN: "escalated to the county leader (L3)"},
	"leader_designated": {ZH: "已确定包案领导", EN: "owning leader named"},
	"leader_by_rota":    {ZH: "逾期未确定,按排班确定包案领导", EN: "owning leader by the rota, nobody was named in time"},
	"leader_missing":    {ZH: "无可排班的包案领导", EN: "no leader on the rota"},
	"meeting_overdue":   {ZH: "包案领导逾期未约见", EN: "leader's meeting with the petitioner overdue"},

	// after the answer
	"replied":            {ZH: "已答复", EN: "replied"},
	"service_recorded":   {ZH: "已记录送达", EN: "service of the reply recorded"},
	"evaluated":          {ZH: "诉求人已评价", EN: "evaluated by the petitioner"},
	"evaluation_lapsed":  {ZH: "逾期未评价,办结", EN: "not evaluated in time, closed"},
	"rework_ordered":     {ZH: "返工重办", EN: "rework ordered"},
	"closed_explained":   {ZH: "解释说明后办结", EN: "closed after explanation"},
	"closed_unreachable": {ZH: "无法联系,办结", EN: "closed, petitioner cannot be reached"},
	"withdrawn":          {ZH: "诉求人撤回", EN: "withdrawn by the petitioner"},
	"voided":             {ZH: "已作废", EN: "voided"},
	"reopened":           {ZH: "重新办理", EN: "reopened"},
	"follow_up_due":      {ZH: "须回访", EN: "follow-up due"},
	"archive_blocked":    {ZH: "归档材料不全", EN: "archiving blocked, the file is incomplete"},
	"archive_waits":      {ZH: "等待回访后归档", EN: "archiving waits for the follow-up"},
	"archived":           {ZH: "已归档", EN: "archived"},

	// one matter, many cases
	"merged":               {ZH: "已并案", EN: "merged"},
	"merge_refused":        {ZH: "并案未成,恢复甄别", EN: "merge refused, back in triage"},
	"merge_final":          {ZH: "并案不可再撤销", EN: "merge can no longer be undone"},
	"unmerged":             {ZH: "已撤销并案", EN: "merge undone"},
	"split_off":            {ZH: "已拆分出新办件", EN: "part split off as a case of its own"},
	"master_moved":         {ZH: "主办件状态变化", EN: "the master case moved"},
	"follower_joined":      {ZH: "有办件并入", EN: "another case joined"},
	"follower_refused":     {ZH: "未接受并入", EN: "another case was not taken in"},
	"follower_unsatisfied": {ZH: "并入件诉求人不满意", EN: "petitioner of a joined case is not satisfied"},
	"follower_left":        {ZH: "并入件已分出", EN: "a joined case left"},
}

// FlagLabels names what a case is marked with.
var FlagLabels = map[string]domain.Text{
	"contact_missed":      {ZH: "逾期未联系诉求人", EN: "petitioner not contacted in time"},
	"deemed_accepted":     {ZH: "逾期未告知,视为受理", EN: "deemed accepted"},
	"late_sign":           {ZH: "逾期签收", EN: "signed for late"},
	"no_body":             {ZH: "无责任主体", EN: "no responsible body"},
	"not_contacted":       {ZH: "未联系诉求人", EN: "petitioner not contacted"},
	"not_informed":        {ZH: "逾期未告知进展", EN: "petitioner not informed in time"},
	"short_notice":        {ZH: "来文期限不足,按最短时限", EN: "the sender left too little time"},
	"statutory_overdue":   {ZH: "法定期限已过", EN: "statutory date passed"},
	"supplement_repeated": {ZH: "重复要求补充材料", EN: "supplement asked for again"},
	"unassigned":          {ZH: "无人分派", EN: "assigned by nobody"},

	FlagIdentityNeeded: {ZH: "须补登身份(调解需当事人实名)", EN: "the name must follow, a mediation needs its parties"},
	FlagNoWrittenRight: {ZH: "匿名,无书面告知和复查", EN: "anonymous, no written notices and no review"},
	Precedent:          {ZH: "裁定先例", EN: "a precedent beside the duty catalogue"},
}

// TaskLabels names the kinds of task a unit owes a case.
var TaskLabels = map[string]domain.Text{
	TaskAssist:  {ZH: "协办", EN: "assist"},
	TaskMeasure: {ZH: "落实措施", EN: "carry out a measure"},
}
