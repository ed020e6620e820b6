package api

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/geo"
)

// fileFields are what is announced of a photo.
var fileFields = []form.Field{
	{Name: "id", ZH: "编号(UUID,由手机生成)", EN: "UUID, made by the phone and kept for every retry", Type: form.Line, Required: true},
	{Name: "sha256", ZH: "SHA-256校验值", EN: "SHA-256 of the whole, in hexadecimal", Type: form.Line, Required: true},
	{Name: "size", ZH: "字节数", EN: "bytes of the whole", Type: form.Integer, Required: true, Min: 1},
	{Name: "type", ZH: "图片类型", EN: "image/jpeg, image/png or image/webp", Type: form.Line, Required: true},
	{Name: "part_size", ZH: "分片字节数", EN: "bytes of every part but the last; 262144 where it is not said", Type: form.Integer, Min: 1, Max: maxPart},
}

// capturedFields are what the phone tells of the moment of the shutter, beside the
// numbers of its position.
var capturedFields = []form.Field{
	{Name: "at", ZH: "拍摄时间", EN: "moment of the shutter, by the clock of the phone", Type: form.Moment, Required: true},
	form.Choice.Named("source", "来源", "live: camera, sent at once; offline: camera, sent when there was a line; album: chosen").Or(string(evidence.Live), "现场拍摄", "camera, sent at once").
		Or(string(evidence.Offline), "离线拍摄", "camera, sent when there was a line").Or(string(evidence.Album), "相册选取", "chosen from the album").Need(),
	{Name: "device", ZH: "设备", EN: "device", Type: form.Line, Max: 80},
}

// declarationSchema describes an announcement.
func declarationSchema() *huma.Schema {
	s, captured := schemaOf(fileFields, false), schemaOf(capturedFields, false)
	for name, told := range map[string]string{"lat": "纬度 latitude, WGS-84", "lon": "经度 longitude, WGS-84", "accuracy": "定位精度 accuracy of the position, in metres"} {
		captured.Properties[name] = &huma.Schema{Type: huma.TypeNumber, Description: told}
	}
	captured.Title, captured.Description = "拍摄信息", "how it was taken"
	s.Properties["captured"] = captured
	s.Required = append(s.Required, "captured")
	return s
}

var (
	uuidForm = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// readDeclaration checks an announcement and tells every fault at once.
func readDeclaration(in form.Input, lookup form.Lookup, most int64) (evidence.Declared, error) {
	captured, isObject := in["captured"].(map[string]any)
	plain := form.Input{}
	for name, v := range in {
		if name != "captured" {
			plain[name] = v
		}
	}
	clean, faults := form.Check(fileFields, plain, lookup)
	d := evidence.Declared{ID: strings.ToLower(clean.Text("id")), SHA256: strings.ToLower(clean.Text("sha256")), Size: int64(clean.Int("size")),
		Media: strings.ToLower(clean.Text("type")), PartSize: clean.Int("part_size")}
	fault := func(field, reason, zh, en string) { faults = append(faults, domain.Fault(field, reason, zh, en)) }
	if d.ID != "" && !uuidForm.MatchString(d.ID) {
		fault("id", "type", "编号应为UUID", "must be a UUID")
	}
	if d.SHA256 != "" && !hashForm.MatchString(d.SHA256) {
		fault("sha256", "type", "校验值应为64位十六进制", "must be 64 hexadecimal digits")
	}
	if media, wrong := errMedia(d.Media); wrong && d.Media != "" {
		faults = append(faults, media)
	}
	if d.Size > most {
		fault("size", "range", fmt.Sprintf("照片不超过%d字节", most), fmt.Sprintf("at most %d bytes", most))
	}
	if d.PartSize == 0 && d.Size > 0 {
		d.PartSize = evidence.PartSize(d.Size)
	}
	if d.PartSize > 0 && d.Size <= most && d.Parts() > evidence.MostParts {
		fault("part_size", "range", fmt.Sprintf("分片不超过%d个", evidence.MostParts), fmt.Sprintf("at most %d parts", evidence.MostParts))
	}
	if !isObject {
		fault("captured", "required", "拍摄信息:必填", "how it was taken is required")
		return d, domain.Invalid(faults...)
	}
	faults = append(faults, readCaptured(captured, lookup, &d)...)
	if len(faults) > 0 {
		return d, domain.Invalid(faults...)
	}
	return d, nil
}

// readCaptured reads how a photo was taken. A phone that does not know where it is
// says nothing of it.
func readCaptured(in map[string]any, lookup form.Lookup, d *evidence.Declared) []domain.FieldError {
	rest, numbers := form.Input{}, map[string]float64{}
	var faults []domain.FieldError
	for name, v := range in {
		switch name {
		case "lat", "lon", "accuracy":
			if n, ok := v.(float64); ok && !math.IsInf(n, 0) {
				numbers[name] = n
			} else if v != nil {
				faults = append(faults, domain.Fault(name, "type", "应为数字", "must be a number"))
			}
		default:
			rest[name] = v
		}
	}
	clean, found := form.Check(capturedFields, rest, lookup)
	faults = append(faults, found...)
	lat, hasLat := numbers["lat"]
	lon, hasLon := numbers["lon"]
	if d.Accuracy = numbers["accuracy"]; d.Accuracy < 0 || d.Accuracy > 1e6 {
		faults = append(faults, domain.Fault("accuracy", "range", "定位精度超出范围", "is out of range"))
	}
	if at := (geo.Point{Lat: lat, Lon: lon}); hasLat != hasLon || hasLat && !at.Valid() {
		faults = append(faults, domain.Fault("lat", "range", "经纬度应同时填写且有效", "latitude and longitude go together, in degrees"))
	} else if hasLat {
		d.At = &at
	}
	d.Source, d.Device = evidence.Source(clean.Text("source")), clean.Text("device")
	d.TakenAt, _ = time.Parse(time.RFC3339, clean.Text("at"))
	for i := range faults {
		faults[i].Field = "captured." + faults[i].Field
	}
	return faults
}
