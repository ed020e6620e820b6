package view

import (
	"maps"
	"slices"
	"strings"
	"time"

	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/casekind"
	"huajie/domain/codes"
	"huajie/domain/machine"
	"huajie/domain/supervision"
)

// CaseView is a case as a reader gets it: where it stands, who answers for it,
// by when, and what hangs on it. It holds nothing of the petitioner but the
// summary of the matter.
type CaseView struct {
	No         string        `json:"no"`
	Kind       string        `json:"kind"`
	State      machine.State `json:"state"`
	StateLabel domain.Text   `json:"state_label"`
	Level      codes.Level   `json:"level" doc:"empty before the first dispatch"`
	LevelLabel domain.Text   `json:"level_label,omitzero"`
	Seq        int           `json:"seq"`
	Over       bool          `json:"over"` // nobody works on it any more

	Nature          string        `json:"nature"`
	Track           codes.Track   `json:"track"`
	Category        string        `json:"category,omitempty"`
	CategoryLabel   domain.Text   `json:"category_label,omitzero"`
	Channel         string        `json:"channel"`
	Urgency         codes.Urgency `json:"urgency"`
	Risk            string        `json:"risk,omitempty"`
	Scale           string        `json:"scale,omitempty"`
	Confidentiality string        `json:"confidentiality"`
	Summary         string        `json:"summary"`
	Withheld        bool          `json:"withheld" doc:"a sensitive matter: its words are for those named on it only"`
	Headcount       int           `json:"headcount"`
	Anonymous       bool          `json:"anonymous"`
	County          string        `json:"county"`
	Area            string        `json:"area"`
	AreaName        string        `json:"area_name,omitempty"`
	AreaNameEN      string        `json:"area_name_en,omitempty"`
	Grid            string        `json:"grid,omitempty"`

	Owner          OwnerView  `json:"owner"`
	Offer          *OfferView `json:"offer,omitempty"` // a hand-over that waits to be confirmed
	FirstResponder string     `json:"first_responder" doc:"empty for what came in without an officer"`
	FirstUnit      string     `json:"first_receiving_unit"`
	ReleasedAt     time.Time  `json:"first_responder_released_at,omitzero"`
	LeadUnit       string     `json:"lead_unit"`
	LeadUnitName   string     `json:"lead_unit_name,omitempty"`
	LeadUnitNameEN string     `json:"lead_unit_name_en,omitempty"`
	AssistUnits    []string   `json:"assist_units"`
	Handlers       []string   `json:"handlers"`
	OwningLeader   string     `json:"owning_leader,omitempty"`

	CreatedAt    time.Time `json:"created_at"`
	ReceivedAt   time.Time `json:"received_at"`
	AcceptedAt   time.Time `json:"accepted_at,omitzero"`
	DispatchedAt time.Time `json:"dispatched_at,omitzero"`
	SignedAt     time.Time `json:"signed_at,omitzero"`
	LateSign     bool      `json:"late_sign"`
	ClosedAt     time.Time `json:"closed_at,omitzero"`

	DueAt          time.Time   `json:"due_at,omitzero" doc:"what it is judged late by; absent while no clock runs"`
	PolicyDueAt    time.Time   `json:"policy_due_at,omitzero"`
	StatutoryDueAt time.Time   `json:"statutory_due_at,omitzero"`
	StepDueAt      time.Time   `json:"step_due_at,omitzero"` // the next step somebody must take
	Light          Light       `json:"light"`
	Remaining      domain.Text `json:"remaining,omitzero" doc:"what is left to due_at, in working days, or in working hours on the last one; how late it is"`
	Overdue        bool        `json:"overdue"`
	Provisional    bool        `json:"provisional"` // a date rests on a year without a calendar
	Paused         bool        `json:"paused"`

	ReturnCount    int         `json:"return_count"`
	ReassignCount  int         `json:"reassign_count"`
	ExtensionCount int         `json:"extension_count"`
	ReworkCount    int         `json:"rework_count"`
	Supervision    string      `json:"supervision"`
	Orders         []OrderView `json:"supervision_orders" doc:"reminders and cards that people gave, oldest first"`
	Flags          []string    `json:"flags"`

	Levels     []LevelView     `json:"levels"`
	Tasks      []TaskView      `json:"tasks"`
	Requests   []RequestView   `json:"requests"` // steps that wait for a second person
	Sessions   []SessionRef    `json:"sessions"`
	Whistles   []WhistleRef    `json:"whistles"`
	Followers  []string        `json:"followers"`
	Master     string          `json:"master,omitempty"`
	Origin     string          `json:"origin,omitempty"`
	Suspension *SuspensionView `json:"suspension,omitempty"`
	Sender     *SenderView     `json:"sender,omitempty" doc:"of a matter that was sent on with a date"`

	Reply        *ReplyView      `json:"reply,omitempty"`
	OutcomeGrade string          `json:"outcome_grade,omitempty"`
	ClosingType  string          `json:"closing_type,omitempty"`
	Evaluation   *EvaluationView `json:"evaluation,omitempty"`
	Event        *EventPart      `json:"event,omitempty" doc:"of a grid event"`
	Rulebook     string          `json:"rulebook_version,omitempty"`
}

// UnitName is the name of a unit in both languages.
type UnitName struct {
	ZH string `json:"unit_name,omitempty"`
	EN string `json:"unit_name_en,omitempty"`
}

// OwnerView is who answers for the case now.
type OwnerView struct {
	Unit string `json:"unit"`
	UnitName
	User string `json:"user"` // "" while only the unit answers
}

// OfferView is a hand-over that waits for the other side.
type OfferView struct {
	Unit string `json:"unit"`
	UnitName
	User  string    `json:"user,omitempty"`
	At    time.Time `json:"at"`
	DueAt time.Time `json:"due_at,omitzero"`
}

// LevelView is one stay on the chain.
type LevelView struct {
	Level   codes.Level `json:"level"`
	Label   domain.Text `json:"label"`
	Entered time.Time   `json:"entered_at"`
	Left    time.Time   `json:"left_at,omitzero"`
	DueAt   time.Time   `json:"due_at,omitzero"`
	Budget  string      `json:"budget,omitempty"`
	Trigger string      `json:"trigger,omitempty"`
	Unit    string      `json:"unit"`
	User    string      `json:"user,omitempty"`
}

// The states of a task.
const (
	TaskOpen      = "open"
	TaskDone      = "done"
	TaskCancelled = "cancelled"
)

// TaskStates names them.
var TaskStates = map[string]domain.Text{
	TaskOpen: {ZH: "未完成", EN: "open"}, TaskDone: {ZH: "已完成", EN: "done"}, TaskCancelled: {ZH: "已取消", EN: "cancelled"},
}

// TaskView is what one unit owes the case.
type TaskView struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	Unit string `json:"unit"`
	UnitName
	What      string    `json:"what,omitempty"`
	DueAt     time.Time `json:"due_at"`
	Mandatory bool      `json:"mandatory"`
	Session   string    `json:"session,omitempty"`
	State     string    `json:"state" enum:"open,done,cancelled"`
	DoneAt    time.Time `json:"done_at,omitzero"`
	Late      bool      `json:"late"`
}

// RequestView is a step that waits for its second person; what was entered is
// for the one who signs, not for every reader.
type RequestView struct {
	ID     string      `json:"id"`
	Action string      `json:"action"`
	Label  domain.Text `json:"label"`
	By     string      `json:"by"`
	Unit   string      `json:"unit,omitempty"`
	At     time.Time   `json:"at"`
	DueAt  time.Time   `json:"due_at,omitzero"`
}

// OrderView is a reminder or a card that was given to a unit (§4.7); its words are in the
// timeline.
type OrderView struct {
	Mark       string      `json:"mark" doc:"reminded, yellow_card or red_card"`
	Cause      string      `json:"cause"`
	CauseLabel domain.Text `json:"cause_label"`
	Unit       string      `json:"unit"`
	UnitName
	By         string    `json:"by"`
	At         time.Time `json:"at"`
	DueAt      time.Time `json:"due_at"`
	AnsweredAt time.Time `json:"answered_at,omitzero"`
	AnsweredBy string    `json:"answered_by,omitempty"`
	Missed     bool      `json:"missed" doc:"not answered in time"`
	Event      int       `json:"event" doc:"sequence of the event that holds its words"`
}

// WhistleRef is a whistle that grew out of the case.
type WhistleRef struct {
	No    string `json:"no"`
	State string `json:"state" doc:"drafted while it goes on, then how it ended"`
}

// SessionRef is a joint session under the case.
type SessionRef struct {
	No    string      `json:"no"`
	Level codes.Level `json:"level"`
	State string      `json:"state"`
}

// SuspensionView is a hang-up in force.
type SuspensionView struct {
	Since    time.Time `json:"since"`
	Until    time.Time `json:"until"`
	Reason   string    `json:"reason_code"`
	ReviewBy time.Time `json:"review_by,omitzero"`
	Approver string    `json:"approver"`
}

// SenderView is by when whoever sent the matter wants to hear of it, less the time to report back,
// and whether more time was asked for (§6 item 21).
type SenderView struct {
	DueAt      time.Time `json:"due_at"`
	AskedAt    time.Time `json:"asked_at,omitzero"`
	Until      time.Time `json:"asked_until,omitzero"`
	AnsweredAt time.Time `json:"answered_at,omitzero"`
	Granted    bool      `json:"granted"`
}

// ReplyView tells that the case was answered; the words are in its timeline.
type ReplyView struct {
	IssuedAt     time.Time `json:"issued_at"`
	ServedAt     time.Time `json:"served_at,omitzero"`
	Method       string    `json:"service_method"`
	OutcomeGrade string    `json:"outcome_grade"`
	Opinion      string    `json:"opinion_result,omitempty"`
	Unit         string    `json:"unit"`
	Event        int       `json:"event"` // sequence of the event that holds its words
}

// EvaluationView is the petitioner's rating.
type EvaluationView struct {
	Rating  string    `json:"rating"`
	At      time.Time `json:"at"`
	Founded string    `json:"founded,omitempty"`
}

// NewCaseView shows a case of any kind at a moment.
func NewCaseView(c casefile.Case, rules *machine.Rules, now time.Time) CaseView {
	kind := casekind.Of(c)
	v := onCard(c.Card(), kind, rules, now)
	v.requests(c.GetHead(), kind)
	partsOf(c).fill(&v, rules)
	return v
}

// onCard is what is shown of a case whatever its kind.
func onCard(c casefile.Card, kind casekind.Kind, rules *machine.Rules, now time.Time) CaseView {
	state, _ := kind.StateLabel(c.State)
	v := CaseView{No: c.No, Kind: c.Kind, State: c.State, StateLabel: state, Level: c.Level, LevelLabel: levelText(c.Level),
		Seq: c.Seq, Over: c.Over,
		Nature: c.Nature, Track: c.Track, Category: c.Category, Channel: c.Channel, Urgency: c.Urgency, Risk: c.Risk,
		Confidentiality: c.Confidentiality, Summary: c.Summary, Headcount: c.Headcount, Anonymous: c.Anonymous,
		County: c.County, Area: c.Area, Grid: c.Grid,
		Owner:          OwnerView{c.Owner.Unit, unitName(rules, c.Owner.Unit), c.Owner.User},
		FirstResponder: c.FirstResponder, FirstUnit: c.FirstUnit,
		LeadUnit: c.LeadUnit, AssistUnits: list(c.AssistUnits), Handlers: list(c.Handlers), OwningLeader: c.OwningLeader,
		CreatedAt: Local(c.RegisteredAt), ReceivedAt: Local(c.ReceivedAt), AcceptedAt: Local(c.AcceptedAt), DispatchedAt: Local(c.DispatchedAt),
		SignedAt: Local(c.SignedAt), ClosedAt: Local(c.ClosedAt),
		DueAt: Local(c.Due), StepDueAt: Local(c.StepDue), PolicyDueAt: Local(c.PolicyDue), StatutoryDueAt: Local(c.StatutoryDue),
		Light: LightOf(c.Due, c.Yellow, now), Provisional: c.Provisional, Paused: c.Paused,
		Supervision: c.Supervision, Flags: list(c.Flags), Followers: list(c.Followers), Master: c.Master, Origin: c.Origin,
		OutcomeGrade: c.OutcomeGrade, ClosingType: c.ClosingType, Rulebook: c.RulebookVersion,
		Levels: []LevelView{}, Tasks: []TaskView{}, Requests: []RequestView{}, Orders: []OrderView{}, Sessions: []SessionRef{}, Whistles: []WhistleRef{}}
	v.Overdue = v.Light == Red
	if !c.Due.IsZero() {
		v.Remaining = Remains(rules.Calendar, now, c.Due)
	}
	if v.Supervision == "" {
		v.Supervision = "none"
	}
	area, lead := unitName(rules, c.Area), unitName(rules, c.LeadUnit)
	v.AreaName, v.AreaNameEN, v.LeadUnitName, v.LeadUnitNameEN = area.ZH, area.EN, lead.ZH, lead.EN
	return v
}

// requests are the steps that wait for a second person.
func (v *CaseView) requests(h *machine.Head, kind casekind.Kind) {
	for _, id := range sorted(h.Requests) {
		r := h.Requests[id]
		v.Requests = append(v.Requests, RequestView{ID: r.ID, Action: r.Action, Label: kind.ActionLabel(r.Action), By: r.By, Unit: r.Unit,
			At: Local(r.At), DueAt: Local(h.Deadlines["request."+r.ID].At)})
	}
}

// orders are the reminders and cards on the case.
func (v *CaseView) orders(list supervision.Orders, rules *machine.Rules) {
	for _, o := range list {
		x := OrderView{Mark: o.Mark, Cause: o.Cause, Unit: o.Unit, UnitName: unitName(rules, o.Unit), By: o.By, At: Local(o.At), DueAt: Local(o.Due),
			AnsweredAt: Local(o.AnsweredAt), AnsweredBy: o.AnsweredBy, Missed: o.Missed, Event: o.Event}
		x.CauseLabel.ZH, x.CauseLabel.EN = rules.Codes.Label("supervision_cause", o.Cause)
		v.Orders = append(v.Orders, x)
	}
}

// sorted gives the keys of a map, T2 before T10.
func sorted[V any](m map[string]V) []string {
	return slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
}

// list is never null in JSON.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
