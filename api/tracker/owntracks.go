package tracker

import (
	"bytes"
	"encoding/json"

	"huajie/domain/patrol"
)

// kmh turns kilometres an hour into metres a second.
const kmh = 1 / 3.6

// OwnTracks reads one message of OwnTracks' HTTP mode. ok is false for what is no
// location: an empty message, a transition, a waypoint and the like.
func OwnTracks(body []byte) (p patrol.Point, ok bool, err error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return p, false, nil
	}
	var m struct {
		Type     string   `json:"_type"`
		At       *float64 `json:"tst"` // seconds
		Lat      *float64 `json:"lat"`
		Lon      *float64 `json:"lon"`
		Accuracy float64  `json:"acc"` // metres
		Speed    *float64 `json:"vel"` // km/h
	}
	if json.Unmarshal(body, &m) != nil {
		return p, false, ErrFormat
	}
	if m.Type == "" {
		return p, false, ErrFormat
	}
	if m.Type != "location" {
		return p, false, nil
	}
	if m.At == nil || m.Lat == nil || m.Lon == nil {
		return p, false, ErrFormat
	}
	p.Source, p.Lat, p.Lon, p.Accuracy = patrol.SourceOwnTracks, *m.Lat, *m.Lon, m.Accuracy
	if m.Speed != nil {
		v := *m.Speed * kmh
		p.Speed = &v
	}
	if p.At, err = unix(*m.At); err != nil {
		return p, false, err
	}
	p, err = checked(p)
	return p, err == nil, err
}
