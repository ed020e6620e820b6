// Package picture develops photographs as they come from phones: it tells what they
// are and what they tell of themselves, and makes copies that tell nothing and hold
// nothing but the picture.
package picture

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	_ "image/png" // one of the formats taken
	"time"

	"github.com/gabriel-vasile/mimetype"
	_ "golang.org/x/image/webp" // one of the formats taken

	"huajie/domain"
	"huajie/domain/geo"
)

// The longest sides of the copies, in pixels.
const (
	fullSide  = 2560
	thumbSide = 480
)

// quality is that of the copies: losses are not seen, and a copy takes a megabyte.
const quality = 85

// Picture is a developed photograph.
type Picture struct {
	Type          string // media type of the original
	Width, Height int    // of the original, upright
	Full, Thumb   []byte // JPEG, upright, without any metadata
	Look          uint64 // perceptual hash, see look
	Told          Told
}

// Told is what the original tells of itself. Whatever it does not tell is zero.
type Told struct {
	At     *geo.Point
	Time   time.Time
	Device string

	orientation int // EXIF 1–8
}

// Studio develops pictures, a few at a time. It is safe for concurrent use.
type Studio struct {
	pixels int
	slots  chan struct{}
}

// New makes a studio for pictures of at most so many pixels that develops so many at
// once. A picture takes up to about twelve bytes a pixel while it is developed.
func New(pixels, atOnce int) *Studio {
	return &Studio{pixels: pixels, slots: make(chan struct{}, max(1, atOnce))}
}

// Develop reads one original. It waits for its turn until ctx ends. What cannot be
// developed is refused with domain.CodeInvalid and one of the reasons heic,
// not_a_picture, too_many_pixels, damaged.
func (s *Studio) Develop(ctx context.Context, original []byte) (Picture, error) {
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return Picture{}, ctx.Err()
	}
	defer func() { <-s.slots }()
	return s.develop(original)
}

func (s *Studio) develop(original []byte) (p Picture, err error) {
	defer func() {
		if recover() != nil { // the decoders are not ours, the bytes are anybody's
			p, err = Picture{}, errDamaged
		}
	}()
	media, format, err := sniff(original)
	if err != nil {
		return Picture{}, err
	}
	// The size is read before a single pixel is unpacked: a small file may say that it is huge.
	c, name, err := image.DecodeConfig(bytes.NewReader(original))
	switch {
	case err != nil || name != format || c.Width <= 0 || c.Height <= 0:
		return Picture{}, errDamaged
	case c.Width > s.pixels/c.Height:
		return Picture{}, s.errPixels()
	}
	img, _, err := image.Decode(bytes.NewReader(original))
	if err != nil {
		return Picture{}, errDamaged
	}
	p = Picture{Type: media, Width: c.Width, Height: c.Height, Told: read(original, format)}
	full := upright(shrink(img, fullSide), p.Told.orientation)
	if turned(p.Told.orientation) {
		p.Width, p.Height = p.Height, p.Width
	}
	p.Look = look(full)
	if p.Full, err = encode(full); err != nil {
		return Picture{}, err
	}
	p.Thumb, err = encode(shrink(full, thumbSide))
	return p, err
}

// sniff looks at the bytes: what a phone declares is not to be trusted.
func sniff(original []byte) (media, format string, err error) {
	m := mimetype.Detect(original)
	for _, kind := range []string{"image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence", "image/avif"} {
		if m.Is(kind) {
			return "", "", errHEIC
		}
	}
	for kind, name := range map[string]string{"image/jpeg": "jpeg", "image/png": "png", "image/webp": "webp"} {
		if m.Is(kind) {
			return kind, name, nil
		}
	}
	return "", "", errNoPicture
}

func encode(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	return b.Bytes(), nil
}

func refuse(reason, zh, en string) error {
	return &domain.Error{Code: domain.CodeInvalid, Reason: reason, Rule: "R66", Text: domain.Text{ZH: zh, EN: en}}
}

var (
	errHEIC      = refuse("heic", "不支持HEIC格式,请在手机上转为JPEG后重新上传", "HEIC cannot be read here: re-encode the photo as JPEG on the phone and upload that")
	errNoPicture = refuse("not_a_picture", "不是JPEG、PNG或WebP图片", "this is no JPEG, PNG or WebP picture")
	errDamaged   = refuse("damaged", "图片已损坏,无法打开", "the picture is damaged and cannot be opened")
)

func (s *Studio) errPixels() error {
	return refuse("too_many_pixels", fmt.Sprintf("图片像素过多,最多%d万像素", s.pixels/10_000), fmt.Sprintf("the picture has more than %d pixels", s.pixels))
}
