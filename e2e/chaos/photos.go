package chaos

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"
)

// picture draws squares that are like no other.
func picture(r *rand.Rand) []byte {
	const side, wide, high = 20, 16, 12
	img := image.NewRGBA(image.Rect(0, 0, wide*side, high*side))
	for i := range wide * high {
		c := color.RGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
		x0, y0 := i%wide*side, i/wide*side
		for p := range side * side {
			img.SetRGBA(x0+p%side, y0+p/side, c)
		}
	}
	var out bytes.Buffer
	_ = jpeg.Encode(&out, img, nil) // never fails into memory
	return out.Bytes()
}

// photo sends a photo taken here and now, as a phone does. It is not a wish: who cannot get
// it through goes on without, or tries again some other time with another one.
func (o *officer) photo(ctx context.Context, user string, at spot) (id string, ok bool) {
	raw := picture(o.r)
	sum := sha256.Sum256(raw)
	text := hex.EncodeToString(sum[:])
	id = fmt.Sprintf("%s-%s-%s-%s-%s", text[:8], text[8:12], text[12:16], text[16:20], text[20:32])
	told := map[string]any{"id": id, "sha256": text, "size": len(raw), "type": "image/jpeg",
		"captured": map[string]any{"at": time.Now().Format(time.RFC3339), "lat": at.Lat, "lon": at.Lon, "accuracy": 8, "source": "live", "device": "chaos"}}
	for _, part := range []struct {
		method, path string
		body         any
	}{{http.MethodPost, "/api/v1/files", told}, {http.MethodPut, "/api/v1/files/" + id + "/parts/1", raw}, {http.MethodPost, "/api/v1/files/" + id + "/complete", nil}} {
		if !o.sent(ctx, user, part.method, part.path, part.body) {
			return "", false
		}
	}
	return id, true
}

// sent asks up to three times.
func (o *officer) sent(ctx context.Context, user, method, path string, body any) bool {
	for range 3 {
		limited, cancel := context.WithTimeout(ctx, 5*time.Second)
		status, _, err := o.call(limited, o.bases[o.r.IntN(len(o.bases))], user, method, path, "", body)
		cancel()
		if err == nil && status < 300 {
			return true
		}
		if err == nil && status < 500 || sleep(ctx, 300*time.Millisecond) != nil {
			return false
		}
	}
	return false
}

// taking takes the photos an input stands for; ok is false when one does not get through.
func (o *officer) taking(ctx context.Context, user string, at spot, in map[string]any) (out map[string]any, ok bool) {
	out = maps.Clone(in)
	for _, name := range slices.Sorted(maps.Keys(in)) {
		n, are := in[name].(shots)
		if !are {
			continue
		}
		var ids []string
		for range n {
			id, ok := o.photo(ctx, user, at)
			if !ok {
				return nil, false
			}
			ids = append(ids, id)
		}
		out[name] = ids
	}
	return out, true
}

// photosIn are the photos a body shows.
func photosIn(body any) (ids []string) {
	in, _ := body.(map[string]any)
	for _, name := range []string{"photos", "after_photos"} {
		some, _ := in[name].([]string)
		ids = append(ids, some...)
	}
	return ids
}
