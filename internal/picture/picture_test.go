package picture_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/evidence"
	"huajie/domain/geo"
	"huajie/internal/picture"
	"huajie/internal/testkit/camera"
)

var studio = picture.New(1_000_000, 2)

func develop(t *testing.T, original []byte) picture.Picture {
	t.Helper()
	p, err := studio.Develop(t.Context(), original)
	require.NoError(t, err)
	return p
}

func decode(t *testing.T, data []byte) image.Image {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	return img
}

func TestAPictureTellsWhereAndWhenAndItsCopiesTellNothing(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]struct {
		at     geo.Point
		offset string
		want   time.Time
	}{
		"Liaoyuan, no zone":       {geo.Point{Lat: 42.8976, Lon: 125.1432}, "", time.Date(2026, 11, 23, 9, 30, 5, 0, calendar.Zone)},
		"elsewhere, with its own": {geo.Point{Lat: -33.9, Lon: -18.4}, "+02:00", time.Date(2026, 11, 23, 7, 30, 5, 0, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			original := camera.Shot{Width: 400, Height: 300, At: &of.at, Time: time.Date(2026, 11, 23, 9, 30, 5, 0, time.UTC), Offset: of.offset, Maker: "Honor", Model: "Honor X50"}.Take()
			p := develop(t, original)
			assert.Equal(t, "image/jpeg", p.Type)
			assert.Equal(t, []int{400, 300}, []int{p.Width, p.Height})
			require.NotNil(t, p.Told.At)
			assert.Less(t, geo.Metres(of.at, *p.Told.At), 1.0)
			assert.True(t, of.want.Equal(p.Told.Time), p.Told.Time)
			assert.Equal(t, "Honor X50", p.Told.Device)
			for _, leftover := range []string{"Exif", "Honor", "2026", "JFIF"} {
				assert.NotContains(t, string(p.Full), leftover)
				assert.NotContains(t, string(p.Thumb), leftover)
			}
			assert.Equal(t, p, develop(t, original), "the same again")
		})
	}
}

func TestAPictureMayTellNothing(t *testing.T) {
	t.Parallel()
	shot := camera.Shot{Width: 90, Height: 80}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, shot.Scene()))
	p := develop(t, b.Bytes())
	assert.Equal(t, "image/png", p.Type)
	assert.Equal(t, picture.Told{}, withoutOrientation(p.Told))
	assert.NotZero(t, p.Look)
	assert.Nil(t, develop(t, camera.Shot{Width: 90, Height: 80, At: &geo.Point{}}.Take()).Told.At, "the sea off Africa is no place")
}

func withoutOrientation(t picture.Told) picture.Told {
	return picture.Told{At: t.At, Time: t.Time, Device: t.Device}
}

// TestPicturesStandUpright holds every orientation against the picture it stands for: a
// bright field in one corner.
func TestPicturesStandUpright(t *testing.T) {
	t.Parallel()
	for orientation, corner := range map[uint16][2]bool{1: {false, false}, 2: {true, false}, 3: {true, true}, 4: {false, true}, 5: {false, false}, 6: {true, false}, 7: {true, true}, 8: {false, true}} {
		p := develop(t, withOrientation(t, orientation))
		w, h := 64, 32
		if orientation >= 5 {
			w, h = h, w
		}
		assert.Equal(t, []int{w, h}, []int{p.Width, p.Height}, "orientation %d", orientation)
		img := decode(t, p.Full)
		require.Equal(t, image.Rect(0, 0, w, h), img.Bounds())
		for _, right := range []bool{false, true} {
			for _, below := range []bool{false, true} {
				x, y := 2, 2
				if right {
					x = w - 3
				}
				if below {
					y = h - 3
				}
				r, _, _, _ := img.At(x, y).RGBA()
				assert.Equal(t, corner == [2]bool{right, below}, r > 0x8000, "orientation %d, right %t, below %t", orientation, right, below)
			}
		}
	}
}

// withOrientation is a dark picture whose first corner is bright, as it is stored.
func withOrientation(t *testing.T, orientation uint16) []byte {
	t.Helper()
	taken := camera.Shot{Width: 64, Height: 32, Orientation: orientation}.Take()
	img := image.NewGray(image.Rect(0, 0, 64, 32))
	for y := range 8 {
		for x := range 16 {
			img.Pix[img.PixOffset(x, y)] = 255
		}
	}
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, img, nil))
	app1 := taken[2 : 4+int(binary.BigEndian.Uint16(taken[4:]))]
	return append(append([]byte{0xff, 0xd8}, app1...), b.Bytes()[2:]...)
}

func TestCopiesAreSmall(t *testing.T) {
	t.Parallel()
	p, err := picture.New(20_000_000, 1).Develop(t.Context(), camera.Shot{Width: 3000, Height: 1000, Orientation: 6}.Take())
	require.NoError(t, err)
	assert.Equal(t, []int{1000, 3000}, []int{p.Width, p.Height}, "as the original stands upright")
	assert.Equal(t, image.Rect(0, 0, 853, 2560), decode(t, p.Full).Bounds())
	assert.Equal(t, image.Rect(0, 0, 159, 480), decode(t, p.Thumb).Bounds())
}

// TestTheLookOutlivesCopying: smaller, poorer copies look the same; other scenes do not.
func TestTheLookOutlivesCopying(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		big := develop(t, camera.Shot{Width: 720, Height: 640, Seed: seed}.Take())
		var poor bytes.Buffer
		require.NoError(t, jpeg.Encode(&poor, camera.Shot{Width: 300, Height: 260, Seed: seed}.Scene(), &jpeg.Options{Quality: 30}))
		assert.LessOrEqual(t, evidence.Distance(big.Look, develop(t, poor.Bytes()).Look), 6)
		assert.Greater(t, evidence.Distance(big.Look, develop(t, camera.Shot{Width: 720, Height: 640, Seed: seed + 1000}.Take()).Look), 12)
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 50, 50))))
	assert.Zero(t, develop(t, b.Bytes()).Look, "a hand before the lens looks like nothing")
}

// hugePNG says that it has so many pixels and holds none.
func hugePNG(side uint32) []byte {
	head := binary.BigEndian.AppendUint32([]byte("IHDR"), side)
	head = append(binary.BigEndian.AppendUint32(head, side), 8, 6, 0, 0, 0)
	out := binary.BigEndian.AppendUint32([]byte("\x89PNG\r\n\x1a\n"), 13)
	return binary.BigEndian.AppendUint32(append(out, head...), crc32.ChecksumIEEE(head))
}

func TestWhatIsNoPictureIsRefused(t *testing.T) {
	t.Parallel()
	whole := camera.Shot{Width: 200, Height: 100}.Take()
	var flat bytes.Buffer
	require.NoError(t, png.Encode(&flat, image.NewGray(image.Rect(0, 0, 1001, 1000))))
	for name, of := range map[string]struct {
		data   []byte
		reason string
	}{
		"nothing":         {nil, "not_a_picture"},
		"words":           {[]byte("三张照片"), "not_a_picture"},
		"a page":          {[]byte("<!DOCTYPE html><script>alert(1)</script>"), "not_a_picture"},
		"GIF":             {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "not_a_picture"},
		"HEIC":            {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "heic"},
		"cut off":         {whole[:len(whole)/2], "damaged"},
		"only a head":     {whole[:20], "damaged"},
		"says it is huge": {hugePNG(60000), "too_many_pixels"},
		"says impossible": {hugePNG(1 << 31), "damaged"},
		"a few too many":  {flat.Bytes(), "too_many_pixels"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := studio.Develop(t.Context(), of.data)
			assert.Equal(t, domain.CodeInvalid, domain.CodeOf(err))
			assert.Equal(t, of.reason, domain.ReasonOf(err))
		})
	}
}

func TestTheStudioHasSoManySeats(t *testing.T) {
	t.Parallel()
	s, wg := picture.New(1_000_000, 1), sync.WaitGroup{}
	original := camera.Shot{Width: 200, Height: 100}.Take()
	for range 8 {
		wg.Go(func() {
			_, err := s.Develop(t.Context(), original)
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 50 { // either way, nobody waits for ever
		if _, err := s.Develop(gone, original); err != nil {
			assert.ErrorIs(t, err, context.Canceled)
		}
	}
}

// FuzzDevelop: whatever the bytes, there is a picture within the bounds or a refusal.
func FuzzDevelop(f *testing.F) {
	at := geo.Point{Lat: 42.9, Lon: 125.1}
	whole := camera.Shot{Width: 40, Height: 30, At: &at, Time: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), Maker: "M", Model: "X", Orientation: 6}.Take()
	f.Add(whole)
	f.Add(whole[:len(whole)-20])
	f.Add(hugePNG(60000))
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	f.Add([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"))
	var b bytes.Buffer
	if err := png.Encode(&b, camera.Shot{Width: 20, Height: 10}.Scene()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	small := picture.New(20_000, 4)
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := small.Develop(t.Context(), data)
		if err != nil {
			if domain.CodeOf(err) != domain.CodeInvalid {
				t.Fatal(err)
			}
			return
		}
		if p.Width*p.Height > 20_000 || p.Width < 1 || p.Height < 1 {
			t.Fatalf("%d × %d pixels", p.Width, p.Height)
		}
		if p.Told.At != nil && !p.Told.At.Valid() {
			t.Fatalf("a place off the earth: %v", p.Told.At)
		}
		for _, copied := range [][]byte{p.Full, p.Thumb} {
			if _, err := jpeg.Decode(bytes.NewReader(copied)); err != nil {
				t.Fatal(err)
			}
		}
	})
}
