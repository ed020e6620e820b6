package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/policy"
	"huajie/domain/publishing"
)

// rulebookRoutes are the routes by which the rulebook is read and changed (§2.2 policy.publish).
func (s *server) rulebookRoutes() {
	get(s, "/rulebook", "rulebook-in-force", tagRules, "The version in force, who put it there, and its files", s.rulebookInForce)
	get(s, "/rulebook/versions", "list-rulebooks", tagRules, "The versions that are kept, the newest first", s.listRulebooks)
	get(s, "/rulebook/versions/{version}", "get-rulebook", tagRules, "The files of a version", s.getRulebook)
	get(s, "/rulebook/versions/{version}/file", "get-rulebook-file", tagRules, "One file of a version", s.rulebookFile)
	get(s, "/rulebook/calendar/{year}", "rulebook-calendar", tagRules, "A year, day by day, in force or as a draft would have it", s.rulebookYear)
	get(s, "/rulebook/policy", "rulebook-policy", tagRules, "Every key of policy and where it is set, in force or as a draft would have it", s.rulebookPolicy)
	get(s, "/rulebook/rows/{sheet}", "rulebook-rows", tagRules, "The duty catalogue, the organisation or the code tables row by row, in force or as a draft would have them", s.rulebookRows)

	get(s, "/rulebook/drafts", "list-drafts", tagRules, "Drafts, those under way first", s.listDrafts)
	post(s, "/rulebook/drafts", "open-draft", tagRules, "Begin a draft on the version in force", schemaOf(draftFields, false), http.StatusCreated, s.openDraft)
	get(s, "/rulebook/drafts/{id}", "get-draft", tagRules, "A draft: what it changes, where it stands, and its record", s.getDraft)
	get(s, "/rulebook/drafts/{id}/review", "review-draft", tagRules, "What is wrong with a draft, by file and line, and what it changes", s.reviewDraft)
	get(s, "/rulebook/drafts/{id}/file", "get-draft-file", tagRules, "A file as a draft would have it", s.draftFile)
	put(s, "/rulebook/drafts/{id}/file", "put-draft-file", "Write a file of a draft", &huma.Schema{Type: huma.TypeObject, Required: []string{"text"}, AdditionalProperties: false,
		Properties: map[string]*huma.Schema{"text": {Type: huma.TypeString, Title: "内容", Description: "the whole file, 768 KiB at most"}}}, s.putDraftFile)
	register(s, operation(http.MethodDelete, basePath+"/rulebook/drafts/{id}/file", "delete-draft-file", tagRules, "Take a file out"), http.StatusOK, nil, true, s.deleteDraftFile)
	put(s, "/rulebook/drafts/{id}/calendar/{year}", "put-draft-calendar", "Set the holidays and make-up workdays of a year (§4.1 calendar.source)", schemaOf(yearFields, false), s.putDraftYear)
	put(s, "/rulebook/drafts/{id}/policy", "put-draft-policy", "Set one value of policy for a place, from a day on", schemaOf(settingFields, false), s.putDraftValue)
	put(s, "/rulebook/drafts/{id}/rows/{sheet}", "put-draft-row", "Change one row, or add one: the rest of its file stays as it is written", rowSchema(), s.putDraftRow)
	register(s, operation(http.MethodDelete, basePath+"/rulebook/drafts/{id}/rows/{sheet}", "delete-draft-row", tagRules, "Take a row out"), http.StatusOK, nil, true, s.deleteDraftRow)
	for _, a := range draftActs {
		post(s, "/rulebook/drafts/{id}/actions/"+a.name, a.name+"-draft", tagRules, a.summary, schemaOf(noteFields, false), http.StatusOK, s.actOnDraft(a.act))
	}
}

// put makes a route that writes into a draft.
func put[I any](s *server, path, id, summary string, body *huma.Schema, h func(context.Context, *I) (*ruleDraftOutput, error)) {
	register(s, operation(http.MethodPut, basePath+path, id, tagRules, summary), http.StatusOK, body, true, h)
}

// PublicationView is a version being put in force.
type PublicationView struct {
	Draft       int64  `json:"draft,omitempty"`
	DraftedBy   string `json:"drafted_by"`
	ApprovedBy  string `json:"approved_by,omitempty"`
	PublishedAt string `json:"published_at" format:"date-time"`
	Note        string `json:"note,omitempty"`
}

func showPublication(p *publishing.Publication) *PublicationView {
	if p == nil || p.ID == 0 {
		return nil
	}
	return &PublicationView{Draft: p.Draft, DraftedBy: p.DraftedBy, ApprovedBy: p.ApprovedBy, PublishedAt: local(p.At), Note: p.Note}
}

// RulebookFile is a file by its name.
type RulebookFile struct {
	Name string `json:"name"`
	Size int    `json:"size" doc:"bytes"`
}

// RulebookView is the version in force.
type RulebookView struct {
	Version     string           `json:"version"`
	Publication *PublicationView `json:"publication,omitempty" doc:"absent where the processes are configured with it"`
	Files       []RulebookFile   `json:"files"`
	Warnings    []RuleFault      `json:"warnings" doc:"odd but allowed"`
	Years       []int            `json:"years" doc:"years whose arrangement is entered"`
	Missing     int              `json:"missing_year,omitempty" doc:"year that should be entered by now (§4.1 calendar.missing_year)"`
	MayDraft    bool             `json:"may_draft"`
	MayApprove  bool             `json:"may_approve"`
}

type rulebookOutput struct{ Body RulebookView }

func (s *server) rulebookInForce(ctx context.Context, _ *struct{}) (*rulebookOutput, error) {
	who := callerOf(ctx)
	if err := publishing.MayRead(who.actor); err != nil {
		return nil, err
	}
	b, p, err := s.Rulebooks.InForce(ctx)
	if err != nil {
		return nil, err
	}
	v := RulebookView{Version: b.Version, Files: listFiles(b.Files()), Warnings: []RuleFault{}, Years: orEmpty(b.Calendar.Years()),
		MayDraft: publishing.MayDraft(who.actor) == nil, MayApprove: publishing.MayApprove(who.actor) == nil}
	if p.Version != "" {
		v.Publication = showPublication(&p)
	}
	v.Missing, _ = b.Calendar.Missing(s.Now())
	for _, f := range b.Warnings {
		v.Warnings = append(v.Warnings, RuleFault{File: f.File, Line: f.Line, Key: f.Key, ZH: f.ZH, EN: f.EN})
	}
	return &rulebookOutput{v}, nil
}

func listFiles(files map[string][]byte) []RulebookFile {
	out := make([]RulebookFile, 0, len(files))
	for name, raw := range files {
		out = append(out, RulebookFile{name, len(raw)})
	}
	slices.SortFunc(out, func(a, b RulebookFile) int { return compareText(a.Name, b.Name) })
	return out
}

// RulebookVersion is a version that is kept.
type RulebookVersion struct {
	Version     string           `json:"version"`
	InForce     bool             `json:"in_force"`
	KeptAt      string           `json:"kept_at" format:"date-time"`
	KeptBy      string           `json:"kept_by" doc:"console; or migrate, reload, drill, where a process was configured with it"`
	Publication *PublicationView `json:"publication,omitempty"`
}

// RulebookVersions is a list of them.
type RulebookVersions struct {
	Items []RulebookVersion `json:"items"`
}

type rulebooksOutput struct{ Body RulebookVersions }

const mostVersions = 200

func (s *server) listRulebooks(ctx context.Context, _ *struct{}) (*rulebooksOutput, error) {
	if err := publishing.MayRead(callerOf(ctx).actor); err != nil {
		return nil, err
	}
	current, _, err := s.Rulebooks.InForce(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.Rulebooks.Versions(ctx, mostVersions)
	if err != nil {
		return nil, err
	}
	out := &rulebooksOutput{RulebookVersions{Items: []RulebookVersion{}}}
	for _, k := range list {
		out.Body.Items = append(out.Body.Items, RulebookVersion{k.Version, k.Version == current.Version, local(k.KeptAt), k.KeptBy, showPublication(k.Publication)})
	}
	return out, nil
}

// ByVersion names a version in the path.
type ByVersion struct {
	Version string `path:"version" maxLength:"40" doc:"12 hexadecimal digits"`
}

// ByFileName names a file of a rulebook.
type ByFileName struct {
	Name string `query:"name" maxLength:"80" doc:"such as calendar/2026.yaml"`
}

// RulebookFiles are the files of a version.
type RulebookFiles struct {
	Version string         `json:"version"`
	Files   []RulebookFile `json:"files"`
}

type rulebookFilesOutput struct{ Body RulebookFiles }

func (s *server) getRulebook(ctx context.Context, in *ByVersion) (*rulebookFilesOutput, error) {
	files, err := s.filesOfVersion(ctx, in.Version)
	if err != nil {
		return nil, err
	}
	return &rulebookFilesOutput{RulebookFiles{in.Version, listFiles(files)}}, nil
}

func (s *server) filesOfVersion(ctx context.Context, version string) (map[string][]byte, error) {
	if err := publishing.MayRead(callerOf(ctx).actor); err != nil {
		return nil, err
	}
	return s.Rulebooks.FilesOf(ctx, version)
}

// RulebookText is one file.
type RulebookText struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

type rulebookTextOutput struct{ Body RulebookText }

func (s *server) rulebookFile(ctx context.Context, in *struct {
	ByVersion
	ByFileName
}) (*rulebookTextOutput, error) {
	files, err := s.filesOfVersion(ctx, in.Version)
	if err != nil {
		return nil, err
	}
	return oneText(files, in.Name)
}

func oneText(files map[string][]byte, name string) (*rulebookTextOutput, error) {
	raw, ok := files[name]
	if !ok {
		return nil, domain.NotFound()
	}
	return &rulebookTextOutput{RulebookText{name, string(raw)}}, nil
}

// OfDraft asks for what a draft would have instead of what is in force.
type OfDraft struct {
	Draft int64 `query:"draft" minimum:"1" doc:"number of a draft; what is in force when absent"`
}

// RuleDay is one day of a year.
type RuleDay struct {
	Date        string           `json:"date" format:"date"`
	Kind        calendar.DayKind `json:"kind" enum:"weekday,weekend,holiday,makeup_workday,fixed_holiday"`
	Worked      bool             `json:"worked"`
	ZH          string           `json:"zh"`
	EN          string           `json:"en"`
	Provisional bool             `json:"provisional,omitempty"`
}

// RuleHoliday is a holiday of a year, both days included.
type RuleHoliday struct {
	Name   string `json:"name"`
	NameEN string `json:"name_en,omitempty"`
	From   string `json:"from" format:"date"`
	To     string `json:"to" format:"date"`
}

// RuleWorkday is a weekend day that is worked.
type RuleWorkday struct {
	Date string `json:"date" format:"date"`
}

// RuleYear is a year as it is entered, and what every day of it is.
type RuleYear struct {
	Year        int           `json:"year"`
	Entered     bool          `json:"entered" doc:"somebody has entered it; otherwise the fixed rule holds"`
	Notice      string        `json:"notice"`
	URL         string        `json:"url"`
	Verified    bool          `json:"verified"`
	Provisional bool          `json:"provisional"`
	Holidays    []RuleHoliday `json:"holidays"`
	Workdays    []RuleWorkday `json:"workdays"`
	Days        []RuleDay     `json:"days" doc:"empty while the calendar has faults"`
	Faults      []RuleFault   `json:"faults"`
}

type ruleYearOutput struct{ Body RuleYear }

func (s *server) rulebookYear(ctx context.Context, in *struct {
	Year int `path:"year" minimum:"1949" maximum:"2200"`
	OfDraft
}) (*ruleYearOutput, error) {
	files, _, err := s.looked(ctx, in.Draft)
	if err != nil {
		return nil, err
	}
	y, cal, faults := s.Rulebooks.YearOf(files, in.Year)
	out := RuleYear{Year: in.Year, Entered: y.Year != 0, Notice: y.Notice, URL: y.URL, Verified: y.Verified, Provisional: y.Provisional,
		Holidays: []RuleHoliday{}, Workdays: []RuleWorkday{}, Days: []RuleDay{}, Faults: showFaults(faults)}
	for _, h := range y.Holidays {
		out.Holidays = append(out.Holidays, RuleHoliday{h.Name, h.NameEN, h.From.String(), h.To.String()})
	}
	for _, d := range y.Workdays {
		out.Workdays = append(out.Workdays, RuleWorkday{d.String()})
	}
	for d := (calendar.Date{Year: in.Year, Month: 1, Day: 1}); cal != nil && d.Year == in.Year; d = d.AddDays(1) {
		worked, kind, name, provisional := cal.IsWorkday(d)
		out.Days = append(out.Days, RuleDay{d.String(), kind, worked, name.ZH, name.EN, provisional})
	}
	return &ruleYearOutput{out}, nil
}

// looked gives the files in force, or as a draft would have them, and the draft.
func (s *server) looked(ctx context.Context, id int64) (map[string][]byte, *publishing.Draft, error) {
	if err := publishing.MayRead(callerOf(ctx).actor); err != nil {
		return nil, nil, err
	}
	if id == 0 {
		b, _, err := s.Rulebooks.InForce(ctx)
		if err != nil {
			return nil, nil, err
		}
		return b.Files(), nil, nil
	}
	d, err := s.Rulebooks.Draft(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	files, err := s.Rulebooks.TextsOf(ctx, d)
	return files, &d, err
}

// RuleKey is one key of policy, with every place that sets it.
type RuleKey struct {
	policy.Key
	Settings []RuleSetting `json:"settings" doc:"by place, and there by day"`
}

// RuleSetting is a value as one place sets it from a day on.
type RuleSetting struct {
	Scope   string `json:"scope"`
	ScopeZH string `json:"scope_zh"`
	ScopeEN string `json:"scope_en"`
	Version string `json:"version"`
	From    string `json:"from" format:"date"`
	Value   string `json:"value"`
	InForce bool   `json:"in_force" doc:"the newest of the place that has begun"`
}

// RulePolicy are all keys.
type RulePolicy struct {
	Keys   []RuleKey `json:"keys"`
	Faulty bool      `json:"faulty" doc:"the draft has faults: what is in force is shown"`
}

type rulePolicyOutput struct{ Body RulePolicy }

func (s *server) rulebookPolicy(ctx context.Context, in *OfDraft) (*rulePolicyOutput, error) {
	_, draft, err := s.looked(ctx, in.Draft)
	if err != nil {
		return nil, err
	}
	b, _, err := s.Rulebooks.InForce(ctx)
	if err != nil {
		return nil, err
	}
	out := RulePolicy{Keys: []RuleKey{}}
	if draft != nil {
		of, sound, err := s.Rulebooks.BookOf(ctx, *draft)
		if err != nil {
			return nil, err
		}
		if out.Faulty = !sound; sound {
			b = of
		}
	}
	now, layers := s.Now(), b.Policy.Layers()
	for _, k := range policy.Keys() {
		row := RuleKey{Key: k, Settings: []RuleSetting{}}
		for _, l := range layers {
			v, ok := l.Values[k.Name]
			if !ok {
				continue
			}
			u, _ := b.Org.Unit(l.Scope)
			begun := !l.EffectiveFrom.After(now)
			if n := len(row.Settings); begun && n > 0 && row.Settings[n-1].Scope == l.Scope {
				row.Settings[n-1].InForce = false
			}
			row.Settings = append(row.Settings, RuleSetting{l.Scope, u.ZH, u.EN, l.Version, calendar.DateOf(l.EffectiveFrom).String(), v.String(), begun})
		}
		out.Keys = append(out.Keys, row)
	}
	return &rulePolicyOutput{out}, nil
}
