package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/evidence"
	"huajie/domain/geo"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/view"
)

// The bounds of one part: it is the only body that is large and that may be slow.
const (
	maxPart     = evidence.MostPart
	partTimeout = 2 * time.Minute
	drainTime   = 5 * time.Second // to send the answer in
	partPath    = basePath + "/files/:id/parts/:n"
)

// photographs are the routes by which photos come in and go out.
func (s *server) photographs() {
	post(s, "/files", "declare-file", tagFiles, "Announce a photo, to be sent in parts (R66)", declarationSchema(), http.StatusCreated, s.declareFile)
	get(s, "/files/{id}", "get-file", tagFiles, "How far a photo has come, and what is to be known of it", s.getFile)
	put := operation(http.MethodPut, basePath+"/files/{id}/parts/{n}", "put-file-part", tagFiles, "Send one part, in any order and any number of times")
	put.MaxBodyBytes, put.BodyReadTimeout = maxPart+1, partTimeout-drainTime
	register(s, put, http.StatusOK, nil, true, s.putPart)
	post(s, "/files/{id}/complete", "complete-file", tagFiles, "Verify a photo and keep it", nil, http.StatusOK, s.completeFile)
	get(s, "/files/{id}/content", "get-file-content", tagFiles, "A copy of a photo, without what the camera wrote into it", s.fileContent)
	get(s, "/cases/{no}/files", "list-case-files", tagFiles, "Photos attached to a case, with what was found about them", s.caseFiles)
	content := s.api.OpenAPI().Paths[basePath+"/files/{id}/content"].Get.Responses["200"]
	content.Content = map[string]*huma.MediaType{"image/jpeg": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
}

// FileView is a photo on its way, and after.
type FileView struct {
	ID        string               `json:"id"`
	State     evidence.UploadState `json:"state" doc:"uploading, complete, refused"`
	Refusal   *evidence.Refusal    `json:"refusal,omitempty" doc:"why a refused one cannot be used"`
	Size      int64                `json:"size"`
	PartSize  int                  `json:"part_size" doc:"bytes of every part but the last"`
	PartCount int                  `json:"part_count"`
	Parts     []evidence.Part      `json:"parts" doc:"what has arrived"`
	Missing   []int                `json:"missing" doc:"numbers of the parts still to be sent, from 1"`
	CreatedAt time.Time            `json:"created_at"`
	Scan      evidence.ScanState   `json:"scan,omitempty" doc:"pending: not shown to anybody yet; clean; infected: refused; error: it could not be scanned and is tried again. Absent where no scanner looks"`
	Photo     *PhotoView           `json:"photo,omitempty" doc:"of a complete one"`
}

// PhotoView is what is known of a whole photo. The flags are those of a report at the
// moment it arrived, wherever the event is; a report judges again.
type PhotoView struct {
	SHA256       string          `json:"sha256"`
	Width        int             `json:"width"`
	Height       int             `json:"height"`
	TakenAt      time.Time       `json:"taken_at" doc:"by the clock of the phone"`
	UploadedAt   time.Time       `json:"uploaded_at"`
	Position     *geo.Point      `json:"position,omitempty" doc:"by the phone, WGS-84"`
	Accuracy     float64         `json:"accuracy,omitempty" doc:"of the position, in metres"`
	ExifPosition *geo.Point      `json:"exif_position,omitempty" doc:"by the image"`
	ExifTime     *time.Time      `json:"exif_time,omitempty" doc:"by the image"`
	Device       string          `json:"device,omitempty"`
	Source       evidence.Source `json:"source" doc:"live, offline, album"`
	Flags        []evidence.Flag `json:"flags"`
	Blocks       bool            `json:"blocks" doc:"a normal event cannot be reported with this photo"`
}

type fileOutput struct {
	Status   int
	Location string `header:"Location"`
	Body     FileView
}

// ByFile names one photo in the path.
type ByFile struct {
	ID string `path:"id" maxLength:"36" doc:"UUID, made by the phone"`
}

// showFile is an upload as its account sees it.
func (s *server) showFile(u evidence.Upload, rules *machine.Rules, status int) *fileOutput {
	v := FileView{ID: u.ID, State: u.State, Refusal: u.Refusal, Size: u.Size, PartSize: u.PartSize, PartCount: u.Declared.Parts(),
		Parts: u.Parts, Missing: u.Missing(), CreatedAt: u.CreatedAt}
	if u.State != evidence.Uploading {
		v.Scan = u.Scan
	}
	if v.Parts == nil {
		v.Parts = []evidence.Part{}
	}
	if p := u.Photo; p != nil {
		flags := evidence.Judge(*p, evidence.Context{At: p.UploadedAt, Policy: rules.Policy, Calendar: rules.Calendar})
		v.Photo = &PhotoView{SHA256: p.SHA256, Width: p.Width, Height: p.Height, TakenAt: p.TakenAt, UploadedAt: p.UploadedAt, Position: p.At, Accuracy: p.Accuracy,
			ExifPosition: p.ExifAt, Device: p.Device, Source: p.Source, Flags: append([]evidence.Flag{}, flags...), Blocks: evidence.Blocks(flags)}
		if !p.ExifTime.IsZero() {
			v.Photo.ExifTime = &p.ExifTime
		}
	}
	return &fileOutput{Status: status, Body: v}
}

// photoRules are the rules for the photos of a caller: those of the county.
func (s *server) photoRules(who caller) (rules *machine.Rules, county string) {
	for _, g := range who.actor.Grants {
		if county = who.rules.Org.CountyOf(g.Unit); county != "" {
			return s.Rules.Rules(county, "", s.Now()), county
		}
	}
	return who.rules, ""
}

type declareInput struct{ FormBody }

// declareFile begins an upload. The same declaration again gives the upload as it
// stands, so that a phone that has lost the answer asks once more.
func (s *server) declareFile(ctx context.Context, in *declareInput) (*fileOutput, error) {
	who := callerOf(ctx)
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	d, err := readDeclaration(input, machine.LookupOf(who.rules), s.Files.MostBytes())
	if err != nil {
		return nil, err
	}
	rules, county := s.photoRules(who)
	now := s.Now()
	u, created, err := s.Files.Declare(ctx, evidence.Upload{Declared: d, By: who.actor.User, County: county, CreatedAt: now}, evidence.QuotaOf(rules.Policy, now))
	if err != nil {
		return nil, err
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	} else if u, err = s.found(ctx, who, u.ID, rules); err != nil {
		return nil, err
	}
	out := s.showFile(u, rules, status)
	out.Location = basePath + "/files/" + u.ID
	return out, nil
}

// found reads an upload with what is like it.
func (s *server) found(ctx context.Context, who caller, id string, rules *machine.Rules) (evidence.Upload, error) {
	return s.Files.Show(ctx, who.actor.User, id, evidence.SearchFor(rules.Policy, rules.Calendar, s.Now()))
}

// getFile shows the caller an upload of their own.
func (s *server) getFile(ctx context.Context, in *ByFile) (*fileOutput, error) {
	who := callerOf(ctx)
	rules, _ := s.photoRules(who)
	u, err := s.found(ctx, who, in.ID, rules)
	if err != nil {
		return nil, err
	}
	return s.showFile(u, rules, http.StatusOK), nil
}

type partInput struct {
	ByFile
	N       int `path:"n" minimum:"1" maximum:"256" doc:"number of the part, from 1"`
	RawBody []byte
}

// putPart takes one part. What is cut off on its way is not kept.
func (s *server) putPart(ctx context.Context, in *partInput) (*fileOutput, error) {
	who := callerOf(ctx)
	u, err := s.Files.Put(ctx, who.actor.User, in.ID, in.N, in.RawBody, s.Now())
	if err != nil {
		return nil, err
	}
	rules, _ := s.photoRules(who)
	return s.showFile(u, rules, http.StatusOK), nil
}

// completeFile verifies what has arrived and keeps it.
func (s *server) completeFile(ctx context.Context, in *ByFile) (*fileOutput, error) {
	if err := s.Files.Finish(ctx, callerOf(ctx).actor.User, in.ID, s.Now()); err != nil {
		return nil, err
	}
	return s.getFile(ctx, in)
}

const photoCache = "private, no-cache"

type contentInput struct {
	ByFile
	IfNoneMatch string `header:"If-None-Match" doc:"answers 304 when the caller has the copy, and may still see it"`
	Size        string `query:"size" enum:"full,thumb" default:"full" doc:"longest side at most 2560 pixels, or 480"`
}

// contentOutput is a picture and nothing but a picture: no page of a browser takes it
// for anything else, and nobody between keeps it. Whoever has it asks before it is shown
// again: it may have been withheld since.
type contentOutput struct {
	Status       int
	ETag         string `header:"ETag"`
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Policy       string `header:"Content-Security-Policy"`
	Disposition  string `header:"Content-Disposition"`
	Resource     string `header:"Cross-Origin-Resource-Policy"`
	Body         []byte
}

func (s *server) fileContent(ctx context.Context, in *contentInput) (*contentOutput, error) {
	who := callerOf(ctx)
	scope := who.scope
	if grievance.IsCitizen(who.actor) {
		scope = view.Scope{} // what officers took is for officers
	}
	data, err := s.Files.Content(ctx, scope, who.actor.User, in.ID, in.Size == "thumb")
	if err != nil {
		return nil, err
	}
	etag := `"` + in.ID + "-" + in.Size + `"`
	if unchanged(in.IfNoneMatch, etag) {
		return &contentOutput{Status: http.StatusNotModified, ETag: etag, CacheControl: photoCache}, nil
	}
	return picture(data, etag), nil
}

func picture(data []byte, etag string) *contentOutput {
	return &contentOutput{http.StatusOK, etag, "image/jpeg", photoCache, "default-src 'none'; sandbox", `inline; filename="photo.jpg"`, "same-origin", data}
}

// CaseFileList are the photos of a case in the order they were attached.
type CaseFileList struct {
	Items []view.CaseFile `json:"items"`
}

type caseFilesOutput struct{ Body CaseFileList }

// caseFiles lists the photos of a case; the citizen who registered it sees their own.
func (s *server) caseFiles(ctx context.Context, in *ByNo) (*caseFilesOutput, error) {
	who := callerOf(ctx)
	c, err := s.cases.find(ctx, who.scope, in.No)
	if err != nil {
		return nil, err
	}
	only := ""
	if grievance.IsCitizen(who.actor) {
		only = who.actor.User
	}
	list, err := s.Files.CaseFiles(ctx, who.scope, in.No, only)
	if err != nil {
		return nil, err
	}
	view.SayWithheld(list, c)
	return &caseFilesOutput{CaseFileList{append([]view.CaseFile{}, list...)}}, nil
}

// errMedia refuses what no phone needs to send first to hear.
func errMedia(media string) (domain.FieldError, bool) {
	switch media {
	case "image/jpeg", "image/png", "image/webp":
		return domain.FieldError{}, false
	case "image/heic", "image/heif":
		return domain.Fault("type", "heic", "不支持HEIC格式,请在手机上转为JPEG", "HEIC cannot be read here: re-encode the photo as JPEG on the phone"), true
	}
	return domain.Fault("type", "unknown_code", "应为JPEG、PNG或WebP图片", "must be image/jpeg, image/png or image/webp"), true
}
