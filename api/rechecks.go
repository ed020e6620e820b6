package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/codes"
	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/geo"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/org"
	"huajie/domain/recheck"
	"huajie/domain/view"
)

// Rechecks are the second looks of the city at events that were passed on the spot (§6 item 78).
// A filter says what somebody may know of; all else is domain.CodeNotFound.
type Rechecks interface {
	// Rechecks gives one page: those that wait first, by when they are due.
	Rechecks(ctx context.Context, scope view.Scope, f recheck.Filter, cursor string, limit int) (items []recheck.Recheck, next string, err error)
	Recheck(ctx context.Context, scope view.Scope, f recheck.Filter, id int64) (recheck.Recheck, error)
	// AnswerRecheck keeps an answer and sends notices, once. The same answer of the same client
	// again changes nothing; another is a refusal.
	AnswerRecheck(ctx context.Context, id int64, a recheck.Answer, tell []notice.Message) error
}

// recheckReaders see what came of looks in their county, and nothing of those that wait: nobody
// is to be warned. The city sees and answers all.
var recheckReaders = []org.Role{org.RoleSupervisor, org.RoleCentreDirector, org.RolePlatformAdmin, org.RoleCitySupervisor}

var recheckFields = []form.Field{
	form.Among(form.Choice.Named("verdict", "复核结论", "verdict"), recheck.Verdicts, recheck.Verdict.Label).Need(),
	form.Among(form.Choice.Named("reason", "无法复核的原因", "why it could not be looked at"), recheck.Reasons, recheck.Reason.Label),
	{Name: "location", ZH: "现场定位", EN: "where you are", Type: form.Point},
	{Name: "photos", ZH: "现场照片", EN: "photos of the place", Type: form.Files},
	{Name: "comment", ZH: "复核意见", EN: "comment", Type: form.Text, Max: 500},
	clientField,
}

// recheckRoutes are the routes of the second look.
func (s *server) recheckRoutes() {
	get(s, "/rechecks", "list-rechecks", tagCases, "Second looks of the city at events passed on the spot: the city those that wait, first; a county what came of its own", s.listRechecks)
	post(s, "/rechecks/{id}/answer", "answer-recheck", tagCases, "What the city found on the spot", schemaOf(recheckFields, false), http.StatusOK, s.answerRecheck)
	get(s, "/rechecks/{id}/photos/{n}", "get-recheck-photo", tagCases, "A photo the city took at a second look", s.recheckPhoto)
	content := s.api.OpenAPI().Paths[basePath+"/rechecks/{id}/photos/{n}"].Get.Responses["200"]
	content.Content = map[string]*huma.MediaType{"image/jpeg": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
}

type rechecksInput struct {
	State  recheck.State `query:"state" enum:"open,answered,lapsed" doc:"all when absent"`
	County string        `query:"county" maxLength:"40"`
	No     string        `query:"no" maxLength:"40" doc:"of this event alone"`
	Cursor string        `query:"cursor" maxLength:"300"`
	Limit  int           `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

// RecheckList is a page of looks.
type RecheckList struct {
	AsOf  time.Time     `json:"as_of"`
	Items []RecheckView `json:"items"`
	Next  string        `json:"next_cursor,omitempty"`
}

// RecheckView is a look with the event it is at.
type RecheckView struct {
	ID            int64         `json:"id"`
	No            string        `json:"no" doc:"of the event"`
	State         recheck.State `json:"state" enum:"open,answered,lapsed"`
	StateLabel    domain.Text   `json:"state_label"`
	County        string        `json:"county"`
	Area          string        `json:"area"`
	Grid          string        `json:"grid,omitempty"`
	CategoryLabel domain.Text   `json:"category_label"`
	Summary       string        `json:"summary"`
	Spot          string        `json:"spot,omitempty" doc:"the place in words"`
	Location      geo.Point     `json:"location"`
	Radius        int           `json:"radius" doc:"metres from there within which a verdict is given"`
	Verifier      string        `json:"verifier" doc:"who passed it"`
	ClosedAt      time.Time     `json:"closed_at"`
	Due           time.Time     `json:"due_at"`
	Overdue       bool          `json:"overdue"`
	Answer        *RecheckFound `json:"answer,omitempty"`
}

// RecheckFound is what the city found.
type RecheckFound struct {
	Verdict      recheck.Verdict `json:"verdict" enum:"pass,fail,not_possible"`
	VerdictLabel domain.Text     `json:"verdict_label"`
	Reason       recheck.Reason  `json:"reason,omitempty" enum:"changed,no_access,other"`
	ReasonLabel  *domain.Text    `json:"reason_label,omitempty"`
	Comment      string          `json:"comment,omitempty"`
	Metres       *int            `json:"metres,omitempty" doc:"from the event"`
	Photos       int             `json:"photos" doc:"how many; numbered from 1"`
	By           string          `json:"by"`
	At           time.Time       `json:"at"`
	Next         *domain.Text    `json:"next,omitempty" doc:"what is to be done where a pass did not hold"`
}

type (
	rechecksOutput struct{ Body RecheckList }
	recheckOutput  struct{ Body RecheckView }
)

func (s *server) showRecheck(r recheck.Recheck) RecheckView {
	e := r.Event
	rules := s.caseRules(e, s.Now())
	v := RecheckView{ID: r.ID, No: r.No, State: r.State(), StateLabel: r.State().Label(), County: e.County, Area: e.Area, Grid: e.Grid, Summary: e.Summary, Spot: e.Spot,
		Location: e.Place, Radius: rules.Policy.Int("event.verify.radius"), Verifier: r.Verifier, ClosedAt: view.Local(r.ClosedAt), Due: view.Local(r.Due)}
	v.CategoryLabel.ZH, v.CategoryLabel.EN = rules.Codes.Label(codes.TableEventCategory, e.Category)
	v.Overdue = v.State == recheck.Waiting && s.Now().After(r.Due)
	a := r.Answer
	if a == nil {
		return v
	}
	v.Answer = &RecheckFound{Verdict: a.Verdict, VerdictLabel: a.Verdict.Label(), Reason: a.Reason, Comment: a.Comment, Photos: len(a.Photos), By: a.By, At: view.Local(a.At)}
	if a.Reason != "" {
		label := a.Reason.Label()
		v.Answer.ReasonLabel = &label
	}
	if a.Metres >= 0 {
		v.Answer.Metres = &a.Metres
	}
	if a.Verdict == recheck.Fail {
		v.Answer.Next = &recheck.NextStep
	}
	return v
}

// recheckFilter is what the caller may know of.
func (s *server) recheckFilter(who caller) (recheck.Filter, error) {
	f := recheck.Filter{Areas: s.patrols().Reached(who.actor, recheckReaders), Open: who.actor.Holds(org.RoleCitySupervisor), User: who.actor.User}
	if len(f.Areas) == 0 {
		return f, domain.Forbid("not_your_office", "§6 item 78", "您的岗位不能查看市级复核", "your office may not see the second looks of the city")
	}
	return f, nil
}

func (s *server) listRechecks(ctx context.Context, in *rechecksInput) (*rechecksOutput, error) {
	who := callerOf(ctx)
	f, err := s.recheckFilter(who)
	if err != nil {
		return nil, err
	}
	f.State, f.County, f.No = in.State, in.County, in.No
	list, next, err := s.Rechecks.Rechecks(ctx, who.scope, f, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &rechecksOutput{RecheckList{AsOf: s.Now().In(zone), Items: []RecheckView{}, Next: next}}
	for _, r := range list {
		out.Body.Items = append(out.Body.Items, s.showRecheck(r))
	}
	return out, nil
}

// answerRecheck takes what the city found: where it says something of the event, from who stands
// there, and that it was wrongly passed not without a photo.
func (s *server) answerRecheck(ctx context.Context, in *decideInput) (*recheckOutput, error) {
	who := callerOf(ctx)
	f, err := s.recheckFilter(who)
	if err != nil {
		return nil, err
	}
	if !f.Open {
		return nil, domain.Forbid("not_your_office", "§6 item 78", "复核由市级督查人员作出", "the city answers")
	}
	clean, err := s.readForm(&formInput{in.FormBody}, recheckFields)
	if err != nil {
		return nil, err
	}
	r, err := s.Rechecks.Recheck(ctx, who.scope, f, in.ID)
	if err != nil {
		return nil, err
	}
	a := recheck.Answer{Verdict: recheck.Verdict(clean.Text("verdict")), Reason: recheck.Reason(clean.Text("reason")), Comment: clean.Text("comment"),
		Metres: -1, By: who.actor.User, At: s.Now(), Client: clean.Text("client")}
	var tell []notice.Message
	if r.Answer == nil { // who sends it again is not asked to stand there still
		if err := s.checkAnswer(ctx, who, r, clean, &a); err != nil {
			return nil, err
		}
		if a.Verdict == recheck.Fail {
			tell = recheck.TellFail(r, s.tree())
		}
	}
	if err := s.Rechecks.AnswerRecheck(ctx, in.ID, a, tell); err != nil {
		return nil, err
	}
	if r, err = s.Rechecks.Recheck(ctx, who.scope, f, in.ID); err != nil {
		return nil, err
	}
	return &recheckOutput{s.showRecheck(r)}, nil
}

// checkAnswer tells everything that an answer lacks.
func (s *server) checkAnswer(ctx context.Context, who caller, r recheck.Recheck, clean form.Input, a *recheck.Answer) error {
	rules := s.caseRules(r.Event, a.At)
	var faults []domain.FieldError
	lacks := func(field, zh, en string) { faults = append(faults, domain.Fault(field, "required", zh, en)) }
	here, _, given := clean.Point("location")
	if given {
		a.Metres = int(geo.Metres(here, r.Event.Place) + 0.5)
	}
	switch most := rules.Policy.Int("event.verify.radius"); {
	case a.Verdict == recheck.NotPossible:
	case !given:
		lacks("location", "现场定位:必填", "where you are is required")
	case a.Metres > most:
		faults = append(faults, domain.Fault("location", "not_there", fmt.Sprintf("距事件地点%d米,须在%d米以内复核", a.Metres, most), fmt.Sprintf("you are %d m away; be within %d m", a.Metres, most)))
	}
	switch {
	case a.Verdict != recheck.NotPossible && a.Reason != "":
		faults = append(faults, domain.Fault("reason", "not_asked", "原因仅在无法复核时填写", "a reason is given only where it could not be looked at"))
	case a.Verdict == recheck.NotPossible && a.Reason == "":
		lacks("reason", "无法复核的原因:必填", "say why it could not be looked at")
	}
	if a.Comment == "" && (a.Verdict == recheck.Fail || a.Reason == recheck.OtherReason) {
		lacks("comment", "复核意见:必填", "a comment is required")
	}
	photos, wrong, err := s.recheckPhotos(ctx, who, r, clean.List("photos"), rules)
	if err != nil {
		return err
	}
	if a.Photos = photos; len(wrong) == 0 && len(photos) == 0 && a.Verdict == recheck.Fail {
		lacks("photos", "不属实须有现场照片", "a photo of the place is required")
	}
	if faults = append(faults, wrong...); len(faults) > 0 {
		return domain.Invalid(faults...)
	}
	return nil
}

// recheckPhotos judges the caller's own photos as those of a step are judged (§4.10 photo).
func (s *server) recheckPhotos(ctx context.Context, who caller, r recheck.Recheck, ids []string, rules *machine.Rules) (photos []string, faults []domain.FieldError, err error) {
	at := s.Now()
	if _, most := evidence.Range(rules.Policy); len(ids) > most {
		return nil, []domain.FieldError{domain.Fault("photos", "too_many", fmt.Sprintf("照片不超过%d张", most), fmt.Sprintf("at most %d photos", most))}, nil
	}
	for i, id := range ids {
		field := fmt.Sprintf("photos[%d]", i)
		u, err := s.found(ctx, who, id, rules)
		switch {
		case domain.CodeOf(err) == domain.CodeNotFound || err == nil && u.Photo == nil:
			faults = append(faults, domain.Fault(field, "unknown_file", "照片尚未上传完成", "the photo has not been uploaded"))
			continue
		case err != nil:
			return nil, nil, err
		}
		for _, f := range evidence.Judge(*u.Photo, evidence.Context{Place: &r.Event.Place, At: at, Case: r.No, Policy: rules.Policy, Calendar: rules.Calendar}) {
			if f.Blocks || f.Code == evidence.Far {
				faults = append(faults, domain.Fault(field, f.Code, f.ZH, f.EN))
			}
		}
		if !slices.Contains(photos, id) {
			photos = append(photos, id)
		}
	}
	return photos, faults, nil
}

type recheckPhotoInput struct {
	ByID
	N    int    `path:"n" minimum:"1" maximum:"100"`
	Size string `query:"size" enum:"full,thumb" default:"full"`
}

// recheckPhoto shows a photo to who may see the look: it was uploaded by who answered.
func (s *server) recheckPhoto(ctx context.Context, in *recheckPhotoInput) (*contentOutput, error) {
	who := callerOf(ctx)
	f, err := s.recheckFilter(who)
	if err != nil {
		return nil, err
	}
	r, err := s.Rechecks.Recheck(ctx, who.scope, f, in.ID)
	if err != nil {
		return nil, err
	}
	if r.Answer == nil || in.N > len(r.Answer.Photos) {
		return nil, domain.NotFound()
	}
	data, err := s.Files.Content(ctx, view.Scope{}, r.Answer.By, r.Answer.Photos[in.N-1], in.Size == "thumb")
	if err != nil {
		return nil, err
	}
	return picture(data, `"`+r.Answer.Photos[in.N-1]+"-"+in.Size+`"`), nil
}
