package tracker_test

import (
	"math"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/api/tracker"
	"huajie/domain/geo"
	"huajie/domain/patrol"
)

var at = time.Date(2026, time.November, 23, 1, 0, 0, 0, time.UTC) // 1795395600

func speed(v float64) *float64 { return &v }

func TestOwnTracks(t *testing.T) {
	t.Parallel()
	want := patrol.Point{At: at, Point: geo.Point{Lat: 42.9, Lon: 125.14}, Accuracy: 12, Speed: speed(1), Source: patrol.SourceOwnTracks}
	for body, ok := range map[string]bool{
		`{"_type":"location","tst":1795395600,"lat":42.9,"lon":125.14,"acc":12,"vel":3.6,"tid":"wl","t":"u","batt":80,"conn":"m","topic":"owntracks/a/b"}`: true,
		`{"_type":"transition","tst":1795395600,"lat":42.9,"lon":125.14,"event":"enter"}`:                                                                  false,
		`{"_type":"waypoint"}`: false, `{"_type":"encrypted","data":"x"}`: false, ``: false, ` `: false,
	} {
		p, isPoint, err := tracker.OwnTracks([]byte(body))
		require.NoError(t, err, body)
		assert.Equal(t, ok, isPoint, body)
		if ok {
			assert.InDelta(t, 1, *p.Speed, 1e-9)
			p.Speed = want.Speed
			assert.Equal(t, want, p)
		}
	}
	for _, bad := range []string{`[]`, `7`, `{`, `{}`, `{"_type":"location"}`, `{"_type":"location","tst":"x","lat":1,"lon":2}`, `{"_type":"location","tst":1795395600,"lat":91,"lon":2}`,
		`{"_type":"location","tst":1795395600,"lat":0,"lon":0}`, `{"_type":"location","tst":1e300,"lat":1,"lon":2}`, `{"_type":"location","tst":5,"lat":1,"lon":2}`} {
		_, ok, err := tracker.OwnTracks([]byte(bad))
		assert.False(t, ok, bad)
		assert.ErrorIs(t, err, tracker.ErrFormat, bad)
	}
	p, ok, err := tracker.OwnTracks([]byte(`{"_type":"location","tst":1795395600,"lat":42.9,"lon":125.14,"acc":-1,"vel":-1}`))
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Zero(t, p.Accuracy)
	assert.Nil(t, p.Speed, "a negative speed is none")
}

func TestTraccar(t *testing.T) {
	t.Parallel()
	const token = "hjd_x"
	want := patrol.Point{At: at, Point: geo.Point{Lat: 42.9, Lon: 125.14}, Accuracy: 12, Source: patrol.SourceTraccar}
	for _, row := range []struct{ query, kind, body string }{
		{query: "id=hjd_x&lat=42.9&lon=125.14&timestamp=1795395600&speed=1.9438&accuracy=12&altitude=250&batt=80&bearing=1"},
		{query: "deviceid=hjd_x&location=42.9,125.14&timestamp=1795395600000&speed=1.9438&accuracy=12&valid=true"},
		{query: "id=hjd_x&lat=42.9&lon=125.14&timestamp=2026-11-23T01:00:00Z&speed=1.9438&accuracy=12"},
		{query: "id=hjd_x&lat=42.9&lon=125.14&timestamp=2026-11-23T09:00:00%2B08:00&speed=1.9438&accuracy=12"},
		{query: "id=hjd_x&lat=42.9&lon=125.14&timestamp=2026-11-23+01:00:00&speed=1.9438&accuracy=12"},
		{kind: "application/x-www-form-urlencoded", body: "id=hjd_x&lat=42.9&lon=125.14&timestamp=1795395600&speed=1.9438&accuracy=12"},
		{kind: "application/json", body: `{"location":{"timestamp":"2026-11-23T01:00:00.000Z","coords":{"latitude":42.9,"longitude":125.14,"accuracy":12,"speed":1,"heading":0,"altitude":250},
			"is_moving":true,"odometer":10,"event":"motionchange","battery":{"level":0.8,"is_charging":false},"activity":{"type":"walking"},"extras":{}},"device_id":"hjd_x"}`},
	} {
		q, err := url.ParseQuery(row.query)
		require.NoError(t, err)
		m, err := tracker.Traccar(q, row.kind, []byte(row.body))
		require.NoError(t, err, row)
		assert.Equal(t, token, m.Device)
		require.True(t, m.Placed)
		assert.InDelta(t, 1, *m.Point.Speed, 0.001, row)
		m.Point.Speed = nil
		assert.Equal(t, want, m.Point, row)
	}
	ask := func(query string) (tracker.Message, error) {
		q, err := url.ParseQuery(query)
		require.NoError(t, err)
		return tracker.Traccar(q, "", nil)
	}
	m, err := ask("id=hjd_x&lat=42.9&lon=125.14&mock=true&valid=false&accuracy=5")
	require.NoError(t, err)
	assert.True(t, m.Point.Mock)
	assert.Zero(t, m.Point.Accuracy, "not valid is not known")
	assert.True(t, m.Point.At.IsZero(), "of the moment it arrives")
	m, err = ask("id=hjd_x&alarm=sos")
	require.NoError(t, err)
	assert.False(t, m.Placed)
	for _, bad := range []string{"id=x&lat=42.9", "id=x&lat=a&lon=b", "id=x&lat=42.9&lon=125&timestamp=soon", "id=x&lat=42.9&lon=125&speed=fast", "id=x&lat=NaN&lon=125",
		"id=x&lat=42.9&lon=125&accuracy=%2BInf", "id=x&lat=42.9&lon=225", "id=x&lat=42.9&lon=125&timestamp=9e99"} {
		_, err := ask(bad)
		assert.ErrorIs(t, err, tracker.ErrFormat, bad)
	}
}

// sound is what every point that is read keeps to, whatever was sent.
func sound(t *testing.T, p patrol.Point) {
	t.Helper()
	if !p.Valid() || !(p.Accuracy >= 0 && p.Accuracy <= math.MaxFloat64) || p.Speed != nil && !(*p.Speed >= 0 && *p.Speed <= math.MaxFloat64) {
		t.Fatalf("not a point: %+v", p)
	}
	if y := p.At.Year(); !p.At.IsZero() && (y < 2000 || y > 2200) {
		t.Fatalf("not a time: %v", p.At)
	}
}

func FuzzOwnTracks(f *testing.F) {
	f.Add(`{"_type":"location","tst":1795395600,"lat":42.9,"lon":125.14,"acc":12,"vel":3.6}`)
	f.Add(`{"_type":"location","tst":-1e18,"lat":1e308,"lon":-180,"acc":-5,"vel":1e308}`)
	f.Add(`{"_type":"lwt"}`)
	f.Fuzz(func(t *testing.T, body string) {
		if p, ok, err := tracker.OwnTracks([]byte(body)); ok {
			if err != nil {
				t.Fatal("a point and an error")
			}
			sound(t, p)
		}
	})
}

func FuzzTraccar(f *testing.F) {
	f.Add("id=x&lat=42.9&lon=125.14&timestamp=1795395600&speed=1&accuracy=12", "", "")
	f.Add("", "application/x-www-form-urlencoded", "id=x&location=42.9,125.14&timestamp=2026-11-23T01:00:00Z&speed=1e308")
	f.Add("", "application/json", `{"location":{"timestamp":"2026-11-23T01:00:00.000Z","coords":{"latitude":42.9,"longitude":125.14,"speed":1e308}},"device_id":"x"}`)
	f.Fuzz(func(t *testing.T, query, kind, body string) {
		q, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		if m, err := tracker.Traccar(q, kind, []byte(body)); m.Placed {
			if err != nil {
				t.Fatal("a point and an error")
			}
			sound(t, m.Point)
		}
	})
}
