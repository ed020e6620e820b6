package tracker

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/url"
	"strconv"
	"strings"
	"time"

	"huajie/domain/patrol"
)

// knot in metres a second.
const knot = 1852.0 / 3600

// Message is what a client of the OsmAnd protocol sends: whose it is and where it
// is. A point without a time is of the moment it arrives.
type Message struct {
	Device string // what the client was told to call itself: the token
	Point  patrol.Point
	Placed bool // false: the message has no place
}

// Traccar reads a message of the OsmAnd protocol: parameters in the query or in a
// form, as all clients send them, or the JSON of Traccar Client since version 9.
func Traccar(query url.Values, contentType string, body []byte) (Message, error) {
	if trimmed := bytes.TrimSpace(body); len(trimmed) > 0 && trimmed[0] == '{' {
		return fromJSON(trimmed, query)
	}
	if media, _, err := mime.ParseMediaType(contentType); err == nil && media == "application/x-www-form-urlencoded" && len(body) > 0 {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return Message{}, ErrFormat
		}
		for name, values := range query {
			form[name] = append(form[name], values...)
		}
		query = form
	}
	return fromValues(query)
}

func fromValues(v url.Values) (m Message, err error) {
	m.Device = deviceOf(v)
	p := patrol.Point{Source: patrol.SourceTraccar, Mock: v.Get("mock") == "true" || v.Get("mock") == "1"}
	lat, lon := v.Get("lat"), v.Get("lon")
	if both := v.Get("location"); both != "" && lat == "" {
		lat, lon, _ = strings.Cut(both, ",")
	}
	if lat == "" && lon == "" {
		return m, nil
	}
	if p.Lat, err = number(lat); err != nil {
		return m, err
	}
	if p.Lon, err = number(lon); err != nil {
		return m, err
	}
	if at := v.Get("timestamp"); at != "" {
		if p.At, err = moment(at); err != nil {
			return m, err
		}
	}
	if s := v.Get("speed"); s != "" {
		knots, err := number(s)
		if err != nil {
			return m, err
		}
		speed := knots * knot
		p.Speed = &speed
	}
	if a := v.Get("accuracy"); a != "" {
		if p.Accuracy, err = number(a); err != nil {
			return m, err
		}
	}
	if valid := v.Get("valid"); valid == "false" || valid == "0" {
		p.Accuracy = 0 // the receiver itself does not believe it
	}
	m.Point, err = checked(p)
	m.Placed = err == nil
	return m, err
}

func fromJSON(body []byte, query url.Values) (m Message, err error) {
	var in struct {
		Device   string `json:"device_id"`
		Location *struct {
			At     string `json:"timestamp"`
			Mock   bool   `json:"mock"`
			Coords *struct {
				Lat      *float64 `json:"latitude"`
				Lon      *float64 `json:"longitude"`
				Accuracy float64  `json:"accuracy"`
				Speed    *float64 `json:"speed"` // m/s
			} `json:"coords"`
		} `json:"location"`
	}
	if json.Unmarshal(body, &in) != nil {
		return m, ErrFormat
	}
	if m.Device = in.Device; m.Device == "" {
		m.Device = deviceOf(query)
	}
	if in.Location == nil || in.Location.Coords == nil {
		return m, nil
	}
	c := in.Location.Coords
	if c.Lat == nil || c.Lon == nil {
		return m, ErrFormat
	}
	p := patrol.Point{Source: patrol.SourceTraccar, Mock: in.Location.Mock, Accuracy: c.Accuracy, Speed: c.Speed}
	p.Lat, p.Lon = *c.Lat, *c.Lon
	if in.Location.At != "" {
		if p.At, err = moment(in.Location.At); err != nil {
			return m, err
		}
	}
	m.Point, err = checked(p)
	m.Placed = err == nil
	return m, err
}

func deviceOf(v url.Values) string {
	if id := v.Get("id"); id != "" {
		return id
	}
	return v.Get("deviceid")
}

func number(s string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !finite(v) {
		return 0, ErrFormat
	}
	return v, nil
}

// moment reads a time in seconds, milliseconds or ISO 8601; without a zone it is UTC.
func moment(s string) (time.Time, error) {
	if v, err := number(s); err == nil {
		return unix(v)
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05.999Z0700", "2006-01-02T15:04:05", time.DateTime} {
		if t, err := time.Parse(layout, strings.TrimSpace(s)); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, ErrFormat
}
