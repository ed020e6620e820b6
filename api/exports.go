package api

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/export"
	"huajie/domain/form"
)

// Exports are lists on their way out of the house.
type Exports interface {
	// AddExport writes a request down; the same key gives what was made of it. More than
	// most under way are domain.CodeTooMany. It is on the audit log as by whom it was asked
	// for, or not written down.
	AddExport(ctx context.Context, e export.Export, key, fingerprint string, most int, by audit.Entry) (export.Export, error)
	// Export gives one, ExportsOf those of a person, the newest first.
	Export(ctx context.Context, id int64) (export.Export, error)
	ExportsOf(ctx context.Context, user string, before int64, limit int) ([]export.Export, error)
	// WaitingExports lists what waits for a second person at a moment, the oldest first.
	WaitingExports(ctx context.Context, now time.Time, limit int) ([]export.Export, error)
	// DecideExport notes the answer of the second person, or that who asked has taken the
	// request back; the first of them counts. It is on the audit log, or not given.
	DecideExport(ctx context.Context, id int64, to export.State, entry export.Entry, by audit.Entry) (export.Export, error)
}

// ExportFiles hands the files out.
type ExportFiles interface {
	// Open gives a file to be read; export.ErrDeleted when it is not there any more.
	Open(ctx context.Context, e export.Export) (io.ReadCloser, int64, error)
}

const (
	exportFilePath = basePath + "/exports/:id/file"
	// downloadTime is how long fetching a file may take, over a slow line.
	downloadTime = 15 * time.Minute
	// mostWaiting bounds what is looked through for somebody who decides.
	mostWaiting = 500
)

var (
	exportFields = []form.Field{
		form.Choice.Named("list", "列表", "the list").Or(string(export.Cases), "办件", "cases").Or(string(export.Overdue), "超期办件", "overdue cases").
			Or(string(export.Whistles), "吹哨", "whistles").Or(string(export.Members), "网格员235考核", "grid members by the 235 method").Need(),
		form.Choice.Named("format", "格式", "format of the file").Or(string(export.CSV), "CSV 文本", "CSV text").Or(string(export.XLSX), "Excel 表格", "Excel workbook").Need(),
		{Name: "reason", ZH: "用途", EN: "what it is for, 5 to 200 characters; recorded, and written into the file", Type: form.Line, Required: true, Min: export.ShortestReason, Max: export.LongestReason, NoNumbers: true},
		{Name: "identities", ZH: "包含诉求人身份信息", EN: "names and phones of petitioners unmasked: a second person has to approve", Type: form.Boolean},
	}
	secondFields = []form.Field{{Name: "note", ZH: "说明", EN: "why; required to decline", Type: form.Text, Max: 500, NoNumbers: true}}
)

// exportSchema describes a request with the parameters of the list in it.
func exportSchema() *huma.Schema {
	s := schemaOf(exportFields, false)
	s.Properties["query"] = &huma.Schema{Type: huma.TypeObject, Title: "查询条件", AdditionalProperties: &huma.Schema{},
		Description: "the parameters of the list, by name: texts, true or false, or lists of texts; paging has no place here"}
	s.Properties["columns"] = &huma.Schema{Type: huma.TypeArray, Title: "列", Items: &huma.Schema{Type: huma.TypeString}, Description: "codes of columns (GET /exports/form); the usual ones when absent"}
	return s
}

// exportRoutes are the routes by which lists leave the house (§2.2 data.export).
func (s *server) exportRoutes() {
	get(s, "/exports/form", "export-form", tagExports, "Which lists can be taken out, and their columns", s.exportForm)
	post(s, "/exports", "request-export", tagExports, "Take a list out as a file", exportSchema(), http.StatusAccepted, s.requestExport)
	get(s, "/exports", "list-exports", tagExports, "Exports the caller has asked for, or is to decide on", s.listExports)
	get(s, "/exports/{id}", "get-export", tagExports, "How far an export has come, and its record", s.getExport)
	post(s, "/exports/{id}/actions/approve", "approve-export", tagExports, "Agree to identities as the second person", schemaOf(secondFields, false), http.StatusOK, s.decideExport(true))
	post(s, "/exports/{id}/actions/decline", "decline-export", tagExports, "Decline as the second person", schemaOf(secondFields, false), http.StatusOK, s.decideExport(false))
	post(s, "/exports/{id}/actions/withdraw", "withdraw-export", tagExports, "Take a request back that nobody has answered", schemaOf(nil, false), http.StatusOK, s.withdrawExport)
	get(s, "/exports/{id}/file", "get-export-file", tagExports, "The file, for who asked for it", s.exportFile)
	content := s.api.OpenAPI().Paths[basePath+"/exports/{id}/file"].Get.Responses["200"]
	binary := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	content.Content = map[string]*huma.MediaType{export.CSV.Media(): binary, export.XLSX.Media(): binary}
}

// ExportView is an export as who asked for it and who decides on it see it.
type ExportView struct {
	ID          int64               `json:"id"`
	List        export.List         `json:"list" enum:"cases,overdue,whistles,stats_235"`
	Format      export.Format       `json:"format" enum:"csv,xlsx"`
	Columns     []string            `json:"columns"`
	Query       map[string][]string `json:"query"`
	Reason      string              `json:"reason"`
	Identities  bool                `json:"identities"`
	State       export.State        `json:"state" enum:"waiting,queued,running,done,expired,declined,withdrawn,lapsed,failed"`
	StateZH     string              `json:"state_zh"`
	StateEN     string              `json:"state_en"`
	RequestedBy string              `json:"requested_by"`
	RequestedAt time.Time           `json:"requested_at"`
	Rows        int                 `json:"rows_done" doc:"rows written so far"`
	Estimated   int                 `json:"rows_estimated" doc:"rows there are, once it is begun"`
	Sum         string              `json:"rows_sha256,omitempty" doc:"of header and rows as CSV writes them"`
	Size        int64               `json:"size,omitempty" doc:"bytes of the file"`
	ReadyAt     time.Time           `json:"ready_at,omitzero"`
	ExpiresAt   time.Time           `json:"expires_at,omitzero" doc:"when the file is deleted"`
	Refusal     *ExportRefusal      `json:"refusal,omitempty" doc:"why it could not be made"`
	File        string              `json:"file,omitempty" doc:"address of the file, for who asked for it"`
	MayDecide   bool                `json:"may_decide" doc:"it waits for the caller, or somebody of the same office"`
	Trail       []export.Entry      `json:"trail" doc:"who has done what with it; who fetched the file stands on the audit log"`
}

// ExportRefusal is why an export could not be made.
type ExportRefusal struct {
	Reason string `json:"reason"`
	ZH     string `json:"zh"`
	EN     string `json:"en"`
}

type exportOutput struct {
	Location string `header:"Location"`
	Body     ExportView
}

func (s *server) showExport(e export.Export, who caller) ExportView {
	e.State = e.StateAt(s.Now())
	label := export.Labels[e.State]
	v := ExportView{ID: e.ID, List: e.List, Format: e.Format, Columns: orEmpty(e.Columns), Query: map[string][]string{}, Reason: e.Reason, Identities: e.Identities,
		State: e.State, StateZH: label.ZH, StateEN: label.EN, RequestedBy: e.By, RequestedAt: e.At, Rows: e.Rows, Estimated: e.Estimated, Sum: e.Sum, Size: e.Size,
		ReadyAt: e.ReadyAt, ExpiresAt: e.ExpiresAt, Trail: orEmpty(e.Trail), MayDecide: e.State == export.Waiting && e.MayDecide(who.actor, s.tree())}
	_ = json.Unmarshal(e.Query, &v.Query) // it was written by this door
	if e.Why != "" {
		v.Refusal = &ExportRefusal{e.Why, e.Refusal.ZH, e.Refusal.EN}
	}
	if e.State == export.Done && e.By == who.actor.User {
		v.File = exportPath(e.ID) + "/file"
	}
	return v
}

func exportPath(id int64) string { return basePath + "/exports/" + strconv.FormatInt(id, 10) }

type exportRequest struct {
	FormBody
	Key string `header:"Idempotency-Key" doc:"keep it for every retry"`
}

// requestExport writes a request down; the worker makes the file. With identities it
// waits for a second person first.
func (s *server) requestExport(ctx context.Context, in *exportRequest) (*exportOutput, error) {
	who := callerOf(ctx)
	if err := readKey(in.Key, false); err != nil {
		return nil, err
	}
	input, err := in.read()
	if refused := export.MayAsk(who.actor, false, s.tree()); refused != nil { // whatever was written
		return nil, s.exportRefused(ctx, export.Requested, export.AskedFor(input), refused)
	}
	if err != nil {
		return nil, err
	}
	e, err := s.readExport(who, input)
	if err != nil {
		return nil, err
	}
	if err := export.MayAsk(who.actor, e.Identities, s.tree()); err != nil {
		return nil, s.exportRefused(ctx, export.Requested, e, err)
	}
	key := ""
	if in.Key != "" {
		key = commandKey(who.actor.User, "export", in.Key)
	}
	made, err := s.Exports.AddExport(ctx, e, key, fingerprint("export", input), export.MostOpen, byCaller(ctx, audit.Entry{}))
	if err != nil {
		return nil, err
	}
	return &exportOutput{exportPath(made.ID), s.showExport(made, who)}, nil
}

// exportRefused puts on the audit log what somebody was refused to do with an export, and
// answers the refusal. It stays one whether or not it could be recorded.
func (s *server) exportRefused(ctx context.Context, act string, e export.Export, why error) error {
	code := domain.CodeOf(why)
	if code == domain.CodeForbidden || code == domain.CodeNotFound || domain.ReasonOf(why) == "not_waiting" {
		if err := s.Audit.Audit(ctx, e.NotAllowed(act, why, byCaller(ctx, audit.Entry{}))); err != nil {
			s.Log.ErrorContext(ctx, "what was refused of an export could not be recorded", "request_id", infoOf(ctx).requestID, "export", e.ID, "error", err)
		}
	}
	return why
}

// ByExport names an export in the path.
type ByExport struct {
	ID int64 `path:"id" minimum:"1" doc:"number of the export"`
}

// findExport gives an export of the caller, or one the caller may decide on. That somebody
// else wanted to act on it is recorded.
func (s *server) findExport(ctx context.Context, who caller, id int64, act string) (export.Export, error) {
	e, err := s.Exports.Export(ctx, id)
	if err != nil || e.By == who.actor.User || e.Identities && e.MayDecide(who.actor, s.tree()) {
		return e, err
	}
	if act == "" {
		return e, domain.NotFound()
	}
	return e, s.exportRefused(ctx, act, e, domain.NotFound())
}

func (s *server) getExport(ctx context.Context, in *ByExport) (*exportOutput, error) {
	who := callerOf(ctx)
	e, err := s.findExport(ctx, who, in.ID, "")
	if err != nil {
		return nil, err
	}
	return &exportOutput{exportPath(e.ID), s.showExport(e, who)}, nil
}

type exportsInput struct {
	Waiting string `query:"waiting" enum:"true,false" doc:"what the caller is to decide on, the oldest first; otherwise what the caller has asked for, the newest first"`
	Before  int64  `query:"before" minimum:"1" doc:"next_before of the answer before"`
	Limit   int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

// ExportList is one page of exports.
type ExportList struct {
	Items []ExportView `json:"items"`
	Next  int64        `json:"next_before,omitempty" doc:"absent on the last page"`
}

type exportsOutput struct{ Body ExportList }

func (s *server) listExports(ctx context.Context, in *exportsInput) (*exportsOutput, error) {
	who := callerOf(ctx)
	out := &exportsOutput{ExportList{Items: []ExportView{}}}
	if in.Waiting == "true" {
		list, err := s.Exports.WaitingExports(ctx, s.Now(), mostWaiting)
		for _, e := range list {
			if e.MayDecide(who.actor, s.tree()) && len(out.Body.Items) < in.Limit {
				out.Body.Items = append(out.Body.Items, s.showExport(e, who))
			}
		}
		return out, err
	}
	list, err := s.Exports.ExportsOf(ctx, who.actor.User, in.Before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	if len(list) > in.Limit {
		list = list[:in.Limit]
		out.Body.Next = list[in.Limit-1].ID
	}
	for _, e := range list {
		out.Body.Items = append(out.Body.Items, s.showExport(e, who))
	}
	return out, nil
}

type exportDecision struct {
	ByExport
	FormBody
}

// decideExport is the answer of the second person (docs/decisions/0004). The same answer of
// the same person again changes nothing, with whichever key.
func (s *server) decideExport(approve bool) func(context.Context, *exportDecision) (*exportOutput, error) {
	act := map[bool]string{true: export.Approved, false: export.Denied}[approve]
	return func(ctx context.Context, in *exportDecision) (*exportOutput, error) {
		who := callerOf(ctx)
		input, err := in.read()
		if err != nil {
			return nil, err
		}
		clean, faults := form.Check(secondFields, input, nil)
		if len(faults) > 0 {
			return nil, domain.Invalid(faults...)
		}
		return s.answerExport(ctx, in.ID, act, func(e export.Export) (export.Entry, export.State, error) {
			return e.Decide(who.actor, approve, clean.Text("note"), s.Now(), s.tree())
		})
	}
}

// withdrawExport takes a request back: it would stand in the way of others.
func (s *server) withdrawExport(ctx context.Context, in *exportDecision) (*exportOutput, error) {
	return s.answerExport(ctx, in.ID, export.TakenBack, func(e export.Export) (export.Entry, export.State, error) {
		return e.Withdraw(callerOf(ctx).actor, s.Now())
	})
}

// answerExport ends the waiting of an export.
func (s *server) answerExport(ctx context.Context, id int64, act string, answer func(export.Export) (export.Entry, export.State, error)) (*exportOutput, error) {
	who := callerOf(ctx)
	e, err := s.findExport(ctx, who, id, act)
	if err != nil {
		return nil, err
	}
	entry, to, err := answer(e)
	if domain.ReasonOf(err) == "not_waiting" && doneBefore(e, who.actor.User, act) {
		return &exportOutput{exportPath(e.ID), s.showExport(e, who)}, nil
	}
	if err != nil {
		return nil, s.exportRefused(ctx, act, e, err)
	}
	after, err := s.Exports.DecideExport(ctx, e.ID, to, entry, byCaller(ctx, audit.Entry{}))
	if err != nil {
		return nil, s.exportRefused(ctx, act, e, err)
	}
	return &exportOutput{exportPath(after.ID), s.showExport(after, who)}, nil
}

// doneBefore tells whether somebody has done the same already.
func doneBefore(e export.Export, user, act string) bool {
	return slices.ContainsFunc(e.Trail, func(entry export.Entry) bool { return entry.Act == act && entry.By == user })
}

// exportFileOutput is a file to be saved and nothing else: no browser shows it, and nobody
// between keeps it.
type exportFileOutput struct {
	ContentType string `header:"Content-Type"`
	Length      string `header:"Content-Length"`
	Disposition string `header:"Content-Disposition"`
	Policy      string `header:"Content-Security-Policy"`
	Resource    string `header:"Cross-Origin-Resource-Policy"`
	Body        func(huma.Context)
}

// exportFile hands the file to who asked for it, and to nobody else. That it was fetched is
// on the audit log before the first byte; with identities in it, that these were read, too.
func (s *server) exportFile(ctx context.Context, in *ByExport) (*exportFileOutput, error) {
	who := callerOf(ctx)
	e, err := s.findExport(ctx, who, in.ID, export.Downloaded)
	if err != nil {
		return nil, err
	}
	if err := e.MayFetch(who.actor, s.Now(), s.tree()); err != nil {
		return nil, s.exportRefused(ctx, export.Downloaded, e, err)
	}
	file, size, err := s.ExportFiles.Open(ctx, e)
	if err != nil {
		return nil, err
	}
	if err := s.Audit.Audit(ctx, e.Fetched(byCaller(ctx, audit.Entry{}))...); err != nil {
		_ = file.Close()
		return nil, err
	}
	send := func(to huma.Context) {
		defer func() { _ = file.Close() }()
		if _, err := io.Copy(to.BodyWriter(), file); err != nil {
			s.Log.InfoContext(ctx, "a file was not fetched to its end", "export", e.ID, "error", err)
		}
	}
	return &exportFileOutput{ContentType: e.Format.Media(), Length: strconv.FormatInt(size, 10), Disposition: `attachment; filename="` + e.Download() + `"`,
		Policy: "default-src 'none'; sandbox", Resource: "same-origin", Body: send}, nil
}
