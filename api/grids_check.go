package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/grid"
	"huajie/domain/org"
)

// Division judges the grids of the rulebook, and what would come of others.
type Division interface {
	// GridFindings is what is odd about the grids in force.
	GridFindings() []grid.Finding
	// JudgeGrids tells what would come of a file; nothing does.
	JudgeGrids(name string, raw []byte) (grid.Judgement, error)
}

const (
	gridCheckPath = basePath + "/grids/check"
	// mostGridFile bounds a file of grids: a city of four thousand grids is three megabytes.
	mostGridFile = 8 << 20
)

// gridRoutes are the routes of grids and of what is odd about them.
func (s *server) gridRoutes() {
	get(s, "/grids", "list-grids", tagRules, "Grids in the caller's scope", s.listGrids)
	get(s, "/grids/at", "place-in-grid", tagRules, "To which grid a point or an address belongs", s.gridAt)
	get(s, "/grids/findings", "grid-findings", tagRules, "What is odd about the grids in the caller's scope: overlaps, sizes, missing areas", s.gridFindings)
	check := operation(http.MethodPost, gridCheckPath, "check-grids", tagRules, "Judge a file of grids (GeoJSON) against the rulebook in force, and change nothing")
	check.MaxBodyBytes = mostGridFile
	register(s, check, http.StatusOK, &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Description: "a FeatureCollection, docs/grids.md"}, true, s.checkGrids)
	get(s, "/grids/{code}", "get-grid", tagRules, "One grid with its area, a GeoJSON feature, and its members", s.getGrid)
}

// GridFinding is something odd about a grid, or about two.
type GridFinding struct {
	Kind  grid.Kind `json:"kind" enum:"no_shape,ring_open,overlaps,building_twice,building_text,households"`
	Code  string    `json:"code"`
	Other string    `json:"other,omitempty" doc:"the second grid of a pair"`
	ZH    string    `json:"zh"`
	EN    string    `json:"en"`
}

// GridFindings are findings.
type GridFindings struct {
	Items []GridFinding `json:"items"`
}

type gridFindingsInput struct {
	Area string `query:"area" maxLength:"40" doc:"only about grids in this area"`
}

type gridFindingsOutput struct{ Body GridFindings }

// gridFindings tells what is odd about grids, to whom they are shown; of a pair one is enough.
func (s *server) gridFindings(ctx context.Context, in *gridFindingsInput) (*gridFindingsOutput, error) {
	who := callerOf(ctx)
	tree := who.rules.Org
	if u, ok := tree.Unit(in.Area); in.Area != "" && (!ok || !u.Kind.Area()) {
		return nil, unknownCode("area")
	}
	shown := func(code string) bool {
		return code != "" && who.seesGrid(code) && (in.Area == "" || tree.Within(code, in.Area))
	}
	out := &gridFindingsOutput{GridFindings{Items: []GridFinding{}}}
	for _, f := range s.Division.GridFindings() {
		if shown(f.Code) || shown(f.Other) {
			out.Body.Items = append(out.Body.Items, findingOf(f))
		}
	}
	return out, nil
}

func findingOf(f grid.Finding) GridFinding {
	return GridFinding{f.Kind, f.Code, f.Other, f.ZH, f.EN}
}

// seesGrid tells whether a grid lies where the caller works; who brings the division in (§2.2
// policy.publish) sees all of it: there is no case in it.
func (c caller) seesGrid(code string) bool {
	return c.scope.Covers(c.rules.Org, code) || c.user.Holds(org.RoleSysAdmin)
}

// GridCheck is what would come of a file of grids.
type GridCheck struct {
	Fits     bool          `json:"fits" doc:"it could be brought in; otherwise faults tell why not"`
	Version  string        `json:"version,omitempty" doc:"of the rulebook there would be"`
	Added    int           `json:"added"`
	Replaced int           `json:"replaced"`
	Founded  int           `json:"founded" doc:"communities and villages the rulebook does not know yet"`
	Grids    []GridChecked `json:"grids"`
	Faults   []GridRemark  `json:"faults"`
	Warnings []GridRemark  `json:"warnings"`
	Findings []GridFinding `json:"findings" doc:"the warnings that are about grids: of a pair both"`
	Files    []GridFile    `json:"files" doc:"with merged=true: the files of the rulebook that would differ"`
}

// GridChecked is a grid of the file.
type GridChecked struct {
	Code  string `json:"code"`
	ZH    string `json:"zh"`
	EN    string `json:"en"`
	Known bool   `json:"known" doc:"it takes the place of the grid with this code"`
}

// GridRemark is something about the file.
type GridRemark struct {
	Line int    `json:"line,omitempty"`
	Key  string `json:"key,omitempty" doc:"feature or grid"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

// GridFile is a file of the rulebook.
type GridFile struct {
	Name    string `json:"name"`
	Content string `json:"content"`
}

type gridCheckInput struct {
	RawBody     []byte
	ContentType string `header:"Content-Type" hidden:"true"`
	Merged      string `query:"merged" enum:"true,false" doc:"also the files of the rulebook with the grids in them, for a new version"`
}

type gridCheckOutput struct{ Body GridCheck }

var errJudging = &domain.Error{Code: domain.CodeTooMany, Reason: "being_judged", Text: domain.Text{ZH: "正在检查另一个文件,请稍后再试", EN: "another file is being judged; try again in a moment"}}

// checkGrids judges a file of grids. One at a time: a city of grids takes a processor for a second.
func (s *server) checkGrids(_ context.Context, in *gridCheckInput) (*gridCheckOutput, error) {
	if _, err := readInput(in.ContentType, in.RawBody); err != nil {
		return nil, err
	}
	if !s.judging.TryLock() {
		return nil, errJudging
	}
	defer s.judging.Unlock()
	j, err := s.Division.JudgeGrids("grids.geojson", in.RawBody)
	if err != nil {
		return nil, err
	}
	out := GridCheck{Fits: len(j.Faults) == 0, Version: j.Version, Founded: j.Founded, Grids: []GridChecked{}, Faults: remarksOf(j.Faults), Warnings: remarksOf(j.Warnings),
		Findings: []GridFinding{}, Files: []GridFile{}}
	for _, g := range j.Grids {
		out.Grids = append(out.Grids, GridChecked{g.Code, g.Name.ZH, g.Name.EN, g.Known})
		if g.Known {
			out.Replaced++
		} else {
			out.Added++
		}
	}
	for _, f := range j.Found {
		out.Findings = append(out.Findings, findingOf(f))
	}
	for _, f := range j.Files {
		if in.Merged == "true" {
			out.Files = append(out.Files, GridFile{f.Name, string(f.Raw)})
		}
	}
	return &gridCheckOutput{out}, nil
}

func remarksOf(list []grid.Remark) []GridRemark {
	out := []GridRemark{}
	for _, r := range list {
		out = append(out, GridRemark{r.Line, r.Key, r.ZH, r.EN})
	}
	return out
}

// GridMember is somebody who looks after a grid.
type GridMember struct {
	Officer
	Role   org.Role `json:"role"`
	RoleZH string   `json:"role_zh"`
	RoleEN string   `json:"role_en"`
}

// membersOf are the members and leaders of a grid, by office: leaders hold theirs in the
// community or in the grid itself.
func (s *server) membersOf(ctx context.Context, code, community string) ([]GridMember, error) {
	out := []GridMember{}
	for _, at := range []org.Grant{{Role: org.RoleGridLeader, Unit: code}, {Role: org.RoleGridLeader, Unit: community}, {Role: org.RoleGridMemberFullTime, Unit: code}, {Role: org.RoleGridMemberPartTime, Unit: code}} {
		users, err := s.Accounts.Members(ctx, at.Role, at.Unit)
		if err != nil {
			return nil, err
		}
		zh, en := at.Role.Label()
		for _, u := range users {
			m := GridMember{Officer{u.Username, u.ZH, u.EN}, at.Role, zh, en}
			if !slices.Contains(out, m) {
				out = append(out, m)
			}
		}
	}
	return out, nil
}
