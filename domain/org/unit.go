package org

// Kind says what a unit is.
type Kind string

// The kinds of unit. Areas (city to grid) nest; centres and departments hang
// on the area they serve.
const (
	KindCity           Kind = "city"            // 市
	KindCounty         Kind = "county"          // 县、区
	KindZone           Kind = "zone"            // 开发区等统计用特殊街道, without a centre
	KindStreet         Kind = "street"          // 街道
	KindTown           Kind = "town"            // 镇
	KindTownship       Kind = "township"        // 乡
	KindCommunity      Kind = "community"       // 社区
	KindVillage        Kind = "village"         // 行政村
	KindGrid           Kind = "grid"            // 网格
	KindCentreCounty   Kind = "centre_county"   // 县(区)社会治理服务中心, 268+N
	KindCentreTownship Kind = "centre_township" // 乡(镇、街道)社会治理服务中心, 1窗+2室
	KindDepartment     Kind = "department"      // 部门 of a county, or an organ of the city
)

// Township tells whether the kind is of the township level: street, town,
// township or zone.
func (k Kind) Township() bool {
	return k == KindStreet || k == KindTown || k == KindTownship || k == KindZone
}

// Settlement tells whether the kind is a community or a village.
func (k Kind) Settlement() bool { return k == KindCommunity || k == KindVillage }

// Centre tells whether the kind is one of the two centres.
func (k Kind) Centre() bool { return k == KindCentreCounty || k == KindCentreTownship }

// Area tells whether the kind is a piece of territory.
func (k Kind) Area() bool {
	return k == KindCity || k == KindCounty || k.Township() || k.Settlement() || k == KindGrid
}

// OrgKind is what sort of organisation a department is (§8.16). It decides
// who adjudicates: vertical units are outside the centre director's reach (G17).
type OrgKind string

// The sorts of §8.16.
const (
	OrgParty      OrgKind = "party"      // 党委部门
	OrgGovernment OrgKind = "government" // 政府部门
	OrgJudicial   OrgKind = "judicial"   // 司法机关
	OrgVertical   OrgKind = "vertical"   // 垂直管理
	OrgEnterprise OrgKind = "enterprise" // 企业
	OrgMass       OrgKind = "mass_org"   // 群团
)

// Valid tells whether the sort is one of §8.16.
func (k OrgKind) Valid() bool {
	switch k {
	case OrgParty, OrgGovernment, OrgJudicial, OrgVertical, OrgEnterprise, OrgMass:
		return true
	}
	return false
}

// Presence is how a department is present in the county centre (R32, §4.9).
type Presence string

// The presence modes of R32.
const (
	PresenceResident Presence = "resident" // 常驻
	PresenceOnCall   Presence = "on_call"  // 随驻
	PresenceRotating Presence = "rotating" // 轮驻
)

// Valid tells whether the mode is one of R32.
func (p Presence) Valid() bool {
	return p == PresenceResident || p == PresenceOnCall || p == PresenceRotating
}

// The layout templates of R24 and R38.
const (
	Layout268N = "layout_268N" // 2 desks, 6 windows, 8 rooms, N custom rooms
	Layout1P2  = "layout_1p2"  // 1 window, 2 rooms
)

// Unit is one node of the organisation. County and Township are filled in by
// NewTree from the unit's place.
type Unit struct {
	ID      string   `json:"id"`
	Parent  string   `json:"parent,omitempty"` // the area it belongs to; empty only for the city
	Kind    Kind     `json:"kind"`
	ZH      string   `json:"zh"`
	EN      string   `json:"en"`
	Aliases []string `json:"aliases,omitempty"`

	County   string `json:"county,omitempty"`   // ID of the county it lies in, itself for a county
	Township string `json:"township,omitempty"` // ID of the street, town, township or zone it lies in

	Layout    string   `json:"layout,omitempty"`     // centres: Layout268N or Layout1P2
	ShortCode string   `json:"short_code,omitempty"` // departments: the code the duty catalogue uses, e.g. "police"
	OrgKind   OrgKind  `json:"org_kind,omitempty"`
	Presence  Presence `json:"presence_mode,omitempty"`
	Emergency bool     `json:"emergency,omitempty"` // reachable day and night (§9.4)

	Households int  `json:"households,omitempty"` // grids; outside [300,500] only warns (§0.4 item 11)
	Rural      bool `json:"rural,omitempty"`      // village-group grid, exempt from that warning
	Population int  `json:"population,omitempty"` // census of 2020

	Confidence  string `json:"confidence,omitempty"`  // A–D of §0.1
	Verified    bool   `json:"verified"`              // name and place confirmed by a source
	Provisional bool   `json:"provisional,omitempty"` // code from the reserved 9xx range (§9.3)
	Drill       bool   `json:"drill,omitempty"`       // exercise area, left out of statistics
}

// PointKind is the sort of a service point (R24).
type PointKind string

// The sorts of service point.
const (
	PointDesk   PointKind = "desk"   // 服务台
	PointWindow PointKind = "window" // 窗口
	PointRoom   PointKind = "room"   // 功能室
)

// ServicePoint is a desk, window or room of a centre (§8.1).
type ServicePoint struct {
	ID         string    `json:"id"`   // unit + "/" + code
	Unit       string    `json:"unit"` // the centre
	Code       string    `json:"code"`
	Kind       PointKind `json:"kind"`
	ZH         string    `json:"zh"`
	EN         string    `json:"en"`
	Accepts    []string  `json:"accepts,omitempty"`    // natures or linkages received here
	Categories []string  `json:"categories,omitempty"` // custom rooms: dispute categories suggested for
	Custom     bool      `json:"custom,omitempty"`     // one of the N of 268+N
	Restricted bool      `json:"restricted,omitempty"` // content invisible to others (R27)
}

// Rota is the weekly order of the county leaders who own L3 cases by default
// (G23: default county leader on rota).
type Rota struct {
	County  string   `json:"county"`
	Leaders []string `json:"leaders"` // usernames, one week each, in order
}
