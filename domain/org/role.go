package org

// Role is an office a user may hold, named as in domain.md §2.1.
type Role string

// The roles of domain.md §2.1, in its order, and the township principal of §3.8 W2.
const (
	RolePetitioner         Role = "petitioner"         // 信访人/诉求人
	RolePetitionerRep      Role = "petitioner_rep"     // 信访代表
	RoleAgent              Role = "agent"              // 代理人
	RoleParty              Role = "party"              // 当事人
	RoleGridMemberFullTime Role = "grid_member_ft"     // 专职网格员
	RoleGridMemberPartTime Role = "grid_member_pt"     // 兼职网格员
	RoleGridLeader         Role = "grid_leader"        // 网格长
	RoleCommunityStaff     Role = "community_staff"    // 村(社区)工作人员
	RoleTownshipIntake     Role = "township_intake"    // 诉求受理窗口人员
	RoleTownshipOffice     Role = "township_office"    // 综合办公室人员
	RoleTownshipLeader     Role = "township_leader"    // 乡街分管领导(政法委员)
	RoleTownshipHead       Role = "township_head"      // 乡镇(街道)主要负责人 (§3.8 W2; not listed in §2.1)
	RoleGuide              Role = "guide"              // 导引员
	RoleWindowClerk        Role = "window_clerk"       // 窗口受理员
	RolePoliceDesk         Role = "police_desk"        // 警务台民警
	RolePlatformAdmin      Role = "platform_admin"     // 平台管理员
	RoleDispatcher         Role = "dispatcher"         // 调度员(指挥研判中心)
	RoleCentreDirector     Role = "centre_director"    // 中心主任
	RoleCentreDutyLeader   Role = "centre_duty_leader" // 值班领导
	RoleDeptLiaison        Role = "dept_liaison"       // 部门联络员
	RoleDeptHandler        Role = "dept_handler"       // 承办人
	RoleDeptLeader         Role = "dept_leader"        // 部门负责人
	RoleMediator           Role = "mediator"           // 人民调解员/专家调解员
	RoleCourtLiaison       Role = "court_liaison"      // 驻中心法官
	RolePetitionOfficer    Role = "petition_officer"   // 信访接待员
	RoleReviewOfficer      Role = "review_officer"     // 复查承办人
	RoleRecheckOfficer     Role = "recheck_officer"    // 复核承办人
	RoleDisciplineOfficer  Role = "discipline_officer" // 纪检监察接待人员
	RoleCountyLeader       Role = "county_leader"      // 包案县(区)领导
	RoleSupervisor         Role = "supervisor"         // 督办员
	RoleAnalyst            Role = "analyst"            // 研判员
	RoleCitySupervisor     Role = "city_supervisor"    // 市政法委(督查考评)
	RoleAuditor            Role = "auditor"            // 审计员
	RoleSysAdmin           Role = "sys_admin"          // 系统管理员
	RoleIntegrator         Role = "integrator"         // 系统对接方(API)
)

// Reach is how far a role sees by itself, before the unit it is held in narrows
// it (domain.md §2.1, column "Org scope").
type Reach string

// The reaches of §2.1.
const (
	ReachOwn        Reach = "own"        // own cases only
	ReachGrid       Reach = "grid"       // own grids
	ReachCommunity  Reach = "community"  // own community or village
	ReachTownship   Reach = "township"   // own township
	ReachCounty     Reach = "county"     // the whole county
	ReachDepartment Reach = "department" // own department
	ReachAssigned   Reach = "assigned"   // cases, sessions or reviews assigned
	ReachVault      Reach = "vault"      // the restricted vault of discipline matters
	ReachSubtree    Reach = "subtree"    // county or city, by the unit of the grant
	ReachCity       Reach = "city"       // the whole city
	ReachCounts     Reach = "counts"     // statistics of the county or city, no single case (§2.2 stats.view)
	ReachTenant     Reach = "tenant"     // accounts and logs, never case content
	ReachToken      Reach = "token"      // what the token is scoped to
)

// RoleInfo is what §2.1 says of one role.
type RoleInfo struct {
	Role  Role   `json:"role"`
	ZH    string `json:"zh"`
	EN    string `json:"en"`
	Reach Reach  `json:"reach"`
}

var roleTable = []RoleInfo{
	{RolePetitioner, "信访人/诉求人", "petitioner", ReachOwn},
	{RolePetitionerRep, "信访代表", "petitioners' representative", ReachOwn},
	{RoleAgent, "代理人", "authorised agent", ReachOwn},
	{RoleParty, "当事人", "party to a dispute", ReachOwn},
	{RoleGridMemberFullTime, "专职网格员", "full-time grid member", ReachGrid},
	{RoleGridMemberPartTime, "兼职网格员", "part-time grid member", ReachGrid},
	{RoleGridLeader, "网格长", "grid leader", ReachCommunity},
	{RoleCommunityStaff, "村(社区)工作人员", "community staff", ReachCommunity},
	{RoleTownshipIntake, "诉求受理窗口人员", "township demand window clerk", ReachTownship},
	{RoleTownshipOffice, "综合办公室人员", "township general office", ReachTownship},
	{RoleTownshipLeader, "乡街分管领导(政法委员)", "township political-legal commissioner", ReachTownship},
	{RoleTownshipHead, "乡镇(街道)主要负责人", "township principal", ReachTownship},
	{RoleGuide, "导引员", "guide-desk staff", ReachCounty},
	{RoleWindowClerk, "窗口受理员", "window clerk", ReachCounty},
	{RolePoliceDesk, "警务台民警", "police desk officer", ReachCounty},
	{RolePlatformAdmin, "平台管理员", "platform administrator", ReachCounty},
	{RoleDispatcher, "调度员(指挥研判中心)", "case dispatcher", ReachCounty},
	{RoleCentreDirector, "中心主任", "centre director", ReachCounty},
	{RoleCentreDutyLeader, "值班领导", "duty leader", ReachCounty},
	{RoleDeptLiaison, "部门联络员", "department liaison", ReachDepartment},
	{RoleDeptHandler, "承办人", "handler", ReachDepartment},
	{RoleDeptLeader, "部门负责人", "department leader", ReachDepartment},
	{RoleMediator, "人民调解员/专家调解员", "people's or expert mediator", ReachAssigned},
	{RoleCourtLiaison, "驻中心法官", "resident judge", ReachAssigned},
	{RolePetitionOfficer, "信访接待员", "petition receptionist", ReachCounty},
	{RoleReviewOfficer, "复查承办人", "review officer", ReachAssigned},
	{RoleRecheckOfficer, "复核承办人", "recheck officer", ReachAssigned},
	{RoleDisciplineOfficer, "纪检监察接待人员", "discipline reception officer", ReachVault},
	{RoleCountyLeader, "包案县(区)领导", "county leader owning L3 cases", ReachCounty},
	{RoleSupervisor, "督办员", "supervision officer", ReachSubtree},
	{RoleAnalyst, "研判员", "analyst (de-identified)", ReachCounts},
	{RoleCitySupervisor, "市政法委(督查考评)", "city supervision", ReachCity},
	{RoleAuditor, "审计员", "auditor (read-only log)", ReachTenant},
	{RoleSysAdmin, "系统管理员", "system administrator (no case content)", ReachTenant},
	{RoleIntegrator, "系统对接方(API)", "integrator (machine client)", ReachToken},
}

var roleIndex = func() map[Role]RoleInfo {
	m := make(map[Role]RoleInfo, len(roleTable))
	for _, r := range roleTable {
		m[r.Role] = r
	}
	return m
}()

// Roles lists every role in that order.
func Roles() []RoleInfo { return append([]RoleInfo(nil), roleTable...) }

// Info tells what §2.1 says of the role; ok is false for an unknown one.
func (r Role) Info() (info RoleInfo, ok bool) {
	info, ok = roleIndex[r]
	return info, ok
}

// Valid tells whether the role is one of §2.1.
func (r Role) Valid() bool { _, ok := roleIndex[r]; return ok }

// Officer tells whether who holds the role acts for the house: not one of those who raise a
// matter, speak for them or are party to it, and no program.
func (r Role) Officer() bool {
	switch r {
	case RolePetitioner, RolePetitionerRep, RoleAgent, RoleParty, RoleIntegrator:
		return false
	}
	return r.Valid()
}

// Label gives the names of the role in both languages, the code itself when
// unknown.
func (r Role) Label() (zh, en string) {
	if i, ok := roleIndex[r]; ok {
		return i.ZH, i.EN
	}
	return string(r), string(r)
}
