package picture

import (
	"bytes"
	"math"
	"strings"
	"time"
	"unicode"

	"github.com/bep/imagemeta"

	"huajie/domain/calendar"
	"huajie/domain/geo"
)

// wanted are the tags that are read, all of the original and none of the thumbnail in it.
var wanted = map[string]bool{
	"Orientation": true, "Make": true, "Model": true, "DateTimeOriginal": true, "OffsetTimeOriginal": true,
	"GPSLatitude": true, "GPSLatitudeRef": true, "GPSLongitude": true, "GPSLongitudeRef": true,
}

// read takes what an original tells of itself. Metadata that cannot be read tell
// nothing: they are no reason to refuse a photo.
func read(original []byte, format string) Told {
	var tags imagemeta.Tags
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(original), Sources: imagemeta.EXIF,
		ImageFormat:     map[string]imagemeta.ImageFormat{"jpeg": imagemeta.JPEG, "png": imagemeta.PNG, "webp": imagemeta.WebP}[format],
		ShouldHandleTag: func(t imagemeta.TagInfo) bool { return wanted[t.Tag] && strings.HasPrefix(t.Namespace, "IFD0") },
		HandleTag: func(t imagemeta.TagInfo) error {
			if !tags.Has(t) {
				tags.Add(t)
			}
			return nil
		},
	})
	exif := tags.EXIF()
	text := func(name string) string { s, _ := exif[name].Value.(string); return s }
	return Told{At: place(exif), Time: moment(text("DateTimeOriginal"), text("OffsetTimeOriginal")),
		Device: device(text("Make"), text("Model")), orientation: orientation(exif["Orientation"].Value)}
}

// place reads degrees with their hemispheres.
func place(exif map[string]imagemeta.TagInfo) *geo.Point {
	degrees := func(name, negative string) float64 {
		d, ok := exif[name].Value.(float64)
		if !ok {
			return math.NaN()
		}
		if ref, _ := exif[name+"Ref"].Value.(string); strings.HasPrefix(strings.ToUpper(ref), negative) {
			d = -d
		}
		return d
	}
	p := geo.Point{Lat: degrees("GPSLatitude", "S"), Lon: degrees("GPSLongitude", "W")}
	if !p.Valid() {
		return nil
	}
	return &p
}

// moment reads the time of the shutter. Most cameras write it without a zone; then it is
// that of the office.
func moment(written, offset string) time.Time {
	if t, err := time.Parse("2006:01:02 15:04:05-07:00", strings.TrimSpace(written)+strings.TrimSpace(offset)); err == nil {
		return t
	}
	t, err := time.ParseInLocation("2006:01:02 15:04:05", strings.TrimSpace(written), calendar.Zone)
	if err != nil || t.Year() < 1990 { // a camera whose clock was never set
		return time.Time{}
	}
	return t
}

// longestDevice bounds the name of a device, in characters.
const longestDevice = 80

// device is maker and model, the maker once.
func device(maker, model string) string {
	name := strings.TrimSpace(model)
	if m := strings.TrimSpace(maker); !strings.HasPrefix(strings.ToLower(name), strings.ToLower(m)) {
		name = m + " " + name
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) && r != unicode.ReplacementChar {
			return r
		}
		return -1
	}, strings.ToValidUTF8(name, ""))
	if runes := []rune(name); len(runes) > longestDevice {
		name = string(runes[:longestDevice])
	}
	return strings.TrimSpace(name)
}

func orientation(v any) int {
	if n, ok := v.(uint16); ok && n >= 1 && n <= 8 {
		return int(n)
	}
	return 1
}
