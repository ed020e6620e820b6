package codes

// Names of the tables the rules and the forms ask for.
const (
	TableNature              = "nature"
	TableLegalRoute          = "legal_route"
	TableTrack               = "track"
	TableLevel               = "level"
	TableChannel             = "channel"
	TableUrgency             = "urgency"
	TableRisk                = "risk"
	TableScale               = "scale"
	TableComplexity          = "complexity"
	TableConfidentiality     = "confidentiality"
	TableEventLevel          = "event_level"
	TableEventNature         = "event_nature"
	TableEventCategory       = "event_category"
	TableEventRejection      = "event_rejection"
	TableDisputeCategory     = "dispute_category"
	TableDisputeCategory24   = "dispute_category_24"
	TableMediationReportType = "mediation_report_type"
	TableMediationMethod     = "mediation_method"
	TableLinkage             = "linkage"
	TableElement             = "element"
	TableOutcomeGrade        = "outcome_grade"
	TableOpinionResult       = "opinion_result"
	TableReviewResult        = "review_result"
	TableSatisfaction        = "satisfaction"
	TableMediationResult     = "mediation_result"
	TableClosingType         = "closing_type"
	TableGuidanceReason      = "guidance_reason"
	TableReturnReason        = "return_reason"
	TableExtensionReason     = "extension_reason"
	TableHangupReason        = "hangup_reason"
	TableEscalationTrigger   = "escalation_trigger"
	TableSupervisionCause    = "supervision_cause"
	TablePauseReason         = "pause_reason"
	TableDocument            = "document"
	TableDepartment          = "department"
	TableOrgKind             = "org_kind"
	TablePresence            = "presence_mode"
	TableUnmaskPurpose       = "unmask_purpose"
)

// Nature is what a matter is, as the first contact sees it (§8.2).
type Nature string

// The natures of §8.2.
const (
	NatureConsultation      Nature = "consultation"       // 01 咨询
	NatureHelp              Nature = "help"               // 02 求助
	NatureComplaint         Nature = "complaint"          // 03 投诉
	NatureAccusation        Nature = "accusation"         // 04 检举控告
	NatureSuggestion        Nature = "suggestion"         // 05 建议意见
	NaturePetition          Nature = "petition"           // 06 申诉求决
	NatureDispute           Nature = "dispute"            // 07 矛盾纠纷
	NatureLitigationRelated Nature = "litigation_related" // 08 涉法涉诉
	NatureEvent             Nature = "event"              // 09 网格事件
	NatureOther             Nature = "other"              // 99 其他
)

// Track decides which limits hold (§4.2, first column).
type Track string

// The tracks of §4.2.
const (
	TrackConsultation      Track = "consultation"
	TrackSuggestion        Track = "suggestion"
	TrackDemand            Track = "demand"
	TrackPetition          Track = "petition"
	TrackAccusation        Track = "accusation"
	TrackLegalRoute        Track = "legal_route"
	TrackDispute           Track = "dispute"
	TrackGridEvent         Track = "grid_event"
	TrackLeaderInstruction Track = "leader_instruction"
	TrackOnlineTransfer    Track = "online_transfer"
)

// Tracks lists every track in the order of §4.2.
func Tracks() []Track {
	return []Track{
		TrackConsultation, TrackSuggestion, TrackDemand, TrackPetition, TrackAccusation,
		TrackLegalRoute, TrackDispute, TrackGridEvent, TrackLeaderInstruction, TrackOnlineTransfer,
	}
}

// TrackOf derives the track from the canonical nature (§4.2, §8.2): help,
// complaint and anything else are general demands. An unknown nature has the
// empty track.
func TrackOf(nature Nature) Track {
	switch nature {
	case NatureConsultation:
		return TrackConsultation
	case NatureHelp, NatureComplaint, NatureOther:
		return TrackDemand
	case NatureAccusation:
		return TrackAccusation
	case NatureSuggestion:
		return TrackSuggestion
	case NaturePetition:
		return TrackPetition
	case NatureDispute:
		return TrackDispute
	case NatureLitigationRelated:
		return TrackLegalRoute
	case NatureEvent:
		return TrackGridEvent
	}
	return ""
}

// Channel is how a matter reached the centre (§8.3).
type Channel string

// The channels of §8.3.
const (
	ChannelWalkIn            Channel = "walk_in"            // 01 来访
	ChannelLetter            Channel = "letter"             // 02 来信
	ChannelPhone             Channel = "phone"              // 03 来电
	ChannelWeb               Channel = "web"                // 04 网上/微信
	ChannelGridMember        Channel = "grid_member"        // 05 网格员上报
	ChannelAppointment       Channel = "appointment"        // 06 预约
	ChannelHotline           Channel = "hotline_12345"      // 07 12345转办
	ChannelSuperior          Channel = "superior"           // 08 上级交办
	ChannelPolice            Channel = "police"             // 09 110/警务移交
	ChannelCourt             Channel = "court"              // 10 法院移交
	ChannelProcuratorate     Channel = "procuratorate"      // 11 检察移交
	ChannelLeaderInstruction Channel = "leader_instruction" // 12 领导批示
	ChannelOutreach          Channel = "outreach"           // 13 下访/巡查
	ChannelMedia             Channel = "media"              // 14 媒体
	ChannelOther             Channel = "other"              // 99 其他
)

// Urgency is how fast a matter must move (§8.3, test in §4.2).
type Urgency string

// The urgencies of §8.3.
const (
	UrgencyEmergency Urgency = "emergency" // 1 特急
	UrgencyUrgent    Urgency = "urgent"    // 2 紧急
	UrgencyNormal    Urgency = "normal"    // 3 一般
	UrgencyComplex   Urgency = "complex"   // 4 疑难
)

// Urgencies lists every urgency, the most pressing first.
func Urgencies() []Urgency {
	return []Urgency{UrgencyEmergency, UrgencyUrgent, UrgencyNormal, UrgencyComplex}
}

// Risk is the four-colour risk of a matter (§4.2, 4C).
type Risk string

// The risk colours of §8.3.
const (
	RiskRed    Risk = "red"
	RiskOrange Risk = "orange"
	RiskYellow Risk = "yellow"
	RiskBlue   Risk = "blue"
)

// Level is the level of resolution (§3.2).
type Level string

// The levels of §3.2.
const (
	LevelLocal  Level = "L0" // 就地化解
	LevelUnit   Level = "L1" // 事权单位化解
	LevelJoint  Level = "L2" // 中心牵头联合化解
	LevelLeader Level = "L3" // 县(区)领导牵头化解
)

// Levels lists the levels from the bottom up.
func Levels() []Level { return []Level{LevelLocal, LevelUnit, LevelJoint, LevelLeader} }

// Scale is how many people a matter concerns at once (§8.3 ZZ).
type Scale string

// The scales of §8.3. Person thresholds are policy (scale.group, scale.major).
const (
	ScaleIndividual Scale = "01" // 个体性事件
	ScaleGroup      Scale = "02" // 一般群体性事件
	ScaleMajor      Scale = "03" // 重大群体性事件
)

// Confidentiality classes of §2.3.
const (
	ConfidentialityPublic     = "C0"
	ConfidentialityNormal     = "C1"
	ConfidentialitySensitive  = "C2"
	ConfidentialityAccusation = "C3"
)

// Satisfaction values of §8.8; an unrated reply is never counted as satisfied.
const (
	Satisfied       = "satisfied"
	SatisfiedBasic  = "basic"
	SatisfiedNot    = "unsatisfied"
	SatisfactionNil = "unrated"
)

// Escalation triggers of §8.13.
const (
	TriggerExpired        = "T01" // 期限届满
	TriggerNoLead         = "T02" // 两家以上单位且无法牵头
	TriggerReturnLimit    = "T03" // 退回/改派超限
	TriggerUnitApplies    = "T04" // 单位申请
	TriggerDissatisfied   = "T05" // 不满意且属实
	TriggerRepeated       = "T06" // 重复≥3次
	TriggerScale          = "T07" // 群体规模
	TriggerRedRisk        = "T08" // 红色风险
	TriggerInstruction    = "T09" // 领导批示
	TriggerFailedSessions = "T10" // 两次会商未果
	TriggerRefusal        = "T11" // 拒不执行
	TriggerNeedsDecision  = "T12" // 需政策/资金决策
)

// Closing types of §3.1.
const (
	ClosingResolved          = "resolved"
	ClosingPartiallyResolved = "partially_resolved"
	ClosingAgreement         = "agreement"
	ClosingExplained         = "explained"
	ClosingGuided            = "guided"
	ClosingUnfounded         = "unfounded"
	ClosingUnreachable       = "unreachable"
	ClosingWithdrawn         = "withdrawn"
	ClosingUnrated           = "unrated"
)

// Map24 translates a code of the older 24-item dispute list into the four-digit
// list of §8.4.
func (ts Tables) Map24(old string) (string, bool) { return ts.Map(TableDisputeCategory24, old) }

// Ref is a code the rules refer to by name.
type Ref struct{ Table, Code string }

// RequiredTables lists the tables a rulebook must bring.
func RequiredTables() []string {
	return []string{
		TableNature, TableLegalRoute, TableTrack, TableLevel, TableChannel, TableUrgency, TableRisk, TableScale,
		TableComplexity, TableConfidentiality, TableEventLevel, TableEventNature, TableDisputeCategory,
		TableDisputeCategory24, TableMediationReportType, TableMediationMethod, TableLinkage, TableElement,
		TableOutcomeGrade, TableOpinionResult, TableReviewResult, TableSatisfaction, TableMediationResult,
		TableClosingType, TableGuidanceReason, TableReturnReason, TableExtensionReason, TableHangupReason,
		TableEscalationTrigger, TableSupervisionCause, TablePauseReason, TableDocument, TableDepartment,
		TableOrgKind, TablePresence, TableUnmaskPurpose,
	}
}

// Required lists every code that has a constant here: a rulebook without one of
// them would leave a rule without its word.
func Required() []Ref {
	var out []Ref
	add := func(table string, list ...string) {
		for _, c := range list {
			out = append(out, Ref{table, c})
		}
	}
	for _, n := range []Nature{
		NatureConsultation, NatureHelp, NatureComplaint, NatureAccusation, NatureSuggestion,
		NaturePetition, NatureDispute, NatureLitigationRelated, NatureEvent, NatureOther,
	} {
		add(TableNature, string(n))
	}
	for _, c := range []Channel{
		ChannelWalkIn, ChannelLetter, ChannelPhone, ChannelWeb, ChannelGridMember, ChannelAppointment, ChannelHotline,
		ChannelSuperior, ChannelPolice, ChannelCourt, ChannelProcuratorate, ChannelLeaderInstruction, ChannelOutreach, ChannelMedia, ChannelOther,
	} {
		add(TableChannel, string(c))
	}
	for _, t := range Tracks() {
		add(TableTrack, string(t))
	}
	for _, u := range Urgencies() {
		add(TableUrgency, string(u))
	}
	for _, l := range Levels() {
		add(TableLevel, string(l))
	}
	add(TableRisk, string(RiskRed), string(RiskOrange), string(RiskYellow), string(RiskBlue))
	add(TableScale, string(ScaleIndividual), string(ScaleGroup), string(ScaleMajor))
	add(TableConfidentiality, ConfidentialityPublic, ConfidentialityNormal, ConfidentialitySensitive, ConfidentialityAccusation)
	add(TableSatisfaction, Satisfied, SatisfiedBasic, SatisfiedNot, SatisfactionNil)
	add(TableEscalationTrigger, TriggerExpired, TriggerNoLead, TriggerReturnLimit, TriggerUnitApplies, TriggerDissatisfied,
		TriggerRepeated, TriggerScale, TriggerRedRisk, TriggerInstruction, TriggerFailedSessions, TriggerRefusal, TriggerNeedsDecision)
	add(TableClosingType, ClosingResolved, ClosingPartiallyResolved, ClosingAgreement, ClosingExplained, ClosingGuided,
		ClosingUnfounded, ClosingUnreachable, ClosingWithdrawn, ClosingUnrated)
	return out
}
