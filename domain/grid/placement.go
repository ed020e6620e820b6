package grid

import "huajie/domain"

// Reason says how a place was found to belong where it does.
type Reason string

// The defined answers (§6 item 20).
const (
	Inside  Reason = "inside"  // in exactly one grid
	Border  Reason = "border"  // on the border of two or more
	Overlap Reason = "overlap" // in two or more at once: the division is faulty
	Gap     Reason = "gap"     // in none, but one is near
	Outside Reason = "outside" // in none, and none is near
	Unknown Reason = "unknown" // the place itself is not known: no point, no such building
)

var reasonTexts = map[Reason]domain.Text{
	Inside:  {ZH: "属于一个网格", EN: "in one grid"},
	Border:  {ZH: "位于网格边界,由最近的网格先行处置,有争议的由乡镇(街道)裁定", EN: "on the border of grids: the nearest takes first action, the township decides a dispute"},
	Overlap: {ZH: "多个网格在此重叠,由列首网格先行处置,网格划分须更正", EN: "grids overlap here: the first named takes first action, the division must be corrected"},
	Gap:     {ZH: "不在任何网格内,由最近的网格先行处置", EN: "in no grid: the nearest takes first action"},
	Outside: {ZH: "不在任何网格内,附近也没有网格", EN: "in no grid, and none is near"},
	Unknown: {ZH: "地点不明,无法对应网格", EN: "the place is not known well enough to name a grid"},
}

// Text is the reason in words.
func (r Reason) Text() domain.Text { return reasonTexts[r] }

// Reasons lists the defined answers.
func Reasons() []Reason { return []Reason{Inside, Border, Overlap, Gap, Outside, Unknown} }

// Candidate is a grid a place may belong to.
type Candidate struct {
	Code   string  `json:"code"`
	Metres float64 `json:"metres" doc:"how far outside its area the place lies; 0 within it or by building"`
}

// Placement is the answer to where a place belongs.
type Placement struct {
	// Grid takes first action; empty when no grid does.
	Grid   string `json:"grid,omitempty" doc:"the grid that takes first action"`
	Reason Reason `json:"reason" enum:"inside,border,overlap,gap,outside,unknown"`
	// Candidates are all grids that may claim the place, the chosen one first.
	Candidates []Candidate `json:"candidates"`
}

// Disputable tells whether somebody should look at the answer: another grid may
// claim the place, or none does.
func (p Placement) Disputable() bool { return p.Reason != Inside }

// choose makes the placement whose first candidate is the chosen grid.
func choose(why Reason, of []Candidate) Placement {
	if len(of) == 0 {
		return Placement{Reason: why, Candidates: []Candidate{}}
	}
	return Placement{Grid: of[0].Code, Reason: why, Candidates: of}
}
