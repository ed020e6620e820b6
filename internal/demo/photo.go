package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"net/http"
	"time"
)

// Spot is a place on the earth.
type Spot struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// picture draws a street scene that is the same for the same words and unlike any
// other: a demonstration shows real JPEG files and no real street.
func picture(words string) []byte {
	h := fnv.New64a()
	_, _ = h.Write([]byte(words))
	r := rand.New(rand.NewPCG(h.Sum64(), 1))
	const w, high = 320, 240
	img := image.NewRGBA(image.Rect(0, 0, w, high))
	shade := func(from, to uint8) color.RGBA {
		pick := func() uint8 { return from + uint8(r.IntN(int(to-from))) }
		return color.RGBA{pick(), pick(), pick(), 255}
	}
	sky, road, horizon := shade(140, 230), shade(60, 120), 60+r.IntN(80)
	for y := range high {
		for x := range w {
			c := road
			if y < horizon {
				c = sky
			}
			c.R += uint8(r.IntN(12))
			img.SetRGBA(x, y, c)
		}
	}
	for range 6 + r.IntN(6) { // houses, cars, whatever stands about
		c, x0, y0 := shade(20, 220), r.IntN(w), r.IntN(high)
		for y := y0; y < min(high, y0+15+r.IntN(90)); y++ {
			for x := x0; x < min(w, x0+15+r.IntN(90)); x++ {
				img.SetRGBA(x, y, c)
			}
		}
	}
	var out bytes.Buffer
	_ = jpeg.Encode(&out, img, &jpeg.Options{Quality: 80}) // never fails into memory
	return out.Bytes()
}

// fileID makes an id of a key, the same whenever the demonstration is repeated.
func fileID(key string) string {
	sum := sha256.Sum256([]byte(key))
	x := hex.EncodeToString(sum[:16])
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}

// Photo uploads one photo as a phone does, and gives its id. What has been uploaded
// under the key is left as it is.
func (c *Client) Photo(ctx context.Context, user, key string, at Spot) (string, error) {
	id, raw := fileID(key), picture(key)
	var have struct {
		State string `json:"state"`
	}
	if a, err := c.Do(ctx, user, http.MethodGet, "/api/v1/files/"+id, "", nil); err == nil {
		if err := a.Into(&have); err != nil || have.State == "complete" {
			return id, err
		}
	}
	if have.State == "" { // an upload that was cut off goes on as it was announced
		sum := sha256.Sum256(raw)
		_, err := c.Do(ctx, user, http.MethodPost, "/api/v1/files", "", map[string]any{
			"id": id, "sha256": hex.EncodeToString(sum[:]), "size": len(raw), "type": "image/jpeg",
			"captured": map[string]any{"at": time.Now().Format(time.RFC3339), "lat": at.Lat, "lon": at.Lon, "accuracy": 8, "source": "live", "device": "demo phone"}})
		if err != nil {
			return "", err
		}
	}
	if err := c.part(ctx, user, id, raw); err != nil {
		return "", err
	}
	_, err := c.Do(ctx, user, http.MethodPost, "/api/v1/files/"+id+"/complete", "", nil)
	return id, err
}

// part sends a photo that fits into one part.
func (c *Client) part(ctx context.Context, user, id string, raw []byte) error {
	token, err := c.token(ctx, user)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, c.Base+"/api/v1/files/"+id+"/parts/1", bytes.NewReader(raw))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	req.Header.Set("Authorization", "Bearer "+token)
	a, err := c.send(req)
	if err == nil && a.Status >= 400 {
		return &APIError{Call: user + " PUT part of a photo", Status: a.Status}
	}
	return err
}

// Photos uploads several photos of one place.
func (c *Client) Photos(ctx context.Context, user, key string, at Spot, n int) ([]string, error) {
	var out []string
	for i := range n {
		id, err := c.Photo(ctx, user, fmt.Sprintf("%s-photo-%d", key, i+1), at)
		if err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, nil
}
