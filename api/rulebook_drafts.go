package api

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/publishing"
)

var (
	draftFields = []form.Field{
		{Name: "title", ZH: "名称", EN: "what the draft is for", Type: form.Line, Required: true, Min: 2, Max: publishing.LongestTitle},
		{Name: "from", ZH: "转入草案", EN: "number of a draft whose files are taken over, where nothing else has changed them since", Type: form.Integer, Min: 1},
	}
	yearFields = []form.Field{
		{Name: "notice", ZH: "通知文号", EN: "number of the notice, such as 国办发明电〔2025〕7号", Type: form.Line, Required: true, Max: publishing.LongestSource},
		{Name: "url", ZH: "来源网址", EN: "where the notice can be read", Type: form.Line, Max: 500},
		{Name: "verified", ZH: "已与原文核对", EN: "somebody has compared it with the text of the notice", Type: form.Boolean},
		{Name: "holidays", ZH: "放假", EN: "holidays", Type: form.Objects, Max: 40, Of: []form.Field{
			{Name: "name", ZH: "名称", EN: "name", Type: form.Line, Required: true, Max: 40},
			{Name: "name_en", ZH: "英文名称", EN: "name in English", Type: form.Line, Max: 60},
			{Name: "from", ZH: "自", EN: "first day", Type: form.Date, Required: true},
			{Name: "to", ZH: "至", EN: "last day", Type: form.Date, Required: true},
		}},
		{Name: "workdays", ZH: "调休上班", EN: "weekend days that are worked", Type: form.Objects, Max: 40, Of: []form.Field{
			{Name: "date", ZH: "日期", EN: "day", Type: form.Date, Required: true},
		}},
	}
	settingFields = []form.Field{
		{Name: "key", ZH: "政策项", EN: "key", Type: form.Line, Required: true, Max: 80},
		{Name: "scope", ZH: "适用单位", EN: "place it is for", Type: form.Unit, Required: true},
		{Name: "value", ZH: "值", EN: "value, such as 5wd; the entries of a list with commas between", Type: form.Line, Required: true, Max: 1000},
		{Name: "effective_from", ZH: "生效日", EN: "day from which it holds; tomorrow at the earliest unless it is looser", Type: form.Date, Required: true},
		{Name: "source", ZH: "依据", EN: "where it is written", Type: form.Line, Required: true, Max: publishing.LongestSource},
	}
	noteFields = []form.Field{{Name: "note", ZH: "说明", EN: "why; required to decline", Type: form.Text, Max: publishing.LongestNote}}
)

// draftActs are the steps of a draft.
var draftActs = []struct{ name, act, summary string }{
	{"submit", publishing.Submit, "Hand a draft to the second person"},
	{"withdraw", publishing.TakenBack, "Take a submitted draft back"},
	{"discard", publishing.ThrownAway, "Throw a draft away"},
	{"decline", publishing.Declined, "Give a draft back, with the reason"},
	{"approve", publishing.Approved, "Agree as the second person: the version is in force in every process within seconds"},
}

// DraftFile is a file a draft changes.
type DraftFile struct {
	Name    string `json:"name"`
	Removed bool   `json:"removed,omitempty"`
}

// DraftView is a draft as who drafts and who approves see it.
type DraftView struct {
	ID        int64              `json:"id"`
	Title     string             `json:"title"`
	Base      string             `json:"base" doc:"version it was begun on"`
	State     publishing.State   `json:"state" enum:"drafting,submitted,published,discarded"`
	StateZH   string             `json:"state_zh"`
	StateEN   string             `json:"state_en"`
	Seq       int                `json:"seq"`
	Files     []DraftFile        `json:"files"`
	DraftedBy string             `json:"drafted_by"`
	DraftedAt string             `json:"drafted_at" format:"date-time"`
	ChangedAt string             `json:"changed_at" format:"date-time"`
	Version   string             `json:"version,omitempty" doc:"what was published of it"`
	Trail     []publishing.Entry `json:"trail"`
	MayEdit   bool               `json:"may_edit" doc:"and submit, and discard"`
	MayTake   bool               `json:"may_withdraw"`
	MayDecide bool               `json:"may_decide"`
}

func showDraft(d publishing.Draft, a domain.Actor) DraftView {
	label := d.State.Label()
	v := DraftView{ID: d.ID, Title: d.Title, Base: d.Base, State: d.State, StateZH: label.ZH, StateEN: label.EN, Seq: d.Seq, Files: []DraftFile{},
		DraftedBy: d.By, DraftedAt: local(d.At), ChangedAt: local(d.ChangedAt), Version: d.Version, Trail: orEmpty(d.Trail)}
	for name, text := range d.Files {
		v.Files = append(v.Files, DraftFile{name, text == nil})
	}
	slices.SortFunc(v.Files, func(a, b DraftFile) int { return compareText(a.Name, b.Name) })
	v.MayEdit, v.MayTake, v.MayDecide = d.May(a)
	return v
}

type ruleDraftOutput struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     DraftView
}

func (s *server) draftAnswer(ctx context.Context, d publishing.Draft) *ruleDraftOutput {
	return &ruleDraftOutput{ETag: etag(d.Seq), Location: basePath + "/rulebook/drafts/" + strconv.FormatInt(d.ID, 10), Body: showDraft(d, callerOf(ctx).actor)}
}

// DraftList is a list of drafts.
type DraftList struct {
	Items []DraftView `json:"items"`
}

type draftsOutput struct{ Body DraftList }

const mostDrafts = 100

func (s *server) listDrafts(ctx context.Context, _ *struct{}) (*draftsOutput, error) {
	who := callerOf(ctx)
	if err := publishing.MayRead(who.actor); err != nil {
		return nil, err
	}
	list, err := s.Rulebooks.Drafts(ctx, mostDrafts)
	if err != nil {
		return nil, err
	}
	out := &draftsOutput{DraftList{Items: []DraftView{}}}
	for _, d := range list {
		out.Body.Items = append(out.Body.Items, showDraft(d, who.actor))
	}
	return out, nil
}

type openDraftInput struct {
	FormBody
	Key string `header:"Idempotency-Key" doc:"keep it for every retry"`
}

func (s *server) openDraft(ctx context.Context, in *openDraftInput) (*ruleDraftOutput, error) {
	who := callerOf(ctx)
	if err := publishing.MayDraft(who.actor); err != nil {
		return nil, err
	}
	if err := readKey(in.Key, false); err != nil {
		return nil, err
	}
	clean, err := s.readRuleForm(&in.FormBody, draftFields)
	if err != nil {
		return nil, err
	}
	key := ""
	if in.Key != "" {
		key = commandKey(who.actor.User, "draft", in.Key)
	}
	d, err := s.Rulebooks.Open(ctx, who.actor, clean.Text("title"), int64(clean.Int("from")), key, fingerprint("draft", clean), byCaller(ctx, audit.Entry{}))
	if err != nil {
		return nil, err
	}
	return s.draftAnswer(ctx, d), nil
}

func (s *server) readRuleForm(body *FormBody, fields []form.Field) (form.Input, error) {
	input, err := body.read()
	if err != nil {
		return nil, err
	}
	clean, faults := form.Check(fields, input, machine.LookupOf(s.rulesHere()))
	if len(faults) > 0 {
		return nil, domain.Invalid(faults...)
	}
	return clean, nil
}

// ByDraft names a draft in the path.
type ByDraft struct {
	ID int64 `path:"id" minimum:"1" doc:"number of the draft"`
}

func (s *server) findDraft(ctx context.Context, id int64) (publishing.Draft, error) {
	if err := publishing.MayRead(callerOf(ctx).actor); err != nil {
		return publishing.Draft{}, err
	}
	return s.Rulebooks.Draft(ctx, id)
}

func (s *server) getDraft(ctx context.Context, in *ByDraft) (*ruleDraftOutput, error) {
	d, err := s.findDraft(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return s.draftAnswer(ctx, d), nil
}

func (s *server) draftFile(ctx context.Context, in *struct {
	ByDraft
	ByFileName
}) (*rulebookTextOutput, error) {
	files, _, err := s.looked(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return oneText(files, in.Name)
}

// DraftEdit is a change of a draft. The draft it was read as is named, so that two who write at the same
// time do not write over each other.
type DraftEdit struct {
	ByDraft
	FormBody
	IfMatch string `header:"If-Match" doc:"ETag of the draft as it was read; required"`
}

// editing reads what an edit is of; the caller may draft.
func (s *server) editing(ctx context.Context, id int64, header string) (seq int, err error) {
	if err := publishing.MayDraft(callerOf(ctx).actor); err != nil {
		return 0, err
	}
	d, err := s.findDraft(ctx, id)
	if err != nil {
		return 0, err
	}
	if strings.TrimSpace(header) == "" {
		return 0, &domain.Error{Code: domain.CodeRequired, Reason: "if_match_required", Text: domain.Text{ZH: "请在 If-Match 中注明所依据的草案版本", EN: "name the draft as it was read in If-Match"}}
	}
	seq, err = ifMatch(header, d.Seq, string(d.State))
	if err == nil && seq == 0 { // *
		seq = d.Seq
	}
	return seq, err
}

func (s *server) putDraftFile(ctx context.Context, in *struct {
	DraftEdit
	ByFileName
}) (*ruleDraftOutput, error) {
	seq, err := s.editing(ctx, in.ID, in.IfMatch)
	if err != nil {
		return nil, err
	}
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	text, ok := input["text"].(string) // as it is: a file may begin and end with blanks
	if !ok || len(input) != 1 {
		return nil, domain.Faulty("text", "required", "请填写文件内容", "the text of the file is required")
	}
	d, err := s.Rulebooks.Put(ctx, in.ID, seq, callerOf(ctx).actor, in.Name, &text, byCaller(ctx, audit.Entry{}))
	if err != nil {
		return nil, err
	}
	return s.draftAnswer(ctx, d), nil
}

func (s *server) deleteDraftFile(ctx context.Context, in *struct {
	ByDraft
	ByFileName
	IfMatch string `header:"If-Match" doc:"ETag of the draft as it was read; required"`
}) (*ruleDraftOutput, error) {
	seq, err := s.editing(ctx, in.ID, in.IfMatch)
	if err != nil {
		return nil, err
	}
	d, err := s.Rulebooks.Put(ctx, in.ID, seq, callerOf(ctx).actor, in.Name, nil, byCaller(ctx, audit.Entry{}))
	if err != nil {
		return nil, err
	}
	return s.draftAnswer(ctx, d), nil
}

func (s *server) putDraftYear(ctx context.Context, in *struct {
	DraftEdit
	Year int `path:"year" minimum:"1949" maximum:"2200"`
}) (*ruleDraftOutput, error) {
	seq, err := s.editing(ctx, in.ID, in.IfMatch)
	if err != nil {
		return nil, err
	}
	clean, err := s.readRuleForm(&in.FormBody, yearFields)
	if err != nil {
		return nil, err
	}
	y := calendar.Year{Year: in.Year, Notice: clean.Text("notice"), URL: clean.Text("url"), Verified: clean.Bool("verified"), Holidays: []calendar.Span{}}
	for _, h := range clean.Objects("holidays") {
		y.Holidays = append(y.Holidays, calendar.Span{Name: h.Text("name"), NameEN: h.Text("name_en"), From: day(h, "from"), To: day(h, "to")})
	}
	for _, w := range clean.Objects("workdays") {
		y.Workdays = append(y.Workdays, day(w, "date"))
	}
	slices.SortFunc(y.Holidays, func(a, b calendar.Span) int { return a.From.Compare(b.From) })
	slices.SortFunc(y.Workdays, calendar.Date.Compare)
	d, err := s.Rulebooks.SetYear(ctx, in.ID, seq, callerOf(ctx).actor, y, byCaller(ctx, audit.Entry{}))
	if err != nil {
		return nil, err
	}
	return s.draftAnswer(ctx, d), nil
}

// day is a date the form has found to be one.
func day(in form.Input, name string) calendar.Date {
	d, _ := calendar.ParseDate(in.Text(name))
	return d
}

func (s *server) putDraftValue(ctx context.Context, in *DraftEdit) (*ruleDraftOutput, error) {
	seq, err := s.editing(ctx, in.ID, in.IfMatch)
	if err != nil {
		return nil, err
	}
	clean, err := s.readRuleForm(&in.FormBody, settingFields)
	if err != nil {
		return nil, err
	}
	values := strings.FieldsFunc(clean.Text("value"), func(r rune) bool { return strings.ContainsRune(",,、 \t", r) })
	d, err := s.Rulebooks.SetValue(ctx, in.ID, seq, callerOf(ctx).actor, publishing.Setting{Key: clean.Text("key"), Scope: clean.Text("scope"), Values: values,
		From: day(clean, "effective_from"), Source: clean.Text("source")}, byCaller(ctx, audit.Entry{}))
	if err != nil {
		return nil, err
	}
	return s.draftAnswer(ctx, d), nil
}

type draftDecision struct {
	ByDraft
	FormBody
}

// actOnDraft takes a step with a draft. The same step of the same person again changes nothing.
func (s *server) actOnDraft(act string) func(context.Context, *draftDecision) (*ruleDraftOutput, error) {
	return func(ctx context.Context, in *draftDecision) (*ruleDraftOutput, error) {
		who := callerOf(ctx)
		if err := publishing.MayRead(who.actor); err != nil {
			return nil, err
		}
		clean, err := s.readRuleForm(&in.FormBody, noteFields)
		if err != nil {
			return nil, err
		}
		d, err := s.Rulebooks.Act(ctx, in.ID, act, who.actor, clean.Text("note"), byCaller(ctx, audit.Entry{}))
		if err != nil {
			return nil, err
		}
		return s.draftAnswer(ctx, d), nil
	}
}
