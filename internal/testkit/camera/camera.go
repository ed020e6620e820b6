// Package camera takes photographs for tests: real JPEGs with the EXIF a phone writes.
package camera

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"time"

	"huajie/domain/geo"
)

// Shot is what one photograph is to be like.
type Shot struct {
	Width, Height int
	Seed          uint64 // what is seen
	At            *geo.Point
	Time          time.Time // written without a zone
	Offset        string    // the zone, where the camera writes one: "+08:00"
	Maker, Model  string
	Orientation   uint16
}

// Take makes the JPEG of a shot.
func (s Shot) Take() []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, s.Scene(), &jpeg.Options{Quality: 90}); err != nil {
		panic(err) // a size no test asks for
	}
	plain := b.Bytes()
	out := append([]byte{}, plain[:2]...) // SOI, then APP1
	exif := s.exif()
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(exif)+2))
	return append(append(out, exif...), plain[2:]...)
}

// Scene is what is seen: sixty-four patches of light and shade.
func (s Shot) Scene() *image.RGBA {
	r := rand.New(rand.NewPCG(s.Seed, 66))
	var light [9][8]uint8
	for x := range light {
		for y := range light[x] {
			light[x][y] = uint8(r.IntN(256))
		}
	}
	img := image.NewRGBA(image.Rect(0, 0, s.Width, s.Height))
	for y := range s.Height {
		for x := range s.Width {
			v := light[x*9/s.Width][y*8/s.Height]
			img.SetRGBA(x, y, color.RGBA{v, v, v / 2, 255})
		}
	}
	return img
}

// The EXIF types written.
const (
	ascii    = 2
	short    = 3
	long     = 4
	rational = 5
)

// tag is one entry of an IFD.
type tag struct {
	id, kind uint16
	count    uint32
	value    []byte
}

func text(id uint16, s string) tag {
	return tag{id, ascii, uint32(len(s) + 1), append([]byte(s), 0)}
}

func degrees(id uint16, d float64) tag {
	whole, rest := math.Modf(math.Abs(d))
	minutes, seconds := math.Modf(rest * 60)
	var v []byte
	for _, n := range []uint32{uint32(whole), 1, uint32(minutes), 1, uint32(math.Round(seconds * 60 * 1000)), 1000} {
		v = binary.LittleEndian.AppendUint32(v, n)
	}
	return tag{id, rational, 3, v}
}

func pointer(id uint16, at int) tag {
	return tag{id, long, 1, binary.LittleEndian.AppendUint32(nil, uint32(at))}
}

func hemisphere(id uint16, d float64, positive, negative string) tag {
	if d < 0 {
		return text(id, negative)
	}
	return text(id, positive)
}

// exif is the body of an APP1 segment: a small TIFF of three directories.
func (s Shot) exif() []byte {
	var ifd0, sub, gps []tag
	if s.Maker != "" {
		ifd0 = append(ifd0, text(0x010f, s.Maker))
	}
	if s.Model != "" {
		ifd0 = append(ifd0, text(0x0110, s.Model))
	}
	if s.Orientation != 0 {
		ifd0 = append(ifd0, tag{0x0112, short, 1, binary.LittleEndian.AppendUint16(nil, s.Orientation)})
	}
	if !s.Time.IsZero() {
		sub = append(sub, text(0x9003, s.Time.Format("2006:01:02 15:04:05")))
	}
	if s.Offset != "" {
		sub = append(sub, text(0x9011, s.Offset))
	}
	if s.At != nil {
		gps = []tag{hemisphere(1, s.At.Lat, "N", "S"), degrees(2, s.At.Lat), hemisphere(3, s.At.Lon, "E", "W"), degrees(4, s.At.Lon)}
	}
	const head = 8
	subAt := head + len(directory(append(ifd0, pointer(0, 0), pointer(0, 0)), 0))
	gpsAt := subAt + len(directory(sub, 0))
	out := []byte("Exif\x00\x00II*\x00\x08\x00\x00\x00")
	out = append(out, directory(append(ifd0, pointer(0x8769, subAt), pointer(0x8825, gpsAt)), head)...)
	out = append(out, directory(sub, subAt)...)
	return append(out, directory(gps, gpsAt)...)
}

// directory writes an IFD that stands at an offset of its TIFF.
func directory(tags []tag, at int) []byte {
	out := binary.LittleEndian.AppendUint16(nil, uint16(len(tags)))
	var data []byte
	after := at + 2 + 12*len(tags) + 4
	for _, t := range tags {
		out = binary.LittleEndian.AppendUint16(out, t.id)
		out = binary.LittleEndian.AppendUint16(out, t.kind)
		out = binary.LittleEndian.AppendUint32(out, t.count)
		if len(t.value) <= 4 {
			out = append(out, append(t.value, make([]byte, 4-len(t.value))...)...)
			continue
		}
		out = binary.LittleEndian.AppendUint32(out, uint32(after+len(data)))
		data = append(data, t.value...)
	}
	return append(append(out, 0, 0, 0, 0), data...)
}
