package view

import (
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/casekind"
	"huajie/domain/catalogue"
	"huajie/domain/codes"
	"huajie/domain/evidence"
	"huajie/domain/geo"
	"huajie/domain/gridevent"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

// EventPart is what a grid event has beyond any other case.
type EventPart struct {
	Location   geo.Point `json:"location"`
	Accuracy   float64   `json:"accuracy,omitempty" doc:"metres"`
	Spot       string    `json:"spot,omitempty" doc:"the place in words"`
	Reporter   string    `json:"reporter,omitempty" doc:"account; absent for a citizen without one"`
	ByCitizen  bool      `json:"by_citizen"`
	OccurredAt time.Time `json:"occurred_at,omitzero"`
	FoundAt    time.Time `json:"found_at" doc:"earlier than created_at when there was no line"`

	Photos      []EventPhoto `json:"photos" doc:"in the order they came"`
	PhotosDueAt time.Time    `json:"photos_due_at,omitzero" doc:"by when missing photos of an emergency must follow"`

	Missing       string      `json:"missing,omitempty" doc:"what the reviewer lacks"`
	Rejected      string      `json:"rejected,omitempty" doc:"code table event_rejection"`
	RejectedLabel domain.Text `json:"rejected_label,omitzero"`
	SuggestedUnit string      `json:"suggested_unit,omitempty"`
	Requirements  string      `json:"requirements,omitempty"`
	Called        string      `json:"called,omitempty" doc:"110, 119, 120 or 122, when it was marked as an emergency"`
	CalledAt      time.Time   `json:"called_at,omitzero"`

	Stages       []StageView       `json:"stages"`
	Self         *DisposalView     `json:"self_disposal,omitempty" doc:"by the reporter"`
	Sampled      bool              `json:"sampled" doc:"the self-disposal is to be looked at"`
	Disposal     *DisposalView     `json:"disposal,omitempty"`
	Verifier     string            `json:"verifier,omitempty" doc:"whose turn it is to go and look"`
	VerifyStage  string            `json:"verify_stage,omitempty" enum:"member,leader,desk"`
	Verification *VerificationView `json:"verification,omitempty" doc:"the last one"`
	ReworkDueAt  time.Time         `json:"rework_due_at,omitzero"`
	Score        int               `json:"score,omitempty" doc:"1 to 5, by the reporter"`

	GridRuling *GridRulingView `json:"grid_ruling,omitempty" doc:"how it was decided whose the place is, where that was in doubt"`

	ConvertedTo string         `json:"converted_to,omitempty" doc:"number of the grievance it became"`
	RootCause   *RootCauseView `json:"root_cause,omitempty"`
}

// EventPhoto is a photo attached to an event.
type EventPhoto struct {
	ID      string           `json:"id"`
	Purpose evidence.Purpose `json:"purpose" enum:"before,after,verify,supplement"`
	By      string           `json:"by,omitempty"`
	At      time.Time        `json:"taken_at"`
	Flags   []string         `json:"flags" doc:"what there is to know before trusting it"`
	// Withheld says that nobody is shown it any more.
	Withheld bool `json:"withheld,omitempty" doc:"nobody is shown it any more"`
}

// StageView is one stage of a disposal.
type StageView struct {
	Stage  catalogue.StageID `json:"stage" enum:"make_safe,repair,restore"`
	Label  domain.Text       `json:"label"`
	Limit  string            `json:"limit" doc:"from dispatch, as the catalogue writes it"`
	DueAt  time.Time         `json:"due_at"`
	DoneAt time.Time         `json:"done_at,omitzero"`
	By     string            `json:"by,omitempty"`
	Late   bool              `json:"late"`
}

// DisposalView tells that something was done; the words are in the timeline.
type DisposalView struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"`
	Unit  string    `json:"unit,omitempty"`
	Event int       `json:"event" doc:"sequence of the event that holds its words"`
}

// VerificationView is a look at the place.
type VerificationView struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Passed bool      `json:"passed"`
	Score  int       `json:"score,omitempty"`
	Metres int       `json:"metres" doc:"from the place of the event"`
	OnTime bool      `json:"on_time"`
}

// RootCauseView is the task that follows when the same comes back again and again.
type RootCauseView struct {
	Unit    string    `json:"unit"`
	Earlier []string  `json:"earlier" doc:"events before this one"`
	DueAt   time.Time `json:"due_at"`
	DoneAt  time.Time `json:"done_at,omitzero"`
}

// GridRulingView is a ruling on the grid of a disputed place.
type GridRulingView struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Unit   string    `json:"unit"`
	Before string    `json:"before" doc:"grid that took first action"`
	Doubts []string  `json:"doubts" doc:"why it was in doubt: place_border, place_overlap, place_gap, place_elsewhere, grid_by_reporter"`
	Event  int       `json:"event" doc:"sequence of the event that holds the reason"`
}

// event is a grid event as it is shown.
type event struct{ *gridevent.Event }

// fill shows what only a grid event has.
func (c event) fill(v *CaseView, rules *machine.Rules) {
	v.whistles(c.Whistles)
	v.orders(c.Orders, rules)
	v.CategoryLabel.ZH, v.CategoryLabel.EN = rules.Codes.Label(codes.TableEventCategory, c.Category)
	v.LateSign, v.ReturnCount, v.ReworkCount = c.LateSign, c.ReturnCount, c.ReworkCount
	if s := c.Suspension; s != nil {
		v.Suspension = &SuspensionView{Since: Local(s.Since), Until: Local(s.Until), Reason: s.Reason, ReviewBy: Local(c.Deadlines["hangup.review"].At)}
	}
	p := &EventPart{Location: c.Place, Accuracy: c.Accuracy, Spot: c.Spot, Reporter: c.Reporter, ByCitizen: c.ByCitizen,
		OccurredAt: Local(c.OccurredAt), FoundAt: Local(c.FoundAt), PhotosDueAt: Local(c.PhotosDue), Missing: c.Asked, Rejected: c.Rejected,
		SuggestedUnit: c.Suggested, Requirements: c.Requirements, Self: disposal(c.Self), Sampled: c.Sampled, Disposal: disposal(c.Disposal),
		Verifier: c.Verifier, VerifyStage: c.VerifyStage, ReworkDueAt: Local(c.ReworkLimit), ConvertedTo: c.Converted,
		Photos: []EventPhoto{}, Stages: []StageView{}}
	if c.Rejected != "" {
		p.RejectedLabel.ZH, p.RejectedLabel.EN = rules.Codes.Label(codes.TableEventRejection, c.Rejected)
	}
	if k := c.Call; k != nil {
		p.Called, p.CalledAt = k.Number, Local(k.At)
	}
	for _, f := range c.Photos {
		p.Photos = append(p.Photos, EventPhoto{f.ID, f.Purpose, f.By, Local(f.At), list(f.Flags), f.Withheld != nil})
	}
	for _, s := range c.Stages {
		p.Stages = append(p.Stages, StageView{s.ID, domain.Text{ZH: s.ZH, EN: s.EN}, s.Limit.String(), Local(s.Due), Local(s.DoneAt), s.By, s.Late})
	}
	if x := c.Verification; x != nil {
		p.Verification = &VerificationView{Local(x.At), x.By, x.Passed, x.Score, x.Metres, x.OnTime}
	}
	if r := c.Rating; r != nil {
		p.Score = r.Score
	}
	if r := c.RootCause; r != nil {
		p.RootCause = &RootCauseView{r.Unit, list(r.Earlier), Local(r.Due), Local(r.DoneAt)}
	}
	if r := c.GridRuling; r != nil {
		p.GridRuling = &GridRulingView{Local(r.At), r.By, r.Unit, r.Before, list(r.Doubts), r.Event}
	}
	v.Event = p
}

func disposal(d *gridevent.Disposal) *DisposalView {
	if d == nil {
		return nil
	}
	return &DisposalView{Local(d.At), d.By, d.Unit, d.Event}
}

// sheet are the limits of a grid event: the stages of its disposal, each counted from
// dispatch with the pauses of a hang-up, and whatever else runs.
func (c event) sheet() sheet {
	s := sheet{kind: casekind.Of(c.Event), names: eventLimits, outages: c.Outages, outlasts: c.Outlasts}
	for _, g := range c.Stages {
		k := stageClock{name: "stage." + string(g.ID), kind: limitKind{domain.Text{ZH: g.ZH, EN: g.EN}, "§8.6"}, unit: c.LeadUnit, stop: g.DoneAt,
			clock: grievance.Clock{Start: c.DispatchedAt, Limit: g.Limit, Due: g.Due, Pauses: slices.Clone(c.PausesOf(g.Limit))}}
		if k.stop.IsZero() && gridevent.Over(c.State) {
			k.stop = c.ClosedAt
		}
		if k.stop.IsZero() && c.Suspension != nil {
			k.clock.Due = time.Time{}
		}
		s.stages = append(s.stages, k)
	}
	return s
}

// eventLimits are the deadlines of a grid event, by kind.
var eventLimits = map[string]limitKind{
	"review":        kind("审核", "review", "E2 event.review"),
	"supplement":    kind("补充材料", "supplement", "E4 event.supplement"),
	"photos":        kind("补传照片", "photos that are missing", "§6 item 72 event.supplement"),
	"self.confirm":  kind("确认自处置", "confirm the self-disposal", "E7 event.self.confirm"),
	"sign":          kind("签收", "sign for it", "E9 event.sign"),
	"return.review": kind("退回审核", "decide on the return", "E11 event.return.review"),
	"stage":         kind("处置阶段", "stage of the disposal", "E13 §8.6"),
	"stage.yellow":  kind("处置阶段黄灯", "yellow light of a stage", "E14 warn.yellow"),
	"whistle":       kind("超期建议吹哨", "a whistle is called for", "E14 event.whistle.after"),
	"card.yellow":   kind("超期黄牌", "yellow card", "§4.7 escalate.grace"),
	"card.red":      kind("超期红牌", "red card", "§4.7 escalate.fail"),
	"verify":        kind("现场核查", "verify on the spot", "E15 event.verify"),
	"rework":        kind("返工", "rework", "E17 event.rework.percent"),
	"hangup.review": kind("挂账复核", "review of the hang-up", "E19 hangup.review"),
	"hangup.until":  kind("挂账期限", "end of the hang-up", "E19 hangup.max"),
	"root_cause":    kind("根源治理答复", "answer to the root-cause task", "§6 item 81 event.recur.answer"),
	"boundary":      kind("网格归属裁定", "ruling on the grid", "§6 item 20 event.boundary.decide"),
	"unmerge":       kind("可撤销并案期", "window to undo the merge", "E5 merge.undo"),
	"rating":        kind("评价期", "window to rate", "R71 event.reopen.window"),
	"reopen":        kind("复发重开期", "window to reopen", "E20 event.reopen.window"),
	"withheld":      kind("可恢复隐去的照片", "window to show withheld photos again", "§6 item 80 photo.withheld"),
	"request":       kind("审批", "decision on a request", "§2.2"),
}
